//! The index as a program for `benches/index/run.py`: `PROGRAM ARTICLES N SKIP WITH WITHOUT DIR`
//! fills a new index in DIR with the first N articles except those that SKIP names, queries it,
//! compacts it and queries it again. The last line of output is JSON.
//!
//! `PROGRAM --hostile ARTICLES N DIR` fills an index with N articles and as many texts of each kind
//! that is made to have many candidates, up to 2,000, and then asks about articles and texts of
//! each kind that it does not hold. It prints the times of both side by side, before and after a
//! compaction. A number behind DIR is the budget, [`Thresholds::compare_budget`].
//!
//! `PROGRAM --compacting ARTICLES N DIR` compacts an index of N articles, which it fills unless DIR
//! holds one, while one thread asks about others and another one adds some. A number behind DIR is
//! the memory of the compaction in MiB.

mod compacting;
mod hostile;

use nearcopy::{Document, Index, Preset, Recipe, RunOptions, Thresholds};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::time::{Duration, Instant};

/// Articles that are read in advance, so that JSON parsing is not timed.
const PART: usize = 32_768;

fn field(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn lines(path: &str) -> impl Iterator<Item = Value> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path).expect(path)).lines();
    lines.map(|l| serde_json::from_str(&l.expect("a line")).expect("JSON"))
}

fn document(v: &Value) -> Document {
    let mut d = Document::new(field(v, "id"), field(v, "text"));
    d.info.title = v["title"].as_str().map(Into::into);
    d.info.source = v["source"].as_str().map(Into::into);
    d.info.date = v["date"].as_str().map(Into::into);
    d
}

/// Measures the median and the 99th percentile in milliseconds, the matches per query, and the
/// share of queries that found their original.
fn ask(
    index: &Index,
    queries: &[(Document, Option<String>)],
    t: &Thresholds,
    limit: Duration,
) -> Value {
    let mut times: Vec<Duration> = Vec::new();
    let (mut found, mut matches, mut left_out) = (0, 0, 0);
    let begun = Instant::now();
    for (d, original) in queries.iter().take_while(|_| begun.elapsed() < limit) {
        let from = Instant::now();
        let answer = index.query(d, t).expect("an answer");
        times.push(from.elapsed());
        left_out += answer.left_out;
        let seen = answer.sightings;
        matches += seen.len();
        found +=
            usize::from(original.as_ref().is_some_and(|o| seen.iter().any(|s| s.info.id == *o)));
    }
    times.sort_unstable();
    let ms = |share: f64| {
        times
            .get((share * (times.len() as f64 - 1.0)) as usize)
            .map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    let n = times.len().max(1) as f64;
    let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e3 / n;
    let mut out = json!({
        "asked": times.len(), "p50_ms": ms(0.5), "p99_ms": ms(0.99), "mean_ms": mean,
        "matches": matches as f64 / n, "left_out": left_out as f64 / n,
    });
    if queries.iter().any(|q| q.1.is_some()) {
        out["found"] = json!(found as f64 / n);
    }
    out
}

fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix(name)).unwrap_or("0");
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().unwrap_or(0.0) / 1024.0
}

fn queries(path: &str) -> Vec<(Document, Option<String>)> {
    lines(path).map(|v| (document(&v), v["original"].as_str().map(Into::into))).collect()
}

/// Seconds after which no more texts of a kind are asked about.
const LONGEST: Duration = Duration::from_secs(20);

/// The number of texts of each kind that are added, and of those that are asked about.
const OF_A_KIND: usize = 2000;

/// Measures the lookups of hostile texts beside those of ordinary ones.
fn hostile(articles: &str, n: usize, dir: &str, t: &Thresholds) {
    let index = Index::create(dir, &Recipe::default()).expect("a new index");
    let mut ordinary: Vec<Document> = lines(articles).map(|v| document(&v)).collect();
    let asked = ordinary.split_off(n.min(ordinary.len().saturating_sub(OF_A_KIND)));
    index.add_all(ordinary).expect("added");
    let mut all = vec![("articles", asked)];
    for kind in hostile::KINDS {
        let texts = hostile::texts(kind, 2 * OF_A_KIND).into_iter().zip(0..);
        let of = |(text, n)| Document::new(format!("{kind} {n:05}"), text);
        let mut added: Vec<Document> = texts.map(of).collect();
        let asked = added.split_off(OF_A_KIND);
        index.add_all(added).expect("added");
        all.push((kind, asked));
    }
    for compacted in [false, true] {
        if compacted {
            index.compact(t, &RunOptions::default(), &()).expect("compacted");
        }
        println!("\n{}", if compacted { "compacted" } else { "filled" });
        let mut ordinary = None;
        for (kind, asked) in &all {
            let asked = asked.iter().take(OF_A_KIND).map(|d| (d.clone(), None));
            let found = ask(&index, &asked.collect::<Vec<_>>(), t, LONGEST);
            let [p50, p99, matches, left] = ["p50_ms", "p99_ms", "matches", "left_out"]
                .map(|name| found[name].as_f64().unwrap_or_default());
            let times = p99 / *ordinary.get_or_insert(p99);
            let asked = &found["asked"];
            println!(
                "{kind:24} {asked:5} asked, p50 {p50:8.3} ms  p99 {p99:8.3} ms  x{times:6.1}, \
                 {matches:6.2} related, {left:6.2} left out"
            );
        }
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [mode, articles, n, dir, budget @ ..] = args.as_slice()
        && mode == "--hostile"
    {
        let mut t = Thresholds::default();
        if let [budget] = budget {
            t.compare_budget = budget.parse().expect("a budget");
        }
        return hostile(articles, n.parse().expect("a number of articles"), dir, &t);
    }
    if let [mode, articles, n, dir, mib @ ..] = args.as_slice()
        && mode == "--compacting"
    {
        let n = n.parse().expect("a number of articles");
        let mib = mib.first().map(|mib| mib.parse().expect("a number of MiB"));
        println!("{}", compacting::compacting(articles, n, dir, mib));
        return;
    }
    let [articles, n, skip, with, without, dir] = args.as_slice() else {
        eprintln!("usage: index_bench ARTICLES N SKIP WITH WITHOUT DIR");
        std::process::exit(2);
    };
    let n: usize = n.parse().expect("a number of articles");
    let skip: HashSet<String> =
        std::fs::read_to_string(skip).expect("SKIP").lines().map(Into::into).collect();
    let mut recipe = Recipe::default();
    Preset::News.apply(&mut recipe, &mut Thresholds::default());
    let index = Index::create(dir, &recipe).expect("a new index");
    let mut source =
        lines(articles).map(|v| document(&v)).filter(|d| !skip.contains(&d.info.id)).take(n);
    let (mut inserted, mut spent, mut curve) = (0, Duration::ZERO, Vec::new());
    loop {
        let part: Vec<Document> = source.by_ref().take(PART.min(n.div_ceil(10))).collect();
        if part.is_empty() {
            break;
        }
        inserted += part.len();
        let from = Instant::now();
        index.add_all(part).expect("added");
        spent += from.elapsed();
        curve.push(json!([inserted, spent.as_secs_f64()]));
    }
    let (with, without) = (queries(with), queries(without));
    let asked = |all: &[_]| ask(&index, all, &Thresholds::default(), Duration::MAX);
    let (asked_with, asked_without) = (asked(&with), asked(&without));
    let filled = index.stats().expect("stats");
    let (rss, anon, peak) = (memory("VmRSS:"), memory("RssAnon:"), memory("VmHWM:"));
    let mut out = json!({
        "tool": "nearcopy", "documents": inserted, "insert_seconds": spent.as_secs_f64(),
            "insert_rate": inserted as f64 / spent.as_secs_f64(),
        "curve": curve, "with": asked_with, "without": asked_without, "rss_mib": rss,
            "rss_anon_mib": anon, "rss_peak_mib": peak,
        "disk_bytes": filled.file_bytes, "used_bytes": filled.used_bytes, "runs": filled.runs,
        "keys_bytes_per_article": filled.key_bytes as f64 / inserted as f64,
            "texts_bytes_per_article": filled.text_bytes as f64 / inserted as f64,
    });
    println!("{out}");
    if std::env::var_os("NO_COMPACT").is_some() {
        return;
    }
    let from = Instant::now();
    index.compact(&Thresholds::default(), &RunOptions::default(), &()).expect("compacted");
    let seconds = from.elapsed().as_secs_f64();
    // The memory of the compaction is freed by now; its peak is reported apart from that of the
    // queries.
    let compact_peak = memory("VmHWM:");
    let (asked_with, asked_without) = (asked(&with), asked(&without));
    let stats = index.stats().expect("stats");
    out["compacted"] = json!({
        "seconds": seconds, "with": asked_with, "without": asked_without,
            "rss_mib": memory("VmRSS:"), "rss_anon_mib": memory("RssAnon:"),
        "rss_peak_mib": compact_peak, "disk_bytes": stats.file_bytes,
            "used_bytes": stats.used_bytes,
        "keys_bytes_per_article": stats.key_bytes as f64 / inserted as f64,
    });
    println!("{out}");
}
