//! Owns: what a file holds, by its name and its first bytes. Never: reads it.

use crate::ingest::{Format, decode};
use encoding_rs::Encoding;
use serde::de::IgnoredAny;

/// What a file holds: by format, where that is known, and by its first bytes, once decompressed. The answer
/// [`Format::Jsonl`] is one record a line, [`Format::Json`] everything else in JSON, whatever the name says.
pub(super) fn of(format: Option<Format>, head: &[u8], encoding: Option<&'static Encoding>) -> Format {
    if format.is_none() && head.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    if format == Some(Format::Text) {
        return Format::Text;
    }
    if decode::wide(head, encoding) {
        let head = decode::decode(head[..head.len() & !3].to_vec(), encoding);
        by_bytes(format, head.text.as_bytes())
    } else {
        by_bytes(format, head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head))
    }
}

/// Whether bytes begin as a page does: a document type, the root, or an XML declaration and then one of these.
pub(super) fn is_page(start: &[u8]) -> bool {
    let begins = |bytes: &[u8], with: &[u8]| bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with));
    let page = |bytes: &[u8]| begins(bytes, b"<!doctype html") || begins(bytes, b"<html");
    let mut rest = start;
    // Comments may stand before all else.
    while let Some(end) = ["<?xml", "<!--"].iter().zip(["?>", "-->"]).find_map(|(open, close)| {
        begins(rest, open.as_bytes()).then(|| memchr::memmem::find(rest, close.as_bytes()).map(|at| at + close.len()))?
    }) {
        rest = rest[end..].trim_ascii_start();
    }
    page(rest)
}

fn by_bytes(format: Option<Format>, head: &[u8]) -> Format {
    let start = head.trim_ascii_start();
    let second = start.get(1..).map_or(&[][..], <[u8]>::trim_ascii_start).first();
    let (line, more) = match memchr::memchr(b'\n', start) {
        Some(at) => (start[..at].trim_ascii(), !start[at..].trim_ascii().is_empty()),
        None => (start.trim_ascii(), false),
    };
    match (start.first(), format) {
        (_, None) if start.starts_with(b"WARC/") => Format::Warc,
        (_, None) if is_page(start) => Format::Html,
        (_, Some(named @ (Format::Text | Format::Html | Format::Warc | Format::Csv | Format::Tsv | Format::Parquet))) => named,
        (Some(b'['), Some(_)) => Format::Json,
        (Some(b'['), None) if matches!(second, Some(b'{' | b']')) => Format::Json,
        (_, Some(Format::Jsonl)) if line == b"{" && more => Format::Json,
        (_, Some(Format::Jsonl)) => Format::Jsonl,
        (Some(b'{'), None) if !matches!(second, Some(b'"' | b'}')) => Format::Text,
        (Some(b'{'), _) if more && serde_json::from_slice::<IgnoredAny>(line).is_ok() => Format::Jsonl,
        (Some(b'{'), _) | (_, Some(Format::Json)) => Format::Json,
        _ => Format::Text,
    }
}
