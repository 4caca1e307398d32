//! Owns: the result of reading: documents, files, counts and problems, and how results are merged.
//! Never: reads.

use crate::escape;
use crate::ingest::compress::Compression;
use crate::ingest::format::Format;
#[cfg(doc)]
use crate::ingest::input::InputOptions;
use crate::ingest::limits::DocumentLimit;
use crate::ingest::problem::{Problem, Reason};
use crate::model::document::Document;
use encoding_rs::UTF_8;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// A file that was opened, with its properties at that time.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// Its path; `None`: standard input.
    pub path: Option<PathBuf>,
    /// Its reported name, [`DocumentInfo::path`](crate::DocumentInfo::path) of its documents.
    pub display_path: String,
    /// The index of the input that led to it, from 0.
    pub input: usize,
    /// Its path relative to the directory that was an input; for a file or pattern, the file's
    /// name; `-` for standard input.
    pub relative: PathBuf,
    /// Its format once it is decompressed.
    pub format: Format,
    /// Its compression.
    pub compression: Option<Compression>,
    /// Its length in bytes; 0 for standard input, unless it was copied.
    pub size: u64,
    /// The time of its last change, where the system reports it.
    pub modified: Option<SystemTime>,
    /// The copy of standard input, where [`InputOptions::spool_stdin`] asked for one. It is deleted
    /// with the last clone.
    pub spool: Option<Arc<File>>,
}

/// The result of reading all inputs.
#[derive(Debug, Clone, Default)]
pub struct ReadResult {
    /// The documents, in the order of the inputs.
    pub documents: Vec<Document>,
    /// Every file that was opened, in the order of the inputs.
    pub sources: Vec<ReadFile>,
    /// Files that were reached again under another name or by a link, and were read only once.
    pub repeated_files: u64,
    /// Files read, standard input counted as one.
    pub files: u64,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// The number of problems of each kind; never truncated.
    pub skipped: BTreeMap<Reason, u64>,
    /// The first five problems of each kind; a binary file found in a directory is only counted.
    pub problems: Vec<Problem>,
    /// The number of texts in each encoding other than UTF-8, by WHATWG name.
    pub encodings: BTreeMap<String, u64>,
    /// Texts (records, in JSON) in which invalid bytes of their encoding, or unpaired surrogates,
    /// were replaced by U+FFFD.
    pub replaced: u64,
    /// The number of pages in another encoding than the declared one; they were read in their
    /// actual encoding.
    pub wrong_encodings: u64,
    /// The first five of them: file, and record where there is one.
    pub wrong_encodings_at: Vec<String>,
    /// Records of archives that are no pages and were skipped, by their kind: `request`, `revisit`
    /// and so on.
    pub other_records: BTreeMap<&'static str, u64>,
    /// Dates that could not be parsed; their documents are kept without a date.
    pub bad_dates: u64,
    /// The number of records of JSON and tables whose `text`, `id`, `source`, `date` and `title`
    /// (the first part of the key) came from which field (the second). `url` is there for records
    /// whose source was derived from that field.
    pub fields: BTreeMap<(&'static str, String), u64>,
}

/// Examples that are kept of each kind of problem.
const EXAMPLES: u64 = 5;

impl ReadResult {
    /// Counts something that was not read; the message is built only if it is kept as an example.
    pub(super) fn skip(
        &mut self,
        reason: Reason,
        path: &str,
        record: Option<u64>,
        message: impl FnOnce() -> String,
    ) {
        let count = self.skipped.entry(reason).or_default();
        *count += 1;
        if *count <= EXAMPLES {
            self.problems.push(Problem {
                reason,
                path: path.into(),
                record,
                message: escape::message(&message()),
            });
        }
    }

    /// Counts the encoding of a text, unless it is UTF-8, and whether something in it was replaced.
    pub(super) fn decoded(&mut self, encoding: &str, replaced: bool) {
        if encoding != UTF_8.name() {
            *self.encodings.entry(encoding.into()).or_default() += 1;
        }
        self.replaced += u64::from(replaced);
    }

    /// Counts a text that is too long.
    pub(super) fn too_long(&mut self, path: &str, record: Option<u64>, limit: DocumentLimit) {
        self.skip(Reason::TooLong, path, record, || limit.text_message());
    }

    /// Counts a record that is longer than `most`, the bytes of one that are held.
    pub(super) fn record_too_long(
        &mut self,
        path: &str,
        record: Option<u64>,
        limit: DocumentLimit,
        most: u64,
    ) {
        self.skip(Reason::TooLong, path, record, || limit.record_message(most));
    }

    /// Counts a file or directory that cannot be opened or read.
    pub(super) fn failed(&mut self, error: &io::Error, path: &str) {
        if error.kind() == io::ErrorKind::NotFound {
            self.skip(Reason::Missing, path, None, || {
                "does not exist: check the path, also for a broken link".into()
            });
        } else {
            self.skip(Reason::Unreadable, path, None, || {
                format!("cannot be read ({error}): check its permissions")
            });
        }
    }

    /// Counts a page in another encoding than the declared one.
    #[cfg(feature = "web")]
    pub(super) fn wrong_encoding(&mut self, path: &str, record: Option<u64>) {
        self.wrong_encodings += 1;
        if self.wrong_encodings <= EXAMPLES {
            let record = record.map_or_else(String::new, |n| format!(":{n}"));
            self.wrong_encodings_at.push(escape::message(&format!("{path}{record}")));
        }
    }

    /// Appends a later result.
    pub(super) fn absorb(&mut self, mut other: ReadResult) {
        self.documents.append(&mut other.documents);
        self.sources.append(&mut other.sources);
        self.repeated_files += other.repeated_files;
        self.files += other.files;
        self.bytes += other.bytes;
        self.replaced += other.replaced;
        self.bad_dates += other.bad_dates;
        self.wrong_encodings += other.wrong_encodings;
        let room = (EXAMPLES as usize).saturating_sub(self.wrong_encodings_at.len());
        self.wrong_encodings_at.extend(other.wrong_encodings_at.into_iter().take(room));
        for problem in other.problems {
            let kept = self.problems.iter().filter(|p| p.reason == problem.reason).count();
            if (kept as u64) < EXAMPLES {
                self.problems.push(problem);
            }
        }
        add(&mut self.skipped, other.skipped);
        add(&mut self.other_records, other.other_records);
        add(&mut self.encodings, other.encodings);
        add(&mut self.fields, other.fields);
    }
}

/// Adds counts key by key.
fn add<K: Ord>(to: &mut BTreeMap<K, u64>, more: BTreeMap<K, u64>) {
    for (key, count) in more {
        *to.entry(key).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_go_on_when_examples_stop() {
        let mut all = ReadResult::default();
        for _ in 0..3 {
            let mut part = ReadResult::default();
            (0..4).for_each(|n| part.skip(Reason::NoText, "a", Some(n), || "why".into()));
            all.absorb(part);
        }
        assert_eq!(all.skipped[&Reason::NoText], 12);
        assert_eq!(all.problems.len(), 5);
    }
}
