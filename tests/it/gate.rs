//! The judge by itself: what is known makes nothing new, whatever the corpus, and the order of
//! arrival decides nothing.

use nearcopy::gate::{
    Baseline, Bound, FindingKind, FindingState, IgnoreRule, Limit, Policy, Scope, Verdict, judge,
};
use nearcopy::report::Findings;
use nearcopy::{Corpus, Detection, Document, Recipe, RunOptions, Thresholds, scan};
use proptest::prelude::*;

const TODAY: &str = "2027-01-31";

/// Paragraphs that texts are put together from: long and short ones, one of them nearly another.
const PARAGRAPHS: [&str; 8] = [
    "Volunteers had carried four tons of glass up the spiral stairs, and a clockmaker from the \
     next town repaired the gear.",
    "Volunteers had carried four tons of glass up the winding stairs, and a clockmaker from the \
     next town mended the gear.",
    "Wheat prices fell for a third week as rain reached the southern plains, and millers found \
     themselves with full silos.",
    "The council will vote on the running costs in March, and the ferry company has already \
     promised to pay for the lamp oil.",
    "An early frost could still turn the market, one broker warned, though none is in the forecast \
     and the rivers stand high.",
    "Sign up here for our letter.",
    "tick tock tick tock tick tock tick tock tick tock tick tock tick tock tick tock",
    "…",
];

fn found(corpus: &Corpus, all_pairs: bool) -> Detection {
    let thresholds = Thresholds::default().with(|s| {
        s.max_places = u32::MAX;
        s.all_pairs = all_pairs;
    });
    scan(corpus, &Recipe::default(), &thresholds, &RunOptions::default(), &()).unwrap().0
}

fn everything() -> Policy {
    let none = || vec![Bound { scope: Scope::Everything, limit: Limit::Count(0) }];
    Policy::default().with(|s| {
        s.max_duplicate_documents = none();
        s.max_duplicate_text = none();
        s.max_cluster = Some(1);
        s.fail_on = FindingKind::all_undirected().collect();
    })
}

fn judged(corpus: &Corpus, detection: &Detection, baseline: Option<&Baseline>) -> Verdict {
    let findings = Findings { detection, documents: corpus, skipped: &[] };
    judge(findings, &everything(), baseline, &[], TODAY).unwrap()
}

/// A document as records of one file have it, or with an id of its own.
fn document(n: usize, parts: &[usize], records: bool, date: Option<u8>) -> Document {
    let text: Vec<&str> = parts.iter().map(|&p| PARAGRAPHS[p]).collect();
    let id = if records { format!("all.jsonl:{n}") } else { format!("id {n}") };
    let mut document = Document::new(id, text.join("\n\n")).source(if n.is_multiple_of(3) {
        "Courier"
    } else {
        "Ledger"
    });
    document.info.path = Some("all.jsonl".into());
    document.info.record = Some(n as u64);
    document.info.date = date.map(|day| format!("2026-01-{:02}", day % 28 + 1).into());
    document
}

fn texts() -> impl Strategy<Value = Vec<(Vec<usize>, Option<u8>)>> {
    prop::collection::vec(
        (prop::collection::vec(0usize..PARAGRAPHS.len(), 0..6), prop::option::of(0u8..4)),
        1..14,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..Default::default() })]

    #[test]
    fn a_corpus_has_nothing_new_to_its_own_baseline(
        texts in texts(),
        records: bool,
        all_pairs: bool,
    ) {
        let documents: Vec<Document> = texts
            .iter()
            .enumerate()
            .map(|(n, (parts, date))| document(n, parts, records, *date))
            .collect();
        let corpus = Corpus::new(documents.clone()).unwrap();
        let detection = found(&corpus, all_pairs);
        let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
        let baseline = Baseline::new(findings, &[], TODAY).unwrap();
        let mut json = Vec::new();
        baseline.to_json("recipe", &mut json).unwrap();
        let read = Baseline::from_json(std::str::from_utf8(&json).unwrap(), "recipe", "x").unwrap();
        prop_assert_eq!(&read, &baseline);

        let alone = judged(&corpus, &detection, None);
        let known = judged(&corpus, &detection, Some(&read));
        prop_assert!(known.passed(), "{:?}", known);
        prop_assert_eq!(known.new_findings().count(), 0);
        prop_assert!(known.stale.is_empty(), "{:?}", known.stale);
        prop_assert_eq!(known.findings.len(), alone.findings.len());
        prop_assert!(
            alone.findings.iter().all(|f| f.state == FindingState::New && !f.passages.is_empty())
        );
        prop_assert_eq!(alone.total.new_duplicate_documents, detection.summary.duplicates);
        let t = &alone.total;
        prop_assert!(
            t.duplicate_tokens <= t.tokens && t.new_duplicate_tokens == t.duplicate_tokens
        );

        // Order of arrival.
        let turned = Corpus::new(documents.into_iter().rev()).unwrap();
        prop_assert_eq!(judged(&turned, &found(&turned, all_pairs), None), alone);
    }

    #[test]
    fn records_put_in_above_make_nothing_new(texts in texts()) {
        // As many digits, so that the order of the ids stays: where nothing else tells two texts
        // apart, it decides which survives.
        let corpus = |shift: usize| {
            let all = texts
                .iter()
                .enumerate()
                .map(|(n, (parts, _))| document(n + shift, parts, true, None));
            Corpus::new(all.map(|d| {
                let mut d = d;
                d.info.source = None;
                d
            }))
            .unwrap()
        };
        let before = corpus(100);
        let detection = found(&before, false);
        let findings = Findings { detection: &detection, documents: &before, skipped: &[] };
        let baseline = Baseline::new(findings, &[], TODAY).unwrap();
        let after = corpus(500);
        let verdict = judged(&after, &found(&after, false), Some(&baseline));
        prop_assert!(verdict.passed() && verdict.stale.is_empty(), "{:?}", verdict);
    }
}

#[test]
fn a_passage_is_known_by_its_content_not_by_its_place_in_the_text() {
    let own =
        |name: &str, n: usize| (0..n).map(|i| format!("{name}{i}x")).collect::<Vec<_>>().join(" ");
    let corpus = |lead: usize, quoted: &str| {
        Corpus::new([
            Document::new(
                "a",
                format!("{}\n\n{}\n\n{}", own("a", 60), PARAGRAPHS[0], PARAGRAPHS[3]),
            ),
            Document::new("b", format!("{}\n\n{quoted}\n\n{}", own("b", lead), own("c", 60))),
        ])
        .unwrap()
    };
    let before = corpus(40, PARAGRAPHS[0]);
    let detection = found(&before, false);
    let findings = Findings { detection: &detection, documents: &before, skipped: &[] };
    let baseline = Baseline::new(findings, &[], TODAY).unwrap();
    let state = |after: Corpus| {
        let verdict = judged(&after, &found(&after, false), Some(&baseline));
        verdict.findings.iter().map(|f| (f.state.clone(), f.passages.len())).collect::<Vec<_>>()
    };
    assert_eq!(state(corpus(40, PARAGRAPHS[0])), [(FindingState::Known, 1)]);
    assert_eq!(state(corpus(80, PARAGRAPHS[0])), [(FindingState::Known, 1)], "it moved");
    assert_eq!(
        state(corpus(40, PARAGRAPHS[1])),
        [(FindingState::Known, 1)],
        "it was edited a little"
    );
    assert_eq!(
        state(corpus(40, PARAGRAPHS[3])),
        [(FindingState::New, 1)],
        "another passage between the same texts"
    );
}

#[test]
fn an_ignore_entry_asks_for_words_in_every_passage() {
    let corpus =
        Corpus::new([Document::new("a", PARAGRAPHS[0]), Document::new("b", PARAGRAPHS[0])])
            .unwrap();
    let detection = found(&corpus, false);
    let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
    let state = |text: &str, expires: Option<&str>| {
        let rule = IgnoreRule::default().with(|s| {
            s.text = Some(text.into());
            s.expires = expires.map(Into::into);
        });
        judge(findings, &everything(), None, &[rule], TODAY).unwrap().findings[0].state.clone()
    };
    assert_eq!(state("FOUR tons, of glass", None), FindingState::Ignored(0));
    assert_eq!(state("tons four", None), FindingState::New);
    assert_eq!(state("four tons", Some(TODAY)), FindingState::Ignored(0), "the last day counts");
    assert_eq!(state("four tons", Some("2027-01-30")), FindingState::New);
}

/// What a gate says of a document of a baseline whose text has become another one, at a new place.
fn renamed(before: &str, after: &str) -> Verdict {
    let corpus = |name: &str, text: &str| {
        Corpus::new([Document::new("a", before), Document::new(name, text)]).unwrap()
    };
    let old = corpus("b", before);
    let detection = found(&old, false);
    let findings = Findings { detection: &detection, documents: &old, skipped: &[] };
    let baseline = Baseline::new(findings, &[], TODAY).unwrap();
    let new = corpus("c", after);
    judged(&new, &found(&new, false), Some(&baseline))
}

#[test]
fn a_text_is_the_same_text_for_a_gate_as_for_a_scan() {
    let story = PARAGRAPHS[2];
    let same = [
        ("Word", "  word!\n".to_owned()),
        (story, story.to_uppercase().replace(',', " —")),
        (story, format!("\n\n{}", story.replace(' ', "\n"))),
    ];
    for (before, after) in same {
        let verdict = renamed(before, &after);
        assert!(verdict.passed() && verdict.stale.is_empty(), "{before:?}, {after:?}: {verdict:?}");
    }
    // Other words are another text.
    let verdict = renamed("Word", "Words");
    assert_eq!((verdict.new_findings().count(), verdict.stale.len()), (0, 1), "{verdict:?}");
    // Marks alone are no text, so there is nothing to find and nothing to know.
    for (before, after) in [("***", "***"), ("***", " ***\n\n"), ("***", "…"), ("", "")] {
        let verdict = renamed(before, after);
        assert_eq!((verdict.findings.len(), verdict.stale.len()), (0, 0), "{before:?}, {after:?}");
    }
    assert_eq!(renamed(story, &story.replace("Wheat", "Barley")).new_findings().count(), 1);
}
