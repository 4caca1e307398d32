//! Owns: why a file was not written to its end, and whose fault that is. Never: what is done about
//! it.

use crate::escape;
use crate::ingest::ReadFile;
use std::io;

/// Whose fault an [`Error`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorSide {
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
    pub side: ErrorSide,
}

impl Error {
    pub(super) fn input(
        file: &ReadFile,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Error {
        Error {
            path: file.shown.clone(),
            what: what.into(),
            mend: mend.into(),
            side: ErrorSide::Input,
        }
    }

    pub(super) fn output(file: &ReadFile, error: &io::Error) -> Error {
        let (what, mend) = (
            format!("its output cannot be written ({error})"),
            "make room, or write elsewhere".into(),
        );
        Error { path: file.shown.clone(), what, mend, side: ErrorSide::Output }
    }

    /// What is written whole or not at all was to be changed.
    pub(super) fn uncut(file: &ReadFile) -> Error {
        Error::input(
            file,
            "nothing can be cut out of a page or added to it",
            "remove whole pages only",
        )
    }

    /// The output was begun with a file that this one does not go with.
    pub(super) fn misfit(file: &ReadFile, what: &str) -> Error {
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
