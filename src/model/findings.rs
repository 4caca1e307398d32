//! Owns: findings together with the documents that they were found in, from which reports, gates
//! and pages are made. Never: keeps a text.

use crate::model::detection::Detection;
use crate::model::document::Documents;
use std::borrow::Cow;

/// The metadata key by which a Parquet file says which table of a report it is: reports write it,
/// and those who read files take such a table for no documents.
#[cfg(feature = "parquet")]
pub const TABLE_KEY: &str = "nearcopy.table";

/// The input of a report.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// The result of the scan.
    pub detection: &'a Detection,
    /// The documents that were scanned.
    pub documents: &'a dyn Documents,
    /// The reasons why something was not read, each with its count.
    pub skipped: &'a [(String, u64)],
}

impl<'a> Findings<'a> {
    pub(crate) fn id(self, number: u32) -> Cow<'a, str> {
        self.documents.id(number as usize)
    }

    /// The number of tokens of a document.
    pub(crate) fn tokens(self, number: u32) -> u32 {
        self.detection.tokens.get(number as usize).copied().unwrap_or(0)
    }

    /// For each document, the first document of its class of equal texts; this is the document
    /// itself where no other has its text.
    pub(crate) fn first_of_class(self) -> Vec<u32> {
        self.detection.first_of_class(self.documents.count())
    }

    /// For each document, the first document with its body, whatever their titles name. Pairs are
    /// listed under that one, also where titles divide the class.
    pub(crate) fn first_of_body(self) -> Vec<u32> {
        let mut first = self.first_of_class();
        for groups in &self.detection.titles {
            let least = groups.iter().flatten().min().copied();
            for &number in groups.iter().flatten() {
                first[number as usize] = least.unwrap_or(number);
            }
        }
        first
    }

    /// For each document, the number of the cluster that holds it.
    pub(crate) fn cluster_of(self) -> Vec<Option<u32>> {
        let mut cluster = vec![None; self.documents.count()];
        for (n, c) in (0..).zip(&self.detection.clusters) {
            c.members.iter().for_each(|&member| cluster[member as usize] = Some(n));
        }
        cluster
    }
}
