//! The storage of an index: LMDB, and every call of it. Never: what a row means.

pub mod create;
pub mod errors;
pub mod lock_table;
pub mod runs;
pub mod tables;
