//! Owns: the sizes of an index, and the verification of all its rows and keys. Never: repairs
//! anything.

use crate::error::Result;
use crate::hash;
use crate::index::handle::Index;
use crate::index::lookup::{IndexState, numbers};
use crate::index::posting_list::PostingList;
use crate::index::rows::{ClassRow, DocumentRow, PendingRow, read};
use crate::index::store::tables::MeasuredTable;
use crate::postings::bucket::{Bucket, BucketLayout};
use crate::postings::checksum::unseal;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::RwLock;

/// The size of an index, and the settings it was made with.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IndexStats {
    /// Id of the recipe.
    pub recipe: String,
    /// Id of the background; `none` while the index is small and was never compacted.
    pub background: String,
    /// Whether the index keeps texts.
    pub texts: bool,
    /// Number of documents.
    pub documents: u64,
    /// Number of different texts.
    pub classes: u64,
    /// Bytes of the documents' texts, uncompressed.
    pub bytes: u64,
    /// Number of postings in sorted runs.
    pub postings: u64,
    /// Number of sorted runs; a lookup searches every one.
    pub runs: u64,
    /// Number of keys that are in no run yet.
    pub pending_keys: u64,
    /// Whether the index was ever compacted. Before that, its background has common words but no
    /// boilerplate.
    pub compacted: bool,
    /// Documents added or removed since the last compaction.
    pub changes: u64,
    /// Bytes of the file.
    pub file_bytes: u64,
    /// Bytes of the file that are in use; LMDB reuses the rest before the file grows.
    pub used_bytes: u64,
    /// Bytes of the keys: runs and pending rows.
    pub key_bytes: u64,
    /// Bytes of the compressed texts.
    pub text_bytes: u64,
    /// Bytes of the rows of documents and classes.
    pub row_bytes: u64,
}

/// What a verification read, and the problems that it found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Documents that were checked.
    pub documents: u64,
    /// Different texts that were checked.
    pub classes: u64,
    /// Postings that were checked.
    pub postings: u64,
    /// Number of problems.
    pub wrong: u64,
    /// The first hundred problems in words; none where the index is sound.
    pub problems: Vec<String>,
}

const SHOWN: usize = 100;
/// Rows that are checked at once, in parallel.
const PART: usize = 1024;
/// A list with more memtable entries than this is kept for further lookups. Lists in runs are
/// searched in place and need no copy.
const MIN_CACHED_LIST: usize = 64;

/// Lists of keys that very many texts of the memtable share.
type FrequentKeys<'v> = HashMap<u64, PostingList<'v>>;

const PART_BYTES: usize = 8 << 20;

impl Verification {
    fn say(&mut self, problem: String) {
        self.wrong += 1;
        if self.problems.len() < SHOWN {
            self.problems.push(problem);
        }
    }
    fn note<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|e| self.say(e.to_string())).ok()
    }
    fn check(&mut self, right: bool, problem: impl FnOnce() -> String) {
        if !right {
            self.say(problem());
        }
    }
}

impl Index {
    /// Returns the size of the index and the settings it was made with.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn stats(&self) -> Result<IndexStats> {
        let txn = self.read()?;
        let state = self.store.state(&txn)?;
        let (file_bytes, used_bytes) = self.store.disk()?;
        let pages = |table| self.store.pages(&txn, table);
        Ok(IndexStats {
            recipe: self.recipe.id(),
            background: state.background,
            texts: self.texts,
            documents: state.documents,
            classes: state.classes,
            bytes: state.bytes,
            postings: state.runs.iter().map(|r| r.postings).sum(),
            runs: state.runs.len() as u64,
            pending_keys: state.pending_keys,
            compacted: state.compacted > 0,
            changes: state.changes,
            file_bytes,
            used_bytes,
            key_bytes: pages(MeasuredTable::Runs)? + pages(MeasuredTable::Pending)?,
            text_bytes: pages(MeasuredTable::Texts)?,
            row_bytes: pages(MeasuredTable::Documents)? + pages(MeasuredTable::Classes)?,
        })
    }

    /// Checks every row: whether it is what was written, whether texts, classes and documents refer
    /// to each other correctly, and, where texts are kept, whether every key of every text leads
    /// back to it. Cost: reading the file, and making all keys again.
    ///
    /// # Errors
    /// A disk that cannot be read. Problems of the index itself are in the result.
    pub fn verify(&self) -> Result<Verification> {
        // The verification fills a memtable of its own: that of the handle changes while other
        // threads add.
        let txn = self.read()?;
        let (state, recent) = (self.store.state(&txn)?, RwLock::default());
        self.fill(&recent, &state, &txn)?;
        let view = &IndexState::new(&self.store, &txn, &state, &recent);
        let mut all = Verification::default();
        self.check_runs(view, &mut all)?;
        self.check_pending(view, &mut all)?;
        self.check_insight(view, &mut all)?;
        self.check_classes(view, &mut all)?;
        self.check_documents(view, &mut all)?;
        let counted = [
            (all.documents, state.documents, "documents"),
            (all.classes, state.classes, "different texts"),
        ];
        for (there, recorded, what) in counted {
            all.check(there == recorded, || {
                format!("{there} {what} are there, {recorded} are counted")
            });
        }
        Ok(all)
    }

    fn check_runs(&self, view: &IndexState, all: &mut Verification) -> Result<()> {
        for run in &view.state.runs {
            let shape = BucketLayout { bits: run.bits };
            let mut postings = 0;
            for row in self.store.buckets(view.txn, run.id)? {
                let (number, bytes) = row?;
                let place = || self.store.place("run", format!("{}, {number}", run.id));
                let Some(bucket) = all.note(Bucket::checked(shape, bytes, place)) else { continue };
                postings += bucket.len() as u64;
                let units = (0..bucket.len()).all(|i| bucket.unit(i) < view.state.next);
                all.check(units, || format!("{}: leads to documents that never were", place()));
            }
            all.postings += postings;
            all.check(postings == run.postings, || {
                format!("run {} has {postings} postings of {}", run.id, run.postings)
            });
        }
        Ok(())
    }

    fn check_pending(&self, view: &IndexState, all: &mut Verification) -> Result<()> {
        let mut keys = 0;
        for row in self.store.rows(view.txn, &self.store.pending, 0)? {
            let (number, bytes) = row?;
            let read = PendingRow::read(bytes, || self.store.place("pending", number));
            keys += all.note(read).map_or(0, |row| row.keys().len() as u64);
            let due = (view.state.pending_from..view.state.next).contains(&number);
            all.check(due, || format!("pending row {number} should be in a run"));
        }
        all.postings += keys;
        all.check(keys == view.state.pending_keys, || {
            format!("{keys} pending keys of {}", view.state.pending_keys)
        });
        Ok(())
    }

    /// Checks what a compaction wrote: families, links, hot keys, the background and the word
    /// counts. Checks the seals of texts too.
    fn check_insight(&self, view: &IndexState, all: &mut Verification) -> Result<()> {
        let check = |all: &mut Verification, row: &[u8], place: String| {
            let read = all.note(unseal(row, || place.clone()));
            let known = read.is_none_or(|row| numbers(row).all(|n| n < view.state.next));
            all.check(known, || format!("{place} leads to classes that never were"));
        };
        for (table, name) in [(&self.store.families, "families"), (&self.store.links, "links")] {
            for row in self.store.rows(view.txn, table, 0)? {
                let (number, bytes) = row?;
                check(all, bytes, self.store.place(name, number));
            }
        }
        for row in self.store.all_hot(view.txn)? {
            let (key, bytes) = row?;
            check(all, bytes, self.store.place("hot", key));
        }
        for row in self.store.rows(view.txn, &self.store.texts, 0)? {
            let (number, bytes) = row?;
            all.note(unseal(bytes, || self.store.place("texts", number)));
        }
        let background = self.background_of(view.state, view.txn);
        all.note(background);
        all.note(self.store.word_counts(view.txn));
        Ok(())
    }

    fn check_classes(&self, view: &IndexState, all: &mut Verification) -> Result<()> {
        for row in self.store.rows(view.txn, &self.store.classes, 0)? {
            let (number, bytes) = row?;
            all.classes += 1;
            let Some(class) =
                all.note(read::<ClassRow>(bytes, || self.store.place("classes", number)))
            else {
                continue;
            };
            let Some(members) = all.note(view.members(number, usize::MAX)) else { continue };
            let count = members.len() as u64;
            all.check(count == u64::from(class.members), || {
                format!("class {number} has {count} documents of {}", class.members)
            });
            let first = members.iter().min_by(|x, y| x.1.info.id.cmp(&y.1.info.id)).map(|m| m.0);
            all.check(first == Some(class.first), || {
                format!("class {number} does not name its first document")
            });
            // A text without a token is not found by it.
            if class.tokens == 0 {
                continue;
            }
            let Some(found) = all.note(view.by_text(Some(class.exact))) else { continue };
            all.check(found.map(|f| f.0) == Some(number), || {
                format!("class {number} is not found by its text")
            });
        }
        Ok(())
    }

    /// Reads texts in order, makes their keys on all threads, and looks the keys up in order, all
    /// within one transaction.
    fn check_documents(&self, view: &IndexState, all: &mut Verification) -> Result<()> {
        let mut part: Vec<(u32, DocumentRow, Option<String>)> = Vec::new();
        let mut long = FrequentKeys::default();
        let mut bytes = 0;
        for row in self.store.rows(view.txn, &self.store.documents, 0)? {
            let (number, row) = row?;
            all.documents += 1;
            let Some(row) =
                all.note(read::<DocumentRow>(row, || self.store.place("documents", number)))
            else {
                continue;
            };
            let Some(found) = all.note(view.by_id(&row.info.id)) else { continue };
            all.check(found.map(|f| f.0) == Some(number), || {
                format!("document {:?} is not found by its id", row.info.id)
            });
            let text = if self.texts {
                let text = self.with_worker(|w| view.text(number, &row, &w.unpacker));
                all.note(text)
            } else {
                None
            };
            bytes += text.as_ref().map_or(0, String::len);
            part.push((number, row, text));
            if part.len() == PART || bytes > PART_BYTES {
                self.check_texts(view, &std::mem::take(&mut part), &mut long, all)?;
                bytes = 0;
            }
        }
        self.check_texts(view, &part, &mut long, all)
    }

    fn check_texts<'v>(
        &self,
        view: &IndexState<'v>,
        part: &[(u32, DocumentRow, Option<String>)],
        long: &mut FrequentKeys<'v>,
        all: &mut Verification,
    ) -> Result<()> {
        let print = |text: &Option<String>| {
            let of = |text: &String| self.with_worker(|w| Ok(w.fingerprinter.fingerprint(text)));
            text.as_ref().map(of).transpose()
        };
        let prints: Result<Vec<_>> = part.par_iter().map(|(_, _, text)| print(text)).collect();
        for ((number, row, text), f) in part.iter().zip(prints?) {
            let (Some(text), Some(f)) = (text, f) else { continue };
            let right = hash::bytes(text.as_bytes()) == row.hash;
            all.check(right, || {
                format!("the text of document {:?} is not the one that was added", row.info.id)
            });
            let Some(class) = all.note(view.class(row.class)) else { continue };
            let right = class.is_some_and(|c| {
                c.tokens == f.tokens && f.exact.is_none_or(|exact| exact == c.exact)
            });
            all.check(right, || {
                format!("document {:?} is not of the class that it names", row.info.id)
            });
            // Only the founder's keys were posted; a text with the same bytes has the same keys.
            if *number == row.class || row.text == row.class {
                let keys = f.bands.iter().chain(&f.paragraph_bands).chain(&f.anchors);
                let mut lost = 0;
                for &key in keys {
                    let held = match long.get(&key) {
                        Some(list) => Ok(list.holds(row.class)),
                        None => view.list(key).map(|list| {
                            let held = list.holds(row.class);
                            if list.recent.len() > MIN_CACHED_LIST {
                                long.insert(key, list);
                            }
                            held
                        }),
                    };
                    lost += u64::from(!all.note(held).unwrap_or(false));
                }
                all.check(lost == 0, || {
                    format!("{lost} keys of document {:?} lead nowhere", row.info.id)
                });
            }
        }
        Ok(())
    }
}
