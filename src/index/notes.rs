//! Owns: the notes among the texts that one lookup compares. Never: reads the tables.
//!
//! The background has the notes of the last compaction. A newer note shows in the candidates of a
//! lookup themselves, so the rule is applied to them as well.

use crate::engine::notes::{SharedAnchors, passages_of};
use crate::hash;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::note::NoteHolder;
use crate::pair::note_texts::NoteCandidate;
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::sketch::recipe::Recipe;
use std::collections::HashMap;

/// The steps of the pairs that are looked at in one lookup, for each token of the text that is
/// looked up. A scan takes 512 for each text; a lookup needs more, because it looks at the pairs of
/// all partners itself. No text of Reuters-21578, the feeds and 20 Newsgroups needs as many.
const STEPS: u64 = 4096;
/// A text that is looked up may take the steps of one with so many tokens.
const LEAST_TOKENS: u32 = 256;

/// The notes among the texts of one lookup.
pub struct FoundNotes {
    /// The windows of the notes, sorted.
    pub windows: Vec<u64>,
    /// The passages that were not looked at.
    pub left_out: u64,
}

/// The notes that these texts hold, each given with its source; the first one is the text that is
/// looked up. Cost: each text is tokenised once; and [`STEPS`] for each token of the first text.
pub fn notes_among(
    texts: &[(&str, Option<&str>)],
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
) -> FoundNotes {
    let read = texts.iter().map(|text| NoteHolder::new(text.0.into(), recipe));
    let holders: HashMap<u32, NoteHolder> = (0..).zip(read).collect();
    let mut postings: Vec<Posting> = holders
        .iter()
        .flat_map(|(&n, h)| h.anchors().map(move |key| Posting::new(key, n)))
        .collect();
    keep_repeated(&mut postings, t.note_classes);
    postings.sort_unstable();
    let run = Run::from_sorted(postings);
    let mut names: Vec<&str> = texts.iter().filter_map(|t| t.1).collect();
    names.sort_unstable();
    let source = |n: u32| {
        let own = texts[n as usize].1?;
        Some(names.partition_point(|name| *name < own) as u32)
    };
    let candidate = |p: SharedAnchors| {
        let holders = p.texts.iter().map(|&n| (n, source(n)));
        NoteCandidate::new(p.anchors, holders, t.note_classes)
    };
    let passages = passages_of(run.keys_of(1, 1), t.note_classes, &[], &|_| true);
    let mut candidates: Vec<NoteCandidate> = passages.into_values().filter_map(candidate).collect();
    // As in a scan, hashes of text decide the order.
    candidates.sort_unstable_by(|x, y| x.anchors.cmp(&y.anchors));
    let tokens = |n: u32| holders[&n].tokens();
    let asked = if texts.is_empty() { 0 } else { tokens(0) };
    let mut left = u64::from(asked.max(LEAST_TOKENS)) * STEPS;
    let all = candidates.len();
    candidates.retain(|candidate| {
        let steps = candidate.steps(tokens);
        let fits = steps <= left;
        left -= if fits { steps } else { 0 };
        fits
    });
    let left_out = (all - candidates.len()) as u64;
    let windows = candidates.iter().flat_map(|c| c.windows(&holders, background, t.note_classes));
    let mut windows: Vec<u64> = windows.collect();
    windows.sort_unstable();
    windows.dedup();
    FoundNotes { windows, left_out }
}

/// Drops most of the postings whose key fewer than `least` postings have, so that they are not
/// sorted. Keys are counted in slots of a table, so that a few of these postings stay.
fn keep_repeated(postings: &mut Vec<Posting>, least: u32) {
    let slots = (4 * postings.len()).next_power_of_two();
    let slot = |posting: &Posting| hash::mix(posting.key()) as usize % slots;
    let mut counts = vec![0u8; slots];
    for posting in postings.iter() {
        let count = &mut counts[slot(posting)];
        *count = count.saturating_add(1);
    }
    let least = u8::try_from(least).unwrap_or(u8::MAX);
    postings.retain(|posting| counts[slot(posting)] >= least);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_with_enough_postings_stay(
            keys in prop::collection::vec((0u64..50, 1usize..400), 0..30), least in 0u32..300,
        ) {
            let all = keys.iter().flat_map(|&(key, n)| vec![key; n]);
            let mut postings: Vec<Posting> =
                all.zip(0..).map(|(key, n)| Posting::new(key, n)).collect();
            let mut counts: HashMap<u64, u32> = HashMap::new();
            postings.iter().for_each(|p| *counts.entry(p.key()).or_default() += 1);
            let mut wanted = postings.clone();
            wanted.retain(|p| counts[&p.key()] >= least);
            keep_repeated(&mut postings, least);
            postings.retain(|p| counts[&p.key()] >= least);
            prop_assert_eq!(postings, wanted);
        }
    }
}
