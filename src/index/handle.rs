//! Owns: how a handle opens, reads one moment of the index, and takes its turn to write. Never: what is looked for.

use crate::engine::background;
use crate::error::{Error, Result};
use crate::index::create;
use crate::index::group_commit::Group;
use crate::index::lookup::View;
use crate::index::memtable::Recent;
use crate::index::merge::{self, flush, settle, to_run};
use crate::index::query::{Eye, Sighting};
use crate::index::rows::{Header, PendingRow, SCHEMA, State};
use crate::index::store::{Read, Store};
use crate::index::write::{Batch, Entry, FLUSH, Keys, Worker};
use crate::index::{AddedCounts, Index, IndexOptions, Turn};
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::sketch::fingerprint::{Fingerprint, WORD_SLOTS};
use crate::sketch::recipe::Recipe;
use heed::RoTxn;
use rayon::prelude::*;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// Which words are common is drawn anew whenever the different texts have doubled, from so many on.
const FIRST_DRAWN: u64 = 128;

impl IndexOptions {
    /// Makes an empty index in a new directory and opens it.
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
        let (header, recipe) = understood(&json, path.as_ref(), self.recipe.as_ref())?;
        Ok(Index {
            store,
            recipe,
            texts: header.texts,
            same_id: self.same_id,
            recent: RwLock::default(),
            background: RwLock::default(),
            turn: Mutex::new(()),
            workers: Mutex::default(),
            group: Group::default(),
            process: std::process::id(),
        })
    }
}

/// What the index says of itself, if this version and this recipe can work with it.
fn understood(json: &str, path: &Path, wanted: Option<&Recipe>) -> Result<(Header, Recipe)> {
    let what = path.display().to_string();
    let value: serde_json::Value = serde_json::from_str(json)
        .map_err(|_| Error::Malformed { what: what.clone(), why: "not an index: it does not say what it is".into() })?;
    let named = |name: &str| value.get(name).and_then(|v| v.as_str()).unwrap_or("nothing").to_owned();
    let (schema, id) = (named("schema"), named("recipe_id"));
    let mixed = |wanted: String| Error::Mixed { what: what.clone(), wanted, found: format!("{schema}, recipe {id}") };
    if schema != SCHEMA {
        return Err(mixed(SCHEMA.into()));
    }
    // A field that this version does not know is of another one.
    let header: Header = serde_json::from_value(value.clone()).map_err(|_| mixed(SCHEMA.into()))?;
    let own: Recipe = serde_json::from_value(header.recipe.clone()).map_err(|_| mixed(SCHEMA.into()))?;
    let recipe = wanted.unwrap_or(&own);
    if recipe.id() != header.recipe_id || own.check().is_err() {
        return Err(mixed(format!("{SCHEMA}, recipe {}", recipe.id())));
    }
    Ok((header, own))
}

impl Index {
    /// A handle works in the process that opened it: locks do not pass to a child.
    pub(super) fn owned(&self) -> Result<()> {
        if std::process::id() == self.process {
            return Ok(());
        }
        let what = self.path().display().to_string();
        Err(Error::Storage { what, why: "it was opened before this process was forked: open it again in each process".into() })
    }

    pub(super) fn read(&self) -> Result<Read<'_>> {
        self.owned()?;
        self.store.read()
    }

    pub(super) fn turn(&self) -> Result<Turn<'_>> {
        self.owned()?;
        // A thread that panicked in its turn has written nothing: its transaction is gone.
        let thread = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Turn { process: self.store.writing()?, _thread: thread })
    }

    pub(super) fn worker(&self) -> Result<Worker> {
        // Asked first: a child may find the lock as a thread of its parent held it, for ever.
        self.owned()?;
        let idle = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let failed = |e: std::io::Error| Error::Storage { what: self.path().display().to_string(), why: e.to_string() };
        idle.map_or_else(|| Worker::new(&self.recipe).map_err(failed), Ok)
    }
    pub(super) fn idle(&self, worker: Worker) {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
    }
    pub(super) fn with_worker<T>(&self, work: impl FnOnce(&mut Worker) -> Result<T>) -> Result<T> {
        let mut worker = self.worker()?;
        let done = work(&mut worker);
        self.idle(worker);
        done
    }

    /// Shows one moment of the index. Again, where keys moved from memory to a run in between.
    pub(super) fn look<T>(&self, mut f: impl FnMut(&View) -> Result<T>) -> Result<T> {
        loop {
            let txn = self.read()?;
            let state = self.store.state(&txn)?;
            self.fill(&self.recent, &state, &txn)?;
            let view = View::new(&self.store, &txn, &state, &self.recent);
            let found = f(&view);
            if !view.stale.get() {
                return found;
            }
        }
    }

    /// Brings the keys in memory up to the last transaction; whoever writes does this first, others may have written.
    pub(super) fn refresh(&self) -> Result<()> {
        let txn = self.read()?;
        self.fill(&self.recent, &self.store.state(&txn)?, &txn)
    }

    /// Brings keys in memory up to a moment, unless they are of a later one.
    pub(super) fn fill(&self, recent: &RwLock<Recent>, state: &State, txn: &Read) -> Result<()> {
        {
            let recent = recent.read().unwrap_or_else(PoisonError::into_inner);
            if recent.epoch > state.epoch || (recent.epoch == state.epoch && recent.until >= state.next) {
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
                recent.add(number, PendingRow::read(bytes, || self.store.place("pending", number))?.keys());
            }
            recent.until = state.next;
        }
        Ok(())
    }

    pub(super) fn background_of(&self, state: &State, txn: &RoTxn) -> Result<Arc<Background>> {
        {
            let cached = self.background.read().unwrap_or_else(PoisonError::into_inner);
            if cached.0 == state.drawing {
                return Ok(cached.1.clone());
            }
        }
        let json = self.store.background(txn)?;
        let what = self.store.place("meta", "background");
        let background =
            if json.is_empty() { Background::default() } else { Background::from_json(&json, &self.recipe.id(), &what)? };
        let background = Arc::new(background);
        *self.background.write().unwrap_or_else(PoisonError::into_inner) = (state.drawing, background.clone());
        Ok(background)
    }

    /// Sightings, and the moment they are of.
    pub(super) fn see(
        &self,
        d: &Document,
        f: &Fingerprint,
        thresholds: &Thresholds,
        worker: &Worker,
    ) -> Result<(Vec<Sighting>, State)> {
        thresholds.check()?;
        self.look(|view| Ok((self.see_in(view, d, f, thresholds, worker, 0)?, view.state.clone())))
    }

    /// Sightings at one moment, among documents from a number on.
    pub(super) fn see_in(
        &self,
        view: &View,
        d: &Document,
        f: &Fingerprint,
        thresholds: &Thresholds,
        worker: &Worker,
        from: u32,
    ) -> Result<Vec<Sighting>> {
        let background = &*self.background_of(view.state, view.txn)?;
        let unpacker = &worker.unpacker;
        Eye { view, background, recipe: &self.recipe, thresholds, texts: self.texts, unpacker }.see(d, f, from)
    }

    pub(super) fn entries(&self, documents: &[Document]) -> Result<Vec<Entry>> {
        let part = |part: &[Document]| self.with_worker(|w| part.iter().map(|d| Entry::new(d, self.texts, w)).collect());
        let parts: Result<Vec<Vec<Entry>>> = documents.par_chunks(64).map(part).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    pub(super) fn add_entries(&self, entries: Vec<Entry>, counts: &mut AddedCounts) -> Result<()> {
        let turn = self.turn()?;
        self.tidy(&turn)?;
        let keys: usize = entries.iter().map(Entry::keys).sum();
        // A large batch is sorted at once; a small one would make too small a run.
        let large = keys as u64 >= FLUSH / 2;
        let sink = if large { Keys::Run(Vec::with_capacity(keys), vec![0; WORD_SLOTS]) } else { Keys::Pending };
        let mut batch = Batch::new(&self.store, self.store.write(&turn)?, &self.recent, sink)?;
        let mut added = AddedCounts::default();
        for entry in &entries {
            added.count(batch.add(entry, self.same_id)?);
        }
        self.finish(batch)?;
        counts.merge(added);
        let _ = self.tidy(&turn);
        Ok(())
    }

    /// Makes a batch last, and shows it to this handle.
    pub(super) fn finish(&self, batch: Batch) -> Result<()> {
        let Batch { mut txn, mut state, keys, fresh, .. } = batch;
        if let Keys::Run(postings, counts) = keys {
            to_run(&self.store, &mut txn, &mut state, postings, counts)?;
        }
        self.store.put_state(&mut txn, &state)?;
        self.store.commit(txn)?;
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        if recent.epoch < state.epoch {
            recent.restart(state.epoch, state.pending_from);
        }
        let from = recent.until;
        for (number, keys) in fresh.into_iter().filter(|f| f.0 >= from) {
            recent.add(number, keys.into_iter());
        }
        recent.until = recent.until.max(state.next);
        Ok(())
    }

    /// Draws anew which words are common; what is boilerplate only a compaction tells.
    fn draw(&self, turn: &Turn) -> Result<()> {
        // Texts that have gone are in the counts until a compaction.
        let mut txn = self.store.write(turn)?;
        let mut state = self.store.state(&txn)?;
        let before = self.background_of(&state, &txn)?;
        let (common, frequent) = background::words(&merge::words(&self.store, &txn)?, state.classes + state.dead);
        let drawn = Background::new(state.classes, before.paragraphs.clone(), before.anchors.clone(), common, frequent);
        state.background = drawn.id();
        state.drawn = state.classes;
        state.drawing += 1;
        self.store.put_background(&mut txn, &drawn.to_json(&self.recipe.id()))?;
        self.store.put_state(&mut txn, &state)?;
        self.store.commit(txn)
    }

    /// Sorts what has piled up, and brings the keys in memory up to date.
    pub(super) fn tidy(&self, turn: &Turn) -> Result<()> {
        self.refresh()?;
        let state = self.store.now()?;
        if self.texts && state.classes >= FIRST_DRAWN.max(2 * state.drawn) {
            self.draw(turn)?;
        }
        if state.pending_keys >= FLUSH {
            flush(&self.store, turn, &self.recent)?;
        }
        settle(&self.store, turn)
    }
}
