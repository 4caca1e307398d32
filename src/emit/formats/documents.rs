//! Owns: documents of formats whose records have no fields (texts, articles of pages and archives),
//! written as JSON Lines. Never: writes a file in its own format.

use crate::emit::change::{Change, RemovedPart};
use crate::emit::edit::{EditedText, record, remove_spans};
use crate::emit::error::Error;
use crate::emit::reopen::{broken, plain};
use crate::emit::rewrite_input::RewriteInput;
use crate::emit::sink::Sink;
use crate::ingest::Format;
use crate::ingest::read_file::read_again;
use crate::model::document::{Document, DocumentInfo};
use serde::Serialize;
use std::io::Write;

/// Writes the documents of an input as lines with `id` and `text`, for pages also `read` and, where
/// they are known, `title`, `source` and `date`. Anything that was not read as a document is not
/// written; a text file that has no document is counted as left.
pub(super) fn copy(job: &mut RewriteInput, sink: &mut Sink) -> Result<(), Error> {
    #[cfg(feature = "web")]
    if let Some(layout) = crate::ingest::web::archive::Layout::of(job.file.format) {
        return archive(job, layout, sink);
    }
    let (read, error) = read_again(job.file, job.options, plain(job.file)?);
    if let Some(e) = error {
        return Err(broken(job.file, &e));
    }
    if job.file.format == Format::Text && read.documents.is_empty() {
        (job.written.records, job.written.left) = (1, 1);
    }
    read.documents.iter().try_for_each(|document| line(job, document, sink))
}

/// Memory: one batch of the archive, as when it is read.
#[cfg(feature = "web")]
fn archive(
    job: &mut RewriteInput,
    layout: crate::ingest::web::archive::Layout,
    sink: &mut Sink,
) -> Result<(), Error> {
    use crate::emit::reopen::stored_bytes;
    use crate::ingest::fields::Fields;
    use crate::ingest::record::Context;
    use crate::ingest::web::archive;
    let stored = stored_bytes(job.file)?;
    let (_, mut records) =
        archive::open(Box::new(stored.reader(0)), layout).map_err(|e| broken(job.file, &e))?;
    let fields = Fields::new(job.options);
    let context = Context {
        encoding: job.encoding(),
        parallel: true,
        ..Context::new(&fields, &job.file.display_path, job.limit())
    };
    while let Some(documents) = archive::next(&mut records, &context) {
        documents.iter().try_for_each(|document| line(job, document, sink))?;
    }
    Ok(())
}

/// A document as a record; its JSON omits fields without a value.
#[derive(Debug, Clone, Serialize)]
pub struct DocumentLine<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// The outlet or site that printed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<&'a str>,
    /// The date of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<&'a str>,
    /// The file it was read from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<&'a str>,
    /// The number of its record in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    /// For a page, how much of it the text has: `whole` or `part`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<&'static str>,
    /// For a page, the share of its prose that the text has, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_share: Option<f64>,
    /// For a page that was read in part, the hash of its bytes as 32 hex digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_raw: Option<String>,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
}

impl<'a> DocumentLine<'a> {
    /// A line with this text, without path and record.
    pub fn new(info: &'a DocumentInfo, text: Option<&'a str>) -> DocumentLine<'a> {
        DocumentLine {
            id: &info.id,
            title: info.title.as_deref(),
            source: info.source.as_deref(),
            date: info.date.as_deref(),
            path: None,
            record: None,
            read: info.read.map(|read| read.extent.name()),
            read_share: info.read.map(|read| read.fraction()),
            read_raw: info.read.and_then(|read| read.raw_hex()),
            text,
        }
    }
}

/// Writes a document, changed or not.
fn line(job: &mut RewriteInput, document: &Document, sink: &mut Sink) -> Result<(), Error> {
    job.written.records += 1;
    let of = |text: &str| {
        let line = DocumentLine::new(&document.info, Some(text));
        serde_json::to_string(&line).map_err(|e| job.failed(e.into()))
    };
    let mut new = of(&document.text)?;
    let change = (job.change)(document.info.record);
    match &change {
        Change::Keep => {}
        Change::Drop => {
            job.written.dropped += 1;
            new.push('\n');
            return job.report_removed(document.info.record, RemovedPart::Record(new.as_bytes()));
        }
        Change::Cut(spans) => match remove_spans(&document.text, spans) {
            Some(EditedText { kept, removed_parts }) => {
                new = of(&kept)?;
                job.report_cut(document.info.record, &removed_parts)?;
            }
            None => job.written.left += 1,
        },
        Change::Annotate(_) => {
            if let Some(bytes) = record(new.as_bytes(), document.info.record, &change, job, None)? {
                new = String::from_utf8(bytes).unwrap_or(new);
            }
        }
    }
    job.written.kept += 1;
    new.push('\n');
    sink.write_all(new.as_bytes()).map_err(|e| job.failed(e))
}
