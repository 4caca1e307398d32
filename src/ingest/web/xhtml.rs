//! Owns: the reading of XHTML by a parser of HTML: elements that close themselves. Never: parses
//! anything else.

use std::borrow::Cow;

/// Elements that have no content in HTML; the parser knows that they close themselves.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements whose content is text, in which a `<` begins nothing.
const RAW: [&str; 4] = ["script", "style", "textarea", "title"];

/// Bytes in which an XHTML page names itself.
const HEAD: usize = 1024;

/// Writes each `<x/>` of an XHTML page as `<x></x>`: a parser of HTML takes the first for the
/// beginning of an element, and a `<script/>` for one that has the rest of the page in it.
pub(super) fn open_tags(html: &str) -> Cow<'_, str> {
    let head = &html.as_bytes()[..html.len().min(HEAD)];
    let named = |name: &[u8]| memchr::memmem::find(head, name).is_some();
    if !html.trim_start().starts_with("<?xml") && !named(b"http://www.w3.org/1999/xhtml") {
        return Cow::Borrowed(html);
    }
    let bytes = html.as_bytes();
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|found| at + found) {
        if bytes[start..].starts_with(b"<!--") {
            at = behind(bytes, start + 4, b"-->");
            continue;
        }
        let name = name(&html[start + 1..]);
        if name.is_empty() {
            at = start + 1;
            continue;
        }
        // A tag that never ends is the last one.
        let Some(end) = end(bytes, start) else { break };
        at = end + 1;
        let lower = name.to_ascii_lowercase();
        if bytes[end - 1] != b'/' {
            if RAW.contains(&lower.as_str()) {
                at = behind_raw(bytes, at, &lower);
            }
        } else if !VOID.contains(&lower.as_str()) {
            out.push_str(&html[copied..end - 1]);
            out.push_str(&format!("></{name}>"));
            copied = end + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(html);
    }
    out.push_str(&html[copied..]);
    Cow::Owned(out)
}

/// The name at the beginning of a tag.
fn name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(tag.len());
    if tag.starts_with(|c: char| c.is_ascii_alphabetic()) { &tag[..end] } else { "" }
}

/// The place of the `>` at the end of a tag; quoted values may have one too.
fn end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', bytes.get(at..)?)?;
        match bytes[at] {
            b'>' => return Some(at),
            quote => at += 2 + memchr::memchr(quote, bytes.get(at + 1..)?)?,
        }
    }
}

/// The place behind the next `</name`, whatever its case, or else the end.
fn behind_raw(bytes: &[u8], from: usize, name: &str) -> usize {
    let ends = memchr::memmem::find_iter(&bytes[from..], b"</").map(|found| from + found + 2);
    let own = |at: &usize| {
        bytes.get(*at..at + name.len()).is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes()))
    };
    ends.filter(own).map(|at| at + name.len()).next().unwrap_or(bytes.len())
}

/// The place behind the next `mark`, or else the end.
fn behind(bytes: &[u8], from: usize, mark: &[u8]) -> usize {
    let found = bytes.get(from..).and_then(|rest| memchr::memmem::find(rest, mark));
    found.map_or(bytes.len(), |found| from + found + mark.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn elements_that_close_themselves_are_closed() {
        let page = |body: &str| format!("<?xml version='1.0'?>\n<html>{body}</html>");
        for (body, want) in [
            ("<script src='a>b'/><p>Text</p>", "<script src='a>b'></script><p>Text</p>"),
            ("<a name=\"x\" /><br/>", "<a name=\"x\" ></a><br/>"),
            (
                "<!-- <a/> --><script>if (a<b/c) x</script>",
                "<!-- <a/> --><script>if (a<b/c) x</script>",
            ),
            ("<p>1 < 2 /> 3</p><i/>", "<p>1 < 2 /> 3</p><i></i>"),
            ("<a title='never ends/>", "<a title='never ends/>"),
        ] {
            assert_eq!(open_tags(&page(body)), page(want));
        }
        assert_eq!(open_tags("<html><a/></html>"), "<html><a/></html>");
    }

    proptest! {
        #[test]
        fn total(body in "(<|/|>|a|script|\"|'|!--|-->| |é){0,60}") {
            let _ = open_tags(&format!("<?xml?>{body}"));
        }
    }
}
