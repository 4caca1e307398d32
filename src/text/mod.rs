//! One text to spans and tokens. Pure and total: no I/O, no threads, no `Result`.

pub mod carry;
pub mod cutting;
pub mod document;
pub mod lines;
pub mod normalise;
pub mod paragraph;
pub mod sentence;
pub mod token;
