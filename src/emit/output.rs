//! Owns: one output file, written from one input or several. Never: implements a format.

use crate::emit::change::{ANNOTATION, Change, Removed};
use crate::emit::error::{Error, ErrorSide};
use crate::emit::formats;
use crate::emit::reopen::unchanged;
use crate::emit::rewrite_input::{RewriteCounts, RewriteInput, Writer, field_name};
use crate::ingest::fields::Fields;
use crate::ingest::{Compression, Format, InputOptions, ReadFile};
use std::io::{self, Write};

/// One output file: the records of one input, or of several inputs of one format.
///
/// Records that are kept are copied byte for byte, and so is everything between them: blank lines,
/// byte-order marks, records that cannot be read. Memory: a few megabytes, or one record; a JSON
/// file, and text in UTF-16, as a whole; for Parquet one page of a column and the buffers of the
/// writer; for an archive about 80 bytes per record.
///
/// Several inputs of one output must agree: tables in their header, Parquet files in their schema,
/// JSON files in being an array or not, and all of them in their encoding. Inputs that [become
/// lines](Output::becomes_lines) are written to an output in [`Format::Jsonl`] as lines with `id`
/// and `text`, and `source` and `date` where they are known.
pub struct Output<'w> {
    format: Format,
    /// `None` where this program was built without the format.
    writer: Option<Box<dyn Writer + 'w>>,
    annotate: Option<String>,
    group: Option<String>,
    report_removals: bool,
    followed: bool,
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
    /// Creates an output in a format, compressed or not. `annotate` is the prefix for the names of
    /// annotation fields, if there are to be any; in CSV and Parquet they are columns of every
    /// record.
    pub fn new(
        out: Box<dyn Write + Send + 'w>,
        format: Format,
        compression: Option<Compression>,
        annotate: Option<&str>,
    ) -> Output<'w> {
        let annotate = annotate.map(Into::into);
        Output {
            format,
            writer: formats::writer(format, out, compression),
            annotate,
            group: None,
            report_removals: true,
            followed: false,
        }
    }

    /// Whether files of a format can be rewritten in it.
    pub fn writes(format: Format) -> bool {
        formats::writer(format, Box::new(io::sink()), None).is_some()
    }

    /// Whether the documents of a format can be written as [`Format::Jsonl`], one per line: this
    /// holds for formats without fields, and for formats that are only read.
    pub fn becomes_lines(format: Format) -> bool {
        !format.row().has_fields || !Output::writes(format)
    }

    /// The same output with another name for the annotation field of the cluster, which gets no
    /// prefix.
    pub fn group(mut self, name: Option<&str>) -> Output<'w> {
        self.group = name.map(Into::into);
        self
    }

    /// The names of the fields that an annotation adds with this prefix and this name for the
    /// cluster.
    ///
    /// ```
    /// use nearcopy::emit::Output;
    /// assert_eq!(Output::field_names("dup_", Some("group"))[..2], ["group", "dup_relation"]);
    /// ```
    pub fn field_names(prefix: &str, group: Option<&str>) -> Vec<String> {
        ANNOTATION.iter().map(|field| field_name(field, Some(prefix), group)).collect()
    }

    /// The same output without reports of what is removed: rows of Parquet then need no conversion
    /// to JSON.
    pub fn silent(mut self) -> Output<'w> {
        self.report_removals = false;
        self
    }

    /// States whether another input follows the next one. Of an input that ends early, the unread
    /// end is then left out, because what follows would become a part of it; the last input is
    /// written to its end. Unless stated, none follows.
    pub fn followed(&mut self, followed: bool) {
        self.followed = followed;
    }

    /// Writes one input's records. `change` is called for each record (`None`: the file is one
    /// record), `removed` receives removed content in order. `options` are those that the input was
    /// read with.
    ///
    /// # Errors
    ///
    /// The file was changed since it was read, cannot be read again or to its end, or does not fit
    /// what was written before; the output or `removed` fails. The output is then unusable.
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
            group: self.group.as_deref(),
            change,
            removed,
            report_removals: self.report_removals,
            followed: self.followed,
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

    /// Writes held-back bytes, and the end of the compressed data or of the Parquet file.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        let done = self.writer.map_or(Ok(()), |writer| writer.finish());
        done.map_err(|e| Error {
            path: "output".into(),
            what: format!("cannot be written ({e})"),
            remedy: "make room, or write elsewhere".into(),
            side: ErrorSide::Output,
        })
    }
}
