//! Owns: the written form of records of one length, and lists of them in a scratch file. Never:
//! knows what a record means.

use crate::engine::scratch::{ScratchFile, Stored};
use crate::error::Result;
use crate::postings::budget::SharedKeys;
use crate::postings::posting::Posting;

/// The records that are written, and read back, at a time: so many of each list are in memory
/// beside it.
const BLOCK: usize = 1 << 11;

/// A record whose written form has always the same length.
pub trait Record: Copy + Ord + Send + Sync {
    /// The length of the written form.
    const BYTES: usize;
    /// Appends the written form.
    fn append_to(self, out: &mut Vec<u8>);
    /// The record of a written form.
    fn read(bytes: &[u8]) -> Self;
}

impl Record for Posting {
    const BYTES: usize = Posting::BYTES;
    fn append_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }
    fn read(bytes: &[u8]) -> Posting {
        bytes.first_chunk().map_or(Posting::new(0, 0), Posting::from_bytes)
    }
}

/// A number, such as a packed posting.
impl Record for u64 {
    const BYTES: usize = 8;
    fn append_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
    fn read(bytes: &[u8]) -> u64 {
        long(bytes)
    }
}

/// A pair of texts with the number of keys that they share.
impl Record for SharedKeys {
    const BYTES: usize = 12;
    fn append_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes());
        out.extend_from_slice(&self.1.to_le_bytes());
    }
    fn read(bytes: &[u8]) -> SharedKeys {
        (long(bytes), short(&bytes[8..]))
    }
}

/// A text with the mark of a set of texts.
impl Record for (u32, u64) {
    const BYTES: usize = 12;
    fn append_to(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_le_bytes());
        out.extend_from_slice(&self.1.to_le_bytes());
    }
    fn read(bytes: &[u8]) -> (u32, u64) {
        (short(bytes), long(&bytes[4..]))
    }
}

/// The number of the first eight bytes.
pub fn long(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The number of the first four bytes.
pub fn short(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Appends records to the file, and returns where they are.
pub fn store<R: Record>(file: &mut ScratchFile, records: &[R]) -> Result<Vec<Stored>> {
    let mut bytes = Vec::with_capacity(BLOCK.min(records.len()) * R::BYTES);
    let mut stored = Vec::with_capacity(records.len().div_ceil(BLOCK));
    for block in records.chunks(BLOCK) {
        bytes.clear();
        block.iter().for_each(|record| record.append_to(&mut bytes));
        stored.push(file.append(&bytes)?);
    }
    Ok(stored)
}

/// The records of one block of the file.
pub fn load<R: Record>(file: &ScratchFile, stored: &Stored) -> Result<Vec<R>> {
    Ok(file.read(stored)?.chunks_exact(R::BYTES).map(R::read).collect())
}

/// The records of these blocks, and those behind them.
pub fn load_all<R: Record>(file: &ScratchFile, stored: &[Stored], behind: &[R]) -> Result<Vec<R>> {
    let bytes: usize = stored.iter().map(Stored::len).sum();
    let mut all = Vec::with_capacity(bytes / R::BYTES + behind.len());
    for block in stored {
        all.extend(file.read(block)?.chunks_exact(R::BYTES).map(R::read));
    }
    all.extend_from_slice(behind);
    Ok(all)
}
