//! A peer of a scan on the same file: gaoya, from JSON Lines to clusters.
//!
//! Arguments: the corpus, and the number of threads. Work covered: JSON (sonic-rs, the fastest
//! reader), lower-cased words, signatures of 128 hashes of word 5-grams in 16 bands of 8 rows,
//! candidates whose estimate is .5 or more, closure to clusters. Not covered: verification on the
//! texts, spans, a report.

use gaoya::minhash::{MinHashIndex, MinHasher, MinHasher32, VecContainer};
use rayon::prelude::*;
use std::borrow::Cow;
use std::error::Error;
use std::fs::File;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const WORDS: usize = 5;
const BANDS: usize = 16;
const ROWS: usize = 8;
const ESTIMATE: f64 = 0.5;

#[derive(serde::Deserialize)]
struct Record<'l> {
    #[serde(borrow)]
    text: Cow<'l, str>,
}

fn signature(text: &str, hasher: &MinHasher32<impl std::hash::BuildHasher>) -> Vec<u32> {
    let lower = text.to_lowercase();
    let apart = |c: char| !(c.is_alphanumeric() || c == '_');
    let words: Vec<&str> = lower.split(apart).filter(|word| !word.is_empty()).collect();
    match words.len() {
        few if few < WORDS => hasher.create_signature(std::iter::once(&words[..])),
        _ => hasher.create_signature(words.windows(WORDS)),
    }
}

fn root(parents: &mut [usize], mut text: usize) -> usize {
    while parents[text] != text {
        parents[text] = parents[parents[text]];
        text = parents[text];
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, corpus, threads] = &arguments[..] else {
        return Err("usage: whole-gaoya CORPUS.jsonl THREADS".into());
    };
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    // SAFETY: nobody changes the corpus while it is measured.
    let file = unsafe { memmap2::Mmap::map(&File::open(corpus)?)? };
    let mut lines = Vec::new();
    let mut from = 0;
    for end in memchr::memchr_iter(b'\n', &file).chain([file.len()]) {
        lines.extend((end > from).then(|| &file[from..end]));
        from = end + 1;
    }
    let hasher = MinHasher32::new(BANDS * ROWS);
    let signatures: Result<Vec<Vec<u32>>, sonic_rs::Error> = lines
        .par_iter()
        .map(|line| Ok(signature(&sonic_rs::from_slice::<Record>(line)?.text, &hasher)))
        .collect();
    let signatures = signatures?;
    let mut index: MinHashIndex<u32, usize, VecContainer<usize>> =
        MinHashIndex::new_index(BANDS, ROWS, ESTIMATE);
    index.par_bulk_insert((0..signatures.len()).collect(), signatures.clone());
    let found = index.par_bulk_query(&signatures);
    let mut parents: Vec<usize> = (0..signatures.len()).collect();
    let mut pairs = 0;
    for (text, partners) in found.iter().enumerate() {
        for &partner in partners.iter().filter(|partner| **partner < text) {
            pairs += 1;
            let (a, b) = (root(&mut parents, text), root(&mut parents, partner));
            parents[a.max(b)] = a.min(b);
        }
    }
    let mut sizes = vec![0; parents.len()];
    for text in 0..parents.len() {
        sizes[root(&mut parents, text)] += 1;
    }
    let clusters = sizes.iter().filter(|size| **size > 1).count();
    println!("{{\"documents\":{},\"pairs\":{pairs},\"clusters\":{clusters}}}", lines.len());
    Ok(())
}
