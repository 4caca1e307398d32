//! An alignment under a background to a relation, relations to clusters. Pure: no storage, no
//! threads, and it does not know who asked.

pub mod background;
pub mod cluster;
pub mod compare;
pub mod explain;
pub mod facts;
pub mod informativeness;
pub mod masked;
pub mod relation;
pub mod repeat;
