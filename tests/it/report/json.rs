//! The machine's reports: fields, nesting, order, offsets.

use crate::sample::*;
use nearcopy::detection::*;
use nearcopy::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn json(sample: &Sample) -> Value {
    serde_json::from_str(&text(sample)).unwrap()
}

fn text(sample: &Sample) -> String {
    let mut out = Vec::new();
    report::json(sample.findings(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn lines(sample: &Sample) -> Vec<Value> {
    let mut out = Vec::new();
    report::jsonl(sample.findings(), &mut out).unwrap();
    String::from_utf8(out).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn the_object_follows_the_contract() {
    let report = json(&storm());
    assert_eq!(report["schema"], "nearcopy.report/1");
    assert_eq!(report["recipe"]["id"], "00112233445566aa");
    assert_eq!(report["background"]["id"], "none");
    assert_eq!(report["thresholds"]["near-copy-smaller"], 0.4);
    assert_eq!(
        report["summary"]["skipped"],
        json!([{"reason": "bad-json", "count": 2}, {"reason": "binary", "count": 1}])
    );
    assert_eq!(report["summary"]["capped_keys"], 1);
    let mut top = keys(&report);
    top.sort_unstable();
    let want = [
        "background",
        "clusters",
        "documents",
        "equal",
        "pairs",
        "recipe",
        "repeats",
        "schema",
        "summary",
        "thresholds",
    ];
    assert_eq!(top, want);
    assert_eq!(
        report["documents"][1],
        json!({
            "id": "notes.jsonl:7", "path": "notes.jsonl", "record": 7, "tokens": 24, "bytes": 138
        })
    );
    assert_eq!(report["documents"][4]["date"], "2026-01-31");
    assert_eq!(report["equal"], json!([["mirror/storm.txt", "wire/storm.txt"]]));
    let cluster = &report["clusters"][0];
    assert_eq!(cluster["representative"], "wire/storm.txt");
    assert_eq!(cluster["members"], json!(["mirror/storm.txt", "post/edda.txt", "wire/storm.txt"]));
    assert_eq!(cluster["weakest"], 0.912);
    assert_eq!(cluster["id"].as_str().unwrap().len(), 16);
    let pair = &report["pairs"][2];
    assert_eq!((&pair["a"], &pair["relation"]), (&json!("notes.jsonl:7"), &json!("contained-in")));
    assert_eq!(pair["resemblance"], 0.193333);
    assert_eq!(pair["facts"], json!({"agree": 7, "compared": 9}));
    assert_eq!(pair.get("whole_text"), None);
    let found = &pair["matches"][0];
    assert_eq!(found["a"], json!({"bytes": [0, 136], "chars": [0, 136], "lines": [1, 1]}));
    assert_eq!(
        found["b"],
        json!({"bytes": [85, 221], "chars": [85, 221], "lines": [5, 5], "file_lines": [5, 5]})
    );
    assert_eq!(found["blocks"], json!([[0, 136, 85, 221]]));
    assert_eq!(found["identity"], 1.0);
    let repeat = &report["repeats"][0];
    assert_eq!((&repeat["count"], &repeat["boilerplate"]), (&json!(4), &json!(true)));
    assert_eq!(repeat["text"], "Sign up for our newsletter and never miss a story.");
    assert_eq!(repeat["places"][1]["document"], "post/edda.txt");
    assert_eq!(repeat["places"][1]["lines"], json!([7, 7]));
}

#[test]
fn one_element_a_line() {
    let sample = storm();
    for line in
        text(&sample).lines().filter(|l| l.starts_with("{\"a\"") || l.starts_with("{\"id\""))
    {
        let element: Value = serde_json::from_str(line.trim_end_matches(',')).unwrap();
        assert!(element.is_object());
    }
    assert!(text(&sample).contains("\n\"pairs\":[\n{\"a\":\"mirror/storm.txt\""));
}

#[test]
fn json_lines_hold_the_same() {
    let sample = storm();
    let report = json(&sample);
    let lines = lines(&sample);
    assert_eq!(lines[0]["type"], "summary");
    for field in ["schema", "recipe", "background", "thresholds"] {
        assert_eq!(lines[0][field], report[field]);
    }
    for (name, value) in report["summary"].as_object().unwrap() {
        assert_eq!(&lines[0][name], value);
    }
    let mut at = 1;
    for (list, kind) in [
        ("documents", "document"),
        ("clusters", "cluster"),
        ("equal", "equal"),
        ("pairs", "pair"),
        ("repeats", "repeat"),
    ] {
        for element in report[list].as_array().unwrap() {
            let mut line = lines[at].clone();
            assert_eq!(line.as_object_mut().unwrap().remove("type"), Some(json!(kind)));
            assert_eq!(if kind == "equal" { &line["members"] } else { &line }, element);
            at += 1;
        }
    }
    assert_eq!(at, lines.len());
}

#[test]
fn additions_stand_only_where_they_say_something() {
    let mut sample = storm();
    sample.detection.pairs[0].comparison.whole_text = true;
    sample.detection.pairs[0].comparison.resemblance = f64::NAN;
    sample.detection.repeats[0].period = Some(3);
    sample.detection.summary.renamed = 4;
    sample.detection.summary.limited = vec![("min-tokens".into(), 5)];
    let report = json(&sample);
    assert_eq!(
        (&report["pairs"][0]["whole_text"], &report["pairs"][0]["resemblance"]),
        (&json!(true), &json!(0.0))
    );
    assert_eq!(report["repeats"][0]["period"], 3);
    assert_eq!(report["summary"]["renamed"], 4);
    assert_eq!(report["summary"]["limited"], json!([{"reason": "min-tokens", "count": 5}]));
    assert_eq!(report["pairs"][0]["matches"][0]["tokens"], json!([125, 125]));
}

#[test]
fn cluster_ids_are_those_of_the_set() {
    let id = |sample: &Sample| json(sample)["clusters"][0]["id"].clone();
    let mut sample = storm();
    let before = id(&sample);
    sample.detection.clusters[0].representative = 0;
    assert_eq!(id(&sample), before);
    sample.detection.clusters[0].members.pop();
    assert_ne!(id(&sample), before);
}

#[test]
fn an_id_may_stand_twice() {
    let corpus =
        Corpus::new([Document::new("x", "Same page."), Document::new("x", "Same page.")]).unwrap();
    let mut detection = empty(&corpus);
    detection.equal = vec![vec![0, 1]];
    detection.clusters = vec![Cluster { representative: 0, members: vec![0, 1], weakest: 1.0 }];
    let report = json(&Sample { corpus, detection, skipped: vec![] });
    assert_eq!(report["equal"], json!([["x", "x"]]));
    assert_eq!(report["documents"].as_array().unwrap().len(), 2);
}

#[test]
fn a_million_copies_are_quick() {
    let corpus =
        Corpus::new((0..1_000_000).map(|n| Document::new(format!("{n:07}"), "One short text.")))
            .unwrap();
    let mut detection = empty(&corpus);
    let all: Vec<u32> = (0..1_000_000).collect();
    detection.equal = vec![all.clone()];
    detection.clusters = vec![Cluster { representative: 0, members: all, weakest: 1.0 }];
    let sample = Sample { corpus, detection, skipped: vec![] };
    let started = std::time::Instant::now();
    let bytes = text(&sample).len();
    println!("{bytes} bytes in {:?}", started.elapsed());
    assert!(bytes > 60_000_000);
    let started = std::time::Instant::now();
    report::human(
        sample.findings(),
        report::HumanOptions::default().with(|s| s.width = 80),
        &mut Vec::new(),
    )
    .unwrap();
    println!("human in {:?}", started.elapsed());
}

#[test]
fn many_pairs_are_quick() {
    let body = "The harbour was closed and the trains stood still all night, the authority said. "
        .repeat(30);
    let ids = (0..2_000).map(|n| Document::new(format!("{n:04}"), format!("é{n} {body}")));
    let big = Document::new("big", "é".to_owned() + &body.repeat(10_000));
    let corpus = Corpus::new(ids.chain([big])).unwrap();
    let mut detection = empty(&corpus);
    let span = |n: u32| Span::new(20 + n, 1000 + n);
    let found = |n| Match {
        a: span(n),
        b: span(n),
        tokens_a: 200,
        tokens_b: 200,
        identity: 1.0,
        blocks: vec![Block { a: span(n), b: span(n) }; 4],
    };
    let one = pair(&corpus, "0000", "0001", Relation::NearCopy, [0.9, 0.9], &[]);
    for a in 0..2_000 {
        for step in 1..=50u32 {
            let mut p = Pair { a, b: (a + step * 37) % 2_001, ..one.clone() };
            p.b = if step == 1 { 2_000 } else { p.b };
            p.comparison.matches = (0..4).map(found).collect();
            detection.pairs.push(p);
        }
    }
    let sample = Sample { corpus, detection, skipped: vec![] };
    let started = std::time::Instant::now();
    let bytes = text(&sample).len();
    println!("{bytes} bytes in {:?}", started.elapsed());
    assert!(bytes > 50_000_000);
}

#[test]
fn offsets_slice_back_to_the_passage() {
    let sample = scripts();
    let report = json(&sample);
    for pair in report["pairs"].as_array().unwrap() {
        for found in pair["matches"].as_array().unwrap() {
            for side in ["a", "b"] {
                check_span(&sample.corpus, pair[side].as_str().unwrap(), &found[side]);
            }
        }
    }
    for place in
        report["repeats"].as_array().unwrap().iter().flat_map(|r| r["places"].as_array().unwrap())
    {
        check_span(&sample.corpus, place["document"].as_str().unwrap(), place);
    }
}

/// What the span says in bytes, characters and lines is one passage.
fn check_span(corpus: &Corpus, id: &str, span: &Value) {
    let text = corpus.text(number(corpus, id) as usize).unwrap();
    let get = |unit: &str| -> (usize, usize) {
        (span[unit][0].as_u64().unwrap() as usize, span[unit][1].as_u64().unwrap() as usize)
    };
    let passage = &text[get("bytes").0..get("bytes").1];
    let (from, to) = get("chars");
    assert_eq!(text.chars().skip(from).take(to - from).collect::<String>(), passage);
    let (first, last) = get("lines");
    let whole = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = whole.split('\n').collect();
    let want = passage.replace("\r\n", "\n").replace('\r', "\n");
    assert!(lines[first - 1..last].join("\n").contains(want.trim_end_matches('\n')), "{id} {span}");
    if let Some(file_lines) = span.get("file_lines") {
        assert_eq!(file_lines, &span["lines"]);
    }
}

/// Lines by the plain definition: one more than the breaks that end before the byte.
fn plain_line(text: &str, byte: usize) -> u64 {
    let bytes = text.as_bytes();
    let ends =
        |i: usize| bytes[i] == b'\n' || (bytes[i] == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    1 + (0..byte).filter(|&i| ends(i)).count() as u64
}

proptest! {
    #[test]
    fn characters_and_lines_equal_the_plain_definitions(
        pieces in prop::collection::vec(
            "[a-z \r\n\t]{0,60}|[é中🦀\u{301}ا\r\n]{0,60}|.{0,20}",
            1..12,
        ),
        cuts in prop::collection::vec((0.0..1.0, 0.0..1.0), 1..8),
    ) {
        let text = pieces.concat();
        let borders: Vec<usize> =
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let border = |share: f64| borders[(share * borders.len() as f64) as usize];
        let corpus = Corpus::new([file("t", &text)]).unwrap();
        let mut detection = empty(&corpus);
        let spans: Vec<(usize, usize)> = cuts
            .iter()
            .map(|&(x, y)| (border(x).min(border(y)), border(x).max(border(y))))
            .collect();
        let places = spans
            .iter()
            .map(|&(s, e)| Place { document: 0, span: Span::new(s as u32, e as u32) })
            .collect();
        detection.repeats = vec![Repeat {
            tokens: 1,
            count: 1,
            documents: 1,
            paragraph: false,
            boilerplate: false,
            note: false,
            period: None,
            places,
        }];
        let report = json(&Sample { corpus, detection, skipped: vec![] });
        for (n, &(s, e)) in spans.iter().enumerate() {
            let place = &report["repeats"][0]["places"][n];
            let chars = |byte: usize| text[..byte].chars().count();
            let last = if e > s { e - 1 } else { s };
            prop_assert_eq!(&place["chars"], &json!([chars(s), chars(e)]));
            prop_assert_eq!(
                &place["lines"],
                &json!([plain_line(&text, s), plain_line(&text, last)])
            );
        }
    }
}

/// The documents that a report lists, with the texts of the sample they came from.
struct Again<'a>(&'a Sample, Vec<DocumentInfo>);

impl Documents for Again<'_> {
    fn count(&self) -> usize {
        self.1.len()
    }
    fn info(&self, number: usize) -> std::borrow::Cow<'_, DocumentInfo> {
        std::borrow::Cow::Borrowed(&self.1[number])
    }
    fn text(&self, number: usize) -> nearcopy::Result<std::borrow::Cow<'_, str>> {
        let all = &self.0.corpus;
        all.text((0..all.count()).find(|&n| all.info(n).id == self.1[number].id).expect("there"))
    }
}

#[test]
fn a_report_read_back_writes_the_same_report() {
    for mut sample in [storm(), scripts()] {
        sample.detection.pairs[0].comparison.whole_text = true;
        sample.detection.summary.limited = vec![("min-tokens".into(), 5)];
        let (mut object, mut by_lines) = (vec![], vec![]);
        report::json(sample.findings(), &mut object).unwrap();
        report::jsonl(sample.findings(), &mut by_lines).unwrap();
        let object = String::from_utf8(object).unwrap();
        let read = report::StoredReport::read(&object, "found.json").unwrap();
        assert_eq!(
            report::StoredReport::read(std::str::from_utf8(&by_lines).unwrap(), "found.jsonl")
                .unwrap(),
            read
        );
        let documents = Again(&sample, read.documents.clone());
        let mut again = vec![];
        let findings = report::Findings {
            detection: &read.detection,
            documents: &documents,
            skipped: &read.skipped,
        };
        report::json(findings, &mut again).unwrap();
        assert_eq!(String::from_utf8(again).unwrap(), object);
    }
}

#[test]
fn reports_of_released_formats_are_read() {
    let object =
        report::StoredReport::read(include_str!("../../frozen/report.json"), "report.json")
            .unwrap();
    assert_eq!(
        object,
        report::StoredReport::read(include_str!("../../frozen/report.jsonl"), "report.jsonl")
            .unwrap()
    );
    assert_eq!(
        (object.detection.pairs.len(), object.detection.repeats.len(), object.documents.len()),
        (3, 2, 7)
    );
}

#[test]
fn a_report_that_cannot_be_read_says_why() {
    let mut object = vec![];
    report::json(storm().findings(), &mut object).unwrap();
    let object = String::from_utf8(object).unwrap();
    let said = |text: &str| report::StoredReport::read(text, "found.json").unwrap_err().to_string();
    assert!(said("").starts_with("found.json: no report as JSON"));
    assert!(said("[1]").contains("no report"));
    assert!(said("{}").contains("it has no schema, wanted \"nearcopy.report/1\""));
    assert!(said(&object.replace("report/1", "report/9")).contains("nearcopy.report/9"));
    assert!(
        said(&object.replacen("\"a\":\"mirror", "\"a\":\"gone", 1))
            .contains("names the document \"gone/storm.txt\"")
    );
    assert!(
        said(&object.replacen("\"bytes\":[27", "\"bytes\":[9999", 1))
            .contains("holds a span from 9999 to")
    );
    assert!(said(&object[..object.len() - 9]).contains("line"));
    let value: serde_json::Value = serde_json::from_str(&object).unwrap();
    let with = |pointer: &str, new: serde_json::Value| {
        let mut value = value.clone();
        *value.pointer_mut(pointer).unwrap() = new;
        value.to_string()
    };
    assert!(
        said(&with("/equal", serde_json::json!([[]])))
            .contains("a class of equal texts without a document")
    );
    assert!(said(&with("/clusters/0/members", serde_json::json!([]))).contains("is no member"));
    let mut by_lines = vec![];
    report::jsonl(storm().findings(), &mut by_lines).unwrap();
    let by_lines =
        String::from_utf8(by_lines).unwrap().replacen("\"weakest\":", "\"strongest\":", 1);
    assert!(
        said(&by_lines).contains("line 7, byte 158: missing field `weakest`"),
        "{}",
        said(&by_lines)
    );
}
