//! Owns: `nearcopy report`: a JSON report and its texts to a page. Never: finds anything, or
//! designs the page.

use super::config::ConfigArgs;
use super::exit::{Exit, Failure, Result};
use super::flags::{Flags, InputFlags};
use super::messages::{count, escaped_path, say};
use super::output::{probe, to_file, to_stdout};
use super::paths::is_special;
use super::progress::{Meter, TalkArgs};
use super::read_corpus::{NamedFields, ReadTexts, inputs, take_in_with};
use super::settings::SettingArgs;
use nearcopy::ingest::{Input, OnError};
use nearcopy::report::{self, Findings, HtmlOptions, StoredReport};
use nearcopy::text::tokenize;
use nearcopy::{DocumentInfo, Documents};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Makes a page for a browser from a report that was written as data
///
/// The page shows every pair with both texts side by side, needs nothing but itself and loads
/// nothing. The texts are read again, from the paths in the report or from --in; a text that is not
/// there any more, or has another length or number of words now, is left out, and the page says so.
#[derive(Debug, clap::Args)]
#[command(after_help = "--help describes every setting.", after_long_help = EXAMPLES)]
pub struct Report {
    /// The report: written by scan, compare or check with --format json or jsonl; - is standard
    /// input
    #[arg(value_name = "REPORT")]
    report: PathBuf,

    /// Where the texts are: files, directories and patterns, as they were scanned [default: the
    /// paths in the report]
    #[arg(long = "in", value_name = "PATH", num_args = 1.., help_heading = "Input")]
    within: Vec<OsString>,

    /// The page [default: standard output]
    ///
    /// The file is written under another name beside its place and then renamed, so it is never
    /// half there.
    #[arg(short = 'o', long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,

    /// Show at most this many pairs, those that share the most text [default: 10000]
    #[arg(long, value_name = "N", help_heading = "Output")]
    most_pairs: Option<usize>,

    /// The heading of the page [default: how many documents were scanned]
    #[arg(long, value_name = "TEXT", help_heading = "Output")]
    title: Option<String>,

    #[command(flatten)]
    input: InputFlags,

    #[command(flatten)]
    config: ConfigArgs,

    #[command(flatten)]
    talk: TalkArgs,
}

const EXAMPLES: &str = "\
Examples:
  nearcopy scan articles/ --format json > found.json
  nearcopy report found.json -o found.html
      The page of a scan that was made before; scan -o found.html makes it at once.
  nearcopy report found.jsonl --in /backup/articles -o found.html
      The texts have moved.
  nearcopy report found.json --most-pairs 500 --title 'May 2026' -o may.html
      A smaller page.

Read the texts with the settings of the scan (--text-field, --id-field, …): they come from the
command line, then nearcopy.toml.

Exit codes: 0 written, even if texts were left out; 2 error, bad usage, or an input named with
--in that failed; 129, 130, 143 a signal.";

/// The documents of a report with the texts that were read again.
struct FoundTexts {
    infos: Vec<DocumentInfo>,
    at: Vec<TextStatus>,
    corpus: ReadTexts,
}

/// The state of a text since the scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TextStatus {
    /// The text is the same; this is its number in the corpus.
    Same(usize),
    /// Another text is in its place.
    Other,
    /// The text is missing.
    Gone,
}

impl Documents for FoundTexts {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Borrowed(&self.infos[number])
    }
    fn text(&self, number: usize) -> nearcopy::Result<Cow<'_, str>> {
        match self.at[number] {
            TextStatus::Same(n) => self.corpus.text(n),
            // Its length differs from the scanned one, by which the page distinguishes it from a
            // missing text.
            TextStatus::Other => Ok(Cow::Borrowed("")),
            TextStatus::Gone => Err(nearcopy::Error::TextGone {
                id: self.infos[number].id.clone(),
                why: "no input of this run holds it".into(),
            }),
        }
    }
}

impl Report {
    pub fn run(self) -> Result<Exit> {
        let flags = Flags { input: self.input.clone(), ..Flags::default() };
        let settings = SettingArgs::of(flags, self.config.clone()).resolve()?;
        let output = self.output.as_deref().filter(|path| *path != Path::new("-"));
        if let Some(path) = output {
            probe(path)?;
        }
        let stored = self.read()?;
        let meter = Meter::start(self.talk);
        let inputs = self.inputs(&stored);
        let mut options = settings.flags.options();
        let named = !self.within.is_empty();
        if !named {
            // A text that is gone since the scan is shown as such.
            options.on_error = OnError::Skip;
        }
        let fields = if named { NamedFields::All } else { NamedFields::AsFound };
        let mut taken =
            take_in_with(fields, &inputs, &options, settings.texts()?, &meter, self.talk.quiet)?;
        self.apart(&taken.sources.iter().filter_map(|f| f.path.as_deref()).collect::<Vec<_>>())?;
        let corpus = taken.corpus(true)?;
        let at = text_statuses(&stored, &corpus);
        self.tell(&at);
        let documents = FoundTexts { infos: stored.documents, at, corpus };
        let findings = Findings {
            detection: &stored.detection,
            documents: &documents,
            skipped: &stored.skipped,
        };
        let usual = HtmlOptions::default();
        let most_pairs = self.most_pairs.unwrap_or(usual.most_pairs);
        let options = usual.with(|s| {
            s.title = self.title.as_deref();
            s.most_pairs = most_pairs;
        });
        match output {
            Some(path) => to_file(path, |out| report::html(findings, options, out))?,
            None => to_stdout(|out| report::html(findings, options, out))?,
        }
        Ok(taken.exit(None))
    }

    fn read(&self) -> Result<StoredReport> {
        let shown = escaped_path(&self.report);
        let failed = |e: std::io::Error| Failure::Said(format!("{shown} cannot be read: {e}"));
        let mut text = String::new();
        match self.report.to_str() {
            Some("-") => std::io::stdin().read_to_string(&mut text).map_err(failed)?,
            _ => std::fs::File::open(&self.report)
                .and_then(|mut f| f.read_to_string(&mut text))
                .map_err(failed)?,
        };
        Ok(StoredReport::read(&text, &shown)?)
    }

    /// The inputs to read again: those of --in, else each path of the report that still exists.
    fn inputs(&self, stored: &StoredReport) -> Vec<Input> {
        if !self.within.is_empty() {
            return inputs(&self.within);
        }
        let paths: BTreeSet<&str> =
            stored.documents.iter().filter_map(|d| d.path.as_deref()).collect();
        paths
            .into_iter()
            .filter(|p| Path::new(p).is_file())
            .map(|p| Input::Path(p.into()))
            .collect()
    }

    /// Refuses to write the page over the report or a text.
    fn apart(&self, read: &[&Path]) -> Result<()> {
        let Some((path, place)) =
            self.output.as_ref().and_then(|path| Some((path, std::fs::canonicalize(path).ok()?)))
        else {
            return Ok(());
        };
        let same = |other: &&Path| std::fs::canonicalize(other).is_ok_and(|other| other == place);
        if !is_special(&place) && read.iter().chain([&self.report.as_path()]).any(same) {
            let shown = escaped_path(path);
            return Err(Failure::Said(format!(
                "{shown} is an input, and inputs are never changed: name another place"
            )));
        }
        Ok(())
    }

    /// Reports how many texts the page will lack.
    fn tell(&self, at: &[TextStatus]) {
        let of = |fate: TextStatus| at.iter().filter(|f| **f == fate).count() as u64;
        let (missing, other) = (of(TextStatus::Gone), of(TextStatus::Other));
        if self.talk.quiet || missing + other == 0 {
            return;
        }
        say(&format!(
            "of {} {missing} not there, {other} not as scanned: the page leaves them out\n  \
             paths are those of the scan: run this where it ran, or say --in PATH; --id-field and \
             --text-field as they were",
            count(at.len() as u64, "text")
        ));
    }
}

/// Looks up every document of the report, by its place in a file and by its id; its text must have
/// the same length as before, in bytes and tokens.
fn text_statuses(stored: &StoredReport, corpus: &ReadTexts) -> Vec<TextStatus> {
    let mut by_place = HashMap::new();
    for n in 0..corpus.count() {
        let info = corpus.info(n);
        if let Some(path) = info.path.clone() {
            by_place.entry((path, info.record)).or_insert(n);
        }
    }
    let fate = |(info, tokens): (&DocumentInfo, &u32)| {
        let place = info.path.clone().and_then(|path| by_place.get(&(path, info.record)));
        let there = [place.copied(), corpus.find(&info.id)];
        let same = |n: &usize| {
            corpus.bytes(*n) == info.bytes
                && corpus.text(*n).is_ok_and(|text| tokenize(&text).len() == *tokens as usize)
        };
        match there.into_iter().flatten().find(same) {
            Some(n) => TextStatus::Same(n),
            None if there.iter().any(Option::is_some) => TextStatus::Other,
            None => TextStatus::Gone,
        }
    };
    stored.documents.iter().zip(&stored.detection.tokens).map(fate).collect()
}
