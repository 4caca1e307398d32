//! The seeds: which files a scan of the folder takes in, and what it must find in them.

use nearcopy::detection::{Pair, Place};
use nearcopy::ingest::{self, Input, InputOptions};
use nearcopy::{Corpus, Detection, Documents, Recipe, Relation, RunOptions, Span, Thresholds};
use std::collections::BTreeSet;
use std::fs;

const SCANNED: [&str; 30] = [
    "seeds/000_2254f97d5df13279.txt",
    "seeds/003_ac83b9a63bff9959.txt",
    "seeds/courier-bee-survey.txt",
    "seeds/courier-choir-prize.txt",
    "seeds/courier-lighthouse-sale.txt",
    "seeds/courier-museum-clock.txt",
    "seeds/courier-night-bus.txt",
    "seeds/courier-orchard-frost.txt",
    "seeds/courier-quarry-path.txt",
    "seeds/courier-school-meals.txt",
    "seeds/date-market-ar-reprint.txt",
    "seeds/date-market-ar.txt",
    "seeds/empty.txt",
    "seeds/ferry-comment.txt",
    "seeds/ferry-strike.txt",
    "seeds/harbour-bridge-abridged.txt",
    "seeds/harbour-bridge-reordered.txt",
    "seeds/harbour-bridge-reprint.txt",
    "seeds/harbour-bridge-rewritten.txt",
    "seeds/harbour-bridge.txt",
    "seeds/library-flood.txt",
    "seeds/lighthouse-sale-ocr.txt",
    "seeds/morning-roundup.md",
    "seeds/results-alder.txt",
    "seeds/results-brandt.txt",
    "seeds/tea-mountain-zh-reprint.txt",
    "seeds/tea-mountain-zh.txt",
    "seeds/tiny-twin.txt",
    "seeds/tiny.txt",
    "seeds/well-diggers.md",
];

const OTHER_GIVEN: &str = "seeds/000_2254f97d5df13279.txt";
const DOUBLED: &str = "seeds/003_ac83b9a63bff9959.txt";

fn corpus() -> Corpus {
    let intake = ingest::read(&[Input::Path("seeds".into())], &InputOptions::default(), &|_| true);
    assert!(intake.problems.is_empty(), "{:?}", intake.problems);
    Corpus::new(intake.documents).unwrap()
}

fn found() -> (Corpus, Detection) {
    let corpus = corpus();
    let (detection, _) = nearcopy::scan(
        &corpus,
        &Recipe::default(),
        &Thresholds::default(),
        &RunOptions::default(),
        &(),
    )
    .unwrap();
    (corpus, detection)
}

fn number(corpus: &Corpus, id: &str) -> u32 {
    (0..corpus.count())
        .find(|&n| corpus.info(n).id == id)
        .unwrap_or_else(|| panic!("{id} was not read")) as u32
}

/// `a`, `b` and the relation of `a` to `b`, of every line.
fn truth() -> Vec<(String, String, String)> {
    let lines = fs::read_to_string("seeds/truth.tsv").unwrap();
    let field = |parts: &mut std::str::Split<char>| parts.next().expect("three fields").to_owned();
    lines
        .lines()
        .map(|line| {
            let mut parts = line.split('\t');
            let (a, b) = (field(&mut parts), field(&mut parts));
            assert!(a < b, "{a} does not stand before {b}");
            (format!("seeds/{a}"), format!("seeds/{b}"), field(&mut parts))
        })
        .collect()
}

/// The relation of the pair itself, or that of a common class or cluster.
fn relation(d: &Detection, a: u32, b: u32) -> Option<Relation> {
    if d.equal.iter().any(|class| class.contains(&a) && class.contains(&b)) {
        return Some(Relation::Equal);
    }
    let pair = |p: &&Pair| (p.a, p.b) == (a.min(b), a.max(b));
    if let Some(p) = d.pairs.iter().find(pair) {
        return Some(if a < b { p.relation } else { p.relation.flipped() });
    }
    d.clusters
        .iter()
        .any(|c| c.members.contains(&a) && c.members.contains(&b))
        .then_some(Relation::NearCopy)
}

#[test]
fn the_folder_is_read_as_listed() {
    let corpus = corpus();
    let ids: Vec<String> = (0..corpus.count()).map(|n| corpus.id(n).into_owned()).collect();
    assert_eq!(ids, SCANNED);
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(
            corpus.text(n).unwrap().as_bytes(),
            fs::read(id).unwrap(),
            "{id} is not the file byte for byte"
        );
    }
}

#[test]
fn every_line_of_the_truth_is_found() {
    let (corpus, detection) = found();
    let missed: Vec<String> = truth()
        .into_iter()
        .filter_map(|(a, b, wanted)| {
            let got = relation(&detection, number(&corpus, &a), number(&corpus, &b))
                .map_or("nothing", Relation::name);
            (got != wanted).then(|| format!("{a} {b}: {got} instead of {wanted}"))
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn nothing_else_is_related() {
    let (corpus, detection) = found();
    let listed: BTreeSet<(String, String)> = truth().into_iter().map(|(a, b, _)| (a, b)).collect();
    let all = 0..corpus.count() as u32;
    for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))).filter(|(a, b)| a < b)
    {
        let ids = (corpus.info(a as usize).id.clone(), corpus.info(b as usize).id.clone());
        if !listed.contains(&ids) {
            assert_eq!(relation(&detection, a, b), None, "{ids:?}");
        }
    }
}

#[test]
fn two_articles_on_one_event_are_no_pair() {
    let (corpus, detection) = found();
    assert_eq!(relation(&detection, number(&corpus, OTHER_GIVEN), number(&corpus, DOUBLED)), None);
}

/// Where the line stands, from its first word to its last: the full stop at its end belongs to no
/// word.
fn spans_of(text: &str, line: &str) -> Vec<Span> {
    let words = line.trim_matches(|c: char| !c.is_alphanumeric());
    text.match_indices(words).map(|(at, w)| Span::new(at as u32, (at + w.len()) as u32)).collect()
}

#[test]
fn the_doubled_heading_and_paragraphs_are_repeats() {
    let (corpus, detection) = found();
    let n = number(&corpus, DOUBLED);
    let text = corpus.text(n as usize).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let twice: Vec<&str> = lines
        .iter()
        .enumerate()
        .filter(|(i, l)| !l.is_empty() && lines[..*i].contains(l))
        .map(|(_, l)| *l)
        .collect();
    assert_eq!(twice.len(), 4, "one heading and three paragraphs");
    assert!(twice[0].starts_with("Russia and Azerbaijan Relations"));
    for line in twice {
        let places: Vec<Place> =
            spans_of(&text, line).into_iter().map(|span| Place { document: n, span }).collect();
        assert_eq!(places.len(), 2, "{line:?}");
        let repeat = detection.repeats.iter().find(|r| r.places == places);
        let repeat =
            repeat.unwrap_or_else(|| panic!("no repeat at {places:?}: {:#?}", detection.repeats));
        assert_eq!((repeat.count, repeat.documents, repeat.boilerplate), (2, 1, false), "{line:?}");
    }
}

#[test]
fn the_footer_is_boilerplate_in_all_its_stories() {
    let (corpus, detection) = found();
    let holds =
        |n: &u32| corpus.text(*n as usize).unwrap().contains("The Saltmarsh Courier has reported");
    let carriers: Vec<u32> = (0..corpus.count() as u32).filter(holds).collect();
    assert_eq!(carriers.len(), 11);
    let footers = detection.repeats.iter().filter(|r| r.boilerplate);
    let places: BTreeSet<u32> = footers.flat_map(|r| r.places.iter().map(|p| p.document)).collect();
    assert_eq!(places.into_iter().collect::<Vec<_>>(), carriers);
}
