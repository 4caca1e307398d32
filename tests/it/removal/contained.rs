//! Texts that are part of a longer one: which of them a cleaning removes.

use super::*;

#[test]
fn a_part_goes_only_for_a_whole_that_stays() {
    let parts: Vec<String> = (0..12).map(|n| story(n, 40)).collect();
    let small = Document::new("small", parts[0].clone());
    let middle = Document::new("middle", parts[..4].join("\n\n"));
    let large = Document::new("large", parts.join("\n\n"));
    let what = Removal::default().with(|s| s.relations = vec![Relation::ContainedIn]);
    let (corpus, _, all) =
        plan(vec![small.clone(), middle.clone(), large], &Thresholds::default(), &what);
    assert_eq!(ids(&corpus, &all), ["middle", "small"]);
    let partner = |g: &nearcopy::clean::RemovedDocument| {
        if let RemovalReason::Copy { partner, .. } = g.why { partner } else { u32::MAX }
    };
    assert!(all.removed.iter().all(|g| corpus.info(partner(g) as usize).id == "large"));
}

#[test]
fn a_text_cut_short_goes_and_one_in_a_roundup_stays() {
    let stories: Vec<String> =
        (0..4).map(|n| format!("{}.\n\n{}.", story(n, 40), story(n + 10, 40))).collect();
    let mut documents = vec![
        Document::new("roundup", stories[..3].join("\n\n")),
        Document::new("one", stories[0].clone()),
        Document::new("two", stories[1].clone()),
        Document::new("long", format!("{}\n\n{}.", stories[3], story(30, 200))),
        Document::new("short", stories[3].clone()),
        Document::new("short-again", format!("{} more", stories[3])),
    ];
    let t = Thresholds::default();
    let (corpus, _, cut) = plan(documents.clone(), &t, &Removal::default());
    assert_eq!(ids(&corpus, &cut), ["short", "short-again"]);
    let partner = |g: &nearcopy::clean::RemovedDocument| {
        if let RemovalReason::Copy { partner, .. } = g.why { partner } else { u32::MAX }
    };
    assert!(cut.removed.iter().all(|g| corpus.info(partner(g) as usize).id == "long"));
    // The other stories of the roundup are not in the corpus: what it begins with looks like a text
    // cut short, an item inside does not.
    let two = documents.remove(2);
    let (corpus, _, cut) = plan(documents.clone(), &t, &Removal::default());
    assert_eq!(ids(&corpus, &cut), ["one", "short", "short-again"]);
    documents[1] = two;
    let (corpus, _, cut) = plan(documents, &t, &Removal::default());
    assert_eq!(ids(&corpus, &cut), ["short", "short-again"]);
}

#[test]
fn a_short_text_that_stands_word_for_word_in_another_goes() {
    // With such a bound all that is alike is a template, as are short phrases at the usual one, but
    // what stands word for word in another text.
    let t = Thresholds::default().with(|s| s.copy_telling = 1_000_000);
    let short = Document::new("short", story(1, 40));
    let long = Document::new("long", format!("{}. {}", story(1, 40), story(2, 120)));
    let (corpus, found, cut) = plan(vec![short, long.clone()], &t, &Removal::default());
    assert_eq!(found.pairs[0].relation, Relation::Contains);
    assert_eq!(ids(&corpus, &cut), ["short"]);
    // Not if a word of it is lost.
    let edited = Document::new("short", format!("{} own words", story(1, 40)));
    let (_, found, cut) = plan(vec![edited, long], &t, &Removal::default());
    assert_eq!(found.pairs[0].relation, Relation::Template);
    assert!(cut.removed.is_empty());
}

/// The titles say that neither is the other one, however much of it stands there again.
#[test]
fn a_part_of_a_series_is_no_part_of_another_one() {
    let part = |id: &str, title: &str, text: String| Document::new(id, text).title(title);
    let long = format!("{}. {}", story(1, 40), story(2, 120));
    for (title, gone) in [("The quiz, part two", 0), ("The quiz: all of part one", 1)] {
        let one = part("one", "The quiz, part one", story(1, 40));
        let other = part("other", title, long.clone());
        let (_, found, cut) = plan(vec![one, other], &Thresholds::default(), &Removal::default());
        assert_eq!(cut.removed.len(), gone, "{title}: {:?}", found.pairs[0]);
    }
}
