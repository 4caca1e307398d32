//! A gate's report for other programs, one file for each format. Never: decides which findings
//! count, or opens a file.

mod csv;
mod github;
mod junit;
mod located_findings;
mod markdown;
mod openmetrics;
mod sarif;
mod sarif_rules;

pub use csv::csv;
pub use github::{GithubOptions, github, step_summary};
pub use junit::junit;
pub use markdown::{MarkdownOptions, markdown};
pub use openmetrics::openmetrics;
pub use sarif::{SarifOptions, sarif};
