//! Owns: the classes of equal texts of all documents, and the postings of each class. Never: uses
//! the postings.

use crate::engine::fingerprints::for_each_batch;
use crate::engine::key_columns::{Column, KeyColumns, TextKeys};
use crate::engine::scan_job::{KeyKinds, ScanJob};
use crate::engine::scratch::ScratchFile;
use crate::engine::sorted_run::{RunKeeper, SortedRun};
use crate::engine::spillable_keys::SpillableKeys;
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::DocumentFields;
#[cfg(feature = "stages")]
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::model::thresholds::{SourceLimit, Thresholds};
use crate::postings::edge_set::EdgeSet;
use crate::sketch::anchor::EDGE;
use crate::sketch::fingerprint::WORD_SLOTS;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The value for a document without a class: a limit excluded it, or it has no token.
pub const NONE: u32 = u32::MAX;

/// Memory is reserved for one key of a kind in so many bytes of text at most: three quarters of a
/// byte for each byte. News have an anchor in 20 bytes.
const BYTES_FOR_EACH_KEY: usize = 16;

/// The result of the one pass over the texts.
#[derive(Debug, Default)]
pub struct Sketches {
    /// The documents as classes of equal texts.
    pub classes: Classes,
    /// The keys of the first document of each class, in the order of the classes.
    pub keys: Keys<SpillableKeys>,
    /// The file of the keys that did not fit in memory.
    pub scratch: Option<ScratchFile>,
    /// The anchors at the edges of the classes without a source.
    pub edges: EdgeSet,
    /// For each word slot, the number of classes that it occurs in.
    pub words: Vec<u32>,
    /// For each word slot, the number of classes in which it occurs with a capital only.
    pub capitals: Vec<u32>,
}

/// Documents as classes of equal texts. Classes are numbered in the order of their first documents.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub struct Classes {
    /// The class of each document, or [`NONE`].
    pub class_of: Vec<u32>,
    /// The first document of each class.
    pub first: Vec<u32>,
    /// The number of documents in each class.
    pub size: Vec<u32>,
    /// The number of tokens of each document.
    pub tokens: Vec<u32>,
    /// The number of anchors of each class.
    pub anchors: Vec<u32>,
    /// Whether a paragraph or passage may occur twice in the text of each class.
    pub may_repeat: Vec<bool>,
    /// The source of each class's first document, as a number.
    pub source: Vec<Option<u32>>,
    /// Whether each class holds a reference document.
    pub reference: Vec<bool>,
    /// The documents that limits excluded: reason and count.
    pub limited: Vec<(String, u64)>,
    /// The number of documents without a token. Each is a text of its own that is related to
    /// nothing, so it takes no part in anything that follows.
    pub without_text: u64,
}

/// The keys of all classes by kind: first postings in the order of the documents, then sorted runs.
#[derive(Debug, Default)]
pub struct Keys<L> {
    /// The keys of document bands.
    pub bands: L,
    /// The keys of paragraph bands.
    pub paragraph_bands: L,
    /// The anchors.
    pub anchors: L,
    /// The exact keys of paragraphs.
    pub paragraphs: L,
    /// The exact keys of texts whose classes a source limit separates.
    pub same_text: L,
}

impl Keys<SpillableKeys> {
    fn lists(&self) -> [&SpillableKeys; 5] {
        [&self.bands, &self.paragraph_bands, &self.anchors, &self.paragraphs, &self.same_text]
    }

    /// Moves all postings to the file, which is made if there is none yet; returns their bytes.
    fn spill(&mut self, file: &mut Option<ScratchFile>, options: &RunOptions) -> Result<u64> {
        let file = match file {
            Some(file) => file,
            None => file.insert(ScratchFile::create(options.scratch.as_deref())?),
        };
        let Keys { bands, paragraph_bands, anchors, paragraphs, same_text } = self;
        let mut lists = [bands, paragraph_bands, anchors, paragraphs, same_text];
        let before = file.len();
        lists.iter_mut().try_for_each(|list| list.spill(file))?;
        Ok(file.len() - before)
    }

    /// Sorts the postings of the keys that several classes hold. This is the only step in which all
    /// texts meet. Cost: two passes over all postings, and a sort of a part of them.
    pub fn sorted(
        self,
        scratch: Option<ScratchFile>,
        options: &RunOptions,
        progress: &dyn Progress,
    ) -> Result<Keys<SortedRun>> {
        progress.begin(Stage::Candidates, self.lists().iter().map(|l| l.len() as u64).sum());
        let Keys { bands, paragraph_bands, anchors, paragraphs, same_text } = self;
        let mut scratch = scratch;
        scratch.as_mut().map_or(Ok(()), ScratchFile::flush)?;
        let keeper = RunKeeper::new(options.part_of_memory(8), options.scratch.clone());
        let sort = |list: SpillableKeys| {
            list.sorted(scratch.as_ref(), &keeper, |count| {
                progress.advance(count as u64);
                if progress.cancelled() { Err(Error::Cancelled) } else { Ok(()) }
            })
        };
        let sorted = [
            sort(anchors)?,
            sort(bands)?,
            sort(paragraph_bands)?,
            sort(paragraphs)?,
            sort(same_text)?,
        ];
        let ([anchors, bands, paragraph_bands, paragraphs, same_text], bytes) =
            keeper.runs(sorted)?;
        progress.spilled(bytes);
        Ok(Keys { bands, paragraph_bands, anchors, paragraphs, same_text })
    }
}

/// Reads every text once. Keys are kept for the first document of each class only, so n copies of a
/// text have the keys of one.
pub fn sketch(job: &ScanJob, wanted: KeyKinds) -> Result<Sketches> {
    let ScanJob { documents, thresholds: t, options, progress, .. } = *job;
    let most_in_memory = most_in_memory(options);
    let count = documents.count();
    let bytes_of = |numbers: std::ops::Range<usize>| -> u64 {
        numbers.map(|n| u64::from(documents.bytes(n))).sum()
    };
    let bytes = bytes_of(0..count);
    progress.begin(Stage::Fingerprint, bytes);
    let unknown = (0..count).into_par_iter().filter(|&n| documents.fields(n).source.is_none());
    let mut all = Sketches::for_unknown_sources(unknown.count(), job.recipe);
    let mut known = Known::default();
    for_each_batch(job, wanted, &mut |from, batch| {
        let mut new = Vec::new();
        let texts = (0..).zip(batch).flat_map(|(part, keys)| {
            (0..).zip(&keys.texts).map(move |(place, text)| ((part, place), *text))
        });
        let end = from + batch.iter().map(|keys| keys.texts.len()).sum::<usize>();
        // To put them together takes longer than to add them.
        let fields: Vec<_> = (from..end).into_par_iter().map(|n| documents.fields(n)).collect();
        for ((n, fields), (place, text)) in (from..).zip(fields).zip(texts) {
            new.extend(all.classes.add(n, &text, &fields, t, &mut known).map(|c| (place, c)));
        }
        if from == 0 {
            let of_bytes = bytes_of(0..end) as f64 / bytes.max(1) as f64;
            let most = bytes as usize / BYTES_FOR_EACH_KEY;
            let of_documents = end as f64 / count as f64;
            all.reserve(batch, of_documents, of_bytes, [most, most_in_memory]);
        }
        all.add_keys(batch, &new);
        if all.keys.lists().map(SpillableKeys::len_in_memory).iter().sum::<usize>() > most_in_memory
        {
            progress.spilled(all.keys.spill(&mut all.scratch, options)?);
        }
        Ok(())
    })?;
    all.classes.limited = known.limits.summary_counts(t);
    Ok(all)
}

/// The number of packed postings that may be in memory: they take half of it at most.
fn most_in_memory(options: &RunOptions) -> usize {
    options.part_of_memory(2) / size_of::<u64>()
}

/// The place of a document in a batch: the number of the part, and the place in it.
type BatchPlace = (usize, usize);

impl Sketches {
    /// Nothing yet, with room for the edges of so many documents without a source.
    pub fn for_unknown_sources(documents: usize, recipe: &Recipe) -> Sketches {
        let edges = documents * (2 * EDGE / recipe.anchor_rate.max(1)) as usize;
        Sketches {
            words: vec![0; WORD_SLOTS],
            capitals: vec![0; WORD_SLOTS],
            edges: EdgeSet::for_entries(edges),
            ..Sketches::default()
        }
    }

    /// Reserves about as much memory as the postings of all documents take, by those of the first
    /// ones: each document has as many bands, and other keys are in proportion to its bytes, `most`
    /// of a kind at most, and so many in memory.
    fn reserve(
        &mut self,
        first: &[KeyColumns],
        of_documents: f64,
        of_bytes: f64,
        [most, most_in_memory]: [usize; 2],
    ) {
        let partitions = |column: fn(&KeyColumns) -> &Column<u64>, share: f64, most: usize| {
            let of_first: usize = first.iter().map(|keys| column(keys).len()).sum();
            let expected = ((of_first as f64 / share) as usize).min(most);
            SpillableKeys::for_postings(expected, most_in_memory / 2)
        };
        self.keys.bands = partitions(|keys| &keys.bands, of_documents, usize::MAX);
        self.keys.paragraph_bands = partitions(|keys| &keys.paragraph_bands, of_bytes, most);
        self.keys.anchors = partitions(|keys| &keys.anchors, of_bytes, most);
        self.keys.paragraphs = partitions(|keys| &keys.paragraphs, of_bytes, most);
    }

    /// Appends the keys of new classes, in their order; each kind of key by a thread of its own.
    fn add_keys(&mut self, batch: &[KeyColumns], new: &[(BatchPlace, NewClass)]) {
        let kept = || new.iter().filter(|(_, class)| class.has_keys);
        let post = |column: fn(&KeyColumns) -> &Column<u64>, to: &mut SpillableKeys| {
            for ((part, place), class) in kept() {
                let keys = column(&batch[*part]).of(*place);
                keys.iter().for_each(|key| to.push(*key, class.class));
            }
        };
        let count = |column: fn(&KeyColumns) -> &Column<u32>, to: &mut [u32]| {
            for ((part, place), _) in kept() {
                column(&batch[*part]).of(*place).iter().for_each(|slot| to[*slot as usize] += 1);
            }
        };
        let Sketches { classes, keys, edges, words, capitals, .. } = self;
        rayon::scope(|scope| {
            scope.spawn(|_| post(|keys| &keys.anchors, &mut keys.anchors));
            scope.spawn(|_| post(|keys| &keys.bands, &mut keys.bands));
            scope.spawn(|_| post(|keys| &keys.paragraph_bands, &mut keys.paragraph_bands));
            scope.spawn(|_| count(|keys| &keys.words, words));
            post(|keys| &keys.paragraphs, &mut keys.paragraphs);
            count(|keys| &keys.capitals, capitals);
            for ((part, place), class) in new {
                let anchors = batch[*part].texts[*place].anchors;
                classes.anchors.push(if class.has_keys { anchors } else { 0 });
            }
            for ((part, place), NewClass { class, .. }) in kept() {
                if classes.source[*class as usize].is_none() {
                    let anchors = batch[*part].edges.of(*place);
                    anchors.iter().for_each(|&anchor| edges.insert(anchor, *class));
                }
            }
            for (_, class) in new {
                if let Some(exact) = class.same_text {
                    keys.same_text.push(exact, class.class);
                }
            }
        });
    }
}

/// A class whose first document was just read.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewClass {
    /// The number of the class.
    pub class: u32,
    /// Whether its keys are kept: a text may be too short for that.
    pub has_keys: bool,
    /// The exact key of its text, where a limit on sources separates classes of one text.
    pub same_text: Option<u64>,
}

/// The classes of documents of which it is known what their fingerprints say, in order.
#[cfg(feature = "stages")]
pub fn classes_of(
    documents: &dyn Documents,
    texts: impl Iterator<Item = TextKeys>,
    t: &Thresholds,
) -> (Classes, Vec<NewClass>) {
    let (mut all, mut new, mut known) = (Classes::default(), Vec::new(), Known::default());
    for (n, text) in texts.enumerate() {
        if let Some(class) = all.add(n, &text, &documents.fields(n), t, &mut known) {
            all.anchors.push(if class.has_keys { text.anchors } else { 0 });
            new.push(class);
        }
    }
    all.limited = known.limits.summary_counts(t);
    (all, new)
}

/// What is known of the documents read so far.
#[derive(Default)]
struct Known {
    /// The number of each source.
    sources: HashMap<Box<str>, u32>,
    /// The class of each exact key.
    classes: HashMap<u128, u32>,
    limits: FrequencyLimits,
}

impl Classes {
    /// Adds the next document; returns the class that begins with it, if one does.
    fn add(
        &mut self,
        n: usize,
        text: &TextKeys,
        fields: &DocumentFields,
        t: &Thresholds,
        known: &mut Known,
    ) -> Option<NewClass> {
        self.tokens.push(text.tokens);
        let in_window = t.in_window(fields.date.as_deref());
        known.limits.window += u64::from(!in_window);
        self.without_text += u64::from(in_window && text.exact.is_none());
        let Some(exact) = text.exact.filter(|_| in_window) else {
            self.class_of.push(NONE);
            return None;
        };
        let next = known.sources.len() as u32;
        let source = fields.source.as_deref().map(|source| {
            known.sources.get(source).copied().unwrap_or_else(|| {
                known.sources.insert(source.into(), next);
                next
            })
        });
        let new = self.first.len() as u32;
        let key = exact ^ source_salt(n as u32, source, t.sources);
        let class = *known.classes.entry(key).or_insert(new);
        if class != new && t.sources == SourceLimit::Across {
            // A second copy in one source is no reuse between sources.
            known.limits.own_copies += 1;
            self.class_of.push(NONE);
            return None;
        }
        self.class_of.push(class);
        if class != new {
            self.size[class as usize] += 1;
            self.reference[class as usize] |= fields.reference;
            return None;
        }
        self.first.push(n as u32);
        self.size.push(1);
        self.source.push(source);
        self.reference.push(fields.reference);
        self.may_repeat.push(text.may_repeat);
        let has_keys = text.tokens >= t.min_tokens;
        known.limits.short += u64::from(!has_keys);
        let same_text = (t.sources == SourceLimit::Across).then_some(exact as u64);
        Some(NewClass { class, has_keys, same_text })
    }

    /// The number of tokens of each class.
    pub fn class_tokens(&self) -> Vec<u32> {
        self.first.iter().map(|&n| self.tokens[n as usize]).collect()
    }

    /// Whether a pair of classes may be reported: the limit on sources allows it, and not both
    /// classes hold reference documents.
    pub fn allowed(&self, a: u32, b: u32, limit: SourceLimit) -> bool {
        if self.reference[a as usize] && self.reference[b as usize] {
            return false;
        }
        let same = match (self.source[a as usize], self.source[b as usize]) {
            (Some(x), Some(y)) => x == y,
            _ => false,
        };
        match limit {
            SourceLimit::Any => true,
            SourceLimit::Within => same,
            SourceLimit::Across => !same,
        }
    }
}

/// A salt for the exact key that keeps equal texts of different sources in different classes, where
/// a limit on sources requires it.
fn source_salt(document: u32, source: Option<u32>, limit: SourceLimit) -> u128 {
    let salt = match (limit, source) {
        (SourceLimit::Any, _) => return 0,
        (_, Some(source)) => 2 * u64::from(source) + 1,
        (_, None) => 2 * u64::from(document),
    };
    u128::from(hash::mix(salt)) << 64 | u128::from(hash::mix(!salt))
}

#[derive(Default)]
struct FrequencyLimits {
    window: u64,
    short: u64,
    own_copies: u64,
}

impl FrequencyLimits {
    fn summary_counts(&self, t: &Thresholds) -> Vec<(String, u64)> {
        let reasons = [
            ("outside-dates".to_owned(), self.window),
            (format!("under-{}-tokens", t.min_tokens), self.short),
            ("copy-in-own-source".to_owned(), self.own_copies),
        ];
        reasons.into_iter().filter(|r| r.1 > 0).collect()
    }
}
