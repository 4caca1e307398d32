//! Owns: the errors of LMDB and the file system as messages that say what to do. Never: repairs
//! anything.

use crate::error::Error;
use crate::escape;
use crate::index::store::meta_page::{DATA, PageError};
use crate::near_names::beside;
use std::path::Path;

/// The error for a path that has no index to open.
pub fn no_index(path: &Path, error: &std::io::Error) -> Error {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound if path.exists() => {
            "not an index: it holds no data.mdb; name an index, or make one at a new path with \
             `nearcopy index create`"
                .into()
        }
        std::io::ErrorKind::NotFound => {
            let meant = beside(path, |near| near.join(DATA).exists())
                .map(|near| format!("did you mean {}? ", near.display()))
                .unwrap_or_default();
            let place = path.to_str().and_then(escape::argument);
            format!(
                "no index is there: {meant}check the path, or make and fill one with `nearcopy \
                 index add {} PATH --create`",
                place.as_deref().unwrap_or("INDEX")
            )
        }
        std::io::ErrorKind::NotADirectory => {
            "not an index: an index is a directory; name one, or a new path with `index create`"
                .into()
        }
        _ => error.to_string(),
    };
    Error::Malformed { what: path.display().to_string(), why }
}

/// The error for a page that LMDB must not read.
pub fn page_error(path: &Path, error: PageError) -> Error {
    let what = path.display().to_string();
    match error {
        PageError::Foreign => storage_error(path, heed::Error::Mdb(heed::MdbError::Invalid)),
        PageError::CutOff(number) => Error::Malformed {
            what,
            why: format!(
                "{DATA} ends before its page {number}: it was cut short; bring it back from a \
                 copy, or fill a new index"
            ),
        },
        PageError::Damaged(number) => Error::Malformed {
            what,
            why: format!(
                "is damaged: page {number} of {DATA} is not what was written there; bring it back \
                 from a copy, or fill a new index"
            ),
        },
        PageError::Io(e) => Error::Storage { what, why: format!("{DATA} cannot be read: {e}") },
    }
}

/// Converts an error of LMDB to a message that says what to do about it.
pub fn storage_error(path: &Path, error: heed::Error) -> Error {
    use heed::MdbError as M;
    let what = path.display().to_string();
    match error {
        heed::Error::Mdb(M::Invalid | M::VersionMismatch | M::Incompatible) => {
            Error::Malformed { what, why: "not an index: its tables are not those of one".into() }
        }
        heed::Error::Mdb(M::Corrupted | M::PageNotFound) => Error::Malformed {
            what,
            why: "is damaged: bring it back from a copy, or fill a new index".into(),
        },
        heed::Error::Mdb(M::MapFull) => Error::Storage {
            what,
            why: "it has grown to all the address space it could get".into(),
        },
        heed::Error::Mdb(M::Panic) => Error::Storage {
            what,
            why: "the disk is full or failing: a write failed half way, and was taken back; open \
                  it again. Everything acknowledged before is kept"
                .into(),
        },
        heed::Error::Mdb(M::ReadersFull) => Error::Storage {
            what,
            why: "too many readers at once: processes and threads that ask may be 1022 together"
                .into(),
        },
        heed::Error::EnvAlreadyOpened => Error::Storage {
            what,
            why: "it is open in this program already: share that handle among threads".into(),
        },
        heed::Error::Io(e) if e.kind() == std::io::ErrorKind::StorageFull => Error::Storage {
            what,
            why: format!("the disk is full; everything acknowledged before is kept ({e})"),
        },
        heed::Error::Io(e) => Error::Storage {
            what,
            why: format!(
                "{e}: is the disk full or failing? Everything acknowledged before is kept"
            ),
        },
        other => Error::Storage { what, why: other.to_string() },
    }
}
