//! What is boilerplate and what is news: a story that many print, notices of one form, footers.
//! With sources and without.

use super::found;
use crate::news::{self, Dice};
use nearcopy::{Corpus, Detection, Document, Documents, Relation, Thresholds};

fn all_pairs() -> Thresholds {
    Thresholds::default().with(|s| s.all_pairs = true)
}

/// As it is, and with no text's source known.
fn both_ways(documents: Vec<Document>) -> [Vec<Document>; 2] {
    let unknown = documents
        .iter()
        .cloned()
        .map(|d| {
            let mut d = d;
            d.info.source = None;
            d
        })
        .collect();
    [documents, unknown]
}

fn others(dice: &mut Dice, count: usize) -> Vec<Document> {
    let other = |i: usize| {
        Document::new(format!("other{i:03}"), news::article(dice).join("\n\n"))
            .source(format!("outlet {}", i % 9))
    };
    (0..count).map(other).collect()
}

#[test]
fn a_story_that_many_print_is_one_cluster() {
    let mut dice = Dice::new(31);
    let story: Vec<String> = news::words(&mut dice, 200).split(' ').map(str::to_owned).collect();
    for own in [0, 40] {
        let mut documents = others(&mut dice, 100);
        documents.extend((0..300).map(|i| {
            let mut copy = story.clone();
            let at = dice.below(copy.len());
            copy[at] = news::word(50_000 + i);
            let text = format!("{}\n\n{}", news::distinct(100_000 + 100 * i, own), copy.join(" "));
            Document::new(format!("story{i:03}"), text).source(format!("outlet {i}"))
        }));
        for documents in both_ways(documents) {
            let (_, found) = found(documents, &Thresholds::default());
            let sizes: Vec<usize> = found.clusters.iter().map(|c| c.members.len()).collect();
            assert_eq!(sizes, [300], "with {own} words of its own in each");
        }
    }
}

#[test]
fn edited_copies_are_found_without_sources_too() {
    let mut dice = Dice::new(32);
    let story: Vec<String> = (0..12).map(|_| news::sentence(&mut dice)).collect();
    let mut documents = others(&mut dice, 300);
    documents.extend((0..30).map(|i| {
        let mut copy = news::edited(&story, 3, &mut dice);
        copy.remove(dice.below(12));
        let text = format!("{}\n\n{}", news::distinct(100_000 + 100 * i, 40), copy.join(" "));
        Document::new(format!("story{i:03}"), text).source(format!("outlet {i}"))
    }));
    for documents in both_ways(documents) {
        let (_, found) = found(documents, &Thresholds::default());
        assert_eq!(found.clusters.iter().map(|c| c.members.len()).collect::<Vec<_>>(), [30]);
    }
}

#[test]
fn equal_notices_among_many_alike_are_equal_and_the_others_are_no_copies() {
    let mut dice = Dice::new(33);
    let mut notice = |i: usize| {
        let name = |dice: &mut Dice| news::word(dice.between(1000, 9000)).to_uppercase();
        let number = |dice: &mut Dice| format!("{}.{:02}", dice.between(1, 99), dice.below(100));
        let text = format!(
            "{} Corp said its second quarter net profit rose to {} mln dlrs or {} cts a share, \
             from {} mln dlrs or {} cts a share in the \
             same period a year ago. Sales for the three months came to {} mln dlrs against {} mln \
             dlrs. The figures include a gain of {} \
             mln dlrs from the sale of its {} unit. The board declared a dividend of {} cts a \
             share, payable to holders of record.",
            name(&mut dice),
            number(&mut dice),
            number(&mut dice),
            number(&mut dice),
            number(&mut dice),
            number(&mut dice),
            number(&mut dice),
            number(&mut dice),
            name(&mut dice),
            number(&mut dice),
        );
        Document::new(format!("notice{i:03}"), text).source(format!("outlet {}", i % 7))
    };
    let mut documents: Vec<Document> = (0..300).map(&mut notice).collect();
    documents[7].text = documents[211].text.clone();
    for documents in both_ways(documents) {
        let (corpus, found) = found(documents, &all_pairs());
        let ids = |numbers: &[u32]| {
            numbers.iter().map(|&n| corpus.info(n as usize).id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            found.equal.iter().map(|e| ids(e)).collect::<Vec<_>>(),
            [["notice007", "notice211"]]
        );
        assert_eq!(
            found.clusters.iter().map(|c| ids(&c.members)).collect::<Vec<_>>(),
            [["notice007", "notice211"]]
        );
    }
}

/// The pairs that are reported, as ids and relation.
fn pairs(corpus: &Corpus, found: &Detection) -> Vec<(String, String, Relation)> {
    let id = |n: u32| corpus.info(n as usize).id.clone();
    found.pairs.iter().filter_map(|p| Some((id(p.a), id(p.b), p.comparison.relation?))).collect()
}

#[test]
fn a_footer_makes_no_relation_and_costs_none() {
    for varying in [false, true] {
        let mut dice = Dice::new(34);
        let originals: Vec<Vec<String>> =
            (0..60).map(|_| (0..8).map(|_| news::sentence(&mut dice)).collect()).collect();
        let mut documents: Vec<Document> = Vec::new();
        for (i, original) in originals.iter().enumerate() {
            documents.push(
                Document::new(format!("b{i:03}"), original.join(" "))
                    .source(format!("outlet {}", i % 9)),
            );
            // Half of what the Courier prints is its own.
            let text = if i % 2 == 0 {
                news::edited(original, 3, &mut dice).join(" ")
            } else {
                (0..8).map(|_| news::sentence(&mut dice)).collect::<Vec<_>>().join(" ")
            };
            let stamp = if varying {
                format!(" Visit number {} on day {}.", 10_000 + 7 * i, i)
            } else {
                String::new()
            };
            let foot = format!(
                "The Courier has reported from the coast since 1887 and belongs to its readers. \
                 Spotted a mistake or have a story \
                 for us? Write to the desk on Harbour Street, or call before noon on \
                 weekdays.{stamp} All rights reserved; nothing \
                 here may be copied, stored or sent on without our written leave."
            );
            documents.push(
                Document::new(format!("courier{i:03}"), format!("{text}\n\n{foot}"))
                    .source("Courier"),
            );
        }
        let wanted: Vec<_> = (0..60)
            .step_by(2)
            .map(|i| (format!("b{i:03}"), format!("courier{i:03}"), Relation::NearCopy))
            .collect();
        for documents in both_ways(documents) {
            let (corpus, found) = found(documents, &all_pairs());
            assert_eq!(pairs(&corpus, &found), wanted, "varying: {varying}");
            assert!(varying || found.repeats.iter().any(|r| r.boilerplate));
        }
    }
}
