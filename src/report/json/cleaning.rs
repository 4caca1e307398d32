//! Owns: the counts of a cleaning as JSON. Never: removes anything.

use crate::report::input::{CleaningReport, IndexUse, WrittenFile};
use crate::report::json::writer::json_line;
use crate::report::removal_counts::RemovalCounts;
use crate::report::schema::summary::{ReasonJson, is_zero, reasons};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

#[derive(Serialize)]
struct LossView<'a> {
    source: Option<&'a str>,
    documents: u64,
    removed: u64,
}

#[derive(Serialize)]
struct CleanedView<'a> {
    schema: &'static str,
    planned: bool,
    documents: u64,
    tokens: u64,
    removed: u64,
    removed_tokens: u64,
    removed_as: &'a BTreeMap<&'static str, u64>,
    cut_passages: u64,
    cut_tokens: u64,
    #[serde(skip_serializing_if = "is_zero")]
    without_text: u64,
    #[serde(skip_serializing_if = "is_zero")]
    parts: u64,
    #[serde(skip_serializing_if = "is_zero")]
    stay_in_part: u64,
    skipped: Vec<ReasonJson<'a>>,
    sources: Vec<LossView<'a>>,
    written: &'a [WrittenFile],
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<IndexUse<'a>>,
}

/// Writes the counts of a cleaning as one JSON object on one line, schema `nearcopy.dedupe/1`.
///
/// # Errors
/// Errors of `out`.
pub fn cleaned_json(
    cleaned: CleaningReport,
    written: &[WrittenFile],
    out: &mut dyn Write,
) -> io::Result<()> {
    let tally = RemovalCounts::new(cleaned);
    let sources = tally.sources.iter();
    let view = CleanedView {
        schema: "nearcopy.dedupe/1",
        planned: cleaned.planned,
        documents: tally.documents.of,
        tokens: tally.tokens,
        removed: tally.documents.documents,
        removed_tokens: tally.removed_tokens,
        removed_as: &tally.kinds,
        cut_passages: cleaned.plan.cuts.len() as u64,
        cut_tokens: tally.cut_tokens,
        without_text: tally.without_text,
        parts: tally.parts,
        stay_in_part: cleaned.plan.stay_in_part.len() as u64,
        skipped: reasons(cleaned.findings.skipped),
        sources: sources
            .map(|(source, loss)| LossView {
                source: source.as_deref(),
                documents: loss.of,
                removed: loss.documents,
            })
            .collect(),
        written,
        index: cleaned.index,
    };
    json_line(&view, out)
}
