//! Owns: what the own header of a record of an archive says. Never: parses one.

/// The fields of a record's header.
#[derive(Debug, Default, Clone)]
pub(crate) struct Header {
    /// `response`, `request` and so on, in lower case.
    pub(crate) kind: String,
    pub(crate) id: String,
    /// The records of the same visit.
    pub(crate) concurrent: Vec<String>,
    /// The record that a `revisit` refers to as identical.
    pub(crate) refers: String,
    pub(crate) target: String,
    pub(crate) date: String,
    pub(crate) content_type: String,
    /// Whether the crawler stored less than there was.
    pub(crate) truncated: bool,
    pub(super) length: Option<u64>,
}
