//! Owns: the input of reports about a cleaning, a gate and an explanation. Never: how these reports
//! look.

use crate::clean::plan::Plan;
use crate::gate::verdict::Verdict;
use crate::model::findings::Findings;
use crate::model::page_read::PageRead;
use crate::pair::explain::document::DocumentTrace;
use crate::pair::explain::pair::PairTrace;
use serde::Serialize;

/// The input of a report about a cleaning.
#[derive(Clone, Copy)]
pub struct CleaningReport<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// What is removed.
    pub plan: &'a Plan,
    /// Whether the cleaning is only planned.
    pub planned: bool,
    /// The index that took part, if any.
    pub index: Option<IndexUse<'a>>,
}

/// An output that was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WrittenFile {
    /// Path of the file.
    pub path: String,
    /// Records that were written to it.
    pub kept: u64,
    /// Records that were left out of it.
    pub dropped: u64,
    /// Records that were written with passages cut out.
    pub cut: u64,
}

/// The part of an index in a cleaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct IndexUse<'a> {
    /// The directory of the index.
    pub path: &'a str,
    /// Documents that are removed because of a document in the index.
    pub removed: u64,
    /// Those of `removed` that the index holds under their own ids with the same text.
    pub known: u64,
    /// Documents that were added to the index.
    pub added: u64,
    /// Those of `added` that replaced another text under their id.
    pub replaced: u64,
}

/// The input of a gate's report.
#[derive(Clone, Copy)]
pub struct GateReport<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// The gate's decision about the findings.
    pub verdict: &'a Verdict,
}

/// The document or pair that is explained.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Traced<'a> {
    /// A document with its id.
    Document(&'a str, &'a DocumentTrace),
    /// Two documents with their ids.
    Pair([&'a str; 2], &'a PairTrace),
}

/// The input of an explanation.
#[derive(Clone, Copy)]
pub struct Explained<'a> {
    /// The document or the pair.
    pub traced: Traced<'a>,
    /// How much of the pages of the documents was read, in their order; `None` for no page.
    pub read: [Option<PageRead>; 2],
    /// Id of the recipe.
    pub recipe: &'a str,
    /// Id of the background.
    pub background: &'a str,
}
