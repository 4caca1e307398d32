//! Owns: the head and the counts of a report as JSON. Never: a finding.

use crate::model::detection::Summary;
use crate::model::findings::Findings;
use crate::model::thresholds::Thresholds;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The schema that every JSON report names.
pub const SCHEMA: &str = "nearcopy.report/1";

/// A recipe or background, named by its id.
#[derive(Serialize, Deserialize)]
pub struct IdJson<'a> {
    pub id: Cow<'a, str>,
}

/// The head of a report.
#[derive(Serialize, Deserialize)]
pub struct HeadJson<'a> {
    pub schema: Cow<'a, str>,
    pub recipe: IdJson<'a>,
    pub background: IdJson<'a>,
    pub thresholds: Cow<'a, Thresholds>,
}

/// A reason and its count.
#[derive(Serialize, Deserialize)]
pub struct ReasonJson<'a> {
    reason: Cow<'a, str>,
    count: u64,
}

/// The counts of a report.
#[derive(Serialize, Deserialize)]
pub struct SummaryJson<'a> {
    documents: u64,
    bytes: u64,
    skipped: Vec<ReasonJson<'a>>,
    limited: Vec<ReasonJson<'a>>,
    renamed: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    without_text: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    parts: u64,
    classes: u64,
    clusters: u64,
    duplicates: u64,
    pairs: u64,
    repeats: u64,
    candidates: u64,
    verified: u64,
    capped_keys: u64,
}

/// The first line of JSON Lines.
#[derive(Serialize, Deserialize)]
pub struct OpeningJson<'a> {
    #[serde(flatten)]
    pub head: HeadJson<'a>,
    #[serde(flatten)]
    pub summary: SummaryJson<'a>,
}

impl<'a> HeadJson<'a> {
    pub fn new(findings: Findings<'a>) -> HeadJson<'a> {
        let found = findings.detection;
        HeadJson {
            schema: SCHEMA.into(),
            recipe: IdJson { id: found.recipe_id.as_str().into() },
            background: IdJson { id: found.background_id.as_str().into() },
            thresholds: Cow::Borrowed(&found.thresholds),
        }
    }
}

/// Converts reasons with their counts.
pub fn reasons(counts: &[(String, u64)]) -> Vec<ReasonJson<'_>> {
    counts
        .iter()
        .map(|(reason, count)| ReasonJson { reason: reason.into(), count: *count })
        .collect()
}

/// Whether a count is left out.
pub const fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl<'a> SummaryJson<'a> {
    pub fn new(findings: Findings<'a>) -> SummaryJson<'a> {
        let s = &findings.detection.summary;
        SummaryJson {
            documents: s.documents,
            bytes: s.bytes,
            skipped: reasons(findings.skipped),
            limited: reasons(&s.limited),
            renamed: s.renamed,
            without_text: s.without_text,
            parts: s.parts,
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

    /// Returns the counts, and what was not read.
    pub fn read(self) -> (Summary, Vec<(String, u64)>) {
        let counts =
            |all: Vec<ReasonJson>| all.into_iter().map(|r| (r.reason.into(), r.count)).collect();
        let summary = Summary {
            documents: self.documents,
            bytes: self.bytes,
            renamed: self.renamed,
            without_text: self.without_text,
            parts: self.parts,
            limited: counts(self.limited),
            classes: self.classes,
            clusters: self.clusters,
            duplicates: self.duplicates,
            pairs: self.pairs,
            repeats: self.repeats,
            candidates: self.candidates,
            verified: self.verified,
            capped_keys: self.capped_keys,
        };
        (summary, counts(self.skipped))
    }
}
