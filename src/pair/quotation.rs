//! Owns: when two texts that are no copies quote each other or a common source. Never: finds
//! matches, or decides about copies.

use crate::align::edit_distance::{WordSimilarity, word_similarity};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, Run, usize_range};
use crate::align::select::{equal_words, is_match};
use crate::align::steps::Steps;
use crate::model::thresholds::Thresholds;
use crate::pair::background::{Background, RARE};
use crate::pair::fact_words::{Fact, Texts, is_number};
use crate::pair::facts::facts_differ;
use crate::pair::informativeness::{AGAINST, informativeness, is_informative, wording};
use crate::pair::masked::MaskedText;
use crate::pair::measured::MeasuredPair;
use crate::pair::metadata::{Metadata, points_of_titles};
use crate::pair::sentence::{has_clause_end, percent_of_sentences};
use crate::pair::set_phrase::percent_of_no_phrase;
use crate::pair::title::Title;
use crate::pair::title_subjects::{have_subjects_of_their_own, names_subject_of};
use std::borrow::Cow;
use std::ops::Range;

/// The number of times as many points that a quotation needs over the time between two issues of a
/// series, and of times as many words of one wording as a short paragraph has.
const TELLING_OVER_TIME: u32 = 4;
const PARAGRAPHS_OVER_TIME: u32 = 2;
/// Where each title names a subject that the other document does not, a passage is rather a set
/// phrase and needs so many times as many points, and with other facts in it as many times as over
/// time.
const TELLING_OF_OTHERS: u32 = 2;
const TELLING_OF_OTHERS_FACTS: u32 = TELLING_OVER_TIME;
/// The least number of words of a quotation that are neither names nor figures: with fewer it is a
/// heading, a list of names or somebody's name and office.
const PLAIN_WORDS: u32 = 7;
/// The least figures of a line of a table.
const FIGURES_OF_A_TABLE: usize = 2;
/// From this number of shortest matches on, a list is long enough to be evidence by itself, and a
/// passage no set phrase between two issues of a series or texts on two subjects.
const LONG: u32 = 2;
/// A match shorter than so many halves of a shortest match, of texts on one subject that share
/// little else, must be most of its sentences in one of the texts: two reports on one subject share
/// a part of a sentence by chance, the name and office of a person, a charge, or what a conference
/// is about. A heading is as short.
const SHORT_IN_HALVES: u32 = 3;
/// The least percentage that is most of its sentences, and most of the anchors of a match that is
/// not long: so many are of no set phrase.
const MOST: u32 = 51;

/// A value of a match and the bound that it has to reach.
pub type ValueAndBound = [u32; 2];

/// What a match is measured by as a quotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QuotationMeasure {
    /// The informativeness, counted up to the bound.
    pub points: ValueAndBound,
    /// The length as one wording, in words. Without a corpus it does not count.
    pub wording: ValueAndBound,
    /// The words that are neither names nor figures. Without a corpus they do not count.
    pub plain_words: ValueAndBound,
    /// The equal words, where the texts of a corpus are weeks apart, of a series or on subjects of
    /// their own; 0 where the next issue has other facts in it.
    pub words: ValueAndBound,
    /// The percentage that a short match is of the sentences that it touches, in the text where it
    /// is more of them, where the texts are on one subject. Without a corpus it does not count.
    pub of_sentences: ValueAndBound,
    /// The percentage of the anchors of a match that are of no set phrase, in the text where they
    /// are fewer, where the match is not long, has no figure of its own and the background has set
    /// phrases.
    pub of_no_phrase: ValueAndBound,
}

impl QuotationMeasure {
    /// Whether every value reaches its bound.
    pub fn holds(&self) -> bool {
        let Self { points, wording, plain_words, words, of_sentences, of_no_phrase } = self;
        [points, wording, plain_words, words, of_sentences, of_no_phrase]
            .iter()
            .all(|[value, bound]| value >= bound)
    }
}

/// Whether some match is a quotation. A set phrase with other figures in it is none.
pub fn is_quoted(m: &MeasuredPair, background: &Background, t: &Thresholds, steps: &Steps) -> bool {
    let quoted = |c: &Chain| {
        let stop = steps.take(c.a().len().max(c.b().len()));
        stop || is_match(c, m.a, m.b, t) && measure(c, m, background, t).holds()
    };
    // Most passages are no quotation by themselves, and then no facts are counted.
    m.matches.iter().any(quoted)
        && !facts_differ(m.evidence.facts, t)
        && is_informative(m.matches, m.a, m.b, background, AGAINST * m.evidence.against, 0)
}

/// Measures a match as a quotation: whether it is more than set phrases and the event that two
/// reporters share. Without a corpus its informativeness decides. With a corpus it must also be
/// long enough as one wording, because a scan compares so many texts that some share a dozen words
/// by chance, and be long or most of a sentence. A match with a token rectangle has evidence in
/// place of one wording.
pub fn measure(
    c: &Chain,
    m: &MeasuredPair,
    background: &Background,
    t: &Thresholds,
) -> QuotationMeasure {
    // A set phrase lives for months and comes in each text of a series, and the words of a story
    // live for days.
    let (a, b) = (m.a.metadata(), m.b.metadata());
    let apart = a.is_series_apart(b, t)
        || t.series_days > 0 && a.is_of_series(background) && b.is_of_series(background);
    let own_subjects =
        |x: &Title, y: &Title| have_subjects_of_their_own((x, m.a), (y, m.b), background);
    let of_others = || *m.of_own_subjects.get_or_init(|| a.every_title(b, own_subjects));
    let own = own_part(c, m);
    let one = std::slice::from_ref(&*own);
    let telling = |times: u32| {
        let needed = t.min_telling.saturating_mul(times);
        [informativeness(one, m.a, m.b, background, needed), needed]
    };
    // The look at the titles is for the few passages that it may decide about.
    let times = match apart {
        true => TELLING_OVER_TIME,
        false if telling(1)[0] < t.min_telling || !of_others() => 1,
        false if replaces_facts(c, m, background) => TELLING_OF_OTHERS_FACTS,
        false => TELLING_OF_OTHERS,
    };
    let points = telling(times);
    let needed = points[1];
    let c = &*own;
    if points[0] < needed || !background.knows_words() || c.region.is_some() {
        return QuotationMeasure { points, ..QuotationMeasure::default() };
    }
    let over_time = apart && points_of_titles(a, b, background) < RARE;
    let least = t.min_paragraph.saturating_mul(if over_time { PARAGRAPHS_OVER_TIME } else { 1 });
    let plain = plain_wording(c, m.a);
    let wording = if plain >= least { plain } else { wording(c, m.a, m.b) };
    let (equal, enough) = (equal_words(c, m.a), t.min_match.saturating_mul(LONG));
    let long = equal >= enough;
    // In a corpus in capitals nothing shows which words are names.
    let least_plain = if long || background.lower_case.is_empty() { 0 } else { PLAIN_WORDS };
    let plain = if least_plain > 0 { plain_words(c, m, background, t) } else { 0 };
    // Weeks later and in a series, the same words with another figure are the next issue's.
    let next_issue = apart && replaces_facts(c, m, background);
    let words = if next_issue { 0 } else { equal };
    QuotationMeasure {
        points,
        wording: [wording, least],
        plain_words: [plain, least_plain],
        words: if times >= TELLING_OVER_TIME { [words, enough] } else { [0, 0] },
        of_sentences: of_sentences(c, m, background, t),
        of_no_phrase: if long { [0, 0] } else { of_no_phrase(c, m, background) },
    }
}

/// The percentage that a match is of its sentences, in the text where it is more of them, and the
/// least one, where the match is short, its texts share little else and are on one subject: their
/// titles share one, or the title of one names what the other text names.
fn of_sentences(
    c: &Chain,
    m: &MeasuredPair,
    background: &Background,
    t: &Thresholds,
) -> ValueAndBound {
    let short = equal_words(c, m.a) < t.min_match.saturating_mul(SHORT_IN_HALVES) / 2;
    let (a, b) = (m.a.metadata(), m.b.metadata());
    let names = |of: &Metadata, text: &Prepared| {
        of.titles.iter().any(|x| names_subject_of(x, text, background))
    };
    let of_one_subject =
        || points_of_titles(a, b, background) > 0 || names(a, m.b) || names(b, m.a);
    if !short
        || m.all_equal_words() >= t.min_match.saturating_mul(LONG)
        || !*m.of_one_subject.get_or_init(of_one_subject)
    {
        return [0, 0];
    }
    let equal = c.runs.iter().map(|r| r.len).sum();
    let of = |p: &Prepared, passage| percent_of_sentences(p, passage, equal, MOST);
    [of(m.a, c.a()).max(of(m.b, c.b())), MOST]
}

/// The percentage of the anchors of a match that are of no set phrase, in the text where they are
/// fewer, and the least one. It is not asked where the equal words have a figure that is not
/// common: what text after text says is without one, or has another one each week.
fn of_no_phrase(c: &Chain, m: &MeasuredPair, background: &Background) -> ValueAndBound {
    let telling =
        |i: usize| m.a.tokens.kinds[i].is_number() && !background.is_common(m.a.tokens.hashes[i]);
    let mut equal = c.runs.iter().flat_map(|r| usize_range(r.a..r.a_end()));
    if background.set_phrases.is_empty() || equal.any(telling) {
        return [0, 0];
    }
    let of = |text, passage| percent_of_no_phrase(text, passage, background);
    [of(m.a, c.a()).min(of(m.b, c.b())), MOST]
}

/// The number of words of a match that one of the texts shows to be neither names nor figures,
/// without those that are in a heading in both texts.
fn plain_words(c: &Chain, m: &MeasuredPair, background: &Background, t: &Thresholds) -> u32 {
    let is_plain = |p: &MaskedText, i: u32| {
        let kind = p.tokens.kinds[i as usize];
        // In a text in capitals every word looks like a name.
        let is_name = || {
            kind.is_capital()
                && (p.word(i as usize).contains(char::is_lowercase)
                    || !background.is_lower_case(p.tokens.hashes[i as usize]))
        };
        !kind.is_number() && !is_name()
    };
    let (mut in_a, mut in_b) = (in_heading(m, false, t), in_heading(m, true, t));
    let words = c.runs.iter().flat_map(|r| (r.a..r.a_end()).zip(r.b..));
    let words = words.filter(|&(i, j)| is_plain(m.a, i) || is_plain(m.b, j));
    words.filter(|&(i, j)| !(in_a(i) && in_b(j))).count() as u32
}

/// Whether a token of a text is in a heading. Tokens in order ask once for each paragraph.
fn in_heading<'m>(m: &'m MeasuredPair, second: bool, t: &'m Thresholds) -> impl FnMut(u32) -> bool {
    let paragraphs = if second { &m.b.paragraphs } else { &m.a.paragraphs };
    let (mut last, mut is_in) = (0..0, false);
    move |token| {
        if !last.contains(&token) {
            let of = paragraphs.partition_point(|r| r.end <= token);
            last = paragraphs.get(of).cloned().unwrap_or(0..0);
            is_in = last.contains(&token) && is_heading(m, second, &last, t);
        }
        is_in
    }
}

/// Whether a paragraph is short and does not end as a sentence or a clause does, in a text whose
/// others do: a heading, or a link to another text. A line of figures is one of a table.
fn is_heading(m: &MeasuredPair, second: bool, own: &Range<u32>, t: &Thresholds) -> bool {
    let p = if second { m.b } else { m.a };
    let short = own.len() < (t.min_match.saturating_mul(SHORT_IN_HALVES) / 2) as usize;
    let figures = || usize_range(own.clone()).filter(|i| p.tokens.kinds[*i].is_number());
    short
        && !has_clause_end(p, own.end as usize - 1)
        && figures().take(FIGURES_OF_A_TABLE).count() < FIGURES_OF_A_TABLE
        && p.has_sentences()
}

/// Whether a fact of one text is in the place of another fact inside a match.
fn replaces_facts(c: &Chain, m: &MeasuredPair, background: &Background) -> bool {
    let (a, b): (&Prepared, &Prepared) = (m.a, m.b);
    let texts = Texts { a, b, background };
    let [mut left, mut right] = [Vec::new(), Vec::new()];
    c.runs.windows(2).any(|pair| {
        texts.facts(a, usize_range(pair[0].a_end()..pair[1].a), &mut left);
        texts.facts(b, usize_range(pair[0].b_end()..pair[1].b), &mut right);
        let differ = |(&(i, _), &(j, _)): (&Fact, &Fact)| {
            word_similarity(a.word(i), is_number(a, i), b.word(j)) == WordSimilarity::No
        };
        left.iter().zip(&right).any(differ)
    })
}

/// The part of a match that is boilerplate in neither text, where boilerplate is left out.
fn own_part<'c>(c: &'c Chain, m: &MeasuredPair) -> Cow<'c, Chain> {
    let own = |i: u32, j: u32| !m.a.is_boilerplate(i as usize) && !m.b.is_boilerplate(j as usize);
    let of = |r: &Run| (0..r.len).filter(|i| own(r.a + i, r.b + i)).collect::<Vec<u32>>();
    if !m.masked || c.region.is_some() || c.runs.iter().all(|r| of(r).len() == r.len as usize) {
        return Cow::Borrowed(c);
    }
    let mut runs: Vec<Run> = Vec::new();
    for r in &c.runs {
        for piece in of(r).chunk_by(|x, y| x + 1 == *y) {
            runs.push(Run { a: r.a + piece[0], b: r.b + piece[0], len: piece.len() as u32 });
        }
    }
    if runs.is_empty() { Cow::Borrowed(c) } else { Cow::Owned(Chain::from(runs)) }
}

/// A lower bound of [`wording`], which counts every token between two runs as another word.
fn plain_wording(m: &Chain, a: &Prepared) -> u32 {
    let between = m
        .runs
        .windows(2)
        .map(|pair| (pair[1].a - pair[0].a_end()).max(pair[1].b - pair[0].b_end()))
        .sum();
    equal_words(m, a).saturating_sub(between)
}
