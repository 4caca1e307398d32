//! Owns: the encoding of a page, from its declarations and from its bytes. Never: knows where the
//! page came from.

use crate::ingest::decode::{self, Decoded};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes in which a page may declare its encoding; the standard asks for 1,024, but some pages
/// declare it later.
const HEAD: usize = 8 << 10;

/// Decodes a page, and returns whether it is in another encoding than the declared one.
pub(super) fn decode(
    bytes: Vec<u8>,
    given: Option<&'static Encoding>,
    header: Option<&'static Encoding>,
) -> (Decoded, bool) {
    if given.is_some() || Encoding::for_bom(&bytes).is_some() {
        return (decode::decode(bytes, given), false);
    }
    let Some(encoding) = header.or_else(|| declared(&bytes)) else {
        return (decode::decode(bytes, None), false);
    };
    let ascii = bytes.is_ascii();
    let utf8 = std::str::from_utf8(&bytes).is_ok();
    let wide = encoding == UTF_16LE || encoding == UTF_16BE;
    // Text beyond ASCII in another encoding is hardly ever valid UTF-8; text in UTF-8 always is.
    // UTF-16 contains zeros, and is hardly ever valid UTF-8.
    let lie =
        if wide { utf8 && !bytes.contains(&0) } else { !ascii && utf8 != (encoding == UTF_8) };
    if lie {
        let found = decode::decode(bytes, None);
        // Slightly damaged UTF-8 is still in its declared encoding.
        let lie = found.encoding != encoding.name();
        return (found, lie);
    }
    (decode::decode(bytes, Some(encoding)), false)
}

/// The encoding that a content type names.
pub(super) fn of_content_type(value: &str) -> Option<&'static Encoding> {
    let lower = value.to_ascii_lowercase();
    let label = lower.split("charset").nth(1)?.trim_start().strip_prefix('=')?.trim_start();
    let label = label.trim_start_matches(['"', '\'']);
    allowed_encoding(
        label
            .split(|c: char| matches!(c, '"' | '\'' | ';' | ',' | '>' | '/') || c.is_whitespace())
            .next()?,
    )
}

/// The encoding of a label, except those that browsers refuse to read.
fn allowed_encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
}

/// The encoding that a page declares in a `meta` element or its XML declaration.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(HEAD)]).to_ascii_lowercase();
    let encoding = if head.trim_start().starts_with("<?xml") {
        let label = head
            .split("?>")
            .next()?
            .split("encoding")
            .nth(1)
            .map(|rest| rest.trim_start_matches([' ', '=', '"', '\'']));
        label.and_then(|l| allowed_encoding(l.split(['"', '\'', ' ']).next()?))
    } else {
        None
    };
    let encoding = encoding.or_else(|| {
        let metas = head.split("<meta").skip(1);
        // A `meta` element with text about the page declares no encoding.
        let telling = |meta: &&str| meta.contains("http-equiv") || !meta.contains("content");
        metas.filter_map(|rest| rest.split('>').next()).filter(telling).find_map(of_content_type)
    })?;
    // A page in UTF-16 could not have been parsed up to this point.
    Some(if encoding == UTF_16LE || encoding == UTF_16BE { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GB18030, GBK, SHIFT_JIS, WINDOWS_1252};

    #[test]
    fn declared_in_many_ways() {
        for (head, want) in [
            ("<meta charset=utf-8>", Some(UTF_8)),
            ("<META CHARSET = \"gb18030\" >", Some(GB18030)),
            (
                "<meta name=x content=y><meta http-equiv='Content-Type' content='text/html; \
                 charset=iso-8859-1'>",
                Some(WINDOWS_1252),
            ),
            ("<?xml version='1.0' encoding='Shift_JIS'?><html>", Some(SHIFT_JIS)),
            ("<meta charset=utf-16>", Some(UTF_8)),
            ("<meta charset=martian><meta charset=gbk>", Some(GBK)),
            ("<title>charset=gbk</title>", None),
            (
                "<meta name=description content='how charset=koi8-r works'><meta charset=gbk>",
                Some(GBK),
            ),
            ("<meta charset=iso-2022-jp>", Some(encoding_rs::ISO_2022_JP)),
        ] {
            assert_eq!(declared(head.as_bytes()), want, "{head}");
        }
        assert_eq!(of_content_type("text/html;charset=\"GBK\""), Some(GBK));
        assert_eq!(of_content_type("text/html; charset=gbk, text/html"), Some(GBK));
        assert_eq!(of_content_type("text/html"), None);
        assert_eq!(of_content_type("text/html; charset=hz-gb-2312"), None);
    }

    #[test]
    fn lies_are_seen() {
        let page = "<meta charset=windows-1252><p>Grüße aus Köln, 世界</p>";
        let (d, lie) = decode(page.as_bytes().to_vec(), None, None);
        assert!(lie && d.text == page && d.encoding == "UTF-8");
        let (bytes, ..) =
            encoding_rs::ISO_2022_JP.encode("<meta charset=iso-2022-jp><p>日本語の記事です。");
        let (d, lie) = decode(bytes.to_vec(), None, None);
        assert!(!lie && d.text.ends_with("日本語の記事です。"), "{}", d.text);
        let (d, lie) = decode(b"<p>plain".to_vec(), None, Some(encoding_rs::UTF_16LE));
        assert!(lie && d.text == "<p>plain");
        let (bytes, ..) = WINDOWS_1252.encode(
            "<meta charset=utf-8><p>Der Café war für längere Zeit geschlossen, sagte Müller.</p>",
        );
        let (d, lie) = decode(bytes.to_vec(), None, None);
        assert!(lie && d.text.contains("längere") && d.encoding == "windows-1252");
        let (d, lie) = decode(b"<meta charset=utf-8>plain".to_vec(), None, Some(GBK));
        assert!(!lie && !d.replaced);
        let mut bytes =
            "<meta charset=utf-8>Die Straße ist für längere Zeit gesperrt".as_bytes().to_vec();
        bytes.insert(30, 0xff);
        let (d, lie) = decode(bytes, None, None);
        assert!(!lie && d.replaced && d.encoding == "UTF-8");
    }
}
