//! Owns: the occurrences of repeated passages in the texts of all documents, inside one text and
//! across texts. Never: makes repeats of them, or defines what counts as a repeat inside one text.

use crate::engine::class_reader::{ClassReader, ClassTokens};
use crate::engine::compare::Verifier;
use crate::engine::occurrence::Occurrence;
use crate::engine::shared_windows::{
    NearAnchors, SharedWindows, WindowLists, frequent_anchors, passage_windows,
};
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_lists::{MergedLists, SortedLists};
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::model::thresholds::Thresholds;
use crate::pair::hash_directory::SortedHashes;
use crate::pair::repeat::{RepeatedPassage, inside, word_count};
use crate::postings::posting::Posting;
use crate::postings::run::Part;
use crate::sketch::fingerprint::paragraph_key;
use crate::sketch::recipe::Recipe;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::TokenValues;
use rayon::prelude::*;
use std::ops::Range;

/// The occurrences in memory may take one part in so many of the memory of a run.
const OCCURRENCES_PART: u64 = 8;
/// The number of texts whose occurrences are in memory beside those that wait for a sort.
const BATCH: usize = 4096;
/// The number of the first passage of a text that was found because other texts have it.
const FOUND_ACROSS: u32 = 1 << 30;
/// The number of a passage that was found by those of other texts.
const FOUND_LATER: u32 = 1 << 31;

/// Occurrences, of which those that do not fit in memory are in a file.
pub struct Occurrences {
    lists: SortedLists<Occurrence>,
    /// Those that are not sorted yet.
    waiting: Vec<Occurrence>,
    /// As many may wait.
    most: usize,
}

impl Occurrences {
    fn new(options: &RunOptions) -> Occurrences {
        let most = options.part_of_memory(4 * OCCURRENCES_PART) / size_of::<Occurrence>();
        let lists = SortedLists::new(options, OCCURRENCES_PART);
        Occurrences { lists, waiting: Vec::new(), most }
    }

    /// Sorted lists of occurrences.
    pub fn given(lists: Vec<Vec<Occurrence>>, options: &RunOptions) -> Result<Occurrences> {
        let mut all = Occurrences::new(options);
        lists.into_iter().try_for_each(|list| all.lists.add(list))?;
        Ok(all)
    }

    fn add(&mut self, more: impl Iterator<Item = Occurrence>) -> Result<()> {
        self.waiting.extend(more);
        if self.waiting.len() > self.most { self.sort() } else { Ok(()) }
    }

    fn sort(&mut self) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.par_sort_unstable();
        self.lists.add(waiting)
    }

    /// All occurrences, in order.
    pub fn merged(mut self, progress: &dyn Progress) -> Result<MergedLists<'_, Occurrence>> {
        self.sort()?;
        progress.spilled(self.lists.scratch_bytes());
        self.lists.merged(progress)
    }
}

/// Finds all occurrences.
pub fn occurrences(
    all: &Classes,
    mut keys: Keys<SortedRun>,
    family: &[u32],
    from: &Verifier,
) -> Result<Occurrences> {
    let Verifier { recipe, thresholds: t, options, progress, .. } = *from;
    let least = t.repeat_classes as usize;
    let frequent = frequent_anchors(&std::mem::take(&mut keys.anchors), family, from)?;
    let across = SortedHashes::new(keys_across(&keys.paragraphs, least)?);
    progress.begin(Stage::Repeats, frequent.near.len() as u64);
    let mut reader = ClassReader::new(from);
    let mut lists = WindowLists::new(options);
    let near = NearAnchors::new(&frequent.keys, recipe, t);
    lists.read(&frequent.near, &mut reader, &near)?;
    drop(frequent);
    let mut touched = all.may_repeat.clone();
    let (shared, held) = lists.shared(family, least, progress)?;
    let passage = passage_windows(recipe, t);
    held.iter().filter(|held| held.1 >= passage).for_each(|held| touched[held.0 as usize] = true);
    for class in classes_of_keys(&keys.paragraphs, across.hashes())? {
        touched[class as usize] = true;
    }
    let touched: Vec<u32> = (0..).zip(touched).filter(|class| class.1).map(|c| c.0).collect();
    progress.begin(Stage::Repeats, touched.len() as u64);
    let mut found = Occurrences::new(options);
    let mut twice = Vec::new();
    for some in touched.chunks(BATCH) {
        let more = reader.map(some, |class, text| {
            let mut found = occurrences_across(class, text, &across, &shared, from);
            if all.may_repeat[class as usize] {
                found.extend(occurrences_inside(class, text, from));
            }
            found
        })?;
        let more = more.into_iter().flatten();
        found.add(more.inspect(|o| twice.extend(o.key_of_twice())))?;
    }
    drop(shared);
    let also = SortedHashes::new(keys_beside(&keys.paragraphs, twice, least)?);
    for some in classes_of_keys(&keys.paragraphs, also.hashes())?.chunks(BATCH) {
        let more = reader.map(some, |class, text| occurrences_beside(class, text, &also, from))?;
        found.add(more.into_iter().flatten())?;
    }
    Ok(found)
}

/// The passages that occur several times in this text.
pub fn occurrences_inside(class: u32, text: &ClassTokens, from: &Verifier) -> Vec<Occurrence> {
    let found = inside(text.values(), text.paragraphs(), from.thresholds);
    to_occurrences(found, class, 0, text, from)
}

/// The passages of this text that enough other texts have: paragraphs, by their exact keys in
/// `across`, and those of shared windows.
pub fn occurrences_across(
    class: u32,
    text: &ClassTokens,
    across: &SortedHashes,
    shared: &SharedWindows,
    from: &Verifier,
) -> Vec<Occurrence> {
    let (tokens, paragraphs, t) = (text.values(), text.paragraphs(), from.thresholds);
    let mut found = paragraphs_across(tokens, paragraphs, across, t);
    found.extend(passages_across(tokens, paragraphs, shared, from.recipe, t));
    to_occurrences(found, class, FOUND_ACROSS, text, from)
}

/// The paragraphs of this text that occur twice in another one; `also` has their keys.
pub fn occurrences_beside(
    class: u32,
    text: &ClassTokens,
    also: &SortedHashes,
    from: &Verifier,
) -> Vec<Occurrence> {
    let found = paragraphs_across(text.values(), text.paragraphs(), also, from.thresholds);
    to_occurrences(found, class, FOUND_LATER, text, from)
}

/// The places of these passages, whose numbers begin with `number`.
fn to_occurrences(
    passages: Vec<RepeatedPassage>,
    class: u32,
    number: u32,
    text: &ClassTokens,
    from: &Verifier,
) -> Vec<Occurrence> {
    let places: Vec<Range<u32>> = passages.iter().flat_map(|p| p.places.iter().cloned()).collect();
    let mut spans = text.spans(&places).into_iter();
    let mut out = Vec::with_capacity(places.len());
    for (number, p) in (number..).zip(passages) {
        let note = from.background.is_note(text.values(), &p.places[0], from.recipe);
        let count = match p.period {
            Some(period) => p.places.iter().map(|r| r.len() as u32 / period).sum(),
            None => p.places.len() as u32,
        };
        let RepeatedPassage { key, tokens, paragraph, period, places } = p;
        let period = period.unwrap_or(0);
        let mut spans = spans.by_ref().take(places.len()).peekable();
        let Some(&first) = spans.peek() else { continue };
        out.extend(spans.map(|span| Occurrence {
            key,
            class,
            first,
            number,
            span,
            tokens,
            period,
            count,
            paragraph,
            note,
        }));
    }
    out
}

/// The paragraphs of one text that occur in enough other texts: their exact keys are in `across`.
fn paragraphs_across(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    across: &SortedHashes,
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out: Vec<RepeatedPassage> = Vec::new();
    for p in paragraphs {
        let key = paragraph_key(tokens, p);
        if across.place(key).is_some() && word_count(tokens, p) >= t.repeat_paragraph {
            let places = std::iter::once(p.clone()).collect();
            out.push(RepeatedPassage {
                key,
                tokens: p.len() as u32,
                paragraph: true,
                period: None,
                places,
            });
        }
    }
    out
}

/// The passages of one text that the same set of texts shares: runs of windows with one mark.
fn passages_across(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    shared: &SharedWindows,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out = Vec::new();
    if shared.is_empty() {
        return out;
    }
    let mut windows = Shingles::default();
    shingles(tokens, recipe.anchor, &mut windows);
    let mark = |i: u32| shared.mark(*windows.hashes.get(i as usize)?);
    for p in paragraphs {
        let mut i = p.start;
        while i < p.end {
            let Some(first) = mark(i).filter(|_| windows.ends[i as usize] <= p.end) else {
                i += 1;
                continue;
            };
            let mut last = i;
            while last + 1 < p.end
                && windows.ends.get(last as usize + 1).is_some_and(|&e| e <= p.end)
                && mark(last + 1) == Some(first)
            {
                last += 1;
            }
            let range = i..windows.ends[last as usize];
            if range != *p && word_count(tokens, &range) >= t.repeat_passage {
                let (key, len) = (paragraph_key(tokens, &range), range.len() as u32);
                let places = std::iter::once(range).collect();
                out.push(RepeatedPassage {
                    key,
                    tokens: len,
                    paragraph: false,
                    period: None,
                    places,
                });
            }
            i = last + 1;
        }
    }
    out
}

/// The keys of paragraphs that occur in enough texts, in order.
pub fn keys_across(paragraphs: &SortedRun, least: usize) -> Result<Vec<u64>> {
    keys_of_groups(paragraphs, |group| group.len() >= least)
}

/// The keys of paragraphs that are `twice` in one text, and in several, but in too few to be found
/// by that number alone; in order.
pub fn keys_beside(paragraphs: &SortedRun, mut twice: Vec<u64>, least: usize) -> Result<Vec<u64>> {
    twice.sort_unstable();
    twice.dedup();
    keys_of_groups(paragraphs, |g| g.len() < least && twice.binary_search(&g[0].key()).is_ok())
}

/// The keys that are in two texts or more and that `keep` accepts, in order.
fn keys_of_groups(run: &SortedRun, keep: impl Fn(&[Posting]) -> bool + Sync) -> Result<Vec<u64>> {
    let of_part =
        |part: Part| part.groups().filter(|g| keep(g)).map(|g| g[0].key()).collect::<Vec<u64>>();
    Ok(run.map(KeyRange::ALL, of_part)?.concat())
}

/// The classes that hold one of the keys (sorted), which are all in two texts or more.
pub fn classes_of_keys(run: &SortedRun, keys: &[u64]) -> Result<Vec<u32>> {
    let of_part = |part: Part| {
        let groups = part.groups().filter(|g| keys.binary_search(&g[0].key()).is_ok());
        let mut classes: Vec<u32> = groups.flatten().map(|p| p.unit).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    };
    let mut classes = run.map(KeyRange::ALL, of_part)?.concat();
    classes.par_sort_unstable();
    classes.dedup();
    Ok(classes)
}
