//! Owns: the search for candidate pairs in the sorted postings of all classes. Never: compares
//! texts.

use crate::engine::sketch::{Classes, Keys};
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::Progress;
use crate::model::thresholds::Thresholds;
use crate::postings::budget::{ANCHORS_PER_BAND, SharedKeys, WithinBudget, add_up, within_budget};
use crate::postings::policy::{Policy, all_pairs, link_hot};
use crate::postings::posting::{Posting, unpack_pair};
use crate::postings::run::{Part, Run};
use crate::sketch::fingerprint::Fingerprinter;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::HashMap;

/// The candidate pairs, and the number of keys that were too frequent to be expanded to all their
/// pairs.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The packed pairs of classes, sorted and without duplicates.
    pub pairs: Vec<u64>,
    /// Those of `pairs` that no bucket within its cap contains: links inside hot bands.
    pub linked: Vec<u64>,
    /// The number of hot keys.
    pub capped: u64,
    /// The steps of the comparison of `pairs`.
    pub steps: u64,
    /// The pairs that the budget leaves out, sorted.
    pub left_out: Vec<u64>,
}

/// The pairs that share a document band (or, under a source limit, the whole text). Pairs that the
/// limit forbids are included, because families must not depend on it.
pub fn by_documents(
    all: &Classes,
    keys: &Keys<Run>,
    documents: &dyn Documents,
    recipe: &Recipe,
    budget: Budget,
    progress: &dyn Progress,
) -> Result<Candidates> {
    let policy = Policy::from(recipe);
    let mut out = Candidates::default();
    let of_texts = expanded(&keys.same_text, |group| expand_cold(group, policy));
    let of_bands = expanded(&keys.bands, |group| expand_cold(group, policy));
    let mut shown = of_bands.pairs;
    shown.extend(of_texts.pairs);
    let hot = [of_texts.others, of_bands.others].concat();
    out.capped = hot.len() as u64;
    let units = hot.iter().flat_map(|g| g.iter().map(|p| p.unit));
    let signatures = signatures(units, all, documents, recipe, progress)?;
    let mut links = Vec::new();
    for group in hot {
        link_hot(group, |unit| &signatures[&unit], recipe, &mut links);
    }
    let shown = counted(shown, 1);
    let links = counted(links, 1);
    let is_shown = |pair: &u64| shown.binary_search_by_key(pair, |c| c.0).is_ok();
    let linked: Vec<u64> = links.iter().map(|c| c.0).filter(|pair| !is_shown(pair)).collect();
    out.choose(summed(shown, links), budget);
    out.linked = linked.into_iter().filter(|p| out.pairs.binary_search(p).is_ok()).collect();
    Ok(out)
}

/// All pairs of the texts that share a key, and the keys that are not expanded.
#[derive(Default)]
struct Expanded<'r> {
    /// The packed pairs, one for each key that they share, in the order of the keys.
    pairs: Vec<u64>,
    /// The postings of the keys that are too frequent.
    others: Vec<&'r [Posting]>,
}

/// The parts of a run for each thread: keys are spread evenly, the texts that hold them are not.
const PARTS_PER_THREAD: usize = 8;

/// Expands each key of a run to the pairs of the texts that `units` chooses of those that hold it.
fn expanded<'r>(
    run: &'r Run,
    units: impl Fn(&[Posting]) -> Option<Vec<u32>> + Sync,
) -> Expanded<'r> {
    let expand = |part: Part<'r>| {
        let mut out = Expanded::default();
        for group in part.groups() {
            match units(group) {
                Some(units) => all_pairs(&units, &mut out.pairs),
                None => out.others.push(group),
            }
        }
        out
    };
    let parts = run.parts(PARTS_PER_THREAD * rayon::current_num_threads());
    let (pairs, others): (Vec<_>, Vec<_>) =
        parts.into_par_iter().map(expand).map(|part| (part.pairs, part.others)).unzip();
    let mut all = Vec::with_capacity(pairs.iter().map(Vec::len).sum());
    // Each part is freed before the next one is copied.
    pairs.into_iter().for_each(|part: Vec<u64>| all.extend(part));
    Expanded { pairs: all, others: others.concat() }
}

/// The texts of a document band that is not hot.
fn expand_cold(group: &[Posting], policy: Policy) -> Option<Vec<u32>> {
    (group.len() <= policy.band_cap).then(|| group.iter().map(|p| p.unit).collect())
}

/// Makes the signatures of these classes again, because signatures are not kept and few are needed
/// a second time.
fn signatures(
    units: impl Iterator<Item = u32>,
    all: &Classes,
    documents: &dyn Documents,
    recipe: &Recipe,
    progress: &dyn Progress,
) -> Result<HashMap<u32, Vec<u32>>> {
    let mut units: Vec<u32> = units.collect();
    units.par_sort_unstable();
    units.dedup();
    let sign = |f: &mut Fingerprinter, unit: u32| {
        let n = all.first[unit as usize] as usize;
        let text = documents.text(n)?;
        progress.tokenized(text.len() as u64);
        Ok((unit, f.signature(&text)))
    };
    units.into_par_iter().map_init(|| Fingerprinter::new(recipe), sign).collect()
}

/// The pairs that share enough anchors, or a paragraph band, and are not in `known` (sorted).
pub fn by_passages(
    all: &Classes,
    keys: &Keys<Run>,
    family: &[u32],
    known: &[u64],
    policy: Policy,
    t: &Thresholds,
    budget: Budget,
) -> Candidates {
    let units = |group: &[Posting]| policy.passage_units(group, family);
    let Expanded { pairs: mut shared, others } = expanded(&keys.anchors, units);
    let Expanded { pairs: bands, others: capped_bands } = expanded(&keys.paragraph_bands, units);
    let capped = (others.len() + capped_bands.len()) as u64;
    let mut out = Candidates { capped, ..Candidates::default() };
    shared.par_sort_unstable();
    let shared: Vec<SharedKeys> = policy.with_enough_anchors(&shared).collect();
    let mut all_shared = summed(shared, counted(bands, ANCHORS_PER_BAND));
    all_shared.retain(|&(p, _)| {
        let (a, b) = unpack_pair(p);
        known.binary_search(&p).is_err() && all.allowed(a, b, t.sources)
    });
    out.choose(all_shared, budget);
    out
}

/// The different pairs of a list, sorted, each with the number of times that it is there, times
/// `weight`.
fn counted(mut pairs: Vec<u64>, weight: u32) -> Vec<SharedKeys> {
    pairs.par_sort_unstable();
    let different = pairs.chunk_by(|x, y| x == y).filter(|same| {
        let (a, b) = unpack_pair(same[0]);
        a != b
    });
    different.map(|same| (same[0], (same.len() as u32).saturating_mul(weight))).collect()
}

/// Both lists as one, with the sum of the shared keys.
fn summed(mut a: Vec<SharedKeys>, b: Vec<SharedKeys>) -> Vec<SharedKeys> {
    if b.is_empty() {
        return a;
    }
    a.extend(b);
    a.par_sort_unstable();
    add_up(&mut a);
    a
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

impl Candidates {
    /// Takes the candidates that are within the budget.
    fn choose(&mut self, candidates: Vec<SharedKeys>, budget: Budget) {
        let within = within_budget(candidates, budget.tokens, budget.steps);
        let WithinBudget { pairs, steps, left_out } = within;
        (self.pairs, self.steps, self.left_out) = (pairs, steps, left_out);
    }
}
