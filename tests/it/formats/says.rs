//! What each format says of an ordinary verdict, and how much of a large one.

use super::gate::{Gate, NEWS, WEATHER, news, pair};
use crate::sample::file;
use nearcopy::gate::FindingState;
use nearcopy::report::{GithubOptions, SarifOptions, github, step_summary};
use nearcopy::{Document, Relation};
use serde_json::{Value, json};

fn run(gate: &Gate, options: SarifOptions) -> Value {
    serde_json::from_str::<Value>(&gate.sarif_with(options)).unwrap()["runs"][0].take()
}

/// Copies of one text, each a near-copy of the first, and as many shared passages.
fn many(copies: usize) -> Gate {
    let name = |n: usize| format!("folder/document-{n:06}.txt");
    let text = format!("{NEWS}. {WEATHER}.\n");
    let mut gate = Gate::new((0..=copies).map(|n| file(&name(n), &text)).collect());
    let first = gate.find(pair(Relation::NearCopy), &name(1), &name(0), &[NEWS, WEATHER]).clone();
    gate.verdict.findings.clear();
    for n in 1..=copies as u32 {
        let fingerprint = format!("{n:016x}");
        let kind = if n % 2 == 0 { pair(Relation::NearCopy) } else { pair(Relation::Quotes) };
        gate.verdict.findings.push(nearcopy::gate::Finding {
            document: n,
            kind,
            fingerprint,
            ..first.clone()
        });
    }
    gate
}

#[test]
fn sarif_says_what_and_where() {
    let gate = news();
    let run = run(&gate, SarifOptions::default());
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["invocations"], json!([{"executionSuccessful": true, "exitCode": 1}]));
    let results = run["results"].as_array().unwrap();
    let said = |n: usize| results[n]["message"]["text"].as_str().unwrap();
    let near = "Near-copies of each other: this text and [a/ferry.txt](1), line 3; \
                covered: 91% of this text, 50% of the other. Begins: The ferry company cancelled";
    assert!(said(0).starts_with(near) && said(0).ends_with(" …."), "{}", said(0));
    assert!(said(2).starts_with("Contains most of [all-2](1); covered: 91%"), "{}", said(2));
    assert!(
        said(6).starts_with("Repeats [an earlier passage](1). Begins: The ferry"),
        "{}",
        said(6)
    );
    let levels: Vec<_> = results
        .iter()
        .map(|r| format!("{} {}", r["ruleId"].as_str().unwrap(), r["level"].as_str().unwrap()))
        .collect();
    let wanted = [
        "near-copy error",
        "equal error",
        "contains error",
        "contained-in error",
        "quotes warning",
        "template note",
        "repeat warning",
        "repeat warning",
    ];
    assert_eq!(levels, wanted);
    for result in results {
        let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
        assert_eq!(
            (&rule["id"], &rule["defaultConfiguration"]["level"]),
            (&result["ruleId"], &result["level"])
        );
        assert_eq!(result["baselineState"], "new");
    }
    assert_eq!(
        results[0]["partialFingerprints"],
        json!({"nearcopy/v1": gate.verdict.findings[0].fingerprint})
    );
    assert_eq!(
        results[7]["suppressions"],
        json!([{"kind": "external", "justification": "agreed"}])
    );
}

#[test]
fn known_findings_only_where_asked_for() {
    let gate = news();
    let all = run(&gate, SarifOptions::default().with(|s| s.known = true));
    let known = &all["results"][7];
    assert_eq!((&known["baselineState"], &known["level"]), (&json!("unchanged"), &json!("note")));
    assert_eq!(all["results"].as_array().unwrap().len(), gate.verdict.findings.len());
}

#[test]
fn what_sarif_leaves_out_is_the_least_grave_and_said() {
    let mut gate = news();
    gate.verdict.rules.clear();
    let run = run(
        &gate,
        SarifOptions::default().with(|s| {
            s.most = 3;
            s.known = true;
        }),
    );
    let ids: Vec<_> =
        run["results"].as_array().unwrap().iter().map(|r| r["ruleId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["near-copy", "equal", "contains"]);
    assert_eq!(run["invocations"][0]["exitCode"], 0);
    let said =
        run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
    assert_eq!(said, "6 results left out: this log holds at most 3 results.");
}

#[test]
fn a_finding_of_many_passages_lists_twenty() {
    let words: Vec<String> = (0..30).map(|n| format!("word{n:02}")).collect();
    let text = words.join("\n");
    let mut gate = Gate::new(vec![file("a", &text), file("b", &text)]);
    let passages: Vec<&str> = words.iter().map(String::as_str).collect();
    gate.find(pair(Relation::NearCopy), "a", "b", &passages);
    let result = &run(&gate, SarifOptions::default())["results"][0];
    assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 39);
    assert!(
        result["message"]["text"]
            .as_str()
            .unwrap()
            .ends_with(" 10 further passages are not listed.")
    );
}

#[test]
fn junit_counts_what_it_holds() {
    let text = news().junit();
    assert!(
        text.contains(r#"<testsuites name="nearcopy" tests="10" failures="8" errors="0">"#),
        "{text}"
    );
    assert!(
        text.contains(
            r#"<testsuite name="nearcopy.policy" tests="2" failures="1" errors="0" skipped="0">"#
        ),
        "{text}"
    );
    assert!(
        text.contains(
            r#"<testsuite name="nearcopy.findings" tests="8" failures="7" errors="0" skipped="1">"#
        ),
        "{text}"
    );
    let failure = concat!(
        r#"<failure message="3 of 1,000, allowed 5%" type="max-duplicate-documents">"#,
        "max-duplicate-documents (Courier): 3 of 1,000, allowed 5%</failure>"
    );
    assert!(text.contains(failure), "{text}");
    assert!(
        text.contains(
            r#"<testcase classname="near-copy" name="b/ferry copy.txt:1 and a/ferry.txt:3">"#
        ),
        "{text}"
    );
    assert!(text.contains(r#"<skipped message="agreed" type="repeat"/>"#), "{text}");
    assert!(text.contains(r#"<property name="known-findings" value="1"/>"#), "{text}");
}

#[test]
fn annotations_are_the_gravest_and_the_rest_is_counted() {
    let mut gate = many(60);
    for finding in &mut gate.verdict.findings {
        finding.coverage = Some((0.5 + f64::from(finding.document) / 1000.0, 0.5));
    }
    gate.verdict.findings[1].state = FindingState::Known;
    gate.rule("fail-on", Some("near-copy"), "0", true);
    let text = gate.github();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 21);
    assert!(
        lines[0].starts_with("::error file=folder/document-000060.txt,line=1,"),
        "{}",
        lines[0]
    );
    assert!(lines[9].starts_with("::error file=folder/document-000042.txt,"), "{}", lines[9]);
    assert!(lines[10].starts_with("::warning file=folder/document-000059.txt,"), "{}", lines[10]);
    let end = "60 findings: 59 new, 1 known, 0 ignored. 39 of the new ones left out \
               here.%0Afail-on (near-copy): 3 of 1,000, allowed 0";
    assert_eq!(lines[20], format!("::notice title=nearcopy%3A failed::{end}"));
    let mut out = vec![];
    github(
        gate.checked(),
        GithubOptions::default().with(|s| {
            s.most = 1;
            s.workspace = Some("folder");
        }),
        &mut out,
    )
    .unwrap();
    assert!(String::from_utf8(out).unwrap().starts_with("::error file=document-000060.txt,"));
}

#[test]
fn markdown_is_cut_to_its_size_and_says_so() {
    let gate = many(4000);
    for most in [2000, 10_000, 65_000] {
        let text = gate.markdown(most);
        assert!(text.len() <= most && text.len() > most - 600, "{} of {most}", text.len());
        let left_out = text.lines().find(|l| l.contains("new findings left out")).unwrap();
        let shown = text.matches("\n| <code>folder/").count();
        let number: String =
            left_out.chars().take_while(|c| *c != ' ').filter(char::is_ascii_digit).collect();
        assert_eq!(number.parse::<usize>().unwrap() + shown, 4000, "{left_out}");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
    let mut out = vec![];
    step_summary(gate.checked(), &mut out).unwrap();
    assert!(out.len() < 1 << 20 && !String::from_utf8(out).unwrap().contains("left out"));
}

#[test]
fn markdown_says_everything_of_a_small_verdict() {
    let text = news().markdown(65_000);
    assert!(
        text.starts_with(
            "## nearcopy: failed\n\n0 of 5 documents are copies, 0 of them new. Findings: **7 \
             new**, 1 known, 1 ignored.\n"
        ),
        "{text}"
    );
    let rule = "| <code>max-duplicate-documents</code> | <code>Courier</code> | 3 | 1,000 | \
                <code>5%</code> | **violated** |";
    assert!(text.contains(rule), "{text}");
    let row = "| <code>b/ferry copy.txt</code>, line 1 | <code>a/ferry.txt</code>, line 3 | 91%, \
               other 50% | <code>The ferry company";
    assert!(text.contains(row), "{text}");
    assert!(
        text.contains("| <code>old</code> | 0 | <code>2025-01-31</code> **expired** |"),
        "{text}"
    );
    assert!(
        text.contains(
            "| <code>quotes</code> | <code>x.txt</code> <code>y.txt</code> | <code>gone</code> |"
        ),
        "{text}"
    );
}

#[test]
fn tables_keep_numbers() {
    let gate = news();
    let text = gate.csv();
    let rows: Vec<csv::StringRecord> =
        csv::Reader::from_reader(text.as_bytes()).into_records().map(|r| r.unwrap()).collect();
    let near: Vec<&str> = rows[0].iter().collect();
    assert_eq!(
        &near[..9],
        [
            "new",
            "near-copy",
            "b/ferry copy.txt",
            "b/ferry copy.txt",
            "",
            "1",
            "Mirror",
            "",
            "a/ferry.txt"
        ]
    );
    assert_eq!(&near[9..14], ["a/ferry.txt", "3", "0.912345", "0.5", "2"]);
    let states: Vec<&str> = rows.iter().map(|r| &r[0]).collect();
    assert_eq!(states[6..], ["new", "known", "ignored"]);
    assert_eq!((&rows[6][11], &rows[1][6]), ("", ""));
    assert!(
        text.lines().nth(1).unwrap().contains(",1,\"Mirror\","),
        "numbers stay numbers: {text}"
    );
}

#[test]
fn metrics_are_by_source_kind_and_rule() {
    let text = news().openmetrics();
    for line in [
        "nearcopy_documents{source=\"\"} 2",
        "nearcopy_documents{source=\"Courier\"} 2",
        "nearcopy_findings{kind=\"near-copy\",state=\"new\"} 1",
        "nearcopy_findings{kind=\"equal\",state=\"ignored\"} 0",
        "nearcopy_rule_violated{rule=\"max-duplicate-documents\",scope=\"Courier\"} 1",
        "nearcopy_rules_violated 1",
        "nearcopy_baseline_stale 1",
        "nearcopy_ignores_expired 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_text_that_has_changed_is_an_error() {
    let mut gate =
        Gate::new(vec![file("a", "some words here"), Document::new("b", "some words here")]);
    gate.find(pair(Relation::Equal), "a", "b", &["some words here"]).passages[0].here.end = 99;
    let error = nearcopy::report::csv(gate.checked(), &mut vec![]).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
}
