//! Owns: the handle on a persistent index: documents added one by one, asked for in about a millisecond. Never: tables, runs, comparisons.
//!
//! ```text
//! document -fingerprint-> keys -lookup-> candidates -compare (texts again)-> sightings
//!                          \-> a pending row -> a sorted run -> a larger run
//! ```

mod check;
mod compact;
mod create;
mod group_commit;
mod handle;
mod lookup;
mod memtable;
mod merge;
mod query;
mod rows;
mod run;
mod storage_error;
mod store;
mod write;

pub use check::{IndexStats, Verification};
pub use query::Sighting;
pub use write::{Added, SameId};

use crate::error::Result;
use crate::model::detection::Relation;
use crate::model::document::Document;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::sketch::recipe::Recipe;
use group_commit::{Ask, Group, Request};
use lookup::View;
use memtable::Recent;
use rows::DocumentRow;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use store::{Store, Writing};
use write::{Batch, Entry, Keys, Worker};

/// Documents that [`Index::add_all`] writes in one transaction, at most …
const BATCH: usize = 8192;
/// … and bytes of their texts, at most, unless one has more.
const BATCH_BYTES: usize = 32 << 20;

/// How an index is made or opened.
#[derive(Debug, Clone, Default)]
pub struct IndexOptions {
    /// Keep no texts: it takes two thirds of the disk, but sightings have no spans, and their scores are estimated from sampled shingles.
    pub without_texts: bool,
    /// Open for reading: nothing can be written, and the disk may be read-only.
    pub read_only: bool,
    /// What an id means that is added again with another text.
    pub same_id: SameId,
    /// Only an index of this recipe will do.
    pub recipe: Option<Recipe>,
}

/// A persistent index of documents: a crawler asks it whether a text, or passages of it, have been seen before.
///
/// It answers with the same keys and the same comparison as [`scan`](crate::scan): which document, how they are related, which passages, in
/// both texts. What [`add`](Index::add) has acknowledged survives a killed process and a power failure.
///
/// Threads share one handle: any number ask while one writes. Processes share the directory: each may open it once; those that write take
/// turns, those that ask never wait. It must be on a local disk.
///
/// Resident for each handle: keys of at most some 6,000 documents that are in no sorted run yet (about 30 MiB), the background,
/// 2 MiB for each thread that asks, and about 150 MiB while [`add_all`](Index::add_all) is at work; that does not grow with the index. Pages of the file that have been read stay in the system's cache for as
/// long as there is room (they count as shared memory of the process).
///
/// ```
/// use nearcopy::{Document, Index, Recipe, Relation, Thresholds};
/// # let dir = std::env::temp_dir().join(format!("nearcopy-doc-{}", std::process::id()));
/// # let _ = std::fs::remove_dir_all(&dir);
/// let index = Index::create(&dir, &Recipe::default())?;
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in the spring of next year.";
/// index.add(&Document::new("courier", story))?;
/// let seen = index.seen(&Document::new("ledger", story.replace("said", "told us")), &Thresholds::default())?;
/// assert_eq!((seen[0].info.id.as_str(), seen[0].relation), ("courier", Relation::NearCopy));
/// # drop(index); std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), nearcopy::Error>(())
/// ```
pub struct Index {
    store: Store,
    recipe: Recipe,
    texts: bool,
    same_id: SameId,
    recent: RwLock<Recent>,
    background: RwLock<(u64, Arc<Background>)>,
    turn: Mutex<()>,
    workers: Mutex<Vec<Worker>>,
    group: Group,
    process: u32,
}

/// What [`Index::check_and_add`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What the document is related to.
    pub sightings: Vec<Sighting>,
    /// What became of it; nothing where a sighting forbade it.
    pub added: Option<Added>,
}

/// What became of many documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddedCounts {
    /// The first of their texts.
    pub new: u64,
    /// Beside others of equal text.
    pub copies: u64,
    /// In place of another text of their id.
    pub replaced: u64,
    /// There before.
    pub known: u64,
}

impl AddedCounts {
    fn merge(&mut self, other: AddedCounts) {
        self.new += other.new;
        self.copies += other.copies;
        self.replaced += other.replaced;
        self.known += other.known;
    }
    fn count(&mut self, added: Added) {
        match added {
            Added::New => self.new += 1,
            Added::Copy => self.copies += 1,
            Added::Replaced => self.replaced += 1,
            Added::Known => self.known += 1,
        }
    }
}

/// A turn to write: the thread's and the process's.
struct Turn<'i> {
    // Dropped in this order: the file is unlocked before another thread of this handle may lock it.
    process: Writing<'i>,
    _thread: MutexGuard<'i, ()>,
}

impl<'i> std::ops::Deref for Turn<'i> {
    type Target = Writing<'i>;
    fn deref(&self) -> &Writing<'i> {
        &self.process
    }
}

impl Index {
    /// Makes an empty index in a new directory and opens it.
    ///
    /// # Errors
    /// A recipe that cannot mean anything; a directory that is there and not empty, or cannot be made.
    pub fn create(path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        IndexOptions::default().create(path, recipe)
    }

    /// Opens an index that was made with this recipe.
    ///
    /// # Errors
    /// No index there, another recipe or a newer format ([`Mixed`](crate::Error::Mixed)), a file cut short, no right to write.
    pub fn open(path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        IndexOptions { recipe: Some(recipe.clone()), ..IndexOptions::default() }.open(path)
    }

    /// The recipe that its keys are made with.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    /// Whether it keeps texts, so that sightings have spans.
    pub const fn has_texts(&self) -> bool {
        self.texts
    }
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Adds a document; when this returns, it is on disk. An id that is there with this very text is left alone; with another text, that is
    /// replaced, or refused where the options say so.
    ///
    /// Cost: making its keys, looking up two, one transaction, which the documents share that other threads bring meanwhile; now and then keys
    /// are sorted into larger runs.
    ///
    /// # Errors
    /// [`TextTooLong`](crate::Error::TextTooLong), [`SameId`](crate::Error::SameId), a full or read-only disk. Nothing is written then.
    pub fn add(&self, document: &Document) -> Result<Added> {
        let entry = self.with_worker(|w| Entry::new(document, self.texts, w))?;
        let answer = self.bring(Request { entry, ask: None })?;
        Ok(answer.added.expect("nothing was asked that could forbid it"))
    }

    /// Adds many documents: thousands a second, keys made by all threads. They are on disk in batches of some thousands, in order; after an
    /// error, those of earlier batches are.
    ///
    /// # Errors
    /// As [`Index::add`].
    pub fn add_all(&self, documents: impl IntoIterator<Item = Document>) -> Result<AddedCounts> {
        // Asked first: a forked child waits for ever for threads that it does not have.
        self.owned()?;
        let mut counts = AddedCounts::default();
        let mut documents = documents.into_iter();
        let mut ready = self.entries(&next_batch(&mut documents))?;
        while !ready.is_empty() {
            // While one batch is written, the keys of the next are made.
            let next = next_batch(&mut documents);
            let (written, following) = rayon::join(|| self.add_entries(ready, &mut counts), || self.entries(&next));
            written?;
            ready = following?;
        }
        Ok(counts)
    }

    /// What the index holds that this document is related to, nearest first. The document's own id is left out.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn seen(&self, document: &Document, thresholds: &Thresholds) -> Result<Vec<Sighting>> {
        self.with_worker(|w| {
            let f = w.fingerprint(document)?;
            Ok(self.see(document, &f, thresholds, w)?.0)
        })
    }

    /// Asks, and adds the document unless it has one of the relations in `unless` to another. Nothing comes between: of two copies that two
    /// threads or processes bring at once, one is added and the other sees it. A document that is there already, with this very text, is
    /// [`Known`](Added::Known), whatever it is related to.
    ///
    /// # Errors
    /// As [`Index::add`]; [`Cancelled`](crate::Error::Cancelled) where a signal came while another process had its turn, and its handler is not set
    /// up to go on. Nothing is written then.
    pub fn check_and_add(&self, document: &Document, thresholds: &Thresholds, unless: &[Relation]) -> Result<Checked> {
        let (checked, request) = self.with_worker(|w| {
            let f = w.fingerprint(document)?;
            let (sightings, at) = self.see(document, &f, thresholds, w)?;
            if group_commit::forbidden(&sightings, unless) {
                // What is there already is nobody's new copy.
                let known = self.look(|view| view.knows(&DocumentRow::new(document)))?.then_some(Added::Known);
                return Ok((Checked { sightings, added: known }, None));
            }
            let entry = Entry::of(document, f.clone(), self.texts, w)?;
            let ask = Ask { document: document.clone(), f, thresholds: thresholds.clone(), unless: unless.to_vec(), at };
            Ok((Checked { sightings, added: None }, Some(Request { entry, ask: Some(ask) })))
        })?;
        let Some(request) = request else { return Ok(checked) };
        let answer = self.bring(request)?;
        Ok(Checked { sightings: answer.sightings.unwrap_or(checked.sightings), added: answer.added })
    }

    /// Takes a document away; false where there is none of this id. Its keys go at the next [`compact`](Index::compact).
    ///
    /// # Errors
    /// A full or read-only disk.
    pub fn remove(&self, id: &str) -> Result<bool> {
        Ok(self.remove_all([id])?[0])
    }

    /// Takes documents away in one transaction; for each id, whether there was one.
    ///
    /// # Errors
    /// As [`Index::remove`]. None is gone then.
    pub fn remove_all<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Result<Vec<bool>> {
        // The caller's iterator may use this index: it is done before the turn begins.
        let ids: Vec<&str> = ids.into_iter().collect();
        let turn = self.turn()?;
        self.refresh()?;
        let mut batch = Batch::new(&self.store, self.store.write(&turn)?, &self.recent, Keys::Pending)?;
        let removed: Result<Vec<bool>> = ids.into_iter().map(|id| batch.remove(id)).collect();
        let removed = removed?;
        if removed.contains(&true) {
            self.finish(batch)?;
        }
        Ok(removed)
    }

    /// The document of an id. Its text is empty where the index keeps none.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn get(&self, id: &str) -> Result<Option<Document>> {
        self.with_worker(|w| {
            self.look(|view| {
                let Some((number, row)) = view.by_id(id)? else { return Ok(None) };
                let text = if self.texts { view.text(number, &row, &w.unpacker)? } else { String::new() };
                Ok(Some(row.info.with_text(text)))
            })
        })
    }

    /// Whether there is a document of this id.
    ///
    /// # Errors
    /// As [`Index::get`].
    pub fn contains(&self, id: &str) -> Result<bool> {
        self.look(|view| Ok(view.by_id(id)?.is_some()))
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
            ids.push(rows::read::<DocumentRow>(bytes, || self.store.place("documents", number))?.info.id);
        }
        Ok(ids)
    }

    /// Calls `each` with every document, in the order in which they were added, until it answers false. All are of one moment; pages freed
    /// meanwhile are not used again before this ends.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn for_each(&self, mut each: impl FnMut(Document) -> bool) -> Result<()> {
        let txn = self.read()?;
        let state = self.store.state(&txn)?;
        let view = View::new(&self.store, &txn, &state, &self.recent);
        self.with_worker(|w| {
            for row in self.store.rows(&txn, &self.store.documents, 0)? {
                let (number, bytes) = row?;
                let row: DocumentRow = rows::read(bytes, || self.store.place("documents", number))?;
                let text = if self.texts { view.text(number, &row, &w.unpacker)? } else { String::new() };
                if !each(row.info.with_text(text)) {
                    break;
                }
            }
            Ok(())
        })
    }

    /// Looks at all documents as a scan does and draws the background from them anew: which passages are boilerplate, which words common.
    /// From then on, until documents are added or removed, [`seen`](Index::seen) tells of each document what `scan` with `all_pairs` tells. Keys
    /// of removed documents go, and all keys come into one sorted run.
    ///
    /// Cost: that of a scan, in time and in memory (about 2 KB a different text while it runs). Others may ask meanwhile; who wants to write waits.
    /// What the background depends on (`boilerplate-*`, `keep` and the bounds of relations) is taken from `thresholds`.
    ///
    /// # Errors
    /// Cancellation by `progress`, a full or read-only disk. The index stays as it was.
    pub fn compact(&self, thresholds: &Thresholds, options: &RunOptions, progress: &dyn Progress) -> Result<()> {
        thresholds.check()?;
        self.owned()?;
        compact::compact(self, thresholds, options, progress)
    }

    /// The background that sightings are scored with: boilerplate as of the last [`compact`](Index::compact), common words as of the last time that
    /// the different texts had doubled.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn background(&self) -> Result<Arc<Background>> {
        let txn = self.read()?;
        self.background_of(&self.store.state(&txn)?, &txn)
    }
}

fn next_batch(documents: &mut impl Iterator<Item = Document>) -> Vec<Document> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH && bytes < BATCH_BYTES {
        let Some(d) = documents.next() else { break };
        bytes += d.text.len();
        batch.push(d);
    }
    batch
}
