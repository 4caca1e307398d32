//! Owns: a sorted run of postings as buckets of bytes: how it is cut, packed, searched and merged.
//! Never: decides where buckets are kept.
//!
//! A run is cut into 2^bits buckets by the upper bits of its keys, so the bucket of a key is known
//! without a search. A bucket has this layout:
//!
//! ```text
//! count     u32
//! keys      count x width   the bits of each key below the bucket's number, ascending
//! units     count x 4       the number of the text that holds each key
//! checksum  8               of all bytes before it
//! ```
//!
//! Keys are hashes, so the place of a key inside its bucket can be estimated (interpolation
//! search): a search reads one or two cache lines.

use crate::error::Result;
use crate::postings::checksum::{SEAL, damaged, seal, unseal};
use crate::postings::posting::Posting;
use crate::postings::source::Source;
use std::ops::Range;

/// The approximate number of postings in a bucket: 24 KiB.
const BUCKET: u64 = 2048;
/// The most bits of a key that the number of its bucket encodes: 40 bits remain.
const MOST_BITS: u32 = 24;
const COUNT: usize = 4;
const UNIT: usize = 4;

/// How a run is cut into buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketLayout {
    /// The binary logarithm of the number of buckets.
    pub bits: u32,
}

impl BucketLayout {
    /// The layout for a run of this many postings.
    pub fn of(postings: u64) -> BucketLayout {
        let buckets = postings.div_ceil(BUCKET).max(1).next_power_of_two();
        BucketLayout { bits: buckets.trailing_zeros().min(MOST_BITS) }
    }
    /// The bucket of a key.
    #[inline]
    pub fn bucket(self, key: u64) -> u32 {
        key.checked_shr(64 - self.bits).unwrap_or(0) as u32
    }
    #[inline]
    fn rest(self, key: u64) -> u64 {
        key & (u64::MAX >> self.bits)
    }
    fn key(self, bucket: u32, rest: u64) -> u64 {
        u64::from(bucket).checked_shl(64 - self.bits).unwrap_or(0) | rest
    }
    /// The length of a key inside its bucket, in bytes.
    #[inline]
    fn width(self) -> usize {
        (64 - self.bits as usize).div_ceil(8)
    }
}

/// Packs the sorted postings of one bucket.
pub fn pack(shape: BucketLayout, postings: &[Posting]) -> Vec<u8> {
    let width = shape.width();
    let mut out = Vec::with_capacity(COUNT + postings.len() * (width + UNIT) + SEAL);
    out.extend_from_slice(&(postings.len() as u32).to_le_bytes());
    for p in postings {
        out.extend_from_slice(&shape.rest(p.key()).to_le_bytes()[..width]);
    }
    for p in postings {
        out.extend_from_slice(&p.unit.to_le_bytes());
    }
    seal(out)
}

/// A view of a packed bucket.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'b> {
    bytes: &'b [u8],
    count: usize,
    width: usize,
    shape: BucketLayout,
}

impl<'b> Bucket<'b> {
    /// Checks the length only; [`Bucket::checked`] checks everything.
    pub fn new(
        shape: BucketLayout,
        bytes: &'b [u8],
        what: impl Fn() -> String,
    ) -> Result<Bucket<'b>> {
        let width = shape.width();
        let count = bytes.first_chunk::<COUNT>().map_or(0, |c| u32::from_le_bytes(*c)) as usize;
        if bytes.len() != COUNT + count * (width + UNIT) + SEAL || count == 0 {
            return Err(damaged(what()));
        }
        Ok(Bucket { bytes, count, width, shape })
    }
    /// Checks the length, the checksum and the order.
    pub fn checked(
        shape: BucketLayout,
        bytes: &'b [u8],
        what: impl Fn() -> String,
    ) -> Result<Bucket<'b>> {
        unseal(bytes, &what)?;
        let bucket = Bucket::new(shape, bytes, &what)?;
        let sorted = (1..bucket.count)
            .all(|i| (bucket.rest(i - 1), bucket.unit(i - 1)) <= (bucket.rest(i), bucket.unit(i)));
        if sorted { Ok(bucket) } else { Err(damaged(what())) }
    }
    /// The number of postings in the bucket.
    pub const fn len(&self) -> usize {
        self.count
    }
    #[inline]
    fn rest(&self, i: usize) -> u64 {
        // Units and the checksum follow the keys, so eight bytes can always be read.
        let at = COUNT + i * self.width;
        let eight = self.bytes[at..].first_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b));
        eight & (u64::MAX >> (64 - 8 * self.width as u32))
    }
    /// Whether one of these places, which all hold one key, has the unit.
    pub fn holds(&self, places: Range<usize>, unit: u32) -> bool {
        let (mut low, mut high) = (places.start, places.end);
        while low < high {
            let middle = low.midpoint(high);
            if self.unit(middle) < unit {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low < places.end && self.unit(low) == unit
    }
    /// The unit at a place.
    #[inline]
    pub fn unit(&self, i: usize) -> u32 {
        let at = COUNT + self.count * self.width + i * UNIT;
        self.bytes[at..].first_chunk::<4>().map_or(0, |b| u32::from_le_bytes(*b))
    }
    /// The posting at a place.
    pub fn posting(&self, bucket: u32, i: usize) -> Posting {
        Posting::new(self.shape.key(bucket, self.rest(i)), self.unit(i))
    }
    /// The place where the key would be if keys were spread evenly.
    #[inline]
    fn guess(&self, rest: u64) -> usize {
        let share = u128::from(rest) << self.shape.bits;
        ((share * self.count as u128) >> 64) as usize
    }
    /// The places that hold the key; their units ascend.
    pub fn find(&self, key: u64) -> Range<usize> {
        let rest = self.shape.rest(key);
        let start = self.lower_bound(rest);
        let (mut end, mut step) = (start, 1);
        // There is nearly always one posting or none; the search does not walk through a key of
        // very many texts.
        while end < self.count && self.rest(end) == rest {
            let far = (end + step).min(self.count) - 1;
            (end, step) = if self.rest(far) == rest { (far + 1, step * 2) } else { (end + 1, 1) };
        }
        start..end
    }
    /// The first place whose key is not smaller: a search from the estimate outwards in growing
    /// steps, then a binary search.
    fn lower_bound(&self, rest: u64) -> usize {
        // All keys before `low` are smaller, and none from `high` on is.
        let (mut low, mut high, mut step) = (0, self.count, 2);
        let guess = self.guess(rest).min(self.count - 1);
        if self.rest(guess) < rest {
            low = guess + 1;
            while low < high {
                let at = (low + step).min(high) - 1;
                if self.rest(at) >= rest {
                    high = at;
                    break;
                }
                (low, step) = (at + 1, step * 2);
            }
        } else {
            high = guess;
            while low < high {
                let at = high - step.min(high - low);
                if self.rest(at) < rest {
                    low = at + 1;
                    break;
                }
                (high, step) = (at, step * 2);
            }
        }
        while low < high {
            let middle = low.midpoint(high);
            if self.rest(middle) < rest {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Packs sorted postings into buckets, in order.
struct Packer {
    shape: BucketLayout,
    bucket: u32,
    waiting: Vec<Posting>,
}

impl Packer {
    /// Makes a packer for a run of this layout.
    const fn new(shape: BucketLayout) -> Packer {
        Packer { shape, bucket: 0, waiting: Vec::new() }
    }
    /// Takes the next posting and returns the finished bucket when the posting begins another one.
    fn push(&mut self, p: Posting) -> Option<(u32, Vec<u8>)> {
        let bucket = self.shape.bucket(p.key());
        let full = if bucket == self.bucket { None } else { self.finish() };
        self.bucket = bucket;
        self.waiting.push(p);
        full
    }
    /// Returns the last bucket.
    fn finish(&mut self) -> Option<(u32, Vec<u8>)> {
        let full =
            (!self.waiting.is_empty()).then(|| (self.bucket, pack(self.shape, &self.waiting)));
        self.waiting.clear();
        full
    }
}

/// The postings of a source as packed buckets, each with its number.
pub struct Packed<S> {
    source: S,
    packer: Packer,
    /// The number of postings packed so far.
    pub postings: u64,
    ended: bool,
}

impl<S: Source> Packed<S> {
    /// Packs the postings of a source for a run of this layout.
    pub const fn new(source: S, shape: BucketLayout) -> Packed<S> {
        Packed { source, packer: Packer::new(shape), postings: 0, ended: false }
    }
    /// The next bucket with the postings that `keep` accepts, or `None` at the end.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn next_bucket(
        &mut self,
        keep: impl Fn(Posting) -> bool,
    ) -> Result<Option<(u32, Vec<u8>)>> {
        while !self.ended {
            let full = match self.source.next_posting()? {
                Some(posting) if keep(posting) => {
                    self.postings += 1;
                    self.packer.push(posting)
                }
                Some(_) => None,
                None => {
                    self.ended = true;
                    self.packer.finish()
                }
            };
            if full.is_some() {
                return Ok(full);
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packed(shape: BucketLayout, postings: &[Posting]) -> Vec<(u32, Vec<u8>)> {
        let mut packed = Packed::new(postings.iter().copied(), shape);
        std::iter::from_fn(|| packed.next_bucket(|_| true).unwrap()).collect()
    }

    proptest! {
        #[test]
        fn everything_is_found_again_and_nothing_else(
            seeds in prop::collection::vec((0u64..300, 0u32..9), 1..400), bits in 0u32..=24,
                asked in prop::collection::vec(0u64..400, 20), spread: bool,
        ) {
            let shape = BucketLayout { bits };
            // Keys may be spread as hashes are or all lie in one place: a search must be right for
            // any keys.
            let key = |s: u64| if spread { crate::hash::mix(s) } else { s };
            let mut postings: Vec<Posting> = seeds.iter().map(|&(s, u)| Posting::new(key(s), u))
                .collect();
            postings.sort_unstable();
            postings.dedup();
            let buckets = packed(shape, &postings);
            let mut back = vec![];
            for (number, bytes) in &buckets {
                let b = Bucket::checked(shape, bytes, || "b".into()).unwrap();
                back.extend((0..b.len()).map(|i| b.posting(*number, i)));
            }
            prop_assert_eq!(&back, &postings);
            for k in asked.into_iter().map(key).chain([0, u64::MAX]) {
                let plain: Vec<u32> = postings.iter().filter(|p| p.key() == k).map(|p| p.unit)
                    .collect();
                let mut found = vec![];
                if let Some((_, bytes)) = buckets.iter().find(|b| b.0 == shape.bucket(k)) {
                    let b = Bucket::new(shape, bytes, || "b".into()).unwrap();
                    found.extend(b.find(k).map(|i| b.unit(i)));
                    prop_assert!((0..10).all(|u| b.holds(b.find(k), u) == plain.contains(&u)));
                }
                prop_assert_eq!(found, plain);
            }
        }

        #[test]
        fn damage_is_seen_or_harmless(at in 0usize..200, bit in 0u8..8, cut in 0usize..200) {
            let shape = BucketLayout { bits: 2 };
            let postings: Vec<Posting> = (0..9).map(|i| Posting::new(i * 1000, i as u32)).collect();
            let good = pack(shape, &postings);
            let mut bad = good.clone();
            bad[at % good.len()] ^= 1 << bit;
            prop_assert!(Bucket::checked(shape, &bad, || "b".into()).is_err());
            prop_assert!(Bucket::new(shape, &good[..cut % good.len()], || "b".into()).is_err());
            if let Ok(b) = Bucket::new(shape, &bad, || "b".into()) {
                b.find(3000);
            }
        }
    }

    #[test]
    fn shapes_grow_with_their_runs() {
        let bits = [0, 1, 2048, 2049, 170_000_000, u64::MAX / 2].map(|n| BucketLayout::of(n).bits);
        assert_eq!(bits, [0, 0, 0, 1, 17, 24]);
        assert_eq!(BucketLayout { bits: 17 }.width(), 6);
    }
}
