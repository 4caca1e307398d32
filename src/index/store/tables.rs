//! Owns: the tables of an index in LMDB, and the calls that read and write them. Never: what rows
//! mean.
//!
//! | table | key | row |
//! |---|---|---|
//! | meta | name | header, state, background, word counts |
//! | documents | number | all of a document but its text |
//! | texts | number | the text, compressed |
//! | classes | number | a class of equal texts |
//! | pending | number | keys that are in no run yet |
//! | runs | run, bucket | postings |
//! | families | class | the class that represents it where a passage is too frequent |
//! | hot | key | the representatives of all classes that have a key which is too frequent |
//! | links | class | candidates that the keys of the class do not show |

use crate::error::{Error, Result};
use crate::index::rows::{State, read, write};
use crate::index::store::checked_buckets::CheckedBuckets;
pub use crate::index::store::environment::{Read, Rows, Table};
use crate::index::store::environment::{begin, open_env, table, whole};
use crate::index::store::errors::{no_index, page_error, storage_error};
use crate::index::store::meta_page::{DATA, PageError, check_meta_pages};
use crate::index::store::page_check::{PageCheck, Trees};
use crate::postings::checksum::{damaged, seal, unseal};
use crate::sketch::fingerprint::WORD_SLOTS;
use heed::byteorder::BigEndian;
use heed::types::{Str, U32, U64};
use heed::{Env, EnvFlags, PutFlags, RoTxn, RwTxn, WithoutTls};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Bytes that one transaction of a merge writes: they are held in memory until it is committed.
pub const CHUNK: usize = 16 << 20;
/// The name of the file that writing processes lock.
pub const LOCK: &str = "writer.lock";

/// The key type of most tables.
pub type Number = U32<BigEndian>;

/// Any transaction, used as a read transaction.
pub type ReadTxn<'e> = RoTxn<'e>;
/// A write transaction.
pub type WriteTxn<'e> = RwTxn<'e>;

/// The open tables of an index.
pub struct Store {
    env: Env<WithoutTls>,
    meta: Table<Str>,
    /// Rows of documents.
    pub documents: Table<Number>,
    /// Texts.
    pub texts: Table<Number>,
    /// Rows of classes.
    pub classes: Table<Number>,
    /// Keys that are in no run.
    pub pending: Table<Number>,
    pub(super) runs: Table<U64<BigEndian>>,
    /// The representative of each class.
    pub families: Table<Number>,
    /// Candidates that keys do not show.
    pub links: Table<Number>,
    pub(super) hot: Table<U64<BigEndian>>,
    pages: PageCheck,
    /// Whether the list of free pages was checked, which is done before the first writing.
    free_pages_checked: AtomicBool,
    /// The buckets whose bytes were checked.
    pub(super) checked_buckets: CheckedBuckets,
    /// The last transaction before which the end of the runs was checked.
    pub(super) end_checked_for: AtomicUsize,
    path: PathBuf,
    lock: Option<File>,
}

/// The write lock among processes.
pub struct ProcessWriteLock<'s>(&'s Store);

impl Drop for ProcessWriteLock<'_> {
    fn drop(&mut self) {
        // Should the unlock fail, the lock ends when the store closes the file.
        let _ = self.0.lock.as_ref().map(File::unlock);
    }
}

impl Store {
    /// Opens an index that [`create`](super::create::create) made.
    pub fn open(path: &Path, read_only: bool) -> Result<Store> {
        let length =
            || Ok(std::fs::metadata(path.join(DATA)).map_err(|e| no_index(path, &e))?.len());
        if length()? == 0 {
            return Err(Error::Malformed {
                what: path.display().to_string(),
                why: format!("its {DATA} is empty: not an index"),
            });
        }
        let lock = if read_only { None } else { Some(lock_file(path)?) };
        let data = File::open(path.join(DATA)).map_err(|e| no_index(path, &e))?;
        check_meta_pages(&data).map_err(|e| page_error(path, e))?;
        let env = open_env(path, if read_only { EnvFlags::READ_ONLY } else { EnvFlags::empty() })?;
        // The length is read last, because another process may be writing.
        let whole = whole(&env);
        let length = length()?;
        if length < whole {
            let why = format!(
                "{DATA} has {length} bytes of {whole}: it was cut short; bring it back from a \
                 copy, or fill a new index"
            );
            return Err(Error::Malformed { what: path.display().to_string(), why });
        }
        let pages = PageCheck::new(data, env.stat().page_size as usize);
        let txn = begin(&env, &pages, path)?;
        let failed = |e| storage_error(path, e);
        let tables = Store {
            meta: table(&env, &txn, "meta").map_err(failed)?,
            documents: table(&env, &txn, "documents").map_err(failed)?,
            texts: table(&env, &txn, "texts").map_err(failed)?,
            classes: table(&env, &txn, "classes").map_err(failed)?,
            pending: table(&env, &txn, "pending").map_err(failed)?,
            runs: table(&env, &txn, "runs").map_err(failed)?,
            families: table(&env, &txn, "families").map_err(failed)?,
            links: table(&env, &txn, "links").map_err(failed)?,
            hot: table(&env, &txn, "hot").map_err(failed)?,
            env: env.clone(),
            pages,
            free_pages_checked: AtomicBool::new(false),
            checked_buckets: CheckedBuckets::default(),
            end_checked_for: AtomicUsize::new(0),
            path: path.to_owned(),
            lock,
        };
        // LMDB keeps table handles only when the transaction that opened them commits.
        txn.commit().map_err(failed)?;
        Ok(tables)
    }

    /// Begins a read transaction.
    pub fn read(&self) -> Result<Read<'_>> {
        begin(&self.env, &self.pages, &self.path)
    }
    /// The trees of the pages that a transaction reads: they are checked as long as somebody holds
    /// them, however many transactions follow.
    pub fn trees(&self, txn: &ReadTxn) -> Result<Option<Arc<Trees>>> {
        self.sound(self.pages.trees(txn.id()))
    }
    /// Waits for the write lock among processes, which is a lock on a file. Threads of one handle
    /// exclude each other by a lock of the caller.
    pub fn writing(&self) -> Result<ProcessWriteLock<'_>> {
        let Some(lock) = &self.lock else {
            return Err(self.error("it is open for reading only: open it for writing".into()));
        };
        // A signal ends the wait only if its handler does not restart system calls; most handlers
        // do.
        lock.lock().map_err(|e| match e.kind() {
            std::io::ErrorKind::Interrupted => Error::Cancelled,
            _ => self.error(format!("cannot lock {LOCK}: {e}")),
        })?;
        let turn = ProcessWriteLock(self);
        // Readers that were killed would keep LMDB from reusing old pages.
        self.env.clear_stale_readers().map_err(|e| self.storage_error(e))?;
        Ok(turn)
    }
    /// Begins a write transaction.
    pub fn write(&self, _turn: &ProcessWriteLock) -> Result<RwTxn<'_>> {
        let txn = self.env.write_txn().map_err(|e| self.storage_error(e))?;
        let unchecked = !self.free_pages_checked.load(Ordering::Relaxed);
        self.sound(self.pages.begin_writing(txn.id(), unchecked))?;
        self.free_pages_checked.store(true, Ordering::Relaxed);
        Ok(txn)
    }
    /// Commits a transaction.
    pub fn commit(&self, txn: RwTxn) -> Result<()> {
        let committed = txn.commit();
        self.pages.end_writing();
        committed.map_err(|e| self.storage_error(e))?;
        // LMDB counts pages that one transaction took at the end of the file and freed again, but
        // does not write them. The file is extended to the counted length, so that a shorter file
        // is known to be truncated.
        let file = self.env.try_clone_inner_file().map_err(|e| self.storage_error(e))?;
        let whole = whole(&self.env);
        let grown = file
            .metadata()
            .and_then(|m| if m.len() < whole { file.set_len(whole) } else { Ok(()) });
        grown.map_err(|e| self.storage_error(heed::Error::Io(e)))
    }
    /// The number of committed transactions.
    #[cfg(test)]
    pub fn commits(&self) -> usize {
        self.env.info().last_txn_id
    }
    /// The directory of the index.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Returns the length of the file, and the bytes of it that are in use.
    pub fn disk(&self) -> Result<(u64, u64)> {
        let file = self.env.real_disk_size().map_err(|e| self.storage_error(e))?;
        let used = self.env.non_free_pages_size().map_err(|e| self.storage_error(e))?;
        Ok((file, used))
    }
    /// Returns the bytes of a table's pages.
    pub fn pages(&self, txn: &RoTxn, name: MeasuredTable) -> Result<u64> {
        let stat = match name {
            MeasuredTable::Documents => self.documents.rows.stat(txn),
            MeasuredTable::Texts => self.texts.rows.stat(txn),
            MeasuredTable::Classes => self.classes.rows.stat(txn),
            MeasuredTable::Pending => self.pending.rows.stat(txn),
            MeasuredTable::Runs => self.runs.rows.stat(txn),
        };
        let s = stat.map_err(|e| self.storage_error(e))?;
        Ok(s.page_size as u64 * (s.branch_pages + s.leaf_pages + s.overflow_pages) as u64)
    }

    fn sound<T>(&self, checked: std::result::Result<T, PageError>) -> Result<T> {
        checked.map_err(|e| page_error(&self.path, e))
    }
    /// Checks the pages on the way to a row before LMDB reads them.
    pub(super) fn check_row(&self, txn: &RoTxn, table: &str, key: &[u8]) -> Result<()> {
        self.sound(self.pages.key(txn.id(), table, key))
    }
    /// Checks the pages of a table, from a row on, before LMDB reads them.
    pub(super) fn check_rows(&self, txn: &RoTxn, table: &str, from: Option<&[u8]>) -> Result<()> {
        self.sound(self.pages.rows(txn.id(), table, from))
    }

    /// Converts an error of LMDB on these tables.
    pub fn storage_error(&self, error: heed::Error) -> Error {
        storage_error(&self.path, error)
    }
    fn error(&self, why: String) -> Error {
        Error::Storage { what: self.path.display().to_string(), why }
    }
    /// The name of a row in the error for a damaged one.
    pub fn place(&self, table: &str, number: impl std::fmt::Display) -> String {
        format!("{}: {table} row {number}", self.path.display())
    }

    fn meta_row<'t>(&self, txn: &'t RoTxn, name: &str) -> Result<Option<&'t [u8]>> {
        self.check_row(txn, self.meta.name, name.as_bytes())?;
        self.meta.rows.get(txn, name).map_err(|e| self.storage_error(e))
    }
    fn put_meta(&self, txn: &mut RwTxn, name: &str, row: &[u8]) -> Result<()> {
        self.check_row(txn, self.meta.name, name.as_bytes())?;
        self.meta.rows.put(txn, name, row).map_err(|e| self.storage_error(e))
    }

    /// Reads the header, as JSON.
    pub fn header(&self, txn: &RoTxn) -> Result<String> {
        self.text(txn, "header")
    }
    /// Reads the state row in a transaction.
    pub fn state(&self, txn: &RoTxn) -> Result<State> {
        let row = self.meta_row(txn, "state")?;
        read(row.unwrap_or_default(), || self.place("meta", "state"))
    }
    /// Reads the state row as of the last commit.
    pub fn now(&self) -> Result<State> {
        let txn = self.read()?;
        self.state(&txn)
    }
    /// Writes the state row.
    pub fn put_state(&self, txn: &mut RwTxn, state: &State) -> Result<()> {
        self.put_meta(txn, "state", &write(state))
    }
    /// Reads the background, as JSON; empty where there is none.
    pub fn background(&self, txn: &RoTxn) -> Result<String> {
        self.text(txn, "background")
    }
    fn text(&self, txn: &RoTxn, name: &str) -> Result<String> {
        let Some(row) = self.meta_row(txn, name)? else {
            return Ok(String::new());
        };
        let bytes = unseal(row, || self.place("meta", name))?;
        String::from_utf8(bytes.to_vec()).map_err(|_| damaged(self.place("meta", name)))
    }
    /// Reads in how many texts of the runs each word slot occurs; empty before the first run.
    pub fn word_counts(&self, txn: &RoTxn) -> Result<Vec<u32>> {
        let Some(row) = self.meta_row(txn, "words")? else {
            return Ok(Vec::new());
        };
        let place = || self.place("meta", "words");
        let counts = zstd::bulk::decompress(unseal(row, place)?, 4 * WORD_SLOTS)
            .map_err(|_| damaged(place()))?;
        Ok(counts.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)).collect())
    }
    /// Writes the word counts.
    pub fn put_word_counts(&self, txn: &mut RwTxn, counts: &[u32]) -> Result<()> {
        let counts: Vec<u8> = counts.iter().flat_map(|n| n.to_le_bytes()).collect();
        let packed = zstd::bulk::compress(&counts, 1).map_err(|e| self.error(e.to_string()))?;
        self.put_meta(txn, "words", &seal(packed))
    }
    /// Writes the background.
    pub fn put_background(&self, txn: &mut RwTxn, json: &str) -> Result<()> {
        self.put_meta(txn, "background", &seal(json.as_bytes().to_vec()))
    }

    /// Reads a row, still sealed.
    pub fn get<'t>(
        &self,
        txn: &'t RoTxn,
        table: &Table<Number>,
        number: u32,
    ) -> Result<Option<&'t [u8]>> {
        self.check_row(txn, table.name, &number.to_be_bytes())?;
        table.rows.get(txn, &number).map_err(|e| self.storage_error(e))
    }
    /// Writes a row, new or replaced.
    pub fn put(
        &self,
        txn: &mut RwTxn,
        table: &Table<Number>,
        number: u32,
        row: &[u8],
    ) -> Result<()> {
        self.check_row(txn, table.name, &number.to_be_bytes())?;
        table.rows.put(txn, &number, row).map_err(|e| self.storage_error(e))
    }
    /// Appends a row whose number is greater than all others of the table.
    pub fn append(
        &self,
        txn: &mut RwTxn,
        table: &Table<Number>,
        number: u32,
        row: &[u8],
    ) -> Result<()> {
        self.check_row(txn, table.name, &number.to_be_bytes())?;
        table
            .rows
            .put_with_flags(txn, PutFlags::APPEND, &number, row)
            .map_err(|e| self.storage_error(e))
    }
    /// Replaces all rows of a table; `rows` must be ascending. Only the old pages are checked: the
    /// new ones are of this transaction.
    pub fn replace(
        &self,
        txn: &mut RwTxn,
        table: &Table<Number>,
        rows: impl Iterator<Item = (u32, Vec<u8>)>,
    ) -> Result<()> {
        self.clear(txn, table)?;
        for (number, row) in rows {
            table
                .rows
                .put_with_flags(txn, PutFlags::APPEND, &number, &row)
                .map_err(|e| self.storage_error(e))?;
        }
        Ok(())
    }
    /// Deletes a row.
    pub fn delete(&self, txn: &mut RwTxn, table: &Table<Number>, number: u32) -> Result<()> {
        self.check_row(txn, table.name, &number.to_be_bytes())?;
        table.rows.delete(txn, &number).map(|_| ()).map_err(|e| self.storage_error(e))
    }
    /// Deletes all rows of a table.
    pub fn clear(&self, txn: &mut RwTxn, table: &Table<Number>) -> Result<()> {
        self.check_rows(txn, table.name, None)?;
        table.rows.clear(txn).map_err(|e| self.storage_error(e))
    }
    /// Iterates over the rows of a table from a number on, in order.
    pub fn rows<'t>(
        &'t self,
        txn: &'t RoTxn,
        table: &Table<Number>,
        from: u32,
    ) -> Result<impl Iterator<Item = Result<(u32, &'t [u8])>> + 't> {
        let first = from.to_be_bytes();
        self.check_rows(txn, table.name, (from > 0).then_some(&first))?;
        let rows = table.rows.range(txn, &(from..)).map_err(|e| self.storage_error(e))?;
        Ok(rows.map(|row| row.map_err(|e| self.storage_error(e))))
    }
}

/// The tables whose size [`Store::pages`] reports.
#[derive(Debug, Clone, Copy)]
pub enum MeasuredTable {
    /// Rows of documents.
    Documents,
    /// Texts.
    Texts,
    /// Rows of classes.
    Classes,
    /// Keys that are in no run.
    Pending,
    /// Postings.
    Runs,
}

fn lock_file(path: &Path) -> Result<File> {
    let open = File::options().write(true).create(true).truncate(false).open(path.join(LOCK));
    open.map_err(|e| Error::Storage {
        what: path.display().to_string(),
        why: format!("cannot be written to ({e}): open it for reading, or mend its rights"),
    })
}
