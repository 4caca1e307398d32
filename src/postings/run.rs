//! Owns: a sorted run of postings, which one stage passes to the next. Never: keeps it outside
//! memory.

use crate::postings::posting::Posting;
use serde::{Deserialize, Serialize};

/// Postings ordered by key, then by text. At present a run is kept in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run(Vec<Posting>);

impl Run {
    /// Makes a run of postings that are in order already; a caller that has threads sorts with
    /// them.
    pub fn from_sorted(postings: Vec<Posting>) -> Run {
        debug_assert!(postings.is_sorted(), "a run is in order");
        Run(postings)
    }
    /// All postings, in order.
    pub fn iter(&self) -> std::iter::Copied<std::slice::Iter<'_, Posting>> {
        self.0.iter().copied()
    }
    /// The postings of each key that occurs in two texts or more.
    pub fn groups(&self) -> impl Iterator<Item = &[Posting]> {
        self.0.chunk_by(|x, y| x.key() == y.key()).filter(|group| group.len() > 1)
    }
}

#[cfg(feature = "index")]
impl IntoIterator for Run {
    type Item = Posting;
    type IntoIter = std::vec::IntoIter<Posting>;
    /// Makes the run a source that a merge can read.
    fn into_iter(self) -> std::vec::IntoIter<Posting> {
        self.0.into_iter()
    }
}
