//! `--boilerplate-from`: what was handed out makes no relation between the texts that carry it.

use crate::program::{ok, refused, run};
use crate::scratch::{Here, STORY, WHEAT, lines, near, record, story};
use nearcopy::{Background, Compare, Corpus, Document, Recipe, Scan, Thresholds};
use serde_json::Value;

/// The exercise: two paragraphs.
fn exercise() -> String {
    format!("{STORY}\n\n{WHEAT}")
}

/// An answer: the exercise, and words of one's own in one paragraph or two.
fn answer(n: usize) -> String {
    format!("{}\n\n{}\n\n{}", exercise(), story(n, 40), story(n + 50, 40))
}

/// Two answers, and one that was copied from the first with a word changed. What three answers
/// carry would be a note.
fn answers() -> String {
    let mut out: String = (0..2).map(|n| record(&format!("s{n}"), &answer(n))).collect();
    out += &record("t0", &answer(0).replace("council1x0", "mayor"));
    out
}

fn corpus() -> Here {
    Here::with(&[("c.jsonl", &answers()), ("base.txt", &exercise())])
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn related(found: &Value) -> Vec<(&str, &str)> {
    let pairs = found["pairs"].as_array().unwrap();
    pairs.iter().map(|p| (p["a"].as_str().unwrap(), p["b"].as_str().unwrap())).collect()
}

const WITH: [&str; 2] = ["--boilerplate-from", "base.txt"];

#[test]
fn a_scan_relates_what_was_copied_and_not_what_was_handed_out() {
    let dir = corpus();
    let args = ["scan", "c.jsonl", "--all-pairs", "--format", "json"];
    let without = parsed(&ok(dir.path(), &args));
    assert_eq!(related(&without).len(), 3);
    let found = parsed(&ok(dir.path(), &[&args[..], &WITH].concat()));
    assert_eq!(related(&found), [("s0", "t0")]);
    assert_eq!(found["pairs"][0]["relation"], "near-copy");
    assert_ne!(found["background"], without["background"]);
    // A paragraph that was handed out is boilerplate wherever it repeats.
    let repeats = found["repeats"].as_array().unwrap();
    assert!(repeats.iter().any(|r| r["boilerplate"] == true), "{repeats:?}");
    assert!(without["repeats"].as_array().unwrap().iter().all(|r| r["boilerplate"] == false));
}

#[test]
fn every_command_takes_it() {
    let dir = corpus();
    let at = dir.path();
    dir.write("a.txt", answer(0));
    dir.write("b.txt", answer(1));
    let pair = ["compare", "a.txt", "b.txt", "-q"];
    assert!(ok(at, &pair).contains("near-copies"));
    assert!(ok(at, &[&pair[..], &WITH].concat()).contains("not related"));
    let in_corpus = ["compare", "s0", "s1", "--in", "c.jsonl", "-q"];
    assert!(ok(at, &[&in_corpus[..], &WITH].concat()).contains("not related"));
    let explained = ["explain", "s0", "s1", "--in", "c.jsonl", "-q"];
    assert!(ok(at, &[&explained[..], &WITH].concat()).contains("-> not related"));

    let two = (0..2).map(|n| record(&format!("s{n}"), &answer(n))).collect::<String>();
    dir.write("two.jsonl", two);
    let (code, ..) = run(at, &["check", "two.jsonl", "-q"]);
    assert_eq!(code, 1);
    let (code, out, _) = run(at, &[&["check", "two.jsonl", "-q"], &WITH[..]].concat());
    assert_eq!(code, 0, "{out}");

    ok(at, &[&["dedupe", "c.jsonl", "-o", "clean.jsonl"], &WITH[..]].concat());
    let kept: Vec<String> =
        lines(&dir.read("clean.jsonl")).iter().map(|r| r["id"].to_string()).collect();
    assert_eq!(kept, ["\"s0\"", "\"s1\""]);
}

#[test]
fn an_index_beside_a_cleaning_takes_it_too() {
    let dir = corpus();
    let at = dir.path();
    dir.write("one.jsonl", record("first", &answer(7)));
    ok(at, &["index", "add", "seen", "one.jsonl", "--create", "-q"]);
    let args = ["dedupe", "c.jsonl", "-o", "clean.jsonl", "--index", "seen", "--max-removed", "9"];
    for compacted in [false, true] {
        if compacted {
            ok(at, &["index", "compact", "seen", "-q"]);
        }
        ok(at, &[&args[..], &WITH, &["--index-read-only"]].concat());
        assert_eq!(lines(&dir.read("clean.jsonl")).len(), 2);
    }
    ok(at, &[&args[..], &["--index-read-only"]].concat());
    assert_eq!(dir.read("clean.jsonl"), "");
}

#[test]
fn the_settings_file_names_it_from_where_it_stands() {
    let dir = corpus();
    dir.write(".git/HEAD", "");
    dir.write("nearcopy.toml", "boilerplate-from = [\"base.txt\"]\n");
    dir.write("deep/c.jsonl", answers());
    let args = ["scan", "c.jsonl", "--all-pairs", "--format", "json"];
    let found = parsed(&ok(&dir.file("deep"), &args));
    assert_eq!(related(&found), [("s0", "t0")]);
    let shown = ok(&dir.file("deep"), &["scan", "--show-config"]);
    assert!(shown.contains("boilerplate-from = ["), "{shown}");
}

#[test]
fn a_saved_background_carries_it() {
    let dir = corpus();
    let at = dir.path();
    dir.write("a.txt", answer(0));
    dir.write("b.txt", answer(1));
    ok(at, &[&["scan", "c.jsonl", "-q", "--save-background", "b.json"], &WITH[..]].concat());
    let said = ok(at, &["compare", "a.txt", "b.txt", "--background", "b.json"]);
    assert!(said.contains("not related"), "{said}");
}

#[test]
fn what_is_named_must_be_there_and_whole() {
    let dir = corpus();
    let at = dir.path();
    dir.write("empty/x.unknown", "");
    dir.write("bad.jsonl", record("a", STORY) + "{broken\n");
    dir.write("a.txt", STORY);
    for args in [
        &["scan", "c.jsonl"][..],
        &["check", "c.jsonl"],
        &["dedupe", "c.jsonl", "-o", "out.jsonl"],
        &["compare", "a.txt", "base.txt"],
        &["explain", "a.txt"],
    ] {
        let with = |file| refused(at, &[args, &["--boilerplate-from", file]].concat());
        assert!(with("gone.txt").contains("--boilerplate-from gone.txt: it could not be read"));
        assert!(with("empty").contains("it holds no document"));
        assert!(with("bad.jsonl").contains("not all of it could be read"));
        assert!(with("-").contains("standard input is for the corpus"));
    }
    assert!(!dir.file("out.jsonl").exists());
    let over = ["dedupe", "c.jsonl", "-o", "base.txt"];
    assert!(refused(at, &[&over[..], &WITH].concat()).contains("never changed"));
}

#[test]
fn the_library_takes_texts() {
    let handed_out = [exercise()];
    let documents = (0..2).map(|n| Document::new(format!("s{n}"), answer(n)));
    let corpus = Corpus::new(documents).unwrap();
    let (recipe, t) = (Recipe::default(), Thresholds::default().with(|t| t.all_pairs = true));
    let scan = Scan::new().thresholds(t.clone());
    assert_eq!(scan.run(&corpus).unwrap().pairs.len(), 1);
    let with = scan.clone().boilerplate_from(&handed_out);
    let (found, background) = with.run_with_background(&corpus).unwrap();
    assert_eq!(*found.pairs, []);
    assert_eq!(with.background_of(&corpus).unwrap(), background);
    // Once more changes nothing, and a given background takes it as well.
    assert_eq!(background.clone().with_boilerplate(&handed_out, &recipe), background);
    let plain = scan.background_of(&corpus).unwrap();
    let over = scan.clone().background(&plain).boilerplate_from(&handed_out);
    assert_eq!(over.run(&corpus).unwrap(), found);
    // The order of the texts, and how they are cut, is all one.
    let parts = [WHEAT.to_owned(), near(STORY), STORY.to_owned()];
    let mut turned = parts.clone();
    turned.reverse();
    let of = |texts: &[String]| Background::default().with_boilerplate(texts, &recipe);
    assert_eq!(of(&parts), of(&turned));
    assert_eq!(of(&[]), Background::default());
    let compare = Compare::new().thresholds(t);
    assert!(compare.run(&answer(0), &answer(1)).relation.is_some());
    let compare = compare.boilerplate_from(&handed_out);
    assert_eq!(compare.run(&answer(0), &answer(1)).relation, None);
    let pairs = compare.pairs(&corpus, &[(0, 1)]).unwrap();
    assert_eq!((pairs.pairs.len(), pairs.background_id), (0, background.id()));
}
