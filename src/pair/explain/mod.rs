//! One text or pair at every stage, with the numbers of each stage: the work of `scan` and
//! `compare`, reported instead of used. Never: decides anything by rules of its own.

pub mod budget;
pub mod document;
pub mod pair;
pub mod verdict;

#[cfg(test)]
mod tests;
