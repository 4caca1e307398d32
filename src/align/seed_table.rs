//! Owns: the places of each seed of one text, by the hash of the seed, and which shingles occur
//! again. Never: looks at a second text.

use crate::align::hash_filter::HashFilter;
use crate::hash;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::Tokens;

/// The number of words in a seed.
pub const SEED: u32 = 3;
/// A text in which a seed has more places than this is periodic. Its repeated shingles are not
/// looked for along the places of a seed, which would be quadratic.
pub const MANY_PLACES: usize = 64;

/// The number of hashes that are looked up together.
const AT_ONCE: usize = 64;

/// No other place has the seed of this one.
const ALONE: u32 = u32::MAX;
/// Other places have the seed of this one, and all of them are before it.
const LAST: u32 = u32::MAX - 1;

/// The places of the seeds of one text, as a hash table: about 20 bytes a token.
///
/// Seeds with the same upper half of their hashes share an entry, so a place that is found may
/// begin another seed.
#[derive(Debug, Clone)]
pub struct SeedTable {
    /// The hash of the seed at each place: the upper half.
    hashes: Vec<u32>,
    /// One more than the first place of a seed; zero where a slot is free.
    slots: Vec<u32>,
    /// Nearly all seeds that are looked up are absent, which a few bits of the cache show.
    filter: HashFilter,
    /// The upper half of [`hash::table_key`]: an odd number that decides where a hash has its slot.
    key: u32,
    /// The next place with the same hash, [`ALONE`] or [`LAST`].
    next: Vec<u32>,
    /// Whether each seed has [`SEED`] tokens.
    uniform: bool,
    /// One past the last token of each seed; empty where each seed has [`SEED`] tokens.
    ends: Vec<u32>,
    most_places: usize,
    /// The first places of the seeds with more than [`MANY_PLACES`] places, ascending.
    many_places: Vec<u32>,
    collision: f64,
    shingles: Option<RepeatedShingles>,
}

/// The number of shingles of a text, and those that are not different from a later one.
#[derive(Debug, Clone)]
struct RepeatedShingles {
    /// The number of shingles, with repeated ones.
    all: usize,
    /// The places of the shingles that occur again at a later place, ascending.
    again: Vec<u32>,
}

impl SeedTable {
    /// Makes the table of a text with shingles of `shingle` words; `uniform` says that each of its
    /// tokens is a word. Cost: one pass over the tokens, and for each repeated seed a look at its
    /// other places.
    pub fn new(tokens: &Tokens, shingle: u32, uniform: bool) -> SeedTable {
        SeedTable::with_key(tokens, shingle, uniform, (hash::table_key() >> 32) as u32 | 1)
    }

    fn with_key(tokens: &Tokens, shingle: u32, uniform: bool, key: u32) -> SeedTable {
        let (hashes, ends): (Vec<u32>, _) = if uniform {
            (hashes_of_three(&tokens.hashes), Vec::new())
        } else {
            let mut seeds = Shingles::default();
            shingles(tokens, SEED, &mut seeds);
            let seed = |(at, end): (usize, &u32)| hash::short(&tokens.hashes[at..*end as usize]);
            (seeds.ends.iter().enumerate().map(seed).collect(), seeds.ends)
        };
        let mut table = SeedTable {
            slots: vec![0; 2 * hashes.len() + 1],
            filter: HashFilter::new(hashes.len()),
            key,
            next: vec![ALONE; hashes.len()],
            hashes,
            uniform,
            ends,
            most_places: 1,
            many_places: Vec::new(),
            collision: 0.0,
            shingles: None,
        };
        let repeated = table.fill();
        if uniform && shingle >= SEED && table.most_places <= MANY_PLACES {
            table.shingles = Some(table.repeated_shingles(&repeated, tokens, shingle as usize));
        }
        table
    }

    /// Enters all places, and counts the pairs of different places that hold equal seeds. Returns
    /// the places whose seed occurs again at a later place, descending.
    fn fill(&mut self) -> Vec<u32> {
        let (key, hashes) = (self.key, &self.hashes[..]);
        let (slots, next) = (&mut self.slots[..], &mut self.next[..]);
        // The number of later places with the same seed; only a text with a repeated seed has it.
        let (mut later, mut repeated): (Vec<u32>, Vec<u32>) = Default::default();
        let mut equal = 0u64;
        // From the last place to the first, so that each seed has its first place in the table.
        for (place, &hash) in hashes.iter().enumerate().rev() {
            let slot = slot_of(slots, hashes, key, hash);
            let before = std::mem::replace(&mut slots[slot], place as u32 + 1);
            if before == 0 {
                self.filter.insert(hash.wrapping_mul(key));
            } else {
                let following = before - 1;
                next[place] = following;
                let following = following as usize;
                if next[following] == ALONE {
                    next[following] = LAST;
                }
                if later.is_empty() {
                    later.resize(next.len(), 0);
                }
                later[place] = later[following] + 1;
                equal += 2 * u64::from(later[place]);
                self.most_places = self.most_places.max(later[place] as usize + 1);
                repeated.push(place as u32);
            }
        }
        let has_many = |place: &usize| later[*place] as usize >= MANY_PLACES;
        if self.most_places > MANY_PLACES {
            let firsts = slots.iter().filter(|slot| **slot > 0).map(|slot| *slot as usize - 1);
            self.many_places = firsts.filter(has_many).map(|place| place as u32).collect();
            self.many_places.sort_unstable();
        }
        let all = self.hashes.len() as u64;
        self.collision = equal as f64 / (all * all.saturating_sub(1)).max(1) as f64;
        repeated
    }

    /// The shingles that occur again: their first seed does, at one of these places, which descend,
    /// and the words behind it are equal.
    fn repeated_shingles(
        &self,
        repeated: &[u32],
        tokens: &Tokens,
        words: usize,
    ) -> RepeatedShingles {
        let all = (tokens.len() + 1).saturating_sub(words);
        let rest = |place: usize| tokens.hashes.get(place + SEED as usize..place + words);
        let seed = |place: usize| &tokens.hashes[place..place + SEED as usize];
        let occurs_again = |&place: &u32| {
            let place = place as usize;
            let same = |&at: &usize| rest(at) == rest(place) && seed(at) == seed(place);
            place < all && self.places(self.following(place)).any(|at| same(&at))
        };
        let again = repeated.iter().rev().copied().filter(occurs_again).collect();
        RepeatedShingles { all, again }
    }

    /// The hash of the seed at each place, as the table has it.
    pub fn hashes(&self) -> &[u32] {
        &self.hashes
    }

    /// The first place of the seeds with a hash.
    #[inline]
    pub fn first(&self, hash: u32) -> Option<usize> {
        self.find(&[hash]).map(|(_, place)| place)
    }

    /// The first of these hashes that some seed has: its position, and the first place of its
    /// seeds.
    #[inline]
    pub fn find(&self, hashes: &[u32]) -> Option<(usize, usize)> {
        let mut from = 0;
        loop {
            let passes = |hash: &u32| self.filter.may_hold(hash.wrapping_mul(self.key));
            let position = from + hashes[from..].iter().position(passes)?;
            let entry = self.slots[slot_of(&self.slots, &self.hashes, self.key, hashes[position])];
            if entry != 0 {
                return Some((position, entry as usize - 1));
            }
            from = position + 1;
        }
    }

    /// All of these hashes that some seed has, in order, as [`find`](SeedTable::find) finds them.
    /// In the table of a long text each lookup waits for memory; here those of several hashes wait
    /// together, in steps that no answer decides about.
    pub fn find_all(&self, hashes: &[u32], found: &mut Vec<(usize, usize)>) {
        found.clear();
        for (block, hashes) in hashes.chunks(AT_ONCE).enumerate() {
            let (mut passing, mut entries, mut count) = ([0u8; AT_ONCE], [0u32; AT_ONCE], 0);
            for (position, hash) in (0u8..).zip(hashes) {
                passing[count] = position;
                count += usize::from(self.filter.may_hold(hash.wrapping_mul(self.key)));
            }
            for (position, entry) in passing[..count].iter().zip(&mut entries) {
                *entry = self.slots[first_slot(&self.slots, self.key, hashes[*position as usize])];
            }
            for (position, mut entry) in passing[..count].iter().zip(entries) {
                let position = *position as usize;
                let hash = hashes[position];
                if entry > 0 && self.hashes[entry as usize - 1] != hash {
                    entry = self.slots[slot_of(&self.slots, &self.hashes, self.key, hash)];
                }
                if entry > 0 {
                    found.push((block * AT_ONCE + position, entry as usize - 1));
                }
            }
        }
    }

    /// The next place of the seeds with the hash of the seed at this one.
    #[inline]
    pub fn following(&self, place: usize) -> Option<usize> {
        let next = self.next[place];
        (next < LAST).then_some(next as usize)
    }

    /// Whether no other place has the hash of the seed at this one.
    #[inline]
    pub fn is_alone(&self, place: usize) -> bool {
        self.next[place] == ALONE
    }

    /// The number of places inside a run of `len` tokens, from behind its first place on, that need
    /// no lookup: their seeds have no other place.
    pub fn alone_inside(&self, first: usize, len: usize) -> usize {
        let end = (first + len + 1).saturating_sub(SEED as usize);
        (first + 1..end).take_while(|&i| self.is_alone(i)).count()
    }

    /// This place and all that follow it with the same hash.
    pub fn places(&self, first: Option<usize>) -> impl Iterator<Item = usize> + Clone {
        std::iter::successors(first, |&place| self.following(place))
    }

    /// Whether the seed with this first place has more than [`MANY_PLACES`] places.
    pub fn has_many_places(&self, first: usize) -> bool {
        self.many_places.binary_search(&(first as u32)).is_ok()
    }

    /// The greatest number of places of a seed.
    pub fn most_places(&self) -> usize {
        self.most_places
    }

    /// The number of tokens in the seed at a place.
    #[inline]
    pub fn length(&self, place: u32) -> u32 {
        self.ends.get(place as usize).map_or(SEED, |end| end - place)
    }

    /// Whether each seed has [`SEED`] tokens, because no script is cut per character.
    pub fn is_uniform(&self) -> bool {
        self.uniform
    }

    /// The share of the pairs of different places that hold equal seeds.
    pub fn collision(&self) -> f64 {
        self.collision
    }

    /// The number of different shingles, where it is known.
    pub fn different_shingles(&self) -> Option<usize> {
        self.shingles.as_ref().map(|s| s.all - s.again.len())
    }

    /// The places of the shingles that occur again at a later place, ascending, where they are
    /// known.
    pub fn shingles_again(&self) -> Option<&[u32]> {
        self.shingles.as_ref().map(|s| &s.again[..])
    }
}

/// The slot in which the search for a hash begins. The key keeps a text from choosing it: without
/// it, seeds that crowd around a few slots would make each search long.
#[inline(always)]
fn first_slot(slots: &[u32], key: u32, hash: u32) -> usize {
    ((u64::from(hash.wrapping_mul(key)) * slots.len() as u64) >> 32) as usize
}

/// The slot of the seeds with a hash, or a free one. At most every second slot is used.
#[inline(always)]
fn slot_of(slots: &[u32], hashes: &[u32], key: u32, hash: u32) -> usize {
    let mut slot = first_slot(slots, key, hash);
    loop {
        match slots[slot] {
            entry if entry == 0 || hashes[entry as usize - 1] == hash => return slot,
            _ => slot = if slot + 1 < slots.len() { slot + 1 } else { 0 },
        }
    }
}

/// The seeds of three tokens, by their hashes.
fn hashes_of_three(words: &[u64]) -> Vec<u32> {
    let mut out = vec![0; (words.len() + 1).saturating_sub(SEED as usize)];
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, which is all that the function requires; its body is the
        // plain function.
        unsafe { hash_threes_avx2(words, &mut out) };
        return out;
    }
    hash_threes(words, &mut out);
    out
}

/// The plain function, compiled a second time for wider registers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn hash_threes_avx2(words: &[u64], out: &mut [u32]) {
    hash_threes(words, out);
}

/// Hashes each window of three tokens.
#[inline(always)]
fn hash_threes(words: &[u64], out: &mut [u32]) {
    let (second, third) = (words.get(1..).unwrap_or(&[]), words.get(2..).unwrap_or(&[]));
    for (((out, x), y), z) in out.iter_mut().zip(words).zip(second).zip(third) {
        *out = hash::short(&[*x, *y, *z]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::shingle;
    use crate::text::token::{TokenKind, tokenize};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_table_is_the_list_of_seeds(
            text in concat!(
                "(([a-d] ){0,40}|(x[0-9]{1,2} ){0,40}|[一二三四五]{0,12}",
                "|(one of the ){60,80}){0,3}",
            ),
            words in 1u32..9,
        ) {
            let tokens = tokenize(&text);
            let mut seeds = Shingles::default();
            shingles(&tokens, SEED, &mut seeds);
            let table = SeedTable::new(&tokens, words, TokenKind::are_words(&tokens.kinds));
            let mut equal = 0;
            for (place, (hash, end)) in seeds.hashes.iter().zip(&seeds.ends).enumerate() {
                let plain: Vec<usize> =
                    (0..seeds.hashes.len()).filter(|&i| seeds.hashes[i] == *hash).collect();
                prop_assert_eq!(table.is_alone(place), plain.len() == 1);
                prop_assert!(plain.len() <= table.most_places());
                let many = plain[0] == place && plain.len() > MANY_PLACES;
                prop_assert_eq!(table.has_many_places(place), many);
                prop_assert_eq!(table.length(place as u32), end - place as u32);
                let found: Vec<usize> = table.places(table.first(table.hashes()[place])).collect();
                equal += plain.len() - 1;
                prop_assert_eq!(found, plain);
            }
            let all = seeds.hashes.len() as f64;
            let share = equal as f64 / (all * (all - 1.0)).max(1.0);
            prop_assert_eq!(table.collision(), share);
            if let Some(different) = table.different_shingles() {
                let mut all = Shingles::default();
                shingles(&tokens, words, &mut all);
                prop_assert_eq!(different, shingle::set(&all).len());
                let again = |&i: &usize| all.hashes[i + 1..].contains(&all.hashes[i]);
                let plain: Vec<u32> =
                    (0..all.hashes.len()).filter(again).map(|i| i as u32).collect();
                prop_assert_eq!(table.shingles_again(), Some(&plain[..]));
            }
        }

        #[test]
        fn the_filter_changes_nothing(
            text in "(x[0-9]{1,2} ){0,60}", others in prop::collection::vec(any::<u32>(), 0..40),
        ) {
            let tokens = tokenize(&text);
            let table = SeedTable::new(&tokens, 5, true);
            let asked: Vec<u32> = others.iter().chain(&table.hashes).copied().collect();
            let held = |hash: &u32| table.hashes.iter().position(|own| own == hash);
            let (mut found, plain) = (Vec::new(), asked.iter().enumerate());
            table.find_all(&asked, &mut found);
            let plain: Vec<_> = plain.filter_map(|(at, hash)| Some((at, held(hash)?))).collect();
            prop_assert_eq!(found, plain);
            for from in 0..asked.len() {
                let plain = asked[from..].iter().enumerate();
                let plain = plain.filter_map(|(at, hash)| Some((at, held(hash)?))).next();
                prop_assert_eq!(table.find(&asked[from..]), plain);
            }
        }
    }

    #[test]
    fn nobody_chooses_the_slots() {
        // The hash of the seed at each place is its place, by the choice of its last token: without
        // a key all slots would be the first ones.
        let mut words = vec![1u64, 2];
        for place in 0..4096u64 {
            let [x, y] = [words[place as usize], words[place as usize + 1]];
            let all = (place << 32).wrapping_mul(0xf1de_83e1_9937_733d);
            words.push(all ^ (x.rotate_left(21) ^ y).rotate_left(21));
        }
        let tokens = Tokens { hashes: words, ..Tokens::default() };
        let is_fast = |key: &u64| {
            let table = SeedTable::with_key(&tokens, 5, true, hash::mix(*key) as u32 | 1);
            assert!(table.hashes().iter().zip(0..).all(|(hash, place)| *hash == place));
            let (slots, hashes, key) = (&table.slots[..], &table.hashes[..], table.key);
            let steps = |hash: &u32| {
                let home = first_slot(slots, key, *hash);
                (slot_of(slots, hashes, key, *hash) + slots.len() - home) % slots.len() + 1
            };
            hashes.iter().map(steps).sum::<usize>() < 64 * 4096
        };
        // One key of a thousand is near one that leaves them together.
        assert!((0..256).filter(is_fast).count() > 250);
    }
}
