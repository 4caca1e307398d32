//! Owns: the places of hashes in a sorted list, by a directory of its parts. Never: knows what the
//! hashes are those of.

use crate::hash;

/// The number of hashes in a part of the list, about.
const PART: usize = 4;

/// The number of hashes that are looked at one by one before the rest of the list is divided: more
/// of them have the same upper bits only where somebody chose the hashes.
const NEAR: usize = 4 * PART;

/// A directory of a sorted list of different hashes, which every call gives again: two bytes a
/// hash. A lookup costs a cache line for most hashes that the list does not hold, and two for the
/// others, however long the list is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HashDirectory {
    parts: Vec<ListPart>,
    /// The length of the list.
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct ListPart {
    /// The place of its first hash.
    first: u32,
    /// A bit for each of its hashes (Bloom 1970).
    bits: u32,
}

impl HashDirectory {
    /// The directory of this list.
    pub fn new(sorted: &[u64]) -> HashDirectory {
        let count = sorted.len();
        if u32::try_from(count).is_err() {
            return HashDirectory::default();
        }
        let mut parts = vec![ListPart::default(); count.div_ceil(PART)];
        let mut begun = 0;
        for (place, &hash) in (0u32..).zip(sorted) {
            let part = hash::slot(hash, parts.len());
            while begun <= part {
                parts[begun].first = place;
                begun += 1;
            }
            parts[part].bits |= bit(hash);
        }
        HashDirectory { parts, count }
    }

    /// The place of a hash in the list of which this is the directory. In another list, and in one
    /// of four billion hashes, it is searched for.
    #[inline]
    pub fn place(&self, sorted: &[u64], hash: u64) -> Option<usize> {
        if self.count != sorted.len() {
            return sorted.binary_search(&hash).ok();
        }
        let part = self.parts.get(hash::slot(hash, self.parts.len()))?;
        if part.bits & bit(hash) == 0 {
            return None;
        }
        let rest = &sorted[part.first as usize..];
        let place = match rest.iter().take(NEAR).position(|own| *own >= hash) {
            Some(place) => place,
            None => rest.partition_point(|own| *own < hash),
        };
        (rest.get(place) == Some(&hash)).then_some(part.first as usize + place)
    }

    /// Whether the list holds a hash.
    #[inline]
    pub fn holds(&self, sorted: &[u64], hash: u64) -> bool {
        self.place(sorted, hash).is_some()
    }
}

/// A sorted list of different hashes with its directory.
#[derive(Debug, Default)]
pub struct SortedHashes {
    hashes: Vec<u64>,
    directory: HashDirectory,
}

impl SortedHashes {
    /// The list, which is in order.
    pub fn new(hashes: Vec<u64>) -> SortedHashes {
        SortedHashes { directory: HashDirectory::new(&hashes), hashes }
    }

    /// The place of a hash in the list.
    #[inline]
    pub fn place(&self, hash: u64) -> Option<usize> {
        self.directory.place(&self.hashes, hash)
    }

    /// Whether the list is empty.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The list.
    pub fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    /// The list without its directory.
    #[cfg(feature = "stages")]
    pub fn into_hashes(self) -> Vec<u64> {
        self.hashes
    }
}

/// The bit of a hash. The list may be a sample by the upper or lower bits, so all bits count.
#[inline(always)]
fn bit(hash: u64) -> u32 {
    1 << (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 59)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_place_is_that_in_the_list(
            spread in prop::collection::vec(any::<u64>(), 0..200), crowd in 0u64..200,
            others in prop::collection::vec(any::<u64>(), 0..40), near in 0u64..300,
        ) {
            // Hashes that somebody chose are all in one part.
            let mut list: Vec<u64> = spread.into_iter().chain((0..crowd).map(|n| 3 * n)).collect();
            list.sort_unstable();
            list.dedup();
            let directory = HashDirectory::new(&list);
            for hash in list.iter().copied().chain(others).chain(0..near) {
                prop_assert_eq!(directory.place(&list, hash), list.binary_search(&hash).ok());
                prop_assert_eq!(HashDirectory::default().place(&list, hash).is_some(),
                    directory.holds(&list, hash));
            }
        }
    }

    #[test]
    fn few_others_pass_the_bits() {
        let mut list: Vec<u64> = (0..1000).map(hash::mix).collect();
        list.sort_unstable();
        let directory = HashDirectory::new(&list);
        let passes = |n: &u64| {
            let part = directory.parts[hash::slot(hash::mix(*n), directory.parts.len())];
            part.bits & bit(hash::mix(*n)) > 0
        };
        let others = (1000..11_000).filter(passes).count();
        assert!(others < 1500, "{others}");
    }
}
