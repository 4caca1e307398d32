//! Archives of the web, read and cleaned record by record.

use super::*;
use crate::ingest::pack;

/// A record of an archive.
fn record(kind: &str, id: &str, target: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let typed = if kind == "conversion" { "text/plain" } else { "application/http" };
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{id}>\r\nWARC-Target-URI: \
         {target}\r\nWARC-Date: \
         2026-05-03T10:00:00Z\r\nContent-Type: {typed}\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body, b"\r\n\r\n"].concat()
}

fn response(id: &str, target: &str, page: &[u8]) -> Vec<u8> {
    record(
        "response",
        id,
        target,
        "",
        &[b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", page].concat(),
    )
}

fn request(id: &str, to: &str) -> Vec<u8> {
    record(
        "request",
        id,
        "http://x/",
        &format!("WARC-Concurrent-To: <urn:{to}>\r\n"),
        b"GET / HTTP/1.1\r\n\r\n",
    )
}

fn page(name: &str) -> Vec<u8> {
    fs::read(format!("tests/pages/{name}.html")).unwrap()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    pack(".gz", bytes)
}

/// An article, its mirror with request and note, and another; a text.
pub fn crawl() -> Vec<Vec<u8>> {
    vec![
        record("warcinfo", "i", "", "", b"software: x\r\n"),
        request("q1", "r1"),
        response("r1", "http://one.example/a", &page("article")),
        response("r2", "http://two.example:80/a", &page("article-elsewhere")),
        request("q2", "r2"),
        record(
            "metadata",
            "m2",
            "http://two.example/a",
            "WARC-Concurrent-To: <urn:r2>\r\n",
            b"fetchTimeMs: 9\r\n",
        ),
        response("r3", "http://one.example/b", &page("chinese")),
        record("conversion", "c", "http://three.example/c", "", b"Only some words of plain text."),
    ]
}

pub fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn counted(intake: &ReadResult) -> Vec<(&str, u64)> {
    intake.skipped.iter().map(|(reason, n)| (reason.name(), *n)).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

#[test]
fn archives_are_read_record_by_record() {
    let folder = tempfile::tempdir().unwrap();
    let records = crawl();
    let members =
        |pack: fn(&[u8]) -> Vec<u8>| records.iter().flat_map(|r| pack(r)).collect::<Vec<u8>>();
    for (name, bytes) in [
        ("a.warc", records.concat()),
        ("a.warc.gz", members(gzip)),
        ("whole.warc.gz", gzip(&records.concat())),
        ("a.warc.zst", members(zstd)),
        ("nameless", records.concat()),
        ("packed", members(gzip)),
        ("padded.warc.gz", [members(gzip), vec![0; 5000]].concat()),
    ] {
        let intake = taken(&written(folder.path(), name, &bytes));
        let got: Vec<_> = intake
            .documents
            .iter()
            .map(|d| (d.info.id.as_str(), d.info.record, d.info.source.as_deref()))
            .collect();
        let want = [
            ("http://one.example/a", Some(3), Some("one.example")),
            ("http://two.example:80/a", Some(4), Some("two.example")),
            ("http://one.example/b", Some(7), Some("one.example")),
            ("http://three.example/c", Some(8), Some("three.example")),
        ];
        assert_eq!(got, want, "{name}: {:?}", intake.problems);
        assert_eq!(intake.documents[0].info.date.as_deref(), Some("2026-05-03T10:00:00Z"));
        assert!(intake.documents[0].text.starts_with("Harbour bridge"));
        let title = intake.documents[0].info.title.as_deref().unwrap();
        assert!(title.starts_with("Harbour bridge"), "{title}");
        assert_eq!(intake.documents[3].info.title, None, "a plain text");
        assert_eq!((counted(&intake), intake.encodings.len()), (vec![], 1), "{name}");
    }
}

#[test]
fn what_is_broken_in_an_archive_is_named_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let records = crawl();
    let read = |name: &str, bytes: Vec<u8>| {
        let intake = taken(&written(folder.path(), name, &bytes));
        (intake.documents.iter().map(|d| d.info.record.unwrap()).collect::<Vec<u64>>(), intake)
    };
    let swapped = |at: usize, with: &[u8]| {
        let mut all = records.clone();
        all[at] = with.to_vec();
        all
    };
    // Cut in the last record.
    let plain = records.concat();
    let (numbers, intake) = read("cut.warc", plain[..plain.len() - 20].to_vec());
    assert_eq!((numbers, counted(&intake)), (vec![3, 4, 7], vec![("cut-short", 1)]));
    assert!(
        intake.problems[0].message.contains("cut short") && intake.problems[0].record == Some(8)
    );
    let packed: Vec<u8> = records.iter().flat_map(|r| gzip(r)).collect();
    let (numbers, intake) = read("cut.warc.gz", packed[..packed.len() - 20].to_vec());
    assert_eq!((numbers, counted(&intake)), (vec![3, 4, 7], vec![("broken-compression", 1)]));
    // A member that is damaged, and one that is none.
    let mut hurt: Vec<Vec<u8>> = records.iter().map(|r| gzip(r)).collect();
    let middle = hurt[3].len() / 2;
    hurt[3][middle..middle + 9].fill(0xaa);
    let (numbers, intake) = read("hurt.warc.gz", hurt.concat());
    assert_eq!((numbers, counted(&intake)), (vec![3, 7, 8], vec![("broken-compression", 1)]));
    hurt[3] = b"no member at all".to_vec();
    let (numbers, intake) = read("none.warc.gz", hurt.concat());
    assert_eq!((numbers, counted(&intake)), (vec![3, 6, 7], vec![("broken-compression", 1)]));
    // A length that is too long, too short, or none.
    let text = String::from_utf8(records[3].clone()).unwrap();
    let start = text.find("Content-Length: ").unwrap() + 16;
    let length: usize = text[start..].split('\r').next().unwrap().parse().unwrap();
    for wrong in [
        format!("{}", length + 100),
        format!("{}", length - 100),
        "1000000".into(),
        "many".into(),
        format!("{}", u64::MAX),
    ] {
        let bad = text.replacen(
            &format!("Content-Length: {length}"),
            &format!("Content-Length: {wrong}"),
            1,
        );
        let all = swapped(3, bad.as_bytes());
        let (numbers, intake) = read("wrong.warc", all.concat());
        assert_eq!((numbers, counted(&intake)), (vec![3, 7, 8], vec![("bad-warc", 1)]), "{wrong}");
        let (numbers, intake) = read("wrong.warc.gz", all.iter().flat_map(|r| gzip(r)).collect());
        assert_eq!((numbers, counted(&intake)), (vec![3, 7, 8], vec![("bad-warc", 1)]), "{wrong}");
    }
    // Bytes between records, and pages that are none.
    let (numbers, intake) = read("junk.warc", swapped(0, b"some bytes of junk\r\n\r\n").concat());
    assert_eq!((numbers, counted(&intake)), (vec![2, 3, 6, 7], vec![("bad-warc", 1)]));
    let deep = response("r2", "http://x/", "<div>".repeat(100_000).as_bytes());
    assert_eq!(counted(&read("deep.warc", swapped(3, &deep).concat()).1), [("page-too-deep", 1)]);
    let gone = record(
        "response",
        "r2",
        "http://x/",
        "",
        b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\nx",
    );
    assert_eq!(counted(&read("gone.warc", swapped(3, &gone).concat()).1), [("not-a-page", 1)]);
    let bomb = [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n".to_vec(),
        gzip(&vec![b' '; 17 << 20]),
    ];
    let bomb = record("response", "r2", "http://x/", "", &bomb.concat());
    assert_eq!(counted(&read("bomb.warc", swapped(3, &bomb).concat()).1), [("page-too-large", 1)]);
    let large = response("r2", "http://x/", &vec![b' '; 65 << 20]);
    let (numbers, intake) =
        read("large.warc.gz", swapped(3, &large).iter().flat_map(|r| gzip(r)).collect());
    assert_eq!((numbers, counted(&intake)), (vec![3, 7, 8], vec![("page-too-large", 1)]));
}

#[test]
fn archives_are_cleaned_member_by_member() {
    let folder = tempfile::tempdir().unwrap();
    let records = crawl();
    let kept: Vec<&Vec<u8>> =
        records.iter().enumerate().filter(|(i, _)| !matches!(i, 3..=5)).map(|(_, r)| r).collect();
    let packed = |pack: fn(&[u8]) -> Vec<u8>, of: &[&Vec<u8>]| {
        of.iter().flat_map(|r| pack(r)).collect::<Vec<u8>>()
    };
    let all: Vec<&Vec<u8>> = records.iter().collect();
    let plain = |of: &[&Vec<u8>]| of.iter().flat_map(|r| r.to_vec()).collect::<Vec<u8>>();
    for (name, bytes, want) in [
        ("a.warc", plain(&all), Some(plain(&kept))),
        ("a.warc.gz", packed(gzip, &all), Some(packed(gzip, &kept))),
        ("a.warc.zst", packed(zstd, &all), Some(packed(zstd, &kept))),
        ("whole.warc.gz", gzip(&plain(&all)), None),
    ] {
        let from = written(folder.path(), name, &bytes);
        let (to, gone) =
            (folder.path().join(format!("clean-{name}")), folder.path().join("gone.jsonl"));
        nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).arg("--removed").arg(&gone).done();
        let got = fs::read(&to).unwrap();
        if let Some(want) = want {
            assert!(got == want, "{name}: {} bytes, not {}", got.len(), want.len());
        }
        let again = taken(&to);
        let ids: Vec<&str> = again.documents.iter().map(|d| d.info.id.as_str()).collect();
        assert_eq!(
            ids,
            ["http://one.example/a", "http://one.example/b", "http://three.example/c"],
            "{name}"
        );
        let removed = fs::read_to_string(&gone).unwrap();
        assert!(
            removed.lines().count() == 1 && removed.contains("WARC-Record-ID: <urn:r2>"),
            "{removed}"
        );
        // As another container.
        let other = folder.path().join("other.warc");
        nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&other).done();
        assert!(fs::read(&other).unwrap() == plain(&kept), "{name} as plain");
    }
}

#[test]
fn an_archive_without_copies_passes_and_none_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut records = crawl();
    records.drain(3..6);
    let mut bytes: Vec<u8> = records.iter().flat_map(|r| gzip(r)).collect();
    // Damage passes too.
    bytes.extend([&gzip(b"x")[..9], &[0; 7]].concat());
    let (from, to) = (written(folder.path(), "a.warc.gz", &bytes), folder.path().join("b.warc.gz"));
    let dedupe = || nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to);
    assert!(dedupe().refused().contains("broken-compression") && !to.exists());
    dedupe().args(["--on-error", "skip"]).done();
    assert!(fs::read(&to).unwrap() == bytes);
    let said = dedupe().args(["--on-error", "skip", "--remove", "paragraphs"]).refused();
    assert!(said.contains("is WARC, which is kept whole or removed whole"));
}
