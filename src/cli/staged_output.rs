//! Owns: one output that is written beside its place, or without a name, and is renamed when it is
//! complete. Never: decides its content, or when it is renamed.

use super::beside::{PREFIX, SUFFIX, exchange, forget, is_noted, name, note, temporary, unnamed};
use super::exit::{Failure, Result};
use super::interrupt::{Stoppable, failed, interrupted, not_made};
use super::messages::escaped_path;
use super::paths::{directory, is_special, linked};
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, TempPath};

/// The file that a run holds locked in a directory which it fills; where nothing holds it, the run
/// was killed.
const HELD: &str = ".nearcopy-lock";

/// Where a file is before it is complete.
enum Beside {
    /// In its place: a device or a named pipe.
    Nowhere,
    /// It has no name yet.
    Unnamed,
    /// Under another name.
    Named(TempPath),
}

/// A file that appears in its place when all outputs of the run are complete.
pub struct StagedFile {
    place: PathBuf,
    display_name: String,
    beside: Beside,
    file: File,
}

impl StagedFile {
    /// Starts a file. A link stays a link; a device or a named pipe is written directly.
    pub fn create(path: &Path) -> Result<StagedFile> {
        let shown = escaped_path(path);
        let make = || {
            if is_special(path) {
                let file = fs::OpenOptions::new().write(true).open(path)?;
                return Ok((path.to_owned(), Beside::Nowhere, file));
            }
            let place = linked(path);
            if let Some(file) = unnamed(directory(&place)) {
                return Ok((place, Beside::Unnamed, file));
            }
            let (file, beside) = temporary(0o666).tempfile_in(directory(&place))?.into_parts();
            note(&beside);
            Ok((place, Beside::Named(beside), file))
        };
        let (place, beside, file) = make().map_err(|e| not_made(path, &e))?;
        Ok(StagedFile { place, display_name: shown, beside, file })
    }

    /// A writer for the file, which fails after a signal.
    pub fn writer(&self) -> Result<Box<dyn Write + Send>> {
        let file = self.file.try_clone().map_err(|e| failed(&self.display_name, &e))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, Stoppable(file))))
    }

    /// The name of the file in messages.
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// Makes the file ready to be renamed: its bytes are on the disk, and it has a name and the
    /// permissions of the file that it replaces. `None` where it is in its place already.
    pub fn ready(self) -> Result<Option<Renaming>> {
        let StagedFile { place, display_name: shown, beside, file } = self;
        let make = || -> io::Result<Option<TempPath>> {
            if matches!(beside, Beside::Nowhere) {
                return Ok(None);
            }
            // A disk that is full or failing may say so only now.
            file.sync_all()?;
            if let Ok(old) = fs::metadata(&place) {
                file.set_permissions(old.permissions())?;
            }
            match beside {
                Beside::Named(path) => Ok(Some(path)),
                _ => name(&file, directory(&place)).map(Some),
            }
        };
        let path = make().map_err(|e| failed(&shown, &e))?;
        Ok(path.map(|path| Renaming { from: From::File(path), place, shown }))
    }
}

/// What is renamed.
enum From {
    File(TempPath),
    Directory(TempDir),
}

impl From {
    fn path(&self) -> &Path {
        match self {
            From::File(path) => path,
            From::Directory(directory) => directory.path(),
        }
    }
}

/// A complete output, and its place.
pub struct Renaming {
    from: From,
    /// Its place.
    pub place: PathBuf,
    shown: String,
}

impl Renaming {
    /// Renames it into place. Where that is a directory with files, the two change places, and the
    /// old one is returned; it is deleted when it is dropped.
    pub fn rename(self) -> Result<(PathBuf, Option<TempDir>)> {
        match (fs::rename(self.from.path(), &self.place), self.from) {
            (Err(e), From::Directory(directory)) if has_files(&e) => {
                exchange(directory.path(), &self.place).map_err(|e| failed(&self.shown, &e))?;
                return Ok((self.place, Some(directory)));
            }
            (Err(e), _) => return Err(failed(&self.shown, &e)),
            // It has been renamed, so nothing is left to delete.
            (Ok(()), From::File(path)) => {
                forget(&path);
                drop(path.keep());
            }
            (Ok(()), From::Directory(directory)) => {
                forget(directory.path());
                drop(directory.keep());
            }
        }
        Ok((self.place, None))
    }

    /// Keeps the file that is replaced, so that a later failure can put it back. Where the file
    /// system has no links this is not possible.
    pub fn old(&self) -> Option<TempPath> {
        let directory = directory(&self.place);
        if !fs::symlink_metadata(&self.place).ok()?.is_file() {
            return None;
        }
        let kept = temporary(0o666).make_in(directory, |path| {
            note(path);
            fs::hard_link(&self.place, path).inspect_err(|_| forget(path))
        });
        Some(kept.ok()?.into_parts().1)
    }
}

/// Whether a directory could not be renamed because that in its place has files.
fn has_files(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists)
}

/// A directory that appears in its place when all its files are complete.
pub struct StagedDir {
    place: PathBuf,
    shown: String,
    beside: TempDir,
    held: File,
}

impl StagedDir {
    /// Starts a directory. The path must be free, or an empty directory.
    pub fn create(path: &Path) -> Result<StagedDir> {
        if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::Said(format!(
                "{} is not empty: name a new directory, or clear it first",
                escaped_path(path)
            )));
        }
        StagedDir::replacing(path)
    }

    /// Starts a directory that replaces the one in its place, whatever that holds.
    pub fn replacing(path: &Path) -> Result<StagedDir> {
        let shown = escaped_path(path);
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        remove_abandoned(directory(&place));
        let make = || {
            let beside = temporary(0o777).tempdir_in(directory(&place))?;
            note(beside.path());
            let held = File::create(beside.path().join(HELD))?;
            // A file system without locks has no sign that a run was killed.
            let _ = held.try_lock();
            Ok((beside, held))
        };
        let (beside, held) = make().map_err(|e| not_made(path, &e))?;
        Ok(StagedDir { place, shown, beside, held })
    }

    /// Creates a file in the directory, with its parent directories.
    pub fn file(&self, relative: &Path) -> Result<Box<dyn Write + Send>> {
        let path = self.beside.path().join(relative);
        if interrupted() {
            return Err(Failure::Cancelled);
        }
        let make = || {
            match fs::create_dir_all(path.parent().unwrap_or(Path::new("."))) {
                // It is there, and could not be looked at; opening the file says more.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                made => made?,
            }
            fs::OpenOptions::new().write(true).create_new(true).open(&path)
        };
        let file = make()
            .map_err(|e| failed(&format!("{}/{}", self.shown, escaped_path(relative)), &e))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 16, Stoppable(file))))
    }

    /// Brings all files of the directory to the disk: one that is full or failing may say so only
    /// now.
    pub fn sync(&self) -> Result<()> {
        let sync = || {
            for entry in fs::read_dir(self.beside.path())? {
                // Windows syncs only what it may write.
                fs::OpenOptions::new().write(true).open(entry?.path())?.sync_all()?;
            }
            Ok(())
        };
        sync().map_err(|e| failed(&self.shown, &e))
    }

    /// Makes the directory ready to be renamed.
    pub fn ready(self) -> Result<Renaming> {
        let StagedDir { place, shown, beside, held } = self;
        // What only some may read stays so.
        if let Some(there) = fs::metadata(&place).ok().filter(fs::Metadata::is_dir) {
            let kept = fs::set_permissions(beside.path(), there.permissions());
            kept.map_err(|e| failed(&shown, &e))?;
        }
        fs::remove_file(beside.path().join(HELD)).map_err(|e| failed(&shown, &e))?;
        drop(held);
        Ok(Renaming { from: From::Directory(beside), place, shown })
    }
}

/// Removes directories that a killed run left behind: their lock is free.
fn remove_abandoned(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || !name.ends_with(SUFFIX) || is_noted(&entry.path()) {
            continue;
        }
        let free = File::open(entry.path().join(HELD)).is_ok_and(|held| held.try_lock().is_ok());
        if free {
            // Should this fail, the next run tries again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
