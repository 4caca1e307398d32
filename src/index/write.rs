//! Owns: adding and removing documents inside one transaction. Never: sorted runs (that is
//! `merge`).

use crate::error::{Error, Result};
use crate::index::lookup::IndexState;
use crate::index::memtable::Memtable;
use crate::index::rows::{
    ClassRow, DocumentRow, PendingRow, State, exact_key, id_key, members_key, write,
};
use crate::index::store::tables::{Store, WriteTxn};
use crate::model::document::Document;
use crate::postings::checksum::{damaged, seal};
use crate::postings::posting::Posting;
use crate::sketch::fingerprint::{Fingerprint, Fingerprinter};
use crate::sketch::recipe::Recipe;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::RwLock;
use zstd::bulk::{Compressor, Decompressor};

/// Number of pending keys at which they are written as a run: those of about 6,000 articles.
pub const FLUSH: u64 = 1 << 20;

/// What to do with an id that the index already holds with another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SameId {
    /// The new text replaces the old one.
    #[default]
    Replace,
    /// The call fails with [`Error::SameId`], and nothing is written.
    Refuse,
}

/// The outcome of adding a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Added {
    /// The document was added, the first of its text.
    New,
    /// The document was added, and others have an equal text.
    Copy,
    /// The document replaced another text under its id.
    Replaced,
    /// The index already held the document with this very text; nothing was written.
    Known,
}

impl Added {
    /// The name: `new`, `copy`, `replaced` or `known`.
    pub const fn name(self) -> &'static str {
        match self {
            Added::New => "new",
            Added::Copy => "copy",
            Added::Replaced => "replaced",
            Added::Known => "known",
        }
    }
}

impl_display!(Added);

/// Buffers that one thread at a time uses.
pub struct Worker {
    /// Makes keys.
    pub fingerprinter: Fingerprinter,
    packer: Compressor<'static>,
    /// Decompresses texts.
    pub unpacker: RefCell<Decompressor<'static>>,
}

impl Worker {
    /// Makes the buffers for a recipe.
    pub fn new(recipe: &Recipe) -> std::io::Result<Worker> {
        let packer = Compressor::new(LEVEL)?;
        Ok(Worker {
            fingerprinter: Fingerprinter::new(recipe),
            packer,
            unpacker: RefCell::new(Decompressor::new()?),
        })
    }
    /// Makes the keys of a document.
    pub fn fingerprint(&mut self, d: &Document) -> Result<Fingerprint> {
        if u32::try_from(d.text.len()).is_err() {
            return Err(Error::TextTooLong { id: d.info.id.clone(), bytes: d.text.len() as u64 });
        }
        Ok(self.fingerprinter.fingerprint(&d.text))
    }
}

/// The zstd level that texts are compressed at, its default.
const LEVEL: i32 = 3;

/// A document ready to be written: all work that needs no lock is done.
pub struct Entry {
    /// The document's row.
    pub row: DocumentRow,
    exact: Option<u128>,
    tokens: u32,
    anchors: u32,
    keys: Vec<u64>,
    words: Vec<u32>,
    text: Option<Vec<u8>>,
}

impl Entry {
    /// Makes the keys and compresses the text.
    pub fn new(d: &Document, texts: bool, worker: &mut Worker) -> Result<Entry> {
        let f = worker.fingerprint(d)?;
        Entry::of(d, f, texts, worker)
    }
    /// As [`Entry::new`], with keys that are made already.
    pub fn of(d: &Document, f: Fingerprint, texts: bool, worker: &mut Worker) -> Result<Entry> {
        let packed = |e: std::io::Error| Error::Storage {
            what: d.info.id.clone(),
            why: format!("its text cannot be packed: {e}"),
        };
        let text = if texts {
            Some(seal(worker.packer.compress(d.text.as_bytes()).map_err(packed)?))
        } else {
            None
        };
        let anchors = f.anchors.len() as u32;
        let mut keys = f.bands;
        keys.extend(f.paragraph_bands);
        keys.extend(f.anchors);
        Ok(Entry {
            row: DocumentRow::new(d),
            exact: f.exact,
            tokens: f.tokens,
            anchors,
            keys,
            words: f.words,
            text,
        })
    }
    /// The number of keys, with those of the id, the class and the text.
    pub fn keys(&self) -> usize {
        self.keys.len() + 3
    }
    /// Whether the text has no token.
    pub const fn is_without_text(&self) -> bool {
        self.exact.is_none()
    }
}

/// Where the keys of new documents are written.
pub enum Keys {
    /// To a pending row for each document.
    Pending,
    /// To a run that is about to be written, with the number of texts in which each word slot
    /// occurs.
    Run(Vec<Posting>, Vec<u32>),
}

/// A transaction that adds and removes documents, and the keys that it added.
pub struct Batch<'b> {
    /// The tables.
    pub store: &'b Store,
    /// The transaction.
    pub txn: WriteTxn<'b>,
    /// The state of the index after the transaction.
    pub state: State,
    /// The state of the index before the transaction.
    pub before: State,
    /// The memtable of the handle.
    pub recent: &'b RwLock<Memtable>,
    /// Where the keys of new documents are written.
    pub keys: Keys,
    /// Keys of new documents, by document, that the memtable takes after the commit.
    pub fresh: Vec<(u32, Vec<u64>)>,
    /// How many keys of each new document lookups within the transaction see: [`OWN`], unless new
    /// documents are compared with each other.
    pub visible_keys: usize,
    joining: Memtable,
    /// The classes whose first document was removed.
    without_first: BTreeSet<u32>,
}

/// The number of keys before those of the text's content: the keys of the id, the class and the
/// text. A document without a token has only the first two, and none of content.
pub const OWN: usize = 3;

impl<'b> Batch<'b> {
    /// Begins a batch.
    pub fn new(
        store: &'b Store,
        txn: WriteTxn<'b>,
        recent: &'b RwLock<Memtable>,
        keys: Keys,
    ) -> Result<Batch<'b>> {
        let state = store.state(&txn)?;
        let before = state.clone();
        Ok(Batch {
            store,
            txn,
            state,
            before,
            recent,
            keys,
            fresh: Vec::new(),
            visible_keys: OWN,
            joining: Memtable::default(),
            without_first: BTreeSet::new(),
        })
    }

    /// Finds the first documents of the classes whose first one was removed. Many documents of one
    /// text may be removed together, so this is done once for all of them: before a lookup, and
    /// before the transaction is committed.
    pub fn settle(&mut self) -> Result<()> {
        for class in std::mem::take(&mut self.without_first) {
            let Some(mut row) = self.view().class(class)? else { continue };
            let members = self.view().members(class, usize::MAX)?;
            let first = members.into_iter().min_by(|x, y| x.1.info.id.cmp(&y.1.info.id));
            row.first = first.ok_or_else(|| damaged(self.store.place("classes", class)))?.0;
            self.store.put(&mut self.txn, &self.store.classes, class, &write(&row))?;
        }
        Ok(())
    }

    /// The state of the index within the transaction.
    pub fn view(&self) -> IndexState<'_> {
        IndexState {
            batch_memtable: Some(&self.joining),
            ..IndexState::new(self.store, &self.txn, &self.state, self.recent)
        }
    }

    /// Adds a document. [`Error::SameId`] is returned before anything is written; after any other
    /// error the transaction must be discarded.
    pub fn add(&mut self, entry: &Entry, same_id: SameId) -> Result<Added> {
        let mut row = entry.row.clone();
        let mut replaced = false;
        if let Some((number, old)) = self.view().by_id(&row.info.id)? {
            if old.hash == row.hash && old.bytes == row.bytes {
                return Ok(Added::Known);
            }
            if same_id == SameId::Refuse {
                return Err(Error::SameId { id: row.info.id });
            }
            self.remove_row(number, &old)?;
            replaced = true;
        }
        let number = self.state.next;
        self.state.next =
            number.checked_add(1).ok_or(Error::TooManyDocuments { count: 1 << 32 })?;
        let there = self.view().by_text(entry.exact)?;
        let copy = there.is_some();
        row.text = number;
        let posted = match there {
            Some(class) => self.join_class(&mut row, number, class)?,
            None => self.begin_class(&mut row, number, entry)?,
        };
        let words = if copy { &[] } else { entry.words.as_slice() };
        if let Some(text) = entry.text.as_ref().filter(|_| row.text == number) {
            self.store.append(&mut self.txn, &self.store.texts, number, text)?;
        }
        self.store.append(&mut self.txn, &self.store.documents, number, &write(&row))?;
        self.state.documents += 1;
        self.state.changes += 1;
        self.state.bytes += u64::from(row.bytes);
        self.post(number, posted, words)?;
        Ok(if replaced {
            Added::Replaced
        } else if copy {
            Added::Copy
        } else {
            Added::New
        })
    }

    /// Adds a document to the class of its text; returns the keys that are posted for it.
    fn join_class(
        &mut self,
        row: &mut DocumentRow,
        number: u32,
        (class, mut class_row): (u32, ClassRow),
    ) -> Result<Vec<u64>> {
        row.class = class;
        if class_row.hash == row.hash {
            row.text = class;
        }
        class_row.members += 1;
        class_row.last = number;
        let first = self.view().document(class_row.first)?;
        if first.is_none_or(|f| row.info.id < f.info.id) {
            class_row.first = number;
        }
        self.store.put(&mut self.txn, &self.store.classes, class, &write(&class_row))?;
        Ok(vec![id_key(&row.info.id), members_key(class)])
    }

    /// Makes a class for a document whose text is new; returns the keys that are posted for it.
    fn begin_class(
        &mut self,
        row: &mut DocumentRow,
        number: u32,
        entry: &Entry,
    ) -> Result<Vec<u64>> {
        let &Entry { exact, tokens, anchors, .. } = entry;
        row.class = number;
        let (first, last, hash) = (number, number, row.hash);
        let key = exact.map(exact_key);
        let exact = exact.unwrap_or_default();
        let class_row = ClassRow { exact, first, last, members: 1, tokens, anchors, hash };
        self.store.append(&mut self.txn, &self.store.classes, number, &write(&class_row))?;
        self.state.classes += 1;
        let own = [id_key(&row.info.id), members_key(number)];
        Ok(own.into_iter().chain(key).chain(entry.keys.iter().copied()).collect())
    }

    fn post(&mut self, number: u32, keys: Vec<u64>, words: &[u32]) -> Result<()> {
        self.joining.add(number, keys.iter().copied().take(self.visible_keys));
        match &mut self.keys {
            Keys::Run(postings, counts) => {
                postings.extend(keys.into_iter().map(|k| Posting::new(k, number)));
                words.iter().for_each(|&w| counts[w as usize] += 1);
            }
            Keys::Pending => {
                let row = PendingRow::write(&keys, words);
                self.store.append(&mut self.txn, &self.store.pending, number, &row)?;
                self.state.pending_keys += keys.len() as u64;
                self.fresh.push((number, keys));
            }
        }
        Ok(())
    }

    /// Removes a document; returns false where the index holds none of this id.
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        let Some((number, row)) = self.view().by_id(id)? else { return Ok(false) };
        self.remove_row(number, &row)?;
        Ok(true)
    }

    /// Removes the rows of a document. Its postings stay until the next compaction; without the
    /// rows they lead nowhere. [`Batch::settle`] finds what its class begins with then.
    fn remove_row(&mut self, number: u32, row: &DocumentRow) -> Result<()> {
        let (store, class) = (self.store, row.class);
        let mut class_row =
            self.view().class(class)?.ok_or_else(|| damaged(store.place("classes", class)))?;
        store.delete(&mut self.txn, &store.documents, number)?;
        if row.text == number && number != class {
            store.delete(&mut self.txn, &store.texts, number)?;
        }
        self.state.documents -= 1;
        self.state.changes += 1;
        self.state.bytes -= u64::from(row.bytes);
        class_row.members -= 1;
        if class_row.members == 0 {
            store.delete(&mut self.txn, &store.classes, class)?;
            store.delete(&mut self.txn, &store.texts, class)?;
            self.state.classes -= 1;
            self.state.removed_classes += 1;
            return Ok(());
        }
        if class_row.first == number {
            self.without_first.insert(class);
        }
        store.put(&mut self.txn, &store.classes, class, &write(&class_row))
    }
}
