//! Reports for a person who reads them on a terminal. Never: decides what was found.

pub mod check;
pub mod cleaning;
pub mod explain;
pub mod index_query;
pub mod options;
pub mod page;
pub mod passages;
pub mod pieces;
pub mod report;
pub mod sections;
pub mod words;
pub mod wrap;
