//! Owns: which of the overlapping chains become matches. Never: makes chains, or knows boilerplate.

use crate::align::prepared::Prepared;
use crate::align::run::{Chain, usize_range};
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
pub fn select(chains: Vec<Chain>, a: &Prepared, b: &Prepared, t: &Thresholds) -> Vec<Chain> {
    let mut seen = CoveredTokens { a: vec![false; a.tokens.len()], b: vec![false; b.tokens.len()] };
    let mut taken: Vec<Chain> = Vec::new();
    let (long, short): (Vec<Chain>, Vec<Chain>) =
        chains.into_iter().partition(|c| is_match(c, a, b, t));
    let mut again = Vec::new();
    for c in long {
        if is_mostly_uncovered(&seen.a, c.a()) && is_mostly_uncovered(&seen.b, c.b()) {
            seen.take(c, &mut taken)
        } else {
            again.push(c)
        }
    }
    for c in again {
        if is_mostly_uncovered(&seen.a, c.a()) || is_mostly_uncovered(&seen.b, c.b()) {
            seen.take(c, &mut taken);
        }
    }
    let anchors = taken.len();
    for c in short {
        // A token rectangle reaches as far as its words do, so text behind it is no piece of it.
        let near = taken[..anchors].iter().any(|m| m.region.is_none() && continues(m, &c));
        if near
            && equal_words(&c, a) >= PIECE
            && is_mostly_uncovered(&seen.a, c.a())
            && is_mostly_uncovered(&seen.b, c.b())
        {
            seen.take(c, &mut taken);
        }
    }
    taken
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

struct CoveredTokens {
    a: Vec<bool>,
    b: Vec<bool>,
}

impl CoveredTokens {
    fn take(&mut self, c: Chain, taken: &mut Vec<Chain>) {
        self.a[usize_range(c.a())].fill(true);
        self.b[usize_range(c.b())].fill(true);
        taken.push(c);
    }
}

/// Whether at least half of a range is not covered yet.
fn is_mostly_uncovered(seen: &[bool], range: Range<u32>) -> bool {
    let range = usize_range(range);
    let len = range.len();
    2 * seen[range].iter().filter(|&&s| !s).count() >= len
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
