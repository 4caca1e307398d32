//! Owns: JSON Lines as a stream: windows of whole lines, each read while the previous one is
//! parsed. Never: reads the fields of a line.

use crate::ingest::formats::record_bytes::{Borders, read as read_records};
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::record::{Batch, Context};
use std::io::{self, Read};

/// Bytes read at a time.
const WINDOW: u64 = 4 << 20;

/// Bytes that one thread parses at a time.
const PIECE: usize = 256 << 10;

/// Whole lines that take more bytes are parsed before the next ones are read: two long lines are
/// never in memory together.
const ALONE: usize = 4 * WINDOW as usize;

/// The result of reading from the stream.
enum NextLine {
    /// Whole lines are in the buffer.
    Lines,
    /// One line was too long and was skipped.
    TooLong,
    /// The stream has ended.
    End,
}

/// The buffer of a long line grows by at most this many times its length at once, and by no more
/// than what is left of the file: to double it would take the old and the new buffer, again and
/// again.
const GROWTH: usize = 15;

struct LineReader<'r> {
    inner: &'r mut (dyn Read + Send),
    /// The bytes that are left in the stream, as far as they are known.
    left: usize,
    /// The bytes read after the last line break.
    carry: Vec<u8>,
    longest: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl LineReader<'_> {
    /// Fills the buffer with whole lines; only the last line of the stream may lack its line break.
    fn next(&mut self, out: &mut Vec<u8>) -> NextLine {
        out.clear();
        std::mem::swap(out, &mut self.carry);
        // The memory of a long line is not kept for the short ones after it.
        if self.carry.capacity() > ALONE {
            self.carry = Vec::new();
        }
        let mut seen = 0;
        loop {
            if let Some(at) = memchr::memrchr(b'\n', &out[seen..]) {
                self.carry.extend_from_slice(&out[seen + at + 1..]);
                out.truncate(seen + at + 1);
                return NextLine::Lines;
            }
            if self.ended {
                // After a read error the last line is incomplete.
                return if out.is_empty() || self.error.is_some() {
                    NextLine::End
                } else {
                    NextLine::Lines
                };
            }
            seen = out.len();
            if seen as u64 > self.longest {
                self.pass_over(out);
                return NextLine::TooLong;
            }
            self.fill(out);
        }
    }

    fn fill(&mut self, out: &mut Vec<u8>) {
        let before = out.len();
        let long = before as u64 >= WINDOW && self.left > 0;
        if long && out.capacity() - before < WINDOW as usize {
            // The last reading, which finds nothing more, has its window too.
            out.reserve_exact(self.left.min(GROWTH * before) + WINDOW as usize);
        }
        out.reserve(WINDOW as usize);
        match (&mut self.inner).take(WINDOW).read_to_end(out) {
            Ok(read) => {
                self.ended = read == 0;
                self.left = self.left.saturating_sub(read);
            }
            Err(e) => {
                self.ended = true;
                self.error = Some(e);
            }
        }
    }

    /// Skips everything up to the next line break.
    fn pass_over(&mut self, out: &mut Vec<u8>) {
        *out = Vec::new();
        while !self.ended {
            out.clear();
            self.fill(out);
            if let Some(at) = memchr::memchr(b'\n', out) {
                self.carry.extend_from_slice(&out[at + 1..]);
                break;
            }
        }
        out.clear();
    }
}

/// Reads the records of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    // The length of a pipe or of what is unpacked is not known.
    let known = open.plain.kind.is_none() && open.file.size < u64::MAX;
    let size = if known { open.file.size as usize } else { 0 };
    read_records(open, Borders::Lines, |mut bytes, context| {
        let longest = context.limit.record(context.encoding);
        read_up_to(longest, size, bytes.head, &mut bytes.rest, context)
    })
}

/// Reads all lines: those in `head`, then those of the stream. The returned error is the one that
/// ended the stream early.
///
/// A line that such an error cuts is dropped, and one that is longer than a record may be is passed
/// over. Memory: two windows, or twice the longest line.
pub(super) fn lines(
    head: Vec<u8>,
    rest: &mut (dyn Read + Send),
    context: &Context,
) -> (Batch, Option<io::Error>) {
    read_up_to(context.limit.record(context.encoding), 0, head, rest, context)
}

/// [`lines`], with lines of at most `longest` bytes, for a stream whose size is about known.
fn read_up_to(
    longest: u64,
    size: usize,
    head: Vec<u8>,
    rest: &mut (dyn Read + Send),
    context: &Context,
) -> (Batch, Option<io::Error>) {
    let left = size.saturating_sub(head.len());
    let mut lines =
        LineReader { inner: rest, left, carry: head, longest, ended: false, error: None };
    let (mut now, mut soon) = (Vec::new(), Vec::new());
    let mut all = Batch::default();
    let mut number = 1;
    let mut state = lines.next(&mut now);
    loop {
        let (count, batch, next) = match state {
            NextLine::End => break,
            NextLine::TooLong => {
                let mut batch = Batch::default();
                batch.intake.record_too_long(&context.path, Some(number), context.limit, longest);
                (1, batch, lines.next(&mut soon))
            }
            NextLine::Lines if context.parallel && now.len() <= ALONE => {
                let read = || parse(&now, number, longest, context);
                let ((count, batch), next) = rayon::join(read, || lines.next(&mut soon));
                (count, batch, next)
            }
            NextLine::Lines => {
                let (count, batch) = parse(&now, number, longest, context);
                if now.len() > ALONE {
                    now = Vec::new();
                }
                (count, batch, lines.next(&mut soon))
            }
        };
        number += count;
        context.merge_part(&mut all, batch);
        state = next;
        std::mem::swap(&mut now, &mut soon);
    }
    (all, lines.error)
}

/// Parses whole lines and returns their number; `first` is the number of the first line.
fn parse(window: &[u8], first: u64, longest: u64, context: &Context) -> (u64, Batch) {
    let mut pieces = Vec::new();
    let (mut rest, mut number) = (window, first);
    while !rest.is_empty() {
        let end = rest
            .get(PIECE..)
            .and_then(|far| memchr::memchr(b'\n', far))
            .map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, behind) = rest.split_at(end);
        pieces.push((number, piece));
        number += memchr::memchr_iter(b'\n', piece).count() as u64;
        rest = behind;
    }
    let batch = context.each(&pieces, |&(number, piece), batch| {
        let mut from = 0;
        let ends = memchr::memchr_iter(b'\n', piece).chain([piece.len()]);
        for (number, end) in (number..).zip(ends) {
            let line = piece[from.min(end)..end].trim_ascii();
            from = end + 1;
            if line.len() as u64 > longest {
                batch.intake.record_too_long(&context.path, Some(number), context.limit, longest);
            } else if !line.is_empty() {
                // Only the last line of a file may lack its line break.
                context.record(line, Some(number), false, end == piece.len(), batch);
            }
        }
    });
    (number - first, batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::fields::Fields;
    use crate::ingest::json::records;
    use crate::ingest::limits::DocumentLimit;
    use crate::ingest::{InputOptions, Reason};
    use proptest::prelude::*;

    /// Returns a few bytes per call.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.1.min(buffer.len()).min(self.0.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn context(fields: &Fields, parallel: bool) -> Context<'_> {
        Context {
            parallel,
            ..Context::new(fields, "f", DocumentLimit::of(&InputOptions::default()))
        }
    }

    #[test]
    fn many_windows_in_order() {
        let data: String = (0..200_000)
            .map(|n| format!("{{\"text\":\"{n} {n} {n} {n} {n} {n} {n} {n} {n}\"}}\n"))
            .collect();
        assert!(data.len() as u64 > 2 * WINDOW);
        let fields = Fields::new(&InputOptions::default());
        for parallel in [false, true] {
            let (batch, error) = lines(
                data.as_bytes()[..10].to_vec(),
                &mut &data.as_bytes()[10..],
                &context(&fields, parallel),
            );
            assert!(error.is_none());
            let documents = batch.intake.documents;
            assert_eq!(documents.len(), 200_000);
            for (n, d) in documents.iter().enumerate() {
                assert!(
                    d.info.record == Some(n as u64 + 1)
                        && d.text.starts_with(&format!("{n} "))
                        && d.info.id == format!("f:{}", n + 1)
                );
            }
        }
    }

    #[test]
    fn a_line_too_long_is_passed_over() {
        let data = format!(
            "{{\"text\":\"a\"}}\n{{\"text\":\"{}\"}}\n{{\"text\":\"b\"}}",
            "x".repeat(9 << 20)
        );
        let fields = Fields::new(&InputOptions::default());
        let (batch, _) =
            read_up_to(5 << 20, 0, Vec::new(), &mut data.as_bytes(), &context(&fields, true));
        let got: Vec<_> =
            batch.intake.documents.iter().map(|d| (d.info.id.as_str(), d.text.as_str())).collect();
        assert_eq!(got, [("f:1", "a"), ("f:3", "b")]);
        assert_eq!(batch.intake.skipped[&Reason::TooLong], 1);
        assert_eq!(batch.intake.problems[0].record, Some(2));
    }

    #[test]
    fn the_buffer_of_a_long_line_is_no_longer_than_the_file() {
        let data = [vec![b'x'; 30 << 20], b"\nx\n".to_vec()].concat();
        for (size, most) in [(data.len(), 31 << 20), (0, 64 << 20), (5, 64 << 20)] {
            let (inner, longest) = (&mut &data[..], 1 << 30);
            let (carry, mut out) = (Vec::new(), Vec::new());
            let mut lines =
                LineReader { inner, left: size, carry, longest, ended: false, error: None };
            assert!(matches!(lines.next(&mut out), NextLine::Lines));
            assert_eq!(out.len(), data.len());
            assert!(out.capacity() <= most + WINDOW as usize, "{}", out.capacity());
            assert!(matches!(lines.next(&mut out), NextLine::End));
        }
    }

    proptest! {
        #[test]
        fn windows_change_nothing(data in "([a{\"\n]|\\{\"text\":\"x\"\\}\n){0,40}",
            step in 1usize..20, cut in 0usize..40) {
            let fields = Fields::new(&InputOptions::default());
            let cut = cut.min(data.len());
            let (batch, _) = lines(data.as_bytes()[..cut].to_vec(),
                &mut Slow(&data.as_bytes()[cut..], step), &context(&fields, false));
            let whole = records(data.as_bytes(), &InputOptions::default());
            prop_assert_eq!(batch.intake.documents.len(), whole.documents.len());
            prop_assert_eq!(batch.intake.skipped, whole.skipped);
        }
    }
}
