//! Owns: the edit of one text or JSON record: parts are cut out or members added, and the other
//! bytes stay the same. Never: lists the records.

use crate::emit::change::{ANNOTATION, Annotation, Change};
use crate::emit::error::Error;
use crate::emit::reopen::{encoded, exact};
use crate::emit::rewrite_input::RewriteInput;
use crate::ingest::field_names::TEXT;
use crate::ingest::json_record::{string, walk};
use crate::ingest::non_numbers::masked;
use crate::span::Span;
use encoding_rs::Encoding;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;

/// The parts that were cut out of a text.
pub(super) type RemovedParts = Vec<(Span, String)>;

/// A text without some of its parts, and these parts.
pub(super) struct EditedText {
    pub(super) kept: String,
    pub(super) removed_parts: RemovedParts,
}

/// Cuts parts out of a text. Returns `None` where they are not in order, reach beyond the text, or
/// split a character.
pub(super) fn remove_spans(text: &str, spans: &[Span]) -> Option<EditedText> {
    let mut kept = String::with_capacity(text.len());
    let mut removed_parts = Vec::with_capacity(spans.len());
    let mut from = 0;
    for &span in spans {
        let part = (span.start <= span.end).then(|| text.get(span.range()))??;
        kept.push_str(text.get(from..span.start as usize)?);
        removed_parts.push((span, part.to_owned()));
        from = span.end as usize;
    }
    kept.push_str(&text[from..]);
    Some(EditedText { kept, removed_parts })
}

/// Cuts or annotates a JSON record, and reports the cut parts; returns its new bytes. Returns
/// `None` where it cannot be changed, which is counted.
pub(super) fn record(
    bytes: &[u8],
    number: Option<u64>,
    change: &Change,
    job: &mut RewriteInput,
    encoding: Option<&'static Encoding>,
) -> Result<Option<Vec<u8>>, Error> {
    let text = exact(bytes, encoding);
    let changed = match (change, &text) {
        (Change::Cut(spans), Some(text)) => {
            cut_json(text, spans, job).map(|(new, removed_parts)| (new, Some(removed_parts)))
        }
        (Change::Annotate(annotation), Some(text)) => {
            add(text, annotation, job)?.map(|new| (new, None))
        }
        _ => None,
    };
    let new = changed.and_then(|(new, removed_parts)| {
        Some((encoded(&new, encoding)?.into_owned(), removed_parts))
    });
    let Some((new, removed_parts)) = new else {
        job.written.left += 1;
        return Ok(None);
    };
    if let Some(removed_parts) = removed_parts {
        job.report_cut(number, &removed_parts)?;
    }
    Ok(Some(new))
}

/// Cuts parts out of the string that is a record's text; the other characters keep their escapes.
fn cut_json(record: &str, spans: &[Span], job: &RewriteInput) -> Option<(String, RemovedParts)> {
    let json = masked(record.as_bytes());
    let found = walk(&job.fields, &json).ok()?;
    // A text of several fields has no place of its own.
    let (_, raw) = found.values[TEXT].filter(|_| !job.fields.joins())?;
    let (text, _) = string(raw)?;
    let EditedText { removed_parts, .. } = remove_spans(&text, spans)?;
    // The value is borrowed from the record, so its address shows its offset.
    let at = (raw.as_ptr() as usize).checked_sub(json.as_ptr() as usize)?;
    if record.get(at..at + raw.len())? != raw {
        return None;
    }
    let mut new = String::with_capacity(record.len());
    new.push_str(&record[..at + 1]);
    let inside = &raw[1..raw.len() - 1];
    let (mut written, mut decoded, mut next) = (0, 0, spans.iter().peekable());
    while written < inside.len() {
        let (unit, length) = char_lengths(&inside[written..])?;
        while next.peek().is_some_and(|span| span.end as usize <= decoded) {
            next.next();
        }
        if next.peek().is_none_or(|span| decoded < span.start as usize) {
            new.push_str(&inside[written..written + unit]);
        }
        written += unit;
        decoded += length;
    }
    new.push_str(&record[at + raw.len() - 1..]);
    (decoded == text.len()).then_some((new, removed_parts))
}

/// The length of the first character inside a JSON string, as it is written and in UTF-8.
fn char_lengths(rest: &str) -> Option<(usize, usize)> {
    let bytes = rest.as_bytes();
    if bytes[0] != b'\\' {
        let length = rest.chars().next()?.len_utf8();
        return Some((length, length));
    }
    if bytes.get(1) != Some(&b'u') {
        return Some((2, 1));
    }
    let code = |at: usize| u32::from_str_radix(rest.get(at..at + 4)?, 16).ok();
    let first = code(2)?;
    let low = || {
        if rest.get(6..8) == Some("\\u") {
            code(8).filter(|c| (0xdc00..0xe000).contains(c))
        } else {
            None
        }
    };
    Some(match first {
        0xd800..0xdc00 if low().is_some() => (12, 4),
        // An unpaired surrogate is read as U+FFFD, which is three bytes too.
        _ => (6, char::from_u32(first).map_or(3, char::len_utf8)),
    })
}

/// Adds the members of an annotation before the closing brace. Returns `None` where the record is
/// no object.
fn add(record: &str, annotation: &Annotation, job: &RewriteInput) -> Result<Option<String>, Error> {
    let Ok(Keys(keys)) = serde_json::from_slice::<Keys>(&masked(record.as_bytes())) else {
        return Ok(None);
    };
    let Some(end) = record.rfind('}') else { return Ok(None) };
    job.check_names_free(|name| keys.contains(name))?;
    let body = record[..end].trim_ascii_end();
    let mut new = body.to_owned();
    let mut comma = if keys.is_empty() { "" } else { "," };
    for (name, value) in members(annotation) {
        new.push_str(comma);
        new.push_str(&serde_json::Value::from(job.name(name)).to_string());
        new.push(':');
        new.push_str(&value);
        comma = ",";
    }
    new.push_str(&record[body.len()..]);
    Ok(Some(new))
}

/// The fields of an annotation that have a value, as JSON.
fn members(a: &Annotation) -> Vec<(&'static str, String)> {
    let text = |value: Option<&str>| value.map(|v| serde_json::Value::from(v).to_string());
    let coverage = a.coverage.map(|c| serde_json::Value::from(c).to_string());
    let values = [
        text(a.cluster.as_deref()),
        text(a.relation),
        text(a.partner.as_deref()),
        coverage,
        a.spans_json(),
    ];
    ANNOTATION.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))).collect()
}

/// The names of an object's members.
struct Keys(BTreeSet<String>);

impl<'de> serde::Deserialize<'de> for Keys {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Keys, D::Error> {
        struct Visit;
        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Keys;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = BTreeSet::new();
                while let Some((key, _)) = map.next_entry::<String, IgnoredAny>()? {
                    keys.insert(key);
                }
                Ok(Keys(keys))
            }
        }
        d.deserialize_map(Visit)
    }
}
