//! Owns: the evidence that one stretch of text is drawn from another, and where such a stretch
//! begins and ends. Never: decides where to look for it.
//!
//! Each token of a stretch is either drawn from the words of the partner stretch, as often as the
//! interior shows, or from the words of both texts elsewhere. The logarithm of the ratio of the two
//! probabilities is the evidence of the token, in bits: a rare word in common weighs much, "the"
//! weighs nothing, and a missing word counts against. A passage is the stretch with the greatest
//! sum (Karlin and Altschul 1990), for each side in turn, until neither changes. So a verbatim
//! passage, where every mismatch costs much, ends at the exact word, and a rewritten passage
//! reaches as far as its words do.

use crate::align::prepared::Prepared;
use crate::align::run::TokenRectangle;
use crate::align::steps::Steps;
use crate::align::word_forms::NumberedWords;
use std::cell::RefCell;
use std::ops::Range;

/// The most rounds in which ends are fitted.
const ROUNDS: usize = 4;
/// The distance that a stretch may grow in one round, in words.
const REACH: f64 = 100.0;
/// The X-drop: a stretch ends where the sum has fallen this far below its maximum.
const X_DROP: i64 = 30 * BIT;
/// The most evidence of one token, for or against, in bits.
const CAP: f64 = 6.0;
/// The share of tokens that is assumed to be drawn from the partner before any is counted.
const DRAWN: f64 = 0.5;
/// The bounds to which the counted share is clamped.
const DRAWN_RANGE: (f64, f64) = (0.3, 0.97);
/// The least text length, in tokens, that the first places of a word are divided by, so that a word
/// of a short text is not common for occurring there.
const SAMPLE: f64 = 2000.0;
/// The number of tokens by which the frequency of a word in both texts outweighs that outside the
/// stretches.
const SMOOTH: f64 = 500.0;
/// Sums are whole numbers of this fraction of a bit, so that they are the same in every order and
/// on every machine.
const BIT: i64 = 1 << 12;
/// The distance that an end moves to the border of a sentence, in words.
const SENTENCE: f64 = 6.0;
/// The least share of the evidence of the best occurrence that another occurrence of the passage
/// has.
const MIN_OCCURRENCE_SHARE: f64 = 0.75;
/// The share of drawn words from which on an end is not moved.
const VERBATIM: f64 = 0.9;

/// A passage that occurs in both texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// The token ranges of the passage.
    pub region: TokenRectangle,
    /// The evidence that one side is drawn from the other, in bits: the mean of both directions.
    pub bits: f64,
    /// The share of its tokens whose word occurs on the other side, the mean of both sides.
    pub drawn: f64,
}

impl Extension {
    /// Whether a passage with more evidence makes this one redundant.
    pub fn is_worse_than(&self, better: &Extension) -> bool {
        let most = |x: &Range<u32>, y: &Range<u32>| {
            2 * x.end.min(y.end).saturating_sub(x.start.max(y.start)) > x.len() as u32
        };
        match (most(&self.region.a, &better.region.a), most(&self.region.b, &better.region.b)) {
            (true, true) => true,
            (false, false) => false,
            _ => self.bits < MIN_OCCURRENCE_SHARE * better.bits,
        }
    }
}

/// Fits the ends of stretches of two texts.
pub struct Fitter<'p> {
    texts: [&'p Prepared<'p>; 2],
    words: &'p NumberedWords,
    tokens_per_word: f64,
    steps: &'p Steps<'p>,
    /// The counts of each word in the current stretches; zero between calls.
    inside: RefCell<Vec<[u32; 2]>>,
}

/// The evidence of a ratio of probabilities, in the fixed-point units of [`BIT`].
fn in_units(ratio: f64) -> i64 {
    (ratio.log2().clamp(-CAP, CAP) * BIT as f64).round() as i64
}

struct StretchScore {
    range: Range<u32>,
    sum: i64,
    drawn: f64,
}

impl<'p> Fitter<'p> {
    /// Makes a fitter. Cost: memory for two counts a word.
    pub fn new(
        a: &'p Prepared,
        b: &'p Prepared,
        words: &'p NumberedWords,
        steps: &'p Steps,
    ) -> Fitter<'p> {
        let tokens_per_word = a.tokens_per_word().max(b.tokens_per_word());
        Fitter {
            texts: [a, b],
            words,
            tokens_per_word,
            steps,
            inside: RefCell::new(vec![[0; 2]; words.counts.len()]),
        }
    }

    /// Fits both ends on both sides; `None` where no stretch is evidence for a common passage.
    pub fn refine(&self, start: &TokenRectangle) -> Option<Extension> {
        let mut at = [start.a.clone(), start.b.clone()];
        let (mut drawn, mut bits) = (DRAWN, 0.0);
        for _ in 0..ROUNDS {
            let (x, y) = (self.fit(0, &at, drawn), self.fit(1, &at, drawn));
            if self.steps.is_stopped() || x.sum <= 0 || y.sum <= 0 {
                return None;
            }
            bits = (x.sum + y.sum) as f64 / (2 * BIT) as f64;
            let share = (x.drawn + y.drawn) / 2.0;
            let next = [x.range, y.range];
            let settled = next == at;
            (at, drawn) = (next, share.clamp(DRAWN_RANGE.0, DRAWN_RANGE.1));
            if settled {
                break;
            }
        }
        let [a, b] = at;
        Some(Extension { region: TokenRectangle { a, b }, bits, drawn })
    }

    /// The best stretch of one side that touches its present one, with the other side unchanged.
    fn fit(&self, side: usize, at: &[Range<u32>; 2], drawn: f64) -> StretchScore {
        let text = &self.words.of[side];
        let reach = (REACH * self.tokens_per_word) as u32;
        let core = at[side].clone();
        let window = core.start.saturating_sub(reach)..(core.end + reach).min(text.len() as u32);
        let mut inside = self.inside.borrow_mut();
        self.count(at, &mut inside, |n| *n += 1);
        let absent = in_units(1.0 - drawn);
        let score = |word: u32| match inside[word as usize] {
            inside if inside[1 - side] == 0 => absent,
            inside => self.score(word, &inside, side, at, drawn),
        };
        let mut best = StretchScore { range: core.clone(), sum: 0, drawn: 0.0 };
        let (mut sum, mut height, mut start) = (0i64, 0i64, window.start);
        // Both stretches are counted in and out.
        self.steps.take(2 * (at[0].len() + at[1].len()));
        for i in window.clone() {
            if self.steps.take(1) {
                break;
            }
            if sum <= 0 || sum < height - X_DROP {
                (sum, height, start) = (0, 0, i);
            }
            sum += score(text[i as usize]);
            height = height.max(sum);
            if sum > best.sum && i >= core.start && start < core.end {
                best = StretchScore { range: start..i + 1, sum, drawn: 0.0 };
            }
        }
        let hits =
            best.range.clone().filter(|&i| inside[text[i as usize] as usize][1 - side] > 0).count();
        best.drawn = hits as f64 / best.range.len().max(1) as f64;
        self.count(at, &mut inside, |n| *n = 0);
        best
    }

    fn count(&self, at: &[Range<u32>; 2], inside: &mut [[u32; 2]], change: impl Fn(&mut u32)) {
        for side in 0..2 {
            let range = at[side].start as usize..at[side].end as usize;
            self.words.of[side][range].iter().for_each(|w| change(&mut inside[*w as usize][side]));
        }
    }

    /// The evidence of a word that the stretch of the other side holds for being drawn from it, in
    /// the fixed-point units of [`BIT`].
    fn score(
        &self,
        word: u32,
        inside: &[u32; 2],
        side: usize,
        at: &[Range<u32>; 2],
        drawn: f64,
    ) -> i64 {
        let there = f64::from(inside[1 - side]);
        let all = self.words.counts[word as usize];
        // The first two places in each text do not show how common a word is in general.
        let first = f64::from(all[0].min(2) + all[1].min(2));
        let all = f64::from(all[0] + all[1]);
        let length = (self.words.of[0].len() + self.words.of[1].len()) as f64;
        let stretches = (at[0].len() + at[1].len()) as f64;
        let anywhere = (all - first) / length + first / length.max(SAMPLE);
        let outside = all - f64::from(inside[0] + inside[1]);
        let chance = (outside + SMOOTH * anywhere) / (length - stretches + SMOOTH);
        let ratio = there / at[1 - side].len() as f64 / chance;
        in_units((1.0 - drawn) + drawn * ratio)
    }

    /// Moves the ends of a rewritten passage to the next border of a sentence, where one is near.
    pub fn to_sentences(&self, found: Extension) -> TokenRectangle {
        let Extension { region, drawn, .. } = found;
        if drawn >= VERBATIM {
            return region;
        }
        TokenRectangle { a: self.snap(0, region.a), b: self.snap(1, region.b) }
    }

    fn snap(&self, side: usize, range: Range<u32>) -> Range<u32> {
        let kinds = &self.texts[side].tokens.kinds;
        let border = |i: u32| i as usize == kinds.len() || kinds[i as usize].opens();
        let far = (SENTENCE * self.tokens_per_word) as u32;
        let before = |at: u32, d: u32| at.checked_sub(d).filter(|x| border(*x));
        let behind =
            |at: u32, d: u32| Some(at + d).filter(|x| *x <= kinds.len() as u32 && border(*x));
        // The search goes outward first, because the rest of a clause at an end more often belongs
        // to the passage than not.
        let start = (0..=far).find_map(|d| before(range.start, d).or(behind(range.start, d)));
        let end = (0..=far).find_map(|d| behind(range.end, d).or(before(range.end, d)));
        let snapped = start.unwrap_or(range.start)..end.unwrap_or(range.end);
        if snapped.is_empty() { range } else { snapped }
    }
}
