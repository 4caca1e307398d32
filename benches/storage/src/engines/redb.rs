//! Owns: redb.

use super::{CACHE, Engine, Fill, Found, Read, Reader, STEP, Writer, bucket_id};
use crate::Res;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use std::path::Path;

const BUCKETS: TableDefinition<u64, &[u8]> = TableDefinition::new("buckets");
const ROWS: TableDefinition<(u64, u32), ()> = TableDefinition::new("rows");
/// Runs begin at one, so that the manifest can stand before them all.
const MANIFEST: u64 = 0;

pub struct Redb {
    db: Database,
}

impl Redb {
    pub fn open(dir: &Path) -> Res<Redb> {
        let db = Database::builder().set_cache_size(CACHE).create(dir.join("index.redb"))?;
        let txn = db.begin_write()?;
        txn.open_table(BUCKETS)?;
        txn.open_table(ROWS)?;
        txn.commit()?;
        Ok(Redb { db })
    }
}

struct Reading<T> {
    table: T,
}

impl<T: ReadableTable<u64, &'static [u8]>> Reader for Reading<T> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        Ok(self.table.get(id)?.map(|v| f(v.value())).is_some())
    }
}

/// A table is opened for every value: it borrows from the transaction, and opening is a look at a map.
struct Writing<'d> {
    db: &'d Database,
    txn: Option<WriteTransaction>,
    written: usize,
}

impl Writing<'_> {
    fn txn(&mut self) -> Res<&mut WriteTransaction> {
        if self.txn.is_none() {
            self.txn = Some(self.db.begin_write()?);
        }
        self.txn.as_mut().ok_or_else(|| "no transaction".into())
    }
}

impl Reader for Writing<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        let table = self.txn()?.open_table(BUCKETS)?;
        let value = table.get(id)?;
        Ok(value.map(|v| f(v.value())).is_some())
    }
}

impl Writer for Writing<'_> {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()> {
        self.txn()?.open_table(BUCKETS)?.insert(id, value)?;
        self.written += value.len();
        if self.written >= STEP {
            self.written = 0;
            self.txn.take().map_or(Ok(()), WriteTransaction::commit)?;
        }
        Ok(())
    }
}

fn remove(txn: &WriteTransaction, run: u32) -> Res<()> {
    let mut table = txn.open_table(BUCKETS)?;
    Ok(table.retain_in(bucket_id(run, 0)..=bucket_id(run, u32::MAX), |_, _| false)?)
}

impl Engine for Redb {
    fn manifest(&mut self) -> Res<Option<Vec<u8>>> {
        let table = self.db.begin_read()?.open_table(BUCKETS)?;
        Ok(table.get(MANIFEST)?.map(|v| v.value().to_vec()))
    }

    fn write_run(&mut self, _run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()> {
        let mut writing = Writing { db: &self.db, txn: None, written: 0 };
        fill(&mut writing)?;
        let txn = writing.txn()?;
        for &run in old {
            remove(txn, run)?;
        }
        txn.open_table(BUCKETS)?.insert(MANIFEST, manifest)?;
        Ok(writing.txn.take().map_or(Ok(()), WriteTransaction::commit)?)
    }

    fn discard(&mut self, kept: &[u32]) -> Res<()> {
        let txn = self.db.begin_write()?;
        let mut from = bucket_id(1, 0);
        loop {
            let next = txn.open_table(BUCKETS)?.range(from..)?.next().transpose()?.map(|(id, _)| id.value());
            let Some(id) = next else { break };
            let run = (id >> 32) as u32;
            if !kept.contains(&run) {
                remove(&txn, run)?;
            }
            from = bucket_id(run + 1, 0);
        }
        Ok(txn.commit()?)
    }

    fn read(&mut self, f: &mut Read) -> Res<()> {
        f(&mut Reading { table: self.db.begin_read()?.open_table(BUCKETS)? })
    }

    fn insert_rows(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        let txn = self.db.begin_write()?;
        let mut table = txn.open_table(ROWS)?;
        for row in sorted {
            table.insert(row, ())?;
        }
        drop(table);
        Ok(txn.commit()?)
    }

    fn find_rows(&mut self, keys: &[u64], found: &mut Found) -> Res<()> {
        let table = self.db.begin_read()?.open_table(ROWS)?;
        for &key in keys {
            for row in table.range((key, 0)..=(key, u32::MAX))? {
                found(key, row?.0.value().1);
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Res<Option<bool>> {
        Ok(Some(self.db.check_integrity()?))
    }
}
