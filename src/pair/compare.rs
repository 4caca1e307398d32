//! Owns: the conversion of an alignment under a background to a comparison. Never: aligns texts, or
//! chooses which pairs are compared.

use crate::align::alignment::{Alignment, align, equal_inside};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, Run, usize_range};
use crate::align::select::equal_words;
use crate::align::steps::Steps;
use crate::error::{Error, Result};
use crate::model::detection::{Block, Comparison, LeftOut, Match, Relation, TemplateReason};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::decide::{decide, titles_divide};
use crate::pair::facts::evidence;
use crate::pair::masked::{MaskedText, REMNANT};
use crate::pair::measured::{LateCounts, MeasuredPair};
use crate::sketch::recipe::Recipe;
use std::borrow::Cow;

/// Compares two texts and measures resemblance, containment, matches, coverage, facts and relation.
///
/// The scores depend on the two texts, the recipe's shingle length and the background alone. Cost:
/// tokenising both texts, then a pass over the shorter one.
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
    compare_all(&read(a), &read(b), background, thresholds, &Steps::to_the_end())
}

/// Like [`compare`], for texts that are compared more than once; `None` where `steps` ends it.
pub fn compare_masked(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
) -> Option<Comparison> {
    let comparison = compare_all(a, b, background, t, steps);
    (!steps.is_stopped()).then_some(comparison)
}

/// Like [`compare_masked`]; where `steps` ends it, the result means nothing.
pub fn compare_all(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
) -> Comparison {
    steps.take_left_out();
    judge(align(a, b, t, steps), a, b, background, t, steps, |_, _| true).0
}

/// Like [`compare_masked`], for pairs of which only those are wanted whose relation and resemblance
/// `keep` accepts. The facts and matches of the others, which are most candidates of a scan, are
/// not counted and not converted.
///
/// # Errors
/// [`Error::Cancelled`] where `steps` ends it.
pub fn compare_kept(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
    keep: impl Fn(Option<Relation>, f64) -> bool,
) -> Result<Option<Comparison>> {
    steps.take_left_out();
    let alignment = align(a, b, t, steps);
    let (comparison, kept) = judge(alignment, a, b, background, t, steps, keep);
    if steps.is_stopped() {
        return Err(Error::Cancelled);
    }
    Ok(kept.then_some(comparison))
}

/// Judges the alignment of two texts under a background, which must be the one that they were
/// masked with. Returns the comparison and whether `keep` accepts it; only then it is complete.
fn judge(
    alignment: Alignment,
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
    keep: impl Fn(Option<Relation>, f64) -> bool,
) -> (Comparison, bool) {
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
    let kept = if same_text {
        all_of_both(&matches, a, b, background, t, steps, &mut comparison);
        keep(comparison.relation, comparison.resemblance)
    } else {
        !steps.is_stopped()
            && judge_matches(matches, a, b, background, (t, steps), keep, &mut comparison)
    };
    if kept {
        comparison.left_out = steps.take_left_out().and(names_left_out(a, b, comparison.why));
    }
    (comparison, kept)
}

/// Whether two titles divide texts, one of which has more names than those of titles are looked for
/// among: it may have them in other spellings.
fn names_left_out(a: &MaskedText, b: &MaskedText, why: Option<TemplateReason>) -> LeftOut {
    let by_titles = matches!(why, Some(TemplateReason::Titles | TemplateReason::Series));
    let names = by_titles && [a, b].iter().any(|p| p.has_more_names());
    LeftOut { names, ..LeftOut::default() }
}

fn all_of_both(
    whole: &[Chain],
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
    comparison: &mut Comparison,
) {
    let divided = titles_divide(a, b, background, t);
    comparison.why = divided;
    comparison.relation = Some(divided.map_or(Relation::Equal, |_| Relation::Template));
    (comparison.coverage_a, comparison.coverage_b) = (1.0, 1.0);
    (comparison.equal_words_a, comparison.equal_words_b) = (1.0, 1.0);
    comparison.facts = evidence(whole, a, b, background, steps).facts;
    comparison.matches = whole.iter().filter_map(|c| to_bytes(c, a, b)).collect();
}

/// How boilerplate counts in a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoilerplateRule {
    /// Whether boilerplate is left out of coverage.
    pub masked: bool,
    /// Whether boilerplate is counted after all: of both texts so little is left without it that
    /// they would share nothing, although they are equal notices.
    pub whole_text: bool,
}

/// Decides how boilerplate counts in this pair. Where little is left of both texts, it counts if
/// what is left agrees, or is next to nothing.
pub fn boilerplate_rule(
    matches: &[Chain],
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> BoilerplateRule {
    let (own_a, own_b) = (a.own_tokens(), b.own_tokens());
    let remnant = |p: &MaskedText, left: usize| {
        left < t.boilerplate_left_tokens as usize
            || (left as f64) < t.boilerplate_left_share * p.tokens.len() as f64
    };
    let says_nothing = |p: &MaskedText, left: usize| {
        left < REMNANT
            && p.first_own_tokens()
                .iter()
                .map(|i| *i as usize)
                .all(|i| p.tokens.kinds[i].is_number() || background.is_common(p.tokens.hashes[i]))
    };
    let has_boilerplate = own_a < a.tokens.len() || own_b < b.tokens.len();
    let whole_text = has_boilerplate
        && remnant(a, own_a)
        && remnant(b, own_b)
        && ((says_nothing(a, own_a) && says_nothing(b, own_b))
            || 2 * equal_own_words(matches, a, b) as usize >= own_a.max(own_b));
    BoilerplateRule { masked: has_boilerplate && !whole_text, whole_text }
}

/// The number of equal tokens inside the matches that are boilerplate in neither text.
fn equal_own_words(matches: &[Chain], a: &MaskedText, b: &MaskedText) -> u32 {
    matches.iter().map(|m| own_words(m, a, b)).sum()
}

fn own_words(m: &Chain, a: &MaskedText, b: &MaskedText) -> u32 {
    let own = |i: u32, j: u32| !a.is_boilerplate(i as usize) && !b.is_boilerplate(j as usize);
    m.runs.iter().map(|r| (0..r.len).filter(|i| own(r.a + i, r.b + i)).count() as u32).sum()
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

/// Fills in a comparison, and returns whether `keep` accepts it; only then it is complete.
fn judge_matches(
    matches: Vec<Chain>,
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    (t, steps): (&Thresholds, &Steps),
    keep: impl Fn(Option<Relation>, f64) -> bool,
    out: &mut Comparison,
) -> bool {
    // The tokens of the matches are looked at for boilerplate, coverage and blocks.
    steps.take(matches.iter().map(|m| m.equal() as usize).sum());
    let BoilerplateRule { masked, whole_text } = boilerplate_rule(&matches, a, b, background, t);
    out.whole_text = whole_text;
    let matches = own_matches(matches, masked, a, b, t);
    out.coverage_a = a.coverage(matches.iter().map(Chain::a), masked);
    out.coverage_b = b.coverage(matches.iter().map(Chain::b), masked);
    let equal_words = || {
        let equal: Vec<Cow<[Run]>> = matches.iter().map(|m| equal_inside(&m.runs, a, b)).collect();
        let runs = || equal.iter().flat_map(|runs| runs.iter());
        let in_a = a.coverage(runs().map(|r| r.a..r.a_end()), masked);
        [in_a, b.coverage(runs().map(|r| r.b..r.b_end()), masked)]
    };
    let evidence = || evidence(&matches, a, b, background, steps);
    let counted = LateCounts { evidence: &evidence, equal_words: &equal_words };
    let measured = MeasuredPair::new([a, b], (&matches, masked), counted, out);
    let decision = decide(&measured, background, t, steps);
    let kept = keep(decision.relation, out.resemblance);
    let counted = kept.then(|| (*measured.equal_words, measured.evidence.facts));
    (out.relation, out.why) = (decision.relation, decision.why);
    let Some((equal_words, facts)) = counted else { return false };
    [out.equal_words_a, out.equal_words_b] = equal_words;
    out.facts = facts;
    out.matches = matches.iter().filter_map(|c| to_bytes(c, a, b)).collect();
    true
}

/// The least number of different figures that differ, and their least share of all of them, from
/// which on two texts in one wording are issues of a series.
const OTHER_FIGURES: u32 = 2;
const OTHER_FIGURES_SHARE: f64 = 0.15;

/// Whether two texts in one wording have other figures in its places; `None` where they are not in
/// one wording.
pub fn have_other_figures(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
) -> Option<bool> {
    let Alignment { same_text, matches, .. } = align(a, b, t, steps);
    if same_text {
        return Some(false);
    }
    let BoilerplateRule { masked, .. } = boilerplate_rule(&matches, a, b, background, t);
    let matches = own_matches(matches, masked, a, b, t);
    let coverage_a = a.coverage(matches.iter().map(Chain::a), masked);
    let coverage_b = b.coverage(matches.iter().map(Chain::b), masked);
    let figures = evidence(&matches, a, b, background, steps).figures;
    let (other, all) = (figures.changed(), figures.all);
    (coverage_a.max(coverage_b) >= t.contains)
        .then(|| other >= OTHER_FIGURES && f64::from(other) >= OTHER_FIGURES_SHARE * f64::from(all))
}

/// Whether a match is more than boilerplate.
fn is_own(m: &Chain, a: &MaskedText, b: &MaskedText, t: &Thresholds) -> bool {
    let own = own_words(m, a, b);
    own >= t.min_match || (2 * own >= m.equal() && equal_words(m, a) > 0)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts of sentences that several of them hold, with figures and names in their places.
    fn text() -> impl Strategy<Value = String> {
        let part = (0u32..30, 0u32..40, 0u32..4).prop_map(|(from, len, other)| {
            let word = |n: u32| match n % 9 {
                3 => format!("{}", 7 * n + other),
                5 => format!("Name{}", n + other),
                _ => format!("w{n}"),
            };
            (from..from + len).map(word).collect::<Vec<_>>().join(" ")
        });
        prop::collection::vec(part, 0..4).prop_map(|parts| parts.join("\n\n"))
    }

    proptest! {
        #[test]
        fn what_is_kept_is_the_whole_comparison(a in text(), b in text(), least in 0u32..10) {
            let (background, t) = (Background::default(), Thresholds::default());
            let read = |text: String| MaskedText::new(text, &background, &Recipe::default());
            let (a, b) = (read(a), read(b));
            let keep = |relation: Option<Relation>, resemblance: f64| {
                relation.is_some() || 10.0 * resemblance >= f64::from(least)
            };
            let steps = Steps::to_the_end();
            let all = compare_all(&a, &b, &background, &t, &steps);
            let plain = Some(all).filter(|c| keep(c.relation, c.resemblance));
            let kept = compare_kept(&a, &b, &background, &t, &steps, keep);
            prop_assert_eq!(kept.unwrap(), plain);
        }
    }
}
