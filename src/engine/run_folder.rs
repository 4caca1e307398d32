//! Owns: the folder of a run, which holds the results of its stages: what belongs to it, and whose
//! it is. Never: knows what a stage makes.
//!
//! ```text
//! nearcopy.run                 what the run is: documents, settings, program, parts, a checksum
//! nearcopy.lock                locked while a process works in the folder
//! sketch-1-of-8.stage …        the result of a part of a stage, see `stage_blocks`
//! ```

use crate::engine::stage_blocks::{
    StageBlocks, StageBlocksWriter, UNFINISHED, beside, failed, open_file,
};
use crate::engine::stage_header::StageHeader;
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::Documents;
use crate::model::run_stage::{RunStage, StagePart};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "nearcopy.run/1";
const MANIFEST: &str = "nearcopy.run";
const LOCK: &str = "nearcopy.lock";
const STAGE: &str = ".stage";
/// The most parts of a stage: each is a file.
pub const MOST_PARTS: u32 = 10_000;

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
    /// A hash of all of the above.
    #[serde(default)]
    checksum: String,
}

impl Manifest {
    /// The hash of all fields but the checksum.
    fn hash(&self) -> String {
        let fields = Manifest { checksum: String::new(), ..self.clone() };
        let bytes = serde_json::to_vec(&fields).expect("strings and numbers");
        format!("{:016x}", hash::bytes(&bytes))
    }
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
            checksum: String::new(),
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
        let RunIdentity { folder: path, manifest: mut wanted } = identity;
        let begins = only.is_none_or(|only| only.stage == RunStage::Sketch);
        if begins {
            fs::create_dir_all(&path).map_err(|e| failed(&path, &e))?;
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
    fs::create_dir_all(folder).map_err(|e| failed(folder, &e))?;
    found(folder).map(drop)
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

fn storage(folder: &Path, why: impl Into<String>) -> Error {
    Error::Storage { what: folder.display().to_string(), why: why.into() }
}

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

/// Writes what the run is, unless another process was faster; returns what is there then.
fn begin(folder: &Path, wanted: &Manifest) -> Result<Manifest> {
    let path = folder.join(MANIFEST);
    let own = Manifest { checksum: wanted.hash(), ..wanted.clone() };
    let text = serde_json::to_string_pretty(&own).expect("strings and numbers");
    let beside = beside(&path);
    let write = || -> io::Result<()> {
        let mut file = File::create_new(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match fs::hard_link(&beside, &path) {
            Ok(()) => fs::remove_file(&beside),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(&beside),
            // Some file systems have no links.
            Err(_) => fs::rename(&beside, &path),
        }
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map_err(|e| failed(&path, &e))?;
    read_manifest(folder)?.ok_or_else(|| storage(&path, "is gone: begin again"))
}

fn read_manifest(folder: &Path) -> Result<Option<Manifest>> {
    let path = folder.join(MANIFEST);
    let Some(file) = open_file(&path)? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(|e| failed(&path, &e))?;
    let manifest: Option<Manifest> = serde_json::from_slice(&bytes).ok();
    let is_whole = |m: &Manifest| m.checksum == m.hash() && (1..=MOST_PARTS).contains(&m.parts);
    match manifest.filter(is_whole) {
        Some(manifest) => Ok(Some(manifest)),
        None => Err(storage(
            &path,
            "is damaged, or was written by another version: delete it and the files that end in \
             .stage, and the run begins anew",
        )),
    }
}

/// More bytes than what a run is can have.
const MOST_BYTES: u64 = 1 << 16;

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

/// Refuses the folder of another run, and says in what it differs.
fn check(folder: &Path, found: &Manifest, wanted: &Manifest) -> Result<()> {
    let other = if found.schema != wanted.schema || found.program != wanted.program {
        format!("by another version of nearcopy ({})", found.program)
    } else if found.documents_id != wanted.documents_id {
        let count = |m: &Manifest| format!("{} documents of {} bytes", m.documents, m.bytes);
        let (was, is) = (count(found), count(wanted));
        format!(
            "over other documents ({was}, now {is}): an input has changed, is another one, or its \
             path is written in another way"
        )
    } else if found.recipe != wanted.recipe || found.settings != wanted.settings {
        "with other settings".to_owned()
    } else if found.parts != wanted.parts {
        format!("divided into {}, not into {}", found.parts, wanted.parts)
    } else {
        return Ok(());
    };
    let why = format!(
        "holds the stages of a run {other}. Go on with that run as it was begun, delete its files \
         ({MANIFEST} and those that end in {STAGE}), or name another folder (--scratch)"
    );
    Err(storage(folder, why))
}
