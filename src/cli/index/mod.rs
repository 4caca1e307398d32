//! Owns: `nearcopy index`: its subcommands, and what they share. Never: finds or keeps anything itself.

mod add;
mod export;
mod feed;
mod look;
mod make;
mod query;
mod remove;

use super::config::ConfigArgs;
use super::flags::PresetFlags;
use super::problems::{clean, say};
use super::settings::Settings;
use super::{Exit, Failure, Result};
use clap::ValueEnum;
use nearcopy::{Error, IndexOptions, Preset, Recipe};
use std::path::PathBuf;

/// Keeps what was seen in a directory: add documents, ask what it holds of others
///
/// An index finds with the keys of a scan and compares as a scan does, but it stays: a crawler adds each day's pages and asks about the next
/// ones. Any number of processes may ask while one writes. It must be on a local disk. `nearcopy dedupe --index` cleans a day's pages of what
/// it holds.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true, after_long_help = EXAMPLES)]
pub struct Index {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Create(make::Create),
    Add(Box<add::Add>),
    Query(Box<query::Query>),
    Remove(remove::Remove),
    Compact(Box<make::Compact>),
    Stats(look::Stats),
    Verify(look::Verify),
    Export(export::Export),
}

const EXAMPLES: &str = "\
Examples:
  nearcopy index create seen.index
  nearcopy index add seen.index archive/ --compact
      An index of everything that is there, once.
  nearcopy index query seen.index today.jsonl --format jsonl > found.jsonl
      What it holds of each of today's documents, as data.
  nearcopy index add seen.index today.jsonl
      Adds them; one that is there already with the same text is left alone.
  nearcopy dedupe today.jsonl -o new.jsonl --index seen.index
      Both at once: what is new goes into new.jsonl, and into the index.
  nearcopy index export seen.index -o all.jsonl.zst
      Everything it holds, as a corpus.

Exit codes: 0 done; 2 error, bad usage, an input or id that was not there, more bad records
than --max-bad, or an index that is not sound; 130 interrupted.";

impl Index {
    pub fn run(self) -> Result<Exit> {
        match self.what {
            What::Create(create) => create.run(),
            What::Add(add) => add.run(),
            What::Query(query) => query.run(),
            What::Remove(remove) => remove.run(),
            What::Compact(compact) => compact.run(),
            What::Stats(stats) => stats.run(),
            What::Verify(verify) => verify.run(),
            What::Export(export) => export.run(),
        }
    }
}

/// The directory of an index.
#[derive(Debug, clap::Args)]
struct Place {
    /// The directory of the index
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Place {
    fn shown(&self) -> String {
        clean(&self.dir.display().to_string())
    }

    /// Opens it for reading, whatever its recipe.
    fn read(&self) -> Result<nearcopy::Index> {
        Ok(IndexOptions { read_only: true, ..IndexOptions::default() }.open(&self.dir)?)
    }

    /// Opens it under these settings: where they say a recipe, it must be its own.
    fn open(&self, settings: &Settings, options: IndexOptions, quiet: bool) -> Result<nearcopy::Index> {
        let recipe = Some(settings.recipe.clone()).filter(|r| *r != Recipe::default());
        let said = recipe.is_some();
        let index = IndexOptions { recipe, ..options }.open(&self.dir).map_err(|e| mixed(e, settings))?;
        let preset = Preset::ALL.into_iter().find(|p| {
            let (mut recipe, mut thresholds) = (Recipe::default(), nearcopy::Thresholds::default());
            p.apply(&mut recipe, &mut thresholds);
            recipe == *index.recipe()
        });
        if let Some(preset) = preset.filter(|p| *p != Preset::News && !said && !quiet) {
            say(&format!(
                "{} was made with --preset {}: give it here too, or bounds and comparison are those of news",
                self.shown(),
                preset.name()
            ));
        }
        Ok(index)
    }
}

/// What does not go together, and the file that may be why.
pub fn mixed(error: Error, settings: &Settings) -> Failure {
    match (&error, &settings.file) {
        (Error::Mixed { .. }, Some(file)) => {
            Failure::Said(format!("{error}\n  the settings of {file} take part: --no-config leaves them out"))
        }
        _ => error.into(),
    }
}

/// The preset and the settings file, for commands that take no other settings.
#[derive(Debug, Clone, clap::Args)]
struct BaseArgs {
    #[command(flatten)]
    preset: PresetFlags,
    #[command(flatten)]
    config: ConfigArgs,
}

/// Whether an index keeps texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Texts {
    /// Kept, compressed: answers show the passages in both texts
    Stored,
    /// Not kept: it takes two thirds of the disk; answers have no passages, and scores are estimated
    None,
}

/// How a summary is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SummaryFormat {
    /// For a person
    Human,
    /// One JSON object
    Json,
}

/// Uses so many threads from now on; 0: as many as there are cores.
pub fn threads(n: Option<usize>) {
    if let Some(n) = n.filter(|n| *n > 0) {
        // That there is a pool already is no reason not to work.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    }
}

/// `12,345`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 document`, `12,345 documents`, `2 copies`.
fn counted(n: u64, noun: &str) -> String {
    match noun.strip_suffix('y') {
        _ if n == 1 => format!("1 {noun}"),
        Some(stem) if noun == "copy" => format!("{} {stem}ies", grouped(n)),
        _ => format!("{} {noun}s", grouped(n)),
    }
}

/// `1.5 MB`.
fn sized(bytes: u64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 999.5 && unit + 1 < units.len() {
        (value, unit) = (value / 1000.0, unit + 1);
    }
    if unit == 0 || value >= 99.5 { format!("{value:.0} {}", units[unit]) } else { format!("{value:.1} {}", units[unit]) }
}

/// Whether so much joined or left since the last compaction that it should be done again.
fn stale(changes: u64, documents: u64) -> bool {
    documents > 0 && changes.saturating_mul(2) > documents
}

/// What to do then.
fn hint(place: &Place) -> String {
    format!(
        "more than half of its documents came or went since it was compacted: run `nearcopy index compact {}`, which finds out which words \
         are common and which passages boilerplate",
        place.shown()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!((grouped(999), grouped(1000), grouped(1234567)), ("999".into(), "1,000".into(), "1,234,567".into()));
        assert_eq!(
            (counted(1, "copy"), counted(2, "copy"), counted(0, "document")),
            ("1 copy".into(), "2 copies".into(), "0 documents".into())
        );
        assert_eq!((sized(999), sized(1_500_000), sized(999_999)), ("999 bytes".into(), "1.5 MB".into(), "1.0 MB".into()));
        assert!(stale(6, 10) && !stale(5, 10) && !stale(0, 0));
    }
}
