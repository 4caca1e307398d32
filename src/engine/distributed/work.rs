//! Owns: what one part of a stage works on, and how it comes by what other stages have made. Never:
//! implements a stage.

use crate::engine::background::BackgroundOfCorpus;
use crate::engine::background_source::BackgroundSource;
use crate::engine::checkpoint::Checkpoints;
use crate::engine::distributed::block::{Blocks, StageBlock};
use crate::engine::distributed::partial_corpus::PartialCorpus;
use crate::engine::distributed::scan::DistributedScan;
use crate::engine::distributed::shared_corpus::MetadataRows;
use crate::engine::distributed::stage_data::TitleGroups;
use crate::engine::members::Members;
use crate::engine::scan_job::ScanJob;
use crate::engine::search::SortedKeys;
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_run::{RunKeeper, SortedRun};
use crate::engine::stage_data::StageData;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::RunOptions;
use crate::pair::background::Background;
use crate::postings::run::Run;

/// What a stage works on.
pub(super) struct Work<'w> {
    /// The scan.
    pub scan: &'w DistributedScan,
    /// The documents.
    pub corpus: &'w PartialCorpus,
    /// What other stages have made.
    pub blocks: Blocks<'w>,
    /// The part of the stage.
    pub part: u32,
    /// Those of the scan, less what it holds for each document.
    pub options: RunOptions,
    /// The results of other stages, where this one goes on with them.
    pub checkpoints: &'w Checkpoints,
}

/// The blocks that a part has made, and the texts that parts of the next stage need.
pub(super) type Made = (Vec<StageBlock>, Vec<(u32, u128)>);

impl Work<'_> {
    /// The job of a scan that goes on with these results.
    pub fn job<'j>(&'j self, checkpoints: &'j Checkpoints) -> ScanJob<'j> {
        let (DistributedScan { recipe, thresholds, .. }, options) = (self.scan, &self.options);
        let source = BackgroundSource::default();
        let (documents, progress) = (self.corpus as &dyn Documents, &());
        ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints }
    }

    /// A block of this run.
    pub fn block<T: StageData>(&self, kind: &str, part: u32, value: &T) -> StageBlock {
        StageBlock::new(kind, part, value, self.blocks.recipe_id)
    }

    /// The classes of equal texts.
    pub fn classes(&self) -> Classes {
        self.corpus.numbered().classes.clone()
    }

    /// The metadata of all documents of these classes, for a part of the next stage.
    pub fn metadata_for(
        &self,
        kind: &str,
        part: u32,
        classes: impl IntoIterator<Item = u32>,
        members: &Members,
    ) -> StageBlock {
        let mut numbers: Vec<u32> =
            classes.into_iter().flat_map(|class| members.of(class).iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let rows = numbers.into_iter().map(|n| (n, self.corpus.info(n as usize)));
        self.block(kind, part, &MetadataRows::new(rows))
    }

    /// What is known before pairs are looked for, as far as the blocks have it.
    pub fn sorted(&self, keys: Keys<SortedRun>) -> Result<SortedKeys> {
        let all = self.classes();
        let mut members = Members::new(&all);
        let (mut background, mut notes_left_out) = (Background::default(), Vec::new());
        if self.blocks.all.iter().any(|block| block.kind == "background") {
            let of_corpus = self.blocks.one::<BackgroundOfCorpus>("background")?;
            (background, notes_left_out) = (of_corpus.background, of_corpus.notes_left_out);
            members.divided = self.blocks.one::<TitleGroups>("titles")?.into();
        }
        Ok(SortedKeys { all, keys, words: Vec::new(), background, notes_left_out, members })
    }

    /// The run of a kind of this part.
    pub fn own_run(&self, kind: &str) -> Result<SortedRun> {
        one_run(vec![self.blocks.one(kind)?])
    }

    /// The anchors and the exact keys of paragraphs, of all parts.
    pub fn runs_of_all_parts(&self) -> Result<Keys<SortedRun>> {
        let run = |kind| one_run(self.blocks.of_parts(kind, self.scan.parts)?);
        let (anchors, paragraphs) = (run("run-anchors")?, run("run-paragraphs")?);
        Ok(Keys { anchors, paragraphs, ..Keys::default() })
    }
}

/// Runs of which each is behind the one before it, as one.
fn one_run(parts: Vec<Run>) -> Result<SortedRun> {
    let keeper = RunKeeper::new(usize::MAX, None);
    let parts = parts.into_iter().map(|run| keeper.keep(run.iter().collect()));
    let parts = parts.collect::<Result<Vec<_>>>()?;
    let ([run], _) = keeper.runs([parts])?;
    Ok(run)
}
