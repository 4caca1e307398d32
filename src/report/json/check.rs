//! Owns: a verdict as JSON, beside the ordinary report. Never: a finding's scores, which the pairs
//! have.

use crate::gate::verdict::{Finding, Ignore, Rule, SourceCounts, Stale};
use crate::model::findings::Findings;
use crate::report::input::GateReport;
use crate::report::json::report::{body, body_lines};
use crate::report::json::writer::{BUFFER, ListWriter, in_parallel, line, list, value};
use crate::report::schema::rounding::share;
use crate::report::schema::span::PassageJson;
use crate::report::schema::summary::is_zero;
use crate::report::texts::Texts;
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

/// A finding as JSON.
#[derive(Serialize)]
struct FindingView<'a> {
    kind: &'a str,
    state: &'a str,
    document: Cow<'a, str>,
    partner: Cow<'a, str>,
    coverage: Option<f64>,
    partner_coverage: Option<f64>,
    passages: Vec<PassageJson>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Counts of everything, or of one source.
#[derive(Serialize)]
struct CountsView<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Option<&'a str>>,
    documents: u64,
    duplicate_documents: u64,
    new_duplicate_documents: u64,
    tokens: u64,
    duplicate_tokens: u64,
    new_duplicate_tokens: u64,
}

/// The verdict without its findings.
#[derive(Serialize)]
struct GateView<'a> {
    passed: bool,
    rules: &'a [Rule],
    stale: &'a [Stale],
    ignores: &'a [Ignore],
    total: CountsView<'a>,
    sources: Vec<CountsView<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    not_compared: u64,
}

/// Writes the ordinary report, with the decision of a gate about it as the object `"gate"`.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn check_json(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body(checked.findings, out)?;
    let gate = view(checked);
    write!(out, ",\n\"gate\":{{\"passed\":{}", gate.passed)?;
    list(out, "rules", gate.rules.iter().map(Ok))?;
    let mut write = ListWriter { out, first: true };
    write.open("findings")?;
    in_parallel(
        checked.findings,
        &checked.verdict.findings.iter().collect::<Vec<_>>(),
        |f, x, t, to| value(to, &of(f, checked, x, t)?),
        |i| write.item(i),
    )?;
    write.close()?;
    list(out, "stale", gate.stale.iter().map(Ok))?;
    list(out, "ignores", gate.ignores.iter().map(Ok))?;
    write!(out, ",\n\"total\":")?;
    value(out, &gate.total)?;
    list(out, "sources", gate.sources.iter().map(Ok))?;
    if gate.not_compared > 0 {
        write!(out, ",\n\"not_compared\":{}", gate.not_compared)?;
    }
    out.write_all(b"}}\n")?;
    out.flush()
}

/// Writes the same as JSON Lines: after the lines of the ordinary report, one of type `gate`, and
/// one of type `finding` for each finding.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn check_jsonl(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body_lines(checked.findings, out)?;
    line(out, "gate", &view(checked))?;
    let mut write = |item: &[u8]| out.write_all(item);
    let findings = &checked.verdict.findings.iter().collect::<Vec<_>>();
    in_parallel(
        checked.findings,
        findings,
        |f, x, t, to| line(to, "finding", &of(f, checked, x, t)?),
        &mut write,
    )?;
    out.flush()
}

fn of<'a>(
    findings: Findings<'a>,
    checked: GateReport<'a>,
    f: &'a Finding,
    texts: &mut Texts<'a>,
) -> io::Result<FindingView<'a>> {
    let spans = f.passages.iter().map(|p| (p.here, p.there));
    let passages = PassageJson::all([f.document, f.partner], spans, texts)?;
    let reason = checked.verdict.reason(f);
    Ok(FindingView {
        kind: f.kind.name(),
        state: f.state.name(),
        document: findings.id(f.document),
        partner: findings.id(f.partner),
        coverage: f.coverage.map(|c| share(c.0)),
        partner_coverage: f.coverage.map(|c| share(c.1)),
        passages,
        fingerprint: &f.fingerprint,
        reason,
    })
}

fn view(checked: GateReport<'_>) -> GateView<'_> {
    let v = checked.verdict;
    GateView {
        passed: v.passed(),
        rules: &v.rules,
        stale: &v.stale,
        ignores: &v.ignores,
        total: counts(&v.total, None),
        sources: v.sources.iter().map(|s| counts(s, Some(s.source.as_deref()))).collect(),
        not_compared: v.not_compared,
    }
}

fn counts<'a>(c: &SourceCounts, source: Option<Option<&'a str>>) -> CountsView<'a> {
    CountsView {
        source,
        documents: c.documents,
        duplicate_documents: c.duplicate_documents,
        new_duplicate_documents: c.new_duplicate_documents,
        tokens: c.tokens,
        duplicate_tokens: c.duplicate_tokens,
        new_duplicate_tokens: c.new_duplicate_tokens,
    }
}
