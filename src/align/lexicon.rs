//! Owns: the different words of one text, and the character shingles of each. Never: looks at a
//! second text.

use crate::hash::{self, ByHash};
use crate::text::token::Tokens;

/// The least number of character shingles of a word that may be a damaged form of another.
pub const LEAST: usize = 4;

/// The different words of one text. Cost: a sort of the words; about 50 bytes for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Lexicon {
    /// The hashes of the words, sorted.
    pub words: Vec<u64>,
    /// For each token, the position of its word in `words`.
    pub of: Vec<u32>,
    /// The number of occurrences of each word in the text.
    pub counts: Vec<u32>,
    /// The different character shingles of all words, sorted.
    pub different: Vec<u64>,
    /// The character shingles of all words, one word after the other, as positions in `different`.
    shingles: Vec<u32>,
    /// The position in `shingles` where those of each word begin; short words and numbers have
    /// none.
    from: Vec<u32>,
}

impl Lexicon {
    /// Makes the lexicon of one text.
    pub fn new(text: &str, tokens: &Tokens) -> Lexicon {
        let mut order: Vec<(u64, u32)> = tokens.hashes.iter().copied().zip(0..).collect();
        order.sort_unstable();
        let (mut words, mut counts, mut from) = (Vec::new(), Vec::new(), vec![0]);
        let (mut of, mut all) = (vec![0; order.len()], Vec::new());
        for same in order.chunk_by(|x, y| x.0 == y.0) {
            same.iter().for_each(|(_, i)| of[*i as usize] = words.len() as u32);
            let (hash, first) = (same[0].0, same[0].1 as usize);
            words.push(hash);
            counts.push(same.len() as u32);
            if !tokens.kinds[first].is_number() {
                shingles(&text[tokens.spans[first].range()], &mut all);
            }
            from.push(all.len() as u32);
        }
        let (different, shingles) = numbered(&all);
        Lexicon { words, of, counts, different, shingles, from }
    }

    /// The character shingles of a word, as positions in the sorted list of all.
    pub fn shingles(&self, word: u32) -> &[u32] {
        let word = word as usize;
        &self.shingles[self.from[word] as usize..self.from[word + 1] as usize]
    }
}

/// The different values, sorted, and each value as its position among them.
fn numbered(values: &[u64]) -> (Vec<u64>, Vec<u32>) {
    let (mut found, mut different) = (ByHash::<u32>::default(), Vec::new());
    let first_seen = values.iter().map(|value| {
        *found.entry(hash::mix(*value)).or_insert_with(|| {
            different.push(*value);
            different.len() as u32 - 1
        })
    });
    let mut numbers: Vec<u32> = first_seen.collect();
    let mut order: Vec<u32> = (0..different.len() as u32).collect();
    order.sort_unstable_by_key(|&n| different[n as usize]);
    let mut positions = vec![0; order.len()];
    order.iter().zip(0..).for_each(|(&n, position)| positions[n as usize] = position);
    numbers.iter_mut().for_each(|n| *n = positions[*n as usize]);
    different.sort_unstable();
    (different, numbers)
}

/// Adds the first letter and each pair of letters of a longer word, sorted and without duplicates.
fn shingles(word: &str, out: &mut Vec<u64>) {
    let from = out.len();
    let mut before = 0u64;
    for c in word.chars().flat_map(char::to_lowercase) {
        out.push(before << 32 | u64::from(c));
        before = u64::from(c);
    }
    out[from..].sort_unstable();
    let mut kept = from;
    for i in from..out.len() {
        if i == from || out[i] != out[kept - 1] {
            out[kept] = out[i];
            kept += 1;
        }
    }
    out.truncate(if kept - from >= LEAST { kept } else { from });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;

    #[test]
    fn a_word_has_its_first_letter_and_its_pairs_of_letters() {
        let text = "Banana, the banana; 1234567 bananas";
        let lexicon = Lexicon::new(text, &tokenize(text));
        let of = |token: usize| {
            let ids = lexicon.shingles(lexicon.of[token]).iter();
            ids.map(|id| lexicon.different[*id as usize]).collect::<Vec<u64>>()
        };
        let pair = |x: char, y: char| u64::from(x) << 32 | u64::from(y);
        let plain = vec![u64::from('b'), pair('a', 'n'), pair('b', 'a'), pair('n', 'a')];
        assert_eq!((of(0), of(2)), (plain.clone(), plain));
        // A short word and a number have none.
        assert_eq!((of(1), of(3)), (vec![], vec![]));
        assert_eq!(of(4).len(), 5);
        assert_eq!(lexicon.counts[lexicon.of[0] as usize], 2);
    }
}
