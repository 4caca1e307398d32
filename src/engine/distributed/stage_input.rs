//! Owns: which stages a distributed run has, and what goes into one part of one and comes out.
//! Never: carries one out.

use crate::engine::distributed::block::StageBlock;

/// A stage of a distributed run behind the sketch stage, in the order in which they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DistributedStage {
    /// Documents are numbered by their ids.
    Classes,
    /// Keys of one part are brought together.
    Sort,
    /// The background is drawn.
    Background,
    /// Document bands of one part become pairs.
    PairsByDocuments,
    /// All these pairs are chosen from and divided.
    PlanByDocuments,
    /// A part of them is compared.
    CompareByDocuments,
    /// Anchors and paragraph bands of one part become pairs.
    PairsByPassages,
    /// All these pairs are chosen from and divided.
    PlanByPassages,
    /// A part of them is compared.
    CompareByPassages,
    /// Clusters, reported pairs and repeats.
    Cluster,
}

/// The blocks that a stage takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// The kinds of which a part takes the blocks of its own part.
    pub own: &'static [&'static str],
    /// The kinds of which each part takes the blocks of all parts.
    pub all: &'static [&'static str],
}

const ALL: [DistributedStage; 10] = [
    DistributedStage::Classes,
    DistributedStage::Sort,
    DistributedStage::Background,
    DistributedStage::PairsByDocuments,
    DistributedStage::PlanByDocuments,
    DistributedStage::CompareByDocuments,
    DistributedStage::PairsByPassages,
    DistributedStage::PlanByPassages,
    DistributedStage::CompareByPassages,
    DistributedStage::Cluster,
];

impl DistributedStage {
    /// All stages, in order.
    pub const ALL: [DistributedStage; 10] = ALL;

    /// The name of the stage.
    pub const fn name(self) -> &'static str {
        match self {
            DistributedStage::Classes => "classes",
            DistributedStage::Sort => "sort",
            DistributedStage::Background => "background",
            DistributedStage::PairsByDocuments => "pairs-documents",
            DistributedStage::PlanByDocuments => "plan-documents",
            DistributedStage::CompareByDocuments => "compare-documents",
            DistributedStage::PairsByPassages => "pairs-passages",
            DistributedStage::PlanByPassages => "plan-passages",
            DistributedStage::CompareByPassages => "compare-passages",
            DistributedStage::Cluster => "cluster",
        }
    }

    /// Whether its work is divided into parts.
    pub const fn has_parts(self) -> bool {
        matches!(
            self,
            DistributedStage::Sort
                | DistributedStage::PairsByDocuments
                | DistributedStage::CompareByDocuments
                | DistributedStage::PairsByPassages
                | DistributedStage::CompareByPassages
        )
    }

    /// The kinds of blocks that it takes.
    pub const fn takes(self) -> Takes {
        match self {
            DistributedStage::Classes => Takes { own: &[], all: &["documents"] },
            DistributedStage::Sort => Takes { own: &["keys"], all: &["corpus"] },
            DistributedStage::Background => {
                Takes { own: &[], all: &["corpus", "run-anchors", "run-paragraphs", "counts"] }
            }
            DistributedStage::PairsByDocuments => {
                Takes { own: &["run-bands", "run-same-text"], all: &["corpus"] }
            }
            DistributedStage::PlanByDocuments => {
                Takes { own: &[], all: &["corpus", "pairs-documents"] }
            }
            DistributedStage::CompareByDocuments => {
                Takes { own: &["candidates-documents"], all: &["corpus", "background", "titles"] }
            }
            DistributedStage::PairsByPassages => {
                Takes { own: &["run-anchors", "run-paragraph-bands"], all: &["corpus", "links"] }
            }
            DistributedStage::PlanByPassages => {
                Takes { own: &[], all: &["corpus", "pairs-documents", "pairs-passages"] }
            }
            DistributedStage::CompareByPassages => {
                Takes { own: &["candidates-passages"], all: &["corpus", "background", "titles"] }
            }
            DistributedStage::Cluster => Takes { own: &[], all: CLUSTER },
        }
    }
}

const CLUSTER: &[&str] = &[
    "corpus",
    "background",
    "titles",
    "run-anchors",
    "run-paragraphs",
    "pairs-documents",
    "compare-documents",
    "pairs-passages",
    "compare-passages",
];

impl_display!(DistributedStage);

/// What goes into one part of a stage.
#[derive(Debug, Default)]
pub struct StageInput {
    /// The blocks that the stage takes, in any order.
    pub blocks: Vec<StageBlock>,
    /// Texts, by the keys of their documents.
    pub texts: Vec<(u128, String)>,
}

/// What comes out of one part of a stage.
#[derive(Debug, PartialEq, Eq)]
pub enum StageOutput {
    /// What it has made.
    Done {
        /// The blocks for other stages.
        blocks: Vec<StageBlock>,
        /// The texts that parts of the next compare stage need: the part, and the key of the text.
        wanted: Vec<(u32, u128)>,
    },
    /// It needs these texts, by their keys, and nothing else; it is to be carried out again.
    Again(Vec<u128>),
}
