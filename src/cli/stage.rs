//! Owns: `nearcopy stage`: one stage of a scan over one part of its work. Never: finds anything
//! itself.

use super::background::boilerplate;
use super::exit::{Exit, Result, usage};
use super::kept_run::{LAST_STAGE, NO_PATHS, no_scratch};
use super::messages::escaped_path;
use super::messages::say;
use super::progress::{Meter, TalkArgs};
use super::read_corpus::{inputs, refuse_empty, take_in};
use super::scan::Scan;
use super::settings::SettingArgs;
use nearcopy::Documents;
use nearcopy::progress::RunStage;
use nearcopy::stages::StagePart;
use std::ffi::OsString;

/// Carries out one stage of a scan over one part, for schedulers: processes share a run
///
/// Every stage is given the same paths and settings, reads them, and keeps what it makes in the
/// folder of --scratch. A stage begins when all parts of the stage before it have ended. The last
/// one, cluster, writes the report: the same bytes as `nearcopy scan`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Stage {
    #[command(subcommand)]
    stage: StageCommand,
}

const EXAMPLES: &str = "\
Examples:
  A run over four processes (sh). Each `wait` is where a scheduler waits for a whole stage.

    run() { nearcopy stage \"$@\" --scratch run corpus.jsonl; }
    for i in 1 2 3 4; do run sketch --part $i/4 & done; wait
    run background
    for by in documents passages; do
      for i in 1 2 3 4; do run pairs --by $by --part $i/4 & done; wait
      for i in 1 2 3 4; do run compare --by $by --part $i/4 & done; wait
    done
    run cluster -o found.json

  A part that was killed is begun again with the same command; one that has ended is not carried
  out twice. `nearcopy scan --scratch run corpus.jsonl` finishes a run of stages, too.";

#[derive(Debug, clap::Subcommand)]
enum StageCommand {
    /// Texts become keys; a part has some of the documents
    Sketch(Box<PartArgs>),
    /// What the corpus tells about its texts, drawn from all keys; it has no parts
    Background(Box<WholeArgs>),
    /// Keys become pairs of texts; a part has some of the keys
    Pairs(Box<PartByArgs>),
    /// Pairs of texts are compared; a part has some of the pairs
    Compare(Box<PartByArgs>),
    /// Clusters, repeats and the report, as `nearcopy scan` writes it; it has no parts
    Cluster(Box<Scan>),
}

/// What decides which pairs a stage looks for or compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    /// Pairs that are alike as a whole
    Documents,
    /// Pairs that share passages
    Passages,
}

#[derive(Debug, clap::Args)]
struct WholeArgs {
    /// Files, directories and patterns, as in the other stages; - is standard input
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,
    #[command(flatten)]
    settings: SettingArgs,
    #[command(flatten)]
    talk: TalkArgs,
}

#[derive(Debug, clap::Args)]
struct PartArgs {
    /// The part, and into how many parts each stage of this run is divided
    #[arg(long, value_name = "I/N", value_parser = part)]
    part: (u32, u32),
    #[command(flatten)]
    whole: WholeArgs,
}

#[derive(Debug, clap::Args)]
struct PartByArgs {
    /// Pairs that are alike as a whole come first, pairs that share passages after them
    #[arg(long, value_name = "WHAT")]
    by: By,
    #[command(flatten)]
    part: PartArgs,
}

/// The subcommand that carries out a stage.
fn command(stage: RunStage) -> &'static str {
    match stage {
        RunStage::Sketch => "stage sketch",
        RunStage::Background => "stage background",
        RunStage::PairsByDocuments | RunStage::PairsByPassages => "stage pairs",
        RunStage::CompareByDocuments | RunStage::CompareByPassages => "stage compare",
        RunStage::Cluster => LAST_STAGE,
    }
}

/// The usage of the subcommands, with the folder of the run in it: the settings file may name it,
/// so that it is no required option.
pub fn with_scratch(stages: clap::Command) -> clap::Command {
    stages.mut_subcommands(|stage| {
        let required = |arg: &&clap::Arg| arg.is_required_set() && arg.get_long().is_some();
        let option = |arg: &clap::Arg| {
            let value = arg.get_value_names().and_then(<[_]>::first);
            let (long, value) =
                (arg.get_long().unwrap_or_default(), value.map(|name| name.as_str()));
            format!(" --{long} <{}>", value.unwrap_or_default())
        };
        let options: String = stage.get_arguments().filter(required).map(option).collect();
        let name = stage.get_name();
        let usage = format!("nearcopy stage {name} [OPTIONS]{options} --scratch <DIR> [PATH]...");
        stage.override_usage(usage)
    })
}

/// Reads a part as 2/4.
fn part(text: &str) -> std::result::Result<(u32, u32), String> {
    let numbers = text
        .split_once('/')
        .and_then(|(part, parts)| Some((part.trim().parse().ok()?, parts.trim().parse().ok()?)));
    match numbers {
        Some((part, parts)) if 1 <= part && part <= parts && parts <= MOST_PARTS => {
            Ok((part, parts))
        }
        _ => Err(format!("a part is I/N, as 2/4: I from 1 to N, and N at most {MOST_PARTS}")),
    }
}

/// Every part of a stage is a file.
const MOST_PARTS: u32 = 10_000;

impl Stage {
    pub fn run(self) -> Result<Exit> {
        let by = |by, documents, passages| if by == By::Documents { documents } else { passages };
        match self.stage {
            StageCommand::Sketch(args) => args.run(RunStage::Sketch),
            StageCommand::Background(args) => args.run(RunStage::Background, (1, 1)),
            StageCommand::Pairs(args) => {
                args.part.run(by(args.by, RunStage::PairsByDocuments, RunStage::PairsByPassages))
            }
            StageCommand::Compare(args) => args.part.run(by(
                args.by,
                RunStage::CompareByDocuments,
                RunStage::CompareByPassages,
            )),
            StageCommand::Cluster(scan) => scan.run_last_stage(),
        }
    }
}

impl PartArgs {
    fn run(self, stage: RunStage) -> Result<Exit> {
        self.whole.run(stage, self.part)
    }
}

impl WholeArgs {
    fn run(self, stage: RunStage, (part, parts): (u32, u32)) -> Result<Exit> {
        let settings = self.settings.resolve()?;
        let Some(folder) = settings.flags.run.scratch.clone() else {
            return Err(no_scratch(command(stage)));
        };
        if self.paths.is_empty() {
            return Err(usage(command(stage), NO_PATHS));
        }
        let meter = Meter::start(self.talk);
        meter.shares_stages(true);
        meter.memory(settings.flags.run.memory());
        let boilerplate = boilerplate(&settings, &meter, self.talk.quiet)?;
        let scan = settings.shared(settings.scan(), stage)?;
        let mut taken = take_in(
            &inputs(&self.paths),
            &settings.input_options(),
            settings.texts()?,
            &meter,
            self.talk.quiet,
        )?;
        let corpus = taken.corpus(self.talk.quiet)?;
        if corpus.count() == 0 {
            refuse_empty(&self.paths, &taken, &settings.flags.run)?;
        }
        let scan = scan.boilerplate_from(&boilerplate).progress(&meter);
        let done = scan.run_stage(&corpus, StagePart { stage, part, parts });
        meter.pause()?;
        done?;
        if !self.talk.quiet {
            let of = if stage.has_parts() { format!(" {part}/{parts}") } else { String::new() };
            say(&format!("{stage}{of}: done, kept in {}", escaped_path(&folder)));
        }
        let exit = taken.exit(settings.flags.run.max_bad);
        std::mem::forget(corpus);
        Ok(exit)
    }
}
