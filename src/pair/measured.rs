//! Owns: what is known of two texts when their relation is decided. Never: decides anything.

use crate::align::run::Chain;
use crate::align::select::equal_words;
use crate::model::detection::Comparison;
use crate::pair::facts::CopyEvidence;
use crate::pair::masked::MaskedText;
use std::cell::{LazyCell, OnceCell};

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
    /// The evidence for and against a copy inside the matches. To count it costs as much as to
    /// align the texts, and most candidates are unrelated without it.
    pub evidence: LazyCell<CopyEvidence, &'m dyn Fn() -> CopyEvidence>,
    /// The shares of both texts that are equal words inside the matches.
    pub equal_words: LazyCell<[f64; 2], &'m dyn Fn() -> [f64; 2]>,
    /// The scores: resemblance and coverage. Those that are counted late may not be there yet.
    pub scores: &'m Comparison,
    /// What follows from all matches or paragraphs; each match may ask for it.
    all_equal_words: OnceCell<u32>,
    /// Whether both texts are on one subject, as [`quotation`](crate::pair::quotation) counts it.
    pub of_one_subject: OnceCell<bool>,
    /// Whether the titles name subjects of their own, as
    /// [`quotation`](crate::pair::quotation) asks it.
    pub of_own_subjects: OnceCell<bool>,
}

/// What is counted of a pair only where its relation depends on it.
pub struct LateCounts<'m> {
    /// See [`MeasuredPair::evidence`].
    pub evidence: &'m dyn Fn() -> CopyEvidence,
    /// See [`MeasuredPair::equal_words`].
    pub equal_words: &'m dyn Fn() -> [f64; 2],
}

impl<'m> MeasuredPair<'m> {
    /// Puts it together.
    pub fn new(
        [a, b]: [&'m MaskedText<'m>; 2],
        (matches, masked): (&'m [Chain], bool),
        counts: LateCounts<'m>,
        scores: &'m Comparison,
    ) -> MeasuredPair<'m> {
        MeasuredPair {
            a,
            b,
            matches,
            masked,
            evidence: LazyCell::new(counts.evidence),
            equal_words: LazyCell::new(counts.equal_words),
            scores,
            all_equal_words: OnceCell::new(),
            of_one_subject: OnceCell::new(),
            of_own_subjects: OnceCell::new(),
        }
    }

    /// The number of equal words of all matches.
    pub fn all_equal_words(&self) -> u32 {
        let all = || self.matches.iter().map(|c| equal_words(c, self.a)).sum();
        *self.all_equal_words.get_or_init(all)
    }
}
