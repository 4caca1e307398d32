//! Owns: the precedence of settings: flag, then nearcopy.toml, then preset, then default. Never:
//! implements a setting.

use super::config::{ConfigArgs, ConfigFile};
use super::counting_allocator::give_back;
use super::exit::{Failure, Result};
use super::flag_values::{delimiter, encoding, pattern, quote};
use super::flags::{Flags, described};
use super::gate::GateFlags;
use clap::Args;
use nearcopy::gate::IgnoreRule;
use nearcopy::ingest::check_field_names;
use nearcopy::settings::SourceLimit;
use nearcopy::{Error, Recipe, RunOptions, Scan, SpillableTexts, Thresholds};
use std::fmt::Write;

/// The settings as a command takes them.
#[derive(Debug, Clone, Default, Args)]
pub struct SettingArgs {
    #[command(flatten)]
    pub flags: Flags,
    /// Only pairs inside one source; short for --sources within
    #[arg(long, help_heading = "Limits", conflicts_with_all = ["across_sources", "sources"])]
    within_source: bool,
    /// Only pairs of two sources; short for --sources across
    #[arg(long, help_heading = "Limits", conflicts_with = "sources")]
    across_sources: bool,
    #[command(flatten)]
    config: ConfigArgs,
}

/// The settings in force.
#[derive(Debug)]
pub struct Settings {
    /// The settings of the command line and the settings file.
    pub flags: Flags,
    /// The settings that change keys.
    pub recipe: Recipe,
    /// The settings that change what is reported.
    pub thresholds: Thresholds,
    /// The table `[gate]` of the settings file.
    pub gate: GateFlags,
    /// The lines of its ignore entries.
    ignores: Vec<usize>,
    /// The path of the settings file, if one was used.
    pub file: Option<String>,
}

impl SettingArgs {
    /// The arguments of a command that has only some of the settings.
    pub fn of(flags: Flags, config: ConfigArgs) -> SettingArgs {
        SettingArgs { flags, config, ..SettingArgs::default() }
    }

    /// Merges the settings and validates them.
    pub fn resolve(&self) -> Result<Settings> {
        let mut given = self.flags.clone();
        if self.within_source {
            given.thresholds.sources = Some(SourceLimit::Within);
        } else if self.across_sources {
            given.thresholds.sources = Some(SourceLimit::Across);
        }
        let file = self.config.load()?;
        let written = file.as_ref().map(|f| f.flags.clone()).unwrap_or_default();
        let flags = given.clone().or(written);
        let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
        if let Some(preset) = flags.preset.preset {
            preset.apply(&mut recipe, &mut thresholds);
        }
        flags.recipe.apply(&mut recipe);
        flags.thresholds.apply(&mut thresholds);
        check(&flags, &recipe, &thresholds).map_err(|e| blame(e, &given, file.as_ref()))?;
        let ConfigFile { path, gate, ignores, .. } = file.unwrap_or_default();
        let settings = Settings {
            flags,
            recipe,
            thresholds,
            gate,
            ignores,
            file: (!path.is_empty()).then_some(path),
        };
        // A wrong entry is reported whenever the file is read, not only when `check` runs.
        settings.ignores()?;
        Ok(settings)
    }
}

fn check(flags: &Flags, recipe: &Recipe, thresholds: &Thresholds) -> nearcopy::Result<()> {
    recipe.check()?;
    thresholds.check()?;
    let input = &flags.input;
    let wrong = [
        ("encoding", input.encoding.iter().flatten().find_map(|rule| encoding(rule).err())),
        ("include", input.include.iter().flatten().find_map(|p| pattern(p).err())),
        ("exclude", input.exclude.iter().flatten().find_map(|p| pattern(p).err())),
        ("delimiter", input.delimiter.as_deref().and_then(|value| delimiter(value).err())),
        ("quote", input.quote.as_deref().and_then(|value| quote(value).err())),
    ];
    let fields = [
        ("text-field", &input.text_field, true),
        ("id-field", &input.id_field, false),
        ("source-field", &input.source_field, false),
        ("date-field", &input.date_field, false),
        ("title-field", &input.title_field, false),
    ];
    let fields = fields.into_iter().map(|(name, list, joins)| {
        (name, list.as_deref().and_then(|list| check_field_names(list, joins).err()))
    });
    match wrong.into_iter().chain(fields).find_map(|(name, why)| Some((name, why?))) {
        Some((name, why)) => Err(Error::Setting { name, why }),
        None => Ok(()),
    }
}

/// Names the flag or file that set an invalid value.
fn blame(error: Error, given: &Flags, file: Option<&ConfigFile>) -> Failure {
    let Error::Setting { name, why } = &error else { return error.into() };
    let written = file
        .and_then(|f| f.lines.get(*name).map(|line| format!("{}:{line}: {name}: {why}", f.path)));
    Failure::Said(match (given.table().contains_key(*name), written) {
        (false, Some(message)) => message,
        // A default that conflicts with a value is also reported this way: the user can only change
        // the flag.
        _ => format!("--{name}: {why}"),
    })
}

/// The defaults of the recipe and the thresholds, by name.
pub fn defaults() -> toml::Table {
    let mut all = toml::Table::try_from(Recipe::default()).expect("numbers");
    all.extend(toml::Table::try_from(Thresholds::default()).expect("numbers and words"));
    all
}

/// Formats a value for the help.
pub fn show(value: &toml::Value) -> String {
    match value {
        toml::Value::String(s) => s.clone(),
        toml::Value::Array(list) => list.iter().map(show).collect::<Vec<_>>().join(", then "),
        other => other.to_string(),
    }
}

/// Sets the number of threads; 0: as many as there are cores.
pub fn set_thread_count(n: Option<usize>) {
    if let Some(n) = n.filter(|n| *n > 0) {
        // An existing pool is no reason to fail.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(n).build_global();
    }
}

impl Settings {
    /// The options of the run.
    pub fn run_options(&self) -> RunOptions {
        RunOptions::default().with(|s| {
            s.threads = self.flags.run.threads.unwrap_or(0);
            s.memory = self.flags.run.memory();
            s.scratch = self.flags.run.scratch();
        })
    }

    /// A list for the texts of the run, which keep to a quarter of its memory. Fails where a
    /// directory for scratch files was named and cannot be used.
    pub fn texts(&self) -> Result<SpillableTexts> {
        let run = &self.flags.run;
        let most = run.memory().map_or(u64::MAX, |memory| memory / 4);
        if run.is_limited() {
            give_back(run.memory().unwrap_or(u64::MAX));
        }
        let texts = SpillableTexts::new(most, run.scratch());
        if run.scratch.is_some() {
            texts.check_directory()?;
        }
        Ok(texts)
    }

    /// A scan with these settings.
    pub fn scan<'a>(&self) -> Scan<'a> {
        let scan = Scan::new().recipe(self.recipe.clone()).thresholds(self.thresholds.clone());
        scan.options(self.run_options())
    }

    /// The ignore rules of the gate.
    pub fn ignores(&self) -> Result<Vec<IgnoreRule>> {
        self.gate.ignores(self.file.as_deref().unwrap_or_default(), &self.ignores)
    }

    /// The settings in force as a nearcopy.toml.
    pub fn to_toml(&self) -> Result<String> {
        let mut values = self.flags.table();
        let tables = toml::Table::try_from(&self.recipe).and_then(|mut t| {
            t.extend(toml::Table::try_from(&self.thresholds)?);
            Ok(t)
        });
        values.extend(
            tables.map_err(|e| Failure::Said(format!("this cannot be written as TOML: {e}")))?,
        );
        let mut out = String::from("# Settings in force");
        if let Some(path) = &self.file {
            let _ = write!(out, ", with those of {path}");
        }
        out.push_str(". Flags win over this file, this file over the preset.\n");
        for (name, about) in described() {
            let _ = match values.get(&name) {
                Some(value) => write!(out, "\n# {about}\n{name} = {value}\n"),
                None => write!(out, "\n# {about}\n# {name} =\n"),
            };
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::super::flags::names;
    use super::*;

    #[test]
    fn every_field_has_a_flag() {
        let names = names();
        for field in defaults().keys() {
            assert!(names.contains(field), "{field}");
        }
    }
}
