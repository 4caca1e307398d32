//! Owns: a verdict for a person: bounds, findings that count, findings that do not, the outcome.
//! Never: how a passage is shown.

use crate::gate::verdict::{Finding, FindingKind, FindingPassage, Ignore, Rule, Verdict};
use crate::model::detection::{Place, Relation};
use crate::report::finding_evidence::{EvidenceLookup, FindingEvidence};
use crate::report::human::display::{self, Style};
use crate::report::human::match_parts::SpanPair;
use crate::report::human::options::HumanOptions;
use crate::report::human::page::{Human, StyledText};
use crate::report::input::GateReport;
use crate::report::moved_spans::MovedSpans;
use crate::span::Span;
use std::io::{self, Write};

/// Maximum number of findings of a kind that are shown …
const ITEMS: usize = 20;
/// … passages of a pair …
const PASSAGES: usize = 3;
/// … and bounds that hold.
const HELD: usize = 20;

/// Writes the verdict of a gate for a person: the bounds, then the findings that count, then those
/// that do not.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn check_human(
    checked: GateReport,
    options: HumanOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut human = Human::new(checked.findings, options, out);
    human.header()?;
    human.blank()?;
    let last = last_word(checked.verdict);
    human.put("", 2, StyledText::default().say(Style::Strong, &last))?;
    human.rules(checked.verdict)?;
    let lookup = EvidenceLookup::new(checked.findings);
    for kind in FindingKind::all_undirected().filter(|&kind| limited(checked.verdict, kind)) {
        human.kind(checked.verdict, kind, &lookup)?;
    }
    human.passed_over(checked.verdict)?;
    human.blank()?;
    human.put("", 2, StyledText::default().say(Style::Strong, &last))?;
    human.out.flush()
}

/// Returns `PASSED`, or `FAILED` and the violated bounds, and what the verdict does not know.
fn last_word(verdict: &Verdict) -> String {
    let mut violated: Vec<String> = verdict.rules.iter().filter(|r| r.violated).map(name).collect();
    let but = match verdict.not_compared {
        0 => String::new(),
        n => format!("; {} not compared", display::count(n, "candidate pair")),
    };
    if violated.is_empty() {
        return format!("PASSED{but}");
    }
    let more = violated.len().saturating_sub(5);
    violated.truncate(5);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("FAILED: {}{more}{but}", violated.join(", "))
}

/// Whether a bound applies to findings of this kind.
fn limited(verdict: &Verdict, kind: FindingKind) -> bool {
    verdict.rules.iter().any(|rule| match rule.name {
        "fail-on" => rule.scope.as_deref() == Some(kind.name()),
        "max-duplicate-text" => kind.copies_text(),
        _ => matches!(kind, FindingKind::Pair(relation) if relation.is_copy()),
    })
}

/// Returns the name of a bound: `max-duplicate-text Courier=5%`.
fn name(rule: &Rule) -> String {
    match (&rule.scope, rule.name) {
        (Some(kind), "fail-on") => format!("fail-on {kind}"),
        (Some(source), name) => {
            format!("{name} {}={}", display::fit(source, 60), rule.limit)
        }
        (None, name) => format!("{name} {}", rule.limit),
    }
}

/// Returns the measured value in words.
fn measured(rule: &Rule) -> String {
    let part = |noun: &str| {
        let share = 100.0 * rule.measured as f64 / rule.of.max(1) as f64;
        let digits = format!("{share:.2}");
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        format!(
            "{} of {} ({digits}%)",
            display::number(rule.measured),
            display::count(rule.of, noun)
        )
    };
    match rule.name {
        "fail-on" if rule.of == 0 => "no finding".into(),
        "fail-on" => {
            format!(
                "{} new of {}",
                display::number(rule.measured),
                display::count(rule.of, "finding")
            )
        }
        "max-cluster" if rule.of == 0 => "no cluster with a new document".into(),
        "max-cluster" => format!(
            "{} count in a cluster of {}",
            display::number(rule.measured),
            display::number(rule.of)
        ),
        "max-duplicate-text" if rule.of > 0 => part("token"),
        "max-duplicate-documents" if rule.of > 0 => part("document"),
        _ => "no document is of this source".into(),
    }
}

impl<'a> Human<'a, '_> {
    fn rules(&mut self, verdict: &Verdict) -> io::Result<()> {
        let (violated, held): (Vec<&Rule>, Vec<&Rule>) =
            verdict.rules.iter().partition(|r| r.violated);
        for (mark, style, rules, most) in
            [("  ✗ ", Style::Left, violated, usize::MAX), ("  ✓ ", Style::Right, held, HELD)]
        {
            for rule in rules.iter().take(most) {
                let line = StyledText::default()
                    .say(style, &name(rule))
                    .say(Style::Plain, &format!(": {}", measured(rule)));
                self.put(mark, 4, line)?;
            }
            self.more("    ", most, rules.len() as u64, "bound")?;
        }
        Ok(())
    }

    /// Writes the findings of one kind that count.
    fn kind(
        &mut self,
        verdict: &'a Verdict,
        kind: FindingKind,
        lookup: &EvidenceLookup,
    ) -> io::Result<()> {
        let new: Vec<&Finding> =
            verdict.new_findings().filter(|f| f.kind.undirected() == kind).collect();
        if new.is_empty() {
            return Ok(());
        }
        self.heading(&format!("New, {}: {}", kind.name(), display::number(new.len() as u64)))?;
        for finding in new.iter().take(ITEMS) {
            if !self.brief {
                self.blank()?;
            }
            self.finding(lookup.of(finding).map_err(io::Error::other)?, finding)?;
        }
        if new.len() > ITEMS && !self.brief {
            self.blank()?;
        }
        self.more("  ", ITEMS, new.len() as u64, "finding")
    }

    fn finding(&mut self, evidence: FindingEvidence, finding: &Finding) -> io::Result<()> {
        let passage = finding.passages.first().copied();
        let document = self.place(finding.document, passage.map(|p| p.here))?;
        let partner = self.place(finding.partner, passage.map(|p| p.there))?;
        let [between, behind] = match finding.kind {
            FindingKind::Pair(relation) => relation.row().words.both,
            FindingKind::Repeat => [" and ", " repeat a passage"],
        };
        let line =
            StyledText::default().say(Style::Strong, &document).say(Style::Relation, between);
        self.put("  ", 2, line.say(Style::Strong, &partner).say(Style::Relation, behind))?;
        let details = self.finding_details(evidence, finding);
        if !details.is_empty() {
            self.put("    ", 0, StyledText::default().list(Style::Plain, &details))?;
        }
        match finding.kind {
            FindingKind::Repeat => self.quoted(finding, passage),
            FindingKind::Pair(Relation::Equal) => Ok(()),
            FindingKind::Pair(_) => self.longest(finding),
        }
    }

    /// Returns what was measured of a finding, seen from its document, and which one is earlier.
    fn finding_details(&self, evidence: FindingEvidence, finding: &Finding) -> Vec<String> {
        let note = evidence.note.then(|| "note".to_owned());
        let mut out: Vec<String> = note.into_iter().chain(evidence.why).collect();
        if let Some((own, other)) =
            finding.coverage.filter(|_| finding.kind != FindingKind::Pair(Relation::Equal))
        {
            let (own, other) = (display::percent(own), display::percent(other));
            out.push(format!("{own} of it, {other} of the other"));
            out.extend(evidence.equal_words);
        }
        if let Some((earlier, words)) = evidence.earlier {
            out.push(format!("{} is {words}", display::fit(&self.findings.id(earlier), 60)));
        }
        for (n, words) in [finding.document, finding.partner].iter().zip(evidence.in_part) {
            let id = display::fit(&self.findings.id(*n), 60);
            out.extend(words.map(|words| format!("{id} was {words}")));
        }
        out
    }

    /// Returns `a.txt:7` where the lines are the file's, else the id, with path and record where
    /// they say more.
    fn place(&mut self, number: u32, span: Option<Span>) -> io::Result<String> {
        let text = self.texts.get(number)?;
        let info = self.findings.documents.info(number as usize);
        let id = display::fit(&info.id, 240);
        if let Some(line) = span.and_then(|span| text.file_line_at(span.start)) {
            return Ok(format!("{id}:{line}"));
        }
        Ok(match (&info.path, info.record) {
            (Some(path), Some(record)) if info.id != format!("{path}:{record}") => {
                format!("{id} ({}:{record})", display::fit(path, 120))
            }
            _ => id,
        })
    }

    /// Writes the first words of a repeat.
    fn quoted(&mut self, finding: &Finding, passage: Option<FindingPassage>) -> io::Result<()> {
        let Some(passage) = passage else { return Ok(()) };
        let place = Place { document: finding.document, span: passage.here };
        let quoted = format!("“{}”", self.texts.first_words(&place)?);
        self.put("    ", 2, StyledText::default().say(Style::Plain, &quoted))
    }

    /// Writes the longest passages, with the text that survives on the left.
    fn longest(&mut self, finding: &Finding) -> io::Result<()> {
        if self.brief {
            return Ok(());
        }
        let mut longest: Vec<FindingPassage> = finding.passages.clone();
        longest.sort_by_key(|p| (std::cmp::Reverse(p.here.len().max(p.there.len())), *p));
        longest.truncate(PASSAGES);
        longest.sort_unstable();
        let mut shown = Vec::new();
        for p in longest {
            shown.push((SpanPair { left: p.there, right: p.here }, self.runs(finding, p)?));
        }
        self.side_by_side([finding.partner, finding.document], shown, finding.passages.len())
    }

    /// Returns the equal runs of a passage. The scan has them for the first texts of both classes.
    fn runs(&mut self, finding: &Finding, passage: FindingPassage) -> io::Result<Vec<SpanPair>> {
        let (own, other) =
            (self.body[finding.document as usize], self.body[finding.partner as usize]);
        let Some(at) = self.findings.detection.pair_between(own, other) else {
            return Ok(Vec::new());
        };
        let pair = self.findings.detection.pairs.one(at).map_err(io::Error::other)?;
        let mut moved = MovedSpans::new(self.findings.documents);
        let here = moved.between(own, finding.document)?;
        let there = moved.between(other, finding.partner)?;
        let sides = |a: Span, b: Span| {
            if pair.a == own {
                (here.span(a), there.span(b))
            } else {
                (here.span(b), there.span(a))
            }
        };
        let wanted = (passage.here, passage.there);
        let found = pair.comparison.matches.iter().find(|m| sides(m.a, m.b) == wanted);
        let blocks = found.map_or(&[][..], |m| &m.blocks);
        Ok(blocks
            .iter()
            .map(|x| sides(x.a, x.b))
            .map(|(here, there)| SpanPair { left: there, right: here })
            .collect())
    }

    /// Writes what does not count, and what to do about it.
    fn passed_over(&mut self, verdict: &Verdict) -> io::Result<()> {
        let [_, known, ignored, part] = verdict.finding_counts();
        let mut lines = Vec::new();
        let free = FindingKind::all_undirected()
            .filter(|&kind| !limited(verdict, kind))
            .filter_map(|kind| {
                let new =
                    verdict.new_findings().filter(|f| f.kind.undirected() == kind).count() as u64;
                (new > 0).then(|| format!("{} {}", display::number(new), kind.name()))
            });
        let free: Vec<String> = free.collect();
        if !free.is_empty() {
            lines.push(format!(
                "New, but not limited: {} (--fail-on KIND limits a kind, --format json shows all).",
                free.join(", ")
            ));
        }
        for (n, kind, why) in [
            (known, "known finding", "the baseline holds what they share."),
            (ignored, "ignored finding", "covered by an entry of [[gate.ignore]]."),
            (part, "finding", "a page was read in part, so the two need not be copies."),
        ] {
            if n > 0 {
                lines.push(format!("{}: {why}", display::count(n, kind)));
            }
        }
        if let Some(first) = verdict.stale.first() {
            let names: Vec<String> =
                first.documents.iter().take(2).map(|d| display::fit(d, 60)).collect();
            let entries = display::count(verdict.stale.len() as u64, "stale entry");
            let such = format!("{}, {}", first.kind, names.join(" and "));
            lines.push(format!(
                "{entries} of the baseline ({such} …): no longer found; \
                 --update-baseline drops such."
            ));
        }
        for i in &verdict.ignores {
            let reason = display::fit(&i.reason, 60);
            match i {
                Ignore { expired: true, expires, used, .. } => lines.push(format!(
                    "An ignore entry expired after {} (“{reason}”), {}: renew it or take it out.",
                    expires.as_deref().map_or("its day".into(), |day| display::fit(day, 20)),
                    display::count(*used, "finding")
                )),
                Ignore { used: 0, .. } => {
                    lines.push(format!("An ignore entry covers nothing (“{reason}”): take it out."))
                }
                _ => {}
            }
        }
        if lines.is_empty() {
            return Ok(());
        }
        self.heading("Not counted")?;
        for line in lines {
            self.put("  ", 2, StyledText::default().say(Style::Plain, &line))?;
        }
        Ok(())
    }
}
