//! Everything that works on all documents, with threads. It never prints and never knows a file
//! format.

pub mod background;
pub mod background_source;
pub mod batch;
pub mod builder;
pub mod candidacy;
pub mod candidates;
pub mod class_reader;
pub mod cluster;
pub mod compare;
pub mod copies;
pub mod corpus;
pub mod key_columns;
pub mod limits;
pub mod listed;
pub mod members;
pub mod notes;
pub mod pair_order;
pub mod pairs;
pub mod preset;
pub mod repeats;
pub mod scratch;
pub mod search;
pub mod series;
pub mod shared_windows;
pub mod sketch;
pub mod spillable_keys;
pub mod spillable_texts;
#[cfg(feature = "stages")]
pub mod stage_file;
pub mod titles;
