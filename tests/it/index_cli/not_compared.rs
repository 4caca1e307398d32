//! What the lookups and the compaction of an index do not compare.

use super::{index, jsonl};
use crate::program::run_with;
use crate::scratch::{lines, story};
use std::fs;
use tempfile::TempDir;

#[test]
fn what_a_lookup_does_not_compare_is_counted_and_named() {
    let dir = TempDir::new().unwrap();
    let pages: Vec<(String, String)> = (0..20)
        .map(|n| (format!("e{n:02}"), format!("{} Edition {n} of page {n}.", story(1, 80))))
        .collect();
    let records: Vec<(&str, String)> = pages.iter().map(|p| (&*p.0, p.1.clone())).collect();
    fs::write(dir.path().join("pages.jsonl"), jsonl(&records[1..])).unwrap();
    fs::write(dir.path().join("asked.jsonl"), jsonl(&records[..1])).unwrap();
    index(dir.path(), &["add", "seen", "pages.jsonl", "--create", "-q"]);
    let args = ["index", "query", "seen", "asked.jsonl", "--format", "jsonl"];
    let asked = |budget: &str| {
        run_with(dir.path(), &[&args[..], &["--compare-budget", budget]].concat(), "")
    };
    let (code, all, err) = asked("5");
    assert_eq!((code, err.as_str()), (0, ""));
    let all = &lines(&all)[0];
    assert_eq!((all["seen"].as_array().unwrap().len(), all.get("limited")), (19, None));
    let (code, out, err) = asked("0");
    assert_eq!(code, 0);
    let answer = &lines(&out)[0];
    let compared = answer["seen"].as_array().unwrap().len() as u64;
    let count = answer["limited"][0]["count"].as_u64().unwrap();
    assert_eq!(answer["limited"][0]["reason"], "pairs-over-budget");
    assert_eq!(compared + count, 19);
    let named = format!("not compared: {count} candidate pairs of 1 document (e00)");
    assert!(err.contains(&named) && err.contains("--compare-budget"), "{err}");
    let quiet = [&args[..], &["--compare-budget", "0", "-q"]].concat();
    assert_eq!(run_with(dir.path(), &quiet, "").2, "");
    // A compaction compares as a scan does, and says the same of its bounds.
    let args = ["index", "compact", "seen", "--compare-budget", "0"];
    let (code, _, err) = run_with(dir.path(), &args, "");
    assert!(code == 0 && err.contains("not compared: "), "{err}");
}
