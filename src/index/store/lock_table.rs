//! Owns: the disk space of LMDB's lock file, which must be there before LMDB maps the file. Never:
//! its content.
//!
//! LMDB extends the file without allocating space and then writes to it through a map, for readers
//! too. On a full disk that ends the process with SIGBUS. Space that was allocated before lets the
//! open fail instead, with an error that says why.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::path::Path;

/// Number of read transactions that may be open at once, over all threads and processes.
pub const READERS: u32 = 1022;
/// The name of LMDB's lock file.
pub const LOCK_TABLE: &str = "lock.mdb";

/// The bytes that LMDB maps for [`READERS`]: a slot of 64 bytes for each, and a header of two
/// slots, or of three where its mutexes are larger than on x86-64.
const LENGTH: u64 = (READERS as u64 + if cfg!(target_arch = "x86_64") { 2 } else { 3 }) * 64;

/// Allocates the space of the lock file in an index's directory, and creates the file where it is
/// missing. A file that other processes use is not disturbed: neither its length nor any byte of
/// it changes.
///
/// The caller must hold off this process's own environments at the path: LMDB's locks are those of
/// `fcntl`, and a process loses them all when it closes *any* descriptor of the file.
///
/// # Errors
/// A full disk; a file that cannot be opened. With `read_only`, a disk that is read-only is none,
/// because LMDB does without the file there.
pub fn allocate(dir: &Path, read_only: bool) -> Result<()> {
    let path = dir.join(LOCK_TABLE);
    let named = |e: Error| Error::new(e.kind(), format!("{LOCK_TABLE}: {e}"));
    let file = match open(&path) {
        Err(e) if e.kind() == ErrorKind::ReadOnlyFilesystem && read_only => return Ok(()),
        Err(e) if e.kind() == ErrorKind::NotFound => match create(dir, &path) {
            Err(e) if e.kind() == ErrorKind::ReadOnlyFilesystem && read_only => return Ok(()),
            made => return made.map_err(named),
        },
        opened => opened.map_err(named)?,
    };
    match reserve(&file) {
        // Other processes may use the file, so nothing is written into it.
        Err(e) if e.kind() == ErrorKind::Unsupported => Ok(()),
        reserved => reserved.map_err(named),
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).write(true).open(path)
}

/// Creates the file with its space. LMDB takes zeros for a file that nobody has used yet.
fn create(dir: &Path, path: &Path) -> Result<()> {
    // Processes of two containers may have one number.
    let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let moment = moment.map_or(0, |since| since.as_nanos());
    let beside = dir.join(format!(".{LOCK_TABLE}.{}-{moment}.new", std::process::id()));
    let made = (|| {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        // As LMDB itself creates it.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        match reserve(&file) {
            Err(e) if e.kind() == ErrorKind::Unsupported => {
                file.write_all(&[0; LENGTH as usize])?;
                file.sync_data()?;
            }
            reserved => reserved?,
        }
        // A link replaces nothing: where another process was faster, its file stays. Where there
        // are no links, LMDB creates the file as it would without this.
        match std::fs::hard_link(&beside, path) {
            Err(e) if e.kind() == ErrorKind::StorageFull => Err(e),
            _ => Ok(()),
        }
    })();
    let _ = std::fs::remove_file(&beside);
    made
}

/// Allocates space for the whole table without changing the length of the file, because every
/// process takes the number of slots from the length.
#[cfg(target_os = "linux")]
fn reserve(file: &File) -> Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    let length = file.metadata()?.len().max(LENGTH);
    loop {
        match fallocate(file, FallocateFlags::KEEP_SIZE, 0, length) {
            Err(Errno::INTR) => {}
            // Some file systems say that they do not know this flag.
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                return Err(ErrorKind::Unsupported.into());
            }
            done => return Ok(done?),
        }
    }
}
#[cfg(not(target_os = "linux"))]
fn reserve(_: &File) -> Result<()> {
    Err(ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn space_is_allocated_and_a_file_in_use_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(LOCK_TABLE);
        let blocks = || 512 * std::fs::metadata(&path).unwrap().blocks();
        allocate(dir.path(), true).unwrap();
        assert!(blocks() >= LENGTH, "{}", blocks());
        // LMDB extends the file; what is in it then, stays.
        for bytes in [&b"a table"[..], b""] {
            std::fs::write(&path, bytes).unwrap();
            allocate(dir.path(), false).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), bytes);
            assert!(blocks() >= LENGTH, "{}", blocks());
            File::options().write(true).open(&path).unwrap().set_len(LENGTH).unwrap();
            assert!(blocks() >= LENGTH, "{}", blocks());
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
