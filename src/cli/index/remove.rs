//! Owns: `nearcopy index remove`. Never: removes the keys itself.

use super::super::exit::{Exit, Failure, Result, usage};
use super::super::messages::{clean, escaped_path, say};
use super::super::output::to_stdout;
use super::amounts::counted;
use super::open_index::IndexPath;
use nearcopy::index::IndexOptions;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Ids that are removed in one transaction.
const CHUNK: usize = 1000;
/// Unknown ids that are listed at most.
const SHOWN: usize = 5;

/// Takes documents out of an index, by their ids
///
/// They are found no more at once; their keys go when it is compacted.
#[derive(Debug, clap::Args)]
pub struct Remove {
    #[command(flatten)]
    place: IndexPath,

    /// Ids of documents
    #[arg(value_name = "ID")]
    ids: Vec<String>,

    /// Also the ids in this file, one a line; - is standard input [default: none]
    #[arg(long = "ids", value_name = "FILE", help_heading = "Input")]
    list: Option<PathBuf>,

    /// That an id is not there is no error [default: false]
    #[arg(long, help_heading = "Input")]
    missing_ok: bool,

    /// Nothing on standard error but errors, and no summary [default: false]
    #[arg(short, long, help_heading = "Run")]
    quiet: bool,
}

impl Remove {
    pub fn run(self) -> Result<Exit> {
        if self.ids.is_empty() && self.list.is_none() {
            return Err(usage(
                "index remove",
                "nothing to remove: name ids, or a file of ids with --ids",
            ));
        }
        let mut ids = self.ids.clone();
        if let Some(path) = &self.list {
            ids.extend(listed(path)?);
        }
        let index = IndexOptions::default().open(&self.place.dir)?;
        let (mut removed, mut missing) = (0, Vec::new());
        for some in ids.chunks(CHUNK) {
            let found = index.remove_all(some.iter().map(String::as_str))?;
            for (id, found) in some.iter().zip(found) {
                if found {
                    removed += 1;
                } else {
                    missing.push(id.clone());
                }
            }
        }
        if !self.quiet {
            to_stdout(|out| {
                writeln!(
                    out,
                    "{} removed from {}",
                    counted(removed, "document"),
                    self.place.display_name()
                )
            })?;
        }
        if missing.is_empty() || self.missing_ok {
            return Ok(Exit::Done);
        }
        let mut message = format!("error: {} not there", counted(missing.len() as u64, "id"));
        missing.iter().take(SHOWN).for_each(|id| message.push_str(&format!("\n  {}", clean(id))));
        if missing.len() > SHOWN {
            message.push_str(&format!("\n  … and {} more", missing.len() - SHOWN));
        }
        say(&message);
        Ok(Exit::Incomplete)
    }
}

/// Reads the ids of a file; an empty line is skipped.
fn listed(path: &Path) -> Result<Vec<String>> {
    let shown = escaped_path(path);
    let failed = |e: std::io::Error| {
        Failure::Said(format!("--ids {shown}: {e}; it should hold one id a line, in UTF-8"))
    };
    let from: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(std::fs::File::open(path).map_err(failed)?),
    };
    let mut ids = Vec::new();
    for line in BufReader::new(from).lines() {
        let line = line.map_err(failed)?;
        let id = line.strip_prefix('\u{feff}').unwrap_or(&line).trim_end_matches('\r');
        if !id.is_empty() {
            ids.push(id.to_owned());
        }
    }
    Ok(ids)
}
