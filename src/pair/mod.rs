//! Two documents to a relation, relations to clusters. Pure: no storage, no threads, and it does not know who asked.

pub mod background;
pub mod detection;
pub mod thresholds;
