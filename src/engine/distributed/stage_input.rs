//! Owns: which stages a distributed run has, and what goes into one part of one and comes out.
//! Never: carries one out.

use crate::engine::distributed::block::StageBlock;

/// A stage of a distributed run behind the sketch stage, in the order in which they follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// The components of near-copies are divided, and so are texts that may hold repeats.
    PlanClusters,
    /// A part of the components is clustered; a part of the texts is read for repeats.
    Clusters,
    /// The passages of one part of the keys that several texts share.
    SharedWindows,
    /// The pairs between clusters that are still to be compared are divided, and so are the texts
    /// that may hold these passages.
    PlanReported,
    /// A part of these pairs is compared; a part of the texts is looked up.
    Reported,
    /// Clusters, reported pairs and repeats.
    Findings,
}

/// The blocks that a stage takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Takes {
    /// The kinds of which a part takes the blocks of its own part.
    pub own: &'static [&'static str],
    /// The kinds of which each part takes the blocks of all parts.
    pub all: &'static [&'static str],
}

const ALL: [DistributedStage; 15] = [
    DistributedStage::Classes,
    DistributedStage::Sort,
    DistributedStage::Background,
    DistributedStage::PairsByDocuments,
    DistributedStage::PlanByDocuments,
    DistributedStage::CompareByDocuments,
    DistributedStage::PairsByPassages,
    DistributedStage::PlanByPassages,
    DistributedStage::CompareByPassages,
    DistributedStage::PlanClusters,
    DistributedStage::Clusters,
    DistributedStage::SharedWindows,
    DistributedStage::PlanReported,
    DistributedStage::Reported,
    DistributedStage::Findings,
];

impl DistributedStage {
    /// All stages, in order.
    pub const ALL: [DistributedStage; 15] = ALL;

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
            DistributedStage::PlanClusters => "plan-clusters",
            DistributedStage::Clusters => "clusters",
            DistributedStage::SharedWindows => "shared-windows",
            DistributedStage::PlanReported => "plan-reported",
            DistributedStage::Reported => "reported",
            DistributedStage::Findings => "findings",
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
                | DistributedStage::Clusters
                | DistributedStage::SharedWindows
                | DistributedStage::Reported
        )
    }

    /// The kinds of blocks that it takes.
    pub const fn takes(self) -> Takes {
        match self {
            DistributedStage::Classes => Takes { own: &[], all: &["documents"] },
            DistributedStage::Sort => Takes { own: &["keys"], all: &["classes", "new-classes"] },
            DistributedStage::Background => Takes { own: &[], all: BACKGROUND },
            DistributedStage::PairsByDocuments => {
                Takes { own: &["run-bands", "run-same-text"], all: &["classes"] }
            }
            DistributedStage::PlanByDocuments => {
                Takes { own: &[], all: &["classes", "metadata", "pairs-documents"] }
            }
            DistributedStage::CompareByDocuments => Takes {
                own: &["candidates-documents", "metadata-documents"],
                all: &["classes", "background", "titles"],
            },
            DistributedStage::PairsByPassages => {
                Takes { own: &["run-anchors", "run-paragraph-bands"], all: &["classes", "links"] }
            }
            DistributedStage::PlanByPassages => Takes { own: &[], all: PLAN_BY_PASSAGES },
            DistributedStage::CompareByPassages => Takes {
                own: &["candidates-passages", "metadata-passages"],
                all: &["classes", "background", "titles"],
            },
            DistributedStage::PlanClusters => Takes { own: &[], all: PLAN_CLUSTERS },
            DistributedStage::Clusters => Takes {
                own: &["cluster-plan", "metadata-clusters"],
                all: &["classes", "background", "titles", "near-anchors"],
            },
            DistributedStage::SharedWindows => {
                Takes { own: &["windows", "run-paragraphs"], all: &["families", "twice"] }
            }
            DistributedStage::PlanReported => Takes { own: &[], all: PLAN_REPORTED },
            DistributedStage::Reported => Takes {
                own: &["report-plan", "metadata-reported"],
                all: &["classes", "background", "titles", "shared-passages"],
            },
            DistributedStage::Findings => Takes { own: &[], all: FINDINGS },
        }
    }
}

const BACKGROUND: &[&str] = &["classes", "metadata", "run-anchors", "run-paragraphs", "counts"];

const PLAN_BY_PASSAGES: &[&str] =
    &["classes", "metadata", "candidates-documents", "chosen-documents", "pairs-passages"];

const PLAN_CLUSTERS: &[&str] = &[
    "classes",
    "metadata",
    "background",
    "titles",
    "links",
    "related-documents",
    "related-passages",
    "frequent-anchors",
];

const PLAN_REPORTED: &[&str] =
    &["classes", "metadata", "related-documents", "related-passages", "clustered", "holders"];

const FINDINGS: &[&str] = &[
    "classes",
    "metadata",
    "background",
    "titles",
    "chosen",
    "compare-documents",
    "compare-passages",
    "clustered",
    "pairs-between",
    "occurrences",
    "occurrences-inside",
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
        /// The texts that parts of the next stage need: the part, and the key of the text.
        wanted: Vec<(u32, u128)>,
    },
    /// It needs these texts, by their keys, and nothing else; it is to be carried out again.
    Again(Vec<u128>),
}
