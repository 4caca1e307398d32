//! Owns: what web pages are read as. Never: reads one.

use serde::{Deserialize, Serialize};

/// What web pages are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageKind {
    /// What the structure and the metadata of each page say.
    #[default]
    Auto,
    /// One article: comments and lists of other texts are left out.
    Article,
    /// A thread: the posts in their order, without authors and dates.
    Thread,
    /// All text that is neither a menu nor a banner.
    All,
}

impl PageKind {
    /// All kinds.
    pub const ALL: [PageKind; 4] =
        [PageKind::Auto, PageKind::Article, PageKind::Thread, PageKind::All];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            PageKind::Auto => "auto",
            PageKind::Article => "article",
            PageKind::Thread => "thread",
            PageKind::All => "all",
        }
    }
}

impl_display!(PageKind);

/// Parses the name of a kind.
impl std::str::FromStr for PageKind {
    type Err = String;
    fn from_str(s: &str) -> Result<PageKind, String> {
        let known = PageKind::ALL.into_iter().find(|kind| kind.name() == s);
        known.ok_or_else(|| format!("{s:?} is no kind of page: auto, article, thread or all"))
    }
}
