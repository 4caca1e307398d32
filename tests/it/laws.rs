//! The laws as tests: findings are a function of the set of documents, spans are on tokens, no
//! collision of work, limits hold.

mod boilerplate;
mod limits;
mod work;

use crate::news::{self, Dice};
use nearcopy::progress::Stage;
use nearcopy::text::tokenize;
use nearcopy::{
    Background, Compare, Corpus, Detection, Document, DocumentInfo, Documents, Error, Progress,
    Recipe, RunOptions, Span, Thresholds, compare_pairs, report, scan,
};
use proptest::prelude::*;
use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

fn with_threads(
    documents: Vec<Document>,
    t: &Thresholds,
    threads: usize,
) -> (Corpus, Detection, Background) {
    let corpus = Corpus::new(documents).unwrap();
    let (found, background) = scan(
        &corpus,
        &Recipe::default(),
        t,
        &RunOptions::default().with(|s| {
            s.threads = threads;
            // Of the runs that are compared, one has its keys in a scratch file.
            s.memory = (threads == 1 && cfg!(feature = "spill")).then_some(1000);
        }),
        &(),
    )
    .unwrap();
    (corpus, found, background)
}

fn found(documents: Vec<Document>, t: &Thresholds) -> (Corpus, Detection) {
    let (corpus, found, _) = with_threads(documents, t, 0);
    (corpus, found)
}

fn json(corpus: &Corpus, found: &Detection) -> String {
    let mut out = Vec::new();
    report::json(report::Findings { detection: found, documents: corpus, skipped: &[] }, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(8)
    })]

    /// Law 1: not of order, not of threads.
    #[test]
    fn findings_are_a_function_of_the_set(
        seed in 0u64..1_000_000,
        count in 10usize..70,
        order: u64,
        all_pairs: bool,
    ) {
        let t = Thresholds::default().with(|s| s.all_pairs = all_pairs);
        let mut documents = news::documents(seed, count);
        // Some ids stand for one text twice, some for two texts.
        documents.extend(documents[..count / 10].to_vec());
        documents[count / 2].info.id = documents[count / 3].info.id.clone();
        let (corpus, first, background) = with_threads(documents.clone(), &t, 1);
        for threads in [2, 7] {
            Dice::new(order ^ threads as u64).shuffle(&mut documents);
            let (again, other, drawn) = with_threads(documents.clone(), &t, threads);
            prop_assert_eq!(&first, &other);
            prop_assert_eq!(&background, &drawn);
            prop_assert_eq!(json(&corpus, &first), json(&again, &other));
        }
    }

    /// Law 1: a pair scanned is a pair compared, with the scan's background.
    #[test]
    fn compare_pairs_says_what_the_scan_says(seed in 0u64..1_000_000) {
        let t = Thresholds::default().with(|s| s.all_pairs = true);
        let (corpus, found, background) = with_threads(news::documents(seed, 40), &t, 2);
        let stored = Background::from_json(
            &background.to_json(&found.recipe_id),
            &found.recipe_id,
            "the background",
        )
        .unwrap();
        let pairs: Vec<(u32, u32)> = found.pairs.iter().rev().map(|p| (p.b, p.a)).collect();
        let again = compare_pairs(
            &corpus,
            &pairs,
            &stored,
            &Recipe::default(),
            &t,
            &RunOptions::default(),
            &(),
        )
        .unwrap();
        prop_assert_eq!(&again.pairs, &found.pairs);
        prop_assert_eq!(&again.background_id, &found.background_id);
        // Where none is given, it is drawn from the documents.
        let drawn = Compare::new().thresholds(t).pairs(&corpus, &pairs).unwrap();
        prop_assert_eq!(&drawn, &again);
    }

    /// Law 3: every reported span begins and ends on a token of its own text, and repeats are what
    /// they say.
    #[test]
    fn spans_are_on_tokens(seed in 0u64..1_000_000) {
        let (corpus, found) = found(
            news::documents(seed, 60),
            &Thresholds::default().with(|s| s.all_pairs = true),
        );
        let texts: Vec<String> =
            (0..corpus.count()).map(|n| corpus.text(n).unwrap().into_owned()).collect();
        let tokens: Vec<_> = texts.iter().map(|t| tokenize(t)).collect();
        let inside = |n: u32, span: Span| {
            let spans = &tokens[n as usize].spans;
            let first =
                spans.binary_search_by_key(&span.start, |s| s.start).expect("begins on a token");
            let last = spans.binary_search_by_key(&span.end, |s| s.end).expect("ends on a token");
            &tokens[n as usize].hashes[first..=last]
        };
        for p in &found.pairs {
            prop_assert!(p.a < p.b);
            for m in &p.comparison.matches {
                inside(p.a, m.a);
                inside(p.b, m.b);
                for block in &m.blocks {
                    prop_assert_eq!(inside(p.a, block.a), inside(p.b, block.b));
                }
            }
        }
        for r in &found.repeats {
            let first = inside(r.places[0].document, r.places[0].span);
            if let Some(period) = r.period {
                prop_assert!(first.iter().zip(&first[period as usize..]).all(|(x, y)| x == y));
            } else {
                prop_assert_eq!(first.len() as u32, r.tokens);
                prop_assert!(r.places.iter().all(|p| inside(p.document, p.span) == first));
                prop_assert!(r.count >= r.places.len() as u64);
            }
            prop_assert!(r.places.is_sorted() && r.documents <= r.count.max(1));
        }
        for (n, t) in tokens.iter().enumerate() {
            prop_assert_eq!(found.tokens[n] as usize, t.len());
        }
    }

    /// Totality: any characters at all, in any number of texts.
    #[test]
    fn any_texts_are_scanned(texts in prop::collection::vec("(\\PC{0,6}[ \
        \\n\u{200b}-]?){0,12}|(漢字仮名 ?){0,20}|([ab] ){0,40}", 0..8)) {
        let documents = texts
            .iter()
            .enumerate()
            .map(|(i, t)| Document::new(format!("{}", i % 5), t.as_str()))
            .collect();
        let (corpus, found) = found(documents, &Thresholds::default());
        prop_assert_eq!(found.summary.documents, texts.len() as u64);
        serde_json::from_str::<serde_json::Value>(&json(&corpus, &found)).unwrap();
    }
}

/// Says stop when a stage begins.
struct Stop {
    at: Stage,
    now: AtomicBool,
}

impl Progress for Stop {
    fn begin(&self, stage: Stage, _total: u64) {
        if stage == self.at {
            self.now.store(true, Ordering::SeqCst);
        }
    }
    fn cancelled(&self) -> bool {
        self.now.load(Ordering::SeqCst)
    }
}

#[test]
fn a_cancelled_scan_ends_at_any_stage() {
    let corpus = news::corpus(7, 80);
    for at in
        [Stage::Fingerprint, Stage::Candidates, Stage::Compare, Stage::Cluster, Stage::Repeats]
    {
        let stop = Stop { at, now: AtomicBool::new(false) };
        let ended = scan(
            &corpus,
            &Recipe::default(),
            &Thresholds::default(),
            &RunOptions::default(),
            &stop,
        );
        assert_eq!(ended.err(), Some(Error::Cancelled), "{at:?}");
    }
    let stop = Stop { at: Stage::Compare, now: AtomicBool::new(false) };
    let options = RunOptions::default();
    let ended = compare_pairs(
        &corpus,
        &[(0, 1)],
        &Background::default(),
        &Recipe::default(),
        &Thresholds::default(),
        &options,
        &stop,
    );
    assert_eq!(ended.err(), Some(Error::Cancelled));
}

#[test]
fn a_background_keeps_its_id_and_is_not_mixed() {
    let recipe = Recipe::default();
    let (_, _, drawn) = with_threads(news::documents(3, 120), &Thresholds::default(), 0);
    assert!(!drawn.paragraphs.is_empty() && !drawn.common.is_empty(), "{drawn:?}");
    for background in [drawn, Background::default()] {
        let json = background.to_json(&recipe.id());
        assert_eq!(Background::from_json(&json, &recipe.id(), "it").unwrap(), background);
        let other = Recipe::default().with(|s| s.shingle = 4);
        match Background::from_json(&json, &other.id(), "it") {
            Err(Error::Mixed { wanted, found, .. }) => {
                assert!(wanted.contains(&other.id()) && found.contains(&recipe.id()))
            }
            other => panic!("{other:?}"),
        }
        // A background of the version before has no set phrases, and is read.
        let plain = background.clone().with_set_phrases(Vec::new());
        let older = plain.to_json(&recipe.id()).replace("background/3", "background/2");
        let older = older.replace("\"set_phrases\":[],", "");
        assert!(!older.contains("set_phrases"));
        assert_eq!(Background::from_json(&older, &recipe.id(), "it").unwrap(), plain);
        let newer = json.replace("background/3", "background/4");
        assert!(matches!(
            Background::from_json(&newer, &recipe.id(), "it"),
            Err(Error::Mixed { .. })
        ));
        let damaged = json.replacen("\"classes\":", "\"classes\":1", 1);
        for bad in [damaged.as_str(), &json[..json.len() / 2], "", "{}", "[]"] {
            assert!(
                matches!(
                    Background::from_json(bad, &recipe.id(), "it"),
                    Err(Error::Malformed { .. })
                ),
                "{bad}"
            );
        }
    }
}

#[test]
fn an_empty_corpus_is_a_corpus() {
    let (corpus, nothing, background) = with_threads(Vec::new(), &Thresholds::default(), 2);
    assert_eq!((nothing.summary.documents, nothing.pairs.len(), nothing.clusters.len()), (0, 0, 0));
    assert_eq!(background, Background::default());
    assert!(json(&corpus, &nothing).contains("nearcopy.report/1"));
}

#[test]
fn equal_ids_lose_nothing() {
    let text = news::words(&mut Dice::new(1), 40);
    let other = news::words(&mut Dice::new(2), 40);
    let of = |texts: &[&str]| texts.iter().map(|t| Document::new("page", *t)).collect::<Vec<_>>();
    let (corpus, same) = found(of(&[&text, &text, &text]), &Thresholds::default());
    assert_eq!((same.summary.renamed, corpus.info(2).id.as_str()), (0, "page"));
    assert_eq!(same.equal, [[0, 1, 2]]);
    let (corpus, two) = found(of(&[&text, &other, &text]), &Thresholds::default());
    assert_eq!((two.summary.documents, two.summary.renamed, two.summary.classes), (3, 3, 2));
    let ids: std::collections::BTreeSet<_> = (0..3).map(|n| corpus.info(n).id.clone()).collect();
    assert!(
        ids.len() == 2 && ids.iter().all(|id| id.starts_with("page@") && id.len() == 13),
        "{ids:?}"
    );
}

/// A corpus whose last text can be read so many times, and whose documents may stand in the wrong
/// order.
struct Failing {
    corpus: Corpus,
    reads: AtomicU32,
    reversed: bool,
}

impl Documents for Failing {
    fn count(&self) -> usize {
        self.corpus.count()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        self.corpus.info(if self.reversed { self.count() - 1 - number } else { number })
    }
    fn text(&self, number: usize) -> nearcopy::Result<Cow<'_, str>> {
        let last = number + 1 == self.count();
        let left = !last
            || self
                .reads
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok();
        if left {
            return self.corpus.text(number);
        }
        Err(Error::TextGone { id: self.info(number).id.clone(), why: "the disk is gone".into() })
    }
}

#[test]
fn what_cannot_be_scanned_is_an_error_that_names_it() {
    let story = news::words(&mut Dice::new(1), 60);
    let copies = || {
        Corpus::new((0..5).map(|i| Document::new(format!("c{i}"), format!("{story} number {i}"))))
            .unwrap()
    };
    let run = |documents: &dyn Documents, recipe: &Recipe, t: &Thresholds| {
        scan(documents, recipe, t, &RunOptions::default(), &()).map(|_| ())
    };
    let (recipe, t) = (Recipe::default(), Thresholds::default());
    for reads in [0, 1] {
        let failing = Failing { corpus: copies(), reads: AtomicU32::new(reads), reversed: false };
        assert_eq!(
            run(&failing, &recipe, &t),
            Err(Error::TextGone { id: "c4".into(), why: "the disk is gone".into() }),
            "after {reads} reads"
        );
    }
    let reversed = Failing { corpus: copies(), reads: AtomicU32::new(100), reversed: true };
    assert_eq!(run(&reversed, &recipe, &t), Err(Error::Unordered { id: "c3".into() }));
    let bad = [
        (recipe.clone().with(|s| s.shingle = 0), t.clone()),
        (recipe.clone(), t.clone().with(|s| s.min_match = 1)),
    ];
    for (recipe, t) in bad {
        assert!(matches!(run(&copies(), &recipe, &t), Err(Error::Setting { .. })));
    }
}
