//! The page for a browser and the fragment for notebooks, on findings made by hand: what they hold,
//! and that nothing in them acts.

use super::hostile::{EVIL, acts};
use crate::sample::evidence::evidence;
use crate::sample::{Sample, empty, file, pair, place, scripts, storm};
use nearcopy::detection::*;
use nearcopy::report::{HtmlOptions, HtmlSummaryOptions, html, html_summary, json};
use nearcopy::*;
use proptest::prelude::*;
use serde_json::Value;

fn page_with(sample: &Sample, options: HtmlOptions) -> String {
    let mut out = Vec::new();
    html(sample.findings(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub fn page(sample: &Sample) -> String {
    page_with(sample, HtmlOptions::default())
}

pub fn fragment(sample: &Sample) -> String {
    let mut out = Vec::new();
    html_summary(sample.findings(), HtmlSummaryOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What a data element of the page holds.
pub fn data(page: &str, id: &str) -> Value {
    let (_, from) =
        page.split_once(&format!("<script type=\"application/json\" id=\"{id}\">")).unwrap();
    serde_json::from_str(from.split_once("</script>").unwrap().0).unwrap()
}

/// The page without its data, style and script, which hold no outside text as markup.
fn shell(page: &str) -> String {
    let mut rest = page;
    let mut out = String::new();
    for element in ["style", "script", "script", "script"] {
        let (before, after) = rest.split_once(&format!("<{element}")).unwrap();
        out.push_str(before);
        rest = after.split_once(&format!("</{element}>")).unwrap().1;
    }
    out + rest
}

/// Every tag of a piece of markup with its attributes; panics where a reader could see it
/// otherwise.
fn tags(markup: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut out = vec![];
    let mut rest = markup;
    while let Some((_, from)) = rest.split_once('<') {
        // Attributes are quoted, and a quote inside one is escaped: the first `>` outside of quotes
        // ends the tag.
        let mut quoted = false;
        let end = from.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        let (tag, after) = from.split_at(end.unwrap_or_else(|| panic!("no end: {from}")));
        rest = &after[1..];
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut found = vec![];
        while let Some((key, value)) = attributes.split_once('=') {
            let (value, more) = value.strip_prefix('"').unwrap().split_once('"').unwrap();
            found.push((key.trim().to_owned(), value.to_owned()));
            attributes = more;
        }
        out.push((name.to_owned(), found));
    }
    out
}

const TAGS: &str = "html head meta title style body a header h1 h2 h3 p q br bdi dl dt dd div ul \
                    ol li code main section form noscript \
                    table caption tr th td tbody thead span mark svg g rect text path line figure \
                    figcaption details summary footer";

/// Markup is harmless where it holds the page's own elements, and in them no handler and no address
/// but one inside the page.
fn check_markup(markup: &str) {
    for (name, attributes) in tags(markup) {
        let bare = name.trim_start_matches('/');
        assert!(name == "!DOCTYPE" || TAGS.split_whitespace().any(|t| t == bare), "<{name}>");
        for (key, value) in attributes {
            let key = key.rsplit(' ').next().unwrap();
            assert!(
                !key.starts_with("on") && !["src", "srcdoc", "action", "formaction"].contains(&key),
                "<{name} {key}>"
            );
            assert!(
                key != "href"
                    || (value.starts_with('#')
                        && value[1..].chars().all(|c| c.is_alphanumeric() || c == '-')),
                "{value}"
            );
        }
    }
}

/// Findings of every kind over every evil string, in texts, ids, paths, sources and dates.
fn hostile(evil: &[String]) -> Sample {
    let mut documents = vec![];
    let words =
        |text: &String| if text.trim().is_empty() { "words".to_owned() } else { text.clone() };
    for (n, text) in evil.iter().enumerate() {
        let whole = words(text);
        documents.push(
            file(&format!("{text}-{n:02}"), &format!("x {whole}\n{whole}"))
                .title(text.as_str())
                .source(text.as_str())
                .date(text.as_str()),
        );
        documents.push(
            DocumentInfo {
                title: Some(text.as_str().into()),
                id: format!("{n:02}-{text}"),
                path: Some(text.as_str().into()),
                ..DocumentInfo::default()
            }
            .with_text(whole),
        );
    }
    let corpus = Corpus::new(documents).unwrap();
    let mut detection = empty(&corpus);
    let relations = [Relation::NearCopy, Relation::Quotes, Relation::Contains, Relation::Template];
    for (n, text) in evil.iter().enumerate() {
        let whole = words(text);
        let (a, b) = (format!("{text}-{n:02}"), format!("{n:02}-{text}"));
        let mut made = pair(&corpus, &a, &b, relations[n % 4], [0.9, 0.8], &[(&whole, &whole)]);
        made.comparison.why = Some(TemplateReason::Titles);
        made.comparison.equal_words_a = 0.1;
        let places = vec![
            place(&corpus, &a, &whole, 0),
            place(&corpus, &a, &whole, 1),
            place(&corpus, &b, &whole, 0),
        ];
        detection.clusters.push(Cluster {
            representative: made.a,
            members: vec![made.a, made.b],
            weakest: 0.5,
        });
        detection.equal.push(vec![made.a, made.b]);
        detection.titles.push(vec![vec![made.a], vec![made.b]]);
        detection.repeats.push(Repeat {
            tokens: 3,
            count: 3,
            documents: 2,
            paragraph: true,
            boilerplate: false,
            note: true,
            period: None,
            places,
        });
        detection.pairs.push(made);
    }
    detection.summary.pairs = evil.len() as u64;
    let skipped = evil.iter().map(|text| (text.clone(), 1)).collect();
    Sample { corpus, detection, skipped }
}

fn check_hostile(sample: &Sample) {
    let page = page(sample);
    assert_eq!(page.chars().find(|&c| acts(c)), None);
    // Between the data elements there is no way out: nothing in them begins or ends a tag.
    for id in ["lists", "texts"] {
        let (_, from) = page.split_once(&format!("id=\"{id}\">")).unwrap();
        assert!(!from.split_once("</script>").unwrap().0.contains(['<', '>', '&']));
    }
    check_markup(&shell(&page));
    let fragment = fragment(sample);
    check_markup(&fragment);
    assert!(
        tags(&fragment)
            .iter()
            .all(|(name, _)| !["script", "style", "a", "link"].contains(&name.as_str()))
    );
}

#[test]
fn nothing_hostile_acts_in_a_page() {
    let sample = hostile(&EVIL.map(str::to_owned));
    check_hostile(&sample);
    // Read by `tests/html.mjs`, which opens them in a browser, and holds them against the report as
    // data.
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("html");
    std::fs::create_dir_all(&folder).unwrap();
    for (name, sample) in
        [("hostile", sample), ("storm", storm()), ("scripts", scripts()), ("evidence", evidence())]
    {
        let mut data = Vec::new();
        json(sample.findings(), &mut data).unwrap();
        std::fs::write(folder.join(format!("{name}.json")), data).unwrap();
        std::fs::write(folder.join(format!("{name}.html")), page(&sample)).unwrap();
        std::fs::write(folder.join(format!("{name}.summary.html")), fragment(&sample)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn nothing_acts_whatever_the_text(
        evil in prop::collection::vec("\\PC{1,40}|(.|[\r\n\t]){1,60}|[-=<>/!'\"&; a]{1,40}", 1..6),
    ) {
        check_hostile(&hostile(&evil));
    }
}

#[test]
fn the_policy_names_the_script_and_the_style() {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    let page = page(&storm());
    let hash = |text: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text));
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let script = page.rsplit_once("<script>").unwrap().1.split_once("</script>").unwrap().0;
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; ",
        hash(script),
        hash(style)
    );
    let at = page.find(&policy).expect("the policy");
    assert!(at < page.find("<style>").unwrap() && at < page.find("<title>").unwrap());
}

/// The characters of a text from one UTF-16 unit to another.
fn units(text: &str, from: &Value, to: &Value) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    String::from_utf16(&units[from.as_u64().unwrap() as usize..to.as_u64().unwrap() as usize])
        .unwrap()
}

#[test]
fn offsets_are_those_of_the_report_in_javascript_units() {
    for sample in [storm(), scripts()] {
        let page = page(&sample);
        let (lists, texts) = (data(&page, "lists"), data(&page, "texts"));
        let pairs = lists["pairs"].as_array().unwrap();
        assert_eq!(pairs.len(), sample.detection.pairs.len());
        for shown in pairs {
            let [a, b] = [0, 1].map(|side| shown[0][side].as_u64().unwrap() as usize);
            let names = [a, b].map(|n| lists["documents"][n][0].as_str().unwrap());
            let id = |n: u32| sample.corpus.id(n as usize);
            let found = sample
                .detection
                .pairs
                .iter()
                .find(|p| id(p.a) == names[0] && id(p.b) == names[1])
                .unwrap();
            for (m, wanted) in shown[6].as_array().unwrap().iter().zip(&found.comparison.matches) {
                for (n, number, span, at) in [(a, found.a, wanted.a, 0), (b, found.b, wanted.b, 2)]
                {
                    let text = sample.corpus.text(number as usize).unwrap();
                    assert_eq!(texts[n], *text);
                    assert_eq!(units(&text, &m[at], &m[at + 1]), text[span.range()]);
                }
                let runs = m[11].as_array().unwrap();
                assert_eq!(runs.len(), 4 * wanted.blocks.len());
                let text = sample.corpus.text(found.b as usize).unwrap();
                for (run, block) in runs.chunks(4).zip(&wanted.blocks) {
                    let from = m[2].as_u64().unwrap() + run[2].as_u64().unwrap();
                    let to = from + run[3].as_u64().unwrap();
                    assert_eq!(units(&text, &from.into(), &to.into()), text[block.b.range()]);
                }
            }
        }
    }
}

#[test]
fn without_scripting_it_is_a_list() {
    let page = page(&storm());
    let list = page.split_once("<noscript>").unwrap().1.split_once("</noscript>").unwrap().0;
    for said in [
        "mirror/storm.txt",
        " are near-copies",
        " share a passage",
        "wire/storm.txt</bdi> (representative)",
        "3 documents",
        "4 times in 4 documents",
        "boilerplate",
    ] {
        assert!(list.contains(said), "{said}: {list}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let page = page_with(&storm(), HtmlOptions::default().with(|s| s.most_pairs = 1));
    assert_eq!(data(&page, "lists")["pairs"].as_array().unwrap().len(), 1);
    assert!(
        page.contains("Shown are the most important: 1 of 3 pairs.")
            && page.contains("--format json")
    );
    // The pair that shares the most comes first.
    assert_eq!(data(&page, "lists")["pairs"][0][1], "near-copy");
}

#[test]
fn long_texts_are_cut_around_their_passages() {
    let filler = |word: &str| format!("{word} ").repeat(3000);
    let shared =
        "Storm Edda reached the coast late on Monday with gusts of 141 kilometres an hour 🦀";
    let text = |word: &str| format!("{}{shared}. {}", filler(word), filler(word));
    let corpus =
        Corpus::new([Document::new("a", text("één")), Document::new("b", text("dos"))]).unwrap();
    let mut detection = empty(&corpus);
    *detection.pairs =
        vec![pair(&corpus, "a", "b", Relation::Quotes, [0.1, 0.1], &[(shared, shared)])];
    let sample = Sample { corpus, detection, skipped: vec![] };
    let page = page_with(&sample, HtmlOptions::default().with(|s| s.most_text = 8000));
    let (lists, texts) = (data(&page, "lists"), data(&page, "texts"));
    assert!(page.len() < 80_000);
    for side in 0..2 {
        let parts = texts[side].as_array().unwrap();
        assert_eq!(parts[0], sample.corpus.text(side).unwrap().encode_utf16().count());
        let (from, piece) = (parts[1].as_u64().unwrap(), parts[2].as_str().unwrap());
        let [start, end] =
            [0, 1].map(|i| lists["pairs"][0][6][0][2 * side + i].as_u64().unwrap() - from);
        assert_eq!(units(piece, &start.into(), &end.into()), shared);
    }
}

/// Documents of which some cannot be read again.
struct Patchy(Corpus, usize);

impl Documents for Patchy {
    fn count(&self) -> usize {
        self.0.count()
    }
    fn info(&self, number: usize) -> std::borrow::Cow<'_, DocumentInfo> {
        self.0.info(number)
    }
    fn text(&self, number: usize) -> nearcopy::Result<std::borrow::Cow<'_, str>> {
        if number != self.1 {
            return self.0.text(number);
        }
        Err(nearcopy::Error::TextGone { id: self.info(number).id.clone(), why: "no disk".into() })
    }
}

#[test]
fn a_missing_text_is_left_out_with_a_note() {
    let sample = storm();
    let patchy = Patchy(sample.corpus, 0);
    let findings =
        report::Findings { detection: &sample.detection, documents: &patchy, skipped: &[] };
    let (mut out, mut small) = (vec![], vec![]);
    html(findings, HtmlOptions::default(), &mut out).unwrap();
    html_summary(findings, HtmlSummaryOptions::default(), &mut small).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("The texts of 1 document could not be read"), "{}", shell(&page));
    assert_eq!(
        (&data(&page, "texts")[0], &data(&page, "lists")["documents"][0][6]),
        (&Value::from(0), &Value::from(1))
    );
    assert!(String::from_utf8(small).unwrap().contains("not to be had"));
}

#[test]
fn the_fragment_shows_the_shared_passage() {
    let fragment = fragment(&storm());
    for said in
        ["<caption", "3 pairs", "1 cluster", " are near-copies", "<mark", "Storm Edda reached"]
    {
        assert!(fragment.contains(said), "{said}: {fragment}");
    }
    let mut out = Vec::new();
    html_summary(
        storm().findings(),
        HtmlSummaryOptions::default().with(|s| {
            s.clusters = 0;
            s.pairs = 1;
        }),
        &mut out,
    )
    .unwrap();
    assert!(String::from_utf8(out).unwrap().contains("1 of 3 pairs"));
}

#[test]
fn an_empty_report_is_a_page_too() {
    let corpus = Corpus::new([]).unwrap();
    let detection = empty(&corpus);
    let sample = Sample { corpus, detection, skipped: vec![] };
    check_markup(&shell(&page(&sample)));
    check_markup(&fragment(&sample));
}
