//! Owns: what every engine is asked to do. Each engine has a file of its own.

mod fjall;
mod fjall_one;
mod heed;
mod redb;
mod sqlite;

use crate::Res;
use std::path::Path;

/// Bytes that an engine may hold in its cache, where it has one.
pub const CACHE: usize = 64 << 20;
/// A run is committed in steps of so many bytes, so that no transaction grows with the index.
pub const STEP: usize = 32 << 20;

/// A bucket's place: the run in the upper half, its number in the lower.
pub fn bucket_id(run: u32, bucket: u32) -> u64 {
    u64::from(run) << 32 | u64::from(bucket)
}

/// Gives values out.
pub trait Reader {
    /// Calls `f` with the value; `false` where there is none.
    fn with(&mut self, id: u64, f: &mut dyn FnMut(&[u8])) -> Res<bool>;
}

/// Takes the values of one new run, ascending.
pub trait Writer: Reader {
    fn put(&mut self, id: u64, value: &[u8]) -> Res<()>;
}

pub type Fill<'f> = dyn FnMut(&mut dyn Writer) -> Res<()> + 'f;
pub type Read<'f> = dyn FnMut(&mut dyn Reader) -> Res<()> + 'f;
pub type Found<'f> = dyn FnMut(u64, u32) + 'f;

pub trait Engine {
    /// The value that [`Engine::write_run`] stored last.
    fn manifest(&mut self) -> Res<Option<Vec<u8>>>;
    /// Writes a run, then in one small step: the manifest, and the old runs away.
    fn write_run(&mut self, run: u32, old: &[u32], manifest: &[u8], fill: &mut Fill) -> Res<()>;
    /// Removes what an interrupted [`Engine::write_run`] left: all runs that are not of `kept`.
    fn discard(&mut self, kept: &[u32]) -> Res<()>;
    fn read(&mut self, f: &mut Read) -> Res<()>;
    /// One row a posting, in one transaction.
    fn insert_rows(&mut self, sorted: &[(u64, u32)]) -> Res<()>;
    fn find_rows(&mut self, keys: &[u64], found: &mut Found) -> Res<()>;
    /// The engine's own check of all its pages; `None` where it has none.
    fn check(&mut self) -> Res<Option<bool>>;
}

pub const NAMES: [&str; 5] = ["heed", "redb", "sqlite", "fjall", "fjall-one"];

pub fn open(name: &str, dir: &Path) -> Res<Box<dyn Engine>> {
    std::fs::create_dir_all(dir)?;
    Ok(match name {
        "heed" => Box::new(heed::Heed::open(dir)?),
        "redb" => Box::new(redb::Redb::open(dir)?),
        "sqlite" => Box::new(sqlite::Sqlite::open(dir)?),
        "fjall-one" => Box::new(fjall_one::FjallOne::open(dir)?),
        "fjall" => Box::new(fjall::Fjall::open(dir)?),
        _ => return Err(format!("no engine {name}; one of {}", NAMES.join(", ")).into()),
    })
}
