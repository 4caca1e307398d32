//! The command line: one file a subcommand, and what they share. Uses the public API only; never finds anything itself.

mod alarm;
mod amount;
mod check;
mod compare;
mod config;
mod dedupe;
mod explain;
mod flags;
mod gate;
mod generate;
mod git;
mod index;
mod intake;
mod layout;
mod named;
mod output;
mod pairs;
mod problems;
mod progress;
mod recipe;
mod report;
mod scan;
mod settings;
mod staged;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::process::ExitCode;

/// Finds duplicate and near-duplicate articles, repeated paragraphs and reused passages, and shows where the overlap is
#[derive(Debug, Parser)]
#[command(name = "nearcopy", version, max_term_width = 110, subcommand_required = true, arg_required_else_help = true)]
#[command(after_help = EXIT_CODES, after_long_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, whatever was found; 1 only from check: more than allowed; 2 error, bad usage, or an input that was
not there; 130 interrupted.";

const EXAMPLES: &str = "\
Examples:
  nearcopy scan articles/                     what is doubled in a directory, for a person
  nearcopy scan corpus.jsonl --format json    the same as data
  nearcopy dedupe corpus.jsonl -o clean.jsonl the corpus without its copies
  nearcopy check articles/ --baseline FILE    fails where there are copies that FILE does not know, for CI
  nearcopy compare a.txt b.txt                two texts, passage by passage
  nearcopy explain a.txt b.txt                why they are what they are to each other, with the numbers
  nearcopy scan articles/ -o html=found.html  the same as a page with the texts side by side
  nearcopy index add seen/ today.jsonl        keeps what was seen, for `index query` and `dedupe --index`

Settings come from the command line, then nearcopy.toml, then --preset, then the defaults.
`nearcopy scan --show-config` prints the ones in force.

Exit codes: 0 done, whatever was found; 1 only from check: more than allowed; 2 error, bad usage, or an input that was
not there; 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<scan::Scan>),
    Dedupe(Box<dedupe::Dedupe>),
    Check(Box<check::Check>),
    Compare(Box<compare::Compare>),
    Explain(Box<explain::Explain>),
    Report(Box<report::Report>),
    Index(Box<index::Index>),
    Generate(generate::Generate),
}

/// How a command that did its work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// Everything asked for was done.
    Done,
    /// The output is complete, and more was found than a gate allows.
    Violated,
    /// The output is complete, but an input that was asked for was not there, or too many records were bad.
    Incomplete,
}

/// Why a command did not do its work.
#[derive(Debug)]
enum Failure {
    /// The command line means nothing; clap words it.
    Usage(Box<clap::Error>),
    /// Anything else, in words that say what to do.
    Said(String),
    /// Interrupted by Ctrl-C.
    Cancelled,
}

impl From<nearcopy::Error> for Failure {
    fn from(error: nearcopy::Error) -> Failure {
        match error {
            nearcopy::Error::Cancelled => Failure::Cancelled,
            other => Failure::Said(other.to_string()),
        }
    }
}

type Result<T> = std::result::Result<T, Failure>;

/// The whole command line, defaults written into the help.
fn command() -> clap::Command {
    let defaults = settings::defaults();
    Cli::command()
        .mut_subcommands(|sub| {
            let sub = sub.mut_args(|arg| with_default(arg, &defaults));
            sub.mut_subcommands(|inner| inner.mut_args(|arg| with_default(arg, &defaults)))
        })
        .mut_subcommand("check", |check| check.mut_arg("format", |arg| arg.value_parser(flags::formats(true))))
}

/// Appends the default to the help of a setting, so that help and code cannot disagree.
fn with_default(arg: clap::Arg, defaults: &toml::Table) -> clap::Arg {
    let Some(value) = arg.get_long().and_then(|name| defaults.get(name)) else { return arg };
    let default = format!("[default: {}]", settings::show(value));
    let short = arg.get_help().map(|help| format!("{help} {default}"));
    let long = arg.get_long_help().map(|help| format!("{help}\n\n{default}"));
    let arg = arg.help(short.unwrap_or_default());
    match long {
        Some(long) => arg.long_help(long),
        None => arg,
    }
}

/// An error of usage, worded by clap like its own; of a subcommand inside another one: `index add`.
fn usage(subcommand: &str, message: impl std::fmt::Display) -> Failure {
    let mut command = command();
    command.build();
    let kind = clap::error::ErrorKind::MissingRequiredArgument;
    let error = match subcommand.split(' ').try_fold(&mut command, |of, name| of.find_subcommand_mut(name)) {
        Some(sub) => sub.error(kind, message),
        None => command.error(kind, message),
    };
    Failure::Usage(Box::new(error))
}

fn parse() -> Result<Command> {
    command()
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map(|cli| cli.command)
        .map_err(|e| Failure::Usage(Box::new(e)))
}

fn run(command: Command) -> Result<Exit> {
    match command {
        Command::Scan(scan) => scan.run(),
        Command::Dedupe(dedupe) => dedupe.run(),
        Command::Check(check) => check.run(),
        Command::Compare(compare) => compare.run(),
        Command::Explain(explain) => explain.run(),
        Command::Report(report) => report.run(),
        Command::Index(index) => index.run(),
        Command::Generate(generate) => generate.run(),
    }
}

/// Parses, runs, and answers the exit code.
pub fn main() -> ExitCode {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A damaged Parquet file is told as such; where its decoder gave up helps nobody.
        if !nearcopy::ingest::parquet::panic_is_caught() {
            usual(info);
        }
    }));
    match parse().and_then(run) {
        Ok(Exit::Done) => ExitCode::SUCCESS,
        Ok(Exit::Violated) => ExitCode::from(1),
        Ok(Exit::Incomplete) => ExitCode::from(2),
        Err(Failure::Usage(error)) => {
            let text = error.render().to_string();
            // What was typed may come from a file name.
            if error.use_stderr() && text.lines().any(|line| problems::clean(line) != line) {
                problems::write(&text);
            } else {
                // A closed pipe under --help is no error.
                let _ = error.print();
            }
            ExitCode::from(error.exit_code() as u8)
        }
        Err(Failure::Said(message)) => {
            problems::say(&format!("error: {message}"));
            ExitCode::from(2)
        }
        Err(Failure::Cancelled) => {
            problems::say("interrupted");
            ExitCode::from(130)
        }
    }
}
