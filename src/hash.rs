//! Owns: the hash functions every key is made of (xxh3). Never: a second definition elsewhere.

use xxhash_rust::xxh3::{xxh3_64, xxh3_128_with_seed};

/// Hash of bytes.
pub fn bytes(data: &[u8]) -> u64 {
    xxh3_64(data)
}

/// 128-bit hash of bytes, for identity: two texts with one hash are taken to be one text.
pub fn wide(data: &[u8], seed: u64) -> u128 {
    xxh3_128_with_seed(data, seed)
}

/// A bijection of 64-bit values that spreads every bit (the finisher of SplitMix64).
#[inline(always)]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One step of folding a sequence: not commutative, so order counts.
#[inline(always)]
pub const fn fold(state: u64, next: u64) -> u64 {
    (state ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}
