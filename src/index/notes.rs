//! Owns: the notes among the texts that one lookup compares. Never: reads the tables.
//!
//! The background has the notes of the last compaction. A newer note shows in the candidates of a
//! lookup themselves, so the rule is applied to them as well.

use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::note::NoteHolder;
use crate::pair::note_texts::NoteCandidate;
use crate::postings::posting::{Posting, class_set_hash};
use crate::postings::run::Run;
use crate::sketch::anchor::anchors;
use crate::sketch::recipe::Recipe;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::tokenize;
use std::collections::{BTreeMap, HashMap};

/// The windows of the notes that these texts hold, each given with its source, sorted. Cost: each
/// text is tokenised twice.
pub fn notes_among(
    texts: &[(&str, Option<&str>)],
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<u64> {
    let mut postings = Vec::new();
    for (text, n) in texts.iter().zip(0..) {
        let mut windows = Shingles::default();
        shingles(&tokenize(text.0), recipe.anchor, &mut windows);
        let mut keys = Vec::new();
        anchors(&windows, recipe, &mut keys);
        postings.extend(keys.into_iter().map(|key| Posting::new(key, n)));
    }
    postings.sort_unstable();
    let run = Run::from_sorted(postings);
    let mut by_set: BTreeMap<(u64, usize), (Vec<u64>, &[Posting])> = BTreeMap::new();
    for group in run.groups().filter(|g| g.len() >= t.note_classes as usize) {
        let set = (class_set_hash(group), group.len());
        by_set.entry(set).or_insert((Vec::new(), group)).0.push(group[0].key());
    }
    let mut names: Vec<&str> = texts.iter().filter_map(|t| t.1).collect();
    names.sort_unstable();
    let source = |n: u32| {
        let own = texts[n as usize].1?;
        Some(names.partition_point(|name| *name < own) as u32)
    };
    let candidates: Vec<NoteCandidate> = by_set
        .into_values()
        .filter_map(|(keys, group)| {
            let holders = group.iter().map(|p| (p.unit, source(p.unit)));
            NoteCandidate::new(keys, holders, t.note_classes)
        })
        .collect();
    if candidates.is_empty() {
        return Vec::new();
    }
    let holder =
        |(n, text): (u32, &(&str, Option<&str>))| (n, NoteHolder::new(text.0, background, recipe));
    let holders: HashMap<u32, NoteHolder> = (0..).zip(texts).map(holder).collect();
    let windows = candidates.iter().flat_map(|c| c.windows(&holders, background, t.note_classes));
    let mut windows: Vec<u64> = windows.collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}
