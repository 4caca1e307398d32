//! Owns: documents added and removed inside one transaction. Never: sorted runs (that is `merge`).

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
use std::sync::RwLock;
use zstd::bulk::{Compressor, Decompressor};

/// Keys in pending rows before they become a run: those of about 6,000 articles.
pub const FLUSH: u64 = 1 << 20;

/// What to do with an id that is there already, with another text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum SameId {
    /// The new text takes the place of the old one.
    #[default]
    Replace,
    /// [`Error::SameId`], and nothing is written.
    Refuse,
}

/// What became of a document that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Added {
    /// It is there, the first of its text.
    New,
    /// It is there, beside others of equal text.
    Copy,
    /// It took the place of another text of its id.
    Replaced,
    /// It was there before, with this very text: nothing was written.
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

/// Buffers that one thread at a time uses.
pub struct Worker {
    /// Makes keys.
    pub fingerprinter: Fingerprinter,
    packer: Compressor<'static>,
    /// Unpacks texts.
    pub unpacker: RefCell<Decompressor<'static>>,
}

impl Worker {
    /// For this recipe.
    pub fn new(recipe: &Recipe) -> std::io::Result<Worker> {
        let packer = Compressor::new(LEVEL)?;
        Ok(Worker {
            fingerprinter: Fingerprinter::new(recipe),
            packer,
            unpacker: RefCell::new(Decompressor::new()?),
        })
    }
    /// The keys of a document.
    pub fn fingerprint(&mut self, d: &Document) -> Result<Fingerprint> {
        if u32::try_from(d.text.len()).is_err() {
            return Err(Error::TextTooLong { id: d.info.id.clone(), bytes: d.text.len() as u64 });
        }
        Ok(self.fingerprinter.fingerprint(&d.text))
    }
}

/// Texts are packed at this level of zstd, its usual one.
const LEVEL: i32 = 3;

/// A document ready to be written: everything that needs no lock is done.
pub struct Entry {
    /// Its row.
    pub row: DocumentRow,
    exact: u128,
    tokens: u32,
    anchors: u32,
    keys: Vec<u64>,
    words: Vec<u32>,
    text: Option<Vec<u8>>,
}

impl Entry {
    /// Makes its keys and packs its text.
    pub fn new(d: &Document, texts: bool, worker: &mut Worker) -> Result<Entry> {
        let f = worker.fingerprint(d)?;
        Entry::of(d, f, texts, worker)
    }
    /// With its keys made already.
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
    /// How many keys it has.
    pub fn keys(&self) -> usize {
        self.keys.len() + 3
    }
}

/// Where the keys of new documents go.
pub enum Keys {
    /// To a row for each document.
    Pending,
    /// Into a run that is about to be written; and in how many texts each word slot stands.
    Run(Vec<Posting>, Vec<u32>),
}

/// A transaction that documents join and leave, and what it knows that the tables do not show yet.
pub struct Batch<'b> {
    /// The tables.
    pub store: &'b Store,
    /// The transaction.
    pub txn: WriteTxn<'b>,
    /// Where the index will stand.
    pub state: State,
    /// Where it stood.
    pub before: State,
    /// Keys in memory.
    pub recent: &'b RwLock<Memtable>,
    /// Keys of new documents, when they are to become a run.
    pub keys: Keys,
    /// Keys of new documents, by document, for those that are to be kept in memory.
    pub fresh: Vec<(u32, Vec<u64>)>,
    /// By how many of its keys each new document is found within the transaction: by [`OWN`],
    /// unless somebody looks for what is alike.
    pub found_by: usize,
    joining: Memtable,
}

/// The first keys of a document: of its id, its class and its text.
pub const OWN: usize = 3;

impl<'b> Batch<'b> {
    /// Begins one.
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
            found_by: OWN,
            joining: Memtable::default(),
        })
    }

    /// The index as it is within the transaction.
    pub fn view(&self) -> IndexState<'_> {
        IndexState {
            joining: Some(&self.joining),
            ..IndexState::new(self.store, &self.txn, &self.state, self.recent)
        }
    }

    /// Adds a document. [`Error::SameId`] is told before anything is written; after another error
    /// the transaction is worth nothing.
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

    /// Adds a document to the class of its text; answers the keys that find it.
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

    /// Makes a class of a document whose text is new; answers the keys that find it.
    fn begin_class(
        &mut self,
        row: &mut DocumentRow,
        number: u32,
        entry: &Entry,
    ) -> Result<Vec<u64>> {
        let &Entry { exact, tokens, anchors, .. } = entry;
        row.class = number;
        let (first, last, hash) = (number, number, row.hash);
        let class_row = ClassRow { exact, first, last, members: 1, tokens, anchors, hash };
        self.store.append(&mut self.txn, &self.store.classes, number, &write(&class_row))?;
        self.state.classes += 1;
        let own = [id_key(&row.info.id), members_key(number), exact_key(exact)];
        Ok(own.into_iter().chain(entry.keys.iter().copied()).collect())
    }

    fn post(&mut self, number: u32, keys: Vec<u64>, words: &[u32]) -> Result<()> {
        self.joining.add(number, keys.iter().copied().take(self.found_by));
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

    /// Takes away a document; false where there is none of this id.
    pub fn remove(&mut self, id: &str) -> Result<bool> {
        let Some((number, row)) = self.view().by_id(id)? else { return Ok(false) };
        self.remove_row(number, &row)?;
        Ok(true)
    }

    /// Its postings stay until the next compaction; without its rows they lead nowhere.
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
            self.state.dead += 1;
            return Ok(());
        }
        if class_row.first == number {
            let members = self.view().members(class, usize::MAX)?;
            let first = members.into_iter().min_by(|x, y| x.1.info.id.cmp(&y.1.info.id));
            class_row.first = first.ok_or_else(|| damaged(store.place("classes", class)))?.0;
        }
        store.put(&mut self.txn, &store.classes, class, &write(&class_row))
    }
}
