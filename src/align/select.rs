//! Owns: which of the overlapping chains become matches. Never: makes chains, or knows boilerplate.

use crate::align::fill::{REACH, most_beside};
use crate::align::prepared::Prepared;
use crate::align::range_union::RangeUnion;
use crate::align::run::{Chain, Run, RunLists};
use crate::align::steps::Steps;
use crate::model::thresholds::Thresholds;
use std::ops::Range;

/// The least length, in words, of a piece that counts beside a match that it continues.
const PIECE: u32 = 5;
/// The greatest distance of a piece from that match, in tokens.
const PIECE_DISTANCE: u32 = 60;

/// Selects chains, best first, as long as each covers text that no better one covers: first those
/// that are new on both sides, then those that are new on one side (another occurrence of the
/// passage), then short pieces that continue a match. So a passage that occurs k times in one text
/// and m times in the other gives at most k + m matches.
pub fn select(
    chains: Vec<Chain>,
    a: &Prepared,
    b: &Prepared,
    t: &Thresholds,
    steps: &Steps,
) -> Vec<Chain> {
    if chains.is_empty() {
        return chains;
    }
    let mut seen = CoveredTokens::default();
    let mut taken: Vec<Chain> = Vec::new();
    let (long, short): (Vec<Chain>, Vec<Chain>) =
        chains.into_iter().partition(|c| is_match(c, a, b, t));
    let mut again = Vec::new();
    for c in long {
        if steps.take(c.runs.len()) {
            return taken;
        }
        if seen.a.is_mostly_free(c.a()) && seen.b.is_mostly_free(c.b()) {
            seen.take(c, &mut taken)
        } else {
            again.push(c)
        }
    }
    for c in again {
        if steps.take(1) {
            return taken;
        }
        if seen.a.is_mostly_free(c.a()) || seen.b.is_mostly_free(c.b()) {
            seen.take(c, &mut taken);
        }
    }
    let near = NearMatches::new(&taken);
    for c in short {
        if steps.take(c.runs.len()) {
            break;
        }
        if near.has_one(&taken, &c, steps)
            && equal_words(&c, a) >= PIECE
            && seen.a.is_mostly_free(c.a())
            && seen.b.is_mostly_free(c.b())
        {
            seen.take(c, &mut taken);
        }
    }
    taken
}

/// The chains that may be selected once their gaps are filled: those that may become a match, and
/// those that may become a piece beside one. Most chains are a seed or two that two texts share by
/// chance, too short for either. `words` are the tokens by which the gaps will be filled.
pub fn selectable(
    mut chains: RunLists,
    words: [&[u64]; 2],
    a: &Prepared,
    b: &Prepared,
    t: &Thresholds,
    steps: &Steps,
) -> RunLists {
    if chains.iter().any(|c| steps.take(c.len())) {
        return RunLists::default();
    }
    let mut known: Vec<(bool, u32)> = Vec::with_capacity(chains.len());
    known.extend(chains.iter().map(|c| {
        let most = most_equal_tokens(c, words);
        (may_be_match(c, most, a, b, t), most)
    }));
    if !known.iter().any(|(may_match, _)| *may_match) {
        return RunLists::default();
    }
    let far = PIECE_DISTANCE + REACH + 1;
    let beside = |c: &[Run]| widened(c[0].a..c[c.len() - 1].a_end(), far, a);
    let near: RangeUnion =
        chains.iter().zip(&known).filter(|c| c.1.0).map(|c| beside(c.0)).collect();
    let mut known = known.into_iter();
    chains.retain(|c| {
        let own = || widened(c[0].a..c[c.len() - 1].a_end(), REACH, a);
        known.next().is_some_and(|(may_match, most)| {
            may_match || (most >= PIECE && near.covered(&own()) > 0)
        })
    });
    chains
}

/// The number of equal tokens that a chain has at most when its gaps and ends are filled.
fn most_equal_tokens(chain: &[Run], words: [&[u64]; 2]) -> u32 {
    let gap = |pair: &[Run]| (pair[1].a - pair[0].a_end()).min(pair[1].b - pair[0].b_end());
    let runs: u32 = chain.iter().map(|run| run.len).sum();
    runs + chain.windows(2).map(gap).sum::<u32>() + most_beside(chain, words)
}

/// Whether a chain may be a match when its gaps and ends are filled and it has at most so many
/// equal tokens, see [`is_match`].
fn may_be_match(chain: &[Run], most: u32, a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    let (first, last) = (chain[0], chain[chain.len() - 1]);
    let in_a = || widened(first.a..last.a_end(), REACH, a);
    let in_b = || widened(first.b..last.b_end(), REACH, b);
    most >= t.min_match
        || most >= t.min_paragraph
            && (holds_paragraph(&a.paragraphs, in_a(), t)
                || holds_paragraph(&b.paragraphs, in_b(), t))
}

/// A range with so many more tokens on either side.
fn widened(range: Range<u32>, by: u32, text: &Prepared) -> Range<u32> {
    range.start.saturating_sub(by)..(range.end + by).min(text.tokens.len() as u32)
}

/// Whether a chain is long enough to be reported on its own: `min_match` equal words, or a whole
/// paragraph of `min_paragraph`. An unordered chain always is, because its evidence was checked.
pub fn is_match(c: &Chain, a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    let words = equal_words(c, a);
    c.region.is_some()
        || words >= t.min_match
        || (words >= t.min_paragraph
            && (holds_paragraph(&a.paragraphs, c.a(), t)
                || holds_paragraph(&b.paragraphs, c.b(), t)))
}

fn holds_paragraph(paragraphs: &[Range<u32>], range: Range<u32>, t: &Thresholds) -> bool {
    let first = paragraphs.partition_point(|p| p.start < range.start);
    paragraphs[first..]
        .iter()
        .take_while(|p| p.end <= range.end)
        .any(|p| p.len() as u32 >= t.min_paragraph)
}

/// The number of equal tokens, counted in words.
pub fn equal_words(c: &Chain, a: &Prepared) -> u32 {
    c.runs.iter().map(|r| a.word_count(r.a..r.a + r.len)).sum()
}

#[derive(Default)]
struct CoveredTokens {
    a: RangeUnion,
    b: RangeUnion,
}

impl CoveredTokens {
    fn take(&mut self, c: Chain, taken: &mut Vec<Chain>) {
        self.a.insert(c.a());
        self.b.insert(c.b());
        taken.push(c);
    }
}

/// The matches by the places where they end and begin in the first text.
struct NearMatches {
    /// The end of each match in the first text and its number, sorted.
    ends: Vec<(u32, usize)>,
    /// The start of each match in the first text and its number, sorted.
    starts: Vec<(u32, usize)>,
}

impl NearMatches {
    fn new(matches: &[Chain]) -> NearMatches {
        // A token rectangle reaches as far as its words do, so text behind it is no piece of it.
        let of = |place: fn(&Chain) -> u32| {
            let chains = matches.iter().enumerate().filter(|(_, m)| m.region.is_none());
            let mut places: Vec<(u32, usize)> = chains.map(|(n, m)| (place(m), n)).collect();
            places.sort_unstable();
            places
        };
        NearMatches { ends: of(|m| m.a().end), starts: of(|m| m.a().start) }
    }

    /// Whether a chain continues one of the matches.
    fn has_one(&self, matches: &[Chain], c: &Chain, steps: &Steps) -> bool {
        let range = c.a();
        let within = |places: &[(u32, usize)], from: u32, to: u32| {
            let first = places.partition_point(|p| p.0 < from);
            let mut near = places[first..].iter().take_while(|p| p.0 <= to);
            near.any(|p| steps.take(1) || continues(&matches[p.1], c))
        };
        within(&self.ends, range.start.saturating_sub(PIECE_DISTANCE), range.start)
            || within(&self.starts, range.end, range.end.saturating_add(PIECE_DISTANCE))
    }
}

fn continues(m: &Chain, c: &Chain) -> bool {
    let (ma, mb, ca, cb) = (m.a(), m.b(), c.a(), c.b());
    let behind = ca.start >= ma.end
        && cb.start >= mb.end
        && ca.start - ma.end <= PIECE_DISTANCE
        && cb.start - mb.end <= PIECE_DISTANCE;
    let before = ma.start >= ca.end
        && mb.start >= cb.end
        && ma.start - ca.end <= PIECE_DISTANCE
        && mb.start - cb.end <= PIECE_DISTANCE;
    behind || before
}
