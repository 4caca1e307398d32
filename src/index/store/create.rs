//! Owns: the creation of an index, in a directory beside its place that is renamed at the end, so
//! that an index is never there in part. Never: opens an index for use.

use crate::error::{Error, Result};
use crate::index::rows::{State, write};
use crate::index::store::compaction_lock;
use crate::index::store::environment::open_env;
use crate::index::store::errors::storage_error;
use crate::index::store::meta_page::DATA;
use crate::index::store::tables::{LOCK, Number, Rows};
use crate::postings::checksum::seal;
use heed::EnvFlags;
use heed::byteorder::BigEndian;
use heed::types::{Bytes, Str, U64};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Creates an empty index in a directory that does not exist yet, or is empty.
pub fn create(path: &Path, header: &str) -> Result<()> {
    let say = |why: String| Error::Storage { what: path.display().to_string(), why };
    let io = |e: std::io::Error| say(e.to_string());
    if path.exists() && !is_empty(path).map_err(io)? {
        let there =
            if path.join(DATA).exists() { "an index is there already" } else { "it is not empty" };
        return Err(say(format!("{there}: name a new directory, or remove it first")));
    }
    let name = path.file_name().ok_or_else(|| say("not the name of a directory".into()))?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if parent != Path::new(".") {
        std::fs::create_dir_all(parent).map_err(io)?;
    }
    let beside = beside(parent, &name.to_string_lossy()).map_err(io)?;
    let moved = || {
        sync(&beside)
            .and_then(|()| std::fs::rename(&beside, path))
            .and_then(|()| sync(parent))
            .map_err(io)
    };
    let made = fill(&beside, header).and_then(|()| moved());
    if made.is_err() {
        let _ = std::fs::remove_dir_all(&beside);
    }
    made
}

fn fill(beside: &Path, header: &str) -> Result<()> {
    // Made here, both files have the owner and the rights of the others.
    for lock in [LOCK, compaction_lock::LOCK] {
        File::create(beside.join(lock)).map_err(|e| storage_error(beside, heed::Error::Io(e)))?;
    }
    let env = open_env(beside, EnvFlags::empty())?;
    let made = (|| {
        let mut txn = env.write_txn()?;
        let meta: Rows<Str> = env.create_database(&mut txn, Some("meta"))?;
        for name in ["documents", "texts", "classes", "pending", "families", "links"] {
            env.create_database::<Number, Bytes>(&mut txn, Some(name))?;
        }
        for name in ["runs", "hot"] {
            env.create_database::<U64<BigEndian>, Bytes>(&mut txn, Some(name))?;
        }
        meta.put(&mut txn, "header", &seal(header.as_bytes().to_vec()))?;
        meta.put(
            &mut txn,
            "state",
            &write(&State { background: "none".into(), ..State::default() }),
        )?;
        txn.commit()
    })();
    made.map_err(|e| storage_error(beside, e))?;
    env.prepare_for_closing().wait();
    Ok(())
}

/// Whether an index can be created at this path: it has nothing, or an empty directory.
pub fn is_free(path: &Path) -> Result<bool> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    match is_empty(path) {
        Err(e) if e.kind() == NotFound => Ok(true),
        // What is there instead is told by opening it.
        Err(e) if e.kind() == NotADirectory => Ok(false),
        empty => empty.map_err(|e| storage_error(path, heed::Error::Io(e))),
    }
}

fn is_empty(path: &Path) -> std::io::Result<bool> {
    Ok(std::fs::read_dir(path)?.next().is_none())
}

/// Creates a directory that will be renamed; one that a killed process left behind is skipped.
fn beside(parent: &Path, name: &str) -> std::io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let path = parent.join(format!(".{name}.{}-{number}.new", std::process::id()));
        match std::fs::create_dir(&path) {
            Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
            made => return made.map(|()| path),
        }
    }
}

/// Syncs a directory, so that its entries are on disk.
fn sync(path: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}
