//! The way from one text to spans and tokens. The functions are pure and total: no I/O, no threads,
//! no `Result`.

pub(crate) mod byte_masks;
pub(crate) mod first_words;
pub(crate) mod letters;
pub(crate) mod lines;
pub(crate) mod normalise;
pub(crate) mod paragraph;
pub(crate) mod same_text;
pub(crate) mod sentence;
pub(crate) mod sentence_removal;
pub(crate) mod shingle;
pub(crate) mod text_tokens;
pub(crate) mod token;
pub(crate) mod token_builder;
pub(crate) mod token_kind;
pub(crate) mod wide_words;
pub(crate) mod word;
pub(crate) mod words;

pub use first_words::first_words;
pub use lines::LineIndex;
pub use token::{TokenKind, Tokens, tokenize};
