//! Owns: the search for notes: passages that an outlet puts under or above texts that share nothing
//! else. Never: decides whether two texts share anything else.
//!
//! A note is in a few texts, far below any share of the corpus, so its number of texts does not
//! show it. What is around it does: its texts are of one source (where sources are not known, it
//! begins or ends them), and the rests of two of its texts have nothing in common. A passage of a
//! running story has the names of the story around it, and a statement is carried by several
//! sources.

use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::{Error, Result};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::note::NoteHolder;
use crate::pair::note_texts::NoteCandidate;
use crate::postings::edge_set::EdgeSet;
use crate::postings::posting::{Posting, class_set_hash};
use crate::postings::run::Part;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The tokens of the texts that are in memory at once, at most, where memory is not limited. In
/// memory a token takes about 56 bytes.
const MOST_TOKENS: usize = 4 << 20;
const BYTES_FOR_EACH_TOKEN: u64 = 56;

/// The steps of the pairs in which a text is looked at, for each of its tokens: a pair takes as
/// many as both texts have tokens. A text of a hundred paragraphs that a hundred others hold is
/// looked at for the first of them only.
const STEPS: u32 = 512;

/// What is needed to read the texts.
pub struct NoteSearch<'a> {
    /// The documents.
    pub documents: &'a dyn Documents,
    /// The classes of equal texts.
    pub all: &'a Classes,
    /// The recipe of the keys.
    pub recipe: &'a Recipe,
    /// The thresholds.
    pub thresholds: &'a Thresholds,
    /// Threads and memory.
    pub options: &'a RunOptions,
    /// The receiver of progress reports.
    pub progress: &'a dyn Progress,
}

/// The result of a search for notes.
pub struct FoundNotes {
    /// The windows of all notes, sorted.
    pub windows: Vec<u64>,
    /// A document of each passage that was not looked at, because its texts were looked at for too
    /// many others.
    pub left_out: Vec<u32>,
}

impl NoteSearch<'_> {
    /// The windows of all notes, sorted. `background` has the boilerplate and the common words.
    /// Cost: each text that holds a candidate is read once for each batch of candidates, and each
    /// candidate is looked at in a few pairs.
    pub fn windows(
        &self,
        keys: &Keys<SortedRun>,
        edges: &EdgeSet,
        background: &Background,
    ) -> Result<FoundNotes> {
        let (mut candidates, left_out) = self.candidates(&keys.anchors, edges, background)?;
        // Candidates of the same texts follow each other, so that few texts are read twice.
        candidates.par_sort_unstable_by(|x, y| x.pairs.cmp(&y.pairs));
        let least = self.thresholds.note_classes;
        let mut windows = Vec::new();
        let mut rest = &candidates[..];
        while !rest.is_empty() {
            let batch;
            (batch, rest) = rest.split_at(self.batch(rest));
            if self.progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let holders = self.holders(batch)?;
            let found: Vec<Vec<u64>> =
                batch.par_iter().map(|c| c.windows(&holders, background, least)).collect();
            windows.extend(found.into_iter().flatten());
        }
        windows.par_sort_unstable();
        windows.dedup();
        Ok(FoundNotes { windows, left_out })
    }

    /// The number of the first candidates whose texts are in memory at once: one at least. A text
    /// counts once: a book may hold the passages of all candidates. Where the texts of the first
    /// one are over the limit, they are read once for others of half their length together.
    fn batch(&self, candidates: &[NoteCandidate]) -> usize {
        let most = self.options.part_of_memory(16 * BYTES_FOR_EACH_TOKEN).min(MOST_TOKENS);
        let (mut tokens, mut limit, mut texts) = (0, most, HashSet::new());
        let within = candidates.iter().take_while(|candidate| {
            let first = tokens == 0;
            let classes = candidate.pairs.iter().flat_map(|pair| [pair.0, pair.1]);
            let new = classes.filter(|class| texts.insert(*class));
            tokens += new.map(|class| self.tokens(class) as usize).sum::<usize>();
            if first {
                limit = most.max(tokens + tokens / 2);
            }
            tokens <= limit
        });
        within.count()
    }

    fn tokens(&self, class: u32) -> u32 {
        self.all.tokens[self.all.first[class as usize] as usize]
    }

    fn candidates(
        &self,
        anchors: &SortedRun,
        edges: &EdgeSet,
        background: &Background,
    ) -> Result<(Vec<NoteCandidate>, Vec<u32>)> {
        let least = self.thresholds.note_classes;
        let texts = |classes: &[u32]| -> Vec<(u32, Option<u32>)> {
            classes.iter().map(|&class| (class, self.all.source[class as usize])).collect()
        };
        let source = |class: u32| self.all.source[class as usize];
        let may_be = |group: &[Posting]| has_texts_of_one_source(group, source, least as usize);
        let candidates = passages(anchors, least, &background.anchors, may_be)?.into_iter();
        // The set has the texts without a source only.
        let at_edge = |anchor, unit: u32| {
            self.all.source[unit as usize].is_some() || edges.may_hold(anchor, unit)
        };
        let candidates = candidates
            .filter_map(|p| NoteCandidate::new(p.anchors, texts(&p.texts), least))
            .filter_map(|c| c.at_edges(least, at_edge));
        let mut candidates: Vec<NoteCandidate> = candidates.collect();
        // Anchors are hashes of text, so that what is left out does not depend on other texts' ids.
        candidates.sort_unstable_by(|x, y| x.anchors.cmp(&y.anchors));
        let mut left = self.all.class_tokens();
        left.iter_mut().for_each(|tokens| *tokens = tokens.saturating_mul(STEPS));
        let mut left_out = Vec::new();
        candidates.retain(|candidate| {
            let within = self.is_within_budget(candidate, &mut left);
            let first = candidate.pairs.first().filter(|_| !within);
            left_out.extend(first.map(|pair| self.all.first[pair.0 as usize]));
            within
        });
        Ok((candidates, left_out))
    }

    /// Whether one text of each pair of a candidate has steps left for it, which are then spent.
    fn is_within_budget(&self, candidate: &NoteCandidate, left: &mut [u32]) -> bool {
        let steps = |(x, y): (u32, u32)| self.tokens(x).saturating_add(self.tokens(y));
        let pairs = &candidate.pairs;
        let fits =
            |&pair: &(u32, u32)| left[pair.0 as usize].max(left[pair.1 as usize]) >= steps(pair);
        if !pairs.iter().all(fits) {
            return false;
        }
        for &(x, y) in pairs {
            for class in [x, y] {
                let left = &mut left[class as usize];
                *left = left.saturating_sub(steps((x, y)));
            }
        }
        true
    }

    /// The texts of these candidates, by class.
    fn holders(&self, batch: &[NoteCandidate]) -> Result<HashMap<u32, NoteHolder<'_>>> {
        let mut units: Vec<u32> =
            batch.iter().flat_map(|c| c.pairs.iter().flat_map(|p| [p.0, p.1])).collect();
        units.par_sort_unstable();
        units.dedup();
        let read = |unit: u32| {
            let text = self.documents.text(self.all.first[unit as usize] as usize)?;
            self.progress.tokenized(text.len() as u64);
            Ok((unit, NoteHolder::new(text, self.recipe)))
        };
        units.into_par_iter().map(read).collect()
    }
}

/// The anchors that one set of texts holds.
pub struct SharedAnchors {
    /// The anchors, sorted.
    pub anchors: Vec<u64>,
    /// The texts that hold them.
    pub texts: Vec<u32>,
}

/// The anchors by the set of texts that holds them, and its size.
pub type BySet = BTreeMap<(u64, usize), SharedAnchors>;

/// The texts of a group up to which they are counted by source without a table.
const FEW: usize = 32;

/// Whether so many texts of a group are of one source, or of none, which a note must have. Where
/// they are many it says yes.
fn has_texts_of_one_source(
    group: &[Posting],
    source: impl Fn(u32) -> Option<u32>,
    least: usize,
) -> bool {
    let of = |own: Option<u32>| group.iter().filter(|p| source(p.unit) == own).count();
    group.len() > FEW || group.iter().any(|p| of(source(p.unit)) >= least)
}

/// The anchors that `least` texts or more hold, that are not in `known` (sorted) and whose texts
/// `may_be` accepts, together where the same texts hold them.
pub fn passages(
    anchors: &SortedRun,
    least: u32,
    known: &[u64],
    may_be: impl Fn(&[Posting]) -> bool + Sync,
) -> Result<Vec<SharedAnchors>> {
    let mut all = BySet::new();
    let of_part = |part: Part| passages_of(part, least, known, &may_be);
    for part in anchors.map(KeyRange::ALL, of_part)? {
        for (set, shared) in part {
            match all.entry(set) {
                Entry::Vacant(new) => drop(new.insert(shared)),
                Entry::Occupied(mut there) => there.get_mut().anchors.extend(shared.anchors),
            }
        }
    }
    Ok(all.into_values().collect())
}

/// [`passages`] of some keys, each with the hash of its set and the size.
pub fn passages_of(
    part: Part,
    least: u32,
    known: &[u64],
    may_be: &impl Fn(&[Posting]) -> bool,
) -> BySet {
    let mut by_set = BySet::new();
    for group in part.groups().filter(|g| g.len() >= least as usize) {
        let key = group[0].key();
        if may_be(group) && known.binary_search(&key).is_err() {
            let none = || SharedAnchors {
                anchors: Vec::new(),
                texts: group.iter().map(|p| p.unit).collect(),
            };
            let set = (class_set_hash(group), group.len());
            by_set.entry(set).or_insert_with(none).anchors.push(key);
        }
    }
    by_set
}
