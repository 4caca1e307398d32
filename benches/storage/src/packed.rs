//! Owns: sorted runs of postings, cut into buckets by their keys' upper bits, and their merging.

use crate::Res;
use crate::engines::{Engine, Reader, Writer, bucket_id};

/// So many runs of one level become one of the next.
const FAN: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Run {
    number: u32,
    level: u32,
    bits: u32,
    postings: u64,
}

impl Run {
    fn shift(self) -> u32 {
        64 - self.bits
    }
}

pub struct Packed {
    engine: Box<dyn Engine>,
    runs: Vec<Run>,
    next: u32,
    /// Batches that were added.
    pub batches: u32,
    bucket: u64,
}

impl Packed {
    /// Opens; takes away what an interrupted addition left. Buckets get about so many postings.
    pub fn open(mut engine: Box<dyn Engine>, bucket: u64) -> Res<Packed> {
        let words: Vec<u64> =
            engine.manifest()?.unwrap_or_default().as_chunks::<8>().0.iter().map(|&w| u64::from_le_bytes(w)).collect();
        let (next, batches) = (words.first().map_or(1, |&w| w as u32), words.get(1).map_or(0, |&w| w as u32));
        let run = |w: &[u64; 4]| Run { number: w[0] as u32, level: w[1] as u32, bits: w[2] as u32, postings: w[3] };
        let runs: Vec<Run> = words.get(2..).unwrap_or_default().as_chunks::<4>().0.iter().map(run).collect();
        let kept: Vec<u32> = runs.iter().map(|r| r.number).collect();
        engine.discard(&kept)?;
        Ok(Packed { engine, runs, next, batches, bucket })
    }

    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    pub fn postings(&self) -> u64 {
        self.runs.iter().map(|r| r.postings).sum()
    }

    pub fn check(&mut self) -> Res<Option<bool>> {
        self.engine.check()
    }

    /// Adds a batch of sorted postings as a run, and merges what is due.
    pub fn add(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        self.batches += 1;
        let run = self.new_run(0, sorted.len() as u64);
        let mut kept = self.runs.clone();
        kept.push(run);
        self.write(run, kept, &[], &mut |writer| {
            let mut left = sorted;
            write_buckets(run, writer, &mut |_, bucket, out| {
                let here = left.partition_point(|&(key, _)| key >> run.shift() <= u64::from(bucket));
                out.extend_from_slice(&left[..here]);
                left = &left[here..];
                Ok(())
            })
        })?;
        while let Some(level) = self.runs.iter().map(|r| r.level).find(|&l| self.of_level(l).len() >= FAN) {
            self.merge(level)?;
        }
        Ok(())
    }

    fn of_level(&self, level: u32) -> Vec<Run> {
        self.runs.iter().copied().filter(|r| r.level == level).collect()
    }

    fn new_run(&self, level: u32, postings: u64) -> Run {
        let bits = (postings as f64 / self.bucket as f64).log2().round().clamp(1.0, 30.0) as u32;
        Run { number: self.next, level, bits, postings }
    }

    fn merge(&mut self, level: u32) -> Res<()> {
        let old = self.of_level(level);
        let run = self.new_run(level + 1, old.iter().map(|r| r.postings).sum());
        let mut kept = self.runs.clone();
        kept.retain(|r| r.level != level);
        kept.push(run);
        let numbers: Vec<u32> = old.iter().map(|r| r.number).collect();
        self.write(run, kept, &numbers, &mut |writer| {
            let mut sources: Vec<Source> = old.iter().map(|&run| Source { run, next: 0, at: 0, items: Vec::new() }).collect();
            write_buckets(run, writer, &mut |reader, bucket, out| merge_bucket(&mut sources, reader, run, bucket, out))
        })
    }

    fn write(&mut self, run: Run, runs: Vec<Run>, old: &[u32], fill: &mut dyn FnMut(&mut dyn Writer) -> Res<()>) -> Res<()> {
        let mut words = vec![u64::from(run.number) + 1, u64::from(self.batches)];
        for r in &runs {
            words.extend([u64::from(r.number), u64::from(r.level), u64::from(r.bits), r.postings]);
        }
        let manifest: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        self.engine.write_run(run.number, old, &manifest, fill)?;
        self.runs = runs;
        self.next = run.number + 1;
        Ok(())
    }

    /// Looks each key up in every run.
    pub fn find(&mut self, keys: &[u64], found: &mut dyn FnMut(u64, u32)) -> Res<()> {
        let runs = &self.runs;
        self.engine.read(&mut |reader| {
            for &run in runs {
                for &key in keys {
                    let bucket = (key >> run.shift()) as u32;
                    reader.with(bucket_id(run.number, bucket), &mut |bytes| find_in(bytes, run, key, found))?;
                }
            }
            Ok(())
        })
    }

    /// Reads every bucket; returns how many postings stand in them, and whether they are in order.
    pub fn scan(&mut self) -> Res<(u64, bool)> {
        let (mut count, mut sorted, mut items) = (0, true, Vec::new());
        let runs = &self.runs;
        self.engine.read(&mut |reader| {
            for &run in runs {
                let mut last = (0, 0);
                for bucket in 0..1 << run.bits {
                    items.clear();
                    reader.with(bucket_id(run.number, bucket), &mut |bytes| decode(bytes, run, bucket, &mut items))?;
                    count += items.len() as u64;
                    for &item in &items {
                        sorted &= last <= item;
                        last = item;
                    }
                }
            }
            Ok(())
        })?;
        Ok((count, sorted))
    }
}

type Bucket<'b> = dyn FnMut(&mut dyn Reader, u32, &mut Vec<(u64, u32)>) -> Res<()> + 'b;

fn write_buckets(run: Run, writer: &mut dyn Writer, next: &mut Bucket) -> Res<()> {
    let (mut items, mut bytes) = (Vec::new(), Vec::new());
    for bucket in 0..1 << run.bits {
        items.clear();
        next(writer, bucket, &mut items)?;
        encode(&items, run, &mut bytes);
        if !bytes.is_empty() {
            writer.put(bucket_id(run.number, bucket), &bytes)?;
        }
    }
    Ok(())
}

/// A run that is read in order.
struct Source {
    run: Run,
    next: u32,
    at: usize,
    items: Vec<(u64, u32)>,
}

impl Source {
    fn head(&mut self, reader: &mut dyn Reader) -> Res<Option<(u64, u32)>> {
        while self.at == self.items.len() && self.next < 1 << self.run.bits {
            self.items.clear();
            self.at = 0;
            let (run, bucket, items) = (self.run, self.next, &mut self.items);
            reader.with(bucket_id(run.number, bucket), &mut |bytes| decode(bytes, run, bucket, items))?;
            self.next += 1;
        }
        Ok(self.items.get(self.at).copied())
    }
}

fn merge_bucket(all: &mut [Source], reader: &mut dyn Reader, run: Run, bucket: u32, out: &mut Vec<(u64, u32)>) -> Res<()> {
    loop {
        let mut least: Option<((u64, u32), usize)> = None;
        for (i, source) in all.iter_mut().enumerate() {
            if let Some(head) = source.head(reader)?
                && least.is_none_or(|(l, _)| head < l)
            {
                least = Some((head, i));
            }
        }
        let Some((item, i)) = least.filter(|((key, _), _)| key >> run.shift() == u64::from(bucket)) else { return Ok(()) };
        out.push(item);
        all[i].at += 1;
    }
}

/// Bytes of a key that its bucket does not say.
fn width(run: Run) -> usize {
    run.shift().div_ceil(8) as usize
}

/// All keys' lower bytes, then all units.
fn encode(items: &[(u64, u32)], run: Run, bytes: &mut Vec<u8>) {
    bytes.clear();
    for (key, _) in items {
        bytes.extend_from_slice(&key.to_le_bytes()[..width(run)]);
    }
    for (_, unit) in items {
        bytes.extend_from_slice(&unit.to_le_bytes());
    }
}

/// A packed bucket. Units stand behind the keys, so that eight bytes can be read at every key.
struct Entries<'b> {
    bytes: &'b [u8],
    width: usize,
    count: usize,
    mask: u64,
}

impl<'b> Entries<'b> {
    fn new(bytes: &'b [u8], run: Run) -> Entries<'b> {
        Entries { bytes, width: width(run), count: bytes.len() / (width(run) + 4), mask: u64::MAX >> run.bits }
    }

    fn key(&self, i: usize) -> u64 {
        let at = i * self.width;
        self.bytes[at..].first_chunk::<8>().map_or(u64::MAX, |&b| u64::from_le_bytes(b)) & self.mask
    }

    fn unit(&self, i: usize) -> u32 {
        let at = self.count * self.width + i * 4;
        self.bytes[at..].first_chunk::<4>().map_or(u32::MAX, |&b| u32::from_le_bytes(b))
    }
}

fn decode(bytes: &[u8], run: Run, bucket: u32, out: &mut Vec<(u64, u32)>) {
    let entries = Entries::new(bytes, run);
    out.extend((0..entries.count).map(|i| (u64::from(bucket) << run.shift() | entries.key(i), entries.unit(i))));
}

/// Begins where the key would stand if keys were spread evenly, and walks.
fn find_in(bytes: &[u8], run: Run, key: u64, found: &mut dyn FnMut(u64, u32)) {
    let entries = Entries::new(bytes, run);
    let low = key & entries.mask;
    let mut at = ((u128::from(low) * entries.count as u128) >> run.shift()) as usize;
    while at > 0 && entries.key(at - 1) >= low {
        at -= 1;
    }
    while at < entries.count && entries.key(at) < low {
        at += 1;
    }
    while at < entries.count && entries.key(at) == low {
        found(key, entries.unit(at));
        at += 1;
    }
}
