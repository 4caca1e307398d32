//! Owns: the decision of what is removed, from a corpus or from the findings of its scan. Never:
//! removes anything itself.

use crate::clean::documents::removed_documents;
use crate::clean::plan::Plan;
use crate::clean::removal::Removal;
use crate::clean::repeat_cuts::cut_repeats;
use crate::engine::batch::in_pool;
use crate::engine::builder::Scan;
use crate::error::Result;
use crate::model::detection::Detection;
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::sketch::recipe::Recipe;

/// What [`clean`] found and decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleaning {
    /// What the scan found.
    pub detection: Detection,
    /// The background that its scores were computed with.
    pub background: Background,
    /// What is removed.
    pub plan: Plan,
}

/// Scans documents and decides what of them is removed: [`scan`](crate::scan) with the [thresholds
/// that the removal needs](Removal::thresholds), then [`removal`].
///
/// Cost: that of the scan, and one more reading of the texts with repeats where passages are cut.
///
/// ```
/// use nearcopy::{Corpus, Document, Recipe, Removal, RunOptions, Thresholds};
/// use nearcopy::clean::clean;
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([Document::new("a", story), Document::new("b", story)])?;
/// let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
/// let (removal, options) = (Removal::default(), RunOptions::default());
/// let cleaning = clean(&corpus, &recipe, &thresholds, &removal, &options, &())?;
/// assert!(cleaning.plan.removal_of(1).is_some());
/// assert_eq!(cleaning.plan.staying(&corpus).collect::<Vec<_>>(), [0]);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// As [`scan`](crate::scan).
pub fn clean(
    documents: &dyn Documents,
    recipe: &Recipe,
    thresholds: &Thresholds,
    removal: &Removal,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Cleaning> {
    let scan = Scan::new().recipe(recipe.clone()).thresholds(thresholds.clone());
    scan.threads(options.threads).progress(progress).clean(documents, removal)
}

impl Scan<'_> {
    /// Scans documents and decides which documents and passages are removed: [`clean`] with the
    /// settings of this scan.
    ///
    /// ```
    /// use nearcopy::{Corpus, Document, Removal, Scan};
    /// let story = "The harbour bridge will close for repairs on Monday, the port authority said.";
    /// let corpus = Corpus::new([Document::new("a", story), Document::new("b", story)])?;
    /// let cleaning = Scan::new().clean(&corpus, &Removal::default())?;
    /// assert_eq!(cleaning.plan.staying(&corpus).collect::<Vec<_>>(), [0]);
    /// # Ok::<(), nearcopy::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Scan::run`].
    pub fn clean(&self, documents: &dyn Documents, removal: &Removal) -> Result<Cleaning> {
        let (thresholds, options, progress) = self.settings();
        let scan = self.clone().thresholds(removal.thresholds(thresholds));
        let (mut detection, background) = scan.run_with_background(documents)?;
        detection.pairs.load()?;
        let plan = self::removal(documents, &detection, removal, options, progress)?;
        Ok(Cleaning { detection, background, plan })
    }
}

/// Decides what of a corpus is removed, by the findings of a scan of it with
/// [`Removal::thresholds`].
///
/// Whole documents are decided on first: each document that is removed has a partner that stays, or
/// that is a reference. Then repeats are cut down to their first place in a document that stays, in
/// the order of the survivor policy; so every passage that is cut, boilerplate apart, remains in
/// some document. A document that is the partner of a removed one is not removed for being short:
/// it is left whole.
///
/// A page that was read in part ([`DocumentInfo::read`](crate::DocumentInfo::read)) is removed only
/// because of a page of the same bytes, or of a whole document with an equal text; because of it
/// nothing else is removed. Passages that repeat are cut out of it as out of others, but however
/// little is left, it stays: then it is left as it was read.
///
/// Cost: the texts with repeats are read once more; no text is read where nothing is cut.
///
/// ```
/// use nearcopy::{Corpus, Document, Recipe, Removal, RunOptions, Thresholds, scan};
/// use nearcopy::clean::removal;
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([Document::new("a", story), Document::new("b", story)])?;
/// let what = Removal::default();
/// let thresholds = what.thresholds(&Thresholds::default());
/// let (found, _) = scan(&corpus, &Recipe::default(), &thresholds, &RunOptions::default(), &())?;
/// let plan = removal(&corpus, &found, &what, &RunOptions::default(), &())?;
/// assert_eq!(plan.removed.len(), 1);
/// assert_eq!(plan.removed[0].document, 1);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// A scan that did not find all that this removal depends on ([`Setting`](crate::Error::Setting),
/// which names the threshold), a text that can no longer be read, or the caller's cancellation.
pub fn removal(
    documents: &dyn Documents,
    found: &Detection,
    removal: &Removal,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Plan> {
    removal.check(found)?;
    let mut plan = removed_documents(documents, found, removal);
    if removal.cuts() {
        in_pool(options, || cut_repeats(documents, found, removal, &mut plan, progress))?;
        plan.removed.sort_unstable_by_key(|g| g.document);
        plan.cuts.sort_unstable_by_key(|c| (c.document, c.span));
        let short = |n: &u32| plan.removed.binary_search_by_key(n, |g| g.document).is_ok();
        plan.stay_in_part.retain(|n| !short(n));
    }
    Ok(plan)
}
