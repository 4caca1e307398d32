//! Issues of a series and parts of a whole: what titles count, figures of other hours and days, and
//! set phrases are no copies and no quotations.

use crate::reports::{others, word};
use nearcopy::detection::TemplateReason;
use nearcopy::{Corpus, Document, Documents, Recipe, Relation, RunOptions, Thresholds, scan};

/// A text of the wire.
fn item(id: &str, date: &str, title: &str, text: &str) -> Document {
    let document = Document::new(id, text).source("Wire");
    let document = if date.is_empty() { document } else { document.date(date) };
    document.title(title)
}

/// What two of these texts are, and why they are a template.
fn found(documents: Vec<Document>) -> (Option<Relation>, Option<TemplateReason>) {
    let corpus = Corpus::new(documents).unwrap();
    let thresholds = Thresholds::default().with(|t| t.all_pairs = true);
    let (found, _) =
        scan(&corpus, &Recipe::default(), &thresholds, &RunOptions::default(), &()).unwrap();
    let named = |n: u32| corpus.info(n as usize).id.len() == 1;
    let pair = found.pairs.iter().find(|p| named(p.a) && named(p.b));
    pair.map_or((None, None), |p| (p.comparison.relation, p.comparison.why))
}

fn pair(
    a: (&str, &str, &str),
    b: (&str, &str, &str),
) -> (Option<Relation>, Option<TemplateReason>) {
    found(vec![item("a", a.0, a.1, a.2), item("b", b.0, b.1, b.2)])
}

const TALK: &str = "Our reporter Ines Quillan sits down with the harbour master of Orley for a \
                    talk about the pier, the ferries and the fog.";

#[test]
fn parts_of_one_talk_are_two_texts() {
    let with = |a: &str, b: &str| {
        let longer = format!("{TALK} He tells her what the divers saw under the old pier in May.");
        pair(("2026-03-02", a, TALK), ("2026-03-02", b, &longer))
    };
    let divided = (Some(Relation::Template), Some(TemplateReason::Titles));
    assert_eq!(with("The harbour master, part one", "The harbour master: part two"), divided);
    assert_eq!(with("Harbour talks, episode 4", "Harbour talks, episode 5"), divided);
    assert_eq!(with("Harbour talks, Part I", "Harbour talks, Part II"), divided);
    let copy = (Some(Relation::NearCopy), None);
    assert_eq!(with("The harbour master, part one", "The harbour master, part 1"), copy);
    assert_eq!(with("The harbour master, part one", "Talk with the harbour master"), copy);
}

#[test]
fn parts_divide_one_text() {
    let of = |id: &str, title: &str| item(id, "2026-03-02", title, TALK);
    let corpus =
        Corpus::new([of("a", "Quiz of the pier, part one"), of("b", "Quiz of the pier, part two")])
            .unwrap();
    let t = Thresholds::default();
    let (found, _) = scan(&corpus, &Recipe::default(), &t, &RunOptions::default(), &()).unwrap();
    assert!(found.clusters.is_empty(), "{:?}", found.clusters);
}

fn prices(time: &str, figures: &str) -> String {
    format!(
        "Cash prices of the fish hall of Orley at {time} in crowns a kilo and by size of catch: \
         {figures}. Prices are for boxes on ice and without the levy of the harbour board."
    )
}

#[test]
fn figures_of_another_hour_are_another_table() {
    let of = |a: (&str, &str), b: (&str, &str)| {
        let title = "PRICES OF THE FISH HALL";
        let (x, y) = (prices(a.0, a.1), prices(b.0, b.1));
        pair(("2026-03-02T10:00", title, &x), ("2026-03-02T11:00", title, &y))
    };
    let (morning, noon) = (
        "cod small 61.2 large 64.1 hake small 55.5 large 58.3",
        "cod small 61.2 large 67.8 hake small 55.5 large 59.9",
    );
    let series = (Some(Relation::Template), Some(TemplateReason::Series));
    assert_eq!(of(("1000 hrs", morning), ("1100 hrs", noon)), series);
    assert_eq!(of(("noon GMT", morning), ("close GMT", noon)), series);
    assert_eq!(of(("1000 hrs on March 6", morning), ("1000 hrs on March 7", noon)), series);
    // Two figures that differ in one digit each may be corrections, but not of another hour.
    let near = morning.replace("64.1", "64.7").replace("58.3", "58.4");
    assert_eq!(of(("1000 hrs", morning), ("1100 hrs", &near)), series);
    assert_eq!(of(("1000 hrs", morning), ("1000 hrs", &near)).0, Some(Relation::NearCopy));
    // A correction of the same hour, and the hour alone, are the same table.
    let copy = (Some(Relation::NearCopy), None);
    let corrected = morning.replace("64.1", "64.7");
    assert_eq!(of(("1000 hrs", morning), ("1000 hrs", &corrected)), copy);
    assert_eq!(of(("1000 hrs", morning), ("1100 hrs", morning)), copy);
}

#[test]
fn words_may_stand_for_figures() {
    let rain = |[pier, light, yard, dunes, town]: [&str; 5]| {
        format!(
            "THE FOLLOWING RAINFALL WAS RECORDED ON THE ISLANDS OVER THE PAST DAY AND NIGHT BY THE \
             HARBOUR BOARD: ON THE PIER OF ORLEY {pier}, AT THE LIGHT OF BRANNO {light}, IN THE \
             YARD OF CALDER {yard}, ON THE DUNES OF DELL {dunes}, IN THE TOWN OF ESKER {town}."
        )
    };
    let dry = rain(["NIL", "NIL", "0.2 MM", "NIL", "NIL"]);
    let of = |other: [&str; 5]| {
        let title = "RAINFALL ON THE ISLANDS";
        pair(("2026-03-02", title, &dry), ("2026-03-04", title, &rain(other)))
    };
    let series = (Some(Relation::Template), Some(TemplateReason::Series));
    assert_eq!(of(["7.5 MM", "NIL", "NIL", "8.1 MM", "4.4 MM"]), series);
    assert_eq!(of(["NIL", "NIL", "0.2 MM", "NIL", "NONE"]).0, Some(Relation::NearCopy));
}

#[test]
fn a_title_says_that_it_comes_again() {
    let of = |title: &str| {
        let offers = |what: &str| {
            format!("Here are the offers of the boat shop of Orley for all who sail, {what}.")
        };
        let (a, b) = (
            offers("with lanterns from Quillan and varnish"),
            offers("with barometers by Verbeek and hemp"),
        );
        pair(("2026-03-02", title, &a), ("2026-03-02", title, &b))
    };
    let series = (Some(Relation::Template), Some(TemplateReason::Series));
    assert_eq!(of("The boat shop: this week's offers"), series);
    assert_eq!(of("The boat shop and its offers").0, Some(Relation::NearCopy));
}

#[test]
fn stories_that_begin_with_other_names_are_two() {
    let of = |country: &str, envoy: &str, other: &str| {
        format!(
            "Orley and {country} have signed an agreement on the debts of Orley, sources in the \
             harbour said on Monday.\n\n\
             It was signed by minister Ada Verbeek and by {envoy} in the old customs house. It \
             follows talks with {other}, and an accord of December between Orley and a club of \
             western creditors on debts of nine billion crowns, which asked that each of them \
             come to terms of its own before June.\n\n\
             Orley owes a third of the sum to shipyards, and the rest to banks that lent for the \
             pier."
        )
    };
    let (a, b) = (of("Calder", "envoy Jan Reed", "Branno"), of("Branno", "Tom Hale", "Calder"));
    let with = |x: &str, y: &str| pair(("2026-03-02", x, &a), ("2026-03-05", y, &b));
    let divided = (Some(Relation::Template), Some(TemplateReason::Titles));
    assert_eq!(with("ORLEY, CALDER TO SETTLE DEBTS", "ORLEY, BRANNO TO SETTLE DEBTS"), divided);
    assert_eq!(with("ORLEY TO SETTLE DEBTS", "ORLEY SETTLES DEBTS").0, Some(Relation::NearCopy));
}

#[test]
fn a_link_is_no_quotation() {
    let heron = "A heron nests on the crane above the dry dock, so nothing may be lifted there.";
    let after_heron = "Its chicks can fly in May, and the crew of the yard plays cards in a shed. \
                       Two brothers met at an auction of their father's boat.";
    let snow = "Snow closed the pass for the ninth day while bakers handed bread to drivers.";
    let after_snow = "Pupils built a telescope out of umbrellas, heard a pulsar within one week, \
                      and will now teach the rest of their town to listen.";
    let with = |line: &str| {
        let (a, b) = (
            format!("{heron}\n\n {line} \n\n {after_heron}"),
            format!("{snow}\n\n {line} \n\n {after_snow}"),
        );
        found(others().chain([item("a", "", "Heron", &a), item("b", "", "Snow", &b)]).collect()).0
    };
    let line = "island ferries have three years to find cleaner engines and quieter bells";
    assert_eq!(with(line), None);
    assert_eq!(with(&format!("{line}.")), Some(Relation::Quotes));
}

fn formula(place: &str) -> String {
    format!(
        "the bonds will be sold in denominations of 5,000 crowns and listed in {place} while the \
         fees are two pct for selling and one for handling and underwriting combined"
    )
}

#[test]
fn a_formula_is_no_quotation_between_two_subjects() {
    // Forty texts hold the words of the formula in other orders, so none of them is rare.
    let formula_words = formula("Orley Calder");
    let formula_words: Vec<&str> = formula_words.split(' ').collect();
    let filler = |n: usize| {
        let step = [3, 5, 7, 9, 11, 13, 17, 19][n % 8];
        let of = |i: usize| formula_words[(n + i * step) % formula_words.len()];
        let text: String = (0..formula_words.len())
            .map(|i| format!("{} {} ", of(i), word(5000 + n * 40 + i % 30)))
            .collect();
        Document::new(format!("filler-{n:02}"), format!("{}.", text.trim_end())).source("Wire")
    };
    let relation = |titles: [&str; 2], place: &str| {
        let a = format!(
            "Quillan borrowed for a second slipway beside its old yard, where three ferries wait \
             for engines. A dealer said that {}. Quillan has built ships on the sound since the \
             war, and its hammers wake each child of the quarter. Nobody there recalls a summer \
             without rivets, tar or songs about a drowned foreman.",
            formula("Orley")
        );
        let b = format!(
            "Verbeek wants money to lend to bakers and farmers of the inland towns after a dry \
             summer. Its manager said that {}. Verbeek opened a branch in each valley last year, \
             with oak counters, brass lamps and one clerk who knows every cow by name. Rain came \
             too late; hay is dear, so millers pay on credit.",
            formula(place)
        );
        let [x, y] = titles;
        let both = [item("a", "2026-03-02", x, &a), item("b", "2026-03-03", y, &b)];
        found((0..40).map(filler).chain(both).collect()).0
    };
    let subjects = ["The yard of Quillan issues a bond", "Farmers wait for notes of Verbeek"];
    assert_eq!(relation(subjects, "Calder"), None);
    // Word for word it may be one report of the formula, and other titles name no subject.
    assert_eq!(relation(subjects, "Orley"), Some(Relation::Quotes));
    assert_eq!(
        relation(["Money for the sound", "Money for the valleys"], "Calder"),
        Some(Relation::Quotes)
    );
}
