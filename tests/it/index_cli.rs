//! `nearcopy index` and `dedupe --index` as their users call them.

mod add;
mod dedupe;
mod not_compared;

use crate::program::{ok, refused, run_with};
use crate::scratch::{lines, story};
use nearcopy::index::IndexOptions;
use nearcopy::{Document, Index, Recipe};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn index(dir: &Path, args: &[&str]) -> String {
    ok(dir, &[&["index"], args].concat())
}

fn jsonl(records: &[(&str, String)]) -> String {
    records
        .iter()
        .map(|(id, text)| {
            format!(
                "{}\n",
                json!({"id": id, "text": text, "source": "Courier", "date": "2026-05-01"})
            )
        })
        .collect()
}

fn ids(text: &str) -> Vec<String> {
    lines(text).iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
}

/// A directory with three stories in a file, and an index of them.
fn filled() -> TempDir {
    let dir = TempDir::new().unwrap();
    let day = jsonl(&[("a", story(1, 60)), ("b", story(2, 60)), ("c", story(3, 60))]);
    fs::write(dir.path().join("one.jsonl"), day).unwrap();
    index(dir.path(), &["add", "seen", "one.jsonl", "--create", "-q"]);
    dir
}

fn stats(dir: &Path) -> Value {
    serde_json::from_str(&index(dir, &["stats", "seen", "--format", "json"])).unwrap()
}

#[test]
fn made_filled_and_measured() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let said = index(at, &["create", "seen"]);
    assert!(
        said.starts_with("seen made: empty, with texts, recipe ") && said.lines().count() == 1,
        "{said}"
    );
    assert!(refused(at, &["index", "create", "seen"]).contains("an index is there already"));
    let (code, said, err) = run_with(
        at,
        &["index", "add", "seen", "-"],
        &jsonl(&[("a", story(1, 60)), ("b", story(1, 60)), ("c", story(2, 60))]),
    );
    assert_eq!(code, 0, "{err}");
    assert!(
        said.starts_with(
            "3 documents read: 2 new, 1 copy, 0 replaced, 0 known\nseen holds 3 documents; "
        ),
        "{said}"
    );
    assert!(err.contains("run `nearcopy index compact seen`"), "{err}");
    fs::write(
        at.join("more.jsonl"),
        jsonl(&[("a", story(1, 60)), ("c", story(3, 60)), ("d", story(4, 60))]),
    )
    .unwrap();
    let added: Value =
        serde_json::from_str(&index(at, &["add", "seen", "more.jsonl", "--format", "json"]))
            .unwrap();
    let count = |name: &str| added[name].as_u64().unwrap();
    assert_eq!(
        ["read", "new", "copies", "replaced", "known", "documents"].map(count),
        [3, 1, 0, 1, 1, 4]
    );
    assert_eq!(added["schema"], "nearcopy.added/1");
    let human = index(at, &["stats", "seen"]);
    assert!(human.contains("4 with 3 different texts") && human.contains("none yet"), "{human}");
    assert!(index(at, &["compact", "seen"]).contains("seen compacted in "));
    assert_eq!(stats(at)["changes"], 0);
    assert_ne!(stats(at)["background"], "none");
    assert!(
        index(at, &["verify", "seen"])
            .starts_with("seen is sound: 4 documents, 3 different texts and ")
    );
    let sound: Value =
        serde_json::from_str(&index(at, &["verify", "seen", "--format", "json"])).unwrap();
    assert_eq!((&sound["wrong"], &sound["problems"]), (&json!(0), &json!([])));
}

#[test]
fn queries_show_passages_in_both_texts() {
    let dir = filled();
    let at = dir.path();
    let near = story(1, 60).replace("harbour4x1", "mayor");
    fs::write(
        at.join("today.jsonl"),
        jsonl(&[("x", near.clone()), ("y", story(7, 60)), ("b", story(2, 60))]),
    )
    .unwrap();
    let human = index(at, &["query", "seen", "today.jsonl"]);
    assert!(
        human.starts_with("● x  Courier · 2026-05-01") && human.contains("~ a  near-copy · "),
        "{human}"
    );
    assert!(human.contains("{+") && human.contains("│"), "{human}");
    assert!(
        human.contains("● b  Courier · 2026-05-01 · there under this id, with this text"),
        "{human}"
    );
    assert!(
        human.ends_with(
            "Asked about 3 documents: 2 seen before (1 near-copy, 1 only under their \
                         own ids), 1 new.\n"
        ),
        "{human}"
    );
    assert!(!index(at, &["query", "seen", "today.jsonl", "--brief"]).contains('│'));

    let found = lines(&index(at, &["query", "seen", "today.jsonl", "--format", "jsonl"]));
    assert_eq!(
        found.iter().map(|v| v["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["x", "y", "b"]
    );
    assert_eq!(
        (&found[1]["seen"], &found[2]["own"], &found[0]["own"]),
        (&json!([]), &json!("same"), &Value::Null)
    );
    let seen = &found[0]["seen"][0];
    assert_eq!(
        ["id", "relation", "copies", "source", "date"].map(|name| &seen[name]),
        [&json!("a"), &json!("near-copy"), &json!(1), &json!("Courier"), &json!("2026-05-01")]
    );
    for name in ["resemblance", "containment_a", "containment_b", "coverage_a", "coverage_b"] {
        assert!((0.5..=1.0).contains(&seen[name].as_f64().unwrap()), "{name}");
    }
    assert!(seen["facts"]["agree"].is_u64() && seen["facts"]["compared"].is_u64());
    let m = &seen["matches"][0];
    for (side, text) in [("a", &near), ("b", &story(1, 60))] {
        let chars = |n: usize| m[side]["chars"][n].as_u64().unwrap() as usize;
        assert_eq!((chars(0), chars(1)), (0, text.chars().count()));
        assert_eq!(m[side]["lines"], json!([1, 1]));
    }
    assert!(m["identity"].is_f64() && m["blocks"].is_array());

    index(at, &["query", "seen", "today.jsonl", "--format", "jsonl", "-o", "found.jsonl"]);
    assert_eq!(lines(&fs::read_to_string(at.join("found.jsonl")).unwrap()), found);
    assert!(
        refused(at, &["index", "query", "seen", "today.jsonl", "-o", "today.jsonl"])
            .contains("never changed")
    );
}

#[test]
fn limits_bounds_and_own_documents() {
    let dir = filled();
    let at = dir.path();
    let near: Vec<(String, String)> = (0..3)
        .map(|n| (format!("n{n}"), story(1, 60).replace("harbour4x1", &format!("other{n}"))))
        .collect();
    let near: Vec<(&str, String)> =
        near.iter().map(|(id, text)| (id.as_str(), text.clone())).collect();
    fs::write(at.join("near.jsonl"), jsonl(&near)).unwrap();
    index(at, &["add", "seen", "near.jsonl", "-q"]);
    let found = lines(&index(at, &["query", "seen", "--id", "a", "--format", "jsonl"]));
    assert_eq!(found[0]["seen"].as_array().unwrap().len(), 3);
    let found =
        lines(&index(at, &["query", "seen", "--id", "a", "--format", "jsonl", "--limit", "2"]));
    assert_eq!((found[0]["seen"].as_array().unwrap().len(), &found[0]["more"]), (2, &json!(1)));
    assert!(
        index(at, &["query", "seen", "--id", "a", "--limit", "1"])
            .contains("… and 2 more documents")
    );
    let strict =
        lines(&index(at, &["query", "seen", "--id", "a", "--format", "jsonl", "--since", "2027"]));
    assert_eq!(strict[0]["seen"], json!([]));
    assert!(
        refused(at, &["index", "query", "seen", "--id", "zz"])
            .contains("no document with the id zz")
    );
    assert!(refused(at, &["index", "query", "seen"]).contains("nothing to ask about"));
    assert!(
        refused(at, &["index", "query", "seen", "near.jsonl", "--id", "a"])
            .contains("either files or")
    );
}

#[test]
fn an_index_without_texts() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    fs::write(at.join("one.jsonl"), jsonl(&[("a", story(1, 60)), ("b", story(2, 60))])).unwrap();
    fs::write(at.join("two.jsonl"), jsonl(&[("x", story(1, 60)), ("a", story(1, 60))])).unwrap();
    assert!(index(at, &["create", "seen", "--texts", "none"]).contains("without texts"));
    index(at, &["add", "seen", "one.jsonl", "-q"]);
    let found = lines(&index(at, &["query", "seen", "two.jsonl", "--format", "jsonl"]));
    let seen = &found[0]["seen"][0];
    assert_eq!(
        (&seen["id"], &seen["relation"], &seen["matches"]),
        (&json!("a"), &json!("equal"), &json!([]))
    );
    assert_eq!(found[1]["own"], "there");
    assert!(index(at, &["query", "seen", "two.jsonl"]).contains("~ a  equal"));
    assert!(refused(at, &["index", "query", "seen", "--id", "a"]).contains("keeps no texts"));
    let (_, out, err) = run_with(at, &["index", "export", "seen"], "");
    assert!(lines(&out)[0]["text"].is_null() && err.contains("keeps no texts"), "{out}{err}");
    assert!(
        refused(at, &["dedupe", "two.jsonl", "-o", "new.jsonl", "--index", "seen"])
            .contains("keeps no texts")
    );
    assert!(!at.join("new.jsonl").exists());
    assert!(
        refused(at, &["index", "add", "seen", "two.jsonl", "--create", "--texts", "stored"])
            .contains("was made without texts")
    );
}

#[test]
fn removed_by_id() {
    let dir = filled();
    let at = dir.path();
    assert_eq!(index(at, &["remove", "seen", "a"]), "1 document removed from seen\n");
    let (code, out, err) =
        run_with(at, &["index", "remove", "seen", "a", "--ids", "-"], "b\r\n\nq\u{1b}[2J\n");
    assert_eq!((code, out.as_str()), (2, "1 document removed from seen\n"), "{err}");
    assert!(
        err.contains("error: 2 ids not there\n")
            && err.contains("\n  a\n")
            && !err.contains('\u{1b}'),
        "{err}"
    );
    index(at, &["remove", "seen", "a", "--missing-ok"]);
    assert_eq!(stats(at)["documents"], 1);
    assert!(refused(at, &["index", "remove", "seen"]).contains("nothing to remove"));
}

#[test]
fn what_is_no_index_or_of_another_recipe() {
    let dir = filled();
    let at = dir.path();
    for command in [&["stats"][..], &["verify"], &["export"], &["compact"]] {
        let err = refused(at, &[&["index"], command, &["nowhere"]].concat());
        assert!(err.contains("nowhere: no index is there: "), "{err}");
    }
    assert!(refused(at, &["index", "stats", "one.jsonl"]).contains("an index is a directory"));
    assert!(refused(at, &["index", "query", ".", "one.jsonl"]).contains("not an index"));
    let err = refused(at, &["index", "query", "seen", "one.jsonl", "--preset", "ocr"]);
    assert!(err.contains("seen was made with nearcopy.index/"), "{err}");
    fs::write(at.join("nearcopy.toml"), "lanes = 64\n").unwrap();
    let err = refused(at, &["index", "add", "seen", "one.jsonl"]);
    assert!(err.contains("the settings of ") && err.contains("--no-config"), "{err}");
    index(at, &["add", "seen", "one.jsonl", "--no-config"]);
    assert!(
        refused(at, &["dedupe", "one.jsonl", "-o", "new.jsonl", "--index", "seen"])
            .contains("--no-config")
    );
    fs::remove_file(at.join("nearcopy.toml")).unwrap();
    index(at, &["create", "read", "--preset", "ocr"]);
    let (_, _, err) = run_with(at, &["index", "query", "read", "one.jsonl"], "");
    assert!(err.contains("made with --preset ocr: give it here too"), "{err}");
    assert_eq!(run_with(at, &["index", "query", "read", "one.jsonl", "--preset", "ocr"], "").2, "");
}

#[test]
fn reading_goes_on_beside_a_writer() {
    let dir = filled();
    let writer = Index::open(dir.path().join("seen"), &Recipe::default()).unwrap();
    writer.add(&Document::new("later", story(5, 60))).unwrap();
    fs::write(dir.path().join("page.txt"), story(5, 60)).unwrap();
    let found = lines(&index(dir.path(), &["query", "seen", "page.txt", "--format", "jsonl"]));
    assert_eq!(found[0]["seen"][0]["id"], "later");
    assert_eq!(stats(dir.path())["documents"], 4);
    writer.add(&Document::new("last", story(6, 60))).unwrap();
    drop(writer);
    index(dir.path(), &["verify", "seen"]);
}

#[test]
fn exported_and_filled_again() {
    let dir = filled();
    let at = dir.path();
    let plain = index(at, &["export", "seen"]);
    assert_eq!(ids(&plain), ["a", "b", "c"]);
    assert_eq!(lines(&plain)[0]["text"], story(1, 60));
    for name in ["all.jsonl", "all.jsonl.gz", "all.jsonl.zst", "all.jsonl.bz2"] {
        assert_eq!(
            index(at, &["export", "seen", "-o", name]),
            format!("{name} with 3 documents\n")
        );
        let again = format!("again-{name}");
        index(at, &["add", &again, name, "--create", "-q"]);
        assert_eq!(ids(&index(at, &["export", &again])), ["a", "b", "c"]);
        let open = IndexOptions::default().with(|s| s.read_only = true);
        let one = open.open(at.join(&again)).unwrap().get("a").unwrap().unwrap();
        assert_eq!((one.text, one.info.date.as_deref()), (story(1, 60), Some("2026-05-01")));
    }
    assert!(
        refused(at, &["index", "export", "seen", "--background", "b.json"])
            .contains("has no background yet")
    );
    index(at, &["compact", "seen", "-q"]);
    assert_eq!(index(at, &["export", "seen", "--background", "b.json"]), "b.json written\n");
    ok(at, &["compare", "a", "b", "--in", "one.jsonl", "--background", "b.json"]);
}

#[test]
fn titles_are_kept_and_told() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let record = |id: &str, title: &str, text: String| {
        format!("{}\n", json!({"id": id, "headline": title, "text": text}))
    };
    let near = story(1, 60).replace("harbour4x1", "mayor");
    let first = record("https://www.courier.example/1", "Bridge\ncloses", story(1, 60));
    fs::write(at.join("one.jsonl"), first).unwrap();
    fs::write(at.join("two.jsonl"), record("x", "Bridge\u{1b}[2J shut", near)).unwrap();
    index(at, &["add", "seen", "one.jsonl", "--create", "-q"]);
    let exported = lines(&index(at, &["export", "seen"])).remove(0);
    assert_eq!(
        (&exported["title"], &exported["source"]),
        (&json!("Bridge closes"), &json!("courier.example"))
    );
    let found = lines(&index(at, &["query", "seen", "two.jsonl", "--format", "jsonl"])).remove(0);
    assert_eq!(found["title"], "Bridge\u{1b}[2J shut");
    assert_eq!(
        (&found["seen"][0]["title"], &found["seen"][0]["source"]),
        (&json!("Bridge closes"), &json!("courier.example"))
    );
    let human = index(at, &["query", "seen", "two.jsonl", "--brief"]);
    for part in ["“Bridge␛[2J shut”", "“Bridge closes” ·", "courier.example\n"] {
        assert!(human.contains(part), "{part}: {human}");
    }
    assert!(!human.contains('\u{1b}'), "{human:?}");
    let open = IndexOptions::default().with(|s| s.read_only = true);
    let kept = open.open(at.join("seen")).unwrap().get("https://www.courier.example/1").unwrap();
    assert_eq!(kept.unwrap().info.title.as_deref(), Some("Bridge closes"));
}

#[test]
fn nothing_steers_the_terminal() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let hostile = |word: &str| {
        story(1, 60).replace("harbour4x1", &format!("{word} \u{1b}[31mred\u{202e}\u{7}"))
    };
    fs::write(at.join("one.jsonl"), jsonl(&[("a\u{1b}[2J\u{9b}", hostile("harbour"))])).unwrap();
    fs::write(at.join("two.jsonl"), jsonl(&[("b\u{1b}]0;x\u{7}", hostile("mayor"))])).unwrap();
    index(at, &["add", "seen", "one.jsonl", "--create", "-q"]);
    let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    for args in [
        &["query", "seen", "two.jsonl"][..],
        &["query", "seen", "two.jsonl", "--format", "jsonl"],
        &["export", "seen"],
    ] {
        let out = index(at, args);
        assert!(!out.contains(acts), "{args:?}: {out:?}");
        assert!(args.contains(&"jsonl") || out.contains("red"), "{out}");
    }
    let (_, _, err) = run_with(at, &["index", "query", "seen", "--id", "\u{1b}[2J"], "");
    assert!(!err.contains(acts), "{err:?}");
}

#[test]
fn help_tells_the_defaults() {
    let dir = TempDir::new().unwrap();
    let help = ok(dir.path(), &["index", "--help"]);
    for part in [
        "create",
        "add",
        "query",
        "remove",
        "compact",
        "stats",
        "verify",
        "export",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(help.contains(part), "{part}");
    }
    let help = ok(dir.path(), &["index", "query", "--help"]);
    assert!(help.contains("--near-copy-smaller") && help.contains("[default: 0.4]"), "{help}");
    assert!(ok(dir.path(), &["index", "create", "--help"]).contains("[default: stored]"));
}
