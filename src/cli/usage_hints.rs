//! Owns: what is meant by a flag of another program, and which numbers an option takes: a line
//! below the error of the command line. Never: decides that something is an error.

use super::flag_values::delimiter;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use nearcopy::near_names::nearest;
use std::ffi::OsString;

pub const INPUTS: &str = "inputs are named without a flag";

const WALKED: &str = "leave it out: the directories below are always walked too (of hidden files \
                      and those that ignore files name: --hidden, --no-ignore)";

/// Flags of other programs, and what is meant by them here.
const FOREIGN: [(&[&str], &str); 30] = [
    (
        &["threshold", "jaccard", "similarity", "min-similarity", "jaccard-threshold", "sim", "t"],
        "near-copies are told by the share of each text that passages cover, not by one threshold: \
         --near-copy-smaller SHARE and --near-copy-larger SHARE; --preset strict finds only what \
         is all but the same text",
    ),
    (
        &["json"],
        "--format json writes the report as JSON to standard output, -o FILE.json to a file",
    ),
    (&["jsonl", "ndjson"], "--format jsonl writes the report as JSON Lines"),
    (&["html"], "-o FILE.html writes the report as a page"),
    (&["csv"], "-o FILE.csv writes the findings as a table; of an input: --input-format csv"),
    (&["sarif", "junit", "markdown"], "--format NAME writes the report in another format"),
    (&["output-format", "out-format", "report-format"], "--format NAME says the report's format"),
    (
        &["out", "outfile", "output-file", "out-file", "output-dir", "out-dir"],
        "-o FILE names the file (-o out.jsonl); `nearcopy dedupe -o DIR/`, with a / at the \
         end, writes each file into a directory under its own name (-o out/)",
    ),
    (&["in", "input", "infile", "files", "path"], INPUTS),
    (&["stdin"], "- is standard input"),
    (&["recursive", "r", "R"], WALKED),
    (
        &["glob", "g", "pattern"],
        "--include PATTERN and --exclude PATTERN choose files in directories",
    ),
    (&["ignore", "skip", "exclude-dir"], "--exclude PATTERN leaves files and directories out"),
    (&["jobs", "j", "workers", "n-jobs", "num-proc", "processes", "cpus"], "--threads N"),
    (
        &[
            "ngram",
            "ngrams",
            "n-gram",
            "ngram-size",
            "ngram-range",
            "shingle-size",
            "k",
            "kgram",
            "n",
        ],
        "--shingle WORDS is the length of shingles",
    ),
    (
        &["num-perm", "permutations", "hashes", "num-hashes", "signature-size", "num-perms"],
        "--lanes N is the number of MinHash values of a signature",
    ),
    (
        &["bands", "rows", "b", "num-bands", "lsh-bands"],
        "bands and rows follow from --lanes, --target-resemblance and --target-chance; `nearcopy \
         scan --explain-recipe` prints them",
    ),
    (
        &[
            "column",
            "columns",
            "text-column",
            "text-columns",
            "text-key",
            "field",
            "fields",
            "text",
            "content-field",
            "text-col",
        ],
        "--text-field NAME is the column or field with the text",
    ),
    (&["id", "id-column", "id-key", "key"], "--id-field NAME is the column or field with the id"),
    (&["sep", "separator", "d", "delim"], "--delimiter CHARACTER separates the fields of tables"),
    (
        &["min-length", "min-words", "min-chars", "minimum-length", "min-len", "min-size"],
        "--min-match TOKENS is the shortest passage that counts; --min-tokens TOKENS leaves short \
         documents to equality",
    ),
    (
        &["verbose", "v", "debug"],
        "--timings shows the stages of a run; `nearcopy explain` one pair",
    ),
    (
        &["top-k", "top", "max-results", "num-results", "n-results", "results"],
        "--limit N of `nearcopy index query` shows the N nearest of a document; `scan` lists all",
    ),
    (
        &["exact", "exact-only", "only-exact"],
        "`nearcopy dedupe --drop equal` removes exact copies only, and `check --fail-on equal` \
         fails for them alone",
    ),
    (
        &["header", "no-header", "skip-header", "noheader"],
        "a table has a header, which names the column of the text: put one before its rows",
    ),
    (&["config-file", "conf", "settings", "cfg"], "--config FILE names the settings file"),
    (&["silent", "s"], "-q writes nothing on standard error but errors"),
    (&["no-color", "no-colour", "nocolor"], "--color never"),
    (
        &["keep-first", "keep-longest", "keep-last", "prefer"],
        "--keep RULE says which document of a cluster stays: earliest, latest, longest, \
         smallest-id, source=a,b, field:NAME, or none",
    ),
    (
        &["in-place", "inplace", "i", "force", "overwrite", "f"],
        "inputs are never changed: `nearcopy dedupe … -o NEW` writes what is left",
    ),
];

/// A line about an error of the command line, where there is more to say. `arguments` is what the
/// user typed, and `command` the whole command line.
pub fn hint(
    error: &clap::Error,
    arguments: &[OsString],
    command: &mut clap::Command,
) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        _ => None,
    };
    match error.kind() {
        ErrorKind::UnknownArgument => {
            let argument = text(ContextKind::InvalidArg)?;
            let command = subcommand(command, arguments);
            let digit = |c: char| c.is_ascii_digit() || c == '.';
            if argument.parse::<f64>().is_ok() && argument[1..].starts_with(digit) {
                return Some(negative(&argument, arguments, command));
            }
            match foreign(&argument).or_else(|| misspelt(&argument, command))? {
                INPUTS => {
                    let run = match arguments.get(1) {
                        Some(first) if first == "stage" => {
                            "; --scratch DIR is the folder of the run"
                        }
                        _ => "",
                    };
                    Some(format!("{INPUTS}{run}\n{}", command.render_usage()))
                }
                meaning => Some(meaning.to_owned()),
            }
        }
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => {
            let argument = text(ContextKind::InvalidArg)?;
            let value = text(ContextKind::InvalidValue).unwrap_or_default();
            range(&argument, &value)
        }
        _ => None,
    }
}

/// The subcommand that the arguments name, be it one of another.
fn subcommand<'a>(whole: &'a mut clap::Command, arguments: &[OsString]) -> &'a mut clap::Command {
    whole.build();
    let mut command = whole;
    for name in arguments.iter().skip(1) {
        if command.find_subcommand(name).is_none() {
            break;
        }
        command = command.find_subcommand_mut(name).expect("it was found");
    }
    command
}

/// What to say of a negative number, by the option before it.
fn negative(number: &str, arguments: &[OsString], command: &clap::Command) -> String {
    let flag = arguments.windows(2).find(|pair| pair[1] == *number).and_then(|pair| {
        let name = pair[0].to_str()?;
        let arg = command.get_arguments().find(|arg| match name.strip_prefix("--") {
            Some(long) => arg.get_long() == Some(long),
            // A lone hyphen is standard input.
            None => name
                .strip_prefix('-')
                .is_some_and(|short| !short.is_empty() && short.chars().eq(arg.get_short())),
        })?;
        let values = range(&format!("{name} <{}>", arg.get_value_names()?.first()?), number)?;
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        Some(format!("{name} {number}: {values}, not {number} ({help})"))
    });
    flag.unwrap_or_else(|| "no option takes a negative number".into())
}

/// What is meant by a flag of another program whose name is like this one.
pub fn near(name: &str) -> Option<&'static str> {
    let names = FOREIGN.iter().flat_map(|(names, _)| names.iter().copied());
    foreign(nearest(name, names.filter(|known| known.len() > 4))?)
}

/// What is meant by a misspelt flag of another program, unless the command has one like it.
fn misspelt(argument: &str, command: &clap::Command) -> Option<&'static str> {
    let name = argument.trim_start_matches('-').split('=').next()?;
    let own = command.get_arguments().filter_map(clap::Arg::get_long);
    if nearest(name, own).is_some() { None } else { near(name) }
}

/// What is meant by a flag of another program.
pub fn foreign(argument: &str) -> Option<&'static str> {
    let name = argument.trim_start_matches('-').split('=').next()?;
    let known = FOREIGN.iter().find(|(names, _)| names.contains(&name));
    known.map(|(_, meaning)| *meaning)
}

/// The numbers that an option takes, by the name of its value.
fn range(argument: &str, value: &str) -> Option<String> {
    let kind = argument.split(['<', '>']).nth(1)?;
    let whole = |most: u64| format!("{kind} is a whole number from 0 to {most}");
    match kind {
        "TOKENS" | "COUNT" | "BITS" | "DAYS" | "WORDS" | "N" | "STEPS" | "BYTES" => {
            Some(whole(if kind == "STEPS" { u64::MAX } else { u64::from(u32::MAX) }))
        }
        "SHARE" => Some("SHARE is a number from 0 to 1, such as 0.4, or from 0% to 100%".into()),
        "SIZE" => Some("SIZE is a number of bytes from 1 on, such as 4096, 10MB or 256MiB".into()),
        "FORMAT" if argument.starts_with("--input-format") => input_format(value).map(Into::into),
        "FORMAT" => report_format(value).map(Into::into),
        "CHARACTER" => delimiter(value).err(),
        _ => None,
    }
}

/// What is meant by the name of an input format that is called otherwise here.
fn input_format(value: &str) -> Option<&'static str> {
    match value {
        "rss" | "atom" | "xml" => Some("feed is RSS and Atom"),
        "md" | "markdown" | "txt" | "plain" => Some("text is plain text and Markdown"),
        "ndjson" | "jsonlines" | "json-lines" => Some("jsonl is JSON Lines"),
        "htm" | "xhtml" | "page" | "web" => Some("html is a page of the web"),
        "wet" => Some("warc is WET too"),
        "xls" | "xlsx" | "excel" | "ods" => Some("save a spreadsheet as CSV"),
        "gz" | "gzip" | "zst" | "zstd" | "bz2" | "xz" | "lz4" => {
            Some("compression is recognised by itself: name the format of what is compressed")
        }
        _ => None,
    }
}

/// What is meant by the name of a report's format that is called otherwise here.
fn report_format(value: &str) -> Option<&'static str> {
    match value {
        "xml" => Some("junit is the report as XML"),
        "text" | "txt" | "plain" | "table" => Some("human is the report for a person"),
        "md" => Some("markdown is the report as Markdown"),
        "ndjson" | "jsonlines" | "json-lines" => Some("jsonl is the report as JSON Lines"),
        "xls" | "xlsx" | "excel" | "tsv" => Some("csv is a table that a spreadsheet opens"),
        "parquet" => Some("-o FOLDER.parquet writes the report as Parquet tables"),
        "prometheus" | "prom" | "metrics" => Some("openmetrics is what Prometheus reads"),
        "yaml" | "yml" | "toml" => Some("json is the report as data"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_others_are_answered() {
        for flag in ["--threshold", "--jaccard=0.8", "--json", "-r", "--num-perm", "--sep"] {
            assert!(foreign(flag).is_some(), "{flag}");
        }
        assert!(foreign("--near-copy").is_none());
        let mut all: Vec<&str> =
            FOREIGN.iter().flat_map(|(names, _)| names.iter().copied()).collect();
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), count, "a name is there twice");
    }

    #[test]
    fn a_negative_number_is_told_with_its_option() {
        let arg = clap::Arg::new("threads").long("threads").value_name("N").help("Threads");
        let mut whole = clap::Command::new("a").subcommand(clap::Command::new("scan").arg(arg));
        let typed = ["a", "scan", "x", "--threads", "-2"].map(OsString::from);
        let said = negative("-2", &typed, subcommand(&mut whole, &typed));
        assert!(said.starts_with("--threads -2: N is a whole number from 0"), "{said}");
        let typed = ["a", "scan", "-", "-2"].map(OsString::from);
        let said = negative("-2", &typed, subcommand(&mut whole, &typed));
        assert_eq!(said, "no option takes a negative number");
        let said = negative("-2", &typed[..1], subcommand(&mut whole, &typed));
        assert_eq!(said, "no option takes a negative number");
    }

    #[test]
    fn numbers_have_their_range() {
        assert!(range("--min-match <TOKENS>", "x").unwrap().contains("4294967295"));
        assert!(range("--contains <SHARE>", "2").unwrap().contains("0 to 1"));
        assert!(range("--since <DATE>", "x").is_none());
    }

    #[test]
    fn formats_have_their_names() {
        assert!(range("--input-format <FORMAT>", "rss").unwrap().starts_with("feed"));
        assert!(range("--format <FORMAT>", "xlsx").unwrap().starts_with("csv"));
        assert!(range("--format <FORMAT>", "doc").is_none());
    }
}
