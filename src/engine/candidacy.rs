//! Owns: what a scan of a corpus does with one pair before it compares it. Never: compares the
//! pair, or searches by rules of its own.

use crate::engine::background_source::BackgroundSource;
use crate::engine::batch::{check, in_pool};
use crate::engine::candidates::Candidates;
use crate::engine::checkpoint::Checkpoints;
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::search::{searched, sorted_keys};
use crate::engine::sketch::NONE;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::explain::budget::ScanCandidacy;
use crate::postings::posting::pack_pair;
use crate::sketch::recipe::Recipe;

/// What a scan of these documents does with a pair of them before it compares it: whether it is a
/// candidate, and whether it is within the budget. The candidates of the whole corpus are searched
/// as [`scan`](crate::scan) searches them. Cost: that of a scan up to the comparison of the
/// candidates by whole texts.
///
/// ```
/// use nearcopy::{Background, Corpus, Document, Recipe, RunOptions, Thresholds};
/// use nearcopy::explain::{ScanCandidacy, scan_candidacy};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([
///     Document::new("a", story),
///     Document::new("b", story.replace("said", "told reporters")),
///     Document::new("c", "Rain is expected over the weekend in most of the valley."),
/// ])?;
/// let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
/// let (none, options) = (Background::default(), RunOptions::default());
/// let of = |pair| scan_candidacy(&corpus, pair, &none, &recipe, &thresholds, &options, &());
/// assert_eq!(of([0, 1])?, ScanCandidacy::Compared);
/// assert_eq!(of([0, 2])?, ScanCandidacy::NoCandidate);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// Those of [`scan`](crate::scan).
pub fn scan_candidacy(
    documents: &dyn Documents,
    pair: [u32; 2],
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<ScanCandidacy> {
    check(documents, recipe, thresholds)?;
    let options = &options.for_documents(documents.count());
    in_pool(options, || {
        let source = BackgroundSource { given: Some(background), ..BackgroundSource::default() };
        let checkpoints = &Checkpoints::default();
        let job = ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints };
        let mut sorted = sorted_keys(&job, KeyKinds::ALL)?;
        let [a, b] = pair.map(|n| sorted.all.class_of[n as usize]);
        if a != NONE && a == b {
            return Ok(ScanCandidacy::OneText);
        }
        if a == NONE || b == NONE || !sorted.all.allowed(a, b, thresholds.sources) {
            return Ok(ScanCandidacy::SetAside);
        }
        let found = searched(&job, &mut sorted, KeyKinds::NONE)?;
        let pair = pack_pair(a.min(b), a.max(b));
        Ok(candidacy(pair, [&found.document_candidates, &found.passage_candidates]))
    })
}

fn candidacy(pair: u64, searches: [&Candidates; 2]) -> ScanCandidacy {
    let holds = |of: fn(&Candidates) -> &[u64]| {
        searches.iter().any(|found| of(found).binary_search(&pair).is_ok())
    };
    if holds(|found| &found.pairs) {
        ScanCandidacy::Compared
    } else if holds(|found| &found.left_out) {
        ScanCandidacy::OverBudget
    } else {
        ScanCandidacy::NoCandidate
    }
}
