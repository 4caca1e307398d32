//! Owns: the search for set phrases: passages that text after text has, week after week. Never:
//! decides about a pair of texts, or reads one.
//!
//! The background paragraph of a running story is in many texts too, for days; the opening of a
//! market report and the terms of a loan are in some text of each week. So the days of its texts
//! show a set phrase, and not their number.

use crate::engine::series::{ISSUES, issues};
use crate::engine::sketch::Classes;
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::thresholds::Thresholds;
use crate::pair::metadata::day;
use crate::postings::posting::Posting;
use rayon::prelude::*;

/// The least number of texts that have a set phrase.
const TEXTS: usize = 5;

/// The anchors of set phrases, sorted. Without dates there are none. Cost: a pass over the postings
/// of anchors, and a sort of the days of each that five texts or more have.
pub fn set_phrases(
    documents: &dyn Documents,
    all: &Classes,
    anchors: &SortedRun,
    t: &Thresholds,
) -> Result<Vec<u64>> {
    if t.series_days == 0 {
        return Ok(Vec::new());
    }
    let of_class =
        |&document: &u32| documents.fields(document as usize).date.as_deref().and_then(day);
    let days: Vec<Option<i64>> = all.first.par_iter().map(of_class).collect();
    if days.iter().all(Option::is_none) {
        return Ok(Vec::new());
    }
    let is_set = |group: &[Posting]| {
        group.len() >= TEXTS && {
            let mut own: Vec<i64> = group.iter().filter_map(|p| days[p.unit as usize]).collect();
            own.sort_unstable();
            comes_again(&own, t)
        }
    };
    let chosen = anchors.map(KeyRange::ALL, |part| {
        part.groups()
            .filter(|group| is_set(group))
            .map(|group| group[0].key())
            .collect::<Vec<u64>>()
    })?;
    let mut keys: Vec<u64> = chosen.into_iter().flatten().collect();
    keys.par_sort_unstable();
    Ok(keys)
}

/// Whether texts of these days, sorted, are enough, and as many issues as make a series.
fn comes_again(days: &[i64], t: &Thresholds) -> bool {
    days.len() >= TEXTS && issues(days.iter().copied(), t) >= ISSUES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_lives_for_days_and_a_phrase_for_weeks() {
        let comes_again = |days: &[i64]| comes_again(days, &Thresholds::default());
        assert!(comes_again(&[0, 1, 7, 8, 14]));
        assert!(!comes_again(&[0, 1, 2, 3, 4, 5, 6]), "a story");
        assert!(!comes_again(&[0, 1, 2, 3, 10]), "a story and what it is recalled in");
        assert!(!comes_again(&[0, 7, 14, 21]), "too few");
        assert!(!comes_again(&[]));
    }
}
