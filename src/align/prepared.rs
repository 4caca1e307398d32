//! Owns: one text made ready for comparison. Never: a second text.

use crate::align::chain::SEED;
use crate::align::word_forms::Lexicon;
use crate::pair::background::Background;
use crate::sketch::recipe::Recipe;
use crate::text::paragraph;
use crate::text::shingle::{self, Shingles};
use crate::text::token::{Tokens, WORD, tokenize};
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

/// Up to so many tokens, looking at all is no dearer than keeping a list.
const SHORT: usize = 2000;

/// A text with its tokens, its shingle set and its seeds: about 60 bytes a token.
#[derive(Debug, Clone)]
pub struct Prepared<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    /// Its tokens.
    pub tokens: Tokens,
    /// Its shingles, sorted, each once.
    pub set: Vec<u64>,
    /// Every seed, sorted: half of its hash above, its first token below. Two that agree in half may still differ.
    pub seeds: Vec<u64>,
    /// Its paragraphs as token ranges.
    pub paragraphs: Vec<Range<u32>>,
    /// Which tokens are boilerplate; empty where none is.
    pub boilerplate: Vec<bool>,
    /// Where all seeds are this long; nothing where scripts mix.
    uniform: Option<u32>,
    ends: Vec<u32>,
    lexicon: OnceCell<Lexicon>,
}

impl<'t> Prepared<'t> {
    /// Cost: tokenising and two sorts.
    pub fn new(text: impl Into<Cow<'t, str>>, background: &Background, recipe: &Recipe) -> Prepared<'t> {
        let text = text.into();
        let tokens = tokenize(&text);
        let mut shingles = Shingles::default();
        shingle::shingles(&tokens, recipe.shingle, &mut shingles);
        let set = shingle::set(&shingles);
        shingle::shingles(&tokens, SEED, &mut shingles);
        let mut seeds: Vec<u64> = shingles.hashes.iter().zip(0..).map(|(hash, at)| (hash >> 32 << 32) | at).collect();
        seeds.sort_unstable();
        let uniform = tokens.kinds.iter().all(|k| k.weight() == WORD).then_some(SEED);
        let ends = if uniform.is_some() { Vec::new() } else { shingles.ends };
        let paragraphs = paragraph::token_ranges(&text, &tokens);
        let boilerplate = background.mask(&tokens, &paragraphs, recipe);
        Prepared { boilerplate, text, tokens, set, seeds, paragraphs, uniform, ends, lexicon: OnceCell::new() }
    }

    /// Tokens in the seed that begins at token `at`.
    pub fn seed_length(&self, at: u32) -> u32 {
        self.uniform.unwrap_or_else(|| self.ends[at as usize] - at)
    }

    /// How often a word stands here. Cost: a look at every token of a short text; in a long one, the lexicon.
    pub fn count(&self, hash: u64) -> u32 {
        if self.tokens.len() <= SHORT {
            return self.tokens.hashes.iter().filter(|h| **h == hash).count() as u32;
        }
        self.lexicon().count(hash)
    }

    /// Its different words, made when first asked for.
    pub fn lexicon(&self) -> &Lexicon {
        self.lexicon.get_or_init(|| Lexicon::new(self))
    }

    /// A token as the text has it.
    pub fn word(&self, i: usize) -> &str {
        &self.text[self.tokens.spans[i].range()]
    }

    /// Length of a token range in words: fewer than tokens where a script is cut per character.
    pub fn words(&self, range: Range<u32>) -> u32 {
        if self.uniform.is_some() {
            return range.len() as u32;
        }
        let kinds = &self.tokens.kinds[range.start as usize..range.end as usize];
        (kinds.iter().map(|k| u64::from(k.weight())).sum::<u64>() / u64::from(WORD)) as u32
    }

    /// How many tokens make a word here, at least one.
    pub fn tokens_per_word(&self) -> f64 {
        let words = self.words(0..self.tokens.len() as u32).max(1);
        (self.tokens.len() as f64 / f64::from(words)).max(1.0)
    }
}
