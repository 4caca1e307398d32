//! One document to keys. Pure: no paths, no iteration order of a hash map.

pub mod anchor;
pub mod band;
pub mod fingerprint;
pub mod recipe;
pub mod signature;
