//! Owns: which windows of one text occur at several places. Never: decides what a repeat is.
//!
//! Nearly all windows of a text occur once, so they are not kept, nor are their hashes made. A sum
//! over its tokens, which is brought forward from one window to the next, shows which windows
//! another one may equal; only these are hashed and have a place in a table.

use crate::hash;
use crate::pair::hash_directory::SortedHashes;
use crate::text::shingle::{count, window};
use crate::text::token::{TokenKind, TokenValues, WORD};

/// Bits for each window in the table of those seen before: about one window in twenty is taken for
/// a repeated one.
const BITS: usize = 8;

/// The number of hashes that are collected before duplicates are removed.
const LIMIT: usize = 1 << 12;

/// The windows of a text that may occur several times in it. Memory: a byte or two a window, and
/// ten bytes for each different window that occurs twice.
pub struct RepeatedWindows<'t> {
    tokens: TokenValues<'t>,
    words: u32,
    /// Whether each window has that number of tokens.
    are_words: bool,
    /// Their hashes.
    keys: SortedHashes,
    /// A bit for each window: whether its hash is one of the keys.
    marks: Vec<u64>,
}

impl<'t> RepeatedWindows<'t> {
    /// Finds them. No window that occurs twice is missing; some that occur once are there.
    pub fn new(tokens: TokenValues<'t>, words: u32) -> RepeatedWindows<'t> {
        let (windows, are_words) = (count(tokens, words), TokenKind::are_words(tokens.kinds));
        let sums = SortedHashes::new(seen_twice(tokens, words, windows));
        if sums.hashes().is_empty() {
            return RepeatedWindows { tokens, words, are_words, keys: sums, marks: Vec::new() };
        }
        let mut marks = vec![0u64; windows.div_ceil(64)];
        let mut keys = Distinct::default();
        each_sum(tokens, words, |start, sum| {
            if sums.place(sum).is_some()
                && let Some((hash, _)) = window(tokens, words, start)
            {
                marks[start / 64] |= 1 << (start % 64);
                keys.push(hash);
            }
        });
        let keys = SortedHashes::new(keys.sorted());
        RepeatedWindows { tokens, words, are_words, keys, marks }
    }

    /// The number of different hashes.
    pub fn keys(&self) -> usize {
        self.keys.hashes().len()
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
        Some((self.keys.place(hash)?, end))
    }

    /// The end of the window that begins at this token.
    fn end(&self, start: usize) -> Option<u32> {
        if self.are_words {
            return Some(start as u32 + self.words);
        }
        window(self.tokens, self.words, start).map(|(_, end)| end)
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
                let drops = |end| !keep(start as u32, end);
                if *bits >> bit & 1 == 1 && self.end(start).is_some_and(drops) {
                    *bits ^= 1 << bit;
                }
            }
        }
        self.marks = marks;
    }
}

/// Collects different hashes.
#[derive(Default)]
struct Distinct {
    hashes: Vec<u64>,
    /// The number of hashes from which on duplicates are removed.
    limit: usize,
}

impl Distinct {
    fn push(&mut self, hash: u64) {
        if self.hashes.last() != Some(&hash) {
            self.hashes.push(hash);
            if self.hashes.len() >= self.limit.max(LIMIT) {
                self.remove_duplicates();
                self.limit = 2 * self.hashes.len();
            }
        }
    }

    fn remove_duplicates(&mut self) {
        self.hashes.sort_unstable();
        self.hashes.dedup();
    }

    fn sorted(mut self) -> Vec<u64> {
        self.remove_duplicates();
        self.hashes
    }
}

/// An odd number, by whose powers the tokens of a window are multiplied, and its inverse: their
/// product is 1 in 64 bits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const INVERSE: u64 = inverse(FACTOR);

/// The inverse of an odd number in 64 bits, by Newton's method: each step doubles the right bits,
/// of which there are three to begin with.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut step = 0;
    while step < 5 {
        inverse = inverse.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(inverse)));
        step += 1;
    }
    inverse
}

/// Calls `take` with the first token and a sum of each window, which is the same for equal windows
/// and nearly always another one for others (Karp and Rabin 1987). Cost: four multiplications a
/// token, however long the windows are.
fn each_sum(tokens: TokenValues, words: u32, mut take: impl FnMut(usize, u64)) {
    if TokenKind::are_words(tokens.kinds) && words > 0 {
        return each_plain_sum(tokens.hashes, words as usize, take);
    }
    let (mut end, mut weight) = (0, 0);
    // The sum of token i of the window times FACTOR to the power i, and the next power.
    let (mut sum, mut power) = (0u64, 1u64);
    for (start, (&first, kind)) in tokens.hashes.iter().zip(tokens.kinds).enumerate() {
        while weight < words * WORD {
            let (Some(kind), Some(&hash)) = (tokens.kinds.get(end), tokens.hashes.get(end)) else {
                return;
            };
            weight += kind.length();
            sum = sum.wrapping_add(hash.wrapping_mul(power));
            power = power.wrapping_mul(FACTOR);
            end += 1;
        }
        take(start, sum);
        weight -= kind.length();
        sum = sum.wrapping_sub(first).wrapping_mul(INVERSE);
        power = power.wrapping_mul(INVERSE);
    }
}

/// [`each_sum`] for windows of so many tokens each.
fn each_plain_sum(hashes: &[u64], words: usize, mut take: impl FnMut(usize, u64)) {
    let Some((front, behind)) = hashes.split_at_checked(words) else { return };
    let append = |sum: u64, &token: &u64| sum.wrapping_mul(FACTOR).wrapping_add(token);
    let mut sum = front.iter().rev().fold(0, append);
    let last = (1..words).fold(1u64, |power, _| power.wrapping_mul(FACTOR));
    take(0, sum);
    for (start, (&first, &next)) in (1..).zip(hashes.iter().zip(behind)) {
        sum = sum.wrapping_sub(first).wrapping_mul(INVERSE);
        sum = sum.wrapping_add(next.wrapping_mul(last));
        take(start, sum);
    }
}

/// The sums of windows that occur twice, and a few others, sorted and without duplicates.
fn seen_twice(tokens: TokenValues, words: u32, windows: usize) -> Vec<u64> {
    let bits = BITS * windows;
    let mut seen = vec![0u64; bits.div_ceil(64)];
    let mut sums = Distinct::default();
    each_sum(tokens, words, |_, sum| {
        let at = hash::slot(sum, bits);
        let (word, bit) = (&mut seen[at / 64], 1 << (at % 64));
        if *word & bit == 0 {
            *word |= bit;
        } else {
            sums.push(sum);
        }
    });
    sums.sorted()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::shingle::{Shingles, shingles};
    use crate::text::token::tokenize;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn the_factor_has_an_inverse() {
        assert_eq!(FACTOR.wrapping_mul(INVERSE), 1);
        assert_eq!(inverse(3).wrapping_mul(3), 1);
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_windows(t in "([ab] |[a-e]{2} |漢){0,30}", words in 1u32..6) {
            let tokens = tokenize(&t);
            let (mut all, mut count) = (Shingles::default(), 0);
            shingles(tokens.values(), words, &mut all);
            each_sum(tokens.values(), words, |start, sum| {
                let window = &tokens.hashes[start..all.ends[start] as usize];
                let plain = window.iter().rev().fold(0u64, |sum, &token| {
                    sum.wrapping_mul(FACTOR).wrapping_add(token)
                });
                assert_eq!(sum, plain);
                count += 1;
            });
            prop_assert_eq!(count, all.hashes.len());
        }

        #[test]
        fn every_repeated_window_is_there(t in "(([ab] |[a-e]{2} |漢){10,30}\n\n){0,5}",
            words in 1u32..6) {
            let tokens = tokenize(&t);
            let mut plain: HashMap<u64, Vec<u32>> = HashMap::new();
            let mut all = Shingles::default();
            shingles(tokens.values(), words, &mut all);
            for (&hash, start) in all.hashes.iter().zip(0..) {
                plain.entry(hash).or_default().push(start);
            }
            let mut found = RepeatedWindows::new(tokens.values(), words);
            let mut places: HashMap<usize, Vec<u32>> = HashMap::new();
            for (start, key, end) in found.iter() {
                let single = window(tokens.values(), words, start as usize);
                prop_assert_eq!(single, Some((found.keys.hashes()[key], end)));
                places.entry(key).or_default().push(start);
            }
            for (key, places) in places {
                prop_assert_eq!(plain.remove(&found.keys.hashes()[key]), Some(places));
            }
            prop_assert!(plain.values().all(|places| places.len() == 1));
            let before: Vec<u32> = found.starts().collect();
            found.retain(|start, _| start % 3 > 0);
            let kept: Vec<u32> = before.into_iter().filter(|start| start % 3 > 0).collect();
            prop_assert_eq!(found.starts().collect::<Vec<_>>(), kept);
        }
    }
}
