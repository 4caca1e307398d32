//! Owns: what an index says of a document. Never: looks it up.

use crate::model::detection::{Comparison, LeftOut, Relation};
use crate::model::document::DocumentInfo;
use crate::model::options::{
    NAMES_OVER_LIMIT, NOTES_OVER_BUDGET, PAIRS_OVER_BUDGET, PLACES_OVER_LIMIT,
};

/// A document of the index that the queried document is related to.
#[derive(Debug, Clone, PartialEq)]
pub struct Sighting {
    /// The partner, without its text. Among several documents with equal texts it is the one of the
    /// smallest id; where that one was read in part, a page of the same bytes or a whole document
    /// comes before it.
    pub info: DocumentInfo,
    /// Number of documents in the index that have the partner's text, the partner included.
    pub copies: u64,
    /// The relation: `a` is the queried document, `b` the partner.
    pub relation: Relation,
    /// The scores, and the matches on both sides: `a` is the queried document, `b` the partner.
    /// Without texts there are no matches, and coverages are estimated by the containments.
    pub comparison: Comparison,
    /// The partner's text, which the `b` spans of the matches refer to; `None` where the index
    /// keeps no texts.
    pub text: Option<String>,
}

/// What an index says of a document, from [`Index::query`](crate::Index::query).
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct QueryAnswer {
    /// The documents that it is related to, nearest first.
    pub sightings: Vec<Sighting>,
    /// The steps of the comparisons: for each partner twice its tokens, those of the shorter one of
    /// both texts, and 32.
    pub steps: u64,
    /// The number of candidates that were not compared, because a lookup may take so many steps
    /// only: 32 times [`compare_budget`](crate::Thresholds::compare_budget) for each token of the
    /// document (of a short one as for 256 tokens), for the candidates by whole texts and for those
    /// by passages each. In the order of the keys that they share with the document, the candidates
    /// are compared that fit into what is left of it; the first one always is.
    pub left_out: u64,
    /// The number of passages that were not looked at as notes of an outlet: the partners hold more
    /// of them than a lookup may look at.
    pub notes_left_out: u64,
}

impl QueryAnswer {
    /// What bounds of the work left out, by the reasons that the summary of a scan has for it, each
    /// with the number of candidates, passages or partners.
    pub fn limited(&self) -> Vec<(&'static str, u64)> {
        let partners = |is_left_out: fn(LeftOut) -> bool| {
            self.sightings.iter().filter(|s| is_left_out(s.comparison.left_out)).count() as u64
        };
        let mut out = vec![
            (NAMES_OVER_LIMIT, partners(|out| out.names)),
            (NOTES_OVER_BUDGET, self.notes_left_out),
            (PAIRS_OVER_BUDGET, self.left_out),
            (PLACES_OVER_LIMIT, partners(|out| out.places)),
        ];
        out.retain(|(_, count)| *count > 0);
        out
    }
}
