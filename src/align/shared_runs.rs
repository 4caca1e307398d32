//! Owns: the runs of two texts of prose, found in one pass over the shorter one. Never: handles
//! texts in which a seed has very many places (see `frequent_seeds`), or texts of few words (see
//! `few_words`).

use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::align::seed_table::SeedTable;
use crate::align::steps::{BETWEEN, Steps};
use crate::hash::{self, ByHash};

/// The equal runs of two texts, and the number of different shingles that they hold.
#[derive(Debug, PartialEq, Eq)]
pub struct SharedRuns {
    /// All runs of equal tokens that hold a seed, in the order of the first text.
    pub runs: Vec<Run>,
    /// The number of different shingles that occur in both texts, where it follows from the runs.
    pub shingles: Option<usize>,
}

/// Most pairs of candidates have no more runs, so that their list need not grow.
const USUAL: usize = 16;

/// The longest runs of equal tokens that hold a seed, or `None` if some seed has more than `most`
/// pairs of places, or as many places in the longer text. Cost: a lookup for each token of the
/// shorter text, and a look at each token of the runs.
pub fn shared_runs(a: &Prepared, b: &Prepared, most: usize, steps: &Steps) -> Option<SharedRuns> {
    let swapped = a.tokens.len() < b.tokens.len();
    let (long, short) = if swapped { (b, a) } else { (a, b) };
    if long.seed_table().most_places() > most {
        return None;
    }
    let uniform = long.seed_table().is_uniform() && short.seed_table().is_uniform();
    let pass = Pass::new(long, short, most, steps);
    let SharedRuns { mut runs, shingles } =
        if uniform { pass.run::<true>()? } else { pass.run::<false>()? };
    if swapped {
        runs.iter_mut().for_each(|r| (r.a, r.b) = (r.b, r.a));
    }
    steps.sort(&mut runs);
    if !uniform {
        runs.dedup();
    }
    Some(SharedRuns { runs, shingles })
}

/// One pass over the shorter text. The places of runs are those in the longer text, then those in
/// the shorter one.
struct Pass<'p> {
    long: &'p SeedTable,
    short: &'p SeedTable,
    x: &'p [u64],
    y: &'p [u64],
    most: usize,
    steps: &'p Steps<'p>,
    runs: Vec<Run>,
    /// The end in the shorter text of the last run on each diagonal, where seeds of one place may
    /// have other lengths: a run that was found is not walked through again.
    ends: ByHash<u32>,
    /// The shingles inside the runs, where it is known which ones occur again.
    shingles: Option<ShinglesInside<'p>>,
}

impl<'p> Pass<'p> {
    fn new(long: &'p Prepared, short: &'p Prepared, most: usize, steps: &'p Steps) -> Pass<'p> {
        let words = if long.shingle() == short.shingle() { short.shingle() } else { 0 };
        Pass {
            long: long.seed_table(),
            short: short.seed_table(),
            x: &long.tokens.hashes,
            y: &short.tokens.hashes,
            most,
            steps,
            runs: Vec::with_capacity(USUAL),
            ends: ByHash::default(),
            shingles: (short.seed_table().shingles_again().filter(|_| words > 0))
                .map(|again| ShinglesInside::new(words, again)),
        }
    }

    /// `UNIFORM` says that all seeds of both texts have the same number of tokens.
    fn run<const UNIFORM: bool>(mut self) -> Option<SharedRuns> {
        let (long, short) = (self.long, self.short);
        let mut at = 0;
        while at < short.hashes().len() {
            let ahead = &short.hashes()[at..];
            let ahead = &ahead[..ahead.len().min(BETWEEN as usize)];
            let Some((absent, first)) = long.find(ahead) else {
                at += ahead.len();
                if self.steps.take(ahead.len()) {
                    break;
                }
                continue;
            };
            at += absent;
            if self.steps.take(absent + 1) {
                break;
            }
            if long.is_alone(first) && short.most_places() <= self.most {
                let len = self.point::<UNIFORM>(first, at);
                at += 1 + if UNIFORM { long.alone_inside(first, len) } else { 0 };
                continue;
            }
            let mut places = 0;
            for place in long.places(Some(first)) {
                places += 1;
                if places > self.most {
                    return None;
                }
                self.point::<UNIFORM>(place, at);
            }
            if places * short.most_places() > self.most {
                let hash = short.hashes()[at];
                let own = short.places(short.first(hash)).take(self.most + 1).count();
                if places * own > self.most {
                    return None;
                }
            }
            at += 1;
        }
        let shingles = self.shingles.filter(|_| UNIFORM).map(|inside| inside.count());
        Some(SharedRuns { runs: self.runs, shingles })
    }

    /// Adds the run that begins with the seeds at these places, if they are equal and no run that
    /// was found before holds them. Returns the number of equal tokens from here on, if it is new.
    #[inline]
    fn point<const UNIFORM: bool>(&mut self, i: usize, j: usize) -> usize {
        let (x, y) = (self.x, self.y);
        let len = self.long.length(i as u32);
        if !UNIFORM && len != self.short.length(j as u32) {
            return 0;
        }
        let diagonal = hash::mix((x.len() + j - i) as u64);
        if !UNIFORM && self.ends.get(&diagonal).is_some_and(|end| *end > j as u32) {
            return 0;
        }
        let mut before = 0;
        if i > 0 && j > 0 && x[i - 1] == y[j - 1] {
            // The run has begun, unless another script makes the seeds before these two unlike.
            let (p, q) = (i as u32 - 1, j as u32 - 1);
            if UNIFORM || self.long.length(p) == self.short.length(q) {
                return 0;
            }
            let equal = |&n: &usize| x[i - n] == y[j - n];
            before = (1..=i.min(j)).take_while(equal).count();
        }
        let behind = x[i..].iter().zip(&y[j..]).take_while(|(p, q)| p == q).count();
        if behind < len as usize {
            return 0;
        }
        self.steps.take(before + behind);
        let (a, b, len) = ((i - before) as u32, (j - before) as u32, (before + behind) as u32);
        self.runs.push(Run { a, b, len });
        if UNIFORM {
            self.shingles.iter_mut().for_each(|inside| inside.add(b, len));
        } else {
            self.ends.insert(diagonal, b + len);
        }
        behind
    }
}

/// The different shingles of a text inside ranges that come by ascending starts.
pub struct ShinglesInside<'p> {
    /// The number of tokens in a shingle.
    words: u32,
    /// The places of the shingles that occur again later.
    again: &'p [u32],
    /// The place up to which shingles are counted.
    end: u32,
    count: usize,
}

impl<'p> ShinglesInside<'p> {
    /// None yet; `again` holds the places of the shingles of so many words that occur again later.
    pub fn new(words: u32, again: &'p [u32]) -> ShinglesInside<'p> {
        ShinglesInside { words, again, end: 0, count: 0 }
    }

    /// Counts the shingles in a range of tokens, but those that occur again. If a shingle is in
    /// both texts, each of its places is in some run, so that its last one is counted.
    pub fn add(&mut self, from: u32, len: u32) {
        let (from, end) = (from.max(self.end), (from + len + 1).saturating_sub(self.words));
        if from < end {
            let before = |place: u32| self.again.partition_point(|p| *p < place);
            self.count += (end - from) as usize - (before(end) - before(from));
            self.end = end;
        }
    }

    /// The number of those that were counted.
    pub fn count(&self) -> usize {
        self.count
    }
}
