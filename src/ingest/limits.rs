//! Owns: how much one document may take, as a text and in its file. Never: reads one.

use crate::ingest::input::InputOptions;
use encoding_rs::Encoding;

/// The bytes of text in one document at most, where
/// [`max_document`](crate::ingest::InputOptions::max_document) does not say otherwise: 256 MiB.
pub const MAX_DOCUMENT: u64 = 256 << 20;

/// The greatest value of `max_document`: offsets in a text are 32 bits wide.
pub const LARGEST_DOCUMENT: u64 = u32::MAX as u64;

/// Bytes of a record that are allowed beside its text: its other fields, and the syntax.
const BESIDE: u64 = 64 << 10;

/// A page of a column of Parquet is read up to this size, however short a document may be.
#[cfg(feature = "parquet")]
pub(crate) const COLUMN_PAGE: u64 = 64 << 20;

/// The columns of a table at most.
#[cfg(feature = "csv")]
pub(crate) const COLUMNS: usize = 16_384;

/// The limit on one document in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DocumentLimit(u64);

impl DocumentLimit {
    pub(crate) fn of(options: &InputOptions) -> DocumentLimit {
        DocumentLimit(options.max_document.unwrap_or(MAX_DOCUMENT).clamp(1, LARGEST_DOCUMENT))
    }

    /// Whether a text of this length is a document.
    pub(crate) fn admits(self, text: usize) -> bool {
        text as u64 <= self.0
    }

    /// The bytes of a file that is one text, in its encoding: a character of UTF-16 takes two bytes
    /// where UTF-8 takes one. Three bytes are the mark in front.
    pub(crate) fn file(self, utf16: bool) -> u64 {
        self.0 * if utf16 { 2 } else { 1 } + 3
    }

    /// The bytes of a JSON record. Every character but those of ASCII takes at most three times as
    /// many bytes as an escape (`\u00e9`) as it does in UTF-8; a line break or a quote takes twice
    /// as many. A record in another encoding grows to up to three times its length once it is
    /// decoded.
    pub(crate) fn record(self, encoding: Option<&'static Encoding>) -> u64 {
        self.0 * if encoding.is_some() { 1 } else { 3 } + BESIDE
    }

    /// The bytes of a row of a table: each quote in a field is written twice.
    #[cfg(feature = "csv")]
    pub(crate) fn row(self) -> u64 {
        self.0 * 2 + BESIDE
    }

    /// The bytes of a page of a column of Parquet once it is unpacked. A page holds many texts, and
    /// is 1 MiB in most files.
    #[cfg(feature = "parquet")]
    pub(crate) fn column_page(self) -> u64 {
        (self.0 * 4).max(COLUMN_PAGE)
    }

    /// The message about a row group of Parquet with a page of so many bytes.
    #[cfg(feature = "parquet")]
    pub(crate) fn page_message(self, group: usize, bytes: u64) -> String {
        format!(
            "row group {group} has a page of {}, and at most {} are unpacked; its records were \
             skipped: write the file again with smaller pages, or raise --max-document",
            size(bytes),
            size(self.column_page())
        )
    }

    /// The message about a text that is too long.
    pub(crate) fn text_message(self) -> String {
        format!(
            "a text of more than {}; it was skipped: split it, or raise --max-document",
            size(self.0)
        )
    }

    /// The message about a record that cannot be held to look for its text.
    pub(crate) fn record_message(self, most: u64) -> String {
        format!(
            "a record of more than {}, the most that is held for a text of {}; it was skipped: \
             split it, or raise --max-document",
            size(most),
            size(self.0)
        )
    }
}

/// A number of bytes for a message: in MiB where there are many.
pub(crate) fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{bytes} bytes") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_the_option() {
        let of = |n| DocumentLimit::of(&InputOptions::default().with(|s| s.max_document = n));
        assert_eq!(of(None), DocumentLimit(256 << 20));
        assert_eq!(of(Some(u64::MAX)), DocumentLimit(u64::from(u32::MAX)));
        assert!(of(Some(5)).admits(5) && !of(Some(5)).admits(6));
        // Nothing can be read at all with a limit of zero, so it is one.
        assert!(of(Some(0)).admits(1));
        assert!(of(Some(5)).text_message().starts_with("a text of more than 5 bytes;"));
        assert!(of(None).text_message().starts_with("a text of more than 256 MiB;"));
    }
}
