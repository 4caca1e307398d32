//! Owns: the handle of a persistent index: it opens the index, reads one state of it, and takes the
//! write lock. Never: candidates, comparisons, or what is written.

use crate::error::{Error, Result};
use crate::index::answer::QueryAnswer;
use crate::index::commit_queue::CommitQueue;
use crate::index::lookup::IndexState;
use crate::index::memtable::Memtable;
use crate::index::query::QuerySettings;
use crate::index::rows::{Header, PendingRow, SCHEMA, State};
use crate::index::store::create;
use crate::index::store::tables::{ProcessWriteLock, Read, ReadTxn, Store};
use crate::index::write::{SameId, Worker};
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::sketch::fingerprint::Fingerprint;
use crate::sketch::recipe::Recipe;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// How an index is created or opened.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct IndexOptions {
    /// Keep no texts. The index then takes two thirds of the disk space, but sightings have no
    /// spans, and their scores are estimated from sampled shingles.
    pub without_texts: bool,
    /// Open for reading only: nothing can be written, and the disk may be read-only.
    pub read_only: bool,
    /// What to do when an id is added again with another text.
    pub same_id: SameId,
    /// The recipe that the index must have; any recipe if `None`.
    pub recipe: Option<Recipe>,
}

impl_with!(IndexOptions);

/// A persistent index of documents: a crawler asks it whether a text, or passages of it, have been
/// seen before.
///
/// It uses the same keys and the same comparison as [`scan`](crate::scan), and reports which
/// documents are related, how, and by which passages in both texts. What [`add`](Index::add) has
/// acknowledged survives a killed process and a power failure.
///
/// Threads share one handle: any number may query while one writes. Processes share the directory:
/// each may open it once; writers take turns, and readers never wait. The directory must be on a
/// local disk.
///
/// Resident for each handle: the memtable, which has the keys of at most some 6,000 documents that
/// are in no sorted run yet (about 30 MiB), the background, 2 MiB for each thread that queries, and
/// about 150 MiB while [`add_all`](Index::add_all) runs; none of this grows with the index. Pages
/// of the file that were read stay in the system's page cache for as long as there is room (they
/// count as shared memory of the process).
///
/// ```
/// use nearcopy::{Document, Index, Recipe, Relation, Thresholds};
/// # let dir = std::env::temp_dir().join(format!("nearcopy-doc-{}", std::process::id()));
/// # let _ = std::fs::remove_dir_all(&dir);
/// let index = Index::create(&dir, &Recipe::default())?;
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring of next year.";
/// index.add(&Document::new("courier", story))?;
/// let seen = index.seen(&Document::new("ledger", story.replace("said", "told us")),
///     &Thresholds::default())?;
/// assert_eq!((seen[0].info.id.as_str(), seen[0].relation), ("courier", Relation::NearCopy));
/// # drop(index); std::fs::remove_dir_all(&dir).unwrap();
/// # Ok::<(), nearcopy::Error>(())
/// ```
pub struct Index {
    pub(super) store: Store,
    pub(super) recipe: Recipe,
    pub(super) texts: bool,
    pub(super) same_id: SameId,
    pub(super) memtable: RwLock<Memtable>,
    pub(super) background: RwLock<(u64, Arc<Background>)>,
    pub(super) turn: Mutex<()>,
    pub(super) workers: Mutex<Vec<Worker>>,
    pub(super) commits: CommitQueue,
    pub(super) process: u32,
}

/// The write lock: that among threads of this handle, and that among processes.
pub(super) struct WriteTurn<'i> {
    // The fields drop in this order: the file is unlocked before another thread of this handle may
    // lock it.
    process: ProcessWriteLock<'i>,
    _thread: MutexGuard<'i, ()>,
}

impl<'i> std::ops::Deref for WriteTurn<'i> {
    type Target = ProcessWriteLock<'i>;
    fn deref(&self) -> &ProcessWriteLock<'i> {
        &self.process
    }
}

impl IndexOptions {
    /// Creates an empty index in a new directory and opens it.
    ///
    /// # Errors
    /// As [`Index::create`].
    pub fn create(&self, path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        recipe.check()?;
        let header = Header {
            schema: SCHEMA.into(),
            recipe_id: recipe.id(),
            recipe: serde_json::to_value(recipe).expect("numbers only"),
            texts: !self.without_texts,
        };
        create::create(path.as_ref(), &serde_json::to_string(&header).expect("plain values"))?;
        IndexOptions { recipe: Some(recipe.clone()), ..self.clone() }.open(path)
    }

    /// Opens the index at a path, or creates an empty one of this recipe where nothing is at that
    /// path. Which recipe an existing index must have is [`recipe`](IndexOptions::recipe) of the
    /// options; [`without_texts`](IndexOptions::without_texts) is for a new one alone.
    ///
    /// # Errors
    /// As [`Index::open_or_create`].
    pub fn open_or_create(&self, path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        let path = path.as_ref();
        if create::is_free(path)? {
            match self.create(path, recipe) {
                // Another process may have created the index meanwhile.
                Err(_) if create::is_free(path).is_ok_and(|free| !free) => {}
                made => return made,
            }
        }
        self.open(path)
    }

    /// Opens an index.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Index> {
        let store = Store::open(path.as_ref(), self.read_only)?;
        let json = {
            let txn = store.read()?;
            store.header(&txn)?
        };
        let (header, recipe) = parse_header(&json, path.as_ref(), self.recipe.as_ref())?;
        Ok(Index {
            store,
            recipe,
            texts: header.texts,
            same_id: self.same_id,
            memtable: RwLock::default(),
            background: RwLock::default(),
            turn: Mutex::new(()),
            workers: Mutex::default(),
            commits: CommitQueue::default(),
            process: std::process::id(),
        })
    }
}

/// Parses the header of the index, and checks that this version and this recipe can read it.
fn parse_header(json: &str, path: &Path, wanted: Option<&Recipe>) -> Result<(Header, Recipe)> {
    let what = path.display().to_string();
    let value: serde_json::Value = serde_json::from_str(json).map_err(|_| Error::Malformed {
        what: what.clone(),
        why: "not an index: it does not say what it is".into(),
    })?;
    let named =
        |name: &str| value.get(name).and_then(|v| v.as_str()).unwrap_or("nothing").to_owned();
    let (schema, id) = (named("schema"), named("recipe_id"));
    let mixed = |wanted: String| Error::Mixed {
        what: what.clone(),
        wanted,
        found: format!("{schema}, recipe {id}"),
    };
    if schema != SCHEMA {
        return Err(mixed(SCHEMA.into()));
    }
    // A header with an unknown field was written by another version.
    let header: Header = serde_json::from_value(value.clone()).map_err(|_| mixed(SCHEMA.into()))?;
    let own: Recipe =
        serde_json::from_value(header.recipe.clone()).map_err(|_| mixed(SCHEMA.into()))?;
    let recipe = wanted.unwrap_or(&own);
    if recipe.id() != header.recipe_id || own.check().is_err() {
        return Err(mixed(format!("{SCHEMA}, recipe {}", recipe.id())));
    }
    Ok((header, own))
}

impl Index {
    /// Creates an empty index in a new directory and opens it.
    ///
    /// # Errors
    /// A recipe whose values are invalid; a directory that is not empty or cannot be created.
    pub fn create(path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        IndexOptions::default().create(path, recipe)
    }

    /// Opens the index at a path, or creates an empty one where nothing is at that path.
    ///
    /// ```
    /// use nearcopy::{Document, Index, Recipe};
    /// # let dir = std::env::temp_dir().join(format!("nearcopy-open-{}", std::process::id()));
    /// # let _ = std::fs::remove_dir_all(&dir);
    /// let index = Index::open_or_create(&dir, &Recipe::default())?;
    /// index.add(&Document::new("courier", "The harbour bridge will close on Monday."))?;
    /// drop(index);
    /// let index = Index::open_or_create(&dir, &Recipe::default())?;
    /// assert!(index.contains("courier")?);
    /// # drop(index); std::fs::remove_dir_all(&dir).unwrap();
    /// # Ok::<(), nearcopy::Error>(())
    /// ```
    ///
    /// An empty directory counts as nothing. Any other must hold an index of this recipe. Two
    /// processes may call this at once: one of them creates the index, and both open it.
    ///
    /// # Errors
    /// As [`Index::open`] and [`Index::create`].
    pub fn open_or_create(path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        let options = IndexOptions { recipe: Some(recipe.clone()), ..IndexOptions::default() };
        options.open_or_create(path, recipe)
    }

    /// Opens an index that was created with this recipe.
    ///
    /// # Errors
    /// No index at this path, another recipe or a newer format ([`Mixed`](crate::Error::Mixed)), a
    /// truncated file, no permission to write.
    pub fn open(path: impl AsRef<Path>, recipe: &Recipe) -> Result<Index> {
        IndexOptions { recipe: Some(recipe.clone()), ..IndexOptions::default() }.open(path)
    }

    /// The recipe that the keys of the index are made with.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }
    /// Whether the index keeps texts, so that sightings have spans.
    pub const fn has_texts(&self) -> bool {
        self.texts
    }
    /// The directory of the index.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// Returns the background that sightings are scored with: boilerplate as of the last
    /// [`compact`](Index::compact), and common words as of the last time that the number of
    /// different texts had doubled.
    ///
    /// # Errors
    /// A disk that cannot be read, or damage.
    pub fn background(&self) -> Result<Arc<Background>> {
        let txn = self.read()?;
        self.background_of(&self.store.state(&txn)?, &txn)
    }

    /// Fails in a forked child: a handle works only in the process that opened it, because locks do
    /// not pass to a child.
    pub(super) fn check_process(&self) -> Result<()> {
        if std::process::id() == self.process {
            return Ok(());
        }
        let what = self.path().display().to_string();
        Err(Error::Storage {
            what,
            why: "it was opened before this process was forked: open it again in each process"
                .into(),
        })
    }

    pub(super) fn read(&self) -> Result<Read<'_>> {
        self.check_process()?;
        self.store.read()
    }

    pub(super) fn write_turn(&self) -> Result<WriteTurn<'_>> {
        self.check_process()?;
        // A thread that panicked while it held the lock has written nothing: its transaction was
        // aborted.
        let thread = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(WriteTurn { process: self.store.writing()?, _thread: thread })
    }

    pub(super) fn worker(&self) -> Result<Worker> {
        // This check comes first: a child may have inherited the mutex locked by a thread of its
        // parent, and would wait for ever.
        self.check_process()?;
        let idle = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let failed = |e: std::io::Error| Error::Storage {
            what: self.path().display().to_string(),
            why: e.to_string(),
        };
        idle.map_or_else(|| Worker::new(&self.recipe).map_err(failed), Ok)
    }
    pub(super) fn return_worker(&self, worker: Worker) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
    pub(super) fn with_worker<T>(&self, work: impl FnOnce(&mut Worker) -> Result<T>) -> Result<T> {
        let mut worker = self.worker()?;
        let done = work(&mut worker);
        self.return_worker(worker);
        done
    }

    /// Calls `f` with one state of the index; calls it again where keys moved from the memtable to
    /// a run meanwhile.
    pub(super) fn read_state<T>(&self, mut f: impl FnMut(&IndexState) -> Result<T>) -> Result<T> {
        loop {
            let txn = self.read()?;
            let state = self.store.state(&txn)?;
            self.fill(&self.memtable, &state, &txn)?;
            let view = IndexState::new(&self.store, &txn, &state, &self.memtable);
            let found = f(&view);
            if !view.stale.get() {
                return found;
            }
        }
    }

    /// Brings the memtable up to the last transaction. A writer does this first, because other
    /// processes may have written.
    pub(super) fn refresh(&self) -> Result<()> {
        let txn = self.read()?;
        self.fill(&self.memtable, &self.store.state(&txn)?, &txn)
    }

    /// Brings a memtable up to a state, unless it is of a later one already.
    pub(super) fn fill(&self, recent: &RwLock<Memtable>, state: &State, txn: &Read) -> Result<()> {
        {
            let recent = recent.read().unwrap_or_else(PoisonError::into_inner);
            if recent.epoch > state.epoch
                || (recent.epoch == state.epoch && recent.until >= state.next)
            {
                return Ok(());
            }
        }
        let mut recent = recent.write().unwrap_or_else(PoisonError::into_inner);
        if recent.epoch < state.epoch {
            recent.restart(state.epoch, state.pending_from);
        }
        if recent.epoch == state.epoch && recent.until < state.next {
            let until = recent.until;
            for row in self.store.rows(txn, &self.store.pending, until)? {
                let (number, bytes) = row?;
                recent.add(
                    number,
                    PendingRow::read(bytes, || self.store.place("pending", number))?.keys(),
                );
            }
            recent.until = state.next;
        }
        Ok(())
    }

    pub(super) fn background_of(&self, state: &State, txn: &ReadTxn) -> Result<Arc<Background>> {
        {
            let cached = self.background.read().unwrap_or_else(PoisonError::into_inner);
            if cached.0 == state.background_version {
                return Ok(cached.1.clone());
            }
        }
        let json = self.store.background(txn)?;
        let what = self.store.place("meta", "background");
        let background = if json.is_empty() {
            Background::default()
        } else {
            Background::from_json(&json, &self.recipe.id(), &what)?
        };
        let background = Arc::new(background);
        *self.background.write().unwrap_or_else(PoisonError::into_inner) =
            (state.background_version, background.clone());
        Ok(background)
    }

    /// Returns what the index says of a document, and the state of the index that it is from.
    pub(super) fn answer(
        &self,
        d: &Document,
        f: &Fingerprint,
        thresholds: &Thresholds,
        worker: &Worker,
    ) -> Result<(QueryAnswer, State)> {
        thresholds.check()?;
        self.read_state(|view| {
            Ok((self.answer_in(view, d, f, thresholds, worker, 0)?, view.state.clone()))
        })
    }

    /// Returns what one state of the index says of a document; `from` leaves out classes whose
    /// newest document has a smaller number.
    pub(super) fn answer_in(
        &self,
        view: &IndexState,
        d: &Document,
        f: &Fingerprint,
        thresholds: &Thresholds,
        worker: &Worker,
        from: u32,
    ) -> Result<QueryAnswer> {
        let background = &*self.background_of(view.state, view.txn)?;
        let unpacker = &worker.unpacker;
        QuerySettings {
            view,
            background,
            recipe: &self.recipe,
            thresholds,
            texts: self.texts,
            unpacker,
        }
        .answer(d, f, from)
    }
}
