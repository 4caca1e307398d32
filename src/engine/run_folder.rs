//! Owns: the folder of a run, which holds the results of its stages: what belongs to it, and whose
//! it is. Never: knows what a stage makes.
//!
//! ```text
//! nearcopy.run                 what the run is: documents, settings, program, parts, a checksum
//! nearcopy.lock                locked while a process works in the folder
//! sketch-1-of-8.stage …        the result of a part of a stage, see `stage_blocks`
//! ```

use crate::engine::run_identity::{
    MANIFEST, Manifest, RunIdentity, begin, check, read_manifest, storage,
};
use crate::engine::stage_blocks::{StageBlocks, StageBlocksWriter, UNFINISHED, failed, open_file};
use crate::engine::stage_header::StageHeader;
use crate::error::{Error, Result};
use crate::model::run_stage::{RunStage, StagePart};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const LOCK: &str = "nearcopy.lock";
const STAGE: &str = ".stage";

/// The folder of a run that this process works in.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    manifest: Manifest,
    /// The name of the run in its files.
    run: String,
    /// Locked until the folder is closed.
    _lock: File,
}

impl RunFolder {
    /// Opens the folder for the whole run, which nobody else may work in, or for `only` one part of
    /// a stage.
    ///
    /// # Errors
    /// [`Error::Storage`] for a folder that another process works in, that holds other things or
    /// another run, or that cannot be written.
    pub fn open(identity: RunIdentity, only: Option<StagePart>) -> Result<RunFolder> {
        let RunIdentity { folder: path, manifest: mut wanted } = identity;
        let begins = only.is_none_or(|only| only.stage == RunStage::Sketch);
        if begins {
            make_folder(&path)?;
        }
        let found = match found(&path)? {
            None if begins => None,
            None => return Err(storage(&path, NO_RUN)),
            found => found,
        };
        let lock = lock(&path, only.is_some())?;
        let found = match found {
            Some(found) => found,
            None => begin(&path, &wanted)?,
        };
        // Whoever carries out a whole stage takes the parts as they are.
        if only.is_none_or(|only| !only.stage.has_parts()) {
            wanted.parts = found.parts;
        }
        check(&path, &found, &wanted)?;
        if only.is_none() {
            remove_files(&path, |name| name.ends_with(UNFINISHED))?;
        }
        let run = found.checksum.clone();
        Ok(RunFolder { path, manifest: found, run, _lock: lock })
    }

    /// The number of parts of each stage that has parts.
    pub fn parts(&self) -> u32 {
        self.manifest.parts
    }

    /// The recipe of the run.
    pub fn recipe(&self) -> &str {
        &self.manifest.recipe
    }

    /// The file of a part of a stage, if it was made.
    pub fn open_stage(
        &self,
        stage: RunStage,
        part: u32,
        header: &StageHeader,
    ) -> Result<Option<StageBlocks>> {
        StageBlocks::open(&self.file(stage, part), &self.header(stage, part, header.clone()))
    }

    /// Begins the file of a part of a stage.
    pub fn create(
        &self,
        stage: RunStage,
        part: u32,
        header: StageHeader,
    ) -> Result<StageBlocksWriter> {
        StageBlocksWriter::create(self.file(stage, part), &self.header(stage, part, header))
    }

    fn header(&self, stage: RunStage, part: u32, header: StageHeader) -> StageHeader {
        header.of_run(&self.run, stage.name(), format!("{part}/{}", self.parts()))
    }

    /// The error for a part that was to be made before.
    pub fn missing(&self, stage: RunStage, part: u32) -> Error {
        let of = match stage.has_parts() {
            true => format!(" --part {part}/{}", self.parts()),
            false => String::new(),
        };
        Error::Storage {
            what: self.file(stage, part).display().to_string(),
            why: format!(
                "is not there: `nearcopy stage {}{of}` makes it, and must end before this stage \
                 begins",
                stage.arguments()
            ),
        }
    }

    fn file(&self, stage: RunStage, part: u32) -> PathBuf {
        let parts = self.parts();
        self.path.join(match stage.has_parts() {
            true => format!("{stage}-{part}-of-{parts}{STAGE}"),
            false => format!("{stage}{STAGE}"),
        })
    }
}

/// Checks that a run can be begun in a folder, or go on there; makes the folder if there is none.
///
/// # Errors
/// [`Error::Storage`] for a folder that another process works in, that holds other things than a
/// run, or that cannot be written.
#[cfg_attr(not(feature = "stages"), expect(dead_code, reason = "nothing is kept"))]
pub fn check_folder(folder: &Path) -> Result<()> {
    make_folder(folder)?;
    found(folder)?;
    lock(folder, false).map(drop)
}

/// The same for one part of a stage: other processes may work on other parts. Only the sketch stage
/// begins a run.
///
/// # Errors
/// As [`check_folder`], but for a folder in which a whole run works; and for one without a run,
/// where another stage is to be carried out.
#[cfg_attr(not(feature = "stages"), expect(dead_code, reason = "nothing is kept"))]
pub fn check_shared_folder(folder: &Path, stage: RunStage) -> Result<()> {
    if stage == RunStage::Sketch {
        make_folder(folder)?;
        found(folder)?;
    } else if found(folder)?.is_none() {
        return Err(storage(folder, NO_RUN));
    }
    lock(folder, true).map(drop)
}

/// Makes the folder if it is not there. A folder that cannot be looked at is no folder that exists
/// already.
fn make_folder(folder: &Path) -> Result<()> {
    let made = match fs::metadata(folder) {
        Ok(there) if there.is_dir() => Ok(()),
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => fs::create_dir_all(folder),
    };
    made.map_err(|e| failed(folder, &e))
}

/// Deletes the files of a run that has ended. The folder stays, and what else is in it.
///
/// # Errors
/// [`Error::Storage`] for a folder that another process works in, or a file that cannot be deleted.
#[cfg_attr(not(feature = "stages"), expect(dead_code, reason = "nothing is kept"))]
pub fn remove_run(folder: &Path) -> Result<()> {
    let _lock = lock(folder, false)?;
    remove_files(folder, |name| name.ends_with(STAGE) || name.ends_with(UNFINISHED))?;
    remove_files(folder, |name| [MANIFEST, LOCK].contains(&name))
}

fn remove_files(folder: &Path, which: impl Fn(&str) -> bool) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let entry = entry.map_err(|e| failed(folder, &e))?;
        if entry.file_name().to_str().is_some_and(|name| is_of_a_run(name) && which(name)) {
            fs::remove_file(entry.path()).map_err(|e| failed(&entry.path(), &e))?;
        }
    }
    Ok(())
}

/// Whether a run makes files of this name.
fn is_of_a_run(name: &str) -> bool {
    let unfinished = name.strip_suffix(UNFINISHED).and_then(|name| name.rsplit_once('.'));
    let name = match unfinished {
        Some((name, own)) if own.bytes().all(|b| b.is_ascii_hexdigit()) => name,
        _ => name,
    };
    [MANIFEST, LOCK].contains(&name) || is_stage(name)
}

/// Whether it is the name of a part of a stage.
fn is_stage(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let part = |rest: &str| {
        let numbers = rest.strip_prefix('-').and_then(|rest| rest.split_once("-of-"));
        numbers.is_some_and(|(part, parts)| number(part) && number(parts))
    };
    let Some(name) = name.strip_suffix(STAGE) else { return false };
    RunStage::KEPT.iter().any(|stage| match name.strip_prefix(stage.name()) {
        Some(rest) if stage.has_parts() => part(rest),
        rest => rest == Some(""),
    })
}

/// Why a stage cannot be carried out.
const NO_RUN: &str = "holds no run: `nearcopy stage sketch --part I/N` begins one";

fn lock(folder: &Path, shared: bool) -> Result<File> {
    let path = folder.join(LOCK);
    // A link in its place would make a file elsewhere.
    if path.is_symlink() {
        return Err(storage(&path, "is a link: delete it"));
    }
    open_file(&path)?;
    let file = File::options().create(true).truncate(false).write(true).read(true).open(&path);
    let file = file.map_err(|e| failed(&path, &e))?;
    match if shared { file.try_lock_shared() } else { file.try_lock() } {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(storage(
            folder,
            "another run works in this folder: wait until it ends, or name another directory \
             (--scratch)",
        )),
        Err(TryLockError::Error(e)) => {
            let why =
                format!("cannot be locked ({e}): name a directory on another disk (--scratch)");
            Err(storage(&path, why))
        }
    }
}

/// The run of a folder, if it holds one and nobody else's files.
fn found(folder: &Path) -> Result<Option<Manifest>> {
    if let Some(manifest) = read_manifest(folder)? {
        return Ok(Some(manifest));
    }
    let has_stages = refuse_foreign(folder)?;
    // Another process may have begun the run since.
    match read_manifest(folder)? {
        None if has_stages => Err(storage(
            folder,
            "holds stages of a run, but not what the run is (nearcopy.run): delete the files that \
             end in .stage",
        )),
        manifest => Ok(manifest),
    }
}

/// Refuses a folder without a run that holds anything: what is in it is not nearcopy's to delete.
/// Returns whether it holds stages.
fn refuse_foreign(folder: &Path) -> Result<bool> {
    let mut has_stages = false;
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(failed(folder, &e)),
    };
    for entry in entries {
        let name = entry.map_err(|e| failed(folder, &e))?.file_name();
        let name = name.to_string_lossy();
        has_stages |= is_stage(&name);
        // A file system of a network names open files so that have no name.
        if !is_of_a_run(&name) && !name.starts_with(".nfs") {
            let why = format!(
                "holds {:?}, which is no file of a run: name an empty directory, or one that is \
                 not there yet (--scratch)",
                name.escape_debug().to_string()
            );
            return Err(storage(folder, why));
        }
    }
    Ok(has_stages)
}
