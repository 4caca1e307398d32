//! Owns: the data that only stages of a distributed run pass to each other. Never: makes them.

use crate::engine::members::{DividedClass, DividedClasses};
use crate::engine::stage_data::StageData;
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Bytes that are written as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Packed(pub Vec<u8>);

impl Serialize for Packed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Packed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Packed, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Packed;
            fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                to.write_str("bytes")
            }
            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Packed, E> {
                Ok(Packed(bytes.to_vec()))
            }
        }
        from.deserialize_bytes(Bytes)
    }
}

/// The candidate pairs of a part of a compare stage, packed and in order.
#[derive(Debug, Serialize, Deserialize)]
pub struct CandidatePart(pub Vec<u64>);

impl StageData for CandidatePart {
    const KIND: &'static str = "candidates";
    const VERSION: u32 = 1;
}

/// The pairs of classes that belong to one family.
#[derive(Debug, Serialize, Deserialize)]
pub struct FamilyLinks(pub Vec<(u32, u32)>);

impl StageData for FamilyLinks {
    const KIND: &'static str = "family-links";
    const VERSION: u32 = 1;
}

/// The classes that titles divide: each with its groups, and whether its text is a form.
#[derive(Debug, Serialize, Deserialize)]
pub struct TitleGroups(Vec<(u32, Vec<Vec<u32>>, bool)>);

impl StageData for TitleGroups {
    const KIND: &'static str = "title-groups";
    const VERSION: u32 = 1;
}

impl From<DividedClasses> for TitleGroups {
    fn from(divided: DividedClasses) -> TitleGroups {
        TitleGroups(divided.into_iter().map(|(c, d)| (c, d.groups, d.form)).collect())
    }
}

impl From<TitleGroups> for DividedClasses {
    fn from(groups: TitleGroups) -> DividedClasses {
        groups.0.into_iter().map(|(c, groups, form)| (c, DividedClass { groups, form })).collect()
    }
}

/// The words and edges of the texts of a part of the documents, counted once for each class.
#[derive(Debug, Serialize, Deserialize)]
pub struct PartCounts {
    /// The number of documents that were looked at, in no class or not.
    pub documents: u64,
    /// For each word slot, the number of classes that it occurs in.
    pub words: Vec<u32>,
    /// For each word slot, the number of classes in which it occurs with a capital only.
    pub capitals: Vec<u32>,
    /// Postings: the anchors at the edges of classes without a source.
    pub edges: Packed,
}

impl StageData for PartCounts {
    const KIND: &'static str = "part-counts";
    const VERSION: u32 = 1;
}
