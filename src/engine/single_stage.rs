//! Owns: one stage over one part, carried out by itself, so that several processes share a run.
//! Never: implements a stage.

use crate::engine::batch::{carried_out, check, in_pool};
use crate::engine::candidates::Candidates;
use crate::engine::fingerprints;
use crate::engine::relations::Relations;
use crate::engine::run_identity::MOST_PARTS;
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::search::{
    SortedKeys, candidate_search, compare_by_documents, compared_part, families_of, sorted_keys,
};
use crate::error::{Error, Result};
use crate::model::detection::Detection;
use crate::model::options::Stage;
use crate::model::run_stage::{RunStage, StagePart};
use crate::pair::background::Background;

/// Carries out one part of one stage in the folder that the options name.
pub fn carry_out(job: &ScanJob, only: StagePart) -> Result<()> {
    in_folder(job, only, |job| {
        let part = only.part;
        match only.stage {
            RunStage::Sketch => {
                let bytes = |n| u64::from(job.documents.bytes(n));
                let all = (0..job.documents.count()).map(bytes).sum::<u64>();
                job.progress.begin(Stage::Fingerprint, all / u64::from(only.parts));
                fingerprints::make_part(job, part)
            }
            RunStage::Cluster => carried_out(job).map(drop),
            stage => {
                let sorted = sorted_keys(job, keys_of(stage))?;
                match stage {
                    RunStage::Background => Ok(()),
                    _ => of_sorted(job, &sorted, only),
                }
            }
        }
    })
}

/// The findings of a run whose stages have all been carried out, and its background.
pub fn carry_out_last(job: &ScanJob) -> Result<(Detection, Background)> {
    let only = StagePart { stage: RunStage::Cluster, part: 1, parts: 1 };
    in_folder(job, only, carried_out)
}

fn in_folder<T: Send>(
    job: &ScanJob,
    only: StagePart,
    work: impl FnOnce(&ScanJob) -> Result<T> + Send,
) -> Result<T> {
    let StagePart { stage, part, parts } = only;
    let most = if stage.has_parts() { parts.min(MOST_PARTS) } else { 1 };
    if part == 0 || part > most {
        let why = format!("{part}/{parts}: the stage {stage} has the parts 1 to {most}");
        return Err(Error::Setting { name: "part", why });
    }
    check(job.documents, job.recipe, job.thresholds)?;
    in_pool(job.options, || {
        let kept = job.kept(Some(only), parts)?;
        work(&ScanJob { checkpoints: &kept, ..*job })
    })
}

/// The kinds of keys that a stage needs.
fn keys_of(stage: RunStage) -> KeyKinds {
    match stage {
        RunStage::Background => KeyKinds { bands: false, paragraph_bands: false, ..KeyKinds::ALL },
        RunStage::PairsByDocuments => KeyKinds { bands: true, ..KeyKinds::NONE },
        RunStage::PairsByPassages => {
            KeyKinds { anchors: true, paragraph_bands: true, ..KeyKinds::NONE }
        }
        _ => KeyKinds::NONE,
    }
}

fn of_sorted(job: &ScanJob, sorted: &SortedKeys, only: StagePart) -> Result<()> {
    let (stage, part) = (only.stage, only.part);
    let class_tokens = sorted.all.class_tokens();
    let metadata = |class| sorted.members.metadata(class, job.documents);
    let verifier = sorted.verifier(job, &class_tokens, &metadata);
    let search = candidate_search(job, &sorted.all, &sorted.keys, &class_tokens);
    let compare = |candidates: &Candidates| {
        job.progress.begin(Stage::Compare, candidates.steps / u64::from(only.parts));
        compared_part(stage, part, job, candidates, &verifier).map(drop)
    };
    if stage == RunStage::PairsByDocuments {
        return search.part_by_documents(part).map(drop);
    }
    let by_documents = search.by_documents()?;
    if stage == RunStage::CompareByDocuments {
        return compare(&by_documents);
    }
    let mut compared = Relations::new(job.options);
    compare_by_documents(job, &by_documents, &verifier, &mut compared)?;
    let family = families_of(&compared, sorted.all.first.len());
    if stage == RunStage::PairsByPassages {
        return search.part_by_passages(part, &family).map(drop);
    }
    compare(&search.by_passages(&family, &by_documents.pairs)?)
}
