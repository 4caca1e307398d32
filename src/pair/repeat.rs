//! Owns: what occurs several times in one text: paragraphs, passages, periodic runs. Never: looks
//! at other texts.

use crate::hash::{self, ByHash};
use crate::model::thresholds::Thresholds;
use crate::pair::repeated_windows::RepeatedWindows;
use crate::sketch::fingerprint::paragraph_key;
use crate::text::token::{TokenValues, WORD};
use std::ops::Range;

/// A passage and the token ranges at which it occurs in one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedPassage {
    /// The hash of its tokens, or of the tokens of one period where it is periodic.
    pub key: u64,
    /// Its length in tokens (of one period).
    pub tokens: u32,
    /// Whether it is a whole paragraph at each place.
    pub paragraph: bool,
    /// For a run that repeats itself without a break: the period in tokens. The one place is then
    /// the whole run.
    pub period: Option<u32>,
    /// The token ranges at which it occurs.
    pub places: Vec<Range<u32>>,
}

/// Paragraphs that occur twice, runs with a short period, and other passages that occur twice
/// inside paragraphs. Cost: linear except for sorts. Memory: a byte or two a token, and about
/// twenty for each different window that occurs twice.
pub fn inside<'t>(
    tokens: impl Into<TokenValues<'t>>,
    paragraphs: &[Range<u32>],
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let tokens = tokens.into();
    let windows = RepeatedWindows::new(tokens, t.repeat_passage);
    let runs = periodic(tokens, paragraphs, &windows);
    let mut out: Vec<RepeatedPassage> = runs.iter().map(|r| periodic_passage(tokens, r)).collect();
    repeated_paragraphs(tokens, paragraphs, &runs, t, &mut out);
    out.extend(repeated_passages(tokens, paragraphs, windows, &runs));
    out.sort_unstable_by_key(|p| (p.places[0].start, p.places[0].end, p.key));
    out
}

/// The length of a token range in words.
pub fn word_count<'t>(tokens: impl Into<TokenValues<'t>>, range: &Range<u32>) -> u32 {
    let kinds = &tokens.into().kinds[range.start as usize..range.end as usize];
    (kinds.iter().map(|k| u64::from(k.length())).sum::<u64>() / u64::from(WORD)) as u32
}

/// A run of more tokens than this is followed once, however many others come between; there are not
/// so many of them.
const LONG_RUN: u32 = 64;

/// A run that repeats itself without a break, and its period in tokens.
type PeriodicRun = (Range<u32>, u32);

/// Maximal runs of two periods or more in which each token equals the one `period` tokens before
/// it, in order and apart. A run whose period is a window or longer does not cross a paragraph
/// border, because whole paragraphs that alternate are repeats of their own.
fn periodic(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    windows: &RepeatedWindows,
) -> Vec<PeriodicRun> {
    const NEVER: u32 = u32::MAX;
    let mut last = vec![NEVER; windows.keys()];
    let mut out: Vec<PeriodicRun> = Vec::new();
    let hashes = tokens.hashes;
    // The period seen last and the end to which its run has been followed; for each period, that of
    // its last long run, as passages out of such a run may come between.
    let (mut followed, mut end) = (0, 0);
    let mut long: ByHash<u32> = ByHash::default();
    for (i, key, window_end) in windows.iter() {
        let before = std::mem::replace(&mut last[key], i);
        if before == NEVER {
            continue;
        }
        let period = i - before;
        let floor = out.last().map_or(0, |r| r.0.end);
        let of_long = || long.get(&hash::mix(period.into())).is_some_and(|end| i < *end);
        if i < floor || (i < end && period == followed) || of_long() {
            continue;
        }
        let bounds = if period < window_end - i {
            floor..hashes.len() as u32
        } else {
            let own = &paragraphs[paragraphs.partition_point(|p| p.end <= i)];
            own.start.max(floor)..own.end
        };
        if before < bounds.start || window_end > bounds.end {
            continue;
        }
        (followed, end) = (period, window_end);
        while end < bounds.end && hashes[end as usize] == hashes[(end - period) as usize] {
            end += 1;
        }
        let mut start = before;
        while start > bounds.start
            && hashes[start as usize - 1] == hashes[(start + period) as usize - 1]
        {
            start -= 1;
        }
        if end - start >= 2 * period {
            out.push((start..end, period));
        } else if end - start > period + LONG_RUN {
            long.insert(hash::mix(period.into()), end);
        }
    }
    out
}

fn periodic_passage(tokens: TokenValues, (run, period): &PeriodicRun) -> RepeatedPassage {
    let one = run.start..run.start + period;
    RepeatedPassage {
        key: paragraph_key(tokens, &one) ^ 1,
        tokens: *period,
        paragraph: false,
        period: Some(*period),
        places: std::iter::once(run.clone()).collect(),
    }
}

/// Appends the paragraphs that occur twice, without those inside a periodic run.
fn repeated_paragraphs(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    runs: &[PeriodicRun],
    t: &Thresholds,
    out: &mut Vec<RepeatedPassage>,
) {
    let free = |p: &Range<u32>| {
        let before = runs.partition_point(|r| r.0.start <= p.start);
        before.checked_sub(1).is_none_or(|n| runs[n].0.end < p.end)
    };
    let mut keyed: Vec<(u64, u32)> = (0u32..)
        .zip(paragraphs)
        .filter(|(_, p)| word_count(tokens, p) >= t.repeat_paragraph && free(p))
        .map(|(n, p)| (paragraph_key(tokens, p), n))
        .collect();
    keyed.sort_unstable();
    for group in keyed.chunk_by(|x, y| x.0 == y.0).filter(|group| group.len() > 1) {
        let places: Vec<Range<u32>> =
            group.iter().map(|&(_, n)| paragraphs[n as usize].clone()).collect();
        let tokens = places[0].len() as u32;
        out.push(RepeatedPassage {
            key: group[0].0,
            tokens,
            paragraph: true,
            period: None,
            places,
        });
    }
}

/// Maximal passages inside paragraphs that occur at least twice and are not whole paragraphs at
/// every place.
fn repeated_passages(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    windows: RepeatedWindows,
    runs: &[PeriodicRun],
) -> Vec<RepeatedPassage> {
    let occurrences = Occurrences::new(paragraphs, windows, runs);
    let mut out = Vec::new();
    let mut done = 0;
    for i in occurrences.windows.starts() {
        if i < done {
            continue;
        }
        let Some((places, mut end)) = occurrences.at(i).filter(|(places, _)| places[0] == i) else {
            continue;
        };
        let mut last = i;
        while let Some((next, further)) = occurrences.at(last + 1)
            && is_shifted(next, places, last + 1 - i)
        {
            (last, end) = (last + 1, further);
        }
        done = last + 1;
        // Places never overlap: passages that would overlap are periodic and were left out above.
        let round = places.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(u32::MAX);
        let len = (end - i).min(round);
        let ranges: Vec<Range<u32>> = places.iter().map(|&p| p..p + len).collect();
        if ranges.iter().all(|r| {
            paragraphs.binary_search_by_key(&(r.start, r.end), |p| (p.start, p.end)).is_ok()
        }) {
            continue;
        }
        out.push(RepeatedPassage {
            key: paragraph_key(tokens, &ranges[0]),
            tokens: len,
            paragraph: false,
            period: None,
            places: ranges,
        });
    }
    out
}

/// Whether these are the places of `from`, each so many tokens further on.
fn is_shifted(places: &[u32], from: &[u32], by: u32) -> bool {
    places.len() == from.len() && places.iter().zip(from).all(|(x, y)| *x == y + by)
}

/// The places of the windows that begin and end in one paragraph and touch no periodic run.
struct Occurrences<'t> {
    windows: RepeatedWindows<'t>,
    /// The end of the places of each key.
    ends: Vec<u32>,
    /// The first tokens of the windows, by key, ascending.
    places: Vec<u32>,
}

impl<'t> Occurrences<'t> {
    fn new(
        paragraphs: &[Range<u32>],
        mut windows: RepeatedWindows<'t>,
        runs: &[PeriodicRun],
    ) -> Occurrences<'t> {
        let (mut paragraph, mut run) = (0, 0);
        windows.retain(|start, end| {
            while paragraph < paragraphs.len() && paragraphs[paragraph].end <= start {
                paragraph += 1;
            }
            while run < runs.len() && runs[run].0.end <= start {
                run += 1;
            }
            let circular = runs.get(run).is_some_and(|r| r.0.start < end && start < r.0.end);
            paragraphs.get(paragraph).is_some_and(|p| end <= p.end) && !circular
        });
        // Counted, then added up to where the places of each key begin; as places are filled in,
        // the beginnings become the ends.
        let mut ends = vec![0u32; windows.keys()];
        // To look a key up in a long text is to wait for the memory.
        let mut keys = Vec::with_capacity(windows.len());
        for (_, key, _) in windows.iter() {
            ends[key] += 1;
            keys.push(key as u32);
        }
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut places = vec![0; total as usize];
        for (start, &key) in windows.starts().zip(&keys) {
            let end = &mut ends[key as usize];
            places[*end as usize] = start;
            *end += 1;
        }
        Occurrences { windows, ends, places }
    }

    /// The places of the window that begins at this token, if there are several, and its end.
    fn at(&self, start: u32) -> Option<(&[u32], u32)> {
        let (key, end) = self.windows.get(start)?;
        let from = key.checked_sub(1).map_or(0, |before| self.ends[before]);
        let places = &self.places[from as usize..self.ends[key] as usize];
        (places.len() > 1).then_some((places, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::paragraph::token_ranges;
    use crate::text::token::tokenize;
    use proptest::prelude::*;

    fn find(text: &str) -> Vec<(String, usize, bool, Option<u32>)> {
        let tokens = tokenize(text);
        let found = inside(&tokens, &token_ranges(text, &tokens), &Thresholds::default());
        let show =
            |r: &Range<u32>| text[tokens.span(r.start as usize..r.end as usize).range()].to_owned();
        found.iter().map(|p| (show(&p.places[0]), p.places.len(), p.paragraph, p.period)).collect()
    }

    fn words(from: u32, n: u32) -> String {
        (from..from + n).map(|i| format!("w{i}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_paragraph_twice_is_one_repeat() {
        let p = words(0, 20);
        assert_eq!(find(&format!("{p}\n\n{}\n\n{p}", words(50, 20))), [(p, 2, true, None)]);
        assert_eq!(find("one two three four five\n\nx\n\none two three four five").len(), 1);
        assert_eq!(find("one two three four\n\nx\n\none two three four"), []);
    }

    #[test]
    fn a_passage_is_maximal_and_not_nested() {
        let p = words(0, 15);
        let text = format!(
            "{} {p} {}\n\n{} {p} {}",
            words(100, 5),
            words(200, 5),
            words(300, 5),
            words(400, 5)
        );
        assert_eq!(find(&text), [(p, 2, false, None)]);
        assert_eq!(find(&format!("{} x\n\n{} y", words(0, 11), words(0, 11))), []);
    }

    #[test]
    fn a_periodic_run_is_one_repeat() {
        assert_eq!(
            find(&"word ".repeat(1000)),
            [("word ".repeat(1000).trim().to_owned(), 1, false, Some(1))]
        );
        let text = format!("{} {} {}", words(0, 30), "a b c ".repeat(20), words(50, 30));
        assert_eq!(find(&text).len(), 1);
        assert_eq!(find(&text)[0].3, Some(3));
    }

    proptest! {
        #[test]
        fn places_are_equal_and_apart(t in "(([ab] |[a-e]{2} ){10,30}\n\n){1,5}") {
            let tokens = tokenize(&t);
            let paragraphs = token_ranges(&t, &tokens);
            let thresholds = Thresholds { repeat_passage: 4, repeat_paragraph: 3,
                ..Thresholds::default() };
            for p in inside(&tokens, &paragraphs, &thresholds) {
                let of = |r: &Range<u32>| tokens.hashes[r.start as usize..r.end as usize].to_vec();
                prop_assert!(p.period.is_some() || p.places.len() > 1);
                for w in p.places.windows(2) {
                    prop_assert_eq!(of(&w[0]), of(&w[1]));
                    prop_assert!(w[0].end <= w[1].start);
                }
            }
        }
    }
}
