//! Owns: the records of JSON that is not JSON Lines: one object, an array, or concatenated objects.
//! Never: decides where one ends, or reads its fields.

use crate::ingest::decode::DecodedStream;
use crate::ingest::fields::Fields;
use crate::ingest::format::Format;
use crate::ingest::formats::json_finder::{Finder, Found};
use crate::ingest::formats::jsonl;
use crate::ingest::formats::record_bytes::{Borders, RecordBytes, read as read_records};
use crate::ingest::input::InputOptions;
use crate::ingest::limits::{DocumentLimit, size};
use crate::ingest::non_numbers::masked;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use encoding_rs::{Encoding, UTF_8};
use serde::de::IgnoredAny;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Records that one thread parses at a time.
const PIECE: usize = 64;

/// Bytes read at a time.
const WINDOW: u64 = 2 << 20;

/// The bytes of a wrong record that are parsed once more, to say what is wrong in it.
const REASONED: u64 = 16 << 20;

/// Lines and columns up to an offset.
#[derive(Debug, Clone, Copy)]
struct Position {
    line: usize,
    column: usize,
}

impl Position {
    const START: Position = Position { line: 1, column: 0 };

    fn pass(&mut self, bytes: &[u8]) {
        self.line += memchr::memchr_iter(b'\n', bytes).count();
        match memchr::memrchr(b'\n', bytes) {
            Some(at) => self.column = bytes.len() - at - 1,
            None => self.column += bytes.len(),
        }
    }
}

/// The reason why `wrong` cannot follow `before`, with the place in the file.
fn reason(before: &str, wrong: &[u8], at: Position) -> String {
    let text = format!("{before}{}", String::from_utf8_lossy(wrong));
    let text = masked(text.as_bytes());
    let parsed = if before.is_empty() {
        serde_json::from_slice::<IgnoredAny>(&text).err()
    } else {
        serde_json::from_slice::<Vec<IgnoredAny>>(&text).err()
    };
    let Some(error) = parsed else { return format!("at line {}", at.line) };
    let why = error.to_string();
    let why = why.split(" at line ").next().unwrap_or_default();
    let column = match error.line() {
        1 => (at.column + error.column()).saturating_sub(before.len()),
        _ => error.column(),
    };
    format!("{why} at line {} column {column}", at.line + error.line() - 1)
}

/// Reads the records of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    read_records(open, Borders::Syntax, values)
}

/// The bytes of a file that are in memory.
struct Window {
    buffer: Vec<u8>,
    /// The offset of the buffer in the file.
    base: u64,
    /// The position at `mark`, an offset that is at the base or behind it.
    position: Position,
    mark: u64,
}

impl Window {
    fn bytes(&self, start: u64, end: u64) -> &[u8] {
        &self.buffer[(start - self.base) as usize..(end - self.base) as usize]
    }

    /// The position at an offset behind all that were asked for before.
    fn position(&mut self, at: u64) -> Position {
        let (from, to) = ((self.mark - self.base) as usize, (at - self.base) as usize);
        self.position.pass(&self.buffer[from..to]);
        self.mark = at;
        self.position
    }

    /// Takes everything before an offset out of memory.
    fn forget(&mut self, before: u64) {
        if before > self.mark {
            self.position(before);
        }
        self.buffer.drain(..(before - self.base) as usize);
        self.base = before;
        // The memory of a long record is not kept for the short ones after it.
        if self.buffer.capacity() as u64 > 4 * WINDOW && (self.buffer.len() as u64) < WINDOW {
            self.buffer.shrink_to(WINDOW as usize);
        }
    }

    /// The message about a record that is wrong.
    fn wrong(&mut self, start: u64, at: u64, before: &str, most: u64) -> String {
        // What is nested too deeply is that long as well.
        if start < self.base || at - start >= REASONED {
            let position = self.position(at);
            let (line, column) = (position.line, position.column + 1);
            let long = size(most.min(REASONED));
            return format!(
                "in a record of more than {long}, or one that is nested more than 16,777,216 deep, \
                 at line {line} column {column}"
            );
        }
        let position = self.position(start);
        let end = (at + 1).min(self.base + self.buffer.len() as u64);
        reason(before, self.bytes(start, end), position)
    }
}

/// Something of a file that is ready to be parsed or counted.
enum Item {
    Record { number: u64, start: u64, end: u64 },
    Wrong { number: u64, why: String, cut: bool },
}

/// What shows whether a file without a text is an article all the same.
struct Seen {
    /// Whether there is nothing but white space.
    empty: bool,
    /// Whether a record is wrong.
    wrong: bool,
    /// Whether a key is a name of the text.
    text_key: bool,
    /// The last bytes, because a key may lie across two windows.
    tail: Vec<u8>,
}

/// Bytes of a window that are looked at again with the next one.
const TAIL: usize = 256;

impl Seen {
    fn look(&mut self, bytes: &[u8], context: &Context) {
        self.empty &= bytes.iter().all(u8::is_ascii_whitespace);
        // A file of zeros is what a crash leaves of an article.
        let zeros = || memchr::memchr(0, bytes).is_some();
        let border = || {
            let start = [&self.tail[..], &bytes[..bytes.len().min(TAIL)]].concat();
            context.fields.names_a_text(&start)
        };
        self.text_key = self.text_key || zeros() || border() || context.fields.names_a_text(bytes);
        self.tail = bytes[bytes.len().saturating_sub(TAIL)..].to_vec();
    }

    fn tell(self, whole: bool, context: &Context, all: &mut Batch) {
        all.intake.names_no_text = self.wrong && !self.text_key;
        if self.empty && whole {
            all.intake.skip(Reason::CutShort, &context.path, None, || {
                "the file is empty, where JSON was expected: fetch it again".into()
            });
        }
    }
}

/// Reads all records: those in the head, then those of the stream. The returned error is the one
/// that ended the stream early. Memory: a window and the longest record; one that is longer than a
/// record may be is passed over without being held.
fn values(bytes: RecordBytes, context: &Context) -> (Batch, Option<io::Error>) {
    let RecordBytes { head, mut rest, damaged } = bytes;
    // All text was decoded before.
    let most = context.limit.record(None);
    let mut window = Window { buffer: head, base: 0, position: Position::START, mark: 0 };
    let mut finder = Finder::new();
    let mut all = Batch::default();
    let mut first: Option<Vec<u8>> = None;
    let (mut ended, mut error) = (false, None);
    let mut seen = Seen { empty: true, wrong: false, text_key: false, tail: Vec::new() };
    loop {
        let mut found = Vec::new();
        let read = (finder.at - window.base) as usize;
        seen.look(&window.buffer[read..], context);
        finder.read(&window.buffer[read..], |f| found.push(f));
        // After an error of the stream nothing is known about what follows.
        if ended && error.is_none() {
            finder.finish(|f| found.push(f));
        }
        let damaged = damaged.load(Ordering::Relaxed);
        // A file that is a single record has no numbers, and whether it is one shows at its end.
        let only = match found[..] {
            [Found::Record { number: 1, start, end }] if end - start <= most => Some((start, end)),
            _ => None,
        };
        if let Some((start, end)) = only.filter(|_| !finder.array && finder.open().is_none()) {
            window.forget(start);
            let behind = window.buffer.split_off((end - start) as usize);
            window.position(end);
            first = Some(std::mem::replace(&mut window.buffer, behind));
            window.base = end;
            found.clear();
        }
        let more = !found.is_empty() || finder.open().is_some();
        if let Some(record) = first.take_if(|_| more || ended) {
            let mut batch = Batch::default();
            context.record(&record, more.then_some(1), damaged, false, &mut batch);
            context.merge_part(&mut all, batch);
        }
        seen.wrong |= found.iter().any(|f| matches!(f, Found::Wrong { .. }));
        let items = items(&found, &mut window, most);
        let pieces: Vec<&[Item]> = items.chunks(PIECE).collect();
        let batch = context.each(&pieces, |piece, batch| {
            for item in *piece {
                item_of(item, &window, finder.array, most, damaged, context, batch);
            }
        });
        context.merge_part(&mut all, batch);
        if ended {
            seen.tell(error.is_none(), context, &mut all);
            return (all, error);
        }
        let needed =
            finder.open().filter(|start| *start >= window.base && finder.at - start <= most);
        window.forget(needed.unwrap_or(finder.at));
        match (&mut rest).take(WINDOW).read_to_end(&mut window.buffer) {
            Ok(n) => ended = n == 0,
            Err(e) => (ended, error) = (true, Some(e)),
        }
    }
}

/// What was found, with the messages about what is wrong.
fn items(found: &[Found], window: &mut Window, most: u64) -> Vec<Item> {
    let mut items = Vec::with_capacity(found.len());
    for found in found {
        match *found {
            Found::Record { number, start, end } => items.push(Item::Record { number, start, end }),
            Found::Wrong { number, start, at, before, cut } => {
                let why = window.wrong(start, at, before, most);
                items.push(Item::Wrong { number, why, cut });
            }
            Found::Resumed { at } => {
                window.position(at);
                window.position = Position::START;
            }
        }
    }
    items
}

/// Parses or counts one item.
fn item_of(
    item: &Item,
    window: &Window,
    array: bool,
    most: u64,
    damaged: bool,
    context: &Context,
    batch: &mut Batch,
) {
    match item {
        Item::Record { number, start, end } if end - start > most => {
            batch.intake.record_too_long(&context.path, Some(*number), context.limit, most);
        }
        Item::Record { number, start, end } => {
            context.record(window.bytes(*start, *end), Some(*number), damaged, false, batch);
        }
        Item::Wrong { number, why, cut } => {
            // What follows an error in an array is lost.
            let (reason, lost) = match (cut, array) {
                (true, _) => (Reason::CutShort, "the file ends inside this record: fetch it again"),
                (false, true) => {
                    (Reason::BrokenArray, "what follows it was not read: mend the file")
                }
                (false, false) => (Reason::BadJson, "it was skipped: mend the file"),
            };
            let message = || format!("not valid JSON ({why}); {lost}");
            batch.intake.skip(reason, &context.path, Some(*number), message);
        }
    }
}

/// Reads records from bytes alone, under the path `-`. For tests and fuzzing; `read` does the same
/// with files.
#[doc(hidden)]
pub fn records(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let encoding =
        options.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = encoding.filter(|e| e.is_ascii_compatible() && *e != UTF_8);
    let context = Context { encoding, ..Context::new(&fields, "-", DocumentLimit::of(options)) };
    match options.format {
        Some(Format::Json) => {
            let damaged = Arc::<AtomicBool>::default();
            let rest: Box<dyn Read + Send> = match encoding {
                Some(e) => Box::new(DecodedStream::new(bytes, e, damaged.clone())),
                None => Box::new(bytes),
            };
            let context = Context { encoding: None, ..context };
            let bytes = RecordBytes { head: Vec::new(), rest, damaged };
            values(bytes, &context).0.finish(&context)
        }
        _ => jsonl::lines(Vec::new(), &mut &bytes[..], &context).0.finish(&context),
    }
}
