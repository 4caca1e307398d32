//! Owns: the limits of a page and of a fragment. Never: what they show.

/// Limits of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HtmlOptions<'a> {
    /// The heading; `None` for one with the number of scanned documents.
    pub title: Option<&'a str>,
    /// Maximum number of pairs, the most important first: those that share the most text, templates
    /// last.
    pub most_pairs: usize,
    /// Bytes of text in all. Long texts are cut around their passages so that as many pairs as
    /// possible have room.
    pub most_text: usize,
}

impl_with!(HtmlOptions<'a>);

impl Default for HtmlOptions<'_> {
    /// 10,000 pairs and 16 MiB of text: a page of less than 30 MB that opens in a second or two.
    fn default() -> Self {
        HtmlOptions { title: None, most_pairs: 10_000, most_text: 16 << 20 }
    }
}

/// Limits of the fragment for notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HtmlSummaryOptions {
    /// Maximum number of clusters, the largest first.
    pub clusters: usize,
    /// Maximum number of pairs, the most important first.
    pub pairs: usize,
}

impl_with!(HtmlSummaryOptions);

impl Default for HtmlSummaryOptions {
    /// Five of each.
    fn default() -> Self {
        HtmlSummaryOptions { clusters: 5, pairs: 5 }
    }
}
