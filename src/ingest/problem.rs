//! Owns: the reasons for which input is skipped, and a problem with its place. Never: decides what
//! follows from it.

use crate::escape;

/// The reason why something was not read. The report lists its name under "skipped".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A path that was asked for does not exist.
    Missing,
    /// A file or directory that may not be read.
    Unreadable,
    /// A plain file with a NUL in its first 8 KiB.
    Binary,
    /// Compressed data that ends early or is damaged; what came before the damage is kept.
    BrokenCompression,
    /// A file that ends inside a record: a download or a copy that was cut short.
    CutShort,
    /// A file of a kind that is recognised and not read, such as xz data or an RSS feed.
    Unsupported,
    /// A file that the caller named, and of which no record could be read.
    NothingRead,
    /// A file found in a directory whose records have no text, such as the settings of another
    /// program; it would be an error if it were named explicitly.
    NoArticle,
    /// A line or file that is not valid JSON.
    BadJson,
    /// A JSON value that is not an object.
    NotAnObject,
    /// A record without the text field.
    NoText,
    /// A record whose text field is not a string.
    TextNotString,
    /// A text or record that exceeds [`max_document`](crate::ingest::InputOptions::max_document).
    TooLong,
    /// A row of a table that has more or fewer fields than the header.
    RaggedRow,
    /// An array of JSON with an error; the rest of the file was not read.
    BrokenArray,
    /// A quote in a table that is never closed; the rest of the file was not read.
    OpenQuote,
    /// A Parquet file, or a row group of one, that is damaged, encrypted or compressed in an
    /// unknown way.
    BadParquet,
    /// A page whose elements are nested too deeply.
    PageTooDeep,
    /// A page with too many bytes or elements.
    PageTooLarge,
    /// A page without text.
    EmptyPage,
    /// A response in an archive that is no page: its content type or its status, which is not
    /// success, excludes it.
    NotAPage,
    /// A record of an archive that is damaged, or other bytes in the place of a record.
    BadWarc,
    /// The same in an archive in the older format ARC.
    BadArc,
    /// A response in an archive whose HTTP header or encoding cannot be read.
    BadPayload,
    /// A format that this program was built without.
    NotBuiltIn,
    /// A file found in a directory whose name has none of the known extensions; it would be read if
    /// it were named explicitly.
    UnknownName,
    /// An input without a record: an empty file of a format that has records, or a directory
    /// without a file that is read.
    NoRecords,
    /// A link to a directory, found in a directory: it is not followed, as git does not follow it.
    LinkedDirectory,
}

/// What a reason says about the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasonKind {
    /// An input failed: it is missing, or was not read to its end. See
    /// [`OnError`](super::OnError).
    Failure,
    /// A record, page or text that was meant to be read and cannot be, inside an input that was
    /// read to its end.
    BadRecord,
    /// Something without a text that need not have one. It is only counted.
    PassedOver,
}

impl Reason {
    /// What it says about the input. This is the one place that decides which problems are
    /// failures, and which are bad records.
    pub const fn kind(self) -> ReasonKind {
        match self {
            Reason::Missing
            | Reason::Unreadable
            | Reason::BrokenCompression
            | Reason::CutShort
            | Reason::Unsupported
            | Reason::NothingRead
            | Reason::BrokenArray
            | Reason::OpenQuote
            | Reason::BadParquet
            | Reason::NotBuiltIn => ReasonKind::Failure,
            Reason::BadJson
            | Reason::NotAnObject
            | Reason::NoText
            | Reason::TextNotString
            | Reason::TooLong
            | Reason::RaggedRow
            | Reason::PageTooDeep
            | Reason::PageTooLarge
            | Reason::BadWarc
            | Reason::BadArc
            | Reason::BadPayload => ReasonKind::BadRecord,
            Reason::Binary
            | Reason::EmptyPage
            | Reason::NotAPage
            | Reason::NoArticle
            | Reason::UnknownName
            | Reason::NoRecords
            | Reason::LinkedDirectory => ReasonKind::PassedOver,
        }
    }

    /// Whether a file could be opened, and was not read to its end.
    pub(super) const fn ends_early(self) -> bool {
        matches!(
            self,
            Reason::Unreadable
                | Reason::BrokenCompression
                | Reason::CutShort
                | Reason::BrokenArray
                | Reason::OpenQuote
                | Reason::BadParquet
        )
    }

    /// The name in reports, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Missing => "missing",
            Reason::Unreadable => "unreadable",
            Reason::Binary => "binary",
            Reason::BrokenCompression => "broken-compression",
            Reason::CutShort => "cut-short",
            Reason::Unsupported => "unsupported",
            Reason::NothingRead => "nothing-read",
            Reason::NoArticle => "no-article",
            Reason::BadJson => "bad-json",
            Reason::NotAnObject => "not-an-object",
            Reason::NoText => "no-text",
            Reason::TextNotString => "text-not-string",
            Reason::TooLong => "too-long",
            Reason::RaggedRow => "ragged-row",
            Reason::BrokenArray => "broken-array",
            Reason::OpenQuote => "open-quote",
            Reason::BadParquet => "bad-parquet",
            Reason::PageTooDeep => "page-too-deep",
            Reason::PageTooLarge => "page-too-large",
            Reason::EmptyPage => "empty-page",
            Reason::NotAPage => "not-a-page",
            Reason::BadWarc => "bad-warc",
            Reason::BadArc => "bad-arc",
            Reason::BadPayload => "bad-payload",
            Reason::NotBuiltIn => "not-built-in",
            Reason::UnknownName => "unknown-name",
            Reason::NoRecords => "no-records",
            Reason::LinkedDirectory => "linked-directory",
        }
    }
}

impl_display!(Reason);

/// One problem: something that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub reason: Reason,
    /// The file, `-` for standard input.
    pub path: String,
    /// The record in the file, counted from 1.
    pub record: Option<u64>,
    /// What is wrong and what to do about it, as a message without control characters.
    pub message: String,
}

/// `path:record: message`, control characters escaped.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", escape::message(&self.path))?;
        if let Some(record) = self.record {
            write!(f, "{record}:")?;
        }
        write!(f, " {}", self.message)
    }
}
