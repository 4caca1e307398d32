//! Owns: the content of the rows of an index, and their encoding. Never: where rows are stored.

use crate::error;
use crate::hash;
use crate::model::document::{Document, DocumentInfo};
use crate::model::page_read::PageRead;
use crate::model::score::Score;
use crate::postings::checksum::{SEAL, damaged, seal, unseal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// The name of the format of everything stored except the keys, whose format the recipe's id
/// covers.
pub const SCHEMA: &str = "nearcopy.index/2";

/// The header of an index: written once, as JSON, so that any version can identify an index of
/// another version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The recipe's id, over its fields and the version of the key formats.
    pub recipe_id: String,
    /// The recipe.
    pub recipe: serde_json::Value,
    /// Whether the index keeps texts.
    pub texts: bool,
}

/// The state row, rewritten by every transaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Raised whenever keys move from pending rows to runs: older memtables are then stale.
    pub epoch: u64,
    /// Raised whenever the background is drawn anew.
    pub background_version: u64,
    /// Number of different texts when the background was drawn last.
    pub classes_at_last_background: u64,
    /// The number that the next document gets; numbers are never reused.
    pub next: u32,
    /// Documents from this number on have their keys in pending rows.
    pub pending_from: u32,
    /// Keys in pending rows.
    pub pending_keys: u64,
    /// The number of the next run.
    pub next_run: u32,
    /// Sorted runs of postings, largest first.
    pub runs: Vec<RunInfo>,
    /// Number of documents.
    pub documents: u64,
    /// Number of different texts.
    pub classes: u64,
    /// Bytes of the documents' texts, uncompressed.
    pub bytes: u64,
    /// Different texts removed since the last compaction; their postings still exist.
    pub removed_classes: u64,
    /// Documents below this number were in the last compaction.
    pub compacted: u32,
    /// Documents added or removed since the last compaction.
    pub changes: u64,
    /// Id of the background.
    pub background: String,
}

/// A sorted run of postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// The run's number: the upper half of its rows' keys.
    pub id: u32,
    /// Number of postings.
    pub postings: u64,
    /// The run is divided into 2^bits buckets by the upper bits of the keys.
    pub bits: u32,
}

/// The row of a document: its metadata, and where its text is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredRow", into = "StoredRow")]
pub struct DocumentRow {
    /// All metadata; `info.bytes` is to be taken from `bytes`.
    pub info: DocumentInfo,
    /// The class of equal texts that the document belongs to.
    pub class: u32,
    /// Length of the text in bytes.
    pub bytes: u32,
    /// Hash of the text's bytes.
    pub hash: u64,
    /// The number that its text is stored under: its own, or its class's where the bytes are the
    /// same.
    pub text: u32,
}

/// The stored form of [`DocumentRow`]. Its fields have no names, so they never change, and a new
/// one stands at the end.
#[derive(Serialize, Deserialize)]
struct StoredRow {
    #[serde(with = "StoredInfo")]
    info: DocumentInfo,
    class: u32,
    bytes: u32,
    hash: u64,
    text: u32,
    /// How much of its page the text has. It is not written where it is not known, and rows of
    /// earlier versions end before it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "at_the_end")]
    read: Option<PageRead>,
}

/// The stored form of a document's metadata, but for what stands at the end of its row.
#[derive(Serialize, Deserialize)]
#[serde(remote = "DocumentInfo")]
struct StoredInfo {
    id: String,
    title: Option<Arc<str>>,
    source: Option<Arc<str>>,
    date: Option<Arc<str>>,
    path: Option<Arc<str>>,
    record: Option<u64>,
    whole_file: bool,
    #[serde(skip)]
    lines_before: u16,
    #[serde(skip)]
    read: Option<PageRead>,
    #[serde(skip)]
    reference: bool,
    #[serde(skip)]
    score: Score,
    #[serde(skip)]
    bytes: u32,
}

/// Reads the last field of a row, which rows of earlier versions lack.
fn at_the_end<'de, D: Deserializer<'de>>(row: D) -> Result<Option<PageRead>, D::Error> {
    // The row's checksum was right, so one that ends here was written without the field.
    Ok(Option::deserialize(row).unwrap_or_default())
}

impl From<StoredRow> for DocumentRow {
    fn from(StoredRow { info, class, bytes, hash, text, read }: StoredRow) -> DocumentRow {
        DocumentRow { info: DocumentInfo { read, ..info }, class, bytes, hash, text }
    }
}

impl From<DocumentRow> for StoredRow {
    fn from(DocumentRow { info, class, bytes, hash, text }: DocumentRow) -> StoredRow {
        StoredRow { read: info.read, info, class, bytes, hash, text }
    }
}

/// The row of a class of equal texts. A class has the number of the document that founded it, even
/// when that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Hash of the normalised tokens; 0 where there is none, and then nothing leads to it.
    pub exact: u128,
    /// The document with the smallest id.
    pub first: u32,
    /// The newest document.
    pub last: u32,
    /// Number of documents.
    pub members: u32,
    /// Number of tokens of the text.
    pub tokens: u32,
    /// Number of anchors of the text.
    pub anchors: u32,
    /// Hash of the founding text's bytes.
    pub hash: u64,
}

impl DocumentRow {
    /// A row for a new document; the index sets `class` and `text` later.
    pub fn new(d: &Document) -> DocumentRow {
        let (info, bytes) = (d.info.clone(), d.text.len() as u32);
        DocumentRow { info, class: 0, bytes, hash: hash::bytes(d.text.as_bytes()), text: 0 }
    }
    /// Returns the document's metadata, with the length of its text.
    pub fn info(self) -> DocumentInfo {
        DocumentInfo { bytes: self.bytes, ..self.info }
    }
}

/// Encodes a row, with its checksum.
pub fn write<T: Serialize>(row: &T) -> Vec<u8> {
    seal(postcard::to_stdvec(row).expect("rows hold nothing that cannot be written"))
}

/// Decodes a row; `what` names it in the error for a damaged one.
pub fn read<T: DeserializeOwned>(bytes: &[u8], what: impl Fn() -> String) -> error::Result<T> {
    postcard::from_bytes(unseal(bytes, &what)?).map_err(|_| damaged(what()))
}

/// The row of a document whose keys are in no run yet: its keys, and the slots of its words.
pub struct PendingRow<'r> {
    keys: &'r [[u8; 8]],
    words: &'r [[u8; 4]],
}

impl<'r> PendingRow<'r> {
    /// Encodes the row: the number of keys, the keys, the word slots.
    pub fn write(keys: &[u64], words: &[u32]) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + 8 * keys.len() + 4 * words.len() + SEAL);
        out.extend_from_slice(&(keys.len() as u32).to_le_bytes());
        keys.iter().for_each(|k| out.extend_from_slice(&k.to_le_bytes()));
        words.iter().for_each(|w| out.extend_from_slice(&w.to_le_bytes()));
        seal(out)
    }
    /// Decodes a row.
    pub fn read(bytes: &'r [u8], what: impl Fn() -> String) -> error::Result<PendingRow<'r>> {
        let whole = unseal(bytes, &what)?;
        let split = whole
            .split_first_chunk::<4>()
            .and_then(|(n, rest)| rest.split_at_checked(8 * u32::from_le_bytes(*n) as usize));
        let (keys, words) = split.ok_or_else(|| damaged(what()))?;
        Ok(PendingRow { keys: keys.as_chunks().0, words: words.as_chunks().0 })
    }
    /// The document's keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = u64> {
        self.keys.iter().map(|k| u64::from_le_bytes(*k))
    }
    /// The slots of the document's words.
    pub fn word_slots(&self) -> impl Iterator<Item = u32> {
        self.words.iter().map(|w| u32::from_le_bytes(*w))
    }
}

/// Key of the posting that leads from a text's token hash to its class.
pub const fn exact_key(exact: u128) -> u64 {
    hash::mix(exact as u64 ^ 0x6578_6163_7420_6b65)
}

/// Key of the posting that leads from an id to its document.
pub fn id_key(id: &str) -> u64 {
    hash::mix(hash::bytes(id.as_bytes()) ^ 0x6964_206b_6579_2020)
}

/// Key of the postings that lead from a class to its documents.
pub const fn members_key(class: u32) -> u64 {
    hash::mix(0x6d65_6d62_0000_0000 ^ class as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn rows_come_back_and_damage_shows() {
        let row = ClassRow {
            exact: u128::MAX - 1,
            first: 7,
            last: 9,
            members: 2,
            tokens: 300,
            anchors: 99,
            hash: 5,
        };
        let bytes = write(&row);
        assert_eq!(read::<ClassRow>(&bytes, || "x".into()), Ok(row));
        for i in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[i] ^= 4;
            assert!(
                matches!(read::<ClassRow>(&bad, || "x".into()), Err(Error::Malformed { .. })),
                "{i}"
            );
        }
        assert!(read::<ClassRow>(&bytes[..4], || "x".into()).is_err());
        assert!(read::<ClassRow>(&[], || "x".into()).is_err());
    }

    #[test]
    fn a_row_keeps_how_its_page_was_read_and_rows_without_it_are_read() {
        let new = |d: &Document| DocumentRow::new(d);
        let d = Document::new("a", "Some text.").title("T");
        let part = d.clone().read(PageRead::part(12, b"page"));
        let (plain, longer) = (write(&new(&d)), write(&new(&part)));
        assert_eq!(read::<DocumentRow>(&plain, || "x".into()).unwrap().info(), d.info);
        assert_eq!(read::<DocumentRow>(&longer, || "x".into()).unwrap().info(), part.info);
        // What is not known is not written, so rows of documents that are no pages do not change.
        let content = |row: &[u8]| unseal(row, || "x".into()).unwrap().to_vec();
        let (plain, longer) = (content(&plain), content(&longer));
        assert!(longer.starts_with(&plain));
        // The field, the extent, the share, the hash.
        assert_eq!(longer[plain.len()..][..4], [1, 1, 12, 1]);
    }
}
