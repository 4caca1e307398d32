//! Owns: candidate pairs to comparisons, in parallel, in order. Never: which pairs are candidates.

use crate::engine::options::Progress;
use crate::error::{Error, Result};
use crate::pair::background::Background;
use crate::pair::candidate::unpack;
use crate::pair::compare::compare_prepared;
use crate::pair::detection::{Comparison, Relation};
use crate::pair::prepared::Prepared;
use crate::pair::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;
use crate::text::document::Documents;
use rayon::prelude::*;

/// A compared pair of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The first class.
    pub a: u32,
    /// The second class.
    pub b: u32,
    /// What was measured.
    pub comparison: Comparison,
}

impl Verified {
    /// Whether it may join a cluster.
    pub fn is_copy(&self, t: &Thresholds) -> bool {
        match self.comparison.relation {
            Some(Relation::Equal | Relation::NearCopy) => true,
            // A template whose coverage would make it a near-copy.
            Some(Relation::Template) => t.templates_are_copies && self.smaller() >= t.near_copy_smaller,
            _ => false,
        }
    }
    /// The smaller of the two coverages.
    pub fn smaller(&self) -> f64 {
        self.comparison.coverage_a.min(self.comparison.coverage_b)
    }
}

/// Compares pairs of texts with one background.
pub struct Verifier<'a> {
    /// Where texts come from.
    pub documents: &'a dyn Documents,
    /// The document of each class.
    pub first: &'a [u32],
    /// The background.
    pub background: &'a Background,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The bounds.
    pub thresholds: &'a Thresholds,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

impl Verifier<'_> {
    /// Compares packed pairs of classes, sorted, and keeps those that `keep` wants. A text is prepared once for all its partners behind it.
    pub fn compare(&self, pairs: &[u64], keep: impl Fn(&Comparison) -> bool + Sync) -> Result<Vec<Verified>> {
        let groups: Vec<&[u64]> = pairs.chunk_by(|x, y| unpack(*x).0 == unpack(*y).0).flat_map(|g| g.chunks(64)).collect();
        let compared: Result<Vec<Vec<Verified>>> = groups
            .into_par_iter()
            .map(|group| {
                if self.progress.cancelled() {
                    return Err(Error::Cancelled);
                }
                let a = unpack(group[0]).0;
                let text = self.text(a)?;
                let prepared = Prepared::new(&text, self.background, self.recipe);
                let mut out = Vec::new();
                for &pair in group {
                    let b = unpack(pair).1;
                    let text = self.text(b)?;
                    let other = Prepared::new(&text, self.background, self.recipe);
                    let comparison = compare_prepared(&prepared, &other, self.background, self.thresholds);
                    if keep(&comparison) {
                        out.push(Verified { a, b, comparison });
                    }
                }
                self.progress.advance(group.len() as u64);
                Ok(out)
            })
            .collect();
        Ok(compared?.into_iter().flatten().collect())
    }

    fn text(&self, class: u32) -> Result<std::borrow::Cow<'_, str>> {
        let n = self.first[class as usize] as usize;
        self.documents.text(n).ok_or_else(|| Error::TextGone { id: self.documents.info(n).id.clone() })
    }
}
