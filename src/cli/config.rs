//! Owns: the search for nearcopy.toml and its parsing. Never: decides which value takes precedence.

use super::exit::{Failure, Result};
use super::flags::{Flags, names};
use super::gate::GateFlags;
use super::messages::{clean, escaped_path};
use super::usage_hints;
use nearcopy::near_names;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of the settings file.
const NAME: &str = "nearcopy.toml";

/// Which configuration file to use.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ConfigArgs {
    /// Settings file [default: nearcopy.toml here, or in a parent up to the root of the git
    /// repository]
    #[arg(long, value_name = "FILE", help_heading = "Run", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Use no settings file [default: false]
    #[arg(long, help_heading = "Run")]
    no_config: bool,
}

/// A settings file that was read.
#[derive(Debug, Default)]
pub struct ConfigFile {
    /// The path of the file, escaped for a terminal.
    pub path: String,
    /// The settings of the file.
    pub flags: Flags,
    /// The settings of its table `[gate]`.
    pub gate: GateFlags,
    /// The line of each key.
    pub lines: BTreeMap<String, usize>,
    /// The line of each entry of `[[gate.ignore]]`.
    pub ignores: Vec<usize>,
}

impl ConfigArgs {
    /// Reads the settings file in force; `None` where there is none.
    pub fn load(&self) -> Result<Option<ConfigFile>> {
        let path = match &self.config {
            _ if self.no_config => return Ok(None),
            Some(path) => path.clone(),
            None => match std::env::current_dir().ok().and_then(|here| find(&here)) {
                Some(path) => path,
                None => return Ok(None),
            },
        };
        let shown = escaped_path(&path);
        let text = std::fs::read_to_string(&path).map_err(|e| {
            Failure::Said(format!(
                "settings file {shown}: {e}; name another with --config, or none with --no-config"
            ))
        })?;
        let mut file = parse(&text, shown)?;
        // The file names others from where it stands, whichever directory the program runs in.
        let place = path.parent().unwrap_or(Path::new(""));
        let named = file.flags.boilerplate.boilerplate_from.iter_mut().flatten();
        named.for_each(|other| *other = place.join(&other));
        Ok(Some(file))
    }
}

/// Finds the settings file in this directory, or in the nearest parent that has one inside the same
/// git repository.
fn find(here: &Path) -> Option<PathBuf> {
    let local = here.join(NAME);
    if local.is_file() {
        return Some(PathBuf::from(NAME));
    }
    let root = here.ancestors().find(|dir| dir.join(".git").exists())?;
    here.ancestors()
        .take_while(|dir| dir.starts_with(root))
        .map(|dir| dir.join(NAME))
        .find(|path| path.is_file())
}

fn parse(text: &str, path: String) -> Result<ConfigFile> {
    let at = |e: toml::de::Error| {
        let line = e.span().map_or(1, |span| line_of(text, span.start));
        Failure::Said(format!("{path}:{line}: {}", clean(e.message())))
    };
    let table = toml::de::DeTable::parse(text).map_err(at)?;
    let known = names();
    let (mut lines, mut ignores) = (BTreeMap::new(), Vec::new());
    for (key, value) in table.get_ref() {
        let line = line_of(text, key.span().start);
        let name = key.get_ref().as_ref();
        if let ("gate", Some(gate)) = (name, value.get_ref().as_table()) {
            ignores = gate_lines(text, &path, gate)?;
            continue;
        }
        if !known.iter().any(|k| k == name) {
            return Err(Failure::Said(format!(
                "{path}:{line}: {}",
                unknown(name, value.get_ref().is_table(), &known)
            )));
        }
        lines.insert(name.to_owned(), line);
    }
    // Each struct reads its own keys from the one table; the check above ensures that every key
    // belongs to one.
    fn take<T: DeserializeOwned>(text: &str) -> std::result::Result<T, toml::de::Error> {
        toml::from_str(text)
    }
    let flags = Flags {
        input: take(text).map_err(at)?,
        report: take(text).map_err(at)?,
        preset: take(text).map_err(at)?,
        run: take(text).map_err(at)?,
        recipe: take(text).map_err(at)?,
        thresholds: take(text).map_err(at)?,
        boilerplate: take(text).map_err(at)?,
    };
    let Gate { gate } = take(text).map_err(at)?;
    Ok(ConfigFile { path, flags, gate, lines, ignores })
}

/// The part of the file that only `check` uses.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Gate {
    gate: GateFlags,
}

/// Refuses unknown keys of `[gate]`; returns the lines of its ignore entries.
fn gate_lines(text: &str, path: &str, gate: &toml::de::DeTable) -> Result<Vec<usize>> {
    let known: Vec<String> =
        ["max-duplicate-documents", "max-duplicate-text", "max-cluster", "fail-on", "ignore"]
            .map(Into::into)
            .into();
    let mut lines = Vec::new();
    for (key, value) in gate {
        let line = line_of(text, key.span().start);
        if !known.iter().any(|k| k == key.get_ref().as_ref()) {
            let why = nearest(key.get_ref(), &known)
                .unwrap_or_else(|| format!("its keys are {}", known.join(", ")));
            let name = clean(key.get_ref());
            return Err(Failure::Said(format!(
                "{path}:{line}: unknown key `{name}` in [gate]: {why}"
            )));
        }
        if key.get_ref() == "ignore" {
            let entries = value.get_ref().as_array().into_iter().flatten();
            lines.extend(entries.map(|entry| line_of(text, entry.span().start)));
        }
    }
    Ok(lines)
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

fn unknown(name: &str, table: bool, known: &[String]) -> String {
    let shown = clean(name);
    if table {
        return format!(
            "unknown table [{shown}]: all keys stand at the top level, but for those of [gate]"
        );
    }
    let plain = name.replace('_', "-");
    let foreign = || {
        let meaning = usage_hints::foreign(&plain).or_else(|| usage_hints::near(&plain))?;
        Some(format!("{meaning}{}", where_it_belongs(meaning, known)))
    };
    match nearest(name, known).or_else(foreign) {
        Some(near) => format!("unknown key `{shown}`: {near}"),
        None => format!("unknown key `{shown}`: `nearcopy scan --show-config` lists all keys"),
    }
}

/// What to say behind the meaning of a key that is a flag elsewhere: whether the option that it
/// names is a key of this file, or is for the command line alone.
fn where_it_belongs(meaning: &str, known: &[String]) -> &'static str {
    let mut words = meaning.split(|c: char| c.is_whitespace() || "(),;:`".contains(c));
    match words.find(|word| word.starts_with('-')) {
        Some(option) if known.iter().any(|key| option.strip_prefix("--") == Some(key)) => {
            " (a key is the name of an option without its hyphens before it)"
        }
        None if meaning != usage_hints::INPUTS => "",
        _ => " (this belongs on the command line, not into this file)",
    }
}

/// Returns `did you mean …?` where a known name is similar to this one.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    let near = near_names::nearest(name, known.iter().map(String::as_str));
    near.map(|k| format!("did you mean `{k}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message_of(text: &str) -> String {
        match parse(text, "x.toml".into()) {
            Err(Failure::Said(message)) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn errors_name_the_line() {
        assert_eq!(
            message_of("min-match = 9\n\nnear-copy-smaler = 0.5\n"),
            "x.toml:3: unknown key `near-copy-smaler`: did you mean `near-copy-smaller`?"
        );
        assert_eq!(
            message_of("min_match = 9"),
            "x.toml:1: unknown key `min_match`: did you mean `min-match`?"
        );
        assert!(message_of("[recipe]\nlanes = 64").starts_with("x.toml:1: unknown table [recipe]"));
        assert!(message_of("\nlanes = \"many\"").starts_with("x.toml:2: invalid type"));
        assert!(message_of("\n\nlanes = -1").starts_with("x.toml:3: invalid value"));
        assert!(message_of("a = 1\nb = ").starts_with("x.toml:2: "));
        let threshold = message_of("thresold = 0.8");
        assert!(threshold.contains("--near-copy-smaller") && !threshold.contains("threads"));
        let key = "without its hyphens";
        assert!(threshold.contains(key) && message_of("sep = ';'").contains(key));
        for of_the_command_line in ["silent = true", "top-k = 5", "out = 'x'", "files = 'a'"] {
            let said = message_of(of_the_command_line);
            assert!(!said.contains("top-k =") && said.contains(" (this belongs on"), "{said}");
        }
        assert!(message_of("zzz = 1").contains("--show-config"));
    }

    #[test]
    fn dates_may_stand_without_quotes() {
        let file = parse(
            "since = 2024-05-31\nuntil = \"2024\"\nkeep = [\"source=a,b\", \"longest\"]",
            "x".into(),
        )
        .unwrap();
        assert_eq!(file.flags.thresholds.since.as_deref(), Some("2024-05-31"));
        assert_eq!(file.flags.thresholds.until.as_deref(), Some("2024"));
        assert_eq!(file.flags.thresholds.keep.unwrap().len(), 2);
        assert_eq!(file.lines["until"], 2);
    }
}
