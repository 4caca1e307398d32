//! Owns: which of some names is probably meant by another one, and what stands beside a path under
//! a name like its own. Never: decides what is an error.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// How alike two names are at least, of which one may be meant by the other, in tenths.
const ALIKE: usize = 7;

/// The bytes of the longest name that is compared: the work grows with the product of two lengths,
/// and names come from outside.
const LONGEST: usize = 255;

/// The entries of the largest directory that is looked at.
const MOST_ENTRIES: usize = 10_000;

/// A name as it is compared: letter case and the kind of hyphen do not count.
struct Plain {
    text: String,
    letters: usize,
}

impl Plain {
    /// `None`: the name is too long to be compared.
    fn of(name: &str) -> Option<Plain> {
        let short = (1..=LONGEST).contains(&name.len());
        let text = short.then(|| name.to_lowercase().replace('_', "-"))?;
        Some(Plain { letters: text.chars().count(), text })
    }

    /// How alike two names are, from 0 to 1, where they are alike at all.
    fn likeness(&self, other: &Plain) -> Option<f64> {
        let (one, two) = (self.letters, other.letters);
        // As many letters as the lengths differ by are changed at least.
        if one.min(two) * 10 < one.max(two) * ALIKE {
            return None;
        }
        let how = strsim::normalized_damerau_levenshtein(&self.text, &other.text);
        (how >= ALIKE as f64 / 10.0).then_some(how)
    }
}

/// Returns the known name that is most like a name, if one is like it; of equals the first.
pub fn nearest<S: AsRef<str>>(name: &str, known: impl Iterator<Item = S>) -> Option<S> {
    let name = Plain::of(name)?;
    let mut best: Option<(f64, S)> = None;
    for other in known {
        let how = Plain::of(other.as_ref()).and_then(|plain| name.likeness(&plain));
        if let Some(how) = how.filter(|how| best.as_ref().is_none_or(|(most, _)| how > most)) {
            best = Some((how, other));
        }
    }
    best.map(|(_, other)| other)
}

/// Returns what stands beside a path under a name like its own, whatever their endings are, and is
/// accepted. Of a directory with very many entries nothing is said: a look at some of them would
/// depend on their order, which is none.
pub fn beside(path: &Path, accept: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let plain = |part: Option<&OsStr>| Plain::of(&part?.to_string_lossy());
    let (name, stem) = (plain(path.file_name())?, plain(path.file_stem())?);
    let parent = path.parent()?;
    let here = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let mut best: Option<(f64, PathBuf)> = None;
    for (number, entry) in fs::read_dir(here).ok()?.enumerate() {
        if number == MOST_ENTRIES {
            return None;
        }
        let Some(other) = entry.ok().map(|e| PathBuf::from(e.file_name())) else { continue };
        let (Some(text), Some(its)) =
            (other.to_str().and_then(Plain::of), plain(other.file_stem()))
        else {
            continue;
        };
        let Some(stems) = stem.likeness(&its) else { continue };
        // The whole name adds 1 at most, and is compared only where that can decide.
        if best.as_ref().is_some_and(|(most, _)| stems + 1.0 < *most) {
            continue;
        }
        let how = stems + strsim::normalized_damerau_levenshtein(&name.text, &text.text);
        let better = |(most, at): &(f64, PathBuf)| (how, at) > (*most, &other);
        if best.as_ref().is_none_or(better) && accept(&parent.join(&other)) {
            best = Some((how, other));
        }
    }
    Some(parent.join(best?.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_far_apart_are_not_proposed() {
        let near = |name: &str, known: &[&'static str]| nearest(name, known.iter().copied());
        assert_eq!(near("thresold", &["threads", "story"]), None);
        assert_eq!(near("Story", &["threads", "story"]), Some("story"));
        assert_eq!(near("near_copy", &["near-copy"]), Some("near-copy"));
        assert_eq!(near("TEXT", &["Text", "text"]), Some("Text"));
        assert_eq!(near("", &["a", ""]), None);
    }

    #[test]
    fn only_names_of_like_length_are_compared() {
        let likeness = |a: &str, b: &str| Plain::of(a)?.likeness(&Plain::of(b)?);
        assert_eq!(likeness("abcdefg", "abcdefghij"), Some(0.7));
        assert_eq!(likeness("abcdef", "abcdefghi"), None);
        let long = "a".repeat(LONGEST);
        assert_eq!(nearest(&long, [long.as_str()].into_iter()), Some(long.as_str()));
        let longer = "a".repeat(LONGEST + 1);
        assert_eq!(nearest(&longer, [longer.as_str()].into_iter()), None);
    }

    #[test]
    fn the_neighbour_is_one_that_is_accepted() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for name in ["news.jsonl", "newt.jsonl", "nws.txt"] {
            fs::write(at(name), "").unwrap();
        }
        assert_eq!(beside(&at("nes.jsonl"), |_| true), Some(at("news.jsonl")));
        assert_eq!(beside(&at("news.csv"), |_| true), Some(at("news.jsonl")));
        let other = beside(&at("news.jsonl"), |near| near != at("news.jsonl"));
        assert_eq!(other, Some(at("newt.jsonl")));
        assert_eq!(beside(&at("news.jsonl"), |_| false), None);
        (0..MOST_ENTRIES).for_each(|n| drop(fs::File::create(at(&format!("{n}"))).unwrap()));
        assert_eq!(beside(&at("nes.jsonl"), |_| true), None);
    }
}
