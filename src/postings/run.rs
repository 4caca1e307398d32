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
    /// Makes a run of sorted parts, each of which is behind the one before it.
    pub fn from_parts(parts: Vec<Vec<Posting>>) -> Run {
        let mut postings = Vec::with_capacity(parts.iter().map(Vec::len).sum());
        // Each part is freed before the next one is copied.
        parts.into_iter().for_each(|part| postings.extend(part));
        Run::from_sorted(postings)
    }
    /// The number of postings.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
    /// All postings, in order.
    pub fn iter(&self) -> std::iter::Copied<std::slice::Iter<'_, Posting>> {
        self.0.iter().copied()
    }
    /// The postings of each key that occurs in two texts or more.
    pub fn groups(&self) -> impl Iterator<Item = &[Posting]> {
        groups(&self.0)
    }
    /// The postings of the keys of one of so many parts (from 1 on) of all possible keys.
    pub fn keys_of(&self, part: u32, parts: u32) -> Part<'_> {
        let begin = |part: u32| {
            let key = (u128::from(part) << 64) / u128::from(parts);
            self.0.partition_point(|p| u128::from(p.key()) < key)
        };
        Part(&self.0[begin(part - 1)..begin(part)])
    }
}

/// Consecutive keys of a run.
#[derive(Debug, Clone, Copy)]
pub struct Part<'r>(&'r [Posting]);

impl<'r> Part<'r> {
    /// This part in about so many smaller ones of equal length, in order; no key is in two of them.
    /// Threads take the groups of one each.
    pub fn parts(self, count: usize) -> Vec<Part<'r>> {
        let length = self.0.len().div_ceil(count.max(1)).max(1);
        let mut parts = Vec::new();
        let mut rest = self.0;
        while !rest.is_empty() {
            let last = rest[length.min(rest.len()) - 1].key();
            let end = rest.partition_point(|p| p.key() <= last);
            let (part, behind) = rest.split_at(end);
            parts.push(Part(part));
            rest = behind;
        }
        parts
    }
    /// The postings of each of its keys that occurs in two texts or more.
    pub fn groups(self) -> impl Iterator<Item = &'r [Posting]> {
        groups(self.0)
    }
}

fn groups(sorted: &[Posting]) -> impl Iterator<Item = &[Posting]> {
    sorted.chunk_by(|x, y| x.key() == y.key()).filter(|group| group.len() > 1)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_have_the_groups_of_the_run(
            mut postings in prop::collection::vec((0u64..40, 0u32..9), 0..200), count in 0usize..9,
        ) {
            postings.iter_mut().filter(|p| p.0 > 20).for_each(|p| p.0 = crate::hash::mix(p.0));
            postings.sort_unstable();
            let postings = postings.into_iter().map(|(key, unit)| Posting::new(key, unit));
            let run = Run::from_sorted(postings.collect());
            let parts = run.keys_of(1, 1).parts(count);
            let of_parts: Vec<&[Posting]> = parts.iter().flat_map(|part| part.groups()).collect();
            prop_assert_eq!(of_parts, run.groups().collect::<Vec<_>>());
            prop_assert!(parts.len() <= count.max(1));
            let count = count as u32 + 1;
            let parts = (1..=count).map(|part| run.keys_of(part, count));
            let of_parts: Vec<&[Posting]> = parts.flat_map(|part| part.groups()).collect();
            prop_assert_eq!(of_parts, run.groups().collect::<Vec<_>>());
        }
    }
}
