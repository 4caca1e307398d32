//! Owns: what data of a stage are: a kind, a version and a form in bytes. Never: knows a kind, or
//! where the bytes are kept.

use crate::engine::stage_header::StageHeader;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Data that one stage passes to another.
pub trait StageData: Serialize + DeserializeOwned {
    /// The name of the data in the header.
    const KIND: &'static str;
    /// The version of the written form, which is raised whenever the form changes.
    const VERSION: u32;
}

/// The header of data of this type.
pub fn header<T: StageData>(recipe_id: &str) -> StageHeader {
    StageHeader::new(T::KIND, T::VERSION, recipe_id)
}

/// A value in the form of the data of a stage file.
pub fn encode<T: StageData>(value: &T, behind: Vec<u8>) -> Vec<u8> {
    postcard::to_extend(value, behind).expect("stage data hold nothing that cannot be written")
}

/// The value of the data of a stage file; `None` if they are damaged.
pub fn decode<T: StageData>(bytes: &[u8]) -> Option<T> {
    let (value, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(value)
}
