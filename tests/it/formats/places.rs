//! Positions in files: lines and columns in code points, whatever the text and the file are.

use super::gate::{Gate, NEWS, news, pair};
use crate::sample::file;
use nearcopy::{Document, Relation};
use proptest::prelude::*;
use serde_json::{Value, json};

fn results(gate: &Gate) -> Vec<Value> {
    let log: Value = serde_json::from_str(&gate.sarif()).unwrap();
    log["runs"][0]["results"].as_array().unwrap().clone()
}

/// Start line, start column, end line, end column of the passage in SARIF.
fn region(text: &str, passage: &str) -> [u64; 4] {
    let mut gate = Gate::new(vec![file("a.txt", text), Document::new("b", passage)]);
    gate.find(pair(Relation::Quotes), "a.txt", "b", &[passage]);
    let region = &results(&gate)[0]["locations"][0]["physicalLocation"]["region"];
    ["startLine", "startColumn", "endLine", "endColumn"].map(|name| region[name].as_u64().unwrap())
}

#[test]
fn columns_are_code_points() {
    assert_eq!(region("plain words", "words"), [1, 7, 1, 12]);
    assert_eq!(region("🦀🦀 crab 🦀 end", "crab 🦀"), [1, 4, 1, 10]);
    // A family of three is five code points, a letter with its accent two.
    assert_eq!(region("👩\u{200d}👩\u{200d}👧 Cafe\u{301} noir", "Cafe\u{301}"), [1, 7, 1, 12]);
    assert_eq!(region("وصلت العاصفة إلى الساحل", "العاصفة"), [1, 6, 1, 13]);
    assert_eq!(region("\t\ttab\tstop", "tab\tstop"), [1, 3, 1, 11]);
    assert_eq!(region("周一晚间，风暴登陆", "风暴"), [1, 6, 1, 8]);
}

#[test]
fn lines_end_as_the_index_says() {
    assert_eq!(region("one\r\ntwo\rthree\n\nfour five", "five"), [5, 6, 5, 10]);
    assert_eq!(region("one\r\ntwo three\r\nfour five", "three\r\nfour"), [2, 5, 3, 5]);
    assert_eq!(region("é\u{2028}x\u{85}y z", "z"), [1, 7, 1, 8]);
    // A break at the end of a passage leads to no further line.
    assert_eq!(region("one\ntwo\r\n", "two\r\n"), [2, 1, 2, 4]);
    assert_eq!(region("one\ntwo\r\n\r\n", "two\r\n\r\n"), [2, 1, 2, 4]);
    assert_eq!(region("one\n\n\ntwo", "\n\n"), [1, 4, 1, 5]);
    let long = format!("{}\n{}here", "é".repeat(3000), "🦀".repeat(2000));
    assert_eq!(region(&long, "here"), [2, 2001, 2, 2005]);
}

#[test]
fn a_place_is_as_exact_as_its_file() {
    let found = results(&news());
    let first = |n: usize| &found[n]["locations"][0];
    let exact =
        json!({"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": NEWS.len() + 1});
    assert_eq!(
        first(0)["physicalLocation"],
        json!({"artifactLocation": {"uri": "b/ferry%20copy.txt"}, "region": exact})
    );
    assert_eq!(first(0).get("logicalLocations"), None);
    let line = json!({"artifactLocation": {"uri": "c/wire.jsonl"}, "region": {"startLine": 7}});
    assert_eq!(first(1)["physicalLocation"], line);
    assert_eq!(first(1)["logicalLocations"], json!([{"fullyQualifiedName": "wire-7"}]));
    assert_eq!(*first(2), json!({"logicalLocations": [{"fullyQualifiedName": "loose"}]}));
    let whole = json!({"artifactLocation": {"uri": "c/all.json"}});
    assert_eq!(
        *first(3),
        json!({"physicalLocation": whole, "logicalLocations": [{"fullyQualifiedName": "all-2"}]})
    );
    // The partner's first passage is the target of the message's link; then the second passages of
    // both.
    let related: Vec<_> = found[0]["relatedLocations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| {
            let region = &l["physicalLocation"]["region"];
            (
                l["id"].as_u64().unwrap(),
                l["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap(),
                region["startLine"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        related,
        [(1, "a/ferry.txt", 3), (2, "b/ferry%20copy.txt", 2), (3, "a/ferry.txt", 5)]
    );
    assert_eq!(found[1]["relatedLocations"].as_array().unwrap().len(), 2);
}

#[test]
fn annotations_and_tables_name_the_same_lines() {
    let gate = news();
    let lines: Vec<String> = gate.github().lines().map(str::to_owned).collect();
    let end = NEWS.len() + 1;
    let near = format!(
        "::error file=b/ferry copy.txt,line=1,endLine=1,col=1,endColumn={end},title=nearcopy%3A \
         near-copy::"
    );
    assert!(lines.iter().any(|l| l.starts_with(&near)), "{lines:#?}");
    assert!(lines.iter().any(|l| l.starts_with(
        "::error file=c/wire.jsonl,line=7,title=nearcopy%3A equal::wire-7: The same"
    )));
    assert!(
        lines
            .iter()
            .any(|l| l
                .starts_with("::error file=c/all.json,title=nearcopy%3A contained-in::all-2: "))
    );
    assert!(lines.iter().any(|l| l.starts_with("::error title=nearcopy%3A contains::loose: ")));
    let mut table = csv::Reader::from_reader(gate.csv().into_bytes().leak() as &[u8]);
    let cell = |row: &csv::StringRecord, name: &str| {
        let at =
            ["path", "record", "line", "partner_line"].iter().position(|n| *n == name).unwrap();
        row[[3, 4, 5, 10][at]].to_owned()
    };
    let rows: Vec<_> = table.records().map(|r| r.unwrap()).collect();
    let places: Vec<_> = rows
        .iter()
        .take(4)
        .map(|r| ["path", "record", "line", "partner_line"].map(|n| cell(r, n)).join(" "))
        .collect();
    assert_eq!(places, ["b/ferry copy.txt  1 3", "c/wire.jsonl 7 7 3", "   ", "c/all.json 2  3"]);
    // In several lines, no columns: GitHub would take neither.
    let mut gate =
        Gate::new(vec![file("a.txt", "one two\nthree"), file("b.txt", "one two\nthree")]);
    gate.find(pair(Relation::Quotes), "a.txt", "b.txt", &["two\nthree"]);
    assert!(
        gate.github().starts_with("::warning file=a.txt,line=1,endLine=2,title="),
        "{}",
        gate.github()
    );
}

/// Where the lines of a text begin, in characters, counted from 1: the plain definition.
fn line_starts(text: &[char]) -> Vec<usize> {
    let ends =
        |at: usize| text[at] == '\n' || (text[at] == '\r' && text.get(at + 1) != Some(&'\n'));
    [0].into_iter().chain((0..text.len()).filter(|&at| ends(at)).map(|at| at + 1)).collect()
}

proptest! {
    #[test]
    fn lines_and_columns_lead_back_to_the_passage(
        before in "[a-z \r\n\t🦀é中\u{301}ا]{0,60}",
        passage in "[A-Z][A-Z \r\n\té中🦀\u{301}]{0,30}",
        after in "[a-z \r\n🦀é中]{0,20}",
    ) {
        let text = format!("{before}{passage}{after}");
        let [first, from, last, to] = region(&text, &passage).map(|n| n as usize);
        let chars: Vec<char> = text.chars().collect();
        let starts = line_starts(&chars);
        let back: String =
            chars[starts[first - 1] + from - 1..starts[last - 1] + to - 1].iter().collect();
        prop_assert_eq!(back, passage.trim_end_matches(['\r', '\n']));
    }
}
