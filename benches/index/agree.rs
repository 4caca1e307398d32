//! Checks that the index agrees with a scan: `index_agree ARTICLES.jsonl DIR [PRESET]` fills a new
//! index in DIR, queries it with every document before and after a compaction, and compares the
//! answers, pair by pair, with a `scan` of the same documents under `all_pairs`.

use nearcopy::index::Sighting;
use nearcopy::{
    Corpus, Detection, Document, Documents, Index, Preset, Recipe, Relation, RunOptions,
    Thresholds, scan,
};
use rayon::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};

/// A pair of ids, the smaller first.
type Pair = (String, String);

fn read(path: &str) -> Vec<Document> {
    let lines = BufReader::new(std::fs::File::open(path).expect(path)).lines();
    let document = |line: std::io::Result<String>| {
        let v: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        let field =
            |name: &str| v[name].as_str().map_or_else(|| v[name].to_string(), str::to_owned);
        let mut d = Document::new(field("id"), field("text"));
        d.info.title = v["title"].as_str().map(Into::into);
        d.info.source = v["source"].as_str().map(Into::into);
        d.info.date = v["date"].as_str().map(Into::into);
        d
    };
    lines.map(document).collect()
}

/// Formats relation, scores and spans of a pair, as seen from the smaller id.
fn told(relation: Relation, c: &nearcopy::Comparison) -> String {
    format!(
        "{relation:?} {:?} {:?} {:?}",
        (c.resemblance, c.coverage_a, c.coverage_b),
        c.facts,
        c.matches
    )
}

fn of_scan(found: &Detection, corpus: &Corpus) -> BTreeMap<Pair, String> {
    let id = |n: u32| corpus.info(n as usize).id.clone();
    found.pairs.iter().map(|p| ((id(p.a), id(p.b)), told(p.relation, &p.comparison))).collect()
}

/// The answers of the index for the first document of each class, seen from either side.
fn of_index(
    index: &Index,
    corpus: &Corpus,
    found: &Detection,
    t: &Thresholds,
) -> [BTreeMap<Pair, String>; 2] {
    let mut first = vec![true; corpus.count()];
    found.equal.iter().for_each(|class| class[1..].iter().for_each(|&n| first[n as usize] = false));
    let ask = |n: usize| {
        let d =
            Document::new(corpus.info(n).id.clone(), corpus.text(n).expect("a text").into_owned());
        let seen: Vec<Sighting> = index.seen(&d, t).expect("an answer");
        (d.info.id, seen)
    };
    let answers: Vec<(String, Vec<Sighting>)> =
        (0..corpus.count()).into_par_iter().filter(|n| first[*n]).map(ask).collect();
    let mut sides = [BTreeMap::new(), BTreeMap::new()];
    for (id, seen) in answers {
        for s in seen.into_iter().filter(|s| s.relation != Relation::Equal) {
            let smaller = id < s.info.id;
            let (pair, comparison) = if smaller {
                ((id.clone(), s.info.id), s.comparison)
            } else {
                ((s.info.id, id.clone()), s.comparison.flipped())
            };
            sides[usize::from(!smaller)]
                .insert(pair, told(comparison.relation.expect("related"), &comparison));
        }
    }
    sides
}

fn compare(
    name: &str,
    scan: &BTreeMap<Pair, String>,
    sides: &[BTreeMap<Pair, String>; 2],
) -> usize {
    let mut differing = 0;
    for (side, index) in ["asked by the smaller id", "asked by the larger id"].iter().zip(sides) {
        let missing: Vec<&Pair> = scan.keys().filter(|p| !index.contains_key(*p)).collect();
        let more: Vec<&Pair> = index.keys().filter(|p| !scan.contains_key(*p)).collect();
        // Relations may agree although the backgrounds differ.
        let word = |told: &str| told.split(' ').next().map(str::to_owned);
        let related =
            scan.iter().filter(|(p, c)| index.get(*p).is_some_and(|i| word(i) == word(c))).count();
        let other: Vec<&Pair> = scan
            .iter()
            .filter(|(p, c)| index.get(*p).is_some_and(|i| i != *c))
            .map(|p| p.0)
            .collect();
        let same = scan.len() - missing.len() - other.len();
        println!(
            "{name}, {side}: {same} of {} pairs the same, {related} in the same relation, {} \
             missing, {} more, {} told otherwise",
            scan.len(),
            missing.len(),
            more.len(),
            other.len()
        );
        for (what, list) in [("missing", &missing), ("more", &more), ("otherwise", &other)] {
            for p in list.iter().take(3) {
                println!("    {what}: {} {}", p.0, p.1);
                if std::env::var_os("SHOW").is_some() {
                    println!("        scan  {:?}\n        index {:?}", scan.get(*p), index.get(*p));
                }
            }
        }
        differing += missing.len() + more.len() + other.len();
    }
    differing
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (articles, dir, preset) = match args.as_slice() {
        [articles, dir] => (articles, dir, Preset::News),
        [articles, dir, preset] => (articles, dir, preset.parse().expect("a preset")),
        _ => {
            eprintln!("usage: index_agree ARTICLES.jsonl DIR [PRESET]");
            std::process::exit(2);
        }
    };
    let documents = read(articles);
    let (mut recipe, mut t) =
        (Recipe::default(), Thresholds::default().with(|s| s.all_pairs = true));
    preset.apply(&mut recipe, &mut t);
    let corpus = Corpus::new(documents).expect("a corpus");
    let (found, background) =
        scan(&corpus, &recipe, &t, &RunOptions::default(), &()).expect("a scan");
    let index = Index::create(dir, &recipe).expect("a new index");
    // The order is independent of the ids, as with documents from a crawler.
    let mut order: Vec<usize> = (0..corpus.count()).collect();
    order.sort_by_key(|n| (*n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let one = |n: usize| {
        let info = corpus.info(n);
        info.into_owned().with_text(corpus.text(n).expect("a text"))
    };
    index.add_all(order.into_iter().map(one)).expect("added");
    let pairs = of_scan(&found, &corpus);
    println!(
        "{} documents, {} classes, {} pairs",
        corpus.count(),
        found.summary.classes,
        pairs.len()
    );
    compare("before compact", &pairs, &of_index(&index, &corpus, &found, &t));
    index.compact(&t, &RunOptions::default(), &()).expect("compacted");
    println!(
        "background: scan {}, index {}",
        background.id(),
        index.background().expect("a background").id()
    );
    let differing = compare("after compact", &pairs, &of_index(&index, &corpus, &found, &t));
    let v = index.verify().expect("verified");
    println!(
        "verify: {} documents, {} postings, {} wrong {:?}",
        v.documents,
        v.postings,
        v.wrong,
        v.problems.first()
    );
    std::process::exit(i32::from(differing > 0 || v.wrong > 0));
}
