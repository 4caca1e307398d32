//! Owns: the checksum at the end of stored bytes, and the error for a wrong one. Never: interprets
//! the bytes.

use crate::error::{Error, Result};
use crate::hash;

/// The length in bytes of the checksum at the end of every row.
pub const SEAL: usize = 8;

/// Appends the checksum to the bytes.
pub fn seal(mut bytes: Vec<u8>) -> Vec<u8> {
    let sum = hash::bytes(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// The bytes without their checksum; a wrong checksum is an error.
pub fn unseal(bytes: &[u8], what: impl Fn() -> String) -> Result<&[u8]> {
    let whole = bytes
        .split_last_chunk::<SEAL>()
        .filter(|(b, sum)| hash::bytes(b) == u64::from_le_bytes(**sum));
    whole.map(|(b, _)| b).ok_or_else(|| damaged(what()))
}

/// The error for a row that differs from what was written.
pub fn damaged(what: String) -> Error {
    Error::Malformed {
        what,
        why: "is damaged: its checksum or its form is wrong; fill a new index from the documents, \
            or from `nearcopy index export`"
            .into(),
    }
}
