//! Which document of a group survives, by the rules of `--keep`.

use crate::parquet_file;
use crate::program::{nearcopy, ok, refused};
use crate::scratch::{Here, STORY, WHEAT, lines, near, story};
use serde_json::{Value, json};

/// Three versions of one text and another text, with this value of `score` for each.
fn scored(scores: [Value; 4]) -> String {
    let third = near(STORY).replace("four tons", "five tons");
    let texts = [STORY, &near(STORY), &third, WHEAT];
    let record = |(n, (text, score)): (usize, (&str, Value))| {
        let mut record = json!({"id": n.to_string(), "text": text});
        if !score.is_null() {
            record["meta"] = json!({"n": score.clone()});
            record["score"] = score;
        }
        record.to_string() + "\n"
    };
    texts.into_iter().zip(scores).enumerate().map(record).collect()
}

fn ids(records: &str) -> Vec<String> {
    lines(records).iter().map(|r| r["id"].as_str().unwrap().to_owned()).collect()
}

fn left(here: &Here, input: &str, more: &[&str]) -> Vec<String> {
    let args = [&["dedupe", input, "-q", "--max-removed", "100%", "-o", "-"], more].concat();
    ids(&nearcopy().at(here.path()).args(args).done().out())
}

#[test]
fn the_highest_number_in_a_field_survives() {
    let scores = [json!(9), Value::Null, json!(10.5), json!(1)];
    let here = Here::with(&[("a.jsonl", &scored(scores))]);
    assert_eq!(left(&here, "a.jsonl", &[]), ["1", "3"]);
    assert_eq!(left(&here, "a.jsonl", &["--keep", "field:score"]), ["2", "3"]);
    assert_eq!(left(&here, "a.jsonl", &["--keep", "field:meta.n"]), ["2", "3"]);
    assert_eq!(left(&here, "a.jsonl", &["--keep", "field:votes,score"]), ["2", "3"]);
    here.write("nearcopy.toml", "keep = [\"field:score\", \"longest\"]\n");
    assert_eq!(left(&here, "a.jsonl", &[]), ["2", "3"]);
    let report = ok(here.path(), &["scan", "a.jsonl", "--format", "json", "-q"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["clusters"][0]["representative"], "2");
    assert_eq!(report["thresholds"]["keep"], json!(["field:score", "longest"]));
}

#[test]
fn strings_count_as_their_number_and_other_values_come_last() {
    for (scores, stays) in [
        ([json!(" 10 "), json!("9"), json!("8"), Value::Null], "0"),
        ([json!("n/a"), json!("NaN"), json!(-5), Value::Null], "2"),
        ([json!("Infinity"), json!(true), json!(1e3), Value::Null], "2"),
        ([json!(-1), json!(-2), Value::Null, Value::Null], "0"),
        // Equal numbers, and no number at all: the next rule decides.
        ([json!(0), json!("-0.0"), json!([7]), Value::Null], "1"),
        ([json!("x"), Value::Null, Value::Null, Value::Null], "1"),
    ] {
        let here = Here::with(&[("a.jsonl", &scored(scores.clone()))]);
        assert_eq!(left(&here, "a.jsonl", &["--keep", "field:score"])[0], stays, "{scores:?}");
    }
}

#[test]
fn the_field_may_be_a_column_or_front_matter() {
    let csv = format!("id,text,score\n0,\"{STORY}\",30\n1,\"{}\",2\n2,\"{WHEAT}\",\n", near(STORY));
    let matter = |score: u32, text: &str| format!("---\nscore: {score}\n---\n{text}\n");
    let (one, two) = (matter(11, STORY), matter(9, &near(STORY)));
    let here = Here::with(&[("a.csv", &csv), ("md/a.md", &one), ("md/b.md", &two)]);
    let keep = ["--keep", "field:score"];
    let of = |input: &str| {
        let args = ["scan", input, "-q", "--format", "json", keep[0], keep[1]];
        let report: Value = serde_json::from_str(&ok(here.path(), &args)).unwrap();
        report["clusters"][0]["representative"].as_str().unwrap().to_owned()
    };
    assert_eq!(of("a.csv"), "0");
    assert_eq!(of("md"), "md/a.md");
    let clean = ["dedupe", "a.csv", "-q", "-o", "c.csv", keep[0], keep[1]];
    ok(here.path(), &clean);
    let rest = here.read("c.csv");
    assert!(rest.lines().nth(1).is_some_and(|line| line.starts_with("0,")), "{rest}");
}

#[test]
fn a_column_of_parquet_decides_too() {
    let third = near(STORY).replace("four tons", "five tons");
    let rows = |scores: [Option<i64>; 4]| {
        let texts = [STORY, &near(STORY), &third, WHEAT];
        let row = |n: usize| (["0", "1", "2", "3"][n], texts[n], scores[n]);
        parquet_file::of(&[row(0), row(1), row(2), row(3)])
    };
    let here = Here::new();
    here.write("a.parquet", rows([Some(9), None, Some(10), Some(1)]));
    let keep = ["--keep", "field:score"];
    let clean = |more: &[&str]| {
        let args = ["dedupe", "a.parquet", "-q", "--max-removed", "100%", "-o", "b.parquet"];
        ok(here.path(), &[&args, more].concat());
        let bare = ["scan", "b.parquet", "--format", "json", "--all-pairs", "-q"];
        let report: Value = serde_json::from_str(&ok(here.path(), &bare)).unwrap();
        report["summary"]["documents"].as_u64().unwrap()
    };
    let survivor = || {
        let scan = ["scan", "a.parquet", "-q", "--format", "json", keep[0], keep[1]];
        let report: Value = serde_json::from_str(&ok(here.path(), &scan)).unwrap();
        report["clusters"][0]["representative"].as_str().unwrap().to_owned()
    };
    assert_eq!((clean(&keep), survivor()), (2, "2".into()));
    here.write("a.parquet", rows([Some(-9), Some(-8), None, Some(1)]));
    assert_eq!((clean(&keep), survivor()), (2, "1".into()));
    let missing = refused(here.path(), &["scan", "a.parquet", "--keep", "field:votes"]);
    assert!(missing.contains("no record has this field") && missing.contains("score"), "{missing}");
    // The column of the cluster has the name that is given, and its rows are read again.
    let marked = ["--annotate", "--group", "family", keep[0], keep[1]];
    assert_eq!(clean(&marked), 4);
    let by_family = ["dedupe", "b.parquet", "-o", "c.jsonl"];
    let wrong = refused(here.path(), &by_family);
    assert!(wrong.contains("Parquet"), "{wrong}");
    let field = ["scan", "b.parquet", "-q", "--format", "json", "--source-field", "family"];
    let report: Value = serde_json::from_str(&ok(here.path(), &field)).unwrap();
    let families: Vec<_> = report["documents"].as_array().unwrap().iter().collect();
    let first = families[0]["source"].as_str().unwrap();
    assert!(families.iter().all(|document| document["source"] == first), "{families:?}");
}

#[test]
fn a_field_that_is_not_there_or_a_second_one_is_an_error() {
    let here = Here::with(&[("a.jsonl", &scored([json!(1), json!(2), json!(3), json!(4)]))]);
    let scan = |more: &[&str]| refused(here.path(), &[&["scan", "a.jsonl"], more].concat());
    let missing = scan(&["--keep", "field:votes"]);
    assert!(missing.contains("--keep field:votes: no record has this field"), "{missing}");
    assert!(missing.contains("score"), "{missing}");
    assert!(scan(&["--keep", "field:"]).contains("field:NAME"));
    let two = scan(&["--keep", "field:score", "--keep", "field:id"]);
    assert!(two.contains("one field:NAME at most"), "{two}");
}

#[test]
fn none_removes_every_document_of_a_group() {
    let mut records = scored([json!(1), json!(2), json!(3), json!(4)]);
    records += &(json!({"id": "4", "text": STORY}).to_string() + "\n");
    let here = Here::with(&[("a.jsonl", &records)]);
    assert_eq!(left(&here, "a.jsonl", &["--keep", "none"]), ["3"]);
    // With equal texts alone, only they are a group.
    assert_eq!(left(&here, "a.jsonl", &["--keep", "none", "--drop", "equal"]), ["1", "2", "3"]);
    here.write("nearcopy.toml", "keep = [\"none\"]\n");
    assert_eq!(left(&here, "a.jsonl", &[]), ["3"]);
    here.remove("nearcopy.toml");
    // Nothing is lost: what was removed names a partner, and holds the record.
    let args = ["dedupe", "a.jsonl", "-o", "b.jsonl", "--keep", "none", "--removed", "r.jsonl"];
    let ended = nearcopy().at(here.path()).args(args).args(["--max-removed", "100%"]).done();
    assert!(ended.out().contains("goes too"), "{}", ended.out());
    let gone = lines(&here.read("r.jsonl"));
    assert_eq!(gone.len(), 4);
    assert!(gone.iter().all(|r| r["partner"].is_string() && r["partner"] != r["id"]));
    // The other commands are as they would be without it.
    let scan = |more: &[&str]| {
        ok(here.path(), &[&["scan", "a.jsonl", "-q", "--format", "csv"], more].concat())
    };
    assert_eq!(scan(&["--keep", "none"]), scan(&[]));
}

#[test]
fn none_leaves_references_and_what_only_holds_a_shorter_text() {
    let reference = json!({"id": "r", "text": near(STORY)}).to_string() + "\n";
    let here = Here::with(&[
        ("a.jsonl", &scored([json!(1), json!(2), json!(3), json!(4)])),
        ("ref.jsonl", &reference),
    ]);
    let against = ["--keep", "none", "--against", "ref.jsonl"];
    assert_eq!(left(&here, "a.jsonl", &against), ["3"]);
    assert_eq!(here.read("ref.jsonl"), reference);
    let long = format!("{STORY}\n\n{WHEAT}\n\n{}", story(5, 200));
    let records: String = [("short", STORY), ("long", long.as_str())]
        .iter()
        .map(|(id, text)| json!({"id": id, "text": text}).to_string() + "\n")
        .collect();
    here.write("b.jsonl", records);
    let drop = ["--keep", "none", "--drop", "equal,near-copy,contained-in"];
    assert_eq!(left(&here, "b.jsonl", &drop), ["long"]);
}

#[test]
fn where_none_stays_no_report_says_that_one_does() {
    let here = Here::with(&[("a.jsonl", &scored([json!(1), json!(2), json!(3), json!(4)]))]);
    let reports = ["r.html", "r.md", "r.txt", "r.csv", "r.prom", "r.sarif", "r.json"];
    let clean = |keep: &str| {
        let args = ["dedupe", "a.jsonl", "-o", "b.jsonl", "--max-removed", "100%", "--keep", keep];
        let report = reports.iter().flat_map(|name| ["--report", name]);
        nearcopy().at(here.path()).args(args).args(report).done().out()
    };
    let claims = ["stays", "survives", "is kept", "was kept"];
    let told = clean("latest");
    assert!(told.contains("stays") && told.contains("removals least like what stays"), "{told}");
    let told = clean("none");
    assert!(told.contains("least like their partners, which go too"), "{told}");
    let check = |name: &str, text: &str| {
        for claim in claims {
            assert!(!text.contains(claim), "{name}: {claim}: {text}");
        }
    };
    check("standard output", &told);
    for name in reports {
        // The names of styles and functions of a page are not what it says.
        let text = here.read(name);
        check(name, text.split("<script").next().unwrap());
    }
}
