//! One text or pair through every stage, with the numbers of each: what `scan` and `compare` do,
//! told instead of used. Never: decides anything by a way of its own.

pub mod document;
pub mod pair;
pub mod verdict;

#[cfg(test)]
mod tests;
