//! Pages of the web: how much of an article is taken out of its page, and what commands do with pages.

use assert_cmd::Command;
use nearcopy::ingest::{Input, InputOptions, Intake, read};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir("tests/pages").unwrap().map(|e| e.unwrap().path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "html"));
    all.sort();
    all
}

fn taken(path: &Path) -> Intake {
    read(&[Input::Path(path.into())], &InputOptions::default(), &|_| true)
}

/// How often each word stands in a text; a Han character is a word.
fn words(text: &str) -> HashMap<String, u64> {
    let mut counts = HashMap::new();
    let mut add = |word: &str| *counts.entry(word.to_lowercase()).or_default() += 1;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        if word.chars().any(|c| ('\u{3400}'..='\u{9fff}').contains(&c)) {
            word.chars().for_each(|c| add(&c.to_string()));
        } else {
            add(word);
        }
    }
    counts
}

/// The share of the wanted words that is there, and the share of other words in what is there.
fn shares(wanted: &str, got: &str) -> (f64, f64) {
    let (wanted, got) = (words(wanted), words(got));
    let both: u64 = wanted.iter().map(|(word, n)| n.min(got.get(word).unwrap_or(&0))).sum();
    let all = |counts: &HashMap<String, u64>| counts.values().sum::<u64>() as f64;
    (both as f64 / all(&wanted), 1.0 - both as f64 / all(&got))
}

#[test]
fn articles_are_taken_out_of_their_pages() {
    let pages = pages();
    assert!(pages.len() >= 20);
    let (mut kept, mut other) = (0.0, 0.0);
    for path in &pages {
        let wanted = fs::read_to_string(path.with_extension("txt")).unwrap();
        let intake = taken(path);
        let [document] = &intake.documents[..] else { panic!("{}: {:?}", path.display(), intake.problems) };
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (here, there) = shares(&wanted, &document.text);
        println!("| {name} | {:.1} | {:.1} |", 100.0 * here, 100.0 * there);
        assert!(here >= 0.95 && there <= 0.05, "{name}: {here:.3} kept, {there:.3} other words\n{}", document.text);
        assert!(!document.text.contains("\n\n\n"), "{name}");
        assert_eq!(document.info.id, document.info.path.as_deref().unwrap());
        kept += here;
        other += there;
    }
    let count = pages.len() as f64;
    println!("| mean of {count} | {:.1} | {:.1} |", 100.0 * kept / count, 100.0 * other / count);
    assert!(kept / count >= 0.99 && other / count <= 0.02);
}

#[test]
fn paragraphs_stand_apart() {
    for name in ["article", "breaks", "tables-1999", "no-paragraphs", "arabic", "json-ld", "broken", "live-blog"] {
        let path = PathBuf::from(format!("tests/pages/{name}.html"));
        let wanted = fs::read_to_string(path.with_extension("txt")).unwrap();
        let text = &taken(&path).documents[0].text;
        // A paragraph of the article begins and ends where one of the text does, but for a time in front of it.
        for paragraph in wanted.trim().split("\n\n") {
            let bare = if name == "live-blog" && paragraph.as_bytes()[0].is_ascii_digit() { &paragraph[6..] } else { paragraph };
            assert!(text.split("\n\n").any(|p| p == bare), "{name}: {bare:?} in\n{text}");
        }
    }
}

#[test]
fn what_a_page_says_about_itself() {
    let of = |name: &str| {
        let document = taken(Path::new(&format!("tests/pages/{name}.html"))).documents.remove(0);
        (document.info.source.map(|s| s.to_string()), document.info.date.map(|d| d.to_string()))
    };
    let some = |source: &str, date: &str| (Some(source.to_owned()), Some(date.to_owned()));
    assert_eq!(of("article"), some("The Marrow Bay Courier", "2026-02-10T07:15:00Z"));
    assert_eq!(of("article-elsewhere"), some("www.northern-post.example", "2026-02-11"));
    assert_eq!(of("json-ld"), some("Karlsberg Star", "2026-04-02T06:00:00Z"));
    assert_eq!(of("amp"), some("Lowland News", "2026-03-20"));
    assert_eq!(of("chinese"), (None, Some("2026-03-02".into())));
    assert_eq!(of("breaks"), (None, None));
    let options = InputOptions { id_field: Some("url".into()), ..InputOptions::default() };
    let named = read(&[Input::Path("tests/pages/article.html".into())], &options, &|_| true);
    assert_eq!(named.documents[0].info.id, "https://courier.example/local/harbour-bridge");
}

fn nearcopy() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("nearcopy"))
}

fn out(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

#[test]
fn one_article_in_two_templates_is_a_near_copy() {
    let report =
        out(nearcopy().args(["scan", "tests/pages/article.html", "tests/pages/article-elsewhere.html", "--format", "json"]));
    assert!(report.contains("\"near-copy\"") || report.contains("\"equal\":[["), "{report}");
    let all = out(nearcopy().args(["scan", "tests/pages", "--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&all).unwrap();
    // The wanted texts lie beside the pages: each page is a near-copy of its own text, the two templates of one article are one cluster.
    let clusters = report["clusters"].as_array().unwrap();
    let with = |name: &str| clusters.iter().find(|c| c["members"].as_array().unwrap().iter().any(|m| m == name));
    for path in pages() {
        let shown = path.to_str().unwrap().replace('\\', "/");
        let cluster = with(&shown).unwrap_or_else(|| panic!("{shown} stands alone"));
        let members: Vec<&str> = cluster["members"].as_array().unwrap().iter().filter_map(|m| m.as_str()).collect();
        assert!(members.contains(&shown.replace(".html", ".txt").as_str()), "{members:?}");
    }
    assert_eq!(with("tests/pages/article.html"), with("tests/pages/article-elsewhere.html"));
}

#[test]
fn other_names_are_told_by_content_or_flag() {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::read("tests/pages/article.html").unwrap();
    let path = folder.path().join("saved");
    fs::write(&path, &page).unwrap();
    assert!(taken(&path).documents[0].text.starts_with("Harbour bridge"));
    // Without a document type and a root it is told by the flag alone.
    fs::write(&path, "<div><p>Only a piece of a page.</div>").unwrap();
    assert!(taken(&path).documents[0].text.starts_with("<div>"));
    let html = InputOptions { format: Some(nearcopy::ingest::Format::Html), ..InputOptions::default() };
    assert_eq!(read(&[Input::Path(path.clone())], &html, &|_| true).documents[0].text, "Only a piece of a page.");
    // A text about pages is a text.
    let text = folder.path().join("about.txt");
    fs::write(&text, "<!DOCTYPE html> is how a page begins.").unwrap();
    assert!(taken(&text).documents[0].text.starts_with("<!DOCTYPE"));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("deep.html", "<div>".repeat(100_000).as_bytes());
    put("empty.html", b"<html><script>let x</script></html>");
    put("lie.html", b"<meta charset=utf-8><p>Gr\xfc\xdfe aus der langen Stra\xdfe");
    put("good.html", b"<title>T</title><p>Words.");
    let intake = taken(folder.path());
    let skipped: Vec<_> = intake.skipped.iter().map(|(reason, n)| (reason.name(), *n)).collect();
    assert_eq!(skipped, [("page-too-deep", 1), ("empty-page", 1)]);
    let texts: Vec<&str> = intake.documents.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(texts, ["T\n\nWords.", "Grüße aus der langen Straße"]);
    assert_eq!(intake.wrong_encodings, 1);
    assert!(intake.wrong_encodings_at[0].ends_with("lie.html"));
    let run = nearcopy().arg("scan").arg(folder.path()).assert().success();
    let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(said.contains("skipped as page-too-deep: 1") && said.contains("1 page in another encoding than named"), "{said}");
}

#[test]
fn dedupe_copies_pages_whole_and_refuses_to_cut_them() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&from).unwrap();
    for name in ["article", "article-elsewhere", "chinese", "windows-1252"] {
        fs::copy(format!("tests/pages/{name}.html"), from.join(format!("{name}.html"))).unwrap();
    }
    nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).assert().success();
    let mut left: Vec<String> = fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["article.html", "chinese.html", "windows-1252.html"]);
    for name in &left {
        assert_eq!(fs::read(from.join(name)).unwrap(), fs::read(to.join(name)).unwrap(), "{name}");
    }
    for flags in [&["--remove", "passages"][..], &["--annotate"]] {
        let other = folder.path().join("other");
        let run = nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&other).args(flags).assert().code(2);
        let said = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
        assert!(said.contains("article-elsewhere.html is HTML, which is kept whole or removed whole"), "{said}");
        assert!(!other.exists());
    }
}

#[test]
fn pages_and_archives_become_json_lines() {
    let folder = tempfile::tempdir().unwrap();
    let (pages, out) = (folder.path().join("pages"), folder.path().join("out.jsonl"));
    fs::create_dir(&pages).unwrap();
    for name in ["article", "article-elsewhere", "chinese"] {
        fs::copy(format!("tests/pages/{name}.html"), pages.join(format!("{name}.html"))).unwrap();
    }
    let archive = written(folder.path(), "a.warc.gz", &crawl().iter().flat_map(|r| gzip(r)).collect::<Vec<u8>>());
    for (from, ids) in [(&pages, ["article.html", "chinese.html"]), (&archive, ["http://one.example/a", "http://one.example/b"])]
    {
        nearcopy()
            .arg("dedupe")
            .arg(from)
            .arg("-o")
            .arg(&out)
            .args(["--removed"])
            .arg(folder.path().join("gone"))
            .assert()
            .success();
        let lines = fs::read_to_string(&out).unwrap();
        let records: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (record, id) in records.iter().zip(ids) {
            assert!(record["id"].as_str().unwrap().ends_with(id), "{record}");
        }
        assert!(records[0]["text"].as_str().unwrap().starts_with("Harbour bridge") && records[0]["date"].is_string());
        // What is read again is what was written, and its copies are gone.
        let again = taken(&out);
        assert_eq!(again.documents.len(), records.len());
        assert!(again.documents[0].info.source.is_some());
        assert_eq!(fs::read_to_string(folder.path().join("gone")).unwrap().lines().count(), 1);
        fs::remove_file(folder.path().join("gone")).unwrap();
    }
    // As records, articles can be cut and marked.
    nearcopy().arg("dedupe").arg(&pages).arg("-o").arg(&out).args(["--annotate"]).assert().success();
    assert_eq!(fs::read_to_string(&out).unwrap().matches("near-copy").count(), 1);
    let run = nearcopy().arg("dedupe").arg(&pages).args(["-o", "x.csv"]).assert().code(2);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("of that format or of .jsonl"));
}

/// A record of an archive.
fn record(kind: &str, id: &str, target: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let typed = if kind == "conversion" { "text/plain" } else { "application/http" };
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{id}>\r\nWARC-Target-URI: {target}\r\nWARC-Date: \
         2026-05-03T10:00:00Z\r\nContent-Type: {typed}\r\n{more}Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body, b"\r\n\r\n"].concat()
}

fn response(id: &str, target: &str, page: &[u8]) -> Vec<u8> {
    record("response", id, target, "", &[b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", page].concat())
}

fn request(id: &str, to: &str) -> Vec<u8> {
    record("request", id, "http://x/", &format!("WARC-Concurrent-To: <urn:{to}>\r\n"), b"GET / HTTP/1.1\r\n\r\n")
}

fn page(name: &str) -> Vec<u8> {
    fs::read(format!("tests/pages/{name}.html")).unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// An article, its mirror with request and note, and another; a text.
fn crawl() -> Vec<Vec<u8>> {
    vec![
        record("warcinfo", "i", "", "", b"software: x\r\n"),
        request("q1", "r1"),
        response("r1", "http://one.example/a", &page("article")),
        response("r2", "http://two.example:80/a", &page("article-elsewhere")),
        request("q2", "r2"),
        record("metadata", "m2", "http://two.example/a", "WARC-Concurrent-To: <urn:r2>\r\n", b"fetchTimeMs: 9\r\n"),
        response("r3", "http://one.example/b", &page("chinese")),
        record("conversion", "c", "http://three.example/c", "", b"Only some words of plain text."),
    ]
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn counted(intake: &Intake) -> Vec<(&str, u64)> {
    intake.skipped.iter().map(|(reason, n)| (reason.name(), *n)).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

#[test]
fn archives_are_read_record_by_record() {
    let folder = tempfile::tempdir().unwrap();
    let records = crawl();
    let members = |pack: fn(&[u8]) -> Vec<u8>| records.iter().flat_map(|r| pack(r)).collect::<Vec<u8>>();
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
        let got: Vec<_> =
            intake.documents.iter().map(|d| (d.info.id.as_str(), d.info.record, d.info.source.as_deref())).collect();
        let want = [
            ("http://one.example/a", Some(3), Some("one.example")),
            ("http://two.example:80/a", Some(4), Some("two.example")),
            ("http://one.example/b", Some(7), Some("one.example")),
            ("http://three.example/c", Some(8), Some("three.example")),
        ];
        assert_eq!(got, want, "{name}: {:?}", intake.problems);
        assert_eq!(intake.documents[0].info.date.as_deref(), Some("2026-05-03T10:00:00Z"));
        assert!(intake.documents[0].text.starts_with("Harbour bridge"));
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
    assert_eq!((numbers, counted(&intake)), (vec![3, 4, 7], vec![("bad-warc", 1)]));
    assert!(intake.problems[0].message.contains("cut short") && intake.problems[0].record == Some(8));
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
    for wrong in
        [format!("{}", length + 100), format!("{}", length - 100), "1000000".into(), "many".into(), format!("{}", u64::MAX)]
    {
        let bad = text.replacen(&format!("Content-Length: {length}"), &format!("Content-Length: {wrong}"), 1);
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
    let gone = record("response", "r2", "http://x/", "", b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\nx");
    assert_eq!(counted(&read("gone.warc", swapped(3, &gone).concat()).1), [("not-a-page", 1)]);
    let bomb =
        [b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n".to_vec(), gzip(&vec![b' '; 17 << 20])];
    let bomb = record("response", "r2", "http://x/", "", &bomb.concat());
    assert_eq!(counted(&read("bomb.warc", swapped(3, &bomb).concat()).1), [("page-too-large", 1)]);
    let large = response("r2", "http://x/", &vec![b' '; 65 << 20]);
    let (numbers, intake) = read("large.warc.gz", swapped(3, &large).iter().flat_map(|r| gzip(r)).collect());
    assert_eq!((numbers, counted(&intake)), (vec![3, 7, 8], vec![("page-too-large", 1)]));
}

#[test]
fn archives_are_cleaned_member_by_member() {
    let folder = tempfile::tempdir().unwrap();
    let records = crawl();
    let kept: Vec<&Vec<u8>> = records.iter().enumerate().filter(|(i, _)| !matches!(i, 3..=5)).map(|(_, r)| r).collect();
    let packed = |pack: fn(&[u8]) -> Vec<u8>, of: &[&Vec<u8>]| of.iter().flat_map(|r| pack(r)).collect::<Vec<u8>>();
    let all: Vec<&Vec<u8>> = records.iter().collect();
    let plain = |of: &[&Vec<u8>]| of.iter().flat_map(|r| r.to_vec()).collect::<Vec<u8>>();
    for (name, bytes, want) in [
        ("a.warc", plain(&all), Some(plain(&kept))),
        ("a.warc.gz", packed(gzip, &all), Some(packed(gzip, &kept))),
        ("a.warc.zst", packed(zstd, &all), Some(packed(zstd, &kept))),
        ("whole.warc.gz", gzip(&plain(&all)), None),
    ] {
        let from = written(folder.path(), name, &bytes);
        let (to, gone) = (folder.path().join(format!("clean-{name}")), folder.path().join("gone.jsonl"));
        nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).arg("--removed").arg(&gone).assert().success();
        let got = fs::read(&to).unwrap();
        if let Some(want) = want {
            assert!(got == want, "{name}: {} bytes, not {}", got.len(), want.len());
        }
        let again = taken(&to);
        let ids: Vec<&str> = again.documents.iter().map(|d| d.info.id.as_str()).collect();
        assert_eq!(ids, ["http://one.example/a", "http://one.example/b", "http://three.example/c"], "{name}");
        let removed = fs::read_to_string(&gone).unwrap();
        assert!(removed.lines().count() == 1 && removed.contains("WARC-Record-ID: <urn:r2>"), "{removed}");
        // As another container.
        let other = folder.path().join("other.warc");
        nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&other).assert().success();
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
    nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).assert().success();
    assert!(fs::read(&to).unwrap() == bytes);
    let run = nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).args(["--remove", "paragraphs"]).assert().code(2);
    assert!(String::from_utf8_lossy(&run.get_output().stderr).contains("is WARC, which is kept whole or removed whole"));
}
