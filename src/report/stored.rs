//! Owns: a report of schema `nearcopy.report/1` read back, as JSON or JSON Lines. Never: opens a file, or looks at a text.

use crate::error::{Error, Result};
use crate::model::detection::{Block, Cluster, Comparison, Detection, Facts, Match, Pair, Place, Relation, Repeat, Summary};
use crate::model::document::DocumentInfo;
use crate::model::thresholds::Thresholds;
use crate::report::finding::SCHEMA;
use crate::span::Span;
use serde::Deserialize;
use std::collections::HashMap;

/// A report read back: the findings, and the documents that it mentions, without their texts.
///
/// Documents are numbered as the report lists them. With a [`Documents`](crate::Documents) that answers with their texts, any report can
/// be written from it again; what the JSON rounds stays rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// What was found.
    pub detection: Detection,
    /// The documents, by number.
    pub documents: Vec<DocumentInfo>,
    /// What was not read: reason and count.
    pub skipped: Vec<(String, u64)>,
}

#[derive(Deserialize)]
struct IdIn {
    id: String,
}

#[derive(Deserialize)]
struct ReasonIn {
    reason: String,
    count: u64,
}

#[derive(Deserialize)]
struct SummaryIn {
    documents: u64,
    bytes: u64,
    skipped: Vec<ReasonIn>,
    limited: Vec<ReasonIn>,
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

#[derive(Deserialize)]
struct DocumentIn {
    id: String,
    path: Option<String>,
    record: Option<u64>,
    source: Option<String>,
    date: Option<String>,
    tokens: u32,
    bytes: u32,
}

#[derive(Deserialize)]
struct ClusterIn {
    representative: String,
    members: Vec<String>,
    weakest: f64,
}

#[derive(Deserialize)]
struct EqualIn {
    members: Vec<String>,
}

#[derive(Deserialize)]
struct SpanIn {
    bytes: [u32; 2],
    file_lines: Option<[u32; 2]>,
}

#[derive(Deserialize)]
struct MatchIn {
    a: SpanIn,
    b: SpanIn,
    tokens: [u32; 2],
    identity: f64,
    blocks: Vec<[u32; 4]>,
}

#[derive(Deserialize)]
struct PairIn {
    a: String,
    b: String,
    relation: Relation,
    resemblance: f64,
    containment_a: f64,
    containment_b: f64,
    coverage_a: f64,
    coverage_b: f64,
    #[serde(default)]
    whole_text: bool,
    facts: Facts,
    matches: Vec<MatchIn>,
}

#[derive(Deserialize)]
struct PlaceIn {
    document: String,
    #[serde(flatten)]
    span: SpanIn,
}

#[derive(Deserialize)]
struct RepeatIn {
    count: u64,
    documents: u64,
    tokens: u32,
    paragraph: bool,
    period: Option<u32>,
    boilerplate: bool,
    places: Vec<PlaceIn>,
}

/// The report as one object. What else stands in it, such as a gate, is passed over.
#[derive(Deserialize)]
struct Whole {
    recipe: IdIn,
    background: IdIn,
    thresholds: Thresholds,
    summary: SummaryIn,
    documents: Vec<DocumentIn>,
    clusters: Vec<ClusterIn>,
    equal: Vec<Vec<String>>,
    pairs: Vec<PairIn>,
    repeats: Vec<RepeatIn>,
}

/// The first line of JSON Lines.
#[derive(Deserialize)]
struct Opening {
    recipe: IdIn,
    background: IdIn,
    thresholds: Thresholds,
    #[serde(flatten)]
    summary: SummaryIn,
}

/// What tells the two kinds, and whether it is such a report at all.
#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    schema: String,
}

impl Stored {
    /// Reads a report, `what` being its name in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] where it is no report of this schema, names a document that it does not list, or holds a span that ends before
    /// it begins.
    pub fn read(report: &str, what: &str) -> Result<Stored> {
        let report = report.trim_start_matches('\u{feff}').trim_start();
        let first = report.lines().next().unwrap_or_default();
        let wrong = |why: String| Error::Malformed { what: what.to_owned(), why };
        // The object has lines too, but its first one is no JSON by itself.
        let tag = serde_json::from_str::<Tag>(first).or_else(|_| serde_json::from_str::<Tag>(report));
        let tag = tag.map_err(|e| wrong(format!("no report as JSON or JSON Lines: {e}")))?;
        if tag.schema != SCHEMA {
            let found = if tag.schema.is_empty() { "no schema".to_owned() } else { format!("schema {:?}", tag.schema) };
            return Err(wrong(format!(
                "{found}, wanted {SCHEMA:?}: a report written by `nearcopy scan … --format json` or jsonl"
            )));
        }
        let whole = if tag.r#type == "summary" {
            lines(report).map_err(|(line, e)| {
                // The line is known already.
                let why = e.to_string();
                wrong(format!("line {line}, byte {}: {}", e.column(), why.split(" at line ").next().unwrap_or_default()))
            })?
        } else {
            serde_json::from_str(report).map_err(|e| wrong(e.to_string()))?
        };
        build(whole).map_err(wrong)
    }
}

/// Reads JSON Lines; lines of other types are passed over.
fn lines(report: &str) -> std::result::Result<Whole, (usize, serde_json::Error)> {
    let mut lines = report.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, first) = lines.next().unwrap_or((0, ""));
    let Opening { recipe, background, thresholds, summary } = serde_json::from_str(first).map_err(|e| (1, e))?;
    let (documents, clusters, equal, pairs, repeats) = (vec![], vec![], vec![], vec![], vec![]);
    let mut whole = Whole { recipe, background, thresholds, summary, documents, clusters, equal, pairs, repeats };
    for (i, line) in lines {
        let mut take = || -> serde_json::Result<()> {
            match serde_json::from_str::<Tag>(line)?.r#type.as_str() {
                "document" => whole.documents.push(serde_json::from_str(line)?),
                "cluster" => whole.clusters.push(serde_json::from_str(line)?),
                "equal" => whole.equal.push(serde_json::from_str::<EqualIn>(line)?.members),
                "pair" => whole.pairs.push(serde_json::from_str(line)?),
                "repeat" => whole.repeats.push(serde_json::from_str(line)?),
                _ => {}
            }
            Ok(())
        };
        take().map_err(|e| (i + 1, e))?;
    }
    Ok(whole)
}

/// What is wrong is said without the name of the report.
type Said<T> = std::result::Result<T, String>;

/// Ids to numbers. An id may stand for several equal documents.
struct Numbers(HashMap<String, Vec<u32>>);

impl Numbers {
    fn of(&self, id: &str) -> Said<u32> {
        self.nth(id, 0)
    }

    fn nth(&self, id: &str, n: usize) -> Said<u32> {
        let found = self.0.get(id).and_then(|all| all.get(n).or(all.last()));
        found.copied().ok_or_else(|| format!("names the document {id:?}, which it does not list"))
    }

    /// Each time an id stands in the list, it is the next document of that id.
    fn all(&self, ids: &[String]) -> Said<Vec<u32>> {
        let mut seen: HashMap<&str, usize> = HashMap::new();
        ids.iter()
            .map(|id| {
                let n = seen.entry(id).or_default();
                *n += 1;
                self.nth(id, *n - 1)
            })
            .collect()
    }
}

fn span(from: u32, to: u32) -> Said<Span> {
    if from <= to { Ok(Span::new(from, to)) } else { Err(format!("holds a span from {from} to {to}")) }
}

/// The documents, which are found again by their ids.
struct Roll {
    numbers: Numbers,
    documents: Vec<DocumentInfo>,
    tokens: Vec<u32>,
}

impl Roll {
    fn new(documents: Vec<DocumentIn>) -> Roll {
        let mut roll = Roll { numbers: Numbers(HashMap::with_capacity(documents.len())), documents: vec![], tokens: vec![] };
        for (n, d) in documents.into_iter().enumerate() {
            roll.numbers.0.entry(d.id.clone()).or_default().push(n as u32);
            roll.tokens.push(d.tokens);
            let (source, date, path) = (d.source.map(Into::into), d.date.map(Into::into), d.path.map(Into::into));
            let info = DocumentInfo { id: d.id, source, date, path, record: d.record, bytes: d.bytes, ..DocumentInfo::default() };
            roll.documents.push(info);
        }
        roll
    }

    /// A span of a document. Only a span says whether lines of the text are lines of its file.
    fn span(&mut self, document: u32, s: &SpanIn) -> Said<Span> {
        self.documents[document as usize].whole_file |= s.file_lines.is_some();
        span(s.bytes[0], s.bytes[1])
    }

    fn pair(&mut self, p: PairIn) -> Said<Pair> {
        let (a, b) = (self.numbers.of(&p.a)?, self.numbers.of(&p.b)?);
        let mut matches = Vec::with_capacity(p.matches.len());
        for m in &p.matches {
            let block = |x: &[u32; 4]| Ok(Block { a: span(x[0], x[1])?, b: span(x[2], x[3])? });
            let blocks = m.blocks.iter().map(block).collect::<Said<_>>()?;
            let [tokens_a, tokens_b] = m.tokens;
            let (in_a, in_b) = (self.span(a, &m.a)?, self.span(b, &m.b)?);
            matches.push(Match { a: in_a, b: in_b, tokens_a, tokens_b, identity: m.identity, blocks });
        }
        let comparison = Comparison {
            relation: Some(p.relation),
            resemblance: p.resemblance,
            containment_a: p.containment_a,
            containment_b: p.containment_b,
            coverage_a: p.coverage_a,
            coverage_b: p.coverage_b,
            whole_text: p.whole_text,
            facts: p.facts,
            matches,
        };
        Ok(Pair { a, b, relation: p.relation, comparison })
    }

    fn repeat(&mut self, r: RepeatIn) -> Said<Repeat> {
        let place = |p: &PlaceIn| {
            let document = self.numbers.of(&p.document)?;
            Ok(Place { document, span: self.span(document, &p.span)? })
        };
        let places = r.places.iter().map(place).collect::<Said<_>>()?;
        let RepeatIn { tokens, count, documents, paragraph, boilerplate, period, .. } = r;
        Ok(Repeat { tokens, count, documents, paragraph, boilerplate, period, places })
    }

    fn cluster(&self, c: ClusterIn) -> Said<Cluster> {
        let representative = self.numbers.of(&c.representative)?;
        let members = self.numbers.all(&c.members)?;
        if !members.contains(&representative) {
            return Err(format!("holds a cluster whose representative {:?} is no member", c.representative));
        }
        Ok(Cluster { representative, members, weakest: c.weakest })
    }
}

fn build(whole: Whole) -> Said<Stored> {
    let mut roll = Roll::new(whole.documents);
    let pairs = whole.pairs.into_iter().map(|p| roll.pair(p)).collect::<Said<_>>()?;
    let repeats = whole.repeats.into_iter().map(|r| roll.repeat(r)).collect::<Said<_>>()?;
    let clusters = whole.clusters.into_iter().map(|c| roll.cluster(c)).collect::<Said<_>>()?;
    let class = |ids: &Vec<String>| match roll.numbers.all(ids)? {
        numbers if numbers.is_empty() => Err("holds a class of equal texts without a document".to_owned()),
        numbers => Ok(numbers),
    };
    let equal = whole.equal.iter().map(class).collect::<Said<_>>()?;
    let (summary, skipped) = counts(whole.summary);
    let detection = Detection {
        recipe_id: whole.recipe.id,
        background_id: whole.background.id,
        thresholds: whole.thresholds,
        summary,
        tokens: roll.tokens,
        clusters,
        equal,
        pairs,
        repeats,
    };
    Ok(Stored { detection, documents: roll.documents, skipped })
}

fn counts(s: SummaryIn) -> (Summary, Vec<(String, u64)>) {
    let pairs = |reasons: Vec<ReasonIn>| reasons.into_iter().map(|r| (r.reason, r.count)).collect();
    let summary = Summary {
        documents: s.documents,
        bytes: s.bytes,
        renamed: s.renamed,
        limited: pairs(s.limited),
        classes: s.classes,
        clusters: s.clusters,
        duplicates: s.duplicates,
        pairs: s.pairs,
        repeats: s.repeats,
        candidates: s.candidates,
        verified: s.verified,
        capped_keys: s.capped_keys,
    };
    (summary, pairs(s.skipped))
}
