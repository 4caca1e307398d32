//! Owns: the findings as data, with documents by number and spans in bytes. Never: holds ids,
//! characters or lines; the report adds those.

pub use crate::model::relation::Relation;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// The agreement of numbers and names inside the aligned text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The number of facts that agree.
    pub agree: u32,
    /// The number of facts that could be compared.
    pub compared: u32,
}

/// A run of equal tokens in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Block {
    /// The bytes of the run in the first text.
    pub a: Span,
    /// The bytes of the run in the second text.
    pub b: Span,
}

/// A passage that occurs in both texts, perhaps with small edits: two independent spans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// The bytes of the passage in the first text.
    pub a: Span,
    /// The bytes of the passage in the second text.
    pub b: Span,
    /// The number of tokens inside `a`.
    pub tokens_a: u32,
    /// The number of tokens inside `b`.
    pub tokens_b: u32,
    /// The share of the tokens inside the match that are equal in order, of the longer side.
    pub identity: f64,
    /// The exactly equal runs inside the match, in the order of the first text.
    pub blocks: Vec<Block>,
}

/// Why two texts with much wording in common are no copies of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemplateReason {
    /// Fewer than half of the numbers and names that could be compared agree.
    Facts,
    /// The wording that they share is common, or what differs weighs more than what agrees.
    Wording,
    /// They are issues of a series: a week or more lies between them, and a figure, a name or a
    /// rare word differs.
    Series,
    /// Each title names something that the other document names nowhere.
    Titles,
}

impl TemplateReason {
    /// All reasons.
    pub const ALL: [TemplateReason; 4] = {
        use TemplateReason::{Facts, Series, Titles, Wording};
        [Facts, Wording, Series, Titles]
    };

    /// The name of the reason in reports: `facts`, `wording`, `series` or `titles`.
    pub const fn name(self) -> &'static str {
        match self {
            TemplateReason::Facts => "facts",
            TemplateReason::Wording => "wording",
            TemplateReason::Series => "series",
            TemplateReason::Titles => "titles",
        }
    }

    /// The words in which all reports tell the reason to a person.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            TemplateReason::Facts => "the figures and names differ",
            TemplateReason::Wording => "they share only a common wording",
            TemplateReason::Series => "they are issues of a series",
            TemplateReason::Titles => "their titles name different things",
        }
    }
}

impl_display!(TemplateReason);

/// Parses the name of a reason in reports.
impl std::str::FromStr for TemplateReason {
    type Err = String;
    fn from_str(s: &str) -> Result<TemplateReason, String> {
        let known = TemplateReason::ALL.into_iter().find(|reason| reason.name() == s);
        known.ok_or_else(|| {
            let names = TemplateReason::ALL.map(TemplateReason::name).join(", ");
            format!("{s:?} is no reason of a template: {names}")
        })
    }
}

/// Everything that a comparison measures between two texts.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// The relation of the two texts, or `None` if they are not related.
    pub relation: Option<Relation>,
    /// |A ∩ B| / |A ∪ B| of the shingle sets (Broder 1997), 0 to 1.
    pub resemblance: f64,
    /// |A ∩ B| / |A|.
    pub containment_a: f64,
    /// |A ∩ B| / |B|.
    pub containment_b: f64,
    /// The share of the first text's tokens inside matches, without boilerplate.
    pub coverage_a: f64,
    /// The share of the second text's tokens inside matches, without boilerplate.
    pub coverage_b: f64,
    /// The share of the first text's tokens that are equal to a token of the second text inside a
    /// match, without boilerplate: coverage without the words in gaps.
    pub equal_words_a: f64,
    /// The share of the second text's tokens that are equal to a token of the first, likewise.
    pub equal_words_b: f64,
    /// Why the pair is a template; `None` for other relations.
    pub why: Option<TemplateReason>,
    /// Whether boilerplate was counted after all, because too little was left of both texts without
    /// it.
    pub whole_text: bool,
    /// The agreement of facts inside the matches.
    pub facts: Facts,
    /// The matches, ordered by place in the first text, then in the second.
    pub matches: Vec<Match>,
}

impl Match {
    /// The same match with the two texts swapped.
    pub fn flipped(self) -> Match {
        let mut blocks: Vec<Block> =
            self.blocks.into_iter().map(|block| Block { a: block.b, b: block.a }).collect();
        blocks.sort_unstable();
        Match {
            a: self.b,
            b: self.a,
            tokens_a: self.tokens_b,
            tokens_b: self.tokens_a,
            identity: self.identity,
            blocks,
        }
    }
}

impl Comparison {
    /// The share of equal words of both texts; `None` where it was not measured, as in an estimate
    /// from keys alone or in a report of an earlier version.
    pub(crate) fn equal_words(&self) -> Option<[f64; 2]> {
        let shares = [self.equal_words_a, self.equal_words_b];
        let covered = self.coverage_a > 0.0 || self.coverage_b > 0.0;
        (!covered || shares != [0.0, 0.0]).then_some(shares)
    }
    /// The same comparison with the two texts swapped.
    pub fn flipped(self) -> Comparison {
        let mut matches: Vec<Match> = self.matches.into_iter().map(Match::flipped).collect();
        matches.sort_by_key(|m| (m.a.start, m.b.start));
        Comparison {
            relation: self.relation.map(Relation::flipped),
            containment_a: self.containment_b,
            containment_b: self.containment_a,
            coverage_a: self.coverage_b,
            coverage_b: self.coverage_a,
            equal_words_a: self.equal_words_b,
            equal_words_b: self.equal_words_a,
            matches,
            ..self
        }
    }
}

/// Two related documents: `a < b`, and each is the first of its class of equal texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// The number of the first document.
    pub a: u32,
    /// The number of the second document.
    pub b: u32,
    /// The relation of the two documents.
    pub relation: Relation,
    /// The measurements.
    pub comparison: Comparison,
}

impl Pair {
    /// The relation and the coverage of the pair from the side of one of its documents: the
    /// coverage of that document comes first.
    pub(crate) fn seen_from(&self, document: u32) -> (Relation, (f64, f64)) {
        let Comparison { coverage_a, coverage_b, .. } = self.comparison;
        match document == self.a {
            true => (self.relation, (coverage_a, coverage_b)),
            false => (self.relation.flipped(), (coverage_b, coverage_a)),
        }
    }
}

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
    pub pairs: crate::model::pair_list::Pairs,
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
        let pair = (first.min(other), first.max(other));
        self.pairs.binary_search_by_key(&pair, |p| (p.a, p.b)).ok()
    }
}
