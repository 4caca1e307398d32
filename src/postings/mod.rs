//! Keys to candidate pairs, wherever postings are kept. Never: a text.

pub mod policy;
