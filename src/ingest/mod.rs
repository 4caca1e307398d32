//! Bytes to documents: files, directories, streams; compression, encodings, JSON, tables, pages. Never: keys or findings.
//!
//! ```text
//! inputs -source-> files -compress-> plain bytes -file-> one text  -decode-> Document
//!                                                     -> HTML       -web-> Document
//! files -web (member by member)-> WARC, WET            -web-> Documents
//!                                                     -> JSON Lines -lines-\
//!                                                     -> JSON       -array-+-json--\
//!                                                     -> CSV, TSV   -table-----------+-record, date-> Documents
//! files -spool (where they come compressed or piped)--> Parquet     -parquet---------/
//! ```

pub(crate) mod array;
pub(crate) mod compress;
mod date;
#[doc(hidden)]
pub mod decode;
mod file;
pub(crate) mod intake;
#[doc(hidden)]
pub mod json;
mod lines;
#[cfg(feature = "parquet")]
#[doc(hidden)]
pub mod parquet;
mod problem;
pub(crate) mod record;
mod shape;
#[cfg(any(feature = "parquet", feature = "emit"))]
pub(crate) mod shared;
mod source;
mod spool;
#[cfg(feature = "csv")]
#[doc(hidden)]
pub mod table;
#[cfg(feature = "web")]
#[doc(hidden)]
pub mod web;

pub use compress::Compression;
pub use problem::{Problem, Reason};
pub use source::is_pattern;

use crate::model::document::Document;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Where to read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, a directory to walk, or a pattern of paths ([`is_pattern`]).
    Path(PathBuf),
    /// A file or directory that is called by another name than it has: a copy made elsewhere, say.
    Copy {
        /// Where it is.
        at: PathBuf,
        /// What it is called in paths, ids and messages.
        shown: PathBuf,
    },
    /// Standard input.
    Stdin,
}

/// What a file holds once it is decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One document, plain text or Markdown.
    Text,
    /// One JSON object, or an array of them.
    Json,
    /// JSON Lines: one object a line.
    Jsonl,
    /// A table with commas, or with semicolons where its header has no comma: one record a row, below a header. Needs the
    /// feature `csv`.
    Csv,
    /// The same with tabs. Needs the feature `csv`.
    Tsv,
    /// Apache Parquet: one record a row. Needs the feature `parquet`.
    Parquet,
    /// One page of the web: the document is the article on it. Needs the feature `web`.
    Html,
    /// An archive of the web, WARC or WET: the articles of the pages in it, and its texts. Needs the feature `web`.
    Warc,
}

impl Format {
    /// The name, as `--input-format` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Text => "text",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Parquet => "parquet",
            Format::Html => "html",
            Format::Warc => "warc",
        }
    }
}

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputOptions {
    /// The format of every input; nothing: by file name, then by content.
    pub format: Option<Format>,
    /// The field or column that holds the text; nothing: guessed.
    pub text_field: Option<String>,
    /// The field or column that holds the id; nothing: guessed.
    pub id_field: Option<String>,
    /// The field or column that holds the source; nothing: guessed.
    pub source_field: Option<String>,
    /// The field or column that holds the date; nothing: guessed.
    pub date_field: Option<String>,
    /// The encoding of every text that carries no byte-order mark, by its WHATWG label; nothing: declared or detected.
    pub encoding: Option<String>,
    /// Walk hidden files and directories too.
    pub hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore files.
    pub no_ignore: bool,
    /// Copy standard input to a temporary file without a name first, so that it can be read again: [`ReadFile::spool`].
    pub spool_stdin: bool,
}

/// A file that was opened, as it was then.
#[derive(Debug, Clone)]
pub struct ReadFile {
    /// Where it is; nothing: standard input.
    pub path: Option<PathBuf>,
    /// What it is called, [`Document::path`] of its documents.
    pub shown: String,
    /// Which of the inputs led to it, counted from 0.
    pub input: usize,
    /// Its path below the directory that was an input; the file's name where a file or pattern was; `-` for standard input.
    pub relative: PathBuf,
    /// What it holds once it is decompressed.
    pub format: Format,
    /// How it is compressed.
    pub compression: Option<Compression>,
    /// Its length in bytes; of standard input 0, unless it was copied.
    pub size: u64,
    /// When it was last changed, where the system says so.
    pub modified: Option<SystemTime>,
    /// The copy of standard input, where [`InputOptions::spool_stdin`] asked for one. Goes with the last clone.
    pub spool: Option<Arc<File>>,
}

/// All that came in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// The documents, in the order of the inputs.
    pub documents: Vec<Document>,
    /// Every file that was opened, in the order of the inputs.
    pub sources: Vec<ReadFile>,
    /// Files that were reached again under another name or by a link, and read only once.
    pub met_again: u64,
    /// Files read, standard input counted as one.
    pub files: u64,
    /// Bytes read, before decompression.
    pub bytes: u64,
    /// How many problems there were of each kind; never cut.
    pub skipped: BTreeMap<Reason, u64>,
    /// The first five of each kind; a binary file met in a directory is only counted.
    pub problems: Vec<Problem>,
    /// How many texts came in each encoding other than UTF-8, by WHATWG name.
    pub encodings: BTreeMap<String, u64>,
    /// Texts (records, in JSON) in which bytes that do not belong to their encoding, or surrogates without their other half,
    /// were replaced by U+FFFD.
    pub replaced: u64,
    /// How many pages are in another encoding than they name; they were read in the one they are in.
    pub wrong_encodings: u64,
    /// The first five of them: file, and record where there is one.
    pub wrong_encodings_at: Vec<String>,
    /// Records of archives that are no pages and were passed over, by their kind: `request`, `revisit` and so on.
    pub other_records: BTreeMap<&'static str, u64>,
    /// Dates that could not be understood; their documents are kept without a date.
    pub bad_dates: u64,
    /// How many records of JSON and tables had their `text`, `id`, `source` and `date` (the first part of the key) in which field (the second).
    pub fields: BTreeMap<(&'static str, String), u64>,
}

/// Files below this size are read several at a time, larger ones one after the other, each by all threads.
const HEAVY: u64 = 8 << 20;

/// Files read between two looks at what came of them.
const GROUP: usize = 1024;

/// Reads everything. `progress` is told of bytes as they are read; when it says `false`, reading stops early.
///
/// The result depends on the inputs alone, never on the number of threads. A file that is reached twice, also by a
/// link or under another name, is read once, under the first. Inside a directory, files are taken in the order of their names. An unknown
/// [`encoding`](InputOptions::encoding) reads nothing and is a problem of each input; see [`known_encoding`].
///
/// Cost: the texts, and about 8 MiB for each file being read (a JSON array is held whole while it is read, and a page of each
/// needed column of Parquet).
pub fn read(inputs: &[Input], options: &InputOptions, progress: &(dyn Fn(u64) -> bool + Sync)) -> Intake {
    let mut intake = Intake::default();
    let sources = source::list(inputs, options, &mut intake);
    let Some(reader) = reader(options, progress, None, &sources, &mut intake) else { return intake };
    let threads = rayon::current_num_threads();
    let packed = sources.iter().filter(|s| s.packed && s.size >= HEAVY).count();
    // Decompression knows one thread, so many large compressed files are better read side by side.
    let heavy = |s: &source::Source| s.size >= HEAVY && (!s.packed || packed < threads);
    for run in sources.chunk_by(|x, y| heavy(x) == heavy(y)) {
        for group in run.chunks(if heavy(&run[0]) { 1 } else { GROUP }) {
            side_by_side(&reader, group).into_iter().for_each(|part| intake.absorb(part));
        }
        if reader.stopped() {
            break;
        }
    }
    intake
}

/// Reads everything without keeping it: documents are handed to `each` some at a time, in the order in which [`read`] has them. The answer
/// is without them.
///
/// `each` is called by the calling thread, one call after the other. It may wait, for a channel say: nothing is read meanwhile.
///
/// Cost: some 32 MiB of texts, or what one JSON array, one text or one row group of Parquet holds.
pub fn read_each(
    inputs: &[Input],
    options: &InputOptions,
    progress: &(dyn Fn(u64) -> bool + Sync),
    each: &(dyn Fn(Vec<Document>) + Sync),
) -> Intake {
    let mut intake = Intake::default();
    let sources = source::list(inputs, options, &mut intake);
    let Some(reader) = reader(options, progress, Some(each), &sources, &mut intake) else { return intake };
    let mut rest = &sources[..];
    while !rest.is_empty() && !reader.stopped() {
        let mut bytes = 0u64;
        let light = |s: &&source::Source| {
            bytes = bytes.saturating_add(s.size);
            s.size < HEAVY && bytes <= 4 * HEAVY
        };
        let (group, behind) = rest.split_at(rest.iter().take(GROUP).take_while(light).count().max(1));
        // A file alone is read by this very thread, so that `each` may wait without holding up the others.
        let parts = if group.len() == 1 { vec![reader.read(&group[0], true)] } else { side_by_side(&reader, group) };
        for mut part in parts {
            let documents = std::mem::take(&mut part.documents);
            if !documents.is_empty() {
                each(documents);
            }
            intake.absorb(part);
        }
        rest = behind;
    }
    intake
}

fn side_by_side(reader: &file::Reader, group: &[source::Source]) -> Vec<Intake> {
    let alone = group.len() == 1;
    group.par_iter().with_max_len(1).map(|s| reader.read(s, alone)).collect()
}

/// A reader; where the options make none, that is a problem of each input.
fn reader<'a>(
    options: &InputOptions,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    tap: Option<record::Tap<'a>>,
    sources: &[source::Source],
    intake: &mut Intake,
) -> Option<file::Reader<'a>> {
    let made = file::Reader::new(options, progress, tap);
    made.map_err(|why| sources.iter().for_each(|s| intake.skip(Reason::Unreadable, &s.shown, None, || why.clone()))).ok()
}

/// What the name of a file says that it holds, and how it is compressed.
///
/// ```
/// use nearcopy::ingest::{Compression, Format, by_name};
/// assert_eq!(by_name("a/b.jsonl.zst".as_ref()), (Some(Format::Jsonl), Some(Compression::Zstd)));
/// ```
pub fn by_name(path: &Path) -> (Option<Format>, Option<Compression>) {
    let (format, packed) = source::by_name(&source::shown(path));
    let ends = |end: &str| path.extension().is_some_and(|e| e.eq_ignore_ascii_case(end));
    let kinds = [("gz", Compression::Gzip), ("zst", Compression::Zstd), ("bz2", Compression::Bzip2)];
    (format, kinds.into_iter().find(|(end, _)| packed && ends(end)).map(|(_, kind)| kind))
}

/// What a field can be to a document (`text`, `id`, `source`, `date`), and the names that are tried for each, best first; where none is there, the
/// same in other letter case.
///
/// ```
/// let (role, names) = nearcopy::ingest::field_names()[1];
/// assert_eq!((role, names[0]), ("id", "id"));
/// ```
pub fn field_names() -> [(&'static str, &'static [&'static str]); 4] {
    std::array::from_fn(|role| (record::ROLES[role], record::GUESSES[role]))
}

/// A date as people and programs write it, as `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SSZ`, whose byte order is that of time; nothing where it cannot
/// be understood. A time without zone is taken as UTC; what reads differently in different countries (`01/02/2020`) is not understood.
///
/// ```
/// use nearcopy::ingest::normalise_date;
/// assert_eq!(normalise_date("May 3, 2024").as_deref(), Some("2024-05-03"));
/// assert_eq!(normalise_date("01/02/2020"), None);
/// ```
pub fn normalise_date(date: &str) -> Option<String> {
    date::normalise(date)
}

/// Whether a label is one of the WHATWG encoding labels, such as `windows-1252`, `gb18030` or `shift_jis`.
///
/// ```
/// assert!(nearcopy::ingest::known_encoding("latin1"));
/// assert!(!nearcopy::ingest::known_encoding("martian"));
/// ```
pub fn known_encoding(label: &str) -> bool {
    encoding_rs::Encoding::for_label(label.as_bytes()).is_some()
}

/// The decompressed bytes of a file, where they can be read from any place.
#[cfg(all(feature = "parquet", feature = "emit"))]
pub(crate) fn keep_plain(file: &shared::Shared) -> std::io::Result<shared::Shared> {
    use std::io::Read;
    let plain = compress::Plain::open(Box::new(file.reader(0)), file.length());
    match plain.error {
        Some(e) => Err(e),
        None => match spool::keep(&mut std::io::Cursor::new(plain.head).chain(plain.rest))? {
            (_, Some(e)) => Err(e),
            (file, None) => shared::Shared::new(&file),
        },
    }
}
