//! Owns: what is known of a word of a text while it is found. Never: looks at a text.

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
    /// Takes a word that is ASCII, has no `_` at either end, and that no other half can follow
    /// behind a hyphen. Most words are plain, so this is to be inlined.
    fn plain(&mut self, start: usize, end: usize, gap: Gap);
    /// Takes any other word.
    fn other(&mut self, word: Word);
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

/// What stands between a word and the word before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The end of the word before it, or `usize::MAX` if the gap was not looked at.
    pub from: usize,
    /// Whether the gap holds one of the ASCII characters that end a sentence or open a quotation.
    pub opens: bool,
}
