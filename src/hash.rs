//! Owns: the hash functions (xxh3) that every key is made with. Never: leaves a second definition
//! to another file.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::LazyLock;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_64, xxh3_128};

/// The 64-bit xxh3 hash of some bytes.
pub fn bytes(data: &[u8]) -> u64 {
    xxh3_64(data)
}

/// [`bytes`] of one to eight bytes that are in a register, the first in the lowest place, with
/// zeros above them: xxh3 reads so few bytes as one number, and no memory is needed.
#[inline(always)]
pub fn up_to_eight(data: u64, length: usize) -> u64 {
    if length < 4 {
        let at = |n: usize| (data >> (8 * n)) as u8 as u64;
        let (first, middle, last) = (at(0), at(length / 2), at(length - 1));
        let x = (first << 16 | middle << 24 | last | (length as u64) << 8) ^ 0x8727_5a9b;
        let x = (x ^ (x >> 33)).wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
        let x = (x ^ (x >> 29)).wrapping_mul(0x1656_67b1_9e37_79f9);
        x ^ (x >> 32)
    } else {
        let last = data >> (8 * (length - 4)) & 0xffff_ffff;
        let x = (data << 32).wrapping_add(last) ^ 0xc73a_b174_c5ec_d5a2;
        let x = x ^ x.rotate_left(49) ^ x.rotate_left(24);
        let x = x.wrapping_mul(0x9fb2_1c65_1e98_df25);
        let x = (x ^ (x >> 35).wrapping_add(length as u64)).wrapping_mul(0x9fb2_1c65_1e98_df25);
        x ^ (x >> 28)
    }
}

/// [`bytes`] of nine to sixteen bytes, by their first and their last eight.
#[inline(always)]
pub const fn nine_to_sixteen(first: u64, last: u64, length: usize) -> u64 {
    let (low, high) = (first ^ 0x6782_737b_ea42_39b9, last ^ 0xaf56_bc3b_0996_523a);
    let product = low as u128 * high as u128;
    let x = (length as u64)
        .wrapping_add(low.swap_bytes())
        .wrapping_add(high)
        .wrapping_add(product as u64 ^ (product >> 64) as u64);
    let x = (x ^ (x >> 37)).wrapping_mul(0x1656_6791_9e37_79f9);
    x ^ (x >> 32)
}

/// The 128-bit xxh3 hash of some bytes, which decides whether two files are equal.
pub fn wide_bytes(data: &[u8]) -> u128 {
    xxh3_128(data)
}

/// The 128-bit hash of a sequence, which decides identity: two sequences with the same hash are
/// taken to be equal.
pub fn wide(values: &[u64]) -> u128 {
    let mut state = Xxh3Default::new();
    let mut block = [[0u8; 8]; 64];
    for values in values.chunks(block.len()) {
        for (bytes, value) in block.iter_mut().zip(values) {
            *bytes = value.to_le_bytes();
        }
        state.update(block[..values.len()].as_flattened());
    }
    state.digest128()
}

/// The 64-bit hash of a sequence.
pub fn sequence(values: impl IntoIterator<Item = u64>) -> u64 {
    mix(unmixed_sequence(values))
}

/// [`sequence`] before its last step, [`mix`]: a value for a filter that most sequences do not
/// pass, which then need no hash.
#[inline(always)]
pub fn unmixed_sequence(values: impl IntoIterator<Item = u64>) -> u64 {
    values.into_iter().fold(0x6e65_6172_636f_7079, fold)
}

/// The 32-bit hash of a few hashes, in fewer steps than [`sequence`]: for a table in memory, never
/// for a key.
#[inline(always)]
pub fn short(hashes: &[u64]) -> u32 {
    let all = hashes.iter().fold(0u64, |all, hash| all.rotate_left(21) ^ hash);
    (all.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

/// A bijection of 64-bit values that spreads every bit (the finisher of SplitMix64).
#[inline(always)]
pub const fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// The inverse of [`mix`].
pub const fn unmix(x: u64) -> u64 {
    let x = (x ^ (x >> 31) ^ (x >> 62)).wrapping_mul(0x3196_42b2_d24d_8ec3);
    let x = (x ^ (x >> 27) ^ (x >> 54)).wrapping_mul(0x96de_1b17_3f11_9089);
    x ^ (x >> 30) ^ (x >> 60)
}

/// A secret odd number of this process. Words are hashed without a key, so a text can be written
/// whose words all have one place in a table; a table that multiplies hashes by this number first
/// has no such text. It decides where an entry is kept, and must never decide what is found.
pub fn table_key() -> u64 {
    static KEY: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0) | 1);
    *KEY
}

/// Folds the next value of a sequence into the state. The step is not commutative, so the order of
/// the values counts.
#[inline(always)]
pub const fn fold(state: u64, next: u64) -> u64 {
    (state ^ next).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
}

/// The set of some hashes, sorted.
///
/// Hashes are spread evenly, so each goes to about its place at once, by its upper bits, and is
/// moved past the few that are near. Values that are not spread are sorted by comparisons.
pub fn set(hashes: &[u64]) -> Vec<u64> {
    let mut out = near_places(hashes);
    if !insertion_sort(&mut out) {
        out.sort_unstable();
    }
    out.dedup();
    out
}

/// The number of hashes up to which places are not counted.
const FEW: usize = 24;

/// The hashes in the order of their slots.
fn near_places(hashes: &[u64]) -> Vec<u64> {
    let count = hashes.len();
    if count <= FEW {
        return hashes.to_vec();
    }
    let mut places = vec![0u32; count];
    for &hash in hashes {
        places[slot(hash, count)] += 1;
    }
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    let mut out = vec![0; count];
    for &hash in hashes {
        let place = &mut places[slot(hash, count)];
        out[*place as usize] = hash;
        *place += 1;
    }
    out
}

/// Sorts values that are near their places; false if they are not, and not sorted.
fn insertion_sort(values: &mut [u64]) -> bool {
    let mut steps = 16 * values.len();
    for i in 1..values.len() {
        let value = values[i];
        let mut at = i;
        while at > 0 && values[at - 1] > value {
            values[at] = values[at - 1];
            at -= 1;
        }
        values[at] = value;
        if i - at > steps {
            return false;
        }
        steps -= i - at;
    }
    true
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

/// A set of pairs of hashes.
pub type HashPairs = HashSet<(u64, u64), BuildHasherDefault<IdentityHasher>>;

/// A hasher that returns a 64-bit key unchanged, and both of two keys as one.
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
        self.0 = self.0.rotate_left(21) ^ key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_set_is_sorted_and_without_duplicates(
            values in prop::collection::vec(0u64..900, 0..600), spread: bool,
        ) {
            let hash = |&x: &u64| if spread { mix(x) } else { x };
            let hashes: Vec<u64> = values.iter().map(hash).collect();
            let plain: std::collections::BTreeSet<u64> = hashes.iter().copied().collect();
            prop_assert_eq!(set(&hashes), plain.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn a_mixed_value_is_unmixed(value: u64, values in prop::collection::vec(0u64.., 0..9)) {
            prop_assert_eq!((unmix(mix(value)), mix(unmix(value))), (value, value));
            let unmixed = unmixed_sequence(values.iter().copied());
            prop_assert_eq!(unmix(sequence(values)), unmixed);
        }

        #[test]
        fn few_bytes_in_registers_are_the_definition(data: [u8; 16]) {
            let eight = |from: usize| u64::from_le_bytes(data[from..from + 8].try_into().unwrap());
            for n in 1..=8 {
                let bits = eight(0) & (!0 >> (64 - 8 * n));
                prop_assert_eq!(up_to_eight(bits, n), bytes(&data[..n]), "{} bytes", n);
            }
            for n in 9..=16 {
                prop_assert_eq!(nine_to_sixteen(eight(0), eight(n - 8), n), bytes(&data[..n]));
            }
        }
    }
}
