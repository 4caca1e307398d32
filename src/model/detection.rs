//! Owns: the findings as data, documents by number and spans in bytes. Never: ids, characters,
//! lines; the report adds those.

pub use crate::model::relation::Relation;
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// Agreement of numbers and names inside the aligned text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// How many agree.
    pub agree: u32,
    /// How many could be compared.
    pub compared: u32,
}

/// A run of equal tokens in both texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Block {
    /// Bytes of the first text.
    pub a: Span,
    /// Bytes of the second text.
    pub b: Span,
}

/// One passage that stands in both texts, perhaps with small edits: two independent spans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// Bytes of the first text.
    pub a: Span,
    /// Bytes of the second text.
    pub b: Span,
    /// Tokens inside `a`.
    pub tokens_a: u32,
    /// Tokens inside `b`.
    pub tokens_b: u32,
    /// Share of the tokens inside the match that are equal in order, of the longer side.
    pub identity: f64,
    /// The exactly equal runs inside, in the order of the first text.
    pub blocks: Vec<Block>,
}

/// All that is measured between two texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// How they are related, or nothing.
    pub relation: Option<Relation>,
    /// |A ∩ B| / |A ∪ B| of the shingle sets (Broder 1997), 0 to 1.
    pub resemblance: f64,
    /// |A ∩ B| / |A|.
    pub containment_a: f64,
    /// |A ∩ B| / |B|.
    pub containment_b: f64,
    /// Share of the first text's tokens inside matches, boilerplate left out.
    pub coverage_a: f64,
    /// Share of the second text's tokens inside matches, boilerplate left out.
    pub coverage_b: f64,
    /// Whether boilerplate was counted in after all, because too little else was left of a text.
    pub whole_text: bool,
    /// Agreement of facts inside the matches.
    pub facts: Facts,
    /// The passages, in the order of the first text, then the second.
    pub matches: Vec<Match>,
}

impl Match {
    /// The same seen from the other text.
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
    /// The same seen from the other text.
    pub fn flipped(self) -> Comparison {
        let mut matches: Vec<Match> = self.matches.into_iter().map(Match::flipped).collect();
        matches.sort_by_key(|m| (m.a.start, m.b.start));
        Comparison {
            relation: self.relation.map(Relation::flipped),
            containment_a: self.containment_b,
            containment_b: self.containment_a,
            coverage_a: self.coverage_b,
            coverage_b: self.coverage_a,
            matches,
            ..self
        }
    }
}

/// Two related documents: `a < b`, both the first of their class of equal texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Number of the first document.
    pub a: u32,
    /// Number of the second document.
    pub b: u32,
    /// How they are related.
    pub relation: Relation,
    /// The measurements.
    pub comparison: Comparison,
}

impl Pair {
    /// Relation and coverage of the pair, as the document of this number sees them: its own
    /// coverage is the first.
    pub(crate) fn seen_from(&self, document: u32) -> (Relation, (f64, f64)) {
        let Comparison { coverage_a, coverage_b, .. } = self.comparison;
        match document == self.a {
            true => (self.relation, (coverage_a, coverage_b)),
            false => (self.relation.flipped(), (coverage_b, coverage_a)),
        }
    }
}

/// Verified near-copies of one representative.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The survivor, by the policy.
    pub representative: u32,
    /// All members in the order of their numbers, the representative among them.
    pub members: Vec<u32>,
    /// The smallest coverage between a member and the representative, 0 to 1.
    pub weakest: f64,
}

/// Where a repeat stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Number of the document.
    pub document: u32,
    /// Bytes of its text.
    pub span: Span,
}

/// A paragraph or passage that stands in several places, token for token.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// Its length in tokens (of one period, where it is periodic).
    pub tokens: u32,
    /// How often it stands in the corpus; never cut.
    pub count: u64,
    /// In how many documents it stands; never cut.
    pub documents: u64,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// Whether it is boilerplate, which counts neither for nor against a relation.
    pub boilerplate: bool,
    /// For a run that repeats itself without a break: the period in tokens. Then a place is the
    /// whole run.
    pub period: Option<u32>,
    /// Where it stands, in order; may be cut to the first
    /// [`max_places`](crate::Thresholds::max_places).
    pub places: Vec<Place>,
}

/// What was read, skipped, tried and found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Documents taken in.
    pub documents: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Documents that share their id with another text and were renamed `ID@` and hex digits.
    pub renamed: u64,
    /// Documents set aside by a limit (`--min-tokens`, `--since`, …): reason and count.
    pub limited: Vec<(String, u64)>,
    /// Different texts.
    pub classes: u64,
    /// Clusters of two or more documents.
    pub clusters: u64,
    /// Documents that are not their cluster's representative.
    pub duplicates: u64,
    /// Pairs reported.
    pub pairs: u64,
    /// Repeats found.
    pub repeats: u64,
    /// Pairs of classes that shared enough keys to be compared.
    pub candidates: u64,
    /// Pairs of classes whose comparison showed a relation.
    pub verified: u64,
    /// Keys that stood in too many texts to be expanded to all their pairs.
    pub capped_keys: u64,
}

/// The result of a scan. Documents are numbered as in the [`Documents`](crate::Documents) that was
/// scanned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// Id of the recipe that made the keys.
    pub recipe_id: String,
    /// Id of the background that the scores were computed with.
    pub background_id: String,
    /// The bounds that were applied.
    pub thresholds: crate::model::thresholds::Thresholds,
    /// Counts.
    pub summary: Summary,
    /// Tokens of each document, by number.
    pub tokens: Vec<u32>,
    /// Clusters, in the order of their representatives' numbers.
    pub clusters: Vec<Cluster>,
    /// Classes of two or more equal texts, each in the order of the numbers.
    pub equal: Vec<Vec<u32>>,
    /// Related pairs, by `a`, then `b`.
    pub pairs: Vec<Pair>,
    /// Repeats, by first place.
    pub repeats: Vec<Repeat>,
}

impl Detection {
    /// For each document the first of its class of equal texts; itself where it stands alone.
    pub(crate) fn first_of_class(&self, documents: usize) -> Vec<u32> {
        let mut first: Vec<u32> = (0..documents as u32).collect();
        for class in &self.equal {
            class.iter().for_each(|&n| first[n as usize] = class[0]);
        }
        first
    }

    /// The listed pair of the classes of two documents, given by the first of each.
    pub(crate) fn pair_between(&self, first: u32, other: u32) -> Option<usize> {
        let pair = (first.min(other), first.max(other));
        self.pairs.binary_search_by_key(&pair, |p| (p.a, p.b)).ok()
    }
}
