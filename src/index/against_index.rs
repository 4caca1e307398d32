//! Owns: scanning documents together with those of an index that they are related to. Never:
//! decides what is removed, or writes a document that the caller did not name.

use crate::engine::batch::in_pool;
use crate::engine::builder::Scan;
use crate::engine::corpus::Corpus;
use crate::error::{Error, Result};
use crate::index::add::AddedCounts;
use crate::index::answer::Sighting;
use crate::index::handle::Index;
use crate::model::detection::Detection;
use crate::model::document::{Document, DocumentInfo, Documents};
use crate::model::options::{
    Limit, NOTES_OVER_BUDGET, PAIRS_OVER_BUDGET, Progress, RunOptions, Stage,
};
use crate::model::thresholds::Thresholds;
use crate::text::same_text::is_same_text;
use crate::text::token::tokenize;
use rayon::prelude::*;
use std::collections::{BTreeMap, HashSet};

/// Prefix of the ids of documents that come from the index.
const PREFIX: &str = "index:";

/// Documents that are looked up before their answers are collected.
const PART: usize = 1024;

/// The result of [`Index::scan_against`]: a scan of documents, with the related documents of an
/// index as references.
#[derive(Debug)]
pub struct AgainstIndex {
    /// The documents, and each document of the index that one of them is related to, as a
    /// [reference](crate::DocumentInfo::reference) with `index:` before its id.
    pub corpus: Corpus,
    /// What the scan found in the corpus.
    pub detection: Detection,
    /// Ids of documents that the index already holds with the same text.
    pub known: HashSet<String>,
    /// How many documents of the corpus do not come from the index.
    own: usize,
}

/// What the lookups of documents say.
struct Held {
    /// The documents of the index that these are related to, each once.
    references: Vec<Document>,
    /// The ids of those that the index already holds.
    known: HashSet<String>,
    /// What the lookups left out, by reason: the ids of the documents, each with its count.
    left_out: BTreeMap<&'static str, Vec<(String, u64)>>,
}

/// What the index holds under a document's own id.
enum OwnVersion {
    Nothing,
    Same(Box<Document>),
    Other,
}

impl AgainstIndex {
    /// Whether the document of this number comes from the index.
    pub fn is_held(&self, number: u32) -> bool {
        self.corpus.arrival_position(number as usize) >= self.own
    }

    /// Adds documents of the corpus to the index by their numbers: the caller names those that
    /// stay.
    ///
    /// # Errors
    /// As [`Index::add_all`].
    pub fn add(
        &self,
        index: &Index,
        numbers: impl IntoIterator<Item = u32>,
    ) -> Result<AddedCounts> {
        let mut unread = None;
        let document = |n: u32| match self.corpus.text(n as usize) {
            Ok(text) => Some(self.corpus.info(n as usize).into_owned().with_text(text)),
            Err(error) => {
                unread = Some(error);
                None
            }
        };
        let added = index.add_all(numbers.into_iter().map_while(document))?;
        unread.map_or(Ok(added), Err)
    }
}

impl Scan<'_> {
    /// Scans documents together with those of an index that they are related to:
    /// [`Index::scan_against`] with the settings of this scan, under the recipe of the index. A
    /// background that was set is used in place of that of the index.
    ///
    /// # Errors
    /// As [`Index::scan_against`].
    pub fn against(&self, index: &Index, mut documents: Vec<Document>) -> Result<AgainstIndex> {
        let (thresholds, options, progress) = self.settings();
        thresholds.check()?;
        if !index.has_texts() {
            let why = "it keeps no texts, so copies cannot be verified: fill one with texts".into();
            return Err(Error::Storage { what: index.path().display().to_string(), why });
        }
        let background = if index.stats()?.compacted { Some(index.background()?) } else { None };
        let Held { references: held, known, left_out } =
            in_pool(options, || index.related(&documents, thresholds, progress))?;
        let own = documents.len();
        documents.extend(held);
        let corpus = Corpus::new(documents)?;
        let mut scan = self.clone().recipe(index.recipe().clone());
        if let Some(of_index) = background.as_ref().filter(|_| !self.has_background()) {
            scan = scan.background(of_index);
        }
        let mut detection = scan.run(&corpus)?;
        for limit in left_out.iter().filter_map(|(reason, of)| Limit::of_lookups(reason, of)) {
            progress.limited(&limit);
            let limited = &mut detection.summary.limited;
            match limited.iter_mut().find(|l| l.0 == limit.reason) {
                Some((_, count)) => *count += limit.count,
                None => limited.push((limit.reason.to_owned(), limit.count)),
            }
        }
        Ok(AgainstIndex { corpus, detection, known, own })
    }
}

impl Index {
    /// Scans documents together with those of the index that they are related to; the latter are
    /// references. So a caller learns what a day's documents share with all documents seen before.
    /// [`removal`](crate::clean::removal()) then decides which of them are removed.
    ///
    /// A document that the index holds under its own id with the same text is
    /// [known](AgainstIndex::known) and is removed. Where the index holds another text under the
    /// id, that is an old version, which the new one will replace: it is not used as a reference,
    /// else the new version would be removed as a copy of it. Documents that are references
    /// themselves are not looked up.
    ///
    /// The scan uses the index's background once the index was [compacted](Index::compact). Before
    /// that it draws the background from its own documents, which show more of common words and
    /// boilerplate than the index does.
    ///
    /// Cost: [`Index::seen`] of each document, then a scan of the documents and of their
    /// references.
    ///
    /// ```
    /// use nearcopy::{Document, Index, Recipe, Removal, RunOptions, Thresholds};
    /// use nearcopy::clean::removal;
    /// # let dir = std::env::temp_dir().join(format!("nearcopy-against-{}", std::process::id()));
    /// # let _ = std::fs::remove_dir_all(&dir);
    /// let index = Index::create(&dir, &Recipe::default())?;
    /// let story = "The harbour bridge will close for repairs on Monday, the port authority said, \
    ///     and reopen in the spring of next year.";
    /// let rain = "Rain is expected over the weekend in most of the valley, with some sun.";
    /// index.add(&Document::new("yesterday", story))?;
    ///
    /// let again = Document::new("again", story.replace("said", "told us"));
    /// let today = vec![again, Document::new("fresh", rain)];
    /// let (what, options) = (Removal::against_references(), RunOptions::default());
    /// let thresholds = what.thresholds(&Thresholds::default());
    /// let found = index.scan_against(today, &thresholds, &options, &())?;
    /// let plan = removal(&found.corpus, &found.detection, &what, &options, &())?;
    /// assert!(plan.copies().all(|(_, partner)| found.is_held(partner)));
    ///
    /// // Last, so that nothing is lost where the documents that stay cannot be written.
    /// let added = found.add(&index, plan.staying(&found.corpus))?;
    /// assert_eq!((plan.removed.len(), added.new), (1, 1));
    /// assert!(index.contains("fresh")?);
    /// # drop(index); std::fs::remove_dir_all(&dir).unwrap();
    /// # Ok::<(), nearcopy::Error>(())
    /// ```
    ///
    /// # Errors
    /// An index without texts; as [`scan`](crate::scan) and [`Index::seen`].
    pub fn scan_against(
        &self,
        documents: Vec<Document>,
        thresholds: &Thresholds,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<AgainstIndex> {
        let scan = Scan::new().thresholds(thresholds.clone());
        scan.options(options.clone()).progress(progress).against(self, documents)
    }

    /// Returns the documents of the index that these are related to, as references.
    fn related(
        &self,
        documents: &[Document],
        t: &Thresholds,
        progress: &dyn Progress,
    ) -> Result<Held> {
        let asked: Vec<&Document> = documents.iter().filter(|d| !d.info.reference).collect();
        let (mut found, mut known, mut old) = (BTreeMap::new(), HashSet::new(), HashSet::new());
        // Ids of sightings whose text other documents have too: such a text stays a reference even
        // where its id is an old version.
        let mut several: HashSet<String> = HashSet::new();
        let mut left_out: BTreeMap<&'static str, Vec<(String, u64)>> = BTreeMap::new();
        progress.begin(Stage::Index, asked.len() as u64);
        for part in asked.chunks(PART) {
            let answers = part.par_iter().map(|d| {
                if progress.cancelled() {
                    return Err(Error::Cancelled);
                }
                let answer = (self.own(d)?, self.query(d, t)?);
                progress.advance(1);
                Ok(answer)
            });
            for (d, (own, seen)) in part.iter().zip(answers.collect::<Result<Vec<_>>>()?) {
                match own {
                    OwnVersion::Nothing => {}
                    OwnVersion::Other => {
                        old.insert(d.info.id.clone());
                    }
                    OwnVersion::Same(there) => {
                        known.insert(d.info.id.clone());
                        found.entry(there.info.id.clone()).or_insert(*there);
                    }
                }
                // What a comparison leaves out is counted by the scan that follows.
                let over_budget =
                    [(NOTES_OVER_BUDGET, seen.notes_left_out), (PAIRS_OVER_BUDGET, seen.left_out)];
                for (reason, count) in over_budget.into_iter().filter(|x| x.1 > 0) {
                    left_out.entry(reason).or_default().push((d.info.id.clone(), count));
                }
                for s in seen.sightings {
                    if s.copies > 1 {
                        several.insert(s.info.id.clone());
                    }
                    let Sighting { info, text, .. } = s;
                    found
                        .entry(info.id.clone())
                        .or_insert_with(|| info.with_text(text.unwrap_or_default()));
                }
            }
        }
        found.retain(|id, _| !old.contains(id) || known.contains(id) || several.contains(id));
        let reference = |Document { info, text }| {
            let id = format!("{PREFIX}{}", info.id);
            DocumentInfo { id, reference: true, whole_file: false, ..info }.with_text(text)
        };
        let references = found.into_values().map(reference).collect();
        Ok(Held { references, known, left_out })
    }

    fn own(&self, d: &Document) -> Result<OwnVersion> {
        let Some(there) = self.get(&d.info.id)? else { return Ok(OwnVersion::Nothing) };
        let equal = || is_same_text(&tokenize(&there.text), &tokenize(&d.text));
        Ok(if there.text == d.text || equal() {
            OwnVersion::Same(Box::new(there))
        } else {
            OwnVersion::Other
        })
    }
}
