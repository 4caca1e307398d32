//! Owns: the page in an HTTP response as it was sent: status, type, transfer and content encodings.
//! Never: parses the page.

use crate::ingest::problem::Reason;
use crate::ingest::sniff::is_page;
use crate::ingest::web::charset;
use crate::ingest::web::page::PAGE;
use encoding_rs::Encoding;
use std::io::Read;

/// Header fields of a response at most.
const FIELDS: usize = 256;

/// The kind of content in a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ContentKind {
    Html,
    Text,
}

/// The page that was extracted from a response.
#[derive(Debug)]
pub(super) struct Payload {
    pub kind: ContentKind,
    pub bytes: Vec<u8>,
    pub header: Option<&'static Encoding>,
}

/// The reason why a response has no page.
type SkipReason = (Reason, String);

/// Extracts the page from a response.
pub(super) fn payload(response: &[u8]) -> Result<Payload, SkipReason> {
    let old;
    let response = match as_http_1_1(response) {
        Some(rewritten) => {
            old = rewritten;
            &old
        }
        None => response,
    };
    let mut fields = [httparse::EMPTY_HEADER; FIELDS];
    let mut parsed = httparse::Response::new(&mut fields);
    let mut config = httparse::ParserConfig::default();
    // Servers violate the standard in these ways, and browsers accept it.
    config
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true);
    config
        .ignore_invalid_headers_in_responses(true)
        .allow_multiple_spaces_in_response_status_delimiters(true);
    let start = match config.parse_response(&mut parsed, response) {
        Ok(httparse::Status::Complete(start)) => start,
        Ok(httparse::Status::Partial) => return Err(bad("its HTTP header does not end")),
        Err(e) => return Err(bad(&format!("its HTTP header cannot be read ({e})"))),
    };
    let code = parsed.code.unwrap_or_default();
    if !(200..300).contains(&code) {
        return Err((Reason::NotAPage, format!("an answer with the status {code}, no page")));
    }
    let field = |name: &str| {
        let found = parsed.headers.iter().filter(|h| h.name.eq_ignore_ascii_case(name));
        let values: Vec<String> =
            found.map(|h| String::from_utf8_lossy(h.value).trim().to_ascii_lowercase()).collect();
        values.join(", ")
    };
    let content_type = field("content-type");
    let kind = kind(&content_type)?;
    let sent = &response[start..];
    let bytes = plain(sent, &field("transfer-encoding"), &field("content-encoding"))?;
    let kind = match kind {
        Some(kind) => kind,
        None if is_page(bytes.trim_ascii_start()) => ContentKind::Html,
        None => {
            return Err((
                Reason::NotAPage,
                "an answer without a Content-Type, and no page by its beginning".into(),
            ));
        }
    };
    Ok(Payload { kind, bytes, header: charset::of_content_type(&content_type) })
}

/// Rewrites the status line to HTTP/1.1, the only version that the parser accepts; crawlers record
/// others as well.
fn as_http_1_1(response: &[u8]) -> Option<Vec<u8>> {
    let rest = ["HTTP/2.0 ", "HTTP/2 ", "HTTP/3.0 ", "HTTP/3 "]
        .iter()
        .find_map(|start| response.strip_prefix(start.as_bytes()))?;
    Some([b"HTTP/1.1 ", rest].concat())
}

/// The kind that a content type declares; `None` where there is no content type.
pub(super) fn kind(content_type: &str) -> Result<Option<ContentKind>, SkipReason> {
    match content_type.split([';', ',']).next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => Ok(Some(ContentKind::Html)),
        "text/plain" => Ok(Some(ContentKind::Text)),
        "" => Ok(None),
        other => Err((Reason::NotAPage, format!("{other}, neither HTML nor plain text"))),
    }
}

fn bad(why: &str) -> SkipReason {
    (Reason::BadPayload, format!("{why}; the page was skipped: fetch it again"))
}

/// Decodes the transfer and content encodings. Crawlers decode the body and leave the header as it
/// was, so a body that is not encoded is returned unchanged.
fn plain(sent: &[u8], transfer: &str, content: &str) -> Result<Vec<u8>, SkipReason> {
    let mut bytes = sent.to_vec();
    if transfer.contains("chunked") {
        bytes = decode_one("chunked", bytes, |sent| {
            Some(Box::new(chunked_transfer::Decoder::new(sent)))
        })?;
    }
    for name in content.rsplit(',').map(str::trim) {
        bytes = decode_one(name, bytes, |sent| decoder(name, sent))?;
    }
    if bytes.len() as u64 > PAGE {
        return Err((
            Reason::PageTooLarge,
            format!("a page of more than {} MiB once it is unpacked; it was skipped", PAGE >> 20),
        ));
    }
    Ok(bytes)
}

type Decoder<'b> = Box<dyn Read + 'b>;

fn decoder<'b>(name: &str, sent: &'b [u8]) -> Option<Decoder<'b>> {
    Some(match name {
        "gzip" | "x-gzip" => Box::new(flate2::read::MultiGzDecoder::new(sent)),
        // By the standard, `deflate` means zlib, but some servers send the raw deflate stream.
        "deflate" if sent.first().is_some_and(|b| b & 0x0f == 8) => {
            Box::new(flate2::read::ZlibDecoder::new(sent))
        }
        "deflate" => Box::new(flate2::read::DeflateDecoder::new(sent)),
        "br" => Box::new(brotli_decompressor::Decompressor::new(sent, 64 << 10)),
        "zstd" => Box::new(zstd::stream::read::Decoder::new(sent).ok()?),
        _ => return None,
    })
}

/// Decodes one encoding, up to one byte beyond the limit of a page.
fn decode_one(
    name: &str,
    sent: Vec<u8>,
    open: impl Fn(&[u8]) -> Option<Decoder<'_>>,
) -> Result<Vec<u8>, SkipReason> {
    let mut out = Vec::new();
    if matches!(name, "" | "identity" | "none") {
        return Ok(sent);
    }
    let result = open(&sent).map(|decoder| decoder.take(PAGE + 1).read_to_end(&mut out));
    match result.unwrap_or_else(|| Err(std::io::Error::other("not known"))) {
        Ok(_) => Ok(out),
        // The crawler decoded it already, or the name is that of a character encoding.
        Err(_) if out.is_empty() && is_plain(&sent) => Ok(sent),
        Err(e) => Err(bad(&format!("its {name} encoding is broken ({e})"))),
    }
}

/// Whether bytes are text: compressed data has control characters among its first bytes.
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.is_empty()
        && !bytes[..bytes.len().min(512)].iter().any(|b| *b < b' ' && !b.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        w.write_all(bytes).unwrap();
        w.finish().unwrap()
    }

    fn of(head: &str, body: &[u8]) -> Result<Payload, SkipReason> {
        payload(&[format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n").as_bytes(), body].concat())
    }

    #[test]
    fn encodings_are_undone() {
        let html = "Content-Type: text/html; charset=gbk\r\n";
        let page = b"<p>Some text of a page.</p>".repeat(9);
        let zlib = {
            let mut w = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            w.write_all(&page).unwrap();
            w.finish().unwrap()
        };
        let raw = zlib[2..zlib.len() - 4].to_vec();
        for (head, body) in [
            ("X: y", page.clone()),
            ("Content-Encoding: gzip", gzip(&page)),
            ("content-encoding:  x-gzip ", gzip(&page)),
            ("Content-Encoding: deflate", zlib),
            ("Content-Encoding: deflate", raw),
            ("Content-Encoding: zstd", zstd::stream::encode_all(&page[..], 1).unwrap()),
            ("Content-Encoding: identity", page.clone()),
            // The crawler decoded it already.
            ("Content-Encoding: br", page.clone()),
            ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", page.clone()),
        ] {
            let got =
                of(&format!("{html}{head}"), &body).unwrap_or_else(|e| panic!("{head}: {e:?}"));
            assert_eq!((got.kind, got.bytes == page), (ContentKind::Html, true), "{head}");
            assert_eq!(got.header, Some(encoding_rs::GBK));
        }
        let chunked = [
            b"5\r\n<p>So\r\n",
            format!("{:X}\r\n", page.len() - 5).as_bytes(),
            &page[5..],
            b"\r\n0\r\n\r\n",
        ]
        .concat();
        assert_eq!(of(&format!("{html}Transfer-Encoding: chunked"), &chunked).unwrap().bytes, page);
        let packed = gzip(&page);
        let chunked =
            [format!("{:x}\r\n", packed.len()).as_bytes(), &packed, b"\r\n0\r\n\r\n"].concat();
        let both = format!("{html}Transfer-Encoding: chunked\r\nContent-Encoding: gzip");
        assert_eq!(of(&both, &chunked).unwrap().bytes, page);
    }

    #[test]
    fn what_is_no_page_is_named() {
        let reason = |response: &[u8]| payload(response).map(|p| p.kind).map_err(|e| e.0);
        assert_eq!(reason(b"HTTP/1.1 404 Gone\r\n\r\n<html>"), Err(Reason::NotAPage));
        assert_eq!(
            reason(b"HTTP/1.1 200\r\nContent-Type: image/png\r\n\r\n"),
            Err(Reason::NotAPage)
        );
        assert_eq!(reason(b"HTTP/1.0 200 OK\r\n\r\n<!DOCTYPE html><p>x"), Ok(ContentKind::Html));
        assert_eq!(reason(b"HTTP/1.0 200 OK\r\n\r\nPNG"), Err(Reason::NotAPage));
        assert_eq!(
            reason(b"HTTP/1.0 203 Fine\r\nContent-Type: TEXT/plain\r\n\r\nx"),
            Ok(ContentKind::Text)
        );
        assert_eq!(
            reason(b"HTTP/2 200\r\nContent-Type: text/html\r\n\r\nx"),
            Ok(ContentKind::Html)
        );
        assert_eq!(
            reason(b"HTTP/2.0 200 OK\r\nContent-Type: text/html\r\n\r\nx"),
            Ok(ContentKind::Html)
        );
        assert_eq!(reason(b"nonsense"), Err(Reason::BadPayload));
        assert_eq!(
            reason(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
            Err(Reason::BadPayload)
        );
        let cut = gzip(&b"text ".repeat(100_000));
        let head = "Content-Type: text/html\r\nContent-Encoding: gzip";
        assert_eq!(of(head, &cut[..cut.len() / 2]).unwrap_err().0, Reason::BadPayload);
        let bomb = gzip(&vec![b' '; PAGE as usize + 1]);
        assert!(bomb.len() < 200_000);
        assert_eq!(of(head, &bomb).unwrap_err().0, Reason::PageTooLarge);
        let other = "Content-Type: text/html\r\nContent-Encoding: martian";
        assert_eq!(of(other, b"\x01\x02").unwrap_err().0, Reason::BadPayload);
        assert_eq!(
            of("Content-Type: text/html\r\nContent-Encoding: utf-8", b"<p>x").unwrap().bytes,
            b"<p>x"
        );
    }

    proptest! {
        #[test]
        fn total(
            code in "(HTTP/1.[01] )?[0-9]{0,3} ?",
            fields in "(\r\n(Content-(Type|Encoding)|Transfer-Encoding|[a-z ]{0,3}): \
                ?(text/html|text/plain|gzip|br|zstd|deflate|chunked|[a-z,; ]{0,9})){0,4}",
            body: Vec<u8>,
        ) {
            let _ = payload(&[code.as_bytes(), fields.as_bytes(), b"\r\n\r\n", &body].concat());
        }
    }
}
