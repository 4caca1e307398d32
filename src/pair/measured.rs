//! Owns: what is known of two texts when their relation is decided. Never: decides anything.

use crate::align::run::{Chain, Run};
use crate::model::detection::Comparison;
use crate::model::thresholds::AlignmentMethod;
use crate::pair::facts::CopyEvidence;
use crate::pair::masked::MaskedText;
use std::ops::Range;

/// What is known of two texts when their relation is decided.
pub struct MeasuredPair<'m> {
    /// The first text.
    pub a: &'m MaskedText<'m>,
    /// The second text.
    pub b: &'m MaskedText<'m>,
    /// The matches that count, in order.
    pub matches: &'m [Chain],
    /// Whether boilerplate is left out.
    pub masked: bool,
    /// The evidence for and against a copy inside the matches.
    pub evidence: CopyEvidence,
    /// The scores: resemblance, coverage and facts.
    pub scores: &'m Comparison,
}

impl MeasuredPair<'_> {
    /// The share of each text that is in the same words, or in forms of them where the alignment
    /// takes forms for the words. A passage that was aligned by words in any order has its evidence
    /// and counts as a whole.
    pub fn same_words(&self, alignment: AlignmentMethod) -> [f64; 2] {
        if alignment == AlignmentMethod::Runs {
            return [self.scores.equal_words_a, self.scores.equal_words_b];
        }
        let of = |p: &MaskedText, whole: fn(&Chain) -> Range<u32>, run: fn(&Run) -> Range<u32>| {
            let ranges = |c: &Chain| match c.region {
                Some(_) => vec![whole(c)],
                None => c.runs.iter().map(run).collect(),
            };
            p.coverage(self.matches.iter().flat_map(ranges), self.masked)
        };
        let a = of(self.a, Chain::a, |r| r.a..r.a_end());
        let b = of(self.b, Chain::b, |r| r.b..r.b_end());
        [a, b]
    }
}
