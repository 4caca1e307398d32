//! Owns: `Scan` and `Compare`, which collect settings and then call the engine. Never: a stage.

use crate::engine::background_source::BackgroundSource;
use crate::engine::batch::{background_from, scan_under, with_pairs};
#[cfg(feature = "stages")]
use crate::engine::checkpoint::Checkpoints;
use crate::engine::pairs::{compare_or_stop, compare_pairs};
use crate::engine::preset::Preset;
#[cfg(feature = "stages")]
use crate::engine::{scan_job::ScanJob, single_stage};
#[cfg(feature = "stages")]
use crate::error::Error;
use crate::error::Result;
use crate::model::detection::{Comparison, Detection};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
#[cfg(feature = "stages")]
use crate::model::run_stage::StagePart;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::compare;
use crate::sketch::recipe::Recipe;
use std::borrow::Cow;

/// A scan and its settings: finds copies, related pairs and repeats in a set of documents.
///
/// All settings have defaults. [`preset`](Scan::preset) changes only the values that the preset
/// names, so call it before you change single values. [`run`](Scan::run) may be called more than
/// once.
///
/// The findings are a function of the set of documents, the recipe, the thresholds and the
/// background, and of nothing else. Cost: each text is read and tokenised once, and once more for
/// each text it is compared with. Memory: about 2 KB a different text for its keys, until the
/// pairs are known.
///
/// ```
/// use nearcopy::{Corpus, Document, Preset, Relation, Scan};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
///     and reopen in the spring.";
/// let corpus = Corpus::new([
///     Document::new("courier", story),
///     Document::new("ledger", story.replace("said", "told reporters")),
///     Document::new("other", "Rain is expected over the weekend in most of the valley."),
/// ])?;
/// let found = Scan::new().preset(Preset::News).threads(2).run(&corpus)?;
/// assert_eq!(found.clusters[0].members, [0, 1]);
/// assert_eq!(found.pairs[0].relation, Relation::NearCopy);
/// # Ok::<(), nearcopy::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Scan<'a> {
    recipe: Recipe,
    thresholds: Thresholds,
    options: RunOptions,
    source: BackgroundSource<'a>,
    progress: Option<&'a dyn Progress>,
    pairs_on_demand: bool,
}

impl<'a> Scan<'a> {
    /// A scan with the default settings.
    pub fn new() -> Scan<'a> {
        Scan::default()
    }

    /// Sets the values that a preset names, and leaves all others as they are.
    pub fn preset(mut self, preset: Preset) -> Scan<'a> {
        preset.apply(&mut self.recipe, &mut self.thresholds);
        self
    }

    /// Sets how keys are made, in place of all that was set before.
    pub fn recipe(mut self, recipe: Recipe) -> Scan<'a> {
        self.recipe = recipe;
        self
    }

    /// Sets what is reported, in place of all that was set before.
    pub fn thresholds(mut self, thresholds: Thresholds) -> Scan<'a> {
        self.thresholds = thresholds;
        self
    }

    /// Sets how the scan is carried out: threads, memory, scratch files. The findings do not depend
    /// on it.
    pub fn options(mut self, options: RunOptions) -> Scan<'a> {
        self.options = options;
        self
    }

    /// Sets the number of threads: 512 at most, 0 for as many as there are cores. The findings do
    /// not depend on it.
    pub fn threads(mut self, threads: usize) -> Scan<'a> {
        self.options.threads = threads;
        self
    }

    /// Scores pairs under this background, in place of one that is drawn from the documents: so
    /// the documents of a day are scored as those of a whole archive.
    pub fn background(mut self, background: &'a Background) -> Scan<'a> {
        self.source.given = Some(background);
        self
    }

    /// Takes everything in these texts for boilerplate, wherever it occurs and whichever the
    /// background is: what was handed out (an exercise, a licence, a press kit) is no relation
    /// between the texts that carry it. See [`Background::with_boilerplate`].
    ///
    /// ```
    /// use nearcopy::{Corpus, Document, Scan};
    /// let exercise = "Explain in your own words why the harbour bridge was closed to all traffic \
    ///     last spring, and what the port authority did for those who live on the islands.";
    /// let a = "It was rusty, said my uncle, who paints such bridges, and ferries came to help \
    ///     out for free until the autumn storms.";
    /// let b = "Nobody knows for sure. The town paid for buses along the northern road and a \
    ///     second boat, which sank.";
    /// let handed_in = |id, own| Document::new(id, format!("{exercise}\n\n{own}"));
    /// let corpus = Corpus::new([handed_in("a", a), handed_in("b", b)])?;
    /// let handed_out = [exercise.to_owned()];
    /// assert_eq!(Scan::new().run(&corpus)?.pairs.len(), 1);
    /// assert_eq!(Scan::new().boilerplate_from(&handed_out).run(&corpus)?.pairs.len(), 0);
    /// # Ok::<(), nearcopy::Error>(())
    /// ```
    pub fn boilerplate_from(mut self, texts: &'a [String]) -> Scan<'a> {
        self.source.boilerplate = texts;
        self
    }

    /// Reports the progress of each stage to `progress`, which can also cancel the scan.
    pub fn progress(mut self, progress: &'a dyn Progress) -> Scan<'a> {
        self.progress = Some(progress);
        self
    }

    /// Leaves the pairs where the scan keeps them, which may be a scratch file, so that they are
    /// never in memory together: see [`Pairs`](crate::Pairs).
    pub fn pairs_on_demand(mut self) -> Scan<'a> {
        self.pairs_on_demand = true;
        self
    }

    /// Finds classes of equal texts, clusters of near-copies, related pairs with their matches, and
    /// repeats.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a setting out of its range,
    /// [`Error::Unordered`](crate::Error::Unordered) for documents that are not in the byte order
    /// of their ids, [`Error::TextGone`](crate::Error::TextGone) for a text that can no longer be
    /// read, [`Error::Cancelled`](crate::Error::Cancelled) where `progress` asked for it.
    pub fn run(&self, documents: &dyn Documents) -> Result<Detection> {
        self.run_with_background(documents).map(|found| found.0)
    }

    /// [`run`](Scan::run), and the background that its scores were computed under: the one that was
    /// set, or else the one that was drawn from the documents.
    ///
    /// # Errors
    /// As [`run`](Scan::run).
    pub fn run_with_background(
        &self,
        documents: &dyn Documents,
    ) -> Result<(Detection, Background)> {
        let (recipe, thresholds, options) = (&self.recipe, &self.thresholds, &self.options);
        let progress = self.progress.unwrap_or(&());
        let found = scan_under(documents, self.source, recipe, thresholds, options, progress)?;
        if self.pairs_on_demand { Ok(found) } else { with_pairs(found) }
    }

    /// Carries out one part of one stage of the run in the folder
    /// [`checkpoints`](RunOptions::checkpoints), which must be set, so that several processes, on
    /// machines that share the folder, can carry out one run. Each stage needs all parts of the
    /// ones before it. [`run_last_stage`](Scan::run_last_stage) returns the findings.
    ///
    /// # Errors
    /// As [`run`](Scan::run); [`Error::Storage`](crate::Error::Storage) for a part that is needed
    /// and is not there, and for a folder of another run.
    #[cfg(feature = "stages")]
    pub fn run_stage(&self, documents: &dyn Documents, part: StagePart) -> Result<()> {
        self.job(documents, |job| single_stage::carry_out(job, part))
    }

    /// The findings of a run whose stages were all carried out by
    /// [`run_stage`](Scan::run_stage), and its background. They are those of
    /// [`run_with_background`](Scan::run_with_background).
    ///
    /// # Errors
    /// As [`run_stage`](Scan::run_stage).
    #[cfg(feature = "stages")]
    pub fn run_last_stage(&self, documents: &dyn Documents) -> Result<(Detection, Background)> {
        let found = self.job(documents, single_stage::carry_out_last)?;
        if self.pairs_on_demand { Ok(found) } else { with_pairs(found) }
    }

    #[cfg(feature = "stages")]
    fn job<T>(
        &self,
        documents: &dyn Documents,
        work: impl FnOnce(&ScanJob) -> Result<T>,
    ) -> Result<T> {
        if self.options.checkpoints.is_none() {
            let why = "names the folder in which stages are kept, and must be set".to_owned();
            return Err(Error::Setting { name: "checkpoints", why });
        }
        work(&ScanJob {
            documents,
            source: self.source,
            recipe: &self.recipe,
            thresholds: &self.thresholds,
            options: &self.options.for_documents(documents.count()),
            progress: self.progress.unwrap_or(&()),
            checkpoints: &Checkpoints::default(),
        })
    }

    /// The background that [`run`](Scan::run) of these documents scores with: the one that was set,
    /// or else the one that is [drawn from the documents](crate::background_of), which costs one
    /// reading of all texts and a sort of their keys.
    ///
    /// # Errors
    /// As [`run`](Scan::run).
    pub fn background_of(&self, documents: &dyn Documents) -> Result<Background> {
        let (recipe, thresholds, options) = (&self.recipe, &self.thresholds, &self.options);
        let progress = self.progress.unwrap_or(&());
        background_from(documents, self.source, recipe, thresholds, options, progress)
    }

    /// Whether a background was set.
    #[cfg(feature = "index")]
    pub(crate) fn has_background(&self) -> bool {
        self.source.given.is_some()
    }

    /// The parts of the settings that what follows a scan needs.
    pub(crate) fn settings(&self) -> (&Thresholds, &RunOptions, &'a dyn Progress) {
        (&self.thresholds, &self.options, self.progress.unwrap_or(&()))
    }
}

/// A comparison of two texts and its settings.
///
/// Two texts alone are compared under the [`background`](Compare::background) that was set. Without
/// one nothing is boilerplate and every word counts as rare, so the relation can differ from the
/// one that a scan of a corpus reports for the same two texts. [`pairs`](Compare::pairs) of a
/// corpus draws the background from it, and so says what the scan says.
///
/// ```
/// use nearcopy::{Compare, Relation};
/// let a = "The harbour bridge will close for repairs on Monday, the port authority said, and \
///     reopen in the spring of next year.";
/// let b = a.replace("said", "told us");
/// let found = Compare::new().run(a, &b);
/// assert_eq!(found.relation, Some(Relation::NearCopy));
/// let passage = found.matches[0].blocks[0].a;
/// assert!(a[passage.range()].starts_with("The harbour bridge will close for repairs"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Compare<'a> {
    recipe: Recipe,
    thresholds: Thresholds,
    source: BackgroundSource<'a>,
}

impl<'a> Compare<'a> {
    /// A comparison with the default settings.
    pub fn new() -> Compare<'a> {
        Compare::default()
    }

    /// Sets the values that a preset names, and leaves all others as they are.
    pub fn preset(mut self, preset: Preset) -> Compare<'a> {
        preset.apply(&mut self.recipe, &mut self.thresholds);
        self
    }

    /// Sets the recipe, of which a comparison uses the length of a shingle.
    pub fn recipe(mut self, recipe: Recipe) -> Compare<'a> {
        self.recipe = recipe;
        self
    }

    /// Sets what counts as a match and as a relation.
    pub fn thresholds(mut self, thresholds: Thresholds) -> Compare<'a> {
        self.thresholds = thresholds;
        self
    }

    /// Scores under this background: boilerplate is left out, common words count for little.
    pub fn background(mut self, background: &'a Background) -> Compare<'a> {
        self.source.given = Some(background);
        self
    }

    /// Takes everything in these texts for boilerplate, as [`Scan::boilerplate_from`] does.
    pub fn boilerplate_from(mut self, texts: &'a [String]) -> Compare<'a> {
        self.source.boilerplate = texts;
        self
    }

    /// Compares two texts: resemblance, containment, matches, coverage, facts, relation. Cost:
    /// tokenising both, then a sort of their seeds.
    pub fn run(&self, a: &str, b: &str) -> Comparison {
        let background = self.own_background();
        compare(a, b, &background, &self.recipe, &self.thresholds)
    }

    /// Like [`run`](Compare::run), for long texts: `progress` can cancel the comparison, which asks
    /// it every few thousand steps.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled) where `progress` asked for it.
    pub fn run_with(&self, a: &str, b: &str, progress: &dyn Progress) -> Result<Comparison> {
        let background = self.own_background();
        compare_or_stop([a, b], &background, &self.recipe, &self.thresholds, progress)
    }

    fn own_background(&self) -> Cow<'_, Background> {
        let BackgroundSource { given, boilerplate } = self.source;
        let given = given.map_or_else(Cow::default, Cow::Borrowed);
        match boilerplate {
            [] => given,
            texts => Cow::Owned(given.into_owned().with_boilerplate(texts, &self.recipe)),
        }
    }

    /// Compares the listed pairs of document numbers on all cores, without looking for candidates.
    /// Every pair with a match is in the result; clusters and repeats are not looked for.
    ///
    /// Where no [`background`](Compare::background) was set, it is the one that a scan of these
    /// documents draws, and each pair has the relation and the scores that the scan gives it. Set
    /// the empty [`Background`] to compare without one. Drawing it costs one reading of all texts
    /// and a sort of their keys.
    ///
    /// # Errors
    /// [`Error::Setting`](crate::Error::Setting) for a setting out of its range,
    /// [`Error::TextGone`](crate::Error::TextGone) for a text that can no longer be read.
    pub fn pairs(&self, documents: &dyn Documents, pairs: &[(u32, u32)]) -> Result<Detection> {
        let (recipe, thresholds) = (&self.recipe, &self.thresholds);
        let options = RunOptions::default();
        let background =
            background_from(documents, self.source, recipe, thresholds, &options, &())?;
        compare_pairs(documents, pairs, &background, recipe, thresholds, &options, &())
    }
}
