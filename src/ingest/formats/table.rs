//! Owns: CSV and TSV input: where rows begin and end, and rows to documents. Never: writes a row.

use crate::ingest::field_names::{PerRole, TEXT};
use crate::ingest::fields::{Fields, others, shown_names};
use crate::ingest::format::Format;
use crate::ingest::formats::record_bytes::{Borders, RecordBytes, read as read_records};
use crate::ingest::input::InputOptions;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::UTF_8;
use std::borrow::Cow;
use std::io::{self, Read};

/// Bytes read at a time.
const WINDOW: u64 = 1 << 20;

/// A row that grows longer than this is taken for one with an unclosed quote: memory is limited.
const LONGEST: usize = 1 << 30;

/// The result of reading from the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRow {
    /// A row.
    Row,
    /// A row whose quote is never closed: it extends to the end of the stream, or beyond the
    /// longest row that fits in memory.
    Open,
    /// There are no more rows; the rest is line breaks, or a row that a read error cut.
    End,
}

/// Iterates over the rows of a table together with the raw bytes of each.
///
/// The bytes of all rows and of the rest after the last one add up to the stream. A row begins with
/// the blank lines before it and ends with its own line break. Quoting is RFC 4180 as `csv` reads
/// it: a quote inside an unquoted field is an ordinary character.
pub(crate) struct Rows<'r> {
    inner: &'r mut (dyn Read + Send),
    core: Reader,
    /// The bytes read so far; those before `start` belong to earlier rows.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    values: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// The line of the stream in which the row begins, from 1.
    line: u64,
    ended: bool,
    longest: usize,
    /// The error that ended the stream early.
    pub(crate) error: Option<io::Error>,
}

/// The field delimiter of a file with this beginning: a tab in TSV; in CSV a comma, or a semicolon
/// where the header, quoted names excluded, has a semicolon and no comma.
pub(crate) fn delimiter(format: Format, head: &[u8]) -> u8 {
    if format == Format::Tsv {
        return b'\t';
    }
    let (mut quoted, mut semicolon) = (false, false);
    for &byte in head.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return b',',
            b';' if !quoted => semicolon = true,
            b'\n' | b'\r' if !quoted => break,
            _ => {}
        }
    }
    if semicolon { b';' } else { b',' }
}

impl<'r> Rows<'r> {
    /// Reads the rows of `head` and then of `inner`; the byte-order mark must have been removed.
    pub(crate) fn new(head: Vec<u8>, inner: &'r mut (dyn Read + Send), delimiter: u8) -> Rows<'r> {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        let (values, ends) = (vec![0; 4096], vec![0; 64]);
        let rows = Rows {
            inner,
            core,
            buffer: head,
            start: 0,
            end: 0,
            values,
            ends,
            fields: 0,
            line: 1,
            ended: false,
            longest: LONGEST,
            error: None,
        };
        // The first mark was removed before; a second one is an ordinary character, which the
        // parser learns from a read of empty input.
        rows.primed()
    }

    fn primed(mut self) -> Self {
        self.core.read_record(b"\n", &mut self.values, &mut self.ends);
        self
    }

    /// The raw bytes of the row, with the blank lines before it and its line break; at the end of
    /// the stream, the bytes that are left.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The number of fields of the row.
    pub(crate) fn len(&self) -> usize {
        self.fields
    }

    /// The value of a field, without quotes.
    pub(crate) fn field(&self, number: usize) -> &[u8] {
        let from = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.values[from..self.ends[number]]
    }

    /// The line in which the row itself begins, after the blank lines before it.
    pub(crate) fn line(&self) -> u64 {
        let breaks = self
            .raw()
            .iter()
            .take_while(|b| matches!(b, b'\n' | b'\r'))
            .filter(|b| **b == b'\n')
            .count();
        self.line + breaks as u64
    }

    /// Reads the next row.
    pub(crate) fn next(&mut self) -> NextRow {
        self.line += memchr::memchr_iter(b'\n', self.raw()).count() as u64;
        self.start = self.end;
        self.fields = 0;
        let mut filled = 0;
        loop {
            if self.end == self.buffer.len() && !self.ended {
                self.fill();
                continue;
            }
            let last = self.end == self.buffer.len();
            if last
                && (self.error.is_some() || self.raw().iter().all(|b| matches!(b, b'\n' | b'\r')))
            {
                return NextRow::End;
            }
            // An additional line break at the end closes every row except one with an open quote.
            let input = if last { &b"\n"[..] } else { &self.buffer[self.end..] };
            let (result, read, written, ends) = self.core.read_record(
                input,
                &mut self.values[filled..],
                &mut self.ends[self.fields..],
            );
            self.end += if last { 0 } else { read };
            filled += written;
            self.fields += ends;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::InputEmpty if last => return NextRow::Open,
                ReadRecordResult::InputEmpty if self.end - self.start > self.longest => {
                    return NextRow::Open;
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.values.resize(self.values.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::End => return NextRow::End,
            }
        }
        if self.raw().ends_with(b"\r") {
            while self.end == self.buffer.len() && !self.ended {
                self.fill();
            }
            self.end += usize::from(self.buffer.get(self.end) == Some(&b'\n'));
        }
        NextRow::Row
    }

    /// The rest after the last row: the bytes already read, including a row with an open quote, and
    /// the remaining stream.
    #[cfg(feature = "emit")]
    pub(crate) fn left(&mut self) -> (&[u8], &mut (dyn Read + Send)) {
        (&self.buffer[self.start..], self.inner)
    }

    fn fill(&mut self) {
        self.buffer.drain(..self.start);
        self.end -= self.start;
        self.start = 0;
        let before = self.buffer.len();
        match (&mut self.inner).take(WINDOW).read_to_end(&mut self.buffer) {
            Ok(_) => self.ended = self.buffer.len() == before,
            Err(e) => {
                self.ended = true;
                self.error = Some(e);
            }
        }
    }
}

impl Context<'_> {
    /// Decodes a value, and returns whether something in it was replaced.
    pub(crate) fn value<'v>(&self, bytes: &'v [u8]) -> (Cow<'v, str>, bool) {
        match (self.encoding, std::str::from_utf8(bytes)) {
            (None, Ok(text)) => (Cow::Borrowed(text), false),
            (encoding, _) => encoding.unwrap_or(UTF_8).decode_without_bom_handling(bytes),
        }
    }

    /// The names of the columns.
    pub(crate) fn header(&self, rows: &Rows) -> Vec<String> {
        (0..rows.len()).map(|n| self.value(rows.field(n)).0.into_owned()).collect()
    }
}

/// The number of rows after which documents are passed on.
const HANDED: u64 = 1024;

/// Reads the records of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let format = open.format;
    read_records(open, Borders::Ascii, |bytes, context| table(bytes, format, context))
}

/// Reads all rows: those in the head, then those of the stream. The first row names the columns.
/// The returned error is the one that ended the stream early; a row that such an error cuts is
/// dropped. Memory: a window, or the longest row.
fn table(bytes: RecordBytes, format: Format, context: &Context) -> (Batch, Option<io::Error>) {
    let RecordBytes { head, mut rest, damaged } = bytes;
    let delimiter = delimiter(format, &head);
    let mut rows = Rows::new(head, &mut rest, delimiter);
    let mut batch = Batch::default();
    let mut next = rows.next();
    if next == NextRow::Row {
        let names = context.header(&rows);
        let columns = context.fields.columns(&names, |_, _| true);
        context.note_fields(&columns.map(|c| c.is_some()), &mut batch, || shown_names(&names));
        if columns[TEXT].is_none() {
            if let Some(other) = other_delimiter(&rows, delimiter, context) {
                batch.intake.skip(Reason::Unsupported, &context.path, None, || other.into());
                return (batch, rows.error);
            }
            batch.intake.skip(Reason::NoText, &context.path, None, || {
                context.fields.no_text_column(&names)
            });
            return (batch, rows.error);
        }
        let mut number = 0;
        while {
            next = rows.next();
            next == NextRow::Row
        } {
            number += 1;
            if number % HANDED == 0 {
                context.merge_part(&mut batch, Batch::default());
            }
            if rows.len() == names.len() {
                row(&rows, &columns, number, damaged, context, &mut batch);
            } else {
                let (line, fields, want) = (rows.line(), rows.len(), names.len());
                if fields < want && !rows.raw().ends_with(b"\n") && rows.error.is_none() {
                    batch.intake.skip(Reason::CutShort, &context.path, Some(number), || {
                        format!(
                            "the file ends inside the row that begins in line {line}: fetch it \
                             again"
                        )
                    });
                    continue;
                }
                batch.intake.skip(Reason::RaggedRow, &context.path, Some(number), || {
                    format!(
                        "line {line} has {fields} field{}, the header {want}; the row was skipped: \
                         put quotes around fields that hold \
                         the delimiter or a line break",
                        if fields == 1 { "" } else { "s" }
                    )
                });
            }
        }
        if next == NextRow::Open {
            let line = rows.line();
            batch.intake.skip(Reason::OpenQuote, &context.path, Some(number + 1), || open(line));
        }
    } else if next == NextRow::Open {
        batch.intake.skip(Reason::OpenQuote, &context.path, None, || open(rows.line()));
    }
    (batch, rows.error)
}

/// The message about a header without a text, where another delimiter would show one.
fn other_delimiter(rows: &Rows, delimiter: u8, context: &Context) -> Option<&'static str> {
    let header = context.value(rows.raw()).0.into_owned();
    let message = |other: char| match other {
        '\t' => "its fields are separated by tabs: name it .tsv, or say --input-format tsv",
        ',' => "its fields are separated by commas: name it .csv, or say --input-format csv",
        ';' => {
            "its fields are separated by semicolons, which is recognised in a .csv only where \
                its header has no comma: write it with commas"
        }
        _ => "its fields are separated by |, which is not read: write it with commas or tabs",
    };
    let shows = |other: &char| {
        let names: Vec<String> =
            header.trim().split(*other).map(|n| n.trim().trim_matches('"').to_owned()).collect();
        let text = context.fields.columns(&names, |_, _| true)[TEXT].is_some();
        // A name may hold the other delimiter; the more frequent one is the likelier.
        u32::from(delimiter) != u32::from(*other)
            && (names.len() > 1 && text || names.len() > rows.len())
    };
    [',', '\t', ';', '|'].into_iter().find(shows).map(message)
}

/// The message about a row whose quote is never closed.
fn open(line: u64) -> String {
    format!(
        "a quote in the row that begins in line {line} never ends; nothing from there on was read: \
         close it, or double it (\"\") if it is meant"
    )
}

fn row(
    rows: &Rows,
    columns: &PerRole<Option<(usize, usize)>>,
    number: u64,
    damaged: bool,
    context: &Context,
    batch: &mut Batch,
) {
    let mut replaced = false;
    let mut value = |role: usize| {
        let (column, rank) = columns[role]?;
        let (value, bad) = context.value(rows.field(column));
        replaced |= bad || (damaged && value.contains('\u{fffd}'));
        Some((rank, value.into_owned()))
    };
    let Some(text) = value(TEXT) else { return };
    let others = others(|role| value(role).filter(|(_, v)| !v.is_empty()));
    context.document(text, others, Some(number), replaced, batch);
}

/// Reads rows from bytes alone, under the path `-`. For fuzzing; `read` does the same with files.
#[doc(hidden)]
pub fn rows(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let context = Context::new(&fields, "-");
    let bytes = RecordBytes { head: Vec::new(), rest: Box::new(bytes), damaged: false };
    table(bytes, options.format.unwrap_or(Format::Csv), &context).0.finish(&context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(data: &[u8], cut: usize, delimiter: u8) -> (Vec<Vec<Vec<u8>>>, Vec<u8>, NextRow) {
        let (head, mut rest) = data.split_at(cut.min(data.len()));
        let mut rows = Rows::new(head.to_vec(), &mut rest, delimiter);
        let (mut found, mut raw) = (Vec::new(), Vec::new());
        loop {
            let next = rows.next();
            raw.extend_from_slice(rows.raw());
            if next != NextRow::Row {
                return (found, raw, next);
            }
            found.push((0..rows.len()).map(|n| rows.field(n).to_vec()).collect());
        }
    }

    #[test]
    fn delimiters() {
        for (head, want) in [
            ("a,b;c\n", b','),
            ("a;b\n1,2", b';'),
            ("\"a,b\";c\n", b';'),
            ("a\tb", b','),
            ("", b','),
        ] {
            assert_eq!(delimiter(Format::Csv, head.as_bytes()), want, "{head}");
        }
        assert_eq!(delimiter(Format::Tsv, b"a,b"), b'\t');
    }

    #[test]
    fn open_quotes_are_seen() {
        assert_eq!(all(b"a,b\n1,\"2\n3,4\n", 0, b',').2, NextRow::Open);
        assert_eq!(all(b"a,b\n1,\"2", 0, b',').2, NextRow::Open);
        assert_eq!(all(b"a,b\n1,2\"", 0, b',').2, NextRow::End);
        assert_eq!(all(b"a,b\n1,\"2\"", 0, b',').2, NextRow::End);
        assert_eq!(all(b"a,b\n1,\"\"", 0, b',').0.len(), 2);
    }

    proptest! {
        #[test]
        fn rows_are_those_of_csv_and_all_bytes_are_given(data in "[ab,;\"\r\n]{0,40}",
            cut in 0usize..40) {
            let (rows, raw, next) = all(data.as_bytes(), cut, b',');
            prop_assert_eq!(raw, data.as_bytes());
            prop_assert_eq!(&all(data.as_bytes(), 0, b',').0, &rows);
            // What follows an even number of quotes and a line break is a row of its own.
            let more = all(format!("{data}\nx,\"y\"\"\"\n").as_bytes(), cut, b',').0;
            if next == NextRow::End {
                prop_assert_eq!(&more[..rows.len()], &rows[..]);
                prop_assert_eq!(&more[rows.len()..], &[vec![b"x".to_vec(), b"y\"".to_vec()]]);
            }
        }
    }
}
