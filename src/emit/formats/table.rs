//! Owns: the rewriting of CSV and TSV. Never: adds quotes to a field that is kept, or removes them.

use crate::emit::change::{ANNOTATION, Annotation, Change, RemovedPart};
use crate::emit::edit::{EditedText, RemovedParts, remove_spans};
use crate::emit::error::Error;
use crate::emit::reopen::{broken, copy, encoded, exact, records};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::field_names::TEXT;
use crate::ingest::formats::table_dialect::Dialect;
use crate::ingest::formats::table_rows::{NextRow, Rows};
use crate::ingest::limits::COLUMNS;
use crate::ingest::record::Context;
use crate::span::Span;
use csv_core::ReadFieldResult;
use encoding_rs::Encoding;
use std::io::{self, Write};
use std::ops::Range;

/// An output that is one table.
pub(super) struct Table<'w> {
    sink: Sink<'w>,
    /// The header without its line break, once it was written, and the dialect.
    header: Option<(Vec<u8>, Dialect)>,
}

/// The parameters with which the rows of an input are written.
struct Rewrite {
    dialect: Dialect,
    encoding: Option<&'static Encoding>,
    /// The number of fields of the header.
    width: usize,
    /// The index of the text column.
    text: Option<usize>,
    /// Whether rows get the columns of an annotation.
    wider: bool,
}

impl<'w> Table<'w> {
    /// Copies what follows the last row unchanged: line breaks, a row whose quote is never closed,
    /// or a table that was not read.
    fn copy_rest(
        &mut self,
        rows: &mut Rows,
        next: NextRow,
        job: &mut RewriteInput,
    ) -> Result<(), Error> {
        if job.drops_unread_end() && next == NextRow::Open {
            // What follows would be taken for a part of the quote.
            return Ok(());
        }
        let open = u64::from(next == NextRow::Open);
        job.written.records += open;
        job.written.kept += open;
        let (left, rest) = rows.left();
        self.sink.write_all(left).map_err(|e| job.failed(e))?;
        copy(rest, job, &mut self.sink)
    }

    pub(super) fn new(sink: Sink<'w>) -> Table<'w> {
        Table { sink, header: None }
    }

    /// Writes the header, or compares it with the one that was written.
    fn header(&mut self, raw: &[u8], rewrite: &Rewrite, job: &RewriteInput) -> Result<(), Error> {
        let (lead, body, ending) = parts(raw);
        let failed = |e| job.failed(e);
        if let Some(known) = &self.header {
            if *known != (body.to_vec(), rewrite.dialect) {
                return Err(Error::incompatible_input(
                    job.file,
                    "its header, delimiter or quotes are not those of the files before it",
                ));
            }
            return if self.sink.at_line_start() {
                Ok(())
            } else {
                self.sink.write_all(b"\n").map_err(failed)
            };
        }
        self.header = Some((body.to_vec(), rewrite.dialect));
        let mut out = [lead, body].concat();
        if rewrite.wider {
            for field in ANNOTATION {
                out.push(rewrite.dialect.delimiter);
                out.extend(rewrite.quoted(&job.name(field), false).unwrap_or_default());
            }
        }
        out.extend_from_slice(ending);
        self.sink.write_all(&out).map_err(failed)
    }
}

impl Writer for Table<'_> {
    /// Writes the rows of an input after the header of the first one.
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        let file = job.file;
        let mut open = records(job, &mut self.sink, false)?;
        let encoding = open.encoding;
        let dialect = Dialect::of(file.format, &open.head, &context(job, encoding));
        refuse_ambiguous(job, dialect, encoding)?;
        let mut rows = Rows::new(open.head, &mut open.rest, dialect, job.limit());
        let mut rewrite: Option<Rewrite> = None;
        let mut number = 0;
        let mut next;
        loop {
            next = rows.next();
            match (next, &rewrite) {
                (NextRow::Blank, _) => {
                    self.sink.write_all(rows.raw()).map_err(|e| job.failed(e))?;
                }
                (NextRow::Row, None) if rows.len() <= COLUMNS => {
                    let names = context(job, encoding).header(&rows);
                    let text =
                        job.fields.columns(&names, |_, _| true)[TEXT].map(|(column, _)| column);
                    // A text of several columns has no place of its own.
                    let text = text.filter(|_| !job.fields.joins());
                    let wider = job.prefix.is_some();
                    let new = Rewrite { dialect, encoding, width: names.len(), text, wider };
                    if wider {
                        job.check_names_free(|name| names.iter().any(|n| n == name))?;
                    }
                    self.header(rows.raw(), &new, job)?;
                    rewrite = Some(new);
                }
                (NextRow::Row, Some(rewrite)) => {
                    number += 1;
                    if job.drops_unread_end() && rewrite.is_cut(&rows) {
                        // Another file may follow it.
                        return Ok(());
                    }
                    rewrite.row(&rows, number, job, &mut self.sink)?;
                }
                // It was skipped when the input was read, and is copied unchanged.
                (NextRow::TooLong, Some(rewrite)) => {
                    number += 1;
                    next = rewrite.pass(&mut rows, job, &mut self.sink)?;
                    if next != NextRow::Row {
                        break;
                    }
                    (job.written.records, job.written.kept) =
                        (job.written.records + 1, job.written.kept + 1);
                }
                // Without a header that can be read, nothing was read.
                _ => break,
            }
        }
        if let Some(e) = &rows.error {
            return Err(broken(file, e));
        }
        self.copy_rest(&mut rows, next, job)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

impl Rewrite {
    /// Whether a file ends inside this row.
    fn is_cut(&self, rows: &Rows) -> bool {
        let open = !rows.raw().ends_with(b"\n") && !rows.raw().ends_with(b"\r");
        open && rows.len() < self.width
    }

    /// Copies a row that is too long, without holding it.
    fn pass(&self, rows: &mut Rows, job: &RewriteInput, sink: &mut Sink) -> Result<NextRow, Error> {
        if !self.wider {
            return rows.pass_over(|part| sink.write_all(part).map_err(|e| job.failed(e)));
        }
        // The columns of an annotation stand before the line break, which is the end of the last
        // part.
        let mut held: Vec<u8> = Vec::new();
        let next = rows.pass_over(|part| {
            let breaks = part.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
            let body = &part[..part.len() - breaks];
            if !body.is_empty() {
                sink.write_all(&std::mem::take(&mut held)).map_err(|e| job.failed(e))?;
                sink.write_all(body).map_err(|e| job.failed(e))?;
            }
            held.extend_from_slice(&part[part.len() - breaks..]);
            // A quoted field may hold any number of line breaks, the end of a row is two at most.
            let inside = held.len().saturating_sub(2);
            sink.write_all(&held[..inside]).map_err(|e| job.failed(e))?;
            held.drain(..inside);
            Ok(())
        })?;
        let more =
            vec![self.dialect.delimiter; if next == NextRow::Row { ANNOTATION.len() } else { 0 }];
        sink.write_all(&more).map_err(|e| job.failed(e))?;
        sink.write_all(&held).map_err(|e| job.failed(e))?;
        Ok(next)
    }

    /// Writes a row with its change.
    fn row(
        &self,
        rows: &Rows,
        number: u64,
        job: &mut RewriteInput,
        sink: &mut Sink,
    ) -> Result<(), Error> {
        job.written.records += 1;
        let raw = rows.raw();
        let (lead, body, ending) = parts(raw);
        let change = (job.change)(Some(number));
        if change == Change::Drop {
            job.written.dropped += 1;
            sink.write_all(lead).map_err(|e| job.failed(e))?;
            return job.report_removed(Some(number), RemovedPart::Record(&raw[lead.len()..]));
        }
        job.written.kept += 1;
        if rows.len() != self.width {
            job.written.left += u64::from(change != Change::Keep);
            return sink.write_all(raw).map_err(|e| job.failed(e));
        }
        let (mut new, mut more) = (None, None);
        match &change {
            Change::Cut(spans) => {
                if let Some((cut, removed_parts)) = self.remove_spans(rows, body, spans) {
                    job.report_cut(Some(number), &removed_parts)?;
                    new = Some(cut);
                }
            }
            Change::Annotate(annotation) => more = self.fields(annotation).filter(|_| self.wider),
            _ => {}
        }
        job.written.left += u64::from(change != Change::Keep && new.is_none() && more.is_none());
        let more = more.unwrap_or_else(|| {
            vec![self.dialect.delimiter; if self.wider { ANNOTATION.len() } else { 0 }]
        });
        for part in [lead, new.as_deref().unwrap_or(body), &more, ending] {
            sink.write_all(part).map_err(|e| job.failed(e))?;
        }
        Ok(())
    }

    /// Cuts parts out of the text of a row; returns the new row and the parts.
    fn remove_spans(
        &self,
        rows: &Rows,
        body: &[u8],
        spans: &[Span],
    ) -> Option<(Vec<u8>, RemovedParts)> {
        let column = self.text?;
        let text = exact(rows.field(column), self.encoding)?;
        let EditedText { kept, removed_parts } = remove_spans(&text, spans)?;
        let place = places(body, self.dialect).get(column)?.clone();
        let quote = self.dialect.quote;
        let quoted = quote.is_some() && body[place.clone()].first().copied() == quote;
        if self.dialect.backslash && *self.quoted(&text, quoted)? != body[place.clone()] {
            // Other escapes are in the field, which the text does not show.
            return None;
        }
        let new = self.quoted(&kept, quoted || (self.width == 1 && kept.is_empty()))?;
        Some(([&body[..place.start], &new, &body[place.end..]].concat(), removed_parts))
    }

    /// The fields of an annotation, each with the delimiter before it.
    fn fields(&self, a: &Annotation) -> Option<Vec<u8>> {
        let coverage = a.coverage.map(|c| c.to_string());
        let spans = a.spans_json();
        let values = [
            a.cluster.as_deref(),
            a.relation,
            a.partner.as_deref(),
            coverage.as_deref(),
            spans.as_deref(),
        ];
        let mut out = Vec::new();
        for value in values {
            out.push(self.dialect.delimiter);
            out.extend(self.quoted(value.unwrap_or_default(), false)?);
        }
        Some(out)
    }

    /// A value as a field, quoted where it contains special characters or `quotes` is set.
    fn quoted(&self, value: &str, quotes: bool) -> Option<Vec<u8>> {
        let Dialect { delimiter, quote, backslash, spaced } = self.dialect;
        let special = |b: u8| {
            b == delimiter || Some(b) == quote || matches!(b, b'\n' | b'\r') || spaced && b == b' '
        };
        let field = match (quotes || value.bytes().any(special), quote.map(char::from)) {
            (true, None) => return None,
            (true, Some(quote)) if backslash => {
                let escaped = value.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
                format!("{quote}{escaped}{quote}")
            }
            (true, Some(quote)) => {
                format!("{quote}{}{quote}", value.replace(quote, &format!("{quote}{quote}")))
            }
            (false, _) => value.to_owned(),
        };
        encoded(&field, self.encoding).map(|bytes| bytes.into_owned())
    }
}

/// What the fields of an input are read with.
fn context<'a>(job: &'a RewriteInput, encoding: Option<&'static Encoding>) -> Context<'a> {
    let table = job.options.table;
    Context { encoding, table, ..Context::new(&job.fields, "", job.limit()) }
}

/// Refuses a table in whose encoding a byte of the dialect may be the second half of a character.
fn refuse_ambiguous(
    job: &RewriteInput,
    dialect: Dialect,
    encoding: Option<&'static Encoding>,
) -> Result<(), Error> {
    let Some(encoding) = encoding.filter(|e| !e.is_single_byte()) else { return Ok(()) };
    if dialect.backslash || !matches!(dialect.delimiter, b',' | b';' | b'\t') {
        let what = format!(
            "it is in {}, whose characters may hold its delimiter or a backslash",
            encoding.name()
        );
        return Err(Error::input(job.file, what, "convert it to UTF-8"));
    }
    Ok(())
}

/// Splits a row into the blank lines before it, the row itself, and its line break.
fn parts(raw: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let lead = raw.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    let (lead, rest) = raw.split_at(lead);
    let ending = match rest {
        [.., b'\r', b'\n'] => 2,
        [.., b'\n' | b'\r'] => 1,
        _ => 0,
    };
    let (body, ending) = rest.split_at(rest.len() - ending);
    (lead, body, ending)
}

/// The byte ranges of the fields of a row, quotes included.
fn places(body: &[u8], dialect: Dialect) -> Vec<Range<usize>> {
    let mut core = dialect.reader();
    let mut out = vec![0; body.len().max(16)];
    core.read_field(b"\n", &mut out);
    let first = dialect.blank_before_quote(body).unwrap_or(0);
    let (mut places, mut start, mut at) = (Vec::new(), first, first);
    loop {
        let (result, read, _) = core.read_field(&body[at..], &mut out);
        at += read;
        match result {
            ReadFieldResult::Field { record_end } => {
                let end = if record_end { at } else { at.saturating_sub(1) };
                places.push(start..end.max(start));
                if record_end {
                    return places;
                }
                at += dialect.blank_before_quote(&body[at..]).unwrap_or(0);
                start = at;
            }
            ReadFieldResult::InputEmpty => {}
            ReadFieldResult::OutputFull => out.resize(out.len() * 2, 0),
            ReadFieldResult::End => return places,
        }
    }
}
