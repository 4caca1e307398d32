//! Owns: what is known of two texts when their relation is decided. Never: decides anything.

use crate::align::run::Chain;
use crate::model::detection::Comparison;
use crate::pair::facts::CopyEvidence;
use crate::pair::masked::MaskedText;

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
