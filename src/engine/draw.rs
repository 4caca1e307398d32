//! Owns: sorted postings to the background. Never: a pair.

use crate::engine::gather::Gathered;
use crate::pair::background::Background;
use crate::pair::candidate::{Posting, groups, most_of_a_source};
use crate::pair::thresholds::Thresholds;

/// A word that stands in more than one in this many texts is common: its agreement says nothing.
const COMMON: u64 = 50;
/// Fewer texts than this make no word common.
const COMMON_TEXTS: u64 = 20;
/// A word is frequent in more than this part of the texts that would make it common: the step between the wording of a template and the words of
/// a story …
const FREQUENT: u64 = 8;
/// … and in more texts than this: eight outlets may print one story.
const FREQUENT_TEXTS: u64 = 8;

/// What the corpus tells about its texts; postings must be sorted.
pub fn background(all: &Gathered, t: &Thresholds) -> Background {
    let classes = all.first.len() as u64;
    let least = (classes / COMMON).max(COMMON_TEXTS);
    let keys = |postings: &[Posting]| -> Vec<u64> {
        groups(postings).filter(|g| is_boilerplate(g, all, t)).map(|g| g[0].key()).collect()
    };
    let slots = |over: u64, to: u64| -> Vec<u32> {
        let inside = all.words.iter().zip(0..).filter(|(n, _)| (over + 1..=to).contains(&u64::from(**n)));
        inside.map(|(_, slot)| slot).collect()
    };
    let (common, frequent) = (slots(least, u64::MAX), slots((least / FREQUENT).max(FREQUENT_TEXTS), least));
    Background::new(classes, keys(&all.paragraphs), keys(&all.anchors), common, frequent)
}

/// Many texts of one source hold it; or, where sources are not known, more than a share of all texts.
fn is_boilerplate(group: &[Posting], all: &Gathered, t: &Thresholds) -> bool {
    if (group.len() as u32) < t.boilerplate_classes {
        return false;
    }
    let (of_one, unknown) = most_of_a_source(group, |class| all.source[class as usize]);
    let share = t.boilerplate_share * all.first.len() as f64;
    of_one >= t.boilerplate_classes || (unknown >= t.boilerplate_classes && f64::from(unknown) > share)
}
