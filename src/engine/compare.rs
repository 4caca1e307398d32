//! Owns: the comparison of candidate pairs, in parallel, with the results in order. Never: chooses
//! the candidate pairs.

use crate::engine::sketch::Classes;
use crate::error::{Error, Result};
use crate::model::detection::{Comparison, Relation};
use crate::model::document::Documents;
use crate::model::options::Progress;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::compare_masked;
use crate::pair::masked::MaskedText;
use crate::pair::metadata::Metadata;
use crate::postings::budget::pair_steps;
use crate::postings::posting::{pack_pair, unpack_pair};
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// The number of pairs that one thread takes at once.
const CHUNK: usize = 64;
/// The tokens of prepared texts that one thread keeps: about 20 MB.
const CACHED: usize = 300_000;
/// The tokens from which on all threads share one prepared text: while some thread holds it, no
/// other one prepares it.
const LONG: u32 = 50_000;

/// The texts that a thread used last; the one that was not used for longest is evicted first.
#[derive(Default)]
struct Cache<'t> {
    /// Each text with the time of its last use.
    texts: HashMap<u32, (Arc<MaskedText<'t>>, u64)>,
    /// The texts with the times of their uses, in order.
    uses: VecDeque<(u32, u64)>,
    time: u64,
    tokens: usize,
}

impl<'t> Cache<'t> {
    fn get(&mut self, class: u32) -> Option<Arc<MaskedText<'t>>> {
        let (text, last) = self.texts.get_mut(&class)?;
        self.time += 1;
        *last = self.time;
        let text = text.clone();
        self.uses.push_back((class, self.time));
        if self.uses.len() > 8 * self.texts.len() + CHUNK {
            let texts = &self.texts;
            self.uses.retain(|(class, time)| texts.get(class).is_some_and(|t| t.1 == *time));
        }
        Some(text)
    }

    fn keep(&mut self, class: u32, prepared: Arc<MaskedText<'t>>) {
        self.tokens += prepared.tokens.len();
        self.time += 1;
        self.texts.insert(class, (prepared, self.time));
        self.uses.push_back((class, self.time));
        // The two texts of the pair that is compared stay, however long they are.
        while self.tokens > CACHED && self.texts.len() > 2 {
            let Some((oldest, time)) = self.uses.pop_front() else { break };
            if self.texts.get(&oldest).is_some_and(|text| text.1 == time)
                && let Some((old, _)) = self.texts.remove(&oldest)
            {
                self.tokens -= old.tokens.len();
            }
        }
    }
}

/// A long text as the threads that use it share it. The lock is held while it is prepared.
type SharedText<'t> = Arc<Mutex<Weak<MaskedText<'t>>>>;

/// The long texts that some thread uses.
type SharedTexts<'t> = Mutex<HashMap<u32, SharedText<'t>>>;

/// The number of pairs for each text from which on nearly all texts of a group are paired with each
/// other, so that a text would be evicted before its next pair comes.
const DENSE: usize = 4;

/// The pairs in an order that visits texts depth first, so that the pairs of connected texts follow
/// each other. Where texts have very many partners, the pairs of two blocks of texts that the cache
/// holds together follow each other.
fn neighbours_first(pairs: &[u64], tokens: &[u32]) -> Vec<u64> {
    // A short list fits the cache in any order.
    if pairs.len() < CHUNK {
        return pairs.to_vec();
    }
    let mut both: Vec<u64> = pairs.iter().flat_map(|&p| [p, p.rotate_left(32)]).collect();
    both.par_sort_unstable();
    let partners = |text: u32| {
        let from = both.partition_point(|p| ((p >> 32) as u32) < text);
        both[from..].iter().take_while(move |p| (**p >> 32) as u32 == text).map(|p| *p as u32)
    };
    let mut visited: HashMap<u32, u32> = HashMap::new();
    let mut queue = VecDeque::new();
    for start in both.chunk_by(|x, y| x >> 32 == y >> 32).map(|texts| (texts[0] >> 32) as u32) {
        queue.push_back(start);
        while let Some(text) = queue.pop_back() {
            let next = visited.len() as u32;
            if let std::collections::hash_map::Entry::Vacant(place) = visited.entry(text) {
                place.insert(next);
                queue.extend(partners(text));
            }
        }
    }
    let mut block = vec![0; visited.len()];
    if pairs.len() > DENSE * visited.len() {
        let blocks = blocks(&visited, tokens);
        let mut read: Vec<(u64, u32)> = Vec::with_capacity(2 * pairs.len());
        for &pair in pairs {
            let (a, b) = unpack_pair(pair);
            let of = pack_pair(blocks[visited[&a] as usize], blocks[visited[&b] as usize]);
            read.extend([(of, a), (of, b)]);
        }
        read.par_sort_unstable();
        read.dedup();
        // Each of these is prepared once; otherwise a text is for each pair in which its partner is
        // not in the cache.
        let all: usize = visited.keys().map(|text| tokens[*text as usize] as usize).sum();
        let missed = all.saturating_sub(CACHED) as f64 / all.max(1) as f64;
        if (read.len() as f64) < missed * pairs.len() as f64 {
            block = blocks;
        }
    }
    let place = |p: u64| {
        let (a, b) = unpack_pair(p);
        let place = pack_pair(visited[&a], visited[&b]);
        let (first, second) = unpack_pair(place);
        (pack_pair(block[first as usize], block[second as usize]), place)
    };
    let mut order: Vec<((u64, u64), u64)> = pairs.iter().map(|&p| (place(p), p)).collect();
    order.par_sort_unstable();
    order.into_iter().map(|(_, p)| p).collect()
}

/// The block of each visited text: texts that were visited one after the other, of which two blocks
/// are in the cache together.
fn blocks(visited: &HashMap<u32, u32>, tokens: &[u32]) -> Vec<u32> {
    let mut order = vec![0; visited.len()];
    visited.iter().for_each(|(text, place)| order[*place as usize] = *text);
    let (mut block, mut size) = (0, 0);
    let block_of = |text: u32| {
        let own = tokens[text as usize] as usize;
        if size + own > CACHED / 2 {
            (block, size) = (block + 1, 0);
        }
        size += own;
        block
    };
    order.into_iter().map(block_of).collect()
}

/// A compared pair of classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// The first class.
    pub a: u32,
    /// The second class.
    pub b: u32,
    /// The measurements of the pair.
    pub comparison: Comparison,
}

impl Verified {
    /// Whether the pair may join a cluster.
    pub fn is_copy(&self, t: &Thresholds) -> bool {
        match self.comparison.relation {
            Some(relation) if relation.is_copy() => true,
            // This is a template whose coverage would make it a near-copy.
            Some(Relation::Template) => {
                t.templates_are_copies && self.smaller() >= t.near_copy_smaller
            }
            _ => false,
        }
    }
    /// The smaller of the two coverages.
    pub fn smaller(&self) -> f64 {
        self.comparison.coverage_a.min(self.comparison.coverage_b)
    }
}

/// Compares pairs of texts with one background.
pub struct Verifier<'a> {
    /// The documents that the texts are read from.
    pub documents: &'a dyn Documents,
    /// The first document of each class.
    pub first: &'a [u32],
    /// The number of tokens of each class.
    pub tokens: &'a [u32],
    /// What the documents of each class say about its text.
    pub metadata: &'a (dyn Fn(u32) -> Metadata + Sync),
    /// The background.
    pub background: &'a Background,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The thresholds.
    pub thresholds: &'a Thresholds,
    /// The receiver of progress reports.
    pub progress: &'a dyn Progress,
}

impl Verifier<'_> {
    /// Compares packed pairs of classes, which must be sorted, and returns those that `keep`
    /// accepts, in order. Pairs that are connected are compared one after the other, so that a text
    /// is prepared about once and not once for each pair.
    pub fn compare(
        &self,
        pairs: &[u64],
        keep: impl Fn(&Comparison) -> bool + Sync,
    ) -> Result<Vec<Verified>> {
        let order = neighbours_first(pairs, self.tokens);
        let shared = SharedTexts::default();
        let compared: Result<Vec<Vec<Verified>>> = order
            .par_chunks(CHUNK)
            .map_init(Cache::default, |cache, chunk| {
                let mut out = Vec::new();
                for &pair in chunk {
                    if self.progress.cancelled() {
                        return Err(Error::Cancelled);
                    }
                    let (a, b) = unpack_pair(pair);
                    let left = self.prepared(a, cache, &shared)?;
                    let right = self.prepared(b, cache, &shared)?;
                    let comparison =
                        compare_masked(&left, &right, self.background, self.thresholds);
                    if keep(&comparison) {
                        out.push(Verified { a, b, comparison });
                    }
                    self.progress
                        .advance(pair_steps(self.tokens[a as usize], self.tokens[b as usize]));
                }
                Ok(out)
            })
            .collect();
        let mut compared: Vec<Verified> = compared?.into_iter().flatten().collect();
        compared.par_sort_unstable_by_key(|v| pack_pair(v.a, v.b));
        Ok(compared)
    }

    /// Whether a packed pair may be reported, see [`Classes::allowed`].
    pub fn allowed(&self, all: &Classes, pair: u64) -> bool {
        let (a, b) = unpack_pair(pair);
        all.allowed(a, b, self.thresholds.sources)
    }

    fn prepared<'c>(
        &'c self,
        class: u32,
        cache: &mut Cache<'c>,
        shared: &SharedTexts<'c>,
    ) -> Result<Arc<MaskedText<'c>>> {
        if let Some(there) = cache.get(class) {
            return Ok(there);
        }
        let prepared = if self.tokens[class as usize] < LONG {
            self.prepare(class)?
        } else {
            let slot = {
                let mut texts = shared.lock().unwrap_or_else(PoisonError::into_inner);
                texts.entry(class).or_default().clone()
            };
            let mut text = slot.lock().unwrap_or_else(PoisonError::into_inner);
            match text.upgrade() {
                Some(there) => there,
                None => {
                    let prepared = self.prepare(class)?;
                    *text = Arc::downgrade(&prepared);
                    prepared
                }
            }
        };
        cache.keep(class, prepared.clone());
        Ok(prepared)
    }

    fn prepare(&self, class: u32) -> Result<Arc<MaskedText<'_>>> {
        let text = self.text(class)?;
        self.progress.tokenized(text.len() as u64);
        let text = MaskedText::new(text, self.background, self.recipe);
        Ok(Arc::new(text.with_metadata((self.metadata)(class))))
    }

    fn text(&self, class: u32) -> Result<std::borrow::Cow<'_, str>> {
        let n = self.first[class as usize] as usize;
        self.documents.text(n)
    }
}
