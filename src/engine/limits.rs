//! Owns: the counts of what the bounds of a scan leave out, and the report of them. Never: decides
//! what is left out.

use crate::engine::candidates::{Candidates, left_out_of_all};
use crate::engine::relations::{ComparedPair, Relations};
use crate::engine::sketch::Classes;
use crate::model::detection::LeftOut;
use crate::model::document::Documents;
use crate::model::options::{
    Limit, NAMES_OVER_LIMIT, NOTES_OVER_BUDGET, PAIRS_OVER_BUDGET, PLACES_OVER_LIMIT, Progress,
};
use crate::model::thresholds::Thresholds;
use crate::postings::posting::unpack_pair;
use std::collections::BTreeSet;

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

    /// Counts the candidate pairs that no search compared.
    pub fn add_candidates(&mut self, candidates: [&Candidates; 2], all: &Classes, t: &Thresholds) {
        let left_out = left_out_of_all(candidates, all, t);
        let classes = left_out.iter().flat_map(|pair| <[u32; 2]>::from(unpack_pair(*pair)));
        let documents = classes.map(|class| all.first[class as usize]).collect();
        self.add(PAIRS_OVER_BUDGET, left_out.len() as u64, documents);
    }

    /// Counts the passages that were not looked at as notes, each by a document that holds it.
    pub fn add_notes(&mut self, documents: &[u32]) {
        let of = documents.iter().copied().collect();
        self.add(NOTES_OVER_BUDGET, documents.len() as u64, of);
    }

    /// Counts the related pairs whose comparison left something out, by what it was, whether they
    /// are listed or not.
    pub fn add_left_out(&mut self, related: &Relations, all: &Classes) {
        self.add_pairs(PLACES_OVER_LIMIT, related, all, |out| out.places);
        self.add_pairs(NAMES_OVER_LIMIT, related, all, |out| out.names);
    }

    fn add_pairs(
        &mut self,
        reason: &'static str,
        related: &Relations,
        all: &Classes,
        is_left_out: impl Fn(LeftOut) -> bool,
    ) {
        let pairs: Vec<(u32, u32)> = related
            .pairs()
            .iter()
            .filter(|pair| is_left_out(pair.left_out))
            .map(ComparedPair::classes)
            .collect();
        let classes = pairs.iter().flat_map(|&(a, b)| [a, b]);
        let documents = classes.map(|class| all.first[class as usize]).collect();
        self.add(reason, pairs.len() as u64, documents);
    }

    /// Counts what was left out, if anything, and reports it with the documents that it belongs to.
    pub fn add(&mut self, reason: &'static str, count: u64, of: BTreeSet<u32>) {
        if count == 0 {
            return;
        }
        let id = |n: &u32| self.documents.id(*n as usize).into_owned();
        self.progress.limited(&Limit::new(reason, count, of.iter().map(id)));
        self.counts.push((reason.to_owned(), count));
    }
}
