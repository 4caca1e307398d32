//! Owns: LMDB's first two pages, which say where the trees of the last two transactions begin, and
//! the records of trees. Never: what is in a tree.

use crate::index::store::page::{HEAD, u64_at};
use std::fs::File;
use std::io;

/// The name of LMDB's data file.
pub const DATA: &str = "data.mdb";

const META: u16 = 8;
/// The flag of a table whose keys are numbers.
const INTEGERS: u16 = 8;
const MAGIC: u64 = 0xbeef_c0de;
/// Places on a meta page: the records of two trees, the last page, the transaction.
const TREES: usize = HEAD + 24;
const RECORD: usize = 48;
const LAST: usize = TREES + 2 * RECORD;

/// Whether LMDB's pages have the layout of `page` on this machine; elsewhere nothing is checked.
pub const KNOWN_LAYOUT: bool = cfg!(all(target_pointer_width = "64", target_endian = "little"));

/// Why a page cannot be used.
#[derive(Debug)]
pub enum PageError {
    /// The file is none of LMDB's.
    Foreign,
    /// It is not what was written there.
    Damaged(u64),
    /// The file ends before it.
    CutOff(u64),
    /// It cannot be read.
    Io(io::Error),
}

type Result<T> = std::result::Result<T, PageError>;

/// The root of a table, and how much there is of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tree {
    /// The number of pages on the way to a leaf, the leaf included.
    pub depth: u16,
    /// The number of its pages, those of long data apart.
    pub pages: u64,
    /// The number of its rows.
    pub rows: u64,
    /// The number of its root.
    pub root: u64,
    /// Whether its keys are numbers in the order of bytes of this machine.
    pub integers: bool,
}

impl Tree {
    /// Reads the record of a table.
    pub fn of(record: &[u8], integers: bool) -> Option<Tree> {
        let flags = u16::from_le_bytes(*record.get(4..)?.first_chunk()?);
        if flags != if integers { INTEGERS } else { 0 } {
            return None;
        }
        let depth = u16::from_le_bytes(*record.get(6..)?.first_chunk()?);
        let at = |n| u64_at(record, n);
        let pages = at(8)?.checked_add(at(16)?)?;
        Some(Tree { depth, pages, rows: at(32)?, root: at(40)?, integers })
    }
    /// Whether the table has no rows.
    pub const fn is_empty(&self) -> bool {
        self.root == u64::MAX
    }
}

/// What one of the two pages says.
#[derive(Debug, Clone, Copy)]
pub struct Roots {
    /// The list of free pages.
    pub free: Tree,
    /// The table of all tables.
    pub main: Tree,
    /// The last page in use.
    pub last: u64,
}

impl Roots {
    /// Reads such a page, if it is that of a transaction; an error where it is damaged.
    pub fn of(meta: &[u8], txn: usize) -> Option<std::result::Result<Roots, ()>> {
        if u64_at(meta, LAST + 8) != Some(txn as u64) {
            return None;
        }
        let record = |n: usize| Tree::of(meta.get(TREES + n * RECORD..)?, n == 0);
        let roots =
            || Some(Roots { free: record(0)?, main: record(1)?, last: u64_at(meta, LAST)? });
        Some(roots().ok_or(()))
    }
}

/// Checks what LMDB takes from the first two pages when it opens the file: that they are such
/// pages, and the length of a page.
pub fn check_meta_pages(file: &File) -> Result<()> {
    if !KNOWN_LAYOUT {
        return Ok(());
    }
    let mut size = None;
    for number in 0..2 {
        let mut meta = [0; LAST + 16];
        let at = number * u64::from(size.unwrap_or(0));
        read_exact_at(file, &mut meta, at).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof if number == 0 => PageError::Foreign,
            io::ErrorKind::UnexpectedEof => PageError::CutOff(number),
            _ => PageError::Io(e),
        })?;
        if number == 0 && u64_at(&meta, HEAD).map(|word| word & 0xffff_ffff) != Some(MAGIC) {
            return Err(PageError::Foreign);
        }
        let flags = u16::from_le_bytes([meta[10], meta[11]]);
        let page = meta[TREES..].first_chunk().map_or(0, |b| u32::from_le_bytes(*b));
        let sound = u64_at(&meta, 0) == Some(number)
            && flags == META
            && u64_at(&meta, HEAD).map(|word| word & 0xffff_ffff) == Some(MAGIC)
            && page.is_power_of_two()
            && (512..=1 << 15).contains(&page)
            && size.is_none_or(|size| size == page);
        if !sound {
            return Err(PageError::Damaged(number));
        }
        size = Some(page);
    }
    Ok(())
}

/// Whether bytes are a list of pages as LMDB keeps it: their number, and the pages, descending.
pub fn is_page_list(list: &[u8], last: u64) -> bool {
    let words: Vec<u64> = list.as_chunks::<8>().0.iter().map(|w| u64::from_le_bytes(*w)).collect();
    let Some((&count, pages)) = words.split_first() else { return false };
    count as usize <= pages.len() && {
        let pages = &pages[..count as usize];
        pages.iter().all(|p| (2..=last).contains(p)) && pages.windows(2).all(|w| w[0] > w[1])
    }
}

/// Reads bytes at a place; the end of the file before them is an error.
#[cfg(unix)]
pub fn read_exact_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}
/// Reads bytes at a place; the end of the file before them is an error.
#[cfg(windows)]
pub fn read_exact_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}
