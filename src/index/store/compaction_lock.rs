//! Owns: the lock of a compaction, on a file of its own: one compaction at a time, and writers that
//! know which runs it reads. Never: the write lock.
//!
//! Writers go on while a compaction reads the index. They may not merge the runs that it merges,
//! nor delete the rows of the run that it writes. The file says up to which run it reads, and the
//! lock says whether that is still so: it ends with the process, however that ends.

use crate::error::{Error, Result};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::Path;

/// The name of the file.
const LOCK: &str = "compaction.lock";

/// The lock, until it is dropped.
pub struct CompactionLock {
    file: File,
}

impl CompactionLock {
    /// Waits until no other compaction of this index runs.
    pub fn take(index: &Path) -> Result<CompactionLock> {
        let failed = |e| failed(index, &e);
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(index.join(LOCK));
        let file = open.map_err(failed)?;
        // A signal ends the wait only if its handler does not restart system calls.
        file.lock().map_err(|e| match e.kind() {
            ErrorKind::Interrupted => Error::Cancelled,
            _ => failed(e),
        })?;
        Ok(CompactionLock { file })
    }

    /// Says that all runs with a smaller number are read. The caller holds the write lock.
    pub fn claim(&mut self, next_run: u32, index: &Path) -> Result<()> {
        let write = |file: &mut File| {
            file.rewind()?;
            file.set_len(0)?;
            write!(file, "{next_run}")
        };
        write(&mut self.file).map_err(|e| failed(index, &e))
    }
}

/// The runs with a smaller number are read by a compaction; `None` where there is none. The caller
/// holds the write lock, so that none begins to read meanwhile.
pub fn claimed(index: &Path) -> Result<Option<u32>> {
    let mut file = match File::open(index.join(LOCK)) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(index, &e)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => {
            // What cannot be read, as on systems whose locks forbid it, claims all runs.
            let mut number = String::new();
            let read = file.read_to_string(&mut number).ok();
            Ok(Some(read.and_then(|_| number.parse().ok()).unwrap_or(u32::MAX)))
        }
        Err(TryLockError::Error(e)) => Err(failed(index, &e)),
    }
}

fn failed(index: &Path, error: &io::Error) -> Error {
    let what = index.display().to_string();
    Error::Storage { what, why: format!("{LOCK}: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_claimed_while_the_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        assert_eq!(claimed(index).unwrap(), None);
        let mut lock = CompactionLock::take(index).unwrap();
        assert_eq!(claimed(index).unwrap(), Some(u32::MAX));
        for next in [712, 9] {
            lock.claim(next, index).unwrap();
            assert_eq!(claimed(index).unwrap(), Some(next));
        }
        drop(lock);
        assert_eq!(claimed(index).unwrap(), None);
        // A number of an earlier compaction claims more or less than this one, until it says its
        // own, which it does under the write lock.
        let lock = CompactionLock::take(index).unwrap();
        assert_eq!(claimed(index).unwrap(), Some(9));
        drop(lock);
    }
}
