//! Owns: one state of an index that a compaction reads while writers go on, and its documents.
//! Never: writes.

use crate::engine::document_infos::DocumentInfos;
use crate::error::Result;
use crate::index::handle::{Index, WriteTurn};
use crate::index::lookup::IndexState;
use crate::index::rows::{DocumentRow, State, read};
use crate::index::store::environment::Read;
use crate::index::store::page_check::Trees;
use crate::model::document::{DocumentInfo, Documents};
use std::borrow::Cow;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The most threads that read at once: the readers of an index are limited.
const MOST_READERS: usize = 64;

/// One state of an index, as long as it is needed. The pages that writers replace meanwhile are not
/// used again before it ends, so the file grows by them.
pub struct Snapshot<'i> {
    index: &'i Index,
    /// The state row.
    pub state: State,
    /// A transaction of the thread that asks.
    pub read: Read<'i>,
    texts: TextReaders<'i>,
    /// The pages are checked as long as this is held.
    _trees: Option<Arc<Trees>>,
}

/// Transactions of one state, for the threads that read its texts.
struct TextReaders<'i> {
    index: &'i Index,
    idle: Mutex<Vec<Read<'i>>>,
    returned: Condvar,
}

impl<'i> Snapshot<'i> {
    /// The state now, for so many threads (0: one for each processor). While the write lock is
    /// held, each transaction that begins sees the same state.
    pub fn new(index: &'i Index, _turn: &WriteTurn, threads: usize) -> Result<Snapshot<'i>> {
        let store = &index.store;
        let threads = match threads {
            0 => std::thread::available_parallelism().map_or(1, Into::into),
            some => some,
        };
        let read = store.read()?;
        let idle: Result<Vec<Read>> =
            (0..threads.min(MOST_READERS)).map(|_| store.read()).collect();
        Ok(Snapshot {
            index,
            state: store.state(&read)?,
            texts: TextReaders { index, idle: Mutex::new(idle?), returned: Condvar::new() },
            _trees: store.trees(&read)?,
            read,
        })
    }
}

/// A transaction that returns to the others, however the thread ends that uses it.
struct TextReader<'s, 'i> {
    of: &'s TextReaders<'i>,
    txn: Option<Read<'i>>,
}

impl Drop for TextReader<'_, '_> {
    fn drop(&mut self) {
        let mut idle = self.of.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.txn.take());
        self.of.returned.notify_one();
    }
}

impl<'i> TextReaders<'i> {
    fn take(&self) -> TextReader<'_, 'i> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match idle.pop() {
                Some(txn) => return TextReader { of: self, txn: Some(txn) },
                None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn text_of(&self, number: u32, row: &DocumentRow) -> Result<String> {
        let (index, state, reader) = (self.index, &State::default(), self.take());
        let Some(txn) = &reader.txn else { unreachable!("it is taken when the reader is dropped") };
        index.with_worker(|worker| {
            let view = IndexState::new(&index.store, txn, state, &index.memtable);
            view.text(number, row, &worker.unpacker)
        })
    }
}

/// The documents of an index, numbered by id. A text is read on each request.
pub struct IndexDocuments<'s, 'i> {
    texts: &'s TextReaders<'i>,
    /// The metadata, in the order of the index.
    infos: DocumentInfos,
    /// Where each document is in that order.
    order: Vec<u32>,
    /// What else the rows say, in the order of the index.
    stored: Vec<StoredText>,
}

/// A document's row without the metadata.
struct StoredText {
    /// The number of the document in the index.
    number: u32,
    class: u32,
    text: u32,
    bytes: u32,
    hash: u64,
}

impl Documents for IndexDocuments<'_, '_> {
    fn count(&self) -> usize {
        self.order.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Owned(self.infos.get(self.order[number] as usize).unwrap_or_default())
    }
    fn id(&self, number: usize) -> Cow<'_, str> {
        Cow::Borrowed(self.infos.id(self.order[number] as usize))
    }
    fn bytes(&self, number: usize) -> u32 {
        self.stored(number).bytes
    }
    fn text(&self, number: usize) -> Result<Cow<'_, str>> {
        let &StoredText { number, class, text, bytes, hash } = self.stored(number);
        let row = DocumentRow { info: DocumentInfo::default(), class, bytes, hash, text };
        self.texts.text_of(number, &row).map(Cow::Owned)
    }
}

impl<'s, 'i> IndexDocuments<'s, 'i> {
    /// All documents of a state of the index.
    pub fn new(snapshot: &'s Snapshot<'i>) -> Result<IndexDocuments<'s, 'i>> {
        let (index, txn) = (snapshot.index, &snapshot.read);
        let (mut infos, mut stored) = (DocumentInfos::default(), Vec::new());
        for row in index.store.rows(txn, &index.store.documents, 0)? {
            let (number, bytes) = row?;
            let row: DocumentRow = read(bytes, || index.store.place("documents", number))?;
            let DocumentRow { class, text, bytes, hash, .. } = row;
            stored.push(StoredText { number, class, text, bytes, hash });
            infos.push(&row.info());
        }
        let mut order: Vec<u32> = (0..stored.len() as u32).collect();
        order.sort_unstable_by_key(|&n| infos.id_bytes(n as usize));
        Ok(IndexDocuments { texts: &snapshot.texts, infos, order, stored })
    }

    fn stored(&self, number: usize) -> &StoredText {
        &self.stored[self.order[number] as usize]
    }

    /// The number that a document's class has in the index.
    pub fn class(&self, number: usize) -> u32 {
        self.stored(number).class
    }
}
