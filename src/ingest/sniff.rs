//! Owns: sniffing: whether the first bytes of a file look like JSON in one of its layouts, or like
//! a page. Never: reads a file, or decides its format.

use crate::ingest::decode;
use crate::ingest::field_names::is_text_name;
use crate::ingest::non_numbers::masked;
use encoding_rs::Encoding;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// The first bytes of a decompressed file.
pub(super) struct FirstBytes<'a> {
    /// The bytes as they are stored.
    pub raw: &'a [u8],
    /// The names of the text that the caller gave.
    text_names: &'a [String],
    /// The bytes in UTF-8, or in an encoding that includes ASCII; without byte-order mark.
    text: Cow<'a, [u8]>,
}

impl<'a> FirstBytes<'a> {
    pub fn new(
        head: &'a [u8],
        encoding: Option<&'static Encoding>,
        text_names: &'a [String],
    ) -> FirstBytes<'a> {
        let text = if decode::is_utf16(head, encoding) {
            Cow::Owned(decode::decode(head[..head.len() & !3].to_vec(), encoding).text.into_bytes())
        } else {
            Cow::Borrowed(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head))
        };
        FirstBytes { raw: head, text_names, text }
    }

    /// The text from its first character on that is not white space.
    pub fn text(&self) -> &[u8] {
        self.text.trim_ascii_start()
    }

    /// The first line, and whether anything follows it.
    fn first_line(&self) -> (&[u8], bool) {
        let text = self.text();
        let end = memchr::memchr(b'\n', text).unwrap_or(text.len());
        (text[..end].trim_ascii(), !text[end..].trim_ascii().is_empty())
    }

    /// Whether this is an object, or an array of objects, as far as its first two characters show.
    pub fn is_json(&self) -> bool {
        match self.text() {
            [b'[', rest @ ..] => matches!(rest.trim_ascii_start(), [b'{' | b']', ..]),
            [b'{', rest @ ..] => matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]),
            _ => false,
        }
    }

    /// Whether the first line is one JSON object, and more follows it.
    pub fn is_json_lines(&self) -> bool {
        let (line, more) = self.first_line();
        more && line.starts_with(b"{")
            && serde_json::from_slice::<IgnoredAny>(&masked(line)).is_ok()
    }

    /// Whether the first line is the header of a table with one of these delimiters: short names,
    /// among them one that is tried for the text, and more follows it.
    pub fn is_table(&self, delimiters: &[u8]) -> bool {
        let (line, more) = self.first_line();
        let Ok(line) = std::str::from_utf8(line) else { return false };
        let header = |delimiter: u8| {
            let names: Vec<&str> =
                line.split(char::from(delimiter)).map(|n| n.trim().trim_matches('"')).collect();
            let short = |name: &&str| {
                let symbol = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
                name.len() <= 40 && name.chars().all(symbol)
            };
            names.len() > 1
                && names.iter().all(short)
                && names
                    .iter()
                    .any(|n| is_text_name(n) || self.text_names.iter().any(|name| name == n))
        };
        more && line.len() <= 4096 && delimiters.iter().any(|d| header(*d))
    }

    /// Whether JSON continues after its first line: an array, or a line with only an opening brace.
    pub fn is_whole_json(&self) -> bool {
        self.text().starts_with(b"[") || self.first_line() == (b"{", true)
    }
}

/// Whether the bytes are the beginning of a page: a document type, the root element, or an XML
/// declaration followed by one of these.
pub(super) fn is_page(start: &[u8]) -> bool {
    let begins = |bytes: &[u8], with: &[u8]| {
        bytes.get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with))
    };
    let page = |bytes: &[u8]| begins(bytes, b"<!doctype html") || begins(bytes, b"<html");
    let mut rest = start;
    // Comments may precede everything else.
    while let Some(end) = ["<?xml", "<!--"].iter().zip(["?>", "-->"]).find_map(|(open, close)| {
        begins(rest, open.as_bytes())
            .then(|| memchr::memmem::find(rest, close.as_bytes()).map(|at| at + close.len()))?
    }) {
        rest = rest[end..].trim_ascii_start();
    }
    page(rest)
}

/// Whether the bytes are the beginning of a feed: its root element is that of RSS or Atom.
pub(super) fn is_feed(start: &[u8]) -> bool {
    root(start, &["rss", "rdf:rdf", "feed", "atom:feed"])
}

/// Whether the root element of an XML document has one of these names, in lower case.
fn root(bytes: &[u8], names: &[&str]) -> bool {
    let mut rest = bytes;
    while let Some(inner) = rest.strip_prefix(b"<") {
        let end = match inner {
            [b'?', ..] => memchr::memmem::find(rest, b"?>").map(|at| at + 2),
            [b'!', b'-', b'-', ..] => memchr::memmem::find(rest, b"-->").map(|at| at + 3),
            [b'!', ..] => memchr::memchr(b'>', rest).map(|at| at + 1),
            _ => {
                let length =
                    inner.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b':').count();
                return names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(&inner[..length]));
            }
        };
        let Some(end) = end else { return false };
        rest = rest[end..].trim_ascii_start();
    }
    false
}
