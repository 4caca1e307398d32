//! Owns: the plan of a cleaning as data: which documents and passages are removed, and why. Never:
//! decides what is removed.

use crate::model::detection::{Place, Relation};
use crate::model::document::Documents;
use crate::span::Span;

/// Why a document is removed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RemovalReason {
    /// It is a copy of a document that stays.
    Copy {
        /// The document that stays.
        partner: u32,
        /// The relation of the removed document to the partner.
        relation: Relation,
        /// The share of the removed document that is in the partner, and the share of the partner
        /// that is in it.
        coverage: (f64, f64),
        /// The compared pair in [`Detection::pairs`](crate::Detection::pairs); `None` where the two
        /// texts are equal.
        pair: Option<u32>,
    },
    /// Too little of it was left after repeats were cut.
    Short {
        /// Tokens that were left.
        left: u32,
    },
}

/// A document that is removed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemovedDocument {
    /// The document's number.
    pub document: u32,
    /// Why it is removed.
    pub why: RemovalReason,
}

/// Why a passage is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CutCause {
    /// Number of the repeat in [`Detection::repeats`](crate::Detection::repeats).
    pub repeat: u32,
    /// The place where the passage stays; `None` where it is boilerplate, which is cut in all its
    /// places.
    pub kept_place: Option<Place>,
}

/// A passage that is cut out of a document that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Number of the document.
    pub document: u32,
    /// The bytes that are cut, with the white space that belongs to them.
    pub span: Span,
    /// The length of the passage in tokens.
    pub tokens: u32,
    /// Why it is cut; at least one cause.
    pub causes: Vec<CutCause>,
}

/// What a cleaning removes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Documents that are removed, by number.
    pub removed: Vec<RemovedDocument>,
    /// Passages that are cut, by document and place.
    pub cuts: Vec<Cut>,
    /// Documents, by number, that stay although they repeat one that stays, because one of the two
    /// is a page that was read in part; see [`DocumentInfo::read`](crate::DocumentInfo::read).
    pub stay_in_part: Vec<u32>,
}

impl Plan {
    /// Returns why the document of this number is removed as a whole; `None` where it stays.
    pub fn removal_of(&self, document: u32) -> Option<&RemovedDocument> {
        self.removed.binary_search_by_key(&document, |g| g.document).ok().map(|i| &self.removed[i])
    }

    /// Returns the passages that are cut out of the document of this number, in order.
    pub fn cuts_of(&self, document: u32) -> &[Cut] {
        let from = self.cuts.partition_point(|c| c.document < document);
        let to = from + self.cuts[from..].partition_point(|c| c.document == document);
        &self.cuts[from..to]
    }

    /// Iterates over the documents that stay, by number; references are not among them.
    pub fn staying<'p>(&'p self, documents: &'p dyn Documents) -> impl Iterator<Item = u32> + 'p {
        let own = |&n: &u32| !documents.info(n as usize).reference;
        (0..documents.count() as u32).filter(own).filter(|&n| self.removal_of(n).is_none())
    }

    /// Iterates over the documents that are removed as copies, each with the one that stays.
    pub fn copies(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.removed.iter().filter_map(|g| match g.why {
            RemovalReason::Copy { partner, .. } => Some((g.document, partner)),
            RemovalReason::Short { .. } => None,
        })
    }
}
