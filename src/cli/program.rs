//! Owns: the program: its subcommands, and how one is run and ends. Never: implements one.

use super::check::Check;
use super::compare::Compare;
use super::dedupe::Dedupe;
use super::exit::{ERROR, Exit, Failure, Result, signalled};
use super::explain::Explain;
use super::generate::Generate;
use super::index::Index;
use super::init::Init;
use super::interrupt::interrupting_signal;
use super::kept_run::interrupted_message;
use super::report::Report;
use super::scan::Scan;
use super::stage::{Stage, with_scratch};
use super::{flag_values, messages, settings, usage_hints, version};
use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

/// Finds duplicate and near-duplicate articles, repeated paragraphs and reused passages, and shows
/// where the overlap is
#[derive(Debug, Parser)]
#[command(
    name = "nearcopy",
    version,
    max_term_width = 110,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(after_help = EXIT_CODES, after_long_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str =
    "Exit codes: 0 done, whatever was found; 1 only from check: more than allowed; 2 error, bad \
     usage, or an input
that failed; 129, 130, 143 a signal.";

const EXAMPLES: &str = "\
Examples:
  nearcopy scan articles/                     what is doubled in a directory, for a person
  nearcopy scan corpus.jsonl --format json    the same as data
  nearcopy dedupe corpus.jsonl -o clean.jsonl the corpus without its copies
  nearcopy check articles/ --baseline FILE    fails where there are new copies, for CI
  nearcopy compare a.txt b.txt                two texts, passage by passage
  nearcopy explain a.txt b.txt                which bound decided their relation
  nearcopy scan articles/ -o found.html       the same as a page with the texts side by side
  nearcopy index add seen/ today.jsonl        remembers documents for later queries
  nearcopy init articles/                     a settings file for a corpus

Settings come from the command line, then nearcopy.toml, then --preset, then the defaults.
`nearcopy scan --show-config` prints the ones in force.

Exit codes: 0 done, whatever was found; 1 only from check: more than allowed; 2 error, bad usage,
or an input that failed; 129, 130, 143 a signal.";

#[derive(Debug, Subcommand)]
enum Command {
    Scan(Box<Scan>),
    Dedupe(Box<Dedupe>),
    Check(Box<Check>),
    Compare(Box<Compare>),
    Explain(Box<Explain>),
    Report(Box<Report>),
    Init(Box<Init>),
    Index(Box<Index>),
    Stage(Stage),
    Generate(Generate),
}

/// The whole command line, with the defaults in the help.
fn command_line() -> clap::Command {
    let defaults = settings::defaults();
    Cli::command()
        .mut_subcommands(|sub| {
            let sub = one_screen(sub.mut_args(|arg| with_default(arg, &defaults)));
            sub.mut_subcommands(|inner| {
                one_screen(inner.mut_args(|arg| with_default(arg, &defaults)))
            })
        })
        .mut_subcommand("stage", with_scratch)
        .mut_subcommand("check", all_formats)
        .mut_subcommand("scan", all_formats)
}

/// The command with every format of a report.
fn all_formats(command: clap::Command) -> clap::Command {
    command.mut_arg("format", |arg| arg.value_parser(flag_values::formats(true)))
}

/// The options that -h shows, which fits a screen; --help shows all of them.
const USUAL: [&str; 24] = [
    "help",
    "text-field",
    "id-field",
    "source-field",
    "include",
    "exclude",
    "format",
    "brief",
    "output",
    "preset",
    "min-match",
    "keep",
    "baseline",
    "update-baseline",
    "baseline-ref",
    "fail-on",
    "max-duplicate-documents",
    "in",
    "background",
    "against",
    "index",
    "removed",
    "dry-run",
    "remove",
];

/// Hides what only --help shows. Options of commands that have few are all shown.
fn one_screen(command: clap::Command) -> clap::Command {
    let many = command.get_arguments().filter(|arg| !arg.is_hide_short_help_set()).count() > 20;
    command.mut_args(|arg| match arg.get_long() {
        Some(name) if many && !USUAL.contains(&name) => arg.hide_short_help(true),
        _ => arg,
    })
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

/// An error of usage in the form that clap gives its own errors.
fn usage_error(subcommand: &str, message: String) -> clap::Error {
    let mut command = command_line();
    command.build();
    let kind = clap::error::ErrorKind::MissingRequiredArgument;
    match subcommand.split(' ').try_fold(&mut command, |of, name| of.find_subcommand_mut(name)) {
        Some(sub) => sub.error(kind, message),
        None => command.error(kind, message),
    }
}

/// Prints an error of the command line, or the help that was asked for.
fn print_clap_error(mut error: clap::Error, arguments: &[OsString]) -> u8 {
    let hint = usage_hints::hint(&error, arguments, &mut command_line());
    if error.kind() == ErrorKind::UnknownArgument {
        // Hardly anybody means an input that begins with a hyphen.
        error.remove(ContextKind::Suggested);
        if hint.is_some() {
            error.remove(ContextKind::SuggestedArg);
            error.remove(ContextKind::Usage);
        }
    }
    // The words of a parser of Rust, in the place of which the hint says what the option takes.
    const NO_DIGIT: &str = ": invalid digit found in string";
    let rendered = error.render().to_string();
    let text = rendered.replace(NO_DIGIT, "");
    // The arguments may include a file name with control characters.
    let unclean = || text.lines().any(|line| messages::clean(line) != line);
    if error.use_stderr() && (text != rendered || unclean()) {
        messages::write(&text);
    } else {
        // A closed pipe under --help is no error.
        let _ = error.print();
    }
    if let Some(hint) = hint {
        messages::say(&hint);
    }
    error.exit_code() as u8
}

fn carry_out(command: Command) -> Result<Exit> {
    match command {
        Command::Scan(scan) => scan.run(),
        Command::Dedupe(dedupe) => dedupe.run(),
        Command::Check(check) => check.run(),
        Command::Compare(compare) => compare.run(),
        Command::Explain(explain) => explain.run(),
        Command::Report(report) => report.run(),
        Command::Init(init) => init.run(),
        Command::Index(index) => index.run(),
        Command::Stage(stage) => stage.run(),
        Command::Generate(generate) => generate.run(command_line()),
    }
}

/// Runs the command line of the process.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os()))
}

/// Parses the arguments, of which the first is the name of the program, runs the command, and
/// returns the exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        // A damaged Parquet file is reported as such; the place of the panic in its decoder is of
        // no use.
        if !nearcopy::ingest::parquet::panic_is_caught() {
            usual(info);
        }
    }));
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if version::is_asked(arguments.iter().skip(1).cloned()) {
        // A closed pipe is no error, as under --version alone.
        let _ = std::io::stdout().write_all(version::text().as_bytes());
        return 0;
    }
    let parsed = command_line()
        .try_get_matches_from(&arguments)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return print_clap_error(error, &arguments),
    };
    match carry_out(cli.command) {
        Ok(exit) => exit.code(),
        Err(Failure::Usage(subcommand, message)) => {
            print_clap_error(usage_error(subcommand, message), &arguments)
        }
        Err(Failure::Said(message)) => {
            messages::say(&format!("error: {message}"));
            ERROR
        }
        Err(Failure::Cancelled) => {
            messages::say(interrupted_message());
            signalled(interrupting_signal())
        }
    }
}
