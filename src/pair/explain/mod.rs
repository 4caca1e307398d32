//! One text or pair through every stage, with the numbers of each: what `scan` and `compare` do, told instead of used. Never: decides
//! anything by a way of its own.

pub mod document;
pub mod pair;
pub mod verdict;

#[cfg(test)]
mod tests;

/// A key as text: 64 bits are more than a JSON reader may hold in a number.
fn hex(key: u64) -> String {
    format!("{key:016x}")
}
