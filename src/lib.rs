//! nearcopy finds duplicate and near-duplicate articles, repeated paragraphs and reused passages in
//! a set of documents, and returns for each finding the partner, the relation, the scores and the
//! matching passages as byte spans of both texts.
//!
//! Hashes (MinHash bands and sampled shingles) only propose candidates. Every pair that is reported
//! was aligned on its two texts, and every member of a cluster was compared with the cluster's
//! representative.
//!
//! # When to use it
//!
//! - A corpus of articles, posts or pages has copies, abridged or edited versions, quotations or
//!   boilerplate, and you have to see which passages they share: [`Scan`].
//! - Documents that duplicate others are to be removed, by a policy that you can state: [`clean`].
//! - A crawler asks for each new text whether it, or a passage of it, was seen before: [`index`].
//! - Two texts are to be compared passage by passage: [`Compare`].
//!
//! # When not
//!
//! - Meaning without shared words: translations and free paraphrases share no tokens. Use sentence
//!   embeddings.
//! - A similarity number for every pair of millions of short strings (names, addresses): a record
//!   linkage library fits better.
//! - Substrings inside words, or source code by its syntax: tokens are words.
//! - A corpus that does not fit into memory: keys and texts of a scan are held in memory.
//!
//! # Examples
//!
//! Find copies in a corpus:
//!
//! ```
//! use nearcopy::{Corpus, Document, Relation, Scan};
//! let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
//!     and reopen in the spring.";
//! let corpus = Corpus::new([
//!     Document::new("courier", story).source("Courier").date("2026-03-01"),
//!     Document::new("ledger", story.replace("said", "told reporters")).date("2026-03-02"),
//!     Document::new("other", "Rain is expected over the weekend in most of the valley."),
//! ])?;
//! let found = Scan::new().threads(2).run(&corpus)?;
//! assert_eq!(found.clusters[0].members, [0, 1]);
//! let pair = &found.pairs[0];
//! assert_eq!(pair.relation, Relation::NearCopy);
//! let shared = pair.comparison.matches[0].blocks[0].a;
//! assert!(story[shared.range()].starts_with("The harbour bridge will close"));
//! # Ok::<(), nearcopy::Error>(())
//! ```
//!
//! Compare two texts:
//!
//! ```
//! use nearcopy::{Compare, Preset, Relation};
//! let a = "The harbour bridge will close for repairs on Monday, the port authority said, and \
//!     reopen in the spring of next year.";
//! let b = a.replace("will", "vvill").replace("port", "p0rt");
//! let found = Compare::new().preset(Preset::Ocr).run(a, &b);
//! assert_eq!(found.relation, Some(Relation::NearCopy));
//! ```
//!
//! Remove copies, and keep the earliest of each cluster:
//!
//! ```
//! use nearcopy::{Corpus, Document, Removal, Scan};
//! let story = "The harbour bridge will close for repairs on Monday, the port authority said.";
//! let corpus = Corpus::new([
//!     Document::new("a reprint", story).date("2026-03-02"),
//!     Document::new("the first", story).date("2026-03-01"),
//! ])?;
//! let cleaning = Scan::new().clean(&corpus, &Removal::default())?;
//! assert_eq!(cleaning.plan.staying(&corpus).collect::<Vec<_>>(), [1]);
//! # Ok::<(), nearcopy::Error>(())
//! ```
//!
//! # Where things are
//!
//! | module | content |
//! |---|---|
//! | the root | what most callers need: builders, documents, settings, findings |
//! | [`detection`] | the parts of findings: clusters, pairs, matches, blocks, repeats |
//! | [`settings`] | the values of settings: alignment methods, survivor rules, limits on sources |
//! | [`progress`] | stages of a scan, and how to follow or cancel it |
//! | [`clean`] | which documents and passages a removal takes away, and why |
//! | [`explain`] | every stage of one pair or one document, with its numbers |
//! | [`text`] | tokens, lines and columns |
//! | [`gate`] | findings held against a policy and a baseline |
//! | [`report`] | findings as text, JSON, HTML, Parquet, SARIF, JUnit, CSV and more |
//! | `index` | a persistent index that is asked and added to, document by document |
//! | `ingest`, `emit` | files to documents, and documents to files |
//! | `stages` | what one stage hands to the next, in a written form |
//!
//! # Features
//!
//! | feature | adds | dependencies |
//! |---|---|---|
//! | none | scan, compare, clean, explain, reports as text and JSON | the core's ten |
//! | `stages` | written forms of what crosses a stage | |
//! | `index` | the persistent index (LMDB) | `stages`, heed, zstd |
//! | `ingest` | files, directories, compression, encodings, JSON | ignore, flate2, zstd, … |
//! | `spill` | scratch files for texts, keys and pairs that do not fit in memory | tempfile |
//! | `csv`, `parquet`, `web` | CSV; Parquet, the report too; HTML, WARC, ARC | of each format |
//! | `emit` | files written again without what was removed | `ingest` |
//! | `reports` | SARIF, JUnit, CSV, OpenMetrics, Markdown, annotations | csv, quick-xml |
//! | `html` | the report as one offline page | maud, base64, sha2 |
//! | `cli` (default) | the program `nearcopy`, with all of the above | clap, … |
//!
//! A library usually takes `default-features = false`, and then `index` or `ingest` if it needs
//! them.
//!
//! # Cost
//!
//! A scan reads and tokenises each text once, and once more for each text that it is compared
//! with; it holds about 2 KB a different text for its keys until the pairs are known. n equal texts
//! cost O(n). The findings are the same for any number of threads and any order of the documents.
//! Measured figures are in `docs/speed.md`.

// The command line is in the library so that the Python package brings it too. It uses the crate by
// its name, as any other program does.
#[cfg(feature = "cli")]
extern crate self as nearcopy;

#[macro_use]
mod macros;

mod align;
pub mod clean;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "emit")]
pub mod emit;
mod engine;
mod error;
pub mod escape;
pub mod gate;
mod hash;
#[cfg(feature = "index")]
pub mod index;
#[cfg(feature = "ingest")]
pub mod ingest;
mod model;
#[cfg(any(feature = "index", feature = "ingest"))]
#[doc(hidden)]
pub mod near_names;
mod pair;
mod postings;
pub mod report;
mod sketch;
mod span;
pub mod text;

#[doc(inline)]
pub use clean::Removal;
pub use engine::batch::{background_of, scan, scan_with};
pub use engine::builder::{Compare, Scan};
pub use engine::corpus::{Corpus, Texts};
pub use engine::document_infos::DocumentInfos;
pub use engine::pairs::compare_pairs;
pub use engine::preset::Preset;
pub use engine::spillable_texts::SpillableTexts;
pub use error::{Error, Result};
#[cfg(feature = "index")]
#[doc(inline)]
pub use index::Index;
pub use model::detection::{Comparison, Detection, Relation};
pub use model::document::{Document, DocumentFields, DocumentInfo, Documents};
pub use model::options::{Progress, RunOptions};
pub use model::pair_list::Pairs;
pub use model::score::Score;
pub use model::thresholds::Thresholds;
pub use pair::background::Background;
pub use pair::compare::compare;
pub use sketch::recipe::Recipe;
pub use span::Span;

/// Parts of a [`Document`].
pub mod document {
    pub use crate::model::page_read::{Extent, PageRead};
}

/// The parts of a [`Detection`] and of a [`Comparison`]: documents by number, spans in bytes.
pub mod detection {
    pub use crate::model::detection::{
        Block, Cluster, Facts, LeftOut, Match, Pair, Place, Repeat, Summary, TemplateReason,
    };
}

/// Values of the settings [`Recipe`] and [`Thresholds`].
pub mod settings {
    pub use crate::model::keep::Keep;
    pub use crate::model::thresholds::{AlignmentMethod, SourceLimit};
    pub use crate::sketch::recipe::Banding;
}

/// How a scan reports its progress, and how a caller cancels it.
pub mod progress {
    pub use crate::model::options::{Limit, Progress, Stage};
    pub use crate::model::run_stage::RunStage;
}

/// Every stage of the comparison of two texts, or of one document, with its numbers.
pub mod explain {
    pub use crate::engine::candidacy::scan_candidacy;
    pub use crate::engine::copies::explain_documents;
    pub use crate::pair::explain::budget::{BudgetTrace, ScanCandidacy};
    pub use crate::pair::explain::document::{
        DocumentTrace, ParagraphTrace, RepeatTrace, TokenTrace, explain_document,
    };
    pub use crate::pair::explain::pair::{
        Candidacy, ChainTrace, FactsTrace, PairTrace, explain_pair,
    };
    pub use crate::pair::explain::verdict::{BoundCheck, RelationVerdict, VerdictStep};
}

/// What one stage of a scan hands to the next, and its written form.
///
/// A value that was written with one recipe is read again with that recipe only. Cost: one pass
/// over the bytes.
#[cfg(feature = "stages")]
pub mod stages {
    pub use crate::engine::compare::Verified;
    pub use crate::engine::distributed::block::StageBlock;
    pub use crate::engine::distributed::partial_corpus::PartialCorpus;
    pub use crate::engine::distributed::scan::DistributedScan;
    pub use crate::engine::distributed::stage_input::{
        DistributedStage, StageInput, StageOutput, Takes,
    };
    pub use crate::engine::run_folder::{check_folder, check_shared_folder, remove_run};
    pub use crate::engine::stage_data::StageData;
    pub use crate::engine::stage_file::{read, write};
    pub use crate::model::run_stage::StagePart;
    pub use crate::postings::posting::Posting;
    pub use crate::postings::run::Run;
    pub use crate::sketch::fingerprint::Fingerprint;
}

/// What the benchmarks and the tests of candidates use and nobody else needs: no part of the public
/// interface.
#[doc(hidden)]
pub mod bench {
    pub use crate::sketch::fingerprint::Fingerprinter;
}

/// The examples of the README and of the guides, so that they are run with all others.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
