//! Owns: the hash functions (xxh3) that every key is made with. Never: leaves a second definition
//! to another file.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_128};

/// The 64-bit xxh3 hash of some bytes.
pub fn bytes(data: &[u8]) -> u64 {
    xxh3_64(data)
}

/// The 128-bit xxh3 hash of some bytes, which decides whether two files are equal.
pub fn wide_bytes(data: &[u8]) -> u128 {
    xxh3_128(data)
}

/// The 128-bit hash of a sequence, which decides identity: two sequences with the same hash are
/// taken to be equal.
pub fn wide(values: impl IntoIterator<Item = u64>) -> u128 {
    let mut state = Xxh3Default::new();
    let mut block = [0u8; 512];
    let mut filled = 0;
    for value in values {
        block[filled..filled + 8].copy_from_slice(&value.to_le_bytes());
        filled += 8;
        if filled == block.len() {
            state.update(&block);
            filled = 0;
        }
    }
    state.update(&block[..filled]);
    state.digest128()
}

/// The 64-bit hash of a sequence.
pub fn sequence(values: impl IntoIterator<Item = u64>) -> u64 {
    mix(values.into_iter().fold(0x6e65_6172_636f_7079, fold))
}

/// A bijection of 64-bit values that spreads every bit (the finisher of SplitMix64).
#[inline(always)]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Folds the next value of a sequence into the state. The step is not commutative, so the order of
/// the values counts.
#[inline(always)]
pub const fn fold(state: u64, next: u64) -> u64 {
    (state ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// The slot of a hash in a table of so many slots, which need be no power of two (Lemire 2019).
/// Greater hashes have no smaller slots.
#[inline(always)]
pub const fn slot(hash: u64, slots: usize) -> usize {
    ((hash as u128 * slots as u128) >> 64) as usize
}

/// A map whose keys are hashes already, so they are not hashed again.
pub type ByHash<T> = HashMap<u64, T, BuildHasherDefault<IdentityHasher>>;
/// A set of hashes, which are not hashed again.
pub type Hashes = HashSet<u64, BuildHasherDefault<IdentityHasher>>;

/// A hasher that returns a 64-bit key unchanged.
#[derive(Debug, Default, Clone, Copy)]
pub struct IdentityHasher(u64);

impl Hasher for IdentityHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        // The maps use 64-bit keys only; any other key still gets a hash.
        self.0 = xxh3_64(bytes);
    }
    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
