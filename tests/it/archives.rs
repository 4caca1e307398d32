//! Archives of the web that are damaged, odd or hostile: which of their records are read, and what
//! is said of the rest.

use crate::ingest::pack;
#[cfg(feature = "cli")]
use crate::program::nearcopy;
use nearcopy::ingest::web::archive;
use nearcopy::ingest::{InputOptions, ReadResult};

/// A record; the length is what its header says.
fn of_length(kind: &str, id: &str, length: u64, body: &[u8]) -> Vec<u8> {
    let typed = if kind == "conversion" { "text/plain" } else { "application/http" };
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{id}>\r\nWARC-Target-URI: \
         http://{id}.example/\r\nWARC-Date: \
         2026-05-03T10:00:00Z\r\nContent-Type: {typed}\r\nContent-Length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body, b"\r\n\r\n"].concat()
}

/// A text as an archive of texts has it.
fn text(id: &str) -> Vec<u8> {
    let body = format!("The text that is called {id}.");
    of_length("conversion", id, body.len() as u64, body.as_bytes())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    pack(".gz", bytes)
}

fn read(bytes: &[u8]) -> ReadResult {
    archive::records(bytes, &InputOptions::default())
}

/// The names of the texts, and how much was skipped for which reason.
fn told(bytes: &[u8]) -> (String, Vec<(&'static str, u64)>) {
    let intake = read(bytes);
    let name = |id: &str| id.trim_start_matches("http://").trim_end_matches(".example/").to_owned();
    let names: Vec<String> = intake.documents.iter().map(|d| name(&d.info.id)).collect();
    (names.join(" "), intake.skipped.iter().map(|(reason, n)| (reason.name(), *n)).collect())
}

#[test]
fn records_behind_a_long_wrong_length_are_read_in_any_number() {
    let many = 20_000;
    let behind = text("a").repeat(many);
    let bad = of_length("response", "bad", behind.len() as u64 + 100, b"");
    let intake = read(&[bad, behind].concat());
    assert_eq!(intake.documents.len(), many);
    assert_eq!(intake.documents[many - 1].info.record, Some(many as u64 + 1));
    assert_eq!(intake.skipped.values().sum::<u64>(), 1);
}

#[test]
fn very_many_empty_lines_are_said() {
    let few = [text("a"), b"\r\n".repeat(100), text("b")].concat();
    assert_eq!(told(&few), ("a b".into(), vec![]));
    let many = [text("a"), b"\n".repeat(3 << 20), text("b")].concat();
    assert_eq!(told(&many), ("a b".into(), vec![("bad-warc", 1)]));
    assert!(read(&many).problems[0].message.contains("3145"), "{:?}", read(&many).problems);
    assert_eq!(
        told(&[text("a"), b"\n".repeat(3 << 20)].concat()),
        ("a".into(), vec![("bad-warc", 1)])
    );
}

#[test]
fn a_whole_record_stays_whatever_stands_behind_it() {
    let (a, b, c) = (text("a"), text("b"), text("c"));
    assert_eq!(
        told(&[&a[..], b"junk, and more", &b, &c].concat()),
        ("a b c".into(), vec![("bad-warc", 1)])
    );
    // The next one is damaged where it begins.
    let hurt = [b"V", &b[1..]].concat();
    assert_eq!(told(&[&a[..], &hurt, &c].concat()), ("a c".into(), vec![("bad-warc", 1)]));
    // A body is cut, and the next record stands right behind it.
    assert_eq!(
        told(&[&a[..], &b[..b.len() - 9], &c].concat()),
        ("a c".into(), vec![("bad-warc", 1)])
    );
    // Without line breaks between them.
    let tight: Vec<u8> = [&a, &b, &c].iter().flat_map(|r| r[..r.len() - 4].to_vec()).collect();
    assert_eq!(told(&tight), ("a b c".into(), vec![]));
    // A length that leads into another record's empty line is wrong all the same.
    let leading = of_length("conversion", "b", 9 + c.len() as u64 - 4, b"too long");
    assert_eq!(
        told(&[&a[..], &leading, &c, b"junk, and more", &a].concat()),
        ("a c a".into(), vec![("bad-warc", 2)])
    );
}

#[test]
fn a_length_beyond_what_is_held_loses_nothing() {
    let (a, b, c) = (text("a"), text("b"), text("c"));
    let wrong = |length: u64| of_length("response", "bad", length, b"HTTP/1.1 200 OK\r\n\r\n<p>x");
    for length in [70_000_000, 1_000_000_000_000, u64::MAX] {
        let all = [&a[..], &wrong(length), &b, &c].concat();
        assert_eq!(told(&all), ("a b c".into(), vec![("bad-warc", 1)]), "{length}");
        assert_eq!(read(&all).documents.last().unwrap().info.record, Some(4));
        let again = [&a[..], &wrong(length), &wrong(length), &b].concat();
        assert_eq!(told(&again), ("a b".into(), vec![("bad-warc", 2)]), "{length}");
    }
    // Much more than is held stands behind it.
    let filler = of_length("request", "f", 60 << 20, &vec![b'.'; 60 << 20]);
    let all = [&wrong(130 << 20)[..], &filler, &b, &filler, &filler, &c].concat();
    assert_eq!(told(&all), ("b c".into(), vec![("bad-warc", 1)]));
    // A record may well be so long, and hold what begins as one does.
    let long = [&vec![b'.'; 70 << 20][..], b"WARC/1.0\r\nis how it begins", &b].concat();
    let all = [&a[..], &of_length("response", "long", long.len() as u64, &long), &c].concat();
    assert_eq!(told(&all), ("a c".into(), vec![("page-too-large", 1)]));
    let all = [&a[..], &of_length("response", "long", long.len() as u64 + 9, &long)].concat();
    assert_eq!(told(&all), ("a b".into(), vec![("bad-warc", 1)]));
}

#[test]
fn a_header_ends_at_a_line_that_is_none_of_it() {
    let (a, b) = (text("a"), text("b"));
    for cut in [
        &b"WARC/1.0\r\nWARC-Type: response\r\n"[..],
        b"WARC/1.0\r\nWARC-Type: response",
        b"WARC/1.0\r\nnothing\r\n\r\n",
    ] {
        assert_eq!(told(&[&a[..], cut, &b].concat()), ("a b".into(), vec![("bad-warc", 1)]));
    }
    // A line that goes on with the one before has no colon of its own.
    let folded = String::from_utf8(a)
        .unwrap()
        .replace("WARC-Type:", "WARC-Type:\r\n")
        .replace("WARC-Date: ", "X: y\r\n\tz\r\nWARC-Date: ");
    assert_eq!(told(folded.as_bytes()), ("a".into(), vec![]));
    // What begins as a header does, over and over, and one at the end.
    for junk in [
        "WARC/1.0\r\n",
        "x: WARC/1.0\r\n",
        "WARC/1.0\r\nx: y\r\n",
        "\nWARC/",
        "WARC/1.0\r\nContent-Length: 70000000\r\n",
    ] {
        let (names, skipped) = told(&[junk.repeat(9000).as_bytes(), b"\r\n", &b].concat());
        assert!(names == "b" && skipped.len() == 1, "{junk}: {names} {skipped:?}");
    }
}

#[test]
fn a_damaged_member_full_of_beginnings_hides_nothing() {
    let (a, b) = (text("a"), text("b"));
    let zstd = |bytes: &[u8]| zstd::stream::encode_all(bytes, 1).unwrap();
    for junk in [
        &b"\x1f\x8b\x08\x08\x01\x01\x01\x01\x01\x01"[..],
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08\0\0\0\0\0\0\0WARC/",
    ] {
        let all = [gzip(&a), junk.repeat(2000), gzip(&b)].concat();
        assert_eq!(told(&all), ("a b".into(), vec![("broken-compression", 1)]));
    }
    for junk in [&b"\x28\xb5\x2f\xfd"[..], b"\x28\xb5\x2f\xfd\x04\x88", b"\x28\xb5\x2f\xfd\0\0\0"] {
        let all = [zstd(&a), junk.repeat(2000), zstd(&b)].concat();
        assert_eq!(told(&all), ("a b".into(), vec![("broken-compression", 1)]));
    }
    // A long name in a member's header.
    let mut named = flate2::GzBuilder::new()
        .filename(vec![b'n'; 1500])
        .write(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut named, &b).unwrap();
    assert_eq!(told(&[gzip(&a), b"junk".to_vec(), named.finish().unwrap()].concat()).0, "a b");
}

/// A file without a name that would tell what it is.
fn nameless(bytes: &[u8]) -> ReadResult {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stored");
    std::fs::write(&path, bytes).unwrap();
    let seen = std::sync::atomic::AtomicU64::new(0);
    let add = |n| seen.fetch_add(n, std::sync::atomic::Ordering::Relaxed) < u64::MAX;
    let intake = nearcopy::ingest::read(
        &[nearcopy::ingest::Input::Path(path)],
        &InputOptions::default(),
        &add,
    );
    assert_eq!(
        (intake.bytes, seen.into_inner()),
        (bytes.len() as u64, bytes.len() as u64),
        "bytes read"
    );
    intake
}

#[test]
fn without_a_name_an_archive_is_read_by_its_members_too() {
    let texts: Vec<Vec<u8>> = (0..2000).map(|n| text(&format!("t{n}"))).collect();
    let mut members: Vec<Vec<u8>> = texts.iter().map(|t| gzip(t)).collect();
    let middle = members[1500].len() / 2;
    members[1500][middle..middle + 9].fill(0xaa);
    let intake = nameless(&members.concat());
    assert_eq!((intake.documents.len(), intake.skipped.values().sum::<u64>()), (1999, 1));
    assert_eq!(intake.sources[0].compression, Some(nearcopy::ingest::Compression::Gzip));
    // Frames of zstd that share words, which stand in front.
    let words = texts[..40].concat();
    let frame = |t: &Vec<u8>| {
        let mut out = zstd::stream::write::Encoder::with_dictionary(Vec::new(), 3, &words).unwrap();
        std::io::Write::write_all(&mut out, t).unwrap();
        out.finish().unwrap()
    };
    let mut all = [b"\x5d\x2a\x4d\x18", &(words.len() as u32).to_le_bytes()[..], &words].concat();
    all.extend(texts.iter().flat_map(frame));
    let intake = nameless(&all);
    assert_eq!((intake.documents.len(), intake.skipped.len()), (2000, 0), "{:?}", intake.problems);
    // What is not compressed, and what is no archive.
    assert_eq!(nameless(&texts.concat()).documents.len(), 2000);
    let lines = b"{\"text\": \"a\"}\n{\"text\": \"b\"}\n";
    assert_eq!((nameless(lines).documents.len(), nameless(&gzip(lines)).documents.len()), (2, 2));
}

#[test]
fn records_that_are_no_pages_are_counted() {
    let page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Some words of a page.";
    let of = |kind: &str, id: &str, body: &[u8]| of_length(kind, id, body.len() as u64, body);
    // A response without a type of its own is one by its first bytes.
    let untyped = String::from_utf8(of("response", "u", page))
        .unwrap()
        .replace("Content-Type: application/http\r\n", "");
    let odd = String::from_utf8(of("response", "o", b"ssh"))
        .unwrap()
        .replace("application/http", "text/dns");
    let all = [
        &of("request", "q", b"GET /")[..],
        &of("response", "r", page),
        untyped.as_bytes(),
        &of("revisit", "v", b""),
        &of("request", "p", b"GET /"),
        &of("resource", "s", page),
        &of("\x1b[2J", "x", b""),
        odd.as_bytes(),
    ]
    .concat();
    let intake = read(&all);
    assert_eq!(told(&all), ("r u".into(), vec![]));
    let others: Vec<(&str, u64)> = intake.other_records.into_iter().collect();
    let want = [
        ("of another kind", 1),
        ("request", 2),
        ("resource", 1),
        ("response without HTTP", 1),
        ("revisit", 1),
    ];
    assert_eq!(others, want);
}

#[test]
fn a_record_may_stand_in_several_members() {
    let texts: Vec<Vec<u8>> = (0..60).map(|n| text(&format!("t{n}"))).collect();
    let names: Vec<String> = (0..60).map(|n| format!("t{n}")).collect();
    let whole = texts.concat();
    for size in [1, 7, 97, 200, 1000, 7000] {
        let cut: Vec<u8> = whole.chunks(size).flat_map(gzip).collect();
        assert_eq!(told(&cut), (names.join(" "), vec![]), "{size}");
    }
    let halves: Vec<u8> = texts
        .iter()
        .flat_map(|t| [gzip(&t[..t.len() - 20]), gzip(&t[t.len() - 20..])].concat())
        .collect();
    assert_eq!(told(&halves), (names.join(" "), vec![]));
    // A record that is cut short is one fault, and takes nothing of the next.
    let (a, b) = (text("a"), text("b"));
    assert_eq!(
        told(&[gzip(&a[..a.len() - 20]), gzip(&b)].concat()),
        ("b".into(), vec![("bad-warc", 1)])
    );
    assert_eq!(
        told(&[gzip(&a[..a.len() - 20]), gzip(&[b"X", &b[..]].concat())].concat()),
        ("b".into(), vec![("bad-warc", 1)])
    );
    let mut hurt = gzip(&b);
    hurt[20..].fill(0xff);
    let all = [gzip(&a[..a.len() - 20]), hurt, gzip(&text("c"))].concat();
    assert_eq!(told(&all), ("c".into(), vec![("broken-compression", 1), ("bad-warc", 1)]));
}

#[cfg(feature = "cli")]
#[test]
fn an_archive_without_pages_is_not_taken_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.warc");
    std::fs::write(&path, of_length("resource", "s", 2, b"hi")).unwrap();
    let said = nearcopy().arg("scan").arg(&path).refused();
    assert!(
        said.contains("1 archive: passed over as no pages: 1 (1 resource)")
            && !said.contains("looked for"),
        "{said}"
    );
}

#[cfg(feature = "cli")]
mod cleaned {
    use super::*;
    use std::path::Path;

    /// A record with more fields.
    fn with(kind: &str, id: &str, more: &str, body: &[u8]) -> Vec<u8> {
        let record = String::from_utf8(of_length(kind, id, body.len() as u64, body)).unwrap();
        record.replacen("WARC-Date", &format!("{more}WARC-Date"), 1).into_bytes()
    }

    fn page(id: &str, words: &str) -> Vec<u8> {
        let words = format!("{words} stand on this page, ").repeat(30);
        with(
            "response",
            id,
            "",
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{words}").as_bytes(),
        )
    }

    /// Without the name of the record.
    fn bare(record: &[u8], id: &str) -> Vec<u8> {
        String::from_utf8(record.to_vec())
            .unwrap()
            .replace(&format!("WARC-Record-ID: <urn:{id}>\r\n"), "")
            .into_bytes()
    }

    /// What is left, and what was said.
    fn dedupe(from: &Path, bytes: &[u8]) -> (Vec<u8>, String) {
        std::fs::write(from, bytes).unwrap();
        let to = from.with_file_name("clean.warc");
        let program = nearcopy().arg("dedupe").arg(from).arg("-o").arg(&to);
        let said = program.args(["--max-removed", "100%"]).done().err;
        (std::fs::read(&to).unwrap(), said)
    }

    #[test]
    fn revisits_of_what_went_stay_and_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (
            page("a", "Some words that are one and the same"),
            page("b", "Some words that are one and the same"),
        );
        let revisit = |id: &str, to: &str| {
            with("revisit", id, &format!("WARC-Refers-To: <urn:{to}>\r\n"), b"")
        };
        let (good, left) = (revisit("v", "a"), revisit("w", "b"));
        let (out, said) =
            dedupe(&folder.path().join("in.warc"), &[&a[..], &b, &good, &left].concat());
        assert!(out == [&a[..], &good, &left].concat());
        assert!(
            said.contains("1 revisit") && said.contains("in.warc:4") && !said.contains("in.warc:3"),
            "{said}"
        );
        let (_, said) = dedupe(&folder.path().join("in.warc"), &[&a[..], &good].concat());
        assert!(!said.contains("refer"), "{said}");
    }

    #[test]
    fn records_without_a_name_go_with_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (
            page("a", "Some words that are one and the same"),
            page("b", "Some words that are one and the same"),
        );
        let note = bare(&with("metadata", "m", "", b"note: x"), "m");
        let (out, _) =
            dedupe(&folder.path().join("in.warc"), &[&a[..], &bare(&b, "b"), &note].concat());
        assert!(out == [&a[..], &note].concat(), "{}", String::from_utf8_lossy(&out));
    }

    #[test]
    fn what_is_damaged_is_the_same_in_another_container() {
        let folder = tempfile::tempdir().unwrap();
        let pages = ["some", "of the other", "here are many", "and last the"]
            .map(|words| page(&words[..2], words));
        for damaged in [
            pages[1][..pages[1].len() - 70].to_vec(),
            [b"X", &pages[1][..]].concat(),
            pages[1][..90].to_vec(),
        ] {
            let all = [
                gzip(&pages[0]),
                gzip(&damaged),
                gzip(&pages[2]),
                gzip(&pages[0]),
                gzip(&pages[3]),
            ]
            .concat();
            let before = read(&all);
            let (out, _) = dedupe(&folder.path().join("in.warc.gz"), &all);
            assert_eq!(read(&out).documents.len(), before.documents.len() - 1);
            assert_eq!(read(&out).skipped, before.skipped);
        }
    }

    #[test]
    fn records_in_several_members_are_cleaned() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (
            page("a", "Some words that are one and the same"),
            page("b", "Some words that are one and the same"),
        );
        let c = page("c", "And the words of quite another one that says other things");
        for size in [100, 333, 1000, 5000] {
            let all: Vec<u8> = [&a[..], &b, &c].concat().chunks(size).flat_map(gzip).collect();
            let (out, _) = dedupe(&folder.path().join("in.warc.gz"), &all);
            assert!(out == [&a[..], &c].concat(), "{size}: {}", String::from_utf8_lossy(&out));
        }
    }
}
