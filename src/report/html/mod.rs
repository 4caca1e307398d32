//! The findings as one page for a browser, and as a fragment for notebooks. Owns: what such a page may hold. Never: measures likeness.
//!
//! ```text
//! Findings -chosen-> what is shown -shown-> texts, cut where they are long -data-> JSON inside the page -page-> one file
//!                                                                          -list-> the same without scripting
//! ```
//!
//! Outside text enters a page by two doors only: through `maud`, which escapes it, or through `data`, which writes JSON without any
//! character that HTML gives a meaning. The scripts put it on the screen as text, never as markup.

mod charts;
mod chosen;
mod cut;
mod data;
mod list;
mod page;
mod shown;
mod summary;

pub(super) use page::write as page;
pub(super) use summary::write as summary;

/// What a page holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtmlOptions<'a> {
    /// The heading; nothing: one that says how many documents were scanned.
    pub title: Option<&'a str>,
    /// How many pairs, the most important first: those that share the most text, templates last.
    pub most_pairs: usize,
    /// Bytes of text in all. Long texts are cut around their passages so that as many pairs as possible find room.
    pub most_text: usize,
}

impl Default for HtmlOptions<'_> {
    /// 10,000 pairs, 16 MiB of text: a page of less than 30 MB that opens in a second or two.
    fn default() -> Self {
        HtmlOptions { title: None, most_pairs: 10_000, most_text: 16 << 20 }
    }
}

/// What the fragment for notebooks holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtmlSummaryOptions {
    /// How many clusters, the largest first.
    pub clusters: usize,
    /// How many pairs, the most important first.
    pub pairs: usize,
}

impl Default for HtmlSummaryOptions {
    /// Five of each.
    fn default() -> Self {
        HtmlSummaryOptions { clusters: 5, pairs: 5 }
    }
}
