//! The storage of an index: LMDB, and every call of it. Never: what a row means.

pub mod checked_buckets;
pub mod compaction_lock;
pub mod create;
pub mod environment;
pub mod errors;
pub mod lock_table;
pub mod meta_page;
pub mod page;
pub mod page_check;
pub mod runs;
pub mod tables;
