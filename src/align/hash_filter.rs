//! Owns: a filter that most hashes do not pass which are not in a table. Never: says for certain
//! that a hash is in it.

/// A set of hashes that may seem to hold more than it does (Bloom 1970, with one bit a hash). It
/// takes two bytes a hash, so that it stays in the cache while a text is streamed past it.
#[derive(Debug, Clone)]
pub struct HashFilter {
    /// A power of two of words.
    words: Vec<u64>,
    /// The number of lower bits of a keyed hash that do not decide where its bit is.
    shift: u32,
}

impl HashFilter {
    /// The least number of bits for each hash, so that at most one of so many others passes.
    const BITS: usize = 16;

    /// The filter of no hash, for so many.
    pub fn new(hashes: usize) -> HashFilter {
        let bits = (hashes * Self::BITS).next_power_of_two().clamp(64, 1 << 32);
        HashFilter { words: vec![0; bits / 64], shift: u32::BITS - bits.trailing_zeros() }
    }

    /// Adds a hash that was multiplied by an odd number.
    #[inline(always)]
    pub fn insert(&mut self, keyed: u32) {
        let bit = keyed >> self.shift;
        self.words[bit as usize / 64] |= 1 << (bit % 64);
    }

    /// Whether a hash that was multiplied by the number may have been added.
    #[inline(always)]
    pub fn may_hold(&self, keyed: u32) -> bool {
        let bit = keyed >> self.shift;
        self.words[bit as usize / 64] >> (bit % 64) & 1 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_others_pass() {
        let mut filter = HashFilter::new(1000);
        let keyed = |n: u32| n.wrapping_mul(0x9e37_79b1);
        (0..1000).for_each(|n| filter.insert(keyed(n)));
        assert!((0..1000).all(|n| filter.may_hold(keyed(n))));
        let others = (1000..11_000).filter(|n| filter.may_hold(keyed(*n))).count();
        assert!(others < 1000, "{others}");
    }
}
