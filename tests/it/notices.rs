//! What a copy must tell: notices in one wording are templates, however alike, and a story among
//! them is a copy of its reprint.

use nearcopy::{Corpus, Document, Documents, Relation, RunOptions, Thresholds, scan};

/// Names unlike each other, each in one notice.
fn name(n: usize) -> String {
    let letter = |i: usize| b'a' + ((n * 7919 + 13) * (i * i * 31 + 17) / 64 % 26) as u8;
    let name: String = (0..8).map(|i| char::from(letter(i))).collect();
    name[..1].to_uppercase() + &name[1..]
}

fn notice(n: usize) -> String {
    format!(
        "{} said it raised the contract price that it will pay for most grades of crude oil by \
         fifty cents a barrel, effective tomorrow. \
         The increase brings the posted price for the benchmark grade to {} crowns.",
        name(n),
        10 + n % 3
    )
}

const STORY: &str = "The oldest ferry of the sound sank at her berth in Orley on Sunday, three \
                     days before a museum was to tow her away. Divers found a \
    valve open that nobody had touched since the war.";

#[test]
fn notices_in_one_wording_are_no_copies() {
    let notices = (0..40).map(|n| Document::new(format!("notice-{n:02}"), notice(n)));
    let reprint = STORY
        .replace("sank at her berth", "went down at her berth")
        .replace("three days", "two days");
    let stories = [Document::new("story", STORY), Document::new("reprint", reprint)];
    let corpus = Corpus::new(notices.chain(stories)).unwrap();
    let thresholds = Thresholds::default().with(|s| s.all_pairs = true);
    let (found, _) =
        scan(&corpus, &nearcopy::Recipe::default(), &thresholds, &RunOptions::default(), &())
            .unwrap();
    assert_eq!(found.clusters.len(), 1, "{:?}", found.clusters);
    assert_eq!(found.clusters[0].members.len(), 2);
    let related =
        |relation| found.pairs.iter().filter(|p| p.comparison.relation == Some(relation)).count();
    assert_eq!(related(Relation::NearCopy), 1);
    assert!(related(Relation::Template) > 40, "{}", related(Relation::Template));
    assert!(
        found.pairs.iter().all(|p| p.comparison.facts.compared < thresholds.template_facts),
        "the facts alone would not do"
    );
}

const SHARED: &str = "had asked for a public statement on whether any corporate developments would \
                      explain the unusual activity in the shares";

/// What the pair of these two texts is, where a dozen others have the same wording.
fn relation(a: &str, b: &str) -> Option<Relation> {
    let inquiry = |n: usize| {
        format!(
            "The bourse of Orley said on Sunday that it {SHARED} of {}, dealers spoke of rumours.",
            name(n)
        )
    };
    let inquiries = (0..12).map(|n| Document::new(format!("inquiry-{n:02}"), inquiry(n)));
    let notices = (0..40).map(|n| Document::new(format!("notice-{n:02}"), notice(n)));
    let corpus =
        Corpus::new(inquiries.chain(notices).chain([Document::new("a", a), Document::new("b", b)]))
            .unwrap();
    let thresholds = Thresholds::default().with(|s| s.all_pairs = true);
    let (found, _) =
        scan(&corpus, &nearcopy::Recipe::default(), &thresholds, &RunOptions::default(), &())
            .unwrap();
    let named = |n: u32| corpus.info(n as usize).id.len() == 1;
    found.pairs.iter().find(|p| named(p.a) && named(p.b)).and_then(|p| p.comparison.relation)
}

#[test]
fn two_heroes_are_two_stories() {
    let one = |hero: &str| {
        format!(
            "The bourse of Orley said on Sunday that it {SHARED} of {hero}. Dealers spoke of \
             rumours around {hero}."
        )
    };
    let other = |hero: &str| {
        format!(
            "{hero} was silent, {hero} on Sunday. The bourse of Orley {SHARED}, dealers spoke of \
             rumours."
        )
    };
    assert_eq!(relation(&one("Quillan"), &other("Quillan")), Some(Relation::NearCopy));
    assert_eq!(relation(&one("Quillan"), &other("Verbeek")), Some(Relation::Template));
    // Misread, a name is still the name.
    assert_eq!(relation(&one("Quillan"), &other("Qui1lan")), Some(Relation::NearCopy));
}
