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

/// What is known of a word from the way in which it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It is ASCII, has no `_` at either end, and no other half can follow it behind a hyphen.
    Plain(Gap),
    /// It consists of letters and digits that [`super::letters`] lists and of marks between
    /// them, and no other half can follow it.
    Simple,
    /// It consists of Han, hiragana or katakana characters, each of which is a token.
    Ideographs,
    /// Anything else.
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
