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
    if reached.kinds.iter().all(|kind| kind.length() == WORD) {
        // All tokens weigh the same, so plain windows do, in a shape that the compiler unrolls.
        out.hashes.extend(reached.hashes.windows(k).map(|w| hash::sequence(w.iter().copied())));
        out.ends.extend((0..out.hashes.len()).map(|i| (starts.start + i + k) as u32));
    } else {
        weighted(tokens, words, starts, out);
    }
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
    let mut set = shingles.hashes.clone();
    set.sort_unstable();
    set.dedup();
    set
}

/// The number of members that two sorted sets share.
pub fn intersection_size(a: &[u64], b: &[u64]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (x, y) = (a[i], b[j]);
        count += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    count
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
