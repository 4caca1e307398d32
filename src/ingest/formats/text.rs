//! Owns: the reading of a plain text file as one document. Never: reads a file of several
//! documents.

use crate::ingest::date;
use crate::ingest::decode;
use crate::ingest::field_names::{DATE, ID, PerRole, SCORE, SOURCE, TITLE};
use crate::ingest::front_matter::{is_markdown, split};
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::Context;
use crate::ingest::title;
use crate::model::document::{Document, DocumentInfo};
use crate::model::score::Score;
use encoding_rs::{Encoding, UTF_8};
use std::sync::Arc;

/// Reads the one document of a file; a binary file is skipped.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let OpenFile { run, file, plain, context, .. } = open;
    let encoding = context.encoding;
    let mut intake = ReadResult::default();
    if decode::binary(&plain.head, encoding) {
        if file.named {
            intake.skip(Reason::Unsupported, &file.display_path, None, || {
                "not text (a NUL in its first 8 KiB): convert it to text".into()
            });
        } else {
            intake.skip(Reason::Binary, &file.display_path, None, || {
                "not text (a NUL in its first 8 KiB), although its name is that of a text".into()
            });
        }
        return (intake, None);
    }
    let packed = plain.kind.is_some();
    let most = run.limit.file(decode::is_utf16(&plain.head, encoding));
    // One byte more shows that there is too much; the rest of the file is not read.
    let marked = Encoding::for_bom(&plain.head).is_some();
    let (bytes, error) = plain.all(file.size, most + 1);
    if run.stopped() {
        return (intake, None);
    }
    let fits = bytes.len() as u64 <= most;
    let decoded = if fits { Some(decode::decode(bytes, encoding)) } else { None };
    match decoded.filter(|d| run.limit.admits(d.text.len())) {
        None => intake.too_long(&file.display_path, None, run.limit),
        Some(decoded) => {
            intake.decoded(decoded.encoding, decoded.replaced);
            let other = Encoding::for_label(decoded.encoding.as_bytes()).filter(|e| *e != UTF_8);
            intake.detected = other.filter(|_| !marked);
            let whole = decoded.same && !packed && error.is_none();
            intake.documents.push(document(&file.display_path, decoded.text, whole, &context));
        }
    }
    (intake, error)
}

/// The document of a file; `whole`: its text is the file byte for byte. The front matter of
/// Markdown is no text: its title and date are those of the document, and other fields are read
/// only where the caller named them.
fn document(path: &str, mut text: String, whole: bool, context: &Context) -> Document {
    let mut info = DocumentInfo { id: path.to_owned(), ..DocumentInfo::default() };
    let head = if is_markdown(path) { split(&text) } else { None };
    if let Some(head) = head {
        let mut best: PerRole<Option<(usize, String)>> = Default::default();
        for (key, value) in head.fields {
            let ranks = context.fields.fit("", key.as_bytes()).ranks;
            for (role, rank) in ranks.into_iter().enumerate() {
                let Some(rank) = rank.filter(|_| !value.trim().is_empty()) else { continue };
                if best[role].as_ref().is_none_or(|(known, _)| rank <= *known) {
                    best[role] = Some((rank, value.clone()));
                }
            }
        }
        let mut of = |role: usize, guessed: bool| {
            let wanted = guessed || context.fields.is_explicit(role);
            best[role].take().map(|(_, value)| value).filter(|_| wanted)
        };
        info.id = of(ID, false).unwrap_or(info.id);
        info.source = of(SOURCE, false).map(Arc::from);
        info.score = of(SCORE, false).map(|value| Score::of_text(&value)).unwrap_or_default();
        info.title = of(TITLE, true).and_then(|value| title::normalise(&value)).map(Arc::from);
        info.date = of(DATE, true).and_then(|value| date::normalise(&value)).map(Arc::from);
        let lines = memchr::memchr_iter(b'\n', &text.as_bytes()[..head.end]).count();
        info.lines_before = u16::try_from(lines).unwrap_or(u16::MAX);
        text.drain(..head.end);
    }
    text.shrink_to_fit();
    info.path = Some(Arc::from(path));
    info.whole_file = whole;
    info.with_text(text)
}
