//! Owns: the messages on standard error. Never: writes to standard output.

use nearcopy::detection::LeftOut;
pub use nearcopy::escape::message as clean;
use nearcopy::ingest::{MissingField, Problem, ReadResult, Reason, ReasonKind};
use nearcopy::near_names;
use nearcopy::progress::Limit;
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

/// Reports what was not read, and what was read with doubt. When quiet, reports only inputs that
/// failed; with `skip` these are no errors.
pub fn tell(intake: &ReadResult, skip: bool, quiet: bool) {
    intake.skipped.keys().for_each(|reason| tell_skipped(intake, *reason, skip, quiet));
    if quiet {
        return;
    }
    if !intake.other_records.is_empty() {
        let archives = intake.sources.iter().filter(|file| file.format.row().archive).count();
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
    for repeated in &intake.repeated_columns {
        say(&format!("{} (give the columns different names)", clean(repeated)));
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

/// Reports what was not read for one reason.
fn tell_skipped(intake: &ReadResult, reason: Reason, skip: bool, quiet: bool) {
    let failure = reason.kind() == ReasonKind::Failure;
    let total = intake.skipped.get(&reason).copied().unwrap_or_default();
    if quiet && !failure {
        return;
    }
    let problems: Vec<&Problem> = intake.problems.iter().filter(|p| p.reason == reason).collect();
    // The one record of a file that failed was told with the file.
    let told = intake.skipped.get(&Reason::NothingRead).copied().unwrap_or_default();
    let bad = reason.kind() == ReasonKind::BadRecord;
    if bad && problems.is_empty() && intake.bad_records() <= told {
        return;
    }
    let mut message = match reason {
        Reason::Missing if !skip => format!("error: {} not there", count(total, "input")),
        _ if failure && !skip => format!("error: could not be read ({}): {total}", reason.name()),
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

fn place(problem: &Problem) -> String {
    let record = problem.record.map(|n| format!(":{n}")).unwrap_or_default();
    let whole = problem.path == "-" && problem.record.is_none();
    let path = if whole { "standard input" } else { &problem.path };
    format!("{}{record}: {}", clean(path), clean(&problem.message))
}

/// Reports what a bound of the work left out, why, and how to have it.
pub fn say_limit(limit: &Limit) {
    const LONG: &str = "the report would be many times as long as the corpus \
        (--report-budget raises the bound, --all-pairs lists all)";
    let (left_out, what, why) = match limit.reason {
        "pairs-over-budget" => (
            "not compared",
            "candidate pair",
            "so many texts share passages; each text was compared with those that share \
             most (--compare-budget raises the bound)",
        ),
        "pairs-shown-as-repeats" => {
            ("shown as repeats", "pair", "nothing else is shared (--all-pairs lists the pairs too)")
        }
        "notes-over-budget" => {
            ("not looked at as notes of an outlet", "passage", "their texts hold so many others")
        }
        "places-over-limit" => ("compared in part", "pair", LeftOut::PLACES),
        "names-over-limit" => ("compared in part", "pair", LeftOut::NAMES),
        "pairs-not-listed" => ("found and not listed", "pair", LONG),
        _ => ("found and not listed", "repeat", LONG),
    };
    let more = if limit.documents > limit.some.len() as u64 { ", …" } else { "" };
    say(&format!(
        "{left_out}: {} of {} ({}{more}), because {why}",
        count(limit.count, what),
        count(limit.documents, "document"),
        clean(&limit.some.join(", "))
    ));
}

/// Reports a field that the caller named and that no record has.
pub fn say_missing_field(field: &MissingField) {
    let meant = meant_field(field)
        .map(|near| format!("; did you mean {near}? Upper and lower case count"))
        .unwrap_or_default();
    let there = match &field.present[..] {
        [] => "none of the inputs has records with fields".into(),
        names => format!("the fields of the first record are {}", names.join(", ")),
    };
    let name = clean(&field.name);
    let flag = match field.role {
        "score" => format!("--keep field:{name}"),
        role => format!("--{role}-field {name}"),
    };
    say(&format!("{flag}: no record has this field; {there}{meant}"));
}

/// The field that one of the names of a missing field probably means.
fn meant_field(field: &MissingField) -> Option<&str> {
    // A name that was cut or escaped for a message is no field.
    let whole = |name: &&str| !name.ends_with('…') && !name.contains('\\');
    let present = || field.present.iter().map(String::as_str).filter(whole);
    field.name.split(',').find_map(|name| near_names::nearest(name.trim(), present()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_names_is_meant_and_none_that_was_cut() {
        let meant = |name: &str| {
            let present = ["headline", "published_by_the_edito…", "b\\u{1b}dy"].map(Into::into);
            let field =
                MissingField { role: "title", name: name.into(), present: present.to_vec() };
            meant_field(&field).map(str::to_owned)
        };
        assert_eq!(meant("x,Headlin").as_deref(), Some("headline"));
        assert_eq!(meant("published_by_the_editor"), None);
        assert_eq!(meant("b\\u{1b}d"), None);
    }
}
