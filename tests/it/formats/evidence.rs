//! The evidence about pairs on the page for a browser, in the fragment for notebooks, and in the
//! formats of a gate: no sentence says of one text that it is the copy.

use super::gate::{Gate, pair};
use super::html::{data, fragment, page};
use crate::sample::evidence::evidence;
use crate::sample::number;
use nearcopy::Relation;
use nearcopy::gate::FindingKind;
use serde_json::{Value, json};

/// A gate over the sample, with a finding for each of its pairs, seen from the second document of
/// the pair, and one for the note.
fn gate() -> Gate {
    let sample = evidence();
    let mut gate = Gate::new(vec![]);
    (gate.corpus, gate.detection) = (sample.corpus, sample.detection);
    for (kind, here, there, passage) in [
        (pair(Relation::NearCopy), "courier/bridge.txt", "blog/bridge.txt", "The old bridge"),
        (pair(Relation::Template), "bolt.txt", "acme.txt", "today announced its results"),
        (pair(Relation::Template), "library.txt", "council.txt", "The office will be closed"),
        (pair(Relation::Template), "letter/09.txt", "letter/07.txt", "This week wheat traded"),
        (pair(Relation::Template), "filing/4.txt", "filing/3.txt", "The company has filed"),
    ] {
        gate.find(kind, here, there, &[passage]);
    }
    let note = gate.detection.repeats[0].clone();
    let repeat = gate.find(FindingKind::Repeat, "letter/07.txt", "blog/bridge.txt", &["This item"]);
    (repeat.passages[0].there, repeat.passages[0].here) =
        (note.places[0].span, note.places[1].span);
    gate
}

#[test]
fn the_page_holds_the_evidence() {
    let page = page(&evidence());
    let lists = data(&page, "lists");
    let names = |n: &Value| lists["documents"][n.as_u64().unwrap() as usize][0].clone();
    let of = |a: &str| {
        let pairs = lists["pairs"].as_array().unwrap();
        pairs.iter().find(|p| names(&p[0][0]) == a).unwrap().clone()
    };
    let facts = of("acme.txt");
    assert_eq!(
        facts[7],
        json!([
            "the figures and names differ",
            "71% and 70% of their words equal",
            "acme.txt is earlier (2026-01-28)"
        ])
    );
    assert_eq!(names(&facts[8]), "acme.txt");
    let near = of("blog/bridge.txt");
    assert_eq!(near[7], json!(["courier/bridge.txt is earlier (2026-03-03)"]));
    assert_eq!(names(&near[8]), "courier/bridge.txt");
    assert_eq!(
        (&of("council.txt")[7][0], &of("council.txt")[8]),
        (&json!("they share only a common wording"), &Value::Null)
    );
    let titles = &lists["titles"][0];
    assert_eq!([&titles[0], &titles[1]], [3, 2]);
    assert_eq!(titles[2][0][0], "“Acme Tools: annual report 2025”");
    assert_eq!(names(&titles[2][1][2][0]), "filing/3.txt");
    assert_eq!(lists["repeats"][0][4], json!([true, false, true]));
    let kept: Vec<&Value> = lists["documents"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|d| d[7] == true)
        .map(|d| &d[0])
        .collect();
    assert_eq!(kept, ["courier/bridge.txt"]);
    // A title is shown in place of the first words.
    let titled = lists["documents"].as_array().unwrap().iter().find(|d| d[0] == "filing/4.txt");
    assert_eq!(titled.unwrap()[1], "Carrow Mills: annual report 2025");
}

#[test]
fn no_page_says_which_text_is_the_copy() {
    let (page, fragment) = (page(&evidence()), fragment(&evidence()));
    for said in [&page, &fragment] {
        for accusation in ["near-copy of", "a copy of", "same words as", "same text as"] {
            assert!(!said.contains(accusation), "{accusation}");
        }
        for wanted in [
            "<bdi>blog/bridge.txt</bdi> and <bdi>courier/bridge.txt</bdi> are near-copies",
            "courier/bridge.txt is earlier (2026-03-03)",
            "they are issues of a series, 2 weeks apart",
            "One text under titles that name different things",
            "3 documents in 2 groups",
            "“Bolt Freight: annual report 2025”",
        ] {
            assert!(said.contains(wanted), "{wanted}\n{said}");
        }
    }
    assert!(page.contains("<bdi>courier/bridge.txt</bdi> (representative)"));
    assert!(page.contains(", a note: "));
}

#[test]
fn findings_of_a_gate_say_the_same() {
    let gate = gate();
    let sarif: Value = serde_json::from_str(&gate.sarif()).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let said: Vec<&str> = results.iter().map(|r| r["message"]["text"].as_str().unwrap()).collect();
    let beginnings = [
        "Near-copies of each other: this text and [blog/bridge.txt](1), line 1; covered: 91% of \
         this text, 50% of the other; this text is earlier (2026-03-03). Begins: ",
        "Follows one template with [acme.txt](1), line 1: the figures and names differ; covered: \
         91% of this text, 50% of the other; 70% and 71% of their words equal; the other is \
         earlier (2026-01-28). Begins: ",
        "Follows one template with [council.txt](1), line 3: they share only a common wording; \
         covered: ",
        "Follows one template with [letter/07.txt](1), line 1: they are issues of a series, 2 \
         weeks apart; covered: ",
        // The pair is listed for the first document with this body.
        "Follows one template with [filing/3.txt](1), line 1: their titles name different things; \
         covered: ",
        "Repeats a passage, as [blog/bridge.txt](1), line 3 does: a note; this text is earlier \
         (2026-02-13). Begins: ",
    ];
    for beginning in beginnings {
        assert!(said.iter().any(|s| s.starts_with(beginning)), "{beginning}\n{said:#?}");
    }
    for rule in sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap() {
        assert!(!rule.to_string().contains("in the corpus already"), "{rule}");
    }
    let csv = gate.csv();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(
        rows.headers().unwrap().iter().skip(16).collect::<Vec<_>>(),
        [
            "why",
            "equal_words",
            "partner_equal_words",
            "earlier",
            "read",
            "read_share",
            "partner_read",
            "partner_read_share"
        ]
    );
    let rows: Vec<csv::StringRecord> = rows.into_records().map(|r| r.unwrap()).collect();
    let ends = |n: usize| rows[n].iter().skip(16).take(4).collect::<Vec<_>>();
    assert_eq!(ends(0), ["", "0.97", "0.95", "courier/bridge.txt"]);
    assert_eq!(ends(1), ["facts", "0.7", "0.71", "acme.txt"]);
    assert_eq!(ends(5), ["", "", "", "letter/07.txt"]);
    let markdown = gate.markdown(65_000);
    let cell = "| 91%, other 50%; 70% and 71% of their words equal; the figures and names differ; \
                the other is earlier (2026-01-28) |";
    assert!(markdown.contains(cell), "{markdown}");
    for text in [gate.junit(), gate.github(), markdown] {
        assert!(!text.contains("Near-copy of") && !text.contains("near-copy of"), "{text}");
    }
    let mut human = Vec::new();
    let options = nearcopy::report::HumanOptions::default().with(|s| s.width = 200);
    let document = number(&gate.corpus, "bolt.txt");
    assert_eq!(gate.verdict.findings[1].document, document);
    let mut gate = gate;
    for kind in ["near-copy", "template", "repeat"] {
        gate.rule("fail-on", Some(kind), "0", true);
    }
    nearcopy::report::check_human(gate.checked(), options, &mut human).unwrap();
    let human = String::from_utf8(human).unwrap();
    for said in [
        "courier/bridge.txt:1 and blog/bridge.txt:1 are near-copies\n    91% of it, 50% of the \
         other · courier/bridge.txt is earlier (2026-03-03)\n",
        "bolt.txt:1 and acme.txt:1 follow one template\n    the figures and names differ · 91% of \
         it, 50% of the other · 70% and 71% of their words equal · acme.txt is earlier \
         (2026-01-28)\n",
        "letter/07.txt:3 and blog/bridge.txt:3 repeat a passage\n    note · ",
    ] {
        assert!(human.contains(said), "{said}\n{human}");
    }
}
