//! Owns: the messages on standard error. Never: writes to standard output.

pub use nearcopy::escape::message as clean;
use nearcopy::ingest::{Format, Input, Problem, ReadResult, Reason, is_pattern};
use std::io::Write;
use std::path::Path;

/// The number of problems of one kind that are shown.
const SHOWN: usize = 5;

/// A path, escaped for one line of a terminal.
pub fn escaped_path(path: &Path) -> String {
    clean(&path.display().to_string())
}

/// Prints one message. Foreign text in it must have been through [`clean`], else its line breaks
/// stay.
pub fn say(message: &str) {
    write(&format!("nearcopy: {message}"));
}

/// Prints lines on standard error, each escaped for a terminal.
pub fn write(text: &str) {
    let text: String = text.lines().map(|line| clean(line) + "\n").collect();
    // Standard error may be closed; then the message has no reader.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// A count with its noun: `1 text`, `2 texts`.
pub fn count(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Whether a kind of problem is a bad record, as `--max-bad` counts them: a record that was meant
/// to be read and has no readable text. A file of another kind found in a directory, a page without
/// text and a response that is no page are not bad records, and a missing input is an error of its
/// own.
fn is_bad(reason: Reason) -> bool {
    !matches!(reason.name(), "binary" | "unknown-name" | "missing" | "empty-page" | "not-a-page")
}

/// The number of bad records.
pub fn bad_records(intake: &ReadResult) -> u64 {
    intake.skipped.iter().filter(|(reason, _)| is_bad(**reason)).map(|(_, n)| n).sum()
}

/// Reports what was not read, and what was read with doubt. When quiet, reports only named inputs
/// that are missing.
pub fn tell(intake: &ReadResult, quiet: bool) {
    for (&reason, &total) in &intake.skipped {
        if quiet && !matches!(reason, Reason::Missing | Reason::Unreadable) {
            continue;
        }
        let problems: Vec<&Problem> =
            intake.problems.iter().filter(|p| p.reason == reason).collect();
        let mut message = match reason {
            Reason::Missing => format!("error: {} not there", count(total, "input")),
            _ => format!("skipped as {}: {total}", reason.name()),
        };
        for problem in problems.iter().take(SHOWN) {
            message.push_str(&format!("\n  {}", place(problem)));
        }
        let left = total.saturating_sub(problems.len().min(SHOWN) as u64);
        if left > 0 && !problems.is_empty() {
            message.push_str(&format!("\n  … and {left} more"));
        }
        say(&message);
    }
    if quiet {
        return;
    }
    if !intake.other_records.is_empty() {
        let archives = intake.sources.iter().filter(|file| file.format == Format::Warc).count();
        let list: Vec<String> =
            intake.other_records.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        let all = intake.other_records.values().sum::<u64>();
        say(&format!(
            "{}: passed over as no pages: {all} ({})",
            count(archives as u64, "archive"),
            list.join(", ")
        ));
    }
    if !intake.encodings.is_empty() {
        let list: Vec<String> =
            intake.encodings.iter().map(|(name, n)| format!("{} {n}", clean(name))).collect();
        say(&format!(
            "texts not in UTF-8: {} (--encoding says it where this is wrong)",
            list.join(", ")
        ));
    }
    if intake.replaced > 0 {
        say(&format!(
            "{} with bytes that their encoding does not have; each shows as U+FFFD",
            count(intake.replaced, "text")
        ));
    }
    if intake.wrong_encodings > 0 {
        let some: Vec<String> = intake.wrong_encodings_at.iter().map(|at| clean(at)).collect();
        let more = if intake.wrong_encodings > some.len() as u64 { ", …" } else { "" };
        say(&format!(
            "{} in another encoding than named, read as what the bytes are: {}{more}",
            count(intake.wrong_encodings, "page"),
            some.join(", ")
        ));
    }
    if intake.bad_dates > 0 {
        say(&format!(
            "{} with a date that could not be understood; they count as undated",
            count(intake.bad_dates, "record")
        ));
    }
}

fn place(problem: &Problem) -> String {
    let record = problem.record.map(|n| format!(":{n}")).unwrap_or_default();
    format!("{}{record}: {}", clean(&problem.path), clean(&problem.message))
}

/// Whether a named input was missing or could not be opened.
pub fn input_lost(intake: &ReadResult, inputs: &[Input]) -> bool {
    let closed = |input: &Input| match input {
        Input::Path(path) if path.is_dir() => std::fs::read_dir(path).is_err(),
        // The paths that a pattern matched existed when they were listed.
        Input::Path(path) if is_pattern(path) => true,
        Input::Path(path) => std::fs::File::open(path).is_err(),
        _ => false,
    };
    intake.skipped.contains_key(&Reason::Missing)
        || intake.skipped.contains_key(&Reason::Unreadable) && inputs.iter().any(closed)
        // A path that does not exist was not read, whatever the reader reports.
        || inputs.iter().any(|i| matches!(i, Input::Path(path) if !path.exists()
            && !is_pattern(path)))
}
