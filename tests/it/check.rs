//! `nearcopy check` through the program: policies, baselines, ignore entries, exit codes.

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const STORY: &str = "The harbour master of Larkwick said on Tuesday that the old lighthouse would be lit again in spring, \
after eleven years in the dark. Volunteers had carried four tons of glass up the spiral stairs, and a clockmaker from the next \
town repaired the turning gear for nothing but a seat at the first lighting. The council will vote on the running costs in \
March, and the ferry company has already promised to pay for the lamp oil.";

const WHEAT: &str = "Wheat prices fell for a third week as rain reached the southern plains, traders said, and millers who had \
bought early in the season now find themselves with full silos and few buyers. An early frost could still turn the market, one \
broker warned, though none is in the forecast and the rivers stand high for the first time in two years.";

const QUOTE: &str = "Volunteers had carried four tons of glass up the spiral stairs, and a clockmaker from the next town repaired \
the turning gear for nothing but a seat at the first lighting.";

/// Words that no other text holds.
fn filler(name: &str, words: usize) -> String {
    (0..words).map(|n| format!("{name}{n}word")).collect::<Vec<_>>().join(" ")
}

fn near(text: &str) -> String {
    text.replace("eleven years", "almost a dozen years")
}

struct Here(TempDir);

impl Here {
    fn new() -> Here {
        Here(tempfile::tempdir().unwrap())
    }
    /// A directory `corpus` with these files.
    fn with(files: &[(&str, &str)]) -> Here {
        let here = Here::new();
        fs::create_dir(here.path().join("corpus")).unwrap();
        files.iter().for_each(|(name, text)| here.write(&format!("corpus/{name}"), text));
        here
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    fn write(&self, name: &str, text: impl AsRef<str>) {
        fs::write(self.path().join(name), text.as_ref()).unwrap();
    }
    fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).unwrap();
    }
    fn jsonl(&self, records: &[&str]) {
        let lines: Vec<String> = records.iter().map(|text| json!({"text": text}).to_string()).collect();
        self.write("corpus/all.jsonl", lines.join("\n"));
    }
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nearcopy"));
        let output = command.current_dir(self.path()).env_remove("NO_COLOR").args(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
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
        let report: Value = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"));
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
    let here = Here::with(&[("a.txt", STORY), ("b.txt", WHEAT)]);
    let (code, out, err) = here.check(&[]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.ends_with("\nPASSED\n"), "{out}");
    here.write("corpus/c.txt", near(STORY));
    let (code, out, _) = here.check(&[]);
    assert_eq!(code, 1);
    assert!(out.ends_with("\nFAILED: fail-on near-copy\n"), "{out}");
    assert!(
        out.contains("corpus/c.txt:1 is a near-copy of corpus/a.txt:1")
            || out.contains("corpus/a.txt:1 is a near-copy of corpus/c.txt:1"),
        "{out}"
    );
    assert!(out.contains("✗ fail-on near-copy: 1 new of 1 finding") && out.contains("✓ fail-on equal: no finding"), "{out}");
    assert!(out.contains("[-") && out.contains("{+") && out.contains("│"), "{out}");
    assert_eq!(here.check(&["--fail-on", "equal"]).0, 0);
    assert_eq!(here.check(&["--fail-on", "near-copy"]).0, 1);
}

#[test]
fn a_baseline_lets_what_is_known_pass_and_nothing_else() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("w.txt", WHEAT)]);
    let (code, _, err) = here.check(&["--baseline", "base.json"]);
    assert_eq!(code, 2);
    assert!(err.contains("--update-baseline"), "{err}");
    here.learn();
    let gate = here.passes("nothing changed");
    assert_eq!(gate["findings"].as_array().unwrap().len(), 1);
    assert_eq!(gate["stale"], json!([]));
    let before = fs::read(here.path().join("base.json")).unwrap();
    here.learn();
    assert_eq!(fs::read(here.path().join("base.json")).unwrap(), before, "written alike");
    here.write("corpus/c.txt", STORY);
    assert_eq!(here.fails("one more copy").len(), 1);
}

#[test]
fn one_more_member_is_one_finding_whoever_survives() {
    let record = |id: &str, date: &str, text: &str| json!({"id": id, "date": date, "text": text}).to_string();
    let known = [record("b", "2024-02-01", STORY), record("c", "2024-03-01", &near(STORY)), record("d", "2024-04-01", STORY)];
    for (id, date) in [("a", "2024-01-01"), ("z", "2025-01-01"), ("m", "2024-02-15")] {
        let here = Here::with(&[("all.jsonl", &known.join("\n"))]);
        here.learn();
        let more = [&known[..], &[record(id, date, &STORY.replace("four tons", "five tons"))]].concat();
        here.write("corpus/all.jsonl", more.join("\n"));
        let new = here.fails(id);
        let members: Vec<_> = new.iter().filter(|f| f.0 != "repeat").collect();
        assert_eq!(members.len(), 1, "{id}: {new:?}");
        assert!(members[0].1 == id || members[0].2 == id, "{id}: {new:?}");
    }
}

#[test]
fn lines_put_in_above_records_make_nothing_new() {
    let here = Here::with(&[]);
    let quoting = format!("{QUOTE} {}", filler("q", 80));
    here.jsonl(&[STORY, STORY, WHEAT, &quoting]);
    here.learn();
    let fresh = filler("fresh", 60);
    here.jsonl(&[&fresh, STORY, WHEAT, &fresh.replace("word", "other"), STORY, &quoting]);
    here.passes("records stand on other lines");
    here.jsonl(&[STORY, STORY, WHEAT, &quoting, STORY]);
    assert_eq!(
        here.fails("two equal lines were known, three are one new"),
        of("equal", "corpus/all.jsonl:5", "corpus/all.jsonl:1")
    );
    here.jsonl(&[STORY, &near(STORY), WHEAT, &quoting]);
    here.passes("one of two equal records was edited");
    let second = format!("{} {QUOTE}", filler("other", 80));
    here.jsonl(&[STORY, STORY, WHEAT, &quoting, &second]);
    let new = here.fails("one more record quotes the passage");
    assert!(!new.is_empty() && new.iter().all(|f| [&f.1, &f.2].iter().any(|id| id.ends_with(":5"))), "{new:?}");
}

#[test]
fn what_moves_drifts_or_is_renamed_stays_known() {
    let twice = format!("{}\n\n{QUOTE}\n\n{}\n\n{QUOTE}\n", filler("a", 40), filler("b", 40));
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY), ("twice.txt", &twice), ("w.txt", WHEAT)]);
    here.learn();
    here.write("corpus/twice.txt", format!("{}\n\n{}\n\n{QUOTE}\n\n{QUOTE}\n", filler("a", 40), filler("b", 40)));
    here.passes("a paragraph moved");
    here.write("corpus/b.txt", near(STORY));
    here.passes("an equal text became a near-copy");
    here.write("corpus/b.txt", STORY);
    fs::rename(here.path().join("corpus/b.txt"), here.path().join("corpus/0.txt")).unwrap();
    here.passes("a file was renamed");
    here.write("corpus/b.txt", STORY);
    assert_eq!(here.fails("the old name is back beside it").iter().filter(|f| f.0 == "equal").count(), 1);
    here.remove("corpus/b.txt");
    here.write("corpus/twice.txt", format!("{}\n\n{QUOTE}\n\n{QUOTE}\n\nMore.\n\n{QUOTE}\n", filler("a", 40)));
    let new = here.fails("the paragraph stands a third time");
    assert!(new.contains(&("repeat".into(), "corpus/twice.txt".into(), "corpus/twice.txt".into())), "{new:?}");
}

#[test]
fn a_finding_is_reported_at_the_text_that_is_new_though_it_would_survive() {
    let here = Here::with(&[("a.txt", STORY), ("m.txt", WHEAT)]);
    here.learn();
    // Longer than what it copies, and so first by the survivor policy.
    here.write("corpus/z.txt", format!("{}\n\n{} {}", filler("head", 40), near(STORY), filler("tail", 10)));
    here.write("corpus/n.txt", format!("{}\n\n{}\n", filler("other", 90), WHEAT));
    let (code, gate) = here.judged(&[]);
    assert_eq!(code, 1);
    for finding in gate["findings"].as_array().unwrap() {
        let (new, old) = (finding["document"].as_str().unwrap(), finding["partner"].as_str().unwrap());
        assert!(["corpus/n.txt", "corpus/z.txt"].contains(&new) && ["corpus/a.txt", "corpus/m.txt"].contains(&old), "{finding}");
        assert_eq!(finding["passages"][0]["here"]["lines"][0], 3, "{finding}");
    }
    let (_, notes, _) = here.check(&["--baseline", "base.json", "--fail-on", "near-copy,contains", "--format", "github"]);
    assert!(notes.contains("file=corpus/z.txt,line=3") && notes.contains("file=corpus/n.txt,line=3"), "{notes}");
    assert!(!notes.contains("file=corpus/a.txt") && !notes.contains("file=corpus/m.txt"), "{notes}");
}

#[test]
fn what_could_not_be_read_has_not_passed() {
    let here = Here::with(&[("a.txt", STORY)]);
    here.write("corpus/b.jsonl", "{\"text\":\n");
    let (code, out, err) = here.check(&[]);
    assert!(code == 2 && out.contains("PASSED"), "{out}");
    assert!(err.trim_end().ends_with("not everything could be read: exit code 2"), "{err}");
}

#[test]
fn a_quotation_that_grows_into_a_copy_is_new_and_the_reverse_is_not() {
    let quoting = format!("{} {QUOTE} {}", filler("x", 60), filler("y", 60));
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &quoting), ("w.txt", WHEAT)]);
    here.learn();
    here.passes("as it was");
    here.write("corpus/b.txt", near(STORY));
    assert_eq!(here.fails("a quotation became a near-copy").len(), 1);
    here.learn();
    here.write("corpus/b.txt", &quoting);
    here.passes("a near-copy became a quotation");
    here.learn();
    let more = format!(
        "{quoting} The council will vote on the running costs in March, and the ferry company has already promised to pay."
    );
    here.write("corpus/b.txt", more);
    let (_, gate) = here.judged(&[]);
    let passages: Vec<_> = gate["findings"].as_array().unwrap().iter().filter(|f| f["state"] == "new").collect();
    assert_eq!(passages.len(), 1, "{gate:#}");
    assert_eq!(passages[0]["passages"].as_array().unwrap().len(), 1, "just the new passage");
}

#[test]
fn entries_in_vain_are_told_and_dropped() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY), ("w.txt", WHEAT)]);
    here.learn();
    here.write("corpus/b.txt", filler("b", 50));
    let gate = here.passes("a copy is gone");
    assert_eq!(gate["stale"][0]["documents"], json!(["corpus/a.txt", "corpus/b.txt"]), "{gate:#}");
    assert_eq!(gate["stale"][0]["kind"], "cluster");
    assert!(gate["stale"][0]["text"].as_str().unwrap().starts_with("The harbour master"));
    let (_, out, _) = here.check(&["--baseline", "base.json"]);
    assert!(out.contains("1 stale entry") && out.contains("--update-baseline"), "{out}");
    here.learn();
    assert_eq!(here.passes("learnt anew")["stale"], json!([]));
}

#[test]
fn ignore_entries_need_a_reason_and_end() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY), ("c.txt", WHEAT), ("d.txt", WHEAT)]);
    let gate = |entry: &str| {
        here.write("nearcopy.toml", format!("min-match = 12\n\n[[gate.ignore]]\n{entry}\n"));
        let (code, out, err) = here.check(&["--format", "json"]);
        let gate = serde_json::from_str::<Value>(&out).map(|r| r["gate"].clone()).unwrap_or_default();
        (code, gate, err)
    };
    let (code, verdict, _) = gate("documents = [\"corpus/a*\"]\nreason = \"the archive\"");
    assert_eq!((code, new(&verdict)), (1, of("equal", "corpus/d.txt", "corpus/c.txt")));
    let ignored = verdict["findings"].as_array().unwrap().iter().find(|f| f["state"] == "ignored").unwrap();
    assert_eq!(ignored["reason"], "the archive");
    assert_eq!(verdict["ignores"][0]["used"], 1);
    assert_eq!(gate("documents = [\"corpus/a*\", \"corpus/c*\"]\nreason = \"x\"").0, 1, "several: both must fit one");
    assert_eq!(gate("documents = [\"corpus/[a-b]*\", \"corpus/[c-d].txt\"]\nreason = \"x\"").0, 0);
    assert_eq!(new(&gate("text = \"full SILOS\"\nreason = \"x\"").1).len(), 1);
    assert_eq!(gate("kinds = [\"equal\"]\nreason = \"x\"\nexpires = 2999-01-31").0, 0);
    assert_eq!(gate("kinds = [\"quotes\"]\nreason = \"x\"").0, 1);
    let (code, verdict, _) = gate("kinds = [\"equal\"]\nreason = \"old\"\nexpires = 2001-01-31");
    assert_eq!(code, 1);
    assert_eq!(verdict["ignores"][0], json!({"reason": "old", "expires": "2001-01-31", "expired": true, "used": 2}));
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
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY)]);
    here.write("nearcopy.toml", "[[gate.ignore]]\nkinds = [\"equal\"]\nreason = \"x\"\n");
    here.learn();
    here.passes("ignored");
    here.remove("nearcopy.toml");
    assert_eq!(here.fails("no longer").len(), 1);
}

#[test]
fn limits_are_of_everything_of_a_source_or_of_each() {
    let record = |id: &str, source: &str, text: &str| json!({"id": id, "source": source, "text": text}).to_string();
    let (u, v) = (filler("u", 40), filler("v", 40));
    let all = [record("a", "Courier", STORY), record("b", "Ledger", STORY), record("c", "Ledger", &u), record("d", "Post", &v)];
    let here = Here::with(&[("all.jsonl", &all.join("\n"))]);
    let code = |args: &[&str]| here.check(args).0;
    let documents = |limit: &str| code(&["--max-duplicate-documents", limit]);
    assert_eq!(
        ["0", "1", "24%", "25%", "Ledger=0", "Ledger=50%", "Courier=0", "*=0", "*=1", "*=49%", "*=50%"].map(documents),
        [1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0]
    );
    let text = |limit: &str| code(&["--max-duplicate-text", limit]);
    let words = STORY.split_whitespace().count();
    assert_eq!([&format!("{}", words - 1), &format!("{words}"), "Post=0", "*=60%", "*=70%"].map(text), [1, 0, 0, 1, 0]);
    assert_eq!([code(&["--max-cluster", "1"]), code(&["--max-cluster", "2"])], [1, 0]);
    let (_, out, _) = here.check(&["--max-duplicate-documents", "*=0", "--max-duplicate-documents", "5", "--format", "json"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    let rules = report["gate"]["rules"].as_array().unwrap();
    assert_eq!(
        rules[0],
        json!({"name": "max-duplicate-documents", "scope": "Ledger", "limit": "0", "measured": 1, "of": 2, "violated": true})
    );
    assert_eq!(rules[1]["scope"], Value::Null);
    assert_eq!(report["gate"]["sources"][1]["duplicate_documents"], 1);
    assert_eq!(report["gate"]["total"]["duplicate_tokens"].as_u64(), Some(words as u64));
    here.write(
        "nearcopy.toml",
        "[gate]\nmax-duplicate-documents = [\"10%\", \"Post=0\"]\nmax-cluster = 7\nfail-on = \"quotes\"\n",
    );
    assert_eq!(code(&[]), 1);
    assert_eq!(code(&["--max-duplicate-documents", "30%"]), 0, "a flag wins over the file");
    assert_eq!(code(&["--no-config"]), 1);
    assert_eq!(here.run(&["scan", "corpus"]).0, 0, "scan has no use for [gate], and nothing against it");
}

#[test]
fn the_table_is_checked_by_name_and_line() {
    let here = Here::with(&[("a.txt", STORY)]);
    for (table, said) in [
        (
            "[gate]\nmax-duplicat-documents = 5",
            "nearcopy.toml:2: unknown key `max-duplicat-documents` in [gate]: did you mean `max-duplicate-documents`?",
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
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY)]);
    assert_eq!(here.check(&[]).0, 1);
    let (code, out, err) = here.run(&["check", "corpus", "gone.txt"]);
    assert_eq!(code, 2, "an input is lost, and the gate violated: {err}");
    assert!(out.contains("FAILED"), "{out}");
    here.write("corpus/bad.jsonl", "{\"text\": \"fine and well\"}\n{\"nothing\": 1}\n");
    let (code, _, err) = here.check(&["--fail-on", "quotes"]);
    assert_eq!(code, 2);
    assert!(err.contains("--max-bad 0"), "{err}");
    assert_eq!(here.check(&["--fail-on", "quotes", "--max-bad", "1"]).0, 0);
    let (code, _, err) = here.check(&["--baseline", "base.json", "--update-baseline"]);
    assert_eq!(code, 2);
    assert!(err.contains("not written") && !here.path().join("base.json").exists(), "{err}");
    fs::create_dir(here.path().join("empty")).unwrap();
    let (code, _, err) = here.run(&["check", "empty"]);
    assert_eq!(code, 2);
    assert!(err.contains("must not pass"), "{err}");
    assert_eq!(here.run(&["check"]).0, 2);
    assert_eq!(here.run(&["check", "corpus", "--update-baseline"]).0, 2, "it needs a file");
}

#[test]
fn a_baseline_that_does_not_fit_is_refused_in_words() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", STORY)]);
    here.learn();
    let text = fs::read_to_string(here.path().join("base.json")).unwrap();
    let refused = |args: &[&str]| {
        let (code, _, err) = here.check(&[&["--baseline", "base.json"], args].concat());
        assert_eq!(code, 2);
        err
    };
    let err = refused(&["--lanes", "64"]);
    let id = |lanes| nearcopy::Recipe { lanes, ..Default::default() }.id();
    assert!(err.contains(&id(64)) && err.contains(&id(nearcopy::Recipe::default().lanes)), "{err}");
    here.write("base.json", text.replace("nearcopy.baseline/1", "nearcopy.baseline/9"));
    assert!(refused(&[]).contains("nearcopy.baseline/9"));
    here.write("base.json", text.replace("\"members\"", "\"member\""));
    let err = refused(&[]);
    assert!(err.contains("base.json:4: ") && err.contains("--update-baseline"), "{err}");
    here.write("base.json", "");
    assert!(refused(&[]).contains("base.json:1: "));
}

#[test]
fn hostile_names_and_texts_stay_on_the_page() {
    let evil = "\u{1b}[2J\u{202e}id\n";
    let here = Here::with(&[]);
    let record = |id: &str| json!({"id": id, "source": evil, "text": format!("{STORY} {evil}")}).to_string();
    here.write("corpus/all.jsonl", [record(&format!("{evil}1")), record(&format!("{evil}2"))].join("\n"));
    let (code, out, err) = here.check(&["--max-duplicate-documents", "*=0"]);
    assert_eq!(code, 1);
    let safe = |text: &str| !text.contains(['\u{1b}', '\u{202e}']);
    assert!(safe(&out) && safe(&err), "{out}{err}");
    here.learn();
    assert!(safe(&fs::read_to_string(here.path().join("base.json")).unwrap()));
    here.passes("the baseline reads its own escapes");
    for format in ["json", "jsonl"] {
        assert!(safe(&here.check(&["--format", format]).1), "{format}");
    }
}

#[test]
fn reports_agree_and_go_where_they_are_sent() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("c.txt", &format!("{QUOTE} {}", filler("c", 90)))]);
    let (code, lines, err) = here.check(&["--format", "jsonl", "-o", "json=check.json", "-o", "human=check.txt"]);
    assert_eq!(code, 1, "{err}");
    let whole: Value = serde_json::from_str(&fs::read_to_string(here.path().join("check.json")).unwrap()).unwrap();
    let lines: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let typed = |name: &str| lines.iter().filter(|l| l["type"] == name).cloned().collect::<Vec<_>>();
    let findings = whole["gate"]["findings"].as_array().unwrap();
    assert_eq!(typed("finding").len(), findings.len());
    assert_eq!(typed("gate")[0]["rules"], whole["gate"]["rules"]);
    assert_eq!(whole["schema"], "nearcopy.report/1");
    assert_eq!(whole["gate"]["passed"], false);
    let text = |file: &str| fs::read_to_string(here.path().join("corpus").join(file)).unwrap();
    let quotes =
        findings.iter().find(|f| f["kind"] == "quotes" || f["kind"] == "contains" || f["kind"] == "contained-in").unwrap();
    let passage = &quotes["passages"][0];
    let slice = |side: &str, id: &str| {
        let bytes: Vec<usize> = passage[side]["bytes"].as_array().unwrap().iter().map(|b| b.as_u64().unwrap() as usize).collect();
        text(id.strip_prefix("corpus/").unwrap())[bytes[0]..bytes[1]].to_owned()
    };
    assert_eq!(slice("here", quotes["document"].as_str().unwrap()), slice("there", quotes["partner"].as_str().unwrap()));
    assert_eq!(passage["here"]["file_lines"], json!([1, 1]));
    assert!(fs::read_to_string(here.path().join("check.txt")).unwrap().contains("FAILED"));
    let prints: std::collections::HashSet<&str> = findings.iter().map(|f| f["fingerprint"].as_str().unwrap()).collect();
    assert!(prints.len() == findings.len() && prints.iter().all(|p| p.len() == 16));
}

#[test]
fn the_verdict_depends_on_no_thread_and_no_order() {
    let here = Here::with(&[]);
    let texts: Vec<String> = (0..12).map(|n| format!("{STORY} {}", filler(&format!("t{}", n % 5), n))).collect();
    let record = |(n, text): (usize, &String)| json!({"id": format!("id{n}"), "text": text}).to_string();
    let mut lines: Vec<String> = texts.iter().enumerate().map(record).collect();
    here.write("corpus/all.jsonl", lines.join("\n"));
    let first = here.check(&["--format", "json", "--threads", "1"]);
    assert_eq!(first, here.check(&["--format", "json", "--threads", "2"]));
    here.learn();
    let base = fs::read(here.path().join("base.json")).unwrap();
    lines.reverse();
    here.write("corpus/all.jsonl", lines.join("\n"));
    let gate = |out: &str| serde_json::from_str::<Value>(out).unwrap()["gate"].clone();
    assert_eq!(gate(&first.1), gate(&here.check(&["--format", "json"]).1));
    here.learn();
    assert_eq!(fs::read(here.path().join("base.json")).unwrap(), base);
}

fn git(here: &Here, args: &[&str]) -> bool {
    let mut git = std::process::Command::new("git");
    for (name, value) in [("NAME", "tester"), ("EMAIL", "tester@example.org")] {
        git.env(format!("GIT_AUTHOR_{name}"), value).env(format!("GIT_COMMITTER_{name}"), value);
    }
    let git = git.current_dir(here.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").args(args).output();
    git.is_ok_and(|output| output.status.success())
}

#[test]
fn a_commit_can_be_the_baseline() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("with [brackets].txt", WHEAT)]);
    if !git(&here, &["init", "-q"]) {
        eprintln!("skipped: git is not there");
        return;
    }
    let code = |args: &[&str]| here.check(&[&["--baseline-ref", "HEAD"], args].concat());
    let (exit, _, err) = code(&[]);
    assert!(exit == 2 && err.contains("HEAD is no commit"), "{err}");
    here.write(".gitignore", "hidden.txt\n");
    assert!(git(&here, &["add", "."]) && git(&here, &["commit", "-qm", "one"]) && git(&here, &["tag", "start"]));
    assert_eq!(code(&[]).0, 0, "{}", code(&[]).1);
    here.write("corpus/c.txt", STORY.replace("four tons", "five tons"));
    let (exit, out, err) = code(&["--format", "json"]);
    assert_eq!(exit, 1, "{err}");
    let gate = &serde_json::from_str::<Value>(&out).unwrap()["gate"];
    assert_eq!(new(gate).iter().filter(|f| f.0 == "near-copy").count(), 1);
    assert_eq!(gate["stale"], json!([]));
    here.learn();
    here.write("corpus/d.txt", WHEAT);
    assert_eq!(code(&["--baseline", "base.json", "--format", "json"]).0, 1);
    assert!(git(&here, &["add", "."]) && git(&here, &["commit", "-qm", "two"]));
    assert_eq!(code(&["--baseline", "base.json"]).0, 0, "both count");
    assert_eq!(here.check(&["--baseline-ref", "start"]).0, 1);
    let inside = |args: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nearcopy"));
        command.current_dir(here.path().join("corpus")).args(args).output().unwrap().status.code().unwrap()
    };
    assert_eq!(inside(&["check", ".", "--baseline-ref", "HEAD"]), 0, "ids are those of the paths as given");
    assert_eq!(inside(&["check", here.path().join("corpus").to_str().unwrap(), "--baseline-ref", "HEAD"]), 0);
    let refused = |args: &[&str]| {
        let (code, _, err) = here.run(&[&["check"], args].concat());
        assert_eq!(code, 2, "{err}");
        err
    };
    assert!(refused(&["corpus", "--baseline-ref", "nowhere"]).contains("nowhere is no commit"));
    assert!(refused(&["corpus", "--baseline-ref=--all"]).contains("is no commit"));
    assert!(refused(&["-", "--baseline-ref", "HEAD"]).contains("standard input has no history"));
    assert!(refused(&["/", "--baseline-ref", "HEAD"]).contains("outside the repository"));
    let shallow = Here::new();
    let from = format!("file://{}", here.path().display());
    assert!(git(&shallow, &["clone", "-q", "--depth=1", &from, "copy"]));
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("nearcopy"));
    let output =
        command.current_dir(shallow.path().join("copy")).args(["check", "corpus", "--baseline-ref", "start"]).output().unwrap();
    assert!(String::from_utf8(output.stderr).unwrap().contains("shallow clone"));
    let elsewhere = Here::with(&[("a.txt", STORY)]);
    let (exit, _, err) = elsewhere.check(&["--baseline-ref", "HEAD"]);
    assert!(exit == 2 && err.contains("git repository"), "{err}");
}

#[test]
fn an_input_is_never_overwritten() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", WHEAT)]);
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
    assert_eq!(fs::read_to_string(here.path().join("corpus/a.txt")).unwrap(), STORY);
    assert_eq!(fs::read_to_string(here.path().join("corpus/b.txt")).unwrap(), WHEAT);
    // A new file among the inputs is none of them.
    assert_eq!(here.check(&["-o", "json=corpus/report.json"]).0, 0);
}
