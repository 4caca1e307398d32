//! The report as tables: one Apache Parquet file for each kind of finding, with the content of the
//! JSON report. Never: the meaning of a finding.
//!
//! ```text
//! Findings -schema-> a row's JSON -rows-> columns -table-> row groups of a file
//! ```

mod columns;
pub mod report;
mod rows;
pub mod schemas;
mod table;
