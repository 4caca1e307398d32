//! Owns: each removed document and passage as a line of JSON, and what an annotated record says. Never: a file.

use crate::clean::documents::{classes, seen_from};
use crate::clean::plan::{Cut, Gone, Why};
use crate::model::detection::{Match, Pair, Relation};
use crate::report::Cleaned;
use crate::report::finding::{FactsView, SpanView, rounded};
use crate::report::json;
use crate::report::removals::kind;
use crate::report::texts::Texts;
use crate::report::{Findings, texts};
use crate::span::Span;
use crate::text::same_text::EqualTextSpans;
use serde::Serialize;
use std::io::{self, Write};

/// A removed record as it stood in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Raw<'a> {
    /// Its bytes, line ending included, are UTF-8.
    Text(&'a str),
    /// They are not: the same in Base64.
    Base64(&'a str),
}

#[derive(Serialize)]
struct PassageView {
    here: SpanView,
    there: SpanView,
}

#[derive(Serialize)]
struct GoneView<'a> {
    kind: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    relation: &'static str,
    partner: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resemblance: Option<f64>,
    coverage: Option<f64>,
    partner_coverage: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    facts: Option<FactsView>,
    matches: Vec<PassageView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_base64: Option<&'a str>,
}

#[derive(Serialize)]
struct StaysView<'a> {
    id: &'a str,
    #[serde(flatten)]
    span: SpanView,
}

#[derive(Serialize)]
struct CutView<'a> {
    kind: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    relation: &'static str,
    partner: Option<&'a str>,
    #[serde(flatten)]
    span: SpanView,
    tokens: u32,
    stays: Vec<StaysView<'a>>,
    text: &'a str,
}

/// What an annotated record says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotated {
    /// The id of its cluster.
    pub cluster: Option<String>,
    /// What it is to its partner.
    pub relation: Option<Relation>,
    /// The id of the representative of its cluster, or else of the document it shares most with.
    pub partner: Option<String>,
    /// The share of its tokens that stands in the partner.
    pub coverage: Option<f64>,
    /// Where, in characters of its text.
    pub spans: Vec<[u32; 2]>,
}

/// Writes what goes as JSON Lines, schema `nearcopy.removed/1`.
pub struct RemovedLines<'a> {
    cleaned: Cleaned<'a>,
    about: About<'a>,
}

impl<'a> RemovedLines<'a> {
    /// For the lines of one cleaning.
    pub fn new(cleaned: Cleaned<'a>) -> RemovedLines<'a> {
        RemovedLines { cleaned, about: About::new(cleaned.findings) }
    }

    /// One removed document: who stays for it, the scores, the passages in both, and the record itself.
    ///
    /// # Errors
    /// As [`json()`](super::json()).
    pub fn document(&mut self, gone: &Gone, raw: Raw, out: &mut dyn Write) -> io::Result<()> {
        let documents = self.cleaned.findings.documents;
        let info = documents.info(gone.document as usize);
        let (raw, raw_base64) = match raw {
            Raw::Text(text) => (Some(text), None),
            Raw::Base64(text) => (None, Some(text)),
        };
        let mut view = GoneView {
            kind: "document",
            id: &info.id,
            path: info.path.as_deref(),
            record: info.record,
            relation: kind(gone),
            partner: None,
            partner_path: None,
            resemblance: None,
            coverage: None,
            partner_coverage: None,
            facts: None,
            matches: Vec::new(),
            raw,
            raw_base64,
        };
        if let Why::Copy { partner, coverage, pair, .. } = gone.why {
            let other = documents.info(partner as usize);
            (view.partner, view.partner_path) = (Some(other.id.as_str()), other.path.as_deref());
            (view.coverage, view.partner_coverage) = (Some(rounded(coverage.0, 6)), Some(rounded(coverage.1, 6)));
            let pair = pair.map(|p| &self.cleaned.findings.detection.pairs[p as usize]);
            if let Some(c) = pair.map(|p| &p.comparison) {
                view.resemblance = Some(rounded(c.resemblance, 6));
                view.facts = Some(FactsView { agree: c.facts.agree, compared: c.facts.compared });
            }
            for (here, there) in self.about.passages(gone.document, partner, pair)? {
                let (mine, theirs) = (self.about.texts.get(gone.document)?, self.about.texts.get(partner)?);
                let texts = &self.about.texts;
                view.matches
                    .push(PassageView { here: SpanView::new(here, &mine, texts)?, there: SpanView::new(there, &theirs, texts)? });
            }
        }
        line(&view, out)
    }

    /// One passage that was cut out of a document that stays, and where it still stands.
    ///
    /// # Errors
    /// As [`json()`](super::json()).
    pub fn passage(&mut self, cut: &Cut, out: &mut dyn Write) -> io::Result<()> {
        let documents = self.cleaned.findings.documents;
        let info = documents.info(cut.document as usize);
        let text = self.about.texts.get(cut.document)?;
        let mut stays = Vec::new();
        for place in cut.causes.iter().filter_map(|c| c.stays) {
            let there = self.about.texts.get(place.document)?;
            let span = SpanView::new(place.span, &there, &self.about.texts)?;
            stays.push(StaysView { id: &documents.info(place.document as usize).id, span });
        }
        let view = CutView {
            kind: "passage",
            id: &info.id,
            path: info.path.as_deref(),
            record: info.record,
            relation: if stays.is_empty() { "boilerplate" } else { "repeat" },
            partner: stays.first().map(|s| s.id),
            span: SpanView::new(cut.span, &text, &self.about.texts)?,
            tokens: cut.tokens,
            stays,
            text: self.about.texts.passage(&text, cut.span)?,
        };
        line(&view, out)
    }
}

fn line(view: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    json::value(&mut bytes, view)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}

/// Passages as each document of a class has them: pairs know only the first one's text.
struct About<'a> {
    findings: Findings<'a>,
    first: Vec<u32>,
    texts: Texts<'a>,
}

impl<'a> About<'a> {
    fn new(findings: Findings<'a>) -> About<'a> {
        let first = classes(findings.detection, findings.documents.count());
        About { findings, first, texts: Texts::new(findings.documents) }
    }

    /// The passages of `mine` and `theirs`; of equal texts, the whole of both.
    fn passages(&mut self, mine: u32, theirs: u32, pair: Option<&Pair>) -> io::Result<Vec<(Span, Span)>> {
        let Some(pair) = pair else {
            let whole = |text: &str| Span::new(0, text.len() as u32);
            let (a, b) = (self.texts.get(mine)?, self.texts.get(theirs)?);
            return Ok(vec![(whole(a.as_str()), whole(b.as_str()))]);
        };
        let flipped = self.first[mine as usize] != pair.a;
        let (own, other) = if flipped { (pair.b, pair.a) } else { (pair.a, pair.b) };
        let (own, other) = (self.equal(own, mine)?, self.equal(other, theirs)?);
        let turn = |m: &Match| if flipped { (m.b, m.a) } else { (m.a, m.b) };
        let mut out: Vec<(Span, Span)> = pair.comparison.matches.iter().map(turn).collect();
        out.iter_mut().for_each(|p| *p = (own.span(p.0), other.span(p.1)));
        out.sort_unstable();
        Ok(out)
    }

    fn equal(&self, from: u32, to: u32) -> io::Result<EqualTextSpans> {
        let (from, to) = (texts::read(self.findings.documents, from)?, texts::read(self.findings.documents, to)?);
        Ok(EqualTextSpans::new(&from, &to))
    }
}

/// What each record says of itself when nothing is removed.
pub struct Annotations<'a> {
    about: About<'a>,
    /// The cluster of each document, and the ids of the clusters.
    cluster: Vec<Option<u32>>,
    ids: Vec<String>,
    /// The pair, of each class's first document, that says most of it.
    best: Vec<Option<u32>>,
}

impl<'a> Annotations<'a> {
    /// Looks through the findings once. Cost: the texts of all clusters are read, for the clusters' ids.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn new(findings: Findings<'a>) -> io::Result<Annotations<'a>> {
        let found = findings.detection;
        let mut cluster = vec![None; findings.documents.count()];
        for (i, c) in found.clusters.iter().enumerate() {
            c.members.iter().for_each(|&n| cluster[n as usize] = Some(i as u32));
        }
        let ids = found.clusters.iter().map(|c| findings.cluster_id(c)).collect::<io::Result<_>>()?;
        let mut best: Vec<Option<u32>> = vec![None; findings.documents.count()];
        let worth = |i: u32, n: u32| {
            let (relation, coverage) = seen_from(&found.pairs[i as usize], n);
            let rank = match relation {
                Relation::Equal | Relation::NearCopy => 0,
                Relation::ContainedIn => 1,
                Relation::Contains => 2,
                Relation::Quotes => 3,
                Relation::Template => 4,
            };
            (rank, -coverage.0)
        };
        for (i, p) in (0..).zip(&found.pairs) {
            for n in [p.a, p.b] {
                let held = &mut best[n as usize];
                if held.is_none_or(|h| worth(i, n) < worth(h, n)) {
                    *held = Some(i);
                }
            }
        }
        Ok(Annotations { about: About::new(findings), cluster, ids, best })
    }

    /// What the document of this number says.
    ///
    /// # Errors
    /// A text that can no longer be read.
    pub fn of(&mut self, n: u32) -> io::Result<Annotated> {
        let found = self.about.findings.detection;
        let mut out = Annotated::default();
        let first = self.about.first[n as usize];
        let mut partner = None;
        if let Some(c) = self.cluster[n as usize] {
            out.cluster = Some(self.ids[c as usize].clone());
            let stays = found.clusters[c as usize].representative;
            let theirs = self.about.first[stays as usize];
            let at = found.pairs.binary_search_by_key(&(first.min(theirs), first.max(theirs)), |p| (p.a, p.b)).ok();
            partner = (stays != n).then_some((stays, at));
        } else if let Some(i) = self.best[first as usize] {
            let p = &found.pairs[i as usize];
            partner = Some((if p.a == first { p.b } else { p.a }, Some(i as usize)));
        }
        let Some((partner, pair)) = partner else { return Ok(out) };
        let pair = pair.map(|i| &found.pairs[i]);
        let (relation, coverage) = pair.map_or((Relation::Equal, (1.0, 1.0)), |p| seen_from(p, first));
        out.relation = Some(relation);
        out.coverage = Some(rounded(coverage.0, 6));
        out.partner = Some(self.about.findings.id(partner).to_owned());
        let passages = self.about.passages(n, partner, pair)?;
        let text = self.about.texts.get(n)?;
        out.spans = passages.iter().map(|p| text.chars(p.0)).collect();
        Ok(out)
    }
}
