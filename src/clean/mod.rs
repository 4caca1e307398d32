//! Findings to what goes: whole documents, and passages as far as they are whole sentences.

pub mod decide;
pub mod documents;
pub mod plan;
pub mod removal;
mod repeat_cuts;
