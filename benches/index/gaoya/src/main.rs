//! Measures an alternative to nearcopy's index: gaoya, `MinHashIndex` in memory, on one core.
//! `../peer.py` documents how it is called and what is timed.
//!
//! It uses 21 bands of 6 rows, as datasketch chooses for a threshold of .55 and 128 permutations,
//! or those of INDEX_BANDS. Candidates of a band are verified by their whole signature, which gaoya
//! stores. The ids of a band are in `SmallVecContainer`, which the documentation recommends where
//! few texts are similar.

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, SmallVecContainer};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::error::Error;
use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader};
use std::time::Instant;

const THRESHOLD: f64 = 0.55;
const WORDS: usize = 5;
const BATCH: usize = 500;

#[derive(Deserialize)]
struct Record {
    id: String,
    text: String,
    original: Option<String>,
}

type Records = Box<dyn Iterator<Item = Result<Record, Box<dyn Error>>>>;

fn records(path: &str) -> Result<Records, Box<dyn Error>> {
    let lines = BufReader::with_capacity(1 << 20, File::open(path)?).lines();
    Ok(Box::new(lines.map(|line| Ok(serde_json::from_str(&line?)?))))
}

struct Index {
    /// The ids of the articles by number; gaoya receives the number, since it stores an id per
    /// band.
    ids: Vec<Box<str>>,
    hasher: MinHasher32<Fnv>,
    bands: MinHashIndex<u32, u32, SmallVecContainer<u32, 4>>,
}

/// The hash builder that `MinHasher32::new` takes.
type Fnv = fnv::FnvBuildHasher;

impl Index {
    fn new(bands: usize, rows: usize) -> Self {
        Index {
            ids: Vec::new(),
            hasher: MinHasher32::new(bands * rows),
            bands: MinHashIndex::new_index(bands, rows, THRESHOLD),
        }
    }

    /// The signature of the shingles. Repeated shingles need no deduplication: the minimum hash
    /// stays the same.
    fn sketch(&self, text: &str) -> Vec<u32> {
        let lower = text.to_lowercase();
        let (mut said, mut starts) = (String::with_capacity(lower.len() + 1), Vec::new());
        for word in lower
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
        {
            starts.push(said.len());
            said.push_str(word);
            said.push(' ');
        }
        starts.push(said.len());
        let last = starts.len() - 1;
        // A shingle is a slice of the words joined by single spaces.
        let shingle = |first: usize| &said[starts[first]..starts[(first + WORDS).min(last)] - 1];
        match last {
            0 => self.hasher.create_signature(std::iter::once("")),
            _ => self
                .hasher
                .create_signature((0..last.saturating_sub(WORDS - 1).max(1)).map(shingle)),
        }
    }

    fn insert(&mut self, record: Record) {
        let sketch = self.sketch(&record.text);
        self.bands.insert(self.ids.len() as u32, sketch);
        self.ids.push(record.id.into());
    }

    fn query(&self, text: &str) -> Vec<&str> {
        let sketch = self.sketch(text);
        self.bands.query(&sketch).into_iter().map(|&n| &*self.ids[n as usize]).collect()
    }
}

/// The current memory of this process in MiB, as Linux reports it.
fn memory(name: &str) -> Option<f64> {
    let status = read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

fn limit(name: &str) -> f64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(f64::INFINITY)
}

/// Times queries, one at a time.
fn ask(
    index: &Index,
    queries: impl Iterator<Item = Result<Record, Box<dyn Error>>>,
) -> Result<Value, Box<dyn Error>> {
    let (mut times, mut found, mut matches, mut planted) = (Vec::new(), 0, 0, false);
    for record in queries {
        let record = record?;
        let begun = Instant::now();
        let ids = index.query(&record.text);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        matches += ids.len();
        planted |= record.original.is_some();
        found += usize::from(record.original.is_some_and(|o| ids.contains(&&*o)));
    }
    if times.is_empty() {
        return Ok(json!({"queries": 0}));
    }
    let n = times.len();
    let mean = times.iter().sum::<f64>() / n as f64;
    times.sort_unstable_by(f64::total_cmp);
    let at = |share: f64| times[((share * n as f64) as usize).min(n - 1)];
    let mut out = json!({"queries": n, "p50_ms": at(0.5), "p99_ms": at(0.99), "mean_ms": mean,
        "matches": matches as f64 / n as f64});
    if planted {
        out["found"] = json!(found as f64 / n as f64);
    }
    Ok(out)
}

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let [articles, n, skip, with, without, ..] = &given[..] else {
        return Err("index-gaoya ARTICLES N SKIP WITH WITHOUT".into());
    };
    let n: usize = n.parse()?;
    let shape = std::env::var("INDEX_BANDS").unwrap_or("21x6".into());
    let (bands, rows) = shape.split_once('x').ok_or("INDEX_BANDS is as 21x6")?;
    let (bands, rows) = (bands.parse()?, rows.parse()?);
    let skip = read_to_string(skip)?;
    let skipped: HashSet<&str> = skip.split_whitespace().collect();
    let wanted: HashSet<String> = records(with)?
        .filter_map(|r| r.map(|r| r.original).transpose())
        .collect::<Result<_, _>>()?;
    let (most_seconds, most_mib) = (limit("INDEX_LIMIT_SECONDS"), limit("INDEX_LIMIT_MIB"));

    let (mut index, mut there) = (Index::new(bands, rows), HashSet::new());
    let (mut seconds, mut curve, mut stopped) = (0.0, Vec::new(), None);
    let mut given =
        records(articles)?.filter(|r| !r.as_ref().is_ok_and(|r| skipped.contains(&*r.id)));
    while index.ids.len() < n && stopped.is_none() {
        let tenth = (curve.len() + 1) * n / 10;
        let batch: Vec<Record> =
            given.by_ref().take(BATCH.min(tenth - index.ids.len())).collect::<Result<_, _>>()?;
        there.extend(batch.iter().filter_map(|r| wanted.get(&r.id)));
        stopped = if seconds > most_seconds {
            Some("time")
        } else if memory("VmRSS").unwrap_or(0.0) > most_mib {
            Some("memory")
        } else if batch.is_empty() {
            Some("no more articles")
        } else {
            None
        };
        let begun = Instant::now();
        for record in batch {
            index.insert(record);
        }
        seconds += begun.elapsed().as_secs_f64();
        if index.ids.len() == tenth || stopped.is_some() {
            curve.push((index.ids.len(), seconds));
        }
    }

    let documents = index.ids.len();
    let mut out =
        json!({"tool": format!("gaoya 0.2.2 in memory, {bands}×{rows}"), "documents": documents});
    out["insert_seconds"] = json!(seconds);
    out["insert_rate"] = json!(documents as f64 / seconds);
    out["curve"] = json!(curve);
    if let Some(why) = stopped {
        out["stopped"] = json!(why);
    }
    let present = |r: &Result<Record, _>| {
        !r.as_ref().is_ok_and(|r: &Record| !r.original.as_ref().is_some_and(|o| there.contains(o)))
    };
    out["with"] = ask(&index, records(with)?.filter(present))?;
    out["without"] = ask(&index, records(without)?)?;
    out["rss_mib"] = json!(memory("VmRSS"));
    out["rss_anon_mib"] = json!(memory("RssAnon"));
    out["disk_bytes"] = Value::Null;
    println!("{out}");
    Ok(())
}
