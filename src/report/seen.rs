//! Owns: what an index holds of one document, for a person and as a line of JSON. Never: asks an index.

use crate::model::detection::{Comparison, Detection, Pair, Relation, Summary};
use crate::model::document::{Document, DocumentInfo, Documents};
use crate::model::thresholds::Thresholds;
use crate::report::finding::{FactsView, MatchView, rounded};
use crate::report::human::{Human, Line};
use crate::report::json;
use crate::report::texts::Texts;
use crate::report::words::{self, Style};
use crate::report::{Findings, HumanOptions};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// A document of an index that another one is related to.
#[derive(Debug, Clone, PartialEq)]
pub struct Partner {
    /// The document.
    pub info: DocumentInfo,
    /// Its text, where the index keeps texts.
    pub text: Option<String>,
    /// Documents of the index with this text.
    pub copies: u64,
    /// How the document asked about is related to it.
    pub relation: Relation,
    /// The scores and passages: `a` is the document asked about.
    pub comparison: Comparison,
}

/// What an index holds under the very id of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Own {
    /// Its text.
    Same,
    /// Another text.
    Other,
    /// Something, of which it keeps no text.
    There,
}

/// A document, and what an index holds of it.
pub struct Seen {
    own: Option<Own>,
    documents: Few,
    detection: Detection,
    copies: Vec<u64>,
    more: u64,
}

/// The document asked about, then its partners.
struct Few {
    infos: Vec<DocumentInfo>,
    texts: Vec<String>,
}

impl Documents for Few {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> &DocumentInfo {
        &self.infos[number]
    }
    fn text(&self, number: usize) -> crate::error::Result<Cow<'_, str>> {
        Ok(Cow::Borrowed(&self.texts[number]))
    }
}

#[derive(Serialize)]
struct PartnerView<'a> {
    id: &'a str,
    relation: Relation,
    copies: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    resemblance: f64,
    containment_a: f64,
    containment_b: f64,
    coverage_a: f64,
    coverage_b: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    whole_text: bool,
    facts: FactsView,
    matches: Vec<MatchView>,
}

#[derive(Serialize)]
struct SeenView<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<Own>,
    seen: Vec<PartnerView<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    more: u64,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Seen {
    /// What was found of a document, nearest first, and what its own id stands for; `more` partners are left out.
    pub fn new(asked: Document, own: Option<Own>, partners: Vec<Partner>, more: u64) -> Seen {
        let Document { info, text } = asked.info.with_text(asked.text);
        let mut documents = Few { infos: vec![DocumentInfo { reference: false, ..info }], texts: vec![text] };
        let (mut pairs, mut copies) = (Vec::new(), Vec::new());
        for (b, partner) in (1..).zip(partners) {
            let Partner { info, text, copies: n, relation, comparison } = partner;
            documents.infos.push(DocumentInfo { whole_file: false, ..info });
            documents.texts.push(text.unwrap_or_default());
            pairs.push(Pair { a: 0, b, relation, comparison });
            copies.push(n);
        }
        let detection = Detection {
            recipe_id: String::new(),
            background_id: String::new(),
            thresholds: Thresholds::default(),
            tokens: Vec::new(),
            clusters: Vec::new(),
            equal: Vec::new(),
            pairs,
            repeats: Vec::new(),
            summary: Summary::default(),
        };
        Seen { own, documents, detection, copies, more }
    }

    /// The relation to the nearest partner.
    pub fn nearest(&self) -> Option<Relation> {
        self.detection.pairs.first().map(|p| p.relation)
    }

    /// What its own id stands for.
    pub fn own(&self) -> Option<Own> {
        self.own
    }

    fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &self.documents, skipped: &[] }
    }

    /// Writes one line of JSON: the id, and each partner with its scores and passages, named as in [`json()`](super::json()).
    ///
    /// # Errors
    /// What `out` answers.
    pub fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut texts = Texts::new(&self.documents);
        let mut seen = Vec::with_capacity(self.copies.len());
        for (pair, &copies) in self.detection.pairs.iter().zip(&self.copies) {
            let (c, info) = (&pair.comparison, self.documents.info(pair.b as usize));
            let mut matches = Vec::with_capacity(c.matches.len());
            if !c.matches.is_empty() {
                let (a, b) = (texts.get(pair.a)?, texts.get(pair.b)?);
                for m in &c.matches {
                    matches.push(MatchView::new(m, (&a, &b), &texts)?);
                }
            }
            seen.push(PartnerView {
                id: &info.id,
                relation: pair.relation,
                copies,
                source: info.source.as_deref(),
                date: info.date.as_deref(),
                resemblance: rounded(c.resemblance, 6),
                containment_a: rounded(c.containment_a, 6),
                containment_b: rounded(c.containment_b, 6),
                coverage_a: rounded(c.coverage_a, 6),
                coverage_b: rounded(c.coverage_b, 6),
                whole_text: c.whole_text,
                facts: FactsView { agree: c.facts.agree, compared: c.facts.compared },
                matches,
            });
        }
        let asked = self.documents.info(0);
        let (path, record) = (asked.path.as_deref(), asked.record);
        super::json_line(&SeenView { id: &asked.id, path, record, own: self.own, seen, more: self.more }, out)
    }

    /// Writes it for a person: the document, then each partner with its passages side by side.
    ///
    /// # Errors
    /// As [`Seen::json`].
    pub fn human(&self, options: HumanOptions, out: &mut dyn Write) -> io::Result<()> {
        let mut human = Human::new(self.findings(), options, out);
        let mut details = human.details(0);
        details.extend(self.own.map(|own| {
            let own = match own {
                Own::Same => "there under this id, with this text",
                Own::Other => "there under this id, with another text",
                Own::There => "there under this id",
            };
            own.to_owned()
        }));
        if details.is_empty() {
            human.put("● ", 2, Line::default().name(Style::Strong, &self.documents.info(0).id))?;
        } else {
            human.entry("● ", 0, &details)?;
        }
        for (pair, &copies) in self.detection.pairs.iter().zip(&self.copies) {
            let c = &pair.comparison;
            if !options.brief {
                human.blank()?;
            }
            let mut details = vec![pair.relation.name().to_owned()];
            details.push(format!(
                "{} of the document, {} of this one",
                words::percent(c.coverage_a),
                words::percent(c.coverage_b)
            ));
            details.push(format!("resemblance {}", words::fraction(c.resemblance)));
            if c.facts.agree < c.facts.compared {
                details.push(format!("{} of {} agree", c.facts.agree, words::count(c.facts.compared.into(), "fact")));
            }
            if copies > 1 {
                details.push(words::count(copies, "copy"));
            }
            details.extend(human.details(pair.b));
            human.entry("  ~ ", pair.b, &details)?;
            human.passages_between(0, pair.b)?;
        }
        if self.more > 0 {
            let rest = words::count(self.more, "more document");
            human.put("  ", 0, Line::default().say(Style::Faint, &format!("… and {rest}: a larger --limit shows more.")))?;
        }
        human.out.flush()
    }
}

/// Writes a value as one line of JSON in which characters that would act on a terminal are written as `\uXXXX`.
pub(super) fn line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = Vec::new();
    json::value(&mut bytes, value)?;
    bytes.push(b'\n');
    out.write_all(&bytes)
}
