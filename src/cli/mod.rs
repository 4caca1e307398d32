//! The command line: one file a subcommand, and what they share. Uses the public API only; never
//! finds anything itself.

mod alarm;
mod amount;
mod check;
mod compare;
mod config;
mod dedupe;
mod exit;
mod explain;
mod flag_values;
mod flags;
mod gate;
mod generate;
mod git;
mod index;
mod interrupt;
mod layout;
mod named;
mod output;
mod pairs;
mod paths;
mod problems;
mod program;
mod progress;
mod read_corpus;
mod recipe;
mod report;
mod scan;
mod settings;
mod staged;

pub use program::main;
