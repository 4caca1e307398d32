//! Owns: what a file of records without any text means: a failure, no article, or an empty file.
//! Never: reads one.

use crate::ingest::format::Format;
use crate::ingest::input_file::InputFile;
use crate::ingest::problem::{Reason, ReasonKind};
use crate::ingest::read_result::ReadResult;

/// The message about an empty file with the extension of a compression.
pub(super) const EMPTY_PACKED: &str =
    "an empty file where compressed data was expected: fetch or compress it again";

/// The message about XML in a directory that is no article.
pub(super) const NO_FEED: &str = "XML that is neither a feed nor a page; take its texts out, or \
    name the file itself with --input-format text to read it with its tags";

/// Judges the result of one file. Where no record has a text, a file that was named has failed, and
/// one that was found in a directory is no article, like the settings of another program. A file
/// without any record is counted, and is no failure.
pub(super) fn judge(file: &InputFile, intake: &mut ReadResult) {
    let Some(format) = intake.sources.first().map(|source| source.format) else { return };
    let fields = format.row().has_fields;
    if intake.has_text() || !fields && !format.row().archive {
        return;
    }
    if fields && !file.named && is_no_article(format, intake) {
        let why = replace_problems(intake);
        intake.skipped.retain(|reason, _| !is_problem(*reason));
        intake.skip(Reason::NoArticle, &file.display_path, None, || {
            format!("{why}; name the file itself if it has articles")
        });
    } else if fields && file.named && has_only_bad_records(intake) {
        let no_text = intake.skipped.get(&Reason::NoText) == Some(&1);
        let lone = no_text && intake.bad_records() == 1 && format == Format::Json;
        let alone = intake.textless_alone.take().filter(|_| lone);
        let why = replace_problems(intake);
        intake.skip(Reason::NothingRead, &file.display_path, None, || {
            alone.unwrap_or_else(|| format!("no record could be read: {why}"))
        });
    } else if intake.is_empty() {
        let stored = intake.sources.iter().map(|source| source.size).sum::<u64>();
        let (reason, why) = match file.packed && stored == 0 {
            true => (Reason::BrokenCompression, EMPTY_PACKED),
            false => (Reason::NoRecords, "the file has no records"),
        };
        intake.skip(reason, &file.display_path, None, || why.into());
    }
}

/// Whether a reason says that something is wrong.
fn is_problem(reason: Reason) -> bool {
    reason.kind() != ReasonKind::PassedOver
}

/// Takes the problems away, and returns the message of the first.
fn replace_problems(intake: &mut ReadResult) -> String {
    let first = intake.problems.iter().find(|p| is_problem(p.reason)).map(|p| p.message.clone());
    intake.problems.retain(|p| !is_problem(p.reason));
    first.unwrap_or_default()
}

/// Whether everything that is wrong is a bad record, and not only because of a limit.
fn has_only_bad_records(intake: &ReadResult) -> bool {
    let mut problems = intake.skipped.keys().filter(|reason| is_problem(**reason));
    let beyond_limits = problems.clone().any(|reason| *reason != Reason::TooLong);
    beyond_limits && problems.all(|reason| reason.kind() == ReasonKind::BadRecord)
}

/// Whether something is wrong, and nothing of it is a sign of an article.
fn is_no_article(format: Format, intake: &ReadResult) -> bool {
    let no_sign = |reason: &Reason| match reason {
        Reason::NoText | Reason::NotAnObject => true,
        // A file of JSON Lines or a table is data, and has a field for the text.
        Reason::TextNotString => format == Format::Json,
        // Settings of other programs may have comments, which JSON has not.
        Reason::BadJson | Reason::BrokenArray => intake.names_no_text,
        reason => !is_problem(*reason),
    };
    intake.skipped.keys().any(|reason| is_problem(*reason)) && intake.skipped.keys().all(no_sign)
}
