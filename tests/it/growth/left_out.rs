//! What a fixed bound of a comparison leaves out is counted, reported and shown.

use crate::growth::Steps;
use crate::news::{Dice, word, words};
use nearcopy::explain::explain_pair;
use nearcopy::{Background, Corpus, Document, Index, Preset, Recipe, RunOptions, Thresholds, scan};

/// A book, and a page that has eight words in a row of so many of its places, and of one of them
/// sixty.
fn book_and_page(places: usize) -> [Document; 2] {
    let mut dice = Dice::new(7);
    let chapters: Vec<String> = (0..60).map(|_| words(&mut dice, 800)).collect();
    let of = |chapter: &str, count| chapter.split(' ').take(count).collect::<Vec<_>>().join(" ");
    let long = of(&chapters[0], 60);
    let quoted = chapters[1..places].iter().map(|chapter| of(chapter, 8));
    let quoted: Vec<String> = std::iter::once(long).chain(quoted).collect();
    let page = quoted.join(&format!(" {} ", words(&mut dice, 2)));
    [Document::new("book", chapters.join(".\n\n")), Document::new("page", page)]
}

/// A text of so many names, and one that has a part of it, under titles of two names, each of which
/// is in its own text.
fn names(count: usize) -> [Document; 2] {
    let capital = |n: usize| {
        let word = word(n);
        word[..1].to_uppercase() + &word[1..]
    };
    let list = |of: std::ops::Range<usize>| {
        of.map(|n| format!("then {} came", capital(1000 + n))).collect::<Vec<_>>().join(", ")
    };
    let titled = |id, title: &str, text| Document::new(id, text).title(title);
    [
        titled("list", "The guests of Anderson", format!("Of Anderson: {}", list(0..count))),
        titled("part", "The guests of Bertolini", format!("Of Bertolini: {}", list(0..60))),
    ]
}

fn settings(preset: Preset) -> (Recipe, Thresholds) {
    let (mut recipe, mut thresholds) = (Recipe::default(), Thresholds::default());
    preset.apply(&mut recipe, &mut thresholds);
    (recipe, thresholds)
}

/// What a scan, the explanation of the pair and a lookup of the second text say is left out.
fn left_out([a, b]: [Document; 2], preset: Preset) -> [Vec<(String, u64)>; 3] {
    let (recipe, t) = settings(preset);
    let corpus = Corpus::new([a.clone(), b.clone()]).unwrap();
    let steps = Steps::default();
    let (found, _) = scan(&corpus, &recipe, &t, &RunOptions::default(), &steps).unwrap();
    assert_eq!(found.pairs.len(), 1);
    for (reason, count) in &found.summary.limited {
        let limits = steps.limits.lock().unwrap();
        let limit = limits.iter().find(|limit| limit.reason == reason).unwrap();
        assert_eq!((limit.count, limit.documents), (*count, 2));
    }
    let trace = explain_pair(&a.text, &b.text, &Background::default(), &recipe, &t);
    let places = trace.left_out.places.then(|| ("places-over-limit".to_owned(), 1));

    let dir = tempfile::tempdir().unwrap();
    let index = Index::create(dir.path().join("index"), &recipe).unwrap();
    index.add_all([a]).unwrap();
    let answer = index.query(&b, &t).unwrap();
    let limited = answer.limited().into_iter().map(|(reason, n)| (reason.to_owned(), n)).collect();
    [found.summary.limited, places.into_iter().collect(), limited]
}

#[test]
fn places_that_are_not_aligned_are_counted() {
    let nothing = [const { Vec::new() }; 3];
    for preset in [Preset::Rewritten, Preset::Ocr] {
        assert_eq!(left_out(book_and_page(20), preset), nothing);
        let some = vec![("places-over-limit".to_owned(), 1)];
        assert_eq!(left_out(book_and_page(40), preset), [&some, &some, &some].map(Vec::clone));
    }
    assert_eq!(left_out(book_and_page(40), Preset::News), nothing);
}

#[test]
fn names_that_are_not_held_against_others_are_counted() {
    assert_eq!(left_out(names(900), Preset::News), [const { Vec::new() }; 3]);
    let some = vec![("names-over-limit".to_owned(), 1)];
    // Two texts are explained without their titles.
    assert_eq!(left_out(names(1200), Preset::News), [some.clone(), Vec::new(), some]);
}
