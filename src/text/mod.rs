//! One text to spans and tokens. Pure and total: no I/O, no threads, no `Result`.

pub mod document;
pub mod normalise;
pub mod paragraph;
pub mod token;
