//! Owns: the outputs of one run, which appear together. Never: decides their content.

use super::beside::{exchange, forget, hold_renaming};
use super::exit::{Failure, Result};
use super::interrupt::{failed, interrupted};
use super::messages::{escaped_path, say};
use super::staged_output::{StagedDir, StagedFile};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, TempPath};

/// The outputs of one run, which appear together: as far as a file system allows, either all of
/// them are there or none is.
#[derive(Default)]
pub struct Outputs {
    files: Vec<StagedFile>,
    directories: Vec<StagedDir>,
}

impl Outputs {
    /// Writes a file that appears with the others.
    pub fn write(
        &mut self,
        path: &Path,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<()> {
        let staged = StagedFile::create(path)?;
        let mut out = staged.writer()?;
        write(&mut out)
            .and_then(|()| out.flush())
            .map_err(|e| failed(staged.display_name(), &e))?;
        drop(out);
        self.add(staged);
        Ok(())
    }

    /// Adds a complete file.
    pub fn add(&mut self, file: StagedFile) {
        self.files.push(file);
    }

    /// Adds a complete directory; directories are renamed after the files.
    pub fn add_directory(&mut self, directory: StagedDir) {
        self.directories.push(directory);
    }

    /// Renames all outputs into their places, in the order in which they were added. Everything
    /// that may well fail is done before the first of them is renamed; should a rename fail all
    /// the same, those before it are undone.
    pub fn commit(self) -> Result<()> {
        let mut ready = Vec::new();
        for file in self.files {
            ready.extend(file.ready()?);
        }
        for directory in self.directories {
            ready.push(directory.ready()?);
        }
        let _held = hold_renaming();
        if interrupted() {
            return Err(Failure::Cancelled);
        }
        let count = ready.len();
        let mut done: Vec<(PathBuf, Before)> = Vec::new();
        for (number, output) in ready.into_iter().enumerate() {
            let last = number + 1 == count;
            let before = match fs::symlink_metadata(&output.place) {
                Err(_) => Before::Nothing,
                Ok(_) if last => Before::Gone,
                Ok(_) => output.old().map_or(Before::Gone, Before::Kept),
            };
            match output.rename() {
                Ok((place, old)) => done.push((place, old.map_or(before, Before::Exchanged))),
                Err(failure) => {
                    let left: Vec<String> = done.into_iter().filter_map(undo).collect();
                    return Err(match failure {
                        Failure::Said(why) if !left.is_empty() => {
                            Failure::Said(format!("{why}\n  {}", left.join("\n  ")))
                        }
                        other => other,
                    });
                }
            }
        }
        for (place, before) in done {
            match before {
                Before::Kept(old) => forget(&old),
                Before::Exchanged(old) => {
                    if let Some(left) = delete(old, &place) {
                        let (shown, left) = (escaped_path(&place), escaped_path(&left));
                        say(&format!(
                            "{shown} is replaced; what else was in it, or could not be deleted: \
                             {left}"
                        ));
                    }
                }
                Before::Nothing | Before::Gone => {}
            }
        }
        Ok(())
    }
}

/// What was in the place of an output before.
enum Before {
    Nothing,
    /// A file, which is kept under another name until all outputs are there.
    Kept(TempPath),
    /// A directory, which is where its successor was until all outputs are there.
    Exchanged(TempDir),
    /// Something that cannot be kept.
    Gone,
}

/// Puts back what was in a place before; where nothing was, empties it. Where that fails too, says
/// what is there now.
fn undo((place, before): (PathBuf, Before)) -> Option<String> {
    let written = || format!("{} is written already", escaped_path(&place));
    let old = match before {
        Before::Kept(old) => old,
        Before::Exchanged(old) => {
            let back = exchange(old.path(), &place).or_else(|_| copy_files(old.path(), &place));
            if back.is_ok() {
                // It has the files of this run, which nobody asked for alone.
                let written = old.path().to_owned();
                let _ = delete(old, &written);
                return None;
            }
            return Some(kept(&written(), &old.keep()));
        }
        Before::Gone => return Some(written()),
        Before::Nothing => {
            let emptied =
                if place.is_dir() { fs::remove_dir_all(&place) } else { fs::remove_file(&place) };
            return emptied.err().map(|_| written());
        }
    };
    forget(&old);
    // Where nothing can be renamed any more, a copy does it.
    let back = fs::rename(&old, &place).or_else(|_| fs::copy(&old, &place).map(drop));
    back.err().map(|_| kept(&written(), &old.keep().unwrap_or_default()))
}

fn kept(written: &str, old: &Path) -> String {
    format!("{written}; what was there before is in {}", escaped_path(old))
}

/// Puts copies of the files of a directory in the place of those of another one.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(to)? {
        fs::remove_file(entry?.path())?;
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Deletes the files of a directory that have their names in `named`, and then the directory. What
/// else it holds stays; returns its path if anything is left.
fn delete(directory: TempDir, named: &Path) -> Option<PathBuf> {
    let path = directory.keep();
    let delete = |_| {
        for entry in fs::read_dir(named).into_iter().flatten().flatten() {
            let _ = fs::remove_file(path.join(entry.file_name()));
        }
        fs::remove_dir(&path).is_ok()
    };
    let deleted = (0..3).any(delete);
    forget(&path);
    (!deleted).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_else_was_in_a_replaced_directory_stays() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("out");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("table"), "old").unwrap();
        let staged = StagedDir::replacing(&place).unwrap();
        staged.file(Path::new("table")).unwrap().write_all(b"new").unwrap();
        let mut outputs = Outputs::default();
        outputs.add_directory(staged);
        // Somebody puts a file there while the report is written.
        fs::write(place.join("notes"), "mine").unwrap();
        outputs.commit().unwrap();
        let read = |path: PathBuf| fs::read_to_string(path).unwrap();
        assert_eq!(read(place.join("table")), "new");
        let others = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
        let others: Vec<PathBuf> = others.filter(|path| *path != place).collect();
        assert_eq!(others.len(), 1);
        assert_eq!(read(others[0].join("notes")), "mine");
        assert!(!others[0].join("table").exists());
    }

    #[test]
    fn a_directory_that_takes_its_place_back_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let [first, second] = ["first", "second"].map(|name| dir.path().join(name));
        for place in [&first, &second] {
            fs::create_dir(place).unwrap();
            fs::write(place.join("older"), "old").unwrap();
        }
        let mut outputs = Outputs::default();
        for place in [&first, &second] {
            let staged = StagedDir::replacing(place).unwrap();
            staged.file(Path::new("table")).unwrap().write_all(b"new").unwrap();
            outputs.add_directory(staged);
        }
        // The second can no longer be renamed, so the first is undone.
        fs::remove_dir_all(&second).unwrap();
        fs::write(&second, "a file").unwrap();
        assert!(outputs.commit().is_err());
        let names = fs::read_dir(&first).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["older"]);
        assert_eq!(fs::read_to_string(&second).unwrap(), "a file");
        let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn a_file_is_there_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out");
        fs::write(&path, "old").unwrap();
        let mut outputs = Outputs::default();
        let staged = StagedFile::create(&path).unwrap();
        let mut out = staged.writer().unwrap();
        out.write_all(b"new").unwrap();
        drop(out);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        outputs.add(staged);
        outputs.commit().unwrap();
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
        let mut outputs = Outputs::default();
        outputs.add_directory(staged);
        outputs.commit().unwrap();
        assert_eq!(fs::read(path.join("a/b.txt")).unwrap(), b"text");
        assert!(StagedDir::create(&path).is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
    #[test]
    fn outputs_of_a_run_appear_together_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let place = |name: &str| dir.path().join(name);
        fs::write(place("old"), "old").unwrap();
        let mut outputs = Outputs::default();
        outputs.write(&place("old"), |out| out.write_all(b"new")).unwrap();
        outputs.write(&place("fresh"), |out| out.write_all(b"new")).unwrap();
        outputs.write(&place("taken"), |out| out.write_all(b"new")).unwrap();
        // No file can be renamed over a directory that has files.
        fs::create_dir(place("taken")).unwrap();
        fs::write(place("taken/file"), "").unwrap();
        assert!(outputs.commit().is_err());
        assert_eq!(fs::read(place("old")).unwrap(), b"old");
        assert!(!place("fresh").exists());
        let mut left: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["old", "taken"]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let abandoned = dir.path().join(".nearcopy-abc.tmp");
        fs::create_dir(&abandoned).unwrap();
        fs::write(abandoned.join(".nearcopy-lock"), "").unwrap();
        let working = StagedDir::create(&dir.path().join("one")).unwrap();
        assert!(!abandoned.exists());
        let second = StagedDir::create(&dir.path().join("two")).unwrap();
        // A run that is alive keeps its directory.
        working.file(Path::new("a")).unwrap();
        drop((working, second));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
