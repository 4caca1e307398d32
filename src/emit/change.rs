//! Owns: what may become of a record, and what a caller hears of what is taken away. Never: does
//! it.

use crate::span::Span;

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// It goes.
    Drop,
    /// These parts of its text go: bytes of the document's text, on character borders, in ascending
    /// order, none over another.
    Cut(Vec<Span>),
    /// Fields are added to it.
    Annotate(Annotation),
}

/// Fields that are added to a record. Those without a value are left away in JSON, empty in CSV and
/// null in Parquet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// The cluster it belongs to.
    pub cluster: Option<String>,
    /// What it is to its partner.
    pub relation: Option<&'static str>,
    /// The id of the record it repeats.
    pub partner: Option<String>,
    /// How much of it the partner holds, from 0 to 1.
    pub coverage: Option<f64>,
    /// Which parts of its text are repeated: characters (Unicode scalar values), half-open.
    pub spans: Vec<[u32; 2]>,
}

/// The names of an annotation's fields, without their prefix.
pub(super) const ANNOTATION: [&str; 5] = ["cluster", "relation", "partner", "coverage", "spans"];

impl Annotation {
    /// The spans as JSON.
    pub(super) fn spans_json(&self) -> Option<String> {
        if self.spans.is_empty() { None } else { serde_json::to_string(&self.spans).ok() }
    }
}

/// What was taken away, as it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed<'a> {
    /// The record, counted from 1; nothing: the file is one record.
    pub record: Option<u64>,
    /// What of it.
    pub what: RemovedPart<'a>,
}

/// A whole record, or a part of its text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RemovedPart<'a> {
    /// The record's bytes, with its line ending where it has one; of Parquet, the row as a JSON
    /// object; of what becomes JSON Lines, the line; of what was in UTF-16, in UTF-8; of an
    /// archive, the record unpacked.
    Record(&'a [u8]),
    /// A part of the text.
    Text(Span, &'a str),
}
