//! Reports for a person who reads them on a terminal. Never: decides what is a finding.

pub mod check;
pub mod cleaning;
pub mod display;
mod divided_texts;
pub mod explain;
pub mod explain_budget;
mod explain_sentence;
pub mod index_query;
pub mod match_parts;
pub mod options;
pub mod page;
mod repeats;
pub mod report;
pub mod sections;
pub mod side_by_side;
pub mod wrap;
