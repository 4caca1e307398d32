//! Owns: how a run is carried out, and how it reports its progress. Never: holds anything that
//! changes a finding.

use crate::model::run_stage::RunStage;
use std::path::PathBuf;

/// How a scan is run. Nothing here may change a finding.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RunOptions {
    /// The number of threads, 512 at most; 0 uses as many as there are cores.
    pub threads: usize,
    /// The bytes of memory that the run may plan with; `None` plans with any amount.
    ///
    /// A run holds some 150 bytes for each document, 8 for each candidate pair and 40 for each
    /// related one, and the repeats: 256 bytes for each document are set aside for them. Of the
    /// rest, a quarter at least, keys may take half; more go to a scratch file until they are
    /// sorted. Sorted keys, the keys that pairs share, windows, comparisons and the places of
    /// repeats go to others beyond an eighth or a sixteenth of it each. The pairs' matches are in
    /// memory where [`Scan::pairs_on_demand`](crate::Scan::pairs_on_demand) does not leave them in
    /// their file. It needs the feature `spill`.
    pub memory: Option<u64>,
    /// The directory of scratch files; `None` is the system's for temporary files.
    pub scratch: Option<PathBuf>,
    /// The folder in which the run keeps what its stages have made; `None` keeps nothing.
    ///
    /// A run that is begun again with the same documents and settings goes on behind the last
    /// finished stage, and finds the same. The folder is of one run alone: one that holds anything
    /// else is refused. It stays until [`remove_run`](crate::stages::remove_run) deletes its files.
    /// What is kept takes 1.5 to 4 times the bytes of the texts. It needs the feature `stages`.
    pub checkpoints: Option<PathBuf>,
}

impl_with!(RunOptions);

/// What a run holds for each document, about, whatever its memory: metadata, its class, and the
/// pairs and repeats of ordinary text.
const BYTES_FOR_EACH_DOCUMENT: u64 = 256;

impl RunOptions {
    /// The options of a run over so many documents: what it holds for each of them leaves less
    /// memory for keys and pairs, but a quarter at least.
    pub(crate) fn for_documents(&self, documents: usize) -> RunOptions {
        let held = BYTES_FOR_EACH_DOCUMENT.saturating_mul(documents as u64);
        let rest = |memory: u64| memory.saturating_sub(held).max(memory / 4);
        RunOptions { memory: self.memory.map(rest), ..self.clone() }
    }

    /// The bytes of one part in so many of the memory that the run may plan with.
    pub(crate) fn part_of_memory(&self, part: u64) -> usize {
        let bytes = |memory: u64| usize::try_from(memory / part).unwrap_or(usize::MAX);
        self.memory.map_or(usize::MAX, bytes)
    }
}

/// The stages of a scan, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Documents are looked up in an index, before a scan against it; counted in documents.
    Index,
    /// Texts become keys; counted in bytes.
    Fingerprint,
    /// Keys become candidate pairs; counted in keys.
    Candidates,
    /// Candidate pairs become comparisons; counted in the steps of
    /// [`compare_budget`](crate::Thresholds::compare_budget).
    Compare,
    /// Verified pairs become clusters; counted in clusters.
    Cluster,
    /// Repeated paragraphs and passages are found; counted in documents.
    Repeats,
}

impl Stage {
    /// The name of the stage, one lower-case word.
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

impl_display!(Stage);

/// Something that a scan left out because of a bound of its work. It follows from the set of
/// documents, the recipe and the thresholds alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limit {
    /// What was left out, as the summary of the report names it.
    pub reason: &'static str,
    /// The number of things left out.
    pub count: u64,
    /// The number of documents that they belong to.
    pub documents: u64,
    /// The ids of the first of these documents.
    pub some: Vec<String>,
}

/// The reason of candidate pairs that no budget of comparisons reaches.
pub(crate) const PAIRS_OVER_BUDGET: &str = "pairs-over-budget";
/// The reason of passages that were not looked at as notes.
pub(crate) const NOTES_OVER_BUDGET: &str = "notes-over-budget";
/// The reason of pairs with places of a long text that are not aligned by words.
pub(crate) const PLACES_OVER_LIMIT: &str = "places-over-limit";
/// The reason of pairs with names whose other spellings are not looked for.
pub(crate) const NAMES_OVER_LIMIT: &str = "names-over-limit";
/// The number of documents that are named for each bound.
const NAMED: usize = 3;

impl Limit {
    /// Makes it from the ids of the documents that it belongs to, of which the first are named.
    pub(crate) fn new(
        reason: &'static str,
        count: u64,
        ids: impl ExactSizeIterator<Item = String>,
    ) -> Limit {
        Limit { reason, count, documents: ids.len() as u64, some: ids.take(NAMED).collect() }
    }

    /// What the lookups of an index left out for one reason
    /// ([`limited`](crate::index::QueryAnswer::limited)), from the count of each document that has
    /// any; `None` if none has, or no lookup leaves anything out for that reason.
    #[cfg(feature = "index")]
    pub fn of_lookups(reason: &str, left_out: &[(String, u64)]) -> Option<Limit> {
        let known = [PAIRS_OVER_BUDGET, NOTES_OVER_BUDGET, PLACES_OVER_LIMIT, NAMES_OVER_LIMIT];
        let reason = known.into_iter().find(|known| *known == reason)?;
        let count = left_out.iter().map(|x| x.1).sum();
        let ids = left_out.iter().map(|x| x.0.clone());
        (count > 0).then(|| Limit::new(reason, count, ids))
    }
}

/// Whether a reason of the summary names pairs, repeats or passages that a bound leaves out, and no
/// documents.
pub(crate) fn is_bound(reason: &str) -> bool {
    let kinds = ["pairs-", "repeats-", "notes-", "places-", "names-"];
    kinds.iter().any(|kind| reason.starts_with(kind))
}

/// Receives the progress of a scan, from many threads at once. `&()` ignores it and never cancels.
pub trait Progress: Sync {
    /// A stage begins and has this much work in total.
    fn begin(&self, _stage: Stage, _total: u64) {}
    /// This much more of the stage is done.
    fn advance(&self, _done: u64) {}
    /// So many bytes of text were cut into tokens. A text is cut again where its tokens are needed
    /// once more.
    fn tokenized(&self, _bytes: u64) {}
    /// So many steps were taken inside comparisons: looks at tokens, seeds, runs, chains and cells
    /// of tables. [`advance`](Progress::advance) counts the steps that comparisons are planned
    /// with.
    fn compared(&self, _steps: u64) {}
    /// So many bytes of keys or pairs went to a scratch file, because [`RunOptions::memory`] has no
    /// room for them.
    fn spilled(&self, _bytes: u64) {}
    /// A part of a stage is not carried out, because its result was kept by a run that has ended
    /// before; parts are counted from 1 on.
    fn kept(&self, _stage: RunStage, _part: u32) {}
    /// A bound of the work was reached, and something is left out; the summary counts it.
    fn limited(&self, _limit: &Limit) {}
    /// Whether to stop; the scan calls this often, inside a comparison of two texts too. It then
    /// ends with [`Error::Cancelled`](crate::Error::Cancelled).
    fn cancelled(&self) -> bool {
        false
    }
}

impl Progress for () {}
