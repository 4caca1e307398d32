//! Owns: relations between paths: which are the same, which contain another, and which are no
//! regular files. Never: writes to one.

use super::exit::{Failure, Result};
use super::messages::escaped_path;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// The directory of a path.
pub fn directory(path: &Path) -> &Path {
    path.parent().filter(|p| *p != Path::new("")).unwrap_or(Path::new("."))
}

/// Whether a path is a device or a named pipe: renaming a file over it would remove it.
pub fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| !m.is_file() && !m.is_dir())
}

/// The target of a link, whether it exists or not; else the path itself.
pub fn linked(path: &Path) -> PathBuf {
    let aim =
        || fs::read_link(path).ok().map(|aim| path.parent().unwrap_or(Path::new("")).join(aim));
    fs::canonicalize(path).ok().or_else(aim).unwrap_or_else(|| path.to_owned())
}

/// Refuses an output that is an input, or that is in an input's directory, where the next run would
/// read it.
pub fn apart(flag: &str, out: &Path, inputs: &[(&OsStr, &str)]) -> Result<()> {
    let Some(place) = canonical(out) else { return Ok(()) };
    for (input, what) in inputs.iter().filter(|(input, _)| *input != "-") {
        let Ok(input_place) = fs::canonicalize(input) else { continue };
        let input = escaped_path(Path::new(input));
        if place == input_place {
            return Err(Failure::Said(format!(
                "{flag} {}: this is the {what} {input} itself, which is never changed: name \
                 another place",
                escaped_path(out)
            )));
        }
        if place.starts_with(&input_place) {
            return Err(Failure::Said(format!(
                "{flag} {}: this lies in the {what} {input} and would be read the next time: name \
                 a place outside",
                escaped_path(out)
            )));
        }
        if input_place.starts_with(&place) {
            return Err(Failure::Said(format!(
                "{flag} {}: the {what} {input} lies in it: name another place",
                escaped_path(out)
            )));
        }
    }
    Ok(())
}

/// Refuses two outputs with one path, or one inside the directory of another. A device accepts any
/// number of outputs.
pub fn distinct(outputs: &[(&str, &Path)]) -> Result<()> {
    let places: Vec<Option<PathBuf>> =
        outputs.iter().map(|(_, path)| canonical(path).filter(|_| !is_special(path))).collect();
    for (i, (flag, path)) in outputs.iter().enumerate() {
        for ((other, known), before) in outputs.iter().zip(&places).take(i) {
            let (Some(place), Some(before)) = (&places[i], before) else { continue };
            if place == before {
                let both = if flag == other {
                    format!("two {flag}")
                } else {
                    format!("{flag} and {other}")
                };
                return Err(Failure::Said(format!(
                    "{both} name the same file, {}",
                    escaped_path(path)
                )));
            }
            let inside = if place.starts_with(before) {
                Some((flag, path, other, known))
            } else if before.starts_with(place) {
                Some((other, known, flag, path))
            } else {
                None
            };
            if let Some((flag, path, other, known)) = inside {
                return Err(Failure::Said(format!(
                    "{flag} {}: this lies in {other} {}, a directory that is only made at the end: \
                     name a place outside",
                    escaped_path(path),
                    escaped_path(known)
                )));
            }
        }
    }
    Ok(())
}

/// The canonical form of a path, whether it exists or not.
fn canonical(path: &Path) -> Option<PathBuf> {
    if let Ok(place) = fs::canonicalize(path) {
        return Some(place);
    }
    Some(canonical_parent(directory(path))?.join(path.file_name()?))
}

fn canonical_parent(path: &Path) -> Option<PathBuf> {
    match fs::canonicalize(path) {
        Ok(place) => Some(place),
        Err(_) => {
            let above = path.parent()?;
            let here = above == Path::new("");
            let above = if here { fs::canonicalize(".").ok()? } else { canonical_parent(above)? };
            Some(above.join(path.file_name()?))
        }
    }
}
