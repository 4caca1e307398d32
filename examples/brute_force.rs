//! Every pair of documents with at least a given exact resemblance, found without any of nearcopy's
//! keys: an inverted index over all shingles. It serves to check the rest of the program, so it
//! uses only the reader and the tokenizer of the library.
//!
//!     cargo run --release --example brute_force -- corpus.jsonl 0.7 [WORDS]
//!
//! WORDS is the length of a shingle, by default 5.
//!
//! Prints `id<TAB>id<TAB>resemblance`, one pair per line, in the order of the ids. Time and memory
//! grow with the square of the number of texts that share a shingle: it suits corpora of up to
//! about ten thousand articles.

use nearcopy::ingest::{self, Input, InputOptions};
use nearcopy::text::{Tokens, tokenize};
use nearcopy::{Corpus, Documents};
use std::collections::HashMap;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

/// The weight of one word in the units of [`nearcopy::Kind::weight`]: a character of a script
/// without spaces weighs less.
const WORD: u32 = 24;

/// The token ranges of all shingles of a text: from each token on, the shortest run that weighs
/// `words` words.
fn windows(tokens: &Tokens, words: u32) -> Vec<std::ops::Range<usize>> {
    let mut all = Vec::new();
    for start in 0..tokens.len() {
        let mut weight = 0;
        for end in start..tokens.len() {
            weight += tokens.kinds[end].length();
            if weight >= words * WORD {
                all.push(start..end + 1);
                break;
            }
        }
    }
    all
}

/// The shingle set of each text, sorted, as numbers that each identify a run of token hashes.
fn sets(texts: &[Tokens], words: u32) -> (Vec<Vec<u32>>, usize) {
    let mut numbers: HashMap<&[u64], u32> = HashMap::new();
    let mut sets = Vec::with_capacity(texts.len());
    for tokens in texts {
        let mut set = Vec::new();
        for range in windows(tokens, words) {
            let next = numbers.len() as u32;
            set.push(*numbers.entry(&tokens.hashes[range]).or_insert(next));
        }
        set.sort_unstable();
        set.dedup();
        sets.push(set);
    }
    (sets, numbers.len())
}

/// Calls `found(a, b, resemblance)` for all pairs with a resemblance of at least `least`, a < b,
/// ordered by b.
fn all_pairs(
    sets: &[Vec<u32>],
    shingles: usize,
    least: f64,
    mut found: impl FnMut(usize, usize, f64),
) {
    let mut holders: Vec<Vec<u32>> = vec![Vec::new(); shingles];
    let mut shared = vec![0u32; sets.len()];
    for (b, set) in sets.iter().enumerate() {
        let mut touched = Vec::new();
        for &shingle in set {
            for &a in &holders[shingle as usize] {
                if shared[a as usize] == 0 {
                    touched.push(a);
                }
                shared[a as usize] += 1;
            }
            holders[shingle as usize].push(b as u32);
        }
        touched.sort_unstable();
        for a in touched {
            let both = std::mem::take(&mut shared[a as usize]) as usize;
            let resemblance = both as f64 / (sets[a as usize].len() + set.len() - both) as f64;
            if resemblance >= least {
                found(a as usize, b, resemblance);
            }
        }
    }
}

fn run() -> Result<(), String> {
    let usage = "usage: brute_force CORPUS LEAST_RESEMBLANCE [WORDS]";
    let mut args = std::env::args().skip(1);
    let (path, least) = (args.next().ok_or(usage)?, args.next().ok_or(usage)?);
    let least: f64 = least.parse().map_err(|_| usage)?;
    let words: u32 = args.next().map_or(Ok(5), |w| w.parse()).map_err(|_| usage)?;
    if !(least > 0.0 && least <= 1.0 && words > 0) {
        return Err(
            "the resemblance is over 0 and at most 1, a shingle has at least one word".into()
        );
    }
    let intake = ingest::read(&[Input::Path(path.into())], &InputOptions::default(), &|_| true);
    if let Some(problem) = intake.problems.first() {
        return Err(problem.to_string());
    }
    let corpus = Corpus::new(intake.documents).map_err(|e| e.to_string())?;
    let texts: Vec<Tokens> =
        (0..corpus.count()).filter_map(|n| corpus.text(n).ok()).map(|t| tokenize(&t)).collect();
    let (sets, shingles) = sets(&texts, words);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut failed = None;
    all_pairs(&sets, shingles, least, |a, b, resemblance| {
        let line = writeln!(out, "{}\t{}\t{resemblance:.6}", corpus.info(a).id, corpus.info(b).id);
        failed = failed.take().or(line.err());
    });
    match failed.or(out.flush().err()) {
        Some(e) if e.kind() != io::ErrorKind::BrokenPipe => Err(e.to_string()),
        _ => Ok(()),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
