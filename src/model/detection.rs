//! Owns: the findings as data, with documents by number and spans in bytes. Never: holds ids,
//! characters or lines; the report adds those.

pub use crate::model::comparison::{
    Block, Comparison, Facts, LeftOut, Match, Pair, TemplateReason,
};
use crate::model::pair_list::Pairs;
pub use crate::model::relation::Relation;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// A representative and its verified near-copies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The document that survives by the policy.
    pub representative: u32,
    /// All members in the order of their numbers, the representative among them.
    pub members: Vec<u32>,
    /// The smallest coverage between a member and the representative, 0 to 1.
    pub weakest: f64,
}

/// A place where a repeat occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The number of the document.
    pub document: u32,
    /// The bytes in its text.
    pub span: Span,
}

/// A paragraph or passage that occurs in several places, token for token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// Its length in tokens (of one period, where it is periodic).
    pub tokens: u32,
    /// The number of occurrences in the corpus; this count is never cut.
    pub count: u64,
    /// The number of documents that it occurs in; this count is never cut.
    pub documents: u64,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// Whether it is boilerplate, which counts neither for nor against a relation.
    pub boilerplate: bool,
    /// Whether it is a note: a passage that an outlet puts under or above texts that share nothing
    /// else. It makes no relation.
    pub note: bool,
    /// For a run that repeats itself without a break: the period in tokens. A place is then the
    /// whole run.
    pub period: Option<u32>,
    /// The places where it occurs, in order; the list may be cut to the first
    /// [`max_places`](crate::Thresholds::max_places).
    pub places: Vec<Place>,
}

/// Counts of what was read, skipped, compared and found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// The number of documents that were scanned.
    pub documents: u64,
    /// The bytes of their texts.
    pub bytes: u64,
    /// The number of documents that shared their id with another text and were renamed `ID@` and
    /// hex digits.
    pub renamed: u64,
    /// What a limit or a bound leaves out: reason and count. Limits (`--min-tokens`, `--since`, …)
    /// leave out documents, bounds ([`compare_budget`](crate::Thresholds::compare_budget),
    /// [`report_budget`](crate::Thresholds::report_budget)) pairs and repeats.
    pub limited: Vec<(String, u64)>,
    /// The number of documents without a token. They are related to nothing.
    pub without_text: u64,
    /// The number of pages that were read in part; see
    /// [`DocumentInfo::read`](crate::DocumentInfo::read).
    pub parts: u64,
    /// The number of different texts.
    pub classes: u64,
    /// The number of clusters of two or more documents.
    pub clusters: u64,
    /// The number of documents that are not their cluster's representative.
    pub duplicates: u64,
    /// The number of pairs that are reported.
    pub pairs: u64,
    /// The number of repeats that are reported.
    pub repeats: u64,
    /// The number of pairs of classes that shared enough keys to be compared.
    pub candidates: u64,
    /// The number of pairs of classes whose comparison found a relation.
    pub verified: u64,
    /// The number of keys that occur in too many texts to be expanded to all their pairs.
    pub capped_keys: u64,
}

/// The result of a scan. Documents are numbered as in the [`Documents`](crate::Documents) that was
/// scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// The id of the recipe that the keys were made with.
    pub recipe_id: String,
    /// The id of the background that the scores were computed with.
    pub background_id: String,
    /// The thresholds that were applied.
    pub thresholds: crate::model::thresholds::Thresholds,
    /// The counts of the scan.
    pub summary: Summary,
    /// The number of tokens of each document, by document number.
    pub tokens: Vec<u32>,
    /// The clusters, in the order of their representatives' numbers.
    pub clusters: Vec<Cluster>,
    /// The classes of two or more equal texts, each in the order of the document numbers.
    pub equal: Vec<Vec<u32>>,
    /// The classes of equal texts that titles divide, each as its groups of documents: the titles
    /// of two groups name different things. `equal` lists the groups of two and more documents.
    pub titles: Vec<Vec<Vec<u32>>>,
    /// The related pairs, ordered by `a`, then `b`.
    pub pairs: Pairs,
    /// The repeats, ordered by their first place.
    pub repeats: Vec<Repeat>,
}

impl Detection {
    /// For each document, the first document of its class of equal texts; this is the document
    /// itself where no other has its text.
    pub(crate) fn first_of_class(&self, documents: usize) -> Vec<u32> {
        let mut first: Vec<u32> = (0..documents as u32).collect();
        for class in &self.equal {
            class.iter().for_each(|&n| first[n as usize] = class[0]);
        }
        first
    }

    /// The number in `pairs` of the pair between two classes, each given by its first document.
    pub(crate) fn pair_between(&self, first: u32, other: u32) -> Option<usize> {
        self.pairs.find((first.min(other), first.max(other)))
    }
}
