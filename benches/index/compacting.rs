//! Queries and writers while an index is compacted.

use super::{document, lines, memory};
use nearcopy::{Document, Index, Recipe, RunOptions, Thresholds};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The documents that are asked about and added meanwhile, each half of them.
const OTHERS: usize = 20_000;
/// A writer waits so long after each document.
const PAUSE: Duration = Duration::from_millis(20);

/// Fills the index with the first `n` articles unless it holds as many, compacts it with so many
/// MiB, and measures queries and additions of others meanwhile.
pub fn compacting(articles: &str, n: usize, dir: &str, mib: Option<u64>) -> Value {
    let index = Index::open_or_create(dir, &Recipe::default()).expect("an index");
    let mut source = lines(articles).map(|v| document(&v));
    if index.stats().expect("stats").documents < n as u64 {
        index.add_all(source.by_ref().take(n)).expect("added");
    } else {
        source.by_ref().take(n).for_each(drop);
    }
    let mut asked: Vec<Document> = source.take(OTHERS).collect();
    let added = asked.split_off(asked.len() / 2);
    let options = RunOptions::default().with(|o| o.memory = mib.map(|mib| mib << 20));
    let t = Thresholds::default();
    let done = AtomicBool::new(false);
    let goes_on = || !done.load(Ordering::Relaxed);
    let mut anonymous: f64 = 0.0;
    let (mut queries, mut waits, mut seconds) = (Vec::new(), Vec::new(), 0.0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for d in asked.iter().cycle().take_while(|_| goes_on()) {
                let from = Instant::now();
                index.seen(d, &t).expect("an answer");
                queries.push(from.elapsed());
            }
        });
        scope.spawn(|| {
            for d in added.iter().take_while(|_| goes_on()) {
                let from = Instant::now();
                index.add(d).expect("added");
                waits.push(from.elapsed());
                std::thread::sleep(PAUSE);
            }
        });
        scope.spawn(|| {
            while goes_on() {
                anonymous = anonymous.max(memory("RssAnon:"));
                std::thread::sleep(PAUSE);
            }
        });
        let from = Instant::now();
        index.compact(&t, &options, &()).expect("compacted");
        seconds = from.elapsed().as_secs_f64();
        done.store(true, Ordering::Relaxed);
    });
    let problems = index.verify().expect("verified").problems;
    assert!(problems.is_empty(), "{problems:?}");
    json!({
        "documents": n, "memory_mib": mib, "seconds": seconds, "rss_anon_peak_mib": anonymous,
        "rss_peak_mib": memory("VmHWM:"), "queries": times(queries), "additions": times(waits),
    })
}

fn times(mut times: Vec<Duration>) -> Value {
    times.sort_unstable();
    let ms = |share: f64| {
        let at = (share * times.len().saturating_sub(1) as f64) as usize;
        times.get(at).map(|time| time.as_secs_f64() * 1e3)
    };
    json!({ "count": times.len(), "p50_ms": ms(0.5), "p99_ms": ms(0.99), "max_ms": ms(1.0) })
}
