//! Owns: the findings as they leave the process, schema `nearcopy.report/1`. Never: a format, or a whole report at once.

use crate::hash;
use crate::model::detection::{Cluster, Match, Pair, Place, Relation, Repeat};
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::report::Findings;
use crate::report::texts::{self, Text, Texts};
use crate::span::Span;
use serde::ser::{Serialize, Serializer};
use std::io;
use unicode_segmentation::UnicodeSegmentation;

/// The schema that every machine-readable report names.
pub(super) const SCHEMA: &str = "nearcopy.report/1";

/// The first words of a repeat: at most this many words …
const WORDS: usize = 12;
/// … and characters.
const CHARS: usize = 80;

/// What stands at the head of a report.
#[derive(serde::Serialize)]
pub(super) struct HeadView<'a> {
    pub schema: &'static str,
    pub recipe: IdView<'a>,
    pub background: IdView<'a>,
    pub thresholds: &'a Thresholds,
}

/// Something that is known by its id.
#[derive(serde::Serialize)]
pub(super) struct IdView<'a> {
    pub id: &'a str,
}

/// A count and what for.
#[derive(serde::Serialize)]
pub(super) struct ReasonView<'a> {
    pub reason: &'a str,
    pub count: u64,
}

/// All counts.
#[derive(serde::Serialize)]
pub(super) struct SummaryView<'a> {
    documents: u64,
    bytes: u64,
    skipped: Vec<ReasonView<'a>>,
    limited: Vec<ReasonView<'a>>,
    renamed: u64,
    classes: u64,
    clusters: u64,
    duplicates: u64,
    pairs: u64,
    repeats: u64,
    candidates: u64,
    verified: u64,
    capped_keys: u64,
}

/// A document that the report mentions.
#[derive(serde::Serialize)]
pub(super) struct DocumentView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    tokens: u32,
    bytes: u32,
}

/// Ids of documents, written one by one: a class may have a million.
pub(super) struct IdsView<'a> {
    documents: &'a dyn Documents,
    numbers: &'a [u32],
}

impl Serialize for IdsView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.numbers.iter().map(|&n| &self.documents.info(n as usize).id))
    }
}

/// A cluster.
#[derive(serde::Serialize)]
pub(super) struct ClusterView<'a> {
    id: String,
    representative: &'a str,
    members: IdsView<'a>,
    weakest: f64,
}

/// A class of equal texts, as an object of its own.
#[derive(serde::Serialize)]
pub(super) struct EqualView<'a> {
    pub members: IdsView<'a>,
}

/// Where a passage stands: `[start, end)` in bytes and characters, lines from 1 with the last included.
#[derive(serde::Serialize)]
pub(super) struct SpanView {
    bytes: [u32; 2],
    chars: [u32; 2],
    lines: [u32; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    file_lines: Option<[u32; 2]>,
}

/// One passage of a pair.
#[derive(serde::Serialize)]
pub(super) struct MatchView {
    a: SpanView,
    b: SpanView,
    tokens: [u32; 2],
    identity: f64,
    blocks: Vec<[u32; 4]>,
}

#[derive(serde::Serialize)]
pub(super) struct FactsView {
    pub agree: u32,
    pub compared: u32,
}

/// Two related documents.
#[derive(serde::Serialize)]
pub(super) struct PairView<'a> {
    a: &'a str,
    b: &'a str,
    relation: Relation,
    resemblance: f64,
    containment_a: f64,
    containment_b: f64,
    coverage_a: f64,
    coverage_b: f64,
    #[serde(skip_serializing_if = "is_false")]
    whole_text: bool,
    facts: FactsView,
    matches: Vec<MatchView>,
}

/// One place of a repeat.
#[derive(serde::Serialize)]
pub(super) struct PlaceView<'a> {
    document: &'a str,
    #[serde(flatten)]
    span: SpanView,
}

/// A paragraph or passage that stands in several places.
#[derive(serde::Serialize)]
pub(super) struct RepeatView<'a> {
    text: String,
    count: u64,
    documents: u64,
    tokens: u32,
    paragraph: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    boilerplate: bool,
    places: Vec<PlaceView<'a>>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// To this many decimals; what is not a number is 0.
pub(super) fn rounded(value: f64, decimals: i32) -> f64 {
    let unit = 10f64.powi(decimals);
    let rounded = (value * unit).round() / unit;
    if rounded.is_finite() { rounded + 0.0 } else { 0.0 }
}

pub(super) fn reasons(counts: &[(String, u64)]) -> Vec<ReasonView<'_>> {
    counts.iter().map(|(reason, count)| ReasonView { reason, count: *count }).collect()
}

impl<'a> Findings<'a> {
    /// The id of a document.
    pub(super) fn id(self, number: u32) -> &'a str {
        &self.documents.info(number as usize).id
    }

    pub(super) fn head(self) -> HeadView<'a> {
        HeadView {
            schema: SCHEMA,
            recipe: IdView { id: &self.detection.recipe_id },
            background: IdView { id: &self.detection.background_id },
            thresholds: &self.detection.thresholds,
        }
    }

    pub(super) fn summary(self) -> SummaryView<'a> {
        let s = &self.detection.summary;
        SummaryView {
            documents: s.documents,
            bytes: s.bytes,
            skipped: reasons(self.skipped),
            limited: reasons(&s.limited),
            renamed: s.renamed,
            classes: s.classes,
            clusters: s.clusters,
            duplicates: s.duplicates,
            pairs: s.pairs,
            repeats: s.repeats,
            candidates: s.candidates,
            verified: s.verified,
            capped_keys: s.capped_keys,
        }
    }

    /// Numbers of the documents that the report mentions, in order.
    pub(super) fn mentioned(self) -> impl Iterator<Item = u32> {
        let found = self.detection;
        let mut seen = vec![false; self.documents.count()];
        let clusters = found.clusters.iter().flat_map(|c| c.members.iter().chain([&c.representative]).copied());
        let equal = found.equal.iter().flatten().copied();
        let pairs = found.pairs.iter().flat_map(|p| [p.a, p.b]);
        let repeats = found.repeats.iter().flat_map(|r| r.places.iter().map(|p| p.document));
        for number in clusters.chain(equal).chain(pairs).chain(repeats) {
            seen[number as usize] = true;
        }
        seen.into_iter().enumerate().filter_map(|(number, seen)| seen.then_some(number as u32))
    }

    pub(super) fn document(self, number: u32) -> DocumentView<'a> {
        let info = self.documents.info(number as usize);
        DocumentView {
            id: &info.id,
            path: info.path.as_deref(),
            record: info.record,
            source: info.source.as_deref(),
            date: info.date.as_deref(),
            tokens: self.detection.tokens.get(number as usize).copied().unwrap_or(0),
            bytes: info.bytes,
        }
    }

    pub(super) fn ids(self, numbers: &'a [u32]) -> IdsView<'a> {
        IdsView { documents: self.documents, numbers }
    }

    pub(super) fn cluster(self, cluster: &'a Cluster) -> io::Result<ClusterView<'a>> {
        Ok(ClusterView {
            id: self.cluster_id(cluster)?,
            representative: self.id(cluster.representative),
            members: self.ids(&cluster.members),
            weakest: rounded(cluster.weakest, 6),
        })
    }

    /// Hash of the members' ids and texts, which come in the order of their ids: the same set has the same id in any run.
    pub(super) fn cluster_id(self, cluster: &Cluster) -> io::Result<String> {
        let mut state = cluster.members.len() as u64;
        for &number in &cluster.members {
            state = hash::fold(state, hash::mix(hash::bytes(self.id(number).as_bytes())));
            state = hash::fold(state, hash::mix(hash::bytes(texts::read(self.documents, number)?.as_bytes())));
        }
        Ok(format!("{:016x}", hash::mix(state)))
    }

    pub(super) fn pair(self, pair: &Pair, texts: &mut Texts<'a>) -> io::Result<PairView<'a>> {
        let c = &pair.comparison;
        let mut matches = Vec::with_capacity(c.matches.len());
        if !c.matches.is_empty() {
            let (a, b) = (texts.get(pair.a)?, texts.get(pair.b)?);
            for m in &c.matches {
                matches.push(MatchView::new(m, (&a, &b), texts)?);
            }
        }
        Ok(PairView {
            a: self.id(pair.a),
            b: self.id(pair.b),
            relation: pair.relation,
            resemblance: rounded(c.resemblance, 6),
            containment_a: rounded(c.containment_a, 6),
            containment_b: rounded(c.containment_b, 6),
            coverage_a: rounded(c.coverage_a, 6),
            coverage_b: rounded(c.coverage_b, 6),
            whole_text: c.whole_text,
            facts: FactsView { agree: c.facts.agree, compared: c.facts.compared },
            matches,
        })
    }

    pub(super) fn repeat(self, repeat: &Repeat, texts: &mut Texts<'a>) -> io::Result<RepeatView<'a>> {
        let mut places = Vec::with_capacity(repeat.places.len());
        for place in &repeat.places {
            let text = texts.get(place.document)?;
            places.push(PlaceView { document: self.id(place.document), span: SpanView::new(place.span, &text, texts)? });
        }
        Ok(RepeatView {
            text: repeat.places.first().map_or(Ok(String::new()), |place| first_words(place, texts))?,
            count: repeat.count,
            documents: repeat.documents,
            tokens: repeat.tokens,
            paragraph: repeat.paragraph,
            period: repeat.period,
            boilerplate: repeat.boilerplate,
            places,
        })
    }
}

impl SpanView {
    pub(super) fn new<'a>(span: Span, text: &Text<'a>, texts: &Texts<'a>) -> io::Result<SpanView> {
        texts.passage(text, span)?;
        let lines = text.lines(span);
        Ok(SpanView {
            bytes: [span.start, span.end],
            chars: text.chars(span),
            lines,
            file_lines: text.whole_file.then_some(lines),
        })
    }
}

impl MatchView {
    pub(super) fn new<'a>(m: &Match, (a, b): (&Text<'a>, &Text<'a>), texts: &Texts<'a>) -> io::Result<MatchView> {
        Ok(MatchView {
            a: SpanView::new(m.a, a, texts)?,
            b: SpanView::new(m.b, b, texts)?,
            tokens: [m.tokens_a, m.tokens_b],
            identity: rounded(m.identity, 4),
            blocks: m.blocks.iter().map(|x| [x.a.start, x.a.end, x.b.start, x.b.end]).collect(),
        })
    }
}

/// The first words at a place, on one line; ` …` says that there is more.
pub fn first_words(place: &Place, texts: &mut Texts) -> io::Result<String> {
    let text = texts.get(place.document)?;
    Ok(beginning(texts.passage(&text, place.span)?))
}

/// At most [`WORDS`] words and [`CHARS`] characters, whitespace as one space, cut between words, or in a longer word
/// between what a reader sees as characters.
pub(super) fn beginning(passage: &str) -> String {
    let mut out = String::new();
    let mut chars = 0;
    // A passage may be one word of many megabytes: look at the first characters only.
    let window = passage.char_indices().nth(8 * CHARS).map_or(passage, |(end, _)| &passage[..end]);
    let mut whole = window.len() == passage.len();
    for (n, word) in window.split_whitespace().enumerate() {
        let space = usize::from(n > 0);
        let length = word.chars().count();
        if n == WORDS || chars + space + length > CHARS {
            whole = false;
            if n == 0 {
                for grapheme in word.graphemes(true) {
                    chars += grapheme.chars().count();
                    if chars > CHARS {
                        break;
                    }
                    out.push_str(grapheme);
                }
            }
            break;
        }
        out.push_str(&" "[..space]);
        out.push_str(word);
        chars += space + length;
    }
    if !whole {
        out.push_str(" …");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_cut_between_words() {
        assert_eq!(beginning("Sign up\n  here."), "Sign up here.");
        assert_eq!(beginning("a b c d e f g h i j k l m"), "a b c d e f g h i j k l …");
        let long = format!("{} end", "word ".repeat(3) + &"x".repeat(90));
        assert_eq!(beginning(&long), "word word word …");
    }

    #[test]
    fn beginnings_of_one_long_word_are_cut_between_graphemes() {
        let chinese = "中".repeat(200);
        assert_eq!(beginning(&chinese), format!("{} …", "中".repeat(80)));
        let family = "👩‍👩‍👧".repeat(30);
        assert_eq!(beginning(&family), format!("{} …", "👩‍👩‍👧".repeat(16)));
        assert_eq!(beginning(""), "");
        assert_eq!(beginning(&"x".repeat(80)), "x".repeat(80));
    }

    #[test]
    fn rounding_never_gives_what_json_cannot_say() {
        assert_eq!(rounded(2.0 / 3.0, 6), 0.666667);
        assert_eq!(rounded(2.0 / 3.0, 4), 0.6667);
        assert_eq!(rounded(f64::NAN, 6), 0.0);
        assert_eq!(rounded(-0.0, 6).to_string(), "0");
    }
}
