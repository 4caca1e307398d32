//! Owns: the input of a format's writer, and the counts that it keeps. Never: writes a record.

use crate::emit::change::{ANNOTATION, CLUSTER, Change, Removed, RemovedPart};
use crate::emit::error::Error;
use crate::ingest::fields::Fields;
use crate::ingest::limits::DocumentLimit;
use crate::ingest::{InputOptions, ReadFile};
use crate::span::Span;
use encoding_rs::Encoding;
use std::io;

/// The number of records of one input by what was done with them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RewriteCounts {
    /// All records, including those that could not be read.
    pub records: u64,
    /// Records that were written, changed or not.
    pub kept: u64,
    /// Records that were left out; in an archive, without the requests and metadata records of the
    /// crawler that were removed with them.
    pub dropped: u64,
    /// Records that were cut.
    pub cut: u64,
    /// Cuts and annotations that could not be made; the record was written as it is.
    pub left: u64,
    /// Records of an archive that are kept but refer to a removed record as identical (`revisit`).
    pub revisits: u64,
    /// The first five of them: file and record.
    pub revisits_at: Vec<String>,
}

/// One input while it is rewritten.
pub(super) struct RewriteInput<'a> {
    pub(super) file: &'a ReadFile,
    pub(super) fields: Fields,
    pub(super) options: &'a InputOptions,
    pub(super) prefix: Option<&'a str>,
    /// The name of the cluster's field, without a prefix.
    pub(super) group: Option<&'a str>,
    pub(super) change: &'a dyn Fn(Option<u64>) -> Change,
    pub(super) removed: &'a mut dyn FnMut(Removed) -> io::Result<()>,
    /// Whether the caller receives what was removed.
    pub(super) report_removals: bool,
    /// Whether another input follows in the same output.
    pub(super) followed: bool,
    pub(super) written: RewriteCounts,
}

impl RewriteInput<'_> {
    /// The encoding of its texts, as it was read.
    pub(super) fn encoding(&self) -> Option<&'static Encoding> {
        Encoding::for_label(self.file.encoding?.as_bytes())
    }

    /// Whether the unread end of an input that ends early is left out: what follows would become a
    /// part of it.
    pub(super) fn drops_unread_end(&self) -> bool {
        self.file.ended_early && self.followed
    }

    /// The limit on one document that the input was read with.
    pub(super) fn limit(&self) -> DocumentLimit {
        DocumentLimit::of(self.options)
    }

    /// Passes removed content to the caller.
    pub(super) fn report_removed(
        &mut self,
        record: Option<u64>,
        what: RemovedPart,
    ) -> Result<(), Error> {
        if !self.report_removals {
            return Ok(());
        }
        (self.removed)(Removed { record, what }).map_err(|e| Error {
            what: format!("what is removed from it cannot be written ({e})"),
            ..Error::output(self.file, &e)
        })
    }

    /// Passes the removed parts of a text to the caller, and counts the record as cut.
    pub(super) fn report_cut(
        &mut self,
        record: Option<u64>,
        removed_parts: &[(Span, String)],
    ) -> Result<(), Error> {
        self.written.cut += 1;
        removed_parts.iter().try_for_each(|(span, text)| {
            self.report_removed(record, RemovedPart::Text(*span, text))
        })
    }

    /// The name of an annotation's field in the output.
    pub(super) fn name(&self, field: &str) -> String {
        field_name(field, self.prefix, self.group)
    }

    /// Refuses an input that already has a field of the name that an annotation would add.
    pub(super) fn check_names_free(&self, has: impl Fn(&str) -> bool) -> Result<(), Error> {
        match ANNOTATION.iter().map(|field| self.name(field)).find(|name| has(name)) {
            Some(name) => {
                let what = format!("it has a field {name} already");
                let remedy = match self.group == Some(name.as_str()) {
                    true => "choose another name for the field of the cluster",
                    false => "choose another prefix for the added fields",
                };
                Err(Error::input(self.file, what, remedy))
            }
            None => Ok(()),
        }
    }

    /// The error of an output that cannot be written.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        Error::output(self.file, &error)
    }
}

/// The name of an annotation's field: with the prefix, or for the cluster as it is given.
pub(super) fn field_name(field: &str, prefix: Option<&str>, group: Option<&str>) -> String {
    match group.filter(|_| field == CLUSTER) {
        Some(name) => name.into(),
        None => format!("{}{field}", prefix.unwrap_or_default()),
    }
}

/// The writer of one format.
pub(super) trait Writer: Send {
    /// Writes the records of an input.
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error>;

    /// Writes held-back bytes and the end of the file.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
