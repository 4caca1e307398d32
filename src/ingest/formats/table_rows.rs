//! Owns: where the rows of CSV and TSV begin and end, and the values in them. Never: makes a
//! document of a row.

use crate::ingest::formats::table_dialect::Dialect;
use crate::ingest::limits::{COLUMNS, DocumentLimit};
use csv_core::{ReadRecordResult, Reader};
use std::io::{self, Read};

/// Bytes read at a time.
const WINDOW: u64 = 1 << 20;

/// The result of reading from the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NextRow {
    /// A row.
    Row,
    /// Line breaks, with more of them or a row behind.
    Blank,
    /// A row that is too long: its beginning is there, and [`Rows::pass_over`] reads the rest.
    TooLong,
    /// A row whose quote is never closed: it extends to the end of the stream.
    Open,
    /// There are no more rows; the rest is line breaks, or a row that a read error cut.
    End,
}

/// Iterates over the rows of a table together with the raw bytes of each.
///
/// The bytes of all rows and of the rest after the last one add up to the stream. A row begins with
/// the blank lines before it and ends with its own line break. Quoting is RFC 4180 as `csv` reads
/// it, with what the dialect adds: a quote inside an unquoted field is an ordinary character.
pub(crate) struct Rows<'r> {
    inner: &'r mut (dyn Read + Send),
    core: Reader,
    dialect: Dialect,
    /// Whether the next byte begins a field.
    at_field: bool,
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
    /// The bytes of a row at most.
    longest: usize,
    /// Whether the row goes on behind the bytes that are there.
    cut: bool,
    /// The error that ended the stream early.
    pub(crate) error: Option<io::Error>,
}

impl<'r> Rows<'r> {
    /// Reads the rows of `head` and then of `inner`; the byte-order mark must have been removed.
    pub(crate) fn new(
        head: Vec<u8>,
        inner: &'r mut (dyn Read + Send),
        dialect: Dialect,
        limit: DocumentLimit,
    ) -> Rows<'r> {
        let core = dialect.reader();
        let (values, ends) = (vec![0; 4096], vec![0; 64]);
        let rows = Rows {
            inner,
            core,
            dialect,
            at_field: true,
            buffer: head,
            start: 0,
            end: 0,
            values,
            ends,
            fields: 0,
            line: 1,
            ended: false,
            longest: limit.row().try_into().unwrap_or(usize::MAX),
            cut: false,
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

    /// The number of fields of the row. Those beyond [`COLUMNS`] are only counted.
    pub(crate) fn len(&self) -> usize {
        self.fields
    }

    /// The value of a field, without quotes; only where no field was beyond [`COLUMNS`].
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
        self.at_field = true;
        self.row(0)
    }

    /// Reads the row on from its end so far; `filled` bytes of its values are there.
    fn row(&mut self, mut filled: usize) -> NextRow {
        loop {
            // Where each field ends beyond the columns that a table may have is of no use.
            let kept = self.fields.min(COLUMNS - 1);
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
            if !last && !self.blanks() {
                continue;
            }
            let (result, written, ends) = self.feed(last, filled, kept);
            filled += written;
            self.fields += ends;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::InputEmpty if last => return NextRow::Open,
                ReadRecordResult::InputEmpty if self.end - self.start > WINDOW as usize => {
                    let row = self.raw().len() - self.blank();
                    if row == 0 {
                        return NextRow::Blank;
                    } else if row > self.longest {
                        self.cut = true;
                        return NextRow::TooLong;
                    }
                }
                ReadRecordResult::InputEmpty => {}
                // The values of a row are no longer than the row.
                ReadRecordResult::OutputFull => {
                    let most = self.longest.saturating_add(2 * WINDOW as usize);
                    let more = (self.values.len() * 2).min(most).max(self.values.len() + 1);
                    self.values.resize(more, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.ends.resize((self.ends.len() * 2).min(COLUMNS), 0);
                }
                ReadRecordResult::End => return NextRow::End,
            }
        }
        self.line_break();
        let long = self.raw().len() > self.longest;
        if long && self.raw().len() - self.blank() > self.longest {
            NextRow::TooLong
        } else {
            NextRow::Row
        }
    }

    /// Passes the blanks before the quote of a field, where the dialect has them. Returns whether
    /// they are passed: if not, more bytes were read.
    fn blanks(&mut self) -> bool {
        if !self.dialect.spaced || !std::mem::take(&mut self.at_field) {
            return true;
        }
        match self.dialect.blank_before_quote(&self.buffer[self.end..]) {
            Some(blank) => self.end += blank,
            None if self.ended => {}
            None => {
                self.at_field = true;
                self.fill();
                return false;
            }
        }
        true
    }

    /// Gives the parser the bytes that are there: where blanks may follow a delimiter, those up to
    /// the next one. An additional line break at the end closes every row except one with an open
    /// quote. Returns the result with the bytes and the fields that were written.
    fn feed(&mut self, last: bool, filled: usize, kept: usize) -> (ReadRecordResult, usize, usize) {
        let mut input = if last { &b"\n"[..] } else { &self.buffer[self.end..] };
        if self.dialect.spaced {
            let stop = memchr::memchr3(self.dialect.delimiter, b'\n', b'\r', input);
            input = stop.map_or(input, |at| &input[..=at]);
        }
        let (result, read, written, ends) =
            self.core.read_record(input, &mut self.values[filled..], &mut self.ends[kept..]);
        let blank = input[..read].iter().all(|b| matches!(b, b'\n' | b'\r'));
        self.at_field = ends > 0 || blank && self.fields == 0 && filled == 0;
        self.end += if last { 0 } else { read };
        (result, written, ends)
    }

    /// The bytes of the line breaks before the row.
    fn blank(&self) -> usize {
        self.raw().iter().take_while(|b| matches!(b, b'\n' | b'\r')).count()
    }

    /// Takes the second half of a line break into the row.
    fn line_break(&mut self) {
        if self.raw().ends_with(b"\r") {
            while self.end == self.buffer.len() && !self.ended {
                self.fill();
            }
            self.end += usize::from(self.buffer.get(self.end) == Some(&b'\n'));
        }
    }

    /// Reads a row that is too long to its end, without holding it; `part` receives its bytes. The
    /// result is [`NextRow::Row`], or [`NextRow::Open`] where it never ends.
    pub(crate) fn pass_over<E>(
        &mut self,
        mut part: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<NextRow, E> {
        loop {
            part(self.raw())?;
            self.line += memchr::memchr_iter(b'\n', self.raw()).count() as u64;
            self.start = self.end;
            if !std::mem::take(&mut self.cut) {
                return Ok(NextRow::Row);
            }
            if self.end == self.buffer.len() && !self.ended {
                self.fill();
            }
            let last = self.end == self.buffer.len();
            if last && self.error.is_some() {
                return Ok(NextRow::End);
            }
            if !last && !self.blanks() {
                continue;
            }
            // The values are of no use, and neither are their ends.
            let (result, ..) = self.feed(last, 0, 0);
            match result {
                ReadRecordResult::Record => self.line_break(),
                ReadRecordResult::InputEmpty if last => return Ok(NextRow::Open),
                ReadRecordResult::End => return Ok(NextRow::End),
                _ => self.cut = true,
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::InputOptions;
    use proptest::prelude::*;

    fn all(data: &[u8], cut: usize, delimiter: u8) -> (Vec<Vec<Vec<u8>>>, Vec<u8>, NextRow) {
        let (head, mut rest) = data.split_at(cut.min(data.len()));
        let limit = DocumentLimit::of(&InputOptions::default());
        let mut rows = Rows::new(head.to_vec(), &mut rest, Dialect::plain(delimiter), limit);
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
