//! Owns: the fingerprints of all documents, batch by batch, made from the texts or read from the
//! files of the sketch stage. Never: uses a key.

use crate::engine::key_columns::KeyColumns;
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::stage_blocks::StageBlocks;
use crate::error::{Error, Result};
use crate::model::document::Documents;
use crate::model::run_stage::RunStage;
use crate::sketch::fingerprint::Fingerprinter;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// The documents read at once, and the bytes of text from which on no further one is: for that time
/// their keys are in memory twice.
const BATCH: usize = 4096;
const BATCH_BYTES: u64 = 64 << 20;
/// The number of documents that a thread takes at once.
const PART: usize = 16;

/// Calls `each` with the keys of consecutive documents, in order, and the number of the first of
/// them. What the sketch stage has made is read, and only the kinds of keys that are `wanted`.
pub fn for_each_batch(
    job: &ScanJob,
    wanted: KeyKinds,
    each: &mut dyn FnMut(usize, &[KeyColumns]) -> Result<()>,
) -> Result<()> {
    let threads = Fingerprinters::new(job);
    for part in 1..=job.checkpoints.parts() {
        let documents = documents_of(part, job);
        match job.checkpoints.blocks(RunStage::Sketch, part)? {
            Some(blocks) => read_part(job, blocks, (part, documents), wanted, each)?,
            None => threads.make_part(job, part, documents, each)?,
        }
    }
    Ok(())
}

/// Makes the keys of the documents of one part, and keeps them, unless that was done.
#[cfg(feature = "stages")]
pub fn make_part(job: &ScanJob, part: u32) -> Result<()> {
    if job.checkpoints.blocks(RunStage::Sketch, part)?.is_some() {
        return Ok(());
    }
    let documents = documents_of(part, job);
    Fingerprinters::new(job).make_part(job, part, documents, &mut |_, _| Ok(()))
}

/// The documents of a part of the sketch stage: about as many bytes as those of any other.
fn documents_of(part: u32, job: &ScanJob) -> Range<usize> {
    let (documents, parts) = (job.documents, u64::from(job.checkpoints.parts()));
    if parts == 1 {
        return 0..documents.count();
    }
    let all = bytes_of(documents, 0..documents.count()) + documents.count() as u64;
    let [first, behind] = [part - 1, part].map(|part| all * u64::from(part) / parts);
    let mut bytes = 0;
    let mut begins_before = |n: &usize, bound: u64| {
        let begins = bytes < bound;
        bytes += if begins { u64::from(documents.bytes(*n)) + 1 } else { 0 };
        begins
    };
    let start = (0..documents.count()).take_while(|n| begins_before(n, first)).count();
    start..start + (start..documents.count()).take_while(|n| begins_before(n, behind)).count()
}

fn bytes_of(documents: &dyn Documents, numbers: Range<usize>) -> u64 {
    numbers.map(|n| u64::from(documents.bytes(n))).sum()
}

fn read_part(
    job: &ScanJob,
    mut blocks: StageBlocks,
    (part, documents): (u32, Range<usize>),
    wanted: KeyKinds,
    each: &mut dyn FnMut(usize, &[KeyColumns]) -> Result<()>,
) -> Result<()> {
    let mut from = documents.start;
    while from < documents.end {
        if job.progress.cancelled() {
            return Err(Error::Cancelled);
        }
        let keys = KeyColumns::read(&mut blocks, wanted)?;
        let end = from + keys.texts.len();
        if keys.texts.is_empty() || end > documents.end {
            return Err(blocks.damaged());
        }
        each(from, std::slice::from_ref(&keys))?;
        job.progress.advance(bytes_of(job.documents, from..end));
        from = end;
    }
    job.progress.kept(RunStage::Sketch, part);
    blocks.finish()
}

/// A fingerprinter for each thread. Its tables take a megabyte, so they are not made for each task.
struct Fingerprinters(Vec<Mutex<Fingerprinter>>);

impl Fingerprinters {
    fn new(job: &ScanJob) -> Fingerprinters {
        let own = |_| Mutex::new(Fingerprinter::new(job.recipe));
        Fingerprinters((0..rayon::current_num_threads()).map(own).collect())
    }

    fn make_part(
        &self,
        job: &ScanJob,
        part: u32,
        documents: Range<usize>,
        each: &mut dyn FnMut(usize, &[KeyColumns]) -> Result<()>,
    ) -> Result<()> {
        let mut kept = job.checkpoints.write_blocks(RunStage::Sketch, part)?;
        let mut from = documents.start;
        while from < documents.end {
            if job.progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let end = end_of_batch(job.documents, from, documents.end);
            let keys = self.make(job, from..end)?;
            if let Some(kept) = &mut kept {
                KeyColumns::write(&keys, kept)?;
            }
            each(from, &keys)?;
            from = end;
        }
        kept.map_or(Ok(()), |kept| kept.finish())
    }

    /// The keys of these documents, in order.
    fn make(&self, job: &ScanJob, documents: Range<usize>) -> Result<Vec<KeyColumns>> {
        let numbers: Vec<usize> = documents.collect();
        let batch = numbers.par_chunks(PART).map(|part| {
            // Each thread has its own; the lock only satisfies the compiler.
            let own = rayon::current_thread_index().unwrap_or(0) % self.0.len();
            let mut fingerprinter = self.0[own].lock().unwrap_or_else(PoisonError::into_inner);
            let mut keys = KeyColumns::default();
            for &n in part {
                let text = job.documents.text(n)?;
                keys.push(&fingerprinter.fingerprint(&text));
                job.progress.advance(text.len() as u64);
                job.progress.tokenized(text.len() as u64);
            }
            Ok(keys)
        });
        batch.collect()
    }
}

/// The end of the batch of documents that begins with `from`.
fn end_of_batch(documents: &dyn Documents, from: usize, end: usize) -> usize {
    let mut bytes = 0;
    let within = |n: &usize| {
        bytes += u64::from(documents.bytes(*n));
        bytes <= BATCH_BYTES || *n == from
    };
    from + (from..end).take(BATCH).take_while(within).count()
}
