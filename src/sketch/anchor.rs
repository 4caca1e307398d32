//! Owns: anchors, the shingles that are sampled as keys for passages. Never: knows where else an
//! anchor occurs.

use crate::hash;
use crate::sketch::recipe::Recipe;
use crate::text::shingle::Shingles;

/// Whether a shingle is an anchor. One shingle in `rate` is, and its hash alone decides, so that
/// every text samples the same shingles whatever surrounds them (FracMinHash; Irber et al. 2022).
#[inline(always)]
pub fn is_anchor(shingle: u64, rate: u32) -> bool {
    rate != 0 && (shingle as u32) <= u32::MAX / rate
}

/// The number of tokens at either end of a text that are its edge.
pub const EDGE: u32 = 24;

/// Whether a shingle begins or ends at the edge of a text of so many tokens.
pub const fn is_at_edge(start: u32, end: u32, tokens: u32) -> bool {
    start < EDGE || end + EDGE > tokens
}

/// Appends the anchors at the edges of a text of so many tokens.
pub fn edge_anchors(shingles: &Shingles, tokens: u32, recipe: &Recipe, out: &mut Vec<u64>) {
    let at = |i: usize| (shingles.hashes[i], i as u32, shingles.ends[i]);
    let count = shingles.hashes.len();
    let front = count.min(EDGE as usize);
    let back = shingles.ends.partition_point(|end| end + EDGE <= tokens).max(front);
    let edges = (0..front).chain(back..count).map(at);
    let anchors = edges.filter(|&(hash, start, end)| {
        is_anchor(hash, recipe.anchor_rate) && is_at_edge(start, end, tokens)
    });
    out.extend(anchors.map(|(hash, ..)| hash));
}

/// The anchors of a text, sorted and without duplicates. The buffer is for those that are not.
pub fn anchors(shingles: &Shingles, recipe: &Recipe, buffer: &mut Vec<u64>) -> Vec<u64> {
    let Some(bound) = u32::MAX.checked_div(recipe.anchor_rate) else { return Vec::new() };
    // No branch a shingle: each is written, and the next one over it if it is no anchor.
    buffer.clear();
    buffer.resize(shingles.hashes.len(), 0);
    let mut count = 0;
    for &hash in &shingles.hashes {
        buffer[count] = hash;
        count += usize::from(hash as u32 <= bound);
    }
    hash::set(&buffer[..count])
}

/// Collects the [`anchors`] and [`edge_anchors`] of a text whose shingles come in blocks.
pub struct Collector {
    rate: u32,
    tokens: u32,
    anchors: Vec<u64>,
    edges: Vec<u64>,
    /// The number of anchors from which on duplicates are removed.
    limit: usize,
}

impl Collector {
    /// A collector for a text of so many tokens.
    pub fn new(recipe: &Recipe, tokens: u32) -> Collector {
        let rate = recipe.anchor_rate;
        // What most texts have, and a little more; what is not used is never touched.
        let most = tokens as usize / rate.max(1) as usize;
        let anchors = Vec::with_capacity(if rate == 0 { 0 } else { most + most / 32 + 64 });
        Collector { rate, tokens, anchors, edges: Vec::new(), limit: 1 << 12 }
    }

    /// Takes the next block of shingles; `first` is the first token of the first of them.
    pub fn push(&mut self, first: u32, shingles: &Shingles) {
        for ((&hash, &end), start) in shingles.hashes.iter().zip(&shingles.ends).zip(first..) {
            if is_anchor(hash, self.rate) {
                self.anchors.push(hash);
                if is_at_edge(start, end, self.tokens) {
                    self.edges.push(hash);
                }
            }
        }
        if self.anchors.len() >= self.limit {
            self.sort();
            self.limit = self.limit.max(2 * self.anchors.len());
        }
    }

    fn sort(&mut self) {
        self.anchors.sort_unstable();
        self.anchors.dedup();
    }

    /// The anchors and those at the edges.
    pub fn finish(mut self) -> (Vec<u64>, Vec<u64>) {
        self.sort();
        if self.anchors.len() < self.anchors.capacity() / 2 {
            self.anchors.shrink_to_fit();
        }
        (self.anchors, self.edges)
    }
}
