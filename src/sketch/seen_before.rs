//! Owns: whether shingles of one text in a row occurred in it before. Never: misses one that did.

use crate::hash;

/// The bits of the table for each shingle. One shingle in a hundred is then taken for one
/// seen before, so four in a row nearly never are.
const BITS: usize = 16;

/// The bits that a shingle sets in its word.
const SET: u32 = 4;

/// The shingles of one text that were seen so far, as a Bloom filter (Bloom 1970) each of whose
/// shingles is in one word (Putze, Sanders, Singler 2007): two bytes a shingle.
#[derive(Debug, Default)]
pub struct SeenBefore {
    words: Vec<u64>,
    run: u32,
    longest: u32,
}

impl SeenBefore {
    /// Begins with a text of so many shingles.
    pub fn begin(&mut self, shingles: usize) {
        self.words.clear();
        self.words.resize(shingles * BITS / 64 + 1, 0);
        (self.run, self.longest) = (0, 0);
    }

    /// Takes the next shingles.
    pub fn push(&mut self, shingles: &[u64]) {
        let words = self.words.len();
        for &shingle in shingles {
            let bits = (0..SET).fold(0, |bits, n| bits | 1 << (shingle >> (6 * n) & 63));
            let word = &mut self.words[hash::slot(shingle, words)];
            self.run = if *word & bits == bits { self.run + 1 } else { 0 };
            *word |= bits;
            self.longest = self.longest.max(self.run);
        }
    }

    /// The length of the longest run of shingles that occurred before; rarely, a longer one.
    pub fn longest_run(&self) -> u32 {
        self.longest
    }

    /// Gives back the memory.
    pub fn end(&mut self) {
        self.words = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    proptest! {
        #[test]
        fn no_run_is_missed(values in prop::collection::vec(0u64..40, 0..80), cut in 0usize..80) {
            let values: Vec<u64> = values.into_iter().map(hash::mix).collect();
            let (mut seen, mut run, mut longest) = (HashSet::new(), 0, 0);
            for value in &values {
                run = if seen.insert(value) { 0 } else { run + 1 };
                longest = longest.max(run);
            }
            let mut found = SeenBefore::default();
            found.begin(7);
            found.push(&[3, 3, 3]);
            found.begin(values.len());
            let (front, back) = values.split_at(cut.min(values.len()));
            found.push(front);
            found.push(back);
            prop_assert!(found.longest_run() >= longest);
        }
    }

    #[test]
    fn what_was_not_seen_is_nearly_never_taken_for_seen() {
        let mut longest = 0;
        for text in 0..200 {
            let values: Vec<u64> = (0..4096).map(|i| hash::mix(text << 32 | i)).collect();
            let mut found = SeenBefore::default();
            found.begin(values.len());
            found.push(&values);
            longest = longest.max(found.longest_run());
        }
        assert!(longest < 4, "{longest}");
    }
}
