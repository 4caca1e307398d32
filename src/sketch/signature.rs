//! Owns: MinHash signatures (Broder 1997), and the one kernel whose cost matters. Never: makes
//! keys.
//!
//! The signature of a document is the lane-wise minimum over its paragraphs and over the shingles
//! that cross a paragraph border, so the signatures of documents and paragraphs cost one pass.

use crate::hash;
use crate::sketch::recipe::Recipe;

/// The hash functions of a signature: lane i maps x to `x * mul[i] + add[i]`, in 32 bits.
#[derive(Debug, Clone)]
pub struct Lanes {
    mul: Vec<u32>,
    add: Vec<u32>,
}

impl Lanes {
    /// The hash functions of a recipe, drawn from its seed.
    pub fn new(recipe: &Recipe) -> Lanes {
        let draw = |i: u64| hash::mix(hash::mix(recipe.seed).wrapping_add(i));
        let lanes = u64::from(recipe.lanes);
        Lanes {
            mul: (0..lanes).map(|i| draw(2 * i) as u32 | 1).collect(),
            add: (0..lanes).map(|i| draw(2 * i + 1) as u32).collect(),
        }
    }

    /// The signature of an empty set.
    pub fn empty(&self) -> Vec<u32> {
        vec![u32::MAX; self.mul.len()]
    }

    /// Updates each lane of `signature` with the minimum over these shingles.
    pub fn add(&self, shingles: &[u64], signature: &mut [u32]) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2, which is all that the function requires; its body is
            // the plain kernel.
            return unsafe { minimums_avx2(shingles, &self.mul, &self.add, signature) };
        }
        minimums(shingles, &self.mul, &self.add, signature);
    }
}

/// The plain kernel, compiled a second time for wider registers. Faster kernels belong here.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn minimums_avx2(shingles: &[u64], mul: &[u32], add: &[u32], signature: &mut [u32]) {
    minimums(shingles, mul, add, signature);
}

/// The plain kernel. It takes eight shingles at a time, so that each lane is read and written once
/// for eight.
#[inline(always)]
fn minimums(shingles: &[u64], mul: &[u32], add: &[u32], signature: &mut [u32]) {
    let mut chunks = shingles.chunks_exact(8);
    for chunk in &mut chunks {
        let x: [u32; 8] = std::array::from_fn(|i| (chunk[i] >> 32) as u32);
        for ((lane, &m), &a) in signature.iter_mut().zip(mul).zip(add) {
            let mut least = *lane;
            for v in x {
                least = least.min(v.wrapping_mul(m).wrapping_add(a));
            }
            *lane = least;
        }
    }
    for &shingle in chunks.remainder() {
        let x = (shingle >> 32) as u32;
        for ((lane, &m), &a) in signature.iter_mut().zip(mul).zip(add) {
            *lane = (*lane).min(x.wrapping_mul(m).wrapping_add(a));
        }
    }
}

/// Takes the lane-wise minimum, which is the signature of the union.
pub fn merge(into: &mut [u32], from: &[u32]) {
    for (x, &y) in into.iter_mut().zip(from) {
        *x = (*x).min(y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The share of equal lanes, an unbiased estimate of the resemblance.
    fn estimate(a: &[u32], b: &[u32]) -> f64 {
        a.iter().zip(b).filter(|(x, y)| x == y).count() as f64 / a.len().max(1) as f64
    }

    /// The definition: takes one shingle and one lane at a time.
    fn plain(lanes: &Lanes, shingles: &[u64]) -> Vec<u32> {
        (0..lanes.mul.len())
            .map(|i| {
                shingles
                    .iter()
                    .map(|s| {
                        ((s >> 32) as u32).wrapping_mul(lanes.mul[i]).wrapping_add(lanes.add[i])
                    })
                    .min()
            })
            .map(|least| least.unwrap_or(u32::MAX))
            .collect()
    }

    proptest! {
        #[test]
        fn the_kernel_is_the_definition(s in prop::collection::vec(any::<u64>(), 0..70),
            lanes in 16u32..200, seed: u64) {
            let f = Lanes::new(&Recipe { lanes, seed, ..Recipe::default() });
            let mut fast = f.empty();
            f.add(&s, &mut fast);
            prop_assert_eq!(&fast, &plain(&f, &s));
            let mut narrow = f.empty();
            minimums(&s, &f.mul, &f.add, &mut narrow);
            prop_assert_eq!(fast, narrow);
        }

        #[test]
        fn a_merge_is_the_signature_of_the_union(s in prop::collection::vec(any::<u64>(), 0..50),
            cut in 0usize..50) {
            let f = Lanes::new(&Recipe::default());
            let (x, y) = s.split_at(cut.min(s.len()));
            let (mut all, mut left, mut right) = (f.empty(), f.empty(), f.empty());
            f.add(&s, &mut all);
            f.add(x, &mut left);
            f.add(y, &mut right);
            merge(&mut left, &right);
            prop_assert_eq!(left, all);
        }
    }

    #[test]
    fn the_estimate_is_unbiased() {
        // There are 200 pairs of sets with known resemblance; the mean error of 128 lanes stays
        // within four standard errors.
        let f = Lanes::new(&Recipe::default());
        for (shared, own) in [(20u64, 40u64), (50, 25), (80, 10)] {
            let truth = shared as f64 / (shared + 2 * own) as f64;
            let mean = (0..200u64)
                .map(|t| {
                    let sign = |from: u64| {
                        let set: Vec<u64> = (0..shared)
                            .chain(from..from + own)
                            .map(|i| hash::mix(t * 1_000_000 + i))
                            .collect();
                        let mut s = f.empty();
                        f.add(&set, &mut s);
                        s
                    };
                    estimate(&sign(1000), &sign(2000))
                })
                .sum::<f64>()
                / 200.0;
            let error = (truth * (1.0 - truth) / (128.0 * 200.0)).sqrt();
            assert!((mean - truth).abs() < 4.0 * error + 0.003, "{mean} for {truth}");
        }
    }
}
