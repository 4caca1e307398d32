//! Owns: reading a report of schema `nearcopy.report/1` from JSON or JSON Lines. Never: opens a
//! file, or reads the text of a document.

use crate::error::{Error, Result};
use crate::model::detection::Detection;
use crate::model::document::DocumentInfo;
use crate::model::thresholds::Thresholds;
use crate::report::schema::document::{
    ClusterJson, DocumentJson, EqualJson, GroupsJson, IdsJson, TitlesJson,
};
use crate::report::schema::numbers::{DocumentNumbers, Read};
use crate::report::schema::pair::PairJson;
use crate::report::schema::repeat::RepeatJson;
use crate::report::schema::summary::{HeadJson, IdJson, OpeningJson, SCHEMA, SummaryJson};
use serde::Deserialize;

/// A report that was read back: the findings, and the documents that it mentions, without their
/// texts.
///
/// Documents are numbered as the report lists them. With a [`Documents`](crate::Documents) that
/// returns their texts, any report can be written from it again; values that the JSON rounds stay
/// rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredReport {
    /// The findings of the report.
    pub detection: Detection,
    /// The documents, by number.
    pub documents: Vec<DocumentInfo>,
    /// What was not read: reasons and counts.
    pub skipped: Vec<(String, u64)>,
}

/// The report as one object. Other fields, such as a gate, are ignored.
#[derive(Deserialize)]
struct ReportObject<'a> {
    recipe: IdJson<'a>,
    background: IdJson<'a>,
    thresholds: Thresholds,
    summary: SummaryJson<'a>,
    #[serde(borrow)]
    documents: Vec<DocumentJson<'a>>,
    #[serde(borrow)]
    clusters: Vec<ClusterJson<'a>>,
    equal: Vec<IdsJson<'a>>,
    #[serde(default)]
    titles: Vec<GroupsJson<'a>>,
    #[serde(borrow)]
    pairs: Vec<PairJson<'a>>,
    #[serde(borrow)]
    repeats: Vec<RepeatJson<'a>>,
}

/// The fields that distinguish JSON from JSON Lines, and show whether the input is such a report.
#[derive(Deserialize)]
struct Tag {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    schema: String,
}

impl StoredReport {
    /// Reads a report; `what` names it in errors.
    ///
    /// # Errors
    /// [`Error::Malformed`] where it is no report of this schema, names a document that it does not
    /// list, or has a span that ends before it begins.
    pub fn read(report: &str, what: &str) -> Result<StoredReport> {
        let report = report.trim_start_matches('\u{feff}').trim_start();
        let first = report.lines().next().unwrap_or_default();
        let wrong = |why: String| Error::Malformed { what: what.to_owned(), why };
        // The object has several lines too, but its first line alone is no valid JSON.
        let tag =
            serde_json::from_str::<Tag>(first).or_else(|_| serde_json::from_str::<Tag>(report));
        let tag = tag.map_err(|e| wrong(format!("no report as JSON or JSON Lines: {e}")))?;
        if tag.schema != SCHEMA {
            let found = if tag.schema.is_empty() {
                "no report of nearcopy: it has no schema".to_owned()
            } else {
                format!("schema {:?}", tag.schema)
            };
            return Err(wrong(format!(
                "{found}, wanted {SCHEMA:?}: make one with `nearcopy scan … -o report.json` or \
                 report.jsonl"
            )));
        }
        let whole = if tag.r#type == "summary" {
            lines(report).map_err(|(line, e)| {
                // The message of the error repeats the line number, so that part is cut off.
                let why = e.to_string();
                wrong(format!(
                    "line {line}, byte {}: {}",
                    e.column(),
                    why.split(" at line ").next().unwrap_or_default()
                ))
            })?
        } else {
            serde_json::from_str(report).map_err(|e| wrong(e.to_string()))?
        };
        build(whole).map_err(wrong)
    }
}

/// Reads JSON Lines; lines of other types are ignored.
fn lines(report: &str) -> std::result::Result<ReportObject<'_>, (usize, serde_json::Error)> {
    let mut lines = report.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let (_, first) = lines.next().unwrap_or((0, ""));
    let OpeningJson { head, summary } = serde_json::from_str(first).map_err(|e| (1, e))?;
    let HeadJson { recipe, background, thresholds, .. } = head;
    let thresholds = thresholds.into_owned();
    let mut whole = ReportObject {
        recipe,
        background,
        thresholds,
        summary,
        documents: vec![],
        clusters: vec![],
        equal: vec![],
        titles: vec![],
        pairs: vec![],
        repeats: vec![],
    };
    for (i, line) in lines {
        let mut take = || -> serde_json::Result<()> {
            match serde_json::from_str::<Tag>(line)?.r#type.as_str() {
                "document" => whole.documents.push(serde_json::from_str(line)?),
                "cluster" => whole.clusters.push(serde_json::from_str(line)?),
                "equal" => whole.equal.push(serde_json::from_str::<EqualJson>(line)?.members),
                "titles" => {
                    whole.titles.push(serde_json::from_str::<TitlesJson>(line)?.groups);
                }
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

fn build(whole: ReportObject) -> Read<StoredReport> {
    let mut documents = DocumentNumbers::new(whole.documents.into_iter().map(DocumentJson::read));
    let pairs = whole.pairs.into_iter().map(|p| p.read(&mut documents)).collect::<Read<_>>()?;
    let repeats = whole.repeats.into_iter().map(|r| r.read(&mut documents)).collect::<Read<_>>()?;
    let clusters = whole.clusters.into_iter().map(|c| c.read(&documents)).collect::<Read<_>>()?;
    let class = |ids: &IdsJson| match ids.read(&documents)? {
        numbers if numbers.is_empty() => {
            Err("holds a class of equal texts without a document".to_owned())
        }
        numbers => Ok(numbers),
    };
    let equal = whole.equal.iter().map(class).collect::<Read<_>>()?;
    let titles = whole.titles.into_iter().map(|t| t.read(&documents)).collect::<Read<_>>()?;
    let (summary, skipped) = whole.summary.read();
    let detection = Detection {
        recipe_id: whole.recipe.id.into(),
        background_id: whole.background.id.into(),
        thresholds: whole.thresholds,
        summary,
        tokens: documents.tokens,
        clusters,
        equal,
        titles,
        pairs,
        repeats,
    };
    Ok(StoredReport { detection, documents: documents.documents, skipped })
}
