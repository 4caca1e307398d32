//! Data that all modules share: documents, the settings of a scan, its findings. There is no logic
//! here beyond constructors and checks.

pub mod comparison;
pub mod detection;
pub mod document;
pub mod findings;
pub mod keep;
pub mod options;
pub mod page_read;
pub mod pair_list;
pub mod relation;
pub mod run_stage;
pub mod score;
pub mod thresholds;
