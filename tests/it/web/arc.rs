//! Archives in the older format ARC: read, damaged and cleaned as WARC is.

use super::crawls::{gzip, written};
use super::*;

/// Which version of the format a record is written in.
#[derive(Clone, Copy, PartialEq)]
enum Version {
    One,
    Two,
}

use Version::{One, Two};

/// A record of this length, as its line says.
fn of_length(version: Version, target: &str, length: usize, body: &[u8]) -> Vec<u8> {
    let more = if version == Two { " 200 abc0123 - 209 old.arc" } else { "" };
    let line = format!("{target} 10.0.0.1 20260503100000 text/html{more} {length}\n");
    [line.as_bytes(), body, b"\n"].concat()
}

fn record(version: Version, target: &str, body: &[u8]) -> Vec<u8> {
    of_length(version, target, body.len(), body)
}

fn answer(version: Version, target: &str, head: &str, page: &[u8]) -> Vec<u8> {
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}\r\n");
    record(version, target, &[http.as_bytes(), page].concat())
}

fn page(name: &str) -> Vec<u8> {
    fs::read(format!("tests/pages/{name}.html")).unwrap()
}

/// The record with which a file begins.
fn first(version: Version) -> Vec<u8> {
    let body = match version {
        One => "1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n",
        Two => {
            "2 0 Crawler\nURL IP-address Archive-date Content-type Result-code Checksum Location \
             Offset Filename Archive-length\n"
        }
    };
    record(version, "filedesc://old.arc", body.as_bytes())
}

/// An article, its mirror, what is no page, and another article.
fn crawl(version: Version) -> Vec<Vec<u8>> {
    vec![
        first(version),
        answer(version, "http://one.example/a", "", &page("article")),
        record(version, "dns:one.example", b"20260503100000\none.example. 60 IN A 10.0.0.1\n"),
        answer(version, "http://two.example/a b", "", &page("article-elsewhere")),
        record(version, "http://one.example/gone", b"HTTP/1.1 404 Not Found\r\n\r\nnothing"),
        answer(
            version,
            "http://one.example/b",
            "Content-Encoding: gzip\r\n",
            &gzip(&page("chinese")),
        ),
    ]
}

fn members(records: &[Vec<u8>]) -> Vec<u8> {
    records.iter().flat_map(|record| gzip(record)).collect()
}

fn counted(intake: &ReadResult) -> Vec<(&str, u64)> {
    intake.skipped.iter().map(|(reason, n)| (reason.name(), *n)).collect()
}

fn numbers(intake: &ReadResult) -> Vec<u64> {
    intake.documents.iter().filter_map(|d| d.info.record).collect()
}

#[test]
fn both_versions_are_read_record_by_record() {
    let folder = tempfile::tempdir().unwrap();
    for version in [One, Two] {
        let records = crawl(version);
        for (name, bytes) in [
            ("a.arc", records.concat()),
            ("a.arc.gz", members(&records)),
            ("whole.arc.gz", gzip(&records.concat())),
            ("a.arc.zst", zstd::stream::encode_all(&records.concat()[..], 1).unwrap()),
            ("nameless", records.concat()),
            ("packed", members(&records)),
            ("padded.arc.gz", [members(&records), vec![0; 5000]].concat()),
            ("two.arc.gz", [members(&records), gzip(&first(One))].concat()),
        ] {
            let intake = taken(&written(folder.path(), name, &bytes));
            let got: Vec<_> = intake
                .documents
                .iter()
                .map(|d| (d.info.id.as_str(), d.info.record, d.info.source.as_deref()))
                .collect();
            let want = [
                ("http://one.example/a", Some(2), Some("one.example")),
                ("http://two.example/a b", Some(4), Some("two.example")),
                ("http://one.example/b", Some(6), Some("one.example")),
            ];
            assert_eq!(got, want, "{name}: {:?}", intake.problems);
            assert_eq!(counted(&intake), [("not-a-page", 1)], "{name}: {:?}", intake.problems);
            let others: Vec<_> = intake.other_records.iter().map(|(k, n)| (*k, *n)).collect();
            let described = if name == "two.arc.gz" { 2 } else { 1 };
            assert_eq!(others, [("filedesc", described), ("response without HTTP", 1)]);
            let [one, ..] = &intake.documents[..] else { unreachable!() };
            assert_eq!(one.info.date.as_deref(), Some("2026-05-03T10:00:00Z"));
            assert!(one.text.starts_with("Harbour bridge") && one.info.title.is_some());
            assert_eq!(intake.sources[0].format, nearcopy::ingest::Format::Arc);
        }
    }
}

#[test]
fn what_is_broken_is_named_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str, bytes: Vec<u8>| taken(&written(folder.path(), name, &bytes));
    for version in [One, Two] {
        let records = crawl(version);
        let swapped = |with: Vec<u8>| {
            let mut all = records.clone();
            all[3] = with;
            all
        };
        // Cut in the last record, in the last line of a header, and in a member.
        let plain = records.concat();
        for cut in [20, records[5].len() - 20] {
            let intake = read("cut.arc", plain[..plain.len() - cut].to_vec());
            assert_eq!(numbers(&intake), [2, 4], "{cut}");
            assert_eq!(counted(&intake), [("cut-short", 1), ("not-a-page", 1)], "{cut}");
        }
        let packed = members(&records);
        let intake = read("cut.arc.gz", packed[..packed.len() - 20].to_vec());
        assert_eq!(counted(&intake), [("broken-compression", 1), ("not-a-page", 1)]);
        // A member that is damaged, and one that is none.
        let mut hurt: Vec<Vec<u8>> = records.iter().map(|r| gzip(r)).collect();
        let middle = hurt[3].len() / 2;
        hurt[3][middle..middle + 9].fill(0xaa);
        let intake = read("hurt.arc.gz", hurt.concat());
        // Whether the number of the damaged one is known depends on where its data breaks.
        assert_eq!(intake.documents.len(), 2);
        assert_eq!(intake.documents[1].info.id, "http://one.example/b");
        assert_eq!(counted(&intake), [("broken-compression", 1), ("not-a-page", 1)]);
        hurt[3] = b"no member at all".to_vec();
        assert_eq!(numbers(&read("none.arc.gz", hurt.concat())), [2, 5]);
        // A length that is too long, too short, beyond what is held, or no number.
        let body =
            [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", &page("article-elsewhere")[..]];
        let body = body.concat();
        for length in [body.len() + 100, body.len() - 100, 1_000_000, 1 << 40] {
            let all = swapped(of_length(version, "http://two.example/", length, &body));
            for (name, bytes) in [("wrong.arc", all.concat()), ("wrong.arc.gz", members(&all))] {
                let intake = read(name, bytes);
                assert_eq!(numbers(&intake), [2, 6], "{name} {length}");
                assert_eq!(counted(&intake), [("not-a-page", 1), ("bad-arc", 1)], "{length}");
            }
        }
        let huge = "http://two.example/ 10.0.0.1 20260503100000 text/html 99999999999999999999\n";
        let intake = read("huge.arc", swapped(huge.into()).concat());
        assert_eq!((numbers(&intake), counted(&intake)[1]), (vec![2, 6], ("bad-arc", 1)));
        // A body that is cut, the next record right behind it; bytes that are no record.
        let whole = answer(version, "http://two.example/", "", &page("article-elsewhere"));
        let intake = read("short.arc", swapped(whole[..whole.len() - 50].to_vec()).concat());
        assert_eq!((numbers(&intake), counted(&intake)[1]), (vec![2, 6], ("bad-arc", 1)));
        let intake = read("junk.arc", swapped(b"some bytes\nof junk\n".to_vec()).concat());
        assert_eq!((numbers(&intake), counted(&intake)[1]), (vec![2, 5], ("bad-arc", 1)));
        // A line that is wrong in itself costs its own record and not the one before it, and an
        // address of another scheme is one.
        let with = |line: &str| {
            let odd = [line.as_bytes(), &body, b"\n"].concat();
            [&records[..2], &[odd], &records[2..]].concat().concat()
        };
        let intake = read("line.arc", with("http://x/ 10.0.0.1 20260503100000 text/html x551\n"));
        assert_eq!(numbers(&intake), [2, 4, 6]);
        assert_eq!(counted(&intake), [("not-a-page", 1), ("bad-arc", 1)]);
        let line = format!("file:///srv/a 10.0.0.1 20260503100000 text/html {}\n", body.len());
        let intake = read("scheme.arc", with(&line));
        assert_eq!(numbers(&intake), [2, 3, 5, 7]);
        assert_eq!(counted(&intake), [("not-a-page", 1)]);
        // A record that is longer than what is held.
        let large = answer(version, "http://two.example/", "", &vec![b' '; 65 << 20]);
        let intake = read("large.arc.gz", members(&swapped(large)));
        assert_eq!((numbers(&intake)), [2, 6]);
        assert_eq!(counted(&intake), [("page-too-large", 1), ("not-a-page", 1)]);
    }
    let intake = read("none.arc", b"ArC\x01 another kind of archive".to_vec());
    assert_eq!((numbers(&intake), counted(&intake)), (vec![], vec![("bad-arc", 1)]));
}

#[test]
fn a_record_may_stand_in_several_members() {
    let folder = tempfile::tempdir().unwrap();
    let whole = crawl(One).concat();
    for size in [7, 97, 1000] {
        let cut: Vec<u8> = whole.chunks(size).flat_map(gzip).collect();
        let intake = taken(&written(folder.path(), "a.arc.gz", &cut));
        assert_eq!(numbers(&intake), [2, 4, 6], "{size}: {:?}", intake.problems);
        assert_eq!(counted(&intake), [("not-a-page", 1)]);
    }
}

#[test]
fn archives_are_cleaned_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let dedupe = |from: &Path, to: &Path| nearcopy().arg("dedupe").arg(from).arg("-o").arg(to);
    for version in [One, Two] {
        let records = crawl(version);
        let kept: Vec<Vec<u8>> = [0, 1, 2, 4, 5].map(|at: usize| records[at].clone()).into();
        for (name, bytes, want) in [
            ("a.arc", records.concat(), Some(kept.concat())),
            ("a.arc.gz", members(&records), Some(members(&kept))),
            ("whole.arc.gz", gzip(&records.concat()), None),
        ] {
            let from = written(folder.path(), name, &bytes);
            let (to, gone) = (folder.path().join("clean"), folder.path().join("gone.jsonl"));
            let to = to.with_extension(if name.ends_with(".gz") { "arc.gz" } else { "arc" });
            dedupe(&from, &to).arg("--removed").arg(&gone).done();
            let got = fs::read(&to).unwrap();
            if let Some(want) = want {
                assert!(got == want, "{name}: {} bytes, not {}", got.len(), want.len());
            }
            assert_eq!(taken(&to).documents.len(), 2, "{name}");
            let removed = fs::read_to_string(&gone).unwrap();
            let right = removed.lines().count() == 1 && removed.contains("http://two.example/a b");
            assert!(right, "{removed}");
            // As another container, and as records.
            let other = folder.path().join("other.arc");
            dedupe(&from, &other).done();
            assert!(fs::read(&other).unwrap() == kept.concat(), "{name} as plain");
            let lines = folder.path().join("clean.jsonl");
            dedupe(&from, &lines).done();
            let text = fs::read_to_string(&lines).unwrap();
            assert!(text.lines().count() == 2 && text.contains("\"http://one.example/b\""));
            // What has no copy passes as it is stored.
            dedupe(&to, &folder.path().join("again")).done();
            assert!(fs::read(folder.path().join("again")).unwrap() == got, "{name} again");
        }
        let from = written(folder.path(), "a.arc", &records.concat());
        let said = dedupe(&from, &folder.path().join("b.arc")).args(["--remove", "paragraphs"]);
        assert!(said.refused().contains("is ARC, which is kept whole or removed whole"));
        let said = dedupe(&from, &folder.path().join("b.warc")).refused();
        assert!(said.contains("ARC") && said.contains("jsonl"), "{said}");
    }
}
