//! Owns: what a caller asks to have read: where the inputs are, and the options for reading them.
//! Never: reads one.

use crate::ingest::format::Format;
use crate::ingest::page_kind::PageKind;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// An input to read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A file, a directory to walk, or a pattern of paths ([`is_pattern`](super::is_pattern)).
    Path(PathBuf),
    /// A file or directory that is reported under another name than it has, such as a copy made
    /// elsewhere.
    Copy {
        /// The path of the file or directory.
        at: PathBuf,
        /// The name of the input in paths, ids and messages.
        display_path: PathBuf,
    },
    /// Standard input.
    Stdin,
}

/// What is written around the fields of a table that hold its delimiter or a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TableQuote {
    /// Nothing: a quote is an ordinary character.
    None,
    /// This character of ASCII.
    Character(u8),
}

/// What a caller sets for all tables with delimiters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct TableOptions {
    /// The delimiter, a character of ASCII; `None`: recognised for each table.
    pub delimiter: Option<u8>,
    /// The quote; `None`: `"`.
    pub quote: Option<TableQuote>,
}

impl_with!(TableOptions);

/// What happens when an input fails: when it is missing, unreadable, of a kind that is not read, or
/// cut short ([`ReasonKind::Failure`](super::ReasonKind::Failure)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OnError {
    /// The first failing input that the caller named ends the reading. A failing file that was
    /// found in a directory is counted, and reading goes on.
    #[default]
    StopIfNamed,
    /// The first failing input ends the reading.
    Stop,
    /// Failing inputs are counted, and reading goes on. What was read before the failure counts.
    Skip,
}

/// The options for reading inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// The format of every input; `None`: by file name, then by content.
    pub format: Option<Format>,
    /// The field or column that holds the text; `None`: guessed.
    pub text_field: Option<String>,
    /// The field or column that holds the id; `None`: guessed.
    pub id_field: Option<String>,
    /// The field or column that holds the source; `None`: guessed, and where a record has none, the
    /// host of its address ([`host_of`](crate::ingest::host_of)).
    pub source_field: Option<String>,
    /// The field or column that holds the date; `None`: guessed.
    pub date_field: Option<String>,
    /// The field or column that holds the title; `None`: guessed.
    pub title_field: Option<String>,
    /// The field or column that holds the [`Score`](crate::Score) of the document; `None`: there is
    /// none.
    pub score_field: Option<String>,
    /// The delimiter and the quote of tables.
    pub table: TableOptions,
    /// The encoding of every text that carries no byte-order mark, by its WHATWG label; `None`:
    /// declared or detected.
    pub encoding: Option<String>,
    /// The same for the files that fit a pattern, each with its label: of their names where the
    /// pattern has no `/`, else of their paths as they are reported. The last one that fits counts,
    /// before `encoding`.
    pub encodings: Vec<(String, String)>,
    /// The bytes of text (UTF-8) in one document at most; `None`:
    /// [`MAX_DOCUMENT`](super::MAX_DOCUMENT), and never more than
    /// [`LARGEST_DOCUMENT`](super::LARGEST_DOCUMENT). A longer one is skipped as
    /// [`Reason::TooLong`](super::Reason::TooLong). It limits the memory of reading as well: a
    /// record is not held beyond three times as many bytes.
    pub max_document: Option<u64>,
    /// What web pages are read as.
    pub page: PageKind,
    /// Patterns of the files that are read in directories, whatever their endings are; none: those
    /// with known endings. A pattern without `/` is one of names, of files or of directories.
    pub include: Vec<String>,
    /// Patterns of the files and directories that are left out in directories.
    pub exclude: Vec<String>,
    /// A directory that walks pass over wherever they meet it, and do not count: one that the run
    /// itself writes into.
    pub passed_over: Option<PathBuf>,
    /// Walk hidden files and directories too.
    pub hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore files.
    pub no_ignore: bool,
    /// Copy standard input to an unnamed temporary file first, so that it can be read again:
    /// [`ReadFile::spool`](crate::ingest::ReadFile::spool).
    pub spool_stdin: bool,
    /// What happens when an input fails.
    pub on_error: OnError,
}

impl_with!(InputOptions);
