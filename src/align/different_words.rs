//! Owns: the different words of one text that are names or figures, and which of them may be like
//! another word. Never: decides which words are alike.

use crate::align::edit_distance::Letters;
use crate::hash::{self, Hashes};
use crate::text::token::Tokens;

/// The number of words that are collected. Among more, some resemble any name by chance.
pub const MOST: usize = 1024;

/// The first different words of a text of some sort, each spelling by its first token: twelve bytes
/// a word.
#[derive(Debug, Clone, Default)]
pub struct DifferentWords {
    tokens: Vec<u32>,
    letters: Vec<Letters>,
    has_more: bool,
}

impl DifferentWords {
    /// Collects the words of a text whose tokens `is_wanted` accepts, as many as are compared with
    /// others. Cost: a look at each token.
    pub fn new(text: &str, tokens: &Tokens, is_wanted: impl Fn(usize) -> bool) -> DifferentWords {
        let (mut seen, mut words) = (Hashes::default(), DifferentWords::default());
        for (token, span) in tokens.spans.iter().enumerate() {
            let word = &text[span.range()];
            if is_wanted(token) && seen.insert(hash::bytes(word.as_bytes())) {
                if words.tokens.len() == MOST {
                    words.has_more = true;
                    break;
                }
                words.tokens.push(token as u32);
                words.letters.push(Letters::of_word(word));
            }
        }
        words
    }

    /// The number of words.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether the text has more such words than are collected.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// The first tokens of the words that are not [unlike](Letters::are_unlike) these letters.
    /// Cost: a few instructions for each word.
    pub fn near<const PART: usize>(&self, letters: Letters) -> Vec<u32> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the instruction, which is all that the function requires;
            // its body is the plain function.
            return unsafe { self.near_popcnt::<PART>(letters) };
        }
        self.near_plain::<PART>(letters)
    }

    /// The plain function, compiled a second time for an instruction that counts bits.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn near_popcnt<const PART: usize>(&self, letters: Letters) -> Vec<u32> {
        self.near_plain::<PART>(letters)
    }

    #[inline(always)]
    fn near_plain<const PART: usize>(&self, letters: Letters) -> Vec<u32> {
        let mut out = Vec::new();
        // A loop of its own, so that it is compiled for the instruction.
        for (token, own) in self.tokens.iter().zip(&self.letters) {
            if !letters.are_unlike::<PART>(*own) {
                out.push(*token);
            }
        }
        out
    }
}
