//! Owns: SQLite, through rusqlite.

use super::{CACHE, Engine, Fill, Found, Read, Reader, STEP, Writer, bucket_id};
use crate::Res;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

/// Runs begin at one, so that the manifest can stand before them all.
const MANIFEST: i64 = 0;

pub struct Sqlite {
    connection: Connection,
}

impl Sqlite {
    pub fn open(dir: &Path) -> Res<Sqlite> {
        let connection = Connection::open(dir.join("index.sqlite"))?;
        connection.set_prepared_statement_cache_capacity(16);
        connection.execute_batch(&format!(
            "pragma page_size = 16384; pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -{};
             create table if not exists buckets (id integer primary key, value blob not null);
             create table if not exists rows (key integer not null, unit integer not null, primary key (key, unit)) without rowid;",
            CACHE >> 10
        ))?;
        Ok(Sqlite { connection })
    }

    fn begin(&self) -> Res<()> {
        Ok(self.connection.execute_batch("begin immediate")?)
    }

    fn commit(&self) -> Res<()> {
        Ok(self.connection.execute_batch("commit")?)
    }

    fn remove(&self, run: u32) -> Res<()> {
        let mut statement = self.connection.prepare_cached("delete from buckets where id between ? and ?")?;
        statement.execute([bucket_id(run, 0) as i64, bucket_id(run, u32::MAX) as i64])?;
        Ok(())
    }

    fn put(&self, id: i64, value: &[u8]) -> Res<()> {
        let mut statement = self.connection.prepare_cached("insert or replace into buckets values (?, ?)")?;
        statement.execute(params![id, value])?;
        Ok(())
    }
}

struct Inside<'c> {
    sqlite: &'c Sqlite,
    written: usize,
}

impl Reader for Inside<'_> {
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool> {
        let mut statement = self.sqlite.connection.prepare_cached("select value from buckets where id = ?")?;
        let mut rows = statement.query([id as i64])?;
        let Some(row) = rows.next()? else { return Ok(false) };
        f(row.get_ref(0)?.as_blob()?);
        Ok(true)
    }
}

impl Writer for Inside<'_> {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()> {
        self.sqlite.put(id as i64, value)?;
        self.written += value.len();
        if self.written >= STEP {
            self.written = 0;
            self.sqlite.commit()?;
            self.sqlite.begin()?;
        }
        Ok(())
    }
}

impl Engine for Sqlite {
    fn manifest(&mut self) -> Res<Option<Vec<u8>>> {
        let mut statement = self.connection.prepare_cached("select value from buckets where id = ?")?;
        Ok(statement.query_row([MANIFEST], |row| row.get(0)).optional()?)
    }

    fn write_run(&mut self, _run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()> {
        self.begin()?;
        fill(&mut Inside { sqlite: self, written: 0 })?;
        for &run in old {
            self.remove(run)?;
        }
        self.put(MANIFEST, manifest)?;
        self.commit()
    }

    fn discard(&mut self, kept: &[u32]) -> Res<()> {
        self.begin()?;
        let mut from = bucket_id(1, 0);
        loop {
            let next = "select id from buckets where id >= ? order by id limit 1";
            let id: Option<i64> = self.connection.query_row(next, [from as i64], |row| row.get(0)).optional()?;
            let Some(id) = id else { break };
            let run = (id >> 32) as u32;
            if !kept.contains(&run) {
                self.remove(run)?;
            }
            from = bucket_id(run + 1, 0);
        }
        self.commit()
    }

    fn read(&mut self, f: &mut Read) -> Res<()> {
        self.connection.execute_batch("begin")?;
        let read = f(&mut Inside { sqlite: self, written: 0 });
        self.commit()?;
        read
    }

    fn insert_rows(&mut self, sorted: &[(u64, u32)]) -> Res<()> {
        self.begin()?;
        let mut statement = self.connection.prepare_cached("insert or ignore into rows values (?, ?)")?;
        for &(key, unit) in sorted {
            statement.execute([key as i64, i64::from(unit)])?;
        }
        drop(statement);
        self.commit()
    }

    fn find_rows(&mut self, keys: &[u64], found: &mut Found) -> Res<()> {
        self.connection.execute_batch("begin")?;
        let mut statement = self.connection.prepare_cached("select unit from rows where key = ?")?;
        for &key in keys {
            let mut rows = statement.query([key as i64])?;
            while let Some(row) = rows.next()? {
                found(key, row.get(0)?);
            }
        }
        drop(statement);
        self.commit()
    }

    fn check(&mut self) -> Res<Option<bool>> {
        let answer: String = self.connection.query_row("pragma integrity_check", [], |row| row.get(0))?;
        Ok(Some(answer == "ok"))
    }
}
