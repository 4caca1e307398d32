//! Owns: the words of two texts as small numbers, with a damaged or inflected word under the number
//! of the most similar word of the other text. Never: looks at where words occur near each other.

use crate::align::steps::Steps;
use crate::hash;
use crate::text::token::Tokens;

/// The least number of character shingles of a word that may be a damaged form of another.
const LEAST: usize = 4;
/// Two words are forms of one word if their common character shingles (pairs of letters, and the
/// first letter) are at least this fraction of the shingles of both words together: a Dice
/// coefficient of .6.
const ALIKE: (u32, u32) = (3, 10);
/// The most words of a character shingle that is looked up; a shingle in more words finds none.
const MAX_LIST: usize = 256;

/// The different words of one text. Cost: a sort of the words; about 70 bytes for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Lexicon {
    /// The hashes of the words, sorted.
    words: Vec<u64>,
    /// For each token, the position of its word in `words`.
    of: Vec<u32>,
    /// The number of occurrences of each word in the text.
    counts: Vec<u32>,
    /// The character shingles of all words, one word after the other.
    shingles: Vec<u64>,
    /// The position in `shingles` where those of each word begin; short words and numbers have
    /// none.
    from: Vec<u32>,
}

impl Lexicon {
    /// Makes the lexicon of one text.
    pub fn new(text: &str, tokens: &Tokens) -> Lexicon {
        let mut order: Vec<u32> = (0..tokens.len() as u32).collect();
        let hash = |i: u32| tokens.hashes[i as usize];
        order.sort_unstable_by_key(|&i| (hash(i), i));
        let mut out = Lexicon {
            words: Vec::new(),
            of: vec![0; order.len()],
            counts: Vec::new(),
            shingles: Vec::new(),
            from: vec![0],
        };
        for same in order.chunk_by(|x, y| hash(*x) == hash(*y)) {
            same.iter().for_each(|&i| out.of[i as usize] = out.words.len() as u32);
            out.words.push(hash(same[0]));
            out.counts.push(same.len() as u32);
            if !tokens.kinds[same[0] as usize].is_number() {
                shingles(&text[tokens.spans[same[0] as usize].range()], &mut out.shingles);
            }
            out.from.push(out.shingles.len() as u32);
        }
        out
    }

    fn shingles(&self, word: usize) -> &[u64] {
        &self.shingles[self.from[word] as usize..self.from[word + 1] as usize]
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
    /// Numbers the words and folds their forms. Cost: that of [`NumberedWords::plain`], and for
    /// each word that only one text holds a lookup for each of its letters.
    pub fn new(a: &Lexicon, b: &Lexicon, steps: &Steps) -> NumberedWords {
        NumberedWords::numbered(a, b, true, steps)
    }

    /// Numbers the words without folding. Cost: a merge of the two lists of words.
    pub fn plain(a: &Lexicon, b: &Lexicon, steps: &Steps) -> NumberedWords {
        NumberedWords::numbered(a, b, false, steps)
    }

    fn numbered(x: &Lexicon, y: &Lexicon, folding: bool, steps: &Steps) -> NumberedWords {
        // A merge of the words, and a look at each token.
        steps.take(x.words.len() + y.words.len() + x.of.len() + y.of.len());
        let mut right: Vec<u32> =
            (0..y.words.len() as u32).map(|j| x.words.len() as u32 + j).collect();
        let (mut only_a, mut only_b) = (Vec::new(), Vec::new());
        let (mut i, mut j) = (0, 0);
        while i < x.words.len() || j < y.words.len() {
            match (x.words.get(i), y.words.get(j)) {
                (Some(p), Some(q)) if p == q => {
                    right[j] = i as u32;
                    (i, j) = (i + 1, j + 1);
                }
                (Some(p), q) if q.is_none_or(|q| p < q) => {
                    only_a.push(i);
                    i += 1;
                }
                _ => {
                    only_b.push(j);
                    j += 1;
                }
            }
        }
        let mut left: Vec<u32> = (0..x.words.len() as u32).collect();
        if folding {
            fold((x, &only_a), (y, &only_b), steps, |from, to| left[from] = right[to]);
        }
        let mut counts = vec![[0; 2]; x.words.len() + y.words.len()];
        left.iter().zip(&x.counts).for_each(|(n, c)| counts[*n as usize][0] += c);
        right.iter().zip(&y.counts).for_each(|(n, c)| counts[*n as usize][1] += c);
        let numbers = |of: &[u32], to: &[u32]| of.iter().map(|w| to[*w as usize]).collect();
        NumberedWords { of: [numbers(&x.of, &left), numbers(&y.of, &right)], counts }
    }
}

/// For each word that occurs only in the first text, reports to `like` the most similar word of
/// those that occur only in the second.
fn fold(
    (x, only_x): (&Lexicon, &[usize]),
    (y, only_y): (&Lexicon, &[usize]),
    steps: &Steps,
    mut like: impl FnMut(usize, usize),
) {
    let index = Index::new(y, only_y);
    let mut shared = vec![0u32; only_y.len()];
    let mut touched: Vec<u32> = Vec::new();
    for &word in only_x {
        let shingles = x.shingles(word);
        if steps.take(1 + shingles.len()) {
            break;
        }
        for &s in shingles {
            for place in index.find(s) {
                if shared[place as usize] == 0 {
                    touched.push(place);
                }
                shared[place as usize] += 1;
            }
            steps.take(index.slot(s).len());
        }
        // The greatest share so far, as a fraction of two numbers: shared shingles and all
        // shingles; then the place.
        let mut best: Option<(u32, u32, u32)> = None;
        for place in touched.drain(..) {
            let all = (shingles.len() + y.shingles(only_y[place as usize]).len()) as u32;
            let common = std::mem::take(&mut shared[place as usize]);
            let better = |(s, of, at): (u32, u32, u32)| (common * of, at) > (s * all, place);
            if common * ALIKE.1 >= all * ALIKE.0 && best.is_none_or(better) {
                best = Some((common, all, place));
            }
        }
        if let Some((_, _, place)) = best {
            like(word, only_y[place as usize]);
        }
    }
}

/// An index of words by character shingle, in slots by hash.
struct Index {
    from: Vec<u32>,
    entries: Vec<(u64, u32)>,
}

const SLOTS: usize = 1 << 12;

impl Index {
    fn new(lexicon: &Lexicon, words: &[usize]) -> Index {
        let all = || {
            words
                .iter()
                .zip(0u32..)
                .flat_map(|(w, place)| lexicon.shingles(*w).iter().map(move |s| (*s, place)))
        };
        let mut from = vec![0u32; SLOTS + 2];
        all().for_each(|(s, _)| from[slot(s) + 2] += 1);
        (1..from.len()).for_each(|i| from[i] += from[i - 1]);
        let mut entries = vec![(0, 0); from[SLOTS + 1] as usize];
        for entry in all() {
            // The slot behind grows from its own beginning to its end, which is where the next slot
            // begins.
            let at = &mut from[slot(entry.0) + 1];
            entries[*at as usize] = entry;
            *at += 1;
        }
        Index { from, entries }
    }

    /// The entries of the slot of a shingle; none where it has too many to be informative.
    fn slot(&self, shingle: u64) -> &[(u64, u32)] {
        let slot = slot(shingle);
        let list = &self.entries[self.from[slot] as usize..self.from[slot + 1] as usize];
        if list.len() > MAX_LIST { &[] } else { list }
    }

    /// The words that hold a shingle.
    fn find(&self, shingle: u64) -> impl Iterator<Item = u32> {
        self.slot(shingle).iter().filter(move |e| e.0 == shingle).map(|e| e.1)
    }
}

fn slot(shingle: u64) -> usize {
    (hash::mix(shingle) >> 52) as usize
}

/// Adds the first letter and each pair of letters of a longer word, sorted and without duplicates.
fn shingles(word: &str, out: &mut Vec<u64>) {
    let from = out.len();
    let mut before = 0u64;
    for c in word.chars().flat_map(char::to_lowercase) {
        out.push(before << 32 | u64::from(c));
        before = u64::from(c);
    }
    out[from..].sort_unstable();
    let mut kept = from;
    for i in from..out.len() {
        if i == from || out[i] != out[kept - 1] {
            out[kept] = out[i];
            kept += 1;
        }
    }
    out.truncate(if kept - from >= LEAST { kept } else { from });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::token::tokenize;

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
}
