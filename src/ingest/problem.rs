//! Owns: the reasons for which something is not read, and a place with one. Never: what is done
//! about it.

use crate::escape;

/// Why something was not read. The name is what the report shows under "skipped".
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
    /// A line or file that is not valid JSON.
    BadJson,
    /// A JSON value that is not an object.
    NotAnObject,
    /// A record without the text field.
    NoText,
    /// A record whose text field is not a string.
    TextNotString,
    /// A text of 4 GiB or more.
    TooLong,
    /// A row of a table that has more or fewer fields than the header.
    RaggedRow,
    /// A quote in a table that never ends; what follows it was not read.
    OpenQuote,
    /// A Parquet file, or a row group of one, that is damaged, encrypted or compressed in a way
    /// that is not known.
    BadParquet,
    /// A page with more elements inside each other than can be read.
    PageTooDeep,
    /// A page of more bytes, or with more elements, than can be read.
    PageTooLarge,
    /// A page without text.
    EmptyPage,
    /// A response in an archive that is no page: another type, or another status than that of
    /// success.
    NotAPage,
    /// A record of an archive that is damaged or cut short, or what stands in the place of one.
    BadWarc,
    /// A response in an archive whose HTTP header or encoding cannot be read.
    BadPayload,
    /// A format that this program was built without.
    NotBuiltIn,
    /// A file met in a directory whose name is not that of a text, of JSON, of a table or of a
    /// page; named explicitly it would be read.
    UnknownName,
}

impl Reason {
    /// The name in reports, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Missing => "missing",
            Reason::Unreadable => "unreadable",
            Reason::Binary => "binary",
            Reason::BrokenCompression => "broken-compression",
            Reason::BadJson => "bad-json",
            Reason::NotAnObject => "not-an-object",
            Reason::NoText => "no-text",
            Reason::TextNotString => "text-not-string",
            Reason::TooLong => "too-long",
            Reason::RaggedRow => "ragged-row",
            Reason::OpenQuote => "open-quote",
            Reason::BadParquet => "bad-parquet",
            Reason::PageTooDeep => "page-too-deep",
            Reason::PageTooLarge => "page-too-large",
            Reason::EmptyPage => "empty-page",
            Reason::NotAPage => "not-a-page",
            Reason::BadWarc => "bad-warc",
            Reason::BadPayload => "bad-payload",
            Reason::NotBuiltIn => "not-built-in",
            Reason::UnknownName => "unknown-name",
        }
    }
}

/// One thing that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub reason: Reason,
    /// The file, `-` for standard input.
    pub path: String,
    /// The record in it, counted from 1.
    pub record: Option<u64>,
    /// What is wrong and what to do about it, in words; holds no control characters.
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
