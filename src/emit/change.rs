//! Owns: the changes that can be made to a record, and the report of what was removed. Never: makes
//! a change.

use crate::span::Span;

/// The change of a record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// The record stays as it is.
    Keep,
    /// The record is removed.
    Drop,
    /// These parts of its text are removed: byte ranges of the document's text, on character
    /// borders, in ascending order, without overlap.
    Cut(Vec<Span>),
    /// Fields are added to the record.
    Annotate(Annotation),
}

/// Fields that are added to a record. Those without a value are omitted in JSON, empty in CSV and
/// null in Parquet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// The cluster of the record.
    pub cluster: Option<String>,
    /// The relation of the record to its partner.
    pub relation: Option<&'static str>,
    /// The id of the partner, whose text the record repeats.
    pub partner: Option<String>,
    /// The share of the record's text that the partner covers, from 0 to 1.
    pub coverage: Option<f64>,
    /// The repeated parts of its text: characters (Unicode scalar values), half-open.
    pub spans: Vec<[u32; 2]>,
}

/// The names of an annotation's fields, without their prefix.
pub(super) const ANNOTATION: [&str; 5] = [CLUSTER, "relation", "partner", "coverage", "spans"];
/// The name of the cluster's field, unless the caller gives another one.
pub(super) const CLUSTER: &str = "cluster";

impl Annotation {
    /// The spans as JSON.
    pub(super) fn spans_json(&self) -> Option<String> {
        if self.spans.is_empty() { None } else { serde_json::to_string(&self.spans).ok() }
    }
}

/// A removed record or part of a text, as it was in the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed<'a> {
    /// The record, counted from 1; `None`: the file is one record.
    pub record: Option<u64>,
    /// The removed content.
    pub what: RemovedPart<'a>,
}

/// A whole record, or a part of its text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum RemovedPart<'a> {
    /// The record's bytes, with its line ending where it has one. For Parquet, the row as a JSON
    /// object; for formats that are written as JSON Lines, the line; for input in UTF-16, the
    /// record in UTF-8; for an archive, the decompressed record.
    Record(&'a [u8]),
    /// A part of the text.
    Text(Span, &'a str),
}
