//! Owns: what a cleaning takes away, as data: documents, passages, and why. Never: decides it.

use crate::model::detection::{Place, Relation};
use crate::model::document::Documents;
use crate::span::Span;

/// Why a document goes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum RemovalReason {
    /// It is a copy of one that stays.
    Copy {
        /// The one that stays.
        partner: u32,
        /// What it is to the partner.
        relation: Relation,
        /// Its share that stands in the partner, and the partner's share that stands in it.
        coverage: (f64, f64),
        /// The compared pair in [`Detection::pairs`](crate::Detection::pairs); nothing where the
        /// two texts are equal.
        pair: Option<u32>,
    },
    /// Too little of it was left when repeats were cut.
    Short {
        /// Tokens left.
        left: u32,
    },
}

/// A document that goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemovedDocument {
    /// Its number.
    pub document: u32,
    /// Why.
    pub why: RemovalReason,
}

/// Why a passage is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CutCause {
    /// Number of the repeat in [`Detection::repeats`](crate::Detection::repeats).
    pub repeat: u32,
    /// The place where the passage stays; nothing: it is boilerplate, and goes everywhere.
    pub stays: Option<Place>,
}

/// A passage that is cut out of a document that stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// Number of the document.
    pub document: u32,
    /// What is cut, with the white space that goes along.
    pub span: Span,
    /// Its length in tokens.
    pub tokens: u32,
    /// Why; at least one.
    pub causes: Vec<CutCause>,
}

/// What goes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Documents that go, by number.
    pub gone: Vec<RemovedDocument>,
    /// Passages that are cut, by document and place.
    pub cuts: Vec<Cut>,
}

impl Plan {
    /// Why the document of this number goes as a whole; nothing where it stays.
    pub fn gone(&self, document: u32) -> Option<&RemovedDocument> {
        self.gone.binary_search_by_key(&document, |g| g.document).ok().map(|i| &self.gone[i])
    }

    /// What is cut out of the document of this number, in order.
    pub fn cuts_of(&self, document: u32) -> &[Cut] {
        let from = self.cuts.partition_point(|c| c.document < document);
        let to = from + self.cuts[from..].partition_point(|c| c.document == document);
        &self.cuts[from..to]
    }

    /// The documents that stay, by number; references are not among them.
    pub fn staying<'p>(&'p self, documents: &'p dyn Documents) -> impl Iterator<Item = u32> + 'p {
        let own = |&n: &u32| !documents.info(n as usize).reference;
        (0..documents.count() as u32).filter(own).filter(|&n| self.gone(n).is_none())
    }

    /// The documents that go as copies, each with the one that stays.
    pub fn copies(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.gone.iter().filter_map(|g| match g.why {
            RemovalReason::Copy { partner, .. } => Some((g.document, partner)),
            RemovalReason::Short { .. } => None,
        })
    }
}
