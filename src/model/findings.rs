//! Owns: findings with the documents they were found in: what a report, a gate and a page are made
//! from. Never: a text.

use crate::model::detection::Detection;
use crate::model::document::Documents;

/// What a report is made from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// What the scan found.
    pub detection: &'a Detection,
    /// The documents it was found in.
    pub documents: &'a dyn Documents,
    /// What was not read: reason and count.
    pub skipped: &'a [(String, u64)],
}

impl<'a> Findings<'a> {
    /// The id of a document.
    pub(crate) fn id(self, number: u32) -> &'a str {
        &self.documents.info(number as usize).id
    }

    /// Tokens of a document.
    pub(crate) fn tokens(self, number: u32) -> u32 {
        self.detection.tokens.get(number as usize).copied().unwrap_or(0)
    }

    /// For each document the first of its class of equal texts; itself where it stands alone.
    pub(crate) fn first_of_class(self) -> Vec<u32> {
        self.detection.first_of_class(self.documents.count())
    }

    /// For each document the cluster that holds it.
    pub(crate) fn cluster_of(self) -> Vec<Option<u32>> {
        let mut cluster = vec![None; self.documents.count()];
        for (n, c) in (0..).zip(&self.detection.clusters) {
            c.members.iter().for_each(|&member| cluster[member as usize] = Some(n));
        }
        cluster
    }
}
