//! Owns: one text prepared for comparison. Never: looks at a second text.

use crate::align::different_words::{DifferentWords, MOST};
use crate::align::lexicon::Lexicon;
use crate::align::run::usize_range;
use crate::align::seed_table::SeedTable;
use crate::align::word_counts::WordCounts;
use crate::model::thresholds::AlignmentMethod;
use crate::span::Span;
use crate::text::paragraph;
use crate::text::shingle::{self, Shingles};
use crate::text::token::{TokenKind, Tokens, WORD, tokenize};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

/// The least number of tokens of the first paragraph of a story, and the most that are looked at.
const LEAD_TOKENS: Range<usize> = 10..60;

/// A text with its tokens and its paragraphs, and what follows from its words on demand: about 50
/// bytes a token.
///
/// It depends on the text and the shingle length alone, is `Send` and `Sync`, and can be serialised
/// (serde; what is made on demand is made again). So it can be kept, spilled or sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Prepared<'t> {
    pub text: Cow<'t, str>,
    /// The tokens of the text.
    pub tokens: Tokens,
    /// The paragraphs as token ranges.
    pub paragraphs: Vec<Range<u32>>,
    shingle: u32,
    /// Whether no script is cut per character, so that a token is a word.
    uniform: bool,
    tokens_per_word: f64,
    #[serde(skip)]
    seed_table: OnceLock<SeedTable>,
    #[serde(skip)]
    set: OnceLock<Vec<u64>>,
    #[serde(skip)]
    seeds: OnceLock<Vec<u64>>,
    #[serde(skip)]
    lexicon: OnceLock<Lexicon>,
    #[serde(skip)]
    word_counts: OnceLock<WordCounts>,
    #[serde(skip)]
    facts: OnceLock<DifferentWords>,
    #[serde(skip)]
    capital_words: OnceLock<DifferentWords>,
    #[serde(skip)]
    lead: OnceLock<Range<usize>>,
}

impl<'t> Prepared<'t> {
    /// Prepares a text with shingles of `shingle` words. Cost: tokenising.
    pub fn new(text: impl Into<Cow<'t, str>>, shingle: u32) -> Prepared<'t> {
        let text = text.into();
        let tokens = tokenize(&text);
        let paragraphs = paragraph::token_ranges(&text, &tokens);
        Prepared::of_tokens(text, tokens, paragraphs, shingle)
    }

    fn of_tokens(
        text: Cow<'t, str>,
        tokens: Tokens,
        paragraphs: Vec<Range<u32>>,
        shingle: u32,
    ) -> Prepared<'t> {
        let uniform = TokenKind::are_words(&tokens.kinds);
        let mut prepared = Prepared {
            text,
            tokens,
            paragraphs,
            shingle,
            uniform,
            tokens_per_word: 1.0,
            seed_table: OnceLock::new(),
            set: OnceLock::new(),
            seeds: OnceLock::new(),
            lexicon: OnceLock::new(),
            word_counts: OnceLock::new(),
            facts: OnceLock::new(),
            capital_words: OnceLock::new(),
            lead: OnceLock::new(),
        };
        let length = prepared.tokens.len();
        let words = prepared.word_count(0..length as u32).max(1);
        prepared.tokens_per_word = (length as f64 / f64::from(words)).max(1.0);
        prepared
    }

    /// Some tokens of the text, which must not be empty, as a text of its own.
    pub fn part(&self, range: Range<u32>) -> Prepared<'_> {
        let (Range { start, end }, tokens) = (range.clone(), usize_range(range));
        let bytes = self.tokens.span(tokens.clone());
        let moved = |span: &Span| Span::new(span.start - bytes.start, span.end - bytes.start);
        let clipped =
            |p: &Range<u32>| p.start.max(start) - start..p.end.min(end).max(start) - start;
        let paragraphs = self.paragraphs.iter().filter(|p| p.start < end && p.end > start);
        let paragraphs = paragraphs.map(clipped).collect();
        let part = Tokens {
            hashes: self.tokens.hashes[tokens.clone()].to_vec(),
            spans: self.tokens.spans[tokens.clone()].iter().map(moved).collect(),
            kinds: self.tokens.kinds[tokens].to_vec(),
        };
        let text = Cow::Borrowed(&self.text[bytes.range()]);
        Prepared::of_tokens(text, part, paragraphs, self.shingle)
    }

    /// Makes what an alignment looks up, one table after the other, so that somebody can stop
    /// between them. Returns whether all were made.
    pub fn make_ready(&self, alignment: AlignmentMethod, stop: &dyn Fn() -> bool) -> bool {
        let tables: [&dyn Fn(); 3] = [&|| _ = self.seed_table(), &|| _ = self.count(0), &|| {
            _ = (alignment != AlignmentMethod::Runs).then(|| self.lexicon())
        }];
        tables.iter().all(|make| {
            make();
            !stop()
        })
    }

    /// The places of the seeds; the table is made on the first call.
    pub fn seed_table(&self) -> &SeedTable {
        self.seed_table.get_or_init(|| SeedTable::new(&self.tokens, self.shingle, self.uniform))
    }

    /// The number of words in a shingle.
    pub fn shingle(&self) -> u32 {
        self.shingle
    }

    /// The shingle set, sorted and without duplicates; it is made on the first call. Cost: a sort.
    pub fn set(&self) -> &[u64] {
        self.set.get_or_init(|| {
            let mut shingles = Shingles::default();
            shingle::shingles(&self.tokens, self.shingle, &mut shingles);
            shingle::set(&shingles)
        })
    }

    /// The number of different shingles.
    pub fn different_shingles(&self) -> usize {
        self.seed_table().different_shingles().unwrap_or_else(|| self.set().len())
    }

    /// All seeds, sorted: the upper half of the hash in the upper 32 bits, the first token in the
    /// lower 32. Two seeds with equal upper halves may still differ. The list is made on the first
    /// call. Cost: a sort.
    pub fn seeds(&self) -> &[u64] {
        self.seeds.get_or_init(|| {
            let hashes = self.seed_table().hashes().iter().zip(0u64..);
            let mut seeds: Vec<u64> =
                hashes.map(|(hash, at)| u64::from(*hash) << 32 | at).collect();
            seeds.sort_unstable();
            seeds
        })
    }

    /// The number of tokens in the seed that begins at token `at`.
    pub fn seed_length(&self, at: u32) -> u32 {
        self.seed_table().length(at)
    }

    /// The probability that two seeds of the text, drawn at random, are equal: about 1 / 40,000 in
    /// prose, and 1 / 64 in a text of four words.
    pub fn seed_collision(&self) -> f64 {
        self.seed_table().collision()
    }

    /// The number of times that a word occurs in the text. Cost: a lookup; the table is made on the
    /// first call.
    pub fn count(&self, hash: u64) -> u32 {
        let words = &self.tokens.hashes;
        self.word_counts.get_or_init(|| WordCounts::new(words)).get(words, hash)
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

    /// The different numbers and names; they are collected on the first call.
    pub fn facts(&self) -> &DifferentWords {
        let collect = || DifferentWords::new(&self.text, &self.tokens, |i| self.is_fact(i));
        self.facts.get_or_init(collect)
    }

    /// The different words that begin with a capital letter; they are collected on the first call.
    pub fn capital_words(&self) -> &DifferentWords {
        let is_capital = |i: usize| self.tokens.kinds[i].is_capital();
        self.capital_words.get_or_init(|| DifferentWords::new(&self.text, &self.tokens, is_capital))
    }

    /// The tokens of the first paragraph of a story, cut to the most of these lengths: a paragraph
    /// of fewer tokens than the least is a byline. It is looked for on the first call.
    pub fn lead(&self) -> Range<usize> {
        let find = || {
            let long = self.paragraphs.iter().find(|p| p.len() >= LEAD_TOKENS.start);
            let Some(first) = long else { return 0..0 };
            let start = first.start as usize;
            start..(first.end as usize).min(start + LEAD_TOKENS.end)
        };
        self.lead.get_or_init(find).clone()
    }

    /// Whether the text has more words that begin with a capital letter than are collected.
    pub fn has_more_names(&self) -> bool {
        self.tokens.len() > MOST && self.capital_words().has_more()
    }

    /// A token as the text spells it.
    pub fn word(&self, i: usize) -> &str {
        &self.text[self.tokens.spans[i].range()]
    }

    /// The length of a token range in words: fewer than tokens where a script is cut per character.
    pub fn word_count(&self, range: Range<u32>) -> u32 {
        if self.uniform {
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
                (&again.tokens, again.set(), again.seeds()),
                (&owned.tokens, owned.set(), owned.seeds())
            );
            assert_eq!(again.lexicon(), owned.lexicon());
        }
    }
}
