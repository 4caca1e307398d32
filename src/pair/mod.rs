//! Two documents to a relation, relations to clusters. Pure: no storage, no threads, and it does not know who asked.

pub mod align;
pub mod background;
pub mod blocks;
pub mod candidate;
pub mod cluster;
pub mod compare;
pub mod detection;
pub mod explain;
pub mod facts;
pub mod folding;
pub mod likeness;
pub mod loose;
pub mod prepared;
pub mod region;
pub mod removal;
pub mod repeat;
pub mod select;
pub mod telling;
pub mod thresholds;
