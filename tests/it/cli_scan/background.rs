//! The background of a comparison: that of the corpus, that of a file, or none.

use super::*;

/// Law 14: the pairs of a scan have the same relation and scores from `compare` and `explain`.
#[test]
fn a_pair_of_a_corpus_is_judged_as_the_scan_judges_it() {
    let dir = Here::with(&[("c.jsonl", &background_matters()), ("a.txt", STORY), ("b.txt", WHEAT)]);
    let scanned = report(
        dir.path(),
        &["scan", "c.jsonl", "--all-pairs", "--boilerplate-classes", "8", "--format", "json"],
        "",
    );
    let list: String = scanned["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| json!({"a": p["a"], "b": p["b"]}).to_string() + "\n")
        .collect();
    assert!(list.lines().count() > 100, "{list}");
    fs::write(dir.path().join("list.jsonl"), &list).unwrap();
    let settings = ["--boilerplate-classes", "8", "--format", "json"];
    let compared = report(
        dir.path(),
        &[&["compare", "--pairs", "list.jsonl", "c.jsonl"], &settings[..]].concat(),
        "",
    );
    assert_eq!(compared["background"], scanned["background"]);
    assert_eq!(compared["pairs"], scanned["pairs"]);
    let relations = |report: &Value| {
        let mut names: Vec<_> = pairs(report).iter().map(|p| p.2.to_owned()).collect();
        names.sort_unstable();
        names
    };
    // The background decides: without one, the notices are taken for something else.
    let without =
        [&["compare", "--pairs", "list.jsonl", "c.jsonl", "--no-background"], &settings[..]];
    let without = report(dir.path(), &without.concat(), "");
    assert_eq!(without["background"]["id"], "none");
    assert_ne!(relations(&without), relations(&compared));

    // A corpus from standard input has a background too, and `explain` draws the same one.
    for pair in [&scanned["pairs"][0], scanned["pairs"].as_array().unwrap().last().unwrap()] {
        let [a, b] = ["a", "b"].map(|side| pair[side].as_str().unwrap());
        let piped = [&["compare", a, b, "--in", "-"], &settings[..]].concat();
        assert_eq!(report(dir.path(), &piped, &background_matters())["pairs"][0], *pair);
        let told = report(
            dir.path(),
            &[&["explain", a, b, "--in", "c.jsonl"], &settings[..]].concat(),
            "",
        );
        assert_eq!(told["background"], scanned["background"], "{told}");
        assert_eq!(told["pair"]["verdict"]["relation"], pair["relation"]);
        for score in ["resemblance", "coverage_a", "coverage_b"] {
            let difference = told["pair"][score].as_f64().unwrap() - pair[score].as_f64().unwrap();
            assert!(difference.abs() < 1e-3, "{score}: {told}");
        }
    }
}

#[test]
fn the_background_in_force_is_said_once() {
    let dir = Here::with(&[("c.jsonl", &background_matters()), ("a.txt", STORY), ("b.txt", WHEAT)]);
    let said = |args: &[&str]| {
        let (code, _, err) = run_with(dir.path(), args, "");
        assert_eq!(code, 0, "{err}");
        err
    };
    let of_corpus =
        "nearcopy: background from the corpus: 83 texts (--no-background leaves it out)\n";
    assert_eq!(said(&["compare", "s1", "s3", "--in", "c.jsonl"]), of_corpus);
    assert_eq!(said(&["explain", "s1", "--in", "c.jsonl"]), of_corpus);
    assert_eq!(said(&["compare", "s1", "s3", "--in", "c.jsonl", "--no-background"]), "");
    assert_eq!(said(&["compare", "s1", "s3", "--in", "c.jsonl", "-q"]), "");
    // Of two files only where they share something and are not equal.
    dir.write("near.txt", near(STORY));
    let alone = said(&["compare", "a.txt", "near.txt"]);
    assert!(alone.starts_with("nearcopy: no background: ") && alone.lines().count() == 1);
    assert_eq!(said(&["compare", "a.txt", "near.txt", "--no-background"]), "");
    assert_eq!(said(&["compare", "a.txt", "near.txt", "-q"]), "");
    assert_eq!(said(&["compare", "a.txt", "b.txt"]), "");
    dir.write("same.txt", STORY.to_uppercase());
    assert_eq!(said(&["compare", "a.txt", "same.txt"]), "");
    // The window of dates counts for the background as it does for a scan.
    let dated = said(&["compare", "s1", "s3", "--in", "c.jsonl", "--since", "2024"]);
    assert!(dated.contains("from the corpus: 0 texts"), "{dated}");
    let (code, _, err) = run_with(
        dir.path(),
        &["compare", "s1", "s3", "--in", "c.jsonl", "--no-background", "--background", "x"],
        "",
    );
    assert_eq!(code, 2);
    assert!(err.contains("cannot be used with"), "{err}");
}

#[test]
fn a_background_is_saved_and_taken_up() {
    let dir = corpus();
    let out = tempfile::tempdir().unwrap();
    let file = out.path().join("b.json").display().to_string();
    let scanned =
        report(dir.path(), &["scan", ".", "--format", "json", "--save-background", &file], "");
    let compared = report(
        dir.path(),
        &["compare", "one.txt", "two.txt", "--format", "json", "--background", &file],
        "",
    );
    assert_eq!(scanned["background"]["id"], compared["background"]["id"]);
    assert_eq!(scanned["pairs"], compared["pairs"]);
}
