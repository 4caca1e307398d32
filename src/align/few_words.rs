//! Owns: the runs of two texts of few words, in which each seed has many places. Never: decides how
//! long a run must be to show anything.

use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::align::seed_table::{MANY_PLACES, SEED, SeedTable};
use crate::align::steps::{BETWEEN, Steps};
use crate::hash::{self, ByHash};
use crate::text::shingle::{MUCH_LONGER, first_at_least};
use std::collections::BTreeMap;
use std::ops::Range;

/// The longest runs of equal tokens that hold a pair of seeds from which on `least` tokens are
/// equal. The places of a seed are paired each with each, up to [`MANY_PLACES`] pairs; where there
/// are more, the nth of one text with the nth of the other. Cost: a pass over the tokens of both
/// texts, or of one that is much shorter, a search among the runs for each pair, and a look at the
/// tokens of each run.
pub fn runs_of_few_words(a: &Prepared, b: &Prepared, least: u32, steps: &Steps) -> Vec<Run> {
    let swapped = a.tokens.len() < b.tokens.len();
    let (long, short) = if swapped { (b, a) } else { (a, b) };
    let mut pass = Pass {
        x: &long.tokens.hashes,
        y: &short.tokens.hashes,
        least: least as usize,
        steps,
        runs: Vec::new(),
        known: BTreeMap::new(),
        last: ByHash::default(),
    };
    if short.tokens.len() * MUCH_LONGER < long.tokens.len() {
        pass.look_up(long.seed_table(), short.seed_table());
    } else {
        pass.merge(long.seeds(), short.seeds());
    }
    let mut runs = pass.runs;
    if swapped {
        runs.iter_mut().for_each(|r| (r.a, r.b) = (r.b, r.a));
    }
    runs
}

/// One pass over the seeds that two texts share. The places of runs are those in the longer text,
/// then those in the shorter one.
struct Pass<'p> {
    x: &'p [u64],
    y: &'p [u64],
    least: usize,
    steps: &'p Steps<'p>,
    runs: Vec<Run>,
    /// The end in the shorter text of each run, by its diagonal and its first token there. A run is
    /// walked through once, although its seeds come in no order.
    known: BTreeMap<(usize, usize), usize>,
    /// The run of each diagonal that was met last, which most seeds are in.
    last: ByHash<Range<usize>>,
}

impl Pass<'_> {
    /// Pairs the places of all seeds, of two sorted lists as [`Prepared::seeds`] gives them. Cost:
    /// a pass over both lists.
    fn merge(&mut self, long: &[u64], short: &[u64]) {
        let place = |seed: &u64| *seed as u32 as usize;
        let (mut i, mut j) = (0, 0);
        while i < long.len() && j < short.len() && !self.steps.take(1) {
            let (x, y) = (long[i] >> 32, short[j] >> 32);
            if x != y {
                i += usize::from(x < y);
                j += usize::from(y < x);
                continue;
            }
            let (n, m) = (places_of_one(long, i), places_of_one(short, j));
            self.pair(long[i..i + n].iter().map(place), short[j..j + m].iter().map(place));
            (i, j) = (i + n, j + m);
        }
    }

    /// Pairs the places of all seeds. Cost: a lookup for each place in the shorter text.
    fn look_up(&mut self, long: &SeedTable, short: &SeedTable) {
        let mut found = Vec::new();
        for (block, hashes) in short.hashes().chunks(BETWEEN as usize).enumerate() {
            if self.steps.take(hashes.len()) {
                break;
            }
            long.find_all(hashes, &mut found);
            for &(at, first) in &found {
                let (at, hash) = (block * BETWEEN as usize + at, hashes[at]);
                // All places of a seed are paired at its first one.
                if short.is_alone(at) || short.first(hash) == Some(at) {
                    self.pair(long.places(Some(first)), short.places(Some(at)));
                }
            }
        }
    }

    /// Pairs the places of one seed.
    fn pair(
        &mut self,
        of_long: impl Iterator<Item = usize> + Clone,
        of_short: impl Iterator<Item = usize> + Clone,
    ) {
        let n = of_long.clone().take(MANY_PLACES + 1).count();
        let m = of_short.clone().take(MANY_PLACES + 1).count();
        self.steps.take(n + m);
        if n * m <= MANY_PLACES {
            self.steps.take(n * m);
            for i in of_long {
                of_short.clone().for_each(|j| self.point(i, j));
            }
        } else {
            // Pairing every place with every other would be quadratic. Pairing the nth with the nth
            // keeps long runs of periodic texts whole.
            of_long.zip(of_short).for_each(|(i, j)| {
                self.steps.take(1);
                self.point(i, j);
            });
        }
    }

    /// Adds the run that holds the seeds at these places, if enough tokens are equal from here on
    /// and the run is not known.
    fn point(&mut self, i: usize, j: usize) {
        let (x, y) = (self.x, self.y);
        if !starts_equal(&x[i..], &y[j..], self.least) {
            return;
        }
        let diagonal = x.len() + j - i;
        let key = hash::mix(diagonal as u64);
        if self.last.get(&key).is_some_and(|run| run.contains(&j)) {
            return;
        }
        let before_here = self.known.range((diagonal, 0)..=(diagonal, j)).next_back();
        if let Some((&(_, from), &end)) = before_here.filter(|(_, end)| j < **end) {
            self.last.insert(key, from..end);
            return;
        }
        let behind = x[i..].iter().zip(&y[j..]).take_while(|(p, q)| p == q).count();
        let before = (1..=i.min(j)).take_while(|&n| x[i - n] == y[j - n]).count();
        self.steps.take(before + behind);
        self.known.insert((diagonal, j - before), j + behind);
        self.last.insert(key, j - before..j + behind);
        let (a, b, len) = ((i - before) as u32, (j - before) as u32, (before + behind) as u32);
        self.runs.push(Run { a, b, len });
    }
}

/// Whether two texts begin with so many equal tokens. The tokens of a seed are nearly always equal
/// where its hash is, so the others are looked at first.
fn starts_equal(x: &[u64], y: &[u64], tokens: usize) -> bool {
    let (Some(x), Some(y)) = (x.get(..tokens), y.get(..tokens)) else { return false };
    let seed = tokens.min(SEED as usize);
    let equal = |(x, y): (&u64, &u64)| x == y;
    x[seed..].iter().zip(&y[seed..]).all(equal) && x[..seed].iter().zip(&y[..seed]).all(equal)
}

/// The number of seeds with the hash of the one at `from`.
pub fn places_of_one(seeds: &[u64], from: usize) -> usize {
    let hash = seeds[from] >> 32;
    let near = seeds[from..].iter().take(MANY_PLACES + 1).take_while(|s| **s >> 32 == hash).count();
    match (hash + 1).checked_mul(1 << 32) {
        _ if near <= MANY_PLACES => near,
        Some(next) => first_at_least(seeds, from + near, next) - from,
        None => seeds.len() - from,
    }
}
