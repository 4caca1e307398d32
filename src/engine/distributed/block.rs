//! Owns: a block, which is what one stage hands to another one, in its written form. Never: knows
//! what a block holds.

use crate::engine::stage_data::StageData;
use crate::engine::stage_file::{read, write};
use crate::error::{Error, Result};

/// What one stage hands to another one. Its bytes are those of a stage file
/// ([`write`](crate::stages::write)): they carry their kind, version and recipe, and a checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageBlock {
    /// The name of what it holds.
    pub kind: String,
    /// The part of the stage that it belongs to, from 1 on; 0 where there is one for all parts.
    pub part: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl StageBlock {
    /// A block of a value.
    pub(super) fn new<T: StageData>(
        kind: &str,
        part: u32,
        value: &T,
        recipe_id: &str,
    ) -> StageBlock {
        StageBlock { kind: kind.into(), part, bytes: write(value, recipe_id) }
    }
}

/// The blocks that a stage was given.
pub(super) struct Blocks<'b> {
    /// The blocks.
    pub all: &'b [StageBlock],
    /// The recipe that all of them must have.
    pub recipe_id: &'b str,
}

impl Blocks<'_> {
    /// The values of all blocks of a kind, with their parts, in the order of the parts.
    pub fn of<T: StageData>(&self, kind: &str) -> Result<Vec<(u32, T)>> {
        let of_kind = self.all.iter().filter(|block| block.kind == kind);
        let one = |block: &StageBlock| {
            let what = format!("block {kind} {}", block.part);
            Ok((block.part, read::<T>(&block.bytes, self.recipe_id, &what)?))
        };
        let mut values = of_kind.map(one).collect::<Result<Vec<_>>>()?;
        values.sort_by_key(|(part, _)| *part);
        Ok(values)
    }

    /// The value of the only block of a kind.
    pub fn one<T: StageData>(&self, kind: &str) -> Result<T> {
        let mut values = self.of(kind)?;
        match (values.pop(), values.pop()) {
            (Some((_, value)), None) => Ok(value),
            (found, other) => {
                Err(missing(kind, usize::from(found.is_some()) + usize::from(other.is_some()), 1))
            }
        }
    }

    /// The values of the blocks of a kind, of which each part from 1 to `parts` has one.
    pub fn of_parts<T: StageData>(&self, kind: &str, parts: u32) -> Result<Vec<T>> {
        let values = self.of(kind)?;
        let count = values.len();
        if !values.iter().map(|(part, _)| *part).eq(1..=parts) {
            return Err(missing(kind, count, parts as usize));
        }
        Ok(values.into_iter().map(|(_, value)| value).collect())
    }

    /// The values of the blocks of a kind that each of so many tasks makes one of for this part.
    pub fn of_each<T: StageData>(&self, kind: &str, tasks: u32) -> Result<Vec<T>> {
        let values = self.of(kind)?;
        if values.len() != tasks as usize {
            return Err(missing(kind, values.len(), tasks as usize));
        }
        Ok(values.into_iter().map(|(_, value)| value).collect())
    }
}

/// The error for blocks that did not come, or came twice.
fn missing(kind: &str, found: usize, wanted: usize) -> Error {
    Error::Malformed {
        what: format!("the blocks {kind}"),
        why: format!(
            "there are {found} of {wanted}: an engine has lost or doubled rows; run it again"
        ),
    }
}
