//! Owns: `nearcopy init`: a settings file for a corpus, with what was seen in it. Never: scans it.

use super::beside::check_place;
use super::config::ConfigArgs;
use super::exit::{Exit, Failure, Result};
use super::flags::{Flags, InputFlags, described};
use super::interrupt::not_made;
use super::messages::{clean, count, escaped_path, say, tell};
use super::output::{to_file, to_stdout};
use super::progress::{Meter, TalkArgs};
use super::read_corpus::inputs;
use super::settings::{SettingArgs, defaults, show};
use nearcopy::ingest::{OnError, ReadResult, read_each};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Writes a nearcopy.toml for a corpus: the fields that were found in it, and every other setting
/// as a comment
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Init {
    /// The corpus: files and directories [default: this directory]
    #[arg(value_name = "PATH")]
    paths: Vec<OsString>,

    /// The settings file; one that is there already is not replaced; - for standard output
    #[arg(
        short = 'o',
        long,
        value_name = "FILE",
        default_value = "nearcopy.toml",
        help_heading = "Output"
    )]
    output: PathBuf,

    #[command(flatten)]
    input: InputFlags,

    #[command(flatten)]
    talk: TalkArgs,
}

const EXAMPLES: &str = "\
Examples:
  nearcopy init articles/
      nearcopy.toml in this directory, for what is in articles/.
  nearcopy init dump.jsonl --text-field story -o -
      The same to standard output.

Exit codes: 0 written; 2 error, bad usage, or an input that failed; 129, 130, 143 a signal.";

impl Init {
    pub fn run(self) -> Result<Exit> {
        let there = self.output != Path::new("-");
        let shown = escaped_path(&self.output);
        if there && self.output.symlink_metadata().is_ok() {
            return Err(Failure::Said(format!(
                "{shown} is there already, and is not replaced: name another file with -o, or \
                 remove it"
            )));
        }
        if there {
            check_place(&self.output).map_err(|e| not_made(&self.output, &e))?;
        }
        let flags = Flags { input: self.input.clone(), ..Flags::default() };
        let settings = SettingArgs::of(flags, ConfigArgs::default()).resolve()?;
        let paths = if self.paths.is_empty() { vec![".".into()] } else { self.paths.clone() };
        let meter = Meter::start(self.talk);
        meter.reading();
        let options = settings.flags.input.options();
        let seen = read_each(&inputs(&paths), &options, &|bytes| meter.read(bytes), &|documents| {
            drop(documents);
        });
        meter.pause()?;
        tell(&seen, options.on_error == OnError::Skip, self.talk.quiet);
        if seen.stopped {
            return Err(Failure::Said(format!(
                "an input could not be read, so {shown} was not written: correct what is named \
                 above, or skip it (--on-error skip)"
            )));
        }
        let text = settings_file(&paths, &seen, settings.flags.table());
        if !there {
            to_stdout(|out| out.write_all(text.as_bytes()))?;
            return Ok(Exit::Done);
        }
        to_file(&self.output, |out| out.write_all(text.as_bytes()))?;
        if !self.talk.quiet {
            say(&format!("{shown} written: what was seen is set, the rest is a comment"));
        }
        Ok(Exit::Done)
    }
}

/// The settings file: what was seen, what the user said, and all other settings as comments.
fn settings_file(paths: &[OsString], seen: &ReadResult, given: toml::Table) -> String {
    let mut set: BTreeMap<String, (toml::Value, String)> =
        given.into_iter().map(|(name, value)| (name, (value, "as it was given".into()))).collect();
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    for ((role, _), n) in &seen.fields {
        *records.entry(role).or_default() += n;
    }
    for role in ["text", "id", "source", "date", "title"] {
        let mut names: Vec<(&String, u64)> = seen
            .fields
            .iter()
            .filter(|((found, _), _)| *found == role)
            .map(|((_, name), n)| (name, *n))
            .collect();
        names.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        if names.is_empty() {
            continue;
        }
        let list = names.iter().map(|(name, _)| literal(name)).collect::<Vec<_>>().join(",");
        let all: Vec<String> = names.iter().map(|(name, n)| format!("{n} {name}")).collect();
        let why = format!("records with it: {}", clean(&all.join(", ")));
        set.entry(format!("{role}-field")).or_insert((list.into(), why));
    }
    let mut out = String::from("# Settings of nearcopy. Flags win over this file.\n");
    let shown: Vec<String> = paths.iter().map(|path| clean(&path.to_string_lossy())).collect();
    let _ = writeln!(out, "# Made by `nearcopy init` for {}:", shown.join(" "));
    let mut formats: BTreeMap<&str, u64> = BTreeMap::new();
    seen.sources.iter().for_each(|file| *formats.entry(file.format.row().title).or_default() += 1);
    let list: Vec<String> = formats.iter().map(|(name, n)| format!("{n} {name}")).collect();
    let _ = writeln!(out, "# {} ({}).", count(seen.files, "file"), list.join(", "));
    let defaults = defaults();
    for (name, about) in described() {
        let _ = write!(out, "\n# {about}\n");
        let _ = match (set.get(&name), defaults.get(&name)) {
            (Some((value, why)), _) => writeln!(out, "# Here, {why}.\n{name} = {value}"),
            (None, Some(value)) => writeln!(out, "# {name} = {}", example(value)),
            (None, None) => writeln!(out, "# {name} ="),
        };
    }
    out.push_str(
        "\n# What `nearcopy check` allows.\n# [gate]\n# fail-on = [\"equal\", \"near-copy\"]\n",
    );
    out
}

/// A name in a list of field names.
fn literal(name: &str) -> String {
    let escape = |c: char| if matches!(c, ',' | '+' | '\\') { vec!['\\', c] } else { vec![c] };
    name.chars().flat_map(escape).collect()
}

/// A default as TOML writes it.
fn example(value: &toml::Value) -> String {
    match value {
        toml::Value::Array(_) | toml::Value::Table(_) | toml::Value::String(_) => value.to_string(),
        other => show(other),
    }
}
