//! Owns: shingles, which are k consecutive words, and the set of them. Never: decides which
//! shingles become keys.

use crate::hash;
use crate::text::token::{TokenKind, TokenValues, WORD};
use std::ops::Range;

/// The shingles of one text, by their first token. No shingle begins at the last tokens.
#[derive(Debug, Clone, Default)]
pub struct Shingles {
    /// The hash of the shingle that begins at token i.
    pub hashes: Vec<u64>,
    /// One past the last token of that shingle.
    pub ends: Vec<u32>,
}

/// Fills `out` with every window of `words` words: that many tokens, or more where a script is cut
/// per character.
///
/// Windows cross paragraph borders, so that the set does not depend on where paragraphs are
/// recognised. A text shorter than one window has none. Cost: `words` multiplications a token.
pub fn shingles<'t>(tokens: impl Into<TokenValues<'t>>, words: u32, out: &mut Shingles) {
    let tokens = tokens.into();
    shingles_from(tokens, words, 0..tokens.hashes.len(), out);
}

/// Fills `out` with those windows of [`shingles`] that begin in a range of tokens.
pub fn shingles_from(tokens: TokenValues, words: u32, starts: Range<usize>, out: &mut Shingles) {
    out.hashes.clear();
    out.ends.clear();
    let k = words as usize;
    let end = (starts.end + k).saturating_sub(1).min(tokens.hashes.len());
    let reached = tokens.slice(starts.start..end.max(starts.start));
    if TokenKind::are_words(reached.kinds) {
        // All tokens weigh the same, so plain windows do. The compiler unrolls a known length.
        match k {
            3 => windows::<3>(reached.hashes, &mut out.hashes),
            4 => windows::<4>(reached.hashes, &mut out.hashes),
            5 => windows::<5>(reached.hashes, &mut out.hashes),
            6 => windows::<6>(reached.hashes, &mut out.hashes),
            _ => out.hashes.extend(reached.hashes.windows(k).map(sequence)),
        }
        out.ends.extend((0..out.hashes.len()).map(|i| (starts.start + i + k) as u32));
    } else {
        weighted(tokens, words, starts, out);
    }
}

/// The windows of K tokens.
fn windows<const K: usize>(hashes: &[u64], out: &mut Vec<u64>) {
    out.extend(hashes.windows(K).map(|window| match window.first_chunk::<K>() {
        Some(window) => hash::sequence(*window),
        None => sequence(window),
    }));
}

fn sequence(window: &[u64]) -> u64 {
    hash::sequence(window.iter().copied())
}

/// The definition of a shingle for any mixture of scripts.
fn weighted(tokens: TokenValues, words: u32, starts: Range<usize>, out: &mut Shingles) {
    let (mut end, mut weight) = (starts.start, 0);
    for start in starts {
        while weight < words * WORD {
            let Some(kind) = tokens.kinds.get(end) else { return };
            weight += kind.length();
            end += 1;
        }
        out.hashes.push(hash::sequence(tokens.hashes[start..end].iter().copied()));
        out.ends.push(end as u32);
        weight -= tokens.kinds[start].length();
    }
}

/// One window of [`shingles`]: its hash and its end, if one begins at this token.
#[inline]
pub fn window(tokens: TokenValues, words: u32, start: usize) -> Option<(u64, u32)> {
    let (mut end, mut weight) = (start, 0);
    while weight < words * WORD {
        weight += tokens.kinds.get(end)?.length();
        end += 1;
    }
    Some((hash::sequence(tokens.hashes[start..end].iter().copied()), end as u32))
}

/// The number of windows that [`shingles`] finds. Cost: one window.
pub fn count(tokens: TokenValues, words: u32) -> usize {
    let mut weight = 0;
    let reaches = |kind: &TokenKind| {
        weight += kind.length();
        weight >= words * WORD
    };
    tokens.kinds.iter().rposition(reaches).map_or(0, |last| last + 1)
}

/// The shingle set: sorted, without duplicates.
pub fn set(shingles: &Shingles) -> Vec<u64> {
    hash::set(&shingles.hashes)
}

/// The number of members that two sorted sets share.
pub fn intersection_size(a: &[u64], b: &[u64]) -> usize {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() * MUCH_LONGER < long.len() {
        let mut from = 0;
        let holds = |x: &&u64| {
            from = first_at_least(long, from, **x);
            long.get(from) == Some(x)
        };
        return short.iter().filter(holds).count();
    }
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        count += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
}

/// The factor from which on a list is so much longer than another one that a search for each value
/// of the other one costs less than a walk through both.
pub const MUCH_LONGER: usize = 16;

/// The number of times that an estimate of a place is improved: each brings the error of `n` down
/// to about the root of `n`.
const REFINED: usize = 2;

/// The first place, not before `from`, of a value of a sorted list that is at least `value`, or the
/// length of the list.
///
/// The values are hashes, which are spread evenly, so the place is estimated, and the search begins
/// there, in growing steps (Bentley and Yao 1976). Cost: one or two cache lines for most values.
pub fn first_at_least(sorted: &[u64], from: usize, value: u64) -> usize {
    let guess = ((u128::from(value) * sorted.len() as u128) >> 64) as usize;
    let mut guess = guess.clamp(from, sorted.len());
    for _ in 0..REFINED {
        // What is around the estimate shows how far the value is from there.
        let Some(&there) = sorted.get(guess) else { break };
        let far = ((u128::from(there.abs_diff(value)) * sorted.len() as u128) >> 64) as usize;
        guess = if there < value { guess + far } else { guess.saturating_sub(far) };
        guess = guess.clamp(from, sorted.len());
    }
    let mut step = 1;
    if guess < sorted.len() && sorted[guess] < value {
        let mut low = guess + 1;
        while low + step <= sorted.len() && sorted[low + step - 1] < value {
            (low, step) = (low + step, step * 2);
        }
        let high = (low + step).min(sorted.len()).max(low);
        return low + sorted[low..high].partition_point(|x| *x < value);
    }
    let mut high = guess;
    while high > from && sorted[high - step.min(high - from)] >= value {
        (high, step) = (high - step.min(high - from), step * 2);
    }
    let low = high - step.min(high - from);
    low + sorted[low..high].partition_point(|x| *x < value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_windows_are_the_definition(t in "([a-d]{1,3} ){0,40}", k in 1u32..9) {
            let tokens = tokenize(&t);
            let (mut fast, mut plain) = (Shingles::default(), Shingles::default());
            shingles(&tokens, k, &mut fast);
            weighted(tokens.values(), k, 0..tokens.len(), &mut plain);
            prop_assert_eq!(fast.hashes, plain.hashes);
            prop_assert_eq!(fast.ends, plain.ends);
        }

        #[test]
        fn windows_one_by_one_and_in_blocks_are_the_definition(
            t in "([a-d]{1,3} |漢字|ไทย){0,40}", k in 1u32..9, block in 1usize..9) {
            let tokens = tokenize(&t);
            let mut plain = Shingles::default();
            weighted(tokens.values(), k, 0..tokens.len(), &mut plain);
            prop_assert_eq!(count(tokens.values(), k), plain.hashes.len());
            let single: Vec<_> =
                (0..tokens.len() + 1).map_while(|i| window(tokens.values(), k, i)).collect();
            let (hashes, ends): (Vec<_>, Vec<_>) = single.into_iter().unzip();
            prop_assert_eq!((&hashes, &ends), (&plain.hashes, &plain.ends));
            let (mut part, mut all) = (Shingles::default(), Shingles::default());
            for from in (0..tokens.len()).step_by(block) {
                let starts = from..(from + block).min(tokens.len());
                shingles_from(tokens.values(), k, starts, &mut part);
                all.hashes.append(&mut part.hashes);
                all.ends.append(&mut part.ends);
            }
            prop_assert_eq!((all.hashes, all.ends), (plain.hashes, plain.ends));
        }

        #[test]
        fn shared_is_the_intersection(a in prop::collection::btree_set(0u64..60, 0..40),
            b in prop::collection::btree_set(0u64..60, 0..40)) {
            let (x, y): (Vec<_>, Vec<_>) = (a.iter().copied().collect(), b.iter().copied()
                .collect());
            prop_assert_eq!(intersection_size(&x, &y), a.intersection(&b).count());
        }

        #[test]
        fn a_search_finds_the_first_place(
            long in prop::collection::vec(0u64..300, 0..200), short in prop::collection::vec(
                0u64..300, 0..4), from in 0usize..200, value in 0u64..301, spread: bool,
        ) {
            // Hashes are spread evenly; a search must be right for any values.
            let value = if spread { value << 55 } else { value };
            let sorted = |mut list: Vec<u64>| {
                list.iter_mut().for_each(|x| *x = if spread { *x << 55 } else { *x });
                list.sort_unstable();
                list
            };
            let (long, short) = (sorted(long), sorted(short));
            let from = from.min(long.len());
            let plain = (from..long.len()).find(|&i| long[i] >= value).unwrap_or(long.len());
            prop_assert_eq!(first_at_least(&long, from, value), plain);
            let (mut a, mut b) = (long, short);
            a.dedup();
            b.dedup();
            let plain = b.iter().filter(|x| a.contains(x)).count();
            prop_assert_eq!(intersection_size(&a, &b), plain);
            prop_assert_eq!(intersection_size(&b, &a), plain);
        }
    }

    #[test]
    fn chinese_windows_are_longer() {
        let mut out = Shingles::default();
        shingles(&tokenize("一二三四五六七八九十"), 5, &mut out);
        assert_eq!(out.ends, [8, 9, 10]);
        shingles(&tokenize("one two three four"), 5, &mut out);
        assert!(out.hashes.is_empty());
    }
}
