//! Owns: anchors, the shingles that are sampled as keys for passages. Never: knows where else an
//! anchor occurs.

use crate::sketch::recipe::Recipe;
use crate::text::shingle::Shingles;

/// Whether a shingle is an anchor. One shingle in `rate` is, and its hash alone decides, so that
/// every text samples the same shingles whatever surrounds them (FracMinHash; Irber et al. 2022).
#[inline(always)]
pub fn is_anchor(shingle: u64, rate: u32) -> bool {
    rate != 0 && (shingle as u32) <= u32::MAX / rate
}

/// Appends the anchors of a text, sorted and without duplicates.
pub fn anchors(shingles: &Shingles, recipe: &Recipe, out: &mut Vec<u64>) {
    let from = out.len();
    out.extend(shingles.hashes.iter().copied().filter(|&s| is_anchor(s, recipe.anchor_rate)));
    let mut own = out.split_off(from);
    own.sort_unstable();
    own.dedup();
    out.append(&mut own);
}
