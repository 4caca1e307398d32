//! Owns: a compact set of the anchors at the edges of the texts. Never: decides what an edge is.

use crate::hash;

/// The number of bits for each entry, at least, and of bits that an entry sets: one entry in twenty
/// is found by chance.
const BITS: usize = 8;
const PROBES: u32 = 2;

/// The anchors that each text holds at its edges: a Bloom filter (Bloom 1970), which may say that a
/// text holds an anchor there that it does not, but never the contrary. An empty set knows nothing
/// and says so of every anchor.
#[derive(Debug, Default)]
pub struct EdgeSet {
    bits: Vec<u64>,
}

impl EdgeSet {
    /// Makes a set for about so many entries.
    pub fn for_entries(entries: usize) -> EdgeSet {
        let words = (entries * BITS).div_ceil(64).next_power_of_two();
        EdgeSet { bits: vec![0; if entries == 0 { 0 } else { words }] }
    }

    /// Adds an anchor of a text.
    pub fn insert(&mut self, anchor: u64, unit: u32) {
        if !self.bits.is_empty() {
            for (word, bit) in self.places(anchor, unit) {
                self.bits[word] |= bit;
            }
        }
    }

    /// Whether a text may hold an anchor at an edge.
    pub fn may_hold(&self, anchor: u64, unit: u32) -> bool {
        self.bits.is_empty()
            || self.places(anchor, unit).into_iter().all(|(word, bit)| self.bits[word] & bit != 0)
    }

    fn places(&self, anchor: u64, unit: u32) -> [(usize, u64); PROBES as usize] {
        let entry = hash::mix(anchor ^ hash::mix(u64::from(unit) + 1));
        let mask = self.bits.len() - 1;
        std::array::from_fn(|probe| {
            let part = (entry >> (32 * probe)) as usize & u32::MAX as usize;
            (part >> 6 & mask, 1 << (part & 63))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_inserted_is_held(entries: Vec<(u64, u32)>) {
            let mut set = EdgeSet::for_entries(entries.len());
            entries.iter().for_each(|&(anchor, unit)| set.insert(anchor, unit));
            prop_assert!(entries.iter().all(|&(anchor, unit)| set.may_hold(anchor, unit)));
        }
    }

    #[test]
    fn few_others_are_held() {
        let mut set = EdgeSet::for_entries(1000);
        (0..1000).for_each(|i| set.insert(hash::mix(i), i as u32));
        let others = (0..10_000u64).filter(|&i| set.may_hold(hash::mix(i), i as u32 + 1));
        assert!(others.count() < 700);
        assert!(EdgeSet::default().may_hold(1, 2), "nothing is known");
    }
}
