//! Owns: how far numbers and names agree inside the matches. Never: what follows from that.
//!
//! A copy keeps the facts of its original, a template replaces them. A fact that one side merely lacks says nothing; one that stands
//! against another in the same gap of the alignment disagrees, unless the two look like one word damaged.

use super::align::Chain;
use super::background::Background;
use super::detection::Facts;
use super::prepared::Prepared;
use super::select::usize_range;
use crate::hash::Hashes;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Number,
    Name,
}

/// Counts each different fact once.
pub fn facts(matches: &[Chain], a: &Prepared, b: &Prepared, background: &Background) -> Facts {
    let count = Count::of(matches, a, b, background);
    Facts { agree: count.agree.len() as u32, compared: (count.agree.len() + count.differ.len()) as u32 }
}

/// The facts themselves, each by the token where it stands first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactList {
    /// Those that agree, as tokens of the first text, in order.
    pub agree: Vec<usize>,
    /// Those that stand against each other, as tokens of the first and of the second text, in order.
    pub differ: Vec<(usize, usize)>,
}

/// What [`facts`] counts. Cost: that, and a look at every token.
pub fn list(matches: &[Chain], a: &Prepared, b: &Prepared, background: &Background) -> FactList {
    let count = Count::of(matches, a, b, background);
    let first = |p: &Prepared| {
        // The first place of a hash is the last to be put in.
        let facts = (0..p.tokens.len()).rev().filter(|&i| sort(p, i).is_some());
        facts.map(|i| (p.tokens.hashes[i], i)).collect::<HashMap<u64, usize>>()
    };
    let (in_a, in_b) = (first(a), first(b));
    let mut agree: Vec<usize> = count.agree.iter().filter_map(|hash| in_a.get(hash).copied()).collect();
    let place = |(x, y): &(u64, u64)| Some((*in_a.get(x)?, *in_b.get(y)?));
    let mut differ: Vec<(usize, usize)> = count.differ.iter().filter_map(place).collect();
    agree.sort_unstable();
    differ.sort_unstable();
    FactList { agree, differ }
}

struct Count<'p> {
    a: &'p Prepared<'p>,
    b: &'p Prepared<'p>,
    background: &'p Background,
    agree: Hashes,
    differ: HashSet<(u64, u64)>,
    held_b: Option<Hashes>,
    matches: &'p [Chain],
}

impl<'p> Count<'p> {
    fn of(matches: &'p [Chain], a: &'p Prepared<'p>, b: &'p Prepared<'p>, background: &'p Background) -> Count<'p> {
        let mut count = Count { a, b, background, agree: Hashes::default(), differ: HashSet::new(), held_b: None, matches };
        for m in matches {
            for r in &m.runs {
                for i in r.a..r.a + r.len {
                    count.equal_token(i as usize);
                }
            }
        }
        for m in matches {
            for pair in m.runs.windows(2) {
                let (x, y) = (pair[0], pair[1]);
                count.gap(usize_range(x.a + x.len..y.a), usize_range(x.b + x.len..y.b));
            }
        }
        count
    }

    fn equal_token(&mut self, i: usize) {
        let hash = self.a.tokens.hashes[i];
        // What stands in many texts anyway agrees in every template too.
        if sort(self.a, i).is_some() && !self.background.is_common(hash) {
            self.agree.insert(hash);
        }
    }

    /// Pairs the facts of one gap: first what stands elsewhere on the other side, then damaged words, then the rest in order.
    fn gap(&mut self, ra: Range<usize>, rb: Range<usize>) {
        if ra.is_empty() || rb.is_empty() {
            return;
        }
        let mut left: Vec<(usize, Sort)> = ra.clone().filter_map(|i| Some((i, sort(self.a, i)?))).collect();
        if left.is_empty() {
            return;
        }
        let mut right: Vec<(usize, Sort)> = rb.clone().filter_map(|j| Some((j, sort(self.b, j)?))).collect();
        left.retain(|&(i, _)| !self.moved(self.a.tokens.hashes[i]));
        left.retain(|&(i, s)| {
            let looks = |j: usize| alike(word(self.a, i), s, word(self.b, j));
            match rb.clone().find(|&j| looks(j) != Alike::No) {
                Some(j) => {
                    if looks(j) == Alike::Same && !self.background.is_common(self.a.tokens.hashes[i]) {
                        self.agree.insert(self.a.tokens.hashes[i]);
                    }
                    right.retain(|&(r, _)| r != j);
                    false
                }
                None => true,
            }
        });
        if left.is_empty() || right.is_empty() {
            return;
        }
        right.retain(|&(j, s)| !ra.clone().any(|i| alike(word(self.b, j), s, word(self.a, i)) != Alike::No));
        for wanted in [Sort::Number, Sort::Name] {
            let of = |side: &[(usize, Sort)]| side.iter().filter(|x| x.1 == wanted).map(|x| x.0).collect::<Vec<_>>();
            for (i, j) in of(&left).into_iter().zip(of(&right)) {
                self.differ.insert((self.a.tokens.hashes[i], self.b.tokens.hashes[j]));
            }
        }
    }

    /// Whether a fact of the first text stands anywhere in the second text's matches; then it agrees.
    fn moved(&mut self, hash: u64) -> bool {
        let (b, matches) = (self.b, self.matches);
        let held = self
            .held_b
            .get_or_insert_with(|| matches.iter().flat_map(|m| b.tokens.hashes[usize_range(m.b())].iter().copied()).collect());
        let there = held.contains(&hash);
        if there && !self.background.is_common(hash) {
            self.agree.insert(hash);
        }
        there
    }
}

fn sort(p: &Prepared, i: usize) -> Option<Sort> {
    let kind = p.tokens.kinds[i];
    if kind.is_number() {
        Some(Sort::Number)
    } else if kind.is_capital() && !kind.opens() {
        Some(Sort::Name)
    } else {
        None
    }
}

fn word<'p>(p: &'p Prepared, i: usize) -> &'p str {
    &p.text[p.tokens.spans[i].range()]
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Alike {
    /// Another form of the same fact.
    Same,
    /// Perhaps the same, too damaged to tell.
    Perhaps,
    No,
}

/// Whether `other` may be `fact` re-typeset or damaged. Two clean numbers are alike only when their digits are the same.
fn alike(fact: &str, sort: Sort, other: &str) -> Alike {
    let digits = |s: &str| s.chars().filter(|c| c.is_numeric()).collect::<String>();
    let clean = |s: &str| s.chars().all(|c| c.is_numeric() || matches!(c, '.' | ',' | '\'' | ':'));
    if sort == Sort::Number && clean(fact) && clean(other) {
        return if digits(fact) == digits(other) { Alike::Same } else { Alike::No };
    }
    if fact.len() > 2 * other.len() + 2 || other.len() > 2 * fact.len() + 2 {
        // More than half would have to be inserted.
        return Alike::No;
    }
    let (mut x, mut y) = (['\0'; LONG], ['\0'; LONG]);
    let (x, y) = (lower(fact, &mut x), lower(other, &mut y));
    let distance = edit_distance(x, y);
    match (sort, x.len().max(y.len())) {
        (_, longest) if distance * 2 > longest => Alike::No,
        (Sort::Number, _) => Alike::Perhaps,
        (Sort::Name, longest) if distance * 3 <= longest => Alike::Same,
        (Sort::Name, _) => Alike::Perhaps,
    }
}

/// Words are compared by so many characters.
const LONG: usize = 32;

/// The first characters of a word in lower case.
fn lower<'b>(word: &str, buffer: &'b mut [char; LONG]) -> &'b [char] {
    let mut len = 0;
    for (place, c) in buffer.iter_mut().zip(word.chars().flat_map(char::to_lowercase)) {
        *place = c;
        len += 1;
    }
    &buffer[..len]
}

/// Levenshtein distance of two words of at most [`LONG`] characters.
fn edit_distance(x: &[char], y: &[char]) -> usize {
    let mut row: [usize; LONG + 1] = std::array::from_fn(|i| i);
    for (i, cx) in x.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, cy) in y.iter().enumerate() {
            let next = (corner + usize::from(cx != cy)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[y.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damage_is_not_difference() {
        assert!(alike("1,750", Sort::Number, "1.750") == Alike::Same);
        assert!(alike("1987", Sort::Number, "1988") == Alike::No);
        assert!(alike("1987", Sort::Number, "l987") == Alike::Perhaps);
        assert!(alike("Comissaria", Sort::Name, "Cornissaria") == Alike::Same);
        assert!(alike("Smith", Sort::Name, "Jones") == Alike::No);
    }

    #[test]
    fn distance() {
        let d = |x: &str, y: &str| edit_distance(&x.chars().collect::<Vec<_>>(), &y.chars().collect::<Vec<_>>());
        assert_eq!((d("kitten", "sitting"), d("", "abc"), d("abc", "abc")), (3, 3, 0));
    }
}
