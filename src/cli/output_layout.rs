//! Owns: the assignment of inputs to outputs: one file, a directory laid out as the input, or
//! standard output. Never: opens one of them.

use super::exit::{Failure, Result};
use super::messages::{clean, escaped_path};
use nearcopy::emit::Output;
use nearcopy::ingest::{Compression, Format, ReadFile, by_name};
use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

/// The layout of all outputs.
#[derive(Debug, PartialEq, Eq)]
pub enum OutputLayout {
    /// All records to standard output.
    Stdout(Stream),
    /// All records in one file.
    File(PathBuf, Stream),
    /// A file for each input file, by its number, in a directory.
    Tree(PathBuf, Vec<PathBuf>),
}

/// The format of one output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// Its format.
    pub format: Format,
    /// Its compression.
    pub compression: Option<Compression>,
}

impl OutputLayout {
    /// Refuses changes inside pages where they are written as pages: a page is written whole or
    /// removed.
    pub fn uncut(&self, files: &[ReadFile], flag: &str) -> Result<()> {
        let lines = matches!(self, OutputLayout::Stdout(to) | OutputLayout::File(_,
            to) if to.format == Format::Jsonl);
        match files.iter().find(|f| !lines && f.format.row().kept_whole) {
            Some(f) => Err(Failure::Said(format!(
                "{flag}: {} is {}, which is kept whole or removed whole, never cut or marked; \
                 nothing was written: name a .jsonl file as \
                 output to have the articles as records, or leave the flag out",
                clean(&f.display_path),
                f.format.row().title
            ))),
            None => Ok(()),
        }
    }
}

/// Refuses two inputs with one name: changes are looked up by name.
pub fn named_apart(files: &[ReadFile]) -> Result<()> {
    let mut met = HashSet::with_capacity(files.len());
    match files.iter().find(|f| !met.insert(f.display_path.as_str())) {
        Some(f) => Err(Failure::Said(format!(
            "two inputs are called {}: clean them one after the other",
            clean(&f.display_path)
        ))),
        None => Ok(()),
    }
}

/// Decides the outputs of the files that were read. `directories` says of each input whether it is
/// a directory or a pattern.
pub fn output_layout(out: &Path, files: &[ReadFile], directories: &[bool]) -> Result<OutputLayout> {
    let many = files.len() > 1 || directories.iter().any(|d| *d);
    if out == Path::new("-") {
        return stream(out, files, None)
            .map(|s| OutputLayout::Stdout(Stream { compression: None, ..s }));
    }
    let (named, packed) = by_name(out);
    // A directory's files with this ending are read as feeds, so it is none of records.
    let xml = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    let named = named.or(xml.then_some(Format::Feed));
    let slash = out.as_os_str().to_string_lossy().ends_with(['/', std::path::MAIN_SEPARATOR]);
    if out.is_dir() || slash || (many && named.is_none()) {
        written(out, files)?;
        return tree(files, directories).map(|paths| OutputLayout::Tree(out.to_owned(), paths));
    }
    let mut stream = stream(out, files, named)?;
    if named.is_some() || packed.is_some() {
        stream.compression = packed;
    }
    Ok(OutputLayout::File(out.to_owned(), stream))
}

/// The common format of an output for all files.
fn stream(out: &Path, files: &[ReadFile], named: Option<Format>) -> Result<Stream> {
    let Some(first) = files.first() else {
        return Ok(Stream { format: named.unwrap_or(Format::Jsonl), compression: None });
    };
    let compression = if files.len() == 1 { first.compression } else { None };
    let texts = files.iter().all(|f| Output::becomes_lines(f.format));
    // Concatenated texts would be one text, but concatenated archives are an archive.
    let archives = files.iter().all(|f| f.format.row().joinable);
    let apart = files.len() > 1 && !archives || !files.iter().all(|f| Output::writes(f.format));
    if texts && (named == Some(Format::Jsonl) || named.is_none() && apart) {
        return Ok(Stream { format: Format::Jsonl, compression });
    }
    written(out, files)?;
    let other = files.iter().find(|f| f.format != first.format);
    if let Some(other) = other {
        return Err(Failure::Said(format!(
            "--output {}: {} is {} and {} is {}, which one file cannot hold: name a directory",
            escaped_path(out),
            clean(&first.display_path),
            first.format.row().title,
            clean(&other.display_path),
            other.format.row().title
        )));
    }
    match named {
        // Only a file name distinguishes a table from text.
        Some(format)
            if format != first.format && first.format == Format::Text && first.path.is_none() =>
        {
            Err(Failure::Said(format!(
                "--output {}: standard input looks like text; if it is {}, say so with \
                 --input-format",
                escaped_path(out),
                format.row().title
            )))
        }
        Some(format) if format != first.format => Err(Failure::Said(format!(
            "--output {}: the input {} is {}, and records are written in the format they were read \
             in: give the output \
             a name of that format{}, or name a directory",
            escaped_path(out),
            clean(&first.display_path),
            first.format.row().title,
            if texts { " or of .jsonl" } else { "" }
        ))),
        _ if files.len() > 1
            && let Some(several) = first.format.row().single_document =>
        {
            Err(Failure::Said(format!(
                "--output {}: several {several} do not fit into one: name a directory, or a .jsonl \
                 file to have one text a line",
                escaped_path(out)
            )))
        }
        _ => Ok(Stream { format: first.format, compression }),
    }
}

/// Refuses a file that cannot be written in its own format.
fn written(out: &Path, files: &[ReadFile]) -> Result<()> {
    match files.iter().find(|f| !Output::writes(f.format)) {
        Some(f) => Err(Failure::Said(format!(
            "--output {}: {} is read as {} and cannot be written as one: name a .jsonl file to \
             have its documents as records, or leave it out (--exclude)",
            escaped_path(out),
            clean(&f.display_path),
            f.format.row().title
        ))),
        None => Ok(()),
    }
}

/// The path of each file relative to the output: its path relative to the input directory; where
/// that is ambiguous, with the directory's name before it.
fn tree(files: &[ReadFile], directories: &[bool]) -> Result<Vec<PathBuf>> {
    if let Some(stdin) = files.iter().find(|f| f.path.is_none()) {
        return Err(Failure::Said(format!(
            "{} cannot go into a directory: name an output file, or - for standard output",
            stdin.display_path
        )));
    }
    let short: Vec<PathBuf> = files.iter().map(|f| f.relative.clone()).collect();
    let long = || files.iter().map(|f| behind(f, directories)).collect::<Vec<_>>();
    let whole = || files.iter().map(|f| inside(Path::new(&f.display_path))).collect::<Vec<_>>();
    let all = [short, long(), whole()];
    match all.iter().find(|paths| clash(paths).is_none()) {
        Some(paths) => Ok(paths.clone()),
        None => {
            let (x, y) = clash(&all[2]).unwrap_or_default();
            Err(Failure::Said(format!(
                "{} and {} would both become {}: clean them one after the other",
                clean(&files[x].display_path),
                clean(&files[y].display_path),
                escaped_path(&all[2][x])
            )))
        }
    }
}

/// The path of a file relative to the parent of its input.
fn behind(file: &ReadFile, directories: &[bool]) -> PathBuf {
    let whole = Path::new(&file.display_path);
    let depth = file.relative.components().count()
        + usize::from(directories.get(file.input) == Some(&true));
    let parts: Vec<Component> = whole.components().collect();
    inside(&parts[parts.len().saturating_sub(depth)..].iter().collect::<PathBuf>())
}

/// Removes components that lead out of a directory.
fn inside(path: &Path) -> PathBuf {
    path.components().filter(|c| matches!(c, Component::Normal(_))).collect()
}

fn clash(paths: &[PathBuf]) -> Option<(usize, usize)> {
    let mut met: HashMap<&Path, usize> = HashMap::with_capacity(paths.len());
    for (i, path) in paths.iter().enumerate() {
        if let Some(&before) = met.get(path.as_path()) {
            return Some((before, i));
        }
        met.insert(path, i);
    }
    // A file cannot also be a directory of another file.
    let under = |path: &Path| path.ancestors().skip(1).find_map(|above| met.get(above).copied());
    paths.iter().enumerate().find_map(|(i, path)| under(path).map(|before| (before, i)))
}
