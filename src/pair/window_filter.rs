//! Owns: a filter that most windows of words do not pass, unless they are in a list. Never: decides
//! that a window is in it.

use crate::hash;

/// The least number of bits for each window, so that at most one of so many others passes.
const BITS: usize = 16;

/// A set of hashes that may seem to hold more than it does (Bloom 1970, with one bit a hash).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WindowFilter {
    /// A power of two of words, or none where no window is in the set.
    words: Vec<u64>,
    /// The number of windows that it was made of.
    count: usize,
}

impl WindowFilter {
    /// The filter of all windows of these lists.
    pub fn new(lists: [&[u64]; 2]) -> WindowFilter {
        let all = lists.iter().map(|list| list.len()).sum::<usize>();
        if all == 0 {
            return WindowFilter::default();
        }
        let words = (all * BITS).next_power_of_two().div_ceil(64);
        let mut filter = WindowFilter { words: vec![0; words], count: all };
        for window in lists.into_iter().flatten() {
            let (word, bit) = filter.place(*window);
            filter.words[word] |= bit;
        }
        filter
    }

    /// The number of windows that it was made of.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether a window may be in one of the lists.
    #[inline]
    pub fn may_hold(&self, window: u64) -> bool {
        let (word, bit) = self.place(window);
        self.words.get(word).is_some_and(|w| w & bit != 0)
    }

    /// The windows of a list may be a sample by their upper or lower bits, so all bits count.
    #[inline]
    fn place(&self, window: u64) -> (usize, u64) {
        let hash = hash::fold(0, window);
        (hash as usize & self.words.len().wrapping_sub(1), 1 << (hash >> 58))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_held_passes(a in prop::collection::vec(any::<u64>(), 0..200),
            b in prop::collection::vec(any::<u64>(), 0..9)) {
            let filter = WindowFilter::new([&a, &b]);
            prop_assert!(a.iter().chain(&b).all(|window| filter.may_hold(*window)));
        }
    }

    #[test]
    fn few_others_pass() {
        let windows: Vec<u64> = (0..1000).map(hash::mix).collect();
        let filter = WindowFilter::new([&windows, &[]]);
        let others = (1000..11_000).filter(|n| filter.may_hold(hash::mix(*n))).count();
        assert!(others < 1000, "{others}");
        assert!(!WindowFilter::default().may_hold(0));
    }
}
