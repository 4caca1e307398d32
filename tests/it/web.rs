//! Pages of the web: how much of an article is taken out of its page, and what commands do with
//! pages.

mod arc;
mod around;
mod carried;
mod crawls;
mod shapes;

use crate::program::nearcopy;
use crawls::{crawl, gzip, written};
use nearcopy::ingest::{Input, InputOptions, ReadResult, read};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

fn pages() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> =
        fs::read_dir("tests/pages").unwrap().map(|e| e.unwrap().path()).collect();
    all.retain(|p| p.extension().is_some_and(|e| e == "html"));
    all.sort();
    all
}

fn taken(path: &Path) -> ReadResult {
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
        let [document] = &intake.documents[..] else {
            panic!("{}: {:?}", path.display(), intake.problems)
        };
        let name = path.file_stem().unwrap().to_str().unwrap();
        let (here, there) = shares(&wanted, &document.text);
        println!("| {name} | {:.1} | {:.1} |", 100.0 * here, 100.0 * there);
        assert!(
            here >= 0.95 && there <= 0.05,
            "{name}: {here:.3} kept, {there:.3} other words\n{}",
            document.text
        );
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
    for name in [
        "article",
        "breaks",
        "tables-1999",
        "no-paragraphs",
        "arabic",
        "json-ld",
        "broken",
        "live-blog",
    ] {
        let path = PathBuf::from(format!("tests/pages/{name}.html"));
        let wanted = fs::read_to_string(path.with_extension("txt")).unwrap();
        let text = &taken(&path).documents[0].text;
        // A paragraph of the article begins and ends where one of the text does, but for a time in
        // front of it.
        for paragraph in wanted.trim().split("\n\n") {
            let bare = if name == "live-blog" && paragraph.as_bytes()[0].is_ascii_digit() {
                &paragraph[6..]
            } else {
                paragraph
            };
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
    assert_eq!(of("article-elsewhere"), some("northern-post.example", "2026-02-11"));
    assert_eq!(of("json-ld"), some("Karlsberg Star", "2026-04-02T06:00:00Z"));
    assert_eq!(of("amp"), some("Lowland News", "2026-03-20"));
    assert_eq!(of("chinese"), (None, Some("2026-03-02".into())));
    assert_eq!(of("breaks"), (None, None));
    let options = InputOptions::default().with(|s| s.id_field = Some("url".into()));
    let named = read(&[Input::Path("tests/pages/article.html".into())], &options, &|_| true);
    assert_eq!(named.documents[0].info.id, "https://courier.example/local/harbour-bridge");
}

#[test]
fn one_article_in_two_templates_is_a_near_copy() {
    let report = nearcopy()
        .args([
            "scan",
            "tests/pages/article.html",
            "tests/pages/article-elsewhere.html",
            "--format",
            "json",
        ])
        .done()
        .out();
    assert!(report.contains("\"near-copy\"") || report.contains("\"equal\":[["), "{report}");
    let all = nearcopy().args(["scan", "tests/pages", "--format", "json"]).done().out();
    let report: serde_json::Value = serde_json::from_str(&all).unwrap();
    // The wanted texts lie beside the pages: each page is a near-copy of its own text, the two
    // templates of one article are one cluster.
    let clusters = report["clusters"].as_array().unwrap();
    let with = |name: &str| {
        clusters.iter().find(|c| c["members"].as_array().unwrap().iter().any(|m| m == name))
    };
    for path in pages() {
        let shown = path.to_str().unwrap().replace('\\', "/");
        let cluster = with(&shown).unwrap_or_else(|| panic!("{shown} stands alone"));
        let members: Vec<&str> =
            cluster["members"].as_array().unwrap().iter().filter_map(|m| m.as_str()).collect();
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
    let html = InputOptions::default().with(|s| s.format = Some(nearcopy::ingest::Format::Html));
    assert_eq!(
        read(&[Input::Path(path.clone())], &html, &|_| true).documents[0].text,
        "Only a piece of a page."
    );
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
    let said = nearcopy().arg("scan").arg(folder.path()).done().err;
    assert!(
        said.contains("skipped as page-too-deep: 1")
            && said.contains("1 page in another encoding than named"),
        "{said}"
    );
}

#[test]
fn dedupe_copies_pages_whole_and_refuses_to_cut_them() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&from).unwrap();
    for name in ["article", "article-elsewhere", "chinese", "windows-1252"] {
        fs::copy(format!("tests/pages/{name}.html"), from.join(format!("{name}.html"))).unwrap();
    }
    nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&to).done();
    let mut left: Vec<String> =
        fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["article.html", "chinese.html", "windows-1252.html"]);
    for name in &left {
        assert_eq!(fs::read(from.join(name)).unwrap(), fs::read(to.join(name)).unwrap(), "{name}");
    }
    for flags in [&["--remove", "passages"][..], &["--annotate"]] {
        let other = folder.path().join("other");
        let said = nearcopy().arg("dedupe").arg(&from).arg("-o").arg(&other).args(flags).refused();
        assert!(
            said.contains("article-elsewhere.html is HTML, which is kept whole or removed whole"),
            "{said}"
        );
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
    let archive = written(
        folder.path(),
        "a.warc.gz",
        &crawl().iter().flat_map(|r| gzip(r)).collect::<Vec<u8>>(),
    );
    for (from, ids) in [
        (&pages, ["article.html", "chinese.html"]),
        (&archive, ["http://one.example/a", "http://one.example/b"]),
    ] {
        nearcopy()
            .arg("dedupe")
            .arg(from)
            .arg("-o")
            .arg(&out)
            .args(["--removed"])
            .arg(folder.path().join("gone"))
            .done();
        let lines = fs::read_to_string(&out).unwrap();
        let records: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (record, id) in records.iter().zip(ids) {
            assert!(record["id"].as_str().unwrap().ends_with(id), "{record}");
        }
        assert!(
            records[0]["text"].as_str().unwrap().starts_with("Harbour bridge")
                && records[0]["title"].as_str().unwrap().starts_with("Harbour bridge")
                && records[0]["date"].is_string()
        );
        // What is read again is what was written, and its copies are gone.
        let again = taken(&out);
        assert_eq!(again.documents.len(), records.len());
        assert!(again.documents[0].info.source.is_some());
        assert_eq!(fs::read_to_string(folder.path().join("gone")).unwrap().lines().count(), 1);
        fs::remove_file(folder.path().join("gone")).unwrap();
    }
    // As records, articles can be cut and marked.
    nearcopy().arg("dedupe").arg(&pages).arg("-o").arg(&out).args(["--annotate"]).done();
    assert_eq!(fs::read_to_string(&out).unwrap().matches("near-copy").count(), 1);
    let said = nearcopy().arg("dedupe").arg(&pages).args(["-o", "x.csv"]).refused();
    assert!(said.contains("of that format or of .jsonl"));
}
