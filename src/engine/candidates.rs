//! Owns: sorted postings of all classes to candidate pairs. Never: a comparison.

use crate::engine::sketch::{Classes, Keys};
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::postings::policy::{Policy, all_pairs, link_hot};
use crate::postings::posting::unpack_pair;
use crate::postings::run::Run;
use crate::sketch::fingerprint::Fingerprinter;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::HashMap;

/// Candidate pairs, sorted, each once; and how many keys were too frequent to be expanded to all
/// their pairs.
#[derive(Debug, Default)]
pub struct Candidates {
    /// Packed pairs of classes.
    pub pairs: Vec<u64>,
    /// Of these the ones that no bucket shows: links inside hot buckets.
    pub linked: Vec<u64>,
    /// Hot keys.
    pub capped: u64,
}

/// Pairs that share a document band (or, under a source limit, the whole text). Those that the
/// limit forbids are among them: which texts are one family must not depend on it.
pub fn by_documents(
    all: &Classes,
    keys: &Keys<Run>,
    documents: &dyn Documents,
    recipe: &Recipe,
) -> Result<Candidates> {
    let policy = Policy::from(recipe);
    let mut out = Candidates::default();
    let mut hot = Vec::new();
    for group in keys.same_text.groups().chain(keys.bands.groups()) {
        let units: Vec<u32> = group.iter().map(|p| p.unit).collect();
        if units.len() <= policy.band_cap {
            all_pairs(&units, &mut out.pairs);
        } else {
            out.capped += 1;
            hot.push(group);
        }
    }
    let signatures =
        signatures(hot.iter().flat_map(|g| g.iter().map(|p| p.unit)), all, documents, recipe)?;
    let mut links = Vec::new();
    for group in hot {
        link_hot(group, |unit| &signatures[&unit], recipe, &mut links);
    }
    out.finish();
    let shown = std::mem::take(&mut out.pairs);
    out.pairs = links;
    out.finish();
    out.linked = out.pairs.iter().copied().filter(|p| shown.binary_search(p).is_err()).collect();
    out.pairs.extend(shown);
    out.finish();
    Ok(out)
}

/// Signatures are not kept; those few that are asked for again are made again.
fn signatures(
    units: impl Iterator<Item = u32>,
    all: &Classes,
    documents: &dyn Documents,
    recipe: &Recipe,
) -> Result<HashMap<u32, Vec<u32>>> {
    let mut units: Vec<u32> = units.collect();
    units.par_sort_unstable();
    units.dedup();
    let sign = |f: &mut Fingerprinter, unit: u32| {
        let n = all.first[unit as usize] as usize;
        let text = documents.text(n)?;
        Ok((unit, f.signature(&text)))
    };
    units.into_par_iter().map_init(|| Fingerprinter::new(recipe), sign).collect()
}

/// Pairs that share enough anchors, or a paragraph band, and that `known` (sorted) does not hold.
pub fn by_passages(
    all: &Classes,
    keys: &Keys<Run>,
    family: &[u32],
    known: &[u64],
    policy: Policy,
    t: &Thresholds,
) -> Candidates {
    let mut out = Candidates::default();
    let pairs_of = |n: usize| if n <= policy.passage_cap { n * (n - 1) / 2 } else { 0 };
    let mut shared = Vec::with_capacity(keys.anchors.groups().map(|g| pairs_of(g.len())).sum());
    for group in keys.anchors.groups() {
        match policy.passage_units(group, family) {
            Some(units) => all_pairs(&units, &mut shared),
            None => out.capped += 1,
        }
    }
    shared.par_sort_unstable();
    out.pairs.extend(policy.with_enough_anchors(&shared));
    drop(shared);
    for group in keys.paragraph_bands.groups() {
        match policy.passage_units(group, family) {
            Some(units) => all_pairs(&units, &mut out.pairs),
            None => out.capped += 1,
        }
    }
    out.finish();
    out.pairs.retain(|&p| {
        let (a, b) = unpack_pair(p);
        known.binary_search(&p).is_err() && all.allowed(a, b, t.sources)
    });
    out
}

impl Candidates {
    fn finish(&mut self) {
        self.pairs.par_sort_unstable();
        self.pairs.dedup();
        self.pairs.retain(|&p| unpack_pair(p).0 != unpack_pair(p).1);
    }
}
