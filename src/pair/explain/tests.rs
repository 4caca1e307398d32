//! The numbers that `explain` shows are those that a comparison uses.

use crate::model::detection::Relation;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::compare;
use crate::pair::explain::document::explain_document;
use crate::pair::explain::pair::explain_pair;
use crate::sketch::fingerprint::Fingerprinter;
use crate::sketch::recipe::Recipe;
use proptest::prelude::*;

fn agrees_with_compare(a: &str, b: &str, background: &Background, t: &Thresholds) {
    let recipe = Recipe::default();
    let (trace, used) =
        (explain_pair(a, b, background, &recipe, t), compare(a, b, background, &recipe, t));
    assert_eq!(trace.verdict.relation, used.relation, "{}", trace.verdict.decided);
    assert_eq!(
        (trace.resemblance, trace.containment_a, trace.containment_b),
        (used.resemblance, used.containment_a, used.containment_b)
    );
    assert_eq!(
        (trace.coverage_a, trace.coverage_b, trace.whole_text),
        (used.coverage_a, used.coverage_b, used.whole_text)
    );
    assert_eq!((trace.facts.agree, trace.facts.compared), (used.facts.agree, used.facts.compared));
    assert_eq!(trace.facts.agreeing.len() as u32, used.facts.agree);
    assert_eq!(
        (trace.facts.agreeing.len() + trace.facts.differing.len()) as u32,
        used.facts.compared
    );
    let spans: Vec<_> =
        trace.matches.iter().map(|m| (m.a, m.b, m.identity, m.blocks as usize)).collect();
    assert_eq!(
        spans,
        used.matches.iter().map(|m| (m.a, m.b, m.identity, m.blocks.len())).collect::<Vec<_>>()
    );
    assert!(
        trace.selected as usize >= trace.matches.len()
            && trace.chains.len() >= trace.selected as usize
    );
    for (side, text) in [(&trace.a, a), (&trace.b, b)] {
        assert_eq!(*side, explain_document(text, background, &recipe, t));
    }
}

/// Texts that occasionally have each relation, with names and numbers among their words.
fn text() -> impl Strategy<Value = String> {
    let words = prop::collection::vec("(x [A-D]|x [0-9]{2}|[a-e]{1,2}\\.|[a-e]|\n\n)", 0..12);
    let blocks = prop::sample::subsequence(
        vec![
            "one two three four five six seven eight nine ten eleven twelve thirteen fourteen",
            "the Mayor of Larkwick paid 300 crowns to Bruno Alder on the 12th of May in Oxley",
            "the Mayor of Penrith paid 450 crowns to Clara Brandt on the 19th of June in Derry",
            "all rights reserved by the publisher of this page\n\n",
        ],
        0..4,
    );
    (words, blocks).prop_map(|(w, b)| format!("{} {}", b.join(" "), w.join(" ")))
}

proptest! {
    #[test]
    fn a_pair_is_told_as_it_is_compared(a in text(), b in text(), min_match in 2u32..14,
        facts in 0u32..3, smaller in 0.0f64..0.6) {
        let t = Thresholds { min_match, template_facts: facts, near_copy_smaller: smaller,
            ..Thresholds::default() };
        agrees_with_compare(&a, &b, &Background::default(), &t);
        let footer = Fingerprinter::new(&Recipe::default()).fingerprint("all rights reserved by \
            the publisher of this page");
        agrees_with_compare(&a, &b, &Background::new(9, footer.paragraphs, footer.anchors, vec![],
            vec![]), &t);
    }

    #[test]
    fn keys_are_those_of_the_fingerprint(a in text()) {
        let recipe = Recipe::default();
        let trace = explain_document(&a, &Background::default(), &recipe, &Thresholds::default());
        let keys = Fingerprinter::new(&recipe).fingerprint(&a);
        prop_assert_eq!((trace.tokens, trace.bands as usize), (keys.tokens, keys.bands.len()));
        prop_assert_eq!((trace.paragraph_bands as usize, trace.anchors as usize),
            (keys.paragraph_bands.len(), keys.anchors.len()));
        let exact = keys.exact.map_or_else(String::new, |exact| format!("{exact:032x}"));
        prop_assert_eq!(trace.exact_key, exact);
        prop_assert_eq!(trace.paragraphs.iter().map(|p| p.tokens).sum::<u32>(), trace.tokens);
        prop_assert_eq!(trace.paragraphs.iter().any(|p| p.banded), trace.paragraph_bands > 0);
    }
}

const STORY: &str = "The Mayor of Larkwick paid 300 crowns to Bruno Alder for the old mill by the \
    river, and the clerk wrote it down \
    in the book that lies in the hall.";

#[test]
fn facts_are_listed() {
    let other = STORY.replace("300", "450").replace("Bruno", "Clara");
    let trace = explain_pair(
        STORY,
        &other,
        &Background::default(),
        &Recipe::default(),
        &Thresholds::default(),
    );
    assert_eq!(trace.facts.agreeing, ["Mayor", "Larkwick", "Alder"]);
    assert_eq!(trace.facts.differing, [["300", "450"], ["Bruno", "Clara"]]);
    assert_eq!(trace.verdict.relation, Some(Relation::NearCopy));
}

#[test]
fn the_deciding_bound_is_named() {
    let decided = |a: &str, b: &str, t: &Thresholds| {
        explain_pair(a, b, &Background::default(), &Recipe::default(), t).verdict.decided
    };
    let t = Thresholds::default();
    assert_eq!(decided("A word.", "a WORD", &t), "the same normalised tokens -> equal");
    assert_eq!(
        decided(STORY, "Nothing", &t),
        "equal words in the longest match 0 < min-match 12 -> not related"
    );
    let more: String = (0..80).map(|i| format!(" other{i}")).collect();
    let contains = decided(&format!("{STORY}{more}"), STORY, &t);
    assert!(
        contains.starts_with("larger coverage 1.00 >= contains 0.7; smaller coverage 0.2"),
        "{contains}"
    );
    assert!(contains.ends_with("< near-copy-smaller 0.4 -> contains"), "{contains}");
    let quotes = decided(
        &format!("{STORY}{more}"),
        &format!("{} {STORY}", more.replace("other", "new")),
        &t,
    );
    assert!(
        quotes.ends_with(
            "< contains 0.7; equal words in the longest match 31 >= min-match 12 -> quotes"
        ),
        "{quotes}"
    );
    let near = decided(STORY, &STORY.replace("river", "road"), &t);
    assert!(near.starts_with("smaller coverage 1.00 >= near-copy-smaller 0.4;"), "{near}");
}

#[test]
fn a_repeat_is_told_with_its_places() {
    let text = format!("{STORY}\n\nSomething else here.\n\n{STORY}");
    let trace =
        explain_document(&text, &Background::default(), &Recipe::default(), &Thresholds::default());
    assert_eq!(
        (trace.repeats.len(), trace.repeats[0].count, trace.repeats[0].paragraph),
        (1, 2, true)
    );
    assert_eq!(text[trace.repeats[0].places[1].range()].len() + 1, STORY.len());
}
