//! Owns: sorting pending keys into a run, and merging runs into larger ones, so that a lookup
//! searches few runs. Never: a document.
//!
//! A run is merged into the one before it as long as that is less than [`FACTOR`] times as large
//! (the logarithmic method; Bentley and Saxe 1980): the postings of n documents are in O(log n)
//! runs, and each posting is written O(log n) times. A new run is written beside the old ones in
//! transactions of bounded size, and one transaction replaces the old runs by it. The rows that a
//! crash leaves are removed before the next merge.

use crate::error::Result;
use crate::index::memtable::Memtable;
use crate::index::rows::{PendingRow, RunInfo, State};
use crate::index::store::compaction_lock::claimed;
use crate::index::store::tables::{CHUNK, ProcessWriteLock, ReadTxn, Store, WriteTxn};
use crate::postings::bucket::{Bucket, BucketLayout, Packed};
use crate::postings::checksum::damaged;
use crate::postings::merge::Merged;
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::postings::source::Source;
use crate::sketch::fingerprint::WORD_SLOTS;
use std::sync::{PoisonError, RwLock};

/// How many times as large as the runs after it a run must be to stay unmerged.
const FACTOR: u64 = 4;

/// Writes these postings and all pending keys as one run of this transaction; `counts` are the word
/// counts of the postings' texts.
pub fn to_run(
    store: &Store,
    txn: &mut WriteTxn,
    state: &mut State,
    mut postings: Vec<Posting>,
    mut counts: Vec<u32>,
) -> Result<()> {
    for row in store.rows(txn, &store.pending, 0)? {
        let (number, bytes) = row?;
        let row = PendingRow::read(bytes, || store.place("pending", number))?;
        postings.extend(row.keys().map(|k| Posting::new(k, number)));
        count(row.word_slots(), &mut counts);
    }
    for (sum, more) in counts.iter_mut().zip(store.word_counts(txn)?) {
        *sum += more;
    }
    store.put_word_counts(txn, &counts)?;
    store.clear(txn, &store.pending)?;
    state.pending_from = state.next;
    state.pending_keys = 0;
    state.epoch += 1;
    if postings.is_empty() {
        return Ok(());
    }
    // The sort uses this thread alone: it holds the write lock, and while it waited for pool
    // threads it might be given a job that wants the lock too.
    postings.sort_unstable();
    postings.dedup();
    let shape = BucketLayout::of(postings.len() as u64);
    let info = RunInfo { id: state.next_run, postings: postings.len() as u64, bits: shape.bits };
    let mut packed = Packed::new(Run::from_sorted(postings).into_iter(), shape);
    while let Some((bucket, bytes)) = packed.next_bucket(|_| true)? {
        store.append_bucket(txn, info.id, bucket, &bytes)?;
    }
    state.next_run += 1;
    state.runs.push(info);
    Ok(())
}

fn count(words: impl Iterator<Item = u32>, counts: &mut [u32]) {
    words.for_each(|w| counts[w as usize % WORD_SLOTS] += 1);
}

/// Returns in how many texts each word slot occurs, those of pending rows included.
pub fn word_counts(store: &Store, txn: &ReadTxn) -> Result<Vec<u32>> {
    let mut counts = store.word_counts(txn)?;
    counts.resize(WORD_SLOTS, 0);
    for row in store.rows(txn, &store.pending, 0)? {
        let (number, bytes) = row?;
        count(
            PendingRow::read(bytes, || store.place("pending", number))?.word_slots(),
            &mut counts,
        );
    }
    Ok(counts)
}

/// Writes all pending keys as a run and empties the memtable.
pub fn flush(store: &Store, turn: &ProcessWriteLock, recent: &RwLock<Memtable>) -> Result<()> {
    let mut txn = store.write(turn)?;
    let mut state = store.state(&txn)?;
    to_run(store, &mut txn, &mut state, Vec::new(), vec![0; WORD_SLOTS])?;
    store.put_state(&mut txn, &state)?;
    store.commit(txn)?;
    recent.write().unwrap_or_else(PoisonError::into_inner).restart(state.epoch, state.pending_from);
    Ok(())
}

/// Merges the last runs as far as the ratio of their sizes requires. The runs that a compaction
/// reads stay as they are.
pub fn settle(store: &Store, turn: &ProcessWriteLock) -> Result<()> {
    let state = store.now()?;
    let mut from = due(&state.runs, 0);
    if from + 1 >= state.runs.len() {
        return Ok(());
    }
    match claimed(store.path()) {
        None => sweep(store, turn, &state)?,
        Some(next) => from = due(&state.runs, next),
    }
    if from + 1 < state.runs.len() {
        let old = &state.runs[from..];
        let number = reserve(store, turn)?;
        let read = store.read()?;
        let mut merging = Merging::new(store, &read, old, number)?;
        loop {
            let merged = merging.merge_some(|_| true)?;
            merging.write(turn, &merged)?;
            if merged.is_last {
                break;
            }
        }
        let mut txn = store.write(turn)?;
        let mut after = store.state(&txn)?;
        if after.runs != state.runs {
            return Err(damaged(store.place("meta", "state")));
        }
        after.runs.truncate(from);
        after.runs.extend(merging.finished());
        store.put_state(&mut txn, &after)?;
        store.commit(txn)?;
        drop_runs(store, turn, old);
    }
    Ok(())
}

/// The first of the last runs that are to be merged, among those whose numbers are not below
/// `claimed`; the last run if none are.
fn due(runs: &[RunInfo], claimed: u32) -> usize {
    let mut from = runs.len().saturating_sub(1);
    let mut size = runs.last().map_or(0, |r| r.postings);
    while from > 0 && runs[from - 1].postings < FACTOR * size && runs[from - 1].id >= claimed {
        from -= 1;
        size += runs[from].postings;
    }
    from
}

/// Deletes the rows of runs that were replaced. Rows that cannot be deleted now are deleted before
/// the next merge.
pub fn drop_runs(store: &Store, turn: &ProcessWriteLock, runs: &[RunInfo]) {
    let _ = runs.iter().try_for_each(|r| store.drop_run(turn, r.id));
}

/// Deletes the rows of runs that the state does not list: a crash left them.
pub fn sweep(store: &Store, turn: &ProcessWriteLock, state: &State) -> Result<()> {
    let there = {
        let txn = store.read()?;
        store.run_ids(&txn)?
    };
    let mut left = there.into_iter().filter(|id| state.runs.iter().all(|r| r.id != *id));
    left.try_for_each(|id| store.drop_run(turn, id))
}

/// Reserves the number of the next run for good, so that the rows which a crash leaves under it can
/// never be mistaken for another run.
pub fn reserve(store: &Store, turn: &ProcessWriteLock) -> Result<u32> {
    let mut txn = store.write(turn)?;
    let state = store.state(&txn)?;
    store.put_state(&mut txn, &State { next_run: state.next_run + 1, ..state.clone() })?;
    store.commit(txn)?;
    Ok(state.next_run)
}

/// Some buckets of a merge, in order.
pub struct MergedBuckets {
    buckets: Vec<(u32, Vec<u8>)>,
    /// Whether none follow.
    pub is_last: bool,
}

/// The merge of several runs into one, which the state does not list yet.
pub struct Merging<'t> {
    store: &'t Store,
    number: u32,
    /// The first bucket that was written.
    first: Option<u32>,
    shape: BucketLayout,
    packed: Packed<Merged<StoredRun<'t>>>,
}

impl<'t> Merging<'t> {
    /// The merge of these runs, as `read` sees them, into one of this number.
    pub fn new(
        store: &'t Store,
        read: &'t ReadTxn,
        runs: &[RunInfo],
        number: u32,
    ) -> Result<Merging<'t>> {
        let shape = BucketLayout::of(runs.iter().map(|r| r.postings).sum());
        let source = |run: &RunInfo| {
            let buckets: Buckets = Box::new(store.buckets(read, run.id)?);
            Ok(StoredRun { store, run: *run, buckets, now: None, at: 0 })
        };
        let sources: Result<Vec<StoredRun>> = runs.iter().map(source).collect();
        let packed = Packed::new(Merged::new(sources?)?, shape);
        Ok(Merging { store, number, first: None, shape, packed })
    }

    /// Merges the next postings that `keep` accepts, in memory of a bounded size. It needs no lock,
    /// so that nobody waits while the old runs are read.
    pub fn merge_some(&mut self, keep: impl Fn(u32) -> bool) -> Result<MergedBuckets> {
        let mut merged = MergedBuckets { buckets: Vec::new(), is_last: false };
        let mut bytes = 0;
        while bytes < CHUNK && !merged.is_last {
            match self.packed.next_bucket(|posting| keep(posting.unit))? {
                Some(bucket) => {
                    bytes += bucket.1.len();
                    merged.buckets.push(bucket);
                }
                None => merged.is_last = true,
            }
        }
        Ok(merged)
    }

    /// Writes what was merged in one transaction.
    pub fn write(&mut self, turn: &ProcessWriteLock, merged: &MergedBuckets) -> Result<()> {
        let mut txn = self.store.write(turn)?;
        for (bucket, bytes) in &merged.buckets {
            self.store.append_bucket(&mut txn, self.number, *bucket, bytes)?;
            self.first.get_or_insert(*bucket);
        }
        self.store.commit(txn)
    }

    /// Whether what was written first is still there: a program that does not know that writers go
    /// on during a compaction deletes the rows of a run that no state lists, and the first ones
    /// first.
    pub fn is_whole(&self, txn: &ReadTxn) -> Result<bool> {
        self.first.map_or(Ok(true), |bucket| self.store.has_bucket(txn, self.number, bucket))
    }

    /// The run; `None` where no posting is left.
    pub fn finished(self) -> Option<RunInfo> {
        let Merging { number: id, shape, packed, .. } = self;
        let postings = packed.postings;
        (postings > 0).then_some(RunInfo { id, postings, bits: shape.bits })
    }
}

/// The buckets of a run, in order.
type Buckets<'t> = Box<dyn Iterator<Item = Result<(u32, &'t [u8])>> + 't>;

/// A cursor over the postings of a stored run, in order.
struct StoredRun<'t> {
    store: &'t Store,
    run: RunInfo,
    buckets: Buckets<'t>,
    now: Option<(u32, Bucket<'t>)>,
    at: usize,
}

impl Source for StoredRun<'_> {
    /// Returns the next posting. The checksum of every bucket is checked before its postings are
    /// copied.
    fn next_posting(&mut self) -> Result<Option<Posting>> {
        if self.now.is_none_or(|(_, b)| self.at == b.len()) {
            let Some(next) = self.buckets.next() else { return Ok(None) };
            let (number, bytes) = next?;
            let what = || self.store.place("run", format!("{}, {number}", self.run.id));
            self.now =
                Some((number, Bucket::checked(BucketLayout { bits: self.run.bits }, bytes, what)?));
            self.at = 0;
        }
        let posting = self.now.map(|(number, bucket)| bucket.posting(number, self.at));
        self.at += 1;
        Ok(posting)
    }
}
