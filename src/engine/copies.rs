//! Owns: the copies of each document, for comparisons without a search, and the trace of two
//! documents of a corpus. Never: compares texts itself.

use crate::engine::background_source::BackgroundSource;
use crate::engine::candidates::LEAST_TOKENS;
use crate::engine::checkpoint::Checkpoints;
use crate::engine::members::Members;
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::sketch::{NONE, Sketches, sketch};
use crate::engine::titles::title_groups;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::explain::budget::BudgetTrace;
use crate::pair::explain::pair::{PairTrace, explain_texts};
use crate::pair::masked::MaskedText;
use crate::pair::metadata::Metadata;
use crate::postings::budget::pair_steps;
use crate::sketch::recipe::Recipe;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The copies of each document, which share its metadata in a scan.
pub struct Copies {
    class_of: Vec<u32>,
    tokens: Vec<u32>,
    members: Members,
    /// The metadata of the copies that were asked for, by the first one of them: a text may have
    /// thousands.
    metadata: Mutex<HashMap<u32, Metadata>>,
}

impl Copies {
    /// Finds the copies of all documents. Cost: each text is read once.
    pub fn new(
        documents: &dyn Documents,
        background: &Background,
        recipe: &Recipe,
        t: &Thresholds,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Copies> {
        let options = &options.for_documents(documents.count());
        let (source, checkpoints) = (BackgroundSource::default(), &Checkpoints::default());
        let job =
            ScanJob { documents, source, recipe, thresholds: t, options, progress, checkpoints };
        let Sketches { classes: all, .. } = sketch(&job, KeyKinds::NONE)?;
        let mut members = Members::new(&all);
        members.divided = title_groups(&all, &members, documents, background, recipe, t, progress)?;
        let metadata = Mutex::default();
        Ok(Copies { class_of: all.class_of, tokens: all.tokens, members, metadata })
    }

    /// The number of tokens of each document.
    pub fn tokens(&self) -> &[u32] {
        &self.tokens
    }

    /// What the copies of a document say about its text.
    pub fn metadata(&self, number: u32, documents: &dyn Documents) -> Metadata {
        let own = [number];
        let class = self.class_of[number as usize];
        let copies = if class == NONE { &own[..] } else { self.members.copies_of(number, class) };
        let known = || self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = known().get(&copies[0]) {
            return there.clone();
        }
        let made = self.members.metadata_of(copies, class, documents);
        known().insert(copies[0], made.clone());
        made
    }
}

/// Shows two documents of a corpus at every stage of a scan, with their titles and dates and those
/// of their copies, as a scan of the corpus compares them. `background` is the one of the corpus
/// ([`background_of`](crate::background_of)). What the budget of a scan does with the pair is a
/// matter of the whole corpus, and [`scan_candidacy`](crate::explain::scan_candidacy) says it.
/// Cost: each text of the corpus is read once.
///
/// ```
/// use nearcopy::{Background, Corpus, Document, Recipe, Relation, Thresholds};
/// use nearcopy::explain::explain_documents;
/// let body = "Quarterly dividend 12 cts a share, as before. Payable on April 30 to holders of \
///     record on April 3.";
/// let corpus = Corpus::new([
///     Document::new("a", body).title("ACME STEEL <ACM> SETS PAYOUT"),
///     Document::new("b", body).title("BRIGHTON GAS <BGI> SETS PAYOUT"),
/// ])?;
/// let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
/// let none = Background::default();
/// let trace = explain_documents(&corpus, [0, 1], &none, &recipe, &thresholds)?;
/// assert_eq!(trace.verdict.relation, Some(Relation::Template));
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// A text can no longer be read.
pub fn explain_documents(
    documents: &dyn Documents,
    pair: [u32; 2],
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
) -> Result<PairTrace> {
    let copies =
        Copies::new(documents, background, recipe, thresholds, &RunOptions::default(), &())?;
    let masked = |number: u32| -> Result<MaskedText> {
        let text = MaskedText::new(documents.text(number as usize)?, background, recipe);
        Ok(text.with_metadata(copies.metadata(number, documents)))
    };
    let [a, b] = pair;
    let trace = explain_texts(masked(a)?, masked(b)?, background, recipe, thresholds);
    let each = thresholds.compare_budget;
    let budget = BudgetTrace {
        steps: pair_steps(trace.a.tokens, trace.b.tokens),
        steps_per_token: each,
        budget: [&trace.a, &trace.b].map(|text| u64::from(text.tokens) * u64::from(each)),
        least_tokens: LEAST_TOKENS,
        in_scan: None,
    };
    Ok(PairTrace { budget: Some(budget), ..trace })
}
