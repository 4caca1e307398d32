//! Owns: what all stages know of all documents without their texts, and its written form. Never:
//! reads a text, or keeps a key.

use crate::engine::corpus::{Corpus, TextHash};
use crate::engine::document_infos::DocumentInfos;
use crate::engine::key_columns::TextKeys;
use crate::engine::sketch::{Classes, NewClass, classes_of};
use crate::engine::stage_data::StageData;
use crate::error::Result;
use crate::hash;
use crate::model::document::{DocumentInfo, Documents};
use crate::model::thresholds::Thresholds;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A document without its text, as the sketch stage has seen it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SketchedDocument {
    /// A hash of the document and its text. Two documents of one key are equal in everything.
    pub key: u128,
    /// The metadata. Its written form has neither length nor role.
    pub info: DocumentInfo,
    bytes: u32,
    reference: bool,
    /// What tells the texts of one id apart.
    hash: TextHash,
    exact: Option<u128>,
    tokens: u32,
    may_repeat: bool,
    anchors: u32,
}

/// The key of a document, and what tells its text apart.
pub fn document_key(info: &DocumentInfo, text: &str) -> (u128, TextHash) {
    let hash = (hash::bytes(text.as_bytes()), hash::wide_bytes(text.as_bytes()));
    let fields = serde_json::to_vec(&(info, info.reference, hash)).expect("fields of a document");
    (hash::wide_bytes(&fields), hash)
}

impl SketchedDocument {
    /// A document, by what its fingerprint says of its text.
    pub fn new(info: &DocumentInfo, text: &str, keys: &TextKeys) -> SketchedDocument {
        let (key, hash) = document_key(info, text);
        SketchedDocument {
            key,
            info: info.clone(),
            bytes: info.bytes,
            reference: info.reference,
            hash,
            exact: keys.exact,
            tokens: keys.tokens,
            may_repeat: keys.may_repeat,
            anchors: keys.anchors,
        }
    }

    /// The metadata with length and role.
    fn whole_info(&mut self) -> DocumentInfo {
        let (bytes, reference) = (self.bytes, self.reference);
        DocumentInfo { bytes, reference, ..std::mem::take(&mut self.info) }
    }

    fn keys(&self) -> TextKeys {
        let SketchedDocument { exact, tokens, may_repeat, anchors, .. } = *self;
        TextKeys { exact, tokens, may_repeat, anchors }
    }
}

/// Some documents without their texts, in any order, and what was left out beside them.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct DocumentRows {
    /// The documents.
    pub documents: Vec<SketchedDocument>,
    /// The reasons for which records were left out, each with its count.
    pub skipped: Vec<(String, u64)>,
}

impl StageData for DocumentRows {
    const KIND: &'static str = "documents";
    const VERSION: u32 = 1;
}

/// All documents without their texts, in the order of their ids.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SharedCorpus {
    /// The documents.
    pub documents: Vec<SketchedDocument>,
    /// The number of documents that were renamed because several texts had their id.
    pub renamed: u64,
    /// The reasons for which records were left out, each with its count.
    pub skipped: Vec<(String, u64)>,
}

impl StageData for SharedCorpus {
    const KIND: &'static str = "shared-corpus";
    const VERSION: u32 = 1;
}

impl SharedCorpus {
    /// Numbers the documents of all rows by the rules of [`Corpus`](crate::Corpus).
    pub fn of_rows(rows: Vec<DocumentRows>) -> Result<SharedCorpus> {
        let mut skipped = BTreeMap::<String, u64>::new();
        let mut documents = Vec::new();
        for rows in rows {
            documents.extend(rows.documents);
            rows.skipped.into_iter().for_each(|(why, n)| *skipped.entry(why).or_default() += n);
        }
        let mut infos = DocumentInfos::default();
        documents.iter_mut().for_each(|document| infos.push(&document.whole_info()));
        let hashes: Vec<TextHash> = documents.iter().map(|document| document.hash).collect();
        let corpus = Corpus::of_hashes(infos, &hashes)?;
        let renamed = corpus.renamed();
        let place = |n| {
            let own = documents[corpus.arrival_position(n)].clone();
            SketchedDocument { info: corpus.info(n).into_owned(), ..own }
        };
        let documents = (0..corpus.count()).map(place).collect();
        Ok(SharedCorpus { documents, renamed, skipped: skipped.into_iter().collect() })
    }

    /// Gives the documents what their written form leaves out.
    pub fn restored(mut self) -> SharedCorpus {
        for document in &mut self.documents {
            document.info = document.whole_info();
        }
        self
    }

    /// The classes of equal texts, and what begins each of them.
    pub fn classes(&self, documents: &dyn Documents, t: &Thresholds) -> (Classes, Vec<NewClass>) {
        classes_of(documents, self.documents.iter().map(SketchedDocument::keys), t)
    }
}
