//! Owns: one text prepared for comparison. Never: looks at a second text.

use crate::align::word_forms::Lexicon;
use crate::text::paragraph;
use crate::text::shingle::{self, Shingles, first_at_least};
use crate::text::token::{Tokens, WORD, tokenize};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

/// The number of words in a seed.
pub const SEED: u32 = 3;
/// The number of tokens up to which a linear scan costs no more than keeping a list.
const SHORT: usize = 2000;

/// A text with its tokens, its shingle set and its seeds: about 60 bytes a token.
///
/// It depends on the text and the shingle length alone, is `Send` and `Sync`, and can be serialised
/// (serde; the lexicon is made again on demand). So it can be kept, spilled or sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared<'t> {
    pub text: Cow<'t, str>,
    /// The tokens of the text.
    pub tokens: Tokens,
    /// The shingle set, sorted and without duplicates.
    pub set: Vec<u64>,
    /// All seeds, sorted: the upper half of the hash in the upper 32 bits, the first token in the
    /// lower 32. Two seeds with equal upper halves may still differ.
    pub seeds: Vec<u64>,
    /// The paragraphs as token ranges.
    pub paragraphs: Vec<Range<u32>>,
    /// The length of every seed in tokens, or `None` where scripts mix.
    uniform: Option<u32>,
    ends: Vec<u32>,
    tokens_per_word: f64,
    /// The probability that two seeds of the text, drawn at random, are equal.
    seed_collision: f64,
    #[serde(skip)]
    lexicon: OnceLock<Lexicon>,
    #[serde(skip)]
    sorted_hashes: OnceLock<Vec<u64>>,
    #[serde(skip)]
    facts: OnceLock<Vec<u32>>,
}

impl<'t> Prepared<'t> {
    /// Prepares a text with shingles of `shingle` words. Cost: tokenising and two sorts.
    pub fn new(text: impl Into<Cow<'t, str>>, shingle: u32) -> Prepared<'t> {
        let text = text.into();
        let tokens = tokenize(&text);
        let mut shingles = Shingles::default();
        shingle::shingles(&tokens, shingle, &mut shingles);
        let set = shingle::set(&shingles);
        shingle::shingles(&tokens, SEED, &mut shingles);
        let mut seeds: Vec<u64> =
            shingles.hashes.iter().zip(0..).map(|(hash, at)| (hash >> 32 << 32) | at).collect();
        seeds.sort_unstable();
        let uniform = tokens.kinds.iter().all(|k| k.length() == WORD).then_some(SEED);
        let ends = if uniform.is_some() { Vec::new() } else { shingles.ends };
        let paragraphs = paragraph::token_ranges(&text, &tokens);
        let mut prepared = Prepared {
            text,
            tokens,
            set,
            seeds,
            paragraphs,
            uniform,
            ends,
            tokens_per_word: 1.0,
            seed_collision: 0.0,
            lexicon: OnceLock::new(),
            sorted_hashes: OnceLock::new(),
            facts: OnceLock::new(),
        };
        let length = prepared.tokens.len();
        let words = prepared.word_count(0..length as u32).max(1);
        prepared.tokens_per_word = (length as f64 / f64::from(words)).max(1.0);
        prepared.seed_collision = collision(&prepared.seeds);
        prepared
    }

    /// The number of tokens in the seed that begins at token `at`.
    pub fn seed_length(&self, at: u32) -> u32 {
        self.uniform.unwrap_or_else(|| self.ends[at as usize] - at)
    }

    /// The probability that two seeds of the text, drawn at random, are equal: about 1 / 40,000 in
    /// prose, and 1 / 64 in a text of four words.
    pub fn seed_collision(&self) -> f64 {
        self.seed_collision
    }

    /// The number of times that a word occurs in the text. Cost: a scan of all tokens of a short
    /// text; in a long one, a search in a sorted list.
    pub fn count(&self, hash: u64) -> u32 {
        if self.tokens.len() <= SHORT {
            return self.tokens.hashes.iter().filter(|h| **h == hash).count() as u32;
        }
        let hashes = self.sorted_hashes.get_or_init(|| {
            let mut hashes = self.tokens.hashes.clone();
            hashes.sort_unstable();
            hashes
        });
        let first = first_at_least(hashes, 0, hash);
        hashes[first..].partition_point(|h| *h == hash) as u32
    }

    /// The different words of the text; the lexicon is made on the first call.
    pub fn lexicon(&self) -> &Lexicon {
        self.lexicon.get_or_init(|| Lexicon::new(&self.text, &self.tokens))
    }

    /// Whether a token is a number or a name.
    pub fn is_fact(&self, i: usize) -> bool {
        let kind = self.tokens.kinds[i];
        kind.is_number() || (kind.is_capital() && !kind.opens())
    }

    /// The numbers and names, each spelling by its first token; the list is made on the first call.
    pub fn facts(&self) -> &[u32] {
        self.facts.get_or_init(|| {
            let mut seen = HashSet::new();
            let facts = (0..self.tokens.len()).filter(|&i| self.is_fact(i));
            facts.filter(|&i| seen.insert(self.word(i))).map(|i| i as u32).collect()
        })
    }

    /// A token as the text spells it.
    pub fn word(&self, i: usize) -> &str {
        &self.text[self.tokens.spans[i].range()]
    }

    /// The length of a token range in words: fewer than tokens where a script is cut per character.
    pub fn word_count(&self, range: Range<u32>) -> u32 {
        if self.uniform.is_some() {
            return range.len() as u32;
        }
        let kinds = &self.tokens.kinds[range.start as usize..range.end as usize];
        (kinds.iter().map(|k| u64::from(k.length())).sum::<u64>() / u64::from(WORD)) as u32
    }

    /// The number of tokens in a word of this text, at least one.
    pub fn tokens_per_word(&self) -> f64 {
        self.tokens_per_word
    }
}

/// The share of the pairs of different places of a sorted list that hold equal seeds.
fn collision(seeds: &[u64]) -> f64 {
    let of_one = seeds.chunk_by(|x, y| x >> 32 == y >> 32).map(|same| same.len() as u64);
    let equal: u64 = of_one.map(|n| n * (n - 1)).sum();
    let all = seeds.len() as u64;
    equal as f64 / (all * all.saturating_sub(1)).max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prepared_text_can_be_sent_and_read_again() {
        fn sendable<T: Send + Sync + 'static>(value: T) -> T {
            value
        }
        for text in [
            "The harbour bridge will close.\n\nIt opens in spring.",
            "一二三四五 and so on",
            "***",
            "",
        ] {
            let owned = sendable(Prepared::new(text.to_owned(), 5));
            owned.lexicon();
            let written = serde_json::to_string(&owned).unwrap();
            let again: Prepared = serde_json::from_str(&written).unwrap();
            assert_eq!(serde_json::to_string(&again).unwrap(), written);
            assert_eq!(
                (&again.tokens, &again.set, &again.seeds),
                (&owned.tokens, &owned.set, &owned.seeds)
            );
            assert_eq!(again.lexicon(), owned.lexicon());
        }
    }
}
