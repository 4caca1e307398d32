//! Texts without a token are related to nothing, whoever asks: a page behind a paywall, an empty
//! file. Each is a text of its own, and all of them are counted.

use crate::program::{ok, refused, run};
use crate::scratch::{Here, STORY, lines, record, story};
use nearcopy::index::{AddedCounts, CheckOutcome, IndexOptions};
use nearcopy::settings::SourceLimit;
use nearcopy::{Compare, Corpus, Document, Index, Recipe, Relation, RunOptions, Thresholds, scan};
use serde_json::{Value, json};

/// What texts without a token look like.
const BLANK: [&str; 4] = ["", " \n", "…", ""];

/// Four records without text among three with one.
fn paywalled() -> String {
    let blank = |(n, text): (usize, &str)| {
        json!({"id": format!("u{n}"), "title": "A story", "text": text}).to_string() + "\n"
    };
    let mut out: String = BLANK.into_iter().enumerate().map(blank).collect();
    (0..3).for_each(|n| out += &record(&format!("v{n}"), &story(n, 60)));
    out
}

/// A directory with two empty files and a story.
fn empty_files() -> Here {
    Here::with(&[("e/a.md", ""), ("e/b.md", ""), ("e/c.md", STORY)])
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_scan_counts_them_and_relates_them_to_nothing() {
    let dir = Here::with(&[("c.jsonl", &paywalled()), ("whole.jsonl", &record("a", STORY))]);
    let found = parsed(&ok(dir.path(), &["scan", "c.jsonl", "--format", "json"]));
    let summary = &found["summary"];
    assert_eq!((&summary["documents"], &summary["classes"]), (&json!(7), &json!(7)));
    assert_eq!(summary["without_text"], 4);
    for list in ["clusters", "equal", "pairs", "repeats", "documents"] {
        assert_eq!(found[list], json!([]), "{list}");
    }
    let human = ok(dir.path(), &["scan", "c.jsonl"]);
    assert!(human.contains("7 different texts · 4 without text"), "{human}");
    assert!(human.contains("4 documents without text are related to nothing."), "{human}");
    let page = ok(dir.path(), &["scan", "c.jsonl", "--format", "html"]);
    assert!(page.contains("4 documents without text"), "{page}");
    // A corpus without such texts says nothing of them.
    let found = parsed(&ok(dir.path(), &["scan", "whole.jsonl", "--format", "json"]));
    assert_eq!(found["summary"]["without_text"], Value::Null);
    // A report that was written is read with them.
    ok(dir.path(), &["scan", "c.jsonl", "-q", "-o", "json=found.json", "--brief"]);
    let page = ok(dir.path(), &["report", "found.json"]);
    assert!(page.contains("4 documents without text"), "{page}");
}

#[test]
fn no_limit_counts_them_a_second_time() {
    let documents = BLANK.iter().zip(0..).map(|(text, n)| {
        Document::new(format!("d{n}"), *text).source("Courier").date("2026-01-31")
    });
    let corpus = Corpus::new(documents).unwrap();
    let t = Thresholds::default().with(|t| {
        t.sources = SourceLimit::Across;
        t.min_tokens = 5;
        t.since = Some("2026".into());
    });
    let (found, background) =
        scan(&corpus, &Recipe::default(), &t, &RunOptions::default(), &()).unwrap();
    assert_eq!((found.summary.without_text, found.summary.classes), (4, 4));
    assert_eq!(found.summary.limited, []);
    // They say nothing about the texts of the corpus.
    assert_eq!(background.classes, 0);
}

#[test]
fn a_comparison_finds_no_relation() {
    for (a, b) in [("", ""), ("…", "…"), ("***", " *** "), ("", STORY)] {
        let found = Compare::new().run(a, b);
        assert_eq!((found.relation, found.resemblance), (None, 0.0), "{a:?}, {b:?}");
    }
    let dir = empty_files();
    let said = ok(dir.path(), &["compare", "e/a.md", "e/b.md", "-q"]);
    assert!(said.contains("e/a.md and e/b.md: not related"), "{said}");
    let listed = record("x", "") + &record("y", "");
    dir.write("two.jsonl", &listed);
    dir.write("pairs.jsonl", json!({"a": "x", "b": "y"}).to_string());
    let args = ["compare", "--pairs", "pairs.jsonl", "two.jsonl", "--format", "json", "-q"];
    let found = parsed(&ok(dir.path(), &args));
    assert_eq!((&found["pairs"], &found["summary"]["without_text"]), (&json!([]), &json!(2)));
    let told = parsed(&ok(dir.path(), &["explain", "e/a.md", "e/b.md", "-q", "--format", "json"]));
    assert_eq!(told["pair"]["verdict"]["relation"], Value::Null);
    assert_eq!(told["pair"]["candidacy"]["by"], json!([]));
    let told = ok(dir.path(), &["explain", "e/a.md", "-q"]);
    assert!(told.contains("none: no token"), "{told}");
}

#[test]
fn a_cleaning_keeps_them() {
    let dir = Here::with(&[("c.jsonl", &paywalled()), ("seen.jsonl", &paywalled())]);
    let at = dir.path();
    let said = ok(at, &["dedupe", "c.jsonl", "-o", "clean.jsonl"]);
    assert!(said.contains("4 without text"), "{said}");
    assert_eq!(dir.read("clean.jsonl"), paywalled());
    let everything = "documents,paragraphs,passages,boilerplate";
    ok(at, &["dedupe", "c.jsonl", "-o", "cut.jsonl", "--remove", everything]);
    assert_eq!(dir.read("cut.jsonl"), paywalled());
    let args = ["dedupe", "c.jsonl", "-o", "new.jsonl", "--against", "seen.jsonl"];
    let json = parsed(&ok(at, &[&args[..], &["--format", "json"]].concat()));
    assert_eq!((&json["removed"], &json["without_text"]), (&json!(3), &json!(4)));
    assert_eq!(lines(&dir.read("new.jsonl")).len(), 4);
}

#[test]
fn a_gate_finds_nothing_in_them() {
    let dir = empty_files();
    let every = "equal,near-copy,contains,quotes,template,repeat";
    let (code, out, err) =
        run(dir.path(), &["check", "e", "--fail-on", every, "--max-duplicate-documents", "0"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("2 without text"), "{out}");
    let learn = ["check", "e", "--baseline", "known", "--update-baseline", "-q"];
    ok(dir.path(), &learn);
    dir.write("e/d.md", "");
    let (code, out, err) = run(dir.path(), &["check", "e", "--baseline", "known"]);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn an_index_knows_them_by_their_ids_alone() {
    let dir = Here::new();
    let index = Index::create(dir.file("index"), &Recipe::default()).unwrap();
    let t = Thresholds::default();
    let documents: Vec<Document> =
        BLANK.iter().zip(0..).map(|(text, n)| Document::new(format!("d{n}"), *text)).collect();
    let first = index.add_all(documents.clone()).unwrap();
    let new = AddedCounts { new: 4, without_text: 4, ..AddedCounts::default() };
    assert_eq!(first, new);
    let again = index.add_all(documents.clone()).unwrap();
    let known = AddedCounts { known: 4, without_text: 4, ..AddedCounts::default() };
    assert_eq!(again, known);
    for compacted in [false, true] {
        if compacted {
            index.compact(&t, &RunOptions::default(), &()).unwrap();
        }
        let other = Document::new(format!("other-{compacted}"), "");
        assert_eq!(index.seen(&other, &t).unwrap(), []);
        let checked = index.check_and_add(&other, &t, &[Relation::Equal]).unwrap();
        assert_eq!(checked.outcome, CheckOutcome::New);
        assert_eq!(index.stats().unwrap().classes, index.stats().unwrap().documents);
        assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
    }
    assert!(index.remove("d0").unwrap());
    // The same id with other blanks is another text.
    assert_eq!(index.add(&Document::new("d1", "***")).unwrap().name(), "replaced");
    assert_eq!(index.verify().unwrap().problems, Vec::<String>::new());
    drop(index);
    let bare = IndexOptions::default().with(|s| s.without_texts = true);
    let bare = bare.create(dir.file("bare"), &Recipe::default()).unwrap();
    bare.add_all(documents).unwrap();
    assert_eq!(bare.seen(&Document::new("other", ""), &t).unwrap(), []);
}

#[test]
fn the_commands_of_an_index_count_them() {
    let dir = Here::with(&[("c.jsonl", &paywalled())]);
    let at = dir.path();
    let said = ok(at, &["index", "add", "seen", "c.jsonl", "--create"]);
    let counts = "7 documents read: 7 new, 0 copies, 0 replaced, 0 known; 4 without text";
    assert!(said.contains(counts), "{said}");
    let json = parsed(&ok(at, &["index", "add", "seen", "c.jsonl", "--format", "json", "-q"]));
    assert_eq!((&json["known"], &json["without_text"]), (&json!(7), &json!(4)));
    dir.write("new.jsonl", paywalled().replace("\"id\":\"", "\"id\":\"new-"));
    let said = ok(at, &["index", "query", "seen", "new.jsonl"]);
    assert!(said.contains("3 seen before (3 equal), 4 new. 4 documents without text"), "{said}");
    // What the index holds under its id stays all the same, because it is a copy of nothing.
    ok(at, &["dedupe", "c.jsonl", "-o", "clean.jsonl", "--index", "seen"]);
    assert_eq!(lines(&dir.read("clean.jsonl")).len(), 4);
    assert!(refused(at, &["dedupe", "gone.jsonl", "-o", "x.jsonl"]).contains("gone.jsonl"));
}
