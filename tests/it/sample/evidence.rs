//! Owns: a small detection made by hand with the evidence about its pairs: a template of each
//! reason, a text that titles divide, a note, dates on both sides. Never: what the scan would say
//! of it.

use super::{Sample, empty, file, number, pair, place};
use nearcopy::detection::*;
use nearcopy::*;

/// A notice of results, of which only the firm, the quarter and two figures are its own.
fn results(firm: &str, quarter: &str, revenue: &str, profit: &str) -> String {
    format!(
        "{firm} today announced its results for the {quarter} quarter. Revenue was {revenue} \
         million and net profit was {profit} million. The board of {firm} will hold a call for \
         investors at nine in the morning, and a recording will stand on its pages for a month."
    )
}

/// A weekly letter about prices.
fn prices(wheat: &str, maize: &str) -> String {
    format!(
        "This week wheat traded at {wheat} a tonne and maize at {maize} a tonne on the exchange. \
         Traders spoke of a quiet market, with few lorries on the road and little wind at sea."
    )
}

const COMMON: &str = "The office will be closed on public holidays and on the day before them, and \
                      letters are answered within five working days of their arrival";
const BODY: &str = "The company has filed its annual report with the exchange. The report is to be \
                    had from the company's pages, and a printed copy is sent on request.";
const BRIDGE: &str = "The old bridge over the Mira will be closed for two years from May, the \
                      council decided on Tuesday. Lorries will be sent over the motorway, and a \
                      ferry for people on foot will cross every ten minutes until midnight.";
const NOTE: &str = "This item first appeared in the Morning Letter, which goes out at six.";

/// Documents and findings with every kind of evidence.
pub fn evidence() -> Sample {
    let acme = results("Acme Tools", "first", "412", "31");
    let bolt = results("Bolt Freight", "first", "97", "4");
    let [week, fortnight] = [prices("214", "188"), prices("209", "191")];
    let with_note = |text: &str| format!("{text}\n\n{NOTE}\n");
    let common = |own: &str| format!("{own}\n\n{COMMON}.\n");
    let corpus = Corpus::new([
        file("acme.txt", &acme).date("2026-01-28"),
        file("bolt.txt", &bolt).date("2026-01-30T07:00:00Z"),
        file("blog/bridge.txt", &with_note(BRIDGE)).source("Blog").date("2026-03-09"),
        file("courier/bridge.txt", &BRIDGE.replace("two years", "18 months"))
            .source("Courier")
            .date("2026-03-03"),
        file("council.txt", &common("Council tax letters went out on Monday.")),
        file("library.txt", &common("The library has a new reading room.")),
        file("letter/07.txt", &with_note(&week)).date("2026-02-13"),
        file("letter/09.txt", &with_note(&fortnight)).date("2026-02-27"),
        file("filing/1.txt", BODY).title("Acme Tools: annual report 2025"),
        file("filing/2.txt", BODY).title("Acme Tools files annual report").source("Wire"),
        file("filing/3.txt", BODY).title("Bolt Freight: annual report 2025"),
        file("filing/4.txt", &BODY.replace("a printed copy is", "printed copies are"))
            .title("Carrow Mills: annual report 2025"),
    ])
    .unwrap();
    let mut detection = empty(&corpus);
    let template = |a: &str, b: &str, why, [x, y]: [&str; 2], equal: f64| {
        let mut made = pair(&corpus, a, b, Relation::Template, [1.0, 1.0], &[(x, y)]);
        made.comparison.facts = Facts { agree: 1, compared: 6 };
        made.comparison.why = Some(why);
        (made.comparison.equal_words_a, made.comparison.equal_words_b) = (equal, equal - 0.01);
        made
    };
    let filed = BODY.replace("a printed copy is", "printed copies are");
    let bridge = BRIDGE.replace("two years", "18 months");
    let near = {
        let (a, b) = ("blog/bridge.txt", "courier/bridge.txt");
        let mut made =
            pair(&corpus, a, b, Relation::NearCopy, [0.98, 1.0], &[(BRIDGE, bridge.as_str())]);
        (made.comparison.equal_words_a, made.comparison.equal_words_b) = (0.95, 0.97);
        made
    };
    *detection.pairs = vec![
        template("acme.txt", "bolt.txt", TemplateReason::Facts, [&acme, &bolt], 0.71),
        template("council.txt", "library.txt", TemplateReason::Wording, [COMMON, COMMON], 0.99),
        template(
            "letter/07.txt",
            "letter/09.txt",
            TemplateReason::Series,
            [&week, &fortnight],
            0.93,
        ),
        template("filing/1.txt", "filing/4.txt", TemplateReason::Titles, [BODY, &filed], 0.97),
        near,
    ];
    detection.pairs.sort_by_key(|p| (p.a, p.b));
    let n = |id| number(&corpus, id);
    detection.clusters = vec![Cluster {
        representative: n("courier/bridge.txt"),
        members: vec![n("blog/bridge.txt"), n("courier/bridge.txt")],
        weakest: 0.98,
    }];
    detection.equal = vec![vec![n("filing/1.txt"), n("filing/2.txt")]];
    detection.titles =
        vec![vec![vec![n("filing/1.txt"), n("filing/2.txt")], vec![n("filing/3.txt")]]];
    detection.repeats = vec![Repeat {
        tokens: 13,
        count: 3,
        documents: 3,
        paragraph: true,
        boilerplate: false,
        note: true,
        period: None,
        places: ["blog/bridge.txt", "letter/07.txt", "letter/09.txt"]
            .map(|id| place(&corpus, id, NOTE, 0))
            .to_vec(),
    }];
    detection.summary = Summary {
        without_text: 2,
        classes: 10,
        clusters: 1,
        duplicates: 1,
        pairs: 5,
        repeats: 1,
        candidates: 9,
        verified: 5,
        ..detection.summary
    };
    Sample { corpus, detection, skipped: vec![] }
}
