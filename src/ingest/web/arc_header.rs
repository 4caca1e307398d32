//! Owns: the line that begins a record of an ARC archive. Never: decides where a record ends.
//!
//! ```text
//! version 1  URL IP-address date content-type length
//! version 2  URL IP-address date content-type code checksum location offset file-name length
//! ```
//!
//! The first record of a file is called `filedesc://` and describes the version. It is not needed,
//! because both versions have the date in the middle and the length at the end.

use crate::ingest::web::record_header::Header;
use std::ops::Range;

/// The length in bytes of the line at most, with its line break. Writers of ARC limit it to 8 KiB.
pub(super) const LINE: usize = 8 << 10;

/// The schemes of the addresses of most records, by which one is found behind a body that is cut
/// short.
const SCHEMES: [&str; 8] =
    ["http://", "https://", "ftp://", "filedesc://", "dns:", "whois://", "gopher://", "nntp://"];

/// Schemes that have no slashes behind them.
const WITHOUT_SLASHES: [&[u8]; 3] = [b"dns", b"news", b"mailto"];

/// The length of a scheme at most.
const SCHEME: usize = 32;

/// Words behind the date at most, of a content type that has blanks in it and five words more.
const BEHIND: usize = 12;

/// The places of the fields in a line that are needed.
struct Fields {
    target: Range<usize>,
    date: Range<usize>,
    length: Range<usize>,
}

/// Finds the fields of a line from its end, since the address may have blanks in it: the length,
/// then the date, and the address of a machine before it.
fn fields(line: &[u8]) -> Option<Fields> {
    let digits = |range: &Range<usize>| line[range.clone()].iter().all(u8::is_ascii_digit);
    let mut end = line.trim_ascii_end().len();
    let mut word = || {
        let start = memchr::memrchr(b' ', &line[..end])?;
        let found = start + 1..end;
        end = start;
        (!found.is_empty()).then_some(found)
    };
    let length = word().filter(digits)?;
    // At least the content type is between the two.
    word()?;
    for _ in 0..BEHIND {
        let date = word()?;
        if date.len() == 14 && digits(&date) {
            let ip = word()?;
            let known =
                line[ip.clone()].iter().all(|b| b.is_ascii_hexdigit() || b".:-".contains(b));
            let target = 0..ip.start - 1;
            return (known && !target.is_empty()).then_some(Fields { target, date, length });
        }
    }
    None
}

/// Whether these bytes begin with an address of any scheme; `None` where they are too few to tell.
pub(super) fn begins_with_scheme(bytes: &[u8]) -> Option<bool> {
    let of_scheme = |b: &&u8| b.is_ascii_alphanumeric() || b"+.-".contains(b);
    let length = bytes.iter().take(SCHEME + 1).take_while(of_scheme).count();
    let (scheme, behind) = bytes.split_at(length);
    if length > SCHEME || scheme.first().is_some_and(|first| !first.is_ascii_alphabetic()) {
        return Some(false);
    }
    let bare = || WITHOUT_SLASHES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    match behind {
        [] => None,
        _ if scheme.is_empty() => Some(false),
        [b':', ..] if bare() => Some(true),
        [b':', b'/', b'/', ..] => Some(true),
        [b':'] | [b':', b'/'] => None,
        _ => Some(false),
    }
}

/// Whether a record begins with the first of these bytes; `None` where they are too few to tell.
pub(super) fn begins(bytes: &[u8]) -> Option<bool> {
    if begins_with_scheme(bytes)? {
        let line = &bytes[..bytes.len().min(LINE)];
        match memchr::memchr(b'\n', line) {
            Some(end) => Some(fields(&line[..end]).is_some()),
            None if line.len() == LINE => Some(false),
            None => None,
        }
    } else {
        Some(false)
    }
}

/// Finds the beginning of a record by its line. A body that is cut short may precede the line, so
/// the record begins with the first address in it.
pub(super) fn find(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    memchr::memchr_iter(b'\n', bytes).find_map(|end| {
        let from = std::mem::replace(&mut start, end + 1).max((end + 1).saturating_sub(LINE));
        let line = &bytes[from..end];
        let target = line[fields(line)?.target].to_ascii_lowercase();
        if begins_with_scheme(&target) == Some(true) {
            return Some(from);
        }
        let places = SCHEMES.iter().filter_map(|s| memchr::memmem::find(&target, s.as_bytes()));
        places.min().map(|at| from + at)
    })
}

/// Parses a line. An HTTP response shows by its first bytes, and has a content type of its own.
pub(super) fn header(bytes: &[u8]) -> Header {
    let Some(fields) = fields(bytes) else { return Header::default() };
    let text = |range: Range<usize>| String::from_utf8_lossy(&bytes[range]).into_owned();
    let target = text(fields.target);
    let own = target.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("filedesc:"));
    Header {
        kind: if own { "filedesc" } else { "response" }.into(),
        target,
        date: text(fields.date),
        length: text(fields.length).parse().ok(),
        ..Header::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "http://a.example/x 10.0.0.1 20140216050221 text/html 1591\n";
    const TWO: &str = "http://a.example/x 10.0.0.1 20140216050221 text/html 200 \
        fac069150613fe55599cc7fa88aa089d - 209 old.arc 1591\n";

    #[test]
    fn both_versions_are_one_line() {
        for line in [ONE, TWO] {
            assert_eq!(begins(line.as_bytes()), Some(true), "{line}");
            let header = header(line.as_bytes());
            assert_eq!(header.target, "http://a.example/x");
            assert_eq!(
                (header.date.as_str(), header.length, header.kind.as_str()),
                ("20140216050221", Some(1591), "response")
            );
            // Any part of the line could go on as it does.
            for end in 0..line.len() {
                assert_eq!(begins(&line.as_bytes()[..end]), None, "{end} {line}");
            }
        }
        let own = "filedesc://old.arc 0.0.0.0 20140216050221 text/plain 75\n";
        assert_eq!(header(own.as_bytes()).kind, "filedesc");
    }

    #[test]
    fn odd_lines_are_read_and_other_lines_are_none() {
        for (line, target) in [
            ("http://a.example/a b c - 20140216050221 text/html 1\r\n", "http://a.example/a b c"),
            ("http://a/ ::1 20140216050221 text/html; charset=utf-8 1\n", "http://a/"),
            ("dns:a.example 10.0.0.1 20140216050221 text/dns 54\n", "dns:a.example"),
            ("HTTP://A/ 10.0.0.1 20140216050221 no-type 0\n", "HTTP://A/"),
            ("file:///srv/a 0.0.0.0 20140216050221 text/html 9\n", "file:///srv/a"),
            ("news:1@a 10.0.0.1 20140216050221 text/plain 9\n", "news:1@a"),
        ] {
            assert_eq!(begins(line.as_bytes()), Some(true), "{line}");
            assert_eq!(header(line.as_bytes()).target, target);
        }
        let long = format!("http://{}/ 10.0.0.1 20140216050221 text/html 1\n", "a".repeat(LINE));
        for line in [
            "http://a.example/ 10.0.0.1 20140216050221 text/html many\n",
            "http://a.example/ 10.0.0.1 2014021605022 text/html 1\n",
            "http://a.example/ 10.0.0.1 20140216050221 1\n",
            "http://a.example/ example 20140216050221 text/html 1\n",
            "see http://a.example/ 10.0.0.1 20140216050221 text/html 1\n",
            "<p>some words\n",
            "\n",
            &long,
        ] {
            assert_eq!(begins(line.as_bytes()), Some(false), "{line:.60}");
        }
        let huge = "http://a/ 10.0.0.1 20140216050221 text/html 99999999999999999999\n";
        assert_eq!((begins(huge.as_bytes()), header(huge.as_bytes()).length), (Some(true), None));
    }

    #[test]
    fn a_record_is_found_behind_what_is_cut_short() {
        let all = format!("junk\n<p>some te{ONE}more\n{TWO}");
        assert_eq!(find(all.as_bytes()), Some("junk\n<p>some te".len()));
        assert_eq!(find(b"junk\nmore\nhttp://a/ 10.0.0.1 2014"), None);
    }
}
