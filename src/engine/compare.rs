//! Owns: the comparison of candidate pairs, in parallel, with the results in order. Never: chooses
//! the candidate pairs.

use crate::align::steps::Steps;
use crate::engine::pair_order::{is_large, neighbours_first};
use crate::error::{Error, Result};
use crate::model::detection::{Comparison, Relation};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::compare_kept;
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
/// The most such chunks of one task, so that at the end no thread works alone for long.
const CHUNKS_OF_A_TASK: usize = 16;
/// The tokens of prepared texts that one thread keeps at most: about 20 MB.
const CACHED: usize = 400_000;
/// What a token of a prepared text takes, about.
const BYTES_FOR_EACH_TOKEN: usize = 50;
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
    /// The large texts, the last one used at the end: many others would have to go for one.
    large: VecDeque<(u32, Arc<MaskedText<'t>>)>,
}

impl<'t> Cache<'t> {
    fn get(&mut self, class: u32) -> Option<Arc<MaskedText<'t>>> {
        if let Some(at) = self.large.iter().position(|large| large.0 == class) {
            let found = self.large.remove(at)?;
            self.large.push_back(found.clone());
            return Some(found.1);
        }
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

    /// Keeps a text; the texts that are kept have about so many tokens at most, and the large ones
    /// so many.
    fn keep(&mut self, class: u32, prepared: Arc<MaskedText<'t>>, [most, large]: [usize; 2]) {
        if is_large(prepared.tokens.len() as u32, most) {
            self.large.push_back((class, prepared));
            let tokens = |texts: &VecDeque<(u32, Arc<MaskedText>)>| {
                texts.iter().map(|text| text.1.tokens.len()).sum::<usize>()
            };
            while tokens(&self.large) > large && self.large.len() > 2 {
                self.large.pop_front();
            }
            return;
        }
        self.tokens += prepared.tokens.len();
        self.time += 1;
        self.texts.insert(class, (prepared, self.time));
        self.uses.push_back((class, self.time));
        // The two texts of the pair that is compared stay, however long they are.
        while self.tokens > most && self.texts.len() > 2 {
            let Some((oldest, time)) = self.uses.pop_front() else { break };
            if self.texts.get(&oldest).is_some_and(|text| text.1 == time)
                && let Some((old, _)) = self.texts.remove(&oldest)
            {
                self.tokens -= old.tokens.len();
            }
        }
    }
}

/// The caches of the threads that compare pairs. Work is split into more parts than there are
/// threads, and whoever begins a part goes on with a cache that nobody uses.
#[derive(Default)]
struct Caches<'t>(Mutex<Vec<Cache<'t>>>);

impl<'t> Caches<'t> {
    fn take(&self) -> CacheInUse<'_, 't> {
        let free = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        CacheInUse { from: self, cache: free.unwrap_or_default() }
    }
}

/// A cache that returns to the others when the part of the work ends.
struct CacheInUse<'c, 't> {
    from: &'c Caches<'t>,
    cache: Cache<'t>,
}

impl Drop for CacheInUse<'_, '_> {
    fn drop(&mut self) {
        let cache = std::mem::take(&mut self.cache);
        self.from.0.lock().unwrap_or_else(PoisonError::into_inner).push(cache);
    }
}

/// A long text as the threads that use it share it. The lock is held while it is prepared.
type SharedText<'t> = Arc<Mutex<Weak<MaskedText<'t>>>>;

/// The long texts that some thread uses.
type SharedTexts<'t> = Mutex<HashMap<u32, SharedText<'t>>>;

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
    /// Threads and memory.
    pub options: &'a RunOptions,
    /// The receiver of progress reports.
    pub progress: &'a dyn Progress,
}

impl Verifier<'_> {
    /// Compares packed pairs of classes, which must be sorted, and returns those whose relation and
    /// resemblance `keep` accepts, in order.
    pub fn compare(
        &self,
        pairs: &[u64],
        keep: impl Fn(Option<Relation>, f64) -> bool + Sync,
    ) -> Result<Vec<Verified>> {
        let mut compared = self.compare_as(pairs, keep, |v| v)?;
        compared.par_sort_unstable_by_key(|v| pack_pair(v.a, v.b));
        Ok(compared)
    }

    /// Like [`compare`](Verifier::compare), in any order, with what each thread makes of its pairs.
    /// Pairs that are connected are compared one after the other, so that a text is prepared about
    /// once and not once for each pair.
    pub fn compare_as<T: Send>(
        &self,
        pairs: &[u64],
        keep: impl Fn(Option<Relation>, f64) -> bool + Sync,
        make: impl Fn(Verified) -> T + Sync,
    ) -> Result<Vec<T>> {
        let [cached, large] = self.cached();
        let order = neighbours_first(pairs, self.tokens, cached, large);
        let (caches, shared) = (Caches::default(), SharedTexts::default());
        let compared: Result<Vec<Vec<T>>> = order
            .par_chunks(CHUNK)
            .with_max_len(CHUNKS_OF_A_TASK)
            .map_init(
                || caches.take(),
                |in_use, chunk| {
                    let stop = || self.progress.cancelled();
                    let steps = Steps::new(&stop);
                    let cache = &mut in_use.cache;
                    let compared = self.compare_some(chunk, cache, &shared, &keep, &make, &steps);
                    self.progress.compared(steps.taken());
                    compared
                },
            )
            .collect();
        Ok(compared?.into_iter().flatten().collect())
    }

    fn compare_some<'c, T>(
        &'c self,
        pairs: &[u64],
        cache: &mut Cache<'c>,
        shared: &SharedTexts<'c>,
        keep: impl Fn(Option<Relation>, f64) -> bool,
        make: impl Fn(Verified) -> T,
        steps: &Steps,
    ) -> Result<Vec<T>> {
        let mut out = Vec::new();
        for &pair in pairs {
            if self.progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let (a, b) = unpack_pair(pair);
            let left = self.prepared(a, cache, shared)?;
            let right = self.prepared(b, cache, shared)?;
            let (background, t) = (self.background, self.thresholds);
            let kept = compare_kept(&left, &right, background, t, steps, &keep);
            out.extend(kept?.map(|comparison| make(Verified { a, b, comparison })));
            self.progress.advance(pair_steps(self.tokens[a as usize], self.tokens[b as usize]));
        }
        Ok(out)
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
        cache.keep(class, prepared.clone(), self.cached());
        Ok(prepared)
    }

    /// The tokens of the texts that one thread keeps, and of the large ones beside them: all
    /// threads together take an eighth of the memory at most and a sixteenth, but for two large
    /// texts each.
    fn cached(&self) -> [usize; 2] {
        [8, 16].map(|part| {
            let bytes = self.options.part_of_memory(part) / rayon::current_num_threads();
            CACHED.min(bytes / BYTES_FOR_EACH_TOKEN)
        })
    }

    fn prepare(&self, class: u32) -> Result<Arc<MaskedText<'_>>> {
        let text = self.text(class)?;
        self.progress.tokenized(text.len() as u64);
        let text = MaskedText::new(text, self.background, self.recipe);
        let stop = || self.progress.cancelled();
        let long = self.tokens[class as usize] >= LONG;
        if long && (stop() || !text.make_ready(self.thresholds.alignment, &stop)) {
            return Err(Error::Cancelled);
        }
        Ok(Arc::new(text.with_metadata((self.metadata)(class))))
    }

    fn text(&self, class: u32) -> Result<std::borrow::Cow<'_, str>> {
        let n = self.first[class as usize] as usize;
        self.documents.text(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_last_pairs_are_kept() {
        let text = |words: usize| {
            let text = "one word of many ".repeat(words / 4);
            Arc::new(MaskedText::new(text, &Background::default(), &Recipe::default()))
        };
        let (small, large) = (text(8), text(80));
        let mut cache = Cache::default();
        let mut kept = |class: u32, text: &Arc<MaskedText<'static>>| {
            if cache.get(class).is_none() {
                cache.keep(class, text.clone(), [40, 160]);
            }
            (0..10).filter(|class| cache.get(*class).is_some()).collect::<Vec<u32>>()
        };
        assert_eq!(kept(0, &small), [0]);
        assert_eq!(kept(5, &large), [0, 5]);
        assert_eq!(kept(6, &large), [0, 5, 6]);
        // Five small texts fill the cache, however large the others are.
        (1..5).for_each(|class| _ = kept(class, &small));
        assert_eq!(kept(4, &small), [0, 1, 2, 3, 4, 5, 6]);
        // Of the large ones the first one was looked up before the second one.
        assert_eq!(kept(7, &large), [0, 1, 2, 3, 4, 6, 7]);
        assert_eq!(kept(6, &large), [0, 1, 2, 3, 4, 6, 7]);
    }
}
