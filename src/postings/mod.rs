//! The way from keys to candidate pairs, wherever postings are kept. Never: reads a text.

#[cfg(feature = "index")]
pub mod bucket;
pub mod budget;
#[cfg(feature = "stages")]
pub mod checksum;
pub mod edge_set;
#[cfg(feature = "index")]
pub mod merge;
pub mod partitions;
pub mod policy;
pub mod posting;
pub mod run;
#[cfg(feature = "index")]
pub mod source;
#[cfg(feature = "index")]
pub mod votes;
