//! Owns: two prepared texts to a comparison, and the relation that follows. Never: which pairs are compared.

use super::align::{self, Chain, Limits};
use super::background::Background;
use super::detection::{Block, Comparison, Facts, Match, Relation};
use super::facts::facts;
use super::prepared::Prepared;
use super::select::{equal_words, is_match, select, usize_range};
use super::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;
use crate::sketch::shingle;
use std::ops::Range;

/// Compares two texts: resemblance, containment, matches, coverage, facts, relation.
///
/// The scores depend on the two texts, the recipe's shingle and the background alone. Cost: tokenising both, then a sort of their seeds.
///
/// ```
/// use nearcopy::{Background, Recipe, Relation, Thresholds, compare};
/// let a = "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in the spring of next year.";
/// let b = "The harbour bridge will close for repairs on Monday, the port authority told us, and reopen in the spring of next year.";
/// let c = compare(a, b, &Background::default(), &Recipe::default(), &Thresholds::default());
/// assert_eq!(c.relation, Some(Relation::NearCopy));
/// assert_eq!(&a[c.matches[0].blocks[0].a.range()], "The harbour bridge will close for repairs on Monday, the port authority");
/// ```
pub fn compare(a: &str, b: &str, background: &Background, recipe: &Recipe, thresholds: &Thresholds) -> Comparison {
    compare_prepared(&Prepared::new(a, background, recipe), &Prepared::new(b, background, recipe), background, thresholds)
}

/// [`compare`] for texts that are compared more than once.
pub fn compare_prepared(a: &Prepared, b: &Prepared, background: &Background, t: &Thresholds) -> Comparison {
    let shared = shingle::shared(&a.set, &b.set) as f64;
    // Texts without a token are told apart by their bytes, as their exact keys are.
    let equal = a.tokens.hashes == b.tokens.hashes && (!a.tokens.is_empty() || a.text.trim() == b.text.trim());
    let of = |whole: usize| if whole > 0 { shared / whole as f64 } else { f64::from(u8::from(equal)) };
    let mut comparison = Comparison {
        relation: None,
        resemblance: of(a.set.len() + b.set.len() - shared as usize),
        containment_a: of(a.set.len()),
        containment_b: of(b.set.len()),
        coverage_a: 0.0,
        coverage_b: 0.0,
        whole_text: false,
        facts: Facts::default(),
        matches: Vec::new(),
    };
    if equal {
        all_of_both(a, b, background, &mut comparison);
        return comparison;
    }
    let limits = Limits {
        max_gap: (f64::from(t.max_gap) * a.tokens_per_word().max(b.tokens_per_word())) as u32,
        min_identity: t.min_identity,
    };
    let matches = select(align::chains(a, b, limits), a, b, t);
    judge(matches, a, b, background, t, &mut comparison);
    comparison
}

fn all_of_both(a: &Prepared, b: &Prepared, background: &Background, comparison: &mut Comparison) {
    comparison.relation = Some(Relation::Equal);
    (comparison.coverage_a, comparison.coverage_b) = (1.0, 1.0);
    let len = a.tokens.len() as u32;
    if len > 0 {
        let whole = [Chain { runs: vec![align::Run { a: 0, b: 0, len }] }];
        comparison.facts = facts(&whole, a, b, background);
        comparison.matches = whole.iter().map(|c| to_bytes(c, a, b)).collect();
    }
}

fn judge(matches: Vec<Chain>, a: &Prepared, b: &Prepared, background: &Background, t: &Thresholds, out: &mut Comparison) {
    // Two texts that are boilerplate for all but a remnant are compared as they stand: else equal notices would share nothing.
    let left = |p: &Prepared| p.tokens.len() - p.boilerplate.iter().filter(|&&x| x).count();
    let remnant = |p: &Prepared| {
        let left = left(p);
        left < t.boilerplate_left_tokens as usize || (left as f64) < t.boilerplate_left_share * p.tokens.len() as f64
    };
    let has_boilerplate = left(a) < a.tokens.len() && left(b) < b.tokens.len();
    out.whole_text = has_boilerplate && remnant(a) && remnant(b);
    let masked = has_boilerplate && !out.whole_text;
    let mut matches: Vec<Chain> = if masked { matches.into_iter().filter(|m| is_own(m, a, b, t)).collect() } else { matches };
    matches.sort_unstable_by(|x, y| x.runs.cmp(&y.runs));
    out.coverage_a = coverage(matches.iter().map(Chain::a), a, masked);
    out.coverage_b = coverage(matches.iter().map(Chain::b), b, masked);
    out.facts = facts(&matches, a, b, background);
    let solid = matches.iter().any(|m| is_match(m, a, b, t));
    let telling = matches.iter().any(|m| is_match(m, a, b, t) && is_telling(m, a, background, t));
    let relation = relation(out.coverage_a, out.coverage_b, out.facts, solid, t);
    out.relation = relation.filter(|r| *r != Relation::Quotes || telling);
    out.matches = matches.iter().map(|c| to_bytes(c, a, b)).collect();
}

/// Whether a match is more than boilerplate.
fn is_own(m: &Chain, a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    let is = |p: &Prepared, i: u32| p.boilerplate.get(i as usize).copied().unwrap_or(false);
    let own: u32 = m.runs.iter().map(|r| (0..r.len).filter(|i| !is(a, r.a + i) && !is(b, r.b + i)).count() as u32).sum();
    own >= t.min_match || (2 * own >= m.equal() && equal_words(m, a) > 0)
}

/// Equal words that tell as much as one uncommon word.
const WORDS_PER_TELLING: u32 = 8;

/// Whether a match tells enough to be a quotation: it is long, or holds words that few texts do. Bylines and set phrases do neither.
fn is_telling(m: &Chain, a: &Prepared, background: &Background, t: &Thresholds) -> bool {
    let needed = t.min_telling.saturating_sub(equal_words(m, a) / WORDS_PER_TELLING) as usize;
    let mut seen: Vec<u64> = Vec::with_capacity(needed);
    for hash in m.runs.iter().flat_map(|r| &a.tokens.hashes[usize_range(r.a..r.a + r.len)]) {
        if seen.len() >= needed {
            break;
        }
        if !background.is_common(*hash) && !seen.contains(hash) {
            seen.push(*hash);
        }
    }
    seen.len() >= needed
}

/// The share of the tokens in the union of the ranges, boilerplate left out on request.
fn coverage(ranges: impl Iterator<Item = Range<u32>>, p: &Prepared, masked: bool) -> f64 {
    let mut inside = vec![false; p.tokens.len()];
    for r in ranges {
        inside[usize_range(r)].fill(true);
    }
    let counts = |i: usize| !(masked && p.boilerplate.get(i).copied().unwrap_or(false));
    let whole = (0..inside.len()).filter(|&i| counts(i)).count();
    let covered = (0..inside.len()).filter(|&i| inside[i] && counts(i)).count();
    if whole == 0 { 0.0 } else { covered as f64 / whole as f64 }
}

/// The table of relations. `solid`: some match is long enough to stand alone.
pub fn relation(coverage_a: f64, coverage_b: f64, facts: Facts, solid: bool, t: &Thresholds) -> Option<Relation> {
    if !solid {
        return None;
    }
    let (smaller, larger) = if coverage_a < coverage_b { (coverage_a, coverage_b) } else { (coverage_b, coverage_a) };
    let relation = if smaller >= t.near_copy_smaller && larger >= t.near_copy_larger {
        Relation::NearCopy
    } else if larger >= t.contains && smaller < t.near_copy_smaller {
        // The side that is covered is the one contained.
        if coverage_b > coverage_a { Relation::Contains } else { Relation::ContainedIn }
    } else {
        Relation::Quotes
    };
    let differs = facts.compared >= t.template_facts && f64::from(facts.agree) < t.template_agreement * f64::from(facts.compared);
    match relation {
        // A set phrase with other figures in it quotes nothing.
        Relation::Quotes if differs => None,
        _ if differs => Some(Relation::Template),
        _ => Some(relation),
    }
}

fn to_bytes(c: &Chain, a: &Prepared, b: &Prepared) -> Match {
    Match {
        a: a.tokens.span(usize_range(c.a())),
        b: b.tokens.span(usize_range(c.b())),
        tokens_a: c.a().len() as u32,
        tokens_b: c.b().len() as u32,
        identity: c.identity(),
        blocks: c
            .runs
            .iter()
            .map(|r| Block { a: a.tokens.span(usize_range(r.a..r.a + r.len)), b: b.tokens.span(usize_range(r.b..r.b + r.len)) })
            .collect(),
    }
}
