//! Owns: arguments that several subcommands of `nearcopy index` share. Never: acts on them.

use super::super::config::ConfigArgs;
use super::super::exit::Result;
use super::super::flags::{Flags, InputFlags, PresetFlags, RunFlags, ThresholdFlags};
use super::super::settings::{SettingArgs, Settings};
use clap::ValueEnum;

/// The preset and the settings file, for commands that take no other settings.
#[derive(Debug, Clone, clap::Args)]
pub struct BaseArgs {
    #[command(flatten)]
    pub preset: PresetFlags,
    #[command(flatten)]
    pub config: ConfigArgs,
}

/// The settings of a command that compares, but for those of its input.
#[derive(Debug, Clone, clap::Args)]
pub struct CompareArgs {
    #[command(flatten)]
    preset: PresetFlags,

    #[command(flatten)]
    thresholds: ThresholdFlags,

    #[command(flatten)]
    run: RunFlags,

    #[command(flatten)]
    config: ConfigArgs,
}

impl CompareArgs {
    /// Merges the settings and validates them.
    pub fn resolve(self, input: InputFlags) -> Result<Settings> {
        let CompareArgs { preset, thresholds, run, config } = self;
        SettingArgs::of(Flags { input, preset, thresholds, run, ..Flags::default() }, config)
            .resolve()
    }
}

/// Whether an index keeps texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Texts {
    /// Kept, compressed: answers show the passages in both texts
    Stored,
    /// Not kept: it takes two thirds of the disk; answers have no passages, and scores are
    /// estimated
    None,
}

/// How a summary is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SummaryFormat {
    /// For a person
    Human,
    /// One JSON object
    Json,
}
