//! Owns: the computation of the background from sorted postings. Never: looks at a pair.

use crate::engine::notes::NoteSearch;
use crate::engine::scan_job::ScanJob;
use crate::engine::series::series;
use crate::engine::set_phrases::set_phrases;
use crate::engine::sketch::{Classes, Keys, Sketches};
use crate::engine::sorted_run::{KeyRange, SortedRun};
#[cfg(feature = "stages")]
use crate::engine::stage_data::StageData;
use crate::error::Result;
use crate::model::thresholds::Thresholds;
use crate::pair::background::{Background, lower_case_slots, word_slots};
use crate::postings::policy::most_of_a_source;
use crate::postings::posting::Posting;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;

/// Two texts are versions of one story only if their shared anchors, all of them frequent, are at
/// least this part of the anchors of the longer text.
const VERSIONS_SHARE: f64 = 0.3;
/// In versions of one story, less than this part of the shared frequent anchors occurs in one and
/// the same number of texts: people change words in different places. Text that a machine puts
/// under its pages occurs in all of them.
const MAX_SAME_FREQUENCY_SHARE: f64 = 0.5;
/// The number of text pairs that are looked at for each frequent key.
const PAIRS: usize = 8;
/// The number of frequent keys of a text that are looked at in each pair.
const SAMPLE: usize = 1024;

/// What the corpus shows about its texts, and what was not looked at.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct BackgroundOfCorpus {
    /// The background.
    pub background: Background,
    /// A document of each passage that was not looked at as a note.
    pub notes_left_out: Vec<u32>,
}

#[cfg(feature = "stages")]
impl StageData for BackgroundOfCorpus {
    const KIND: &'static str = "background";
    const VERSION: u32 = 2;
}

/// What the corpus shows about its texts.
pub fn background(
    job: &ScanJob,
    sketches: &Sketches,
    keys: &Keys<SortedRun>,
) -> Result<BackgroundOfCorpus> {
    let ScanJob { documents, recipe, thresholds: t, options, progress, .. } = *job;
    let Sketches { classes: all, words, capitals, edges, .. } = sketches;
    let classes = all.first.len() as u64;
    let anchors = keys.anchors.chosen(KeyRange::ALL, |g| is_frequent(g, all, t))?;
    let anchors: Vec<&[Posting]> = anchors.groups().collect();
    let paragraphs = keys.paragraphs.chosen(KeyRange::ALL, |g| is_frequent(g, all, t))?;
    let paragraphs: Vec<&[Posting]> = paragraphs.groups().collect();
    let stories = StoryTest::new(all, &anchors);
    let boilerplate = |groups: &[&[Posting]]| -> Vec<u64> {
        groups.iter().filter(|g| !stories.is_story_text(g)).map(|g| g[0].key()).collect()
    };
    let (common, frequent) = word_slots(words, classes);
    let background =
        Background::new(classes, boilerplate(&paragraphs), boilerplate(&anchors), common, frequent)
            .with_lower_case(lower_case_slots(words, capitals));
    let search = NoteSearch { documents, all, recipe, thresholds: t, options, progress };
    let notes = search.windows(keys, edges, &background)?;
    let background = background.with_notes(notes.windows);
    let series = series(documents, all, &background, recipe, t, progress)?;
    let phrases = set_phrases(documents, all, &keys.anchors, t)?;
    let background = background.with_series(series).with_set_phrases(phrases);
    Ok(BackgroundOfCorpus { background, notes_left_out: notes.left_out })
}

/// Whether enough texts of one source hold a key or, where sources are not known, more than a share
/// of all texts.
fn is_frequent(group: &[Posting], all: &Classes, t: &Thresholds) -> bool {
    if (group.len() as u32) < t.boilerplate_classes {
        return false;
    }
    let (of_one, unknown) = most_of_a_source(group, |class| all.source[class as usize]);
    let share = t.boilerplate_share * all.first.len() as f64;
    of_one >= t.boilerplate_classes
        || (unknown >= t.boilerplate_classes && f64::from(unknown) > share)
}

/// Distinguishes a story that many outlets print from boilerplate.
struct StoryTest<'g> {
    frequent: &'g [&'g [Posting]],
    /// Pairs of a class and the number of a frequent anchor that it holds, sorted.
    held: Vec<(u32, u32)>,
    /// The number of anchors of each class.
    anchors: &'g [u32],
    /// The pairs that were looked at, and whether they are versions of one story.
    known: RefCell<HashMap<(u32, u32), bool>>,
}

impl<'g> StoryTest<'g> {
    /// Makes the test. Cost: a sort of the postings of frequent anchors.
    fn new(all: &'g Classes, frequent: &'g [&'g [Posting]]) -> StoryTest<'g> {
        let mut held: Vec<(u32, u32)> = frequent
            .iter()
            .zip(0..)
            .flat_map(|(g, n)| g.iter().map(move |p| (p.unit, n)))
            .collect();
        held.sort_unstable();
        StoryTest { frequent, held, anchors: &all.anchors, known: RefCell::default() }
    }

    /// Whether a frequent key is text of a story: of the texts that hold it, most of the
    /// consecutive pairs looked at are versions of one story.
    fn is_story_text(&self, group: &[Posting]) -> bool {
        let pairs = PAIRS.min(group.len());
        let versions = (0..pairs).filter(|i| {
            let at = i * group.len() / pairs;
            self.are_versions(group[at].unit, group[(at + 1) % group.len()].unit)
        });
        2 * versions.count() > pairs
    }

    fn are_versions(&self, a: u32, b: u32) -> bool {
        *self.known.borrow_mut().entry((a, b)).or_insert_with(|| self.share_edited_text(a, b))
    }

    fn share_edited_text(&self, a: u32, b: u32) -> bool {
        let mut numbers: Vec<usize> = Vec::new();
        let (mut x, mut y) = (self.of(a), self.of(b));
        // Of long texts a sample is enough: the keys up to one hash, as keys are numbered by hash.
        let sampled = [x, y].into_iter().filter_map(|keys| Some(keys.get(SAMPLE)?.1)).min();
        if let Some(end) = sampled {
            x = &x[..x.partition_point(|key| key.1 < end)];
            y = &y[..y.partition_point(|key| key.1 < end)];
        }
        let share = sampled.map_or(1.0, |end| f64::from(end) / self.frequent.len() as f64);
        let (mut i, mut j) = (0, 0);
        while i < x.len() && j < y.len() {
            if x[i].1 == y[j].1 {
                numbers.push(self.frequent[x[i].1 as usize].len());
            }
            let (left, right) = (x[i].1, y[j].1);
            i += usize::from(left <= right);
            j += usize::from(right <= left);
        }
        let anchors = |class: u32| self.anchors.get(class as usize).copied().unwrap_or(0);
        if numbers.is_empty()
            || (numbers.len() as f64)
                < share * VERSIONS_SHARE * f64::from(anchors(a).max(anchors(b)))
        {
            return false;
        }
        numbers.sort_unstable();
        let most = numbers.chunk_by(|x, y| x == y).map(<[_]>::len).max().unwrap_or(0);
        (most as f64) < MAX_SAME_FREQUENCY_SHARE * numbers.len() as f64
    }

    fn of(&self, class: u32) -> &[(u32, u32)] {
        let from = self.held.partition_point(|h| h.0 < class);
        let to = from + self.held[from..].partition_point(|h| h.0 == class);
        &self.held[from..to]
    }
}
