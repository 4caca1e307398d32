//! Owns: what a document is, and the trait that answers "the text of document number n". Never: reads anything itself.

use std::borrow::Cow;
use std::sync::Arc;

/// One article as it comes in.
///
/// ```
/// use nearcopy::Document;
/// let d = Document::new("a.txt", "Some text.").source("Daily Courier").date("2026-01-31");
/// assert_eq!(d.id, "a.txt");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// What the document is called in the report. Compared as bytes.
    pub id: String,
    /// The decoded text, without byte-order mark.
    pub text: String,
    /// The outlet or site that printed it.
    pub source: Option<Arc<str>>,
    /// When, as an ISO 8601 date or time; dates are compared as strings.
    pub date: Option<Arc<str>>,
    /// The file it was read from.
    pub path: Option<Arc<str>>,
    /// Where it stands in that file, counted from 1 (a line of JSON Lines, an element of a JSON array).
    pub record: Option<u64>,
    /// Whether the text is the whole file, so that lines of the text are lines of the file.
    pub whole_file: bool,
    /// Whether it is only there to be compared with: pairs of two such documents are not looked for, and in a cluster it comes before others.
    pub reference: bool,
}

impl Document {
    /// A document with an id and a text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Document {
        Document { id: id.into(), text: text.into(), ..Document::default() }
    }
    /// The same with a source.
    pub fn source(mut self, source: impl Into<Arc<str>>) -> Document {
        self.source = Some(source.into());
        self
    }
    /// The same with a date.
    pub fn date(mut self, date: impl Into<Arc<str>>) -> Document {
        self.date = Some(date.into());
        self
    }
    /// The same, only there to be compared with.
    pub fn reference(mut self) -> Document {
        self.reference = true;
        self
    }
    /// The text apart from all else. Of a text of 4 GiB or more `bytes` is its greatest value.
    pub fn into_parts(self) -> (DocumentInfo, String) {
        let Document { id, text, source, date, path, record, whole_file, reference } = self;
        let bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        (DocumentInfo { id, source, date, path, record, whole_file, reference, bytes }, text)
    }
}

/// A document without its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentInfo {
    /// See [`Document::id`].
    pub id: String,
    /// See [`Document::source`].
    pub source: Option<Arc<str>>,
    /// See [`Document::date`].
    pub date: Option<Arc<str>>,
    /// See [`Document::path`].
    pub path: Option<Arc<str>>,
    /// See [`Document::record`].
    pub record: Option<u64>,
    /// See [`Document::whole_file`].
    pub whole_file: bool,
    /// See [`Document::reference`].
    pub reference: bool,
    /// Length of the text in bytes.
    pub bytes: u32,
}

/// Documents by number, from wherever they are kept: memory, files read again by offset, an index, a table.
///
/// Numbers run from 0 and follow the byte order of the ids, so that nothing depends on the order of arrival.
/// [`Corpus`](crate::Corpus) is the one that keeps everything in memory.
pub trait Documents: Sync {
    /// How many there are.
    fn count(&self) -> usize;
    /// All but the text.
    fn info(&self, number: usize) -> &DocumentInfo;
    /// The text, or nothing when it can no longer be read. Must give the same text each time.
    fn text(&self, number: usize) -> Option<Cow<'_, str>>;
    /// How many were renamed because their id stood for several texts.
    fn renamed(&self) -> u64 {
        0
    }
}
