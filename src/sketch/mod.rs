//! The way from one document to its keys. The functions are pure: they use no paths and no
//! iteration order of a hash map.

pub mod anchor;
pub mod band;
pub mod fingerprint;
pub mod recipe;
pub mod seen_before;
pub mod signature;
