//! Owns: the files below a directory that git tracks, whatever its ignore rules say. Never: walks a
//! directory.

use crate::ingest::git_index;
use ignore::gitignore::GitignoreBuilder;
use std::fs;
use std::path::{Path, PathBuf};

/// Ignore files that are not git's; they say what is left out whatever git tracks.
const OTHERS: [&str; 2] = [".ignore", ".nearcopyignore"];

/// The tracked files, sorted; none where there is no repository, or none whose index can be read.
/// `hidden`: also those below hidden names.
pub(super) fn tracked(directory: &Path, hidden: bool) -> Vec<PathBuf> {
    let Ok(real) = fs::canonicalize(directory) else { return Vec::new() };
    let Some(top) = real.ancestors().find(|above| above.join(".git").exists()) else {
        return Vec::new();
    };
    let index = git_directory(&top.join(".git")).map(|git| fs::read(git.join("index")));
    let Some(Ok(index)) = index else { return Vec::new() };
    let starts_hidden =
        |path: &Path| path.iter().any(|part| part.as_encoded_bytes().first() == Some(&b'.'));
    let inside = real.strip_prefix(top).unwrap_or(Path::new(""));
    let names = git_index::paths(&index).unwrap_or_default();
    let below = names.iter().filter_map(|name| {
        let path = path(name)?.strip_prefix(inside).ok()?.to_path_buf();
        // Nothing outside of the directory is read, whatever a damaged index says.
        let plain = path.components().all(|c| matches!(c, std::path::Component::Normal(_)));
        (plain && (hidden || !starts_hidden(&path))).then_some(path)
    });
    let mut found: Vec<PathBuf> = below.filter(|path| !left_out(directory, path)).collect();
    found.sort();
    found.into_iter().map(|path| directory.join(path)).collect()
}

/// The directory of a repository: itself, or the one that a file in its place names.
fn git_directory(place: &Path) -> Option<PathBuf> {
    if place.is_dir() {
        return Some(place.to_owned());
    }
    let text = fs::read_to_string(place).ok()?;
    let named = text.strip_prefix("gitdir:")?.trim();
    Some(place.parent()?.join(named))
}

#[cfg(unix)]
fn path(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn path(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(PathBuf::from)
}

/// Whether a rule of an ignore file that is not git's matches, from the directory down to the file.
fn left_out(directory: &Path, below: &Path) -> bool {
    let mut ignored = false;
    for place in below.ancestors().skip(1).collect::<Vec<_>>().into_iter().rev() {
        for name in OTHERS {
            let place = directory.join(place);
            let rules = place.join(name);
            if !rules.is_file() {
                continue;
            }
            let mut builder = GitignoreBuilder::new(&place);
            // A rule that is wrong is passed over, as in the walk.
            let _ = builder.add(&rules);
            let Ok(rules) = builder.build() else { continue };
            let found = rules.matched_path_or_any_parents(directory.join(below), false);
            ignored = !found.is_whitelist() && (ignored || found.is_ignore());
        }
    }
    ignored
}
