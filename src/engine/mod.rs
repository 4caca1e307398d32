//! All documents: the only floor with threads and storage. It never prints and never knows a file format.

pub mod batch;
pub mod corpus;
pub mod options;
pub mod preset;
