//! Owns: JSON Lines output, copied or made of documents. Never: parses a line that is kept.

use crate::emit::change::{Change, RemovedPart};
use crate::emit::edit::record;
use crate::emit::error::Error;
use crate::emit::formats::documents;
use crate::emit::reopen::{Records, broken, records};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::Format;
use crate::ingest::non_numbers::masked;
use std::io::{self, Read, Write};

/// Bytes read at a time.
const WINDOW: u64 = 4 << 20;

/// An output with one record per line.
pub(super) struct Jsonl<'w>(pub(super) Sink<'w>);

impl Writer for Jsonl<'_> {
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        if job.file.format != Format::Jsonl {
            return documents::copy(job, &mut self.0);
        }
        let apart = !self.0.at_line_start();
        let open = records(job, &mut self.0, false)?;
        // A longer line was skipped when the input was read, and is copied unchanged.
        let longest = job.limit().record(open.encoding).try_into().unwrap_or(usize::MAX);
        copy(longest, apart, open, job, &mut self.0)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()
    }
}

/// Writes the lines of an input. Kept lines are written in large blocks.
fn copy(
    longest: usize,
    apart: bool,
    open: Records,
    job: &mut RewriteInput,
    sink: &mut Sink,
) -> Result<(), Error> {
    let file = job.file;
    let Records { head: mut buffer, mut rest, encoding } = open;
    let mut lines = LineReader { number: 0, encoding, apart };
    let mut passing = false;
    loop {
        let read =
            (&mut rest).take(WINDOW).read_to_end(&mut buffer).map_err(|e| broken(file, &e))?;
        if passing {
            let end = memchr::memchr(b'\n', &buffer).map_or(buffer.len(), |at| at + 1);
            passing = !buffer[..end].ends_with(b"\n");
            lines.write(&buffer[..end], job, sink)?;
            buffer.drain(..end);
        }
        let end = if read == 0 {
            if job.drops_unread_end() {
                without_cut_record(&mut buffer);
            }
            buffer.len()
        } else {
            memchr::memrchr(b'\n', &buffer).map_or(0, |at| at + 1)
        };
        lines.copy(&buffer[..end], job, sink)?;
        if read == 0 {
            return Ok(());
        }
        buffer.drain(..end);
        if buffer.len() > longest {
            lines.write(&buffer, job, sink)?;
            buffer.clear();
            lines.number += 1;
            (job.written.records, job.written.kept) =
                (job.written.records + 1, job.written.kept + 1);
            passing = true;
        }
    }
}

/// Takes away the end of a file that was cut short inside a record.
fn without_cut_record(buffer: &mut Vec<u8>) {
    let start = memchr::memrchr(b'\n', buffer).map_or(0, |at| at + 1);
    let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&masked(&buffer[start..]));
    if whole.is_err_and(|e| e.is_eof()) {
        buffer.truncate(start);
    }
}

/// The state of a pass over the lines of an input.
struct LineReader {
    number: u64,
    encoding: Option<&'static encoding_rs::Encoding>,
    /// Whether the previous input lacks its last line break.
    apart: bool,
}

impl LineReader {
    /// Writes whole lines.
    fn copy(
        &mut self,
        window: &[u8],
        job: &mut RewriteInput,
        sink: &mut Sink,
    ) -> Result<(), Error> {
        let (mut run, mut from) = (0, 0);
        let behind = if window.ends_with(b"\n") { None } else { Some(window.len()) };
        for at in memchr::memchr_iter(b'\n', window).map(|at| at + 1).chain(behind) {
            let start = std::mem::replace(&mut from, at);
            if start == at {
                continue;
            }
            self.number += 1;
            let line = window[start..at].trim_ascii();
            if line.is_empty() {
                continue;
            }
            job.written.records += 1;
            let change = (job.change)(Some(self.number));
            if change == Change::Keep {
                job.written.kept += 1;
                continue;
            }
            if change == Change::Drop {
                self.write(&window[run..start], job, sink)?;
                run = at;
                job.written.dropped += 1;
                job.report_removed(Some(self.number), RemovedPart::Record(&window[start..at]))?;
                continue;
            }
            job.written.kept += 1;
            if let Some(new) = record(line, Some(self.number), &change, job, self.encoding)? {
                let lead = line.as_ptr() as usize - window.as_ptr() as usize;
                self.write(&window[run..lead], job, sink)?;
                self.write(&new, job, sink)?;
                run = lead + line.len();
            }
        }
        self.write(&window[run..], job, sink)
    }

    fn write(&mut self, bytes: &[u8], job: &RewriteInput, sink: &mut Sink) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        if std::mem::take(&mut self.apart) {
            sink.write_all(b"\n").map_err(|e| job.failed(e))?;
        }
        sink.write_all(bytes).map_err(|e| job.failed(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::{Removed, RewriteCounts};
    use crate::ingest::fields::Fields;
    use crate::ingest::{Format, InputOptions, ReadFile};
    use std::io::Cursor;

    #[test]
    fn a_line_too_long_passes_and_counts() {
        let (long, options) = ("x".repeat(9 << 20), InputOptions::default());
        let (path, shown, relative) = (None, "-".to_owned(), "-".into());
        let file = ReadFile {
            path,
            display_path: shown,
            relative,
            input: 0,
            format: Format::Jsonl,
            compression: None,
            encoding: None,
            size: 0,
            modified: None,
            spool: None,
            ended_early: false,
        };
        for (end, kept, records) in [("\nb\nc", "\nc", 4), ("\nb\n", "\n", 3), ("", "", 2)] {
            let data = format!("a\n{long}{end}");
            let change = |n: Option<u64>| if n == Some(3) { Change::Drop } else { Change::Keep };
            let mut removals = Vec::new();
            let mut removed = |r: Removed| {
                removals.push(format!("{r:?}"));
                Ok(())
            };
            let (fields, written) = (Fields::new(&options), RewriteCounts::default());
            let (prefix, report_removals) = (None, true);
            let mut job = RewriteInput {
                file: &file,
                fields,
                options: &options,
                prefix,
                group: None,
                change: &change,
                removed: &mut removed,
                report_removals,
                followed: false,
                written,
            };
            let mut out = Vec::new();
            let mut sink = Sink::new(Box::new(&mut out), None);
            let open = Records {
                head: Vec::new(),
                rest: Box::new(Cursor::new(data.clone().into_bytes())),
                encoding: None,
            };
            copy(5 << 20, false, open, &mut job, &mut sink).unwrap();
            let written = job.written;
            sink.finish().unwrap();
            assert!(out == format!("a\n{long}{kept}").into_bytes(), "{end:?}");
            assert_eq!((written.records, removals.len()), (records, usize::from(!end.is_empty())));
        }
    }
}
