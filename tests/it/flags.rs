//! The flags of earlier versions: each is still there, and its old spelling does what it did.
//! `docs/flags.md` has the table.

use crate::program::{nearcopy, ok, run, run_with};
use crate::scratch::{Here, STORY, WHEAT, near, record};
use serde_json::Value;
use std::fs;

#[test]
fn no_flag_went_away() {
    let here = Here::new();
    let flags = fs::read_to_string("tests/frozen/flags.txt").unwrap();
    let mut count = 0;
    for line in flags.lines() {
        let (command, flags) = line.split_once(": ").unwrap();
        let help: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        let help = ok(here.path(), &help);
        let there: Vec<&str> = help.split(|c: char| !(c.is_alphanumeric() || c == '-')).collect();
        for flag in flags.split(' ') {
            assert!(there.contains(&flag), "{command} has no {flag}");
            count += 1;
        }
    }
    assert!(count > 500, "{count} flags");
}

fn corpus() -> Here {
    let here = Here::with(&[("one.txt", STORY), ("two.txt", &near(STORY)), ("wheat.txt", WHEAT)]);
    here.write("news.jsonl", record("7", WHEAT) + &record("8", WHEAT));
    here
}

#[test]
fn a_report_goes_where_the_old_spelling_says() {
    let here = corpus();
    let two = ["one.txt", "two.txt"];
    for (command, code) in [("scan", 0), ("compare", 0), ("check", 1)] {
        let old = [&[command], &two[..], &["-q", "-o", "json=old.json", "-o", "html=old"]].concat();
        let new = [&[command], &two[..], &["-q", "-o", "new.json", "--output=new.html"]].concat();
        for args in [old, new] {
            let (ended, _, err) = run(here.path(), &args);
            assert_eq!(ended, code, "{args:?}: {err}");
        }
        assert_eq!(here.read("old.json"), here.read("new.json"), "{command}");
        assert_eq!(here.read("old"), here.read("new.html"), "{command}");
    }
    for format in ["jsonl", "human", "sarif", "junit", "github", "markdown", "csv", "openmetrics"] {
        let target = format!("{format}=report.of.{format}");
        let (code, _, err) = run(here.path(), &["check", two[0], two[1], "-q", "-o", &target]);
        assert!(code == 1 && !here.read(&format!("report.of.{format}")).is_empty(), "{err}");
    }
    let clean = |report: &str| {
        let args = ["dedupe", "news.jsonl", "-q", "-o", "clean.jsonl", "--report", report];
        ok(here.path(), &args);
        here.read("clean.jsonl")
    };
    assert_eq!(clean("json=old.json"), clean("new.json"));
    assert_eq!(here.read("old.json"), here.read("new.json"));
    // The note says what does the same, once, and the report is there all the same.
    let noted = ["scan", "one.txt", "-o", "json=a", "-o", "jsonl=b"];
    let err = nearcopy().at(here.path()).args(noted).done().err;
    assert_eq!(err.matches("does the same").count(), 1, "{err}");
}

#[test]
fn values_mean_what_they_meant() {
    let here = corpus();
    let report = |args: &[&str]| -> Value {
        let all = [&["scan", "-q", "--format", "json"], args].concat();
        serde_json::from_str(&ok(here.path(), &all)).unwrap()
    };
    let documents = |args: &[&str]| report(args)["summary"]["documents"].as_u64().unwrap();
    // One encoding for all files, one name of a field.
    let cyrillic = encoding_rs::WINDOWS_1251.encode("text,word\nмост,a\nмост,b\n").0.into_owned();
    here.write("old.csv", cyrillic);
    let found = report(&["old.csv", "--encoding", "windows-1251", "--text-field", "text"]);
    assert_eq!(found["equal"].as_array().unwrap().len(), 1);
    assert_eq!(documents(&["old.csv", "--encoding", "windows-1251", "--text-field", "word"]), 2);
    here.write("odd.csv", "\"a,b\",c\nsome words,x\n");
    assert_eq!(documents(&["odd.csv", "--text-field", "a\\,b"]), 1);
    for keep in ["earliest", "longest", "smallest-id", "source=b,a"] {
        let kept = &report(&["one.txt", "two.txt", "--keep", keep])["thresholds"]["keep"];
        assert_eq!(kept[0], keep);
    }
    assert_eq!(documents(&["news.jsonl", "--max-document", "1000"]), 2);
    for format in ["human", "json", "jsonl", "html"] {
        ok(here.path(), &["scan", "one.txt", "two.txt", "-q", "--format", format]);
    }
    for format in ["text", "json", "jsonl", "csv", "tsv", "parquet", "html", "warc"] {
        // Each is a name of a format; not every one fits this file.
        let (_, _, err) = run(here.path(), &["scan", "news.jsonl", "--input-format", format]);
        assert!(!err.contains("invalid value"), "{err}");
    }
    // Standard input by its name.
    let lines = here.read("news.jsonl");
    for command in [
        &["scan", "-", "-q"][..],
        &["dedupe", "-", "-q", "-o", "-"],
        &["check", "-", "-q", "--fail-on", "quotes"],
    ] {
        let (code, _, err) = run_with(here.path(), command, &lines);
        assert_eq!(code, 0, "{command:?}: {err}");
    }
}
