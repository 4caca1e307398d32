//! Owns: the way from documents to candidate pairs. Never: compares the candidates by passages, or
//! implements a stage.

use crate::engine::background;
use crate::engine::candidates::{Budget, CandidateSearch, Candidates, ChosenCandidates, steps};
use crate::engine::compare::{Verified, Verifier};
use crate::engine::members::Members;
use crate::engine::relations::{ComparedPair, Relations, is_kept};
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::sketch::{Classes, Keys, Sketches, sketch};
use crate::engine::sorted_run::SortedRun;
use crate::engine::titles::title_groups;
use crate::error::Result;
use crate::model::detection::Relation;
use crate::model::options::Stage;
use crate::model::run_stage::RunStage;
use crate::pair::background::Background;
use crate::pair::metadata::Metadata;
use crate::postings::policy::families;

/// The result of the stages before any pair is compared.
pub struct SortedKeys {
    /// The classes of equal texts.
    pub all: Classes,
    /// Their keys.
    pub keys: Keys<SortedRun>,
    /// For each word slot, the number of classes that it occurs in.
    pub words: Vec<u32>,
    /// The background.
    pub background: Background,
    /// The first document of a text of each passage that was not looked at as a note.
    pub notes_left_out: Vec<u32>,
    /// The documents of each class.
    pub members: Members,
}

/// Reads every text, sorts the keys that are `wanted`, and draws the background from them unless
/// one is given or was kept.
pub fn sorted_keys(job: &ScanJob, wanted: KeyKinds) -> Result<SortedKeys> {
    let ScanJob { documents, recipe, thresholds, options, progress, .. } = *job;
    let mut sketches = sketch(job, wanted)?;
    let unsorted = std::mem::take(&mut sketches.keys);
    let keys = unsorted.sorted(sketches.scratch.take(), options, progress)?;
    let mut notes_left_out = Vec::new();
    let background = job.source.background(recipe, || {
        let of_corpus = job.checkpoints.value((RunStage::Background, 1), progress, || {
            background::background(job, &sketches, &keys)
        })?;
        notes_left_out = of_corpus.notes_left_out;
        Ok(of_corpus.background)
    })?;
    let Sketches { classes: all, words, .. } = sketches;
    let mut members = Members::new(&all);
    members.divided =
        title_groups(&all, &members, documents, &background, recipe, thresholds, progress)?;
    Ok(SortedKeys { all, keys, words, background, notes_left_out, members })
}

/// The candidates of a scan, of which those by whole texts are compared already: families of texts
/// decide which passages are searched by.
pub struct Searched {
    /// The number of tokens of each class.
    pub class_tokens: Vec<u32>,
    /// The compared candidates by whole texts that are related or of one family.
    pub compared: Relations,
    /// The family of each class: texts that resemble each other.
    pub family: Vec<u32>,
    /// The candidates by whole texts.
    pub document_candidates: Candidates,
    /// The candidates by passages.
    pub passage_candidates: Candidates,
}

impl SortedKeys {
    /// What compares the candidate pairs of a scan; `metadata` is that of the members.
    pub fn verifier<'a>(
        &'a self,
        job: &ScanJob<'a>,
        class_tokens: &'a [u32],
        metadata: &'a (dyn Fn(u32) -> Metadata + Sync),
    ) -> Verifier<'a> {
        let ScanJob { documents, recipe, thresholds, options, progress, .. } = *job;
        Verifier {
            documents,
            first: &self.all.first,
            tokens: class_tokens,
            metadata,
            background: &self.background,
            recipe,
            thresholds,
            options,
            progress,
        }
    }
}

/// The name of the choice of candidates, whose result may be there already.
pub const CHOSEN: &str = "chosen";

/// Searches the candidates by sorted keys, unless they are chosen and compared already. The keys of
/// bands are freed as soon as they were searched, unless they are for `later`.
pub fn searched(job: &ScanJob, sorted: &mut SortedKeys, later: KeyKinds) -> Result<Searched> {
    let mut keys = std::mem::take(&mut sorted.keys);
    let class_tokens = sorted.all.class_tokens();
    let metadata = |class| sorted.members.metadata(class, job.documents);
    let verifier = sorted.verifier(job, &class_tokens, &metadata);
    let all = &sorted.all;
    let mut chosen = job.checkpoints.given_whole::<ChosenCandidates>(CHOSEN).map(|both| both.0);
    let document_candidates = match &mut chosen {
        Some([by_documents, _]) => std::mem::take(by_documents),
        None => candidate_search(job, all, &keys, &class_tokens).by_documents()?,
    };
    keys.same_text = SortedRun::default();
    if !later.bands {
        keys.bands = SortedRun::default();
    }
    let mut compared = Relations::new(job.options);
    compare_by_documents(job, &document_candidates, &verifier, &mut compared)?;
    let family = families_of(&compared, all.first.len());
    let passage_candidates = match chosen {
        Some([_, by_passages]) => by_passages,
        None => candidate_search(job, all, &keys, &class_tokens)
            .by_passages(&family, &document_candidates.pairs)?,
    };
    if !later.paragraph_bands {
        keys.paragraph_bands = SortedRun::default();
    }
    sorted.keys = keys;
    Ok(Searched { class_tokens, compared, family, document_candidates, passage_candidates })
}

/// The search for candidates by sorted keys.
pub fn candidate_search<'a>(
    job: &'a ScanJob<'a>,
    all: &'a Classes,
    keys: &'a Keys<SortedRun>,
    class_tokens: &'a [u32],
) -> CandidateSearch<'a> {
    let budget = Budget::of(class_tokens, job.thresholds);
    CandidateSearch { job, all, keys, budget }
}

/// Compares the candidates by whole texts, and keeps those that are related or of one family.
pub fn compare_by_documents(
    job: &ScanJob,
    candidates: &Candidates,
    verifier: &Verifier,
    into: &mut Relations,
) -> Result<()> {
    compare_all(RunStage::CompareByDocuments, job, candidates, verifier, into)
}

/// Compares the candidates by passages, and keeps those that are related.
pub fn compare_by_passages(
    job: &ScanJob,
    candidates: &Candidates,
    verifier: &Verifier,
    into: &mut Relations,
) -> Result<()> {
    compare_all(RunStage::CompareByPassages, job, candidates, verifier, into)
}

/// The memory that a pair takes until its comparison is in its written form, about.
const BYTES_FOR_EACH_PAIR: u64 = 256;

fn compare_all(
    stage: RunStage,
    job: &ScanJob,
    candidates: &Candidates,
    verifier: &Verifier,
    into: &mut Relations,
) -> Result<()> {
    job.progress.begin(Stage::Compare, candidates.steps);
    let parts = job.checkpoints.parts();
    // What is kept is kept in parts; else a part is what there is memory for.
    let most = job.options.part_of_memory(8 * BYTES_FOR_EACH_PAIR).max(LEAST_PAIRS);
    if job.checkpoints.keeps() {
        for part in 1..=parts {
            into.add(&compared_part(stage, part, job, candidates, verifier)?, job.thresholds)?;
        }
    } else {
        let written = |v: Verified| ComparedPair::new(&v, job.thresholds);
        for pairs in candidates.pairs.chunks(most) {
            into.add_written(verifier.compare_as(pairs, wanted(stage), written)?)?;
        }
    }
    into.sort(job.progress);
    Ok(())
}

/// Fewer pairs than these are compared together, however small the memory is.
const LEAST_PAIRS: usize = 1 << 14;

/// Which compared pairs of a stage are kept.
fn wanted(stage: RunStage) -> impl Fn(Option<Relation>, f64) -> bool {
    let by_documents = stage == RunStage::CompareByDocuments;
    move |relation, resemblance| match by_documents {
        true => is_kept(relation, resemblance),
        false => relation.is_some(),
    }
}

/// The compared pairs of a part of the candidates.
pub fn compared_part(
    stage: RunStage,
    part: u32,
    job: &ScanJob,
    candidates: &Candidates,
    verifier: &Verifier,
) -> Result<Vec<Verified>> {
    let pairs = candidates.part(part, job.checkpoints.parts(), verifier.tokens);
    let mut is_read = true;
    let found = job.checkpoints.value((stage, part), job.progress, || {
        is_read = false;
        verifier.compare(pairs, wanted(stage))
    })?;
    if is_read {
        job.progress.advance(steps(pairs, verifier.tokens));
    }
    Ok(found)
}

/// The family of each class.
pub fn families_of(compared: &Relations, classes: usize) -> Vec<u32> {
    let alike = compared.pairs().iter().filter(|p| p.of_family);
    families(classes, alike.map(|p| p.classes()))
}
