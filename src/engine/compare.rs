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
use crate::postings::posting::{pack_pair, unpack_pair};
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// The number of pairs that one thread takes at once.
const CHUNK: usize = 64;
/// The tokens of prepared texts that one thread keeps: about 20 MB.
const CACHED: usize = 300_000;

/// The texts that a thread prepared last; the oldest is evicted first.
#[derive(Default)]
struct Cache<'t> {
    texts: HashMap<u32, Rc<MaskedText<'t>>>,
    order: VecDeque<u32>,
    tokens: usize,
}

impl<'t> Cache<'t> {
    fn keep(&mut self, class: u32, prepared: Rc<MaskedText<'t>>) {
        self.tokens += prepared.tokens.len();
        self.texts.insert(class, prepared);
        self.order.push_back(class);
        while self.tokens > CACHED {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(old) = self.texts.remove(&oldest) {
                self.tokens -= old.tokens.len();
            }
        }
    }
}

/// The pairs in an order that visits texts depth first, so that the pairs of connected texts follow
/// each other.
fn neighbours_first(pairs: &[u64]) -> Vec<u64> {
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
    let place = |p: u64| {
        let (a, b) = unpack_pair(p);
        pack_pair(visited[&a], visited[&b])
    };
    let mut order: Vec<(u64, u64)> = pairs.iter().map(|&p| (place(p), p)).collect();
    order.par_sort_unstable();
    order.into_iter().map(|(_, p)| p).collect()
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
        let order = neighbours_first(pairs);
        let compared: Result<Vec<Vec<Verified>>> = order
            .par_chunks(CHUNK)
            .map_init(Cache::default, |cache, chunk| {
                if self.progress.cancelled() {
                    return Err(Error::Cancelled);
                }
                let mut out = Vec::new();
                for &pair in chunk {
                    let (a, b) = unpack_pair(pair);
                    let (left, right) = (self.prepared(a, cache)?, self.prepared(b, cache)?);
                    let comparison =
                        compare_masked(&left, &right, self.background, self.thresholds);
                    if keep(&comparison) {
                        out.push(Verified { a, b, comparison });
                    }
                }
                self.progress.advance(chunk.len() as u64);
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

    fn prepared<'c>(&'c self, class: u32, cache: &mut Cache<'c>) -> Result<Rc<MaskedText<'c>>> {
        if let Some(there) = cache.texts.get(&class) {
            return Ok(there.clone());
        }
        let text = MaskedText::new(self.text(class)?, self.background, self.recipe);
        let prepared = Rc::new(text.with_metadata((self.metadata)(class)));
        cache.keep(class, prepared.clone());
        Ok(prepared)
    }

    fn text(&self, class: u32) -> Result<std::borrow::Cow<'_, str>> {
        let n = self.first[class as usize] as usize;
        self.documents.text(n)
    }
}
