//! Owns: the words of two texts as small numbers, with a damaged or inflected word under the number
//! of the most similar word of the other text. Never: looks at where words occur near each other.

use crate::align::lexicon::{LEAST, Lexicon};
use crate::align::steps::Steps;
use crate::hash;
use std::ops::Range;

/// Two words are forms of one word if their common character shingles (pairs of letters, and the
/// first letter) are at least this fraction of the shingles of both words together: a Dice
/// coefficient of .6.
const ALIKE: (u32, u32) = (3, 10);
/// The most words of a character shingle that is looked up; a shingle in more words finds none.
const MAX_LIST: u32 = 256;

/// The words of two texts as numbers; equal words have equal numbers.
#[derive(Debug)]
pub struct WordNumbers<'l> {
    /// The lexicons of both texts.
    pub lexicons: [&'l Lexicon; 2],
    /// The number of each word of either lexicon.
    pub numbers: [Vec<u32>; 2],
    /// The number of occurrences of each word number in either text.
    pub counts: Vec<[u32; 2]>,
}

impl<'l> WordNumbers<'l> {
    /// Numbers the words without folding. Cost: a merge of the two lists of words.
    pub fn plain(a: &'l Lexicon, b: &'l Lexicon, steps: &Steps) -> WordNumbers<'l> {
        let (x, y) = (&a.words, &b.words);
        steps.take(x.len() + y.len());
        let mut right: Vec<u32> = (x.len() as u32..).take(y.len()).collect();
        let (mut i, mut j) = (0, 0);
        while i < x.len() && j < y.len() {
            let (p, q) = (x[i], y[j]);
            if p == q {
                right[j] = i as u32;
            }
            (i, j) = (i + usize::from(p <= q), j + usize::from(q <= p));
        }
        let mut counts = vec![[0; 2]; x.len() + y.len()];
        counts.iter_mut().zip(&a.counts).for_each(|(n, c)| n[0] = *c);
        right.iter().zip(&b.counts).for_each(|(n, c)| counts[*n as usize][1] = *c);
        let left = (0..x.len() as u32).collect();
        WordNumbers { lexicons: [a, b], numbers: [left, right], counts }
    }

    /// Gives each word that only the first text holds the number of the most similar word of those
    /// that only the second one holds. Cost: for each word that only one text holds a lookup for
    /// each of its letters.
    pub fn fold(&mut self, steps: &Steps) {
        let ([x, y], [left, right]) = (self.lexicons, &mut self.numbers);
        let first = x.words.len() as u32;
        let only_y = (0..y.words.len() as u32).filter(|&j| right[j as usize] >= first);
        // Words without shingles are like no other.
        let only_y: Vec<u32> = only_y.filter(|&j| !y.shingles(j).is_empty()).collect();
        let index = Index::new(x, y, &only_y, steps);
        let mut shared = SharedShingles::of(only_y.len());
        for word in (0..first).filter(|&i| self.counts[i as usize][1] == 0).collect::<Vec<u32>>() {
            let shingles = x.shingles(word);
            if steps.take(1 + shingles.len()) {
                break;
            }
            if let Some(place) = index.most_similar(shingles, &mut shared, steps) {
                let number = right[only_y[place] as usize];
                left[word as usize] = number;
                let count = std::mem::take(&mut self.counts[word as usize][0]);
                self.counts[number as usize][0] += count;
            }
        }
    }

    /// The number of each token. Cost: a look at each token.
    pub fn of_tokens(self, steps: &Steps) -> NumberedWords {
        let WordNumbers { lexicons: [x, y], numbers: [left, right], counts } = self;
        steps.take(x.of.len() + y.of.len());
        let numbers = |of: &[u32], to: &[u32]| of.iter().map(|w| to[*w as usize]).collect();
        NumberedWords { of: [numbers(&x.of, &left), numbers(&y.of, &right)], counts }
    }
}

/// The tokens of two texts as numbers; equal words have equal numbers.
#[derive(Debug)]
pub struct NumberedWords {
    /// A number for each token of both texts.
    pub of: [Vec<u32>; 2],
    /// The number of occurrences of each word number in either text.
    pub counts: Vec<[u32; 2]>,
}

impl NumberedWords {
    /// Numbers the words and folds their forms. Cost: that of [`WordNumbers::fold`], and a look at
    /// each token.
    pub fn new(a: &Lexicon, b: &Lexicon, steps: &Steps) -> NumberedWords {
        let mut numbers = WordNumbers::plain(a, b, steps);
        numbers.fold(steps);
        numbers.of_tokens(steps)
    }
}

/// The slots of character shingles. Shingles of one slot count as one where words are too many.
const SLOTS: usize = 1 << 12;

fn slot(shingle: u64) -> usize {
    (hash::mix(shingle) >> 52) as usize
}

/// Some words of the second text by character shingle. The place of a word is its position among
/// them.
struct Index {
    /// For each different shingle of the first text, where the places of the words that hold it
    /// are; nowhere if they are too many to be informative.
    lists: Vec<Range<u32>>,
    places: Vec<u32>,
    /// The number of shingles of each word.
    lengths: Vec<u32>,
}

impl Index {
    fn new(x: &Lexicon, y: &Lexicon, words: &[u32], steps: &Steps) -> Index {
        steps.take(x.different.len() + y.different.len());
        let mut lists = vec![0..0u32; y.different.len()];
        let lengths: Vec<u32> = words.iter().map(|&word| y.shingles(word).len() as u32).collect();
        for &word in words {
            y.shingles(word).iter().for_each(|s| lists[*s as usize].end += 1);
        }
        let (mut in_slot, mut before) = (vec![0u32; SLOTS], 0);
        for (list, shingle) in lists.iter_mut().zip(&y.different) {
            in_slot[slot(*shingle)] += list.end;
            // While the places are filled in, a list ends where its next one comes.
            before += std::mem::replace(list, before..before).end;
        }
        let mut places = vec![0u32; before as usize];
        for (&word, place) in words.iter().zip(0..) {
            for shingle in y.shingles(word) {
                let list = &mut lists[*shingle as usize];
                places[list.end as usize] = place;
                list.end += 1;
            }
        }
        let mut of = (0..y.different.len()).peekable();
        let of_x = x.different.iter().map(|shingle| {
            while of.next_if(|&s| y.different[s] < *shingle).is_some() {}
            let there = of.peek().filter(|&&s| y.different[s] == *shingle);
            there
                .filter(|_| in_slot[slot(*shingle)] <= MAX_LIST)
                .map_or(0..0, |&s| lists[s].clone())
        });
        Index { lists: of_x.collect(), places, lengths }
    }

    fn list(&self, shingle: u32) -> &[u32] {
        let Range { start, end } = self.lists[shingle as usize];
        &self.places[start as usize..end as usize]
    }

    /// The place of the word that is most similar to one with these shingles: the first of those
    /// with the greatest share of common shingles.
    fn most_similar(
        &self,
        shingles: &[u32],
        shared: &mut SharedShingles,
        steps: &Steps,
    ) -> Option<usize> {
        let looked: usize = shingles.iter().map(|s| self.list(*s).len()).sum();
        let own = shingles.len() as u32;
        // Of a word with as many shingles as are common, or with the fewest, so many must be.
        let least = (ALIKE.0 * (own + LEAST as u32)).div_ceil(ALIKE.1);
        let least = least.max((ALIKE.0 * own).div_ceil(ALIKE.1 - ALIKE.0)).max(1);
        if looked < least as usize {
            return None;
        }
        steps.take(looked);
        let lists = shingles.iter().map(|s| self.list(*s));
        // The greatest share so far, as common shingles and all shingles; then the place.
        let mut best: Option<(u32, u32, usize)> = None;
        shared.count(lists, own, least, steps, |place, common| {
            let all = own + self.lengths[place];
            let (x, y) = (u64::from(common), u64::from(all));
            let better = |(s, of, at): (u32, u32, usize)| {
                let (left, right) = (x * u64::from(of), u64::from(s) * y);
                left > right || left == right && place < at
            };
            let alike = x * u64::from(ALIKE.1) >= y * u64::from(ALIKE.0);
            if alike && best.is_none_or(better) {
                best = Some((common, all, place));
            }
        });
        best.map(|(_, _, place)| place)
    }
}

/// The number of words up to which all counts are looked at.
const SCANNED: usize = 1 << 14;
/// The counts that are looked at together.
const BLOCK: usize = 64;

/// The number of shingles that the word at each place shares with a word. All are zero between two
/// words.
enum SharedShingles {
    /// A byte for each of not very many words: to look at all takes less time than to remember
    /// which of them are not zero.
    Few(Vec<u8>),
    /// The counts, and the places of those that are not zero.
    Many(Vec<u32>, Vec<u32>),
}

impl SharedShingles {
    fn of(words: usize) -> SharedShingles {
        if words <= SCANNED {
            SharedShingles::Few(vec![0; words.next_multiple_of(BLOCK)])
        } else {
            SharedShingles::many(words)
        }
    }

    fn many(words: usize) -> SharedShingles {
        SharedShingles::Many(vec![0; words], Vec::new())
    }

    /// Reports to `found` the places that are in at least so many of these lists, of which there
    /// are `own`, each with their number.
    fn count<'l>(
        &mut self,
        lists: impl Iterator<Item = &'l [u32]>,
        own: u32,
        least: u32,
        steps: &Steps,
        mut found: impl FnMut(usize, u32),
    ) {
        match self {
            SharedShingles::Few(counts) => {
                let (Ok(_), Ok(least)) = (u8::try_from(own), u8::try_from(least)) else {
                    // A very long word.
                    let mut many = SharedShingles::many(counts.len());
                    return many.count(lists, own, least, steps, found);
                };
                for place in lists.flatten() {
                    counts[*place as usize] += 1;
                }
                steps.take(counts.len() / BLOCK);
                for (block, counts) in counts.chunks_exact_mut(BLOCK).enumerate() {
                    if counts.iter().fold(0, |most, n| *n.max(&most)) >= least {
                        let enough = counts.iter().enumerate().filter(|(_, n)| **n >= least);
                        enough.for_each(|(at, n)| found(block * BLOCK + at, u32::from(*n)));
                    }
                    counts.fill(0);
                }
            }
            SharedShingles::Many(counts, touched) => {
                for &place in lists.flatten() {
                    let count = &mut counts[place as usize];
                    if *count == 0 {
                        touched.push(place);
                    }
                    *count += 1;
                }
                for place in touched.drain(..) {
                    let count = std::mem::take(&mut counts[place as usize]);
                    if count >= least {
                        found(place as usize, count);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;
    use proptest::prelude::*;

    fn words(a: &str, b: &str) -> NumberedWords {
        let lexicon = |text: &str| Lexicon::new(text, &tokenize(text));
        NumberedWords::new(&lexicon(a), &lexicon(b), &Steps::to_the_end())
    }

    #[test]
    fn damaged_and_inflected_words_are_one() {
        let w = words(
            "The prisoner escaped in Feburary, 1987",
            "Two prisoners had escaped; February 1988",
        );
        let at = |side: usize, i: usize| w.of[side][i];
        assert_eq!(at(0, 1), at(1, 1), "prisoner, prisoners");
        assert_eq!(at(0, 2), at(1, 3), "escaped");
        assert_eq!(at(0, 4), at(1, 4), "Feburary, February");
        assert_ne!(at(0, 5), at(1, 5), "a number is never taken for another");
        assert_ne!(at(0, 0), at(1, 0), "The, Two");
    }

    #[test]
    fn counts_follow() {
        let w = words("Harbour bridge, harbour tunnel", "the harbours");
        assert_eq!(w.counts[w.of[1][1] as usize], [2, 1]);
    }

    /// The most similar word of those that only the second text holds, of each that only the first
    /// one does: the definition.
    fn plain_forms(x: &Lexicon, y: &Lexicon) -> Vec<(u32, u32)> {
        let of = |lexicon: &Lexicon, word: u32| -> Vec<u64> {
            let ids = lexicon.shingles(word).iter();
            ids.map(|id| lexicon.different[*id as usize]).collect()
        };
        let only = |own: &Lexicon, other: &Lexicon| -> Vec<u32> {
            let all = 0..own.words.len() as u32;
            all.filter(|w| !other.words.contains(&own.words[*w as usize])).collect()
        };
        let (only_x, only_y) = (only(x, y), only(y, x));
        let in_slot = |shingle: u64| {
            let all = only_y.iter().flat_map(|w| of(y, *w));
            all.filter(|s| slot(*s) == slot(shingle)).count()
        };
        let mut out = Vec::new();
        for word in only_x {
            let own = of(x, word);
            let looked: Vec<u64> =
                own.iter().copied().filter(|s| in_slot(*s) <= MAX_LIST as usize).collect();
            let mut best: Option<(usize, usize, u32)> = None;
            for &other in &only_y {
                let theirs = of(y, other);
                let common = looked.iter().filter(|s| theirs.contains(s)).count();
                let all = own.len() + theirs.len();
                let better = best.is_none_or(|(s, of, _)| common * of > s * all);
                if common > 0 && common * 10 >= all * 3 && better {
                    best = Some((common, all, other));
                }
            }
            out.extend(best.map(|(_, _, other)| (word, other)));
        }
        out
    }

    proptest! {
        #[test]
        fn forms_are_those_of_the_definition(
            a in "([a-c]{1,9} |[àéa-c]{3,7} |[0-9]{4,6} ){0,60}",
            b in "([a-c]{1,9} |[àéa-c]{3,7} |[0-9]{4,6} ){0,60}",
            long in 0usize..2,
        ) {
            // The second alphabet makes words of more shingles than a byte counts.
            let letters: String = ('一'..).take(400).filter(|c| c.is_alphabetic()).collect();
            let cyrillic: String = ('\u{400}'..'\u{52f}').filter(|c| c.is_alphabetic()).collect();
            let tail = if long == 1 { format!(" {cyrillic} {letters}") } else { String::new() };
            let texts = [format!("{a}{tail}"), format!("{b}{tail}я")];
            let [x, y] = texts.each_ref().map(|text| Lexicon::new(text, &tokenize(text)));
            let steps = Steps::to_the_end();
            let mut numbers = WordNumbers::plain(&x, &y, &steps);
            numbers.fold(&steps);
            let [left, right] = &numbers.numbers;
            let changed = left.iter().zip(0u32..).filter(|(number, word)| *number != word);
            let form = |(number, word)| {
                (word, right.iter().position(|n| n == number).unwrap() as u32)
            };
            let found: Vec<(u32, u32)> = changed.map(form).collect();
            prop_assert_eq!(found, plain_forms(&x, &y));
        }

        #[test]
        fn counts_are_the_same_however_they_are_kept(
            lists in prop::collection::vec(prop::collection::btree_set(0u32..200, 0..60), 0..9),
            least in 1u32..4,
        ) {
            let lists: Vec<Vec<u32>> =
                lists.into_iter().map(|list| list.into_iter().collect()).collect();
            let steps = Steps::to_the_end();
            let [few, many] = [SharedShingles::of(200), SharedShingles::many(200)].map(|mut kept| {
                // Twice, because the counts must be zero again.
                [0, 1].map(|_| {
                    let mut found = Vec::new();
                    let lists = lists.iter().map(|list| &list[..]);
                    kept.count(lists, 9, least, &steps, |place, n| found.push((place, n)));
                    found.sort_unstable();
                    found
                })
            });
            prop_assert_eq!(few, many);
        }
    }
}
