//! Owns: what stands in the rows of an index, and how it becomes bytes. Never: where rows are kept.

use crate::error::Result;
use crate::hash;
use crate::model::document::{Document, DocumentInfo};
use crate::postings::checksum::{SEAL, damaged, seal, unseal};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Names the format of everything stored but the keys, which have the recipe's id.
pub const SCHEMA: &str = "nearcopy.index/1";

/// What an index is: written once, as JSON, so that any version can tell what another one made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The recipe's id, over its fields and the version of the key formats.
    pub recipe_id: String,
    /// The recipe.
    pub recipe: serde_json::Value,
    /// Whether texts are kept.
    pub texts: bool,
}

/// What changes with every transaction.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Raised whenever keys move from pending rows to runs: what is held in memory is then stale.
    pub epoch: u64,
    /// Raised whenever the background is drawn anew.
    pub drawing: u64,
    /// Different texts when it was drawn last.
    pub drawn: u64,
    /// The number that the next document gets; numbers are never used again.
    pub next: u32,
    /// Documents from this number on have their keys in pending rows.
    pub pending_from: u32,
    /// Keys in pending rows.
    pub pending_keys: u64,
    /// The number that the next run gets.
    pub next_run: u32,
    /// Sorted runs of postings, largest first.
    pub runs: Vec<RunInfo>,
    /// Documents.
    pub documents: u64,
    /// Different texts.
    pub classes: u64,
    /// Bytes of their texts, as they came.
    pub bytes: u64,
    /// Different texts removed since the last compaction: their postings are still there.
    pub dead: u64,
    /// Documents below this number were there at the last compaction.
    pub compacted: u32,
    /// Documents that joined or left since then.
    pub changes: u64,
    /// Id of the background.
    pub background: String,
}

/// A sorted run of postings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunInfo {
    /// Its number: the upper half of its rows' keys.
    pub id: u32,
    /// Its postings.
    pub postings: u64,
    /// It is cut into 2^bits buckets by the upper bits of the keys.
    pub bits: u32,
}

/// A document as a row has it: what is known of it, and where its text is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// All but the text; its `bytes` are the row's.
    pub info: DocumentInfo,
    /// The class of equal texts it belongs to.
    pub class: u32,
    /// Length of the text in bytes.
    pub bytes: u32,
    /// Hash of the text's bytes.
    pub hash: u64,
    /// The number that its text is kept under: its own, or its class's where the bytes are the
    /// same.
    pub text: u32,
}

/// A class of equal texts: its number is that of the document that founded it, even when that has
/// gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRow {
    /// Identity of the normalised tokens.
    pub exact: u128,
    /// Its document of the smallest id.
    pub first: u32,
    /// Its newest document.
    pub last: u32,
    /// Its documents.
    pub members: u32,
    /// Tokens of its text.
    pub tokens: u32,
    /// Anchors of its text.
    pub anchors: u32,
    /// Hash of the founding text's bytes.
    pub hash: u64,
}

impl DocumentRow {
    /// Without what only the index can know.
    pub fn new(d: &Document) -> DocumentRow {
        let (info, bytes) = (d.info.clone(), d.text.len() as u32);
        DocumentRow { info, class: 0, bytes, hash: hash::bytes(d.text.as_bytes()), text: 0 }
    }
    /// As the rest of the library has it.
    pub fn info(self) -> DocumentInfo {
        DocumentInfo { bytes: self.bytes, ..self.info }
    }
}

/// A row as bytes.
pub fn write<T: Serialize>(row: &T) -> Vec<u8> {
    seal(postcard::to_stdvec(row).expect("rows hold nothing that cannot be written"))
}

/// Bytes as a row.
pub fn read<T: DeserializeOwned>(bytes: &[u8], what: impl Fn() -> String) -> Result<T> {
    postcard::from_bytes(unseal(bytes, &what)?).map_err(|_| damaged(what()))
}

/// What is kept of a document until its keys come into a run: the keys, and the slots of its words.
pub struct PendingRow<'r> {
    keys: &'r [[u8; 8]],
    words: &'r [[u8; 4]],
}

impl<'r> PendingRow<'r> {
    /// As bytes: the number of keys, keys, words.
    pub fn write(keys: &[u64], words: &[u32]) -> Vec<u8> {
        let mut out = Vec::with_capacity(4 + 8 * keys.len() + 4 * words.len() + SEAL);
        out.extend_from_slice(&(keys.len() as u32).to_le_bytes());
        keys.iter().for_each(|k| out.extend_from_slice(&k.to_le_bytes()));
        words.iter().for_each(|w| out.extend_from_slice(&w.to_le_bytes()));
        seal(out)
    }
    /// From bytes.
    pub fn read(bytes: &'r [u8], what: impl Fn() -> String) -> Result<PendingRow<'r>> {
        let whole = unseal(bytes, &what)?;
        let split = whole
            .split_first_chunk::<4>()
            .and_then(|(n, rest)| rest.split_at_checked(8 * u32::from_le_bytes(*n) as usize));
        let (keys, words) = split.ok_or_else(|| damaged(what()))?;
        Ok(PendingRow { keys: keys.as_chunks().0, words: words.as_chunks().0 })
    }
    /// Its keys.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = u64> {
        self.keys.iter().map(|k| u64::from_le_bytes(*k))
    }
    /// The slots of its words.
    pub fn word_slots(&self) -> impl Iterator<Item = u32> {
        self.words.iter().map(|w| u32::from_le_bytes(*w))
    }
}

/// Key of the posting that leads from a text's identity to its class.
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
}
