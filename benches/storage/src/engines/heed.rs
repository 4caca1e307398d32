//! Owns: LMDB, through heed.

use super::{Engine, Fill, Found, Read, Reader, STEP, Writer, bucket_id};
use crate::Res;
use heed::byteorder::NativeEndian;
use heed::types::{Bytes, U32, U64};
use heed::{Database, DatabaseFlags, Env, EnvOpenOptions, IntegerComparator, PutFlags, RoTxn, RwTxn, WithoutTls};
use std::path::Path;

type Buckets = Database<U64<NativeEndian>, Bytes, IntegerComparator>;
type Rows = Database<U64<NativeEndian>, U32<NativeEndian>, IntegerComparator, IntegerComparator>;

/// Runs begin at one, so that the manifest can stand before them all.
const MANIFEST: u64 = 0;

pub struct Heed {
    env: Env<WithoutTls>,
    buckets: Buckets,
    rows: Rows,
}

impl Heed {
    pub fn open(dir: &Path) -> Res<Heed> {
        let mut options = EnvOpenOptions::new().read_txn_without_tls();
        // SAFETY: only this benchmark writes the file.
        let env = unsafe { options.map_size(64 << 30).max_dbs(2).open(dir)? };
        // A page beyond the end of a file that was cut would end the process with SIGBUS.
        let needed = (env.info().last_page_number as u64 + 1) * u64::from(env.stat().page_size);
        let length = std::fs::metadata(dir.join("data.mdb"))?.len();
        if env.info().last_txn_id > 0 && length < needed {
            return Err(format!("the file has {length} bytes of {needed}").into());
        }
        let mut txn = env.write_txn()?;
        let buckets = env.database_options().types().key_comparator::<IntegerComparator>().name("buckets").create(&mut txn)?;
        let rows = env
            .database_options()
            .types()
            .key_comparator::<IntegerComparator>()
            .dup_sort_comparator::<IntegerComparator>()
            .flags(DatabaseFlags::DUP_SORT | DatabaseFlags::DUP_FIXED)
            .name("rows")
            .create(&mut txn)?;
        txn.commit()?;
        Ok(Heed { env, buckets, rows })
    }
}

struct Reading<'t> {
    buckets: Buckets,
    txn: RoTxn<'t, WithoutTls>,
}

impl Reader for Reading<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        Ok(self.buckets.get(&self.txn, &id)?.map(f).is_some())
    }
}

struct Writing<'e> {
    env: &'e Env<WithoutTls>,
    buckets: Buckets,
    txn: Option<RwTxn<'e>>,
    written: usize,
}

impl<'e> Writing<'e> {
    fn txn(&mut self) -> Res<&mut RwTxn<'e>> {
        if self.txn.is_none() {
            self.txn = Some(self.env.write_txn()?);
        }
        self.txn.as_mut().ok_or_else(|| "no transaction".into())
    }
}

impl Reader for Writing<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        let buckets = self.buckets;
        Ok(buckets.get(self.txn()?, &id)?.map(f).is_some())
    }
}

impl Writer for Writing<'_> {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()> {
        let buckets = self.buckets;
        buckets.put_with_flags(self.txn()?, PutFlags::APPEND, &id, value)?;
        self.written += value.len();
        if self.written >= STEP {
            self.written = 0;
            self.txn.take().map_or(Ok(()), RwTxn::commit)?;
        }
        Ok(())
    }
}

impl Engine for Heed {
    fn manifest(&mut self) -> Res<Option<Vec<u8>>> {
        let txn = self.env.read_txn()?;
        Ok(self.buckets.get(&txn, &MANIFEST)?.map(<[u8]>::to_vec))
    }

    fn write_run(&mut self, _run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()> {
        let mut writing = Writing { env: &self.env, buckets: self.buckets, txn: None, written: 0 };
        fill(&mut writing)?;
        let txn = writing.txn()?;
        for &run in old {
            self.buckets.delete_range(txn, &(bucket_id(run, 0)..=bucket_id(run, u32::MAX)))?;
        }
        self.buckets.put(txn, &MANIFEST, manifest)?;
        Ok(writing.txn.take().map_or(Ok(()), RwTxn::commit)?)
    }

    fn discard(&mut self, kept: &[u32]) -> Res<()> {
        let mut txn = self.env.write_txn()?;
        let mut from = bucket_id(1, 0);
        while let Some((id, _)) = self.buckets.get_greater_than_or_equal_to(&txn, &from)? {
            let run = (id >> 32) as u32;
            if !kept.contains(&run) {
                self.buckets.delete_range(&mut txn, &(bucket_id(run, 0)..=bucket_id(run, u32::MAX)))?;
            }
            from = bucket_id(run + 1, 0);
        }
        Ok(txn.commit()?)
    }

    fn read(&mut self, f: &mut Read) -> Res<()> {
        f(&mut Reading { buckets: self.buckets, txn: self.env.read_txn()? })
    }

    fn insert_rows(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        let mut txn = self.env.write_txn()?;
        for (key, unit) in sorted {
            self.rows.put(&mut txn, key, unit)?;
        }
        Ok(txn.commit()?)
    }

    fn find_rows(&mut self, keys: &[u64], found: &mut Found) -> Res<()> {
        let txn = self.env.read_txn()?;
        for key in keys {
            for row in self.rows.get_duplicates(&txn, key)?.into_iter().flatten() {
                found(*key, row?.1);
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Res<Option<bool>> {
        Ok(None)
    }
}
