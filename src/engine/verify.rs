//! Owns: candidate pairs to comparisons, in parallel, in order. Never: which pairs are candidates.

use crate::engine::gather::Gathered;
use crate::engine::options::Progress;
use crate::error::{Error, Result};
use crate::pair::background::Background;
use crate::pair::candidate::{families, pack, unpack};
use crate::pair::compare::compare_prepared;
use crate::pair::detection::{Comparison, Relation};
use crate::pair::prepared::Prepared;
use crate::pair::thresholds::Thresholds;
use crate::sketch::recipe::Recipe;
use crate::text::document::Documents;
use rayon::prelude::*;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

/// Pairs that one thread takes at once.
const CHUNK: usize = 64;
/// Tokens of prepared texts that one thread keeps: about 20 MB.
const CACHED: usize = 300_000;

/// The texts that a thread prepared last, oldest first out.
#[derive(Default)]
struct Cache<'t> {
    texts: HashMap<u32, Rc<Prepared<'t>>>,
    order: VecDeque<u32>,
    tokens: usize,
}

impl<'t> Cache<'t> {
    fn keep(&mut self, class: u32, prepared: Rc<Prepared<'t>>) {
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

/// A compared pair of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The first class.
    pub a: u32,
    /// The second class.
    pub b: u32,
    /// What was measured.
    pub comparison: Comparison,
}

impl Verified {
    /// Whether it may join a cluster.
    pub fn is_copy(&self, t: &Thresholds) -> bool {
        match self.comparison.relation {
            Some(Relation::Equal | Relation::NearCopy) => true,
            // A template whose coverage would make it a near-copy.
            Some(Relation::Template) => t.templates_are_copies && self.smaller() >= t.near_copy_smaller,
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
    /// Where texts come from.
    pub documents: &'a dyn Documents,
    /// The document of each class.
    pub first: &'a [u32],
    /// The background.
    pub background: &'a Background,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The bounds.
    pub thresholds: &'a Thresholds,
    /// Who listens.
    pub progress: &'a dyn Progress,
}

impl Verifier<'_> {
    /// Compares packed pairs of classes, sorted, and keeps those that `keep` wants, in order. Pairs that hang together are compared one after
    /// the other, so that a text is prepared about once and not once a pair.
    pub fn compare(&self, pairs: &[u64], keep: impl Fn(&Comparison) -> bool + Sync) -> Result<Vec<Verified>> {
        let family = self.families(pairs);
        let mut order: Vec<(u32, u64)> = pairs.iter().map(|&p| (family[unpack(p).0 as usize], p)).collect();
        order.par_sort_unstable();
        let compared: Result<Vec<Vec<Verified>>> = order
            .par_chunks(CHUNK)
            .map_init(Cache::default, |cache, chunk| {
                if self.progress.cancelled() {
                    return Err(Error::Cancelled);
                }
                let mut out = Vec::new();
                for &(_, pair) in chunk {
                    let (a, b) = unpack(pair);
                    let (left, right) = (self.prepared(a, cache)?, self.prepared(b, cache)?);
                    let comparison = compare_prepared(&left, &right, self.background, self.thresholds);
                    if keep(&comparison) {
                        out.push(Verified { a, b, comparison });
                    }
                }
                self.progress.advance(chunk.len() as u64);
                Ok(out)
            })
            .collect();
        let mut compared: Vec<Verified> = compared?.into_iter().flatten().collect();
        compared.par_sort_unstable_by_key(|v| pack(v.a, v.b));
        Ok(compared)
    }

    /// Whether the limit on sources lets a packed pair be reported.
    pub fn allowed(&self, all: &Gathered, pair: u64) -> bool {
        let (a, b) = unpack(pair);
        all.allowed(a, b, self.thresholds.sources)
    }

    /// Which texts hang together by these pairs.
    fn families(&self, pairs: &[u64]) -> Vec<u32> {
        // A short list is in good order as it is.
        if pairs.len() < CHUNK { vec![0; self.first.len()] } else { families(self.first.len(), pairs.iter().map(|&p| unpack(p))) }
    }

    fn prepared<'c>(&'c self, class: u32, cache: &mut Cache<'c>) -> Result<Rc<Prepared<'c>>> {
        if let Some(there) = cache.texts.get(&class) {
            return Ok(there.clone());
        }
        let prepared = Rc::new(Prepared::new(self.text(class)?, self.background, self.recipe));
        cache.keep(class, prepared.clone());
        Ok(prepared)
    }

    fn text(&self, class: u32) -> Result<std::borrow::Cow<'_, str>> {
        let n = self.first[class as usize] as usize;
        self.documents.text(n).ok_or_else(|| Error::TextGone { id: self.documents.info(n).id.clone() })
    }
}
