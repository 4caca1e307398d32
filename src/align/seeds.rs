//! Owns: windows of three words that occur in both texts, and the runs of equal tokens around them.
//! Never: joins runs.

use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::hash;
use std::borrow::Cow;

/// The most points that a seed makes; a seed that occurs more often is matched in the order of its
/// places instead.
const MAX_POINTS: usize = 64;

/// The words of a text as numbers, which determine the words that the alignment treats as equal.
#[derive(Debug)]
pub struct WordView<'p> {
    text: &'p Prepared<'p>,
    /// A number for each token; equal tokens have equal numbers.
    pub words: Cow<'p, [u64]>,
    seeds: Cow<'p, [u64]>,
}

impl<'p> WordView<'p> {
    /// A view in which words with the same normalised form are equal.
    pub fn exact(text: &'p Prepared<'p>) -> WordView<'p> {
        WordView {
            text,
            words: Cow::Borrowed(&text.tokens.hashes),
            seeds: Cow::Borrowed(&text.seeds),
        }
    }

    /// A view in which words with equal `numbers` are equal. Cost: a sort of the seeds.
    pub fn folded(text: &'p Prepared<'p>, numbers: &[u32]) -> WordView<'p> {
        let words: Vec<u64> = numbers.iter().map(|n| hash::mix(u64::from(*n))).collect();
        let seed = |at: u32| {
            hash::sequence(words[at as usize..(at + text.seed_length(at)) as usize].iter().copied())
        };
        let mut seeds: Vec<u64> =
            text.seeds.iter().map(|s| seed(*s as u32) >> 32 << 32 | u64::from(*s as u32)).collect();
        seeds.sort_unstable();
        WordView { text, words: Cow::Owned(words), seeds: Cow::Owned(seeds) }
    }

    /// The tokens of the seed that begins at token `at`.
    fn seed(&self, at: u32) -> &[u64] {
        &self.words[at as usize..(at + self.text.seed_length(at)) as usize]
    }
}

/// All runs that hold a seed, in the order of the first text.
pub fn equal_runs(a: &WordView, b: &WordView) -> Vec<Run> {
    let mut points = points(a, b);
    points.sort_unstable();
    points.dedup();
    runs(&points, a, b)
}

/// A pair of equal seeds: its diagonal (shifted to stay positive), and its place in the first text.
type SeedPair = (u64, u32);

const SHIFT: u64 = 1 << 32;

fn points(a: &WordView, b: &WordView) -> Vec<SeedPair> {
    let (x, y) = (&a.seeds, &b.seeds);
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < x.len() && j < y.len() {
        let (kx, ky) = (x[i] >> 32, y[j] >> 32);
        if kx != ky {
            i += usize::from(kx < ky);
            j += usize::from(ky < kx);
            continue;
        }
        let n = x[i..].iter().take_while(|s| **s >> 32 == kx).count();
        let m = y[j..].iter().take_while(|s| **s >> 32 == kx).count();
        let mut point = |sa: u64, sb: u64| {
            let (at, partner) = (sa as u32, sb as u32);
            if a.seed(at) == b.seed(partner) {
                out.push((SHIFT + u64::from(partner) - u64::from(at), at));
            }
        };
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
fn runs(points: &[SeedPair], a: &WordView, b: &WordView) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut last = 0;
    for &(diagonal, at) in points {
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
        }
    }
    out.sort_unstable();
    out
}

fn equal(a: &WordView, b: &WordView, i: u32, j: u32) -> bool {
    match (a.words.get(i as usize), b.words.get(j as usize)) {
        (Some(x), Some(y)) => x == y,
        _ => false,
    }
}
