//! Owns: a pattern that a caller gives for some of the files: by name, or by path. Never: lists
//! files.

use globset::{GlobBuilder, GlobMatcher};

/// A pattern of names or of paths, as in .gitignore: `*` and `?` match no `/`, and `**` is any
/// number of directories. A pattern without `/` is one of names.
#[derive(Debug, Clone)]
pub(crate) struct PathPattern {
    matcher: GlobMatcher,
    of_names: bool,
}

impl PathPattern {
    /// The error says what is wrong in the pattern.
    pub(crate) fn new(pattern: &str) -> Result<PathPattern, String> {
        let plain = pattern.strip_prefix("./").unwrap_or(pattern);
        if plain.is_empty() {
            return Err("an empty pattern fits no file: give one such as '*.csv'".into());
        }
        let glob = GlobBuilder::new(plain).literal_separator(true).backslash_escape(true).build();
        let matcher = glob.map_err(|e| format!("{:?}: {}", e.glob().unwrap_or(plain), e.kind()))?;
        Ok(PathPattern { matcher: matcher.compile_matcher(), of_names: !plain.contains('/') })
    }

    /// Whether a file of this path fits; the path is as it is reported, with `/`.
    pub(crate) fn fits(&self, path: &str) -> bool {
        let name = || path.rsplit('/').next().unwrap_or(path);
        self.matcher.is_match(if self.of_names { name() } else { path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_of_names_or_of_paths() {
        let fits = |pattern: &str, path: &str| PathPattern::new(pattern).unwrap().fits(path);
        assert!(fits("*.csv", "a/b/x.csv") && fits("./x.csv", "x.csv"));
        assert!(fits("a/*.csv", "a/x.csv") && !fits("a/*.csv", "a/b/x.csv"));
        assert!(fits("a/**/*.csv", "a/b/c/x.csv") && fits("**/b/**", "a/b/c/x.csv"));
        assert!(!fits("*.csv", "a/x.csv.gz") && fits("{a,b}.csv", "b.csv"));
        for wrong in ["", "./", "[a", "{a"] {
            assert!(PathPattern::new(wrong).is_err(), "{wrong}");
        }
    }
}
