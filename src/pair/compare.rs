//! Owns: two prepared texts to a comparison, and the relation that follows. Never: which pairs are compared.

use super::align::{self, Chain, Limits};
use super::background::Background;
use super::detection::{Block, Comparison, Facts, Match, Relation};
use super::facts::{Evidence, evidence};
use super::likeness::{self, Alike};
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
    let matches = select(align::chains(a, b, limits(a, b, t)), a, b, t);
    judge(matches, a, b, background, t, &mut comparison);
    comparison
}

/// Whether the texts are equal. Those without a token are told apart by their bytes, as their exact keys are.
pub fn is_equal(a: &Prepared, b: &Prepared) -> bool {
    a.tokens.hashes == b.tokens.hashes && (!a.tokens.is_empty() || a.text.trim() == b.text.trim())
}

/// What the alignment of two texts may join.
pub fn limits(a: &Prepared, b: &Prepared, t: &Thresholds) -> Limits {
    Limits { max_gap: (f64::from(t.max_gap) * a.tokens_per_word().max(b.tokens_per_word())) as u32, min_identity: t.min_identity }
}

/// The one chain of equal texts; none where they have no token.
pub fn whole(a: &Prepared) -> Option<Chain> {
    let len = a.tokens.len() as u32;
    (len > 0).then(|| Chain { runs: vec![align::Run { a: 0, b: 0, len }] })
}

fn all_of_both(a: &Prepared, b: &Prepared, background: &Background, comparison: &mut Comparison) {
    comparison.relation = Some(Relation::Equal);
    (comparison.coverage_a, comparison.coverage_b) = (1.0, 1.0);
    let whole: Vec<Chain> = whole(a).into_iter().collect();
    comparison.facts = evidence(&whole, a, b, background).facts;
    comparison.matches = whole.iter().map(|c| to_bytes(c, a, b)).collect();
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
    let has_boilerplate = left(a) < a.tokens.len() && left(b) < b.tokens.len();
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
        Some(Relation::Quotes) => relation.filter(|_| quoted() && is_told(&matches, a, background, AGAINST * against)),
        Some(Relation::Template) | None => relation,
        Some(_) if is_told(&matches, a, background, needed(out.resemblance, against, t)) => relation,
        Some(_) => Some(Relation::Template),
    };
    out.matches = matches.iter().map(|c| to_bytes(c, a, b)).collect();
}

/// Whether a match is more than boilerplate.
fn is_own(m: &Chain, a: &Prepared, b: &Prepared, t: &Thresholds) -> bool {
    let is = |p: &Prepared, i: u32| p.boilerplate.get(i as usize).copied().unwrap_or(false);
    let own: u32 = m.runs.iter().map(|r| (0..r.len).filter(|i| !is(a, r.a + i) && !is(b, r.b + i)).count() as u32).sum();
    own >= t.min_match || (2 * own >= m.equal() && equal_words(m, a) > 0)
}

/// Equal words that tell as much as one frequent word.
const WORDS_PER_POINT: u32 = 3;
/// What one point against a copy weighs in points for it: names and numbers are what a copy keeps.
const AGAINST: u32 = 5;
/// From this resemblance on, two texts are one wording and need not tell anything.
const ONE_WORDING: f64 = 0.5;

/// Whether a near-copy or containment tells of the same thing: enough, and enough more than what stands against it. What two texts share that
/// few texts hold is no coincidence; the wording of a dividend notice is in every one of them.
fn is_told(matches: &[Chain], a: &Prepared, background: &Background, needed: u32) -> bool {
    !background.knows_words() || telling(matches, a, background, needed) >= needed
}

/// Whether a match is more than the set phrases and the event that two reporters share. Who compares two texts without a corpus asks what they
/// share; a scan asks it of so many that some share a dozen words by chance.
fn is_quotation(m: &Chain, a: &Prepared, b: &Prepared, background: &Background, t: &Thresholds) -> bool {
    telling(std::slice::from_ref(m), a, background, t.min_telling) >= t.min_telling
        && (!background.knows_words() || wording(m, a, b) >= t.min_paragraph)
}

/// How much a near-copy or containment must tell.
pub fn needed(resemblance: f64, against: u32, t: &Thresholds) -> u32 {
    let least = if resemblance < ONE_WORDING { t.copy_telling } else { 0 };
    least.max(AGAINST * against)
}

/// How much matches tell, counted to `least`: by their length, and by their different words that few texts hold. Bylines and set phrases of an
/// outlet tell little.
pub fn telling(matches: &[Chain], a: &Prepared, background: &Background, least: u32) -> u32 {
    let mut sum = matches.iter().map(|m| equal_words(m, a)).sum::<u32>() / WORDS_PER_POINT;
    let mut seen: Vec<u64> = Vec::new();
    for hash in matches.iter().flat_map(|m| &m.runs).flat_map(|r| &a.tokens.hashes[usize_range(r.a..r.a + r.len)]) {
        if sum >= least {
            break;
        }
        let weight = background.weight(*hash);
        if weight > 0 && !seen.contains(hash) {
            seen.push(*hash);
            sum += weight;
        }
    }
    sum
}

/// How long a match is as one wording: its equal words, less the other words between them. Two reporters of one event share names and turns of
/// phrase with words of their own between; damaged words are no others.
pub fn wording(m: &Chain, a: &Prepared, b: &Prepared) -> u32 {
    let mut other = 0;
    for pair in m.runs.windows(2) {
        let (x, y) = (pair[0], pair[1]);
        other += unlike(a, usize_range(x.a + x.len..y.a), b, usize_range(x.b + x.len..y.b));
    }
    equal_words(m, a).saturating_sub(other)
}

/// Tokens of the longer side of a gap that have no like one on the other side, in order.
fn unlike(a: &Prepared, ra: Range<usize>, b: &Prepared, rb: Range<usize>) -> u32 {
    if ra.is_empty() || rb.is_empty() {
        return ra.len().max(rb.len()) as u32;
    }
    // Greedy, so one way may find more than the other: the texts may be swapped.
    let like = like_words(a, ra.clone(), b, rb.clone()).max(like_words(b, rb.clone(), a, ra.clone()));
    ra.len().max(rb.len()) as u32 - like
}

fn like_words(a: &Prepared, ra: Range<usize>, b: &Prepared, rb: Range<usize>) -> u32 {
    let (mut like, mut from) = (0, rb.start);
    for i in ra {
        let number = a.tokens.kinds[i].is_number();
        if let Some(j) = (from..rb.end).find(|&j| likeness::alike(a.word(i), number, b.word(j)) != Alike::No) {
            (like, from) = (like + 1, j + 1);
        }
    }
    like
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

#[cfg(test)]
mod tests {
    use super::*;

    fn longest(a: &str, b: &str) -> (u32, u32) {
        let (recipe, background) = (Recipe::default(), Background::default());
        let (a, b) = (Prepared::new(a, &background, &recipe), Prepared::new(b, &background, &recipe));
        let chains = align::chains(&a, &b, limits(&a, &b, &Thresholds::default()));
        (equal_words(&chains[0], &a), wording(&chains[0], &a, &b))
    }

    #[test]
    fn other_words_count_against_a_wording_and_damaged_ones_do_not() {
        let a = "the fall of Orley deprived the rebels of their only hard runway in the north";
        assert_eq!(longest(a, a), (15, 15));
        let damaged = a.replace("deprived", "dcprived").replace("hard", "bard");
        assert_eq!(longest(a, &damaged), (13, 13));
        let other = a.replace("deprived", "cost").replace("hard", "long but paved");
        assert_eq!(longest(a, &other), (13, 9));
        assert_eq!(longest(&other, a), (13, 9));
    }
}
