//! Owns: which files are read, in which order and under which names; path patterns. Never: opens
//! one of them.

use crate::ingest::format::{READ, by_name, is_xml};
use crate::ingest::input::{Input, InputOptions};
use crate::ingest::input_file::InputFile;
use crate::ingest::missing_path::unfitting;
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::tracked::tracked;
use crate::ingest::unsupported;
use crate::ingest::walk_filter::WalkFilter;
use ignore::WalkBuilder;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// Lists all files to read, in the order of the inputs and, inside a directory, of the names. A
/// file that is reached under several names keeps the first.
pub(super) fn list(
    inputs: &[Input],
    options: &InputOptions,
    intake: &mut ReadResult,
) -> Vec<InputFile> {
    let mut sources = Vec::new();
    for (number, input) in inputs.iter().enumerate() {
        match input {
            Input::Stdin => sources.push(InputFile::stdin(number)),
            Input::Path(path) if is_pattern(path) => {
                for path in matches(path, options, intake) {
                    add_path(&path, &path, number, options, &mut sources, intake);
                }
            }
            Input::Path(path) => add_path(path, path, number, options, &mut sources, intake),
            Input::Copy { at, display_path: shown } => {
                add_path(at, shown, number, options, &mut sources, intake)
            }
        }
    }
    let mut real = CanonicalPaths::default();
    let mut met: HashMap<Option<PathBuf>, usize> = HashMap::with_capacity(sources.len());
    let mut linked: HashMap<(u64, u64), usize> = HashMap::new();
    let mut first: Vec<InputFile> = Vec::with_capacity(sources.len());
    for source in sources {
        let same = source.linked.map(|file| linked.entry(file).or_insert_with(|| first.len()));
        if let Some(known) = same.filter(|known| **known < first.len()) {
            first[*known].named |= source.named;
            intake.repeated_files += 1;
            continue;
        }
        match met.entry(source.path.as_deref().map(|path| real.of(path))) {
            Entry::Occupied(known) => {
                // A file that was found and is also named was named.
                first[*known.get()].named |= source.named;
                intake.repeated_files += 1;
            }
            Entry::Vacant(free) => {
                free.insert(first.len());
                first.push(source);
            }
        }
    }
    first
}

/// Adds a path that was named, and all files below it if it is a directory; `called` is its
/// reported name.
fn add_path(
    path: &Path,
    called: &Path,
    number: usize,
    options: &InputOptions,
    sources: &mut Vec<InputFile>,
    intake: &mut ReadResult,
) {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => walk(path, called, number, options, sources, intake),
        Ok(meta) => sources.push(InputFile::of(
            path.to_owned(),
            display_path(called),
            Some(&meta),
            None,
            number,
        )),
        Err(e) => {
            intake.unreachable(&e, path, &display_path(called));
            intake.failed_named += 1;
        }
    }
}

/// Resolves links in paths. Directories are resolved once.
#[derive(Default)]
struct CanonicalPaths(HashMap<PathBuf, PathBuf>);

impl CanonicalPaths {
    fn of(&mut self, path: &Path) -> PathBuf {
        let directory = match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => Path::new("/"),
        };
        let (Some(name), false) = (path.file_name(), path.is_symlink()) else {
            return fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        };
        if !self.0.contains_key(directory) {
            let real = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
            self.0.insert(directory.to_path_buf(), real);
        }
        self.0[directory].join(name)
    }
}

/// Whether a path is a pattern: it contains `*`, `?` or `[`, and no file of that name exists.
///
/// ```
/// use std::path::Path;
/// assert!(nearcopy::ingest::is_pattern(Path::new("data/*.jsonl")));
/// assert!(!nearcopy::ingest::is_pattern(Path::new("data/all.jsonl")));
/// ```
pub fn is_pattern(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '[']) && fs::symlink_metadata(path).is_err()
}

/// Lists the paths that match a pattern, in the order of names, by the rules of a shell: `*` and
/// `?` match no `/` and, unless hidden files are walked, no dot at the beginning of a name; ignore
/// files do not apply.
fn matches(pattern: &Path, options: &InputOptions, intake: &mut ReadResult) -> Vec<PathBuf> {
    let rules = glob::MatchOptions {
        case_sensitive: true,
        require_literal_separator: true,
        require_literal_leading_dot: !options.hidden,
    };
    let mut found = Vec::new();
    match pattern.to_str().map(|text| glob::glob_with(text, rules)) {
        Some(Ok(paths)) => {
            for path in paths {
                match path {
                    Ok(path) => found.push(path),
                    Err(e) => {
                        intake.unreachable(e.error(), e.path(), &display_path(e.path()));
                        intake.failed_named += 1;
                    }
                }
            }
            if found.is_empty() {
                intake.skip(Reason::Missing, &display_path(pattern), None, || unfitting(pattern));
                intake.failed_named += 1;
            }
        }
        Some(Err(e)) => {
            intake.skip(Reason::Missing, &display_path(pattern), None, || {
                format!("is no file, and as a pattern it is wrong ({e}): mend it")
            });
            intake.failed_named += 1;
        }
        None => {
            let gone = io::ErrorKind::NotFound.into();
            intake.unreachable(&gone, pattern, &display_path(pattern));
            intake.failed_named += 1;
        }
    }
    found
}

/// Walks a directory as git does, in the order of names: links to directories are not followed.
fn walker(
    directory: &Path,
    called: &Path,
    filter: &WalkFilter,
    options: &InputOptions,
) -> WalkBuilder {
    let obey = !options.no_ignore;
    let mut builder = WalkBuilder::new(directory);
    builder.standard_filters(obey).git_global(false).hidden(!options.hidden);
    builder.require_git(false).follow_links(false).sort_by_file_name(|a, b| a.cmp(b));
    let (root, called, filter) = (directory.to_owned(), called.to_owned(), filter.clone());
    let own = options.passed_over.as_ref().and_then(|path| fs::canonicalize(path).ok());
    builder.filter_entry(move |entry| {
        let is_own = |own: &PathBuf| {
            own.file_name() == Some(entry.file_name())
                && fs::canonicalize(entry.path()).is_ok_and(|path| path == *own)
        };
        if entry.depth() > 0 && own.as_ref().is_some_and(is_own) {
            return false;
        }
        let Ok(below) = entry.path().strip_prefix(&root) else { return true };
        let shown = display_path(&called.join(below));
        entry.depth() == 0 || !filter.leaves_out(&shown, &display_path(below))
    });
    if obey {
        builder.add_custom_ignore_filename(".nearcopyignore");
    }
    builder
}

/// Adds the files of a directory that have a known extension, and counts the others.
fn walk(
    directory: &Path,
    called: &Path,
    number: usize,
    options: &InputOptions,
    sources: &mut Vec<InputFile>,
    intake: &mut ReadResult,
) {
    let shown = |path: &Path| {
        display_path(
            &path
                .strip_prefix(directory)
                .map_or_else(|_| path.to_owned(), |rest| called.join(rest)),
        )
    };
    let filter = WalkFilter::new(options).unwrap_or_default();
    let below = |path: &Path| display_path(path.strip_prefix(directory).unwrap_or(path));
    let before = (sources.len(), intake.failed_walked + intake.failed_named);
    let mut met = Vec::new();
    for entry in walker(directory, called, &filter, options).build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let path = error_path(&e).map_or_else(|| shown(directory), &shown);
                count_walk_error(&e, &path, intake);
                continue;
            }
        };
        // Standard input has no type, and is never in a directory.
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
        let path = entry.path();
        met.push(path.to_owned());
        if kind.is_symlink() && fs::metadata(path).is_ok_and(|m| m.is_dir()) {
            if entry.depth() > 0 {
                intake.skip(Reason::LinkedDirectory, &shown(path), None, || {
                    "a link to a directory is not followed: name it itself to read it".into()
                });
            }
            continue;
        }
        let (shown, below) = (shown(path), below(path));
        if filter.admits(&shown, &below) {
            let named = filter.names(&shown, &below);
            sources.extend(found_file(path, shown, directory, number, named, intake));
        }
    }
    if !options.no_ignore {
        let met: HashSet<PathBuf> = met.into_iter().collect();
        let tracked = tracked(directory, options.hidden).into_iter();
        for path in tracked.filter(|path| !met.contains(path) && path.is_file()) {
            let (shown, below) = (shown(&path), below(&path));
            let named = filter.names(&shown, &below);
            let known = named || by_name(&path).0.is_some() || is_xml(&path);
            if known && filter.admits(&shown, &below) && !filter.leaves_out_any(&shown, &below) {
                sources.extend(found_file(&path, shown, directory, number, named, intake));
            }
        }
    }
    if before == (sources.len(), intake.failed_walked + intake.failed_named) {
        intake.skip(Reason::NoRecords, &display_path(called), None, || {
            "a directory without a file that is read".into()
        });
    }
}

/// Counts what the walk of a directory cannot enter.
fn count_walk_error(error: &ignore::Error, path: &str, intake: &mut ReadResult) {
    match error.io_error() {
        Some(io) => intake.unreadable(io, path),
        None => {
            intake.skip(Reason::Unreadable, path, None, || format!("cannot be walked ({error})"))
        }
    }
    // The directory itself was named; what is in it was found.
    let itself = error.depth().unwrap_or_default() == 0;
    *if itself { &mut intake.failed_named } else { &mut intake.failed_walked } += 1;
}

/// A file that the walk of a directory met, if it is to be read; else it is counted. `included`: a
/// pattern of the caller names it, so that its ending need not be known.
fn found_file(
    path: &Path,
    shown: String,
    directory: &Path,
    number: usize,
    included: bool,
    intake: &mut ReadResult,
) -> Option<InputFile> {
    let meta = fs::metadata(path);
    let known = meta.as_ref().ok();
    let mut source = InputFile::of(path.to_owned(), shown, known, Some(directory), number);
    source.sniffed = is_xml(path) && !included;
    let shown = &source.display_path;
    if source.format.is_none() && !included && !source.sniffed {
        // Beside the file itself, a packed copy of it adds nothing.
        let beside = path.with_extension("").exists();
        match unsupported::by_name(path).filter(|_| !beside) {
            Some(why) => {
                intake.skip(Reason::Unsupported, shown, None, || why);
                intake.failed_walked += 1;
            }
            None => intake.skip(Reason::UnknownName, shown, None, || {
                format!(
                    "not read: only {READ} are read from a directory; name the file itself to \
                     read it"
                )
            }),
        }
        return None;
    }
    match meta {
        Ok(meta) if meta.is_file() => return Some(source),
        Ok(_) => intake.skip(Reason::Unreadable, shown, None, || {
            "not a regular file; name it itself to read it".into()
        }),
        Err(e) => intake.unreachable(&e, path, shown),
    }
    intake.failed_walked += 1;
    None
}

/// The path that an error of the walk is about.
fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            error_path(err)
        }
        _ => None,
    }
}

/// The reported name of a path: as the caller wrote it, without `./`, with `/` as separator, and
/// with each byte that is not Unicode as `\\xFF`, so that no two paths share a name.
pub(super) fn display_path(path: &Path) -> String {
    let mut out = String::new();
    for part in path.components() {
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        match part {
            Component::CurDir => {}
            Component::RootDir if out.ends_with('/') => {}
            Component::RootDir => out.push('/'),
            part => unicode(part.as_os_str(), &mut out),
        }
    }
    if out.is_empty() { ".".into() } else { out }
}

fn unicode(name: &OsStr, out: &mut String) {
    for part in name.as_encoded_bytes().utf8_chunks() {
        out.push_str(part.valid());
        part.invalid().iter().for_each(|byte| out.push_str(&format!("\\x{byte:02X}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_shown_as_given() {
        for (path, want) in [
            ("./a/b", "a/b"),
            ("a//b/./c", "a/b/c"),
            ("/x/y", "/x/y"),
            ("../a", "../a"),
            (".", "."),
            ("/", "/"),
        ] {
            assert_eq!(display_path(Path::new(path)), want);
        }
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStrExt;
            assert_eq!(
                display_path(Path::new(OsStr::from_bytes(b"d/\xe9t\xc3\xa9.txt"))),
                "d/\\xE9té.txt"
            );
        }
    }
}
