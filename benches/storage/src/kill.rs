//! Owns: an index that is killed while it is written, and what stands in it then.

use crate::Res;
use crate::engines;
use crate::packed::Packed;
use crate::run::mix;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

const ROUNDS: u64 = 25;
const ARTICLES: u64 = 100;
const KEYS: u64 = 170;
const BUCKET: u64 = 200;

fn open(name: &str, dir: &Path) -> Res<Packed> {
    Packed::open(engines::open(name, dir)?, BUCKET)
}

/// The keys of a batch, made from its number.
fn batch(number: u32) -> Vec<(u64, u32)> {
    let posting = |i| (mix(mix(u64::from(number)) ^ i), number * ARTICLES as u32 + (i / KEYS) as u32);
    let mut out: Vec<(u64, u32)> = (0..ARTICLES * KEYS).map(posting).collect();
    out.sort_unstable();
    out
}

/// Adds batches for ever; says each when it is stored.
pub fn child(name: &str, dir: &Path) -> Res<()> {
    let mut packed = open(name, dir)?;
    loop {
        let number = packed.batches;
        packed.add(&batch(number))?;
        writeln!(std::io::stdout(), "{number}")?;
    }
}

/// Opens; asks for keys of every batch and all keys of the last ones; reads everything.
pub fn verify(name: &str, dir: &Path) -> Res<Value> {
    let mut packed = open(name, dir)?;
    let mut missing = 0u64;
    for number in 0..packed.batches {
        let all = batch(number);
        let step = if number + 3 >= packed.batches { 1 } else { 101 };
        let asked: Vec<(u64, u32)> = all.into_iter().step_by(step).collect();
        let keys: Vec<u64> = asked.iter().map(|a| a.0).collect();
        let mut found = Vec::new();
        packed.find(&keys, &mut |key, unit| found.push((key, unit)))?;
        found.sort_unstable();
        missing += asked.iter().filter(|a| found.binary_search(a).is_err()).count() as u64;
    }
    let (counted, sorted) = packed.scan()?;
    let whole = counted == packed.postings() && counted == u64::from(packed.batches) * ARTICLES * KEYS;
    let check = packed.check()?;
    Ok(json!({
        "engine": name, "batches": packed.batches, "runs": packed.runs(), "missing": missing, "whole": whole, "sorted": sorted,
        "check": check,
    }))
}

/// Kills the child at random moments; returns how it went.
pub fn kill(name: &str, dir: &Path) -> Res<Value> {
    let me = std::env::current_exe()?;
    let (mut bad, mut unacknowledged, mut silent, mut last, mut stood) = (Vec::new(), 0, 0, Value::Null, 0);
    for round in 0..ROUNDS {
        let mut child = Command::new(&me).arg("child").arg(name).arg(dir).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().ok_or("no output")?;
        let reader = std::thread::spawn(move || BufReader::new(output).lines().map_while(Result::ok).last());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.subsec_nanos();
        std::thread::sleep(Duration::from_micros(100_000 + mix(round ^ u64::from(now)) % 900_000));
        child.kill()?;
        child.wait()?;
        let said = reader.join().map_err(|_| "the reader panicked")?.and_then(|l| l.parse::<u64>().ok());
        silent += u64::from(said.is_none());
        // What stood after the last round must stand even if this one was killed before its first batch.
        let said = said.map_or(stood, |n| n + 1).max(stood);
        let output = Command::new(&me).arg("verify").arg(name).arg(dir).env("RUST_BACKTRACE", "0").output()?;
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        let batches = answer["batches"].as_u64().unwrap_or(0);
        unacknowledged += batches.saturating_sub(said);
        let good = output.status.success() && batches >= said && answer["missing"] == 0;
        if !(good && answer["whole"] == true && answer["sorted"] == true && answer["check"] != false) {
            bad.push(json!({"round": round, "acknowledged": said, "answer": answer, "status": output.status.to_string(),
                "error": String::from_utf8_lossy(&output.stderr).chars().take(300).collect::<String>()}));
        }
        (last, stood) = (answer, batches.max(stood));
    }
    Ok(json!({
        "engine": name, "killed": ROUNDS, "bad": bad, "stored_but_unacknowledged": unacknowledged, "before_a_batch": silent,
        "last": last,
    }))
}
