//! Owns: a verdict as it leaves the process, beside the ordinary report. Never: a finding's scores; the pairs have those.

use crate::gate::verdict::{Finding, Ignore, Rule, SourceCounts, Stale, State};
use crate::report::finding::{SpanView, rounded};
use crate::report::json::{BUFFER, Separated, body, body_lines, in_parallel, line, value};
use crate::report::texts::Texts;
use crate::report::{Checked, Findings};
use serde::Serialize;
use std::io::{self, BufWriter, Write};

/// A bound.
#[derive(Serialize)]
struct RuleView<'a> {
    name: &'a str,
    scope: Option<&'a str>,
    limit: &'a str,
    measured: u64,
    of: u64,
    violated: bool,
}

/// A passage on both sides.
#[derive(Serialize)]
struct PassageView {
    here: SpanView,
    there: SpanView,
}

/// One finding.
#[derive(Serialize)]
struct FindingView<'a> {
    kind: &'a str,
    state: &'a str,
    document: &'a str,
    partner: &'a str,
    coverage: Option<f64>,
    partner_coverage: Option<f64>,
    passages: Vec<PassageView>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// An entry that nothing matches.
#[derive(Serialize)]
struct StaleView<'a> {
    kind: &'a str,
    documents: &'a [String],
    text: &'a str,
}

/// An ignore entry.
#[derive(Serialize)]
struct IgnoreView<'a> {
    reason: &'a str,
    expires: Option<&'a str>,
    expired: bool,
    used: u64,
}

/// Counts of everything, or of a source.
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

/// All but the findings.
#[derive(Serialize)]
struct GateView<'a> {
    passed: bool,
    rules: Vec<RuleView<'a>>,
    stale: Vec<StaleView<'a>>,
    ignores: Vec<IgnoreView<'a>>,
    total: CountsView<'a>,
    sources: Vec<CountsView<'a>>,
}

pub(super) fn object(checked: Checked, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body(checked.findings, out)?;
    let gate = view(checked);
    write!(out, ",\n\"gate\":{{\"passed\":{}", gate.passed)?;
    named(out, "rules", &gate.rules)?;
    let mut write = Separated { out, first: true };
    write.open("findings")?;
    in_parallel(checked.findings, &checked.verdict.findings, |f, x, t, to| value(to, &of(f, checked, x, t)?), |i| write.item(i))?;
    write.close()?;
    named(out, "stale", &gate.stale)?;
    named(out, "ignores", &gate.ignores)?;
    write!(out, ",\n\"total\":")?;
    value(out, &gate.total)?;
    named(out, "sources", &gate.sources)?;
    out.write_all(b"}}\n")?;
    out.flush()
}

fn named<T: Serialize>(out: &mut impl Write, name: &str, items: &[T]) -> io::Result<()> {
    let mut write = Separated { out, first: true };
    write.open(name)?;
    let mut bytes = Vec::new();
    for item in items {
        bytes.clear();
        value(&mut bytes, item)?;
        write.item(&bytes)?;
    }
    write.close()
}

pub(super) fn lines(checked: Checked, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::with_capacity(BUFFER, out);
    body_lines(checked.findings, out)?;
    line(out, "gate", &view(checked))?;
    let mut write = |item: &[u8]| out.write_all(item);
    let findings = &checked.verdict.findings;
    in_parallel(checked.findings, findings, |f, x, t, to| line(to, "finding", &of(f, checked, x, t)?), &mut write)?;
    out.flush()
}

fn of<'a>(findings: Findings<'a>, checked: Checked<'a>, f: &'a Finding, texts: &mut Texts<'a>) -> io::Result<FindingView<'a>> {
    let (here, there) = (texts.get(f.document)?, texts.get(f.partner)?);
    let mut passages = Vec::with_capacity(f.passages.len());
    for p in &f.passages {
        let (here, there) = (SpanView::new(p.here, &here, texts)?, SpanView::new(p.there, &there, texts)?);
        passages.push(PassageView { here, there });
    }
    let (state, reason) = match f.state {
        State::New => ("new", None),
        State::Known => ("known", None),
        State::Ignored(n) => ("ignored", checked.verdict.ignores.get(n).map(|i| i.reason.as_str())),
    };
    Ok(FindingView {
        kind: f.kind.name(),
        state,
        document: findings.id(f.document),
        partner: findings.id(f.partner),
        coverage: f.coverage.map(|c| rounded(c.0, 6)),
        partner_coverage: f.coverage.map(|c| rounded(c.1, 6)),
        passages,
        fingerprint: &f.fingerprint,
        reason,
    })
}

fn view(checked: Checked<'_>) -> GateView<'_> {
    let v = checked.verdict;
    GateView {
        passed: v.passed(),
        rules: v.rules.iter().map(rule).collect(),
        stale: v.stale.iter().map(|Stale { kind, documents, text }| StaleView { kind, documents, text }).collect(),
        ignores: v.ignores.iter().map(ignore).collect(),
        total: counts(&v.total, None),
        sources: v.sources.iter().map(|s| counts(s, Some(s.source.as_deref()))).collect(),
    }
}

fn rule(r: &Rule) -> RuleView<'_> {
    let Rule { name, scope, limit, measured, of, violated } = r;
    RuleView { name, scope: scope.as_deref(), limit, measured: *measured, of: *of, violated: *violated }
}

fn ignore(i: &Ignore) -> IgnoreView<'_> {
    IgnoreView { reason: &i.reason, expires: i.expires.as_deref(), expired: i.expired, used: i.used }
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
