//! Owns: one file being written, from one input or several. Never: how a format is written.

use crate::emit::change::{Change, Removed};
use crate::emit::error::{Error, ErrorSide};
use crate::emit::formats;
use crate::emit::job::{RewriteCounts, RewriteInput, Writer};
use crate::emit::reopen::unchanged;
use crate::ingest::fields::Fields;
use crate::ingest::{Compression, Format, InputOptions, ReadFile};
use std::io::{self, Write};

/// One file being written: one input's records, or those of several inputs of one format.
///
/// Records that are kept pass byte for byte, and so does everything between them: blank lines,
/// byte-order marks, records that cannot be read. Memory: a few megabytes, or one record; a JSON
/// file, and text in UTF-16, whole; of Parquet a page of a column and what the writer holds of it;
/// of an archive some 80 bytes for each record.
///
/// Several inputs in one output must agree: tables in their header, Parquet in its schema, JSON in
/// being an array or not, all in their encoding. Of inputs that [become
/// lines](Output::becomes_lines) an output in [`Format::Jsonl`] has lines with `id` and `text`, and
/// where they are known `source` and `date`.
pub struct Output<'w> {
    format: Format,
    /// Nothing where this program was built without the format.
    writer: Option<Box<dyn Writer + 'w>>,
    annotate: Option<String>,
    told: bool,
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output")
            .field("format", &self.format)
            .field("annotate", &self.annotate)
            .finish_non_exhaustive()
    }
}

impl<'w> Output<'w> {
    /// An output in some format, compressed or not, whose fields of annotations, if it is to have
    /// any, have names with this prefix. In CSV and Parquet they are columns of every record.
    pub fn new(
        out: Box<dyn Write + Send + 'w>,
        format: Format,
        compression: Option<Compression>,
        annotate: Option<&str>,
    ) -> Output<'w> {
        let annotate = annotate.map(Into::into);
        Output { format, writer: formats::writer(format, out, compression), annotate, told: true }
    }

    /// Whether files of a format can be written again.
    pub fn writes(format: Format) -> bool {
        formats::writer(format, Box::new(io::sink()), None).is_some()
    }

    /// Whether the documents of a format can be written as [`Format::Jsonl`], one a line: those
    /// without fields of their own, and those of a format that is only read.
    pub fn becomes_lines(format: Format) -> bool {
        !format.row().has_fields || !Output::writes(format)
    }

    /// The same, telling nobody what is removed: rows of Parquet then need not be made JSON.
    pub fn silent(mut self) -> Output<'w> {
        self.told = false;
        self
    }

    /// Writes one input's records; `change` is asked for each record (nothing: the file is one
    /// record), `removed` is given what goes, in order. `options` are those it was read with.
    ///
    /// # Errors
    ///
    /// The file was changed since it was read, cannot be read again or to its end, or does not go
    /// with what was written before; the output or `removed` fails. The output is then of no use.
    pub fn append(
        &mut self,
        file: &ReadFile,
        options: &InputOptions,
        change: &dyn Fn(Option<u64>) -> Change,
        removed: &mut dyn FnMut(Removed) -> io::Result<()>,
    ) -> Result<RewriteCounts, Error> {
        let prefix = self.annotate.as_deref();
        let fields = Fields::new(options);
        let written = RewriteCounts::default();
        let mut job = RewriteInput {
            file,
            fields,
            options,
            prefix,
            change,
            removed,
            told: self.told,
            written,
        };
        let lines = self.format == Format::Jsonl && Output::becomes_lines(file.format);
        let fits = lines || file.format == self.format;
        match self.writer.as_mut().filter(|_| fits) {
            Some(writer) => writer.append(&mut job)?,
            None => {
                let what = format!(
                    "it holds {}, which does not become {}",
                    file.format.name(),
                    self.format.name()
                );
                return Err(Error::input(file, what, "write it in its own format"));
            }
        }
        unchanged(file)?;
        Ok(job.written)
    }

    /// Writes what is held back, and the end of the compression or of the Parquet file.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        let done = self.writer.map_or(Ok(()), |writer| writer.finish());
        done.map_err(|e| Error {
            path: "output".into(),
            what: format!("cannot be written ({e})"),
            mend: "make room, or write elsewhere".into(),
            side: ErrorSide::Output,
        })
    }
}
