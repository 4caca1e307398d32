//! Owns: opening LMDB's environment and its tables, and beginning to read it. Never: reads a row.

use crate::error::Result;
use crate::index::store::errors::{page_error, storage_error};
use crate::index::store::lock_table::{READERS, allocate};
use crate::index::store::page_check::PageCheck;
use heed::types::Bytes;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, RoTxn, WithoutTls};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Address space for the memory map, which uses no disk before it is written. Where the system
/// refuses a size, the next smaller one is tried.
const MAPS: [u64; 4] = [1 << 40, 1 << 36, 1 << 33, 1 << 30];
const TABLES: u32 = 9;
/// A table whose rows are bytes.
pub type Rows<K> = Database<K, Bytes>;
/// An open table, with its name.
pub struct Table<K> {
    pub(super) rows: Rows<K>,
    pub(super) name: &'static str,
}
/// A read transaction: it sees one state of the index, whatever is written meanwhile.
pub type Read<'e> = RoTxn<'e, WithoutTls>;
/// How often a read transaction is begun anew because two others were committed meanwhile.
const MOST_BEGINNINGS: usize = 16;

/// Held while an environment is opened: between the question whether this process has it open and
/// the opening itself, no other thread may open it.
static OPENING: Mutex<()> = Mutex::new(());

/// Whether this process has the environment open. Opening it again is refused, but allocating its
/// lock file before that would close a descriptor of the file, and with it end the locks that the
/// open one holds.
fn is_open(path: &Path) -> bool {
    path.canonicalize().is_ok_and(|path| heed::env_closing_event(path).is_some())
}

/// Opens the LMDB environment and maps its file.
#[allow(unsafe_code)]
pub fn open_env(path: &Path, flags: EnvFlags) -> Result<Env<WithoutTls>> {
    let _opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    if !is_open(path) {
        allocate(path, flags.contains(EnvFlags::READ_ONLY))
            .map_err(|e| storage_error(path, heed::Error::Io(e)))?;
    }
    let mut failure = None;
    for size in MAPS.into_iter().filter_map(|size| usize::try_from(size).ok()) {
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        options.map_size(size).max_dbs(TABLES).max_readers(READERS);
        // SAFETY: the file is written through LMDB alone, which locks; no flag that turns its locks
        // off is set, and its length is compared with what its last transaction says before any row
        // is read.
        match unsafe { options.flags(flags).open(path) } {
            Ok(env) => return Ok(env),
            Err(heed::Error::Io(e)) if e.kind() == std::io::ErrorKind::OutOfMemory => {
                failure = Some(heed::Error::Io(e))
            }
            Err(e) => return Err(storage_error(path, e)),
        }
    }
    Err(storage_error(path, failure.unwrap_or(heed::Error::Mdb(heed::MdbError::MapFull))))
}

/// The length that the file must have according to its last transaction.
pub fn whole(env: &Env<WithoutTls>) -> u64 {
    (env.info().last_page_number as u64 + 1) * u64::from(env.stat().page_size)
}

/// Opens a table.
pub fn table<K: 'static>(
    env: &Env<WithoutTls>,
    txn: &RoTxn,
    name: &'static str,
) -> heed::Result<Table<K>> {
    let rows = env.open_database(txn, Some(name))?;
    Ok(Table { rows: rows.ok_or(heed::Error::Mdb(heed::MdbError::Invalid))?, name })
}

/// Begins a read transaction whose pages can be checked.
pub fn begin<'e>(env: &'e Env<WithoutTls>, pages: &PageCheck, path: &Path) -> Result<Read<'e>> {
    // While writers commit without a pause, the trees of a transaction may be replaced before they
    // are read.
    for _ in 0..MOST_BEGINNINGS {
        let txn = env.read_txn().map_err(|e| storage_error(path, e))?;
        pages.committed(txn.id());
        if pages.trees(txn.id()).map_err(|e| page_error(path, e))?.is_some() {
            return Ok(txn);
        }
    }
    env.read_txn().map_err(|e| storage_error(path, e))
}
