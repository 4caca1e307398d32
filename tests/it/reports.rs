//! Two reports on one subject: what they share by chance is no quotation, and items that begin with
//! news of their own are no copies of each other.

use nearcopy::{Corpus, Document, Recipe, Relation, RunOptions, Thresholds, scan};

/// A word like no other.
pub fn word(n: usize) -> String {
    let mixed = n.wrapping_mul(0x9E37_79B9) % 8_031_810_176;
    (0..7).map(|i| char::from(b'a' + (mixed / 26_usize.pow(i) % 26) as u8)).collect()
}

/// Texts that make it known which words are common.
pub fn others() -> impl Iterator<Item = Document> {
    (0..60).map(|n| {
        let own: Vec<String> = (0..40).map(|i| word(n * 40 + i)).collect();
        let (front, back) = own.split_at(20);
        let text = format!("The {} of the port said that the {}.", front.join(" "), back.join(" "));
        Document::new(format!("other-{n:02}"), text).source("Wire")
    })
}

/// What two items are in a corpus: day, title and text of each.
fn relation(a: (&str, &str, &str), b: (&str, &str, &str)) -> Option<Relation> {
    relation_beside(&[], a, b)
}

/// What two items are in a corpus that has these texts as well.
fn relation_beside(
    more: &[(&str, &str, &str)],
    a: (&str, &str, &str),
    b: (&str, &str, &str),
) -> Option<Relation> {
    let item = |id: &str, (date, title, text): (&str, &str, &str)| {
        Document::new(id, text).source("Wire").date(date).title(title)
    };
    let paper = |d: Document, n: usize| d.source(format!("Paper {n}"));
    let more = more.iter().zip(0..).map(|(&text, n)| paper(item(&format!("more-{n}"), text), n));
    let corpus = Corpus::new(others().chain(more).chain([item("a", a), item("b", b)])).unwrap();
    let t = Thresholds::default().with(|t| t.all_pairs = true);
    let (found, _) = scan(&corpus, &Recipe::default(), &t, &RunOptions::default(), &()).unwrap();
    let named = |n: u32| nearcopy::Documents::info(&corpus, n as usize).id.len() == 1;
    found.pairs.iter().find(|p| named(p.a) && named(p.b)).and_then(|p| p.comparison.relation)
}

const MONDAY: &str = "2026-03-02";

/// The rest of two stories that share nothing.
const ESKER: &str = "Its foreman read out every letter twice, asked for candles after dusk and \
                     sent a boy for soup. Outside, farmers sold leeks from a lorry and argued \
                     about rain until a constable closed that gate.";
const BRANNO: &str = "Rooms at its only clinic smell of camphor, so a nurse opens each window by \
                      night. Two ponies brought coal up from an empty beach, and some fishermen \
                      fixed its roof with tar, rope and driftwood.";

#[test]
fn who_somebody_is_is_no_quotation_between_reports_on_her() {
    let office = "Quillan, the keeper of the old northern lighthouse who counted gannets in the \
                  storm of 1987,";
    let a = format!(
        "A jury heard for three hours on Monday how neighbours of Ada {office} lost two barns, \
         nine hens, one cart, a plough and most of their winter's hay. {ESKER}"
    );
    let b = format!(
        "Doctors asked every household for blankets after their patient Ada {office} caught a \
         chill that kept five of them awake for days, with one cook and a vicar. {BRANNO}"
    );
    let of = |x: &str, y: &str| relation((MONDAY, x, &a), (MONDAY, y, &b));
    assert_eq!(of("Quillan faces a jury", "Quillan is ill"), None);
    // The title of one may name what the other is about as well.
    assert_eq!(of("A jury sits", "The illness of Quillan"), None);
    // Titles on different subjects do not explain why both texts hold these words.
    assert_eq!(of("A jury sits", "Blankets for all"), Some(Relation::Quotes));
    // A sentence was printed again, whatever the titles say.
    let sentence = "She was the keeper of the old northern lighthouse who counted gannets in the \
                    storm of 1987.";
    let (a, b) = (
        format!("Quillan saw a jury on Monday. {sentence} {ESKER}"),
        format!("Doctors visited Quillan. {sentence} {BRANNO}"),
    );
    let (x, y) = ((MONDAY, "Quillan faces a jury", &*a), (MONDAY, "Quillan is ill", &*b));
    assert_eq!(relation(x, y), Some(Relation::Quotes));
}

#[test]
fn a_formula_with_other_figures_weeks_later_is_the_next_issue() {
    let bulletin = |n: usize, catch: u32| {
        let news: Vec<String> = (0..60).map(|i| word(9_000 + n * 60 + i)).collect();
        format!(
            "The {} of the port.\n\nThe harbour office of Orley said that boats of the inner \
             sound landed {catch} boxes of herring, sprat and whiting over the quay in thirty \
             days, which its clerks weigh, sort and grade by hand before the auction bell.",
            news.join(" ")
        )
    };
    let (first, second) = (bulletin(0, 4_117), bulletin(1, 6_502));
    let of = |day: &str, text: &str| relation((MONDAY, "Herring", &first), (day, "Sprat", text));
    assert_eq!(of("2026-04-06", &second), None);
    assert_eq!(of("2026-03-03", &second), Some(Relation::Quotes));
    // The same figure weeks later was printed again.
    assert_eq!(of("2026-04-06", &bulletin(1, 4_117)), Some(Relation::Quotes));
}

#[test]
fn items_that_begin_with_news_of_their_own_are_no_copies() {
    let passage = "the sinking of the ferry Quillan, which struck a drifting mine off Calder last \
                   autumn with ninety pilgrims and a brass band on board";
    let item = |news: &str| format!("{news} {passage}.");
    let trial = item("Nine jurors were chosen on Monday in Esker to hear about");
    let film = item("A young director from Branno wants to make an opera out of");
    let titled = |x: &str, y: &str| relation((MONDAY, x, &trial), (MONDAY, y, &film));
    assert_eq!(titled("A jury in Esker", "Songs of the sea"), Some(Relation::Quotes));
    // Under one title, or without one, they may be two abridgements of one text, unless that is
    // much of both.
    assert_eq!(titled("The ferry Quillan", "The ferry Quillan"), Some(Relation::NearCopy));
    assert_eq!(titled("", ""), Some(Relation::NearCopy));
    let more = item(
        "Nobody of her household, and least of all her aunt, who kept geese in a yard, ever asked \
         one word about",
    );
    let long = item(
        "Before he left for Branno by mule in those wet weeks that writer had never in his life \
         heard of",
    );
    assert_eq!(relation((MONDAY, "", &more), (MONDAY, "", &long)), Some(Relation::Quotes));
    let of = |a: &str, b: &str| {
        relation((MONDAY, "A jury in Esker", a), (MONDAY, "Songs of the sea", b))
    };
    assert_eq!(of(&trial, &film), Some(Relation::Quotes));
    // One of them may be the other with words before it.
    assert_eq!(of(&trial, &item("")), Some(Relation::NearCopy));
    // The same words before the passage, in another order or edited, are no news of their own.
    let (a, b) = (
        item("Nine jurors of Esker heard on Monday what its judge thinks about"),
        item("Nine jurors of the town were told by somebody else of"),
    );
    assert_eq!(of(&a, &b), Some(Relation::NearCopy));
    // What begins alike is one report, whatever follows.
    let longer = |end: &str| format!("A jury will hear about {passage}. {end}");
    let (a, b) = (
        longer("Judge Verbeek reads the charge in ten days."),
        longer("Nobody expects a verdict ere the snow melts."),
    );
    assert_eq!(of(&a, &b), Some(Relation::NearCopy));
}

#[test]
fn a_heading_that_two_texts_hold_is_no_quotation_and_a_line_of_a_sentence_is_one() {
    let beside = |line: &str| {
        let of = |n: usize, rest: &str| {
            let news: Vec<String> = (0..30).map(|i| word(40_000 + n * 30 + i)).collect();
            format!("The {} of the port.\n\n{line}\n\n{rest}", news.join(" "))
        };
        let (a, b) = (of(0, ESKER), of(1, BRANNO));
        relation((MONDAY, "Candles", &a), (MONDAY, "Camphor", &b))
    };
    let heading = "How a keeper of gannets counted every bird on seven skerries in one foggy night";
    assert_eq!(beside(heading), None);
    assert_eq!(beside(&format!("{heading}.")), Some(Relation::Quotes));
    // The figures of a company, printed again, are no heading.
    let table = "Profit of the three months 6,417 against 5,208\n\nLoss of the whole year 3,916 \
                 against 4,827";
    assert_eq!(beside(table), Some(Relation::Quotes));
    // A clause of a preamble is no heading, and neither is a paragraph that lacks its full stop.
    assert_eq!(beside(&format!("{heading},")), Some(Relation::Quotes));
    let long = format!("{heading}, and why nobody believed a word of that");
    assert_eq!(beside(&long), Some(Relation::Quotes));
}

#[test]
fn an_abridgement_in_the_words_of_its_text_is_no_template() {
    // Every text of the corpus holds words of these passages, so that they are rare nowhere.
    let passages = [
        "The of the port said that the port said that the of the port said",
        "that the port of the port said the port that the said of the port said",
    ];
    let whole = format!("{ESKER} {} {BRANNO} {} {ESKER}", passages[0], passages[1]);
    let cut = passages.join(" ");
    let of = |cut: &str| relation((MONDAY, "Candles", &whole), (MONDAY, "Camphor", cut));
    assert_eq!(of(&cut), Some(Relation::Contains));
    // Words of its own are those of another text in one form.
    assert_eq!(of(&cut.replacen("port said that", "port wrote that", 1)), Some(Relation::Template));
}

#[test]
fn what_text_after_text_says_week_after_week_is_no_quotation() {
    let report = |n: usize, tide: &str| {
        let news: Vec<String> = (0..50).map(|i| word(20_000 + n * 50 + i)).collect();
        format!(
            "The {} of the port.\n\nOrley's sluice keeper is expected to open its inner gate to \
             low barges by way of {tide} permits, skippers said.",
            news.join(" ")
        )
    };
    let texts: Vec<String> = (0..7).map(|n| report(n, ["neap", "spring"][n % 2])).collect();
    let titles: Vec<String> = (0..7).map(|n| format!("The {}", word(30_000 + n))).collect();
    let of = |days: [&str; 4]| {
        let more: Vec<(&str, &str, &str)> =
            days.iter().zip(2..).map(|(&day, n)| (day, &*titles[n], &*texts[n])).collect();
        let [a, b] = [(0, "2026-03-02"), (1, "2026-03-03")]
            .map(|(n, day): (usize, &str)| (day, &*titles[n], &*texts[n]));
        relation_beside(&more, a, b)
    };
    // The background of a running story is in as many texts, for some days.
    assert_eq!(
        of(["2026-03-04", "2026-03-05", "2026-03-06", "2026-03-07"]),
        Some(Relation::Quotes)
    );
    assert_eq!(of(["2026-03-10", "2026-03-20", "2026-03-28", "2026-04-06"]), None);
}
