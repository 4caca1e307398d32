//! Owns: what an index holds of one document, as findings. Never: asks an index, or writes.

use crate::error::Result;
use crate::model::detection::{Comparison, Detection, Pair, Relation, Summary};
use crate::model::document::{Document, DocumentInfo, Documents};
use crate::model::findings::Findings;
use crate::model::thresholds::Thresholds;
use serde::Serialize;
use std::borrow::Cow;

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
#[non_exhaustive]
pub enum OwnVersion {
    /// Its text.
    Same,
    /// Another text.
    Other,
    /// Something, of which it keeps no text.
    There,
}

/// A document, and what an index holds of it.
pub struct QueryReport {
    pub(super) own: Option<OwnVersion>,
    pub(super) documents: QueryDocuments,
    pub(super) detection: Detection,
    pub(super) copies: Vec<u64>,
    pub(super) more: u64,
}

/// The document asked about, then its partners.
pub(super) struct QueryDocuments {
    infos: Vec<DocumentInfo>,
    texts: Vec<String>,
}

impl Documents for QueryDocuments {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> &DocumentInfo {
        &self.infos[number]
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        Ok(Cow::Borrowed(&self.texts[number]))
    }
}

impl QueryReport {
    /// What was found of a document, nearest first, and what its own id stands for; `more` partners
    /// are left out.
    pub fn new(
        asked: Document,
        own: Option<OwnVersion>,
        partners: Vec<Partner>,
        more: u64,
    ) -> QueryReport {
        let Document { info, text } = asked.info.with_text(asked.text);
        let mut documents = QueryDocuments {
            infos: vec![DocumentInfo { reference: false, ..info }],
            texts: vec![text],
        };
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
        QueryReport { own, documents, detection, copies, more }
    }

    /// The relation to the nearest partner.
    pub fn nearest(&self) -> Option<Relation> {
        self.detection.pairs.first().map(|p| p.relation)
    }

    /// What its own id stands for.
    pub fn own(&self) -> Option<OwnVersion> {
        self.own
    }

    pub(super) fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &self.documents, skipped: &[] }
    }
}
