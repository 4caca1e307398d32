//! Owns: the search for series: titles under which different texts come again and again. Never:
//! decides about a pair of texts.

use crate::align::steps::Steps;
use crate::engine::sketch::Classes;
use crate::error::{Error, Result};
use crate::model::document::Documents;
use crate::model::options::Progress;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::compare::have_other_figures;
use crate::pair::masked::MaskedText;
use crate::pair::metadata::Metadata;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;

/// The number of issues that make a series: texts under one title, each so many days after the one
/// before that it is no copy of it. A story that many outlets print is one issue.
pub const ISSUES: usize = 3;
/// The number of different numbers in a title from which on they count the issues of a series,
/// whatever the time between these.
const NUMBERS: usize = 4;
/// The number of pairs of texts under one title that are compared.
const PAIRS: usize = 8;
/// The number of these pairs with other figures from which on the texts are issues of a series, if
/// no more pairs have the same figures: one version of a story may correct another one.
const PAIRS_WITH_OTHER_FIGURES: usize = 2;

/// A text under its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Issue {
    /// The key of the title.
    title: u64,
    /// The day of the text, where one is known.
    day: Option<i64>,
    class: u32,
    /// The key of the numbers of the title.
    numbers: u64,
}

/// The keys of the titles under which different texts come again and again, sorted: over weeks,
/// with four different numbers in the title, or with other figures in one wording. Cost: a sort of
/// the titles, and a comparison of a few pairs of texts for each title of three texts or more.
pub fn series(
    documents: &dyn Documents,
    all: &Classes,
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
    progress: &dyn Progress,
) -> Result<Vec<u64>> {
    if t.series_days == 0 {
        return Ok(Vec::new());
    }
    let issue = |class: u32| {
        let metadata = Metadata::new([documents.fields(all.first[class as usize] as usize)]);
        let (title, day) = (metadata.titles.first()?, metadata.first_day());
        Some(Issue { title: title.key(), day, class, numbers: title.number_key() })
    };
    let mut issues: Vec<Issue> =
        (0..all.first.len() as u32).into_par_iter().filter_map(issue).collect();
    issues.par_sort_unstable();
    let read = |issue: Issue| -> Result<MaskedText> {
        let text = documents.text(all.first[issue.class as usize] as usize)?;
        progress.tokenized(text.len() as u64);
        Ok(MaskedText::new(text, background, recipe))
    };
    let mostly_other_figures = |texts: &[Issue]| -> Result<bool> {
        let (mut other, mut same) = (0, 0);
        let pairs = PAIRS.min(texts.len());
        for i in 0..pairs {
            if progress.cancelled() {
                return Err(Error::Cancelled);
            }
            let at = i * texts.len() / pairs;
            let (a, b) = (read(texts[at])?, read(texts[(at + 1) % texts.len()])?);
            let stop = || progress.cancelled();
            let steps = Steps::new(&stop);
            let found = have_other_figures(&a, &b, background, t, &steps);
            progress.compared(steps.taken());
            if steps.is_stopped() {
                return Err(Error::Cancelled);
            }
            match found {
                Some(true) => other += 1,
                Some(false) => same += 1,
                None => {}
            }
        }
        Ok(other >= PAIRS_WITH_OTHER_FIGURES && other >= same)
    };
    let titles: Vec<&[Issue]> =
        issues.chunk_by(|x, y| x.title == y.title).filter(|texts| texts.len() >= ISSUES).collect();
    let of_series = |texts: &[Issue]| -> Result<Option<u64>> {
        let again = come_again(texts, t) || mostly_other_figures(texts)?;
        Ok(again.then_some(texts[0].title))
    };
    let found: Result<Vec<Option<u64>>> = titles.into_par_iter().map(of_series).collect();
    Ok(found?.into_iter().flatten().collect())
}

/// Whether texts under one title, in the order of their days, come again over weeks or under many
/// numbers.
fn come_again(texts: &[Issue], t: &Thresholds) -> bool {
    let dated = || texts.iter().filter_map(|issue| Some((issue.day?, issue.numbers)));
    let mut numbers: Vec<u64> = dated().map(|(_, numbers)| numbers).collect();
    numbers.sort_unstable();
    numbers.dedup();
    issues(dated().map(|(day, _)| day), t) >= ISSUES || numbers.len() >= NUMBERS
}

/// The number of issues among texts of these days, in order: each so many days after the one before
/// that it is no copy of it.
pub fn issues(days: impl Iterator<Item = i64>, t: &Thresholds) -> usize {
    let (mut issues, mut last) = (0, i64::MIN);
    for day in days {
        if day >= last.saturating_add(i64::from(t.series_days)) {
            (issues, last) = (issues + 1, day);
        }
    }
    issues
}
