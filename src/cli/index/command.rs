//! Owns: `nearcopy index`: the list of its subcommands. Never: implements one.

use super::super::exit::{Exit, Result};
use super::add::Add;
use super::create_compact::{Compact, Create};
use super::export::Export;
use super::inspect::{Stats, Verify};
use super::query::Query;
use super::remove::Remove;

/// Keeps what was seen in a directory: add documents, ask what it holds of others
///
/// An index finds with the keys of a scan and compares as a scan does, but it stays: a crawler adds
/// each day's pages and asks about the next ones. Any number of processes may ask while one writes.
/// It must be on a local disk. `nearcopy dedupe --index` cleans a day's pages of what it holds.
#[derive(Debug, clap::Args)]
#[command(subcommand_required = true, arg_required_else_help = true, after_long_help = EXAMPLES)]
pub struct Index {
    #[command(subcommand)]
    what: Subcommand,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    Create(Create),
    Add(Box<Add>),
    Query(Box<Query>),
    Remove(Remove),
    Compact(Box<Compact>),
    Stats(Stats),
    Verify(Verify),
    Export(Export),
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

Exit codes: 0 done; 2 error, bad usage, an input that failed, an id that is not there, more bad
records than --max-bad, or an index that is not sound; 129, 130, 143 a signal.";

impl Index {
    pub fn run(self) -> Result<Exit> {
        match self.what {
            Subcommand::Create(create) => create.run(),
            Subcommand::Add(add) => add.run(),
            Subcommand::Query(query) => query.run(),
            Subcommand::Remove(remove) => remove.run(),
            Subcommand::Compact(compact) => compact.run(),
            Subcommand::Stats(stats) => stats.run(),
            Subcommand::Verify(verify) => verify.run(),
            Subcommand::Export(export) => export.run(),
        }
    }
}
