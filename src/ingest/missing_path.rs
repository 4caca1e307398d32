//! Owns: what to say of a path that is not there, and of a pattern that fits nothing. Never: reads
//! a document.

use crate::escape;
use std::fs;
use std::path::{Path, PathBuf};

/// The entries of a directory that are looked at for a name like the missing one.
const MOST_ENTRIES: usize = 10_000;

/// How alike two names are at least, of which one may be meant by the other.
const ALIKE: f64 = 0.7;

/// How alike two names are, from 0 to 1; letter case does not count.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(&a.to_lowercase(), &b.to_lowercase())
}

/// Returns the one of some names that is most like a name, if one is like it.
pub(super) fn nearest<'a>(
    name: &str,
    known: impl Iterator<Item = &'a String>,
) -> Option<&'a String> {
    let near = known.map(|other| (likeness(name, other), other)).filter(|(how, _)| *how >= ALIKE);
    near.max_by(|x, y| x.0.total_cmp(&y.0)).map(|(_, other)| other)
}

/// Returns what stands beside a path under a name like its own, whatever their endings are.
fn beside(path: &Path) -> Option<PathBuf> {
    let text = |part: Option<&std::ffi::OsStr>| part.map(|p| p.to_string_lossy().into_owned());
    let (name, stem) = (text(path.file_name())?, text(path.file_stem())?);
    let parent = path.parent()?;
    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let mut best: Option<(f64, String)> = None;
    for entry in fs::read_dir(here).ok()?.flatten().take(MOST_ENTRIES) {
        let Ok(other) = entry.file_name().into_string() else { continue };
        let Some(other_stem) = text(Path::new(&other).file_stem()) else { continue };
        let stems = likeness(&stem, &other_stem);
        // The order of a directory is no order, so among equals the name decides.
        let rank = (stems + likeness(&name, &other), other);
        let better = |(how, at): &(f64, String)| (rank.0, at) > (*how, &rank.1);
        if stems >= ALIKE && best.as_ref().is_none_or(better) {
            best = Some(rank);
        }
    }
    Some(parent.join(best?.1))
}

/// `: did you mean …?` where there is such a path.
fn proposal(path: &Path) -> Option<String> {
    let near = beside(path)?;
    Some(format!(": did you mean {}?", escape::message(&near.display().to_string())))
}

/// Returns the directory that is missing on the way to a path, if one is.
fn missing_directory(path: &Path) -> Option<&Path> {
    let gone = |at: &&Path| !at.as_os_str().is_empty() && fs::symlink_metadata(at).is_err();
    path.ancestors().skip(1).filter(gone).last()
}

fn no_directory(path: &Path) -> String {
    let shown = escape::message(&path.display().to_string());
    let next = proposal(path).unwrap_or_else(|| ": check the path".into());
    format!("there is no directory {shown}{next}")
}

/// The message about a path that is not there.
pub(super) fn missing(path: &Path) -> String {
    if fs::symlink_metadata(path).is_ok() {
        return "is a link to something that does not exist: mend or remove the link".into();
    }
    if let Some(directory) = missing_directory(path) {
        return format!("does not exist: {}", no_directory(directory));
    }
    format!("does not exist{}", proposal(path).unwrap_or_else(|| ": check the path".into()))
}

/// The message about a pattern that fits no file.
pub(super) fn unfitting(pattern: &Path) -> String {
    const RULE: &str = "* and ? pass over no /, ** over any number of directories";
    let plain = |part: &Path| !part.to_string_lossy().contains(['*', '?', '[']);
    let Some(fixed) = pattern.ancestors().skip(1).find(|at| plain(at)) else {
        return format!("no file fits this pattern: {RULE}");
    };
    if fixed.as_os_str().is_empty() {
        return format!("no file fits this pattern in the directory of the run: {RULE}");
    }
    let inside = fixed.join("*");
    match missing_directory(&inside) {
        Some(directory) => format!("no file fits this pattern: {}", no_directory(directory)),
        None => format!(
            "no file fits this pattern, though the directory {} is there: {RULE}; its name alone \
             takes all in it",
            escape::message(&fixed.display().to_string())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_path_has_a_neighbour() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        fs::create_dir(at("articles")).unwrap();
        fs::write(at("news.jsonl"), "").unwrap();
        fs::write(at("a.txt"), "").unwrap();
        let said = |name: &str| missing(&at(name));
        let meant = |name: &str| format!("did you mean {}?", at(name).display());
        assert!(said("news.json").ends_with(&meant("news.jsonl")));
        assert!(said("news.csv").ends_with(&meant("news.jsonl")));
        assert!(said("News.jsonl").ends_with(&meant("news.jsonl")));
        assert_eq!(said("c.txt"), "does not exist: check the path");
        assert!(said("articls/x/one.txt").ends_with(&meant("articles")));
        let gone = unfitting(&at("articls/*.txt"));
        assert!(gone.contains("there is no directory") && gone.ends_with(&meant("articles")));
        assert!(unfitting(&at("articles/*.txt")).contains("is there: * and ?"));
        assert!(unfitting(Path::new("*.none")).contains("in the directory of the run"));
    }

    #[test]
    fn names_far_apart_are_not_proposed() {
        let known = ["threads".to_owned(), "story".to_owned()];
        assert_eq!(nearest("thresold", known.iter()), None);
        assert_eq!(nearest("Story", known.iter()), Some(&known[1]));
    }
}
