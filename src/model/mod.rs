//! Data that every room speaks: documents, the settings of a scan, its findings. No logic beyond
//! constructors and checks.

pub mod detection;
pub mod document;
pub mod findings;
pub mod options;
pub mod relation;
pub mod thresholds;
