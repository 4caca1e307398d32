//! Owns: a posting, which is one key in one text, and the packing of a pair of texts into a number.
//! Never: decides which texts are compared.

use crate::hash;
use serde::{Deserialize, Serialize};

/// One key in one text. Postings are all that passes from keys to pairs. A posting has 12 bytes and
/// is ordered by key, then unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Posting {
    high: u32,
    low: u32,
    /// The number of the text.
    pub unit: u32,
}

impl Posting {
    /// The length of its written form.
    pub const BYTES: usize = 12;
    /// Makes a posting of a key and the text that holds it.
    pub const fn new(key: u64, unit: u32) -> Posting {
        Posting { high: (key >> 32) as u32, low: key as u32, unit }
    }
    /// Its written form: the key and the text, each with its lowest byte first.
    pub fn to_bytes(self) -> [u8; Posting::BYTES] {
        let mut bytes = [0; Posting::BYTES];
        bytes[..8].copy_from_slice(&self.key().to_le_bytes());
        bytes[8..].copy_from_slice(&self.unit.to_le_bytes());
        bytes
    }
    /// The posting of [`Posting::to_bytes`].
    pub fn from_bytes(bytes: &[u8; Posting::BYTES]) -> Posting {
        let number = |from: usize| {
            u32::from_le_bytes([bytes[from], bytes[from + 1], bytes[from + 2], bytes[from + 3]])
        };
        Posting { high: number(4), low: number(0), unit: number(8) }
    }
    /// The key.
    pub const fn key(self) -> u64 {
        (self.high as u64) << 32 | self.low as u64
    }
}

/// A hash of the set of texts that hold a key, whatever the key.
pub fn class_set_hash(group: &[Posting]) -> u64 {
    group.iter().fold(0, |m, p| m.wrapping_add(hash::mix(u64::from(p.unit) + 1)))
}

/// Packs a pair of texts into one number; the numbers sort by the smaller text, then by the larger.
pub const fn pack_pair(a: u32, b: u32) -> u64 {
    if a < b { (a as u64) << 32 | b as u64 } else { (b as u64) << 32 | a as u64 }
}

/// The two texts of a packed pair, the smaller first.
pub const fn unpack_pair(pair: u64) -> (u32, u32) {
    ((pair >> 32) as u32, pair as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn postings_order_by_key(x: (u64, u32), y: (u64, u32)) {
            prop_assert_eq!(Posting::new(x.0, x.1).cmp(&Posting::new(y.0, y.1)), x.cmp(&y));
            let posting = Posting::new(x.0, x.1);
            prop_assert_eq!(posting.key(), x.0);
            prop_assert_eq!(Posting::from_bytes(&posting.to_bytes()), posting);
        }
    }
}
