//! Owns: the parts of a long text in which the words of a much shorter one are looked for. Never:
//! aligns them.
//!
//! An alignment by words costs as much as both texts are long, so that a book would cost its whole
//! length for each page that quotes it. Most of it has nothing to do with the page: what both share
//! word for word shows where to look.

use crate::align::prepared::Prepared;
use crate::align::run::{Chain, Run, TokenRectangle};
use crate::align::steps::Steps;
use crate::model::detection::LeftOut;
use crate::text::shingle::MUCH_LONGER;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

/// A text of so many tokens is aligned by words in parts, with texts that are much shorter.
const LONG: usize = 20_000;
/// The places at which a shorter text is looked for, at most: those that share most with it.
const PLACES: usize = 24;
/// The least number of tokens that a place shares in a row: one run of three or four words is there
/// by chance.
const SHARED: u32 = 6;
/// The least length of a place, in tokens. It is at least twice as long as the shorter text, and
/// as much is looked at before it and behind it.
const PLACE: usize = 256;

/// The parts of a long text that a much shorter one may be drawn from, or the other way round.
pub struct Parts<'p> {
    texts: [&'p Prepared<'p>; 2],
    /// Which of them is the long one.
    long: usize,
    /// The parts as token ranges, in order.
    ranges: Vec<Range<u32>>,
}

impl<'p> Parts<'p> {
    /// The parts of two texts with these exact runs; `None` where both are aligned as a whole.
    pub fn of(a: &'p Prepared, b: &'p Prepared, exact: &[Run], steps: &Steps) -> Option<Parts<'p>> {
        let long = usize::from(a.tokens.len() < b.tokens.len());
        let texts = [a, b];
        let (most, least) = (texts[long].tokens.len(), texts[1 - long].tokens.len());
        if most < LONG || least * MUCH_LONGER >= most {
            return None;
        }
        steps.take(exact.len());
        let length = PLACE.max(2 * least) as u32;
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        for run in exact {
            *shared.entry([run.a, run.b][long] / length).or_default() += run.len;
        }
        let enough = shared.into_iter().filter(|(_, tokens)| *tokens >= SHARED);
        let mut places: Vec<(Reverse<u32>, u32)> =
            enough.map(|(place, tokens)| (Reverse(tokens), place)).collect();
        places.sort_unstable();
        if places.len() > PLACES {
            places.truncate(PLACES);
            steps.leave_out(LeftOut { places: true, ..LeftOut::default() });
        }
        let mut places: Vec<u32> = places.into_iter().map(|(_, place)| place).collect();
        places.sort_unstable();
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for place in places {
            let start = place.saturating_sub(1) * length;
            let end = ((place + 2) * length).min(most as u32);
            match ranges.last_mut() {
                Some(last) if last.end >= start => last.end = end,
                _ => ranges.push(start..end),
            }
        }
        Some(Parts { texts, long, ranges })
    }

    /// Whether a chain of the whole texts is outside of all parts.
    pub fn is_outside(&self, chain: &Chain) -> bool {
        let of_long = if self.long == 0 { chain.a() } else { chain.b() };
        let next = self.ranges.partition_point(|range| range.end <= of_long.start);
        self.ranges.get(next).is_none_or(|range| of_long.end <= range.start)
    }

    /// The chains that `find` finds between the parts and the shorter text, those with most equal
    /// tokens first, in the tokens of the whole texts.
    pub fn chains(&self, find: impl Fn(&Prepared, &Prepared) -> Vec<Chain>) -> Vec<Chain> {
        let mut out = Vec::new();
        for range in &self.ranges {
            let part = self.texts[self.long].part(range.clone());
            let found = match self.long {
                0 => find(&part, self.texts[1]),
                _ => find(self.texts[0], &part),
            };
            out.extend(found.into_iter().map(|chain| self.moved(chain, range.start)));
        }
        out.sort_by_key(|chain| Reverse(chain.equal()));
        out
    }

    /// A chain of a part that begins at this token, in the tokens of the whole text.
    fn moved(&self, mut chain: Chain, by: u32) -> Chain {
        let of_a = self.long == 0;
        chain.runs.iter_mut().for_each(|run| *(if of_a { &mut run.a } else { &mut run.b }) += by);
        chain.region = chain.region.map(|TokenRectangle { a, b }| match of_a {
            true => TokenRectangle { a: a.start + by..a.end + by, b },
            false => TokenRectangle { a, b: b.start + by..b.end + by },
        });
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::align::alignment::{align, chains};
    use crate::model::thresholds::{AlignmentMethod, Thresholds};

    /// Sentences of twenty words that no other sentence has.
    fn sentences(numbers: Range<usize>) -> String {
        let word = |n: usize| {
            let letter = |at: usize| char::from(b'a' + (n / 26usize.pow(at as u32) % 26) as u8);
            (0..5).map(letter).collect::<String>()
        };
        let of = |n: usize| (0..20).map(|i| word(7 * (20 * n + i))).collect::<Vec<_>>().join(" ");
        numbers.map(|n| format!("{}.", of(n))).collect::<Vec<_>>().join("\n\n")
    }

    #[test]
    fn a_page_is_found_in_a_book_wherever_it_is() {
        let book = Prepared::new(sentences(0..3000), 5);
        assert!(book.tokens.len() >= LONG);
        for method in [AlignmentMethod::Forms, AlignmentMethod::Words] {
            let t = Thresholds { alignment: method, ..Thresholds::default() };
            for at in [0, 700, 1499, 2992] {
                // A word in seven is damaged, and two sentences come from elsewhere.
                let page = format!("{}\n\n{}", sentences(at..at + 8), sentences(5000..5002));
                let words = page.split(' ').enumerate();
                let damaged = words.map(|(i, word)| match i % 7 {
                    3 => word.replacen(|c| c != '.', "q", 1),
                    _ => word.to_owned(),
                });
                let page = Prepared::new(damaged.collect::<Vec<_>>().join(" "), 5);
                let steps = Steps::to_the_end();
                for swapped in [false, true] {
                    let (a, b) = if swapped { (&page, &book) } else { (&book, &page) };
                    let found = align(a, b, &t, &steps).matches;
                    let best = found.iter().map(|c| if swapped { c.b() } else { c.a() });
                    let best = best.max_by_key(|range| range.len()).unwrap();
                    let (from, to) = (20 * at as u32, 20 * (at as u32 + 8));
                    assert!(best.start.abs_diff(from) < 8 && best.end.abs_diff(to) < 8, "{best:?}");
                }
            }
        }
    }

    #[test]
    fn a_passage_that_a_book_has_again_and_again_is_found_everywhere() {
        let refrain = sentences(9000..9002);
        let chapters: Vec<String> = (0..40).map(|n| sentences(40 * n..40 * n + 40)).collect();
        let book = Prepared::new(chapters.join(&format!("\n\n{refrain}\n\n")), 5);
        let page = Prepared::new(format!("{}\n\n{refrain}", sentences(9500..9510)), 5);
        let count = |alignment| {
            let t = Thresholds { alignment, ..Thresholds::default() };
            align(&page, &book, &t, &Steps::to_the_end()).matches.len()
        };
        let by_runs = count(AlignmentMethod::Runs);
        assert_eq!(by_runs, 39);
        assert_eq!([AlignmentMethod::Forms, AlignmentMethod::Words].map(count), [by_runs; 2]);
    }

    #[test]
    fn shorter_texts_are_aligned_as_a_whole() {
        let (a, b) = (Prepared::new(sentences(0..60), 5), Prepared::new(sentences(2..5), 5));
        let steps = Steps::to_the_end();
        assert!(Parts::of(&a, &b, &[], &steps).is_none());
        assert_eq!(chains(&a, &b, &Thresholds::default()).len(), 1);
    }
}
