//! Owns: the folder that holds a report as tables: what it may replace, and how its files are
//! created. Never: decides what is in a table.

use super::beside::check_place;
use super::exit::{Failure, Result};
use super::interrupt::{failed, not_made};
use super::messages::escaped_path;
use super::outputs::Outputs;
use super::paths::linked;
use super::staged_output::StagedDir;
use super::timings::TimingsJson;
use nearcopy::ingest::parquet::report_table;
use nearcopy::report::{self, Findings, PARQUET_TABLES};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Checks that the folder can be made, and that it replaces nothing but such a folder.
pub fn check(path: &Path) -> Result<()> {
    let shown = escaped_path(path);
    let is_folder = match fs::metadata(path) {
        Ok(there) => there.is_dir(),
        // A link to nothing is there, too.
        Err(e) if e.kind() == ErrorKind::NotFound => fs::symlink_metadata(path).is_err(),
        Err(e) => return Err(failed(&shown, &e)),
    };
    if !is_folder {
        return Err(Failure::Said(format!(
            "{shown} is a file, and the tables are a folder: name a new one"
        )));
    }
    if let Some(other) = foreign(path).map_err(|e| failed(&shown, &e))? {
        return Err(Failure::Said(format!(
            "{shown} holds {}, which is no table of a report: name a new folder, or clear it first",
            escaped_path(Path::new(&other))
        )));
    }
    check_place(&linked(path)).map_err(|e| not_made(path, &e))
}

/// Finds something in a folder that is no table of a report: the first in the order of names.
fn foreign(path: &Path) -> io::Result<Option<std::ffi::OsString>> {
    let entries = match fs::read_dir(path) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let mut names = entries.map(|e| Ok(e?.file_name())).collect::<io::Result<Vec<_>>>()?;
    names.sort();
    for name in names {
        let place = path.join(&name);
        let table = name.to_str().and_then(|name| name.strip_suffix(".parquet"));
        let table = table.filter(|table| PARQUET_TABLES.contains(table));
        let of_report = match table {
            Some(table) if fs::symlink_metadata(&place)?.is_file() => {
                report_table(&mut File::open(&place)?)? == Some(format!("{table:?}"))
            }
            _ => false,
        };
        if !of_report {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Writes the tables to a folder, which appears with the other outputs.
pub fn write(
    path: &Path,
    findings: Findings,
    timings: Option<&TimingsJson>,
    outputs: &mut Outputs,
) -> Result<()> {
    // The scan may have taken hours.
    check(path)?;
    let folder = StagedDir::replacing(path)?;
    let mut said = None;
    let mut create = |name: &str| {
        folder.file(Path::new(name)).map_err(|failure| {
            said = Some(failure);
            io::Error::other("not created")
        })
    };
    let create: &mut dyn FnMut(&str) -> io::Result<Box<dyn Write + Send>> = &mut create;
    let written = match timings {
        Some(timings) => report::parquet_timed(findings, timings, create),
        None => report::parquet(findings, create),
    };
    written.map_err(|e| said.unwrap_or_else(|| failed(&escaped_path(path), &e)))?;
    folder.sync()?;
    outputs.add_directory(folder);
    Ok(())
}
