//! Owns: each removed document and passage as a line of JSON. Never: opens a file.

use crate::clean::plan::{Cut, RemovalReason, RemovedDocument};
use crate::model::detection::Facts;
use crate::report::class_passages::ClassPassages;
use crate::report::input::CleaningReport;
use crate::report::json::writer::json_line;
use crate::report::removal_counts::kind;
use crate::report::schema::document::RecordJson;
use crate::report::schema::pair::ScoresJson;
use crate::report::schema::rounding::share;
use crate::report::schema::span::{PassageJson, SpanJson};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// A removed record as it was in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredRecord<'a> {
    /// Its bytes, line ending included, which are valid UTF-8.
    Text(&'a str),
    /// Its bytes in Base64, because they are no valid UTF-8.
    Base64(&'a str),
}

#[derive(Serialize)]
struct GoneView<'a> {
    kind: &'static str,
    #[serde(flatten)]
    record: RecordJson<'a>,
    relation: &'static str,
    partner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resemblance: Option<f64>,
    coverage: Option<f64>,
    partner_coverage: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<Facts>,
    matches: Vec<PassageJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<&'a str>,
}

#[derive(Serialize)]
struct KeptJson<'a> {
    id: Cow<'a, str>,
    #[serde(flatten)]
    span: SpanJson,
}

#[derive(Serialize)]
struct CutView<'a> {
    kind: &'static str,
    #[serde(flatten)]
    record: RecordJson<'a>,
    relation: &'static str,
    partner: Option<Cow<'a, str>>,
    #[serde(flatten)]
    span: SpanJson,
    tokens: u32,
    stays: Vec<KeptJson<'a>>,
    text: &'a str,
}

/// Writes removed documents and passages as JSON Lines, schema `nearcopy.removed/1`.
pub struct RemovedLines<'a> {
    cleaned: CleaningReport<'a>,
    passages: ClassPassages<'a>,
}

impl<'a> RemovedLines<'a> {
    /// Makes a writer for the lines of one cleaning.
    pub fn new(cleaned: CleaningReport<'a>) -> RemovedLines<'a> {
        RemovedLines { cleaned, passages: ClassPassages::new(cleaned.findings) }
    }

    /// Writes a removed document: its partner that stays, the scores, the passages in both, and the
    /// record itself.
    ///
    /// # Errors
    /// As [`json()`](crate::report::json()).
    pub fn document(
        &mut self,
        document: &RemovedDocument,
        raw: StoredRecord,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let documents = self.cleaned.findings.documents;
        let info = documents.info(document.document as usize);
        let (raw, raw_base64) = match raw {
            StoredRecord::Text(text) => (Some(text), None),
            StoredRecord::Base64(text) => (None, Some(text)),
        };
        let other = match document.why {
            RemovalReason::Copy { partner, .. } => Some(documents.info(partner as usize)),
            RemovalReason::Short { .. } => None,
        };
        let mut view = GoneView {
            kind: "document",
            record: RecordJson::new(&info),
            relation: kind(document),
            partner: other.as_ref().map(|other| other.id.as_str()),
            partner_path: other.as_ref().and_then(|other| other.path.as_deref()),
            resemblance: None,
            coverage: None,
            partner_coverage: None,
            facts: None,
            matches: Vec::new(),
            raw,
            raw_base64,
        };
        if let RemovalReason::Copy { partner, coverage, pair, .. } = document.why {
            (view.coverage, view.partner_coverage) =
                (Some(share(coverage.0)), Some(share(coverage.1)));
            let pair = pair.map(|p| &self.cleaned.findings.detection.pairs[p as usize]);
            let scores = pair.map(|p| ScoresJson::new(&p.comparison));
            (view.resemblance, view.facts) =
                (scores.map(|s| s.resemblance), scores.map(|s| s.facts));
            let spans = self.passages.of(document.document, partner, pair)?;
            view.matches = PassageJson::all(
                [document.document, partner],
                spans.into_iter(),
                &mut self.passages.texts,
            )?;
        }
        json_line(&view, out)
    }

    /// Writes a passage that was cut out of a document that stays, and the places where it remains.
    ///
    /// # Errors
    /// As [`json()`](crate::report::json()).
    pub fn passage(&mut self, cut: &Cut, out: &mut dyn Write) -> io::Result<()> {
        let documents = self.cleaned.findings.documents;
        let info = documents.info(cut.document as usize);
        let text = self.passages.texts.get(cut.document)?;
        let mut kept = Vec::new();
        for place in cut.causes.iter().filter_map(|c| c.kept_place) {
            let there = self.passages.texts.get(place.document)?;
            let span = SpanJson::new(place.span, &there, &self.passages.texts)?;
            kept.push(KeptJson { id: documents.id(place.document as usize), span });
        }
        let view = CutView {
            kind: "passage",
            record: RecordJson::new(&info),
            relation: if kept.is_empty() { "boilerplate" } else { "repeat" },
            partner: kept.first().map(|s| s.id.clone()),
            span: SpanJson::new(cut.span, &text, &self.passages.texts)?,
            tokens: cut.tokens,
            stays: kept,
            text: self.passages.texts.passage(&text, cut.span)?,
        };
        json_line(&view, out)
    }
}
