//! All documents: the only floor with threads and storage. It never prints and never knows a file format.

pub mod arrange;
pub mod batch;
pub mod corpus;
pub mod draw;
pub mod gather;
#[cfg(feature = "index")]
pub mod index;
pub mod options;
pub mod preset;
pub mod removal;
pub mod repeats;
pub mod search;
pub mod verify;
