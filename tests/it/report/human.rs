//! The report for a person: pages kept beside this file (`UPDATE=1` rewrites them), limits, widths,
//! hostile text.

use crate::sample::*;
use nearcopy::detection::*;
use nearcopy::report::{self, HumanOptions};
use nearcopy::*;
use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

fn wide() -> HumanOptions {
    HumanOptions::default().with(|s| s.width = 100)
}

fn print(sample: &Sample, options: HumanOptions) -> String {
    let mut out = Vec::new();
    report::human(sample.findings(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

pub fn same_as_page(name: &str, text: &str) {
    let path = format!("{}/tests/it/report/pages/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(std::path::Path::new(&path).parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let page = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, page, "{name}: UPDATE=1 writes the page anew");
}

fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\x1b') {
        out.push_str(&rest[..at]);
        rest = &rest[at + rest[at..].find('m').unwrap() + 1..];
    }
    out + rest
}

#[test]
fn pages() {
    let sample = storm();
    same_as_page("width-100", &print(&sample, wide()));
    same_as_page("width-60", &print(&sample, wide().with(|s| s.width = 60)));
    same_as_page("width-40", &print(&sample, wide().with(|s| s.width = 40)));
    same_as_page("brief", &print(&sample, wide().with(|s| s.brief = true)));
    same_as_page("color", &print(&sample, wide().with(|s| s.color = true)).replace('\x1b', "␛"));
    same_as_page("scripts", &print(&scripts(), wide().with(|s| s.width = 80)));
}

#[test]
fn rows_stay_within_the_width() {
    for sample in [storm(), scripts()] {
        for width in [20, 25, 40, 50, 60, 80, 100, 200] {
            let text = print(&sample, wide().with(|s| s.width = width));
            for row in text.lines() {
                assert!(row.width() <= width, "{} columns of {width}: {row:?}", row.width());
            }
        }
        for width in [0, 1, 7] {
            print(&sample, wide().with(|s| s.width = width));
        }
    }
}

#[test]
fn colours_replace_the_marks() {
    let text = print(&storm(), wide().with(|s| s.color = true));
    assert!(
        text.contains("\x1b[1;31mlate\x1b[0m") && text.contains("\x1b[1;32mnight\x1b[0m"),
        "{text}"
    );
    assert!(!text.contains("[-"));
    assert!(plain(&text).contains("● wire/storm.txt  representative"));
}

#[test]
fn both_columns_stay_in_step() {
    let text = print(&storm(), wide());
    assert!(
        text.lines()
            .any(|l| l.contains("5 The port authority")
                && l.matches("The port authority").count() == 2),
        "{text}"
    );
}

#[test]
fn direction_is_said() {
    let text = print(&storm(), wide());
    assert!(text.contains("week/roundup.txt contains notes.jsonl:7"));
    assert!(text.contains("100% of notes.jsonl:7, 29% of week/roundup.txt"));
}

#[test]
fn nothing_found_is_said() {
    let corpus = Corpus::new([Document::new("a", "one"), Document::new("b", "two")]).unwrap();
    let sample = Sample { detection: empty(&corpus), corpus, skipped: vec![] };
    let text = print(&sample, wide());
    assert!(text.contains("Nothing was found: no two texts share a passage"), "{text}");
    let corpus = Corpus::default();
    let sample = Sample { detection: empty(&corpus), corpus, skipped: vec![("missing".into(), 1)] };
    let text = print(&sample, wide());
    assert!(
        text.contains("There was nothing to read.") && text.contains("Not read: 1 (1 missing)."),
        "{text}"
    );
}

#[test]
fn changed_words_stand_on_their_own_lines() {
    let left = "The work will take eight months and cost eleven million.\n\nSurveyors found cracks \
                in the cast-steel ring last autumn.";
    let right = left.replace("Surveyors found", "Inspectors discovered");
    let corpus = Corpus::new([Document::new("a", left), Document::new("b", &*right)]).unwrap();
    let (recipe, thresholds) = (nearcopy::Recipe::default(), nearcopy::Thresholds::default());
    let (detection, _) =
        nearcopy::scan(&corpus, &recipe, &thresholds, &nearcopy::RunOptions::default(), &())
            .unwrap();
    let text = print(&Sample { detection, corpus, skipped: vec![] }, wide());
    let line = text
        .lines()
        .find(|l| l.contains("[-Surveyors found-]"))
        .unwrap_or_else(|| panic!("{text}"));
    assert!(
        line.trim_start().starts_with("3 [-Surveyors found-] cracks")
            && line.contains("3 {+Inspectors discovered+}"),
        "{text}"
    );
}

#[test]
fn compared_pairs_are_not_called_a_search() {
    let corpus = Corpus::new([Document::new("a", "one"), Document::new("b", "two")]).unwrap();
    let mut sample = Sample { detection: empty(&corpus), corpus, skipped: vec![] };
    sample.detection.summary.classes = 0;
    let text = print(&sample, wide());
    assert!(text.contains("Nothing was found: nothing was left to compare."), "{text}");
    assert!(!text.contains("different text"), "{text}");
    sample.detection.summary.candidates = 1;
    let text = print(&sample, wide());
    assert!(text.contains("Nothing was found: none of the pairs shares a passage."), "{text}");
    assert!(text.contains("1 candidate pair was compared, and not verified."), "{text}");
}

#[test]
fn counts_are_told() {
    let mut sample = storm();
    sample.detection.summary.renamed = 2;
    sample.detection.summary.limited = vec![("since".into(), 1200)];
    let text = print(&sample, wide());
    for said in [
        "2 documents shared an id with another text and were renamed",
        "Set aside: 1,200 (1,200 since).",
        "Not read: 3 (2 bad-json, 1 binary).",
        "1 key stood in too many texts",
        "4 candidate pairs were compared, 3 of them verified.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn long_lists_are_cut_and_say_so() {
    let corpus =
        Corpus::new((0..1000).map(|n| Document::new(format!("{n:04}"), "Some little text.")))
            .unwrap();
    let mut detection = empty(&corpus);
    let all: Vec<u32> = (0..400).collect();
    detection.equal = vec![all.clone()];
    detection.clusters = vec![Cluster { representative: 7, members: all, weakest: 1.0 }];
    let span = Span::new(0, 16);
    for n in 400..500 {
        let pair = Pair {
            a: n,
            b: n + 1,
            ..pair(&corpus, "0000", "0001", Relation::Quotes, [1.0, 1.0], &[])
        };
        detection.pairs.push(pair);
        detection.repeats.push(Repeat {
            tokens: 3,
            count: 40,
            documents: 40,
            paragraph: true,
            boilerplate: false,
            note: false,
            period: None,
            places: (n..n + 30).map(|document| Place { document, span }).collect(),
        });
    }
    let text = print(&Sample { corpus, detection, skipped: vec![] }, wide());
    assert!(text.contains("= same text: 0000, 0001, 0002, 0003, 0004 and 394 more"), "{text}");
    assert!(text.contains("… and 50 more pairs: --format json has all of them."), "{text}");
    assert!(text.contains("… and 50 more repeats: --format json has all of them."), "{text}");
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(joined.contains("and 30 more places"), "{text}");
    assert!(text.lines().count() < 600);
}

#[test]
fn a_huge_passage_is_quick() {
    let text = "All work and no play makes Jack a dull boy. ".repeat(200_000);
    let word = "x".repeat(4_000_000);
    let corpus = Corpus::new([
        Document::new("a", &*text),
        Document::new("b", &*text),
        Document::new("c", &*word),
        Document::new("d", &*word),
    ])
    .unwrap();
    let mut detection = empty(&corpus);
    for (a, b) in [(0, 1), (2, 3)] {
        let whole = Span::new(0, corpus.info(a as usize).bytes);
        let mut p = pair(&corpus, "a", "b", Relation::Quotes, [1.0, 1.0], &[]);
        let blocks = vec![Block { a: whole, b: whole }];
        p.comparison.matches =
            vec![Match { a: whole, b: whole, tokens_a: 1, tokens_b: 1, identity: 1.0, blocks }];
        (p.a, p.b) = (a, b);
        detection.pairs.push(p);
    }
    let text = print(&Sample { corpus, detection, skipped: vec![] }, wide());
    assert!(text.contains(" MB the same …"), "{text}");
    assert!(text.len() < 30_000);
}

#[test]
fn many_edits_show_both_ends() {
    let a: String = (0..2000).map(|n| format!("common{n} words and left{n} ")).collect();
    let b: String = (0..2000).map(|n| format!("common{n} words and right{n} ")).collect();
    let corpus =
        Corpus::new([Document::new("a", a.trim_end()), Document::new("b", b.trim_end())]).unwrap();
    let mut detection = empty(&corpus);
    let blocks = (0..2000).map(|n| {
        let passage = format!("common{n} words and");
        Block { a: place(&corpus, "a", &passage, 0).span, b: place(&corpus, "b", &passage, 0).span }
    });
    let whole = |n| Span::new(0, corpus.info(n).bytes);
    let found = Match {
        a: whole(0),
        b: whole(1),
        tokens_a: 8000,
        tokens_b: 8000,
        identity: 0.75,
        blocks: blocks.collect(),
    };
    let mut p = pair(&corpus, "a", "b", Relation::NearCopy, [1.0, 1.0], &[]);
    p.comparison.matches = vec![found];
    *detection.pairs = vec![p];
    let text = print(&Sample { corpus, detection, skipped: vec![] }, wide());
    assert!(
        text.contains("[-left0-]") && text.contains("{+right1999+}") && text.contains("words …"),
        "{text}"
    );
    assert!(text.lines().count() < 60, "{text}");
}

#[test]
fn a_text_that_changed_is_an_error() {
    let mut sample = storm();
    sample.detection.pairs[0].comparison.matches[0].a.end = 1 << 20;
    for write in [
        |f, out: &mut Vec<u8>| report::human(f, wide(), out),
        |f, out: &mut Vec<u8>| report::json(f, out),
    ] {
        let error = write(sample.findings(), &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
        assert!(error.to_string().contains("mirror/storm.txt"), "{error}");
    }
}

/// Texts and ids that try to act on a terminal.
fn hostile() -> Sample {
    let evil = "Clear \x1b[2J\x1b]0;owned\x07 the \u{9b}31m screen \u{202e}desrever\u{202c} \
                \u{2066}now\u{2069} \u{200b}hidden\u{feff} \
                soft\u{ad}hyphen \u{e0041}tag \u{e123} private \u{3164} filler \r over\x08\x08 \
                \u{2028} and \0 done";
    let corpus = Corpus::new([
        file("a\x1b[31m\u{202e}\n.txt", evil).source("src\x1b[0m\u{2067}").date("2026\x07"),
        file("b\u{200f}\t.txt", evil),
        file("c\u{200d}\u{a0}.txt", evil),
    ])
    .unwrap();
    let mut detection = empty(&corpus);
    let ids: Vec<String> = (0..3).map(|n| corpus.info(n).id.clone()).collect();
    *detection.pairs = vec![
        pair(&corpus, &ids[0], &ids[1], Relation::NearCopy, [1.0, 1.0], &[(evil, evil)]),
        pair(
            &corpus,
            &ids[0],
            &ids[2],
            Relation::Contains,
            [1.0, 1.0],
            &[(evil, &evil[..evil.find("soft").unwrap()])],
        ),
    ];
    detection.clusters = vec![Cluster { representative: 0, members: vec![0, 1], weakest: 1.0 }];
    detection.repeats = vec![Repeat {
        tokens: 20,
        count: 3,
        documents: 3,
        paragraph: false,
        boilerplate: false,
        note: false,
        period: Some(3),
        places: ids.iter().map(|id| place(&corpus, id, evil, 0)).collect(),
    }];
    detection.summary.limited = vec![("lim\x1b".into(), 1)];
    Sample { corpus, detection, skipped: vec![("re\u{202e}ason".into(), 1)] }
}

/// What no terminal may be given from a text.
fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{3164}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[test]
fn hostile_text_never_reaches_the_terminal() {
    let sample = hostile();
    for width in [20, 60, 100, 200] {
        for brief in [false, true] {
            let text = print(
                &sample,
                HumanOptions::default().with(|s| {
                    s.color = false;
                    s.width = width;
                    s.brief = brief;
                }),
            );
            assert_eq!(text.chars().find(|&c| acts(c)), None, "{text}");
            let text = plain(&print(
                &sample,
                HumanOptions::default().with(|s| {
                    s.color = true;
                    s.width = width;
                    s.brief = brief;
                }),
            ));
            assert_eq!(text.chars().find(|&c| acts(c)), None, "{text}");
        }
    }
    let text = print(&sample, wide().with(|s| s.width = 200));
    assert!(text.contains("a␛[31m\\u{202e}␊.txt") && text.contains("␛[2J"), "{text}");
    let mut out = Vec::new();
    report::json(sample.findings(), &mut out).unwrap();
    let json = String::from_utf8(out).unwrap();
    assert_eq!(json.chars().find(|&c| c != '\u{200d}' && acts(c)), None, "{json}");
    let back: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(back["documents"][0]["id"], "a\x1b[31m\u{202e}\n.txt");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_texts_and_spans_are_shown(
        texts in prop::collection::vec("([a-z]{1,8}[ ,.\n]{1,2}){0,80}|(.|[\r\n中é]){0,200}", 2),
        cuts in prop::collection::vec((0.0..1.0, 0.0..1.0, 0.0..1.0, 0.0..1.0), 1..12),
        width in 0usize..140,
        color in any::<bool>(),
    ) {
        let corpus =
            Corpus::new([file("a", &texts[0]), Document::new("b", texts[1].as_str())]).unwrap();
        let span = |n: usize, x: f64, y: f64| {
            let borders: Vec<usize> =
                texts[n].char_indices().map(|(at, _)| at).chain([texts[n].len()]).collect();
            let border = |share: f64| borders[(share * borders.len() as f64) as usize] as u32;
            Span::new(border(x).min(border(y)), border(x).max(border(y)))
        };
        let spans: Vec<(Span, Span)> =
            cuts.iter().map(|&(x, y, z, w)| (span(0, x, y), span(1, z, w))).collect();
        let blocks: Vec<Block> = spans.iter().map(|&(a, b)| Block { a, b }).collect();
        let found = spans.iter().map(|&(a, b)| Match {
            a,
            b,
            tokens_a: 1,
            tokens_b: 1,
            identity: 0.5,
            blocks: blocks.clone(),
        });
        let mut detection = empty(&corpus);
        *detection.pairs = vec![pair(&corpus, "a", "b", Relation::ContainedIn, [0.5, 0.5], &[])];
        detection.pairs[0].comparison.matches = found.collect();
        let text = print(
            &Sample { corpus, detection, skipped: vec![] },
            HumanOptions::default().with(|s| { s.color = color; s.width = width; }),
        );
        let text = if color { plain(&text) } else { text };
        // The left-to-right mark is the report's own: it keeps the columns apart; the joiner is
        // part of scripts and emoji.
        prop_assert_eq!(
            text.chars().find(|&c| acts(c) && !matches!(c, '\u{200c}'..='\u{200e}')),
            None
        );
    }
}
