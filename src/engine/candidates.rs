//! Owns: the search for candidate pairs in the sorted postings of all classes. Never: compares
//! texts.

use crate::engine::scan_job::ScanJob;
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_lists::SortedLists;
use crate::engine::sorted_run::{KeyRange, SortedRun};
#[cfg(feature = "stages")]
use crate::engine::stage_data::StageData;
use crate::error::Result;
use crate::model::run_stage::RunStage;
use crate::model::thresholds::Thresholds;
use crate::postings::budget::{
    ANCHORS_PER_BAND, SharedKeys, WithinBudget, add_up, pair_steps, within_budget,
};
use crate::postings::policy::{Policy, all_pairs, link_hot};
use crate::postings::posting::{Posting, unpack_pair};
use crate::postings::run::Part;
use crate::sketch::fingerprint::Fingerprinter;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The candidate pairs, and the number of keys that were too frequent to be expanded to all their
/// pairs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Candidates {
    /// The packed pairs of classes, sorted and without duplicates.
    pub pairs: Vec<u64>,
    /// Their number.
    pub count: u64,
    /// Those of `pairs` that no bucket within its cap contains: links inside hot bands.
    pub linked: Vec<u64>,
    /// The number of hot keys.
    pub capped: u64,
    /// The steps of the comparison of `pairs`.
    pub steps: u64,
    /// The pairs that the budget leaves out, sorted.
    pub left_out: Vec<u64>,
}

/// Where candidates are looked for.
#[derive(Clone, Copy)]
pub struct CandidateSearch<'a> {
    /// The scan.
    pub job: &'a ScanJob<'a>,
    /// The classes of equal texts.
    pub all: &'a Classes,
    /// Their keys.
    pub keys: &'a Keys<SortedRun>,
    /// The budget of the comparisons.
    pub budget: Budget<'a>,
}

/// The pairs that the document bands of a part of the keys show, each with the number of keys.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairsOfDocuments {
    /// The pairs of bands within their cap.
    shown: Vec<SharedKeys>,
    /// The links inside hot bands.
    links: Vec<SharedKeys>,
    /// The number of hot keys.
    capped: u64,
}

/// The pairs that share passages, by a part of the keys.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairsOfPassages {
    /// The pairs that share anchors, each with their number.
    anchors: Vec<SharedKeys>,
    /// The pairs that share paragraph bands, with the number of anchors that are as much evidence.
    bands: Vec<SharedKeys>,
    /// The number of capped keys.
    capped: u64,
}

#[cfg(feature = "stages")]
impl StageData for PairsOfDocuments {
    const KIND: &'static str = "pairs-documents";
    const VERSION: u32 = 1;
}

#[cfg(feature = "stages")]
impl StageData for PairsOfPassages {
    const KIND: &'static str = "pairs-passages";
    const VERSION: u32 = 1;
}

/// What is left of the chosen candidates behind their comparison: by whole texts, and by passages.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ChosenCandidates(pub [Candidates; 2]);

#[cfg(feature = "stages")]
impl StageData for ChosenCandidates {
    const KIND: &'static str = "chosen-candidates";
    const VERSION: u32 = 1;
}

/// The pairs that no search compares, of these two searches, by whole texts and by passages. A pair
/// that the limit on sources forbids would not have been reported.
pub fn left_out_of_all(
    [by_documents, by_passages]: [&Candidates; 2],
    all: &Classes,
    t: &Thresholds,
) -> Vec<u64> {
    let mut left_out = [&by_documents.left_out[..], &by_passages.left_out].concat();
    left_out.sort_unstable();
    left_out.dedup();
    left_out.retain(|pair| {
        let (a, b) = unpack_pair(*pair);
        by_passages.pairs.binary_search(pair).is_err() && all.allowed(a, b, t.sources)
    });
    left_out
}

impl CandidateSearch<'_> {
    /// The pairs that share a document band (or, under a source limit, the whole text). Pairs that
    /// the limit forbids are included, because families must not depend on it.
    pub fn by_documents(&self) -> Result<Candidates> {
        let (mut shown, mut links, mut out) = (Vec::new(), Vec::new(), Candidates::default());
        for part in 1..=self.job.checkpoints.parts() {
            let found = self.part_by_documents(part)?;
            shown.push(found.shown);
            links.push(found.links);
            out.capped += found.capped;
        }
        let (shown, links) = (summed(shown), summed(links));
        let is_shown = |pair: &u64| shown.binary_search_by_key(pair, |c| c.0).is_ok();
        let linked: Vec<u64> = links.iter().map(|c| c.0).filter(|pair| !is_shown(pair)).collect();
        out.choose(summed(vec![shown, links]), self.budget);
        out.linked = linked.into_iter().filter(|p| out.pairs.binary_search(p).is_ok()).collect();
        Ok(out)
    }

    /// What a part of the keys shows of them.
    pub fn part_by_documents(&self, part: u32) -> Result<PairsOfDocuments> {
        let CandidateSearch { job, keys, .. } = *self;
        let stage = (RunStage::PairsByDocuments, part);
        job.checkpoints.value(stage, job.progress, || {
            let policy = Policy::from(job.recipe);
            let cold = |group: &[Posting]| expand_cold(group, policy);
            let lists = [&keys.same_text, &keys.bands];
            let shown = self.shared(&lists, part, [1, 1], cold)?.pairs;
            let keys = KeyRange { part, parts: job.checkpoints.parts() };
            let is_hot = |group: &[Posting]| cold(group).is_none();
            let mut links = Vec::new();
            let mut capped = 0;
            for run in lists {
                let hot = run.chosen(keys, is_hot)?;
                let signatures = self.signatures(hot.iter().map(|p| p.unit))?;
                for group in hot.groups() {
                    link_hot(group, |unit| &signatures[&unit], job.recipe, &mut links);
                    capped += 1;
                }
            }
            Ok(PairsOfDocuments { shown, links: counted(links, 1), capped })
        })
    }

    /// The pairs that share enough anchors, or a paragraph band, and are not in `known` (sorted).
    pub fn by_passages(&self, family: &[u32], known: &[u64]) -> Result<Candidates> {
        let CandidateSearch { job, all, .. } = *self;
        let (policy, sources) = (Policy::from(job.recipe), job.thresholds.sources);
        let (mut shared, mut bands, mut out) = (Vec::new(), Vec::new(), Candidates::default());
        let may_be_chosen = |c: &SharedKeys| {
            let (a, b) = unpack_pair(c.0);
            known.binary_search(&c.0).is_err() && all.allowed(a, b, sources)
        };
        for part in 1..=job.checkpoints.parts() {
            let mut found = self.part_by_passages(part, family)?;
            found.anchors.retain(may_be_chosen);
            found.bands.retain(may_be_chosen);
            shared.push(found.anchors);
            bands.push(found.bands);
            out.capped += found.capped;
        }
        let mut shared = summed(shared);
        shared.retain(|c| policy.is_enough(c.1 as usize));
        bands.push(shared);
        out.choose(summed(bands), self.budget);
        Ok(out)
    }

    /// What a part of the keys shows of them.
    pub fn part_by_passages(&self, part: u32, family: &[u32]) -> Result<PairsOfPassages> {
        let CandidateSearch { job, keys, .. } = *self;
        let stage = (RunStage::PairsByPassages, part);
        job.checkpoints.value(stage, job.progress, || {
            let policy = Policy::from(job.recipe);
            let units = |group: &[Posting]| policy.passage_units(group, family);
            // A pair that shares too few in one part may share enough in all of them.
            let of_all = job.checkpoints.parts() == 1;
            let least = if of_all { policy.min_anchors as u32 } else { 1 };
            let anchors = self.shared(&[&keys.anchors], part, [least, 1], units)?;
            let each = [1, ANCHORS_PER_BAND];
            let bands = self.shared(&[&keys.paragraph_bands], part, each, units)?;
            let capped = anchors.capped + bands.capped;
            Ok(PairsOfPassages { anchors: anchors.pairs, bands: bands.pairs, capped })
        })
    }

    /// Expands each key of a part of the runs to the pairs of the texts that `units` chooses of
    /// those that hold it. Returns the pairs that `least` keys or more show, each with their
    /// number, times `weight`.
    fn shared(
        &self,
        runs: &[&SortedRun],
        part: u32,
        [least, weight]: [u32; 2],
        units: impl Fn(&[Posting]) -> Option<Vec<u32>> + Sync,
    ) -> Result<Expanded> {
        let ScanJob { options, checkpoints, progress, .. } = *self.job;
        let keys = KeyRange { part, parts: checkpoints.parts() };
        let expand = |part: Part| {
            let (mut pairs, mut capped) = (Vec::new(), 0);
            for group in part.groups() {
                match units(group) {
                    Some(units) => all_pairs(&units, &mut pairs),
                    None => capped += 1,
                }
            }
            (pairs, capped)
        };
        let most = options.part_of_memory(PAIRS_PART) / size_of::<u64>();
        let batches = runs.iter().flat_map(|run| {
            run.batches(most / PAIRS_FOR_EACH_POSTING).into_iter().map(move |b| (run, b))
        });
        let (mut lists, mut out) = (SortedLists::new(options, PAIRS_PART), Expanded::default());
        let mut waiting: Vec<Vec<u64>> = Vec::new();
        let mut size = 0;
        for (run, parts) in batches {
            for (pairs, capped) in run.map_parts(parts, keys, expand)? {
                size += pairs.len();
                waiting.push(pairs);
                out.capped += capped;
            }
            if size >= most {
                lists.add(counted(joined(&mut waiting), weight))?;
                size = 0;
            }
        }
        if lists.is_empty() {
            out.pairs = counted_from(least as usize, joined(&mut waiting), weight);
            return Ok(out);
        }
        lists.add(counted(joined(&mut waiting), weight))?;
        progress.spilled(lists.scratch_bytes());
        let mut merged = lists.merged(progress)?;
        let mut group = Vec::new();
        loop {
            merged.next_group(&mut group, |shared: &SharedKeys| shared.0)?;
            let Some(&(pair, _)) = group.first() else { return Ok(out) };
            let keys = group.iter().fold(0, |sum: u32, shared| sum.saturating_add(shared.1));
            if keys >= least.saturating_mul(weight) {
                out.pairs.push((pair, keys));
            }
        }
    }

    /// Makes the signatures of these classes again, because signatures are not kept and few are
    /// needed a second time.
    fn signatures(&self, units: impl Iterator<Item = u32>) -> Result<HashMap<u32, Vec<u32>>> {
        let ScanJob { documents, recipe, progress, .. } = *self.job;
        let mut units: Vec<u32> = units.collect();
        units.par_sort_unstable();
        units.dedup();
        let sign = |f: &mut Fingerprinter, unit: u32| {
            let n = self.all.first[unit as usize] as usize;
            let text = documents.text(n)?;
            progress.tokenized(text.len() as u64);
            Ok((unit, f.signature(&text)))
        };
        units.into_par_iter().map_init(|| Fingerprinter::new(recipe), sign).collect()
    }
}

/// The pairs that share keys, and the number of keys that are too frequent to be expanded.
#[derive(Default)]
struct Expanded {
    pairs: Vec<SharedKeys>,
    capped: u64,
}

/// The pairs of the keys that are expanded at a time may take one part in so many of the memory.
const PAIRS_PART: u64 = 16;
/// A key of 32 texts, the most that are expanded by default, gives so many pairs a posting.
const PAIRS_FOR_EACH_POSTING: usize = 16;

/// All lists as one; each is freed before the next one is copied.
fn joined(lists: &mut Vec<Vec<u64>>) -> Vec<u64> {
    let mut all = Vec::with_capacity(lists.iter().map(Vec::len).sum());
    lists.drain(..).for_each(|list| all.extend(list));
    all
}

/// The texts of a document band that is not hot.
fn expand_cold(group: &[Posting], policy: Policy) -> Option<Vec<u32>> {
    (group.len() <= policy.band_cap).then(|| group.iter().map(|p| p.unit).collect())
}

/// The different pairs of a list, sorted, each with the number of times that it is there, times
/// `weight`.
fn counted(pairs: Vec<u64>, weight: u32) -> Vec<SharedKeys> {
    counted_from(1, pairs, weight)
}

/// The same, without the pairs that are there fewer times than `least`.
fn counted_from(least: usize, mut pairs: Vec<u64>, weight: u32) -> Vec<SharedKeys> {
    pairs.par_sort_unstable();
    let different = pairs.chunk_by(|x, y| x == y).filter(|same| {
        let (a, b) = unpack_pair(same[0]);
        a != b && same.len() >= least
    });
    different.map(|same| (same[0], (same.len() as u32).saturating_mul(weight))).collect()
}

/// All sorted lists as one, with the sums of the shared keys.
fn summed(lists: Vec<Vec<SharedKeys>>) -> Vec<SharedKeys> {
    let mut lists = lists.into_iter().filter(|list| !list.is_empty());
    let mut all = lists.next().unwrap_or_default();
    let mut is_one = true;
    for list in lists {
        // A list that grows to double its size would be in memory three times.
        all.reserve_exact(list.len());
        all.extend(list);
        is_one = false;
    }
    if !is_one {
        all.par_sort_unstable();
        add_up(&mut all);
    }
    all
}

/// A corpus may take the steps of one with so many tokens: about a tenth of a second.
pub const LEAST_TOKENS: u64 = 1 << 17;

/// The budget of the comparisons of one search. Either search has its own, so that the templates of
/// one outlet do not take the quotations of all others away.
#[derive(Debug, Clone, Copy)]
pub struct Budget<'a> {
    /// The number of tokens of each class.
    pub tokens: &'a [u32],
    /// The number of steps.
    pub steps: u64,
}

impl<'a> Budget<'a> {
    /// The budget of a corpus whose classes have so many tokens.
    pub fn of(tokens: &'a [u32], t: &Thresholds) -> Budget<'a> {
        let all: u64 = tokens.iter().map(|n| u64::from(*n)).sum();
        let steps = all.max(LEAST_TOKENS).saturating_mul(u64::from(t.compare_budget));
        Budget { tokens, steps }
    }
}

/// The steps of the comparison of these pairs.
pub fn steps(pairs: &[u64], tokens: &[u32]) -> u64 {
    let of = |pair: &u64| {
        let (a, b) = unpack_pair(*pair);
        pair_steps(tokens[a as usize], tokens[b as usize])
    };
    pairs.iter().map(of).sum()
}

impl Candidates {
    /// One of so many parts of the pairs (from 1 on) that take about as many steps each.
    pub fn part(&self, part: u32, parts: u32, tokens: &[u32]) -> &[u64] {
        if parts == 1 {
            return &self.pairs;
        }
        let mut done = 0;
        let mut begins_before = |pair: &u64, part: u32| {
            let begins =
                u128::from(done) * u128::from(parts) < u128::from(part) * u128::from(self.steps);
            done += if begins { steps(&[*pair], tokens) } else { 0 };
            begins
        };
        let start = self.pairs.iter().take_while(|pair| begins_before(pair, part - 1)).count();
        let behind = &self.pairs[start..];
        &behind[..behind.iter().take_while(|pair| begins_before(pair, part)).count()]
    }

    /// Forgets the pairs, which have been compared; their number stays.
    pub fn forget_pairs(&mut self) {
        self.pairs = Vec::new();
        self.linked = Vec::new();
    }

    /// Takes the candidates that are within the budget.
    fn choose(&mut self, candidates: Vec<SharedKeys>, budget: Budget) {
        let within = within_budget(candidates, budget.tokens, budget.steps);
        let WithinBudget { pairs, steps, left_out } = within;
        self.count = pairs.len() as u64;
        (self.pairs, self.steps, self.left_out) = (pairs, steps, left_out);
    }
}
