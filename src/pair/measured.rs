//! Owns: what is known of two texts when their relation is decided. Never: decides anything.

use crate::align::run::Chain;
use crate::model::detection::Comparison;
use crate::pair::facts::CopyEvidence;
use crate::pair::masked::MaskedText;
use std::cell::LazyCell;

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
}
