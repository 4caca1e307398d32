//! Owns: the extraction of the article from a page, headline first. Never: knows where pages come
//! from or what they are used for.

use crate::hash;
use crate::ingest::address::host_of;
use crate::ingest::decode;
use crate::ingest::page_kind::PageKind;
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::title;
use crate::ingest::web::article::{self, Extracted};
use crate::ingest::web::charset;
use crate::ingest::web::metadata::{PageMetadata, read_metadata};
use crate::ingest::web::tree;
use crate::ingest::web::xhtml;
use crate::model::page_read::{Extent, PageRead};
use encoding_rs::Encoding;

/// The size of a page in bytes at most. Crawlers keep 1 to 5 MiB of one.
pub(crate) const PAGE: u64 = 16 << 20;

/// A page of whose prose less than this is read, in percent, is read in part.
const WHOLE: u8 = 50;

/// Facts about a page that are known before it is parsed.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct PageContext {
    /// The encoding that the user set.
    pub given: Option<&'static Encoding>,
    /// The encoding in the HTTP header.
    pub header: Option<&'static Encoding>,
    /// What pages are read as.
    pub kind: PageKind,
    /// Whether the crawler cut the page short.
    pub truncated: bool,
}

/// An article that was extracted from its page.
#[derive(Debug)]
pub(crate) struct Page {
    /// Headline and paragraphs, separated by blank lines.
    pub text: String,
    pub about: PageMetadata,
    pub encoding: &'static str,
    /// Whether the decoder replaced something by U+FFFD.
    pub replaced: bool,
    /// Whether the page is in another encoding than it declares.
    pub wrong_encoding: bool,
    /// How much of the page's visible prose the text has, in percent.
    pub share: u8,
    /// Whether that is only a part.
    pub part: bool,
    /// The hash of the page's bytes.
    raw: u128,
}

impl Page {
    /// The title as a field of its own; the text has it too.
    pub(crate) fn title(&self) -> Option<String> {
        title::normalise(self.about.title.as_deref()?)
    }

    /// The name of the site, else the host of the page's own URL.
    pub(crate) fn source(&self) -> Option<String> {
        self.about.site.clone().or_else(|| host_of(self.about.url.as_deref()?))
    }

    /// How much of the page the text has.
    pub(crate) fn extent(&self) -> PageRead {
        let extent = if self.part { Extent::Part } else { Extent::Whole };
        PageRead::new(extent).with_share(self.share).with_raw(Some(self.raw))
    }

    /// Counts the encoding of a page and its faults.
    pub(crate) fn count(&self, shown: &str, record: Option<u64>, intake: &mut ReadResult) {
        intake.decoded(self.encoding, self.replaced);
        if self.wrong_encoding {
            intake.wrong_encoding(shown, record);
        }
        intake.bad_dates += u64::from(self.about.bad_date);
    }
}

/// Extracts the article from a page; the error says why that is impossible.
pub(crate) fn read(bytes: Vec<u8>, known: PageContext) -> Result<Page, (Reason, String)> {
    if bytes.len() as u64 > PAGE {
        let why = format!(
            "a page of more than {} MiB; it was skipped: take its text out by other means",
            PAGE >> 20
        );
        return Err((Reason::PageTooLarge, why));
    }
    if let Some(why) = foreign_format(&bytes, known.given.or(known.header)) {
        return Err((Reason::NotAPage, format!("named as HTML, and none: {why}; it was skipped")));
    }
    let raw = hash::wide_bytes(&bytes);
    let (decoded, lie) = charset::decode(bytes, known.given, known.header);
    let html = xhtml::open_tags(&decoded.text);
    let parsed = tree::parse(&html).map_err(too_much)?;
    let about = read_metadata(&parsed);
    let Extracted { text, share } = article::extract(parsed, &html, &about, known.kind);
    if text.is_empty() {
        let why = "a page without text (a frame, a script, pictures?); it was skipped: nothing of \
            it can be compared"
            .to_owned();
        return Err((Reason::EmptyPage, why));
    }
    let text = titled(about.title.as_deref(), text);
    Ok(Page {
        text,
        about,
        encoding: decoded.encoding,
        replaced: decoded.replaced,
        wrong_encoding: lie,
        share,
        part: share < WHOLE || known.truncated,
        raw,
    })
}

/// The reason why bytes are no page, where they are of another known format.
fn foreign_format(bytes: &[u8], declared: Option<&'static Encoding>) -> Option<&'static str> {
    let start = bytes.trim_ascii_start();
    if bytes.starts_with(b"%PDF-") {
        return Some("it is PDF");
    }
    if decode::binary(bytes, declared) {
        return Some("it has a NUL in its first 8 KiB");
    }
    let json = start.starts_with(b"{") || start.starts_with(b"[");
    (json && serde_json::from_slice::<serde::de::IgnoredAny>(start).is_ok()).then_some("it is JSON")
}

fn too_much(limit: tree::Limit) -> (Reason, String) {
    let skipped = "it was skipped: take its text out by other means";
    match limit {
        tree::Limit::Depth => (
            Reason::PageTooDeep,
            format!("a page with more than {} elements inside each other; {skipped}", tree::DEPTH),
        ),
        tree::Limit::Nodes => (
            Reason::PageTooLarge,
            format!(
                "a page of more than {} elements and texts, or as much work; {skipped}",
                tree::NODES
            ),
        ),
        tree::Limit::Attributes => (
            Reason::PageTooLarge,
            format!(
                "a page in which one element has more than {} attributes; {skipped}",
                tree::ATTRIBUTES
            ),
        ),
    }
}

/// Puts the headline in front, unless the text begins with it.
fn titled(title: Option<&str>, text: String) -> String {
    let Some(title) = title else { return text };
    // Quotes and spaces have more than one spelling, so only letters are compared.
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let wanted = letters(title);
    let same = |line: &str| line.len() <= 4 * title.len() && letters(line) == wanted;
    if text.lines().filter(|line| !line.is_empty()).take(8).any(same) {
        text
    } else {
        format!("{title}\n\n{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(html: &str) -> Result<Page, (Reason, String)> {
        read(html.as_bytes().to_vec(), PageContext::default())
    }

    #[test]
    fn limits_have_names() {
        assert_eq!(of(&"<div>".repeat(100_000)).unwrap_err().0, Reason::PageTooDeep);
        assert_eq!(of(&" ".repeat(PAGE as usize + 1)).unwrap_err().0, Reason::PageTooLarge);
        for empty in [
            "",
            "<html><body><script>var x = 'text';</script>",
            "<frameset><frame src=x></frameset>",
        ] {
            assert_eq!(of(empty).unwrap_err().0, Reason::EmptyPage, "{empty}");
        }
    }

    #[test]
    fn what_is_no_page_is_named() {
        for bytes in [&b"\x89PNG\r\n\x1a\n\0\0"[..], b"%PDF-1.7\n", b" {\"a\": [1, 2]}", b"[]"] {
            assert_eq!(
                read(bytes.to_vec(), PageContext::default()).unwrap_err().0,
                Reason::NotAPage
            );
        }
        assert_eq!(of("{not JSON} but text").unwrap().text, "{not JSON} but text");
    }

    #[test]
    fn what_stands_thrice_stays_where_it_is_text() {
        let html = "<p>Did you know?</p><p>No comment.</p>".repeat(3);
        assert_eq!(of(&html).unwrap().text.matches("No comment.").count(), 3);
    }

    #[test]
    fn short_pages_are_read() {
        assert_eq!(of("<title>T</title><p>Two words.").unwrap().text, "T\n\nTwo words.");
        assert_eq!(of("plain").unwrap().text, "plain");
    }

    #[test]
    fn blocks() {
        let long = "long ".repeat(30);
        use crate::ingest::web::paragraphs::paragraphs;
        assert_eq!(paragraphs("a\nb\n\n\n\nc"), "a\nb\n\nc");
        assert_eq!(paragraphs(&format!("{long}\n{long}")), format!("{0}\n\n{0}", long.trim()));
        assert_eq!(titled(Some("A  b"), "A b\n\nc".into()), "A b\n\nc");
        assert_eq!(
            titled(Some("Storm's end"), "Now\n\nStorm’s end\n\nc".into()),
            "Now\n\nStorm’s end\n\nc"
        );
    }

    #[test]
    fn much_text_is_never_next_to_nothing() {
        let text =
            "<p>Words that stand in a sentence of this page, and some more of them.</p>".repeat(6);
        for around in [
            "div",
            "form id=a",
            "nav",
            "aside",
            "footer",
            "div class=comments",
            "div class=post-meta",
            "dialog",
        ] {
            let page = of(&format!("<title>T</title><h1>T</h1><{around}>{text}<input>")).unwrap();
            assert_eq!(
                page.text.matches("some more of them").count(),
                6,
                "{around}: {}",
                page.text
            );
        }
    }

    #[test]
    fn the_shown_text_goes_before_the_linked_one() {
        let body = "What the script would have shown, in many words. ".repeat(20);
        let page = |shown: &str| {
            format!(
                "<script type='application/ld+json'>{{\"@type\":\"Article\",\
                 \"articleBody\":\"{body}\"}}</script><p>{shown}</p>"
            )
        };
        assert!(of(&page("Wait.")).unwrap().text.starts_with("What the script"));
        let shown = "What the page shows, in as many words as there. ".repeat(20);
        assert!(of(&page(&shown)).unwrap().text.starts_with("What the page"));
    }

    proptest! {
        #[test]
        fn total(bytes: Vec<u8>) {
            let _ = read(bytes, PageContext::default());
        }

        #[test]
        fn markup_is_read_and_blank_lines_are_single(html in
            "(<(p|div|br|td|li|h1|title|b|/p|/div|svg|script|/script|a href=x|table|select|template\
             |pre|!--|meta charset=gbk)>|[a-z ,.]{0,30}|\n){0,40}") {
            if let Ok(page) = of(&html) {
                prop_assert!(!page.text.contains("\n\n\n") && !page.text.trim().is_empty(),
                    "{:?}", page.text);
            }
        }
    }
}
