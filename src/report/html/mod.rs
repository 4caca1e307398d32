//! The findings as one page for a browser, and as a fragment for notebooks. Owns: the content of
//! such a page. Never: measures similarity.
//!
//! ```text
//! Findings -selection-> what is shown -documents, excerpt-> texts, cut where they are long
//!          -data-> JSON inside the page -page-> one file
//!          -list-> the same without scripting
//! ```
//!
//! Outside text enters a page in two ways only: through `maud`, which escapes it, or through
//! `data`, which writes JSON without any character that has a meaning in HTML. The scripts put it
//! on the screen as text, never as markup.

mod charts;
mod data;
mod documents;
mod excerpt;
mod list;
mod notebook;
mod options;
mod page;
mod selection;

pub use notebook::html_summary;
pub use options::{HtmlOptions, HtmlSummaryOptions};
pub use page::html;
