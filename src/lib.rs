//! Finds duplicate and near-duplicate articles, repeated paragraphs and reused passages, and shows where the overlap is,
//! in both texts.

#[cfg(feature = "emit")]
pub mod emit;
mod engine;
mod error;
mod hash;
#[cfg(feature = "ingest")]
pub mod ingest;
mod pair;
pub mod report;
mod sketch;
mod span;
mod text;

pub use engine::batch::{compare_pairs, scan, scan_with};
pub use engine::corpus::{Corpus, Texts};
#[cfg(feature = "index")]
pub use engine::index::{Added, AddedCounts, Checked, Index, IndexOptions, IndexStats, SameId, Sighting, Verification};
pub use engine::options::{Progress, RunOptions, Stage};
pub use engine::preset::Preset;
pub use engine::removal::removal;
pub use error::{Error, Result};
pub use pair::background::Background;
pub use pair::compare::compare;
pub use pair::detection::{Block, Cluster, Comparison, Detection, Facts, Match, Pair, Place, Relation, Repeat, Summary};
pub use pair::explain::document::{DocumentTrace, ParagraphTrace, RepeatTrace, TokenTrace, explain_document};
pub use pair::explain::pair::{Candidacy, ChainTrace, FactsTrace, PairTrace, explain_pair};
pub use pair::explain::verdict::{Check, Step, Verdict};
pub use pair::removal::{Cause, Cut, Gone, Plan, Removal, Why};
pub use pair::thresholds::{Alignment, Keep, SourceLimit, Thresholds};
/// For the tests of candidates; no part of the public interface.
#[doc(hidden)]
pub use sketch::fingerprint::Fingerprinter;
pub use sketch::recipe::{Banding, Recipe};
pub use span::Span;
pub use text::document::{Document, DocumentInfo, Documents};
pub use text::lines::LineIndex;
pub use text::token::{Kind, Tokens, tokenize};

/// What the benchmarks measure and nobody else needs: no part of the public interface.
#[doc(hidden)]
pub mod bench {
    pub use crate::sketch::fingerprint::Fingerprinter;
}

/// The examples of the README, so that they are run with all others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
