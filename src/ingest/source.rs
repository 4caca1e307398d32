//! Owns: which files are read, in which order, and what they are called. Never: opens one of them.

use super::{Format, Input, InputOptions, Intake, Reason};
use ignore::WalkBuilder;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

/// One file to read, or standard input.
#[derive(Debug)]
pub(super) struct Source {
    /// Where it is; nothing: standard input.
    pub path: Option<PathBuf>,
    /// What it is called.
    pub shown: String,
    /// Whether it was named, not met in a directory.
    pub named: bool,
    /// Its length; of standard input, unknown and taken to be large.
    pub size: u64,
    /// Whether its name says that it is compressed.
    pub packed: bool,
    /// What its name says that it holds.
    pub format: Option<Format>,
}

impl Source {
    fn of(path: PathBuf, shown: String, size: u64, named: bool) -> Source {
        let (format, packed) = by_name(&shown);
        Source { path: Some(path), shown, named, size, packed, format }
    }
}

/// Everything to read, in the order of the inputs and, inside a directory, of the names.
pub(super) fn list(inputs: &[Input], options: &InputOptions, intake: &mut Intake) -> Vec<Source> {
    let mut sources = Vec::new();
    for input in inputs {
        match input {
            Input::Stdin => {
                sources.push(Source { path: None, shown: "-".into(), named: true, size: u64::MAX, packed: false, format: None })
            }
            Input::Path(path) => look(path, path, options, &mut sources, intake),
            Input::Copy { at, shown } => look(at, shown, options, &mut sources, intake),
        }
    }
    let mut met = HashSet::with_capacity(sources.len());
    let first: Vec<bool> = sources.iter().map(|s| met.insert(s.shown.as_str())).collect();
    let mut first = first.into_iter();
    sources.retain(|_| first.next().unwrap_or(true));
    sources
}

/// Takes a file or a directory that is called `called`.
fn look(path: &Path, called: &Path, options: &InputOptions, sources: &mut Vec<Source>, intake: &mut Intake) {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => walk(path, called, options, sources, intake),
        Ok(meta) => sources.push(Source::of(path.to_owned(), shown(called), meta.len(), true)),
        Err(e) => failed(&e, &shown(called), intake),
    }
}

/// Takes the files of a directory whose names are known, and counts the others.
fn walk(directory: &Path, called: &Path, options: &InputOptions, sources: &mut Vec<Source>, intake: &mut Intake) {
    let obey = !options.no_ignore;
    let shown = |path: &Path| shown(&path.strip_prefix(directory).map_or_else(|_| path.to_owned(), |rest| called.join(rest)));
    let mut builder = WalkBuilder::new(directory);
    builder.standard_filters(obey).git_global(false).hidden(!options.hidden).require_git(false).follow_links(true);
    builder.sort_by_file_name(|a, b| a.cmp(b));
    if obey {
        builder.add_custom_ignore_filename(".nearcopyignore");
    }
    for entry in builder.build() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                let path = about(&e).map_or_else(|| shown(directory), &shown);
                match e.io_error() {
                    Some(io) => failed(io, &path, intake),
                    None => intake.skip(Reason::Unreadable, &path, None, || format!("cannot be walked ({e})")),
                }
                continue;
            }
        };
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
        let size = entry.metadata().map_or(0, |m| m.len());
        let source = Source::of(entry.path().to_owned(), shown(entry.path()), size, false);
        if source.format.is_none() {
            intake.skip(Reason::UnknownName, &source.shown, None, || {
                "not read: only .txt, .text, .md, .markdown, .json, .jsonl and .ndjson (also .gz, .zst, .bz2) are read \
                 from a directory; name the file itself to read it"
                    .into()
            });
        } else if !kind.is_file() {
            intake.skip(Reason::Unreadable, &source.shown, None, || "not a regular file; name it itself to read it".into());
        } else {
            sources.push(source);
        }
    }
}

/// The path that an error of the walk is about.
fn about(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => about(err),
        _ => None,
    }
}

/// Counts a file or directory that cannot be opened.
pub(super) fn failed(error: &io::Error, shown: &str, intake: &mut Intake) {
    if error.kind() == io::ErrorKind::NotFound {
        intake.skip(Reason::Missing, shown, None, || "does not exist: check the path, also for a broken link".into());
    } else {
        intake.skip(Reason::Unreadable, shown, None, || format!("cannot be read ({error}): check its permissions"));
    }
}

/// What a path is called: as given, without `./`, with `/` between, what is not Unicode replaced.
pub(super) fn shown(path: &Path) -> String {
    let mut out = String::new();
    for part in path.components() {
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        match part {
            Component::CurDir => {}
            Component::RootDir if out.ends_with('/') => {}
            Component::RootDir => out.push('/'),
            part => out.push_str(&part.as_os_str().to_string_lossy()),
        }
    }
    if out.is_empty() { ".".into() } else { out }
}

/// What a file holds by its name, and whether it is compressed.
fn by_name(shown: &str) -> (Option<Format>, bool) {
    let name = shown.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let bare = [".gz", ".zst", ".bz2"].iter().find_map(|end| name.strip_suffix(end));
    let format = match bare.unwrap_or(&name).rsplit_once('.').map(|(_, end)| end) {
        Some("txt" | "text" | "md" | "markdown") => Some(Format::Text),
        Some("json") => Some(Format::Json),
        Some("jsonl" | "ndjson") => Some(Format::Jsonl),
        _ => None,
    };
    (format, bare.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        assert_eq!(by_name("x/A.TXT"), (Some(Format::Text), false));
        assert_eq!(by_name("x/a.jsonl.zst"), (Some(Format::Jsonl), true));
        assert_eq!(by_name("a.ndjson"), (Some(Format::Jsonl), false));
        assert_eq!(by_name("a.json.gz.gz"), (None, true));
        assert_eq!(by_name("README"), (None, false));
        assert_eq!(by_name("x.txt/README"), (None, false));
    }

    #[test]
    fn paths_are_shown_as_given() {
        for (path, want) in [("./a/b", "a/b"), ("a//b/./c", "a/b/c"), ("/x/y", "/x/y"), ("../a", "../a"), (".", "."), ("/", "/")]
        {
            assert_eq!(shown(Path::new(path)), want);
        }
    }
}
