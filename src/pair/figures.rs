//! Owns: which figures of two texts take each other's place. Never: looks at names, or decides what
//! follows.

use crate::align::edit_distance::{WordSimilarity, word_similarity};
use crate::align::prepared::Prepared;
use crate::hash::HashPairs;
use crate::pair::fact_words::is_number;
use crate::pair::number_words::is_amount;
use crate::pair::stamp::is_stamp;
use std::ops::Range;

/// The most tokens of a gap in which a figure is in the place of another one.
const SHORT_GAP: usize = 4;
/// The most words that take the place of a figure (`NIL`, `no quote`), and the number of times that
/// the first of them is in its text at least: a word that stands for figures stands for several.
const WORDS_FOR_A_FIGURE: usize = 2;
const TIMES_IN_ITS_TEXT: u32 = 2;

/// The numbers of different pairs of figures in one place inside the matches of two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FigureCounts {
    /// Pairs in which one figure takes the place of another one. A figure that differs from the
    /// other one in a single digit may be a correction of it, and where each text holds both
    /// figures, their lines may be in another order: these do not count as other figures.
    pub other: u32,
    /// The pairs of all figures, equal ones included.
    pub all: u32,
    /// The pairs of a figure and of a word that takes its place, such as `NIL`.
    pub words: u32,
    /// Whether the days or the times of day that the figures are of differ in one place.
    pub stamps: bool,
    /// The pairs of figures that differ, in whatever way, and are no stamps.
    pub beside_stamps: u32,
    /// Those of them that are other figures.
    pub other_beside_stamps: u32,
}

impl FigureCounts {
    /// The pairs in which a figure or a word takes the place of another figure.
    pub fn changed(&self) -> u32 {
        self.other + self.words
    }
}

/// Counts figures gap by gap.
#[derive(Default)]
pub struct Figures {
    /// The pairs of figures that are the same in the same place, however they are written, some of
    /// them more than once.
    equal: Vec<(u64, u64)>,
    /// The pairs that are opposite each other in a gap and differ.
    opposite: HashPairs,
    /// The pairs of a figure and of a word in its place.
    words: HashPairs,
    counts: FigureCounts,
}

impl Figures {
    /// A figure that both texts have in one place.
    pub fn equal(&mut self, hash: u64) {
        self.equal.push((hash, hash));
    }

    /// Counts the figures of a short gap, each with the one in its place.
    pub fn gap(&mut self, a: &Prepared, ra: &Range<usize>, b: &Prepared, rb: &Range<usize>) {
        if ra.len().max(rb.len()) > SHORT_GAP {
            return;
        }
        let of = |p: &Prepared, r: &Range<usize>| -> Vec<usize> {
            r.clone().filter(|&i| is_number(p, i)).collect()
        };
        let (x, y) = (of(a, ra), of(b, rb));
        for (&i, &j) in x.iter().zip(&y) {
            self.pair(a, i, b, j);
        }
        if let (Some(&i), true) = (x.first(), y.is_empty()) {
            self.figure_and_words(a, i, b, rb);
        }
        if let (Some(&j), true) = (y.first(), x.is_empty()) {
            self.figure_and_words(b, j, a, ra);
        }
        let stamp = |p: &Prepared, r: &Range<usize>| {
            r.clone().find(|&i| !is_number(p, i) && is_stamp(p, i)).map(|i| p.tokens.hashes[i])
        };
        if let (Some(x), Some(y)) = (stamp(a, ra), stamp(b, rb)) {
            self.counts.stamps |= x != y;
        }
    }

    /// The counts.
    pub fn counts(&mut self) -> FigureCounts {
        self.equal.sort_unstable();
        self.equal.dedup();
        let all = (self.equal.len() + self.opposite.len() + self.words.len()) as u32;
        FigureCounts { all, words: self.words.len() as u32, ..self.counts }
    }

    fn pair(&mut self, a: &Prepared, i: usize, b: &Prepared, j: usize) {
        let (x, y) = (a.tokens.hashes[i], b.tokens.hashes[j]);
        if word_similarity(a.word(i), true, b.word(j)) != WordSimilarity::No {
            self.equal.push((x, y));
            return;
        }
        if !self.opposite.insert((x, y)) {
            return;
        }
        let moved = a.count(y) > 0 && b.count(x) > 0;
        let other = u32::from(!moved && !is_correction(a.word(i), b.word(j)));
        self.counts.other += other;
        if is_stamp(a, i) && is_stamp(b, j) {
            self.counts.stamps = true;
        } else {
            self.counts.beside_stamps += 1;
            self.counts.other_beside_stamps += other;
        }
    }

    /// A figure of one text, where the other one has words.
    fn figure_and_words(&mut self, p: &Prepared, i: usize, q: &Prepared, words: &Range<usize>) {
        let Some(first) = words.clone().next().filter(|_| words.len() <= WORDS_FOR_A_FIGURE) else {
            return;
        };
        let word = q.tokens.hashes[first];
        let stands_for_figures = q.count(word) >= TIMES_IN_ITS_TEXT
            && !words.clone().any(|j| is_amount(&q.word(j).to_lowercase()));
        if stands_for_figures {
            self.words.insert((p.tokens.hashes[i], word));
        }
    }
}

/// Whether one figure may be a correction of the other: they differ in one of several digits.
fn is_correction(x: &str, y: &str) -> bool {
    let length = x.chars().count();
    let other = || x.chars().zip(y.chars()).filter(|(p, q)| p != q).count();
    length > 1 && length == y.chars().count() && other() == 1
}
