//! Owns: how much two stretches of text tell of each other, and where that begins and ends. Never:
//! where to look.
//!
//! Each token of a stretch is either drawn from the words of the partner stretch, as often as the
//! interior shows, or from the words of both texts elsewhere. The logarithm of the two chances'
//! ratio is its evidence, in bits: a rare word in common weighs much, "the" nothing, a missing word
//! counts against. A passage is the stretch of the greatest sum (Karlin and Altschul 1990), each
//! side in turn, until neither moves. So a verbatim passage, where every miss is dear, ends to the
//! word, and a rewritten one reaches as far as its words do.

use crate::align::prepared::Prepared;
use crate::align::run::TokenRectangle;
use crate::align::word_forms::NumberedWords;
use std::cell::RefCell;
use std::ops::Range;

/// How often ends are fitted.
const ROUNDS: usize = 4;
/// How far a stretch may grow in one round, in words.
const REACH: f64 = 100.0;
/// A stretch ends where the sum has fallen so far from its height, in bits.
const DROP: i64 = 30 * BIT;
/// One token tells at most this, for or against, in bits.
const CAP: f64 = 6.0;
/// The share of tokens taken to be drawn from the partner, before any is counted.
const DRAWN: f64 = 0.5;
/// What is counted is taken for no less and no more than this.
const DRAWN_RANGE: (f64, f64) = (0.3, 0.97);
/// A word's first places in a text count as some of at least so many tokens, so that a word of a
/// short text is not common for standing there.
const SAMPLE: f64 = 2000.0;
/// Tokens by which the frequency of a word in both texts outweighs that outside the stretches.
const SMOOTH: f64 = 500.0;
/// Sums are whole numbers of this part of a bit, so that they are the same in every order and on
/// every machine.
const BIT: i64 = 1 << 12;
/// How far an end moves to a sentence's border, in words.
const SENTENCE: f64 = 6.0;
/// Another occurrence of a passage tells at least this share of what the best one does.
const AGAIN: f64 = 0.75;
/// From this share of equal words on, an end stays where it is.
const VERBATIM: f64 = 0.9;

/// A passage of both texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// Where.
    pub region: TokenRectangle,
    /// Evidence that the one is drawn from the other, the mean of both directions.
    pub bits: f64,
    /// Share of its tokens whose word stands on the other side, the mean of both.
    pub drawn: f64,
}

impl Extension {
    /// Whether a passage with more evidence makes this one idle.
    pub fn is_worse_than(&self, better: &Extension) -> bool {
        let most = |x: &Range<u32>, y: &Range<u32>| {
            2 * x.end.min(y.end).saturating_sub(x.start.max(y.start)) > x.len() as u32
        };
        match (most(&self.region.a, &better.region.a), most(&self.region.b, &better.region.b)) {
            (true, true) => true,
            (false, false) => false,
            _ => self.bits < AGAIN * better.bits,
        }
    }
}

/// Two texts, ready to be asked for any stretch of them.
pub struct Fitter<'p> {
    texts: [&'p Prepared<'p>; 2],
    words: &'p NumberedWords,
    tokens_per_word: f64,
    /// Counts by word in the stretches at hand; zero between uses.
    inside: RefCell<Vec<[u32; 2]>>,
}

struct StretchScore {
    range: Range<u32>,
    sum: i64,
    drawn: f64,
}

impl<'p> Fitter<'p> {
    /// Cost: memory for a count a word.
    pub fn new(a: &'p Prepared, b: &'p Prepared, words: &'p NumberedWords) -> Fitter<'p> {
        let tokens_per_word = a.tokens_per_word().max(b.tokens_per_word());
        Fitter {
            texts: [a, b],
            words,
            tokens_per_word,
            inside: RefCell::new(vec![[0; 2]; words.counts.len()]),
        }
    }

    /// Fits both ends on both sides; nothing where no stretch speaks for a common passage.
    pub fn refine(&self, start: &TokenRectangle) -> Option<Extension> {
        let mut at = [start.a.clone(), start.b.clone()];
        let (mut drawn, mut bits) = (DRAWN, 0.0);
        for _ in 0..ROUNDS {
            let (x, y) = (self.fit(0, &at, drawn), self.fit(1, &at, drawn));
            if x.sum <= 0 || y.sum <= 0 {
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

    /// The best stretch of one side that touches its present one, the other side as it is.
    fn fit(&self, side: usize, at: &[Range<u32>; 2], drawn: f64) -> StretchScore {
        let text = &self.words.of[side];
        let reach = (REACH * self.tokens_per_word) as u32;
        let core = at[side].clone();
        let window = core.start.saturating_sub(reach)..(core.end + reach).min(text.len() as u32);
        let mut inside = self.inside.borrow_mut();
        self.count(at, &mut inside, |n| *n += 1);
        let score = |word: u32| self.score(word, &inside[word as usize], side, at, drawn);
        let mut best = StretchScore { range: core.clone(), sum: 0, drawn: 0.0 };
        let (mut sum, mut height, mut start) = (0i64, 0i64, window.start);
        for i in window.clone() {
            if sum <= 0 || sum < height - DROP {
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

    /// What a word tells for having been drawn from the other side's stretch.
    fn score(
        &self,
        word: u32,
        inside: &[u32; 2],
        side: usize,
        at: &[Range<u32>; 2],
        drawn: f64,
    ) -> i64 {
        let there = f64::from(inside[1 - side]);
        let ratio = if there == 0.0 {
            0.0
        } else {
            let all = self.words.counts[word as usize];
            // The first two places in each text tell nothing of how common a word is in general.
            let first = f64::from(all[0].min(2) + all[1].min(2));
            let all = f64::from(all[0] + all[1]);
            let length = (self.words.of[0].len() + self.words.of[1].len()) as f64;
            let stretches = (at[0].len() + at[1].len()) as f64;
            let anywhere = (all - first) / length + first / length.max(SAMPLE);
            let outside = all - f64::from(inside[0] + inside[1]);
            let chance = (outside + SMOOTH * anywhere) / (length - stretches + SMOOTH);
            there / at[1 - side].len() as f64 / chance
        };
        let bits = ((1.0 - drawn) + drawn * ratio).log2().clamp(-CAP, CAP);
        (bits * BIT as f64).round() as i64
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
        // Outward first: what is left of a clause at an end is the passage's more often than not.
        let start = (0..=far).find_map(|d| before(range.start, d).or(behind(range.start, d)));
        let end = (0..=far).find_map(|d| behind(range.end, d).or(before(range.end, d)));
        let snapped = start.unwrap_or(range.start)..end.unwrap_or(range.end);
        if snapped.is_empty() { range } else { snapped }
    }
}
