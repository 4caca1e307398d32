//! Owns: the evidence that the detection has about one finding of a gate. Never: how a format shows
//! it.

use crate::error::Result;
use crate::gate::verdict::{Finding, FindingKind};
use crate::model::detection::TemplateReason;
use crate::model::findings::Findings;
use crate::report::evidence;
use crate::span::Span;
use std::collections::HashSet;

/// What the detection says about a finding besides its coverage, in words of the program alone: no
/// id, title or other outside text is part of them.
#[cfg_attr(not(feature = "reports"), allow(dead_code))]
pub struct FindingEvidence {
    /// Why the pair is a template, as a name.
    pub reason: Option<TemplateReason>,
    /// Why the pair is a template, in words.
    pub why: Option<String>,
    /// The shares of equal words of the finding's document and of its partner.
    pub shares: Option<[f64; 2]>,
    /// The same in words, where that is much less than the coverage.
    pub equal_words: Option<String>,
    /// The earlier one of the two documents, and the words about it.
    pub earlier: Option<(u32, String)>,
    /// Whether it is the repeat of a note.
    pub note: bool,
    /// That the finding's document, and that its partner, was read in part.
    pub in_part: [Option<String>; 2],
}

/// Looks up the evidence of findings.
pub struct EvidenceLookup<'a> {
    findings: Findings<'a>,
    /// For each document, the first document with its body: pairs are listed under that one.
    body: Vec<u32>,
    /// The places of notes.
    notes: HashSet<(u32, Span)>,
}

impl<'a> EvidenceLookup<'a> {
    pub fn new(findings: Findings<'a>) -> EvidenceLookup<'a> {
        let notes = findings.detection.repeats.iter().filter(|r| r.note);
        let places = notes.flat_map(|r| r.places.iter().map(|p| (p.document, p.span)));
        EvidenceLookup { findings, body: findings.first_of_body(), notes: places.collect() }
    }

    /// Returns the evidence of one finding. Cost: a search in the sorted pairs, of which one is
    /// read.
    pub fn of(&self, finding: &Finding) -> Result<FindingEvidence> {
        let (here, there) = (finding.document, finding.partner);
        let (own, other) = (self.body[here as usize], self.body[there as usize]);
        let found = self.findings.detection;
        let at = found.pair_between(own, other).filter(|_| finding.coverage.is_some());
        let pair = at.map(|at| found.pairs.one(at)).transpose()?;
        let shares = pair.as_ref().and_then(|p| {
            let [a, b] = p.comparison.equal_words()?;
            Some(if p.a == own { [a, b] } else { [b, a] })
        });
        let reason = pair.as_ref().and_then(|p| p.comparison.why);
        let documents = self.findings.documents;
        let earlier = evidence::earlier_of(documents, here, there).filter(|_| here != there);
        Ok(FindingEvidence {
            reason,
            why: reason.map(|reason| evidence::why(documents, [here, there], reason)),
            shares,
            equal_words: finding.coverage.and_then(|(a, b)| evidence::equal_words([a, b], shares)),
            earlier: earlier.map(|n| (n, evidence::earlier_words(documents, n))),
            note: finding.kind == FindingKind::Repeat
                && finding.passages.iter().any(|p| self.notes.contains(&(here, p.here))),
            in_part: [here, there].map(|n| evidence::read_in_part(documents.info(n as usize).read)),
        })
    }
}
