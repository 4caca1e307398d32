//! Owns: `nearcopy scan`. Never: finds anything itself.

use super::background::boilerplate;
use super::exit::{Exit, Result, usage};
use super::kept_run::{LAST_STAGE, NO_PATHS, no_scratch};
use super::output::{OutputArgs, Report, probe, to_stdout};
use super::outputs::Outputs;
use super::piped_input::or_piped;
use super::progress::{Meter, TalkArgs};
use super::read_corpus::{inputs, refuse_empty, say_sourceless, take_in};
use super::recipe;
use super::settings::{SettingArgs, Settings};
use nearcopy::Documents;
use nearcopy::ingest::WALKED;
use nearcopy::progress::RunStage;
use nearcopy::report::Findings;
use std::ffi::OsString;
use std::path::PathBuf;

/// The error where there is no input.
const NOTHING: &str =
    "nothing to scan: name files or directories, `.` for this one, `-` for standard input";

/// Finds everything that is doubled in a corpus: copies, repeated paragraphs and reused passages
///
/// Every pair it reports was compared text against text, and the passages are shown in both.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Scan {
    /// Files, directories and patterns; - is standard input
    #[arg(value_name = "PATH", long_help = paths_help())]
    paths: Vec<OsString>,

    #[command(flatten)]
    settings: SettingArgs,

    #[command(flatten)]
    output: OutputArgs,

    /// Also write what the corpus tells about its texts (boilerplate, common words), for `compare
    /// --background`
    #[arg(long, value_name = "FILE", help_heading = "Output", hide_short_help = true)]
    save_background: Option<PathBuf>,

    /// Print the recipe with its bands and detection probabilities, and exit
    #[arg(long, help_heading = "Recipe")]
    explain_recipe: bool,

    /// Print the settings in force as a nearcopy.toml, and exit
    #[arg(long, help_heading = "Run")]
    show_config: bool,

    #[command(flatten)]
    talk: TalkArgs,
}

fn paths_help() -> String {
    format!(
        "Files, directories and patterns; - is standard input\n\nDirectories are walked: {WALKED}. \
         A quoted pattern \
         ('data/*.jsonl', '**/part-?.csv') means what the shell would make of it; ** is any number \
         of directories."
    )
}

const EXAMPLES: &str = "\
Examples:
  nearcopy scan articles/
      Everything below a directory, for a person.
  nearcopy scan corpus.jsonl.zst --id-field url --source-field site --format jsonl > found.jsonl
      A corpus as JSON Lines, findings as data.
  zcat dump.jsonl.gz | nearcopy scan --across-sources --since 2024-05 -o may.json
      From a pipe; only copies between outlets; the terminal gets the human report, the file the
      data.
  nearcopy scan scans/ --preset ocr --keep source=archive,mirror --keep longest
      Text read from paper; of each cluster the archive's copy survives, else the longest.
  nearcopy scan --show-config --preset strict > nearcopy.toml
      A settings file to start from.

Lengths are in tokens (words; characters in scripts without spaces), shares run from 0 to 1 or 0%
to 100%. Settings come from the command line, then nearcopy.toml, then --preset, then the
defaults. A switch such as --all-pairs can be turned off again with --all-pairs=false.

Exit codes: 0 done, whatever was found; 2 error, bad usage, an input that failed (missing,
unreadable, cut short: --on-error), no document at all (--allow-empty), or more bad records than
--max-bad; 129, 130, 143 a signal.";

impl Scan {
    pub fn run(self) -> Result<Exit> {
        self.output.note(self.talk.quiet);
        self.carry_out(false)
    }

    /// The stage that writes the report, where all stages before it have been carried out.
    pub fn run_last_stage(self) -> Result<Exit> {
        self.carry_out(true)
    }

    fn carry_out(mut self, last_stage: bool) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        if let Some(text) = self.shown(&settings)? {
            to_stdout(|out| out.write_all(text.as_bytes()))?;
            return Ok(Exit::Done);
        }
        self.paths = or_piped(std::mem::take(&mut self.paths));
        if self.paths.is_empty() {
            return Err(match last_stage {
                true => usage(LAST_STAGE, NO_PATHS),
                false => usage("scan", NOTHING),
            });
        }
        let background = self.save_background.as_deref().map(|path| ("--save-background", path));
        self.output.probe(&settings.flags.report, true, background)?;
        if let Some(path) = &self.save_background {
            probe(path)?;
        }

        let scan = self.scan(&settings, last_stage)?;
        let meter = Meter::start(self.talk);
        meter.shares_stages(last_stage);
        meter.memory(settings.flags.run.memory());
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let mut taken = take_in(
            &inputs(&self.paths),
            &settings.input_options(),
            settings.texts()?,
            &meter,
            self.talk.quiet,
        )?;
        self.output.apart(self.save_background.as_deref(), &taken.sources)?;
        let corpus = taken.corpus(self.talk.quiet)?;
        if corpus.count() == 0 {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        say_sourceless(&corpus, settings.thresholds.sources, self.talk.quiet);
        let scan = scan.boilerplate_from(&boilerplate).progress(&meter);
        let found = match last_stage {
            true => scan.run_last_stage(&corpus),
            false => scan.run_with_background(&corpus),
        };
        meter.pause()?;
        let (detection, background) = found?;

        let mut outputs = Outputs::default();
        if let Some(path) = &self.save_background {
            outputs.write(path, |out| {
                out.write_all(background.to_json(&detection.recipe_id).as_bytes())
            })?;
        }
        let findings =
            Findings { detection: &detection, documents: &corpus, skipped: &taken.skipped };
        let timings = meter.timings();
        let report = Report { findings, instead: None, verdict: None, timings };
        meter.writing();
        self.output.write(outputs, &settings.flags.report, &report)?;
        settings.remove_kept();
        let exit = taken.exit(settings.flags.run.max_bad);
        // The process ends here and the system frees its memory, which is faster than freeing each
        // text and finding.
        std::mem::forget((corpus, detection));
        Ok(exit)
    }

    /// What is printed in place of a scan, where that was asked for.
    fn shown(&self, settings: &Settings) -> Result<Option<String>> {
        if self.show_config {
            return settings.to_toml().map(Some);
        }
        let recipe = || recipe::explain(&settings.recipe, &settings.thresholds);
        Ok(self.explain_recipe.then(recipe))
    }

    /// The scan; of the last stage alone, or of all that are not kept.
    fn scan<'a>(&self, settings: &Settings, last_stage: bool) -> Result<nearcopy::Scan<'a>> {
        let mut scan = settings.scan();
        if self.output.reads_pairs_in_parts(&settings.flags.report) {
            scan = scan.pairs_on_demand();
        }
        if !last_stage {
            return settings.kept(scan);
        }
        match settings.flags.run.scratch {
            Some(_) => settings.shared(scan, RunStage::Cluster),
            None => Err(no_scratch(LAST_STAGE)),
        }
    }
}
