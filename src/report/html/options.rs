//! Owns: how much a page and a fragment hold. Never: what they show.

/// What a page holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HtmlOptions<'a> {
    /// The heading; nothing: one that says how many documents were scanned.
    pub title: Option<&'a str>,
    /// How many pairs, the most important first: those that share the most text, templates last.
    pub most_pairs: usize,
    /// Bytes of text in all. Long texts are cut around their passages so that as many pairs as
    /// possible find room.
    pub most_text: usize,
}

impl_with!(HtmlOptions<'a>);

impl Default for HtmlOptions<'_> {
    /// 10,000 pairs, 16 MiB of text: a page of less than 30 MB that opens in a second or two.
    fn default() -> Self {
        HtmlOptions { title: None, most_pairs: 10_000, most_text: 16 << 20 }
    }
}

/// What the fragment for notebooks holds at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct HtmlSummaryOptions {
    /// How many clusters, the largest first.
    pub clusters: usize,
    /// How many pairs, the most important first.
    pub pairs: usize,
}

impl_with!(HtmlSummaryOptions);

impl Default for HtmlSummaryOptions {
    /// Five of each.
    fn default() -> Self {
        HtmlSummaryOptions { clusters: 5, pairs: 5 }
    }
}
