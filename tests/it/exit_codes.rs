//! The exit codes of the commands that read inputs, by command and cause: the table in
//! docs/exit-codes.md is what this test measures. `UPDATE=1 cargo test --test it exit_codes` writes
//! it again: look at the difference.

use crate::program::{nearcopy, ok};
use crate::scratch::{Here, STORY, WHEAT, near, record};
use flate2::write::GzEncoder;
use std::io::Write;
use std::path::Path;

/// The commands, in the order of the columns.
const COMMANDS: [&str; 6] =
    ["scan", "dedupe", "check", "compare --pairs", "index add", "index query"];

/// A cause, the paths and flags that bring it about, and what is on standard input.
type Cause = (&'static str, &'static [&'static str], &'static str);

#[rustfmt::skip]
const CAUSES: &[Cause] = &[
    ("everything is read", &["good.jsonl"], ""),
    ("texts without a word", &["blank"], ""),
    ("a record is bad", &["bad.jsonl"], ""),
    ("more bad records than `--max-bad`", &["bad.jsonl", "--max-bad", "0"], ""),
    ("bad records that `--max-bad` allows", &["bad.jsonl", "--max-bad", "1"], ""),
    ("a directory also has files of other kinds (pictures, `package.json`)", &["mixed"], ""),
    ("a directory has a link to a directory, also to one above it", &["linked"], ""),
    ("no document: an empty directory", &["empty"], ""),
    ("no document: nothing but files of other kinds", &["other"], ""),
    ("no document: an empty pipe", &["-"], ""),
    ("no document, with `--allow-empty`", &["empty", "--allow-empty"], ""),
    ("a named input is missing", &["good.jsonl", "gone.txt"], ""),
    ("a named pattern fits nothing", &["good.jsonl", "gone/*.txt"], ""),
    ("a named input cannot be opened", &["good.jsonl", "good.jsonl/inside"], ""),
    ("a named input ends early: compressed data", &["cut.jsonl.gz"], ""),
    ("a named input ends early: JSON Lines", &["cut.jsonl"], ""),
    ("a named input ends early: JSON", &["cut.json"], ""),
    ("a named input ends early: a row of a table", &["cut.csv"], ""),
    ("a named input ends early: a quote in a table", &["open.csv"], ""),
    ("a named input ends early: Parquet", &["cut.parquet"], ""),
    ("a named input ends early: WARC", &["cut.warc"], ""),
    ("a named input ends early: ARC", &["cut.arc"], ""),
    ("a named input is recognised and not read (ZIP, UTF-32, PDF …)", &["page.pdf"], ""),
    ("a named input is binary", &["picture"], ""),
    ("a named input has records, and none with a text", &["package.json"], ""),
    ("a named input has records, and none that is valid", &["junk.jsonl"], ""),
    ("standard input ends early", &["-"], "{\"text\": \"one\"}\n{\"text\": \"tw"),
    ("an empty JSON file is named", &["good.jsonl", "nothing.json"], ""),
    ("an empty table and empty JSON Lines are named beside a file with documents",
        &["good.jsonl", "nothing.csv", "nothing.jsonl"], ""),
    ("a file in a directory ends early", &["cuts"], ""),
    ("compressed data in a directory ends early", &["packed"], ""),
    ("a Parquet file in a directory is damaged", &["columns"], ""),
    ("the same with `--on-error stop`", &["cuts", "--on-error", "stop"], ""),
    ("the same with `--on-error skip`", &["cuts", "--on-error", "skip"], ""),
    ("compressed data and Parquet, with `--on-error skip`",
        &["packed", "columns", "--on-error", "skip"], ""),
    ("a named input fails, with `--on-error skip`",
        &["good.jsonl", "gone.txt", "--on-error", "skip"], ""),
    ("no record has the field of `--text-field`", &["good.jsonl", "--text-field", "txt"], ""),
    ("no record has the field of `--id-field`", &["good.jsonl", "--id-field", "nope"], ""),
    ("no record has the field of `--source-field`", &["good.jsonl", "--source-field", "o"], ""),
    ("no record has the field of `--date-field`", &["good.jsonl", "--date-field", "o"], ""),
    ("no record has the field of `--title-field`", &["good.jsonl", "--title-field", "o"], ""),
    ("a file with a setting that is unknown", &["good.jsonl", "--config", "wrong.toml"], ""),
    ("bad usage", &["good.jsonl", "--no-such-flag"], ""),
    ("no input is named", &[], ""),
    ("copies are found", &["copies.jsonl"], ""),
];

/// The inputs of all causes, and an index.
fn inputs() -> Here {
    let here = Here::with(&[
        ("blank/a.txt", ""),
        ("blank/b.md", " \n"),
        ("mixed/a.txt", STORY),
        ("mixed/package.json", "{\"name\": \"x\"}"),
        ("mixed/settings.json", "// a comment\n{\"a\": 1}"),
        ("mixed/figures.csv", "year,sum\n2001,7\n"),
        ("linked/a.txt", STORY),
        ("other/a.bin", "\0\u{1}"),
        ("other/package-lock.json", "{\"packages\": {}}"),
        ("empty/.keep", ""),
        ("cut.json", "[{\"text\": \"one\"}, {\"text\": \"tw"),
        ("cut.csv", "id,text\n1,one\n2"),
        ("open.csv", "id,text\n1,one\n2,\"two"),
        ("cut.arc", "http://a/ 10.0.0.1 20260503100000 text/html 99\nHTTP"),
        ("cut.warc", "WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 99\r\n\r\nHTTP"),
        ("nothing.json", ""),
        ("nothing.csv", "id,text\n"),
        ("nothing.jsonl", ""),
        ("packed/good.jsonl", &record("1", STORY)),
        ("columns/good.jsonl", &record("1", STORY)),
        ("columns/cut.parquet", "PAR1 and what follows it"),
        ("page.pdf", "%PDF-1.7\n"),
        ("picture", "\u{89}PNG\0\0"),
        ("package.json", "{\"name\": \"x\"}"),
        ("junk.jsonl", "one\ntwo\n"),
        ("cuts/good.jsonl", &record("1", STORY)),
        ("cuts/cut.jsonl", &(record("2", WHEAT) + "{\"text\": \"tw")),
        ("wrong.toml", "no-such-setting = 1\n"),
        ("pairs.jsonl", ""),
    ]);
    let good = record("1", STORY) + &record("2", WHEAT);
    here.write("good.jsonl", &good);
    here.write("bad.jsonl", good.clone() + "{}\n");
    here.write("cut.jsonl", good.clone() + "{\"text\": \"tw");
    here.write("copies.jsonl", good.clone() + &record("3", &near(STORY)));
    let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(good.repeat(50).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    here.write("cut.jsonl.gz", &packed[..packed.len() / 2]);
    here.write("packed/cut.txt.gz", &packed[..packed.len() / 2]);
    here.write("packed/cut.jsonl.gz", &packed[..packed.len() / 2]);
    here.write("cut.parquet", b"PAR1 and what follows it");
    #[cfg(unix)]
    std::os::unix::fs::symlink("..", here.file("linked/above")).unwrap();
    ok(here.path(), &["index", "create", "index"]);
    here
}

/// The exit code of a command.
fn code(here: &Path, command: &str, (cause, args, stdin): Cause) -> i32 {
    let (paths, flags) =
        args.split_at(args.iter().position(|a| a.starts_with("--")).unwrap_or(args.len()));
    let out = here.join("out");
    let _ = std::fs::remove_dir_all(&out);
    let before: &[&str] = match command {
        "compare --pairs" => &["compare", "--pairs", "pairs.jsonl"],
        "index add" => &["index", "add", "index"],
        "index query" => &["index", "query", "index"],
        "dedupe" => &["dedupe", "-o", "out/", "--max-removed", "100%"],
        other => &[other],
    };
    let ended = nearcopy().at(here).args(before).args(paths).args(flags).stdin(stdin).run();
    let said = format!("{command}, {cause}: {}{}", ended.out(), ended.err);
    assert!(ended.code == 2 || !ended.err.contains("error:"), "an error and no code: {said}");
    assert!(ended.code != 2 || ended.err.contains("error:"), "a code and no error: {said}");
    // Where the run was ended, nothing was written; where it went on, the output is complete.
    let goes_on = match args.first() {
        Some(&"cuts" | &"packed" | &"columns") => !args.contains(&"stop"),
        first => first == Some(&"bad.jsonl"),
    };
    let finished = ended.code != 2 || goes_on;
    if command == "dedupe" {
        assert_eq!(out.exists(), finished, "{said}");
    } else if command == "scan" || command == "check" {
        assert_eq!(!ended.out().is_empty(), finished, "{said}");
    }
    ended.code
}

#[test]
fn the_table_of_exit_codes_is_what_the_program_does() {
    let here = inputs();
    let mut table = format!("| cause | {} |\n|---|", COMMANDS.join(" | "));
    table.push_str(&"---|".repeat(COMMANDS.len()));
    for cause in CAUSES {
        let codes = COMMANDS.map(|command| code(here.path(), command, *cause).to_string());
        table.push_str(&format!("\n| {} | {} |", cause.0, codes.join(" | ")));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/exit-codes.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- measured -->\n").unwrap();
    let (was, after) = rest.split_once("\n<!-- end -->").unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let page = format!("{before}<!-- measured -->\n{table}\n<!-- end -->{after}");
        std::fs::write(&path, page).unwrap();
    } else {
        assert!(was == table, "docs/exit-codes.md differs:\n{table}");
    }
}

#[test]
fn references_of_a_cleaning_are_named_inputs() {
    let here = inputs();
    let against = |reference: &str, more: &[&str]| {
        let args = ["dedupe", "good.jsonl", "-o", "clean.jsonl", "--max-removed", "100%"];
        nearcopy().at(here.path()).args(args).args(["--against", reference]).args(more).run()
    };
    for bad in ["gone.jsonl", "cut.jsonl", "cut.jsonl.gz", "junk.jsonl", "empty", "page.pdf"] {
        let ended = against(bad, &[]);
        assert_eq!((ended.code, ended.out()), (2, String::new()), "{bad}: {}", ended.err);
        assert!(!here.file("clean.jsonl").exists(), "{bad}");
    }
    for (reference, flags) in [
        ("copies.jsonl", &[][..]),
        ("empty", &["--allow-empty"]),
        ("cut.jsonl.gz", &["--on-error", "skip"]),
        // A reference need not have the fields that the corpus has.
        ("blank", &["--id-field", "id"]),
    ] {
        let ended = against(reference, flags);
        assert_eq!(ended.code, 0, "{reference}: {}", ended.err);
        here.remove("clean.jsonl");
    }
}

#[test]
fn standard_input_and_output_and_the_index() {
    let here = inputs();
    let code = |args: &[&str]| nearcopy().at(here.path()).args(args).run().code;
    assert_eq!(code(&["explain", "1", "2", "--in", "cut.jsonl"]), 2);
    assert_eq!(code(&["explain", "1", "2", "--in", "good.jsonl"]), 0);
    assert_eq!(code(&["explain", "1", "9", "--in", "good.jsonl"]), 2);
    assert_eq!(code(&["compare", "mixed/a.txt", "cut.jsonl"]), 2);
    assert_eq!(code(&["scan", "good.jsonl", "-o", "json=gone/found.json"]), 2);
    assert_eq!(code(&["scan", "good.jsonl", "--boilerplate-from", "gone.txt"]), 2);
    assert_eq!(code(&["scan", "good.jsonl", "--boilerplate-from", "cut.jsonl.gz"]), 2);
    for place in ["gone", "empty", "good.jsonl"] {
        assert_eq!(code(&["index", "query", place, "good.jsonl"]), 2, "{place}");
        assert_eq!(code(&["dedupe", "good.jsonl", "-o", "x.jsonl", "--index", place]), 2);
    }
    // Texts have no fields; a table on standard input has.
    assert_eq!(code(&["scan", "mixed/a.txt", "--id-field", "id"]), 0);
    for (field, code) in [("story", 2), ("lead", 0)] {
        let piped = nearcopy().at(here.path()).args(["scan", "-", "--text-field", field]);
        assert_eq!(piped.stdin("id;lead\n1;one\n").run().code, code);
    }
    assert_eq!(code(&["scan", "nothing.jsonl", "--text-field", "body", "--allow-empty"]), 0);
    // What was named wrongly is not added under other names.
    let mixed = ["index", "add", "index", "mixed/a.txt", "good.jsonl", "--id-field", "nope"];
    assert_eq!(code(&mixed), 2);
    assert_eq!(ok(here.path(), &["index", "export", "index"]), "");
    assert_eq!(code(&["index", "add", "fresh", "gone.jsonl", "--create"]), 2);
    assert!(!here.file("fresh").exists());
    assert_eq!(code(&["index", "add", "index", "good.jsonl", "--id-field", "nope"]), 2);
    assert_eq!(ok(here.path(), &["index", "export", "index"]), "");
    ok(here.path(), &["index", "add", "index", "good.jsonl", "--id-field", "id"]);
    for command in [
        &["index", "export", "index", "-o", "-"][..],
        &["index", "query", "index", "good.jsonl", "--format", "jsonl", "-o", "-"],
    ] {
        assert_eq!(ok(here.path(), command).lines().count(), 2, "{command:?}");
    }
    assert!(!here.file("-").exists());
    assert_eq!(code(&["scan", "good.jsonl", "--save-background", "-"]), 2);
}

#[test]
fn a_cleaning_of_files_that_end_early_loses_nothing_that_was_read() {
    let here = inputs();
    here.write("one.csv", format!("id,text\n1,{STORY:?}\n2,\"open"));
    here.write("two.csv", format!("id,text\n3,{WHEAT:?}\n"));
    here.write("cut.csv", format!("id,text\n1,{STORY:?}\n2"));
    here.write("one.json", format!("{{\n\"id\": \"1\", \"text\": {STORY:?}}}\n{{\"text\": \"b"));
    here.write("two.json", format!("{{\n\"id\": \"3\", \"text\": {WHEAT:?}}}\n"));
    here.write("cut.json", format!("[{},\n{{\"text\": \"b", record("1", STORY).trim()));
    here.write("array.json", format!("[{}]\n", record("3", WHEAT).trim()));
    here.write("one.jsonl", record("1", STORY) + "{\"text\": \"b");
    here.write("two.jsonl", record("3", WHEAT));
    for (first, second) in [
        ("one.csv", "two.csv"),
        ("cut.csv", "two.csv"),
        ("one.json", "two.json"),
        ("cut.json", "array.json"),
        ("one.jsonl", "two.jsonl"),
    ] {
        let ending = first.split_once('.').unwrap().1;
        let out = format!("joined.{ending}");
        let args = ["dedupe", first, second, "-o", &out, "--on-error", "skip"];
        ok(here.path(), &args);
        // What comes behind the file that ends early is read as it was.
        let report = ok(here.path(), &["scan", &out, "--format", "jsonl"]);
        let summary: serde_json::Value =
            serde_json::from_str(report.lines().next().unwrap()).unwrap();
        assert_eq!(summary["documents"], 2, "{first}: {}", here.read(&out));
    }
}
