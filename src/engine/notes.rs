//! Owns: the search for notes: passages that an outlet puts under or above texts that share nothing
//! else. Never: decides whether two texts share anything else.
//!
//! A note is in a few texts, far below any share of the corpus, so its number of texts does not
//! show it. What is around it does: its texts are of one source (where sources are not known, it
//! begins or ends them), and the rests of two of its texts have nothing in common. A passage of a
//! running story has the names of the story around it, and a statement is carried by several
//! sources.

use crate::engine::sketch::{Classes, Keys};
use crate::error::{Error, Result};
use crate::hash;
use crate::model::document::Documents;
use crate::model::options::Progress;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::note::{NoteEvidence, NoteHolder, note_evidence};
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The number of pairs of texts that are looked at for each passage.
const PAIRS: usize = 8;
/// The share of a passage's texts that are of sources with enough of its texts, at least; a passage
/// that many sources carry is a statement.
const OF_SUCH_SOURCES: f64 = 0.8;
/// The number of passages whose texts are in memory at once.
const BATCH: usize = 4096;

/// A passage that may be a note: the anchors that one set of texts holds, and the pairs of texts to
/// look at.
struct Candidate {
    anchors: Vec<u64>,
    pairs: Vec<(u32, u32)>,
    of_one_source: bool,
}

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
    /// The receiver of progress reports.
    pub progress: &'a dyn Progress,
}

impl NoteSearch<'_> {
    /// The windows of all notes, sorted. `background` has the boilerplate and the common words.
    /// Cost: each text that holds a candidate is read once for each batch of candidates, and each
    /// candidate is looked at in [`PAIRS`] pairs.
    pub fn windows(&self, keys: &Keys<Run>, background: &Background) -> Result<Vec<u64>> {
        let candidates = self.candidates(&keys.anchors, background);
        let least = self.thresholds.note_classes;
        let mut windows = Vec::new();
        for batch in candidates.chunks(BATCH) {
            if self.progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let holders = self.holders(batch, background)?;
            let found: Vec<Vec<u64>> =
                batch.par_iter().map(|c| note(c, &holders, background, least)).collect();
            windows.extend(found.into_iter().flatten());
        }
        windows.par_sort_unstable();
        windows.dedup();
        Ok(windows)
    }

    fn candidates(&self, anchors: &Run, background: &Background) -> Vec<Candidate> {
        let mut by_set: BTreeMap<(u64, u32), (Vec<u64>, &[Posting])> = BTreeMap::new();
        for group in anchors.groups() {
            let key = group[0].key();
            if (group.len() as u32) < self.thresholds.note_classes
                || background.anchors.binary_search(&key).is_ok()
            {
                continue;
            }
            let set =
                group.iter().fold(0u64, |m, p| m.wrapping_add(hash::mix(u64::from(p.unit) + 1)));
            by_set.entry((set, group.len() as u32)).or_insert((Vec::new(), group)).0.push(key);
        }
        by_set.into_values().filter_map(|(anchors, group)| self.candidate(anchors, group)).collect()
    }

    /// A candidate, if enough of the texts are of one source, or no source is known.
    fn candidate(&self, anchors: Vec<u64>, group: &[Posting]) -> Option<Candidate> {
        let mut by_source: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
        for p in group {
            by_source.entry(self.all.source[p.unit as usize]).or_default().push(p.unit);
        }
        let least = self.thresholds.note_classes as usize;
        let of_one_source = !by_source.contains_key(&None);
        by_source.retain(|_, units| units.len() >= least);
        let held: usize = by_source.values().map(Vec::len).sum();
        if (held as f64) < OF_SUCH_SOURCES * group.len() as f64 {
            return None;
        }
        let share = PAIRS.div_ceil(by_source.len());
        let pairs = by_source.values().flat_map(|units| {
            let pairs = share.min(units.len());
            (0..pairs).map(move |i| {
                let at = i * units.len() / pairs;
                (units[at], units[(at + 1) % units.len()])
            })
        });
        Some(Candidate { pairs: pairs.take(PAIRS).collect(), anchors, of_one_source })
    }

    /// The texts of these candidates, by class.
    fn holders(
        &self,
        batch: &[Candidate],
        background: &Background,
    ) -> Result<HashMap<u32, NoteHolder>> {
        let mut keys: Vec<u64> = batch.iter().flat_map(|c| c.anchors.iter().copied()).collect();
        keys.par_sort_unstable();
        let mut units: Vec<u32> =
            batch.iter().flat_map(|c| c.pairs.iter().flat_map(|p| [p.0, p.1])).collect();
        units.par_sort_unstable();
        units.dedup();
        let read = |unit: u32| {
            let text = self.documents.text(self.all.first[unit as usize] as usize)?;
            Ok((unit, NoteHolder::new(&text, &keys, background, self.recipe)))
        };
        units.into_par_iter().map(read).collect()
    }
}

/// The windows of a candidate if it is a note: of the texts looked at, enough tell different
/// stories, where texts that tell one story count once, and pairs that share little else
/// outnumber those that tell one story.
fn note(
    candidate: &Candidate,
    holders: &HashMap<u32, NoteHolder>,
    background: &Background,
    least: u32,
) -> Vec<u64> {
    let (mut notes, mut stories, mut windows) = (Vec::new(), Vec::new(), Vec::new());
    for &(x, y) in &candidate.pairs {
        let (a, b) = (&holders[&x], &holders[&y]);
        match note_evidence(a, b, &candidate.anchors, candidate.of_one_source, background) {
            NoteEvidence::Note(found) => {
                notes.push((x, y));
                windows.extend(found);
            }
            NoteEvidence::Story => stories.push((x, y)),
            NoteEvidence::Nothing => {}
        }
    }
    let mut story: BTreeMap<u32, u32> =
        notes.iter().flat_map(|p| [(p.0, p.0), (p.1, p.1)]).collect();
    for (x, y) in &stories {
        if let (Some(&from), Some(&to)) = (story.get(x), story.get(y)) {
            story.values_mut().filter(|s| **s == from).for_each(|s| *s = to);
        }
    }
    let different: BTreeSet<u32> = story.into_values().collect();
    let is_note = different.len() >= least as usize && notes.len() > stories.len();
    if is_note { windows } else { Vec::new() }
}
