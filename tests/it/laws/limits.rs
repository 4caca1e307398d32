//! What limits and policies promise: sources, dates, the survivor, templates.

use super::found;
use crate::news::{self, Dice};
use nearcopy::settings::{Keep, SourceLimit};
use nearcopy::{Document, Documents, Relation, Thresholds};

/// One story as four outlets print it.
fn story() -> Vec<Document> {
    let article = news::article(&mut Dice::new(5));
    let copy = |seed: u64| news::edited(&article, 3, &mut Dice::new(seed)).join("\n\n");
    vec![
        Document::new("a", copy(1)).source("Ledger").date("2026-01-03"),
        Document::new(
            "b",
            copy(2) + " And one more line of the editors, who had to say something else too.",
        )
        .source("Courier"),
        Document::new("c", copy(3)).source("Post").date("2026-01-01T08:00"),
        Document::new("d", copy(4)).source("Ledger").date("2026-01-01"),
    ]
}

#[test]
fn the_policy_chooses_the_survivor() {
    let list = |s: &str| s.parse::<Keep>().unwrap();
    let cases = [
        (vec![], "d"),
        (vec![Keep::Earliest], "d"),
        (vec![Keep::Longest], "b"),
        (vec![Keep::SmallestId], "a"),
        (vec![list("source=Post,Ledger")], "c"),
        (vec![list("source=Ledger")], "d"),
        (vec![list("source=Ledger"), Keep::SmallestId], "a"),
        (vec![list("source=Nobody"), Keep::Longest], "b"),
    ];
    for (keep, survivor) in cases {
        let (corpus, found) =
            found(story(), &Thresholds::default().with(|s| s.keep = keep.clone()));
        assert_eq!(found.clusters.len(), 1);
        assert_eq!(found.clusters[0].members, [0, 1, 2, 3]);
        assert_eq!(corpus.info(found.clusters[0].representative as usize).id, survivor, "{keep:?}");
        // Equal texts have a survivor too.
        let (corpus, found) = equal_story(keep.clone());
        let id = corpus.id(found.clusters[0].representative as usize);
        let survivor =
            if survivor == "b" && keep.last() == Some(&Keep::Longest) { "d" } else { survivor };
        assert_eq!((found.clusters.len(), &*id), (1, survivor), "{keep:?}");
    }
}

fn equal_story(keep: Vec<Keep>) -> (nearcopy::Corpus, nearcopy::Detection) {
    let mut documents = story();
    let text = documents[0].text.clone();
    documents.iter_mut().for_each(|d| d.text.clone_from(&text));
    found(documents, &Thresholds::default().with(|s| s.keep = keep))
}

#[test]
fn templates_are_copies_on_request_alone() {
    let notice = |id: usize| {
        let mut dice = Dice::new(900 + id as u64);
        let mut name = || {
            let w = news::word(dice.between(8000, 100_000));
            w[..1].to_uppercase() + &w[1..]
        };
        let figures: Vec<String> =
            (1..5).map(|i| (id * 7919 * i % 9000 + 1000).to_string()).collect();
        let text = format!(
            "Shares of {} rose after the firm of {} and {} reported a profit of {} thousand, \
             against {} thousand a year ago, on sales of {} units. \
             The board of {} proposes to pay {} cents a share, and sees no reason to change its \
             outlook for the rest of the year.",
            name(),
            name(),
            name(),
            figures[0],
            figures[1],
            figures[2],
            name(),
            figures[3]
        );
        Document::new(format!("t{id}"), text)
    };
    let documents = || (1..5).map(notice).collect::<Vec<_>>();
    let (_, apart) = found(documents(), &Thresholds::default());
    assert!(apart.clusters.is_empty(), "{:?}", apart.clusters);
    assert!(
        !apart.pairs.is_empty() && apart.pairs.iter().all(|p| p.relation == Relation::Template),
        "{:?}",
        apart.pairs
    );
    let (_, joined) =
        found(documents(), &Thresholds::default().with(|s| s.templates_are_copies = true));
    assert_eq!(joined.clusters.len(), 1);
    assert_eq!(joined.clusters[0].members, [0, 1, 2, 3]);
}

#[test]
fn a_cluster_across_sources_holds_no_two_of_the_representatives_source() {
    let story = news::article(&mut Dice::new(5)).join("\n\n");
    let documents = vec![
        Document::new("a", format!("{story} one")).source("Courier"),
        Document::new("b", format!("{story} two")).source("Ledger"),
        Document::new("c", format!("{story} three")).source("Courier"),
    ];
    let (_, found) =
        found(documents, &Thresholds::default().with(|s| s.sources = SourceLimit::Across));
    let pairs: Vec<_> = found.pairs.iter().map(|p| (p.a, p.b)).collect();
    assert_eq!((&found.clusters[0].members, pairs), (&vec![0, 1], vec![(0, 1), (1, 2)]));
}

/// Every pair, every member with its representative, and every class of equal texts.
fn limit_holds(seed: u64, sources: SourceLimit) {
    let t = Thresholds::default().with(|s| {
        s.sources = sources;
        s.all_pairs = seed.is_multiple_of(2);
    });
    let (corpus, found) = found(news::documents(seed, 240), &t);
    let source = |n: u32| corpus.info(n as usize).source.clone();
    let allowed = |a: u32, b: u32| {
        let same = source(a).is_some() && source(a) == source(b);
        same == (sources == SourceLimit::Within)
    };
    assert!(found.pairs.len() > 10);
    for p in &found.pairs {
        assert!(allowed(p.a, p.b), "seed {seed}, {sources:?}: {:?} {:?}", source(p.a), source(p.b));
    }
    for c in &found.clusters {
        let others = c.members.iter().filter(|&&m| m != c.representative);
        assert!(
            others.copied().all(|m| allowed(m, c.representative)),
            "seed {seed}, {sources:?}: {c:?}"
        );
    }
    for class in &found.equal {
        assert!(
            class[1..].iter().all(|&m| allowed(m, class[0])),
            "seed {seed}, {sources:?}: {class:?}"
        );
    }
}

#[test]
fn no_pair_within_sources_is_of_two() {
    (40..46).for_each(|seed| limit_holds(seed, SourceLimit::Within));
}

#[test]
fn no_pair_across_sources_is_of_one() {
    (40..46).for_each(|seed| limit_holds(seed, SourceLimit::Across));
}

#[test]
fn nothing_outside_the_window_is_found() {
    let (since, until) = ("2026-01-10", "2026-01-19");
    let t = Thresholds::default().with(|s| {
        s.since = Some(since.into());
        s.until = Some(until.into());
        s.all_pairs = true;
    });
    let (corpus, found) = found(news::documents(50, 150), &t);
    let inside = |n: u32| {
        corpus.info(n as usize).date.as_deref().is_some_and(|d| (since..=until).contains(&d))
    };
    assert!(found.pairs.len() > 10);
    assert!(found.pairs.iter().all(|p| inside(p.a) && inside(p.b)));
    assert!(found.clusters.iter().flat_map(|c| &c.members).all(|&m| inside(m)));
    assert!(found.equal.iter().flatten().all(|&m| inside(m)));
    assert!(found.repeats.iter().flat_map(|r| &r.places).all(|p| inside(p.document)));
    let left_out = (0..corpus.count() as u32).filter(|&n| !inside(n)).count() as u64;
    assert_eq!(found.summary.limited, [("outside-dates".to_owned(), left_out)]);
    // What is left is found as if the rest were not there.
    let rest = news::documents(50, 150)
        .into_iter()
        .filter(|d| d.info.date.as_deref().is_some_and(|d| (since..=until).contains(&d)));
    let (small, alone) =
        super::found(rest.collect(), &Thresholds::default().with(|s| s.all_pairs = true));
    let ids = |c: &nearcopy::Corpus, f: &nearcopy::Detection| {
        let id = |n: u32| c.info(n as usize).id.clone();
        f.pairs.iter().map(|p| (id(p.a), id(p.b), p.comparison.clone())).collect::<Vec<_>>()
    };
    assert_eq!(ids(&corpus, &found), ids(&small, &alone));
}

#[test]
fn the_day_of_a_window_is_all_of_it() {
    let window = |since: Option<&str>, until: Option<&str>| {
        let t = Thresholds::default().with(|s| {
            s.since = since.map(Into::into);
            s.until = until.map(Into::into);
        });
        let (_, found) = found(story(), &t);
        found.clusters.first().map_or(Vec::new(), |c| c.members.clone())
    };
    assert_eq!(window(None, Some("2026-01-01")), [2, 3]);
    assert_eq!(window(Some("2026-01-01"), None), [0, 2, 3]);
    assert_eq!(window(Some("2026-01"), Some("2026-01")), [0, 2, 3]);
    assert_eq!(window(Some("2026-02"), None), [0; 0]);
}
