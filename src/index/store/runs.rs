//! Owns: the rows of runs and of hot keys in LMDB. Never: the content of a bucket.

use crate::error::Result;
use crate::index::store::tables::{ProcessWriteLock, Store};
use crate::postings::bucket::{Bucket, BucketLayout};
use heed::{PutFlags, RoTxn, RwTxn};
use std::sync::atomic::Ordering;

impl Store {
    /// Reads a bucket of a run. All of it is checked when this handle reads it first.
    pub fn bucket<'t>(
        &self,
        txn: &'t RoTxn,
        run: u32,
        shape: BucketLayout,
        bucket: u32,
    ) -> Result<Option<Bucket<'t>>> {
        let (checked, key) = (self.checked_buckets.of(run, shape), run_key(run, bucket));
        let known = checked.has(bucket);
        if !known {
            self.check_row(txn, self.runs.name, &key.to_be_bytes())?;
        }
        let row = self.runs.rows.get(txn, &key).map_err(|e| self.storage_error(e))?;
        let Some(bytes) = row else { return Ok(None) };
        let place = || self.place("run", format!("{run}, {bucket}"));
        if known {
            return Bucket::new(shape, bytes, place).map(Some);
        }
        let whole = Bucket::checked(shape, bytes, place)?;
        checked.set(bucket);
        Ok(Some(whole))
    }
    /// Iterates over the buckets of a run in order, each with its number and still sealed.
    pub fn buckets<'t>(
        &'t self,
        txn: &'t RoTxn,
        run: u32,
    ) -> Result<impl Iterator<Item = Result<(u32, &'t [u8])>> + 't> {
        let all = run_key(run, 0)..=run_key(run, u32::MAX);
        self.check_rows(txn, self.runs.name, Some(&run_key(run, 0).to_be_bytes()))?;
        let rows = self.runs.rows.range(txn, &all).map_err(|e| self.storage_error(e))?;
        Ok(rows.map(|row| {
            row.map(|(key, bytes)| (key as u32, bytes)).map_err(|e| self.storage_error(e))
        }))
    }
    /// Whether a run has this bucket.
    pub fn has_bucket(&self, txn: &RoTxn, run: u32, bucket: u32) -> Result<bool> {
        let key = run_key(run, bucket);
        self.check_row(txn, self.runs.name, &key.to_be_bytes())?;
        let row = self.runs.rows.get(txn, &key).map_err(|e| self.storage_error(e))?;
        Ok(row.is_some())
    }
    /// Checks the last page of all runs, once for each transaction: LMDB looks at it before it
    /// appends a bucket, although a writer may have begun a later run there.
    fn check_end(&self, txn: &RoTxn) -> Result<()> {
        if self.end_checked_for.load(Ordering::Relaxed) != txn.id() {
            self.check_row(txn, self.runs.name, &u64::MAX.to_be_bytes())?;
            self.end_checked_for.store(txn.id(), Ordering::Relaxed);
        }
        Ok(())
    }
    /// Writes a bucket behind all others of its run.
    pub fn append_bucket(
        &self,
        txn: &mut RwTxn,
        run: u32,
        bucket: u32,
        bytes: &[u8],
    ) -> Result<()> {
        let key = run_key(run, bucket);
        self.check_row(txn, self.runs.name, &key.to_be_bytes())?;
        self.check_end(txn)?;
        let rows = &self.runs.rows;
        match rows.put_with_flags(txn, PutFlags::APPEND, &key, bytes) {
            // A writer has begun a later run meanwhile.
            Err(heed::Error::Mdb(heed::MdbError::KeyExist)) => rows.put(txn, &key, bytes),
            written => written,
        }
        .map_err(|e| self.storage_error(e))
    }
    /// Reads the representative classes of a hot key, still sealed.
    pub fn hot<'t>(&self, txn: &'t RoTxn, key: u64) -> Result<Option<&'t [u8]>> {
        self.check_row(txn, self.hot.name, &key.to_be_bytes())?;
        self.hot.rows.get(txn, &key).map_err(|e| self.storage_error(e))
    }
    /// Iterates over all hot keys, ascending, with their representative classes, still sealed.
    pub fn all_hot<'t>(
        &'t self,
        txn: &'t RoTxn,
    ) -> Result<impl Iterator<Item = Result<(u64, &'t [u8])>> + 't> {
        self.check_rows(txn, self.hot.name, None)?;
        let rows = self.hot.rows.iter(txn).map_err(|e| self.storage_error(e))?;
        Ok(rows.map(|row| row.map_err(|e| self.storage_error(e))))
    }
    /// Replaces all hot keys and their representative classes; `rows` must be ascending.
    pub fn replace_hot(
        &self,
        txn: &mut RwTxn,
        rows: impl Iterator<Item = (u64, Vec<u8>)>,
    ) -> Result<()> {
        self.check_rows(txn, self.hot.name, None)?;
        self.hot.rows.clear(txn).map_err(|e| self.storage_error(e))?;
        for (key, row) in rows {
            self.hot
                .rows
                .put_with_flags(txn, PutFlags::APPEND, &key, &row)
                .map_err(|e| self.storage_error(e))?;
        }
        Ok(())
    }
    /// Returns the numbers of the runs that have rows.
    pub fn run_ids(&self, txn: &RoTxn) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        let mut at = 0;
        let next = |at: u64| {
            self.check_row(txn, self.runs.name, &at.to_be_bytes())?;
            let row = self.runs.rows.get_greater_than_or_equal_to(txn, &at);
            row.map_err(|e| self.storage_error(e))
        };
        while let Some((key, _)) = next(at)? {
            let id = (key >> 32) as u32;
            ids.push(id);
            match id.checked_add(1) {
                Some(next) => at = run_key(next, 0),
                None => break,
            }
        }
        Ok(ids)
    }
    /// Deletes the rows of a run.
    pub fn drop_run(&self, turn: &ProcessWriteLock, run: u32) -> Result<()> {
        while self.drop_some(turn, run)? {}
        Ok(())
    }
    /// Deletes some of the rows of a run in one transaction; returns whether any was left.
    pub fn drop_some(&self, turn: &ProcessWriteLock, run: u32) -> Result<bool> {
        let mut txn = self.write(turn)?;
        let from = run_key(run, 0);
        self.check_row(&txn, self.runs.name, &from.to_be_bytes())?;
        let failed = |e| self.storage_error(e);
        let first = self.runs.rows.get_greater_than_or_equal_to(&txn, &from).map_err(failed)?;
        let Some(first) = first.map(|(key, _)| key).filter(|key| (key >> 32) as u32 == run) else {
            self.checked_buckets.forget(run);
            return Ok(false);
        };
        let most = first.saturating_add(DROPPED - 1).min(run_key(run, u32::MAX));
        self.check_row(&txn, self.runs.name, &most.to_be_bytes())?;
        let last = self.runs.rows.get_lower_than_or_equal_to(&txn, &most).map_err(failed)?;
        let last = last.map_or(first, |(key, _)| key);
        // The pages beside those that become empty are read too.
        for key in first.saturating_sub(1)..=last.saturating_add(1) {
            self.check_row(&txn, self.runs.name, &key.to_be_bytes())?;
        }
        self.runs.rows.delete_range(&mut txn, &(first..=last)).map_err(failed)?;
        self.commit(txn)?;
        Ok(true)
    }
}

/// So many buckets of a run are deleted in one transaction: a writer waits for tens of
/// milliseconds.
const DROPPED: u64 = 1 << 13;

const fn run_key(run: u32, bucket: u32) -> u64 {
    (run as u64) << 32 | bucket as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::store::create::create;
    use crate::index::store::meta_page::DATA;

    /// Appends buckets of a run in a transaction of its own.
    fn append(store: &Store, run: u32, buckets: std::ops::Range<u32>, bytes: &[u8]) -> Result<()> {
        let turn = store.writing()?;
        let mut txn = store.write(&turn)?;
        for bucket in buckets {
            store.append_bucket(&mut txn, run, bucket, bytes)?;
        }
        store.commit(txn)
    }

    #[test]
    fn the_last_page_is_checked_before_a_bucket_of_an_earlier_run_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        create(&path, "header").unwrap();
        let (long, last) = ([7; 1500], *b"the last bucket of all");
        let store = Store::open(&path, false).unwrap();
        append(&store, 1, 0..400, &long).unwrap();
        append(&store, 2, 0..90, &long).unwrap();
        append(&store, 2, 90..91, &last.repeat(60)).unwrap();
        append(&store, 1, 400..401, &long).unwrap();
        drop(store);
        // Its page says that it is another one, which LMDB would not notice.
        let mut data = std::fs::read(path.join(DATA)).unwrap();
        for page in data.chunks_mut(4096) {
            if page.windows(last.len()).any(|bytes| bytes == last) {
                page[0] ^= 1;
            }
        }
        std::fs::write(path.join(DATA), data).unwrap();
        let store = Store::open(&path, false).unwrap();
        let error = append(&store, 1, 401..402, &long).unwrap_err().to_string();
        assert!(error.contains("damaged"), "{error}");
    }
}
