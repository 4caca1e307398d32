//! Owns: the classes of equal texts of all documents, and the postings of each class. Never: uses
//! the postings.

use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::Documents;
use crate::model::options::{Progress, Stage};
use crate::model::thresholds::{SourceLimit, Thresholds};
use crate::postings::edge_set::EdgeSet;
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::sketch::anchor::EDGE;
use crate::sketch::fingerprint::{Fingerprint, Fingerprinter, WORD_SLOTS};
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// The value for a document without a class: a limit excluded it, or it has no token.
pub const NONE: u32 = u32::MAX;

/// The number of documents read at once; for that time their keys are in memory twice.
const BATCH: usize = 4096;
/// The number of documents that a thread takes at once.
const PART: usize = 16;

/// The result of the one pass over the texts.
#[derive(Debug, Default)]
pub struct Sketches {
    /// The documents as classes of equal texts.
    pub classes: Classes,
    /// The keys of the first document of each class, in the order of the classes.
    pub keys: Keys<Vec<Posting>>,
    /// The anchors at the edges of the classes without a source.
    pub edges: EdgeSet,
    /// For each word slot, the number of classes that it occurs in.
    pub words: Vec<u32>,
    /// For each word slot, the number of classes in which it occurs with a capital only.
    pub capitals: Vec<u32>,
}

/// Documents as classes of equal texts. Classes are numbered in the order of their first documents.
#[derive(Debug, Default)]
pub struct Classes {
    /// The class of each document, or [`NONE`].
    pub class_of: Vec<u32>,
    /// The first document of each class.
    pub first: Vec<u32>,
    /// The number of documents in each class.
    pub size: Vec<u32>,
    /// The number of tokens of each document.
    pub tokens: Vec<u32>,
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

impl Keys<Vec<Posting>> {
    /// Sorts the postings. This is the only step in which all texts meet. Cost: a parallel sort.
    pub fn sorted(self, progress: &dyn Progress) -> Keys<Run> {
        let Keys { bands, paragraph_bands, anchors, paragraphs, same_text } = self;
        let lists = [&bands, &paragraph_bands, &anchors, &paragraphs, &same_text];
        progress.begin(Stage::Candidates, lists.iter().map(|l| l.len() as u64).sum());
        let sort = |mut list: Vec<Posting>| {
            list.par_sort_unstable();
            progress.advance(list.len() as u64);
            Run::from_sorted(list)
        };
        Keys {
            bands: sort(bands),
            paragraph_bands: sort(paragraph_bands),
            anchors: sort(anchors),
            paragraphs: sort(paragraphs),
            same_text: sort(same_text),
        }
    }
}

/// Reads every text once. Keys are kept for the first document of each class only, so n copies of a
/// text have the keys of one.
pub fn sketch(
    documents: &dyn Documents,
    recipe: &Recipe,
    t: &Thresholds,
    progress: &dyn Progress,
) -> Result<Sketches> {
    let count = documents.count();
    progress
        .begin(Stage::Fingerprint, (0..count).map(|n| u64::from(documents.info(n).bytes)).sum());
    let mut all = Sketches {
        words: vec![0; WORD_SLOTS],
        capitals: vec![0; WORD_SLOTS],
        ..Sketches::default()
    };
    all.reserve(documents, recipe);
    let mut sources = HashMap::new();
    let mut classes = HashMap::new();
    let mut limits = FrequencyLimits::default();
    // The tables take a megabyte each, so they are made once for each thread and not for each task.
    let fingerprinters: Vec<Mutex<Fingerprinter>> =
        (0..rayon::current_num_threads()).map(|_| Mutex::new(Fingerprinter::new(recipe))).collect();
    for from in (0..count).step_by(BATCH) {
        if progress.cancelled() {
            return Err(Error::Cancelled);
        }
        let numbers: Vec<usize> = (from..(from + BATCH).min(count)).collect();
        let batch = numbers.par_chunks(PART).map(|part| {
            // Each thread has its own; the lock only satisfies the compiler.
            let own = rayon::current_thread_index().unwrap_or(0) % fingerprinters.len();
            let mut fingerprinter =
                fingerprinters[own].lock().unwrap_or_else(PoisonError::into_inner);
            let one = |&n: &usize| {
                let text = documents.text(n)?;
                progress.advance(text.len() as u64);
                Ok(fingerprinter.fingerprint(&text))
            };
            part.iter().map(one).collect::<Result<Vec<Fingerprint>>>()
        });
        let batch: Vec<Vec<Fingerprint>> = batch.collect::<Result<_>>()?;
        for (n, fingerprint) in (from..).zip(batch.into_iter().flatten()) {
            let info = documents.info(n);
            all.classes.tokens.push(fingerprint.tokens);
            if !t.in_window(info.date.as_deref()) {
                limits.window += 1;
                all.classes.class_of.push(NONE);
                continue;
            }
            let Some(exact) = fingerprint.exact else {
                all.classes.without_text += 1;
                all.classes.class_of.push(NONE);
                continue;
            };
            let next = sources.len() as u32;
            let source = info.source.as_ref().map(|s| *sources.entry(s.clone()).or_insert(next));
            all.add_document(n as u32, source, (exact, fingerprint), t, &mut classes, &mut limits);
            if info.reference
                && let Some(class) = all.classes.class_of.last().filter(|c| **c != NONE)
            {
                all.classes.reference[*class as usize] = true;
            }
        }
    }
    all.classes.limited = limits.summary_counts(t);
    Ok(all)
}

impl Sketches {
    /// Reserves about as much memory as the postings of all documents take; the unused part is
    /// never touched.
    fn reserve(&mut self, documents: &dyn Documents, recipe: &Recipe) {
        let words: usize =
            (0..documents.count()).map(|n| documents.info(n).bytes as usize / 6).sum();
        self.keys.bands.reserve(documents.count() * recipe.banding().bands as usize);
        self.keys.anchors.reserve(words / recipe.anchor_rate.max(1) as usize);
        self.keys.paragraph_bands.reserve(words / 8);
        self.keys.paragraphs.reserve(words / 32);
        let unknown = (0..documents.count()).filter(|&n| documents.info(n).source.is_none());
        let of_one = 2 * EDGE / recipe.anchor_rate.max(1);
        self.edges = EdgeSet::for_entries(unknown.count() * of_one as usize);
    }

    fn add_document(
        &mut self,
        n: u32,
        source: Option<u32>,
        (exact, f): (u128, Fingerprint),
        t: &Thresholds,
        classes: &mut HashMap<u128, u32>,
        limits: &mut FrequencyLimits,
    ) {
        let key = exact ^ source_salt(n, source, t.sources);
        let next = self.classes.first.len() as u32;
        let class = *classes.entry(key).or_insert(next);
        if class != next {
            if t.sources == SourceLimit::Across {
                // A second copy in one source is no reuse between sources.
                limits.own_copies += 1;
                self.classes.class_of.push(NONE);
            } else {
                self.classes.size[class as usize] += 1;
                self.classes.class_of.push(class);
            }
            return;
        }
        self.classes.class_of.push(class);
        self.classes.first.push(n);
        self.classes.size.push(1);
        self.classes.source.push(source);
        self.classes.reference.push(false);
        self.classes.may_repeat.push(f.may_repeat);
        if t.sources == SourceLimit::Across {
            self.keys.same_text.push(Posting::new(exact as u64, class));
        }
        if f.tokens < t.min_tokens {
            limits.short += 1;
            return;
        }
        if source.is_none() {
            f.edges.iter().for_each(|&anchor| self.edges.insert(anchor, class));
        }
        let post = |keys: Vec<u64>, to: &mut Vec<Posting>| {
            to.extend(keys.into_iter().map(|k| Posting::new(k, class)))
        };
        post(f.bands, &mut self.keys.bands);
        post(f.paragraph_bands, &mut self.keys.paragraph_bands);
        post(f.anchors, &mut self.keys.anchors);
        post(f.paragraphs, &mut self.keys.paragraphs);
        for slot in f.words {
            self.words[slot as usize] += 1;
        }
        for slot in f.capitals {
            self.capitals[slot as usize] += 1;
        }
    }
}

impl Classes {
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
