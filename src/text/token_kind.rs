//! Owns: what is known of a token besides its hash and its place. Never: looks at a text.

use serde::{Deserialize, Serialize};

/// The properties of a token besides its hash, as a set of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TokenKind(pub(super) u8);

impl TokenKind {
    pub(super) const HAN: u8 = 1;
    pub(super) const SOUTHEAST: u8 = 2;
    pub(super) const DIGIT: u8 = 4;
    pub(super) const CAPITAL: u8 = 8;
    pub(super) const OPENS: u8 = 16;

    /// The length of the token in 24ths of a word, so that a shingle spans about as much meaning in
    /// every script: a word 24, a Han or kana character 15 (1.6 to a word), a Thai, Lao, Khmer or
    /// Burmese cluster 8 (3 to a word).
    #[inline(always)]
    pub const fn length(self) -> u32 {
        match self.0 & 3 {
            0 => 24,
            TokenKind::HAN => 15,
            _ => 8,
        }
    }
    /// Whether each of these tokens has the length of a word.
    pub fn are_words(kinds: &[TokenKind]) -> bool {
        // No branch a token, so that many are looked at together.
        kinds.iter().fold(0, |bits, kind| bits | kind.0) & 3 == 0
    }
    /// Whether the token holds a digit.
    pub const fn is_number(self) -> bool {
        self.0 & TokenKind::DIGIT != 0
    }
    /// Whether the token begins with an upper-case letter.
    pub const fn is_capital(self) -> bool {
        self.0 & TokenKind::CAPITAL != 0
    }
    /// Whether the token is the first of its sentence or paragraph.
    pub const fn opens(self) -> bool {
        self.0 & TokenKind::OPENS != 0
    }
}

/// The length of one word; see [`TokenKind::length`].
pub const WORD: u32 = 24;
