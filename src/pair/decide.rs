//! Owns: the decision about the relation of two aligned texts, by coverage and then by what speaks
//! against a copy: titles, facts, time, a common wording. Never: measures coverage or facts.

use crate::align::alignment::equal_inside;
use crate::align::prepared::Prepared;
use crate::align::run::Run;
use crate::align::select::is_match;
use crate::align::steps::Steps;
use crate::model::detection::{Relation, TemplateReason};
use crate::model::thresholds::{AlignmentMethod, Thresholds};
use crate::pair::background::Background;
use crate::pair::beginning::own_beginnings;
use crate::pair::facts::facts_differ;
use crate::pair::informativeness::{is_informative, needed};
use crate::pair::masked::MaskedText;
use crate::pair::measured::MeasuredPair;
use crate::pair::metadata::{Metadata, points_of_titles};
use crate::pair::quotation::is_quoted;
use crate::pair::relation::relation;
use crate::pair::title::Title;
use crate::pair::title_counters::count_differently;
use crate::pair::title_differences::{differ_in_rare_words, name_different_things};
use crate::pair::title_subjects::{begin_with_other_names, speak_of_other_things};
use std::borrow::Cow;
use std::ops::Range;

/// From this resemblance on, two texts have all but the same wording and are no issues of a series,
/// however long the time between them.
pub const ALL_BUT_THE_SAME: f64 = 0.8;
/// The share of both texts outside the matches from which on each has text of its own.
const TEXT_OF_ITS_OWN: f64 = 0.1;
/// The share of the figures from which on the next day's text under one title is the next issue.
const OTHER_FIGURES: f64 = 0.5;
/// The least number of such figures: one may have been corrected.
const SOME_FIGURES: u32 = 2;
/// The least number of figures beside a day or time of day that differ in whatever way: one or two
/// may be corrected in each of two copies.
const MORE_THAN_CORRECTED: u32 = 4;
/// The least mean share of the two texts of a near-copy that is in the same words. Of two reports
/// on one event, sentences may correspond although most of their words differ.
const SAME_WORDS: f64 = 0.5;
/// The most tokens of a byline: what may be beside the one run of a text that stands word for word
/// in another one, on lines of its own.
const BYLINE: u32 = 12;
/// The least length of such a run, in bylines.
const RUN_IN_BYLINES: u32 = 3;

/// The relation of two texts, and what it follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decision {
    /// The relation, or `None` if they are not related.
    pub relation: Option<Relation>,
    /// Why they are a template, where they are one.
    pub why: Option<TemplateReason>,
    /// The relation by coverage alone.
    pub by_coverage: Option<Relation>,
}

/// Decides the relation of two texts that are not the same text.
pub fn decide(
    m: &MeasuredPair,
    background: &Background,
    t: &Thresholds,
    steps: &Steps,
) -> Decision {
    let solid = m.matches.iter().any(|c| is_match(c, m.a, m.b, t));
    let by_coverage = relation(m.scores.coverage_a, m.scores.coverage_b, solid, t);
    let of = |relation, why| Decision { relation, why, by_coverage };
    let quotation = || Some(Relation::Quotes).filter(|_| is_quoted(m, background, t, steps));
    match by_coverage {
        None => Decision::default(),
        Some(Relation::Quotes) => of(quotation(), None),
        Some(relation) => match template_reason(m, relation, background, t) {
            Some(why) => of(Some(Relation::Template), Some(why)),
            None if begin_otherwise(m, relation, t) => of(quotation(), None),
            None => of(Some(relation), None),
        },
    }
}

/// Whether two texts that are near-copies by coverage are two reports that quote one passage,
/// because each begins with text of its own.
fn begin_otherwise(m: &MeasuredPair, relation: Relation, t: &Thresholds) -> bool {
    relation == Relation::NearCopy
        && own_beginnings(m, t).is_some_and(|[share, least]| share >= least)
}

/// Why a near-copy or containment by coverage is none, if it is none.
fn template_reason(
    m: &MeasuredPair,
    relation: Relation,
    background: &Background,
    t: &Thresholds,
) -> Option<TemplateReason> {
    let by_titles = titles_divide(m.a, m.b, background, t);
    if by_titles.is_some() || is_verbatim(m, t) {
        return by_titles;
    }
    if facts_differ(m.evidence.facts, t) {
        Some(TemplateReason::Facts)
    } else if is_series(m, background, t) {
        Some(TemplateReason::Series)
    } else if !has_enough_same_words(m, relation, t) {
        Some(TemplateReason::Wording)
    } else {
        let needed = points_needed(m, relation, t);
        let titles = points_of_titles(m.a.metadata(), m.b.metadata(), background);
        let informative = is_informative(m.matches, m.a, m.b, background, needed, titles);
        (!informative).then_some(TemplateReason::Wording)
    }
}

/// The share that is in the same words, of the parts of the two texts that a relation is about: of
/// both texts of near-copies on average, and of the contained one of two others.
/// `None` where the alignment takes other words for the same, damaged or rewritten ones.
pub fn same_words(m: &MeasuredPair, relation: Relation, t: &Thresholds) -> Option<f64> {
    let [a, b] = *m.equal_words;
    (t.alignment == AlignmentMethod::Runs).then(|| match relation {
        Relation::NearCopy => f64::midpoint(a, b),
        Relation::Contains => b,
        _ => a,
    })
}

/// The least such share for a relation.
pub const fn least_same_words(relation: Relation, t: &Thresholds) -> f64 {
    if matches!(relation, Relation::NearCopy) { SAME_WORDS } else { t.contains }
}

fn has_enough_same_words(m: &MeasuredPair, relation: Relation, t: &Thresholds) -> bool {
    same_words(m, relation, t).is_none_or(|share| share >= least_same_words(relation, t))
}

/// The points that two texts need for this relation.
pub fn points_needed(m: &MeasuredPair, relation: Relation, t: &Thresholds) -> u32 {
    let same_words = same_words(m, relation, t).unwrap_or(1.0);
    needed(m.scores.resemblance, same_words, m.evidence.against, t)
}

/// Whether two texts in one wording are issues of a series: something was put in the place of
/// something else, and a week or more lies between them, or one has a title under which texts come
/// again and again, or the title of both says so, or their figures are of other days or times, or
/// they are of different days under one title, with other figures, or under titles that have
/// nothing in common, with another name or figure.
pub fn is_series(m: &MeasuredPair, background: &Background, t: &Thresholds) -> bool {
    let (a, b) = (m.a.metadata(), m.b.metadata());
    let own = 1.0 - TEXT_OF_ITS_OWN;
    let changed = m.evidence.replaced || (m.scores.coverage_a < own && m.scores.coverage_b < own);
    let again = || a.is_of_series(background) || b.is_of_series(background);
    let says_so = || m.evidence.contrasted && a.shares_title_that_comes_again(b);
    let days = a.days_apart(b).unwrap_or_default();
    let of_other_titles = || {
        m.evidence.facts.compared > m.evidence.facts.agree
            && a.every_title(b, |x, y| differ_in_rare_words(x, y, [m.a, m.b], background))
    };
    let in_new_words = changed && m.scores.resemblance < ALL_BUT_THE_SAME;
    t.series_days > 0
        && (in_new_words
            && (a.is_series_apart(b, t)
                || again()
                || of_other_stamps(m, t)
                || says_so()
                || days > 0 && has_other_figures(m) && a.shares_title(b))
            || days > 0 && of_other_titles())
}

/// Whether the figures of two texts are of other days or times of day. Under one title fewer of
/// them need to differ. Where words are damaged, so are figures.
fn of_other_stamps(m: &MeasuredPair, t: &Thresholds) -> bool {
    let figures = &m.evidence.figures;
    let one_title = m.a.metadata().shares_title(m.b.metadata());
    let changed = if one_title { SOME_FIGURES } else { MORE_THAN_CORRECTED };
    figures.stamps
        && t.alignment == AlignmentMethod::Runs
        && (figures.other_beside_stamps >= SOME_FIGURES
            || figures.beside_stamps + figures.words >= changed)
}

/// Whether so many figures of two texts differ that they are not the same figures.
fn has_other_figures(m: &MeasuredPair) -> bool {
    let (changed, all) = (m.evidence.figures.changed(), m.evidence.figures.all);
    changed >= SOME_FIGURES && f64::from(changed) >= OTHER_FIGURES * f64::from(all)
}

/// Whether all of one text stands word for word in the other: in one piece, but for boilerplate and
/// a byline, or in pieces of a shortest match and more, as an abridgement does.
pub fn is_verbatim(m: &MeasuredPair, t: &Thresholds) -> bool {
    let equal: Vec<Cow<[Run]>> =
        m.matches.iter().map(|c| equal_inside(&c.runs, m.a, m.b)).collect();
    let of = |p: &MaskedText, side: fn(&Run) -> u32| {
        let runs = || equal.iter().flat_map(|runs| runs.iter());
        let pieces = runs().filter(|r| r.len >= t.min_match).map(|r| side(r)..side(r) + r.len);
        runs().any(|r| r.len >= t.min_paragraph && is_all_but_a_byline(p, side(r), r.len, m.masked))
            || is_all_in_pieces(p, pieces.collect(), m.masked)
    };
    of(m.a, |r| r.a) || of(m.b, |r| r.b)
}

/// Whether some pieces are all of a text, but for boilerplate.
fn is_all_in_pieces(p: &MaskedText, mut pieces: Vec<Range<u32>>, masked: bool) -> bool {
    pieces.sort_unstable_by_key(|r| r.start);
    if pieces.is_empty() || masked && p.own_tokens() == 0 {
        return false;
    }
    let is_own = |i: &u32| !(masked && p.is_boilerplate(*i as usize));
    let mut from = 0;
    for piece in &pieces {
        if (from..piece.start).any(|i| is_own(&i)) {
            return false;
        }
        from = from.max(piece.end);
    }
    !(from..p.tokens.len() as u32).any(|i| is_own(&i))
}

fn is_all_but_a_byline(p: &MaskedText, start: u32, len: u32, masked: bool) -> bool {
    let end = start + len;
    let own = |from: u32, to: u32| {
        (from..to).filter(|&i| !(masked && p.is_boilerplate(i as usize))).count() as u32
    };
    let whole = if masked { p.own_tokens() } else { p.tokens.len() } as u32;
    let inside = own(start, end);
    let beside = whole - inside;
    if beside > BYLINE {
        return false;
    }
    let (before, behind) = (own(0, start), own(end, p.tokens.len() as u32));
    let apart = |left: u32| {
        let between = p.tokens.spans[left as usize - 1].end..p.tokens.spans[left as usize].start;
        p.text[between.start as usize..between.end as usize].contains('\n')
    };
    beside == 0 && inside > 0
        || beside <= BYLINE
            && inside >= RUN_IN_BYLINES * beside
            && (before == 0 || apart(start))
            && (behind == 0 || apart(end))
}

/// Why the titles of two texts make them no copies of each other, whatever the texts are: they name
/// different things, whichever of its documents a text takes, or time lies between texts whose
/// titles have nothing in common.
pub fn titles_divide(
    a: &MaskedText,
    b: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> Option<TemplateReason> {
    divided((a, a.metadata()), (b, b.metadata()), background, t)
}

/// Like [`titles_divide`], for documents with one text.
pub fn titles_divide_one_text(
    text: &MaskedText,
    a: &Metadata,
    b: &Metadata,
    background: &Background,
    t: &Thresholds,
) -> Option<TemplateReason> {
    divided((text, a), (text, b), background, t)
}

/// Whether the titles of documents with one text have nothing in common besides what the text
/// holds.
pub fn titles_have_nothing_in_common(
    text: &MaskedText,
    a: &Metadata,
    b: &Metadata,
    background: &Background,
) -> bool {
    a.every_title(b, |x, y| differ_in_rare_words(x, y, [text, text], background))
}

fn divided(
    (text_a, a): (&MaskedText, &Metadata),
    (text_b, b): (&MaskedText, &Metadata),
    background: &Background,
    t: &Thresholds,
) -> Option<TemplateReason> {
    let of_one_day = a.days_apart(b) == Some(0);
    let different = |x: &Title, y: &Title| {
        let (x, y): ((&Title, &Prepared), (&Title, &Prepared)) = ((x, text_a), (y, text_b));
        count_differently(x.0, y.0)
            || name_different_things(x, y, background, of_one_day)
            || begin_with_other_names(x, y, background)
            || speak_of_other_things(x, y)
    };
    if a.every_title(b, different) {
        return Some(TemplateReason::Titles);
    }
    let texts = [&**text_a, &**text_b];
    let series = (a.is_series_apart(b, t) || a.are_forms(b))
        && a.every_title(b, |x, y| differ_in_rare_words(x, y, texts, background));
    series.then_some(TemplateReason::Series)
}
