//! One document to keys. Pure: no paths, no iteration order of a hash map.

pub mod recipe;
