//! Owns: adding documents to an index and removing them. Never: writes rows or keys itself (that is
//! `write`).

use crate::error::Result;
use crate::index::answer::{QueryAnswer, Sighting};
use crate::index::commit_queue::{Condition, Request, forbidden};
use crate::index::handle::{Index, WriteTurn};
use crate::index::merge::{self, flush, settle, to_run};
use crate::index::rows::DocumentRow;
use crate::index::write::{Added, Batch, Entry, FLUSH, Keys};
use crate::model::detection::Relation;
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;
use crate::pair::background::{Background, word_slots};
use crate::sketch::fingerprint::WORD_SLOTS;
use rayon::prelude::*;
use std::sync::PoisonError;

/// [`Index::add_all`] writes at most this many documents in one transaction.
const BATCH: usize = 8192;
/// A batch of [`Index::add_all`] ends once its texts have this many bytes.
const BATCH_BYTES: usize = 32 << 20;

/// From this many different texts on, the common words are drawn anew whenever that number has
/// doubled.
const MIN_CLASSES_FOR_COMMON_WORDS: u64 = 128;

/// What [`Index::check_and_add`] did.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedDocument {
    /// The documents of the index that this document is related to, the nearest first.
    pub sightings: Vec<Sighting>,
    /// The number of candidates that were not compared: [`QueryAnswer::left_out`].
    pub left_out: u64,
    /// The number of passages that were not looked at as notes:
    /// [`QueryAnswer::notes_left_out`].
    pub notes_left_out: u64,
    /// Whether it was added.
    pub outcome: CheckOutcome,
}

/// Whether [`Index::check_and_add`] added a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CheckOutcome {
    /// It was added, the first of its text.
    New,
    /// It was added, and others have an equal text.
    Copy,
    /// It was added, and replaced another text under its id.
    Replaced,
    /// It was not added: the index holds this id with this very text already.
    Known,
    /// It was not added: it has one of the unwanted relations to a document of the index.
    Refused,
}

impl CheckOutcome {
    /// Whether the call wrote the document into the index.
    pub const fn is_added(self) -> bool {
        matches!(self, CheckOutcome::New | CheckOutcome::Copy | CheckOutcome::Replaced)
    }

    /// Whether a relation to a document of the index kept the document out.
    pub const fn is_refused(self) -> bool {
        matches!(self, CheckOutcome::Refused)
    }

    /// The name: `new`, `copy`, `replaced`, `known` or `refused`.
    pub const fn name(self) -> &'static str {
        match self {
            CheckOutcome::New => "new",
            CheckOutcome::Copy => "copy",
            CheckOutcome::Replaced => "replaced",
            CheckOutcome::Known => "known",
            CheckOutcome::Refused => "refused",
        }
    }
}

impl_display!(CheckOutcome);

impl From<Option<Added>> for CheckOutcome {
    fn from(added: Option<Added>) -> CheckOutcome {
        match added {
            Some(Added::New) => CheckOutcome::New,
            Some(Added::Copy) => CheckOutcome::Copy,
            Some(Added::Replaced) => CheckOutcome::Replaced,
            Some(Added::Known) => CheckOutcome::Known,
            None => CheckOutcome::Refused,
        }
    }
}

/// How many documents [`Index::add_all`] added, by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AddedCounts {
    /// Documents whose text was new.
    pub new: u64,
    /// Documents whose text another document already had.
    pub copies: u64,
    /// Documents that replaced another text under their id.
    pub replaced: u64,
    /// Documents that the index already held with this very text.
    pub known: u64,
    /// Documents without a token, whatever their outcome was. They are related to nothing.
    pub without_text: u64,
}

impl AddedCounts {
    fn merge(&mut self, other: AddedCounts) {
        self.new += other.new;
        self.copies += other.copies;
        self.replaced += other.replaced;
        self.known += other.known;
        self.without_text += other.without_text;
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

impl Index {
    /// Adds a document; when this returns, the document is on disk. An id that the index holds with
    /// this very text is left alone. With another text, the document is replaced, or refused where
    /// [`IndexOptions::same_id`](crate::index::IndexOptions::same_id) says so.
    ///
    /// Cost: making the keys, two key lookups and one transaction, which the documents that other
    /// threads add meanwhile share; now and then keys are sorted into larger runs.
    ///
    /// # Errors
    /// [`TextTooLong`](crate::Error::TextTooLong), [`SameId`](crate::Error::SameId), a full or
    /// read-only disk. Nothing is written then.
    pub fn add(&self, document: &Document) -> Result<Added> {
        let entry = self.with_worker(|w| Entry::new(document, self.texts, w))?;
        let answer = self.enqueue(Request { entry, ask: None })?;
        Ok(answer.added.expect("nothing was asked that could forbid it"))
    }

    /// Adds many documents: thousands a second, with keys made by all threads. Documents are
    /// committed in order, in batches of some thousands; after an error, the earlier batches are on
    /// disk.
    ///
    /// # Errors
    /// As [`Index::add`].
    pub fn add_all(&self, documents: impl IntoIterator<Item = Document>) -> Result<AddedCounts> {
        // This check comes first: a forked child would wait for ever for pool threads that it does
        // not have.
        self.check_process()?;
        let mut counts = AddedCounts::default();
        let mut documents = documents.into_iter();
        let mut ready = self.entries(&next_batch(&mut documents))?;
        while !ready.is_empty() {
            // The keys of the next batch are made while this one is written.
            let next = next_batch(&mut documents);
            let (written, following) =
                rayon::join(|| self.add_entries(ready, &mut counts), || self.entries(&next));
            written?;
            ready = following?;
        }
        Ok(counts)
    }

    /// Looks up what the document is related to, and adds it unless it has one of the relations in
    /// `unless` to another document. The two steps are atomic: of two copies that two threads or
    /// processes add at once, one is added and the other sees it. A document that the index already
    /// holds with this very text is [`Known`](Added::Known), whatever it is related to.
    ///
    /// A page that was [read in part](crate::DocumentInfo::read) is added all the same, unless the
    /// index holds a page of the same bytes, or a whole document of the same text; and what was
    /// read in part keeps no other document out.
    ///
    /// # Errors
    /// As [`Index::add`]; [`Cancelled`](crate::Error::Cancelled) where a signal arrived while
    /// another process held the write lock and the signal's handler does not restart system calls.
    /// Nothing is written then.
    pub fn check_and_add(
        &self,
        document: &Document,
        thresholds: &Thresholds,
        unless: &[Relation],
    ) -> Result<CheckedDocument> {
        let (checked, request) = self.with_worker(|w| {
            let f = w.fingerprint(document)?;
            let (answer, at) = self.answer(document, &f, thresholds, w)?;
            let QueryAnswer { sightings, left_out, notes_left_out, .. } = answer;
            let outcome = CheckOutcome::Refused;
            let mut checked = CheckedDocument { sightings, left_out, notes_left_out, outcome };
            if forbidden(&document.info, &checked.sightings, unless) {
                // A document that the index already holds is known, not forbidden as a copy.
                let known = self
                    .read_state(|view| view.knows(&DocumentRow::new(document)))?
                    .then_some(Added::Known);
                checked.outcome = known.into();
                return Ok((checked, None));
            }
            let entry = Entry::of(document, f.clone(), self.texts, w)?;
            let ask = Condition {
                document: document.clone(),
                f,
                thresholds: thresholds.clone(),
                unless: unless.to_vec(),
                at,
            };
            Ok((checked, Some(Request { entry, ask: Some(ask) })))
        })?;
        let Some(request) = request else { return Ok(checked) };
        let answer = self.enqueue(request)?;
        let outcome = answer.added.into();
        Ok(match answer.seen {
            Some(QueryAnswer { sightings, left_out, notes_left_out, .. }) => {
                CheckedDocument { sightings, left_out, notes_left_out, outcome }
            }
            None => CheckedDocument { outcome, ..checked },
        })
    }

    /// Removes a document; returns false where the index holds none of this id. The next
    /// [`compact`](Index::compact) removes its keys.
    ///
    /// # Errors
    /// A full or read-only disk.
    pub fn remove(&self, id: &str) -> Result<bool> {
        Ok(self.remove_all([id])?[0])
    }

    /// Removes documents in one transaction; returns for each id whether the index held it.
    ///
    /// # Errors
    /// As [`Index::remove`]. No document is removed then.
    pub fn remove_all<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> Result<Vec<bool>> {
        // The caller's iterator may use this index, so it is drained before the write lock is
        // taken.
        let ids: Vec<&str> = ids.into_iter().collect();
        let turn = self.write_turn()?;
        self.refresh()?;
        let mut batch =
            Batch::new(&self.store, self.store.write(&turn)?, &self.memtable, Keys::Pending)?;
        let removed: Result<Vec<bool>> = ids.into_iter().map(|id| batch.remove(id)).collect();
        let removed = removed?;
        if removed.contains(&true) {
            self.finish(batch)?;
        }
        Ok(removed)
    }

    pub(super) fn entries(&self, documents: &[Document]) -> Result<Vec<Entry>> {
        let part = |part: &[Document]| {
            self.with_worker(|w| part.iter().map(|d| Entry::new(d, self.texts, w)).collect())
        };
        let parts: Result<Vec<Vec<Entry>>> = documents.par_chunks(64).map(part).collect();
        Ok(parts?.into_iter().flatten().collect())
    }

    pub(super) fn add_entries(&self, entries: Vec<Entry>, counts: &mut AddedCounts) -> Result<()> {
        let turn = self.write_turn()?;
        self.maintain(&turn)?;
        let keys: usize = entries.iter().map(Entry::keys).sum();
        // A large batch becomes a sorted run at once; a small one would make too small a run.
        let large = keys as u64 >= FLUSH / 2;
        let sink = if large {
            Keys::Run(Vec::with_capacity(keys), vec![0; WORD_SLOTS])
        } else {
            Keys::Pending
        };
        let mut batch = Batch::new(&self.store, self.store.write(&turn)?, &self.memtable, sink)?;
        let mut added = AddedCounts::default();
        for entry in &entries {
            added.count(batch.add(entry, self.same_id)?);
            added.without_text += u64::from(entry.is_without_text());
        }
        self.finish(batch)?;
        counts.merge(added);
        let _ = self.maintain(&turn);
        Ok(())
    }

    /// Commits a batch and brings this handle's memtable up to date.
    pub(super) fn finish(&self, mut batch: Batch) -> Result<()> {
        batch.settle()?;
        let Batch { mut txn, mut state, keys, fresh, .. } = batch;
        if let Keys::Run(postings, counts) = keys {
            to_run(&self.store, &mut txn, &mut state, postings, counts)?;
        }
        self.store.put_state(&mut txn, &state)?;
        self.store.commit(txn)?;
        let mut recent = self.memtable.write().unwrap_or_else(PoisonError::into_inner);
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

    /// Draws the common words anew; all else changes only at a compaction.
    fn refresh_common_words(&self, turn: &WriteTurn) -> Result<()> {
        // The counts include removed texts until a compaction.
        let mut txn = self.store.write(turn)?;
        let mut state = self.store.state(&txn)?;
        let before = self.background_of(&state, &txn)?;
        let (common, frequent) = word_slots(
            &merge::word_counts(&self.store, &txn)?,
            state.classes + state.removed_classes,
        );
        let drawn = Background::clone(&before).with_words(state.classes, common, frequent);
        state.background = drawn.id();
        state.classes_at_last_background = state.classes;
        state.background_version += 1;
        self.store.put_background(&mut txn, &drawn.to_json(&self.recipe.id()))?;
        self.store.put_state(&mut txn, &state)?;
        self.store.commit(txn)
    }

    /// Brings the memtable up to date, draws the common words anew and flushes pending keys where
    /// they are due, and merges runs.
    pub(super) fn maintain(&self, turn: &WriteTurn) -> Result<()> {
        self.refresh()?;
        let state = self.store.now()?;
        if self.texts
            && state.classes
                >= MIN_CLASSES_FOR_COMMON_WORDS.max(2 * state.classes_at_last_background)
        {
            self.refresh_common_words(turn)?;
        }
        if state.pending_keys >= FLUSH {
            flush(&self.store, turn, &self.memtable)?;
        }
        settle(&self.store, turn)
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
