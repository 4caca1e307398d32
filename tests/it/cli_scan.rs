//! The command line on a small corpus: scan, compare, bad input, closed pipes.

mod background;
mod memory;
mod timings;

use crate::program::{ok, process, run_with};
use crate::scratch::{Here, STORY, WHEAT, near, record, story};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Stdio;

/// Two near-copies, one unrelated text.
fn corpus() -> Here {
    Here::with(&[("one.txt", STORY), ("two.txt", &near(STORY)), ("wheat.txt", WHEAT)])
}

fn report(here: &Path, args: &[&str], stdin: &str) -> Value {
    let (code, out, err) = run_with(here, args, stdin);
    assert_eq!(code, 0, "{args:?}: {err}");
    serde_json::from_str(&out).unwrap()
}

fn pairs(report: &Value) -> Vec<(&str, &str, &str)> {
    report["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| {
            (p["a"].as_str().unwrap(), p["b"].as_str().unwrap(), p["relation"].as_str().unwrap())
        })
        .collect()
}

/// The corpus as JSON Lines.
fn lines() -> String {
    record("1", STORY) + &record("2", &STORY.replace("March", "April")) + &record("3", WHEAT)
}

#[test]
fn a_directory_is_scanned() {
    let dir = corpus();
    let found = report(dir.path(), &["scan", ".", "--format", "json"], "");
    assert_eq!(found["schema"], "nearcopy.report/1");
    assert_eq!(found["summary"]["documents"], 3);
    assert_eq!(pairs(&found), [("one.txt", "two.txt", "near-copy")]);
    assert_eq!(found["clusters"][0]["members"], json!(["one.txt", "two.txt"]));
    let (code, human, _) = run_with(dir.path(), &["scan", "."], "");
    assert_eq!(code, 0);
    assert!(human.contains("one.txt") && human.contains("two.txt") && !human.contains('\u{1b}'));
    let (_, colored, _) = run_with(dir.path(), &["scan", ".", "--color", "always"], "");
    assert!(colored.contains('\u{1b}'));
    let (_, records, _) = run_with(dir.path(), &["scan", ".", "--format", "jsonl"], "");
    assert!(records.lines().all(|l| serde_json::from_str::<Value>(l).unwrap()["type"].is_string()));
}

#[test]
fn standard_input_is_scanned() {
    let dir = tempfile::tempdir().unwrap();
    let found = report(dir.path(), &["scan", "-", "--format", "json"], &lines());
    assert_eq!(pairs(&found), [("1", "2", "near-copy")]);
    let found =
        report(dir.path(), &["scan", "-", "--format", "json", "--input-format", "jsonl"], &lines());
    assert_eq!(pairs(&found), [("1", "2", "near-copy")]);
}

#[test]
fn reports_go_to_files_too_and_the_old_ones_are_replaced_whole() {
    let dir = corpus();
    let out = tempfile::tempdir().unwrap();
    let json = out.path().join("r.json");
    let human = out.path().join("r.txt");
    fs::write(&json, "old").unwrap();
    let to = [format!("json={}", json.display()), format!("human={}", human.display())];
    let (code, stdout, err) = run_with(
        dir.path(),
        &["scan", ".", "--format", "json", "-o", &to[0], "--output", &to[1]],
        "",
    );
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_to_string(&json).unwrap(), stdout);
    assert!(fs::read_to_string(&human).unwrap().contains("one.txt"));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
}

#[test]
fn settings_never_change_with_threads() {
    let dir = corpus();
    let with =
        |n: &str| run_with(dir.path(), &["scan", ".", "--format", "json", "--threads", n], "");
    assert_eq!(with("1"), with("7"));
}

#[test]
fn what_is_missing_is_said_and_may_be_skipped() {
    let dir = corpus();
    let args = ["scan", "gone.txt", ".", "--format", "json"];
    let (code, out, err) = run_with(dir.path(), &args, "");
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("gone.txt") && err.contains("--on-error skip"), "{err}");
    let args = [&args[..], &["--on-error", "skip"]].concat();
    let (code, out, err) = run_with(dir.path(), &args, "");
    assert!(code == 0 && err.contains("gone.txt"), "{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(pairs(&found).len(), 1);
    assert_eq!(found["summary"]["skipped"], json!([{"reason": "missing", "count": 1}]));
    let (_, _, quiet) = run_with(dir.path(), &["scan", "gone.txt", ".", "-q"], "");
    assert!(quiet.contains("gone.txt"), "an error is said even when quiet: {quiet}");
}

#[test]
fn an_empty_corpus_is_answered_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run_with(dir.path(), &["scan", ".", "--format", "json"], "");
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("no documents in .") && err.contains("--input-format"), "{err}");
    assert!(err.contains("--allow-empty"), "{err}");
    let (_, _, err) = run_with(dir.path(), &["scan", "gone.txt"], "");
    assert!(!err.contains("--input-format"), "one advice is enough: {err}");
    let args = ["scan", ".", "--format", "json", "--allow-empty"];
    let (code, out, err) = run_with(dir.path(), &args, "");
    assert!(code == 0 && err.contains("no documents in ."), "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["summary"]["documents"], 0);
}

#[test]
fn bad_records_are_counted_and_may_be_limited() {
    let dir = tempfile::tempdir().unwrap();
    let bad = lines() + "[1, 2]\n{\"id\": 9}\nnot json\n";
    let scan = |more: &[&str]| {
        run_with(
            dir.path(),
            &[&["scan", "-", "--format", "json", "--input-format", "jsonl"], more].concat(),
            &bad,
        )
    };
    let (code, out, err) = scan(&[]);
    assert_eq!(code, 0, "{err}");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["summary"]["documents"], 3);
    assert_eq!(found["summary"]["skipped"].as_array().unwrap().len(), 3, "{found}");
    for part in ["bad-json", "not-an-object", "no-text", "-:4", "-:5", "-:6"] {
        assert!(err.contains(part), "{part} in {err}");
    }
    assert_eq!(scan(&["--max-bad", "3"]).0, 0);
    assert_eq!(scan(&["--max-bad", "50%"]).0, 0);
    for least in ["2", "49%", "0.1", "0"] {
        let (code, complete, err) = scan(&["--max-bad", least]);
        assert_eq!((code, complete), (2, out.clone()), "{least}");
        assert!(err.contains("--max-bad"), "{err}");
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let dir = tempfile::tempdir().unwrap();
    let many: String = (0..400)
        .map(|n| {
            json!({"id": n, "text": format!("{STORY} {WHEAT} Edition {n}.")}).to_string() + "\n"
        })
        .collect();
    fs::write(dir.path().join("many.jsonl"), many).unwrap();
    let add = ["index", "add", "seen", "many.jsonl", "--create", "-q"];
    assert_eq!(run_with(dir.path(), &add, "").0, 0);
    for args in [
        &["scan", "many.jsonl", "--format", "json", "-q", "--all-pairs"][..],
        &["index", "query", "seen", "many.jsonl", "-q"],
        &["scan", "--help"],
        &["generate", "man"],
    ] {
        let mut child = process(dir.path(), args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{args:?}");
        assert_eq!(ended.status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn two_files_are_compared() {
    let dir = corpus();
    let found = report(dir.path(), &["compare", "one.txt", "two.txt", "--format", "json"], "");
    assert_eq!(pairs(&found), [("one.txt", "two.txt", "near-copy")]);
    assert_eq!(found["background"]["id"], "none");
    let (_, _, err) = run_with(dir.path(), &["compare", "one.txt", "two.txt"], "");
    assert!(err.contains("no background"), "{err}");
    let (code, out, err) = run_with(dir.path(), &["compare", "one.txt", "wheat.txt", "-q"], "");
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("one.txt and wheat.txt: not related") && out.contains("near-copy needs"),
        "{out}"
    );
    let (code, _, err) = run_with(dir.path(), &["compare", "one.txt", "gone.txt", "-q"], "");
    assert_eq!(code, 2);
    assert!(err.contains("gone.txt"), "{err}");
}

#[test]
fn two_ids_are_compared() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("c.jsonl"), lines()).unwrap();
    let found =
        report(dir.path(), &["compare", "2", "1", "--in", "c.jsonl", "--format", "json", "-q"], "");
    assert_eq!(pairs(&found), [("1", "2", "near-copy")]);
    let (code, _, err) = run_with(dir.path(), &["compare", "1", "77", "--in", "c.jsonl"], "");
    assert_eq!(code, 2);
    assert!(err.contains("has the id 77"), "{err}");
    let (code, _, err) = run_with(dir.path(), &["compare", "c.jsonl", "c.jsonl"], "");
    assert_eq!(code, 2);
    assert!(err.contains("holds 3 documents") && err.contains("--in"), "{err}");
}

#[test]
fn a_list_of_pairs_is_compared() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("c.jsonl"), lines()).unwrap();
    let list = "{\"a\": \"2\", \"b\": \"1\"}\n{\"a\": 1, \"b\": 2}\n\n{\"a\": \"1\", \"b\": \
                \"nine\"}\nbroken\n{\"a\": \"1\", \"b\": \"3\"}\n";
    let (code, out, err) =
        run_with(dir.path(), &["compare", "--pairs", "-", "c.jsonl", "--format", "json"], list);
    assert_eq!(code, 0, "{err}");
    assert_eq!(pairs(&serde_json::from_str(&out).unwrap()), [("1", "2", "near-copy")]);
    assert!(err.contains("-:4: nine") && err.contains("-:5: "), "{err}");
    let (code, _, _) =
        run_with(dir.path(), &["compare", "--pairs", "-", "c.jsonl", "--max-bad", "1"], list);
    assert_eq!(code, 2);
}

/// Two sources whose texts carry a notice each, a set of notices in one wording, and near-copies: a
/// corpus in which most of what decides is the background.
fn background_matters() -> String {
    let mut lines = String::new();
    let notice = "The management of the line thanks all passengers for their patience and asks \
        them to keep clear of the platform edges at all times during the works on the embankment.";
    let mut put = |id: String, source: &str, text: String| {
        lines.push_str(&json!({"id": id, "source": source, "text": text}).to_string());
        lines.push('\n');
    };
    for n in 0..40 {
        let figures = format!("{n} {} {}", 3 * n + 7, 5 * n + 11);
        put(
            format!("n{n:02}"),
            "wire",
            format!(
                "Company number{n} said its board declared a regular quarterly dividend of \
                 {figures} cents per share, payable in the usual way to holders of record, \
                 according to secretary{n} of house{n}."
            ),
        );
        let own: String = (0..40).map(|w| format!("word{n}x{w} ")).collect();
        put(format!("p{n:02}"), "line", format!("{own}.\n\n{notice}"));
    }
    put("s1".into(), "line", format!("{STORY}\n\n{notice}"));
    put("s2".into(), "wire", near(STORY));
    put("s3".into(), "line", WHEAT.into());
    lines
}

#[test]
fn a_document_is_explained() {
    let dir = corpus();
    let told = report(dir.path(), &["explain", "one.txt", "--format", "json", "-q"], "");
    assert_eq!(told["schema"], "nearcopy.explain/1");
    assert_eq!(told["document"]["bytes"], STORY.len());
    assert_eq!(told["document"]["first_tokens"][1]["text"], "harbour");
    let piped = report(dir.path(), &["explain", "-", "--format", "json", "-q"], STORY);
    assert_eq!(piped["document"], told["document"]);
    let (code, out, err) =
        run_with(dir.path(), &["explain", "-"], "A\u{1b}[31m \u{202e}word\u{7}s");
    assert_eq!(code, 0, "{err}");
    assert!(
        err.contains("no background") && !out.contains(['\u{1b}', '\u{7}', '\u{202e}']),
        "{out}"
    );
    for stage in [
        "1 Text",
        "2 Tokens",
        "3 Paragraphs",
        "4 Shingles",
        "5 Signature and keys",
        "6 Boilerplate",
        "7 Repeats inside",
    ] {
        assert!(out.lines().any(|l| l == stage), "{stage}: {out}");
    }
}

#[test]
fn a_pair_is_explained_as_it_is_scanned() {
    let dir = corpus();
    let scanned = report(dir.path(), &["scan", ".", "--format", "json"], "");
    let args = ["explain", "two.txt", "one.txt", "--in", ".", "-q"];
    let told = report(dir.path(), &[&args[..], &["--format", "json"]].concat(), "");
    assert_eq!(told["ids"], json!(["one.txt", "two.txt"]));
    let (told, pair) = (&told["pair"], &scanned["pairs"][0]);
    assert_eq!(told["verdict"]["relation"], pair["relation"]);
    let near = |x: &Value, y: &Value| (x.as_f64().unwrap() - y.as_f64().unwrap()).abs() < 1e-3;
    for score in ["resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b"] {
        assert!(near(&told[score], &pair[score]), "{score}: {told}");
    }
    assert_eq!(
        told["matches"].as_array().unwrap().len(),
        pair["matches"].as_array().unwrap().len()
    );
    assert_eq!(told["facts"]["compared"], pair["facts"]["compared"]);
    assert_eq!(told["a"]["tokens"], scanned["documents"][0]["tokens"]);
    assert!(!told["candidacy"]["by"].as_array().unwrap().is_empty());
    let (_, human, _) = run_with(dir.path(), &args, "");
    assert!(
        human.contains("candidate               by document band")
            && human.contains("\n  -> near-copy\n"),
        "{human}"
    );
    let (_, strict, _) =
        run_with(dir.path(), &["explain", "one.txt", "wheat.txt", "-q", "--min-match", "40"], "");
    assert!(strict.contains("< min-match 40\n  -> not related\n"), "{strict}");
}

#[test]
fn hostile_names_do_not_reach_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run_with(dir.path(), &["scan", "gone\u{1b}[31m.txt"], "");
    assert_eq!(code, 2);
    assert!(!out.contains('\u{1b}') && !err.contains('\u{1b}'), "{err}");
}

#[test]
fn titles_by_flag_and_by_file() {
    let here = Here::new();
    let record = |id: &str| {
        let id = format!("https://www.{id}.example/1");
        format!("{}\n", json!({"id": id, "title": "t", "line": "l", "site": null, "text": STORY}))
    };
    here.write("a.jsonl", [record("a"), record("b")].concat());
    let told = |args: &[&str]| {
        let report = ok(here.path(), &[&["scan", "a.jsonl", "--format", "json"], args].concat());
        let report: Value = serde_json::from_str(&report).unwrap();
        let first = report["documents"][0].clone();
        (first["title"].clone(), first["source"].clone())
    };
    assert_eq!(told(&[]), (json!("t"), json!("a.example")));
    assert_eq!(told(&["--title-field", "line"]).0, "l");
    here.write("nearcopy.toml", "title-field = \"line\"\nsource-field = \"site\"\n");
    assert_eq!(told(&[]), (json!("l"), Value::Null));
    assert_eq!(told(&["--title-field", "title"]).0, "t");
}

#[test]
fn what_a_budget_leaves_out_is_counted_and_named() {
    let text = |n: usize| format!("{} Edition {n} of page {n}.", story(1, 80));
    let corpus: String = (0..40).map(|n| record(&format!("e{n:02}"), &text(n))).collect();
    let here = Here::with(&[("corpus.jsonl", &corpus)]);
    let args = ["scan", "corpus.jsonl", "--compare-budget", "0", "--format", "json"];
    let (code, out, err) = run_with(here.path(), &args, "");
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let limited = &report["summary"]["limited"][0];
    assert_eq!(limited["reason"], "pairs-over-budget");
    let all =
        report["summary"]["candidates"].as_u64().unwrap() + limited["count"].as_u64().unwrap();
    assert!(all >= 780, "{all} candidates");
    // Each text is compared with the first one, which so has no pair that is left out.
    let named = format!(
        "not compared: {} candidate pairs of 39 documents (e01, e02, e03, …)",
        limited["count"]
    );
    assert!(err.contains(&named) && err.contains("--compare-budget"), "{err}");
    assert_eq!(run_with(here.path(), &[&args[..], &["-q"]].concat(), "").2, "");
    let (_, page, _) = run_with(here.path(), &args[..4], "");
    assert!(page.contains("Bounded: "), "{page}");
    // Explained, a pair is over the budget or not as in the scan.
    let in_scan = |a: &str, b: &str, budget: &str| {
        let args = ["explain", a, b, "--in", "corpus.jsonl", "--compare-budget", budget, "-q"];
        let told = self::report(here.path(), &[&args[..], &["--format", "json"]].concat(), "");
        let (_, human, _) = run_with(here.path(), &args, "");
        (told["pair"]["budget"].clone(), human)
    };
    let (budget, human) = in_scan("e07", "e03", "0");
    assert_eq!(budget["in_scan"], "over-budget");
    assert!(human.contains("over the budget: not compared"), "{human}");
    assert_eq!(in_scan("e00", "e03", "0").0["in_scan"], "compared");
    let (budget, human) = in_scan("e07", "e03", "900");
    assert_eq!(budget["in_scan"], "compared");
    let tokens = budget["steps"].as_u64().unwrap() - 32;
    assert_eq!(budget["budget"], json!([900 * tokens, 900 * tokens]));
    assert!(human.contains("in the scan of --in     compared"), "{human}");
}

#[test]
fn texts_of_few_words_are_explained_with_their_least_run() {
    let text = |seed: usize| {
        let word = |n: usize| ["alpha", "beta", "gamma", "delta"][(n * n * seed + n / 3) % 4];
        (0..200).map(word).collect::<Vec<_>>().join(" ")
    };
    let here = Here::with(&[("one.txt", &text(3)), ("two.txt", &text(5))]);
    let args = ["explain", "one.txt", "two.txt", "-q", "--format", "json"];
    let told = report(here.path(), &args, "");
    assert!(told["pair"]["least_run"].as_u64().unwrap() > 3, "{told}");
    assert_eq!(told["pair"]["budget"]["steps"], 232);
    assert!(told["pair"]["budget"].get("in_scan").is_none());
    let (_, human, _) = run_with(here.path(), &args[..4], "");
    assert!(human.contains("both texts have few words"), "{human}");
    assert!(human.contains("depends on the corpus: --in"), "{human}");
}
