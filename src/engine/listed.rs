//! Owns: which of the pairs and repeats that a scan found are listed. Never: changes a finding, or
//! knows how a report is written.
//!
//! A corpus in which every text shares a sentence with twenty others has ten times as many pairs as
//! repeats, and each pair says what the repeats say. So a pair that shares nothing but frequent
//! repeats is shown as these. Where the list is still many times as long as the corpus, nobody can
//! read it: the most important findings are listed, and the others are counted.

use crate::engine::limits::Limits;
use crate::model::detection::{Pair, Relation, Repeat};
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::span::Span;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

/// The findings that are listed.
pub struct Listed {
    /// The pairs, in order.
    pub pairs: Vec<Pair>,
    /// The repeats, in order.
    pub repeats: Vec<Repeat>,
}

/// Chooses the findings that are listed, and counts the others.
pub fn listed(
    pairs: Vec<Pair>,
    repeats: Vec<Repeat>,
    documents: &dyn Documents,
    t: &Thresholds,
    limits: &mut Limits,
) -> Listed {
    let mut out = Listed { pairs, repeats };
    if t.all_pairs {
        return out;
    }
    let bytes: u64 = (0..documents.count()).map(|n| u64::from(documents.bytes(n))).sum();
    let budget = match t.report_budget {
        u32::MAX => u64::MAX,
        each => bytes.saturating_mul(u64::from(each)).max(LEAST_BYTES),
    };
    let of = |pairs: &[Pair]| pairs.iter().flat_map(|p| [p.a, p.b]).collect();
    let places = |r: &Repeat| r.places.iter().map(|p| p.document).collect::<Vec<u32>>();
    let repeats = out.keep_repeats(budget);
    let shown = out.show_pairs_as_repeats(t);
    limits.add("pairs-shown-as-repeats", shown.len() as u64, of(&shown));
    let pairs = out.keep_pairs(budget);
    limits.add("pairs-not-listed", pairs.len() as u64, of(&pairs));
    let holding = repeats.iter().flat_map(places).collect();
    limits.add("repeats-not-listed", repeats.len() as u64, holding);
    out
}

/// A report of so many bytes is never cut.
const LEAST_BYTES: u64 = 1 << 20;
/// The most tokens of a match outside the repeats that show it: fewer than the shortest piece of a
/// match.
const BESIDE: u32 = 4;

impl Listed {
    /// Takes the pairs out that share nothing but frequent repeats, and returns them. Each of their
    /// matches is in repeats that are listed with a place in either text.
    fn show_pairs_as_repeats(&mut self, t: &Thresholds) -> Vec<Pair> {
        let mut frequent: HashMap<u32, Vec<(usize, Span)>> = HashMap::new();
        let is_frequent = |r: &Repeat| r.documents >= u64::from(t.pairs_as_repeats);
        for (n, repeat) in self.repeats.iter().enumerate().filter(|(_, r)| is_frequent(r)) {
            for place in &repeat.places {
                frequent.entry(place.document).or_default().push((n, place.span));
            }
        }
        if frequent.is_empty() {
            return Vec::new();
        }
        let none = Vec::new();
        let of = |document: u32| frequent.get(&document).unwrap_or(&none);
        let all = std::mem::take(&mut self.pairs);
        let (shown, kept) = all.into_iter().partition(|pair| {
            pair.relation == Relation::Quotes && is_of_repeats(pair, of(pair.a), of(pair.b))
        });
        self.pairs = kept;
        shown
    }

    /// Keeps the largest repeats that are within their part of a number of bytes, and returns the
    /// others. They may take what the pairs leave, and half of it at least.
    fn keep_repeats(&mut self, budget: u64) -> Vec<Repeat> {
        let pairs: u64 = self.pairs.iter().map(pair_bytes).sum();
        let own = (budget / 2).max(budget.saturating_sub(pairs));
        let size = |r: &Repeat| Reverse(u64::from(r.tokens) * r.count);
        let all = std::mem::take(&mut self.repeats);
        let (kept, left) =
            largest(all, own, repeat_bytes, |r| (size(r), r.places.first().copied()));
        self.repeats = kept;
        left
    }

    /// Keeps the most important pairs that are within what the repeats leave of a number of bytes,
    /// and returns the others.
    fn keep_pairs(&mut self, budget: u64) -> Vec<Pair> {
        let repeats: u64 = self.repeats.iter().map(repeat_bytes).sum();
        let all = std::mem::take(&mut self.pairs);
        let (kept, left) = largest(all, budget.saturating_sub(repeats), pair_bytes, |p| {
            (rank(p.relation), Reverse(tokens(p)), (p.a, p.b))
        });
        self.pairs = kept;
        left
    }
}

/// Whether all that a pair shares is in repeats that have places in both texts, but for less than a
/// piece of a match.
fn is_of_repeats(pair: &Pair, a: &[(usize, Span)], b: &[(usize, Span)]) -> bool {
    // The places of a text are in the order of the repeats.
    let in_both = |own: &[(usize, Span)], other: &[(usize, Span)]| {
        let shared = own.iter().filter(|(n, _)| other.binary_search_by_key(n, |p| p.0).is_ok());
        let mut spans: Vec<Span> = shared.map(|(_, span)| *span).collect();
        spans.sort_unstable_by_key(|s| (s.start, s.end));
        // The last one takes what overlaps it, so that spans and their ends ascend.
        spans.dedup_by(|next, last| {
            let overlaps = next.start <= last.end;
            last.end = if overlaps { last.end.max(next.end) } else { last.end };
            overlaps
        });
        spans
    };
    let (in_a, in_b) = (in_both(a, b), in_both(b, a));
    let beside = |span: Span, tokens: u32, repeats: &[Span]| {
        let outside = f64::from(outside(span, repeats)) / f64::from(span.end - span.start);
        outside * f64::from(tokens) <= f64::from(BESIDE)
    };
    pair.comparison
        .matches
        .iter()
        .all(|m| beside(m.a, m.tokens_a, &in_a) && beside(m.b, m.tokens_b, &in_b))
}

/// Divides findings into the first ones by `key` that are within a number of bytes, in their old
/// order, and the others.
fn largest<T, K: Ord>(
    all: Vec<T>,
    budget: u64,
    bytes: impl Fn(&T) -> u64,
    key: impl Fn(&T) -> K,
) -> (Vec<T>, Vec<T>) {
    if all.iter().map(&bytes).sum::<u64>() <= budget {
        return (all, Vec::new());
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_cached_key(|&i| key(&all[i]));
    let mut spent = 0;
    let within = order.iter().take_while(|&&i| {
        spent += bytes(&all[i]);
        spent <= budget
    });
    let kept: BTreeSet<usize> = within.copied().collect();
    let (mut listed, mut left) = (Vec::new(), Vec::new());
    for (i, finding) in all.into_iter().enumerate() {
        if kept.contains(&i) { listed.push(finding) } else { left.push(finding) }
    }
    (listed, left)
}

/// The order in which relations are listed.
const fn rank(relation: Relation) -> u8 {
    match relation {
        Relation::Equal | Relation::NearCopy => 0,
        Relation::Contains | Relation::ContainedIn => 1,
        Relation::Quotes => 2,
        _ => 3,
    }
}

/// The number of tokens that a pair shares.
fn tokens(p: &Pair) -> u64 {
    p.comparison.matches.iter().map(|m| u64::from(m.tokens_a.min(m.tokens_b))).sum()
}

/// About how many bytes a pair takes in a report.
fn pair_bytes(p: &Pair) -> u64 {
    let blocks: usize = p.comparison.matches.iter().map(|m| m.blocks.len()).sum();
    300 + 150 * p.comparison.matches.len() as u64 + 25 * blocks as u64
}

/// About how many bytes a repeat takes in a report.
fn repeat_bytes(r: &Repeat) -> u64 {
    200 + 100 * r.places.len() as u64
}

/// The number of bytes of a span that no repeat covers. The repeats are in order and apart.
fn outside(span: Span, repeats: &[Span]) -> u32 {
    let first = repeats.partition_point(|r| r.end <= span.start);
    let inside = repeats[first..].iter().take_while(|r| r.start < span.end);
    let covered: u32 = inside.map(|r| r.end.min(span.end) - r.start.max(span.start)).sum();
    span.end - span.start - covered
}
