//! Owns: fjall with all runs in one keyspace: a run is ingested, and taken away by tombstones in the manifest's batch.

use super::{CACHE, Engine, Fill, Found, Read, Reader, Writer, bucket_id};
use crate::Res;
use fjall::config::CompressionPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use std::path::Path;

pub struct FjallOne {
    db: Database,
    meta: Keyspace,
    buckets: Keyspace,
}

impl FjallOne {
    pub fn open(dir: &Path) -> Res<FjallOne> {
        let db = Database::builder(dir).cache_size(CACHE as u64).open()?;
        let meta = db.keyspace("meta", KeyspaceCreateOptions::default)?;
        let buckets = db.keyspace("buckets", || {
            KeyspaceCreateOptions::default().data_block_compression_policy(CompressionPolicy::disabled())
        })?;
        Ok(FjallOne { db, meta, buckets })
    }

    /// The places of all buckets of a run.
    fn places(&self, run: u32) -> Res<Vec<fjall::UserKey>> {
        let range = self.buckets.range(bucket_id(run, 0).to_be_bytes()..=bucket_id(run, u32::MAX).to_be_bytes());
        Ok(range.map(|guard| guard.key()).collect::<Result<_, _>>()?)
    }
}

struct Reading<'k>(&'k Keyspace);

impl Reader for Reading<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        Ok(self.0.get(id.to_be_bytes())?.map(|v| f(&v)).is_some())
    }
}

/// An ingestion's type has no public name: a closure holds it.
struct Writing<'k, W>(Reading<'k>, W);

impl<W> Reader for Writing<'_, W> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        self.0.with(id, f)
    }
}

impl<W: FnMut([u8; 8], &[u8]) -> fjall::Result<()>> Writer for Writing<'_, W> {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()> {
        Ok((self.1)(id.to_be_bytes(), value)?)
    }
}

impl Engine for FjallOne {
    fn manifest(&mut self) -> Res<Option<Vec<u8>>> {
        Ok(self.meta.get("manifest")?.map(|v| v.to_vec()))
    }

    fn write_run(&mut self, _run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()> {
        let mut ingestion = self.buckets.start_ingestion()?;
        let write = |id: [u8; 8], value: &[u8]| ingestion.write(id, value);
        fill(&mut Writing(Reading(&self.buckets), write))?;
        ingestion.finish()?;
        let mut batch = self.db.batch().durability(Some(PersistMode::SyncAll));
        for &run in old {
            self.places(run)?.into_iter().for_each(|place| batch.remove(&self.buckets, place));
        }
        batch.insert(&self.meta, "manifest", manifest);
        Ok(batch.commit()?)
    }

    fn discard(&mut self, kept: &[u32]) -> Res<()> {
        let mut from = 0;
        while let Some(first) = self.buckets.range(bucket_id(from, 0).to_be_bytes()..).next() {
            let run = u32::from_be_bytes(first.key()?[..4].try_into()?);
            if !kept.contains(&run) {
                let mut batch = self.db.batch();
                self.places(run)?.into_iter().for_each(|place| batch.remove(&self.buckets, place));
                batch.commit()?;
            }
            from = run + 1;
        }
        Ok(())
    }

    fn read(&mut self, f: &mut Read) -> Res<()> {
        f(&mut Reading(&self.buckets))
    }

    fn insert_rows(&mut self, _sorted: &[(u64, u32)]) -> Res<()> {
        Err("rows are the same as fjall's".into())
    }

    fn find_rows(&mut self, _keys: &[u64], _found: &mut Found) -> Res<()> {
        Err("rows are the same as fjall's".into())
    }

    fn check(&mut self) -> Res<Option<bool>> {
        Ok(None)
    }
}
