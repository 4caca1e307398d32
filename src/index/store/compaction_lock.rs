//! Owns: the lock of a compaction, on a file of its own: one compaction at a time, and writers that
//! know which runs it reads. Never: the write lock.
//!
//! Writers go on while a compaction reads the index. They may not merge the runs that it merges,
//! nor delete the rows of the run that it writes. A second file says up to which run it reads, and
//! the lock says whether that is still so: it ends with the process, however that ends. The number
//! is not in the locked file, because some systems let nobody else read that.

use crate::error::{Error, Result};
use crate::model::options::Progress;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the locked file.
pub const LOCK: &str = "compaction.lock";
/// The name of the file with the number.
const CLAIM: &str = "compaction.claim";
/// The time after which a lock that another compaction holds is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// The lock, until it is dropped.
pub struct CompactionLock {
    file: File,
    index: PathBuf,
    process: u32,
}

impl Drop for CompactionLock {
    fn drop(&mut self) {
        // The children of a process share the lock, which closing the file does not end before they
        // close it too. None of them may end it.
        if std::process::id() == self.process {
            let _ = self.file.unlock();
        }
    }
}

impl CompactionLock {
    /// Waits until no other compaction of this index runs.
    pub fn take(index: &Path, progress: &dyn Progress) -> Result<CompactionLock> {
        let failed = |e| failed(index, &e);
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(index.join(LOCK));
        let file = open.map_err(failed)?;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if progress.cancelled() => {
                    return Err(Error::Cancelled);
                }
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Interrupted => {}
                Err(TryLockError::Error(e)) => return Err(failed(e)),
            }
        }
        Ok(CompactionLock { file, index: index.to_owned(), process: std::process::id() })
    }

    /// Says that all runs with a smaller number are read. The caller holds the write lock.
    pub fn claim(&self, next_run: u32) -> Result<()> {
        let written = std::fs::write(self.index.join(CLAIM), next_run.to_string());
        written.map_err(|e| failed(&self.index, &e))
    }
}

/// The runs with a smaller number are read by a compaction; `None` where there is none. The caller
/// holds the write lock, so that none begins to read meanwhile. What cannot be found out claims all
/// runs: they can be merged later.
pub fn claimed(index: &Path) -> Option<u32> {
    let file = match File::open(index.join(LOCK)) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return None,
        Err(_) => return Some(u32::MAX),
    };
    if file.try_lock_shared().is_ok() {
        let _ = file.unlock();
        return None;
    }
    let number = std::fs::read_to_string(index.join(CLAIM)).ok();
    Some(number.and_then(|number| number.parse().ok()).unwrap_or(u32::MAX))
}

fn failed(index: &Path, error: &io::Error) -> Error {
    let what = index.display().to_string();
    Error::Storage { what, why: format!("the lock of a compaction: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Stop;
    impl Progress for Stop {
        fn cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn runs_are_claimed_while_the_lock_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let index = folder.path();
        assert_eq!(claimed(index), None);
        let lock = CompactionLock::take(index, &()).unwrap();
        assert_eq!(claimed(index), Some(u32::MAX));
        for next in [712, 9] {
            lock.claim(next).unwrap();
            assert_eq!(claimed(index), Some(next));
        }
        assert!(matches!(CompactionLock::take(index, &Stop), Err(Error::Cancelled)));
        drop(lock);
        assert_eq!(claimed(index), None);
        // A number of an earlier compaction claims more or less than this one, until it says its
        // own, which it does under the write lock.
        let lock = CompactionLock::take(index, &()).unwrap();
        assert_eq!(claimed(index), Some(9));
        drop(lock);
    }
}
