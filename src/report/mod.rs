//! Findings to data and words. Writes to `impl Write`; never to a stream of its own.

use crate::pair::detection::Detection;
use crate::text::document::Documents;
use std::io::{self, Write};

/// What a report is made from.
#[derive(Clone, Copy)]
pub struct Findings<'a> {
    /// What the scan found.
    pub detection: &'a Detection,
    /// The documents it was found in.
    pub documents: &'a dyn Documents,
    /// What was not read: reason and count.
    pub skipped: &'a [(String, u64)],
}

/// How the human report looks.
#[derive(Debug, Clone, Copy)]
pub struct HumanOptions {
    /// Colours and bold, as ANSI escapes.
    pub color: bool,
    /// Columns to fill.
    pub width: usize,
    /// Lists only: no passages.
    pub brief: bool,
}

/// Writes the report as one JSON object, schema `nearcopy.report/1`.
///
/// # Errors
/// What `out` answers; a text that can no longer be read is an error of kind `NotFound`.
pub fn json(_findings: Findings, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}

/// Writes the report as JSON Lines: summary, documents, clusters, equal, pairs, repeats.
pub fn jsonl(_findings: Findings, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}

/// Writes the report for a person.
pub fn human(_findings: Findings, _options: HumanOptions, _out: &mut dyn Write) -> io::Result<()> {
    Ok(())
}
