//! Owns: what to say of a path that is not there, and of a pattern that fits nothing. Never: reads
//! a document.

use crate::escape;
use crate::near_names::beside;
use std::fs;
use std::io;
use std::path::Path;

/// `: did you mean …?` where there is such a path.
fn proposal(path: &Path) -> Option<String> {
    let near = beside(path, |_| true)?;
    Some(format!(": did you mean {}?", escape::message(&near.display().to_string())))
}

/// Returns the directory that is missing on the way to a path, if one is.
fn missing_directory(path: &Path) -> Option<&Path> {
    let unknown = |at: &Path| fs::symlink_metadata(at).is_err_and(|e| is_gone(&e));
    let gone = |at: &&Path| !at.as_os_str().is_empty() && unknown(at);
    path.ancestors().skip(1).filter(gone).last()
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn no_directory(path: &Path) -> String {
    let shown = escape::message(&path.display().to_string());
    let next = proposal(path).unwrap_or_else(|| ": check the path".into());
    format!("there is no directory {shown}{next}")
}

/// The message about a path that was there when the inputs were listed, or is there again.
pub(super) const GONE: &str = "was not there when it was read: was it moved or deleted meanwhile?";

/// The message about a path that is not there: the path itself, not as it is shown.
pub(super) fn missing(path: &Path) -> String {
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            return "is a link to something that does not exist: mend or remove the link".into();
        }
        Ok(_) => return GONE.into(),
        Err(_) => {}
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

    #[cfg(target_os = "linux")]
    #[test]
    fn a_path_need_not_be_unicode() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(OsStr::from_bytes(b"caf\xe9"));
        fs::create_dir(&folder).unwrap();
        assert_eq!(missing(&folder.join("none.txt")), "does not exist: check the path");
        std::os::unix::fs::symlink("nothing", folder.join("link")).unwrap();
        assert!(missing(&folder.join("link")).starts_with("is a link"));
        fs::write(folder.join("there"), "").unwrap();
        assert_eq!(missing(&folder.join("there")), GONE);
    }
}
