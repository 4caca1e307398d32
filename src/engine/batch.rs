//! Owns: the way from documents to findings, on one screen. Never: implements a stage.

use crate::engine::background_source::BackgroundSource;
use crate::engine::candidates::Candidates;
use crate::engine::checkpoint::{Checkpoints, PARTS};
use crate::engine::cluster::{self, Clustered};
use crate::engine::compare::{Verified, Verifier};
use crate::engine::limits::Limits;
use crate::engine::listed::{Listed, listed};
use crate::engine::members::Members;
use crate::engine::occurrence::Occurrence;
use crate::engine::occurrences::{Occurrences, occurrences};
use crate::engine::relations::Relations;
use crate::engine::repeats::repeats;
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::search::{Searched, SortedKeys, compare_by_passages, searched, sorted_keys};
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_run::SortedRun;
use crate::error::{Error, Result};
use crate::model::detection::{Cluster, Detection, Repeat, Summary};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::model::pair_list::Pairs;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::sync::Arc;

/// Finds everything in the documents: classes of equal texts, clusters of near-copies, related
/// pairs with their matches, and repeats. Also returns the background that the scores were computed
/// with.
///
/// The findings are a function of the set of documents, the recipe and the thresholds alone. Cost:
/// each text is read and tokenised once, and once more for each text it is compared with. Memory:
/// about 2 KB for the keys of each different text, until the pairs are known.
///
/// ```
/// use nearcopy::{Corpus, Document, Recipe, Relation, RunOptions, Thresholds, scan};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([
///     Document::new("courier", story),
///     Document::new("ledger", story.replace("said", "told reporters")),
///     Document::new("other", "Rain is expected over the weekend in most of the valley."),
/// ])?;
/// let (found, _) = scan(&corpus, &Recipe::default(), &Thresholds::default(),
///     &RunOptions::default(), &())?;
/// assert_eq!(found.clusters[0].members, [0, 1]);
/// assert_eq!(found.pairs[0].relation, Relation::NearCopy);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// A setting is out of range, the documents are not in order, a text can no longer be read, or the
/// caller cancelled the scan.
pub fn scan(
    documents: &dyn Documents,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<(Detection, Background)> {
    let source = BackgroundSource::default();
    scan_under(documents, source, recipe, thresholds, options, progress).and_then(with_pairs)
}

/// The findings with their pairs in memory.
pub fn with_pairs(mut found: (Detection, Background)) -> Result<(Detection, Background)> {
    found.0.pairs.load()?;
    Ok(found)
}

/// Like [`scan`], under a background that was computed elsewhere: the documents of a day are scored
/// like those of the whole archive.
///
/// # Errors
/// Those of [`scan`].
pub fn scan_with(
    documents: &dyn Documents,
    background: &Background,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Detection> {
    let source = BackgroundSource { given: Some(background), ..BackgroundSource::default() };
    let found = scan_under(documents, source, recipe, thresholds, options, progress)?;
    with_pairs(found).map(|found| found.0)
}

/// What a corpus shows about its texts: the background under which [`scan`] compares the pairs of
/// these documents with these settings. A single comparison under it says what the scan says.
///
/// Documents that a limit of the thresholds excludes take no part, as in the scan. Cost: one
/// reading of all texts, and a sort of their keys.
///
/// ```
/// use nearcopy::{Corpus, Document, Recipe, RunOptions, Thresholds, background_of, scan};
/// let corpus = Corpus::new([Document::new("a", "Rain is expected over the weekend.")])?;
/// let (recipe, thresholds) = (Recipe::default(), Thresholds::default());
/// let options = RunOptions::default();
/// let background = background_of(&corpus, &recipe, &thresholds, &options, &())?;
/// assert_eq!(background, scan(&corpus, &recipe, &thresholds, &options, &())?.1);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// Those of [`scan`].
pub fn background_of(
    documents: &dyn Documents,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Background> {
    let source = BackgroundSource::default();
    background_from(documents, source, recipe, thresholds, options, progress)
}

/// The background under which [`scan_under`] compares.
pub fn background_from(
    documents: &dyn Documents,
    source: BackgroundSource,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Background> {
    if source.given.is_some() {
        return source.background(recipe, || Ok(Background::default()));
    }
    check(documents, recipe, thresholds)?;
    let options = &options.for_documents(documents.count());
    let checkpoints = &Checkpoints::default();
    let job = ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints };
    in_pool(options, || Ok(sorted_keys(&job, KeyKinds::ALL)?.background))
}

/// [`scan`], under the background of this source; returns the background that was used.
pub(crate) fn scan_under(
    documents: &dyn Documents,
    source: BackgroundSource,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<(Detection, Background)> {
    check(documents, recipe, thresholds)?;
    let options = &options.for_documents(documents.count());
    in_pool(options, || {
        let none = &Checkpoints::default();
        let job =
            ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints: none };
        let kept = job.kept(None, PARTS)?;
        carried_out(&ScanJob { checkpoints: &kept, ..job })
    })
}

/// The findings of a scan, and its background.
pub fn carried_out(job: &ScanJob) -> Result<(Detection, Background)> {
    findings_of(job, sorted_keys(job, KeyKinds::ALL)?)
}

// Names of steps behind the last comparisons, whose results may be there already.

/// The components of near-copies, clustered.
pub const CLUSTERED: &str = "clustered";
/// The related pairs of representatives, compared for the report.
pub const PAIRS_BETWEEN: &str = "pairs-between";
/// The occurrences of repeated passages.
pub const OCCURRENCES: &str = "occurrences";

/// The keys by which repeats are found, behind all comparisons.
const OF_REPEATS: KeyKinds = KeyKinds { anchors: true, paragraphs: true, ..KeyKinds::NONE };

/// The findings of sorted keys, and the background.
pub fn findings_of(job: &ScanJob, sorted: SortedKeys) -> Result<(Detection, Background)> {
    let ScanJob { documents, recipe, thresholds, options, progress, .. } = *job;
    let found = relate_under(job, sorted, OF_REPEATS)?;
    let Related {
        class_tokens,
        notes_left_out,
        all,
        keys,
        members,
        background,
        family,
        document_candidates,
        passage_candidates,
        relations,
        clusters,
        representative_of,
        ..
    } = found;
    let metadata = |class| members.metadata(class, documents);
    let verifier = Verifier {
        documents,
        first: &all.first,
        tokens: &class_tokens,
        metadata: &metadata,
        background: &background,
        recipe,
        thresholds,
        options,
        progress,
    };
    let (verified, mut limits) = (relations.pairs().len() as u64, Limits::new(documents, progress));
    let mut candidates = [document_candidates, passage_candidates];
    limits.add_candidates(candidates.each_ref(), &all, thresholds);
    candidates.iter_mut().for_each(Candidates::forget_pairs);
    limits.add_left_out(&relations, &all);
    let compared = job.checkpoints.given_parts::<Vec<Verified>>(PAIRS_BETWEEN);
    let pairs = cluster::reported(relations, &representative_of, compared, &all, &verifier)?;
    let occurrences = match job.checkpoints.given_parts::<Vec<Occurrence>>(OCCURRENCES) {
        Some(parts) => Occurrences::given(parts, options)?,
        None => occurrences(&all, keys, &family, &verifier)?,
    };
    let repeats = repeats(occurrences, &all, &members, &verifier)?;
    limits.add_notes(&notes_left_out);
    let Listed { pairs, repeats } = listed(pairs, repeats, documents, thresholds, &mut limits)?;
    let pairs = Pairs::on_demand(Arc::new(pairs));
    let summary = Summary {
        candidates: candidates.iter().map(|c| c.count).sum(),
        verified,
        capped_keys: candidates.iter().map(|c| c.capped).sum(),
        ..summary_counts(documents, &all, &clusters, &pairs, &repeats, limits.counts)
    };
    let detection = Detection {
        recipe_id: recipe.id(),
        background_id: background.id(),
        thresholds: thresholds.clone(),
        summary,
        tokens: all.tokens,
        clusters,
        equal: members.equal(),
        titles: members.divided.into_values().map(|divided| divided.groups).collect(),
        pairs,
        repeats,
    };
    Ok((detection, background))
}

/// The result of the stages up to the clusters. Texts are numbered by class, see [`Classes`].
pub struct Related {
    /// The classes of equal texts.
    pub all: Classes,
    /// The number of tokens of each class.
    pub class_tokens: Vec<u32>,
    /// The first document of a text of each passage that was not looked at as a note.
    pub notes_left_out: Vec<u32>,
    /// The keys of the classes.
    pub keys: Keys<SortedRun>,
    /// For each word slot, the number of classes that it occurs in.
    #[cfg_attr(not(feature = "index"), expect(dead_code, reason = "an index keeps it"))]
    pub words: Vec<u32>,
    /// The documents of each class.
    pub members: Members,
    /// The background that the pairs were compared under.
    pub background: Background,
    /// The family of each class: texts that resemble each other.
    pub family: Vec<u32>,
    /// The candidates by whole texts.
    pub document_candidates: Candidates,
    /// The candidates by passages.
    pub passage_candidates: Candidates,
    /// All related pairs that were compared.
    pub relations: Relations,
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// The representative of each class.
    pub representative_of: Vec<u32>,
}

/// Carries out a scan up to the relations and clusters, without choosing the pairs and repeats that
/// are reported.
#[cfg(feature = "index")]
pub fn relate(
    documents: &dyn Documents,
    recipe: &Recipe,
    thresholds: &Thresholds,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Related> {
    let options = &options.for_documents(documents.count());
    let (source, checkpoints) = (BackgroundSource::default(), &Checkpoints::default());
    let job = ScanJob { documents, source, recipe, thresholds, options, progress, checkpoints };
    relate_under(&job, sorted_keys(&job, KeyKinds::ALL)?, KeyKinds::ALL)
}

/// [`Related`], with the keys that are for `later`.
fn relate_under(job: &ScanJob, mut sorted: SortedKeys, later: KeyKinds) -> Result<Related> {
    let ScanJob { documents, thresholds, progress, .. } = *job;
    let Searched { class_tokens, compared, family, document_candidates, passage_candidates } =
        searched(job, &mut sorted, later)?;
    let (all, members) = (&sorted.all, &sorted.members);
    let metadata = |class| members.metadata(class, documents);
    let verifier = sorted.verifier(job, &class_tokens, &metadata);
    let mut relations = compared;
    relations.keep_related(|a, b| all.allowed(a, b, thresholds.sources));
    compare_by_passages(job, &passage_candidates, &verifier, &mut relations)?;

    progress.begin(Stage::Cluster, 0);
    let clustered = match job.checkpoints.given_parts::<Clustered>(CLUSTERED) {
        Some(parts) => parts,
        None => cluster::clustered(all, members, &relations, &verifier)?,
    };
    let (clusters, representative_of) =
        cluster::clusters(all, members, clustered, &mut relations, &verifier)?;
    let SortedKeys { all, keys, words, background, notes_left_out, members } = sorted;
    Ok(Related {
        class_tokens,
        notes_left_out,
        all,
        keys,
        words,
        members,
        background,
        family,
        document_candidates,
        passage_candidates,
        relations,
        clusters,
        representative_of,
    })
}

pub fn summary_counts(
    documents: &dyn Documents,
    all: &Classes,
    clusters: &[Cluster],
    pairs: &Pairs,
    repeats: &[Repeat],
    limits: Vec<(String, u64)>,
) -> Summary {
    let numbers = (0..documents.count()).into_par_iter();
    Summary {
        documents: documents.count() as u64,
        bytes: (0..documents.count()).map(|n| u64::from(documents.bytes(n))).sum(),
        renamed: documents.renamed(),
        limited: [&all.limited[..], &limits].concat(),
        without_text: all.without_text,
        parts: numbers.filter(|&n| documents.fields(n).is_part).count() as u64,
        classes: all.first.len() as u64 + all.without_text,
        clusters: clusters.len() as u64,
        duplicates: clusters.iter().map(|c| c.members.len() as u64 - 1).sum(),
        pairs: pairs.len() as u64,
        repeats: repeats.len() as u64,
        ..Summary::default()
    }
}

pub fn check(documents: &dyn Documents, recipe: &Recipe, thresholds: &Thresholds) -> Result<()> {
    recipe.check()?;
    thresholds.check()?;
    let late = (1..documents.count()).find(|&n| documents.id(n - 1) > documents.id(n));
    late.map_or(Ok(()), |n| Err(Error::Unordered { id: documents.id(n).into_owned() }))
}

/// The most threads of a pool: more of them only take memory, and a machine may not have them.
const MOST_THREADS: usize = 512;

/// Runs the work in a thread pool of its own and leaves the caller's pool alone.
pub fn in_pool<T: Send>(
    options: &RunOptions,
    work: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let pool =
        rayon::ThreadPoolBuilder::new().num_threads(options.threads.min(MOST_THREADS)).build();
    match pool {
        Ok(pool) => pool.install(work),
        // The threads cannot be created, so the work runs on this one.
        Err(_) => work(),
    }
}
