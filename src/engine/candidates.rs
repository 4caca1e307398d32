//! Owns: the search for candidate pairs in the sorted postings of all classes. Never: compares
//! texts.

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
}

/// The pairs that share a document band (or, under a source limit, the whole text). Pairs that the
/// limit forbids are included, because families must not depend on it.
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

/// Makes the signatures of these classes again, because signatures are not kept and few are needed
/// a second time.
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

/// The pairs that share enough anchors, or a paragraph band, and are not in `known` (sorted).
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
