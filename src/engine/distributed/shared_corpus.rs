//! Owns: what stages know of documents without their texts: their numbers and classes, and their
//! metadata, in written forms. Never: reads a text, or keeps a key of one.

use crate::engine::corpus::{Corpus, TextHash};
use crate::engine::distributed::stage_data::Packed;
use crate::engine::document_infos::DocumentInfos;
use crate::engine::key_columns::TextKeys;
use crate::engine::sketch::{Classes, NewClass, classes_of};
use crate::engine::stage_data::StageData;
use crate::error::Result;
use crate::hash;
use crate::model::document::{DocumentInfo, Documents};
use crate::model::thresholds::Thresholds;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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

/// The documents by number, that is, in the order of their ids, as classes of equal texts. All
/// stages know this of all documents, about 30 bytes each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct NumberedDocuments {
    /// The keys of the documents.
    keys: Packed,
    /// The classes.
    pub classes: Classes,
}

impl StageData for NumberedDocuments {
    const KIND: &'static str = "numbered-documents";
    const VERSION: u32 = 1;
}

/// What begins each class, in order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct NewClasses(pub Vec<NewClass>);

impl StageData for NewClasses {
    const KIND: &'static str = "new-classes";
    const VERSION: u32 = 1;
}

/// The bytes of a key.
const KEY: usize = size_of::<u128>();

impl NumberedDocuments {
    /// The number of documents.
    pub fn count(&self) -> usize {
        self.keys.0.len() / KEY
    }

    /// The key of a document.
    pub fn key(&self, number: usize) -> u128 {
        let keys: &[[u8; KEY]] = self.keys.0.as_chunks().0;
        u128::from_le_bytes(keys[number])
    }
}

/// The metadata of some documents.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct MetadataRows {
    /// The numbers of the documents, in order.
    numbers: Vec<u32>,
    /// Their metadata, with what its written form leaves out: length and role.
    rows: Vec<(DocumentInfo, u32, bool)>,
    /// The number of documents that were renamed because several texts had their id.
    pub renamed: u64,
    /// The reasons for which records were left out, each with its count.
    pub skipped: Vec<(String, u64)>,
}

impl StageData for MetadataRows {
    const KIND: &'static str = "metadata";
    const VERSION: u32 = 1;
}

impl MetadataRows {
    /// The metadata of documents, by their numbers, in order.
    pub fn new<'d>(documents: impl Iterator<Item = (u32, Cow<'d, DocumentInfo>)>) -> MetadataRows {
        let row = |(number, info): (u32, Cow<'_, DocumentInfo>)| {
            let (bytes, reference) = (info.bytes, info.reference);
            (number, (info.into_owned(), bytes, reference))
        };
        let (numbers, rows) = documents.map(row).unzip();
        MetadataRows { numbers, rows, ..MetadataRows::default() }
    }

    /// Gives the documents what their written form leaves out.
    pub fn restored(mut self) -> MetadataRows {
        for (info, bytes, reference) in &mut self.rows {
            (info.bytes, info.reference) = (*bytes, *reference);
        }
        self
    }

    /// The metadata of a document, if it is here.
    pub fn of(&self, number: usize) -> Option<&DocumentInfo> {
        // Mostly all are here.
        let at = match self.numbers.get(number) {
            Some(own) if *own as usize == number => number,
            _ => self.numbers.binary_search(&(number as u32)).ok()?,
        };
        Some(&self.rows[at].0)
    }
}

/// Documents of which only the metadata are there.
struct WithoutTexts<'d>(&'d MetadataRows);

impl Documents for WithoutTexts<'_> {
    fn count(&self) -> usize {
        self.0.rows.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Borrowed(&self.0.rows[number].0)
    }
    fn text(&self, _: usize) -> Result<Cow<'_, str>> {
        Ok(Cow::Borrowed(""))
    }
}

/// Numbers the documents of all rows by the rules of [`Corpus`](crate::Corpus).
pub fn numbered(
    rows: Vec<DocumentRows>,
    t: &Thresholds,
) -> Result<(NumberedDocuments, NewClasses, MetadataRows)> {
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
    let own = |n: usize| &documents[corpus.arrival_position(n)];
    let whole_info = |n: usize| {
        let (bytes, reference) = (own(n).bytes, own(n).reference);
        let info = DocumentInfo { bytes, reference, ..corpus.info(n).into_owned() };
        (n as u32, Cow::Owned(info))
    };
    let metadata = MetadataRows {
        renamed: corpus.renamed(),
        skipped: skipped.into_iter().collect(),
        ..MetadataRows::new((0..corpus.count()).map(whole_info))
    };
    let texts = (0..corpus.count()).map(|n| own(n).keys());
    let (classes, new) = classes_of(&WithoutTexts(&metadata), texts, t);
    let mut keys = Vec::with_capacity(KEY * corpus.count());
    (0..corpus.count()).for_each(|n| keys.extend_from_slice(&own(n).key.to_le_bytes()));
    Ok((NumberedDocuments { keys: Packed(keys), classes }, NewClasses(new), metadata))
}
