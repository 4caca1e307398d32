//! Owns: one file that is to be read, with what its name and its entry show. Never: opens it.

use crate::ingest::format::{Format, by_name};
#[cfg(feature = "emit")]
use crate::ingest::read_result::ReadFile;
use std::fs;
use std::path::{Path, PathBuf};

/// One file to read, or standard input.
#[derive(Debug)]
pub(super) struct InputFile {
    /// Its path; `None`: standard input.
    pub path: Option<PathBuf>,
    /// Its reported name.
    pub display_path: String,
    /// Whether the caller named it, rather than the walk of a directory.
    pub named: bool,
    /// Its length in bytes; that of standard input is unknown and taken to be large.
    pub size: u64,
    /// Whether its extension is that of a compression.
    pub packed: bool,
    /// The format that its extension shows.
    pub format: Option<Format>,
    /// Whether it is read only if its first bytes are those of a feed or a page.
    pub sniffed: bool,
    /// The device and number of a file that has several names.
    pub linked: Option<(u64, u64)>,
    /// The index of the input that led to it.
    pub input: usize,
    /// Its path relative to the directory that was walked; for a file that was named, its name.
    pub relative: PathBuf,
}

impl InputFile {
    pub(super) fn of(
        path: PathBuf,
        shown: String,
        meta: Option<&fs::Metadata>,
        below: Option<&Path>,
        input: usize,
    ) -> InputFile {
        let size = meta.map_or(0, fs::Metadata::len);
        let (format, packed) = by_name(Path::new(&shown));
        let relative = match below {
            Some(directory) => path.strip_prefix(directory).ok(),
            None => path.file_name().map(Path::new),
        };
        let relative = relative.map_or_else(|| path.clone(), Path::to_path_buf);
        InputFile {
            path: Some(path),
            display_path: shown,
            named: below.is_none(),
            size,
            packed: packed.is_some(),
            format,
            sniffed: false,
            linked: meta.and_then(names_of),
            input,
            relative,
        }
    }

    /// An entry for a file that was read before.
    #[cfg(feature = "emit")]
    pub(super) fn reread(file: &ReadFile) -> InputFile {
        let (path, shown, relative) =
            (file.path.clone(), file.display_path.clone(), file.relative.clone());
        let (size, format, input) = (file.size, Some(file.format), file.input);
        InputFile {
            path,
            display_path: shown,
            named: true,
            size,
            packed: false,
            format,
            sniffed: false,
            linked: None,
            input,
            relative,
        }
    }

    /// Standard input, whose length is unknown and taken to be large.
    pub(super) fn stdin(input: usize) -> InputFile {
        let (shown, relative) = ("-".to_owned(), PathBuf::from("-"));
        InputFile {
            path: None,
            display_path: shown,
            named: true,
            size: u64::MAX,
            packed: false,
            format: None,
            sniffed: false,
            linked: None,
            input,
            relative,
        }
    }
}

/// The device and number of a file that has several names, by which these are one file.
#[cfg(unix)]
fn names_of(meta: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    (meta.is_file() && meta.nlink() > 1).then(|| (meta.dev(), meta.ino()))
}

#[cfg(not(unix))]
fn names_of(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}
