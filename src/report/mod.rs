//! Findings to data and words. Writes to `impl Write`; never to a stream of its own.

mod check_human;
mod check_json;
mod explain;
pub(crate) mod finding;
#[cfg(feature = "reports")]
mod formats;
#[cfg(feature = "html")]
mod html;
mod human;
pub(crate) mod json;
mod passages;
mod pieces;
mod removals;
mod removed;
mod sections;
mod seen;
mod stored;
pub(crate) mod texts;
mod words;
mod wrap;

pub use crate::gate::verdict::{Finding, FindingKind, Ignore, Passage, Rule, SourceCounts, Stale, State, Verdict};
pub use crate::gate::{Baseline, Bound, IgnoreRule, Limit, Matcher, Overlap, Policy, Scope, judge};
pub use explain::{Explained, Traced};
#[cfg(feature = "reports")]
pub use formats::{GithubOptions, MarkdownOptions, SarifOptions, csv, github, junit, markdown, openmetrics, sarif, step_summary};
#[cfg(feature = "html")]
pub use html::{HtmlOptions, HtmlSummaryOptions};
pub use removals::{IndexUse, WrittenFile};
pub use removed::{Annotated, Annotations, Raw, RemovedLines};
pub use seen::{Own, Partner, Seen};
pub use stored::Stored;

use crate::clean::plan::Plan;
use crate::model::detection::{Cluster, Detection};
use crate::model::document::Documents;
use std::io::{self, Write};

/// What a report is made from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// What the scan found.
    pub detection: &'a Detection,
    /// The documents it was found in.
    pub documents: &'a dyn Documents,
    /// What was not read: reason and count.
    pub skipped: &'a [(String, u64)],
}

/// What a report about a cleaning is made from.
#[derive(Clone, Copy)]
pub struct Cleaned<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// What goes.
    pub plan: &'a Plan,
    /// Whether it is only planned.
    pub planned: bool,
    /// The index that took part.
    pub index: Option<IndexUse<'a>>,
}

/// What a gate's report is made from.
#[derive(Clone, Copy)]
pub struct Checked<'a> {
    /// What the scan found.
    pub findings: Findings<'a>,
    /// What the gate decided about it.
    pub verdict: &'a Verdict,
}

/// How the human report looks.
#[derive(Debug, Clone, Copy)]
pub struct HumanOptions {
    /// Colours and bold, as ANSI escapes.
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Lists only: no passages.
    pub brief: bool,
}

/// Writes the report as one JSON object, schema `nearcopy.report/1`.
///
/// Each document, cluster, class of equal texts, pair and repeat stands on a line of its own, so that two reports can be
/// compared line by line. Nothing is held in memory but the texts at hand. Characters that would act on a terminal are
/// written as `\uXXXX`.
///
/// # Errors
/// What `out` answers; a text that can no longer be read, or is not the one that was scanned, is an error of kind
/// `NotFound`.
pub fn json(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    json::object(findings, out)
}

/// The id of a cluster, as reports have it: a hash of its members' ids and texts.
///
/// # Errors
/// A text that can no longer be read.
pub fn cluster_id(findings: Findings, cluster: &Cluster) -> io::Result<String> {
    findings.cluster_id(cluster)
}

/// The first words of a repeat, as reports have them: on one line, ` …` where there is more.
///
/// ```
/// assert_eq!(nearcopy::report::first_words("Sign up\n  here."), "Sign up here.");
/// ```
pub fn first_words(passage: &str) -> String {
    finding::beginning(passage)
}

/// Writes the report as JSON Lines: summary, documents, clusters, equal, pairs, repeats.
///
/// # Errors
/// As [`json()`].
pub fn jsonl(findings: Findings, out: &mut dyn Write) -> io::Result<()> {
    json::lines(findings, out)
}

/// Writes the report for a person.
///
/// Long lists are cut, and say by how much. Nothing of a text, an id or a path reaches `out` that would act on a terminal.
///
/// # Errors
/// As [`json()`].
pub fn human(findings: Findings, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    human::write(findings, options, out)
}

/// Writes the report as one page for a browser, which needs nothing but itself: counts, clusters, pairs with their two texts side by side, repeats.
///
/// Whatever stands in a text, an id or a path, the page runs nothing of it and loads nothing: everything is escaped, and a content
/// security policy allows the page's own script and style alone. Without scripting it is a list. The most important findings are
/// shown up to the bounds of the options, long texts around what was found in them, and the page says what it leaves out. A text that can
/// no longer be read, or is not the one that was scanned, is left out with a note.
///
/// ```
/// use nearcopy::report::{self, Findings, HtmlOptions};
/// use nearcopy::{Corpus, Document, Preset, RunOptions};
/// let story = "The ferry company cancelled all sailings on Monday after the swell rose to five metres off the northern coast.";
/// let corpus = Corpus::new([Document::new("a", story), Document::new("b", format!("Update. {story}"))])?;
/// let (recipe, thresholds) = (Default::default(), Default::default());
/// let (detection, _) = nearcopy::scan(&corpus, &recipe, &thresholds, &RunOptions::default(), &())?;
/// let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
/// let mut page = Vec::new();
/// report::html(findings, HtmlOptions::default(), &mut page)?;
/// assert!(page.starts_with(b"<!DOCTYPE html>"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What `out` answers.
#[cfg(feature = "html")]
pub fn html(findings: Findings, options: HtmlOptions, out: &mut dyn Write) -> io::Result<()> {
    html::page(findings, options, out)
}

/// Writes a small fragment of HTML for a notebook: the counts, the largest clusters, and the first pairs with the passage they share.
///
/// No script, no style sheet, no link: style stands in the elements and takes the colours of the page around it, light or dark. Everything
/// outside is escaped.
///
/// # Errors
/// What `out` answers.
#[cfg(feature = "html")]
pub fn html_summary(findings: Findings, options: HtmlSummaryOptions, out: &mut dyn Write) -> io::Result<()> {
    html::summary(findings, options, out)
}

/// Writes for a person what a cleaning takes away: how much, from which sources, and the removals least like what stays first.
///
/// # Errors
/// As [`json()`].
pub fn cleaned(cleaned: Cleaned, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    removals::write(cleaned, options, out)
}

/// Writes the counts of a cleaning as one JSON object on one line, schema `nearcopy.dedupe/1`.
///
/// # Errors
/// What `out` answers.
pub fn cleaned_json(cleaned: Cleaned, written: &[WrittenFile], out: &mut dyn Write) -> io::Result<()> {
    removals::object(cleaned, written, out)
}

/// Writes a value as one line of JSON. Characters that would act on a terminal are written as `\uXXXX`.
///
/// # Errors
/// What `out` answers.
pub fn json_line(value: &impl serde::Serialize, out: &mut dyn Write) -> io::Result<()> {
    seen::line(value, out)
}

/// Writes the ordinary report with what a gate decided about it, as the object `"gate"`.
///
/// # Errors
/// As [`json()`].
pub fn check_json(checked: Checked, out: &mut dyn Write) -> io::Result<()> {
    check_json::object(checked, out)
}

/// The same as JSON Lines: behind those of the ordinary report one of type `gate`, and one of type `finding` for each finding.
///
/// # Errors
/// As [`json()`].
pub fn check_jsonl(checked: Checked, out: &mut dyn Write) -> io::Result<()> {
    check_json::lines(checked, out)
}

/// Writes what a gate decided for a person: the bounds, then the findings that count, then what was passed over.
///
/// # Errors
/// As [`json()`].
pub fn check_human(checked: Checked, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    check_human::write(checked, options, out)
}

/// Writes a traced document or pair for a person, stage by stage. Long lists are cut, and say by how much.
///
/// # Errors
/// What `out` answers.
pub fn explain(explained: Explained, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
    explain::write(explained, options, out)
}

/// Writes it as one JSON object, schema `nearcopy.explain/1`, lists in full.
///
/// # Errors
/// What `out` answers.
pub fn explain_json(explained: Explained, out: &mut dyn Write) -> io::Result<()> {
    explain::object(explained, out)
}
