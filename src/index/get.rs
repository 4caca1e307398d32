//! Owns: what is asked of an index: what it holds that a document is related to, the documents
//! themselves. Never: writes.

use crate::error::Result;
use crate::index::handle::Index;
use crate::index::lookup::IndexState;
use crate::index::query::Sighting;
use crate::index::rows::{self, DocumentRow};
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;

impl Index {
    /// What the index holds that this document is related to, nearest first. The document's own id
    /// is left out.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn seen(&self, document: &Document, thresholds: &Thresholds) -> Result<Vec<Sighting>> {
        self.with_worker(|w| {
            let f = w.fingerprint(document)?;
            Ok(self.see(document, &f, thresholds, w)?.0)
        })
    }

    /// The document of an id. Its text is empty where the index keeps none.
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

    /// Whether there is a document of this id.
    ///
    /// # Errors
    /// As [`Index::get`].
    pub fn contains(&self, id: &str) -> Result<bool> {
        self.read_state(|view| Ok(view.by_id(id)?.is_some()))
    }

    /// The ids of all documents, in the order in which they were added; no text is read.
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

    /// Calls `each` with every document, in the order in which they were added, until it answers
    /// false. All are of one moment; pages freed meanwhile are not used again before this ends.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn for_each(&self, mut each: impl FnMut(Document) -> bool) -> Result<()> {
        let txn = self.read()?;
        let state = self.store.state(&txn)?;
        let view = IndexState::new(&self.store, &txn, &state, &self.recent);
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
