//! Owns: what makes a run the same run when it goes on, as its folder keeps it. Never: knows what
//! else is in the folder.

use crate::engine::stage_blocks::{beside, failed, open_file};
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::Documents;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

const SCHEMA: &str = "nearcopy.run/1";
/// The name of the file.
pub const MANIFEST: &str = "nearcopy.run";
/// The most parts of a stage: each is a file.
pub const MOST_PARTS: u32 = 10_000;

/// What makes a run the same run when it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunIdentity {
    /// The folder.
    pub folder: PathBuf,
    /// What its folder keeps of it.
    pub manifest: Manifest,
}

/// What the folder of a run keeps of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    schema: String,
    program: String,
    pub recipe: String,
    /// A hash of the thresholds and the background.
    settings: String,
    documents: u64,
    bytes: u64,
    /// A hash of the texts and of all that is known of them.
    documents_id: String,
    pub parts: u32,
    /// A hash of all of the above.
    #[serde(default)]
    pub checksum: String,
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
        let bytes = (0..documents.count()).map(|n| u64::from(documents.bytes(n))).sum();
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

/// The error for a folder that cannot be used.
pub fn storage(folder: &Path, why: impl Into<String>) -> Error {
    Error::Storage { what: folder.display().to_string(), why: why.into() }
}

/// Writes what the run is, unless another process was faster; returns what is there then.
pub fn begin(folder: &Path, wanted: &Manifest) -> Result<Manifest> {
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

/// The run of a folder, if there is one.
pub fn read_manifest(folder: &Path) -> Result<Option<Manifest>> {
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

/// Refuses the folder of another run, and says in what it differs.
pub fn check(folder: &Path, found: &Manifest, wanted: &Manifest) -> Result<()> {
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
         ({MANIFEST} and those that end in .stage), or name another folder (--scratch)"
    );
    Err(storage(folder, why))
}
