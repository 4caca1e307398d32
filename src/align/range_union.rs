//! Owns: the union of token ranges of one text, in memory and work that follow from the number of
//! ranges and not from the length of the text. Never: knows what a range is.

use std::collections::BTreeMap;
use std::ops::Range;

/// Ranges that are apart from each other, by their starts.
#[derive(Debug, Default)]
pub struct RangeUnion(BTreeMap<u32, u32>);

impl RangeUnion {
    /// Adds a range. Cost: a search, and the removal of the ranges that it touches.
    pub fn insert(&mut self, range: Range<u32>) {
        if range.is_empty() {
            return;
        }
        let Range { mut start, mut end } = range;
        while let Some((&from, &to)) = self.0.range(..=end).next_back()
            && to >= start
        {
            self.0.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        self.0.insert(start, end);
    }

    /// The number of tokens of a range that are in the union.
    pub fn covered(&self, range: &Range<u32>) -> u32 {
        let touching = self.0.range(..range.end).rev().take_while(|(_, to)| **to > range.start);
        touching.map(|(from, to)| (*to).min(range.end) - (*from).max(range.start)).sum()
    }

    /// Whether at least half of a range is outside the union.
    pub fn is_mostly_free(&self, range: Range<u32>) -> bool {
        let covered = u64::from(self.covered(&range));
        2 * covered <= range.len() as u64
    }
}

impl FromIterator<Range<u32>> for RangeUnion {
    fn from_iter<I: IntoIterator<Item = Range<u32>>>(ranges: I) -> RangeUnion {
        let mut union = RangeUnion::default();
        ranges.into_iter().for_each(|range| union.insert(range));
        union
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_union_is_a_flag_for_each_token(
            ranges in prop::collection::vec((0u32..60, 0u32..20), 0..12), from in 0u32..70,
            len in 0u32..30,
        ) {
            let mut flags = [false; 128];
            for &(start, len) in &ranges {
                flags[start as usize..(start + len) as usize].fill(true);
            }
            let union: RangeUnion = ranges.iter().map(|&(start, len)| start..start + len).collect();
            let own = &flags[from as usize..(from + len) as usize];
            let covered = own.iter().filter(|f| **f).count();
            prop_assert_eq!(union.covered(&(from..from + len)) as usize, covered);
            let free = 2 * own.iter().filter(|f| !**f).count() >= own.len();
            prop_assert_eq!(union.is_mostly_free(from..from + len), free);
        }
    }
}
