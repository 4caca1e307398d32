//! Owns: what reports about a cleaning, a gate and an explanation are made from. Never: how they
//! look.

use crate::clean::plan::Plan;
use crate::gate::verdict::Verdict;
use crate::model::findings::Findings;
use crate::pair::explain::document::DocumentTrace;
use crate::pair::explain::pair::PairTrace;
use serde::Serialize;

/// What a report about a cleaning is made from.
#[derive(Clone, Copy)]
pub struct CleaningReport<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// What goes.
    pub plan: &'a Plan,
    /// Whether it is only planned.
    pub planned: bool,
    /// The index that took part.
    pub index: Option<IndexUse<'a>>,
}

/// An output that was written.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WrittenFile {
    /// Its path.
    pub path: String,
    /// Records in it.
    pub kept: u64,
    /// Records left out of it.
    pub dropped: u64,
    /// Records of it that a passage was cut out of.
    pub cut: u64,
}

/// What an index had to do with a cleaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct IndexUse<'a> {
    /// Where it is.
    pub path: &'a str,
    /// Documents that go because of one that it holds.
    pub removed: u64,
    /// Those of them that it holds under their own ids, with the same text.
    pub known: u64,
    /// Documents added to it.
    pub added: u64,
    /// Those of them that took the place of another text of their id.
    pub replaced: u64,
}

/// What a gate's report is made from.
#[derive(Clone, Copy)]
pub struct GateReport<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// What the gate decided about it.
    pub verdict: &'a Verdict,
}

/// What is explained.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Traced<'a> {
    /// A document with its id.
    Document(&'a str, &'a DocumentTrace),
    /// Two documents with their ids.
    Pair([&'a str; 2], &'a PairTrace),
}

/// What an explanation is made from.
#[derive(Clone, Copy)]
pub struct Explained<'a> {
    /// The document or the pair.
    pub traced: Traced<'a>,
    /// Id of the recipe.
    pub recipe: &'a str,
    /// Id of the background.
    pub background: &'a str,
}
