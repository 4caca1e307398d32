//! Owns: the error of an incomplete rewrite of a file, and whether input or output caused it.
//! Never: decides what follows from it.

use crate::escape;
use crate::ingest::ReadFile;
use std::io;

/// The side that caused an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorSide {
    /// The input: it is gone, was changed, is damaged, or does not fit the output.
    Input,
    /// The output, or the receiver of removed records, cannot be written.
    Output,
}

/// The reason why a file was not written to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The input that was being written.
    pub path: String,
    /// What is wrong.
    pub what: String,
    /// What the user can do about it.
    pub remedy: String,
    /// The side that caused the error.
    pub side: ErrorSide,
}

impl Error {
    pub(super) fn input(
        file: &ReadFile,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Error {
        Error {
            path: file.display_path.clone(),
            what: what.into(),
            remedy: mend.into(),
            side: ErrorSide::Input,
        }
    }

    pub(super) fn output(file: &ReadFile, error: &io::Error) -> Error {
        let (what, mend) =
            (format!("cannot be written ({error})"), "make room, or write elsewhere".into());
        Error { path: file.display_path.clone(), what, remedy: mend, side: ErrorSide::Output }
    }

    /// A document that is written whole or not at all was to be changed.
    pub(super) fn cannot_edit(file: &ReadFile) -> Error {
        Error::input(
            file,
            "nothing can be cut out of a page or added to it",
            "remove whole pages only",
        )
    }

    /// The output already has a file that this one cannot be combined with.
    pub(super) fn incompatible_input(file: &ReadFile, what: &str) -> Error {
        Error::input(file, what, "write the files one by one")
    }
}

/// `path: what: mend`, control characters escaped.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Error { path, what, remedy: mend, .. } = self;
        let path = if path == "-" { "standard input" } else { path };
        f.write_str(&escape::message(&format!("{path}: {what}: {mend}")))
    }
}

impl std::error::Error for Error {}
