//! Owns: the windows that enough families of near-copies share near their frequent anchors. Never:
//! makes passages of them.

use crate::engine::class_reader::ClassReader;
use crate::engine::compare::Verifier;
use crate::engine::sorted_lists::{MergedLists, SortedLists};
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::pair::hash_directory::{HashDirectory, SortedHashes};
use crate::postings::posting::{Posting, class_set_hash};
use crate::postings::run::Part;
use crate::sketch::anchor::is_anchor;
use crate::sketch::recipe::Recipe;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::TokenValues;
use rayon::prelude::*;
use std::ops::Range;

/// Windows that texts share, each with a mark of the set of these texts.
pub struct SharedWindows {
    windows: SortedHashes,
    /// The mark of each window, in the order of the windows.
    marks: Vec<u64>,
}

impl SharedWindows {
    /// Windows in order, and the mark of each.
    pub fn new(windows: Vec<u64>, marks: Vec<u64>) -> SharedWindows {
        SharedWindows { windows: SortedHashes::new(windows), marks }
    }

    /// The windows, and the mark of each.
    #[cfg(feature = "stages")]
    pub fn into_windows(self) -> (Vec<u64>, Vec<u64>) {
        (self.windows.into_hashes(), self.marks)
    }

    /// Whether no window is shared.
    pub fn is_empty(&self) -> bool {
        self.windows.hashes().is_empty()
    }

    /// The mark of a window, if it is shared.
    #[inline]
    pub fn mark(&self, window: u64) -> Option<u64> {
        self.windows.place(window).map(|place| self.marks[place])
    }
}

/// The number of families that are told apart without a sort.
const FEW: usize = 8;

/// Whether a key occurs in so many families of near-copies. A piece of a paragraph counts only
/// across families: inside one family it merely shows where copies were edited.
pub fn is_in_families(group: &[Posting], family: &[u32], least: usize) -> bool {
    if group.len() < least {
        return false;
    }
    let mut families = group.iter().map(|p| family[p.unit as usize]);
    if least > FEW {
        let mut all: Vec<u32> = families.collect();
        all.sort_unstable();
        all.dedup();
        return all.len() >= least;
    }
    let (mut seen, mut count) = ([0; FEW], 0);
    count >= least
        || families.any(|family| {
            if !seen[..count].contains(&family) {
                seen[count] = family;
                count += 1;
            }
            count >= least
        })
}

/// The anchors that enough families hold.
pub struct FrequentAnchors {
    /// The anchors, sorted.
    pub keys: Vec<u64>,
    /// The classes that hold two of them with the same set of classes, sorted. The anchors of one
    /// passage have the same set; those of two set phrases do not.
    pub near: Vec<u32>,
}

/// The lists of one search for shared windows may take one part in so many of the memory.
const LISTS_PART: u64 = 8;

/// The anchors that enough families of near-copies hold.
pub fn frequent_anchors(
    anchors: &SortedRun,
    family: &[u32],
    from: &Verifier,
) -> Result<FrequentAnchors> {
    let Verifier { thresholds: t, options, progress, .. } = *from;
    let least = t.repeat_classes as usize;
    let (mut keys, mut marks) = (Vec::new(), SortedLists::new(options, LISTS_PART));
    for parts in anchors.batches(options.part_of_memory(LISTS_PART) / size_of::<ClassMark>()) {
        let of_part = |part: Part| frequent_of(part, family, least);
        let mut list: Vec<ClassMark> = Vec::new();
        for (of_part, marks) in anchors.map_parts(parts, KeyRange::ALL, of_part)? {
            keys.extend(of_part);
            list.extend(marks);
        }
        list.par_sort_unstable();
        marks.add(list)?;
    }
    progress.spilled(marks.scratch_bytes());
    Ok(FrequentAnchors { keys, near: near_frequent(marks.merged(progress)?)? })
}

/// A class with the mark of the set of classes that hold one of its anchors.
pub type ClassMark = (u32, u64);

/// Those of some anchors that enough families hold, in order, and the classes that hold each.
pub fn frequent_of(part: Part, family: &[u32], least: usize) -> (Vec<u64>, Vec<ClassMark>) {
    let (mut keys, mut marks) = (Vec::new(), Vec::new());
    for group in part.groups().filter(|g| is_in_families(g, family, least)) {
        let mark = class_set_hash(group);
        keys.push(group[0].key());
        marks.extend(group.iter().map(|p| (p.unit, mark)));
    }
    (keys, marks)
}

/// The classes that have one mark twice.
pub fn near_frequent(mut marks: MergedLists<'_, ClassMark>) -> Result<Vec<u32>> {
    let (mut near, mut last) = (Vec::new(), None);
    while let Some(mark) = marks.next()? {
        if last == Some(mark) && near.last() != Some(&mark.0) {
            near.push(mark.0);
        }
        last = Some(mark);
    }
    Ok(near)
}

/// The number of texts whose windows are in memory twice.
const BATCH: usize = 4096;

/// The windows of texts near their frequent anchors, as postings.
pub struct WindowLists {
    lists: SortedLists<Posting>,
    /// Those that are not sorted yet.
    waiting: Vec<Posting>,
    /// As many may wait.
    most: usize,
}

impl WindowLists {
    /// No window yet.
    pub fn new(options: &RunOptions) -> WindowLists {
        let most = options.part_of_memory(4 * LISTS_PART) / size_of::<Posting>();
        let lists = SortedLists::new(options, LISTS_PART);
        WindowLists { lists, waiting: Vec::new(), most }
    }

    /// Adds the windows of the texts of these classes, which are in order behind those that came
    /// before, and keeps some of their tokens.
    pub fn read(
        &mut self,
        near: &[u32],
        reader: &mut ClassReader,
        anchors: &NearAnchors,
    ) -> Result<()> {
        for near in near.chunks(BATCH) {
            let windows = reader.map_and_keep(near, |class, text| {
                let windows = anchors.windows(text.values(), text.paragraphs());
                windows.into_iter().map(|k| Posting::new(k, class)).collect::<Vec<_>>()
            })?;
            self.waiting.extend(windows.into_iter().flatten());
            if self.waiting.len() >= self.most {
                self.sort()?;
            }
        }
        Ok(())
    }

    /// Adds the windows of other texts, in any order.
    #[cfg(feature = "stages")]
    pub fn add(&mut self, windows: impl Iterator<Item = Posting>) -> Result<()> {
        self.waiting.extend(windows);
        self.sort()
    }

    fn sort(&mut self) -> Result<()> {
        let mut postings = std::mem::take(&mut self.waiting);
        postings.par_sort_unstable();
        postings.dedup();
        self.lists.add(postings)
    }

    /// All windows, in order.
    pub fn merged(mut self, progress: &dyn Progress) -> Result<MergedLists<'_, Posting>> {
        self.sort()?;
        progress.spilled(self.lists.scratch_bytes());
        self.lists.merged(progress)
    }

    /// The windows that enough families hold, each with a mark of the set of its classes; and the
    /// classes that hold some, each with their number.
    pub fn shared(
        self,
        family: &[u32],
        least: usize,
        progress: &dyn Progress,
    ) -> Result<(SharedWindows, Vec<(u32, u32)>)> {
        let mut held = vec![0u32; family.len()];
        let (mut windows, mut marks) = (Vec::new(), Vec::new());
        let (mut merged, mut group) = (self.merged(progress)?, Vec::new());
        loop {
            // A text is in one list only, so that no posting is in two.
            merged.next_group(&mut group, |p| p.key())?;
            let Some(first) = group.first() else { break };
            if is_in_families(&group, family, least) {
                group.iter().for_each(|p| held[p.unit as usize] += 1);
                windows.push(first.key());
                marks.push(class_set_hash(&group));
            }
        }
        let held = (0..).zip(held).filter(|held| held.1 > 0).collect();
        Ok((SharedWindows::new(windows, marks), held))
    }
}

/// The number of shared windows from which on a text may hold a shared passage.
pub fn passage_windows(recipe: &Recipe, t: &Thresholds) -> u32 {
    t.repeat_passage.saturating_sub(recipe.anchor) + 1
}

/// The keys of frequent anchors, of which most anchors of a text are none, and how far around them
/// windows are taken.
pub struct NearAnchors<'k> {
    sorted: &'k [u64],
    directory: HashDirectory,
    recipe: &'k Recipe,
    reach: u32,
}

impl<'k> NearAnchors<'k> {
    /// Takes the anchors, sorted.
    pub fn new(sorted: &'k [u64], recipe: &'k Recipe, t: &Thresholds) -> NearAnchors<'k> {
        let directory = HashDirectory::new(sorted);
        NearAnchors { sorted, directory, recipe, reach: t.repeat_passage }
    }

    /// The windows that can belong to a passage with two frequent anchors, that is, those within
    /// the length of a passage from one.
    fn windows(&self, tokens: TokenValues, paragraphs: &[Range<u32>]) -> Vec<u64> {
        let mut windows = Shingles::default();
        shingles(tokens, self.recipe.anchor, &mut windows);
        let mut out = Vec::new();
        let reach = self.reach;
        for p in paragraphs {
            let mut next = p.start;
            for i in p.start..p.end {
                let Some(&hash) = windows.hashes.get(i as usize) else { break };
                if !is_anchor(hash, self.recipe.anchor_rate)
                    || !self.directory.holds(self.sorted, hash)
                {
                    continue;
                }
                let to = (i + reach).min(p.end).min(windows.hashes.len() as u32);
                for j in next.max(i.saturating_sub(reach)).max(p.start)..to {
                    if windows.ends[j as usize] <= p.end {
                        out.push(windows.hashes[j as usize]);
                    }
                }
                next = next.max(to);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn a_window_has_its_mark(
            windows in prop::collection::vec((any::<u64>(), any::<u64>()), 0..40), other: u64,
        ) {
            let marks: BTreeMap<u64, u64> = windows.iter().copied().collect();
            let (sorted, of_each) = marks.iter().map(|(window, mark)| (*window, *mark)).unzip();
            let shared = SharedWindows::new(sorted, of_each);
            for window in windows.iter().map(|w| w.0).chain([other]) {
                prop_assert_eq!(shared.mark(window), marks.get(&window).copied());
            }
        }

        #[test]
        fn few_families_are_counted_without_a_sort(
            units in prop::collection::vec(0u32..20, 0..30), least in 0usize..12,
        ) {
            let family: Vec<u32> = (0..20).map(|unit| unit / 2).collect();
            let group: Vec<Posting> = units.iter().map(|&unit| Posting::new(7, unit)).collect();
            let mut all: Vec<u32> = units.iter().map(|&unit| family[unit as usize]).collect();
            all.sort_unstable();
            all.dedup();
            prop_assert_eq!(is_in_families(&group, &family, least), all.len() >= least);
        }
    }
}
