//! `nearcopy check` through the program: policies, baselines, ignore entries, exit codes.

mod baseline;
mod not_compared;

use crate::program::run;
use crate::scratch::{Here, STORY, WHEAT, near};
use serde_json::{Value, json};
use std::fs;

const QUOTE: &str = "Volunteers had carried four tons of glass up the spiral stairs, and a \
                     clockmaker from the next town repaired \
the turning gear for nothing but a seat at the first lighting.";

/// Words that no other text holds.
fn filler(name: &str, words: usize) -> String {
    (0..words).map(|n| format!("{name}{n}word")).collect::<Vec<_>>().join(" ")
}

/// A directory `corpus` with these files.
fn corpus(files: &[(&str, &str)]) -> Here {
    let here = Here::new();
    fs::create_dir(here.file("corpus")).unwrap();
    files.iter().for_each(|(name, text)| here.write(&format!("corpus/{name}"), text));
    here
}

/// What the tests ask of a directory `corpus`.
impl Here {
    fn jsonl(&self, records: &[&str]) {
        let lines: Vec<String> =
            records.iter().map(|text| json!({"text": text}).to_string()).collect();
        self.write("corpus/all.jsonl", lines.join("\n"));
    }
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        run(self.path(), args)
    }
    fn check(&self, args: &[&str]) -> (i32, String, String) {
        self.run(&[&["check", "corpus"], args].concat())
    }
    fn learn(&self) {
        let (code, _, err) = self.check(&["--baseline", "base.json", "--update-baseline"]);
        assert_eq!(code, 0, "{err}");
    }
    /// Judged by the baseline: the exit code, and the gate.
    fn judged(&self, args: &[&str]) -> (i32, Value) {
        let all = "equal,near-copy,contains,quotes,template,repeat";
        let given = ["--baseline", "base.json", "--fail-on", all, "--format", "json"];
        let (code, out, err) = self.check(&[&given, args].concat());
        let report: Value =
            serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
        (code, report["gate"].clone())
    }
    fn passes(&self, why: &str) -> Value {
        let (code, gate) = self.judged(&[]);
        assert_eq!(code, 0, "{why}: {:#?}", new(&gate));
        gate
    }
    fn fails(&self, why: &str) -> Vec<(String, String, String)> {
        let (code, gate) = self.judged(&[]);
        assert_eq!(code, 1, "{why}: {gate:#}");
        new(&gate)
    }
}

/// Kind, document and partner of each finding that counts.
fn new(gate: &Value) -> Vec<(String, String, String)> {
    let field = |f: &Value, name: &str| f[name].as_str().unwrap().to_owned();
    let findings = gate["findings"].as_array().unwrap().iter().filter(|f| f["state"] == "new");
    findings.map(|f| (field(f, "kind"), field(f, "document"), field(f, "partner"))).collect()
}

fn of(kind: &str, document: &str, partner: &str) -> Vec<(String, String, String)> {
    vec![(kind.into(), document.into(), partner.into())]
}

#[test]
fn without_a_policy_equal_texts_and_near_copies_fail() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", WHEAT)]);
    let (code, out, err) = here.check(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("\nPASSED\n"), "{out}");
    here.write("corpus/c.txt", near(STORY));
    let (code, out, _) = here.check(&[]);
    assert_eq!(code, 1);
    assert!(out.ends_with("\nFAILED: fail-on near-copy\n"), "{out}");
    assert!(
        out.contains("corpus/c.txt:1 and corpus/a.txt:1 are near-copies")
            || out.contains("corpus/a.txt:1 and corpus/c.txt:1 are near-copies"),
        "{out}"
    );
    assert!(
        out.contains("✗ fail-on near-copy: 1 new of 1 finding")
            && out.contains("✓ fail-on equal: no finding"),
        "{out}"
    );
    assert!(out.contains("[-") && out.contains("{+") && out.contains("│"), "{out}");
    assert_eq!(here.check(&["--fail-on", "equal"]).0, 0);
    assert_eq!(here.check(&["--fail-on", "near-copy"]).0, 1);
}

#[test]
fn what_could_not_be_read_has_not_passed() {
    let here = corpus(&[("a.txt", STORY)]);
    here.write("corpus/b.jsonl", "{\"text\":\n");
    let (code, out, err) = here.check(&[]);
    assert!(code == 2 && out.contains("PASSED"), "{out}");
    assert!(err.trim_end().ends_with("not everything could be read: exit code 2"), "{err}");
}

#[test]
fn ignore_entries_need_a_reason_and_end() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY), ("c.txt", WHEAT), ("d.txt", WHEAT)]);
    let gate = |entry: &str| {
        here.write("nearcopy.toml", format!("min-match = 12\n\n[[gate.ignore]]\n{entry}\n"));
        let (code, out, err) = here.check(&["--format", "json"]);
        let gate =
            serde_json::from_str::<Value>(&out).map(|r| r["gate"].clone()).unwrap_or_default();
        (code, gate, err)
    };
    let (code, verdict, _) = gate("documents = [\"corpus/a*\"]\nreason = \"the archive\"");
    assert_eq!((code, new(&verdict)), (1, of("equal", "corpus/d.txt", "corpus/c.txt")));
    let ignored =
        verdict["findings"].as_array().unwrap().iter().find(|f| f["state"] == "ignored").unwrap();
    assert_eq!(ignored["reason"], "the archive");
    assert_eq!(verdict["ignores"][0]["used"], 1);
    assert_eq!(
        gate("documents = [\"corpus/a*\", \"corpus/c*\"]\nreason = \"x\"").0,
        1,
        "several: both must fit one"
    );
    assert_eq!(gate("documents = [\"corpus/[a-b]*\", \"corpus/[c-d].txt\"]\nreason = \"x\"").0, 0);
    assert_eq!(new(&gate("text = \"full SILOS\"\nreason = \"x\"").1).len(), 1);
    assert_eq!(gate("kinds = [\"equal\"]\nreason = \"x\"\nexpires = 2999-01-31").0, 0);
    assert_eq!(gate("kinds = [\"quotes\"]\nreason = \"x\"").0, 1);
    let (code, verdict, _) = gate("kinds = [\"equal\"]\nreason = \"old\"\nexpires = 2001-01-31");
    assert_eq!(code, 1);
    assert_eq!(
        verdict["ignores"][0],
        json!({"reason": "old", "expires": "2001-01-31", "expired": true, "used": 2})
    );
    let (_, out, _) = here.check(&[]);
    assert!(out.contains("expired after 2001-01-31") && out.contains("renew it"), "{out}");
    for (entry, said) in [
        ("kinds = [\"equal\"]", "nearcopy.toml:3: [[gate.ignore]]: an entry needs a reason"),
        ("kinds = [\"equal\"]\nreason = \" \"", "an entry needs a reason"),
        ("reason = \"x\"", "overlook everything"),
        ("kinds = [\"equal\"]\nreason = \"x\"\nexpires = \"soon\"", "2027-01-31"),
        ("kinds = [\"same\"]\nreason = \"x\"", "nearcopy.toml:4: "),
        ("documents = [\"[\"]\nreason = \"x\"", "documents: "),
        ("document = [\"a\"]\nreason = \"x\"", "nearcopy.toml:4: "),
    ] {
        let (code, _, err) = gate(entry);
        assert_eq!(code, 2, "{entry}");
        assert!(err.contains(said), "{entry}: {err}");
        assert_eq!(here.run(&["scan", "corpus"]).0, 2, "wherever the file is read");
    }
}

#[test]
fn what_is_ignored_comes_up_again_when_the_entry_is_gone() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY)]);
    here.write("nearcopy.toml", "[[gate.ignore]]\nkinds = [\"equal\"]\nreason = \"x\"\n");
    here.learn();
    here.passes("ignored");
    here.remove("nearcopy.toml");
    assert_eq!(here.fails("no longer").len(), 1);
}

#[test]
fn limits_are_of_everything_of_a_source_or_of_each() {
    let record = |id: &str, source: &str, text: &str| {
        json!({"id": id, "source": source, "text": text}).to_string()
    };
    let (u, v) = (filler("u", 40), filler("v", 40));
    let all = [
        record("a", "Courier", STORY),
        record("b", "Ledger", STORY),
        record("c", "Ledger", &u),
        record("d", "Post", &v),
    ];
    let here = corpus(&[("all.jsonl", &all.join("\n"))]);
    let code = |args: &[&str]| here.check(args).0;
    let documents = |limit: &str| code(&["--max-duplicate-documents", limit]);
    assert_eq!(
        [
            "0",
            "1",
            "24%",
            "25%",
            "Ledger=0",
            "Ledger=50%",
            "Courier=0",
            "*=0",
            "*=1",
            "*=49%",
            "*=50%"
        ]
        .map(documents),
        [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    );
    let text = |limit: &str| code(&["--max-duplicate-text", limit]);
    let words = STORY.split_whitespace().count();
    assert_eq!(
        [&format!("{}", words - 1), &format!("{words}"), "Post=0", "*=60%", "*=70%"].map(text),
        [1, 0, 0, 1, 0]
    );
    assert_eq!([code(&["--max-cluster", "1"]), code(&["--max-cluster", "2"])], [1, 0]);
    let (_, out, _) = here.check(&[
        "--max-duplicate-documents",
        "*=0",
        "--max-duplicate-documents",
        "5",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let rules = report["gate"]["rules"].as_array().unwrap();
    assert_eq!(
        rules[0],
        json!({
            "name": "max-duplicate-documents", "scope": "Ledger", "limit": "0", "measured": 1,
            "of": 2, "violated": true
        })
    );
    assert_eq!(rules[1]["scope"], Value::Null);
    assert_eq!(report["gate"]["sources"][1]["duplicate_documents"], 1);
    assert_eq!(report["gate"]["total"]["duplicate_tokens"].as_u64(), Some(words as u64));
    here.write(
        "nearcopy.toml",
        "[gate]\nmax-duplicate-documents = [\"10%\", \"Post=0\"]\nmax-cluster = 7\nfail-on = \
         \"quotes\"\n",
    );
    assert_eq!(code(&[]), 1);
    assert_eq!(code(&["--max-duplicate-documents", "30%"]), 0, "a flag wins over the file");
    assert_eq!(code(&["--no-config"]), 1);
    assert_eq!(
        here.run(&["scan", "corpus"]).0,
        0,
        "scan has no use for [gate], and nothing against it"
    );
}

#[test]
fn the_table_is_checked_by_name_and_line() {
    let here = corpus(&[("a.txt", STORY)]);
    for (table, said) in [
        (
            "[gate]\nmax-duplicat-documents = 5",
            "nearcopy.toml:2: unknown key `max-duplicat-documents` in [gate]: did you mean \
             `max-duplicate-documents`?",
        ),
        ("\n[gate]\nfail-on = [\"copies\"]", "nearcopy.toml:3: "),
        ("[gate]\nmax-cluster = \"many\"", "nearcopy.toml:2: "),
        ("[gates]\nmax-cluster = 1", "unknown table [gates]"),
    ] {
        here.write("nearcopy.toml", table);
        let (code, _, err) = here.check(&[]);
        assert_eq!(code, 2);
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn exit_codes() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", STORY)]);
    assert_eq!(here.check(&[]).0, 1);
    let (code, out, err) = here.run(&["check", "corpus", "gone.txt"]);
    assert_eq!((code, out.as_str()), (2, ""), "an input is lost: {err}");
    here.write("corpus/cut.json", "{\"text\": \"cut");
    let (code, out, err) = here.check(&[]);
    assert_eq!(code, 2, "a file is cut short, and the gate violated: {err}");
    assert!(out.contains("FAILED"), "{out}");
    here.remove("corpus/cut.json");
    here.write("corpus/bad.jsonl", "{\"text\": \"fine and well\"}\n{\"nothing\": 1}\n");
    let (code, _, err) = here.check(&["--fail-on", "quotes"]);
    assert_eq!(code, 2);
    assert!(err.contains("--max-bad 0"), "{err}");
    assert_eq!(here.check(&["--fail-on", "quotes", "--max-bad", "1"]).0, 0);
    let (code, _, err) = here.check(&["--baseline", "base.json", "--update-baseline"]);
    assert_eq!(code, 2);
    assert!(err.contains("not written") && !here.file("base.json").exists(), "{err}");
    fs::create_dir(here.file("empty")).unwrap();
    let (code, _, err) = here.run(&["check", "empty"]);
    assert_eq!(code, 2);
    assert!(err.contains("no documents in empty"), "{err}");
    assert_eq!(here.run(&["check", "empty", "--allow-empty"]).0, 0);
    assert_eq!(here.run(&["check"]).0, 2);
    assert_eq!(here.run(&["check", "corpus", "--update-baseline"]).0, 2, "it needs a file");
}

#[test]
fn hostile_names_and_texts_stay_on_the_page() {
    let evil = "\u{1b}[2J\u{202e}id\n";
    let here = corpus(&[]);
    let record =
        |id: &str| json!({"id": id, "source": evil, "text": format!("{STORY} {evil}")}).to_string();
    here.write(
        "corpus/all.jsonl",
        [record(&format!("{evil}1")), record(&format!("{evil}2"))].join("\n"),
    );
    let (code, out, err) = here.check(&["--max-duplicate-documents", "*=0"]);
    assert_eq!(code, 1);
    let safe = |text: &str| !text.contains(['\u{1b}', '\u{202e}']);
    assert!(safe(&out) && safe(&err), "{out}{err}");
    here.learn();
    assert!(safe(&here.read("base.json")));
    here.passes("the baseline reads its own escapes");
    for format in ["json", "jsonl"] {
        assert!(safe(&here.check(&["--format", format]).1), "{format}");
    }
}

#[test]
fn reports_agree_and_go_where_they_are_sent() {
    let here = corpus(&[
        ("a.txt", STORY),
        ("b.txt", &near(STORY)),
        ("c.txt", &format!("{QUOTE} {}", filler("c", 90))),
    ]);
    let (code, lines, err) =
        here.check(&["--format", "jsonl", "-o", "json=check.json", "-o", "human=check.txt"]);
    assert_eq!(code, 1, "{err}");
    let whole: Value =
        serde_json::from_str(&fs::read_to_string(here.file("check.json")).unwrap()).unwrap();
    let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let typed =
        |name: &str| lines.iter().filter(|l| l["type"] == name).cloned().collect::<Vec<_>>();
    let findings = whole["gate"]["findings"].as_array().unwrap();
    assert_eq!(typed("finding").len(), findings.len());
    assert_eq!(typed("gate")[0]["rules"], whole["gate"]["rules"]);
    assert_eq!(whole["schema"], "nearcopy.report/1");
    assert_eq!(whole["gate"]["passed"], false);
    let text = |file: &str| fs::read_to_string(here.file("corpus").join(file)).unwrap();
    let quotes = findings
        .iter()
        .find(|f| f["kind"] == "quotes" || f["kind"] == "contains" || f["kind"] == "contained-in")
        .unwrap();
    let passage = &quotes["passages"][0];
    let slice = |side: &str, id: &str| {
        let bytes: Vec<usize> = passage[side]["bytes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|b| b.as_u64().unwrap() as usize)
            .collect();
        text(id.strip_prefix("corpus/").unwrap())[bytes[0]..bytes[1]].to_owned()
    };
    assert_eq!(
        slice("here", quotes["document"].as_str().unwrap()),
        slice("there", quotes["partner"].as_str().unwrap())
    );
    assert_eq!(passage["here"]["file_lines"], json!([1, 1]));
    assert!(fs::read_to_string(here.file("check.txt")).unwrap().contains("FAILED"));
    let prints: std::collections::HashSet<&str> =
        findings.iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    assert!(prints.len() == findings.len() && prints.iter().all(|p| p.len() == 16));
}

#[test]
fn the_verdict_depends_on_no_thread_and_no_order() {
    let here = corpus(&[]);
    let texts: Vec<String> =
        (0..12).map(|n| format!("{STORY} {}", filler(&format!("t{}", n % 5), n))).collect();
    let record =
        |(n, text): (usize, &String)| json!({"id": format!("id{n}"), "text": text}).to_string();
    let mut lines: Vec<String> = texts.iter().enumerate().map(record).collect();
    here.write("corpus/all.jsonl", lines.join("\n"));
    let first = here.check(&["--format", "json", "--threads", "1"]);
    assert_eq!(first, here.check(&["--format", "json", "--threads", "2"]));
    here.learn();
    let base = fs::read(here.file("base.json")).unwrap();
    lines.reverse();
    here.write("corpus/all.jsonl", lines.join("\n"));
    let gate = |out: &str| serde_json::from_str::<Value>(out).unwrap()["gate"].clone();
    assert_eq!(gate(&first.1), gate(&here.check(&["--format", "json"]).1));
    here.learn();
    assert_eq!(fs::read(here.file("base.json")).unwrap(), base);
}

#[test]
fn an_input_is_never_overwritten() {
    let here = corpus(&[("a.txt", STORY), ("b.txt", WHEAT)]);
    for args in [
        &["-o", "json=corpus/a.txt"][..],
        &["-o", "json=x", "-o", "csv=corpus/../corpus/b.txt"],
        &["--baseline", "corpus/a.txt", "--update-baseline"],
    ] {
        let (code, _, err) = here.check(args);
        assert!(code == 2 && err.contains("is an input"), "{err}");
    }
    let (code, _, err) = here.run(&["scan", "corpus", "-o", "human=corpus/a.txt"]);
    assert!(code == 2 && err.contains("is an input"), "{err}");
    let (code, _, err) = here.check(&["-o", "json=x", "-o", "csv=./x"]);
    assert!(code == 2 && err.contains("name the same file"), "{err}");
    assert_eq!(fs::read_to_string(here.file("corpus/a.txt")).unwrap(), STORY);
    assert_eq!(fs::read_to_string(here.file("corpus/b.txt")).unwrap(), WHEAT);
    // A new file among the inputs is none of them.
    assert_eq!(here.check(&["-o", "json=corpus/report.json"]).0, 0);
}
