//! Owns: one more place of a report: its path, and the format that its ending or the user says.
//! Never: writes it.

use super::exit::{Failure, Result};
use super::flag_values::OutputFormat;
use super::flags::ReportFlags;
use super::messages::{escaped_path, say};
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// A report to write: `report.json`, or `json=report`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The format, where the value names it.
    named: Option<OutputFormat>,
    path: PathBuf,
}

/// The endings that show a format.
const ENDINGS: [(&str, OutputFormat); 13] = [
    ("json", OutputFormat::Json),
    ("jsonl", OutputFormat::Jsonl),
    ("ndjson", OutputFormat::Jsonl),
    ("csv", OutputFormat::Csv),
    ("parquet", OutputFormat::Parquet),
    ("html", OutputFormat::Html),
    ("htm", OutputFormat::Html),
    ("md", OutputFormat::Markdown),
    ("markdown", OutputFormat::Markdown),
    ("sarif", OutputFormat::Sarif),
    ("xml", OutputFormat::Junit),
    ("txt", OutputFormat::Human),
    ("prom", OutputFormat::Openmetrics),
];

const SHOWN: &str = ".json, .jsonl, .csv, .html, .md, .sarif, .xml, .txt, .prom, or .parquet for a \
                     folder of tables";

impl Target {
    /// The path of the file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What to say of a format that is named, if a path can show it.
    fn note(&self, flag: &str) -> Option<String> {
        let named = self.named?;
        let (ending, _) = ENDINGS.iter().find(|(_, format)| *format == named)?;
        let name = named.to_possible_value()?;
        let name = name.get_name();
        Some(format!("{flag} {name}=FILE: {flag} FILE.{ending} does the same"))
    }

    /// Its format: as the value names it, else as the ending shows, else that of --format.
    pub fn format(&self, flags: &ReportFlags) -> Result<OutputFormat> {
        let ending = self.path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase);
        let shown = ENDINGS.iter().find(|(name, _)| ending.as_deref() == Some(*name));
        let format = self.named.or(shown.map(|(_, format)| *format)).or(flags.format);
        format.ok_or_else(|| {
            let path = escaped_path(&self.path);
            Failure::Said(format!(
                "{path}: its ending shows no format of a report: end it with {SHOWN}, or name the \
                 format with --format"
            ))
        })
    }
}

/// Says once that a format need not be named where the path shows it. `flag` is how the user wrote
/// the targets.
pub fn note_named_formats(flag: &str, targets: &[Target], quiet: bool) {
    let note = targets.iter().find_map(|target| target.note(flag)).filter(|_| !quiet);
    note.into_iter().for_each(|note| say(&note));
}

impl std::str::FromStr for Target {
    type Err = String;
    fn from_str(s: &str) -> std::result::Result<Target, String> {
        let named = s.split_once('=').and_then(|(format, path)| {
            let format: OutputFormat = clap::ValueEnum::from_str(format, false).ok()?;
            Some((Some(format), path))
        });
        let (named, path) = named.unwrap_or((None, s));
        match path {
            "" => Err(format!("a path is missing; its ending says the format: {SHOWN}")),
            "-" if named.is_some_and(OutputFormat::is_folder) => {
                Err("standard output cannot hold a folder: name one".into())
            }
            "-" => Err("standard output is what --format is for".into()),
            _ => Ok(Target { named, path: path.into() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_the_format_of_their_ending() {
        let format = |s: &str, flag: Option<OutputFormat>| {
            let flags = ReportFlags { format: flag, ..ReportFlags::default() };
            s.parse::<Target>().unwrap().format(&flags).ok()
        };
        for (value, want) in [
            ("a/report.json", Some(OutputFormat::Json)),
            ("report.JSONL", Some(OutputFormat::Jsonl)),
            ("found.parquet", Some(OutputFormat::Parquet)),
            ("junit.xml", Some(OutputFormat::Junit)),
            ("json=a=b.csv", Some(OutputFormat::Json)),
            ("a=b.csv", Some(OutputFormat::Csv)),
            ("report", None),
            ("report.doc", None),
        ] {
            assert_eq!(format(value, None), want, "{value}");
        }
        assert_eq!(format("report", Some(OutputFormat::Html)), Some(OutputFormat::Html));
        assert_eq!(format("a.md", Some(OutputFormat::Html)), Some(OutputFormat::Markdown));
        let note = |s: &str| s.parse::<Target>().unwrap().note("-o");
        let same = "-o json=FILE: -o FILE.json does the same";
        assert_eq!(note("json=report").as_deref(), Some(same));
        assert!(note("report.json").is_none() && note("github=notes").is_none());
        for bad in ["json=", "", "json=-", "-", "parquet=-"] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
