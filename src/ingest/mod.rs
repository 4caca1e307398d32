//! Bytes to documents: files, directories, streams; compression, encodings, JSON. Never: keys or findings.

use crate::text::document::Document;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where to read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A file, or a directory to walk.
    Path(PathBuf),
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
}

impl Reason {
    /// The name in reports: `bad-json`, `no-text`, …
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
    /// The first few of each kind.
    pub problems: Vec<Problem>,
    /// How many texts came in each encoding other than UTF-8, by WHATWG name.
    pub encodings: BTreeMap<String, u64>,
    /// Texts in which bytes that do not belong to their encoding were replaced by U+FFFD.
    pub replaced: u64,
    /// Records whose date could not be understood; they count as undated.
    pub bad_dates: u64,
}

/// Reads everything. `progress` is told of bytes as they are read; when it says `false`, reading stops early.
pub fn read(_inputs: &[Input], _options: &InputOptions, _progress: &(dyn Fn(u64) -> bool + Sync)) -> Intake {
    Intake::default()
}
