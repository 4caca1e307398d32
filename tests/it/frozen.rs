//! Frozen vectors: what is stored today must be read alike tomorrow.
//!
//! A change in `tests/frozen` means that keys, reports or backgrounds made by an earlier version no
//! longer fit: raise the version that it carries (`FORMAT` of the recipe, `nearcopy.report/1`,
//! `nearcopy.background/1`) and say so in the changelog. Then `UPDATE=1 cargo test --test it
//! frozen` rewrites the files.

use crate::news;
use nearcopy::bench::Fingerprinter;
use nearcopy::text::tokenize;
use nearcopy::{
    Background, Corpus, Document, Recipe, RunOptions, Thresholds, compare, report, scan,
};
use std::fmt::Write;
use std::{env, fs};

/// Holds `now` against the file, or writes it.
fn held(name: &str, now: &str) {
    let file = format!("tests/frozen/{name}");
    if env::var_os("UPDATE").is_some_and(|v| v == "1") {
        fs::write(&file, now).unwrap();
    }
    let frozen = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        frozen == now,
        "{file} has\n{frozen}\nbut this version makes\n{now}\nWhat is stored was made with the \
         former. If the change is wanted, raise the \
         format version (src/sketch/recipe.rs, or the schema's number), then UPDATE=1 cargo test \
         --test it frozen"
    );
}

const WORDS: [&str; 24] = [
    "word",
    "WORD",
    "isn’t",
    "isn't",
    "ﬁnance",
    "finance",
    "Straße",
    "STRASSE",
    "e\u{301}té",
    "été",
    "ﬀ½",
    "co\u{ad}operate",
    "zero\u{200b}width",
    "ＦＵＬＬ",
    "１２３",
    "Ⅷ",
    "İstanbul",
    "ΣΊΣΥΦΟΣ",
    "exam-\nple",
    "1,750.25",
    "漢",
    "คำ",
    "مُحَمَّد",
    "U.S.A",
];

#[test]
fn token_hashes() {
    let mut now = String::new();
    for w in WORDS {
        let tokens = tokenize(w);
        let _ = write!(now, "{w:?}");
        for (hash, span) in tokens.hashes.iter().zip(&tokens.spans) {
            let _ = write!(now, " {hash:016x}@{}..{}", span.start, span.end);
        }
        now.push('\n');
    }
    held("tokens.txt", &now);
}

const A: &str = "The harbour bridge will close for repairs on Monday, the port authority said, and \
                 reopen in the spring of next year.\n\n\
                 Ferries will run every ten minutes while the bridge is closed, and cyclists are \
                 asked to take the northern route.";
const B: &str = "The harbour bridge will close for repairs on Tuesday, the port authority told \
                 reporters, and reopen in the spring.\n\n\
                 Ferries will run every ten minutes while the bridge is closed, and cyclists are \
                 asked to take the northern route.";
const ZH: &str = "港务局周一表示，港口大桥将于下月关闭维修，预计明年春天重新开放，\
    届时渡轮将增加班次以缓解交通压力。";

#[test]
fn keys_and_sets() {
    let recipe = Recipe::default();
    let mut fingerprinter = Fingerprinter::new(&recipe);
    let mut now = format!("recipe {}\n", recipe.id());
    let hex = |keys: &[u64]| keys.iter().map(|k| format!(" {k:016x}")).collect::<String>();
    for (name, text) in
        [("a", A), ("b", B), ("zh", ZH), ("short", "Three words here"), ("none", " … ")]
    {
        let f = fingerprinter.fingerprint(text);
        let mut set: Vec<Vec<u64>> =
            tokenize(text).hashes.windows(5).map(<[u64]>::to_vec).collect();
        set.sort_unstable();
        set.dedup();
        let _ = writeln!(
            now,
            "\n{name}: {} tokens, {} windows of five, exact {}",
            f.tokens,
            set.len(),
            f.exact.map_or("none".into(), |exact| format!("{exact:032x}"))
        );
        let signature = fingerprinter.signature(text);
        let first: String = signature[..8].iter().map(|lane| format!(" {lane:08x}")).collect();
        let _ = writeln!(now, "signature of {} lanes:{first}", signature.len());
        let bands = f.bands.len();
        let _ = writeln!(now, "{bands} bands:{}", hex(&f.bands[..bands.min(4)]));
        let _ = writeln!(now, "paragraph bands:{}", hex(&f.paragraph_bands));
        let _ = writeln!(now, "anchors:{}", hex(&f.anchors));
        let _ = writeln!(now, "paragraphs:{}", hex(&f.paragraphs));
    }
    let c = compare(A, B, &Background::default(), &recipe, &Thresholds::default());
    let _ = writeln!(
        now,
        "\na, b: resemblance {} containment {} {}",
        c.resemblance, c.containment_a, c.containment_b
    );
    held("keys.txt", &now);
}

#[test]
fn recipe_ids_differ_by_every_field() {
    let of = |json: &str| serde_json::from_str::<Recipe>(json).unwrap().id();
    let fields = [
        "{}",
        r#"{"shingle":6}"#,
        r#"{"lanes":64}"#,
        r#"{"target-resemblance":0.5}"#,
        r#"{"target-chance":0.8}"#,
        r#"{"paragraph-resemblance":0.5}"#,
        r#"{"paragraph-chance":0.7}"#,
        r#"{"paragraph-lanes":16}"#,
        r#"{"paragraph-shingles":8}"#,
        r#"{"anchor":6}"#,
        r#"{"anchor-rate":2}"#,
        r#"{"min-anchors":3}"#,
        r#"{"max-bucket":16}"#,
        r#"{"max-frequency":32}"#,
        r#"{"seed":2}"#,
    ];
    let ids: Vec<String> = fields.iter().map(|f| of(f)).collect();
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    assert_eq!(different.len(), fields.len());
    let now: String = fields.iter().zip(&ids).map(|(f, id)| format!("{id} {f}\n")).collect();
    held("recipes.txt", &now);
}

/// A corpus in which everything that a report can name stands.
fn tiny() -> Corpus {
    let twice = "Send letters to the editors at twelve Harbour Street before noon on Friday.";
    Corpus::new([
        Document::new("a", A).source("Courier").date("2026-01-02"),
        Document::new("b", B).source("Ledger").date("2026-01-01"),
        Document::new("c", A.to_uppercase()).source("Post"),
        Document::new("d", format!("{twice}\n\nNothing else.\n\n{twice}")),
        Document::new(
            "quote",
            format!(
                "Our review of the week begins here, with little to say.\n\n{}",
                A.split("\n\n").nth(1).unwrap()
            ),
        ),
        Document::new("same id", "One text\u{1b}[31m."),
        Document::new("same id", "Another text."),
        Document::new("zh1", ZH),
        Document::new("zh2", ZH.replace("周一", "星期二")),
        Document::new("empty", ""),
    ])
    .unwrap()
}

#[test]
fn the_report() {
    let corpus = tiny();
    let (found, _) =
        scan(&corpus, &Recipe::default(), &Thresholds::default(), &RunOptions::default(), &())
            .unwrap();
    let skipped = [("not-an-object".to_owned(), 2)];
    let findings = report::Findings { detection: &found, documents: &corpus, skipped: &skipped };
    let (mut json, mut lines) = (Vec::new(), Vec::new());
    report::json(findings, &mut json).unwrap();
    report::jsonl(findings, &mut lines).unwrap();
    held("report.json", &String::from_utf8(json).unwrap());
    held("report.jsonl", &String::from_utf8(lines).unwrap());
}

#[test]
fn the_background() {
    let recipe = Recipe::default();
    let corpus = news::corpus(8, 60);
    let (_, drawn) =
        scan(&corpus, &recipe, &Thresholds::default(), &RunOptions::default(), &()).unwrap();
    assert!(!drawn.paragraphs.is_empty() && !drawn.anchors.is_empty() && !drawn.common.is_empty());
    held("background.json", &(drawn.to_json(&recipe.id()) + "\n"));
    let frozen = fs::read_to_string("tests/frozen/background.json").unwrap();
    assert_eq!(
        Background::from_json(&frozen, &recipe.id(), "tests/frozen/background.json").unwrap(),
        drawn
    );
}
