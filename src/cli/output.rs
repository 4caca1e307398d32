//! Owns: the destinations of reports: standard output, and files that appear only when they are
//! complete. Never: decides the content of a report.

use super::beside::check_place;
use super::exit::{Failure, Result};
use super::flag_values::{Color, OutputFormat};
use super::flags::ReportFlags;
use super::gate::today;
use super::interrupt::{Stoppable, failed, not_made};
use super::messages::{clean, escaped_path};
use super::outputs::Outputs;
use super::paths::{distinct, is_special};
use super::table_folder;
use super::target::{Target, note_named_formats};
use super::timings::TimingsJson;
use nearcopy::gate::{Policy, Verdict, judge};
use nearcopy::ingest::ReadFile;
use nearcopy::report::{
    self, Findings, GateReport, GithubOptions, HtmlOptions, HumanOptions, MarkdownOptions,
    SarifOptions,
};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// The line width in columns of a report that is not written to a terminal.
pub const WIDTH: usize = 100;

/// Where else the report goes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct OutputArgs {
    /// Also write the report to this path; its ending says the format: .json, .jsonl, .csv, .html,
    /// .md, .sarif, .xml (JUnit), .txt, .prom; .parquet is a folder of tables; with another ending
    /// --format must; repeatable
    ///
    /// FORMAT=PATH names the format itself: json=report. The file is written under another name
    /// beside its place and then renamed, so it is never half there. So is the folder, which holds
    /// documents.parquet, clusters.parquet, equal.parquet, titles.parquet, pairs.parquet,
    /// matches.parquet and repeats.parquet; it replaces such a folder, and no other one.
    #[arg(short = 'o', long, value_name = "PATH", help_heading = "Output")]
    output: Vec<Target>,
}

/// The content to report.
pub struct Report<'a> {
    /// The findings.
    pub findings: Findings<'a>,
    /// A message in place of the human report, where there are no findings to report.
    pub instead: Option<String>,
    /// The verdict of a gate; with it, the report is about the verdict.
    pub verdict: Option<&'a Verdict>,
    /// What the stages before the report took, where it is asked for (`--timings`).
    pub timings: Option<TimingsJson>,
}

/// Writes a verdict in a format: the only list of the formats of `check`.
fn write_verdict(
    checked: GateReport,
    format: OutputFormat,
    human: HumanOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        OutputFormat::Human => report::check_human(checked, human, out),
        OutputFormat::Json => report::check_json(checked, out),
        OutputFormat::Jsonl => report::check_jsonl(checked, out),
        OutputFormat::Html => report::html(checked.findings, HtmlOptions::default(), out),
        OutputFormat::Parquet => Err(no_stream()),
        OutputFormat::Sarif => report::sarif(checked, SarifOptions::default(), out),
        OutputFormat::Junit => report::junit(checked, out),
        OutputFormat::Github => {
            let folder = workspace();
            let options = GithubOptions::default().with(|s| s.workspace = folder.as_deref());
            report::github(checked, options, out)
        }
        OutputFormat::Markdown => report::markdown(checked, MarkdownOptions::default(), out),
        OutputFormat::Csv => report::csv(checked, out),
        OutputFormat::Openmetrics => report::openmetrics(checked, out),
    }
}

/// The error of a format that is a folder: it is written as one, and refused where there is none.
fn no_stream() -> io::Error {
    io::Error::other("this format is a folder")
}

/// The directory in which GitHub has checked out the repository: annotations name paths in it.
fn workspace() -> Option<String> {
    std::env::var("GITHUB_WORKSPACE").ok().filter(|path| !path.is_empty())
}

/// Appends to the summary page of a GitHub run, where there is one.
fn step_summary(checked: GateReport) -> Result<()> {
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let append = || {
        let mut out = BufWriter::new(fs::OpenOptions::new().create(true).append(true).open(&path)?);
        report::step_summary(checked, &mut out)?;
        out.flush()
    };
    append().map_err(|e| failed(&clean(&path.to_string_lossy()), &e))
}

impl Report<'_> {
    fn write(
        &self,
        format: OutputFormat,
        human: HumanOptions,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if let Some(verdict) = self.verdict {
            return write_verdict(
                GateReport { findings: self.findings, verdict },
                format,
                human,
                out,
            );
        }
        if let Some(timings) = &self.timings {
            match format {
                OutputFormat::Json => return report::json_timed(self.findings, timings, out),
                OutputFormat::Jsonl => return report::jsonl_timed(self.findings, timings, out),
                _ => {}
            }
        }
        match (format, &self.instead) {
            (OutputFormat::Human, Some(text)) => out.write_all(text.as_bytes()),
            (OutputFormat::Human, None) => report::human(self.findings, human, out),
            (OutputFormat::Json, _) => report::json(self.findings, out),
            (OutputFormat::Jsonl, _) => report::jsonl(self.findings, out),
            (OutputFormat::Html, _) => report::html(self.findings, HtmlOptions::default(), out),
            (OutputFormat::Parquet, _) => Err(no_stream()),
            // A scan has no gate: its findings are shown as those of one that allows everything.
            _ => {
                let verdict = judge(self.findings, &Policy::default(), None, &[], &today());
                let verdict = &verdict.map_err(io::Error::other)?;
                write_verdict(GateReport { findings: self.findings, verdict }, format, human, out)
            }
        }
    }
}

impl OutputArgs {
    /// Checks before the scan that the files can be written, so that an hour's work does not end
    /// with a mistyped path.
    ///
    /// Without `checked` there will be no verdict, so formats that show one are refused. `more` is
    /// another output of the run, with its flag.
    pub fn probe(
        &self,
        flags: &ReportFlags,
        checked: bool,
        more: Option<(&str, &Path)>,
    ) -> Result<()> {
        let targets = self.output.iter().map(|target| target.format(flags));
        let targets = targets.collect::<Result<Vec<OutputFormat>>>()?;
        let mut formats = targets.into_iter().chain(flags.format);
        if let Some(format) = formats.find(|format| format.needs_verdict() && !checked) {
            return Err(Failure::Said(format!(
                "the format {format:?} shows a verdict: only `nearcopy check` writes it"
            )));
        }
        let outputs = self.output.iter().map(|target| ("--output", target.path())).chain(more);
        distinct(&outputs.collect::<Vec<_>>())?;
        self.output.iter().try_for_each(|target| probe_target(target, flags))
    }

    /// Whether all reports can be written from some of the pairs at a time.
    pub fn reads_pairs_in_parts(&self, flags: &ReportFlags) -> bool {
        let targets = self.output.iter().map(|target| target.format(flags).ok());
        let mut formats = targets.chain([Some(flags.format.unwrap_or(OutputFormat::Human))]);
        formats.all(|format| format.is_some_and(OutputFormat::reads_pairs_in_parts))
    }

    /// Says that FORMAT=PATH has a shorter form, where it is used.
    pub fn note(&self, quiet: bool) {
        note_named_formats("-o", &self.output, quiet);
    }

    /// Refuses a report, or another output, that would replace a file that was read, or the folder
    /// of one.
    pub fn apart(&self, more: Option<&Path>, read: &[ReadFile]) -> Result<()> {
        let there = self.output.iter().map(Target::path).chain(more);
        let there: Vec<(&Path, PathBuf)> =
            there.filter_map(|path| Some((path, fs::canonicalize(path).ok()?))).collect();
        for file in read.iter().filter(|_| !there.is_empty()) {
            let Some(read) = file.path.as_ref().and_then(|path| fs::canonicalize(path).ok()) else {
                continue;
            };
            let replaces = |place: &Path| read.starts_with(place) && !is_special(place);
            if let Some((path, place)) = there.iter().find(|(_, place)| replaces(place)) {
                let is = match *place == read {
                    true => "is an input".into(),
                    false => format!("holds the input {}", clean(&file.display_path)),
                };
                let shown = escaped_path(path);
                return Err(Failure::Said(format!(
                    "{shown} {is}, and inputs are never changed: name another place"
                )));
            }
        }
        Ok(())
    }

    /// Writes all reports: standard output, and the files, which appear together with `outputs`,
    /// the other files of the run.
    pub fn write(&self, mut outputs: Outputs, flags: &ReportFlags, report: &Report) -> Result<()> {
        write_targets(&self.output, flags, report, &mut outputs)?;
        to_stdout(|out| {
            report.write(flags.format.unwrap_or(OutputFormat::Human), human_options(flags), out)
        })?;
        outputs.commit()?;
        let github = self
            .output
            .iter()
            .filter_map(|target| target.format(flags).ok())
            .chain(flags.format)
            .any(|f| f == OutputFormat::Github);
        if let Some(verdict) = report.verdict.filter(|_| github) {
            step_summary(GateReport { findings: report.findings, verdict })?;
        }
        Ok(())
    }
}

/// Refuses HTML on standard output where there is no page; `instead` names what there is.
pub fn no_page(flags: &ReportFlags, instead: &str) -> Result<()> {
    match flags.format {
        Some(OutputFormat::Html) => {
            Err(Failure::Said(format!("the format html is the page of a scan: {instead}")))
        }
        _ => Ok(()),
    }
}

/// Writes reports to files, which appear with the other outputs.
pub fn write_targets(
    targets: &[Target],
    flags: &ReportFlags,
    report: &Report,
    outputs: &mut Outputs,
) -> Result<()> {
    let human = HumanOptions::default().with(|s| {
        s.color = false;
        s.width = WIDTH;
        s.brief = flags.brief.unwrap_or(false);
    });
    targets.iter().try_for_each(|target| {
        let format = target.format(flags)?;
        if format.is_folder() {
            let timings = report.timings.as_ref();
            return table_folder::write(target.path(), report.findings, timings, outputs);
        }
        outputs.write(target.path(), |out| report.write(format, human, out))
    })
}

/// The options of the human report on standard output.
pub fn human_options(flags: &ReportFlags) -> HumanOptions {
    let color = colored(flags.color.unwrap_or(Color::Auto));
    HumanOptions::default().with(|s| {
        s.color = color;
        s.width = width();
        s.brief = flags.brief.unwrap_or(false);
    })
}

pub fn colored(when: Color) -> bool {
    let wanted = |name: &str| std::env::var_os(name).is_none_or(|value| value.is_empty());
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            io::stdout().is_terminal()
                && wanted("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
        }
    }
}

pub fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout())
        .map_or(WIDTH, |(width, _)| usize::from(width.0).clamp(40, 200))
}

/// Writes to standard output. A closed pipe is no error: `nearcopy … | head` ends quietly.
pub fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, Stoppable(io::stdout().lock()));
    match write(&mut out).and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
            // The rest of the buffer has no reader; dropping the buffer would try to write it
            // again.
            let _ = out.into_parts();
            Ok(())
        }
        Err(e) => Err(failed("standard output", &e)),
        Ok(()) => Ok(()),
    }
}

/// Writes a file that appears only when it is complete. A path that is no regular file is written
/// directly.
pub fn to_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
    let mut outputs = Outputs::default();
    outputs.write(path, write)?;
    outputs.commit()
}

/// Checks that a report can be written to its place.
pub fn probe_target(target: &Target, flags: &ReportFlags) -> Result<()> {
    let folder = target.format(flags)?.is_folder();
    if folder { table_folder::check(target.path()) } else { probe(target.path()) }
}

/// Checks that a file can be written to this path.
pub fn probe(path: &Path) -> Result<()> {
    let shown = escaped_path(path);
    if path == Path::new("-") {
        return Err(Failure::Said(
            "- is no file, and standard output has the report: name a file (./- for one that is \
             called so)"
                .into(),
        ));
    }
    if path.is_dir() {
        return Err(Failure::Said(format!("{shown} is a directory: name a file in it")));
    }
    if is_special(path) {
        return Ok(());
    }
    check_place(path).map_err(|e| not_made(path, &e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_complete_or_untouched() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report");
        to_file(&path, |out| out.write_all(b"first")).unwrap();
        let stopped = to_file(&path, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("stop"))
        });
        assert!(stopped.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"first");
        to_file(&path, |out| out.write_all(b"second")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
