//! Owns: the file of keys. Fingerprints are made once, so that no measurement holds them.
//!
//! Layout, little endian: `u32` count of articles; one `u32` count of keys an article; all keys, `u64` each.

use crate::Res;
use nearcopy::{Recipe, bench::Fingerprinter};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Writes the keys of the first `limit` articles.
pub fn dump(articles: &Path, out: &Path, limit: usize) -> Res<(usize, u64)> {
    let recipe = Recipe::default();
    let mut fingerprinter = Fingerprinter::new(&recipe);
    let body = out.with_extension("part");
    let mut keys = BufWriter::new(File::create(&body)?);
    let mut counts: Vec<u32> = Vec::new();
    for line in BufReader::new(File::open(articles)?).lines().take(limit) {
        let article: serde_json::Value = serde_json::from_str(&line?)?;
        let print = fingerprinter.fingerprint(article["text"].as_str().ok_or("an article has no text")?);
        let all = [print.bands, print.paragraph_bands, print.anchors].concat();
        counts.push(all.len() as u32);
        for key in all {
            keys.write_all(&key.to_le_bytes())?;
        }
    }
    keys.into_inner()?.sync_all()?;
    let mut file = BufWriter::new(File::create(out)?);
    file.write_all(&(counts.len() as u32).to_le_bytes())?;
    for count in &counts {
        file.write_all(&count.to_le_bytes())?;
    }
    std::io::copy(&mut File::open(&body)?, &mut file)?;
    file.flush()?;
    std::fs::remove_file(&body)?;
    Ok((counts.len(), counts.iter().map(|&c| u64::from(c)).sum()))
}

/// The file, opened; only the counts are held.
pub struct Keys {
    file: File,
    /// Where each article's keys begin, in keys; one more than there are articles.
    begins: Vec<u64>,
}

impl Keys {
    pub fn open(path: &Path) -> Res<Keys> {
        let mut file = File::open(path)?;
        let mut word = [0; 4];
        file.read_exact(&mut word)?;
        let mut counts = vec![0; u32::from_le_bytes(word) as usize * 4];
        file.read_exact(&mut counts)?;
        let mut begins = vec![0];
        for c in counts.chunks_exact(4) {
            begins.push(begins.last().unwrap_or(&0) + u64::from(u32::from_le_bytes([c[0], c[1], c[2], c[3]])));
        }
        Ok(Keys { file, begins })
    }

    pub fn articles(&self) -> usize {
        self.begins.len() - 1
    }

    /// How many keys an article has.
    pub fn count(&self, article: usize) -> usize {
        (self.begins[article + 1] - self.begins[article]) as usize
    }

    /// All postings of these articles, in the order of the file.
    pub fn postings(&mut self, from: usize, to: usize) -> Res<Vec<(u64, u32)>> {
        let head = 4 + 4 * self.articles() as u64;
        self.file.seek(SeekFrom::Start(head + self.begins[from] * 8))?;
        let mut bytes = vec![0; (self.begins[to] - self.begins[from]) as usize * 8];
        self.file.read_exact(&mut bytes)?;
        let mut keys = bytes.as_chunks::<8>().0.iter().map(|&k| u64::from_le_bytes(k));
        let mut out = Vec::with_capacity(bytes.len() / 8);
        for article in from..to {
            out.extend(keys.by_ref().take(self.count(article)).map(|k| (k, article as u32)));
        }
        Ok(out)
    }

    /// The keys of one article.
    pub fn article(&mut self, article: usize) -> Res<Vec<u64>> {
        Ok(self.postings(article, article + 1)?.into_iter().map(|(k, _)| k).collect())
    }
}
