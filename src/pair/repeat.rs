//! Owns: what occurs several times in one text: paragraphs, passages, periodic runs. Never: looks
//! at other texts.

use crate::model::thresholds::Thresholds;
use crate::sketch::fingerprint::paragraph_key;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::{Tokens, WORD};
use std::collections::HashMap;
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
/// inside paragraphs. Cost: linear except for sorts.
pub fn inside(tokens: &Tokens, paragraphs: &[Range<u32>], t: &Thresholds) -> Vec<RepeatedPassage> {
    let mut windows = Shingles::default();
    shingles(tokens, t.repeat_passage, &mut windows);
    let runs = periodic(tokens, paragraphs, &windows);
    let mut out: Vec<RepeatedPassage> = runs.iter().map(|r| periodic_passage(tokens, r)).collect();
    let free = |r: &Range<u32>| !runs.iter().any(|p| p.0.start <= r.start && r.end <= p.0.end);
    let mut at: HashMap<u64, Vec<Range<u32>>> = HashMap::new();
    for p in paragraphs
        .iter()
        .filter(|p| word_count(tokens, p) >= t.repeat_paragraph && (runs.is_empty() || free(p)))
    {
        at.entry(paragraph_key(tokens, p)).or_default().push(p.clone());
    }
    let twice = at.into_iter().filter(|p| p.1.len() > 1).map(|(key, places)| {
        let tokens = places[0].len() as u32;
        RepeatedPassage { key, tokens, paragraph: true, period: None, places }
    });
    out.extend(twice);
    out.extend(repeated_passages(tokens, paragraphs, &windows, &runs));
    out.sort_unstable_by_key(|p| (p.places[0].start, p.places[0].end, p.key));
    out
}

/// The length of a token range in words.
pub fn word_count(tokens: &Tokens, range: &Range<u32>) -> u32 {
    let kinds = &tokens.kinds[range.start as usize..range.end as usize];
    (kinds.iter().map(|k| u64::from(k.length())).sum::<u64>() / u64::from(WORD)) as u32
}

/// Maximal runs of two periods or more in which each token equals the one `period` tokens before
/// it, as pairs of run and period. A run whose period is a window or longer does not cross a
/// paragraph border, because whole paragraphs that alternate are repeats of their own.
fn periodic(
    tokens: &Tokens,
    paragraphs: &[Range<u32>],
    windows: &Shingles,
) -> Vec<(Range<u32>, u32)> {
    let mut last: HashMap<u64, u32> = HashMap::with_capacity(windows.hashes.len());
    let mut out: Vec<(Range<u32>, u32)> = Vec::new();
    let hashes = &tokens.hashes;
    // The period seen last, and the end to which its run has been followed.
    let (mut followed, mut end) = (0, 0);
    for (i, &window) in windows.hashes.iter().enumerate() {
        let i = i as u32;
        let Some(before) = last.insert(window, i) else { continue };
        let period = i - before;
        let floor = out.last().map_or(0, |r| r.0.end);
        if i < floor || (i < end && period == followed) {
            continue;
        }
        let bounds = if period < windows.ends[i as usize] - i {
            floor..hashes.len() as u32
        } else {
            let own = &paragraphs[paragraphs.partition_point(|p| p.end <= i)];
            own.start.max(floor)..own.end
        };
        if before < bounds.start || windows.ends[i as usize] > bounds.end {
            continue;
        }
        (followed, end) = (period, windows.ends[i as usize]);
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
        }
    }
    out
}

fn periodic_passage(tokens: &Tokens, (run, period): &(Range<u32>, u32)) -> RepeatedPassage {
    let one = run.start..run.start + period;
    RepeatedPassage {
        key: paragraph_key(tokens, &one) ^ 1,
        tokens: *period,
        paragraph: false,
        period: Some(*period),
        places: std::iter::once(run.clone()).collect(),
    }
}

/// Maximal passages inside paragraphs that occur at least twice and are not whole paragraphs at
/// every place.
fn repeated_passages(
    tokens: &Tokens,
    paragraphs: &[Range<u32>],
    windows: &Shingles,
    runs: &[(Range<u32>, u32)],
) -> Vec<RepeatedPassage> {
    let occurrences = occurrences(paragraphs, windows, runs);
    let list = |i: u32| {
        occurrences
            .get(*windows.hashes.get(i as usize)?)
            .filter(|l| l.len() > 1 && l.contains_start(i))
    };
    let mut out = Vec::new();
    let mut done = 0;
    for i in 0..windows.hashes.len() as u32 {
        let Some(places) = list(i) else { continue };
        if i < done || places.0[0] != i {
            continue;
        }
        let mut last = i;
        while let Some(next) = list(last + 1)
            && next.is_shifted(places, last + 1 - i)
        {
            last += 1;
        }
        done = last + 1;
        // Places never overlap: passages that would overlap are periodic and were left out above.
        let round = places.0.windows(2).map(|w| w[1] - w[0]).min().unwrap_or(u32::MAX);
        let len = (windows.ends[last as usize] - i).min(round);
        let ranges: Vec<Range<u32>> = places.0.iter().map(|&p| p..p + len).collect();
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

/// The first tokens of the windows with one hash, ascending.
struct Places(Vec<u32>);

impl Places {
    fn len(&self) -> usize {
        self.0.len()
    }
    fn contains_start(&self, i: u32) -> bool {
        self.0.binary_search(&i).is_ok()
    }
    fn is_shifted(&self, from: &Places, by: u32) -> bool {
        self.0.len() == from.0.len() && self.0.iter().zip(&from.0).all(|(x, y)| *x == y + by)
    }
}

struct Occurrences(HashMap<u64, Places>);

impl Occurrences {
    fn get(&self, window: u64) -> Option<&Places> {
        self.0.get(&window)
    }
}

fn occurrences(
    paragraphs: &[Range<u32>],
    windows: &Shingles,
    runs: &[(Range<u32>, u32)],
) -> Occurrences {
    let mut sorted: Vec<(u64, u32)> = Vec::new();
    let mut run = 0;
    for p in paragraphs {
        for i in p.start..p.end {
            let Some(&end) = windows.ends.get(i as usize) else { break };
            while run < runs.len() && runs[run].0.end <= i {
                run += 1;
            }
            let circular = runs.get(run).is_some_and(|r| r.0.start < end && i < r.0.end);
            if end <= p.end && !circular {
                sorted.push((windows.hashes[i as usize], i));
            }
        }
    }
    sorted.sort_unstable();
    let groups = sorted.chunk_by(|x, y| x.0 == y.0).filter(|g| g.len() > 1);
    Occurrences(groups.map(|g| (g[0].0, Places(g.iter().map(|x| x.1).collect()))).collect())
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
