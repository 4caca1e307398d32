//! Owns: the data that the stages behind the comparisons pass to each other. Never: makes them.

use crate::engine::cluster::Clustered;
use crate::engine::distributed::stage_data::Packed;
use crate::engine::occurrence::Occurrence;
use crate::engine::shared_windows::ClassMark;
use crate::engine::stage_data::StageData;
use serde::{Deserialize, Serialize};

/// The related pairs of a part of a compare stage, packed and in order; for each whether it may
/// join a cluster.
#[derive(Debug, Serialize, Deserialize)]
pub struct RelatedPairs(pub Vec<(u64, bool)>);

impl StageData for RelatedPairs {
    const KIND: &'static str = "related-pairs";
    const VERSION: u32 = 1;
}

/// The frequent anchors of a part of the keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct FrequentPart {
    /// The anchors, in order.
    pub keys: Vec<u64>,
    /// The classes that hold each of them.
    pub marks: Vec<ClassMark>,
}

impl StageData for FrequentPart {
    const KIND: &'static str = "frequent-anchors";
    const VERSION: u32 = 1;
}

/// Keys, in order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SortedKeyList(pub Vec<u64>);

impl StageData for SortedKeyList {
    const KIND: &'static str = "sorted-keys";
    const VERSION: u32 = 1;
}

/// The family of each class.
#[derive(Debug, Serialize, Deserialize)]
pub struct Families(pub Vec<u32>);

impl StageData for Families {
    const KIND: &'static str = "families";
    const VERSION: u32 = 1;
}

/// What a part clusters, and the texts in which it looks for repeats inside one text, and for the
/// windows near frequent anchors.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ClusterPlan {
    /// The edges of connected components of near-copies.
    pub components: Vec<Vec<(u32, u32)>>,
    /// The related pairs inside them that are no edges, packed and in order.
    pub known: Vec<u64>,
    /// The classes that may hold shared windows, in order.
    pub near: Vec<u32>,
    /// The classes in which something may occur twice, in order.
    pub may_repeat: Vec<u32>,
}

impl StageData for ClusterPlan {
    const KIND: &'static str = "cluster-plan";
    const VERSION: u32 = 1;
}

impl StageData for Clustered {
    const KIND: &'static str = "clustered";
    const VERSION: u32 = 2;
}

/// Postings of windows, in order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct WindowRows(pub Packed);

impl StageData for WindowRows {
    const KIND: &'static str = "windows";
    const VERSION: u32 = 1;
}

/// What all texts are looked up in that may hold a repeat: of one part of the keys.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct SharedPassages {
    /// The windows that enough families share, in order.
    pub windows: Vec<u64>,
    /// The mark of each.
    pub marks: Vec<u64>,
    /// The keys of paragraphs that enough texts have, in order.
    pub across: Vec<u64>,
    /// The keys of paragraphs that are twice in one text and in a few others, in order.
    pub beside: Vec<u64>,
}

impl StageData for SharedPassages {
    const KIND: &'static str = "shared-passages";
    const VERSION: u32 = 1;
}

/// The classes that hold shared passages of one part of the keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct Holders {
    /// The classes that hold shared windows, each with their number.
    pub windows: Vec<(u32, u32)>,
    /// The classes that hold paragraphs that enough texts have.
    pub across: Vec<u32>,
    /// The classes that hold paragraphs that are twice in one text.
    pub beside: Vec<u32>,
}

impl StageData for Holders {
    const KIND: &'static str = "holders";
    const VERSION: u32 = 1;
}

/// What a part compares for the report, and the texts in which it looks for repeats across texts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ReportPlan {
    /// The packed pairs of representatives, in order.
    pub pairs: Vec<u64>,
    /// The classes that may hold repeats, in order.
    pub touched: Vec<u32>,
    /// The classes that hold paragraphs that are twice in another text, in order.
    pub beside: Vec<u32>,
}

impl StageData for ReportPlan {
    const KIND: &'static str = "report-plan";
    const VERSION: u32 = 1;
}

impl StageData for Vec<Occurrence> {
    const KIND: &'static str = "occurrences";
    const VERSION: u32 = 1;
}
