//! Owns: what is known of the words of a text while they are found, and the hashes of plain ones.
//! Never: looks for words.

use crate::hash;
use crate::span::Span;
use crate::text::byte_masks::BLOCK;
use crate::text::token_kind::TokenKind;

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// Its first byte.
    pub start: usize,
    /// The byte behind its last one.
    pub end: usize,
    /// What is known of it.
    pub form: Form,
}

/// What takes the words of a text, in order.
pub trait Words {
    /// Takes words that follow each other. Most words are plain, so this is to be inlined.
    fn plain(&mut self, words: &mut PlainWords);
    /// Takes any other word.
    fn other(&mut self, word: Word);
}

/// The most words that end in a block.
const MOST: usize = BLOCK / 2 + 1;

/// Words that follow each other and end in one block: each is ASCII, has no `_` at either end, and
/// no other half can follow it behind a hyphen.
#[derive(Debug)]
pub struct PlainWords {
    spans: [Span; MOST],
    kinds: [TokenKind; MOST],
    count: usize,
    /// Whether the bytes between the word before them and the first of them were not looked at, so
    /// that its kind does not say whether it begins a sentence.
    pub gap_unknown: bool,
    /// The first byte of the block.
    base: usize,
    /// The block before it, the block, and eight bytes more, in lower case.
    lower: [u8; 2 * BLOCK + 8],
}

impl PlainWords {
    pub fn new() -> PlainWords {
        PlainWords {
            spans: [Span::new(0, 0); MOST],
            kinds: [TokenKind::default(); MOST],
            count: 0,
            gap_unknown: true,
            base: 0,
            lower: [0; 2 * BLOCK + 8],
        }
    }

    /// Begins with the words of the next block.
    #[inline(always)]
    pub fn begin(&mut self, base: usize, block: &[u8; BLOCK]) {
        self.base = base;
        self.lower.copy_within(BLOCK..2 * BLOCK, 0);
        self.lower[BLOCK..2 * BLOCK].copy_from_slice(&block.map(|b| b.to_ascii_lowercase()));
    }

    /// Adds a word.
    #[inline(always)]
    pub fn push(&mut self, start: usize, end: usize, kind: u8) {
        if let Some(span) = self.spans.get_mut(self.count) {
            *span = Span::new(start as u32, end as u32);
            self.kinds[self.count] = TokenKind(kind);
            self.count += 1;
        }
    }

    /// Forgets the words.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.count = 0;
    }

    #[inline(always)]
    pub fn spans(&self) -> &[Span] {
        &self.spans[..self.count]
    }

    #[inline(always)]
    pub fn kinds(&self) -> &[TokenKind] {
        &self.kinds[..self.count]
    }

    /// Sets the kind of the first word.
    pub fn set_first_kind(&mut self, kind: TokenKind) {
        self.kinds[0] = kind;
    }

    /// Takes the first word out.
    pub fn take_first(&mut self) -> Option<Span> {
        let first = *self.spans().first()?;
        self.spans.copy_within(1.., 0);
        self.kinds.copy_within(1.., 0);
        self.count -= 1;
        self.gap_unknown = false;
        Some(first)
    }

    /// The hash of each word, which is that of its bytes in lower case; `long` is asked for the
    /// words of more than 16 bytes.
    #[inline(always)]
    pub fn each_hash(&self, long: impl Fn(Span) -> u64, mut take: impl FnMut(u64)) {
        for &span in self.spans() {
            let at = (span.start as usize + BLOCK).wrapping_sub(self.base);
            let length = (span.end - span.start) as usize;
            take(if length <= 8 {
                // The bytes behind the word are shifted out.
                hash::up_to_eight(self.eight(at) & (!0 >> (64 - 8 * length)), length)
            } else if length <= 16 {
                hash::nine_to_sixteen(self.eight(at), self.eight(at + length - 8), length)
            } else {
                long(span)
            });
        }
    }

    /// The hashes of the words.
    #[inline(always)]
    pub fn hashes(&self, long: impl Fn(Span) -> u64, into: &mut Vec<u64>) {
        let mut hashes = [0; MOST];
        let mut n = 0;
        self.each_hash(long, |hash| {
            hashes[n] = hash;
            n += 1;
        });
        into.extend_from_slice(&hashes[..n]);
    }

    /// Eight bytes from a place on, the first in the lowest position.
    #[inline(always)]
    fn eight(&self, at: usize) -> u64 {
        let at = at & (2 * BLOCK - 1);
        u64::from_le_bytes(self.lower[at..at + 8].try_into().unwrap_or([0; 8]))
    }
}

/// What is known of a word that is not plain from the way in which it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It consists of letters and digits that [`super::letters`] lists and of marks between
    /// them, and no other half can follow it.
    Simple,
    /// It consists of Han, hiragana or katakana characters, each of which is a token.
    Ideographs,
    /// Nothing.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hashes_of_plain_words_are_the_definition(
            bytes in prop::collection::vec(32u8..127, 2 * BLOCK), length in 1usize..70,
            end in 0usize..BLOCK,
        ) {
            // The word ends in the second block, and may begin in the first.
            let (start, end) = ((BLOCK + end).saturating_sub(length), BLOCK + end);
            let mut words = PlainWords::new();
            let (first, second) = bytes.split_at(BLOCK);
            words.begin(0, first.first_chunk().unwrap());
            words.begin(BLOCK, second.first_chunk().unwrap());
            words.push(start, end, 0);
            let plain = |span: Span| hash::bytes(&bytes[span.range()].to_ascii_lowercase());
            let mut hashes = Vec::new();
            words.hashes(plain, &mut hashes);
            prop_assert_eq!(hashes, [plain(Span::new(start as u32, end as u32))]);
        }
    }

    #[test]
    fn the_first_word_is_taken_out() {
        let mut words = PlainWords::new();
        (0..MOST).for_each(|n| words.push(2 * n, 2 * n + 1, 0));
        assert_eq!(words.take_first(), Some(Span::new(0, 1)));
        assert_eq!(words.spans().len(), MOST - 1);
        assert_eq!(words.take_first(), Some(Span::new(2, 3)));
        words.clear();
        assert_eq!(words.take_first(), None);
    }
}
