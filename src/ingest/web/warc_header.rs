//! Owns: how a record of a WARC archive begins, and the fields of its own header. Never: decides
//! where a record ends.

use crate::ingest::web::record_header::Header;

/// The first bytes of a record.
const START: &[u8] = b"WARC/";

/// The length in bytes of a record's first line at most: `WARC/0.18` and a line break.
pub(super) const LINE: usize = 11;

/// Whether a record begins with the first of these bytes; `None` where they are too few to tell.
pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
    let both = bytes.len().min(START.len());
    let same = bytes[..both] == START[..both];
    if same && both < START.len() { None } else { Some(same) }
}

/// Finds the beginning of a record by its first line, `WARC/1.0` or the like. Any bytes may precede
/// it: a body that is cut short has no line break.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    let first = |rest: &[u8]| {
        let version = rest.iter().take_while(|b| matches!(b, b'0'..=b'9' | b'.')).count();
        (3..=4).contains(&version) && matches!(rest[version..], [b'\n', ..] | [b'\r', b'\n', ..])
    };
    memchr::memmem::find_iter(bytes, START).find(|at| first(&bytes[at + START.len()..]))
}

/// Parses the lines of a header; a line that begins with white space continues the one before.
pub(super) fn header(bytes: &[u8]) -> Header {
    let text = String::from_utf8_lossy(bytes);
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines().skip(1) {
        match (line.starts_with([' ', '\t']), fields.last_mut()) {
            (true, Some((_, value))) => value.extend([" ", line.trim()]),
            _ => {
                if let Some((name, value)) = line.split_once(':') {
                    fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
    }
    let mut header = Header::default();
    for (name, value) in fields {
        let value = value.trim().to_owned();
        let bare = || value.trim_start_matches('<').trim_end_matches('>').to_owned();
        match name.as_str() {
            "warc-type" => header.kind = value.to_ascii_lowercase(),
            "warc-record-id" => header.id = value,
            "warc-concurrent-to" => header.concurrent.push(value),
            "warc-refers-to" => header.refers = value,
            // Old writers enclose the URI in angle brackets.
            "warc-target-uri" => header.target = bare(),
            "warc-date" => header.date = value,
            "content-type" => header.content_type = value.to_ascii_lowercase(),
            "warc-truncated" => header.truncated = !value.is_empty(),
            "content-length" => header.length = value.parse().ok(),
            _ => {}
        }
    }
    header
}
