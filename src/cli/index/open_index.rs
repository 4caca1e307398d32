//! Owns: the directory of an index, and how a command opens it. Never: looks into its storage.

use super::super::exit::{Failure, Result};
use super::super::messages::{escaped_path, say};
use super::super::settings::Settings;
use nearcopy::index::IndexOptions;
use nearcopy::{Error, Preset, Recipe};
use std::path::PathBuf;

/// The directory of an index.
#[derive(Debug, clap::Args)]
pub struct IndexPath {
    /// The directory of the index
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}

impl IndexPath {
    pub fn display_name(&self) -> String {
        escaped_path(&self.dir)
    }

    /// Opens the index for reading, whatever its recipe.
    pub fn read(&self) -> Result<nearcopy::Index> {
        Ok(IndexOptions::default().with(|s| s.read_only = true).open(&self.dir)?)
    }

    /// Opens the index under these settings: a recipe that they set must be that of the index.
    /// Where there is none and `create` is set, an empty one is made.
    pub fn open(
        &self,
        settings: &Settings,
        options: IndexOptions,
        create: bool,
        quiet: bool,
    ) -> Result<nearcopy::Index> {
        let recipe = Some(settings.recipe.clone()).filter(|r| *r != Recipe::default());
        let recipe_given = recipe.is_some();
        let options = options.with(|s| s.recipe = recipe);
        let index = match create {
            true => options.open_or_create(&self.dir, &settings.recipe),
            false => options.open(&self.dir),
        };
        let index = index.map_err(|e| incompatible_settings(e, settings))?;
        let preset = Preset::ALL.into_iter().find(|p| {
            let (mut recipe, mut thresholds) = (Recipe::default(), nearcopy::Thresholds::default());
            p.apply(&mut recipe, &mut thresholds);
            recipe == *index.recipe()
        });
        if let Some(preset) = preset.filter(|p| *p != Preset::News && !recipe_given && !quiet) {
            say(&format!(
                "{} was made with --preset {}: give it here too, or bounds and comparison are \
                 those of news",
                self.display_name(),
                preset.name()
            ));
        }
        Ok(index)
    }
}

/// The error of settings that do not fit the index, with the settings file that may be the cause.
pub fn incompatible_settings(error: Error, settings: &Settings) -> Failure {
    match (&error, &settings.file) {
        (Error::Mixed { .. }, Some(file)) => Failure::Said(format!(
            "{error}\n  the settings of {file} take part: --no-config leaves them out"
        )),
        _ => error.into(),
    }
}

/// Whether so many documents were added or removed since the last compaction that it should be
/// repeated.
pub fn stale(changes: u64, documents: u64) -> bool {
    documents > 0 && changes.saturating_mul(2) > documents
}

/// The advice to compact the index.
pub fn hint(place: &IndexPath) -> String {
    format!(
        "more than half of its documents came or went since it was compacted: run `nearcopy index \
         compact {}`, which finds out which words \
         are common and which passages boilerplate",
        place.display_name()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_not_stale() {
        assert!(stale(6, 10) && !stale(5, 10) && !stale(0, 0));
    }
}
