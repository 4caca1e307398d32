//! Owns: which buckets of which runs this handle has checked. Never: checks anything.
//!
//! A run never changes and its number is never used again, so a bucket is checked once: a bit for
//! each bucket, which no lock guards.

use crate::postings::bucket::BucketLayout;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The checked buckets of one run.
#[derive(Debug)]
pub struct RunBits(Box<[AtomicU64]>);

impl RunBits {
    fn new(shape: BucketLayout) -> RunBits {
        let words = (1_usize << shape.bits).div_ceil(64);
        RunBits((0..words).map(|_| AtomicU64::new(0)).collect())
    }
    /// Whether a bucket was checked.
    #[inline]
    pub fn has(&self, bucket: u32) -> bool {
        let word = self.0.get(bucket as usize / 64);
        word.is_some_and(|word| word.load(Ordering::Relaxed) >> (bucket % 64) & 1 == 1)
    }
    /// Notes that a bucket was checked.
    pub fn set(&self, bucket: u32) {
        if let Some(word) = self.0.get(bucket as usize / 64) {
            word.fetch_or(1 << (bucket % 64), Ordering::Relaxed);
        }
    }
}

/// The checked buckets of all runs that were asked.
#[derive(Debug, Default)]
pub struct CheckedBuckets(RwLock<HashMap<u32, Arc<RunBits>>>);

/// A run that was merged into another one is asked no more. The bits of the oldest are dropped when
/// there are more than this many.
const MOST_RUNS: usize = 64;

impl CheckedBuckets {
    /// The bits of a run.
    pub fn of(&self, run: u32, shape: BucketLayout) -> Arc<RunBits> {
        if let Some(bits) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&run) {
            return bits.clone();
        }
        let mut runs = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if runs.len() >= MOST_RUNS
            && let Some(&oldest) = runs.keys().min()
        {
            runs.remove(&oldest);
        }
        runs.entry(run).or_insert_with(|| Arc::new(RunBits::new(shape))).clone()
    }
    /// Forgets a run that is there no more.
    pub fn forget(&self, run: u32) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(&run);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_gone_is_forgotten() {
        let (all, shape) = (CheckedBuckets::default(), BucketLayout { bits: 7 });
        all.of(3, shape).set(100);
        let has = |run, bucket| all.of(run, shape).has(bucket);
        assert!(has(3, 100) && !has(3, 101) && !has(3, 36) && !has(4, 100));
        assert!(!has(3, 128), "it has 128 buckets");
        all.forget(3);
        assert!(!has(3, 100));
        (10..10 + 2 * MOST_RUNS as u32).for_each(|run| all.of(run, shape).set(1));
        assert!(has(9 + 2 * MOST_RUNS as u32, 1) && !has(4, 1));
    }
}
