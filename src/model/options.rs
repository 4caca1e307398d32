//! Owns: how a run is carried out, and how it tells of its progress. Never: anything that changes a
//! finding.

/// How to run. Nothing here may change a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RunOptions {
    /// Threads to use, 512 at most; 0 takes as many as there are cores.
    pub threads: usize,
}

impl_with!(RunOptions);

/// The stages of a scan, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Documents asked about in an index, before a scan against it; counted in documents.
    Index,
    /// Texts to keys; counted in bytes.
    Fingerprint,
    /// Keys to candidate pairs; counted in keys.
    Candidates,
    /// Candidate pairs to comparisons; counted in pairs.
    Compare,
    /// Verified pairs to clusters; counted in clusters.
    Cluster,
    /// Repeated paragraphs and passages; counted in documents.
    Repeats,
}

impl Stage {
    /// A word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Index => "index",
            Stage::Fingerprint => "fingerprint",
            Stage::Candidates => "candidates",
            Stage::Compare => "compare",
            Stage::Cluster => "cluster",
            Stage::Repeats => "repeats",
        }
    }
}

/// Told how a scan goes, from many threads at once. `&()` listens to nothing and never cancels.
pub trait Progress: Sync {
    /// A stage begins, with this much to do.
    fn begin(&self, _stage: Stage, _total: u64) {}
    /// This much more of it is done.
    fn advance(&self, _done: u64) {}
    /// Whether to stop; asked often. The scan then ends with
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    fn cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}
