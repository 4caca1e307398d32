//! Owns: fjall. A run is a keyspace of its own, ingested whole; the manifest stands in another.

use super::{CACHE, Engine, Fill, Found, Read, Reader, Writer};
use crate::Res;
use fjall::config::CompressionPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};
use std::collections::HashMap;
use std::path::Path;

pub struct Fjall {
    db: Database,
    meta: Keyspace,
    rows: Keyspace,
    runs: HashMap<u32, Keyspace>,
}

fn options() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().data_block_compression_policy(CompressionPolicy::disabled()).expect_point_read_hits(true)
}

impl Fjall {
    pub fn open(dir: &Path) -> Res<Fjall> {
        let db = Database::builder(dir).cache_size(CACHE as u64).open()?;
        let meta = db.keyspace("meta", KeyspaceCreateOptions::default)?;
        let rows = db.keyspace("rows", options)?;
        let mut runs = HashMap::new();
        for name in db.list_keyspace_names() {
            if let Some(run) = name.strip_prefix("run-").and_then(|n| n.parse().ok()) {
                runs.insert(run, db.keyspace(&name, options)?);
            }
        }
        Ok(Fjall { db, meta, rows, runs })
    }

    fn remove(&mut self, run: u32) -> Res<()> {
        self.runs.remove(&run).map_or(Ok(()), |k| Ok(self.db.delete_keyspace(k)?))
    }
}

fn bucket(id: u64) -> [u8; 4] {
    (id as u32).to_be_bytes()
}

struct Reading<'r> {
    runs: &'r HashMap<u32, Keyspace>,
}

impl Reader for Reading<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        let Some(run) = self.runs.get(&((id >> 32) as u32)) else { return Ok(false) };
        Ok(run.get(bucket(id))?.map(|v| f(&v)).is_some())
    }
}

/// An ingestion's type has no public name: a closure holds it.
struct Writing<'r, W> {
    reading: Reading<'r>,
    write: W,
}

impl<W> Reader for Writing<'_, W> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        self.reading.with(id, f)
    }
}

impl<W: FnMut([u8; 4], &[u8]) -> fjall::Result<()>> Writer for Writing<'_, W> {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()> {
        Ok((self.write)(bucket(id), value)?)
    }
}

impl Engine for Fjall {
    fn manifest(&mut self) -> Res<Option<Vec<u8>>> {
        Ok(self.meta.get("manifest")?.map(|v| v.to_vec()))
    }

    fn write_run(&mut self, run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()> {
        let keyspace = self.db.keyspace(&format!("run-{run}"), options)?;
        let mut ingestion = keyspace.start_ingestion()?;
        let write = |id: [u8; 4], value: &[u8]| ingestion.write(id, value);
        fill(&mut Writing { reading: Reading { runs: &self.runs }, write })?;
        ingestion.finish()?;
        self.runs.insert(run, keyspace);
        self.meta.insert("manifest", manifest)?;
        self.db.persist(PersistMode::SyncAll)?;
        old.iter().try_for_each(|&run| self.remove(run))
    }

    fn discard(&mut self, kept: &[u32]) -> Res<()> {
        let left: Vec<u32> = self.runs.keys().copied().filter(|run| !kept.contains(run)).collect();
        left.into_iter().try_for_each(|run| self.remove(run))
    }

    fn read(&mut self, f: &mut Read) -> Res<()> {
        f(&mut Reading { runs: &self.runs })
    }

    fn insert_rows(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        let mut ingestion = self.rows.start_ingestion()?;
        for &(key, unit) in sorted {
            ingestion.write(row(key, unit), [])?;
        }
        Ok(ingestion.finish()?)
    }

    fn find_rows(&mut self, keys: &[u64], found: &mut Found) -> Res<()> {
        for &key in keys {
            for guard in self.rows.prefix(key.to_be_bytes()) {
                let row = guard.key()?;
                found(key, u32::from_be_bytes(row[8..12].try_into()?));
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Res<Option<bool>> {
        Ok(None)
    }
}

fn row(key: u64, unit: u32) -> [u8; 12] {
    let mut out = [0; 12];
    out[..8].copy_from_slice(&key.to_be_bytes());
    out[8..].copy_from_slice(&unit.to_be_bytes());
    out
}
