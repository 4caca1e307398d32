//! Owns: what a document is, and the trait that gives documents and their texts by number. Never:
//! reads anything itself.

use crate::error::Result;
use crate::model::page_read::{Extent, PageRead};
use crate::model::score::Score;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// One article: its metadata and its text.
///
/// ```
/// use nearcopy::Document;
/// let d = Document::new("a.txt", "Some text.")
///     .title("A headline")
///     .source("Daily Courier")
///     .date("2026-01-31");
/// assert_eq!(d.info.id, "a.txt");
/// assert_eq!(d.info.title.as_deref(), Some("A headline"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// The metadata.
    pub info: DocumentInfo,
    /// The decoded text, without a byte-order mark.
    pub text: String,
}

impl Document {
    /// A document with an id and a text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Document {
        DocumentInfo { id: id.into(), ..DocumentInfo::default() }.with_text(text)
    }
    /// Sets the title, which is no part of the text. Readers of files make one line of it.
    pub fn title(mut self, title: impl Into<Arc<str>>) -> Document {
        self.info.title = Some(title.into());
        self
    }
    /// Sets the source.
    pub fn source(mut self, source: impl Into<Arc<str>>) -> Document {
        self.info.source = Some(source.into());
        self
    }
    /// Sets the date.
    pub fn date(mut self, date: impl Into<Arc<str>>) -> Document {
        self.info.date = Some(date.into());
        self
    }
    /// Says how much of its page the text has; see [`DocumentInfo::read`].
    pub fn read(mut self, read: PageRead) -> Document {
        self.info.read = Some(read);
        self
    }
    /// Makes it a reference document, which other documents are only compared with.
    pub fn reference(mut self) -> Document {
        self.info.reference = true;
        self
    }
}

/// The metadata of a document, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentInfo {
    /// The name of the document in the report. Ids are compared as bytes.
    pub id: String,
    /// The headline, in one line. It is no part of the text and its spans.
    pub title: Option<Arc<str>>,
    /// The outlet or site that published it.
    pub source: Option<Arc<str>>,
    /// The date of publication, as an ISO 8601 date or time; dates are compared as strings.
    pub date: Option<Arc<str>>,
    /// The file that it was read from.
    pub path: Option<Arc<str>>,
    /// The number of its record in that file, counted from 1 (a line of JSON Lines, an element of a
    /// JSON array).
    pub record: Option<u64>,
    /// Whether the text is the file, from some line on, so that lines of the text are lines of the
    /// file.
    pub whole_file: bool,
    /// The lines of the file before the text, where it is the file: those of front matter. A report
    /// shows them, so no stored form has them.
    #[serde(skip)]
    pub lines_before: u16,
    /// How much of a web page the text has; `None` for what is no page, whose text is all there is.
    ///
    /// Of a page that was read in part not all was seen. Such a document is removed only if its
    /// page's bytes are equal to those of another one, or its text to that of a document that is
    /// whole and stays; and no other document is removed because of it.
    pub read: Option<PageRead>,
    /// Whether other documents are only compared with it: a scan does not look for pairs of two
    /// such documents, and in a cluster it comes before the others. This is a role in one run, so
    /// no stored form has it.
    #[serde(skip)]
    pub reference: bool,
    /// The number by which a rule of the run prefers one document to another. The rule names its
    /// field, so no stored form has it.
    #[serde(skip)]
    pub score: Score,
    /// The length of the text in bytes; for a text of 4 GiB or more, `u32::MAX`. It follows from
    /// the text, so no stored form has it.
    #[serde(skip)]
    pub bytes: u32,
}

impl DocumentInfo {
    /// Makes a document of this text and sets `bytes`.
    pub fn with_text(mut self, text: impl Into<String>) -> Document {
        let text = text.into();
        self.bytes = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Document { info: self, text }
    }

    /// Whether it is a page that was read in part.
    pub fn is_part(&self) -> bool {
        self.read.is_some_and(|read| read.extent == Extent::Part)
    }
}

/// The fields of a document by which a scan decides, without the others: see
/// [`Documents::fields`]. Each means what that of [`DocumentInfo`] does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentFields<'a> {
    /// The headline.
    pub title: Option<Cow<'a, str>>,
    /// The outlet or site that published it.
    pub source: Option<Cow<'a, str>>,
    /// The date of publication.
    pub date: Option<Cow<'a, str>>,
    /// Whether other documents are only compared with it.
    pub reference: bool,
    /// Whether it is a page that was read in part.
    pub is_part: bool,
}

impl<'a> From<&'a DocumentInfo> for DocumentFields<'a> {
    fn from(info: &'a DocumentInfo) -> DocumentFields<'a> {
        let [title, source, date] =
            [&info.title, &info.source, &info.date].map(|s| s.as_deref().map(Cow::Borrowed));
        DocumentFields { title, source, date, reference: info.reference, is_part: info.is_part() }
    }
}

impl DocumentFields<'_> {
    /// The same fields, with strings of their own.
    fn into_owned(self) -> DocumentFields<'static> {
        let DocumentFields { title, source, date, reference, is_part } = self;
        let [title, source, date] =
            [title, source, date].map(|s| s.map(|s| Cow::Owned(s.into_owned())));
        DocumentFields { title, source, date, reference, is_part }
    }
}

/// Documents by number, wherever they are kept: in memory, in files that are read again by offset,
/// in an index, in a table.
///
/// Numbers run from 0 and follow the byte order of the ids, so that no result depends on the order
/// of arrival. [`Corpus`](crate::Corpus) is the implementation that keeps everything in memory.
pub trait Documents: Sync {
    /// The number of documents.
    fn count(&self) -> usize;
    /// The metadata of a document: borrowed, or put together where it is kept in another form.
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo>;
    /// The id of a document. It is that of its metadata, without the rest of it: for loops over all
    /// documents.
    fn id(&self, number: usize) -> Cow<'_, str> {
        match self.info(number) {
            Cow::Borrowed(info) => Cow::Borrowed(&info.id),
            Cow::Owned(info) => Cow::Owned(info.id),
        }
    }
    /// The length of a document's text in bytes, as [`DocumentInfo::bytes`]; likewise.
    fn bytes(&self, number: usize) -> u32 {
        self.info(number).bytes
    }
    /// The fields of a document by which a scan decides; likewise.
    fn fields(&self, number: usize) -> DocumentFields<'_> {
        match self.info(number) {
            Cow::Borrowed(info) => info.into(),
            Cow::Owned(info) => DocumentFields::from(&info).into_owned(),
        }
    }
    /// The text of a document. It must be the same text on each call.
    ///
    /// # Errors
    /// The text can no longer be read: [`Error::TextGone`](crate::Error::TextGone), or the error of
    /// the storage.
    fn text(&self, number: usize) -> Result<Cow<'_, str>>;
    /// The number of documents that were renamed because several texts had their id.
    fn renamed(&self) -> u64 {
        0
    }
}
