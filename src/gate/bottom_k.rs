//! Owns: the content of a passage as a few hashes that survive moves and light edits. Never: the
//! place of the passage.

use crate::hash;
use std::ops::Range;

/// Tokens of a shingle.
const SHINGLE: usize = 5;
/// How many hashes of a passage are kept: the smallest ones.
pub(super) const KEPT: usize = 8;

/// Returns the smallest hashes of the shingles of a token range, in order: bottom-k sampling
/// (Broder 1997).
pub(super) fn bottom_k(hashes: &[u64], range: Range<usize>) -> Vec<u64> {
    let tokens = &hashes[range];
    let width = SHINGLE.min(tokens.len());
    let mut kept: Vec<u64> = Vec::with_capacity(KEPT + 1);
    for shingle in tokens.windows(width.max(1)) {
        add(&mut kept, hash::sequence(shingle.iter().copied()));
    }
    kept
}

/// Returns the smallest hashes of both samples.
pub(super) fn join(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut kept = a.to_vec();
    b.iter().for_each(|&h| add(&mut kept, h));
    kept
}

fn add(kept: &mut Vec<u64>, hash: u64) {
    if kept.len() == KEPT && kept[KEPT - 1] <= hash {
        return;
    }
    if let Err(at) = kept.binary_search(&hash) {
        kept.insert(at, hash);
        kept.truncate(KEPT);
    }
}

/// Whether the sample of a known passage covers another passage: at least half of the hashes that
/// could be in the sample are in it. So a part of a known passage is covered, and a passage of more
/// than about twice its length is not.
pub(super) fn covers(known: &[u64], passage: &[u64]) -> bool {
    let last = if known.len() < KEPT { u64::MAX } else { known[KEPT - 1] };
    let comparable = passage.iter().filter(|&&h| h <= last).count();
    let shared = passage.iter().filter(|h| known.binary_search(h).is_ok()).count();
    comparable > 0 && 2 * shared >= comparable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: Range<u64>) -> Vec<u64> {
        let tokens: Vec<u64> = range.map(hash::mix).collect();
        bottom_k(&tokens, 0..tokens.len())
    }

    #[test]
    fn parts_are_known_and_much_more_is_not() {
        let known = of(0..100);
        assert_eq!(known.len(), KEPT);
        assert!(covers(&known, &known) && covers(&known, &of(5..95)));
        assert!(
            (10..80).all(|n| covers(&known, &of(n..n + 15)) || of(n..n + 15)[0] > known[KEPT - 1])
        );
        assert!(!covers(&known, &of(200..300)) && !covers(&known, &of(0..1000)));
        assert!(covers(&of(0..3), &of(0..3)) && !covers(&of(0..3), &of(0..4)));
    }

    #[test]
    fn joining_is_sampling_of_both() {
        assert_eq!(join(&of(0..50), &of(46..90)), of(0..90));
    }
}
