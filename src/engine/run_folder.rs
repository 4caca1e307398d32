//! Owns: the folder of a run, which holds the results of its stages: what belongs to it, and whose
//! it is. Never: knows what a stage makes.
//!
//! ```text
//! nearcopy.run                 what the run is: documents, settings, program, parts
//! nearcopy.lock                locked while a process works in the folder
//! .nearcopyignore              keeps all of this out of a walk
//! sketch-1-of-8.stage …        the result of a part of a stage, see `stage_blocks`
//! ```

use crate::engine::stage_blocks::{StageBlocks, StageBlocksWriter, damaged, failed};
use crate::engine::stage_header::StageHeader;
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::Documents;
use crate::model::run_stage::{RunStage, StagePart};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

const SCHEMA: &str = "nearcopy.run/1";
const MANIFEST: &str = "nearcopy.run";
const LOCK: &str = "nearcopy.lock";
/// Keeps the folder out of a walk through the directory that it is in.
const IGNORE: &str = ".nearcopyignore";
const STAGE: &str = ".stage";
/// The end of the name of a file that is being written.
const UNFINISHED: &str = ".part";

/// What makes a run the same run when it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunIdentity {
    /// The folder.
    pub folder: PathBuf,
    manifest: Manifest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    program: String,
    recipe: String,
    /// A hash of the thresholds and the background.
    settings: String,
    documents: u64,
    bytes: u64,
    /// A hash of the texts and of all that is known of them.
    documents_id: String,
    parts: u32,
}

impl RunIdentity {
    /// The identity of a run over these documents. `settings` are all settings that its findings
    /// depend on beside the recipe. Cost: each text is read once.
    pub fn new(
        folder: &Path,
        documents: &dyn Documents,
        recipe_id: String,
        settings: &str,
        parts: u32,
    ) -> Result<RunIdentity> {
        let bytes = (0..documents.count()).map(|n| u64::from(documents.info(n).bytes)).sum();
        let manifest = Manifest {
            schema: SCHEMA.into(),
            program: env!("CARGO_PKG_VERSION").into(),
            recipe: recipe_id,
            settings: format!("{:016x}", hash::bytes(settings.as_bytes())),
            documents: documents.count() as u64,
            bytes,
            documents_id: format!("{:016x}", documents_id(documents)?),
            parts,
        };
        Ok(RunIdentity { folder: folder.to_owned(), manifest })
    }
}

fn documents_id(documents: &dyn Documents) -> Result<u64> {
    let own = |n: usize| {
        let text = hash::bytes(documents.text(n)?.as_bytes());
        let info = hash::bytes(format!("{:?}", documents.info(n)).as_bytes());
        Ok(hash::mix(text) ^ info)
    };
    let hashes: Vec<u64> =
        (0..documents.count()).into_par_iter().map(own).collect::<Result<_>>()?;
    Ok(hashes.into_iter().fold(0, |all, own| hash::mix(all ^ own)))
}

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
        let RunIdentity { folder: path, mut manifest } = identity;
        made(&path)?;
        let found = read_manifest(&path)?;
        if found.is_none() {
            refuse_foreign(&path)?;
        }
        let lock = lock(&path, only.is_some())?;
        if let Some(found) = found {
            // Whoever carries out a whole stage takes the parts as they are.
            if only.is_none_or(|only| !only.stage.has_parts()) {
                manifest.parts = found.parts;
            }
            check(&path, &found, &manifest)?;
        } else {
            let text = serde_json::to_string_pretty(&manifest).expect("strings and numbers");
            let beside = path.join(format!("{MANIFEST}.{}{UNFINISHED}", std::process::id()));
            let written = fs::write(&beside, text + "\n");
            let there = written.and_then(|()| fs::rename(&beside, path.join(MANIFEST)));
            there.map_err(|e| failed(&path.join(MANIFEST), &e))?;
        }
        if only.is_none() {
            remove_files(&path, |name| name.ends_with(UNFINISHED))?;
        }
        let of_run = serde_json::to_vec(&manifest).expect("strings and numbers");
        let run = format!("{:016x}", hash::bytes(&of_run));
        Ok(RunFolder { path, manifest, run, _lock: lock })
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
        StageBlocks::open(&self.file(stage, part), &header.clone().of_run(&self.run))
    }

    /// Begins the file of a part of a stage.
    pub fn create(
        &self,
        stage: RunStage,
        part: u32,
        header: StageHeader,
    ) -> Result<StageBlocksWriter> {
        StageBlocksWriter::create(self.file(stage, part), &header.of_run(&self.run))
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
    check_contents(folder)?;
    lock(folder, false).map(drop)
}

/// The same for one part of a stage: other processes may work on other parts.
///
/// # Errors
/// As [`check_folder`], but for a folder in which a whole run works.
#[cfg_attr(not(feature = "stages"), expect(dead_code, reason = "nothing is kept"))]
pub fn check_shared_folder(folder: &Path) -> Result<()> {
    check_contents(folder)?;
    lock(folder, true).map(drop)
}

fn check_contents(folder: &Path) -> Result<()> {
    made(folder)?;
    match read_manifest(folder)? {
        Some(_) => Ok(()),
        None => refuse_foreign(folder),
    }
}

/// Makes the folder if there is none; nothing in an empty one is anybody else's.
fn made(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    if fs::read_dir(folder).map_err(|e| failed(folder, &e))?.next().is_none() {
        let path = folder.join(IGNORE);
        fs::write(&path, "*\n").map_err(|e| failed(&path, &e))?;
    }
    Ok(())
}

/// Deletes the files of a run that has ended. The folder stays, and what else is in it.
///
/// # Errors
/// [`Error::Storage`] for a folder that another process works in, or a file that cannot be deleted.
#[cfg_attr(not(feature = "stages"), expect(dead_code, reason = "nothing is kept"))]
pub fn remove_run(folder: &Path) -> Result<()> {
    let _lock = lock(folder, false)?;
    remove_files(folder, |name| name.ends_with(STAGE) || name.ends_with(UNFINISHED))?;
    remove_files(folder, |name| [MANIFEST, LOCK, IGNORE].contains(&name))
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
    let stage = |name: &str| {
        RunStage::KEPT.iter().any(|stage| name.starts_with(stage.name())) && name.ends_with(STAGE)
    };
    let unfinished = name.strip_suffix(UNFINISHED).and_then(|name| Some(name.rsplit_once('.')?.0));
    let name = unfinished.unwrap_or(name);
    [MANIFEST, LOCK, IGNORE].contains(&name) || stage(name)
}

fn storage(folder: &Path, why: impl Into<String>) -> Error {
    Error::Storage { what: folder.display().to_string(), why: why.into() }
}

fn lock(folder: &Path, shared: bool) -> Result<File> {
    let path = folder.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).read(true).open(&path);
    let file = file.map_err(|e| failed(&path, &e))?;
    match if shared { file.try_lock_shared() } else { file.try_lock() } {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(storage(
            folder,
            "another run works in this folder: wait until it ends, or name another directory \
             (--scratch)",
        )),
        Err(TryLockError::Error(e)) => Err(failed(&path, &e)),
    }
}

fn read_manifest(folder: &Path) -> Result<Option<Manifest>> {
    let path = folder.join(MANIFEST);
    match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| {
            storage(
                &path,
                "is damaged, or no \
                run of nearcopy: delete the folder, and the run begins anew",
            )
        }),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(failed(&path, &e)),
    }
}

/// Refuses a folder without a run that holds anything: what is in it is not nearcopy's to delete.
fn refuse_foreign(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|e| failed(folder, &e))? {
        let name = entry.map_err(|e| failed(folder, &e))?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(STAGE) && is_of_a_run(&name) {
            return Err(damaged(&folder.join(MANIFEST)));
        }
        if !is_of_a_run(&name) {
            let why = format!(
                "holds {:?}, which is no file of a run: name an empty directory, or one that is \
                 not there yet (--scratch)",
                name.escape_debug().to_string()
            );
            return Err(storage(folder, why));
        }
    }
    Ok(())
}

/// Refuses the folder of another run, and says in what it differs.
fn check(folder: &Path, found: &Manifest, wanted: &Manifest) -> Result<()> {
    let other = if found.schema != wanted.schema || found.program != wanted.program {
        format!("by another version of nearcopy ({})", found.program)
    } else if found.documents_id != wanted.documents_id {
        let [was, is] = [found, wanted].map(|m| format!("{} of {} bytes", m.documents, m.bytes));
        format!("over other documents ({was}, now {is}): an input has changed, or is another one")
    } else if found.recipe != wanted.recipe || found.settings != wanted.settings {
        "with other settings".to_owned()
    } else if found.parts != wanted.parts {
        format!("with {} parts, not {}", found.parts, wanted.parts)
    } else {
        return Ok(());
    };
    let why = format!(
        "holds the stages of a run {other}. Go on with that run as it was begun, delete the \
         folder, or name another one (--scratch)"
    );
    Err(storage(folder, why))
}
