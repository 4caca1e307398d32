//! Owns: the settings of a removal, and the thresholds that a scan needs for it. Never: decides
//! what is removed.

use crate::error::{Error, Result};
use crate::model::detection::{Detection, Relation};
use crate::model::thresholds::Thresholds;

/// What is to be removed from a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// Remove whole documents that are copies.
    pub documents: bool,
    /// Relations that make a document a copy of one that stays; [`Relation::Equal`] always does.
    /// [`Relation::Contains`], [`Relation::Quotes`] and [`Relation::Template`] count only towards
    /// a [reference](crate::Document::reference).
    pub relations: Vec<Relation>,
    /// Remove abridged copies too: documents of which nine tenths are in a longer one that stays
    /// and has no other story, where the shared passages reach its beginning or its end, are spread
    /// over half of it, or it is too short for a roundup. Without this setting, and without
    /// [`Relation::ContainedIn`], a text cut to less than half stays.
    pub abridged: bool,
    /// Remove only copies of a reference.
    pub against_only: bool,
    /// Cut repeated paragraphs in all places but the first.
    pub paragraphs: bool,
    /// Cut repeated passages inside paragraphs too, as far as they are whole sentences.
    pub passages: bool,
    /// Cut boilerplate in all its places.
    pub boilerplate: bool,
    /// A paragraph or passage is cut if it is in at least this many different texts, or twice in
    /// one. Replaces [`Thresholds::repeat_classes`].
    pub repeat_classes: u32,
    /// A document with fewer tokens left after the cuts is removed as a whole.
    pub min_left: u32,
}

impl_with!(Removal);

impl Default for Removal {
    /// Equal texts, near-copies and abridged copies.
    fn default() -> Removal {
        Removal {
            documents: true,
            relations: vec![Relation::Equal, Relation::NearCopy],
            abridged: true,
            against_only: false,
            paragraphs: false,
            passages: false,
            boilerplate: false,
            repeat_classes: 2,
            min_left: 10,
        }
    }
}

impl Removal {
    /// The default where there are references: a document that is contained in a reference is
    /// removed too, however small a part of the reference it is.
    pub fn against_references() -> Removal {
        let mut removal = Removal::default();
        removal.relations.push(Relation::ContainedIn);
        removal
    }

    /// Whether any passages are cut out of documents.
    pub fn cuts(&self) -> bool {
        self.paragraphs || self.passages || self.boilerplate
    }

    /// Whether a document with this relation to one that stays is removed.
    pub(super) fn takes(&self, relation: Relation) -> bool {
        relation == Relation::Equal || self.relations.contains(&relation)
    }

    /// Returns the thresholds of a scan that finds all this removal depends on: every pair where
    /// more than the members of clusters is removed, and every place of every repeat where passages
    /// are cut. [`clean`](crate::clean::clean) scans with them; a caller who scans separately must
    /// set them.
    ///
    /// ```
    /// use nearcopy::{Removal, Thresholds};
    /// assert!(Removal::default().thresholds(&Thresholds::default()).all_pairs);
    /// ```
    pub fn thresholds(&self, thresholds: &Thresholds) -> Thresholds {
        let mut needed = thresholds.clone();
        let beyond = |r: &Relation| !r.is_copy();
        needed.all_pairs |= self.documents && (self.abridged || self.relations.iter().any(beyond));
        if self.cuts() {
            (needed.max_places, needed.repeat_classes) = (u32::MAX, self.repeat_classes);
        }
        if !needed.all_pairs {
            // Each removed document is shown with its pair, and each passage with its repeat.
            needed.report_budget = u32::MAX;
        }
        needed
    }

    /// Checks that a scan listed all that this removal depends on.
    pub(super) fn check(&self, found: &Detection) -> Result<()> {
        let scanned = &found.thresholds;
        let needed = self.thresholds(scanned);
        let number =
            |name, needed: u32, scanned: u32| (name, needed.to_string(), scanned.to_string());
        let settings = [
            ("all-pairs", needed.all_pairs.to_string(), scanned.all_pairs.to_string()),
            number("max-places", needed.max_places, scanned.max_places),
            number("repeat-classes", needed.repeat_classes, scanned.repeat_classes),
        ];
        let differs = settings.into_iter().find(|(_, needed, scanned)| needed != scanned);
        // A list that was not cut is complete, whatever its budget.
        let cut = |(reason, _): &(String, u64)| {
            *reason == "pairs-not-listed" && self.documents
                || *reason == "repeats-not-listed" && self.cuts()
        };
        let budget = number("report-budget", needed.report_budget, scanned.report_budget);
        let differs = differs.or_else(|| found.summary.limited.iter().any(cut).then_some(budget));
        differs.map_or(Ok(()), |(name, needed, scanned)| {
            let why = format!(
                "this removal needs {needed}, and the documents were scanned with {scanned}: \
                 call `clean`, or scan with `Removal::thresholds`"
            );
            Err(Error::Setting { name, why })
        })
    }
}
