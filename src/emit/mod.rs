//! Documents back to files: records that are kept pass byte for byte, others are left out, cut or annotated. Never: decides which.
//!
//! ```text
//! ReadFile -again-> bytes -lines-\
//!                         -array-+-edit-> sink (compression) -> out
//!                         -text--/
//!                         -table-/
//!                         -warc (by members)-> out
//!                         -parquet (by columns)-> sink
//! ```

mod again;
mod array;
mod edit;
mod lines;
#[cfg(feature = "parquet")]
mod parquet;
mod sink;
#[cfg(feature = "csv")]
mod table;
mod text;
mod texts;
#[cfg(feature = "web")]
mod warc;

use crate::escape;
use crate::ingest::fields::Fields;
use crate::ingest::{Compression, Format, InputOptions, ReadFile};
use crate::span::Span;
use sink::Sink;
use std::io::{self, Write};

/// What becomes of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// It goes.
    Drop,
    /// These parts of its text go: bytes of the document's text, on character borders, in ascending order, none over another.
    Cut(Vec<Span>),
    /// Fields are added to it.
    Annotate(Annotation),
}

/// Fields that are added to a record. Those without a value are left away in JSON, empty in CSV and null in Parquet.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Annotation {
    /// The cluster it belongs to.
    pub cluster: Option<String>,
    /// What it is to its partner.
    pub relation: Option<&'static str>,
    /// The id of the record it repeats.
    pub partner: Option<String>,
    /// How much of it the partner holds, from 0 to 1.
    pub coverage: Option<f64>,
    /// Which parts of its text are repeated: characters (Unicode scalar values), half-open.
    pub spans: Vec<[u32; 2]>,
}

/// The names of an annotation's fields, without their prefix.
const ANNOTATION: [&str; 5] = ["cluster", "relation", "partner", "coverage", "spans"];

impl Annotation {
    /// The spans as JSON.
    fn spans_json(&self) -> Option<String> {
        if self.spans.is_empty() { None } else { serde_json::to_string(&self.spans).ok() }
    }
}

/// What was taken away, as it stood.
#[derive(Debug, Clone, PartialEq)]
pub struct Removed<'a> {
    /// The record, counted from 1; nothing: the file is one record.
    pub record: Option<u64>,
    /// What of it.
    pub what: Taken<'a>,
}

/// A whole record, or a part of its text.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken<'a> {
    /// The record's bytes, with its line ending where it has one; of Parquet, the row as a JSON object; of what becomes
    /// JSON Lines, the line; of what was in UTF-16, in UTF-8; of an archive, the record unpacked.
    Record(&'a [u8]),
    /// A part of the text.
    Text(Span, &'a str),
}

/// What became of the records of one input.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// Records seen, such as could not be read too.
    pub records: u64,
    /// Those that were written, changed or not.
    pub kept: u64,
    /// Those that were left out; of an archive without the requests and notes of the crawler that went with them.
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

/// Whose fault an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The input: it is gone, was changed, is damaged, or does not fit the output.
    Input,
    /// The output, or what hears of the removed, cannot be written.
    Output,
}

/// Why a file was not written to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The input that was being written.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub mend: String,
    /// Whose fault it is.
    pub side: Side,
}

impl Error {
    fn input(file: &ReadFile, what: impl Into<String>, mend: impl Into<String>) -> Error {
        Error { path: file.shown.clone(), what: what.into(), mend: mend.into(), side: Side::Input }
    }

    fn output(file: &ReadFile, error: &io::Error) -> Error {
        let (what, mend) = (format!("its output cannot be written ({error})"), "make room, or write elsewhere".into());
        Error { path: file.shown.clone(), what, mend, side: Side::Output }
    }

    /// The output was begun with a file that this one does not go with.
    fn misfit(file: &ReadFile, what: &str) -> Error {
        Error::input(file, what, "write the files one by one")
    }
}

/// `path: what: mend`, control characters escaped.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Error { path, what, mend, .. } = self;
        f.write_str(&escape::message(&format!("{path}: {what}: {mend}")))
    }
}

impl std::error::Error for Error {}

/// What one input brings along while it is written.
struct Job<'a> {
    file: &'a ReadFile,
    fields: Fields,
    options: &'a InputOptions,
    prefix: Option<&'a str>,
    change: &'a dyn Fn(Option<u64>) -> Change,
    removed: &'a mut dyn FnMut(Removed) -> io::Result<()>,
    /// Whether somebody wants to hear what was removed.
    told: bool,
    written: Written,
}

impl Job<'_> {
    /// The encoding that was named for all texts.
    fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        encoding_rs::Encoding::for_label(self.options.encoding.as_deref()?.as_bytes())
    }

    /// Tells what was removed.
    fn tell(&mut self, record: Option<u64>, what: Taken) -> Result<(), Error> {
        if !self.told {
            return Ok(());
        }
        (self.removed)(Removed { record, what }).map_err(|e| Error {
            what: format!("what is removed from it cannot be written ({e})"),
            ..Error::output(self.file, &e)
        })
    }

    /// Tells which parts of a text were removed, and counts the record as cut.
    fn tell_cut(&mut self, record: Option<u64>, gone: &[(Span, String)]) -> Result<(), Error> {
        self.written.cut += 1;
        gone.iter().try_for_each(|(span, text)| self.tell(record, Taken::Text(*span, text)))
    }

    /// The name of an annotation's field.
    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.prefix.unwrap_or_default())
    }

    /// The input has a field already that an annotation would add.
    fn taken(&self, name: &str) -> Error {
        Error::input(self.file, format!("it has a field {name} already"), "choose another prefix for the added fields")
    }
}

/// What is known of an output since its first input.
#[derive(Default)]
struct Begun {
    /// Whether anything was appended.
    any: bool,
    /// The header of a table, without line break.
    #[cfg(feature = "csv")]
    header: Option<Vec<u8>>,
    /// The closing of a JSON array, held back as more elements may follow.
    closing: Option<Vec<u8>>,
    /// Whether the array has an element.
    elements: bool,
}

/// One file being written: one input's records, or those of several inputs of one format.
///
/// Records that are kept pass byte for byte, and so does everything between them: blank lines, byte-order marks, records
/// that cannot be read. Memory: a few megabytes, or one record; a JSON file, and text in UTF-16, whole; of Parquet a page of a column
/// and what the writer holds of it; of an archive some 80 bytes for each record.
///
/// Several inputs in one output must agree: tables in their header, Parquet in its schema, JSON in being an array or not,
/// all in their encoding. Of inputs in [`Format::Text`], [`Format::Html`] and [`Format::Warc`]
/// an output in [`Format::Jsonl`] has lines with `id` and `text`, and where they are known `source` and `date`.
pub struct Output<'w> {
    kind: Kind<'w>,
    format: Format,
    annotate: Option<String>,
    begun: Begun,
    told: bool,
    /// How each member of an archive is compressed.
    #[cfg(feature = "web")]
    members: Option<Compression>,
}

enum Kind<'w> {
    Bytes(Sink<'w>),
    #[cfg(feature = "parquet")]
    Parquet(parquet::Tables<'w>),
}

impl std::fmt::Debug for Output<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Output").field("format", &self.format).field("annotate", &self.annotate).finish_non_exhaustive()
    }
}

impl<'w> Output<'w> {
    /// An output in some format, compressed or not, whose fields of annotations, if it is to have any, have names with this
    /// prefix. In CSV and Parquet they are columns of every record.
    pub fn new(
        out: Box<dyn Write + Send + 'w>,
        format: Format,
        compression: Option<Compression>,
        annotate: Option<&str>,
    ) -> Output<'w> {
        let sink = Sink::new(out, compression.filter(|_| format != Format::Warc));
        let kind = match format {
            #[cfg(feature = "parquet")]
            Format::Parquet => Kind::Parquet(parquet::Tables::new(sink)),
            _ => Kind::Bytes(sink),
        };
        Output {
            kind,
            format,
            annotate: annotate.map(Into::into),
            begun: Begun::default(),
            told: true,
            #[cfg(feature = "web")]
            members: compression,
        }
    }

    /// The same, telling nobody what is removed: rows of Parquet then need not be made JSON.
    pub fn silent(mut self) -> Output<'w> {
        self.told = false;
        self
    }

    /// Writes one input's records; `change` is asked for each record (nothing: the file is one record), `removed` is given
    /// what goes, in order. `options` are those it was read with.
    ///
    /// # Errors
    ///
    /// The file was changed since it was read, cannot be read again or to its end, or does not go with what was written
    /// before; the output or `removed` fails. The output is then of no use.
    pub fn append(
        &mut self,
        file: &ReadFile,
        options: &InputOptions,
        change: &dyn Fn(Option<u64>) -> Change,
        removed: &mut dyn FnMut(Removed) -> io::Result<()>,
    ) -> Result<Written, Error> {
        let prefix = self.annotate.as_deref();
        let fields = Fields::new(options);
        let written = Written::default();
        let mut job = Job { file, fields, options, prefix, change, removed, told: self.told, written };
        let begun = &mut self.begun;
        match (&mut self.kind, file.format, self.format) {
            (Kind::Bytes(sink), Format::Text, Format::Text) | (Kind::Bytes(sink), Format::Html, Format::Html) => {
                text::copy(&mut job, begun, sink)?
            }
            (Kind::Bytes(sink), Format::Text | Format::Html | Format::Warc, Format::Jsonl) => texts::copy(&mut job, sink)?,
            (Kind::Bytes(sink), Format::Jsonl, Format::Jsonl) => lines::copy(&mut job, sink)?,
            (Kind::Bytes(sink), Format::Json, Format::Json) => array::copy(&mut job, begun, sink)?,
            #[cfg(feature = "web")]
            (Kind::Bytes(sink), Format::Warc, Format::Warc) => warc::copy(&mut job, begun, sink, self.members)?,
            #[cfg(feature = "csv")]
            (Kind::Bytes(sink), Format::Csv, Format::Csv) | (Kind::Bytes(sink), Format::Tsv, Format::Tsv) => {
                table::copy(&mut job, begun, sink)?
            }
            #[cfg(feature = "parquet")]
            (Kind::Parquet(tables), Format::Parquet, Format::Parquet) => tables.copy(&mut job)?,
            (_, from, to) => {
                let what = format!("it holds {}, which does not become {}", from.name(), to.name());
                return Err(Error::input(file, what, "write it in its own format"));
            }
        }
        self.begun.any = true;
        again::unchanged(file)?;
        Ok(job.written)
    }

    /// Writes what is held back, and the end of the compression or of the Parquet file.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(self) -> Result<(), Error> {
        let done = match self.kind {
            Kind::Bytes(mut sink) => sink.write_all(&self.begun.closing.unwrap_or_default()).and_then(|()| sink.finish()),
            #[cfg(feature = "parquet")]
            Kind::Parquet(tables) => tables.finish(),
        };
        done.map_err(|e| Error {
            path: "output".into(),
            what: format!("cannot be written ({e})"),
            mend: "make room, or write elsewhere".into(),
            side: Side::Output,
        })
    }
}
