//! Owns: windows of three words that occur in both texts, and the runs of equal tokens around them.
//! Never: joins runs.

use crate::align::few_words::{places_of_one, runs_of_few_words};
use crate::align::frequent_seeds::runs_beside_frequent_seeds;
use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::align::seed_table::{MANY_PLACES, SEED};
use crate::align::shared_runs::{SharedRuns, shared_runs};
use crate::align::steps::Steps;
use crate::hash;
use std::borrow::Cow;

/// The most points that a seed makes; a seed that occurs more often is matched in the order of its
/// places instead.
const MAX_POINTS: usize = MANY_PLACES;

/// A pair of texts has at most this many runs, and one more for so many tokens of the shorter text.
const MOST_RUNS: usize = 128;
const TOKENS_PER_RUN: usize = 2;

/// The probability that two seeds of a text are equal, from which on it is a text of few words: in
/// prose it is about 1 / 40,000.
const FEW_WORDS: f64 = 1.0 / 4096.0;
/// The number of places of the longer text that a seed has by chance, from which on seeds show
/// nothing by themselves.
const BY_CHANCE: f64 = 2.0;
/// The number of tokens for each run of the least length that is there by chance.
const TOKENS_PER_CHANCE: f64 = 8.0;
/// The greatest least length of a run.
const MOST_WORDS: f64 = 24.0;

/// The words of a text as numbers, which determine the words that the alignment treats as equal.
#[derive(Debug)]
pub struct WordView<'p> {
    text: &'p Prepared<'p>,
    /// A number for each token; equal tokens have equal numbers.
    pub words: Cow<'p, [u64]>,
    /// The seeds as [`Prepared::seeds`] has them, where these words are not those of the text.
    folded: Option<Vec<u64>>,
}

impl<'p> WordView<'p> {
    /// A view in which words with the same normalised form are equal.
    #[cfg(test)]
    pub fn exact(text: &'p Prepared<'p>) -> WordView<'p> {
        WordView { text, words: Cow::Borrowed(&text.tokens.hashes), folded: None }
    }

    /// A view in which words with equal `numbers` are equal. Cost: a sort of the seeds.
    pub fn folded(text: &'p Prepared<'p>, numbers: &[u32]) -> WordView<'p> {
        let words: Vec<u64> = numbers.iter().map(|n| hash::mix(u64::from(*n))).collect();
        let seed = |at: u32| {
            hash::sequence(words[at as usize..(at + text.seed_length(at)) as usize].iter().copied())
        };
        let mut seeds: Vec<u64> = text
            .seeds()
            .iter()
            .map(|s| seed(*s as u32) >> 32 << 32 | u64::from(*s as u32))
            .collect();
        seeds.sort_unstable();
        WordView { text, words: Cow::Owned(words), folded: Some(seeds) }
    }

    /// All seeds, sorted; see [`Prepared::seeds`].
    fn seeds(&self) -> &[u64] {
        self.folded.as_deref().unwrap_or_else(|| self.text.seeds())
    }

    /// The next tokens from `at` on, if there are so many.
    fn ahead(&self, at: u32, tokens: u32) -> Option<&[u64]> {
        self.words.get(at as usize..at as usize + tokens as usize)
    }

    /// The tokens of the seed that begins at token `at`.
    fn seed(&self, at: u32) -> &[u64] {
        &self.words[at as usize..(at + self.text.seed_length(at)) as usize]
    }
}

/// The runs that hold a seed, in the order of the first text, without those that texts of few words
/// share at nearly every place: a run is at least as long as [`least_run`] says, and where there
/// are still too many for the shorter text, the shortest ones are left out until few enough remain.
pub fn equal_runs(a: &WordView, b: &WordView, steps: &Steps) -> Vec<Run> {
    let mut pairs = seed_pairs(a, b, least_run(a.text, b.text), steps);
    steps.sort(&mut pairs);
    if steps.is_stopped() {
        return Vec::new();
    }
    pairs.dedup();
    few_enough(runs(&pairs, a, b, steps), a.text, b.text)
}

/// The runs of exactly equal words, as [`equal_runs`] defines them, and the number of different
/// shingles in both texts, where the runs show it. Cost: a pass over the shorter text.
pub fn exact_runs(a: &Prepared, b: &Prepared, steps: &Steps) -> SharedRuns {
    if let Some(least) = least_run(a, b) {
        let runs = few_enough(runs_of_few_words(a, b, least, steps), a, b);
        return in_order(SharedRuns { runs, shingles: None }, steps);
    }
    if let Some(shared) = shared_runs(a, b, MAX_POINTS, steps) {
        return SharedRuns { runs: few_enough(shared.runs, a, b), ..shared };
    }
    let SharedRuns { runs, shingles } = runs_beside_frequent_seeds(a, b, steps);
    in_order(SharedRuns { runs: few_enough(runs, a, b), shingles }, steps)
}

fn in_order(mut shared: SharedRuns, steps: &Steps) -> SharedRuns {
    steps.sort(&mut shared.runs);
    shared
}

/// The runs without the shortest ones, so many that few enough remain for the shorter text.
fn few_enough(mut runs: Vec<Run>, a: &Prepared, b: &Prepared) -> Vec<Run> {
    let most = MOST_RUNS + a.tokens.len().min(b.tokens.len()) / TOKENS_PER_RUN;
    if runs.len() > most {
        let least = least_length(&runs, most);
        runs.retain(|run| run.len >= least);
    }
    runs
}

/// The least length of a run that shows anything, in tokens; `None` where each seed does.
///
/// In prose two texts have a window of three words in common because one is drawn from the other.
/// Of four words there are 64 such windows, and each text has all of them. If each seed has `n`
/// places in the other text by chance, and one more word is the same by chance with probability
/// `p`, then `n * p^k` places have `k` more equal words; runs have as many more as make these rare.
/// Both follow from the probability `p^3` that two seeds are equal (Karlin and Altschul 1990 do so
/// for single letters).
pub fn least_run(a: &Prepared, b: &Prepared) -> Option<u32> {
    if a.seed_collision().min(b.seed_collision()) < FEW_WORDS {
        return None;
    }
    let collision = (a.seed_collision() * b.seed_collision()).sqrt();
    let places =
        collision * a.seed_table().hashes().len().max(b.seed_table().hashes().len()) as f64;
    if places <= BY_CHANCE {
        return None;
    }
    let more = (places * TOKENS_PER_CHANCE).ln() / (-collision.ln() / f64::from(SEED)).max(0.1);
    let words = (f64::from(SEED) + more.ceil()).min(MOST_WORDS);
    let tokens_per_word = a.tokens_per_word().max(b.tokens_per_word());
    Some((words * tokens_per_word).ceil() as u32)
}

/// The least length with which at most so many runs are left.
fn least_length(runs: &[Run], most: usize) -> u32 {
    let mut lengths: Vec<u32> = runs.iter().map(|run| run.len).collect();
    let (_, longest_left_out, _) = lengths.select_nth_unstable_by(most, |x, y| y.cmp(x));
    *longest_left_out + 1
}

/// A pair of equal seeds: its diagonal (shifted to stay positive), and its place in the first text.
type SeedPair = (u64, u32);

const SHIFT: u64 = 1 << 32;

/// The pairs of equal seeds; with a least length, those at which so many tokens are equal.
fn seed_pairs(a: &WordView, b: &WordView, least: Option<u32>, steps: &Steps) -> Vec<SeedPair> {
    let (x, y) = (a.seeds(), b.seeds());
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < x.len() && j < y.len() && !steps.take(1) {
        let (kx, ky) = (x[i] >> 32, y[j] >> 32);
        if kx != ky {
            i += usize::from(kx < ky);
            j += usize::from(ky < kx);
            continue;
        }
        let (n, m) = (places_of_one(x, i), places_of_one(y, j));
        let mut point = |sa: u64, sb: u64| {
            let (at, partner) = (sa as u32, sb as u32);
            let same = match least {
                None => a.seed(at) == b.seed(partner),
                Some(least) => {
                    let ahead = a.ahead(at, least);
                    ahead.is_some() && ahead == b.ahead(partner, least)
                }
            };
            if same {
                out.push((SHIFT + u64::from(partner) - u64::from(at), at));
            }
        };
        steps.take(if n * m <= MAX_POINTS { n * m } else { n + m });
        if n * m <= MAX_POINTS {
            x[i..i + n].iter().for_each(|s| y[j..j + m].iter().for_each(|t| point(*s, *t)));
        } else {
            // The text is periodic, and pairing every place with every other would be quadratic.
            // Pairing the nth with the nth keeps long runs whole.
            x[i..i + n].iter().zip(&y[j..j + m]).for_each(|(s, t)| point(*s, *t));
        }
        (i, j) = (i + n, j + m);
    }
    out
}

/// Joins seeds on one diagonal that touch into runs, and grows each run while the next tokens are
/// equal.
fn runs(points: &[SeedPair], a: &WordView, b: &WordView, steps: &Steps) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut last = 0;
    for &(diagonal, at) in points {
        let goes_on = |run: &&Run| last == diagonal && at <= run.a_end();
        let known = out.last().filter(goes_on).map_or(0, |run| run.len);
        let partner = (diagonal + u64::from(at) - SHIFT) as u32;
        let seed = a.text.seed_length(at);
        match out.last_mut() {
            Some(run) if last == diagonal && at <= run.a_end() => {
                run.len = run.len.max(at + seed - run.a);
            }
            before => {
                let floor = before.filter(|_| last == diagonal).map_or(0, |run| run.a_end());
                let mut run = Run { a: at, b: partner, len: seed };
                while run.a > floor && run.b > 0 && equal(a, b, run.a - 1, run.b - 1) {
                    run = Run { a: run.a - 1, b: run.b - 1, len: run.len + 1 };
                }
                out.push(run);
            }
        }
        last = diagonal;
        if let Some(run) = out.last_mut() {
            while equal(a, b, run.a_end(), run.b_end()) {
                run.len += 1;
            }
            if steps.take(1 + (run.len - known) as usize) {
                break;
            }
        }
    }
    steps.sort(&mut out);
    out
}

fn equal(a: &WordView, b: &WordView, i: u32, j: u32) -> bool {
    match (a.words.get(i as usize), b.words.get(j as usize)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::shingle::intersection_size;
    use proptest::prelude::*;

    /// Texts that share sentences: of many words, of few words, periodic, and of scripts that mix.
    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            4 => "(w[0-9]{1,2} ){0,30}",
            4 => (0u32..40, 0u32..30).prop_map(|(from, len)| {
                (from..from + len).map(|n| format!("v{n} ")).collect::<String>()
            }),
            1 => "([a-d] ){0,40}",
            1 => (0usize..90).prop_map(|times| "round and round it goes ".repeat(times)),
            1 => "([一二三四五六七八九十]|ไทย |v[0-9] ){0,40}",
            // Turns of phrase that come again and again between other words.
            2 => "(of the most of |one of the |w[0-9]{1,2} ){0,160}",
            1 => "(一二三四五六|v[0-9]{1,2} ){0,160}",
            // Two tokens of one form and of different lengths.
            1 => "([㊀一] |v[0-9] ){0,40}",
        ];
        prop::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]
        #[test]
        fn one_pass_finds_the_runs_of_the_definition(a in text(), b in text(), words in 1u32..8) {
            let (a, b) = (Prepared::new(a, words), Prepared::new(b, words));
            let steps = Steps::to_the_end();
            let plain = equal_runs(&WordView::exact(&a), &WordView::exact(&b), &steps);
            let found = exact_runs(&a, &b, &steps);
            prop_assert_eq!(found.runs, plain);
            prop_assert_eq!(a.different_shingles(), a.set().len());
            if let Some(shingles) = found.shingles {
                prop_assert_eq!(shingles, intersection_size(a.set(), b.set()));
            }
        }
    }
}
