//! Bytes to documents: files, directories, streams; compression, encodings, JSON. Never: keys or findings.
//!
//! ```text
//! inputs -source-> files -compress-> plain bytes -file-> one text  -decode-> Document
//!                                                     -> JSON Lines -lines-\
//!                                                     -> JSON       -array-+-json, date-> Documents
//! ```

mod array;
mod compress;
mod date;
#[doc(hidden)]
pub mod decode;
mod file;
mod intake;
#[doc(hidden)]
pub mod json;
mod lines;
mod source;

use crate::text::document::Document;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where to read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, or a directory to walk.
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
}

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InputOptions {
    /// The format of every input; nothing: by file name, then by content.
    pub format: Option<Format>,
    /// The field that holds the text; nothing: guessed.
    pub text_field: Option<String>,
    /// The field that holds the id; nothing: guessed.
    pub id_field: Option<String>,
    /// The field that holds the source; nothing: guessed.
    pub source_field: Option<String>,
    /// The field that holds the date; nothing: guessed.
    pub date_field: Option<String>,
    /// The encoding of every text that carries no byte-order mark, by its WHATWG label; nothing: declared or detected.
    pub encoding: Option<String>,
    /// Walk hidden files and directories too.
    pub hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore files.
    pub no_ignore: bool,
}

/// Why something was not read. The name is what the report shows under "skipped".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A path that was asked for does not exist.
    Missing,
    /// A file or directory that may not be read.
    Unreadable,
    /// A plain file with a NUL in its first 8 KiB.
    Binary,
    /// Compressed data that ends early or is damaged; what came before the damage is kept.
    BrokenCompression,
    /// A line or file that is not valid JSON.
    BadJson,
    /// A JSON value that is not an object.
    NotAnObject,
    /// A record without the text field.
    NoText,
    /// A record whose text field is not a string.
    TextNotString,
    /// A text of 4 GiB or more.
    TooLong,
    /// A file met in a directory whose name is not that of a text or of JSON; named explicitly it would be read.
    UnknownName,
}

impl Reason {
    /// The name in reports, in kebab case.
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Missing => "missing",
            Reason::Unreadable => "unreadable",
            Reason::Binary => "binary",
            Reason::BrokenCompression => "broken-compression",
            Reason::BadJson => "bad-json",
            Reason::NotAnObject => "not-an-object",
            Reason::NoText => "no-text",
            Reason::TextNotString => "text-not-string",
            Reason::TooLong => "too-long",
            Reason::UnknownName => "unknown-name",
        }
    }
}

/// One thing that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The kind.
    pub reason: Reason,
    /// The file, `-` for standard input.
    pub path: String,
    /// The record in it, counted from 1.
    pub record: Option<u64>,
    /// What is wrong and what to do about it, in words; holds no control characters.
    pub message: String,
}

/// `path:record: message`, control characters escaped.
impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:", intake::escape(&self.path))?;
        if let Some(record) = self.record {
            write!(f, "{record}:")?;
        }
        write!(f, " {}", self.message)
    }
}

/// All that came in.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    /// The documents, in the order of the inputs.
    pub documents: Vec<Document>,
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
    /// Dates that could not be understood; their documents are kept without a date.
    pub bad_dates: u64,
    /// How many JSON records had their `text`, `id`, `source` and `date` (the first part of the key) in which field (the second).
    pub fields: BTreeMap<(&'static str, String), u64>,
}

/// Files below this size are read several at a time, larger ones one after the other, each by all threads.
const HEAVY: u64 = 8 << 20;

/// Files read between two looks at what came of them.
const GROUP: usize = 1024;

/// Reads everything. `progress` is told of bytes as they are read; when it says `false`, reading stops early.
///
/// The result depends on the inputs alone, never on the number of threads. A file that is reached twice under one name
/// is read once. Inside a directory, files are taken in the order of their names. An unknown
/// [`encoding`](InputOptions::encoding) reads nothing and is a problem of each input; see [`known_encoding`].
///
/// Cost: the texts, and about 8 MiB for each file being read (a JSON array is held whole while it is read).
pub fn read(inputs: &[Input], options: &InputOptions, progress: &(dyn Fn(u64) -> bool + Sync)) -> Intake {
    let mut intake = Intake::default();
    let sources = source::list(inputs, options, &mut intake);
    let reader = match file::Reader::new(options, progress) {
        Ok(reader) => reader,
        Err(why) => {
            for s in &sources {
                intake.skip(Reason::Unreadable, &s.shown, None, || why.clone());
            }
            return intake;
        }
    };
    let threads = rayon::current_num_threads();
    let packed = sources.iter().filter(|s| s.packed && s.size >= HEAVY).count();
    // Decompression knows one thread, so many large compressed files are better read side by side.
    let heavy = |s: &source::Source| s.size >= HEAVY && (!s.packed || packed < threads);
    for run in sources.chunk_by(|x, y| heavy(x) == heavy(y)) {
        for group in run.chunks(if heavy(&run[0]) { 1 } else { GROUP }) {
            let alone = group.len() == 1;
            let parts: Vec<Intake> = group.par_iter().with_max_len(1).map(|s| reader.read(s, alone)).collect();
            parts.into_iter().for_each(|part| intake.absorb(part));
        }
        if reader.stopped() {
            break;
        }
    }
    intake
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
