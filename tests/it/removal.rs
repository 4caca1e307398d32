//! What a cleaning promises: whatever goes has a partner that stays, and no passage is cut that
//! does not stand somewhere else.

use crate::news::{self, Dice};
use nearcopy::clean::{Cleaning, Plan, RemovalReason, clean, removal};
use nearcopy::text::tokenize;
use nearcopy::{
    Corpus, Detection, Document, Documents, Error, Recipe, Relation, Removal, RunOptions,
    Thresholds, scan,
};
use proptest::prelude::*;
use std::collections::HashSet;

mod contained;
mod removed_lines;

fn plan(documents: Vec<Document>, t: &Thresholds, what: &Removal) -> (Corpus, Detection, Plan) {
    let corpus = Corpus::new(documents).unwrap();
    let cleaning = clean(
        &corpus,
        &Recipe::default(),
        t,
        what,
        &RunOptions::default().with(|s| s.threads = 2),
        &(),
    );
    let Cleaning { detection, plan, .. } = cleaning.unwrap();
    (corpus, detection, plan)
}

fn ids(corpus: &Corpus, plan: &Plan) -> Vec<String> {
    plan.removed.iter().map(|g| corpus.info(g.document as usize).id.clone()).collect()
}

/// What is left of each document that stays, and is no reference.
fn left(corpus: &Corpus, plan: &Plan) -> Vec<(u32, String)> {
    let gone: HashSet<u32> = plan.removed.iter().map(|g| g.document).collect();
    let mut out = Vec::new();
    for n in (0..corpus.count() as u32).filter(|n| !gone.contains(n)) {
        let text = corpus.text(n as usize).unwrap();
        let (mut kept, mut at) = (String::new(), 0);
        for cut in plan.cuts.iter().filter(|c| c.document == n) {
            kept.push_str(&text[at..cut.span.start as usize]);
            at = cut.span.end as usize;
        }
        out.push((n, kept + &text[at..]));
    }
    out
}

/// Articles from a small stock of sentences, so that paragraphs and passages stand in many.
fn stock(seed: u64, count: usize) -> Vec<Document> {
    let mut dice = Dice::new(seed);
    let sentences: Vec<String> = (0..40)
        .map(|s| {
            let words: Vec<String> =
                (0..6 + dice.below(8)).map(|w| format!("w{}x{s}y{w}", dice.below(3))).collect();
            format!("S{}.", words.join(" "))
        })
        .collect();
    (0..count)
        .map(|n| {
            let mut text = String::new();
            for _ in 0..1 + dice.below(5) {
                for _ in 0..1 + dice.below(4) {
                    text.push_str(&sentences[dice.below(sentences.len())]);
                    text.push(' ');
                }
                text.push_str("\n\n");
            }
            Document::new(format!("d{n:03}"), text)
        })
        .collect()
}

fn check_partners(corpus: &Corpus, plan: &Plan) -> Result<(), TestCaseError> {
    let gone: HashSet<u32> = plan.removed.iter().map(|g| g.document).collect();
    for g in &plan.removed {
        prop_assert!(!corpus.info(g.document as usize).reference);
        if let RemovalReason::Copy { partner, relation, pair, .. } = g.why {
            prop_assert!(!gone.contains(&partner));
            prop_assert!(partner != g.document);
            prop_assert_eq!(pair.is_none(), relation == Relation::Equal);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(24)
    })]

    #[test]
    fn whatever_goes_has_a_partner_that_stays(
        seed in 0u64..1_000_000,
        contained: bool,
        references in 0usize..20,
        only: bool,
    ) {
        let mut documents = news::documents(seed, 60);
        documents.extend(documents[..5].to_vec());
        documents.iter_mut().take(references).for_each(|d| d.info.reference = true);
        let mut what = Removal::default().with(|s| s.against_only = only);
        if contained {
            what.relations.extend([Relation::ContainedIn, Relation::Contains, Relation::Quotes]);
        }
        let (corpus, _, plan) = plan(documents, &Thresholds::default(), &what);
        check_partners(&corpus, &plan)?;
    }

    /// Every sentence that was cut, or that went with a document too short to stay, is still there:
    /// as all its tokens in a row, or as parts of them where another repeat was cut in turn.
    #[test]
    fn no_passage_is_lost(
        seed in 0u64..1_000_000,
        documents: bool,
        passages: bool,
        min_left in 0u32..20,
    ) {
        let what =
            Removal::default().with(|s| {
                s.documents = documents;
                s.paragraphs = true;
                s.passages = passages;
                s.min_left = min_left;
            });
        let (corpus, _, plan) = plan(stock(seed, 40), &Thresholds::default(), &what);
        check_partners(&corpus, &plan)?;
        let mut standing = HashSet::new();
        for (_, text) in left(&corpus, &plan) {
            standing.extend(tokenize(&text).hashes);
        }
        for cut in &plan.cuts {
            let text = corpus.text(cut.document as usize).unwrap();
            let words = tokenize(&text[cut.span.range()]);
            prop_assert_eq!(words.len() as u32, cut.tokens);
            // Each word of the stock belongs to one sentence.
            prop_assert!(
                words.hashes.iter().all(|h| standing.contains(h)),
                "{:?}",
                &text[cut.span.range()]
            );
            prop_assert!(!cut.causes.is_empty());
        }
        for pair in plan.cuts.windows(2) {
            prop_assert!(
                pair[0].document < pair[1].document || pair[0].span.end <= pair[1].span.start
            );
        }
    }
}

/// Words of their own for each number, so that nothing is shared by chance.
fn story(n: usize, words: usize) -> String {
    let word = |w: usize| {
        format!("{}{w}", ["harbour", "council", "bridge", "valley", "ferry"][(n + w) % 5])
            + &n.to_string()
    };
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

/// So many texts of their own, each with one paragraph that all have.
fn with_one_paragraph(count: usize) -> Vec<Document> {
    let shared = story(999, 20);
    (0..count)
        .map(|n| Document::new(format!("d{n:03}"), format!("{}.\n\n{shared}.\n", story(n, 50))))
        .collect()
}

#[test]
fn a_paragraph_of_140_texts_is_cut_from_139_whatever_the_scan_was_to_list() {
    let what = Removal::default().with(|s| {
        s.documents = false;
        s.paragraphs = true;
    });
    for max_places in [5, 100] {
        let t = Thresholds::default().with(|s| s.max_places = max_places);
        let (_, _, plan) = plan(with_one_paragraph(140), &t, &what);
        assert_eq!((plan.removed.len(), plan.cuts.len()), (0, 139));
    }
    let (_, _, two) = plan(with_one_paragraph(2), &Thresholds::default(), &what);
    assert_eq!(two.cuts.len(), 1);
    let what = what.with(|s| s.repeat_classes = 3);
    let (_, _, two) = plan(with_one_paragraph(2), &Thresholds::default(), &what);
    assert!(two.cuts.is_empty());
}

/// A long text, and three copies of its first half, near to each other.
fn halves() -> Vec<Document> {
    let half = format!("{}.", story(1, 60));
    let long = Document::new("long", format!("{half}\n\n{}.", story(2, 150)));
    let ends = ["", " so", " and so"].iter().zip(["a", "b", "c"]);
    ends.map(|(end, id)| Document::new(id, format!("{half}{end}"))).chain([long]).collect()
}

#[test]
fn what_went_for_a_part_goes_with_it_though_no_one_asked_for_all_pairs() {
    let (corpus, _, plan) = plan(halves(), &Thresholds::default(), &Removal::default());
    assert_eq!(ids(&corpus, &plan), ["a", "b", "c"]);
}

#[test]
fn a_scan_that_did_not_find_enough_is_refused() {
    let corpus = Corpus::new(halves()).unwrap();
    let run = RunOptions::default();
    let refused = |t: &Thresholds, what: &Removal| {
        let (found, _) = scan(&corpus, &Recipe::default(), t, &run, &()).unwrap();
        match removal(&corpus, &found, what, &run, &()) {
            Ok(plan) => ("", format!("{} go", plan.removed.len())),
            Err(Error::Setting { name, why }) => (name, why),
            Err(other) => panic!("{other}"),
        }
    };
    let usual = Thresholds::default();
    let (name, why) = refused(&usual, &Removal::default());
    assert_eq!(name, "all-pairs");
    assert!(why.contains("call `clean`, or scan with `Removal::thresholds`"), "{why}");
    let all_pairs = usual.clone().with(|s| s.all_pairs = true);
    assert_eq!(refused(&all_pairs, &Removal::default()), ("", "3 go".into()));
    let copies = Removal::default().with(|s| s.abridged = false);
    assert_eq!(refused(&usual, &copies), ("", "2 go".into()));
    let cuts = copies.with(|s| s.boilerplate = true);
    assert_eq!(refused(&usual, &cuts).0, "max-places");
    let all_places = usual.clone().with(|s| s.max_places = u32::MAX);
    assert_eq!(refused(&all_places, &cuts).0, "repeat-classes");
    assert_eq!(refused(&cuts.thresholds(&usual), &cuts).0, "");
}

#[test]
fn references_win_and_stay() {
    let yesterday = Document::new("z-old", story(1, 60)).date("2026-03-02").reference();
    let reprint = Document::new("a-new", story(1, 60) + " late addition").date("2026-03-01");
    let own = Document::new("b-own", story(2, 60));
    let (corpus, found, plan) =
        plan(vec![yesterday, reprint, own], &Thresholds::default(), &Removal::default());
    assert_eq!(ids(&corpus, &plan), ["a-new"]);
    assert_eq!(corpus.info(found.clusters[0].representative as usize).id, "z-old");
}

#[test]
fn two_references_are_not_compared_and_a_neighbour_of_a_removed_copy_stays() {
    let (one, two) = (story(1, 80), story(2, 80));
    let halves = |x: &str, y: &str| format!("{}\n\n{}", x, y);
    let reference = Document::new("r1", one.clone()).reference();
    let again = Document::new("r2", one.clone()).reference();
    let edited = Document::new("r3", one.clone() + " with an end").reference();
    // `near` is a copy of the reference and of `far`; `far` is none of the reference.
    let near = Document::new("near", halves(&one, &two));
    let far = Document::new("far", halves(&two, &story(3, 80)));
    let all = vec![reference, again, edited, near, far];
    let (corpus, found, plan) = plan(all, &Thresholds::default(), &Removal::default());
    assert_eq!(ids(&corpus, &plan), ["near"]);
    let reference = |n: u32| corpus.info(n as usize).reference;
    assert!(found.pairs.iter().all(|p| !(reference(p.a) && reference(p.b))));
}

#[test]
fn what_a_reference_holds_can_go_too() {
    let item = story(1, 40);
    let page = Document::new("page", format!("{}\n\n{}\n\n{}", story(2, 90), item, story(3, 90)));
    let part = Document::new("part", story(4, 30));
    let test = Document::new("test", item).reference();
    let long = Document::new("long", format!("{}\n\n{}", story(4, 30), story(5, 90))).reference();
    let all = vec![page, part, test, long];
    let goes = |relations: &[Relation]| {
        let what = Removal::default().with(|s| {
            s.relations = relations.to_vec();
            s.abridged = false;
        });
        let (corpus, _, plan) = plan(all.clone(), &Thresholds::default(), &what);
        ids(&corpus, &plan)
    };
    assert_eq!(goes(&[]), [""; 0]);
    assert_eq!(goes(&[Relation::ContainedIn]), ["part"]);
    assert_eq!(goes(&[Relation::Contains]), ["page"]);
}

#[test]
fn paragraphs_stay_in_their_first_place_and_boilerplate_nowhere() {
    let notice =
        "Sign up for our newsletter and never miss a story from the valley again, free of charge.";
    let shared = story(99, 20);
    let mut documents: Vec<Document> = (0..30)
        .map(|n| Document::new(format!("d{n:02}"), format!("{}\n\n{notice}\n", story(n, 50))))
        .collect();
    documents[7].text = format!("{}\n\n{shared}.\n\n{notice}\n", story(7, 50));
    documents[3].text = format!("{shared}.\n\n{}\n\n{notice}\n", story(3, 50));
    documents[7].info.date = Some("2020-01-01".into());
    let paragraphs = Removal::default().with(|s| {
        s.documents = false;
        s.paragraphs = true;
    });
    let (corpus, _, cut) = plan(documents.clone(), &Thresholds::default(), &paragraphs);
    let texts = left(&corpus, &cut);
    // The dated document comes first.
    assert!(texts[7].1.contains(&shared) && texts[7].1.contains(notice));
    assert_eq!(texts[3].1, format!("{}\n", story(3, 50)));
    assert_eq!(texts.iter().filter(|t| t.1.contains(notice)).count(), 1);

    let boilerplate = Removal::default().with(|s| {
        s.documents = false;
        s.boilerplate = true;
    });
    let (corpus, _, cut) = plan(documents, &Thresholds::default(), &boilerplate);
    let texts = left(&corpus, &cut);
    assert_eq!(texts.iter().filter(|t| t.1.contains(notice)).count(), 0);
    assert_eq!(texts.iter().filter(|t| t.1.contains(&shared)).count(), 2);
}

#[test]
fn passages_are_cut_at_sentences() {
    let shared = "The minister told parliament on Tuesday that the valley railway would not \
                  reopen. Nobody there had expected anything else from him.";
    let documents = vec![
        Document::new(
            "a",
            format!("{} He began late. Indeed {shared} {}.", story(1, 30), story(2, 30)),
        ),
        Document::new(
            "b",
            format!("{}, reports said, {shared} And {}.", story(3, 30), story(4, 30)),
        ),
        Document::new("c", format!("{}. Then {shared} And {}.", story(5, 30), story(6, 30))),
    ];
    let what = Removal::default().with(|s| {
        s.documents = false;
        s.passages = true;
    });
    let (corpus, _, cut) = plan(documents, &Thresholds::default(), &what);
    let cuts: Vec<&str> = cut.cuts.iter().map(|c| ["", "b", "c"][c.document as usize]).collect();
    assert_eq!(cuts, ["b", "c"]);
    for c in &cut.cuts {
        let text = corpus.text(c.document as usize).unwrap();
        assert_eq!(
            text[c.span.range()].trim(),
            "Nobody there had expected anything else from him."
        );
    }
}

#[test]
fn equal_texts_are_cut_each_at_its_own_place() {
    let text = format!("{}.\n\n{}.", story(1, 20), story(2, 20));
    let loud = text.to_uppercase().replace(' ', "  ");
    let other = format!("{}.\n\n{}.", story(1, 20), story(3, 20));
    let documents =
        vec![Document::new("a", text), Document::new("b", loud), Document::new("c", other)];
    let what = Removal::default().with(|s| {
        s.documents = false;
        s.paragraphs = true;
        s.min_left = 5;
    });
    let (corpus, _, cut) = plan(documents, &Thresholds::default(), &what);
    assert!(cut.cuts.iter().any(|c| corpus.info(c.document as usize).id == "b"
        || cut.removed.iter().any(|g| g.document == 1)));
    let texts = left(&corpus, &cut);
    assert_eq!(
        texts.iter().filter(|t| t.1.to_lowercase().contains(&story(1, 20)[..20])).count(),
        1
    );
}

#[test]
fn a_document_that_others_went_for_is_left_whole() {
    let (one, two) = (story(1, 40), story(2, 40));
    let documents = vec![
        Document::new("a", format!("{one}.\n\n{}.", story(5, 60))).date("2020-01-01"),
        Document::new("b", format!("{two}.\n\n{}.", story(6, 60))).date("2020-01-01"),
        Document::new("c", format!("{one}.\n\n{two}.")).date("2020-01-02"),
        Document::new("d", format!("{one}.\n\n{two}.")).date("2020-01-03"),
    ];
    let what = Removal::default().with(|s| s.paragraphs = true);
    let t = Thresholds::default().with(|s| {
        s.near_copy_smaller = 0.8;
        s.near_copy_larger = 0.9;
    });
    let (corpus, _, cut) = plan(documents, &t, &what);
    assert_eq!(ids(&corpus, &cut), ["d"]);
    assert!(left(&corpus, &cut)[2].1.contains(&one));
}
