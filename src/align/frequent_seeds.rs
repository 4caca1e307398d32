//! Owns: the runs of two texts in which some seed has very many places, as turns of phrase have in
//! a book. Never: handles texts of few words (see `few_words`).

use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::align::seed_table::{MANY_PLACES, SEED, SeedTable};
use crate::align::shared_runs::{SharedRuns, ShinglesInside};
use crate::align::steps::{BETWEEN, Steps};
use crate::hash::{self, ByHash};
use crate::text::shingle::{first_at_least, window};

/// The longest runs of equal tokens that hold a pair of seeds, in any order. The places of a seed
/// are paired each with each, up to [`MANY_PLACES`] pairs; where there are more, the nth of one
/// text with the nth of the other. Cost: a lookup for each token of the shorter text, a look at as
/// many places for each of its seeds, and at each token of the runs.
pub fn runs_beside_frequent_seeds(a: &Prepared, b: &Prepared, steps: &Steps) -> SharedRuns {
    let swapped = a.tokens.len() < b.tokens.len();
    let (long, short) = if swapped { (b, a) } else { (a, b) };
    let mut pass = Pass {
        long: long.seed_table(),
        short: short.seed_table(),
        x: &long.tokens.hashes,
        y: &short.tokens.hashes,
        steps,
        runs: Vec::new(),
        ends: ByHash::default(),
        waiting: ByHash::default(),
        frequent_places: Vec::new(),
    };
    let uniform = pass.long.is_uniform() && pass.short.is_uniform();
    if uniform {
        pass.run::<true>();
    } else {
        pass.run::<false>();
    }
    let Pass { mut runs, frequent_places, .. } = pass;
    if !uniform {
        // A short run may hold several seeds of other lengths.
        steps.sort(&mut runs);
        runs.dedup();
    }
    let shingles =
        uniform.then(|| shared_shingles(&runs, &frequent_places, [long, short], steps)).flatten();
    if swapped {
        runs.iter_mut().for_each(|r| (r.a, r.b) = (r.b, r.a));
    }
    SharedRuns { runs, shingles }
}

/// One pass over the shorter text. The places of runs are those in the longer text, then those in
/// the shorter one.
struct Pass<'p> {
    long: &'p SeedTable,
    short: &'p SeedTable,
    x: &'p [u64],
    y: &'p [u64],
    steps: &'p Steps<'p>,
    runs: Vec<Run>,
    /// The end in the shorter text of the last run on each diagonal, so that a run is walked
    /// through once: not each of its seeds has its pair.
    ends: ByHash<u32>,
    /// For each frequent seed the place in the longer text that waits for its next place in the
    /// shorter one.
    waiting: ByHash<Option<usize>>,
    /// The places of frequent seeds in the shorter text, ascending.
    frequent_places: Vec<u32>,
}

impl Pass<'_> {
    /// `UNIFORM` says that all seeds of both texts have the same number of tokens.
    fn run<const UNIFORM: bool>(&mut self) {
        let (long, short) = (self.long, self.short);
        let (mut found, mut next) = (Vec::new(), 0);
        for (block, hashes) in short.hashes().chunks(BETWEEN as usize).enumerate() {
            if self.steps.take(hashes.len()) {
                return;
            }
            long.find_all(hashes, &mut found);
            for (at, first) in
                found.iter().map(|(at, first)| (block * BETWEEN as usize + at, *first))
            {
                if at < next {
                    continue;
                }
                if long.is_alone(first) && short.most_places() <= MANY_PLACES {
                    let len = self.point(first, at);
                    next = at + 1 + if UNIFORM { long.alone_inside(first, len) } else { 0 };
                } else {
                    self.places_of_one(first, at);
                }
            }
        }
    }

    /// Pairs a place of the shorter text with places of its seed in the longer one.
    fn places_of_one(&mut self, first: usize, at: usize) {
        let (long, key) = (self.long, hash::mix(u64::from(self.short.hashes()[at])));
        let known = self.waiting.get(&key).copied();
        if known.is_none() && !self.is_frequent(first, at) {
            for place in long.places(Some(first)) {
                self.steps.take(1);
                self.point(place, at);
            }
            return;
        }
        self.frequent_places.push(at as u32);
        let partner = known.unwrap_or(Some(first));
        self.waiting.insert(key, partner.and_then(|place| long.following(place)));
        if let Some(place) = partner {
            self.point(place, at);
        }
    }

    /// Whether the seed at these places has more than [`MANY_PLACES`] pairs of places.
    fn is_frequent(&self, first: usize, at: usize) -> bool {
        if self.long.has_many_places(first) {
            return true;
        }
        if self.short.is_alone(at) {
            return false;
        }
        let own = self.short.places(self.short.first(self.short.hashes()[at]));
        let own = own.take(MANY_PLACES + 1).count();
        let places = self.long.places(Some(first)).count();
        self.steps.take(places + own);
        places * own > MANY_PLACES
    }

    /// Adds the run that holds the seeds at these places, if they are equal and no run that was
    /// found before holds them. Returns the number of equal tokens from here on, if it is new.
    fn point(&mut self, i: usize, j: usize) -> usize {
        let (x, y) = (self.x, self.y);
        let len = self.long.length(i as u32);
        if len != self.short.length(j as u32) {
            return 0;
        }
        let diagonal = hash::mix((x.len() + j - i) as u64);
        let begins = i == 0 || j == 0 || x[i - 1] != y[j - 1];
        if !begins && self.ends.get(&diagonal).is_some_and(|end| *end > j as u32) {
            return 0;
        }
        let behind = x[i..].iter().zip(&y[j..]).take_while(|(p, q)| p == q).count();
        if behind < len as usize {
            return 0;
        }
        let before = (1..=i.min(j)).take_while(|&n| x[i - n] == y[j - n]).count();
        self.steps.take(before + behind);
        let (a, b, len) = ((i - before) as u32, (j - before) as u32, (before + behind) as u32);
        self.runs.push(Run { a, b, len });
        // In a shorter run there is no other seed.
        if len > SEED {
            self.ends.insert(diagonal, b + len);
        }
        behind
    }
}

/// The number of different shingles in both texts, where it is known which ones of the shorter text
/// occur again. Each that is in both is in a run, unless all of its seeds are frequent: those are
/// looked up.
fn shared_shingles(
    runs: &[Run],
    frequent_places: &[u32],
    [long, short]: [&Prepared; 2],
    steps: &Steps,
) -> Option<usize> {
    let words = short.shingle();
    let again = short.seed_table().shingles_again()?;
    if words != long.shingle() {
        return None;
    }
    // Most runs are a seed that both texts hold by chance.
    let mut runs: Vec<Run> = runs.iter().copied().filter(|run| run.len >= words).collect();
    steps.sort_by(&mut runs, |x, y| (x.b, x.len, x.a).cmp(&(y.b, y.len, y.a)));
    let mut inside = ShinglesInside::new(words, again);
    runs.iter().for_each(|run| inside.add(run.b, run.len));
    let seeds = (words - SEED + 1) as usize;
    let (mut next, mut end) = (runs.iter().peekable(), 0);
    let mut others = 0;
    let in_a_row = |places: &&[u32]| places[seeds - 1] - places[0] == words - SEED;
    for place in frequent_places.windows(seeds).filter(in_a_row).map(|places| places[0]) {
        while let Some(run) = next.next_if(|run| run.b <= place) {
            end = end.max(run.b_end());
        }
        let holds = |set: &[u64], hash| set.get(first_at_least(set, 0, hash)) == Some(&hash);
        others += usize::from(
            end < place + words
                && again.binary_search(&place).is_err()
                && window(short.tokens.values(), words, place as usize)
                    .is_some_and(|(hash, _)| holds(long.set(), hash)),
        );
    }
    Some(inside.count() + others)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::seeds::{WordView, equal_runs, exact_runs, least_run};
    use crate::align::shared_runs::shared_runs;
    use crate::text::shingle::intersection_size;

    /// So many words of a vocabulary of 5,000, another stretch for each `from`.
    fn words(from: usize, count: usize) -> Vec<String> {
        (from..from + count).map(|n| format!("w{}", hash::mix(n as u64) % 5000)).collect()
    }

    /// A book of 900 pages, of which every third one has a turn of phrase.
    fn book() -> Vec<String> {
        (0..900)
            .map(|page| {
                let mut words = words(100 * page, 40);
                match page % 9 {
                    0 => words[20] = "one of the most of the".to_owned(),
                    3 => words[9] = "one of the".to_owned(),
                    6 => words[30] = "most of the most of the most".to_owned(),
                    _ => {}
                }
                words.join(" ")
            })
            .collect()
    }

    /// An article with so many turns of phrase, and a passage of a page of the book.
    fn article(number: usize, phrases: usize, pages: &[String]) -> String {
        let phrase = ["one of the", "most of the most of", "one of the most of the"];
        let mut parts = vec![words(1_000_000 + 1000 * number, 30).join(" ")];
        for n in 0..phrases {
            parts.push(phrase[(number + n) % 3].to_owned());
            parts.push(words(2_000_000 + 1000 * number + 10 * n, 4 * (n % 3)).join(" "));
        }
        let page = &pages[number * 41 % pages.len()];
        parts.push(page.split(' ').skip(number % 20).take(15).collect::<Vec<_>>().join(" "));
        parts.join(" ")
    }

    #[test]
    fn turns_of_phrase_of_a_book_have_the_runs_of_the_definition() {
        let pages = book();
        let book = Prepared::new(pages.join(" "), 5);
        let steps = Steps::to_the_end();
        let mut longest = 0;
        for number in 0..60 {
            let article = Prepared::new(article(number, number % 40, &pages), 5);
            let has_phrase = number % 40 > 0;
            for [a, b] in [[&book, &article], [&article, &book]] {
                let few_words = least_run(a, b);
                assert_eq!(few_words, None, "{number}");
                let one_pass = shared_runs(a, b, MANY_PLACES, &steps);
                assert!(!has_phrase || one_pass.is_none(), "{number} does not come here");
                let found = exact_runs(a, b, &steps);
                let plain = equal_runs(&WordView::exact(a), &WordView::exact(b), &steps);
                assert_eq!(found.runs, plain, "{number}");
                let shingles = intersection_size(a.set(), b.set());
                assert_eq!(found.shingles.unwrap_or(shingles), shingles, "{number}");
                longest = longest.max(plain.iter().map(|run| run.len).max().unwrap_or(0));
            }
        }
        assert!(longest >= 12, "no passage of the book is found");
    }
}
