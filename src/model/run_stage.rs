//! Owns: the names of the stages of a scan that keep a result, and their parts. Never: carries one
//! out.

/// A stage of a scan whose result can be kept, in the order in which they are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunStage {
    /// Texts become keys; a part has some of the documents.
    Sketch,
    /// The background is drawn from the keys of all documents. It has one part.
    Background,
    /// Document bands become pairs of texts; a part has some of the keys.
    PairsByDocuments,
    /// The candidate pairs by documents are compared; a part has some of the pairs.
    CompareByDocuments,
    /// Anchors and paragraph bands become pairs of texts; a part has some of the keys.
    PairsByPassages,
    /// The candidate pairs by passages are compared; a part has some of the pairs.
    CompareByPassages,
    /// Clusters, reported pairs and repeats. It has one part and keeps nothing: its result is the
    /// detection.
    Cluster,
}

impl RunStage {
    /// The stages that keep a result.
    pub(crate) const KEPT: [RunStage; 6] = [
        RunStage::Sketch,
        RunStage::Background,
        RunStage::PairsByDocuments,
        RunStage::CompareByDocuments,
        RunStage::PairsByPassages,
        RunStage::CompareByPassages,
    ];

    /// The name of the stage in the names of its files.
    pub const fn name(self) -> &'static str {
        match self {
            RunStage::Sketch => "sketch",
            RunStage::Background => "background",
            RunStage::PairsByDocuments => "pairs-documents",
            RunStage::CompareByDocuments => "compare-documents",
            RunStage::PairsByPassages => "pairs-passages",
            RunStage::CompareByPassages => "compare-passages",
            RunStage::Cluster => "cluster",
        }
    }

    /// The arguments of `nearcopy stage` that carry it out.
    pub(crate) const fn arguments(self) -> &'static str {
        match self {
            RunStage::Sketch => "sketch",
            RunStage::Background => "background",
            RunStage::PairsByDocuments => "pairs --by documents",
            RunStage::CompareByDocuments => "compare --by documents",
            RunStage::PairsByPassages => "pairs --by passages",
            RunStage::CompareByPassages => "compare --by passages",
            RunStage::Cluster => "cluster",
        }
    }

    /// Whether its work is divided into parts.
    pub const fn has_parts(self) -> bool {
        !matches!(self, RunStage::Background | RunStage::Cluster)
    }
}

impl_display!(RunStage);

/// One part of one stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StagePart {
    /// The stage.
    pub stage: RunStage,
    /// The number of the part, from 1 on.
    pub part: u32,
    /// The number of parts into which each stage of the run is divided.
    pub parts: u32,
}
