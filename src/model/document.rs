//! Owns: what a document is, and the trait that answers "the text of document number n". Never:
//! reads anything itself.

use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// One article as it comes in: what is known of it, and its text.
///
/// ```
/// use nearcopy::Document;
/// let d = Document::new("a.txt", "Some text.").source("Daily Courier").date("2026-01-31");
/// assert_eq!(d.info.id, "a.txt");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// All but the text.
    pub info: DocumentInfo,
    /// The decoded text, without byte-order mark.
    pub text: String,
}

impl Document {
    /// A document with an id and a text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Document {
        DocumentInfo { id: id.into(), ..DocumentInfo::default() }.with_text(text)
    }
    /// The same with a source.
    pub fn source(mut self, source: impl Into<Arc<str>>) -> Document {
        self.info.source = Some(source.into());
        self
    }
    /// The same with a date.
    pub fn date(mut self, date: impl Into<Arc<str>>) -> Document {
        self.info.date = Some(date.into());
        self
    }
    /// The same, only there to be compared with.
    pub fn reference(mut self) -> Document {
        self.info.reference = true;
        self
    }
}

/// A document without its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentInfo {
    /// What the document is called in the report. Compared as bytes.
    pub id: String,
    /// The outlet or site that printed it.
    pub source: Option<Arc<str>>,
    /// When, as an ISO 8601 date or time; dates are compared as strings.
    pub date: Option<Arc<str>>,
    /// The file it was read from.
    pub path: Option<Arc<str>>,
    /// Where it stands in that file, counted from 1 (a line of JSON Lines, an element of a JSON
    /// array).
    pub record: Option<u64>,
    /// Whether the text is the whole file, so that lines of the text are lines of the file.
    pub whole_file: bool,
    /// Whether it is only there to be compared with: pairs of two such documents are not looked
    /// for, and in a cluster it comes before others. A role in one run, so no stored form has it.
    #[serde(skip)]
    pub reference: bool,
    /// Length of the text in bytes; of a text of 4 GiB or more, the greatest value. The text
    /// decides it, so no stored form has it.
    #[serde(skip)]
    pub bytes: u32,
}

impl DocumentInfo {
    /// A document of this text; `bytes` is set by it.
    pub fn with_text(mut self, text: impl Into<String>) -> Document {
        let text = text.into();
        self.bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Document { info: self, text }
    }
}

/// Documents by number, from wherever they are kept: memory, files read again by offset, an index,
/// a table.
///
/// Numbers run from 0 and follow the byte order of the ids, so that nothing depends on the order of
/// arrival. [`Corpus`](crate::Corpus) is the one that keeps everything in memory.
pub trait Documents: Sync {
    /// How many there are.
    fn count(&self) -> usize;
    /// All but the text.
    fn info(&self, number: usize) -> &DocumentInfo;
    /// The text. Must give the same text each time.
    ///
    /// # Errors
    /// Why it can no longer be read: [`Error::TextGone`](crate::Error::TextGone), or what the
    /// storage says.
    fn text(&self, number: usize) -> Result<Cow<'_, str>>;
    /// How many were renamed because their id stood for several texts.
    fn renamed(&self) -> u64 {
        0
    }
}
