//! Owns: a gate's counts as OpenMetrics text. Never: a finding, or a time.

use crate::escape;
use crate::gate::verdict::{FindingKind, SourceCounts, Verdict};
use crate::report::input::GateReport;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

type Count = fn(&SourceCounts) -> u64;

/// The counts of a source: name, help text, getter.
const SOURCES: [(&str, &str, Count); 6] = [
    ("documents", "Documents checked.", |s| s.documents),
    (
        "duplicate_documents",
        "Documents that are copies of the representative of their cluster.",
        |s| s.duplicate_documents,
    ),
    ("new_duplicate_documents", "Those neither in the baseline nor ignored.", |s| {
        s.new_duplicate_documents
    }),
    ("tokens", "Tokens checked.", |s| s.tokens),
    ("duplicate_tokens", "Tokens that stand in an earlier place too.", |s| s.duplicate_tokens),
    ("new_duplicate_tokens", "Those neither in the baseline nor ignored.", |s| {
        s.new_duplicate_tokens
    }),
];

/// Writes a gate's counts as OpenMetrics 1.0 text, all of them gauges: documents and tokens by
/// source, findings by kind and state (zeros too), rules with their measured values.
///
/// Counts of documents without a source have `source=""`; the sum over a metric is the total. The
/// output has no times, so a textfile collector can take it as it is.
///
/// # Errors
/// Errors of `out`.
pub fn openmetrics(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::new(out);
    let verdict = checked.verdict;
    // Names that differ only in escaped characters become the same label: one set of labels must
    // not be written twice.
    let mut sources: BTreeMap<String, SourceCounts> = BTreeMap::new();
    let all = std::slice::from_ref(&verdict.total);
    for counts in if verdict.sources.is_empty() { all } else { &verdict.sources } {
        sources.entry(label(counts.source.as_deref().unwrap_or_default())).or_default().add(counts);
    }
    for (name, help, count) in SOURCES {
        head(out, name, help)?;
        for (source, counts) in &sources {
            writeln!(out, "nearcopy_{name}{{source=\"{source}\"}} {}", count(counts))?;
        }
    }
    head(out, "findings", "Findings by kind and state.")?;
    for kind in FindingKind::ALL {
        for state in ["new", "known", "ignored", "part"] {
            let count = verdict
                .findings
                .iter()
                .filter(|f| f.kind == kind && f.state.name() == state)
                .count();
            writeln!(
                out,
                "nearcopy_findings{{kind=\"{}\",state=\"{state}\"}} {count}",
                kind.name()
            )?;
        }
    }
    write_rules(verdict, out)?;
    let single = [
        ("rules_violated", "Bounds violated.", verdict.rules.iter().filter(|r| r.violated).count()),
        (
            "baseline_stale",
            "Entries of the baseline that are no longer found.",
            verdict.stale.len(),
        ),
        (
            "ignores_expired",
            "Ignore entries whose day has passed.",
            verdict.ignores.iter().filter(|i| i.expired).count(),
        ),
        (
            "pairs_not_compared",
            "Candidate pairs over the budget of the scan.",
            verdict.not_compared as usize,
        ),
    ];
    for (name, help, count) in single {
        head(out, name, help)?;
        writeln!(out, "nearcopy_{name} {count}")?;
    }
    out.write_all(b"# EOF\n")?;
    out.flush()
}

/// Writes the rules. Rules whose labels are the same after escaping become one: it has the larger
/// measured value, and is violated if any of them is.
fn write_rules(verdict: &Verdict, out: &mut impl Write) -> io::Result<()> {
    let mut rules: BTreeMap<(&str, String), (u64, bool)> = BTreeMap::new();
    for rule in &verdict.rules {
        let entry =
            rules.entry((rule.name, label(rule.scope.as_deref().unwrap_or_default()))).or_default();
        *entry = (entry.0.max(rule.measured), entry.1 || rule.violated);
    }
    head(out, "rule_measured", "What was counted against a bound.")?;
    for ((name, scope), (measured, _)) in &rules {
        writeln!(out, "nearcopy_rule_measured{{rule=\"{name}\",scope=\"{scope}\"}} {measured}")?;
    }
    head(out, "rule_violated", "Whether a bound is violated: 1 or 0.")?;
    for ((name, scope), (_, violated)) in &rules {
        writeln!(
            out,
            "nearcopy_rule_violated{{rule=\"{name}\",scope=\"{scope}\"}} {}",
            u8::from(*violated)
        )?;
    }
    Ok(())
}

fn head(out: &mut impl Write, name: &str, help: &str) -> io::Result<()> {
    writeln!(out, "# TYPE nearcopy_{name} gauge\n# HELP nearcopy_{name} {help}")
}

/// Escapes the value of a label. Line breaks are already escaped in another way then.
fn label(text: &str) -> String {
    escape::name(text).replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
