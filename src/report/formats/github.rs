//! Owns: a gate's findings as workflow commands of GitHub Actions, one a line. Never: more of them
//! than GitHub shows.

use crate::escape;
use crate::gate::verdict::Finding;
use crate::model::relation::Severity;
use crate::report::formats::located_findings::{self, FileRegion, LocatedFinding, Locator};
use crate::report::formats::markdown::{MarkdownOptions, markdown};
use crate::report::human::display;
use crate::report::input::GateReport;
use std::io::{self, BufWriter, Write};

/// Options of the annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GithubOptions<'a> {
    /// At most this many errors, warnings and notices each; the last notice is the summary. GitHub
    /// shows ten of each for a step.
    pub most: usize,
    /// The checkout's directory. It is stripped from absolute paths below it, because GitHub finds
    /// files by their path in the repository.
    pub workspace: Option<&'a str>,
}

impl_with!(GithubOptions<'a>);

impl Default for GithubOptions<'_> {
    fn default() -> Self {
        GithubOptions { most: 10, workspace: None }
    }
}

/// Writes the most severe findings that count as annotations: `::error file=…,line=…::…`, and then
/// a summary as `::notice`.
///
/// Copies are errors, shared passages and repeats are warnings, templates are notices. Each command
/// is one line, whatever a text contains.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn github(checked: GateReport, options: GithubOptions, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut BufWriter::new(out);
    let mut locator = Locator::new(checked);
    let found = located_findings::by_gravity(checked.verdict.new_findings());
    let mut shown = 0;
    for (severity, command) in
        [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Note, "notice")]
    {
        // One notice is left for the summary.
        let room =
            if severity == Severity::Note { options.most.saturating_sub(1) } else { options.most };
        for finding in
            found.iter().filter(|f| located_findings::severity(f.kind) == severity).take(room)
        {
            annotation(command, &locator.get(finding, 1)?, options, out)?;
            shown += 1;
        }
    }
    let left_out = found.len() - shown;
    writeln!(
        out,
        "::notice title={}::{}",
        property(&format!("nearcopy: {}", located_findings::outcome(checked.verdict))),
        data(&summary(checked, left_out))
    )?;
    out.flush()
}

/// Writes the report in Markdown for the page of a workflow run, the file that
/// `GITHUB_STEP_SUMMARY` names: at most 1 MiB.
///
/// # Errors
/// As [`json()`](crate::report::json()).
pub fn step_summary(checked: GateReport, out: &mut dyn Write) -> io::Result<()> {
    // The limit applies to the whole file, and another step may have written a line or two.
    markdown(checked, MarkdownOptions { most_bytes: 1_000_000 }, out)
}

fn annotation(
    command: &str,
    overlap: &LocatedFinding,
    options: GithubOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    write!(out, "::{command} ")?;
    if let Some(path) = overlap.here.path.as_deref().filter(|path| !path.is_empty()) {
        write!(out, "file={},", property(&escape::name(relative(path, options.workspace))))?;
        match overlap.first().0 {
            // GitHub accepts columns only where the passage ends in the line in which it begins.
            FileRegion::Exact { from, to } if from[0] == to[0] => {
                write!(
                    out,
                    "line={},endLine={},col={},endColumn={},",
                    from[0], to[0], from[1], to[1]
                )?;
            }
            FileRegion::Exact { from, to } => write!(out, "line={},endLine={},", from[0], to[0])?,
            FileRegion::Line(line) => write!(out, "line={line},")?,
            FileRegion::Unknown => {}
        }
    }
    let Finding { kind, .. } = overlap.finding;
    // GitHub shows annotations at the file; the message names the document where it is in no file,
    // or in one with many documents.
    let whose = match overlap.here.path.as_deref() {
        Some(path) if path == overlap.here.id => String::new(),
        _ => format!("{}: ", located_findings::short(&overlap.here.id)),
    };
    writeln!(
        out,
        "title={}::{}",
        property(&format!("nearcopy: {}", kind.name())),
        data(&(whose + &overlap.message()))
    )
}

/// Returns a path relative to the checkout.
fn relative<'p>(path: &'p str, workspace: Option<&str>) -> &'p str {
    let root = workspace.map(|w| w.trim_end_matches('/')).filter(|w| !w.is_empty());
    let below = root.and_then(|root| path.strip_prefix(root)?.strip_prefix('/'));
    below.unwrap_or(path)
}

/// Returns the counts, and the bounds that are violated.
fn summary(checked: GateReport, left_out: usize) -> String {
    let verdict = checked.verdict;
    let [new, known, ignored, _] = verdict.finding_counts().map(display::number);
    let in_part = located_findings::in_part(verdict);
    let mut text = format!(
        "{}: {new} new, {known} known, {ignored} ignored{in_part}.",
        display::count(verdict.findings.len() as u64, "finding")
    );
    if left_out > 0 {
        text.push_str(&format!(
            " {} of the new ones left out here.",
            display::number(left_out as u64)
        ));
    }
    for rule in verdict.rules.iter().filter(|r| r.violated).take(20) {
        let (name, measured) = located_findings::rule(rule);
        text.push_str(&format!("\n{name}: {measured}"));
    }
    text
}

/// Escapes the message of a command, as the toolkit does.
fn data(text: &str) -> String {
    // Azure Pipelines and older runners look for `##[` and `##vso[` anywhere in a line.
    text.replace("#[", "# [")
        .replace("#vso[", "# vso[")
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property, as the toolkit does.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_the_toolkits() {
        assert_eq!(data("100% a:b,c\r\n::error::x"), "100%25 a:b,c%0D%0A::error::x");
        assert_eq!(property("100% a:b,c\r\n"), "100%25 a%3Ab%2Cc%0D%0A");
        assert_eq!(data("###[error]##vso[x]"), "### [error]## vso[x]");
    }

    #[test]
    fn paths_are_below_the_checkout() {
        assert_eq!(relative("/w/repo/a.txt", Some("/w/repo")), "a.txt");
        assert_eq!(relative("/w/repo/a.txt", Some("/w/repo/")), "a.txt");
        assert_eq!(relative("/w/repository/a.txt", Some("/w/repo")), "/w/repository/a.txt");
        assert_eq!(relative("a.txt", Some("")), "a.txt");
        assert_eq!(relative("/a.txt", None), "/a.txt");
    }
}
