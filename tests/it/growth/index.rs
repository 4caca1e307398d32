//! The lookups of an index are bounded too: in the steps of their comparisons, while it grows.

use super::{KINDS, texts, thresholds};
use nearcopy::index::QueryAnswer;
use nearcopy::text::tokenize;
use nearcopy::{Document, Index, Recipe};

/// An index of these texts, added in this order.
fn index(texts: impl Iterator<Item = (usize, String)>) -> (tempfile::TempDir, Index) {
    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("index"), &Recipe::default()).unwrap();
    let document = |(n, text)| Document::new(format!("d{n:05}"), text);
    index.add_all(texts.map(document)).unwrap();
    (dir, index)
}

fn tokens(text: &str) -> u64 {
    tokenize(text).len() as u64
}

/// The answers about some texts, which the index does not hold.
fn answers(index: &Index, asked: &[String]) -> Vec<QueryAnswer> {
    let ask = |text: &String| index.query(&Document::new("asked", text.clone()), &thresholds());
    asked.iter().map(|text| ask(text).unwrap()).collect()
}

#[test]
fn a_lookup_takes_no_more_steps_while_the_index_doubles() {
    let mut left_out = 0;
    for kind in KINDS {
        let mut texts = texts(kind, 120_000);
        let asked = texts.split_off(texts.len() - texts.len() / 10);
        let longest = texts.iter().map(|text| tokens(text)).max().unwrap();
        let half = texts.len() / 2;
        let taken = [half, texts.len()].map(|count| {
            let (_dir, index) = index(texts.iter().take(count).cloned().enumerate());
            let answers = answers(&index, &asked);
            for (text, answer) in asked.iter().zip(&answers) {
                // Two searches, and the first candidate of each, which is always compared.
                let own = tokens(text);
                let most = 2 * (32 * own.max(256) + longest + own.min(longest) + 32);
                assert!(answer.steps <= most, "{kind}: {} of {most} steps", answer.steps);
            }
            left_out += answers.iter().map(|a| a.left_out).sum::<u64>();
            answers.iter().map(|a| a.steps).sum::<u64>()
        });
        assert!(10 * taken[1] <= 23 * taken[0].max(100_000), "{kind}: {taken:?}");
    }
    assert!(left_out > 100, "{left_out}");
}

#[test]
fn what_a_lookup_leaves_out_does_not_depend_on_the_order_of_adding() {
    let mut texts = texts("sentences in twenty", 60_000);
    let asked = texts.split_off(texts.len() - 10);
    let forwards = index(texts.iter().cloned().enumerate());
    let backwards = index(texts.iter().cloned().enumerate().rev());
    let found = answers(&forwards.1, &asked);
    assert!(found.iter().all(|a| a.left_out > 0 && !a.sightings.is_empty()));
    assert_eq!(found, answers(&backwards.1, &asked));
}

#[test]
fn short_texts_behind_a_book_are_compared_too() {
    let mut texts = texts("a book", 120_000);
    let asked = texts.remove(0);
    let copy = format!("{asked} And a word more.");
    let book = texts.pop().unwrap();
    let (_dir, index) = index([copy, book].into_iter().enumerate());
    let answer = answers(&index, &[asked]).remove(0);
    assert_eq!((answer.sightings.len(), answer.left_out), (2, 0));
}
