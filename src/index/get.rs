//! Owns: the read-only queries of an index: what a document is related to, and the documents
//! themselves. Never: writes.

use crate::error::Result;
use crate::index::answer::{QueryAnswer, Sighting};
use crate::index::handle::Index;
use crate::index::lookup::IndexState;
use crate::index::rows::{self, DocumentRow};
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;

impl Index {
    /// Returns the documents of the index that this document is related to, nearest first. A
    /// document with the same id is left out. [`query`](Index::query) also says whether candidates
    /// were left out because they were too many.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn seen(&self, document: &Document, thresholds: &Thresholds) -> Result<Vec<Sighting>> {
        Ok(self.query(document, thresholds)?.sightings)
    }

    /// Like [`seen`](Index::seen), with the steps of the comparisons and the number of candidates
    /// that were left out.
    ///
    /// # Errors
    /// As [`Index::seen`].
    pub fn query(&self, document: &Document, thresholds: &Thresholds) -> Result<QueryAnswer> {
        self.with_worker(|w| {
            let f = w.fingerprint(document)?;
            Ok(self.answer(document, &f, thresholds, w)?.0)
        })
    }

    /// Returns the document of an id. Its text is empty where the index keeps none.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn get(&self, id: &str) -> Result<Option<Document>> {
        self.with_worker(|w| {
            self.read_state(|view| {
                let Some((number, row)) = view.by_id(id)? else { return Ok(None) };
                let text =
                    if self.texts { view.text(number, &row, &w.unpacker)? } else { String::new() };
                Ok(Some(row.info.with_text(text)))
            })
        })
    }

    /// Whether the index holds a document of this id.
    ///
    /// # Errors
    /// As [`Index::get`].
    pub fn contains(&self, id: &str) -> Result<bool> {
        self.read_state(|view| Ok(view.by_id(id)?.is_some()))
    }

    /// Returns the ids of all documents in the order in which they were added; no text is read.
    ///
    /// # Errors
    /// As [`Index::get`].
    pub fn ids(&self) -> Result<Vec<String>> {
        let txn = self.read()?;
        let mut ids = Vec::new();
        for row in self.store.rows(&txn, &self.store.documents, 0)? {
            let (number, bytes) = row?;
            ids.push(
                rows::read::<DocumentRow>(bytes, || self.store.place("documents", number))?.info.id,
            );
        }
        Ok(ids)
    }

    /// Calls `each` with every document, in the order in which they were added, until it returns
    /// false. All are read in one transaction; pages that are freed meanwhile are not reused before
    /// it ends.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn for_each(&self, mut each: impl FnMut(Document) -> bool) -> Result<()> {
        let txn = self.read()?;
        let state = self.store.state(&txn)?;
        let view = IndexState::new(&self.store, &txn, &state, &self.memtable);
        self.with_worker(|w| {
            for row in self.store.rows(&txn, &self.store.documents, 0)? {
                let (number, bytes) = row?;
                let row: DocumentRow = rows::read(bytes, || self.store.place("documents", number))?;
                let text =
                    if self.texts { view.text(number, &row, &w.unpacker)? } else { String::new() };
                if !each(row.info.with_text(text)) {
                    break;
                }
            }
            Ok(())
        })
    }
}
