//! Reports for programs: JSON and JSON Lines, written and read back. Never: the meaning of a
//! finding.

pub mod check;
pub mod cleaning;
pub mod explain;
pub mod index_query;
pub mod reader;
pub mod removed_records;
pub mod report;
pub mod writer;
