//! `nearcopy dedupe` as its users call it: what stays is byte for byte as it was, what goes can be
//! put back, nothing is half written.

mod outputs;

use crate::program::{Program, nearcopy, process};
use crate::scratch::{STORY, WHEAT, near, story};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// `nearcopy dedupe`, whatever settings lie about.
fn dedupe(dir: &Path, args: &[&str]) -> Program {
    nearcopy().at(dir).args(["dedupe", "--no-config"]).args(args)
}

fn run(dir: &Path, args: &[&str]) -> String {
    dedupe(dir, args).done().out()
}

fn refused(dir: &Path, args: &[&str]) -> String {
    dedupe(dir, args).refused()
}

fn lines(path: &Path) -> Vec<Value> {
    crate::scratch::lines(&fs::read_to_string(path).unwrap())
}

/// JSON Lines with an oddity in each: equal and near-copies, other fields, odd spacing, escapes, a
/// bad line, blank lines, CRLF.
fn odd_lines() -> Vec<String> {
    let (a, b) = (story(1, 60), story(2, 60));
    vec![
        format!("{{\"id\": \"a\",  \"text\": \"{a}\", \"n\": 1.50, \"tags\": [\"x\",  {{}}]}}\n"),
        format!(
            "{{\"text\":\"{b} \\u00e9\\/ and four words \
             more\",\"id\":\"b\",\"big\":12345678901234567890123}}\r\n"
        ),
        "\n".to_owned(),
        "{\"id\": \"bad\", \"text\": \n".to_owned(),
        format!("{{\"id\":\"a2\",\"text\":\"{a}\",\"lone\":\"\\ud800\"}}\n"),
        format!("  {{\"id\":\"b2\",\"text\":\"{b} with an end\"}}  \n"),
        format!("{{\"id\":\"c\",\"text\":\"{}\"}}", story(3, 60)),
    ]
}

/// Puts removed records back: by the line that each stood in.
fn put_back(kept: &str, removed: &[Value]) -> String {
    let mut at: BTreeMap<u64, &str> = removed
        .iter()
        .map(|r| (r["record"].as_u64().unwrap(), r["raw"].as_str().unwrap()))
        .collect();
    let mut out = String::new();
    let (mut number, mut kept) = (1, kept.split_inclusive('\n'));
    loop {
        match at.remove(&number) {
            Some(line) => out.push_str(line),
            None => match kept.next() {
                Some(line) => out.push_str(line),
                None => break,
            },
        }
        number += 1;
    }
    out
}

#[test]
fn json_lines_pass_byte_for_byte_and_come_back() {
    let dir = TempDir::new().unwrap();
    let lines_in = odd_lines();
    fs::write(dir.path().join("in.jsonl"), lines_in.concat()).unwrap();
    let said = run(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl"]);
    assert!(said.contains("2 of 5 documents removed (40%)"), "{said}");
    let kept = fs::read_to_string(dir.path().join("out.jsonl")).unwrap();
    assert_eq!(kept, [0, 1, 2, 3, 6].map(|i| lines_in[i].as_str()).concat());
    let gone = lines(&dir.path().join("gone.jsonl"));
    let short: Vec<_> = gone
        .iter()
        .map(|g| {
            (
                g["id"].as_str().unwrap(),
                g["relation"].as_str().unwrap(),
                g["partner"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(short, [("a2", "equal", "a"), ("b2", "near-copy", "b")]);
    assert!(gone[1]["coverage"].as_f64().unwrap() > 0.9);
    assert_eq!(gone[1]["matches"][0]["here"]["chars"][0], 0);
    assert_eq!(put_back(&kept, &gone), lines_in.concat());
    assert_eq!(fs::read_to_string(dir.path().join("in.jsonl")).unwrap(), lines_in.concat());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 3);
}

#[test]
fn compressed_in_compressed_out_and_pipes() {
    let dir = TempDir::new().unwrap();
    let text = odd_lines().concat();
    fs::write(dir.path().join("in.jsonl.zst"), zstd::encode_all(text.as_bytes(), 1).unwrap())
        .unwrap();
    run(dir.path(), &["in.jsonl.zst", "-o", "out.jsonl.zst"]);
    let kept = zstd::decode_all(&fs::read(dir.path().join("out.jsonl.zst")).unwrap()[..]).unwrap();
    run(dir.path(), &["in.jsonl.zst", "-o", "out.jsonl"]);
    assert_eq!(fs::read(dir.path().join("out.jsonl")).unwrap(), kept);
    let piped = dedupe(dir.path(), &["-", "-o", "-"]).stdin(text).done();
    assert_eq!(piped.bytes, kept);
    let said = piped.err;
    assert!(said.contains("2 documents removed, 4 records written"), "{said}");
}

#[test]
fn a_directory_stays_a_directory() {
    let dir = TempDir::new().unwrap();
    let site = dir.path().join("site");
    fs::create_dir_all(site.join("x")).unwrap();
    let files = [
        ("a.txt", story(11, 60)),
        ("x/b.md", story(11, 60)),
        ("x/c.txt", story(12, 60) + "\r\n"),
        ("d.jsonl", odd_lines().concat()),
    ];
    files.iter().for_each(|(name, text)| fs::write(site.join(name), text).unwrap());
    fs::write(site.join("picture.png"), [0u8; 10]).unwrap();
    run(dir.path(), &["site", "-o", "clean", "--removed", "gone.jsonl", "--max-removed", "100%"]);
    let at = |name: &str| dir.path().join("clean").join(name);
    assert!(!at("x/b.md").exists() && !at("picture.png").exists());
    assert_eq!(fs::read_to_string(at("x/c.txt")).unwrap(), files[2].1);
    let gone = lines(&dir.path().join("gone.jsonl"));
    assert!(gone.iter().any(|g| g["path"] == "site/x/b.md" && g["raw"] == files[1].1.as_str()));
    assert!(refused(dir.path(), &["site", "-o", "clean"]).contains("not empty"));
    // All texts in one file, one a line.
    run(dir.path(), &["site/a.txt", "site/x", "-o", "one.jsonl", "--max-removed", "100%"]);
    let one = lines(&dir.path().join("one.jsonl"));
    assert_eq!(
        one.iter().map(|l| l["id"].as_str().unwrap()).collect::<Vec<_>>(),
        ["site/a.txt", "site/x/c.txt"]
    );
}

#[test]
fn what_stands_in_a_reference_goes() {
    let dir = TempDir::new().unwrap();
    let record = |id: &str, text: &str| format!("{{\"id\":\"{id}\",\"text\":\"{text}\"}}\n");
    let (item, long) = (story(7, 40), format!("{}. {}", story(8, 80), story(9, 80)));
    let old = [record("1", &story(1, 60)), record("item", &item), record("long", &long)].concat();
    fs::write(dir.path().join("old.jsonl"), &old).unwrap();
    let today = [
        record("1", &story(1, 60)),
        record("2", &(story(1, 60) + " edited")),
        record("3", &story(3, 60)),
        record("4", &story(3, 60)),
        record("5", &format!("{}. {item}. {}", story(4, 80), story(5, 80))),
        record("6", &story(9, 80)),
        record("7", &story(6, 60)),
    ];
    fs::write(dir.path().join("new.jsonl"), today.concat()).unwrap();
    let kept = |args: &[&str]| {
        run(
            dir.path(),
            &[
                &[
                    "new.jsonl",
                    "-o",
                    "out.jsonl",
                    "--against",
                    "old.jsonl",
                    "--max-removed",
                    "100%",
                ],
                args,
            ]
            .concat(),
        );
        lines(&dir.path().join("out.jsonl"))
            .iter()
            .map(|l| l["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(kept(&[]), "3 5 7");
    assert_eq!(kept(&["--against-only"]), "3 4 5 7");
    assert_eq!(kept(&["--drop", "equal"]), "2 3 5 6 7");
    assert_eq!(kept(&["--drop", "equal,near-copy,contained-in,contains"]), "3 7");
    assert_eq!(fs::read_to_string(dir.path().join("old.jsonl")).unwrap(), old);
    assert!(
        refused(dir.path(), &["new.jsonl", "-o", "x.jsonl", "--drop", "contains"])
            .contains("--against")
    );
    assert!(
        refused(dir.path(), &["new.jsonl", "-o", "x.jsonl", "--against", "./new.jsonl"])
            .contains("both input and reference")
    );
}

#[test]
fn cut_paragraphs_come_back() {
    let dir = TempDir::new().unwrap();
    let shared = format!("{}.", story(50, 25));
    let texts: Vec<String> = (0..6)
        .map(|n| format!("{}.\n\n{shared}\n\n{} “é” 漢.\n", story(n, 40), story(n + 10, 40)))
        .collect();
    let record = |(n, text): (usize, &String)| {
        format!("{{\"id\":\"d{n}\",\"text\":{}}}\n", serde_json::to_string(text).unwrap())
    };
    fs::write(
        dir.path().join("in.jsonl"),
        texts.iter().enumerate().map(record).collect::<String>(),
    )
    .unwrap();
    let said = run(
        dir.path(),
        &["in.jsonl", "-o", "out.jsonl", "--remove", "paragraphs", "--removed", "gone.jsonl"],
    );
    assert!(said.contains("cut: 5 passages of 125 tokens from 5 documents"), "{said}");
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for l in lines(&dir.path().join("out.jsonl")) {
        out.insert(l["id"].as_str().unwrap().into(), l["text"].as_str().unwrap().into());
    }
    assert_eq!(out["d0"], texts[0]);
    assert_eq!(out["d3"], format!("{}.\n\n{} “é” 漢.\n", story(3, 40), story(13, 40)));
    for g in lines(&dir.path().join("gone.jsonl")) {
        assert_eq!((g["kind"].as_str(), g["partner"].as_str()), (Some("passage"), Some("d0")));
        assert_eq!(
            texts[0][g["stays"][0]["bytes"][0].as_u64().unwrap() as usize..].split(' ').next(),
            shared.split(' ').next()
        );
        let text = out.get_mut(g["id"].as_str().unwrap()).unwrap();
        text.insert_str(g["bytes"][0].as_u64().unwrap() as usize, g["text"].as_str().unwrap());
    }
    assert_eq!(out.into_values().collect::<Vec<_>>(), texts);
}

#[test]
fn annotations_say_what_each_record_is() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    run(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--annotate=dup_"]);
    let text = fs::read_to_string(dir.path().join("out.jsonl")).unwrap();
    let of = |id: &str| -> Value {
        let line = text.lines().find(|l| l.contains(&format!("\"{id}\""))).unwrap();
        serde_json::from_str(&line.replace("\\ud800", "")).unwrap()
    };
    let (b2, b, c) = (of("b2"), of("b"), of("c"));
    assert_eq!(
        (b2["dup_relation"].as_str(), b2["dup_partner"].as_str()),
        (Some("near-copy"), Some("b"))
    );
    assert_eq!(b2["dup_cluster"], b["dup_cluster"]);
    assert!(b2["dup_coverage"].as_f64().unwrap() > 0.9 && b2["dup_spans"][0][0] == 0);
    assert!(b["dup_relation"].is_null() && c["dup_cluster"].is_null());
    fs::write(
        dir.path().join("again.jsonl"),
        format!("{{\"text\":\"{}\",\"cluster\":1}}\n", story(1, 30)),
    )
    .unwrap();
    assert!(
        refused(dir.path(), &["again.jsonl", "-o", "x.jsonl", "--annotate"]).contains("cluster")
    );
}

#[test]
fn the_field_of_the_cluster_has_the_name_that_it_is_given() {
    let dir = TempDir::new().unwrap();
    let write = |name: &str, text: &str| fs::write(dir.path().join(name), text).unwrap();
    write("in.jsonl", &odd_lines().concat());
    write("in.csv", &format!("id,text\n1,\"{STORY}\"\n2,\"{}\"\n3,\"{WHEAT}\"\n", near(STORY)));
    run(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--annotate=dup_", "--group", "cluster id"]);
    let text = fs::read_to_string(dir.path().join("out.jsonl")).unwrap();
    let members = text.lines().filter(|line| line.contains("\"cluster id\":\"")).count();
    assert!(members >= 2 && text.contains("dup_relation") && !text.contains("dup_cluster"));
    run(dir.path(), &["in.csv", "-o", "out.csv", "--annotate", "--group", "a, \"b\""]);
    let table = fs::read_to_string(dir.path().join("out.csv")).unwrap();
    let head = "id,text,\"a, \"\"b\"\"\",relation,partner,coverage,spans\n";
    assert!(table.starts_with(head), "{table}");
    let no = |args: &[&str]| refused(dir.path(), &[&["in.csv", "-o", "x.csv"], args].concat());
    assert!(no(&["--group", "g"]).contains("--annotate"));
    assert!(no(&["--annotate", "--group", "spans"]).contains("another added field"));
    assert!(no(&["--annotate", "--group", ""]).contains("--group needs the name"));
    assert!(no(&["--annotate", "--group", "text"]).contains("choose another name"));
    assert!(!dir.path().join("x.csv").exists());
}

#[test]
fn a_dry_run_writes_nothing_and_shows_the_doubtful_first() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("in.jsonl"), odd_lines().concat()).unwrap();
    let said = run(dir.path(), &["in.jsonl", "--dry-run"]);
    assert!(
        said.contains("2 of 5 documents would go") && said.contains("Nothing was written."),
        "{said}"
    );
    let least = said.find("least like what stays").unwrap();
    assert!(said[least..].contains("b2") && said.contains("near-copy · b stays"), "{said}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let data: Value =
        serde_json::from_str(&run(dir.path(), &["in.jsonl", "--dry-run", "--format", "json"]))
            .unwrap();
    assert_eq!(
        (data["removed"].as_u64(), data["removed_as"]["equal"].as_u64()),
        (Some(2), Some(1))
    );
}

#[test]
fn too_much_is_refused_before_anything_is_written() {
    let dir = TempDir::new().unwrap();
    let record = |n: usize, text: String, source: &str| {
        format!("{{\"id\":\"{n:02}\",\"text\":\"{text}\",\"source\":\"{source}\"}}\n")
    };
    let wire: String = (0..12).map(|n| record(n, story(1, 60), "wire")).collect();
    let own: String = (20..60).map(|n| record(n, story(n, 60), "own")).collect();
    fs::write(dir.path().join("in.jsonl"), wire.clone() + &own).unwrap();
    let said = refused(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--removed", "gone.jsonl"]);
    assert!(
        said.contains("11 of 12 documents of source \"wire\"") && said.contains("because of 00"),
        "{said}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    run(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--max-removed", "95%"]);
    fs::write(dir.path().join("in.jsonl"), wire).unwrap();
    assert!(
        refused(dir.path(), &["in.jsonl", "-o", "out.jsonl", "--max-removed", "10"])
            .contains("11 of 12 documents (92%)")
    );
}

#[test]
fn hostile_text_reaches_no_terminal() {
    let dir = TempDir::new().unwrap();
    let record = |id: &str, tail: &str| {
        format!(
            "{{\"id\":\"{id}\",\"source\":\"\\u001b]0;x\",\"text\":\"{} \\u001b[31m{tail}\"}}\n",
            story(1, 60)
        )
    };
    fs::write(
        dir.path().join("in.jsonl"),
        record("\\u001b[2Ja", "one") + &record("\\u202eb", "two three"),
    )
    .unwrap();
    let said = run(dir.path(), &["in.jsonl", "--dry-run"]);
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
}

#[test]
fn short_paragraphs_agree_by_chance() {
    let dir = tempfile::tempdir().unwrap();
    let text =
        |n: usize| format!("{}\n\nShr 83 cts vs 60 cts\n\n{}", story(n, 30), story(n + 10, 30));
    let record =
        |n: usize| serde_json::json!({"id": n.to_string(), "text": text(n)}).to_string() + "\n";
    let input: String = (0..4).map(record).collect();
    fs::write(dir.path().join("in.jsonl"), &input).unwrap();
    let cleaned = |more: &[&str]| {
        run(
            dir.path(),
            &[&["in.jsonl", "-o", "out.jsonl", "--remove", "paragraphs,passages"], more].concat(),
        );
        fs::read_to_string(dir.path().join("out.jsonl")).unwrap()
    };
    assert_eq!(cleaned(&[]), input);
    assert_eq!(cleaned(&["--min-paragraph", "6"]).matches("Shr 83").count(), 1);
}
