//! Owns: one finding of a gate prepared for a format: documents, places in files, coverage, first
//! words. Never: a format's escapes.

use crate::escape;
use crate::gate::verdict::{Finding, FindingKind, Rule, Verdict};
use crate::model::document::DocumentInfo;
use crate::model::relation::Severity;
use crate::report::finding_evidence::{EvidenceLookup, FindingEvidence};
use crate::report::human::display;
use crate::report::input::GateReport;
use crate::report::texts::{Text, Texts};
use crate::span::Span;
use crate::text::first_words::first_words;
use std::borrow::Cow;
use std::io;

/// Columns of a name inside a sentence; longer names lose their middle.
const NAME: usize = 160;

/// The severity of a kind.
pub fn severity(kind: FindingKind) -> Severity {
    match kind {
        FindingKind::Pair(relation) => relation.row().severity,
        FindingKind::Repeat => Severity::Warning,
    }
}

/// The index of a kind in [`FindingKind::ALL`].
pub fn rank(kind: FindingKind) -> usize {
    FindingKind::ALL.iter().position(|&k| k == kind).unwrap_or(FindingKind::ALL.len())
}

/// Sorts findings: the most severe first, then those with the greatest coverage, then in the order
/// of the verdict.
pub fn by_gravity<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut found: Vec<&Finding> = findings.collect();
    let covered = |f: &Finding| f.coverage.map_or(0.0, |(here, there)| here.max(there));
    found.sort_by(|x, y| rank(x.kind).cmp(&rank(y.kind)).then(covered(y).total_cmp(&covered(x))));
    found
}

/// The place of a passage in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileRegion {
    /// Lines and columns, counted from 1, columns in code points; `to` is one past the last
    /// character.
    Exact { from: [u32; 2], to: [u32; 2] },
    /// The line that contains the whole document.
    Line(u64),
    /// Unknown: the text is not the file's own.
    Unknown,
}

impl FileRegion {
    fn new(info: &DocumentInfo, text: &Text, passage: &str, span: Span) -> FileRegion {
        if let Some(from) = text.file_line_at(span.start) {
            // A line break at the end of the passage belongs to the passage's last line.
            let shown =
                passage.trim_end_matches(['\n', '\r']).len().max(passage.len().min(1)) as u32;
            let last = span.start + shown.saturating_sub(1);
            let end = span.start + shown;
            let before = from - text.line_at(span.start);
            let from = [from, text.column_at(span.start)];
            let line = text.line_at(last);
            let column = if text.line_at(end) == line {
                text.column_at(end)
            } else {
                text.column_at(last) + 1
            };
            return FileRegion::Exact { from, to: [line + before, column] };
        }
        let lines = info
            .path
            .as_deref()
            .is_some_and(|p| [".jsonl", ".ndjson"].iter().any(|end| ends_with(p, end)));
        info.record.filter(|_| lines).map_or(FileRegion::Unknown, FileRegion::Line)
    }
    /// Returns the first line, where it is known.
    pub fn line(self) -> Option<u64> {
        match self {
            FileRegion::Exact { from, .. } => Some(u64::from(from[0])),
            FileRegion::Line(line) => Some(line),
            FileRegion::Unknown => None,
        }
    }
}

fn ends_with(path: &str, end: &str) -> bool {
    path.len() > end.len()
        && path.as_bytes()[path.len() - end.len()..].eq_ignore_ascii_case(end.as_bytes())
}

/// A finding with its documents, places and first words.
pub struct LocatedFinding<'a> {
    pub finding: &'a Finding,
    pub here: Cow<'a, DocumentInfo>,
    pub there: Cow<'a, DocumentInfo>,
    /// Places of the first passages, in the document and in the partner.
    pub places: Vec<(FileRegion, FileRegion)>,
    /// The first words of the first passage, on one line, not escaped.
    pub words: String,
    /// What the detection says about it besides its coverage.
    pub evidence: FindingEvidence,
}

/// Prepares findings one after the other.
pub struct Locator<'a> {
    checked: GateReport<'a>,
    texts: Texts<'a>,
    evidence: EvidenceLookup<'a>,
}

impl<'a> Locator<'a> {
    pub fn new(checked: GateReport<'a>) -> Locator<'a> {
        let findings = checked.findings;
        let (texts, evidence) = (Texts::new(findings.documents), EvidenceLookup::new(findings));
        Locator { checked, texts, evidence }
    }

    /// Prepares a finding with the places of at most this many passages.
    pub fn get(&mut self, finding: &'a Finding, most: usize) -> io::Result<LocatedFinding<'a>> {
        let documents = self.checked.findings.documents;
        let (here, there) =
            (documents.info(finding.document as usize), documents.info(finding.partner as usize));
        let (text, other) = (self.texts.get(finding.document)?, self.texts.get(finding.partner)?);
        let mut places = Vec::with_capacity(most.min(finding.passages.len()));
        let mut words = String::new();
        for passage in finding.passages.iter().take(most.max(1)) {
            let inside = self.texts.passage(&text, passage.here)?;
            let beside = self.texts.passage(&other, passage.there)?;
            if places.is_empty() {
                words = first_words(inside);
            }
            places.push((
                FileRegion::new(&here, &text, inside, passage.here),
                FileRegion::new(&there, &other, beside, passage.there),
            ));
        }
        let evidence = self.evidence.of(finding).map_err(io::Error::other)?;
        Ok(LocatedFinding { finding, here, there, places, words, evidence })
    }
}

impl LocatedFinding<'_> {
    /// Returns the place of the first passage, in the document and in the partner.
    pub fn first(&self) -> (FileRegion, FileRegion) {
        self.places.first().copied().unwrap_or((FileRegion::Unknown, FileRegion::Unknown))
    }

    /// Returns a sentence that describes the finding, without a full stop; `name` writes the
    /// partner's name.
    pub fn sentence(&self, name: impl Fn(&str) -> String) -> String {
        let itself = self.finding.document == self.finding.partner;
        let partner = match (itself, self.first().1.line()) {
            (false, Some(line)) => format!("{}, line {line}", name(&self.there.id)),
            (false, None) => name(&self.there.id),
            (true, Some(line)) => format!("{} in line {line}", name("an earlier passage")),
            (true, None) => name("an earlier passage"),
        };
        let passages = match self.finding.passages.len() {
            0 | 1 => "a passage".into(),
            n => display::count(n as u64, "passage"),
        };
        let what = match self.finding.kind {
            // The name is inserted last, so that nothing in it is replaced.
            FindingKind::Pair(relation) => {
                let sentence = relation.row().words.sentence;
                sentence.replace("{passages}", &passages).replace("{partner}", &partner)
            }
            FindingKind::Repeat if itself => format!("Repeats {partner}"),
            FindingKind::Repeat => format!("Repeats {passages}, as {partner} does"),
        };
        let mut out = what;
        if self.evidence.note {
            out.push_str(": a note");
        }
        if let Some(why) = &self.evidence.why {
            out.push_str(&format!(": {why}"));
        }
        if let Some((here, there)) = self.finding.coverage {
            out.push_str(&format!(
                "; covered: {} of this text, {} of the other",
                display::percent(here),
                display::percent(there)
            ));
        }
        for more in self.evidence.equal_words.iter().chain(&self.earlier()).chain(&self.in_part()) {
            out.push_str(&format!("; {more}"));
        }
        out
    }

    /// Returns which of the two texts are of pages that were read in part.
    pub fn in_part(&self) -> Vec<String> {
        let itself = self.finding.document == self.finding.partner;
        let both = ["this text", "the other"].into_iter().zip(&self.evidence.in_part);
        both.take(if itself { 1 } else { 2 })
            .filter_map(|(whose, words)| Some(format!("{whose} was {}", words.as_deref()?)))
            .collect()
    }

    /// Returns which of the two texts is earlier, where dates tell.
    pub fn earlier(&self) -> Option<String> {
        let (earlier, words) = self.evidence.earlier.as_ref()?;
        let whose = if *earlier == self.finding.document { "this text" } else { "the other" };
        Some(format!("{whose} is {words}"))
    }

    /// Returns the sentence and the first words, escaped for a terminal.
    pub fn message(&self) -> String {
        self.sentence(short) + &self.quoted()
    }

    /// Returns the first words as the end of a message, escaped for a terminal.
    pub fn quoted(&self) -> String {
        if self.words.is_empty() {
            String::new()
        } else {
            format!(". Begins: {}", escape::word(&self.words))
        }
    }
}

/// Returns a name for a sentence, escaped for a terminal.
pub fn short(name: &str) -> String {
    display::fit(name, NAME)
}

/// Returns a bound and its measured value in words, escaped for a terminal: the name, then the
/// rest.
pub fn rule(rule: &Rule) -> (String, String) {
    let name = match &rule.scope {
        Some(scope) => format!("{} ({})", rule.name, short(scope)),
        None => rule.name.to_owned(),
    };
    let (measured, of) = (display::number(rule.measured), display::number(rule.of));
    (name, format!("{measured} of {of}, allowed {}", escape::name(&rule.limit)))
}

/// Returns the number of findings that do not count because a page was read in part, as the end of
/// a list; nothing where there are none.
pub fn in_part(verdict: &Verdict) -> String {
    match verdict.finding_counts() {
        [.., 0] => String::new(),
        [.., n] => format!(", {} of pages read in part", display::number(n)),
    }
}

/// Returns `passed` or `failed`, and how many candidate pairs were not compared.
pub fn outcome(verdict: &Verdict) -> String {
    let outcome = if verdict.passed() { "passed" } else { "failed" };
    let but = not_compared(verdict).map(|pairs| format!(", {pairs} not compared"));
    format!("{outcome}{}", but.unwrap_or_default())
}

/// Returns the number of candidate pairs that were not compared, in words.
pub fn not_compared(verdict: &Verdict) -> Option<String> {
    (verdict.not_compared > 0).then(|| display::count(verdict.not_compared, "candidate pair"))
}
