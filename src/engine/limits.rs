//! Owns: the counts of what the bounds of a scan leave out, and the report of them. Never: decides
//! what is left out.

use crate::engine::candidates::Candidates;
use crate::model::document::Documents;
use crate::model::options::{Limit, Progress};
use std::collections::BTreeSet;

/// The number of documents that are named for each bound.
const NAMED: usize = 3;

/// The counts, for the summary.
pub struct Limits<'a> {
    documents: &'a dyn Documents,
    progress: &'a dyn Progress,
    /// Reason and count.
    pub counts: Vec<(String, u64)>,
}

impl<'a> Limits<'a> {
    /// Makes an empty list.
    pub fn new(documents: &'a dyn Documents, progress: &'a dyn Progress) -> Limits<'a> {
        Limits { documents, progress, counts: Vec::new() }
    }

    /// Counts the candidate pairs that the budget leaves out. `first` has the first document of
    /// each class.
    pub fn add_candidates(&mut self, candidates: [&Candidates; 2], first: &[u32]) {
        let left_out = candidates.iter().map(|c| c.left_out).sum();
        let classes = candidates.iter().flat_map(|c| &c.limited);
        let documents = classes.map(|class| first[*class as usize]).collect();
        self.add("pairs-over-budget", left_out, documents);
    }

    /// Counts what was left out, if anything, and reports it with the documents that it belongs to.
    pub fn add(&mut self, reason: &'static str, count: u64, of: BTreeSet<u32>) {
        if count == 0 {
            return;
        }
        let id = |n: &u32| self.documents.info(*n as usize).id.clone();
        let some = of.iter().take(NAMED).map(id).collect();
        self.progress.limited(&Limit { reason, count, documents: of.len() as u64, some });
        self.counts.push((reason.to_owned(), count));
    }
}
