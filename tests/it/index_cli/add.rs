//! What `index add` takes in, and what it says of the rest.

use super::*;

#[test]
fn bad_records_are_counted_and_the_rest_goes_on() {
    let dir = TempDir::new().unwrap();
    let day = format!(
        "{}not json\n[1]\n{}",
        jsonl(&[("a", story(1, 60))]),
        jsonl(&[("b", story(2, 60))])
    );
    fs::write(dir.path().join("day.jsonl"), day).unwrap();
    let (code, out, err) =
        run_with(dir.path(), &["index", "add", "seen", "day.jsonl", "--create"], "");
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("2 documents read: 2 new")
            && out.contains("2 skipped (1 bad-json, 1 not-an-object)"),
        "{out}"
    );
    assert!(err.contains("day.jsonl:2"), "{err}");
    let (code, _, err) =
        run_with(dir.path(), &["index", "add", "seen", "day.jsonl", "--max-bad", "1"], "");
    assert_eq!(code, 2, "{err}");
    let (code, _, err) = run_with(dir.path(), &["index", "add", "seen", "gone.jsonl"], "");
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("gone.jsonl"), "{err}");
}

#[test]
fn records_without_ids_are_said() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("day.jsonl"), format!("{}\n", json!({"text": story(1, 60)})))
        .unwrap();
    fs::write(dir.path().join("page.txt"), story(2, 60)).unwrap();
    let (_, _, err) =
        run_with(dir.path(), &["index", "add", "seen", "day.jsonl", "page.txt", "--create"], "");
    assert!(err.contains("1 record without an id"), "{err}");
}

#[test]
fn ids_again() {
    let dir = filled();
    fs::write(dir.path().join("two.jsonl"), jsonl(&[("a", story(9, 60))])).unwrap();
    let err = refused(dir.path(), &["index", "add", "seen", "two.jsonl", "--same-id", "refuse"]);
    assert!(
        err.contains("\"a\" is there already with another text")
            && err.contains("holds 3 documents now"),
        "{err}"
    );
    assert!(
        index(dir.path(), &["add", "seen", "two.jsonl"])
            .contains("0 new, 0 copies, 1 replaced, 0 known")
    );
}

#[test]
fn many_small_files_and_one_large() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    fs::create_dir(at.join("pages")).unwrap();
    for n in 0..20 {
        fs::write(at.join(format!("pages/{n:02}.txt")), story(n, 60)).unwrap();
    }
    let records: Vec<(String, String)> =
        (100..6000).map(|n| (format!("r{n}"), format!("{} {n}", "word ".repeat(300)))).collect();
    let large: String =
        records.iter().map(|(id, text)| format!("{}\n", json!({"id": id, "text": text}))).collect();
    assert!(large.len() > 8 << 20);
    fs::write(at.join("large.jsonl"), large).unwrap();
    let said = index(
        at,
        &[
            "add",
            "seen",
            "pages",
            "large.jsonl",
            "--create",
            "--texts",
            "none",
            "--threads",
            "1",
            "-q",
            "--format",
            "json",
        ],
    );
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["read"], &said["documents"]), (&json!(5920), &json!(5920)));
    let out = index(at, &["export", "seen", "-q"]);
    assert_eq!(ids(&out)[..2], ["pages/00.txt", "pages/01.txt"]);
    assert_eq!(ids(&out)[5919], "r5999");
}
