//! The way from one text to spans and tokens. The functions are pure and total: no I/O, no threads,
//! no `Result`.

pub mod first_words;
pub mod lines;
pub mod normalise;
pub mod paragraph;
pub mod same_text;
pub mod sentence;
pub mod sentence_removal;
pub mod shingle;
pub mod token;
