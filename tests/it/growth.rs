//! Work is bounded: corpora that are made to make it grow, at two sizes, counted in the steps that
//! the budgets use and in bytes of report. Seconds are measured in `benches/`.

mod comparison;
mod index;
mod left_out;

use crate::news::{Dice, word, words};
use nearcopy::progress::{Limit, Progress, Stage};
use nearcopy::report::{Findings, json};
use nearcopy::{Corpus, Detection, Document, Recipe, Relation, RunOptions, Thresholds, scan};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Counts the steps of all comparisons, those of clusters included.
#[derive(Default)]
struct Steps {
    compared: AtomicU64,
    /// The steps that comparisons took, and the bytes that they cut into tokens.
    taken: AtomicU64,
    tokenized: AtomicU64,
    comparing: AtomicBool,
    limits: Mutex<Vec<Limit>>,
}

impl Progress for Steps {
    fn begin(&self, stage: Stage, _total: u64) {
        let comparing = matches!(stage, Stage::Compare | Stage::Cluster);
        self.comparing.store(comparing, Ordering::Relaxed);
    }
    fn advance(&self, done: u64) {
        if self.comparing.load(Ordering::Relaxed) {
            self.compared.fetch_add(done, Ordering::Relaxed);
        }
    }
    fn compared(&self, steps: u64) {
        self.taken.fetch_add(steps, Ordering::Relaxed);
    }
    fn tokenized(&self, bytes: u64) {
        if self.comparing.load(Ordering::Relaxed) {
            self.tokenized.fetch_add(bytes, Ordering::Relaxed);
        }
    }
    fn limited(&self, limit: &Limit) {
        self.limits.lock().unwrap().push(limit.clone());
    }
}

fn corpus(texts: impl IntoIterator<Item = String>) -> Corpus {
    let of = |(n, text)| Document::new(format!("d{n:05}"), text);
    Corpus::new(texts.into_iter().enumerate().map(of)).unwrap()
}

/// Texts of a kind with about so many tokens together.
fn texts(kind: &str, tokens: usize) -> Vec<String> {
    let mut dice = Dice::new(3);
    let few = |dice: &mut Dice, of: usize, length: usize| {
        (0..length).map(|_| word(dice.below(of))).collect::<Vec<_>>().join(" ")
    };
    match kind {
        "few words" => (0..tokens / 200).map(|_| few(&mut dice, 4, 200)).collect(),
        "sentences in twenty" => {
            let documents = tokens / 300;
            let sentences: Vec<String> = (0..documents).map(|_| words(&mut dice, 15)).collect();
            let mut order: Vec<usize> = (0..documents * 20).map(|i| i % documents).collect();
            for i in (1..order.len()).rev() {
                order.swap(i, dice.below(i + 1));
            }
            let of = |own: &[usize]| {
                own.iter().map(|&i| sentences[i].clone() + ".").collect::<Vec<_>>().join(" ")
            };
            order.chunks(20).map(of).collect()
        }
        "a passage for each pair" => {
            let documents = ((tokens / 20) as f64).sqrt() as usize;
            let mut shared = BTreeMap::new();
            let mut text = |i: usize| {
                let others = (0..documents).filter(|&j| j != i);
                let passages = others.map(|j| {
                    shared
                        .entry((i.min(j), i.max(j)))
                        .or_insert_with(|| words(&mut dice, 20))
                        .clone()
                });
                passages.collect::<Vec<_>>().join("\n\n")
            };
            (0..documents).map(&mut text).collect()
        }
        "one template" => {
            let template: Vec<String> = (0..150).map(|i| word(1000 + i)).collect();
            let text = |dice: &mut Dice| {
                let mut text = template.clone();
                for place in (10..150).step_by(20) {
                    text[place] = dice.below(1_000_000).to_string();
                }
                text.join(" ")
            };
            (0..tokens / 150).map(|_| text(&mut dice)).collect()
        }
        _ => {
            // A book beside its chapters.
            let chapters: Vec<String> = (0..tokens / 400).map(|_| words(&mut dice, 200)).collect();
            let book = chapters.join("\n\n");
            chapters.into_iter().chain([book]).collect()
        }
    }
}

const KINDS: [&str; 5] =
    ["few words", "sentences in twenty", "a passage for each pair", "one template", "a book"];

/// A budget that a small corpus reaches.
fn thresholds() -> Thresholds {
    Thresholds::default().with(|t| t.compare_budget = 1)
}

fn found(corpus: &Corpus, steps: &Steps) -> Detection {
    let (recipe, options) = (Recipe::default(), RunOptions::default());
    scan(corpus, &recipe, &thresholds(), &options, steps).unwrap().0
}

#[test]
fn twice_the_corpus_takes_at_most_so_many_times_the_steps() {
    for kind in KINDS {
        let size = 150_000;
        let mut taken = Vec::new();
        for tokens in [size, 2 * size] {
            let corpus = corpus(texts(kind, tokens));
            let steps = Steps::default();
            let detection = found(&corpus, &steps);
            let compared = steps.compared.into_inner();
            assert!(compared <= 4 * tokens as u64, "{kind}: {compared} steps for {tokens} tokens");
            let mut report = Vec::new();
            let findings = Findings { detection: &detection, documents: &corpus, skipped: &[] };
            json(findings, &mut report).unwrap();
            let bytes = detection.summary.bytes as usize;
            assert!(report.len() <= 8 * bytes.max(200_000), "{kind}: {} of {bytes}", report.len());
            taken.push((compared.max(1), report.len() as u64));
        }
        let [(first, short), (second, long)] = taken[..] else { unreachable!() };
        assert!(10 * second <= 23 * first.max(100_000), "{kind}: {first} and {second} steps");
        assert!(10 * long <= 23 * short.max(100_000), "{kind}: {short} and {long} bytes");
    }
}

/// Articles of which each is printed twice, with a few words changed; turns of phrase come again
/// and again in them.
fn articles_in_twos(count: usize) -> Vec<String> {
    let mut dice = Dice::new(8);
    let sentence = |dice: &mut Dice| match dice.below(4) {
        0 => format!("{} one of the most of all {}.", words(dice, 5), words(dice, 6)),
        _ => format!("{}.", words(dice, 15)),
    };
    let text = |dice: &mut Dice| (0..14).map(|_| sentence(dice)).collect::<Vec<_>>().join(" ");
    let twice = |text: String| [text.replace(" the ", " a "), text];
    (0..count).flat_map(|_| twice(text(&mut dice))).collect()
}

#[test]
fn a_book_beside_its_articles_costs_as_articles_do() {
    let articles = articles_in_twos(700);
    // It holds every 14th of the articles, and is longer than what a thread keeps of texts.
    let book = articles.iter().step_by(14).map(String::as_str).collect::<Vec<_>>().join("\n\n");
    let options = RunOptions::default().with(|o| (o.threads, o.memory) = (1, Some(8 << 20)));
    let cost = |books: &[String]| {
        let texts = articles.iter().chain(books).cloned();
        let (corpus, steps) = (corpus(texts), Steps::default());
        let t = Thresholds::default().with(|t| t.all_pairs = true);
        let found = scan(&corpus, &Recipe::default(), &t, &options, &steps).unwrap().0;
        let of_book = found.pairs.iter().filter(|p| p.b == 1400).map(|p| p.relation);
        let contained = of_book.filter(|r| *r == Relation::ContainedIn).count();
        assert_eq!(contained, 200 * books.len());
        let Steps { compared, taken, tokenized, .. } = steps;
        [compared, taken, tokenized].map(AtomicU64::into_inner)
    };
    for (with, without) in cost(&[book]).into_iter().zip(cost(&[])) {
        assert!(2 * with <= 3 * without, "{with} and {without}");
    }
}

#[test]
fn what_a_budget_leaves_out_follows_from_the_set_and_is_named() {
    let texts = texts("one template", 60_000);
    let count = texts.len();
    let documents: Vec<Document> =
        texts.into_iter().zip(0..).map(|(t, n)| Document::new(format!("d{n:05}"), t)).collect();
    let mut turned = documents.clone();
    turned.reverse();
    let found = |documents: Vec<Document>, threads: usize| {
        let steps = Steps::default();
        let corpus = Corpus::new(documents).unwrap();
        let options = RunOptions::default().with(|o| o.threads = threads);
        let found = scan(&corpus, &Recipe::default(), &thresholds(), &options, &steps).unwrap().0;
        (found, steps.limits.into_inner().unwrap())
    };
    let (one, limits) = found(documents, 1);
    assert_eq!(one, found(turned, 3).0);
    let left_out = one.summary.limited.iter().find(|l| l.0 == "pairs-over-budget").unwrap().1;
    assert!(left_out > 1000, "{left_out}");
    let limit = &limits[0];
    assert_eq!((limit.reason, limit.count), ("pairs-over-budget", left_out));
    assert!(limit.documents as usize <= count && limit.some.len() == 3);
    assert!(limit.some.iter().all(|id| id.starts_with('d')));
}

/// Texts of their own, each with one sentence that all of them share.
fn one_sentence_in(count: usize) -> Corpus {
    let mut dice = Dice::new(5);
    let sentence =
        "The ferry to the northern islands leaves twice a day in summer and carries bicycles free.";
    corpus(
        (0..count)
            .map(|_| format!("{}. {sentence} {}.", words(&mut dice, 60), words(&mut dice, 60))),
    )
}

#[test]
fn pairs_that_share_frequent_repeats_alone_are_shown_as_these() {
    let corpus = one_sentence_in(12);
    // Without a source the sentence would be boilerplate, which makes no pair at all.
    let t = Thresholds::default().with(|t| (t.boilerplate_share, t.note_classes) = (1.0, 100));
    let found = |t: &Thresholds| {
        scan(&corpus, &Recipe::default(), t, &RunOptions::default(), &()).unwrap().0
    };
    let shown = found(&t);
    let all = found(&t.clone().with(|t| t.all_pairs = true));
    assert_eq!((all.pairs.len(), all.summary.limited.len()), (66, 0));
    assert_eq!(*shown.pairs, []);
    assert_eq!(shown.summary.limited, [("pairs-shown-as-repeats".to_owned(), 66)]);
    // The repeats show all that the pairs share, but for a few words at an end.
    assert_eq!(shown.repeats.len(), 1);
    let repeat = &shown.repeats[0];
    assert_eq!((repeat.documents, repeat.places.len()), (12, 12));
    for pair in &all.pairs {
        for (document, span) in
            pair.comparison.matches.iter().flat_map(|m| [(pair.a, m.a), (pair.b, m.b)])
        {
            let place = repeat.places.iter().find(|p| p.document == document).unwrap().span;
            assert!(place.start <= span.start + 40 && span.end <= place.end + 40);
        }
    }
    // Below the bound they are pairs.
    let pairs = found(&t.clone().with(|t| t.pairs_as_repeats = 13)).pairs;
    assert_eq!(pairs, all.pairs);
}

#[test]
fn beyond_the_budget_of_the_report_the_largest_are_listed_and_the_rest_counted() {
    let mut dice = Dice::new(9);
    // Each text quotes six others: short ones and long ones.
    let passages: Vec<String> =
        (0..4000).map(|i| words(&mut dice, if i % 4 == 0 { 40 } else { 20 })).collect();
    let text = |n: usize| {
        let own = (0..8).map(|k| &passages[(n * 2 + k) % passages.len()][..]);
        let rest = words(&mut Dice::new(n as u64), 90);
        own.chain([&rest[..]]).collect::<Vec<_>>().join(".\n\n")
    };
    let corpus = corpus((0..2000).map(text));
    let found = |t: Thresholds| {
        scan(&corpus, &Recipe::default(), &t, &RunOptions::default(), &()).unwrap().0
    };
    let all = found(Thresholds::default().with(|t| t.report_budget = u32::MAX));
    let cut = found(Thresholds::default().with(|t| t.report_budget = 0));
    let count = |reason: &str| {
        cut.summary.limited.iter().find(|l| l.0 == reason).map_or(0, |l| l.1) as usize
    };
    let left = count("pairs-not-listed");
    assert!(left > 0, "{:?}", cut.summary);
    assert_eq!(cut.pairs.len() + left, all.pairs.len());
    assert_eq!(cut.repeats.len() + count("repeats-not-listed"), all.repeats.len());
    assert_eq!(cut.clusters, all.clusters);
    let tokens = |p: &nearcopy::detection::Pair| -> u32 {
        p.comparison.matches.iter().map(|m| m.tokens_a.min(m.tokens_b)).sum()
    };
    let quotes = |p: &&nearcopy::detection::Pair| p.relation == Relation::Quotes;
    let shortest = cut.pairs.iter().filter(quotes).map(tokens).min().unwrap();
    let left = all.pairs.iter().filter(quotes).filter(|p| !cut.pairs.contains(p)).map(tokens);
    assert!(left.max().unwrap() <= shortest);
}

#[test]
fn templates_of_one_outlet_take_no_quotation_of_others_away() {
    let mut dice = Dice::new(11);
    let passages: Vec<String> = (0..40).map(|_| words(&mut dice, 30)).collect();
    let quoting = (0..80).map(|n| format!("{}. {}", words(&mut dice, 80), passages[n % 40]));
    let quoting: Vec<String> = quoting.collect();
    let pairs = |texts: Vec<String>| {
        let of = |(n, text): (usize, String)| Document::new(format!("d{n:05}"), text);
        let corpus = Corpus::new(texts.into_iter().enumerate().map(of)).unwrap();
        let found = found(&corpus, &Steps::default());
        let among = |p: &&nearcopy::detection::Pair| p.b < 80;
        found.pairs.iter().filter(among).map(|p| (p.a, p.b)).collect::<Vec<_>>()
    };
    let alone = pairs(quoting.clone());
    assert!(alone.len() >= 40);
    assert_eq!(pairs([quoting, texts("one template", 120_000)].concat()), alone);
}
