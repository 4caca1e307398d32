//! Owns: what a caller asks to have read: where the inputs are, and how to read them. Never: reads
//! one.

use crate::ingest::format::Format;
use std::path::PathBuf;

/// Where to read from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// A file, a directory to walk, or a pattern of paths ([`is_pattern`](super::is_pattern)).
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

/// How to read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
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
    /// The encoding of every text that carries no byte-order mark, by its WHATWG label; nothing:
    /// declared or detected.
    pub encoding: Option<String>,
    /// Walk hidden files and directories too.
    pub hidden: bool,
    /// Do not obey .gitignore, .ignore and .nearcopyignore files.
    pub no_ignore: bool,
    /// Copy standard input to a temporary file without a name first, so that it can be read again:
    /// [`ReadFile::spool`](crate::ingest::ReadFile::spool).
    pub spool_stdin: bool,
}

impl_with!(InputOptions);
