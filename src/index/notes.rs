//! Owns: the notes among the texts that one lookup compares. Never: reads the tables.
//!
//! The background has the notes of the last compaction. A newer note shows in the candidates of a
//! lookup themselves, so the rule is applied to them as well.

use crate::engine::notes::{SharedAnchors, passages_of};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::note::NoteHolder;
use crate::pair::note_texts::NoteCandidate;
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::sketch::recipe::Recipe;
use std::collections::HashMap;

/// The windows of the notes that these texts hold, each given with its source, sorted. Cost: each
/// text is tokenised once.
pub fn notes_among(
    texts: &[(&str, Option<&str>)],
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<u64> {
    let read = texts.iter().map(|text| NoteHolder::new(text.0.into(), recipe));
    let holders: HashMap<u32, NoteHolder> = (0..).zip(read).collect();
    let mut postings: Vec<Posting> = holders
        .iter()
        .flat_map(|(&n, h)| h.anchors().map(move |key| Posting::new(key, n)))
        .collect();
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
    let candidates: Vec<NoteCandidate> = passages.into_values().filter_map(candidate).collect();
    let windows = candidates.iter().flat_map(|c| c.windows(&holders, background, t.note_classes));
    let mut windows: Vec<u64> = windows.collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}
