//! The command line: pages for a browser, at once and from a report that was written before.

use crate::program::run;
use crate::scratch::{Here, STORY, near, record};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn corpus() -> Here {
    let here = Here::with(&[("one.txt", STORY), ("two.txt", &near(STORY))]);
    let friday = STORY.replace("Tuesday", "Friday");
    here.write("more.jsonl", record("7", &friday) + &record("8", "Something else altogether."));
    here
}

/// Runs what is expected to work, and answers with what it said on standard error.
fn done(here: &Path, args: &[&str]) -> String {
    let (code, _, err) = run(here, args);
    assert_eq!(code, 0, "{args:?}: {err}");
    err
}

/// What a data element of the page holds.
fn data(page: &str, id: &str) -> Value {
    let (_, from) =
        page.split_once(&format!("<script type=\"application/json\" id=\"{id}\">")).unwrap();
    serde_json::from_str(from.split_once("</script>").unwrap().0).unwrap()
}

#[test]
fn a_report_becomes_the_page_that_the_scan_would_have_made() {
    let dir = corpus();
    let at = dir.path();
    done(
        at,
        &[
            "scan",
            "one.txt",
            "two.txt",
            "more.jsonl",
            "-o",
            "html=scan.html",
            "-o",
            "json=found.json",
            "-o",
            "jsonl=found.jsonl",
            "-q",
        ],
    );
    let page = fs::read_to_string(at.join("scan.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("clockmaker"));
    for report in ["found.json", "found.jsonl"] {
        assert_eq!(done(at, &["report", report, "-o", "made.html"]), "");
        assert_eq!(fs::read_to_string(at.join("made.html")).unwrap(), page);
    }
    let (code, out, _) = run(at, &["report", "found.json"]);
    assert_eq!((code, out), (0, page.clone()));
    let (code, out, _) =
        run(at, &["scan", "one.txt", "two.txt", "more.jsonl", "--format", "html", "-q"]);
    assert_eq!((code, out), (0, page));
}

#[test]
fn texts_that_have_moved_or_changed_are_told_apart() {
    let dir = corpus();
    let at = dir.path();
    done(at, &["scan", "one.txt", "two.txt", "more.jsonl", "-o", "json=found.json", "-q"]);
    // One is gone, one has another text of the same length with a word less, one has moved.
    fs::remove_file(at.join("one.txt")).unwrap();
    let other = fs::read_to_string(at.join("two.txt")).unwrap().replacen(
        "Larkwick said",
        "Larkwickxsaid",
        1,
    );
    fs::write(at.join("two.txt"), other).unwrap();
    fs::create_dir(at.join("moved")).unwrap();
    fs::rename(at.join("more.jsonl"), at.join("moved/more.jsonl")).unwrap();
    let fates = |args: &[&str]| {
        let err = done(at, args);
        let page = fs::read_to_string(at.join("made.html")).unwrap();
        let documents = data(&page, "lists")["documents"].clone();
        let of = |id: &str| {
            documents.as_array().unwrap().iter().find(|d| d[0] == id).unwrap()[6].clone()
        };
        ([of("one.txt"), of("two.txt"), of("7")], err, page)
    };
    let (found, err, page) = fates(&["report", "found.json", "-o", "made.html"]);
    assert_eq!(found, [json!(1), json!(2), json!(1)]);
    assert!(err.contains("of 3 texts 2 not there, 1 not as scanned"), "{err}");
    assert!(
        page.contains("1 document are not those that were scanned")
            && page.contains("2 documents could not be read")
    );
    let (found, ..) =
        fates(&["report", "found.json", "-o", "made.html", "--in", "two.txt", "moved"]);
    assert_eq!(found, [json!(1), json!(2), Value::Null]);
}

#[test]
fn the_page_can_be_smaller_and_have_a_heading() {
    let dir = corpus();
    let at = dir.path();
    done(
        at,
        &["scan", "one.txt", "two.txt", "more.jsonl", "-o", "json=found.json", "--all-pairs", "-q"],
    );
    done(
        at,
        &[
            "report",
            "found.json",
            "-o",
            "made.html",
            "--most-pairs",
            "1",
            "--title",
            "<May> & June",
        ],
    );
    let page = fs::read_to_string(at.join("made.html")).unwrap();
    assert_eq!(data(&page, "lists")["pairs"].as_array().unwrap().len(), 1);
    assert!(page.contains("<title>&lt;May&gt; &amp; June</title>") && page.contains("of 3 pairs"));
}

#[test]
fn what_is_wrong_is_said() {
    let dir = corpus();
    let at = dir.path();
    let refused = |args: &[&str]| {
        let (code, out, err) = run(at, args);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        err
    };
    assert!(refused(&["report", "gone.json"]).contains("gone.json cannot be read"));
    assert!(
        refused(&["report", "one.txt", "-o", "made.html"])
            .contains("one.txt: no report as JSON or JSON Lines")
    );
    assert!(
        refused(&["report", "more.jsonl"])
            .contains("it has no schema, wanted \"nearcopy.report/1\"")
    );
    done(at, &["scan", "one.txt", "two.txt", "-o", "json=found.json", "-q"]);
    for input in ["found.json", "one.txt"] {
        let before = fs::read(at.join(input)).unwrap();
        assert!(
            refused(&["report", "found.json", "-o", input])
                .contains("is an input, and inputs are never changed")
        );
        assert_eq!(fs::read(at.join(input)).unwrap(), before);
    }
    let (code, _, err) = run(at, &["report", "found.json", "-o", "made.html", "--in", "nowhere"]);
    assert_eq!(code, 2);
    assert!(err.contains("nowhere") && !at.join("made.html").exists(), "{err}");
}

#[test]
fn where_there_is_no_page_it_is_said() {
    let dir = corpus();
    let at = dir.path();
    let (code, _, err) = run(at, &["explain", "one.txt", "two.txt", "--format", "html"]);
    assert!(code == 2 && err.contains("explain writes human and json"), "{err}");
    let (code, _, err) =
        run(at, &["dedupe", "more.jsonl", "-o", "clean.jsonl", "--format", "html"]);
    assert!(
        code == 2 && err.contains("--report FILE.html") && !at.join("clean.jsonl").exists(),
        "{err}"
    );
    done(at, &["dedupe", "more.jsonl", "-o", "clean.jsonl", "--report", "html=page.html", "-q"]);
    assert!(fs::read_to_string(at.join("page.html")).unwrap().starts_with("<!DOCTYPE html>"));
}

#[test]
fn check_makes_a_page_too() {
    let dir = corpus();
    let at = dir.path();
    let (code, _, err) = run(at, &["check", "one.txt", "two.txt", "-o", "html=made.html", "-q"]);
    assert!(code < 2, "{err}");
    assert!(fs::read_to_string(at.join("made.html")).unwrap().contains("clockmaker"));
}
