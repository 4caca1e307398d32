//! The findings as JSON, schema `nearcopy.report/1`: each part once, with its writer and its
//! reader. Never: a whole report.

pub mod document;
pub mod numbers;
pub mod pair;
pub mod repeat;
pub mod rounding;
pub mod span;
pub mod summary;
