//! Finds duplicate and near-duplicate articles, repeated paragraphs and reused passages, and shows
//! where the overlap is, in both texts.

mod align;
mod clean;
#[cfg(feature = "emit")]
pub mod emit;
mod engine;
mod error;
pub mod escape;
mod gate;
mod hash;
#[cfg(feature = "index")]
mod index;
#[cfg(feature = "ingest")]
pub mod ingest;
mod model;
mod pair;
mod postings;
pub mod report;
mod sketch;
mod span;
mod text;

pub use clean::decide::{Cleaning, clean, removal};
pub use clean::plan::{Cause, Cut, Gone, Plan, Why};
pub use clean::removal::Removal;
pub use engine::batch::{compare_pairs, scan, scan_with};
pub use engine::corpus::{Corpus, Texts};
pub use engine::preset::Preset;
pub use error::{Error, Result};
#[cfg(feature = "index")]
pub use index::{
    Added, AddedCounts, AgainstIndex, Checked, Index, IndexOptions, IndexStats, SameId, Sighting,
    Verification,
};
pub use model::detection::{
    Block, Cluster, Comparison, Detection, Facts, Match, Pair, Place, Relation, Repeat, Summary,
};
pub use model::document::{Document, DocumentInfo, Documents};
pub use model::options::{Progress, RunOptions, Stage};
pub use model::thresholds::{AlignmentMethod, Keep, SourceLimit, Thresholds};
pub use pair::background::Background;
pub use pair::compare::compare;
pub use pair::explain::document::{
    DocumentTrace, ParagraphTrace, RepeatTrace, TokenTrace, explain_document,
};
pub use pair::explain::pair::{Candidacy, ChainTrace, FactsTrace, PairTrace, explain_pair};
pub use pair::explain::verdict::{Check, Step, Verdict};
/// For the tests of candidates; no part of the public interface.
#[doc(hidden)]
pub use sketch::fingerprint::Fingerprinter;
pub use sketch::recipe::{Banding, Recipe};
pub use span::Span;
pub use text::lines::LineIndex;
pub use text::token::{Kind, Tokens, tokenize};

/// What one stage of a scan hands to the next, and its written form.
///
/// A value that was written with one recipe is read again with that recipe only. Cost: one pass
/// over the bytes.
#[cfg(feature = "stages")]
pub mod stages {
    pub use crate::engine::compare::Verified;
    pub use crate::engine::stage_file::{StageData, read, write};
    pub use crate::postings::posting::Posting;
    pub use crate::postings::run::Run;
    pub use crate::sketch::fingerprint::Fingerprint;
}

/// What the benchmarks measure and nobody else needs: no part of the public interface.
#[doc(hidden)]
pub mod bench {
    pub use crate::sketch::fingerprint::Fingerprinter;
}

/// The examples of the README, so that they are run with all others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
