//! Owns: the result of an index query for one document, as findings. Never: queries an index, or
//! writes.

use crate::error::{Error, Result};
use crate::model::detection::{Comparison, Detection, Pair, Relation, Summary};
use crate::model::document::{Document, DocumentInfo, Documents};
use crate::model::findings::Findings;
use crate::model::thresholds::Thresholds;
use serde::Serialize;
use std::borrow::Cow;

/// A document of an index that the queried document is related to.
#[derive(Debug, Clone, PartialEq)]
pub struct Partner {
    /// The document.
    pub info: DocumentInfo,
    /// Its text, where the index keeps texts.
    pub text: Option<String>,
    /// Number of documents in the index with this text.
    pub copies: u64,
    /// The relation of the queried document to it.
    pub relation: Relation,
    /// The scores and passages: `a` is the queried document.
    pub comparison: Comparison,
}

/// What an index holds under the id of the queried document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OwnVersion {
    /// The same text.
    Same,
    /// Another text.
    Other,
    /// A document whose text the index does not keep.
    There,
}

/// The result of an index query for one document.
pub struct QueryReport {
    pub(super) own: Option<OwnVersion>,
    pub(super) documents: QueryDocuments,
    pub(super) detection: Detection,
    pub(super) copies: Vec<u64>,
    pub(super) more: u64,
    pub(super) limited: Vec<(String, u64)>,
}

/// The queried document, then its partners.
pub(super) struct QueryDocuments {
    infos: Vec<DocumentInfo>,
    texts: Vec<String>,
}

impl Documents for QueryDocuments {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Borrowed(&self.infos[number])
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let dropped = || Error::Storage {
            what: self.infos[number].id.clone(),
            why: "the answer was written already, and its texts were dropped".into(),
        };
        self.texts.get(number).map(|text| Cow::Borrowed(&text[..])).ok_or_else(dropped)
    }
}

impl QueryDocuments {
    /// The metadata, which is borrowed from here.
    pub fn kept(&self, number: u32) -> &DocumentInfo {
        &self.infos[number as usize]
    }
}

impl QueryReport {
    /// The result without the texts, for those who have written it and only count it: a partner
    /// may be a book, which the answers for thousands of documents hold. To write it again is an
    /// error.
    #[must_use]
    pub fn without_texts(mut self) -> QueryReport {
        self.documents.texts = Vec::new();
        self
    }

    /// Makes the result from the queried document, what the index holds under its id, and its
    /// partners, nearest first; `more` partners are left out.
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
            titles: Vec::new(),
            pairs: pairs.into(),
            repeats: Vec::new(),
            summary: Summary::default(),
        };
        QueryReport { own, documents, detection, copies, more, limited: Vec::new() }
    }

    /// The same with what bounds of the work left out, as
    /// [`QueryAnswer::limited`](crate::index::QueryAnswer::limited) returns it.
    #[must_use]
    pub fn with_limited(self, limited: Vec<(&'static str, u64)>) -> QueryReport {
        let limited = limited.into_iter().map(|(reason, count)| (reason.to_owned(), count));
        QueryReport { limited: limited.collect(), ..self }
    }

    /// What bounds of the work left out, each reason with its count.
    pub fn limited(&self) -> &[(String, u64)] {
        &self.limited
    }

    /// The id of the queried document.
    pub fn id(&self) -> &str {
        &self.documents.infos[0].id
    }

    /// Returns the relation to the nearest partner.
    pub fn nearest(&self) -> Option<Relation> {
        self.detection.pairs.first().map(|p| p.relation)
    }

    /// Returns what the index holds under the document's id.
    pub fn own(&self) -> Option<OwnVersion> {
        self.own
    }

    pub(super) fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &self.documents, skipped: &[] }
    }
}
