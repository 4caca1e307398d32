//! Owns: the settings of a removal, and the thresholds that a scan needs for it. Never: decides
//! what goes.

use crate::error::{Error, Result};
use crate::model::detection::Relation;
use crate::model::thresholds::Thresholds;

/// What is to be removed from a corpus.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removal {
    /// Whole documents that are copies.
    pub documents: bool,
    /// Relations that make a document a copy of one that stays; [`Relation::Equal`] always does.
    /// [`Relation::Contains`], [`Relation::Quotes`] and [`Relation::Template`] count only towards
    /// a [reference](crate::Document::reference).
    pub relations: Vec<Relation>,
    /// Abridged copies too: documents of which nine tenths stand in a longer one that stays, holds
    /// no other story, and begins or ends with them, has them spread over half of it, or is too
    /// short for a roundup. Without it, and without [`Relation::ContainedIn`], a text cut to less
    /// than half stays.
    pub abridged: bool,
    /// Only copies of a reference.
    pub against_only: bool,
    /// Repeated paragraphs, all but their first place.
    pub paragraphs: bool,
    /// Repeated passages inside paragraphs too, as far as they are whole sentences.
    pub passages: bool,
    /// Boilerplate, in all its places.
    pub boilerplate: bool,
    /// A paragraph or passage is cut if it stands in at least so many different texts, or twice
    /// in one. Takes the place of [`Thresholds::repeat_classes`].
    pub repeat_classes: u32,
    /// A document of which less is left, in tokens, goes as a whole.
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
    /// The default where there are references: whatever stands in one of them goes too, however
    /// small a part of it.
    pub fn against_references() -> Removal {
        let mut removal = Removal::default();
        removal.relations.push(Relation::ContainedIn);
        removal
    }

    /// Whether anything is cut out of documents.
    pub fn cuts(&self) -> bool {
        self.paragraphs || self.passages || self.boilerplate
    }

    /// Whether a document goes that is related so to one that stays.
    pub(super) fn takes(&self, relation: Relation) -> bool {
        relation == Relation::Equal || self.relations.contains(&relation)
    }

    /// The thresholds of a scan that finds all this removal has to know of: every pair where more
    /// goes than the members of clusters, every place of every repeat where passages are cut.
    /// [`clean`](crate::clean) scans with them; who scans separately, sets them.
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
        needed
    }

    /// Whether a scan with these thresholds found all that this removal has to know of.
    pub(super) fn check(&self, scanned: &Thresholds) -> Result<()> {
        let needed = self.thresholds(scanned);
        let number =
            |name, needed: u32, scanned: u32| (name, needed.to_string(), scanned.to_string());
        let settings = [
            ("all-pairs", needed.all_pairs.to_string(), scanned.all_pairs.to_string()),
            number("max-places", needed.max_places, scanned.max_places),
            number("repeat-classes", needed.repeat_classes, scanned.repeat_classes),
        ];
        let differs = settings.into_iter().find(|(_, needed, scanned)| needed != scanned);
        differs.map_or(Ok(()), |(name, needed, scanned)| {
            let why = format!(
                "this removal needs {needed}, and the documents were scanned with {scanned}: \
                 call `clean`, or scan with `Removal::thresholds`"
            );
            Err(Error::Setting { name, why })
        })
    }
}
