//! Owns: postings before they are sorted, in partitions by the upper bits of their keys. Never:
//! knows what a key means.
//!
//! Nearly all keys of a corpus are held by one text, and such a key joins nothing. A partition is
//! small enough for a table of the keys seen in it to stay in the cache, so that these postings are
//! left out before anything is sorted. Databases partition by hash before a join for the same
//! reason (Shatdal, Kant and Naughton 1994).

use crate::postings::posting::Posting;

/// The least number of upper bits that are the same in a partition: a packed posting has as many
/// for the distance of its text from the one before it.
const LEAST_BITS: u32 = 4;
/// The postings of a partition, about: its table and its postings stay in a cache of a megabyte.
const PARTITION: usize = 1 << 16;
/// The most partitions: more of them are slow to fill, as each is a page of memory of its own.
const MOST_BITS: u32 = 10;
/// The slots of the table for each posting: a lone key is sorted where it shares its slot.
const SLOTS: usize = 4;

/// Postings in partitions; keys of a smaller partition are smaller. A posting takes eight bytes,
/// where a [`Posting`] has twelve.
#[derive(Debug)]
pub struct Partitions {
    bits: u32,
    parts: Vec<PackedPostings>,
}

impl Default for Partitions {
    fn default() -> Partitions {
        Partitions::for_postings(0, 0)
    }
}

impl Partitions {
    /// Partitions for about so many postings, of which at most `most` are in memory together. The
    /// memory that is not used is never touched.
    pub fn for_postings(expected: usize, most: usize) -> Partitions {
        let partitions = (expected / PARTITION).max(1).next_power_of_two();
        let bits = partitions.trailing_zeros().clamp(LEAST_BITS, MOST_BITS);
        let of_one = expected.min(most) >> bits;
        let part = |number: u64| PackedPostings::new(number, bits, of_one + of_one / 16);
        Partitions { bits, parts: (0..1 << bits).map(part).collect() }
    }

    /// Adds a posting. Texts come in the order of their numbers.
    #[inline]
    pub fn push(&mut self, key: u64, unit: u32) {
        self.parts[(key >> (64 - self.bits)) as usize].push(key, unit);
    }

    /// The number of postings that were added.
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.count).sum()
    }

    /// The number of packed postings in memory.
    pub fn len_in_memory(&self) -> usize {
        self.parts.iter().map(|part| part.packed.len()).sum()
    }

    /// The partitions in the order of their keys.
    pub fn parts_mut(&mut self) -> &mut [PackedPostings] {
        &mut self.parts
    }

    /// The partitions in the order of their keys.
    pub fn into_parts(self) -> Vec<PackedPostings> {
        self.parts
    }
}

/// The postings of one partition, in the order in which they were added.
///
/// The upper bits of the key, which are the same in a partition, give place to the distance of the
/// text from that of the posting before it. A distance that does not fit is a number of its own,
/// before that of the posting, with all lower bits set.
#[derive(Debug)]
pub struct PackedPostings {
    /// The number of the partition: the upper bits of its keys.
    number: u64,
    bits: u32,
    packed: Vec<u64>,
    /// The text of the last posting.
    last: u32,
    /// The number of postings that were added.
    count: usize,
}

impl PackedPostings {
    fn new(number: u64, bits: u32, expected: usize) -> PackedPostings {
        let mut packed = Vec::new();
        // Where there is no memory, the list grows as far as it can.
        let _ = packed.try_reserve_exact(expected);
        PackedPostings { number, bits, packed, last: 0, count: 0 }
    }

    #[inline]
    fn push(&mut self, key: u64, unit: u32) {
        let most = (1 << self.bits) - 1;
        let mut distance = u64::from(unit.wrapping_sub(self.last));
        if distance >= most {
            self.packed.push(distance << self.bits | most);
            distance = 0;
        }
        self.packed.push(key << self.bits | distance);
        self.last = unit;
        self.count += 1;
    }

    /// The number of postings that were added.
    pub fn len(&self) -> usize {
        self.count
    }

    /// The packed postings. Who takes them clears them, and gives them back in their order, before
    /// those that were added since.
    pub fn packed_mut(&mut self) -> &mut Vec<u64> {
        &mut self.packed
    }

    /// The postings that were added.
    fn iter(&self) -> impl Iterator<Item = Posting> {
        let (most, upper) = ((1u64 << self.bits) - 1, self.number << (64 - self.bits));
        let mut unit = 0u32;
        self.packed.iter().filter_map(move |packed| {
            let (key, distance) = (packed >> self.bits, packed & most);
            if distance == most {
                unit = unit.wrapping_add(key as u32);
                return None;
            }
            unit = unit.wrapping_add(distance as u32);
            Some(Posting::new(upper | key, unit))
        })
    }

    /// The postings of the keys that have several, sorted by key and text. Cost: two passes over
    /// all postings, and a sort of some.
    pub fn shared(self) -> Vec<Posting> {
        let slots = (self.count * SLOTS).next_power_of_two();
        // The upper bits are the same in a partition, so the slot is taken from the lowest.
        let slot = |p: &Posting| p.key() as usize & (slots - 1);
        let mut seen: Vec<u8> = vec![0; slots];
        for p in self.iter() {
            let seen = &mut seen[slot(&p)];
            *seen = seen.saturating_add(1);
        }
        let mut shared: Vec<Posting> = self.iter().filter(|p| seen[slot(p)] > 1).collect();
        drop((self, seen));
        shared.sort_unstable();
        // Lone keys in a slot with others.
        drop_lone(&mut shared);
        shared.shrink_to_fit();
        shared
    }
}

/// Drops the keys with one posting from a sorted list.
fn drop_lone(sorted: &mut Vec<Posting>) {
    let (mut kept, mut from) = (0, 0);
    while from < sorted.len() {
        let key = sorted[from].key();
        let count = sorted[from..].iter().take_while(|p| p.key() == key).count();
        if count > 1 {
            sorted.copy_within(from..from + count, kept);
            kept += count;
        }
        from += count;
    }
    sorted.truncate(kept);
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
            keys in prop::collection::vec((0u64..200, 0u32..9), 0..300),
            expected in 0usize..2_000_000, spread: bool, far in 0usize..400, back: bool,
        ) {
            // Every shared key stays, whether keys are evenly spread or not, and whatever the
            // distances of the texts.
            let key = |k: u64| if spread { hash::mix(k) } else { k };
            let mut partitions = Partitions::for_postings(expected, usize::MAX);
            let mut unit = if back { u32::MAX } else { 0 };
            let mut all = Vec::new();
            for (n, (k, distance)) in keys.iter().enumerate() {
                let distance = if n == far { u32::MAX - 3000 } else { *distance };
                unit = unit.wrapping_add(distance);
                all.push(Posting::new(key(*k), unit));
                partitions.push(key(*k), unit);
            }
            prop_assert_eq!(partitions.len(), all.len());
            prop_assert!(partitions.len_in_memory() >= all.len());
            let parts = partitions.into_parts();
            let mut plain: Vec<Posting> = parts.iter().flat_map(PackedPostings::iter).collect();
            plain.sort_unstable();
            all.sort_unstable();
            prop_assert_eq!(&plain, &all);
            let shared = parts.into_iter().map(PackedPostings::shared).collect();
            let (plain, shared) = (Run::from_sorted(all), Run::from_parts(shared));
            prop_assert!(plain.groups().eq(shared.groups()));
        }
    }

    #[test]
    fn lone_keys_are_left_out() {
        let mut partitions = Partitions::for_postings(1000, 1000);
        (0..1000).for_each(|k| partitions.push(hash::mix(k), 7));
        let parts = partitions.into_parts().into_iter();
        assert!(parts.map(PackedPostings::shared).all(|shared| shared.is_empty()));
    }

    #[test]
    fn a_posting_takes_eight_bytes() {
        // Each text has 60 keys, as news have anchors, or three, as they have paragraphs.
        for (keys, texts) in [(60, 5000u32), (3, 100_000)] {
            let mut partitions = Partitions::for_postings(keys * texts as usize, usize::MAX);
            for n in 0..keys as u64 * u64::from(texts) {
                partitions.push(hash::mix(n), (n / keys as u64) as u32);
            }
            let share = partitions.len_in_memory() as f64 / partitions.len() as f64;
            assert!(share < 1.08, "{share} for {keys} keys");
        }
    }
}
