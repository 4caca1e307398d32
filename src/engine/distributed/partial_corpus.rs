//! Owns: documents of which some texts and some metadata are there, and the list of the other texts
//! that were asked for.
//! Never: fetches a text.

use crate::engine::distributed::shared_corpus::{MetadataRows, NumberedDocuments};
use crate::error::{Error, Result};
use crate::model::document::{DocumentInfo, Documents};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

/// All documents of a run, with the texts of some of them.
///
/// A text that is not there is read as an empty one and noted, so that a stage finds out in one go
/// which texts it needs. What such a stage has made is of no use: it is carried out again, with
/// these texts, until none is missing.
#[derive(Debug)]
pub struct PartialCorpus {
    numbered: NumberedDocuments,
    metadata: MetadataRows,
    /// What is read of a document whose metadata are not there.
    none: DocumentInfo,
    /// The texts by the keys of their documents.
    texts: HashMap<u128, String>,
    asked: Mutex<BTreeSet<u128>>,
    /// A document whose metadata were asked for and are not there.
    unknown: Mutex<Option<usize>>,
}

impl PartialCorpus {
    /// The documents, with texts by the keys of their documents. A text that comes twice is that
    /// of two documents that are equal in everything.
    pub(super) fn new(
        numbered: NumberedDocuments,
        metadata: MetadataRows,
        texts: Vec<(u128, String)>,
    ) -> PartialCorpus {
        PartialCorpus {
            numbered,
            metadata,
            none: DocumentInfo::default(),
            texts: texts.into_iter().collect(),
            asked: Mutex::default(),
            unknown: Mutex::default(),
        }
    }

    /// The key of a document.
    pub fn key(&self, number: usize) -> u128 {
        self.numbered.key(number)
    }

    /// The reasons for which records were left out, each with its count.
    pub fn skipped(&self) -> &[(String, u64)] {
        &self.metadata.skipped
    }

    /// The keys of the texts that were asked for and are not there, with those of all that are:
    /// what the stage has to be given when it is carried out again. Empty if none was missing.
    pub fn wanted(&self) -> Vec<u128> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_empty() {
            return Vec::new();
        }
        asked.iter().chain(self.texts.keys()).copied().collect()
    }

    /// An error if the metadata of a document were asked for that are not there.
    pub(super) fn check(&self) -> Result<()> {
        let unknown = *self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.map_or(Ok(()), |number| {
            Err(Error::Malformed {
                what: "the blocks of metadata".into(),
                why: format!(
                    "that of document {number} did not come: an engine has lost or doubled rows; \
                     run it again"
                ),
            })
        })
    }

    /// The classes of the documents.
    pub(super) fn numbered(&self) -> &NumberedDocuments {
        &self.numbered
    }
}

impl Documents for PartialCorpus {
    fn count(&self) -> usize {
        self.numbered.count()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Borrowed(self.metadata.of(number).unwrap_or_else(|| {
            *self.unknown.lock().unwrap_or_else(PoisonError::into_inner) = Some(number);
            &self.none
        }))
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let key = self.key(number);
        if let Some(text) = self.texts.get(&key) {
            return Ok(Cow::Borrowed(text));
        }
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
        Ok(Cow::Borrowed(""))
    }
    fn renamed(&self) -> u64 {
        self.metadata.renamed
    }
}
