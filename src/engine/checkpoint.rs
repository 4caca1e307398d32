//! Owns: which results of stages are kept, read again and made anew. Never: knows how a stage makes
//! one.

use crate::engine::run_folder::RunFolder;
use crate::engine::run_identity::RunIdentity;
use crate::engine::stage_blocks::{StageBlocks, StageBlocksWriter};
#[cfg(feature = "stages")]
use crate::engine::stage_data::{self, StageData};
use crate::engine::stage_header::StageHeader;
use crate::error::{Error, Result};
use crate::model::options::Progress;
use crate::model::run_stage::{RunStage, StagePart};
#[cfg(feature = "stages")]
use std::{any::Any, collections::HashMap, sync::Mutex};

/// The number of parts into which the stages of a run are divided that keeps their results: at most
/// so much of a stage is lost with the process.
pub const PARTS: u32 = 8;

/// What has a written form, where the feature `stages` is there.
#[cfg(not(feature = "stages"))]
pub trait StageData {}
#[cfg(not(feature = "stages"))]
impl<T> StageData for T {}

/// The version of the written form of keys, which is raised whenever the form changes.
const SKETCH_VERSION: u32 = 1;

/// The results of stages in the folder of a run; without a folder nothing is kept.
#[derive(Debug, Default)]
pub struct Checkpoints {
    folder: Option<RunFolder>,
    /// The part of a stage that alone is carried out; what is before it must be there.
    only: Option<StagePart>,
    /// Results that are in memory, and the number of parts of each stage.
    #[cfg(feature = "stages")]
    given: Option<(u32, Given)>,
}

/// Results by the name of the stage and the part.
#[cfg(feature = "stages")]
type ByPart = HashMap<(&'static str, u32), Box<dyn Any + Send>>;

/// Results of stages in memory, each of which is taken once.
#[cfg(feature = "stages")]
#[derive(Debug, Default)]
pub struct Given(Mutex<ByPart>);

#[cfg(feature = "stages")]
impl Given {
    /// Adds the results of all parts of a stage, in order.
    pub fn add<T: StageData + Send + 'static>(&mut self, stage: &'static str, parts: Vec<T>) {
        let given = self.0.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (part, value) in (1..).zip(parts) {
            given.insert((stage, part), Box::new(value));
        }
    }

    fn take<T: 'static>(&self, stage: &'static str, part: u32) -> Option<T> {
        let mut given = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Some(*given.remove(&(stage, part))?.downcast().ok()?)
    }
}

impl Checkpoints {
    /// Results that are there already, of stages of so many parts; no other is kept.
    #[cfg(feature = "stages")]
    pub fn given(parts: u32, given: Given) -> Checkpoints {
        Checkpoints { given: Some((parts, given)), ..Checkpoints::default() }
    }

    /// Opens the folder of a run, or begins one.
    pub fn open(run: RunIdentity, only: Option<StagePart>) -> Result<Checkpoints> {
        if cfg!(not(feature = "stages")) {
            return Err(Error::Storage {
                what: run.folder.display().to_string(),
                why: "stages cannot be kept: nearcopy was built without its feature `stages`"
                    .into(),
            });
        }
        let folder = Some(RunFolder::open(run, only)?);
        Ok(Checkpoints {
            folder,
            only,
            #[cfg(feature = "stages")]
            given: None,
        })
    }

    /// The number of parts of each stage that has parts.
    pub fn parts(&self) -> u32 {
        #[cfg(feature = "stages")]
        if let Some((parts, _)) = &self.given {
            return *parts;
        }
        self.folder.as_ref().map_or(1, RunFolder::parts)
    }

    /// The results of all parts of a step that keeps none, where they are there already.
    #[cfg(feature = "stages")]
    pub fn given_parts<T: 'static>(&self, step: &'static str) -> Option<Vec<T>> {
        let (parts, given) = self.given.as_ref()?;
        (1..=*parts).map(|part| given.take(step, part)).collect()
    }

    /// The result of a step without parts, where it is there already.
    #[cfg(feature = "stages")]
    pub fn given_whole<T: 'static>(&self, step: &'static str) -> Option<T> {
        self.given.as_ref()?.1.take(step, 1)
    }

    /// The same, where nothing is there already.
    #[cfg(not(feature = "stages"))]
    pub fn given_parts<T>(&self, _: &'static str) -> Option<Vec<T>> {
        None
    }

    /// The same of a step without parts.
    #[cfg(not(feature = "stages"))]
    pub fn given_whole<T>(&self, _: &'static str) -> Option<T> {
        None
    }

    /// Whether results of stages are kept, or there already.
    pub fn keeps(&self) -> bool {
        #[cfg(feature = "stages")]
        if self.given.is_some() {
            return true;
        }
        self.folder.is_some()
    }

    /// The blocks of a part that was made before; `None` if it is to be made.
    pub fn blocks(&self, stage: RunStage, part: u32) -> Result<Option<StageBlocks>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let header = StageHeader::new(stage.name(), SKETCH_VERSION, folder.recipe());
        self.there(folder, stage, part, &header)
    }

    /// Where the blocks of a part are written that is being made, if they are kept.
    pub fn write_blocks(&self, stage: RunStage, part: u32) -> Result<Option<StageBlocksWriter>> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let header = StageHeader::new(stage.name(), SKETCH_VERSION, folder.recipe());
        folder.create(stage, part, header).map(Some)
    }

    /// The result of a part of a stage: what was kept of it, or else what `make` returns, which is
    /// then kept.
    #[cfg(feature = "stages")]
    pub fn value<T: StageData + 'static>(
        &self,
        (stage, part): (RunStage, u32),
        progress: &dyn Progress,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        if let Some(value) =
            self.given.as_ref().and_then(|(_, given)| given.take(stage.name(), part))
        {
            return Ok(value);
        }
        let Some(folder) = &self.folder else { return make() };
        let header = stage_data::header::<T>(folder.recipe());
        if let Some(mut blocks) = self.there(folder, stage, part, &header)? {
            let value = stage_data::decode(&blocks.next()?).ok_or_else(|| blocks.damaged())?;
            blocks.finish()?;
            progress.kept(stage, part);
            return Ok(value);
        }
        let value = make()?;
        let mut out = folder.create(stage, part, header)?;
        out.block(&stage_data::encode(&value, Vec::new()))?;
        out.finish()?;
        Ok(value)
    }

    /// The result of a part of a stage, which nothing keeps.
    #[cfg(not(feature = "stages"))]
    pub fn value<T: StageData>(
        &self,
        _: (RunStage, u32),
        _: &dyn Progress,
        make: impl FnOnce() -> Result<T>,
    ) -> Result<T> {
        make()
    }

    fn there(
        &self,
        folder: &RunFolder,
        stage: RunStage,
        part: u32,
        header: &StageHeader,
    ) -> Result<Option<StageBlocks>> {
        let blocks = folder.open_stage(stage, part, header)?;
        let is_made = |only: StagePart| (only.stage, only.part) == (stage, part);
        if blocks.is_none() && !self.only.is_none_or(is_made) {
            return Err(folder.missing(stage, part));
        }
        Ok(blocks)
    }
}
