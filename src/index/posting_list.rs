//! Owns: the posting list of a key. Never: looks for one.

use crate::postings::bucket::Bucket;

/// The posting list of a key: a range of one bucket for each run, and the documents in the
/// memtable. Postings of runs are read on demand.
pub struct PostingList<'t> {
    /// The bucket of the key in each run, and the places of its units there.
    pub pieces: Vec<(Bucket<'t>, std::ops::Range<usize>)>,
    /// Units from the memtable, ascending.
    pub recent: Vec<u32>,
    /// The number of other units of the memtable, between the oldest and the newest.
    pub between: usize,
}

impl PostingList<'_> {
    /// The number of units.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|p| p.1.len()).sum::<usize>() + self.recent.len() + self.between
    }
    /// Whether the list contains a unit.
    pub fn holds(&self, unit: u32) -> bool {
        self.recent.binary_search(&unit).is_ok()
            || self.pieces.iter().any(|(b, places)| b.holds(places.clone(), unit))
    }
    /// All units, ascending: runs are in the order of their documents.
    pub fn units(&self) -> impl DoubleEndedIterator<Item = u32> {
        self.pieces
            .iter()
            .flat_map(|(b, r)| r.clone().map(|i| b.unit(i)))
            .chain(self.recent.iter().copied())
    }
}
