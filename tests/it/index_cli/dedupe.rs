//! `dedupe --index`: a day is cleaned of what the index holds, and added to it.

use super::*;

#[test]
fn the_same_day_twice_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let day = jsonl(&[
        ("a", story(1, 60)),
        ("a2", story(1, 60).replace("harbour4x1", "mayor")),
        ("b", story(2, 60)),
        ("c", story(3, 60)),
        ("d", story(4, 60)),
    ]);
    fs::write(at.join("day.jsonl"), day).unwrap();
    index(at, &["create", "seen"]);
    let dry = ok(at, &["dedupe", "day.jsonl", "--dry-run", "--index", "seen"]);
    assert!(dry.contains("Nothing was written.") && stats(at)["documents"] == 0, "{dry}");
    let said = ok(at, &["dedupe", "day.jsonl", "-o", "new.jsonl", "--index", "seen"]);
    assert!(
        said.contains("because of the index: 0 documents")
            && said.contains("Added to seen: 4 new, 0 in place"),
        "{said}"
    );
    assert_eq!(ids(&fs::read_to_string(at.join("new.jsonl")).unwrap()), ["a", "b", "c", "d"]);
    let before = index(at, &["export", "seen"]);
    let said = ok(
        at,
        &["dedupe", "day.jsonl", "-o", "none.jsonl", "--index", "seen", "--removed", "gone.jsonl"],
    );
    assert!(
        said.contains("because of the index: 5 documents, 4 of them in it under their own ids"),
        "{said}"
    );
    assert!(said.contains("Added to seen: 0 new, 0 in place"), "{said}");
    assert_eq!(fs::read_to_string(at.join("none.jsonl")).unwrap(), "");
    assert_eq!(index(at, &["export", "seen"]), before);
    let gone = lines(&fs::read_to_string(at.join("gone.jsonl")).unwrap());
    assert_eq!(gone.len(), 5);
    assert!(gone.iter().all(|g| g["partner"].as_str().unwrap().starts_with("index:")), "{gone:?}");
}

#[test]
fn reprints_of_yesterday_go_and_new_versions_stay() {
    let dir = filled();
    let at = dir.path();
    let version = format!("{} and a last word more", story(2, 60));
    let day = jsonl(&[
        ("e", story(1, 60).replace("harbour4x1", "mayor")),
        ("b", version.clone()),
        ("f", story(3, 60)),
        ("g", story(8, 60)),
        ("h", story(9, 60)),
    ]);
    fs::write(at.join("two.jsonl"), day).unwrap();
    let args = [
        "dedupe",
        "two.jsonl",
        "-o",
        "new.jsonl",
        "--index",
        "seen",
        "--removed",
        "gone.jsonl",
        "--format",
        "json",
    ];
    let only = ok(at, &[&args[..], &["--index-read-only"]].concat());
    assert_eq!(serde_json::from_str::<Value>(&only).unwrap()["index"]["added"], 0);
    assert_eq!(stats(at)["documents"], 3);
    let said: Value = serde_json::from_str(&ok(at, &args)).unwrap();
    assert_eq!(
        said["index"],
        json!({"path": "seen", "removed": 2, "known": 0, "added": 3, "replaced": 1})
    );
    assert_eq!(ids(&fs::read_to_string(at.join("new.jsonl")).unwrap()), ["b", "g", "h"]);
    let gone = lines(&fs::read_to_string(at.join("gone.jsonl")).unwrap());
    let told: Vec<[&str; 3]> = gone
        .iter()
        .map(|g| ["id", "partner", "relation"].map(|n| g[n].as_str().unwrap()))
        .collect();
    assert_eq!(told, [["e", "index:a", "near-copy"], ["f", "index:c", "equal"]]);
    let all = index(at, &["export", "seen"]);
    assert_eq!(ids(&all), ["a", "c", "b", "g", "h"]);
    assert_eq!(lines(&all)[2]["text"], version);
    index(at, &["verify", "seen"]);
}

#[test]
fn with_other_references_and_to_standard_output() {
    let dir = filled();
    let at = dir.path();
    fs::write(at.join("eval.jsonl"), jsonl(&[("q", story(8, 60))])).unwrap();
    fs::write(
        at.join("two.jsonl"),
        jsonl(&[
            ("e", story(1, 60)),
            ("f", story(8, 60)),
            ("g", story(9, 60)),
            ("h", story(10, 60)),
        ]),
    )
    .unwrap();
    let (code, out, err) = run_with(
        at,
        &["dedupe", "two.jsonl", "-o", "-", "--index", "seen", "--against", "eval.jsonl"],
        "",
    );
    assert_eq!(code, 0, "{err}");
    assert_eq!(ids(&out), ["g", "h"]);
    assert!(err.contains("2 documents removed") && err.contains("Added to seen: 2 new"), "{err}");
    assert_eq!(ids(&index(at, &["export", "seen"])), ["a", "b", "c", "g", "h"]);
}

#[test]
fn a_cleaning_that_fails_adds_nothing() {
    let dir = filled();
    let at = dir.path();
    let copies: Vec<(String, String)> = (0..4).map(|n| (format!("k{n}"), story(30, 60))).collect();
    let copies: Vec<(&str, String)> =
        copies.iter().map(|(id, text)| (id.as_str(), text.clone())).collect();
    fs::write(at.join("two.jsonl"), jsonl(&copies)).unwrap();
    refused(
        at,
        &[
            "dedupe",
            "two.jsonl",
            "-o",
            "no/such/new.jsonl",
            "--index",
            "seen",
            "--max-removed",
            "100%",
        ],
    );
    assert!(
        refused(at, &["dedupe", "two.jsonl", "-o", "new.jsonl", "--index", "seen"])
            .contains("--max-removed")
    );
    refused(
        at,
        &[
            "dedupe",
            "two.jsonl",
            "gone.jsonl",
            "-o",
            "new.jsonl",
            "--index",
            "seen",
            "--max-removed",
            "100%",
        ],
    );
    assert!(
        refused(at, &["dedupe", "two.jsonl", "-o", "new.jsonl", "--index", "nowhere"])
            .contains("no index is there")
    );
    ok(at, &["dedupe", "two.jsonl", "-o", "marked.jsonl", "--index", "seen", "--annotate"]);
    assert_eq!(stats(at)["documents"], 3);
    assert!(
        refused(at, &["dedupe", "two.jsonl", "-o", "new.jsonl", "--against-only"])
            .contains("--index")
    );
}

/// Notices in one wording, each of a company of its own.
fn notice(n: usize) -> String {
    format!(
        "Qtly div {n} cts vs {n} cts prior\n\nPay April {}\n\nRecord April {}\n\nName{n} \
         Holdings{n} Ltd",
        n % 30,
        n % 28
    )
}

#[test]
fn a_day_is_judged_with_what_the_index_knows() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let archive: Vec<(String, String)> = (0..60).map(|n| (format!("n{n}"), notice(n))).collect();
    let archive: Vec<(&str, String)> =
        archive.iter().map(|(id, text)| (id.as_str(), text.clone())).collect();
    fs::write(at.join("archive.jsonl"), jsonl(&archive)).unwrap();
    index(at, &["add", "seen", "archive.jsonl", "--create", "--compact", "-q"]);
    fs::write(at.join("day.jsonl"), jsonl(&[("x", notice(95)), ("y", story(1, 60))])).unwrap();
    ok(at, &["dedupe", "day.jsonl", "-o", "new.jsonl", "--index", "seen", "--index-read-only"]);
    assert_eq!(ids(&fs::read_to_string(at.join("new.jsonl")).unwrap()), ["x", "y"]);
}
