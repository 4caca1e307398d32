//! Owns: the pairs that a scan reports, with their comparisons in their written form. Never:
//! chooses the pairs.

use crate::engine::relations::{Relations, Row};
use crate::engine::scratch::ScratchFile;
use crate::error::Result;
use crate::model::detection::{Pair, Relation};
use crate::model::pair_list::PairRows;
use rayon::prelude::*;
use std::ops::Range;

/// A pair of documents without its measurements.
#[derive(Debug)]
pub struct PairRow {
    /// The first document.
    pub a: u32,
    /// The second document.
    pub b: u32,
    /// The relation of the two.
    pub relation: Relation,
    row: Row,
    /// The relations that the row is of, by their number in the store.
    of: u8,
}

/// The pairs, ordered by their documents.
#[derive(Debug, Default)]
pub struct PairStore {
    rows: Vec<PairRow>,
    /// The scratch file of each of the relations, if it has one.
    files: Vec<Option<ScratchFile>>,
}

/// Pairs that one thread reads at a time.
const PART: usize = 512;

impl PairStore {
    /// The pairs at these places of some relations; `first` has the first document of each class.
    /// Cost: a sort.
    pub fn new<const N: usize>(from: [(Relations, Vec<usize>); N], first: &[u32]) -> PairStore {
        let mut store = PairStore::default();
        for (relations, places) in from {
            let of = store.files.len() as u8;
            let (mut pairs, scratch) = relations.into_pairs();
            let related = places.into_iter().filter_map(|place| {
                let pair = &mut pairs[place];
                let (a, b) = pair.classes();
                let (a, b) = (first[a as usize], first[b as usize]);
                Some(PairRow { a, b, relation: pair.relation?, row: pair.take_row(), of })
            });
            store.rows.extend(related);
            store.files.push(scratch);
        }
        store.rows.par_sort_unstable_by_key(|p| (p.a, p.b));
        store.rows.shrink_to_fit();
        store
    }

    /// The pairs without their measurements.
    pub fn rows(&self) -> &[PairRow] {
        &self.rows
    }

    /// Calls `of` with each pair, in parallel, and returns the results in order.
    pub fn map<T: Send>(&self, of: impl Fn(&Pair) -> T + Sync) -> Result<Vec<T>> {
        let of_part = |rows: &[PairRow]| -> Result<Vec<T>> {
            rows.iter().map(|row| Ok(of(&self.pair(row)?))).collect()
        };
        let parts: Result<Vec<Vec<T>>> = self.rows.par_chunks(PART).map(of_part).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    /// Divides the pairs into those that `keep` accepts by their number, and the others, which are
    /// returned without their measurements.
    pub fn take_others(&mut self, keep: impl Fn(usize) -> bool) -> Vec<(u32, u32)> {
        let mut others = Vec::new();
        let mut number = 0;
        self.rows.retain(|row| {
            number += 1;
            let kept = keep(number - 1);
            if !kept {
                others.push((row.a, row.b));
            }
            kept
        });
        others
    }

    fn pair(&self, row: &PairRow) -> Result<Pair> {
        let comparison = row.row.read(self.files[row.of as usize].as_ref())?;
        Ok(Pair { a: row.a, b: row.b, relation: row.relation, comparison })
    }
}

impl PairRows for PairStore {
    fn count(&self) -> usize {
        self.rows.len()
    }
    fn documents(&self, number: usize) -> (u32, u32) {
        (self.rows[number].a, self.rows[number].b)
    }
    fn read(&self, numbers: Range<usize>) -> Result<Vec<Pair>> {
        self.rows[numbers].iter().map(|row| self.pair(row)).collect()
    }
    fn read_all(&self) -> Result<Vec<Pair>> {
        self.rows.par_iter().map(|row| self.pair(row)).collect()
    }
}
