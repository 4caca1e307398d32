//! Owns: outputs that are written to temporary files beside their place and renamed when all are
//! complete. Never: decides their content.

use super::exit::{Failure, Result};
use super::interrupt::{Stoppable, failed};
use super::messages::escaped_path;
use super::paths::{directory, is_special, linked};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Temporary files that exist now, so that the second Ctrl-C can delete them.
static BESIDE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Deletes incomplete outputs. Called right before the process ends.
pub fn sweep() {
    for path in BESIDE.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
        // Either may not exist any more.
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir_all(&path);
    }
}

/// A builder of temporary files and directories beside their final place.
fn temporary(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".nearcopy-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions of an ordinary new file: the umask removes what the user does not want.
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    builder
}

/// Creates a temporary file beside `path`, which is deleted unless it is renamed into place.
pub fn beside(path: &Path) -> io::Result<tempfile::NamedTempFile> {
    temporary(0o666).tempfile_in(directory(path))
}

fn note(path: &Path) {
    BESIDE.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
}

fn forget(path: &Path) {
    BESIDE.lock().unwrap_or_else(PoisonError::into_inner).retain(|p| p != path);
}

/// A file that appears in its place when it is complete.
pub struct StagedFile {
    place: PathBuf,
    display_name: String,
    beside: Option<tempfile::TempPath>,
    file: File,
}

impl StagedFile {
    /// Starts a file. A link stays a link; a device or a named pipe is written directly.
    pub fn create(path: &Path) -> Result<StagedFile> {
        let shown = escaped_path(path);
        let make = || {
            if is_special(path) {
                let file = fs::OpenOptions::new().write(true).open(path)?;
                return Ok(StagedFile {
                    place: path.to_owned(),
                    display_name: shown.clone(),
                    beside: None,
                    file,
                });
            }
            let place = linked(path);
            let (file, beside) = beside(&place)?.into_parts();
            note(&beside);
            Ok(StagedFile { place, display_name: shown.clone(), beside: Some(beside), file })
        };
        make().map_err(|e| failed(&shown, &e))
    }

    /// A writer for the file, which fails after Ctrl-C.
    pub fn writer(&self) -> Result<Box<dyn Write + Send>> {
        let file = self.file.try_clone().map_err(|e| failed(&self.display_name, &e))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 18, Stoppable(file))))
    }

    /// The name of the file in messages.
    pub fn display_name(&self) -> &str {
        &self.display_name
    }

    /// Renames the file into place.
    pub fn commit(self) -> Result<()> {
        let Some(beside) = self.beside else { return Ok(()) };
        let at = beside.to_path_buf();
        let put = || -> io::Result<()> {
            if let Ok(old) = fs::metadata(&self.place) {
                self.file.set_permissions(old.permissions())?;
            }
            beside.persist(&self.place)?;
            Ok(())
        };
        let done = put().map_err(|e| failed(&self.display_name, &e));
        forget(&at);
        done
    }
}

/// A directory that appears in its place when all its files are complete.
pub struct StagedDir {
    place: PathBuf,
    shown: String,
    beside: tempfile::TempDir,
}

impl StagedDir {
    /// Starts a directory. The path must be free, or an empty directory.
    pub fn create(path: &Path) -> Result<StagedDir> {
        let shown = escaped_path(path);
        if fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Failure::Said(format!(
                "{shown} is not empty: name a new directory, or clear it first"
            )));
        }
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let beside =
            temporary(0o777).tempdir_in(directory(&place)).map_err(|e| failed(&shown, &e))?;
        note(beside.path());
        Ok(StagedDir { place, shown, beside })
    }

    /// Creates a file in the directory, with its parent directories.
    pub fn file(&self, relative: &Path) -> Result<Box<dyn Write + Send>> {
        let path = self.beside.path().join(relative);
        let make = || {
            fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            fs::OpenOptions::new().write(true).create_new(true).open(&path)
        };
        let file = make()
            .map_err(|e| failed(&format!("{}/{}", self.shown, escaped_path(relative)), &e))?;
        Ok(Box::new(BufWriter::with_capacity(1 << 16, Stoppable(file))))
    }

    /// Renames the directory into place.
    pub fn commit(self) -> Result<()> {
        let at = self.beside.path().to_owned();
        // An empty directory at that path is replaced.
        fs::rename(&at, &self.place).map_err(|e| failed(&self.shown, &e))?;
        forget(&at);
        // The directory was renamed, so nothing is left to delete.
        let _ = self.beside.keep();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_there_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        fs::write(&path, "old").unwrap();
        let staged = StagedFile::create(&path).unwrap();
        let mut out = staged.writer().unwrap();
        out.write_all(b"new").unwrap();
        drop(out);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        staged.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        drop(StagedFile::create(&path).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_there_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        let staged = StagedDir::create(&path).unwrap();
        staged.file(Path::new("a/b.txt")).unwrap().write_all(b"text").unwrap();
        assert!(!path.exists());
        staged.commit().unwrap();
        assert_eq!(fs::read(path.join("a/b.txt")).unwrap(), b"text");
        assert!(StagedDir::create(&path).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
