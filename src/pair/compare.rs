//! Owns: the conversion of an alignment under a background to a comparison. Never: aligns texts, or
//! chooses which pairs are compared.

use crate::align::alignment::{Alignment, align, equal_inside};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, Run, usize_range};
use crate::align::select::{equal_words, is_match};
use crate::model::detection::{Block, Comparison, Match, Relation};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::facts::{CopyEvidence, evidence};
use crate::pair::informativeness::{AGAINST, is_informative, is_quotation, needed};
use crate::pair::masked::MaskedText;
use crate::pair::relation::relation;
use crate::sketch::recipe::Recipe;
use std::ops::Range;

/// Compares two texts and measures resemblance, containment, matches, coverage, facts and relation.
///
/// The scores depend on the two texts, the recipe's shingle length and the background alone. Cost:
/// tokenising both texts, then a sort of their seeds.
///
/// ```
/// use nearcopy::{Background, Recipe, Relation, Thresholds, compare};
/// let a = "The harbour bridge will close for repairs on Monday, the port authority said, and \
///     reopen in the spring of next year.";
/// let b = "The harbour bridge will close for repairs on Monday, the port authority told us, and \
///     reopen in the spring of next year.";
/// let c = compare(a, b, &Background::default(), &Recipe::default(), &Thresholds::default());
/// assert_eq!(c.relation, Some(Relation::NearCopy));
/// assert_eq!(&a[c.matches[0].blocks[0].a.range()],
///     "The harbour bridge will close for repairs on Monday, the port authority");
/// ```
pub fn compare(
    a: &str,
    b: &str,
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
) -> Comparison {
    let read = |text| MaskedText::new(text, background, recipe);
    compare_masked(&read(a), &read(b), background, thresholds)
}

/// Like [`compare`], for texts that are compared more than once.
pub fn compare_masked(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> Comparison {
    judge(align(a, b, t), a, b, background, t)
}

/// Judges the alignment of two texts under a background, which must be the one that they were
/// masked with.
pub fn judge(
    alignment: Alignment,
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> Comparison {
    let Alignment { same_text, shingles, matches } = alignment;
    let of = |whole: usize| {
        if whole > 0 {
            shingles.shared as f64 / whole as f64
        } else {
            f64::from(u8::from(same_text))
        }
    };
    let mut comparison = Comparison {
        resemblance: of(shingles.a + shingles.b - shingles.shared),
        containment_a: of(shingles.a),
        containment_b: of(shingles.b),
        ..Comparison::default()
    };
    if same_text {
        all_of_both(&matches, a, b, background, &mut comparison);
    } else {
        judge_matches(matches, a, b, background, t, &mut comparison);
    }
    comparison
}

fn all_of_both(
    whole: &[Chain],
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    comparison: &mut Comparison,
) {
    comparison.relation = Some(Relation::Equal);
    (comparison.coverage_a, comparison.coverage_b) = (1.0, 1.0);
    comparison.facts = evidence(whole, a, b, background).facts;
    comparison.matches = whole.iter().filter_map(|c| to_bytes(c, a, b)).collect();
}

/// How boilerplate counts in a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoilerplateRule {
    /// Whether boilerplate is left out of coverage.
    pub masked: bool,
    /// Whether boilerplate is counted after all: two texts of which little is left without it are
    /// compared in full, because otherwise equal notices would share nothing.
    pub whole_text: bool,
}

/// Decides how boilerplate counts in this pair.
pub fn boilerplate_rule(a: &MaskedText, b: &MaskedText, t: &Thresholds) -> BoilerplateRule {
    let remnant = |p: &MaskedText| {
        let left = p.own_tokens();
        left < t.boilerplate_left_tokens as usize
            || (left as f64) < t.boilerplate_left_share * p.tokens.len() as f64
    };
    let has_boilerplate = a.own_tokens() < a.tokens.len() || b.own_tokens() < b.tokens.len();
    let whole_text = has_boilerplate && remnant(a) && remnant(b);
    BoilerplateRule { masked: has_boilerplate && !whole_text, whole_text }
}

/// The matches that count, in order. Where boilerplate is left out, these are the matches that are
/// more than boilerplate.
pub fn own_matches(
    mut matches: Vec<Chain>,
    masked: bool,
    a: &MaskedText,
    b: &MaskedText,
    t: &Thresholds,
) -> Vec<Chain> {
    matches.retain(|m| !masked || is_own(m, a, b, t));
    matches.sort_unstable_by(|x, y| x.runs.cmp(&y.runs));
    matches
}

fn judge_matches(
    matches: Vec<Chain>,
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    out: &mut Comparison,
) {
    let BoilerplateRule { masked, whole_text } = boilerplate_rule(a, b, t);
    out.whole_text = whole_text;
    let matches = own_matches(matches, masked, a, b, t);
    out.coverage_a = coverage(matches.iter().map(Chain::a), a, masked);
    out.coverage_b = coverage(matches.iter().map(Chain::b), b, masked);
    let CopyEvidence { facts, against } = evidence(&matches, a, b, background);
    out.facts = facts;
    let solid = matches.iter().any(|m| is_match(m, a, b, t));
    let quoted =
        || matches.iter().any(|m| is_match(m, a, b, t) && is_quotation(m, a, b, background, t));
    let relation = relation(out.coverage_a, out.coverage_b, out.facts, solid, t);
    out.relation = match relation {
        Some(Relation::Quotes) => relation
            .filter(|_| quoted() && is_informative(&matches, a, b, background, AGAINST * against)),
        Some(Relation::Template) | None => relation,
        Some(_)
            if is_informative(&matches, a, b, background, needed(out.resemblance, against, t)) =>
        {
            relation
        }
        Some(_) => Some(Relation::Template),
    };
    out.matches = matches.iter().filter_map(|c| to_bytes(c, a, b)).collect();
}

/// Whether a match is more than boilerplate.
fn is_own(m: &Chain, a: &MaskedText, b: &MaskedText, t: &Thresholds) -> bool {
    let is = |p: &MaskedText, i: u32| p.is_boilerplate(i as usize);
    let own: u32 = m
        .runs
        .iter()
        .map(|r| (0..r.len).filter(|i| !is(a, r.a + i) && !is(b, r.b + i)).count() as u32)
        .sum();
    own >= t.min_match || (2 * own >= m.equal() && equal_words(m, a) > 0)
}

/// The share of the tokens that lie in the union of the ranges, without boilerplate if `masked`.
fn coverage(ranges: impl Iterator<Item = Range<u32>>, p: &MaskedText, masked: bool) -> f64 {
    let mut inside = vec![false; p.tokens.len()];
    for r in ranges {
        inside[usize_range(r)].fill(true);
    }
    let counts = |i: usize| !(masked && p.is_boilerplate(i));
    let whole = (0..inside.len()).filter(|&i| counts(i)).count();
    let covered = (0..inside.len()).filter(|&i| inside[i] && counts(i)).count();
    if whole == 0 { 0.0 } else { covered as f64 / whole as f64 }
}

fn to_bytes(c: &Chain, a: &Prepared, b: &Prepared) -> Option<Match> {
    let equal = equal_inside(&c.runs, a, b);
    let span = |r: &Run| {
        (a.tokens.span(usize_range(r.a..r.a_end())), b.tokens.span(usize_range(r.b..r.b_end())))
    };
    let (tokens_a, tokens_b) = (c.a().len() as u32, c.b().len() as u32);
    (!equal.is_empty()).then(|| Match {
        a: a.tokens.span(usize_range(c.a())),
        b: b.tokens.span(usize_range(c.b())),
        tokens_a,
        tokens_b,
        identity: f64::from(equal.iter().map(|r| r.len).sum::<u32>())
            / f64::from(tokens_a.max(tokens_b)),
        blocks: equal.iter().map(span).map(|(a, b)| Block { a, b }).collect(),
    })
}
