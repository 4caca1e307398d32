//! The evidence about pairs in the report as data and in the report for a person: why a pair is a
//! template, how many words are equal, which document is earlier, what titles divide, what is a
//! note.

use crate::sample::evidence::evidence;
use crate::sample::{Sample, storm};
use nearcopy::report::{self, HumanOptions, StoredReport};
use nearcopy::*;
use serde_json::{Value, json};

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn object(sample: &Sample) -> String {
    written(|out| report::json(sample.findings(), out))
}

fn pair<'v>(report: &'v Value, a: &str) -> &'v Value {
    report["pairs"].as_array().unwrap().iter().find(|p| p["a"] == a).unwrap()
}

#[test]
fn the_report_as_data_holds_the_evidence() {
    let report: Value = serde_json::from_str(&object(&evidence())).unwrap();
    let whys = ["acme.txt", "council.txt", "filing/1.txt", "letter/07.txt"];
    let whys = whys.map(|a| pair(&report, a)["why"].as_str().unwrap());
    assert_eq!(whys, ["facts", "wording", "titles", "series"]);
    let near = pair(&report, "blog/bridge.txt");
    assert_eq!((near.get("why"), &near["earlier"]), (None, &json!("courier/bridge.txt")));
    assert_eq!([&near["equal_words_a"], &near["equal_words_b"]], [0.95, 0.97]);
    assert_eq!(pair(&report, "council.txt").get("earlier"), None, "no dates");
    assert_eq!(
        report["titles"],
        json!([[["filing/1.txt", "filing/2.txt"], ["filing/3.txt"]]]),
        "a group of one is in no class of equal texts, but here"
    );
    assert_eq!(
        (&report["repeats"][0]["note"], &report["summary"]["without_text"]),
        (&json!(true), &json!(2))
    );
    let named: Vec<&Value> =
        report["documents"].as_array().unwrap().iter().map(|d| &d["id"]).collect();
    assert!(named.contains(&&json!("filing/3.txt")));
}

#[test]
fn what_says_nothing_is_left_out() {
    let text = object(&storm());
    for name in ["why", "equal_words", "\"note\"", "titles", "without_text"] {
        assert!(!text.contains(name), "{name}");
    }
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(pair(&report, "mirror/storm.txt").get("earlier"), None, "one date is not known");
}

#[test]
fn json_lines_hold_the_same_and_both_are_read_back() {
    let sample = evidence();
    let lines = written(|out| report::jsonl(sample.findings(), out));
    let groups = json!([["filing/1.txt", "filing/2.txt"], ["filing/3.txt"]]);
    let titles = format!("{{\"type\":\"titles\",\"groups\":{groups}}}\n");
    assert!(lines.contains(&titles), "{lines}");
    for text in [&object(&sample), &lines] {
        let read = StoredReport::read(text, "the report").unwrap();
        let found = &read.detection;
        let id = |n: &u32| read.documents[*n as usize].id.as_str();
        let groups: Vec<Vec<&str>> =
            found.titles[0].iter().map(|group| group.iter().map(id).collect()).collect();
        assert_eq!(groups, [vec!["filing/1.txt", "filing/2.txt"], vec!["filing/3.txt"]]);
        for (read, made) in found.pairs.iter().zip(&sample.detection.pairs) {
            let (read, made) = (&read.comparison, &made.comparison);
            assert_eq!(read.why, made.why);
            assert_eq!(read.equal_words_a, made.equal_words_a);
        }
        assert!(found.repeats[0].note);
        assert_eq!(found.summary, sample.detection.summary);
    }
    let broken = object(&sample).replace("[\"filing/3.txt\"]]", "[]]");
    let error = StoredReport::read(&broken, "the report").unwrap_err().to_string();
    assert!(error.contains("a group without a document"), "{error}");
}

#[test]
fn one_id_may_stand_in_two_groups() {
    let corpus =
        Corpus::new(["One", "Two"].map(|title| Document::new("x", "the body").title(title)));
    let corpus = corpus.unwrap();
    let mut detection = crate::sample::empty(&corpus);
    detection.titles = vec![vec![vec![0], vec![1]]];
    let text = object(&Sample { corpus, detection, skipped: vec![] });
    let read = StoredReport::read(&text, "the report").unwrap();
    assert_eq!(read.detection.titles, [[[0], [1]]]);
}

#[test]
fn a_person_reads_the_evidence() {
    let page = |width| {
        let options = HumanOptions::default().with(|s| s.width = width);
        written(|out| report::human(evidence().findings(), options, out))
    };
    super::human::same_as_page("evidence", &page(100));
    // No row of any width is cut: the words are there in one row or in several.
    let text = page(2000);
    for said in [
        "acme.txt and bolt.txt follow one template\n",
        "the figures and names differ · 100% of the first text, 100% of the second · 71% and 70% \
         of their words equal",
        "acme.txt is earlier (2026-01-28)",
        "they share only a common wording · ",
        "they are issues of a series, 2 weeks apart · ",
        "letter/07.txt is earlier (2026-02-13)",
        "their titles name different things: “Acme Tools: annual report 2025” and “Carrow Mills: \
         annual report 2025” · ",
        "One text under titles that name different things\n\n  3 documents in 2 groups\n",
        "    ≠ “Acme Tools: annual report 2025” filing/1.txt, filing/2.txt\n",
        "    ≠ “Bolt Freight: annual report 2025” filing/3.txt\n",
        "3 times in 3 documents · note\n",
        "● courier/bridge.txt  representative · ",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert!(!text.contains("97% and 96%"), "coverage and equal words are all but the same");
}
