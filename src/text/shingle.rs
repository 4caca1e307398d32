//! Owns: shingles, which are k consecutive words, and the set of them. Never: decides which
//! shingles become keys.

use crate::hash;
use crate::text::token::{TokenKind, Tokens, WORD};

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
pub fn shingles(tokens: &Tokens, words: u32, out: &mut Shingles) {
    out.hashes.clear();
    out.ends.clear();
    if tokens.kinds.iter().all(|k| k.length() == WORD) {
        // All tokens weigh the same, so plain windows do, in a shape that the compiler unrolls.
        let k = words as usize;
        out.hashes.extend(tokens.hashes.windows(k).map(|w| hash::sequence(w.iter().copied())));
        out.ends.extend((0..out.hashes.len()).map(|i| (i + k) as u32));
    } else {
        weighted(&tokens.hashes, &tokens.kinds, words, out);
    }
}

/// The definition of a shingle for any mixture of scripts.
fn weighted(hashes: &[u64], kinds: &[TokenKind], words: u32, out: &mut Shingles) {
    let (mut end, mut weight) = (0, 0);
    for start in 0..hashes.len() {
        while weight < words * WORD {
            let Some(kind) = kinds.get(end) else { return };
            weight += kind.length();
            end += 1;
        }
        out.hashes.push(hash::sequence(hashes[start..end].iter().copied()));
        out.ends.push(end as u32);
        weight -= kinds[start].length();
    }
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
            weighted(&tokens.hashes, &tokens.kinds, k, &mut plain);
            prop_assert_eq!(fast.hashes, plain.hashes);
            prop_assert_eq!(fast.ends, plain.ends);
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
