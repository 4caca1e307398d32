//! Owns: the different words of one text that begin with a capital letter. Never: decides which
//! words are alike.

use crate::align::edit_distance::Letters;
use crate::hash::{self, Hashes};
use crate::text::token::Tokens;

/// The different words of a text that begin with a capital letter, each spelling by its first
/// token: twelve bytes a word.
#[derive(Debug, Clone, Default)]
pub struct CapitalWords {
    tokens: Vec<u32>,
    letters: Vec<Letters>,
}

impl CapitalWords {
    /// Collects the words of a text. Cost: a look at each token.
    pub fn new(text: &str, tokens: &Tokens) -> CapitalWords {
        let (mut seen, mut words) = (Hashes::default(), CapitalWords::default());
        for (token, (kind, span)) in (0u32..).zip(tokens.kinds.iter().zip(&tokens.spans)) {
            let word = &text[span.range()];
            if kind.is_capital() && seen.insert(hash::bytes(word.as_bytes())) {
                words.tokens.push(token);
                words.letters.push(Letters::of_word(word));
            }
        }
        words
    }

    /// The first tokens of the words that are not [unlike](Letters::are_unlike) these letters.
    /// Cost: a few instructions for each word.
    pub fn near(&self, letters: Letters) -> Vec<u32> {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the instruction, which is all that the function requires;
            // its body is the plain function.
            return unsafe { self.near_popcnt(letters) };
        }
        self.near_plain(letters)
    }

    /// The plain function, compiled a second time for an instruction that counts bits.
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "popcnt")]
    fn near_popcnt(&self, letters: Letters) -> Vec<u32> {
        self.near_plain(letters)
    }

    #[inline(always)]
    fn near_plain(&self, letters: Letters) -> Vec<u32> {
        let mut out = Vec::new();
        // A loop of its own, so that it is compiled for the instruction.
        for (token, own) in self.tokens.iter().zip(&self.letters) {
            if !letters.are_unlike(*own) {
                out.push(*token);
            }
        }
        out
    }
}
