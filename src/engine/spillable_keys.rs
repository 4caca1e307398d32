//! Owns: the postings of all texts before they are sorted, in memory or in a scratch file from a
//! stated size on. Never: knows what a key means.

use crate::engine::scratch::{ScratchFile, Stored};
use crate::engine::sorted_run::{RunKeeper, RunPart};
use crate::engine::stored_records::{load_all, store};
use crate::error::Result;
use crate::postings::partitions::{PackedPostings, Partitions};
use rayon::prelude::*;

/// The postings of one kind of key, in partitions, each of which may have its first postings in a
/// file.
#[derive(Debug, Default)]
pub struct SpillableKeys {
    in_memory: Partitions,
    /// For each partition, its postings in the file, in their order; empty before the first spill.
    spilled: Vec<Vec<Stored>>,
}

impl SpillableKeys {
    /// Postings of which about so many are expected, and at most `most` are in memory.
    pub fn for_postings(expected: usize, most: usize) -> SpillableKeys {
        let in_memory = Partitions::for_postings(expected, most);
        SpillableKeys { in_memory, ..SpillableKeys::default() }
    }

    /// Adds a posting. Texts must come in the order of their numbers.
    #[inline]
    pub fn push(&mut self, key: u64, unit: u32) {
        self.in_memory.push(key, unit);
    }

    /// The number of postings.
    pub fn len(&self) -> usize {
        self.in_memory.len()
    }

    /// The number of postings in memory, each of eight bytes.
    pub fn len_in_memory(&self) -> usize {
        self.in_memory.len_in_memory()
    }

    /// Moves all postings to the file.
    pub fn spill(&mut self, file: &mut ScratchFile) -> Result<()> {
        let parts = self.in_memory.parts_mut();
        self.spilled.resize(parts.len(), Vec::new());
        for (part, stored) in parts.iter_mut().zip(&mut self.spilled) {
            let packed = part.packed_mut();
            stored.extend(store(file, packed)?);
            packed.clear();
        }
        Ok(())
    }

    /// The postings of the keys that several texts hold, sorted, in parts as `keeper` keeps them.
    /// `file` is the one of all spills; `done` hears of the postings of each partition, and may end
    /// the sort.
    pub fn sorted(
        self,
        file: Option<&ScratchFile>,
        keeper: &RunKeeper,
        done: impl Fn(usize) -> Result<()> + Sync,
    ) -> Result<Vec<RunPart>> {
        let mut spilled = self.spilled;
        let parts = self.in_memory.into_parts();
        spilled.resize(parts.len(), Vec::new());
        let sort = |(mut part, spilled): (PackedPostings, Vec<Stored>)| {
            if let Some(file) = file.filter(|_| !spilled.is_empty()) {
                let packed = part.packed_mut();
                *packed = load_all(file, &spilled, packed)?;
            }
            done(part.len())?;
            keeper.keep(part.shared())
        };
        parts.into_par_iter().zip(spilled).map(sort).collect()
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use crate::engine::sorted_run::KeyRange;
    use crate::hash;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn a_spill_changes_no_group(
            keys in prop::collection::vec(0u64..200, 0..300),
            spills in prop::collection::vec(0usize..300, 0..4), expected in 0usize..2_000_000,
            most: bool,
        ) {
            let mut file = ScratchFile::create(None).unwrap();
            let mut plain = SpillableKeys::for_postings(expected, usize::MAX);
            let mut spilling = SpillableKeys::for_postings(expected, 10);
            for (n, key) in keys.iter().enumerate() {
                if spills.contains(&n) {
                    spilling.spill(&mut file).unwrap();
                    prop_assert_eq!(spilling.len_in_memory(), 0);
                }
                let (key, unit) = (hash::mix(*key), n as u32 / 3);
                plain.push(key, unit);
                spilling.push(key, unit);
            }
            prop_assert_eq!(plain.len(), spilling.len());
            file.flush().unwrap();
            let keeper = RunKeeper::new(if most { usize::MAX } else { 0 }, None);
            let parts = [
                plain.sorted(None, &keeper, |_| Ok(())).unwrap(),
                spilling.sorted(Some(&file), &keeper, |_| Ok(())).unwrap(),
            ];
            let (runs, _) = keeper.runs(parts).unwrap();
            let [plain, spilled] = runs.map(|run| run.chosen(KeyRange::ALL, |_| true).unwrap());
            prop_assert_eq!(plain, spilled);
        }
    }
}
