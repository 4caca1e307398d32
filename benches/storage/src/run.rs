//! Owns: how fast an engine takes postings and finds them, and what it needs for it.

use crate::Res;
use crate::engines::{self, Engine};
use crate::keys::Keys;
use crate::packed::Packed;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Articles in a batch.
const BATCH: usize = 8000;
/// Seconds after which adding ends.
const LIMIT: f64 = 240.0;
const QUERIES: usize = 1000;
/// Only articles of about so many keys are asked for: else the slowest answers are those to the longest articles.
const ASKED: std::ops::RangeInclusive<usize> = 150..=190;

/// Postings in a bucket, of each layout.
pub fn bucket_of(layout: &str) -> Res<Option<u64>> {
    match layout.split_once(':') {
        _ if layout == "rows" => Ok(None),
        _ if layout == "packed" => Ok(Some(2000)),
        Some(("packed", size)) => Ok(Some(size.parse()?)),
        _ => Err(format!("no layout {layout}; rows, packed or packed:SIZE").into()),
    }
}

enum Store {
    Rows(Box<dyn Engine>),
    Packed(Packed),
}

impl Store {
    fn open(name: &str, layout: &str, dir: &Path) -> Res<Store> {
        let engine = engines::open(name, dir)?;
        Ok(match bucket_of(layout)? {
            None => Store::Rows(engine),
            Some(bucket) => Store::Packed(Packed::open(engine, bucket)?),
        })
    }

    fn add(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        match self {
            Store::Rows(engine) => engine.insert_rows(sorted),
            Store::Packed(packed) => packed.add(sorted),
        }
    }

    fn find(&mut self, keys: &[u64], found: &mut dyn FnMut(u64, u32)) -> Res<()> {
        match self {
            Store::Rows(engine) => engine.find_rows(keys, found),
            Store::Packed(packed) => packed.find(keys, found),
        }
    }
}

/// Adds the first `count` articles to a new index in `dir`, then asks.
pub fn run(name: &str, layout: &str, keys: &Path, count: usize, dir: &Path) -> Res<Value> {
    let memory = Memory::watch();
    let mut keys = Keys::open(keys)?;
    let count = count.min(keys.articles());
    let mut store = Store::open(name, layout, dir)?;
    let (mut seconds, mut worst, mut last, mut done, mut postings) = (0.0f64, 0.0f64, 0.0f64, 0, 0);
    while done < count && seconds < LIMIT {
        let to = (done + BATCH).min(count);
        let mut batch = keys.postings(done, to)?;
        postings += batch.len();
        let start = Instant::now();
        batch.sort_unstable();
        store.add(&batch)?;
        let took = start.elapsed().as_secs_f64();
        (seconds, worst, last) = (seconds + took, worst.max(took), (to - done) as f64 / took);
        done = to;
    }
    let inserting = memory.take();
    let bytes = size(dir)?;
    let runs = if let Store::Packed(packed) = &store { packed.runs() } else { 0 };
    let mut out = json!({
        "engine": name, "layout": layout, "asked": count, "articles": done, "postings": postings, "insert_s": round(seconds),
        "articles_per_s": (done as f64 / seconds) as u64, "worst_batch_s": round(worst), "last_batch_articles_per_s": last as u64,
        "runs": runs, "bytes_per_article": bytes / done as u64, "insert_memory_mb": inserting,
    });
    ask(&mut store, &mut keys, done, &mut out)?;
    out["query_memory_mb"] = json!(memory.take());
    drop(store);
    out["bytes_per_article_closed"] = json!(size(dir)? / done as u64);
    Ok(out)
}

/// Asks an index that [`run`] wrote.
pub fn query(name: &str, layout: &str, keys: &Path, count: usize, dir: &Path) -> Res<Value> {
    let memory = Memory::watch();
    let mut keys = Keys::open(keys)?;
    let count = count.min(keys.articles());
    let start = Instant::now();
    let mut store = Store::open(name, layout, dir)?;
    let mut out = json!({"engine": name, "layout": layout, "articles": count, "open_s": round(start.elapsed().as_secs_f64())});
    ask(&mut store, &mut keys, count, &mut out)?;
    out["query_memory_mb"] = json!(memory.take());
    Ok(out)
}

fn ask(store: &mut Store, keys: &mut Keys, count: usize, out: &mut Value) -> Res<()> {
    for (what, stored) in [("hit", true), ("miss", false)] {
        let (mut times, mut wrong, mut sum) = (Vec::new(), 0, 0);
        for i in 0..QUERIES as u64 {
            let mut article = (mix(i) % count as u64) as usize;
            while !ASKED.contains(&keys.count(article)) {
                article = (article + 1) % count;
            }
            let mut asked = keys.article(article)?;
            sum += asked.len();
            if !stored {
                asked.iter_mut().for_each(|k| *k = mix(*k ^ 0x5eed));
            }
            let mut own = 0;
            let start = Instant::now();
            store.find(&asked, &mut |_, unit| own += usize::from(unit as usize == article))?;
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            let wanted = if stored { asked.len() } else { 0 };
            wrong += usize::from(own != wanted);
        }
        times.sort_by(f64::total_cmp);
        let (p50, p99) = (round(times[QUERIES / 2]), round(times[QUERIES * 99 / 100]));
        out[what] = json!({"p50_ms": p50, "p99_ms": p99, "wrong": wrong, "keys": sum / QUERIES});
    }
    Ok(())
}

pub fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn round(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

/// Bytes on disk: blocks, for files with holes are not as long as they say.
fn size(dir: &Path) -> Res<u64> {
    use std::os::unix::fs::MetadataExt;
    let mut sum = 0;
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let data = entry.metadata()?;
        sum += if data.is_dir() { size(&entry.path())? } else { data.blocks() * 512 };
    }
    Ok(sum)
}

static RSS: AtomicU64 = AtomicU64::new(0);
static ANON: AtomicU64 = AtomicU64::new(0);

/// The greatest resident set, looked at 50 times a second.
struct Memory;

impl Memory {
    fn watch() -> Memory {
        std::thread::spawn(|| {
            loop {
                Memory::look();
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        });
        Memory
    }

    fn look() {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        for (name, peak) in [("VmRSS:", &RSS), ("RssAnon:", &ANON)] {
            let line = status.lines().find_map(|l| l.strip_prefix(name)).and_then(|l| l.trim().strip_suffix(" kB"));
            peak.fetch_max(line.and_then(|n| n.parse().ok()).unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// The peaks since the last call.
    fn take(&self) -> Value {
        Memory::look();
        json!({"rss": RSS.swap(0, Ordering::Relaxed) >> 10, "anon": ANON.swap(0, Ordering::Relaxed) >> 10})
    }
}
