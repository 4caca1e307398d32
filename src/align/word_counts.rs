//! Owns: how often each word occurs in one text. Never: knows how words are spelt.

use crate::hash;

/// The number of occurrences of each word, as a hash table: 12 to 24 bytes a token.
#[derive(Debug, Clone)]
pub struct WordCounts {
    /// One more than a place of a word, and the number of its places; both are zero where a slot is
    /// free. The number of slots is a power of two.
    slots: Vec<[u32; 2]>,
    /// [`hash::table_key`], which keeps a text from choosing the slots of its words.
    key: u64,
    /// The number of bits of a hash, multiplied by the key, below those that are its slot.
    shift: u32,
}

impl WordCounts {
    /// Counts the words with these hashes.
    pub fn new(words: &[u64]) -> WordCounts {
        WordCounts::with_key(words, hash::table_key())
    }

    fn with_key(words: &[u64], key: u64) -> WordCounts {
        let slots = (words.len() + words.len() / 2 + 2).next_power_of_two();
        let shift = u64::BITS - slots.trailing_zeros();
        let mut counts = WordCounts { slots: vec![[0; 2]; slots], key, shift };
        for (place, &word) in (1u32..).zip(words) {
            let slot = counts.slot(words, word);
            counts.slots[slot] = [place, counts.slots[slot][1] + 1];
        }
        counts
    }

    /// The number of occurrences of a word in these words, which must be those that were counted.
    #[inline]
    pub fn get(&self, words: &[u64], word: u64) -> u32 {
        self.slots[self.slot(words, word)][1]
    }

    /// The slot of a word, or a free one.
    #[inline]
    fn slot(&self, words: &[u64], word: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = (word.wrapping_mul(self.key) >> self.shift) as usize;
        loop {
            match self.slots[slot][0] {
                place if place == 0 || words[place as usize - 1] == word => return slot,
                _ => slot = (slot + 1) & mask,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_word_is_counted(
            words in prop::collection::vec(0u64..40, 0..60), asked in 0u64..50,
        ) {
            let plain = words.iter().filter(|w| **w == asked).count() as u32;
            prop_assert_eq!(WordCounts::new(&words).get(&words, asked), plain);
            let spread: Vec<u64> = words.iter().map(|w| w << 58 | 1).collect();
            let asked = asked << 58 | 1;
            let plain = spread.iter().filter(|w| **w == asked).count() as u32;
            prop_assert_eq!(WordCounts::new(&spread).get(&spread, asked), plain);
        }
    }
    #[test]
    fn nobody_chooses_the_slots() {
        // Without a key, the lower bits of a word would be its slot.
        let words: Vec<u64> = (0..4096u64).map(|n| n << 20).collect();
        let is_fast = |key: &u64| {
            let counts = WordCounts::with_key(&words, hash::mix(*key) | 1);
            let mask = counts.slots.len() - 1;
            let home = |word: u64| (word.wrapping_mul(counts.key) >> counts.shift) as usize;
            let steps = |w: &u64| (counts.slot(&words, *w).wrapping_sub(home(*w)) & mask) + 1;
            words.iter().map(steps).sum::<usize>() < 64 * 4096
        };
        // One key of a thousand is near one that leaves them together.
        assert!((0..256).filter(is_fast).count() > 250);
    }
}
