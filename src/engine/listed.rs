//! Owns: which of the pairs and repeats that a scan found are listed. Never: changes a finding, or
//! knows how a report is written.
//!
//! A corpus in which every text shares a sentence with twenty others has ten times as many pairs as
//! repeats, and each pair says what the repeats say. So a pair that shares nothing but frequent
//! repeats is shown as these. Where the list is still many times as long as the corpus, nobody can
//! read it: the most important findings are listed, and the others are counted.

use crate::engine::limits::Limits;
use crate::engine::pair_store::PairStore;
use crate::error::Result;
use crate::model::detection::{Pair, Relation, Repeat};
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::span::Span;
use std::cmp::Reverse;
use std::collections::HashMap;

/// The findings that are listed.
pub struct Listed {
    /// The pairs, in order.
    pub pairs: PairStore,
    /// The repeats, in order.
    pub repeats: Vec<Repeat>,
}

/// Chooses the findings that are listed, and counts the others.
pub fn listed(
    pairs: PairStore,
    repeats: Vec<Repeat>,
    documents: &dyn Documents,
    t: &Thresholds,
    limits: &mut Limits,
) -> Result<Listed> {
    let mut out = Listed { pairs, repeats };
    if t.all_pairs {
        return Ok(out);
    }
    let bytes: u64 = (0..documents.count()).map(|n| u64::from(documents.bytes(n))).sum();
    let budget = match t.report_budget {
        u32::MAX => u64::MAX,
        each => bytes.saturating_mul(u64::from(each)).max(LEAST_BYTES),
    };
    let of = |pairs: &[(u32, u32)]| pairs.iter().flat_map(|p| [p.0, p.1]).collect();
    let places = |r: &Repeat| r.places.iter().map(|p| p.document).collect::<Vec<u32>>();
    let mut sizes = out.pairs.map(PairSize::of)?;
    let repeats = out.keep_repeats(budget, &sizes);
    let shown = out.show_pairs_as_repeats(t, &mut sizes)?;
    limits.add("pairs-shown-as-repeats", shown.len() as u64, of(&shown));
    let pairs = out.keep_pairs(budget, &sizes);
    limits.add("pairs-not-listed", pairs.len() as u64, of(&pairs));
    let holding = repeats.iter().flat_map(places).collect();
    limits.add("repeats-not-listed", repeats.len() as u64, holding);
    Ok(out)
}

/// What a pair is in a report.
struct PairSize {
    /// About how many bytes it takes.
    bytes: u64,
    /// The number of tokens that the texts share.
    tokens: u64,
}

impl PairSize {
    fn of(p: &Pair) -> PairSize {
        let matches = &p.comparison.matches;
        let blocks: usize = matches.iter().map(|m| m.blocks.len()).sum();
        PairSize {
            bytes: 300 + 150 * matches.len() as u64 + 25 * blocks as u64,
            tokens: matches.iter().map(|m| u64::from(m.tokens_a.min(m.tokens_b))).sum(),
        }
    }
}

/// A report of so many bytes is never cut.
const LEAST_BYTES: u64 = 1 << 20;
/// The most tokens of a match outside the repeats that show it: fewer than the shortest piece of a
/// match.
const BESIDE: u32 = 4;

impl Listed {
    /// Takes the pairs out that share nothing but frequent repeats, and returns them. Each of their
    /// matches is in repeats that are listed with a place in either text.
    fn show_pairs_as_repeats(
        &mut self,
        t: &Thresholds,
        sizes: &mut Vec<PairSize>,
    ) -> Result<Vec<(u32, u32)>> {
        let mut frequent: HashMap<u32, Vec<(usize, Span)>> = HashMap::new();
        let is_frequent = |r: &Repeat| r.documents >= u64::from(t.pairs_as_repeats);
        for (n, repeat) in self.repeats.iter().enumerate().filter(|(_, r)| is_frequent(r)) {
            for place in &repeat.places {
                frequent.entry(place.document).or_default().push((n, place.span));
            }
        }
        if frequent.is_empty() {
            return Ok(Vec::new());
        }
        let none = Vec::new();
        let of = |document: u32| frequent.get(&document).unwrap_or(&none);
        let shown = self.pairs.map(|pair| {
            pair.relation == Relation::Quotes && is_of_repeats(pair, of(pair.a), of(pair.b))
        })?;
        let mut is_shown = shown.iter();
        sizes.retain(|_| !is_shown.next().is_some_and(|shown| *shown));
        Ok(self.pairs.take_others(|number| !shown[number]))
    }

    /// Keeps the largest repeats that are within their part of a number of bytes, and returns the
    /// others. They may take what the pairs leave, and half of it at least.
    fn keep_repeats(&mut self, budget: u64, sizes: &[PairSize]) -> Vec<Repeat> {
        let pairs: u64 = sizes.iter().map(|size| size.bytes).sum();
        let own = (budget / 2).max(budget.saturating_sub(pairs));
        let size = |r: &Repeat| Reverse(u64::from(r.tokens) * r.count);
        let all = &self.repeats;
        let is_kept = largest(
            all.len(),
            own,
            |n| repeat_bytes(&all[n]),
            |n| (size(&all[n]), all[n].places.first().copied()),
        );
        let Some(is_kept) = is_kept else { return Vec::new() };
        let all = std::mem::take(&mut self.repeats).into_iter().zip(is_kept);
        let (kept, left): (Vec<_>, Vec<_>) = all.partition(|(_, kept)| *kept);
        self.repeats = kept.into_iter().map(|(repeat, _)| repeat).collect();
        left.into_iter().map(|(repeat, _)| repeat).collect()
    }

    /// Keeps the most important pairs that are within what the repeats leave of a number of bytes,
    /// and returns the others.
    fn keep_pairs(&mut self, budget: u64, sizes: &[PairSize]) -> Vec<(u32, u32)> {
        let repeats: u64 = self.repeats.iter().map(repeat_bytes).sum();
        let (rows, budget) = (self.pairs.rows(), budget.saturating_sub(repeats));
        let is_kept = largest(
            rows.len(),
            budget,
            |n| sizes[n].bytes,
            |n| (rank(rows[n].relation), Reverse(sizes[n].tokens), n),
        );
        is_kept.map_or_else(Vec::new, |is_kept| self.pairs.take_others(|number| is_kept[number]))
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

/// Which of so many findings are the first ones by `key` that are within a number of bytes; `None`
/// where all are.
fn largest<K: Ord>(
    count: usize,
    budget: u64,
    bytes: impl Fn(usize) -> u64,
    key: impl Fn(usize) -> K,
) -> Option<Vec<bool>> {
    if (0..count).map(&bytes).sum::<u64>() <= budget {
        return None;
    }
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_cached_key(|&n| key(n));
    let (mut spent, mut is_kept) = (0, vec![false; count]);
    for n in order {
        spent += bytes(n);
        if spent > budget {
            break;
        }
        is_kept[n] = true;
    }
    Some(is_kept)
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
