//! Owns: single arguments of a call: a text, an id, relations by name, threads. Never: settings, or
//! columns of documents.

use crate::documents::{plain, unencodable};
use crate::errors::{SettingError, bad, unread};
use nearcopy::{Relation, Removal};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// Parses the name of a relation.
pub fn relation(name: &str) -> PyResult<Relation> {
    name.parse().map_err(|why: String| bad(why))
}

/// Reads names of relations: a single string, or several.
pub fn names(given: &Bound<PyAny>, what: &str) -> PyResult<Vec<String>> {
    if let Ok(one) = given.cast::<PyString>() {
        return Ok(vec![one.to_cow()?.into_owned()]);
    }
    let several: PyResult<Vec<String>> =
        given.try_iter().and_then(|names| names.map(|n| n?.extract::<String>()).collect());
    let wrong = |_: &str| bad(format!("{what}: names of relations are wanted"));
    several.map_err(|e| unread(given.py(), e, wrong))
}

/// Reads an argument that is a text.
pub fn text(value: &Bound<PyAny>, name: &str) -> PyResult<String> {
    let wrong = |why: &str| bad(format!("{name} {why}"));
    let Ok(text) = value.cast::<PyString>() else {
        let kind = value.get_type().name()?;
        let help = if value.is_instance_of::<PyBytes>() { ": decode it first" } else { "" };
        return Err(wrong(&format!("is {kind}, not a string{help}")));
    };
    match text.to_cow() {
        Ok(text) => Ok(text.into_owned()),
        Err(e) => Err(wrong(&unencodable(value.py(), &e))),
    }
}

/// Reads an argument that is one text or several, or is left out.
pub fn texts(value: Option<&Bound<PyAny>>, name: &str) -> PyResult<Vec<String>> {
    let Some(value) = value.filter(|v| !v.is_none()) else { return Ok(Vec::new()) };
    if value.is_instance_of::<PyString>() {
        return Ok(vec![text(value, name)?]);
    }
    let wrong = |_: &str| bad(format!("{name}: texts are wanted"));
    let several = value.try_iter().map_err(|e| unread(value.py(), e, wrong))?;
    several.map(|one| text(&one?, name)).collect()
}

/// Reads an id: a string, or a number, which is converted.
pub fn id(value: &Bound<PyAny>) -> PyResult<String> {
    match value.cast::<PyString>() {
        Ok(_) => text(value, "id"),
        Err(_) if value.is_none() => Err(bad("id is None, not a string or a number")),
        Err(_) => {
            let wrong = |why: &str| bad(format!("id {why}"));
            plain(value).map_err(|e| unread(value.py(), e, wrong))
        }
    }
}

/// Reads the number of threads.
pub fn thread_count(wanted: Option<i64>) -> PyResult<usize> {
    let wanted = wanted.unwrap_or_default();
    usize::try_from(wanted).map_err(|_| {
        SettingError::new_err(format!(
            "threads: 0 (as many as there are cores) or more, not {wanted}"
        ))
    })
}

/// The removal to make: `usual`, or the relations of `drop` with the syntax of `nearcopy dedupe
/// --drop`.
pub fn removal(drop: Option<&Bound<PyAny>>, usual: Removal) -> PyResult<Removal> {
    let Some(names) = drop.map(|d| self::names(d, "drop")).transpose()? else { return Ok(usual) };
    let mut removal = usual.with(|s| {
        s.relations = Vec::new();
        s.abridged = false;
    });
    for name in names {
        if name == "abridged" {
            removal.abridged = true;
        } else {
            removal.relations.push(relation(&name)?);
        }
    }
    Ok(removal)
}
