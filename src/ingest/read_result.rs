//! Owns: the result of reading: documents, files, counts and problems, and how results are merged.
//! Never: reads.

use crate::escape;
use crate::ingest::compress::Compression;
use crate::ingest::field_names::PerRole;
use crate::ingest::format::Format;
#[cfg(doc)]
use crate::ingest::input::{InputOptions, OnError};
use crate::ingest::limits::DocumentLimit;
use crate::ingest::missing_path::{GONE, missing};
use crate::ingest::problem::{Problem, Reason, ReasonKind};
use crate::model::document::Document;
use encoding_rs::{Encoding, UTF_8};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
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
    /// The encoding of its texts, by its WHATWG name, where it is set, detected or recognised and
    /// is not that of a byte-order mark; `None` for UTF-8 and for archives.
    pub encoding: Option<&'static str>,
    /// Its length in bytes; 0 for standard input, unless it was copied.
    pub size: u64,
    /// The time of its last change, where the system reports it.
    pub modified: Option<SystemTime>,
    /// The copy of standard input, where [`InputOptions::spool_stdin`] asked for one. It is deleted
    /// with the last clone.
    pub spool: Option<Arc<File>>,
    /// Whether it could not be read to its end; what came before that counts.
    pub ended_early: bool,
}

/// A field that the caller named and that no record has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingField {
    /// What the field was to be: `text`, `id`, `source`, `date` or `title`.
    pub role: &'static str,
    /// The name that the caller gave.
    pub name: String,
    /// The fields of the first record that was read, escaped for a message; empty where no input
    /// has records with fields.
    pub present: Vec<String>,
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
    /// The first five problems of each kind.
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
    /// Tables in which a column that is read has the name of another one, with that name: the first
    /// five. The last column of the name counts.
    pub repeated_columns: Vec<String>,
    /// Dates that could not be parsed; their documents are kept without a date.
    pub bad_dates: u64,
    /// The number of records of JSON and tables whose `text`, `id`, `source`, `date` and `title`
    /// (the first part of the key) came from which field (the second). `url` is there for records
    /// whose source was derived from that field.
    pub fields: BTreeMap<(&'static str, String), u64>,
    /// Inputs that failed, of those that the caller named: see [`OnError`].
    pub failed_named: u64,
    /// Files that failed, of those that were found in a directory.
    pub failed_walked: u64,
    /// Whether [`OnError`] ended the reading at a failing input.
    pub stopped: bool,
    /// Fields that the caller named and that no record has.
    pub missing_fields: Vec<MissingField>,
    /// Whether a file of JSON has errors, and no key of it is a name of the text.
    pub(super) names_no_text: bool,
    /// The roles whose field, as the caller named it, was there in some record.
    pub(super) present: PerRole<bool>,
    /// Documents that were passed on, and are not in `documents`.
    pub(super) passed_on: u64,
    /// The message about a file whose one record has no text.
    pub(super) textless_alone: Option<String>,
    /// The encoding of a file that nothing declares, where it is not UTF-8.
    pub(super) detected: Option<&'static Encoding>,
    /// The names of the fields of the first record.
    pub(super) first_fields: Option<Vec<String>>,
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

    /// Whether a text was read in a record with fields.
    pub(super) fn has_text(&self) -> bool {
        self.fields.keys().any(|(role, _)| *role == "text")
    }

    /// Whether an input failed.
    pub fn failed(&self) -> bool {
        self.failed_named + self.failed_walked > 0
    }

    /// The number of bad records.
    pub fn bad_records(&self) -> u64 {
        let bad = |reason: &Reason| reason.kind() == ReasonKind::BadRecord;
        self.skipped.iter().filter(|(reason, _)| bad(reason)).map(|(_, n)| n).sum()
    }

    /// Whether nothing at all was found in a file.
    pub(super) fn is_empty(&self) -> bool {
        let documents = self.documents.len() as u64 + self.passed_on;
        documents == 0 && self.skipped.is_empty() && self.other_records.is_empty()
    }

    /// Counts this result, which is that of one input, as failed if it is.
    pub(super) fn count_failure(&mut self, named: bool) {
        if self.skipped.keys().any(|reason| reason.kind() == ReasonKind::Failure) {
            *if named { &mut self.failed_named } else { &mut self.failed_walked } += 1;
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

    /// Counts a path that was asked for and cannot be looked at; `shown` is its name for a message.
    pub(super) fn unreachable(&mut self, error: &io::Error, path: &Path, shown: &str) {
        if error.kind() == io::ErrorKind::NotFound {
            self.skip(Reason::Missing, shown, None, || missing(path));
        } else {
            self.unreadable(error, shown);
        }
    }

    /// Counts a file or directory that was there, and cannot be opened or read.
    pub(super) fn unreadable(&mut self, error: &io::Error, path: &str) {
        if error.kind() == io::ErrorKind::NotFound {
            self.skip(Reason::Missing, path, None, || GONE.into());
        } else {
            let mend = match error.kind() {
                io::ErrorKind::PermissionDenied => "check its permissions",
                io::ErrorKind::IsADirectory => "name the directory itself",
                io::ErrorKind::StorageFull => "free some room for a temporary copy, or set TMPDIR",
                _ => "is its disk failing, or was it changed meanwhile?",
            };
            self.skip(Reason::Unreadable, path, None, || {
                format!("cannot be read ({error}): {mend}")
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

    /// Notes a column that is read and whose name is that of another one.
    #[cfg(feature = "csv")]
    pub(super) fn repeated_columns(
        &mut self,
        path: &str,
        names: &[String],
        columns: &PerRole<Option<(usize, usize)>>,
    ) {
        let again = |column: usize| {
            let same = |name: &String| name.trim() == names[column].trim();
            names.iter().filter(|name| same(name)).count()
        };
        let read = columns.iter().flatten().map(|(column, _)| *column);
        if let Some(column) = read.filter(|column| again(*column) > 1).min() {
            let (times, name) = (again(column), names[column].trim());
            self.repeated_columns.push(escape::message(&format!(
                "{path}: {times} columns are called {name}; the last one is read"
            )));
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
        self.failed_named += other.failed_named;
        self.failed_walked += other.failed_walked;
        self.stopped |= other.stopped;
        self.names_no_text |= other.names_no_text;
        self.passed_on += other.passed_on;
        self.missing_fields.append(&mut other.missing_fields);
        for (mine, its) in self.present.iter_mut().zip(other.present) {
            *mine |= its;
        }
        self.textless_alone = self.textless_alone.take().or(other.textless_alone);
        self.first_fields = self.first_fields.take().or(other.first_fields);
        let room = (EXAMPLES as usize).saturating_sub(self.repeated_columns.len());
        self.repeated_columns.extend(other.repeated_columns.into_iter().take(room));
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
