//! Owns: postings before they are sorted, in partitions by the upper bits of their keys. Never:
//! knows what a key means.
//!
//! Nearly all keys of a corpus are held by one text, and such a key joins nothing. A partition is
//! small enough for a table of the keys seen in it to stay in the cache, so that these postings are
//! left out before anything is sorted. Databases partition by hash before a join for the same
//! reason (Shatdal, Kant and Naughton 1994).

use crate::postings::posting::Posting;

/// The postings of a partition, about: its table and its postings stay in a cache of a megabyte.
const PARTITION: usize = 1 << 16;
/// The most partitions: more of them are slow to fill, as each is a page of memory of its own.
const MOST_BITS: u32 = 10;
/// The slots of the table for each posting: a lone key is kept where it shares its slot.
const SLOTS: usize = 4;

/// Postings in partitions; keys of a smaller partition are smaller.
#[derive(Debug)]
pub struct Partitions {
    bits: u32,
    parts: Vec<Vec<Posting>>,
}

impl Default for Partitions {
    fn default() -> Partitions {
        Partitions { bits: 0, parts: vec![Vec::new()] }
    }
}

impl Partitions {
    /// Partitions for about so many postings, of which at most `most` are in memory together. The
    /// memory that is not used is never touched.
    pub fn for_postings(expected: usize, most: usize) -> Partitions {
        let partitions = (expected / PARTITION).max(1).next_power_of_two();
        let bits = partitions.trailing_zeros().min(MOST_BITS);
        let of_one = expected.min(most) >> bits;
        let part = || {
            let mut part = Vec::new();
            // Where there is no memory, the list grows as far as it can.
            let _ = part.try_reserve_exact(of_one + of_one / 16);
            part
        };
        Partitions { bits, parts: (0..1 << bits).map(|_| part()).collect() }
    }

    /// Adds a posting. Texts must come in the order of their numbers.
    #[inline]
    pub fn push(&mut self, key: u64, unit: u32) {
        let part = key.checked_shr(64 - self.bits).unwrap_or(0) as usize;
        self.parts[part].push(Posting::new(key, unit));
    }

    /// The number of postings.
    pub fn len(&self) -> usize {
        self.parts.iter().map(Vec::len).sum()
    }

    /// The partitions in the order of their keys. Who takes their postings clears them, so that the
    /// next ones have the same memory.
    pub fn parts_mut(&mut self) -> &mut [Vec<Posting>] {
        &mut self.parts
    }

    /// The partitions, in the order of their keys; each is sorted by [`sort_shared`].
    pub fn into_parts(self) -> Vec<Vec<Posting>> {
        self.parts
    }
}

/// Sorts the postings of a partition by key and text, without keys that only one text holds. (A few
/// of those may stay.) Cost: two passes over the postings, and a sort of what stays.
pub fn sort_shared(part: &mut Vec<Posting>) {
    let slots = (part.len() * SLOTS).next_power_of_two();
    // The upper bits are the same in a partition, so the slot is taken from the lowest.
    let slot = |p: &Posting| p.key() as usize & (slots - 1);
    let mut seen: Vec<u8> = vec![0; slots];
    for p in &*part {
        let seen = &mut seen[slot(p)];
        *seen = seen.saturating_add(1);
    }
    part.retain(|p| seen[slot(p)] > 1);
    part.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash;
    use crate::postings::run::Run;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_groups_of_all_postings_stay(
            keys in prop::collection::vec(0u64..200, 0..300), expected in 0usize..2_000_000,
            spread: bool,
        ) {
            // Every shared key stays, whether keys are evenly spread or not.
            let key = |k: u64| if spread { hash::mix(k) } else { k };
            let mut partitions = Partitions::for_postings(expected, usize::MAX);
            let all = keys.iter().zip(0..).map(|(k, unit)| Posting::new(key(*k), unit / 3));
            let mut all: Vec<Posting> = all.collect();
            all.iter().for_each(|p| partitions.push(p.key(), p.unit));
            prop_assert_eq!(partitions.len(), all.len());
            let mut parts = partitions.into_parts();
            parts.iter_mut().for_each(sort_shared);
            all.sort_unstable();
            let (plain, shared) = (Run::from_sorted(all), Run::from_parts(parts));
            prop_assert!(plain.groups().eq(shared.groups()));
        }
    }

    #[test]
    fn lone_keys_are_left_out() {
        let mut part: Vec<Posting> = (0..1000).map(|k| Posting::new(hash::mix(k), 0)).collect();
        sort_shared(&mut part);
        assert!(part.len() < 300, "{} of 1,000 stay", part.len());
    }
}
