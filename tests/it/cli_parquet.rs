//! The command line: a report as a folder of tables, and what it may replace.

use crate::program::{ok, run, run_with};
use crate::report_tables::Tables;
use crate::scratch::{Here, STORY, WHEAT, near, record};
use nearcopy::report::PARQUET_TABLES;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn corpus() -> Here {
    let here = Here::with(&[("one.txt", STORY), ("two.txt", &near(STORY))]);
    here.write("more.jsonl", record("7", WHEAT) + &record("8", WHEAT));
    here
}

const SCAN: [&str; 4] = ["scan", "one.txt", "two.txt", "more.jsonl"];

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

/// What a command that is refused says.
#[track_caller]
fn refused(here: &Here, args: &[&str]) -> String {
    let (code, out, err) = run(here.path(), args);
    assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
    err
}

/// Runs a command that writes `found` and `found.json`, and compares them.
#[track_caller]
fn both(here: &Here, args: &[&str]) -> Value {
    ok(here.path(), args);
    let wanted: Value = serde_json::from_str(&here.read("found.json")).unwrap();
    assert_eq!(Tables::of_folder(&here.file("found")).json(), wanted);
    wanted
}

#[test]
fn the_seeds_are_the_same_in_tables_and_in_json() {
    let here = Here::new();
    let seeds = std::env::current_dir().unwrap().join("seeds");
    let seeds = seeds.to_str().unwrap();
    for more in ["--all-pairs", "--all-pairs=false", "--keep=longest", "--no-config"] {
        let args =
            ["scan", seeds, more, "-q", "-o", "parquet=found", "-o", "json=found.json", "--brief"];
        let report = both(&here, &args);
        assert!(report["pairs"].as_array().unwrap().len() >= 10);
    }
}

#[test]
fn fields_that_few_records_have_are_in_the_tables() {
    let here = Here::new();
    let filed = "The company has filed its annual report with the exchange. The report is to be \
                 had from its pages, and a printed copy is sent on request to whoever asks.";
    let mut lines = vec![
        json!({"id": "storm", "text": STORY, "site": "Courier", "date": "2026-03-01",
            "title": "Licht über Larkwick 🦀"}),
        json!({"id": "sturm", "text": format!("Größe 🦀\n\n{}", near(STORY)), "site": "Post",
            "date": "2026-03-02"}),
        json!({"id": "acme", "text": filed, "title": "Acme Tools: annual report"}),
        json!({"id": "bolt", "text": filed, "title": "Bolt Freight: annual report"}),
        json!({"id": "part", "text": WHEAT, "read": "part", "read_share": 0.4}),
        json!({"id": "again", "text": "one two three four five six seven eight. ".repeat(30)}),
    ];
    for (n, own) in ["river", "market", "school", "bridge"].into_iter().enumerate() {
        let words: Vec<String> = (0..60).map(|w| format!("{own}{w}")).collect();
        let note = "This item first appeared in the Morning Letter, which goes out at six.";
        lines.push(json!({"id": format!("letter-{n}"), "site": "Letter",
            "text": format!("{}.\n\n{note}", words.join(" "))}));
    }
    lines.push(json!({"id": "part", "text": WHEAT, "read": "part", "read_share": 0.4}));
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    here.write("all.jsonl", text);
    here.write("one.txt", format!("{WHEAT}\nSo it was."));
    let report = both(
        &here,
        &[
            "scan",
            "all.jsonl",
            "one.txt",
            "--source-field",
            "site",
            "-q",
            "-o",
            "parquet=found",
            "-o",
            "json=found.json",
        ],
    );
    let text = report.to_string();
    for field in [
        "title",
        "source",
        "date",
        "read_share",
        "record",
        "titles",
        "period",
        "note",
        "earlier",
        "file_lines",
    ] {
        assert!(text.contains(&format!("\"{field}\":")), "{field} is nowhere in {text}");
    }
}

#[test]
fn every_command_with_a_report_of_findings_writes_tables() {
    let here = corpus();
    let at = here.path();
    ok(at, &[&SCAN[..], &["-o", "parquet=of scan", "-o", "json=scan.json", "-q"]].concat());
    let scan: Value = serde_json::from_str(&here.read("scan.json")).unwrap();
    assert_eq!(Tables::of_folder(&here.file("of scan")).json(), scan);
    assert_eq!(scan["pairs"].as_array().unwrap().len(), 1);
    let inputs = &SCAN[1..];
    let report = ["--report", "parquet=of dedupe", "--report", "json=dedupe.json", "-q"];
    ok(at, &[&["dedupe", "-o", "clean"], inputs, &report].concat());
    let dedupe: Value = serde_json::from_str(&here.read("dedupe.json")).unwrap();
    assert_eq!(Tables::of_folder(&here.file("of dedupe")).json(), dedupe);
    let (code, ..) = run(at, &[&["check", "-o", "parquet=of check", "-q"], inputs].concat());
    assert_eq!(code, 1);
    let check = Tables::of_folder(&here.file("of check")).json();
    assert_eq!(check["pairs"], scan["pairs"]);
    both(&here, &["compare", "one.txt", "two.txt", "-o", "parquet=found", "-o", "json=found.json"]);
    // Nothing is related, and nothing is there at all.
    both(&here, &["scan", "one.txt", "-o", "parquet=found", "-o", "json=found.json", "-q"]);
    here.write("none.jsonl", "");
    let none = ["scan", "none.jsonl", "--allow-empty", "-q", "-o", "parquet=found", "-o"];
    let report = both(&here, &[&none[..], &["json=found.json"]].concat());
    assert_eq!(report["summary"]["documents"], 0);
    ok(at, &[&SCAN[..], &["-o", "parquet=found", "--timings", "-q"]].concat());
    let timed = Tables::of_folder(&here.file("found")).metadata();
    assert_eq!(timed["timings"]["bytes"], timed["summary"]["bytes"]);
}

/// Puts something in a place.
type Put<'f> = &'f dyn Fn(&Path);

#[test]
fn a_folder_of_tables_is_replaced_and_no_other_one() {
    let here = corpus();
    let scan = [&SCAN[..], &["-o", "parquet=found", "-q"]].concat();
    let before = names(here.path());
    fs::create_dir(here.file("found")).unwrap();
    ok(here.path(), &scan);
    let tables: BTreeSet<String> = PARQUET_TABLES.map(|t| format!("{t}.parquet")).into();
    assert_eq!(names(&here.file("found")), tables);
    let first = fs::read(here.file("found/pairs.parquet")).unwrap();
    // What is left of a report is one too.
    here.remove("found/documents.parquet");
    ok(here.path(), &scan);
    assert_eq!(names(&here.file("found")), tables);
    assert_eq!(fs::read(here.file("found/pairs.parquet")).unwrap(), first);
    assert_eq!(&names(here.path()) - &before, ["found".to_owned()].into(), "nothing beside it");
    // Foreign files: another name, a table under another name, no Parquet, a directory.
    let foreign: [(&str, Put); 4] = [
        ("notes.txt", &|at| fs::write(at, "mine").unwrap()),
        ("documents.parquet", &|at| fs::write(at, &first).unwrap()),
        ("equal.parquet", &|at| fs::write(at, "PAR1 no footer PAR1").unwrap()),
        ("titles.parquet", &|at| fs::create_dir(at).unwrap()),
    ];
    for (name, put) in foreign {
        let place = here.file("found").join(name);
        let _ = fs::remove_file(&place);
        put(&place);
        let err = refused(&here, &scan);
        let said = format!("found holds {name}, which is no table of a report: name a new folder");
        assert!(err.contains(&said), "{err}");
        assert_eq!(fs::read(here.file("found/pairs.parquet")).unwrap(), first);
        let _ = fs::remove_file(&place).or_else(|_| fs::remove_dir(&place));
    }
}

#[test]
fn what_cannot_be_a_folder_of_tables_is_refused_by_name() {
    let here = corpus();
    here.write("there", "a file");
    here.write("nearcopy.toml", "");
    let scan = |more: &[&'static str]| [&SCAN[..], more].concat();
    for (args, said) in [
        (scan(&["-o", "parquet=there"]), "there is a file, and the tables are a folder"),
        (scan(&["-o", "parquet=-"]), "standard output cannot hold a folder: name one"),
        (scan(&["--format", "parquet"]), "parquet is a folder of tables, which standard output"),
        (vec!["explain", "one.txt", "--format", "parquet"], "say --output parquet=FOLDER"),
        (scan(&["-o", "parquet="]), ".parquet for a folder of tables"),
        (scan(&["-o", "parquet=no/where"]), "there is no directory no"),
        (scan(&["-o", "parquet=f", "-o", "parquet=f"]), "two --output name the same file"),
        (scan(&["-o", "parquet=f", "-o", "json=f/x"]), "--output f/x: this lies in --output f"),
        (scan(&["-o", "json=f/x", "-o", "parquet=f"]), "--output f/x: this lies in --output f"),
        (
            scan(&["-o", "parquet=f", "--save-background", "f/x"]),
            "--save-background f/x: this lies in --output f",
        ),
        (
            vec!["dedupe", "one.txt", "-o", "f/x.jsonl", "--report", "parquet=f"],
            "--output f/x.jsonl: this lies in --report f",
        ),
        (vec!["dedupe", ".", "--dry-run", "--report", "parquet=f"], "lies in the input ."),
    ] {
        let err = refused(&here, &args);
        assert!(err.contains(said), "{args:?}: {err}");
    }
    here.write("nearcopy.toml", "format = \"parquet\"\n");
    let err = refused(&here, &scan(&[]));
    assert!(err.contains("nearcopy.toml") && err.contains("unknown variant `parquet`"), "{err}");
    assert!(!here.file("f").exists());
}

#[test]
fn tables_among_the_texts_are_no_documents() {
    let here = corpus();
    here.write("three.txt", format!("{STORY}\n\n{STORY}"));
    let scan = ["scan", ".", "-q", "-o", "parquet=found", "-o", "json=found.json"];
    let first = both(&here, &scan);
    assert!(!first["repeats"].as_array().unwrap().is_empty());
    here.remove("found.json");
    let again = ["scan", ".", "-q", "-o", "parquet=again", "--format", "json"];
    let second: Value = serde_json::from_str(&ok(here.path(), &again)).unwrap();
    assert_eq!(second["documents"], first["documents"]);
    assert_eq!(second["summary"]["skipped"], json!([{"reason": "no-article", "count": 7}]));
    assert!(refused(&here, &scan).contains("found holds the input found/"), "they were read");
    // Named, such a table is an input that has no documents, unless its texts are meant.
    let table = "found/repeats.parquet";
    let err = refused(&here, &["scan", table, "-q"]);
    assert!(err.contains("it is a table of a nearcopy report"), "{err}");
    let (_, texts, _) =
        run_with(here.path(), &["scan", table, "--text-field", "text", "--format", "json"], "");
    let texts: Value = serde_json::from_str(&texts).unwrap();
    assert_eq!(texts["summary"]["documents"], first["repeats"].as_array().unwrap().len());
    let named = ["scan", table, "--text-field", "text", "-o", "parquet=found"];
    assert!(refused(&here, &named).contains("found holds the input found/repeats.parquet"));
}
