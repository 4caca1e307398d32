//! Owns: which files of a directory the caller wants, by patterns. Never: walks one.

use crate::ingest::input::InputOptions;
use crate::ingest::path_pattern::PathPattern;

/// The patterns of files that are read and of those that are left out. A pattern fits a file by its
/// own name or path, or by that of a directory that it is in; a path is the reported one, or the
/// one below the directory that is walked.
#[derive(Debug, Clone, Default)]
pub(super) struct WalkFilter {
    include: Vec<PathPattern>,
    exclude: Vec<PathPattern>,
}

impl WalkFilter {
    /// The error names the pattern that is wrong.
    pub(super) fn new(options: &InputOptions) -> Result<WalkFilter, String> {
        let all = |list: &[String]| {
            list.iter().map(|p| PathPattern::new(p)).collect::<Result<Vec<_>, _>>()
        };
        Ok(WalkFilter { include: all(&options.include)?, exclude: all(&options.exclude)? })
    }

    /// Whether a file or directory and all that it holds are left out.
    pub(super) fn leaves_out(&self, shown: &str, below: &str) -> bool {
        self.exclude.iter().any(|p| p.fits(shown) || p.fits(below))
    }

    /// Whether a file is left out, or a directory that it is in.
    pub(super) fn leaves_out_any(&self, shown: &str, below: &str) -> bool {
        let root = shown.len() - below.len().min(shown.len());
        let ends = below.match_indices('/').map(|(at, _)| at).chain([below.len()]);
        ends.into_iter().any(|end| {
            let shown = shown.get(..root + end).unwrap_or(shown);
            self.leaves_out(shown, &below[..end])
        })
    }

    /// Whether a file is read, as far as the patterns of those that are read say.
    pub(super) fn admits(&self, shown: &str, below: &str) -> bool {
        self.include.is_empty() || self.names(shown, below)
    }

    /// Whether a pattern of those that are read fits a file.
    pub(super) fn names(&self, shown: &str, below: &str) -> bool {
        let in_any = |pattern: &PathPattern, path: &str| {
            let above = path.match_indices('/').map(|(at, _)| &path[..at]);
            above.chain([path]).any(|path| !path.is_empty() && pattern.fits(path))
        };
        self.include.iter().any(|p| in_any(p, below) || p.fits(shown))
    }
}

/// Whether a pattern of paths is right; the error says what is wrong in it.
///
/// ```
/// use nearcopy::ingest::check_pattern;
/// assert!(check_pattern("drafts/**").is_ok() && check_pattern("[a").is_err());
/// ```
pub fn check_pattern(pattern: &str) -> Result<(), String> {
    PathPattern::new(pattern).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_files_and_the_directories_above() {
        let list = |patterns: &[&str]| patterns.iter().map(|p| p.to_string()).collect();
        let filter = WalkFilter::new(&InputOptions::default().with(|o| {
            o.include = list(&["*.md", "news", "a/b/**"]);
            o.exclude = list(&["drafts", "site/old", "*.tmp.md"]);
        }))
        .unwrap();
        for (below, read) in [
            ("x.md", true),
            ("c/x.md", true),
            ("c/x.txt", false),
            ("c/news/x.txt", true),
            ("a/b/c/x.txt", true),
            ("news.txt", false),
        ] {
            assert_eq!(filter.admits(&format!("site/{below}"), below), read, "{below}");
        }
        for (below, out) in [("drafts", true), ("c/drafts", true), ("old", true), ("c/old", false)]
        {
            assert_eq!(filter.leaves_out(&format!("site/{below}"), below), out, "{below}");
        }
        assert!(filter.leaves_out("site/c/x.tmp.md", "c/x.tmp.md"));
        assert!(WalkFilter::default().admits("x", "x"));
    }
}
