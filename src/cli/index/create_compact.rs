//! Owns: `nearcopy index create` and `compact`. Never: looks into the storage of an index.

use super::super::config::ConfigArgs;
use super::super::exit::{Exit, Result};
use super::super::flags::{Flags, InputFlags, PresetFlags, RecipeFlags};
use super::super::output::to_stdout;
use super::super::progress::{Meter, TalkArgs};
use super::super::settings::SettingArgs;
use super::amounts::{counted, sized};
use super::args::{CompareArgs, Texts};
use super::open_index::IndexPath;
use nearcopy::index::IndexOptions;
use std::time::Instant;

/// Makes an empty index in a new directory
///
/// The recipe, which says how keys are made, is settled here for good: everything that is added or
/// asked later has keys of this recipe.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.")]
pub struct Create {
    #[command(flatten)]
    place: IndexPath,

    /// Whether it keeps the texts
    #[arg(long, value_name = "WHICH", default_value = "stored", help_heading = "Index")]
    texts: Texts,

    #[command(flatten)]
    preset: PresetFlags,

    #[command(flatten)]
    recipe: RecipeFlags,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

impl Create {
    pub fn run(self) -> Result<Exit> {
        let flags = Flags { preset: self.preset, recipe: self.recipe, ..Flags::default() };
        let settings = SettingArgs::of(flags, self.config).resolve()?;
        let options = IndexOptions::default().with(|s| s.without_texts = self.texts == Texts::None);
        options.create(&self.place.dir, &settings.recipe)?;
        if !self.talk.quiet {
            let texts = if options.without_texts { "without texts" } else { "with texts" };
            let line = format!(
                "{} made: empty, {texts}, recipe {}",
                self.place.display_name(),
                settings.recipe.id()
            );
            to_stdout(|out| writeln!(out, "{line}"))?;
        }
        Ok(Exit::Done)
    }
}

/// Looks at all documents of an index as a scan does, and sorts its keys anew
///
/// It finds out which words are common and which passages are boilerplate, so that answers are
/// those of a scan of everything; keys of removed documents go. Worth it whenever the index has
/// doubled. Time and memory are those of a scan; others may ask and write meanwhile. Of the bounds
/// those of boilerplate and of relations, and --keep, count.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.")]
pub struct Compact {
    #[command(flatten)]
    place: IndexPath,

    #[command(flatten)]
    settings: CompareArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

impl Compact {
    pub fn run(self) -> Result<Exit> {
        let settings = self.settings.resolve(InputFlags::default())?;
        let index = self.place.open(&settings, IndexOptions::default(), false, self.talk.quiet)?;
        let meter = Meter::start(self.talk);
        let begun = Instant::now();
        let done = index.compact(&settings.thresholds, &settings.run_options(), &meter);
        meter.pause()?;
        done?;
        if !self.talk.quiet {
            let stats = index.stats()?;
            let line = format!(
                "{} compacted in {:.1} s: {}, {} on disk",
                self.place.display_name(),
                begun.elapsed().as_secs_f64(),
                counted(stats.documents, "document"),
                sized(stats.used_bytes)
            );
            to_stdout(|out| writeln!(out, "{line}"))?;
        }
        Ok(Exit::Done)
    }
}
