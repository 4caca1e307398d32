//! Owns: two prepared texts to a comparison, and the relation that follows. Never: which pairs are compared.

use crate::align::chain::{self, Chain, Limits, Run, View};
use crate::align::prepared::Prepared;
use crate::align::select::{equal_words, is_match, select, usize_range};
use crate::align::unordered;
use crate::align::word_forms::Words;
use crate::model::detection::{Block, Comparison, Facts, Match, Relation};
use crate::model::thresholds::{Alignment, Thresholds};
use crate::pair::background::Background;
use crate::pair::facts::{Evidence, evidence};
use crate::pair::informativeness::{AGAINST, is_quotation, is_told, needed};
use crate::sketch::recipe::Recipe;
use crate::text::shingle;
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
    let equal = is_equal(a, b);
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
    let matches = select(chains(a, b, t), a, b, t);
    judge(matches, a, b, background, t, &mut comparison);
    comparison
}

/// Whether the texts are equal. Those without a token are told apart by their bytes, as their exact keys are.
pub fn is_equal(a: &Prepared, b: &Prepared) -> bool {
    a.tokens.hashes == b.tokens.hashes && (!a.tokens.is_empty() || a.text.trim() == b.text.trim())
}

/// The alignments of two texts, best first; they may overlap.
pub fn chains(a: &Prepared, b: &Prepared, t: &Thresholds) -> Vec<Chain> {
    let max_gap = (f64::from(t.max_gap) * a.tokens_per_word().max(b.tokens_per_word())) as u32;
    let limits = Limits { max_gap, min_identity: t.min_identity };
    if t.alignment == Alignment::Forms {
        let words = Words::new(a, b);
        let mut chains = chain::chains(&View::folded(a, &words.of[0]), &View::folded(b, &words.of[1]), limits);
        // Forms alone, no word to the letter, are no evidence that one could show.
        chains.retain(|c| !equal_inside(&c.runs, a, b).is_empty());
        return chains;
    }
    let runs = chain::chains(&View::exact(a), &View::exact(b), limits);
    if t.alignment == Alignment::Runs {
        return runs;
    }
    let mut all = unordered::chains(a, b, unordered::Limits { max_gap, min_evidence: t.min_evidence, min_words: t.min_match });
    // Runs tell of passages too short for evidence; where words have found one, its ends are theirs.
    let clear = |c: &Chain| !all.iter().any(|l| overlap(&l.a(), &c.a()) || overlap(&l.b(), &c.b()));
    let beside: Vec<Chain> = runs.into_iter().filter(clear).collect();
    all.extend(beside);
    all
}

/// The one chain of equal texts; none where they have no token.
pub fn whole(a: &Prepared) -> Option<Chain> {
    let len = a.tokens.len() as u32;
    (len > 0).then(|| vec![chain::Run { a: 0, b: 0, len }].into())
}

fn overlap(x: &Range<u32>, y: &Range<u32>) -> bool {
    x.start < y.end && y.start < x.end
}

fn all_of_both(a: &Prepared, b: &Prepared, background: &Background, comparison: &mut Comparison) {
    comparison.relation = Some(Relation::Equal);
    (comparison.coverage_a, comparison.coverage_b) = (1.0, 1.0);
    let whole: Vec<Chain> = whole(a).into_iter().collect();
    comparison.facts = evidence(&whole, a, b, background).facts;
    comparison.matches = whole.iter().filter_map(|c| to_bytes(c, a, b)).collect();
}

/// How boilerplate counts in a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weighing {
    /// It is left out of coverage.
    pub masked: bool,
    /// It is counted in after all: two texts that are boilerplate for all but a remnant are compared as they stand, else equal
    /// notices would share nothing.
    pub whole_text: bool,
}

/// How boilerplate counts in this pair.
pub fn weigh(a: &Prepared, b: &Prepared, t: &Thresholds) -> Weighing {
    let left = |p: &Prepared| p.tokens.len() - p.boilerplate.iter().filter(|&&x| x).count();
    let remnant = |p: &Prepared| {
        let left = left(p);
        left < t.boilerplate_left_tokens as usize || (left as f64) < t.boilerplate_left_share * p.tokens.len() as f64
    };
    let has_boilerplate = left(a) < a.tokens.len() || left(b) < b.tokens.len();
    let whole_text = has_boilerplate && remnant(a) && remnant(b);
    Weighing { masked: has_boilerplate && !whole_text, whole_text }
}

/// The matches that count: those that are more than boilerplate, where it is left out, in order.
pub fn own_matches(mut matches: Vec<Chain>, masked: bool, a: &Prepared, b: &Prepared, t: &Thresholds) -> Vec<Chain> {
    matches.retain(|m| !masked || is_own(m, a, b, t));
    matches.sort_unstable_by(|x, y| x.runs.cmp(&y.runs));
    matches
}

fn judge(matches: Vec<Chain>, a: &Prepared, b: &Prepared, background: &Background, t: &Thresholds, out: &mut Comparison) {
    let Weighing { masked, whole_text } = weigh(a, b, t);
    out.whole_text = whole_text;
    let matches = own_matches(matches, masked, a, b, t);
    out.coverage_a = coverage(matches.iter().map(Chain::a), a, masked);
    out.coverage_b = coverage(matches.iter().map(Chain::b), b, masked);
    let Evidence { facts, against } = evidence(&matches, a, b, background);
    out.facts = facts;
    let solid = matches.iter().any(|m| is_match(m, a, b, t));
    let quoted = || matches.iter().any(|m| is_match(m, a, b, t) && is_quotation(m, a, b, background, t));
    let relation = relation(out.coverage_a, out.coverage_b, out.facts, solid, t);
    out.relation = match relation {
        Some(Relation::Quotes) => relation.filter(|_| quoted() && is_told(&matches, a, b, background, AGAINST * against)),
        Some(Relation::Template) | None => relation,
        Some(_) if is_told(&matches, a, b, background, needed(out.resemblance, against, t)) => relation,
        Some(_) => Some(Relation::Template),
    };
    out.matches = matches.iter().filter_map(|c| to_bytes(c, a, b)).collect();
}

/// Whether a match is more than boilerplate.
fn is_own(m: &Chain, a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    let is = |p: &Prepared, i: u32| p.boilerplate.get(i as usize).copied().unwrap_or(false);
    let own: u32 = m.runs.iter().map(|r| (0..r.len).filter(|i| !is(a, r.a + i) && !is(b, r.b + i)).count() as u32).sum();
    own >= t.min_match || (2 * own >= m.equal() && equal_words(m, a) > 0)
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

fn to_bytes(c: &Chain, a: &Prepared, b: &Prepared) -> Option<Match> {
    let equal = equal_inside(&c.runs, a, b);
    let span = |r: &Run| (a.tokens.span(usize_range(r.a..r.a_end())), b.tokens.span(usize_range(r.b..r.b_end())));
    let (tokens_a, tokens_b) = (c.a().len() as u32, c.b().len() as u32);
    (!equal.is_empty()).then(|| Match {
        a: a.tokens.span(usize_range(c.a())),
        b: b.tokens.span(usize_range(c.b())),
        tokens_a,
        tokens_b,
        identity: f64::from(equal.iter().map(|r| r.len).sum::<u32>()) / f64::from(tokens_a.max(tokens_b)),
        blocks: equal.iter().map(span).map(|(a, b)| Block { a, b }).collect(),
    })
}

/// What of runs of forms is equal to the letter.
fn equal_inside(runs: &[Run], a: &Prepared, b: &Prepared) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for r in runs {
        let mut open = false;
        for i in 0..r.len {
            let equal = a.tokens.hashes[(r.a + i) as usize] == b.tokens.hashes[(r.b + i) as usize];
            match out.last_mut() {
                Some(last) if equal && open => last.len += 1,
                _ if equal => out.push(Run { a: r.a + i, b: r.b + i, len: 1 }),
                _ => {}
            }
            open = equal;
        }
    }
    out
}
