//! Owns: which windows of one text occur at several places. Never: decides what a repeat is.
//!
//! Nearly all windows of a text occur once, so they are not kept: the windows are made twice, and
//! only those that another one may equal have a place in a table.

use crate::hash;
use crate::text::shingle::{Shingles, count, shingles_from, window};
use crate::text::token::TokenValues;

/// The number of windows that are in memory together.
const BLOCK: usize = 4096;

/// Bits for each window in the table of those seen before: about one window in twenty is taken for
/// a repeated one.
const BITS: usize = 8;

/// The number of keys in a bucket of the directory, about.
const BUCKET: usize = 4;

/// The number of hashes that are collected before duplicates are removed.
const LIMIT: usize = 1 << 12;

/// The windows of a text that may occur several times in it. Memory: a byte or two a window, and
/// nine bytes for each different window that occurs twice.
pub struct RepeatedWindows<'t> {
    tokens: TokenValues<'t>,
    words: u32,
    /// The hashes, sorted and without duplicates.
    keys: Vec<u64>,
    /// The number of the first key of each bucket.
    directory: Vec<u32>,
    /// A bit for each window: whether its hash is one of the keys.
    marks: Vec<u64>,
}

impl<'t> RepeatedWindows<'t> {
    /// Finds them. No window that occurs twice is missing; some that occur once are there.
    pub fn new(tokens: TokenValues<'t>, words: u32) -> RepeatedWindows<'t> {
        let windows = count(tokens, words);
        let keys = seen_twice(tokens, words, windows);
        let buckets = keys.len() / BUCKET + 1;
        let mut directory = Vec::with_capacity(buckets + 1);
        for (n, &key) in (0u32..).zip(&keys) {
            directory.resize(directory.len().max(hash::slot(key, buckets) + 1), n);
        }
        directory.resize(buckets + 1, keys.len() as u32);
        let mut out = RepeatedWindows { tokens, words, keys, directory, marks: Vec::new() };
        if out.keys.is_empty() {
            return out;
        }
        let mut marks = vec![0u64; windows.div_ceil(64)];
        each_window(tokens, words, windows, |start, hash| {
            if out.key(hash).is_some() {
                marks[start / 64] |= 1 << (start % 64);
            }
        });
        out.marks = marks;
        out
    }

    /// The number of different hashes.
    pub fn keys(&self) -> usize {
        self.keys.len()
    }

    /// The number of a hash among the keys.
    fn key(&self, hash: u64) -> Option<usize> {
        let bucket = hash::slot(hash, self.directory.len() - 1);
        let (from, to) = (self.directory[bucket] as usize, self.directory[bucket + 1] as usize);
        self.keys[from..to].iter().position(|&key| key == hash).map(|at| from + at)
    }

    /// The first token of each window, in order.
    pub fn starts(&self) -> impl Iterator<Item = u32> {
        let ones = |mut bits: u64| {
            std::iter::from_fn(move || {
                let one = (bits != 0).then(|| bits.trailing_zeros())?;
                bits &= bits - 1;
                Some(one)
            })
        };
        (0u32..)
            .zip(&self.marks)
            .flat_map(move |(n, &bits)| ones(bits).map(move |bit| 64 * n + bit))
    }

    /// The number of the key and the end of the window that begins at this token, if it is one of
    /// these windows.
    pub fn get(&self, start: u32) -> Option<(usize, u32)> {
        if self.marks.get(start as usize / 64)? >> (start % 64) & 1 == 0 {
            return None;
        }
        let (hash, end) = window(self.tokens, self.words, start as usize)?;
        Some((self.key(hash)?, end))
    }

    /// The number of windows.
    pub fn len(&self) -> usize {
        self.marks.iter().map(|bits| bits.count_ones() as usize).sum()
    }

    /// Each window, in order: its first token, the number of its key, and its end.
    pub fn iter(&self) -> impl Iterator<Item = (u32, usize, u32)> {
        self.starts().filter_map(|start| self.get(start).map(|(key, end)| (start, key, end)))
    }

    /// Drops the windows for which `keep` says no.
    pub fn retain(&mut self, mut keep: impl FnMut(u32, u32) -> bool) {
        let mut marks = std::mem::take(&mut self.marks);
        for (n, bits) in marks.iter_mut().enumerate() {
            for bit in 0..64 {
                let start = 64 * n + bit;
                let drops = |(_, end)| !keep(start as u32, end);
                if *bits >> bit & 1 == 1
                    && window(self.tokens, self.words, start).is_some_and(drops)
                {
                    *bits ^= 1 << bit;
                }
            }
        }
        self.marks = marks;
    }
}

/// Calls `take` with the first token and the hash of each window.
fn each_window(tokens: TokenValues, words: u32, windows: usize, mut take: impl FnMut(usize, u64)) {
    let mut block = Shingles::default();
    for from in (0..windows).step_by(BLOCK) {
        shingles_from(tokens, words, from..(from + BLOCK).min(windows), &mut block);
        block.hashes.iter().zip(from..).for_each(|(&hash, start)| take(start, hash));
    }
}

/// The hashes of windows that occur twice, and a few others, sorted and without duplicates.
fn seen_twice(tokens: TokenValues, words: u32, windows: usize) -> Vec<u64> {
    let bits = BITS * windows;
    let mut seen = vec![0u64; bits.div_ceil(64)];
    let (mut keys, mut limit): (Vec<u64>, _) = (Vec::new(), LIMIT);
    each_window(tokens, words, windows, |_, hash| {
        let at = hash::slot(hash, bits);
        let (word, bit) = (&mut seen[at / 64], 1 << (at % 64));
        if *word & bit == 0 {
            *word |= bit;
        } else if keys.last() != Some(&hash) {
            keys.push(hash);
            if keys.len() >= limit {
                keys.sort_unstable();
                keys.dedup();
                limit = limit.max(2 * keys.len());
            }
        }
    });
    keys.sort_unstable();
    keys.dedup();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn every_repeated_window_is_there(t in "(([ab] |[a-e]{2} |漢){10,30}\n\n){0,5}",
            words in 1u32..6) {
            let tokens = tokenize(&t);
            let mut plain: HashMap<u64, Vec<u32>> = HashMap::new();
            let all = count(tokens.values(), words);
            each_window(tokens.values(), words, all, |start, hash| {
                plain.entry(hash).or_default().push(start as u32);
            });
            let mut found = RepeatedWindows::new(tokens.values(), words);
            let mut places: HashMap<usize, Vec<u32>> = HashMap::new();
            for (start, key, end) in found.iter() {
                let single = window(tokens.values(), words, start as usize);
                prop_assert_eq!(single, Some((found.keys[key], end)));
                places.entry(key).or_default().push(start);
            }
            for (key, places) in places {
                prop_assert_eq!(plain.remove(&found.keys[key]), Some(places));
            }
            prop_assert!(plain.values().all(|places| places.len() == 1));
            let before: Vec<u32> = found.starts().collect();
            found.retain(|start, _| start % 3 > 0);
            let kept: Vec<u32> = before.into_iter().filter(|start| start % 3 > 0).collect();
            prop_assert_eq!(found.starts().collect::<Vec<_>>(), kept);
        }
    }
}
