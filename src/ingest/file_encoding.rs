//! Owns: the encoding that a caller sets for the texts of a file: one for all, or one for those
//! that fit a pattern. Never: decodes, or looks at bytes.

use crate::ingest::decode::known_encoding;
use crate::ingest::input::InputOptions;
use crate::ingest::path_pattern::PathPattern;
use encoding_rs::Encoding;

/// The encodings that the caller set.
#[derive(Debug, Default)]
pub(super) struct EncodingRules {
    /// That of all other files.
    all: Option<&'static Encoding>,
    rules: Vec<(PathPattern, &'static Encoding)>,
}

impl EncodingRules {
    /// The error names the value that is wrong.
    pub(super) fn new(options: &InputOptions) -> Result<EncodingRules, String> {
        let all = options.encoding.as_deref().map(encoding_of_label).transpose()?;
        let rule = |(pattern, label): &(String, String)| {
            Ok((PathPattern::new(pattern)?, encoding_of_label(label)?))
        };
        let rules = options.encodings.iter().map(rule).collect::<Result<_, String>>()?;
        Ok(EncodingRules { all, rules })
    }

    /// The encoding of a file; of several patterns that fit, the last one counts.
    pub(super) fn of(&self, path: &str) -> Option<&'static Encoding> {
        let fitting = self.rules.iter().rev().find(|(pattern, _)| pattern.fits(path));
        fitting.map(|(_, encoding)| *encoding).or(self.all)
    }
}

fn encoding_of_label(label: &str) -> Result<&'static Encoding, String> {
    Encoding::for_label(label.as_bytes()).filter(|_| known_encoding(label)).ok_or_else(|| {
        format!("there is no encoding {label:?}; give a WHATWG label such as utf-8 or windows-1252")
    })
}

/// Whether a pattern and a label are right; the error says which is not.
///
/// ```
/// use nearcopy::ingest::check_encoding;
/// assert!(check_encoding("old/*.csv", "windows-1251").is_ok());
/// assert!(check_encoding("*.csv", "martian").unwrap_err().contains("martian"));
/// ```
pub fn check_encoding(pattern: &str, label: &str) -> Result<(), String> {
    PathPattern::new(pattern)?;
    encoding_of_label(label).map(|_| ())
}
