//! Findings as reports for programs and for readers. Writes to `impl Write`; never to a stream of
//! its own.
//!
//! ```text
//! Findings -schema-> json -read back-> Findings
//!                  \-> parquet
//!          -human, html, formats-> words, a page, other programs' formats
//! ```

mod annotations;
mod class_passages;
mod evidence;
mod finding_evidence;
#[cfg(feature = "reports")]
mod formats;
mod generations;
#[cfg(feature = "html")]
mod html;
mod human;
mod index_query;
mod input;
mod json;
mod moved_spans;
#[cfg(feature = "parquet")]
mod parquet;
mod parts;
mod removal_counts;
mod schema;
mod texts;

pub use crate::model::findings::Findings;
pub use annotations::{Annotated, Annotations};
pub use evidence::earlier;
#[cfg(feature = "reports")]
pub use formats::{
    GithubOptions, MarkdownOptions, SarifOptions, csv, github, junit, markdown, openmetrics, sarif,
    step_summary,
};
#[cfg(feature = "html")]
pub use html::{HtmlOptions, HtmlSummaryOptions, html, html_summary};
pub use human::check::check_human;
pub use human::cleaning::cleaned;
#[doc(hidden)]
pub use human::display::{count as counted, number as grouped};
pub use human::explain::explain;
pub use human::options::HumanOptions;
pub use human::report::human;
pub use index_query::{OwnVersion, Partner, QueryReport};
pub use input::{CleaningReport, Explained, GateReport, IndexUse, Traced, WrittenFile};
pub use json::check::{check_json, check_jsonl};
pub use json::cleaning::cleaned_json;
pub use json::explain::explain_json;
pub use json::reader::StoredReport;
pub use json::removed_records::{RemovedLines, StoredRecord};
pub use json::report::{json, json_timed, jsonl, jsonl_timed};
pub use json::writer::json_line;
#[cfg(feature = "parquet")]
pub use parquet::report::{parquet, parquet_timed};
#[cfg(feature = "parquet")]
pub use parquet::schemas::PARQUET_TABLES;
pub use schema::document::cluster_id;
