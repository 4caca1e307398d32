//! Owns: the rows of CSV and TSV to documents. Never: decides where a row ends, or writes one.

use crate::ingest::field_names::{PerRole, TEXT};
use crate::ingest::fields::{Fields, others, shown_names};
use crate::ingest::format::Format;
use crate::ingest::formats::record_bytes::{Borders, RecordBytes, read as read_records};
use crate::ingest::formats::table_dialect::Dialect;
use crate::ingest::formats::table_rows::{NextRow, Rows};
use crate::ingest::input::InputOptions;
use crate::ingest::limits::{COLUMNS, DocumentLimit};
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use encoding_rs::UTF_8;
use std::borrow::Cow;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

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
/// dropped. Memory: a window, or twice the longest row.
fn table(bytes: RecordBytes, format: Format, context: &Context) -> (Batch, Option<io::Error>) {
    let RecordBytes { head, mut rest, damaged } = bytes;
    let dialect = Dialect::of(format, &head, context);
    let mut rows = Rows::new(head, &mut rest, dialect, context.limit);
    let mut batch = Batch::default();
    let mut names: Option<Header> = None;
    let mut number = 0;
    loop {
        let record = names.as_ref().map(|_| number + 1);
        match rows.next() {
            NextRow::End => break,
            NextRow::Blank => continue,
            NextRow::Open => {
                let line = rows.line();
                batch.intake.skip(Reason::OpenQuote, &context.path, record, || open(line));
                break;
            }
            NextRow::TooLong if names.is_none() => {
                let most = context.limit.row();
                batch.intake.record_too_long(&context.path, None, context.limit, most);
                break;
            }
            NextRow::TooLong => {
                let line = rows.line();
                let Ok(end) = rows.pass_over(|_| Ok::<(), Infallible>(()));
                if end == NextRow::Open {
                    batch.intake.skip(Reason::OpenQuote, &context.path, record, || open(line));
                    break;
                }
                let most = context.limit.row();
                batch.intake.record_too_long(&context.path, record, context.limit, most);
                number += 1;
            }
            NextRow::Row => match &names {
                None => match header(&rows, context, &mut batch) {
                    Ok(header) => names = Some(header),
                    Err((reason, why)) => {
                        batch.intake.skip(reason, &context.path, None, || why);
                        break;
                    }
                },
                Some(header) => {
                    number += 1;
                    if number % HANDED == 0 {
                        context.merge_part(&mut batch, Batch::default());
                    }
                    if rows.len() == header.width {
                        let damaged = damaged.load(Ordering::Relaxed);
                        row(&rows, &header.columns, number, damaged, context, &mut batch);
                    } else {
                        ragged(&rows, header.width, number, context, &mut batch);
                    }
                }
            },
        }
    }
    (batch, rows.error)
}

/// What the first row says about the others.
struct Header {
    /// The number of columns.
    width: usize,
    /// The column of each role, and the rank of its name.
    columns: PerRole<Option<(usize, usize)>>,
}

fn header(rows: &Rows, context: &Context, batch: &mut Batch) -> Result<Header, (Reason, String)> {
    if rows.len() > COLUMNS {
        let why = format!(
            "a header with {} columns, and at most {COLUMNS} are read; nothing was read: leave out \
             the columns that are no text",
            rows.len()
        );
        return Err((Reason::Unsupported, why));
    }
    let names = context.header(rows);
    let columns = context.fields.columns(&names, |_, _| true);
    context.note_fields(&columns.map(|c| c.is_some()), batch, || shown_names(&names));
    batch.intake.repeated_columns(&context.path, &names, &columns);
    if !context.fields.has_text(&columns) {
        return Err((Reason::NoText, context.fields.no_text_column(&names)));
    }
    Ok(Header { width: names.len(), columns })
}

/// The byte that some programs put behind a text (Ctrl-Z).
const END_OF_TEXT: u8 = 0x1a;

/// Counts a row with more or fewer fields than the header.
fn ragged(rows: &Rows, want: usize, number: u64, context: &Context, batch: &mut Batch) {
    let (line, fields) = (rows.line(), rows.len());
    let raw = rows.raw();
    let last = !raw.ends_with(b"\n") && !raw.ends_with(b"\r") && rows.error.is_none();
    if last && raw.iter().all(|b| b.is_ascii_whitespace() || *b == END_OF_TEXT) {
        return;
    }
    if fields < want && last {
        return batch.intake.skip(Reason::CutShort, &context.path, Some(number), || {
            format!("the file ends inside the row that begins in line {line}: fetch it again")
        });
    }
    batch.intake.skip(Reason::RaggedRow, &context.path, Some(number), || {
        format!(
            "line {line} has {fields} field{}, the header {want}; the row was skipped: put quotes \
             around fields that hold the delimiter or a line break",
            if fields == 1 { "" } else { "s" }
        )
    });
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
    let text = value(TEXT);
    let mut others = others(|role| value(role).filter(|(_, v)| !v.is_empty()));
    let Some(text) = context.fields.joined(text, &mut others) else { return };
    context.document(text, others, Some(number), replaced, batch);
}

/// Reads rows from bytes alone, under the path `-`. For fuzzing; `read` does the same with files.
#[doc(hidden)]
pub fn rows(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let table_options = options.table;
    let context =
        Context { table: table_options, ..Context::new(&fields, "-", DocumentLimit::of(options)) };
    let bytes =
        RecordBytes { head: bytes.to_vec(), rest: Box::new(io::empty()), damaged: Arc::default() };
    table(bytes, options.format.unwrap_or(Format::Csv), &context).0.finish(&context)
}
