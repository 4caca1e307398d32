//! Findings to what goes: which documents and which passages. Never: storage, printing, or removing anything.

pub mod documents;
pub mod repeats;
