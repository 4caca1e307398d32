//! Owns: one record of an archive, and what stands in its place where it is broken. Never: reads
//! one.

use crate::ingest::web::record_header::Header;

/// A record.
#[derive(Debug)]
// The offsets are needed to rewrite the archive.
#[cfg_attr(not(feature = "emit"), allow(dead_code))]
pub(crate) struct Record {
    /// The number of the record, from 1, among all records whose header could be read.
    pub(crate) number: u64,
    pub(crate) header: Header,
    /// The bytes after the header; `None` where they are too long to be kept in memory.
    pub(crate) body: Option<Vec<u8>>,
    /// The offset of the member in which the record begins.
    pub(crate) member: u64,
    /// The offset of the record in the plain bytes of that member.
    pub(crate) at: u64,
}

/// Bytes that are no record, or a broken record.
#[derive(Debug)]
// The offsets are needed to rewrite the archive.
#[cfg_attr(not(feature = "emit"), allow(dead_code))]
pub(crate) struct Broken {
    /// The number of the record, where it has one.
    pub(crate) number: Option<u64>,
    pub(crate) why: String,
    /// Whether the compression is broken.
    pub(crate) packed: bool,
    /// Whether the archive ends inside the record.
    pub(crate) cut: bool,
    /// Its member, and its offset there as in a [`Record`]; the greatest number where nothing of it
    /// can be read.
    pub(crate) member: u64,
    pub(crate) at: u64,
}

impl Broken {
    pub(super) fn cut_short(self, cut: bool) -> Broken {
        Broken { cut, ..self }
    }
}
