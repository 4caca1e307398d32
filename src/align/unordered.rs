//! Owns: the search for passages whose words correspond though their order does not: from pairs of
//! near words to token rectangles to chains. Never: scores a token rectangle (see `extend`), or
//! finds exact runs (see `seeds`).
//!
//! Seeds are pairs of rarer words that occur near each other in both texts, in whatever order.
//! Seeds that are connected, with no wider gap between them on either side, form a group; each
//! group grows or shrinks to the stretch that the words themselves explain best.

use crate::align::extend::{Extension, Fitter};
use crate::align::fill;
use crate::align::hash_filter::HashFilter;
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, TokenRectangle};
use crate::align::seeds::exact_runs;
use crate::align::steps::Steps;
use crate::align::word_forms::WordNumbers;
use crate::hash;
use std::collections::HashMap;

/// The number of rarer words behind each word that it is paired with.
const NEAR: usize = 4;
/// A word is rare if it occurs at most this often in its text.
const RARE: f64 = 4.0;
/// A word is also rare if it makes up at most this share of its text.
const RARE_SHARE: f64 = 0.008;
/// The most points that a seed makes; a seed that would make more makes none.
const MAX_POINTS: usize = 64;
/// The least number of seeds in a group.
const LEAST: usize = 4;
/// The least number of seeds that some group must have without folding.
const SURVIVING: usize = 8;

/// The limits of an unordered alignment.
#[derive(Debug, Clone, Copy)]
pub struct UnorderedLimits {
    /// The widest gap between the seeds of a group, in tokens.
    pub max_gap: u32,
    /// The least evidence of a passage, in bits.
    pub min_evidence: u32,
    /// The least length of both sides, in words.
    pub min_words: u32,
}

/// The passages by descending evidence. A passage that lies for the greater part in a better one is
/// left out, unless it does so on one side only and has nearly as much evidence: then it is another
/// occurrence. Cost: a sort of the seeds; for each group, some passes over its stretch of both
/// texts.
pub fn chains(a: &Prepared, b: &Prepared, limits: UnorderedLimits, steps: &Steps) -> Vec<Chain> {
    // The work is done in one order, so that swapped texts give the same result.
    if a.tokens.hashes > b.tokens.hashes {
        return chains(b, a, limits, steps).into_iter().map(Chain::swapped).collect();
    }
    // Folding is the expensive part, and a passage in which no words survive unchanged is no
    // evidence.
    let mut words = WordNumbers::plain(a.lexicon(), b.lexicon(), steps);
    if groups(points(&words, steps), limits.max_gap, SURVIVING, steps).is_empty() {
        return Vec::new();
    }
    words.fold(steps);
    let points = points(&words, steps);
    let words = words.of_tokens(steps);
    let fitter = Fitter::new(a, b, &words, steps);
    let mut found: Vec<Extension> = groups(points, limits.max_gap, LEAST, steps)
        .into_iter()
        .filter_map(|g| fitter.refine(&bounds(&g)))
        .collect();
    let long = |r: &TokenRectangle| {
        a.word_count(r.a.clone()) >= limits.min_words
            && b.word_count(r.b.clone()) >= limits.min_words
    };
    found.retain(|f| f.bits >= f64::from(limits.min_evidence) && long(&f.region));
    found.sort_unstable_by(|x, y| {
        y.bits.total_cmp(&x.bits).then_with(|| x.region.order().cmp(&y.region.order()))
    });
    let runs = exact_runs(a, b, steps).runs;
    let longest = runs.iter().map(|r| r.len).max().unwrap_or(0);
    let mut taken = Taken::default();
    let mut out = Vec::new();
    for f in found {
        if steps.is_stopped() {
            break;
        }
        if taken.has_better(&f, steps) {
            continue;
        }
        taken.add(&f, steps);
        let region = fitter.to_sentences(f);
        let runs = fill::inside(&region, (&runs, longest), a, b, steps);
        if !runs.is_empty() {
            out.push(Chain { runs, region: Some(region) });
        }
    }
    out
}

/// Tokens whose passages are in one list.
const BLOCK: u32 = 64;

/// The passages that were taken, by the blocks of tokens that they touch in either text.
#[derive(Default)]
struct Taken {
    passages: Vec<Extension>,
    by_block: [HashMap<u32, Vec<u32>>; 2],
}

impl Taken {
    fn add(&mut self, passage: &Extension, steps: &Steps) {
        let number = self.passages.len() as u32;
        for (range, blocks) in [&passage.region.a, &passage.region.b].iter().zip(&mut self.by_block)
        {
            let touched = range.start / BLOCK..range.end.div_ceil(BLOCK);
            steps.take(touched.len());
            touched.for_each(|block| blocks.entry(block).or_default().push(number));
        }
        self.passages.push(passage.clone());
    }

    /// Whether a passage with more evidence makes this one redundant. Such a passage has more than
    /// half of one side, and so the middle of that.
    fn has_better(&self, passage: &Extension, steps: &Steps) -> bool {
        let sides = [&passage.region.a, &passage.region.b].into_iter().zip(&self.by_block);
        sides.into_iter().any(|(range, blocks)| {
            let middle = range.start + range.len() as u32 / 2;
            let near = blocks.get(&(middle / BLOCK)).map_or(&[][..], |near| near);
            steps.take(near.len());
            near.iter().any(|&n| passage.is_worse_than(&self.passages[n as usize]))
        })
    }
}

/// A seed that occurs in both texts: the places of its first word in each, and of its last.
type SeedPair = ((u32, u32), (u32, u32));

/// A rarer word of one text: its place, and its number with [`IN_BOTH`] where the other text holds
/// it, too.
type RareWord = (u32, u32);

/// The bit that the number of a word has beside it. Two texts of 4 GiB have fewer words.
const IN_BOTH: u32 = 1 << 31;

/// The rarer words of one text, in order.
fn rare_words(words: &WordNumbers, side: usize, steps: &Steps) -> Vec<RareWord> {
    const FREQUENT: u32 = u32::MAX;
    let lexicon = words.lexicons[side];
    steps.take(lexicon.words.len() + lexicon.of.len());
    let bound = (RARE_SHARE * lexicon.of.len() as f64).max(RARE) as u32;
    let marked = words.numbers[side].iter().map(|&number| {
        let counts = words.counts[number as usize];
        match counts[side] <= bound {
            true => number | if counts[1 - side] > 0 { IN_BOTH } else { 0 },
            false => FREQUENT,
        }
    });
    let marked: Vec<u32> = marked.collect();
    let mut out = Vec::with_capacity(lexicon.of.len());
    let all = lexicon.of.iter().zip(0..).map(|(word, at)| (at, marked[*word as usize]));
    out.extend(all.filter(|(_, number)| *number != FREQUENT));
    out
}

/// A pair of near words: their two numbers packed into one, the place of the first, the place of
/// the last.
type Pair = (u64, u32, u32);

/// Reports all pairs of near words of one text that the other text may have, too.
fn near_words(rare: &[RareWord], steps: &Steps, mut found: impl FnMut(Pair)) {
    for (k, first) in rare.iter().enumerate() {
        if steps.take(1 + NEAR) {
            break;
        }
        if first.1 < IN_BOTH {
            continue;
        }
        for next in rare[k + 1..].iter().take(NEAR) {
            if next.1 >= IN_BOTH && first.1 != next.1 {
                let (x, y) = (first.1.min(next.1), first.1.max(next.1));
                found((u64::from(x) << 32 | u64::from(y), first.0, next.0));
            }
        }
    }
}

/// The pairs of near words of both texts that have their words in common, sorted. Few pairs have,
/// so each text is streamed past a filter of the other one, and only the rest is sorted.
fn common_pairs(words: &WordNumbers, steps: &Steps) -> [Vec<Pair>; 2] {
    let rare = [0, 1].map(|side| rare_words(words, side, steps));
    let (short, long) = if rare[0].len() <= rare[1].len() { (0, 1) } else { (1, 0) };
    let keyed = |pair: &Pair| hash::short(&[pair.0]);
    let mut filter = HashFilter::new(NEAR * rare[short].len());
    near_words(&rare[short], steps, |pair| filter.insert(keyed(&pair)));
    let passing = |side: usize, filter: &HashFilter| {
        let mut out = Vec::new();
        near_words(&rare[side], steps, |pair| {
            if filter.may_hold(keyed(&pair)) {
                out.push(pair);
            }
        });
        steps.sort(&mut out);
        out
    };
    let of_long = passing(long, &filter);
    let mut filter = HashFilter::new(of_long.len());
    of_long.iter().for_each(|pair| filter.insert(keyed(pair)));
    let of_short = passing(short, &filter);
    if short == 0 { [of_short, of_long] } else { [of_long, of_short] }
}

fn points(words: &WordNumbers, steps: &Steps) -> Vec<SeedPair> {
    let [x, y] = common_pairs(words, steps);
    let mut out = Vec::new();
    let mut from = 0;
    for group in x.chunk_by(|p, q| p.0 == q.0) {
        if steps.take(group.len()) {
            return Vec::new();
        }
        from += y[from..].partition_point(|p| p.0 < group[0].0);
        let partners = y[from..].partition_point(|p| p.0 == group[0].0);
        if group.len() * partners <= MAX_POINTS {
            steps.take(group.len() * partners);
            for p in group {
                out.extend(y[from..from + partners].iter().map(|q| ((p.1, q.1), (p.2, q.2))));
            }
        }
    }
    out
}

/// Splits points wherever a wider gap opens on either side, for each side in turn, until none does.
fn groups(points: Vec<SeedPair>, max_gap: u32, least: usize, steps: &Steps) -> Vec<Vec<SeedPair>> {
    let mut out = Vec::new();
    let mut waiting = vec![(points, 0, 0)];
    // `still` counts the consecutive sides without a gap.
    while let Some((mut points, side, still)) = waiting.pop() {
        if points.len() < least {
            continue;
        }
        if still == 2 {
            out.push(points);
            continue;
        }
        let at = |p: &SeedPair| if side == 0 { p.0.0 } else { p.0.1 };
        steps.sort_by(&mut points, |p, q| (at(p), p).cmp(&(at(q), q)));
        if steps.is_stopped() {
            return Vec::new();
        }
        let parts = points.chunk_by(|p, q| at(q) - at(p) <= max_gap);
        let whole = parts.clone().nth(1).is_none();
        waiting
            .extend(parts.map(|part| (part.to_vec(), 1 - side, if whole { still + 1 } else { 1 })));
    }
    out
}

fn bounds(points: &[SeedPair]) -> TokenRectangle {
    let side = |first: fn(&SeedPair) -> u32, last: fn(&SeedPair) -> u32| {
        points.iter().map(first).min().unwrap_or(0)
            ..points.iter().map(last).max().map_or(0, |last| last + 1)
    };
    TokenRectangle { a: side(|p| p.0.0, |p| p.1.0), b: side(|p| p.0.1, |p| p.1.1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_better_passage_is_found_by_the_middle_of_a_side(
            passages in prop::collection::vec((0u32..300, 1u32..200, 0u32..300, 1u32..200), 1..40),
        ) {
            let (mut taken, steps) = (Taken::default(), Steps::to_the_end());
            for (n, (a, len_a, b, len_b)) in passages.into_iter().enumerate() {
                let region = TokenRectangle { a: a..a + len_a, b: b..b + len_b };
                let f = Extension { region, bits: 100.0 - 2.0 * n as f64, drawn: 1.0 };
                let plain = taken.passages.iter().any(|better| f.is_worse_than(better));
                prop_assert_eq!(taken.has_better(&f, &steps), plain);
                if !plain {
                    taken.add(&f, &steps);
                }
            }
        }
    }
}
