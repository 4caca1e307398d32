//! The index as a program for `benches/index/run.py`: `PROGRAM ARTICLES N SKIP WITH WITHOUT DIR`
//! fills a new index in DIR with the first N articles except those that SKIP names, queries it,
//! compacts it and queries it again. The last line of output is JSON.

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
fn ask(index: &Index, queries: &[(Document, Option<String>)]) -> Value {
    let mut times: Vec<Duration> = Vec::new();
    let (mut found, mut matches) = (0, 0);
    for (d, original) in queries {
        let from = Instant::now();
        let seen = index.seen(d, &Thresholds::default()).expect("an answer");
        times.push(from.elapsed());
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
    let n = queries.len().max(1) as f64;
    let mean = times.iter().sum::<Duration>().as_secs_f64() * 1e3 / n;
    let mut out = json!({"p50_ms": ms(0.5), "p99_ms": ms(0.99), "mean_ms": mean,
        "matches": matches as f64 / n});
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

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
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
    let (asked_with, asked_without) = (ask(&index, &with), ask(&index, &without));
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
    let (asked_with, asked_without) = (ask(&index, &with), ask(&index, &without));
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
