//! No collision of work: many equal texts, hot keys, long templates, periodic texts. Counts are
//! held, not seconds.

use super::found;
use crate::news::{self, Dice};
use nearcopy::text::tokenize;
use nearcopy::{Corpus, Detection, Document, Documents, Thresholds};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn equal_copies_are_one_class_and_no_candidate() {
    let copies = (0..20_000)
        .map(|i| {
            Document::new(format!("c{i:05}"), "The bridge will close on Monday, the port said.")
        })
        .collect();
    let (_, found) = found(copies, &Thresholds::default());
    assert_eq!((found.summary.classes, found.summary.candidates, found.pairs.len()), (1, 0, 0));
    assert_eq!((found.equal.len(), found.equal[0].len()), (1, 20_000));
    assert_eq!(
        (found.clusters.len(), found.clusters[0].members.len(), found.clusters[0].representative),
        (1, 20_000, 0)
    );
}

#[test]
fn a_story_of_many_outlets_is_one_cluster() {
    let story = news::words(&mut Dice::new(1), 70);
    let words: Vec<&str> = story.split(' ').collect();
    let copy = |i: usize| {
        let own = news::word(50_000 + i);
        let mut copy = words.clone();
        copy[i % words.len()] = &own;
        Document::new(format!("s{i:04}"), copy.join(" ")).source(format!("outlet {i}"))
    };
    let (_, found) = found((0..3000).map(copy).collect(), &Thresholds::default());
    assert_eq!(found.clusters.len(), 1);
    assert_eq!(found.clusters[0].members.len(), 3000);
    assert!(found.summary.candidates < 60 * 3000, "{} candidates", found.summary.candidates);
    assert!(found.summary.capped_keys > 0);
    assert!(found.repeats.iter().all(|r| !r.boilerplate), "a story is no boilerplate");
}

#[test]
fn texts_that_share_a_template_stay_apart() {
    let template = news::words(&mut Dice::new(2), 200);
    for source in [None, Some("Courier")] {
        let text = |i: usize| {
            let mut dice = Dice::new(1000 + i as u64);
            let body: Vec<String> = (0..150).map(|_| news::word(dice.below(1 << 20))).collect();
            let mut d =
                Document::new(format!("t{i:04}"), format!("{template}\n\n{}", body.join(" ")));
            d.info.source = source.map(Into::into);
            d
        };
        let (_, found) = found((0..2000).map(text).collect(), &Thresholds::default());
        let largest = found.clusters.iter().map(|c| c.members.len()).max().unwrap_or(1);
        assert!(largest <= 2, "{source:?}: a cluster of {largest}");
        assert!(
            found.summary.candidates < 60 * 2000,
            "{source:?}: {} candidates",
            found.summary.candidates
        );
        assert!(found.repeats.iter().any(|r| r.boilerplate && r.count == 2000), "{source:?}");
    }
}

#[test]
fn periodic_texts_are_linear_and_one_repeat() {
    let of = |n: usize| "word ".repeat(n);
    let documents = vec![Document::new("long", of(200_000)), Document::new("short", of(150_000))];
    let (_, one_word) = found(documents, &Thresholds::default());
    assert!(
        one_word.pairs.len() <= 1 && one_word.pairs.iter().all(|p| p.comparison.matches.len() <= 2)
    );
    assert_eq!(one_word.repeats.len(), 1);
    assert_eq!((one_word.repeats[0].period, one_word.repeats[0].count), (Some(1), 350_000));
    for period in [2, 5, 11] {
        let round = news::distinct(0, period) + " ";
        let documents = vec![
            Document::new("a", format!("{} {}", news::distinct(500, 40), round.repeat(300))),
            Document::new("b", format!("{} {}", round.repeat(200), news::distinct(700, 40))),
        ];
        let (_, found) = found(documents, &Thresholds::default());
        let repeats: Vec<_> = found.repeats.iter().map(|r| (r.period, r.count)).collect();
        assert_eq!(repeats, [(Some(period as u32), 500)]);
        assert!(
            found.pairs.len() <= 1 && found.pairs.iter().all(|p| p.comparison.matches.len() <= 4)
        );
    }
}

#[test]
fn a_longer_circle_is_one_repeat_too() {
    for period in [12, 13, 30] {
        let round = news::distinct(0, period) + " ";
        let (_, found) = found(vec![Document::new("a", round.repeat(10))], &Thresholds::default());
        assert_eq!(found.repeats.len(), 1, "{period}: {:?}", found.repeats);
    }
}

#[test]
fn a_large_text_repeats_what_a_small_one_does() {
    let passage = news::distinct(0, 20);
    let paragraph = news::distinct(100, 9);
    let small = format!(
        "Ä{} {passage} — é{}\n\n{paragraph}\n\n{}{}\n\n{passage} {}\n\n{paragraph}\n\n漢字漢字",
        news::distinct(200, 30),
        news::distinct(300, 30),
        news::distinct(400, 30),
        "round and ".repeat(30),
        news::distinct(500, 30),
    );
    let repeats = |text: String| {
        let (_, found) = found(vec![Document::new("a", text)], &Thresholds::default());
        found.repeats
    };
    let alone = repeats(small.clone());
    assert_eq!(alone.len(), 3, "{alone:?}");
    let large = format!("{small}\n\n{}", news::distinct(1000, 60_000));
    assert!(large.len() > 1 << 18);
    assert_eq!(repeats(large), alone);
}

/// How often a paragraph stands in the corpus, and in which different texts; whether twice in one.
#[derive(Default)]
struct Standing {
    count: u64,
    texts: BTreeSet<Vec<u64>>,
    twice: bool,
}

fn paragraphs(corpus: &Corpus) -> BTreeMap<Vec<u64>, Standing> {
    let mut all: BTreeMap<Vec<u64>, Standing> = BTreeMap::new();
    for text in (0..corpus.count()).filter_map(|n| corpus.text(n).ok()) {
        let mut own = BTreeSet::new();
        for paragraph in text.split("\n\n").map(|p| tokenize(p).hashes).filter(|p| p.len() >= 5) {
            let standing = all.entry(paragraph.clone()).or_default();
            standing.count += 1;
            standing.texts.insert(tokenize(&text).hashes);
            standing.twice |= !own.insert(paragraph);
        }
    }
    all
}

/// The paragraphs reported as repeats, with their counts.
fn reported(corpus: &Corpus, found: &Detection) -> BTreeMap<Vec<u64>, u64> {
    let repeat = |r: &nearcopy::detection::Repeat| {
        let text = corpus.text(r.places[0].document as usize).unwrap();
        (tokenize(&text[r.places[0].span.range()]).hashes, r.count)
    };
    found.repeats.iter().filter(|r| r.paragraph).map(repeat).collect()
}

#[test]
fn paragraphs_that_repeat_are_all_reported_and_counted() {
    for seed in 60..66 {
        let (corpus, found) = found(news::documents(seed, 80), &Thresholds::default());
        let mut reported = reported(&corpus, &found);
        assert!(reported.len() > 15);
        for (paragraph, standing) in paragraphs(&corpus) {
            let count = reported.remove(&paragraph);
            if standing.texts.len() >= 3 {
                assert_eq!(count, Some(standing.count), "seed {seed}");
            } else {
                assert_eq!(count, standing.twice.then_some(standing.count), "seed {seed}");
            }
        }
        assert!(reported.is_empty(), "seed {seed}: no paragraph stands so");
    }
}

#[test]
fn the_count_of_a_repeat_is_that_of_the_corpus() {
    let (twice, other) = (news::distinct(0, 20), news::distinct(100, 20));
    let documents = vec![
        Document::new("a", format!("{twice}\n\n{other}\n\n{twice}")),
        Document::new("b", format!("{twice}\n\nEnd")),
    ];
    let (_, found) = found(documents, &Thresholds::default());
    let counts: Vec<_> = found.repeats.iter().map(|r| (r.count, r.documents)).collect();
    assert_eq!(counts, [(3, 2)]);
}
