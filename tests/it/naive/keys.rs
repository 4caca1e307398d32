//! Candidates by counting shared keys for every pair. Never: sorts postings, caps a key.

use nearcopy::bench::Fingerprinter;
use nearcopy::{Corpus, Documents, Recipe};
use std::collections::BTreeSet;

/// Pairs of first documents that share a document band, a paragraph band or enough anchors.
pub fn candidates(corpus: &Corpus, classes: &[Vec<u32>], recipe: &Recipe) -> BTreeSet<(u32, u32)> {
    let mut fingerprinter = Fingerprinter::new(recipe);
    let mut keys = |n: u32| {
        let f = fingerprinter.fingerprint(&corpus.text(n as usize).expect("in memory"));
        [f.bands, f.paragraph_bands, f.anchors].map(|k| k.into_iter().collect::<BTreeSet<u64>>())
    };
    let keys: Vec<_> = classes.iter().map(|c| (c[0], keys(c[0]))).collect();
    let mut out = BTreeSet::new();
    for (i, (a, x)) in keys.iter().enumerate() {
        for (b, y) in &keys[i + 1..] {
            let shared = |kind: usize| x[kind].intersection(&y[kind]).count();
            if shared(0) > 0 || shared(1) > 0 || shared(2) >= recipe.min_anchors as usize {
                out.insert((*a, *b));
            }
        }
    }
    out
}
