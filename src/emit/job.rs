//! Owns: what the writer of a format is given of one input, and what it counts. Never: writes a
//! record.

use crate::emit::change::{ANNOTATION, Change, Removed, RemovedPart};
use crate::emit::error::Error;
use crate::ingest::fields::Fields;
use crate::ingest::{InputOptions, ReadFile};
use crate::span::Span;
use encoding_rs::Encoding;
use std::io;

/// What became of the records of one input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RewriteCounts {
    /// Records seen, such as could not be read too.
    pub records: u64,
    /// Those that were written, changed or not.
    pub kept: u64,
    /// Those that were left out; of an archive without the requests and notes of the crawler that
    /// went with them.
    pub dropped: u64,
    /// Those that were cut.
    pub cut: u64,
    /// Cuts and annotations that could not be made; the record was written as it is.
    pub left: u64,
    /// Records of an archive that stay and say that they are the same as one that went (`revisit`).
    pub revisits: u64,
    /// The first five of them: file and record.
    pub revisits_at: Vec<String>,
}

/// What one input brings along while it is written.
pub(super) struct RewriteInput<'a> {
    pub(super) file: &'a ReadFile,
    pub(super) fields: Fields,
    pub(super) options: &'a InputOptions,
    pub(super) prefix: Option<&'a str>,
    pub(super) change: &'a dyn Fn(Option<u64>) -> Change,
    pub(super) removed: &'a mut dyn FnMut(Removed) -> io::Result<()>,
    /// Whether somebody wants to hear what was removed.
    pub(super) told: bool,
    pub(super) written: RewriteCounts,
}

impl RewriteInput<'_> {
    /// The encoding that was named for all texts.
    pub(super) fn encoding(&self) -> Option<&'static Encoding> {
        Encoding::for_label(self.options.encoding.as_deref()?.as_bytes())
    }

    /// Tells what was removed.
    pub(super) fn tell(&mut self, record: Option<u64>, what: RemovedPart) -> Result<(), Error> {
        if !self.told {
            return Ok(());
        }
        (self.removed)(Removed { record, what }).map_err(|e| Error {
            what: format!("what is removed from it cannot be written ({e})"),
            ..Error::output(self.file, &e)
        })
    }

    /// Tells which parts of a text were removed, and counts the record as cut.
    pub(super) fn tell_cut(
        &mut self,
        record: Option<u64>,
        gone: &[(Span, String)],
    ) -> Result<(), Error> {
        self.written.cut += 1;
        gone.iter().try_for_each(|(span, text)| self.tell(record, RemovedPart::Text(*span, text)))
    }

    /// The name of an annotation's field.
    pub(super) fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix.unwrap_or_default())
    }

    /// Refuses an input that has a field already which an annotation would add.
    pub(super) fn untaken(&self, has: impl Fn(&str) -> bool) -> Result<(), Error> {
        match ANNOTATION.iter().map(|field| self.name(field)).find(|name| has(name)) {
            Some(name) => {
                let what = format!("it has a field {name} already");
                Err(Error::input(self.file, what, "choose another prefix for the added fields"))
            }
            None => Ok(()),
        }
    }

    /// The output cannot be written.
    pub(super) fn failed(&self, error: io::Error) -> Error {
        Error::output(self.file, &error)
    }
}

/// The output of one format.
pub(super) trait Writer: Send {
    /// Writes the records of an input.
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error>;

    /// Writes what is held back, and the end.
    fn finish(self: Box<Self>) -> io::Result<()>;
}
