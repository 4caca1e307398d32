//! Owns: what a comparison of two texts measures, with spans in bytes. Never: holds ids, characters
//! or lines; the report adds those.

use crate::model::relation::Relation;
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
    /// They are issues of a series: a week or more lies between them, or their titles or what they
    /// say of day and hour show it, and a figure, a name or a rare word differs.
    Series,
    /// Each title names something that the other document does not name, or not in the place where
    /// it counts, or the titles count differently, as parts of a whole do.
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

/// What the bounds of the work of a comparison left out; nearly always nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Places of a long text in which damaged or rewritten passages of the other text were not
    /// looked for: it shares words in a row with more places than are aligned by words.
    pub places: bool,
    /// Names of a text that were not held against other spellings of them: it has more than are
    /// held against.
    pub names: bool,
}

impl LeftOut {
    /// Why places are left out, in words.
    pub const PLACES: &str = "one text is long, and shares words with the other in more places \
        than are looked at for damaged or rewritten passages; equal ones are found everywhere";
    /// Why names are left out, in words.
    pub const NAMES: &str =
        "one text has more names than are held against names in other spellings";

    /// Why something is left out, in words.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.places, LeftOut::PLACES), (self.names, LeftOut::NAMES)];
        all.into_iter().filter(|x| x.0).map(|x| x.1)
    }

    /// What either of two bounds left out.
    pub(crate) fn and(self, other: LeftOut) -> LeftOut {
        LeftOut { places: self.places || other.places, names: self.names || other.names }
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
    /// What was not looked at; a report counts such pairs in its summary, and does not name them.
    pub left_out: LeftOut,
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
