//! Owns: from how many texts a note follows, and which pairs of them are looked at. Never: finds
//! the texts, or decides whether two of them share anything else.

use crate::pair::background::Background;
use crate::pair::note::{NoteEvidence, NoteHolder, note_evidence};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The number of pairs of texts that are looked at for each passage.
const PAIRS: usize = 8;
/// The share of a passage's texts that are of sources with enough of its texts, at least; a passage
/// that many sources carry is a statement.
const OF_SUCH_SOURCES: f64 = 0.8;

/// A passage that may be a note: the anchors that one set of texts holds, and the pairs of texts
/// that are looked at.
#[derive(Debug)]
pub struct NoteCandidate {
    /// The anchors, sorted.
    pub anchors: Vec<u64>,
    /// The pairs of texts.
    pub pairs: Vec<(u32, u32)>,
    of_one_source: bool,
}

impl NoteCandidate {
    /// A candidate, if enough of the texts (`least` of one source) are of such sources, or if no
    /// source is known. `texts` are the texts that hold the anchors, each with its source.
    pub fn new(
        anchors: Vec<u64>,
        texts: impl IntoIterator<Item = (u32, Option<u32>)>,
        least: u32,
    ) -> Option<NoteCandidate> {
        let mut by_source: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
        for (text, source) in texts {
            by_source.entry(source).or_default().push(text);
        }
        let all: usize = by_source.values().map(Vec::len).sum();
        let of_one_source = !by_source.contains_key(&None);
        by_source.retain(|_, texts| texts.len() >= least as usize);
        let of_such: usize = by_source.values().map(Vec::len).sum();
        if by_source.is_empty() || (of_such as f64) < OF_SUCH_SOURCES * all as f64 {
            return None;
        }
        let share = PAIRS.div_ceil(by_source.len());
        let pairs = by_source.values().flat_map(|texts| {
            let pairs = share.min(texts.len());
            (0..pairs).map(move |i| {
                let at = i * texts.len() / pairs;
                (texts[at], texts[(at + 1) % texts.len()])
            })
        });
        Some(NoteCandidate { pairs: pairs.take(PAIRS).collect(), anchors, of_one_source })
    }

    /// The steps of a look at a candidate: for each pair as many as both texts have tokens.
    #[cfg(feature = "index")]
    pub fn steps(&self, tokens: impl Fn(u32) -> u32) -> u64 {
        self.pairs.iter().map(|&(x, y)| u64::from(tokens(x)) + u64::from(tokens(y))).sum()
    }

    /// The candidate without the pairs that cannot show a note, if enough pairs are left. `at_edge`
    /// says whether a text may hold an anchor at an edge. Where sources are known, a note may also
    /// be inside a text.
    pub fn at_edges(
        mut self,
        least: u32,
        at_edge: impl Fn(u64, u32) -> bool,
    ) -> Option<NoteCandidate> {
        if self.of_one_source {
            return Some(self);
        }
        let held = |text: u32| self.anchors.iter().any(|&anchor| at_edge(anchor, text));
        let pairs: Vec<(u32, u32)> =
            self.pairs.iter().copied().filter(|&(x, y)| held(x) && held(y)).collect();
        let enough = distinct_stories(&pairs, &[]) >= least as usize;
        self.pairs = pairs;
        enough.then_some(self)
    }

    /// The windows of the passage if it is a note: of the texts looked at, `least` tell different
    /// stories, and more pairs share little else than tell one story. `holders` has the texts of
    /// all pairs.
    pub fn windows(
        &self,
        holders: &HashMap<u32, NoteHolder>,
        background: &Background,
        least: u32,
    ) -> Vec<u64> {
        let (mut notes, mut others, mut stories) = (Vec::new(), Vec::new(), 0);
        let mut windows = Vec::new();
        for &(x, y) in &self.pairs {
            let (a, b) = (&holders[&x], &holders[&y]);
            match note_evidence(a, b, &self.anchors, self.of_one_source, background) {
                NoteEvidence::Note(found) => {
                    notes.push((x, y));
                    windows.extend(found);
                }
                // Somebody answers it, so it is no note, whatever the other texts show.
                NoteEvidence::Quotation => return Vec::new(),
                other => {
                    others.push((x, y));
                    stories += usize::from(other == NoteEvidence::Story);
                }
            }
        }
        let is_note = distinct_stories(&notes, &others) >= least as usize && notes.len() > stories;
        if is_note { windows } else { Vec::new() }
    }
}

/// The number of different stories that the texts of `notes` tell at least: nothing shows that the
/// two texts of a pair in `others` tell two.
fn distinct_stories(notes: &[(u32, u32)], others: &[(u32, u32)]) -> usize {
    let mut story: BTreeMap<u32, u32> =
        notes.iter().flat_map(|p| [(p.0, p.0), (p.1, p.1)]).collect();
    for (x, y) in others {
        if let (Some(&from), Some(&to)) = (story.get(x), story.get(y)) {
            story.values_mut().filter(|s| **s == from).for_each(|s| *s = to);
        }
    }
    story.into_values().collect::<BTreeSet<u32>>().len()
}
