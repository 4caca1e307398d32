//! Owns: how far numbers and names agree inside the matches, and what is evidence against a copy.
//! Never: decides which relation follows.
//!
//! A copy keeps the facts of its original, a template replaces them. A fact that only one side has
//! does not count. A fact opposite another one in the same gap of the alignment disagrees, unless
//! the two may be one word that is damaged on one side.

use crate::align::edit_distance::{WordSimilarity, word_similarity};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, usize_range};
use crate::hash::Hashes;
use crate::model::detection::Facts;
use crate::model::thresholds::Thresholds;
use crate::pair::background::{Background, RARE};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Where both paragraphs begin or end within this many tokens of a match, on one line, the tokens
/// there are a gap too: the company's name before "said", the last figure of a notice. The gap does
/// not cross the line, because bylines and the heads of posts are no facts of a story.
const MAX_ADJACENT_TOKENS: u32 = 16;

/// The weight of two numbers that disagree, however rare they are, and of two names that disagree
/// if the less rare of them is frequent. Most figures are rare, and a copy may correct some.
const NUMBER: u32 = 3;

/// The most tokens of a gap in which a figure is in the place of another one.
const SHORT_GAP: usize = 4;

/// The number of names that are tested as protagonists: of the names that only one text contains,
/// the first ones that occur in it twice or more.
const HEROES: usize = 16;

/// The weight against a copy when each text repeatedly names somebody whom the other does not name.
const HERO: u32 = 9;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Number,
    Name,
    /// The first word of a sentence: its capital is no evidence, so it is a name only where it is
    /// rare.
    First,
}

/// The evidence for and against a copy inside the matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopyEvidence {
    /// The counts of facts, with each different fact counted once.
    pub facts: Facts,
    /// The sum of the weights of facts that disagree: [`NUMBER`] for a number or a frequent name,
    /// otherwise the weight of the less rare of the two names.
    pub against: u32,
    /// The number of different pairs of figures in which one takes the place of another in a gap,
    /// and of all different pairs of figures in one place inside the matches. A figure that differs
    /// from the other one in a single digit may be a correction of it, and where each text holds
    /// both figures, their lines may be in another order: these do not count as other figures.
    pub figures: [u32; 2],
    /// Whether words take the place of other words in a gap.
    pub replaced: bool,
}

/// Counts the facts inside the matches.
pub fn evidence(
    matches: &[Chain],
    a: &Prepared,
    b: &Prepared,
    background: &Background,
) -> CopyEvidence {
    let count = Count::of(matches, a, b, background);
    let facts = Facts {
        agree: count.agree.len() as u32,
        compared: (count.agree.len() + count.differ.len()) as u32,
    };
    let all = count.equal_figures.len() + count.opposite_figures.len();
    let figures = [count.other_figures, all as u32];
    CopyEvidence { facts, against: count.against, replaced: count.replaced, figures }
}

/// Whether enough facts were compared and too few of them agree.
pub fn facts_differ(facts: Facts, t: &Thresholds) -> bool {
    facts.compared >= t.template_facts
        && f64::from(facts.agree) < t.template_agreement * f64::from(facts.compared)
}

/// The facts themselves, each by the token at which it first occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FactList {
    /// The facts that agree, as tokens of the first text, in order.
    pub agree: Vec<usize>,
    /// The facts that disagree, as tokens of the first and of the second text, in order.
    pub differ: Vec<(usize, usize)>,
}

/// Lists the facts that [`evidence`] counts. Cost: that of [`evidence`], and a scan of all tokens.
pub fn list(matches: &[Chain], a: &Prepared, b: &Prepared, background: &Background) -> FactList {
    let count = Count::of(matches, a, b, background);
    let first = |p: &Prepared| {
        // The iteration is reversed, so the first place of a hash is inserted last and kept.
        (0..p.tokens.len()).rev().map(|i| (p.tokens.hashes[i], i)).collect::<HashMap<u64, usize>>()
    };
    let (in_a, in_b) = (first(a), first(b));
    let mut agree: Vec<usize> =
        count.agree.iter().filter_map(|hash| in_a.get(hash).copied()).collect();
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
    against: u32,
    replaced: bool,
    /// The pairs of figures that are the same in the same place, however they are written.
    equal_figures: HashSet<(u64, u64)>,
    /// The pairs of figures that are opposite each other in a gap and differ.
    opposite_figures: HashSet<(u64, u64)>,
    /// The number of such pairs that are no correction and no other order.
    other_figures: u32,
    /// The pairs of rare words in lower case that are opposite each other in a gap.
    plain: HashSet<(u64, u64)>,
    /// The pairs of names that disagree where one of them is the first word of a sentence.
    firsts: HashSet<(u64, u64)>,
    /// For either text, the tokens of the names that the other text does not contain.
    own: [Vec<usize>; 2],
}

impl<'p> Count<'p> {
    fn of(
        matches: &[Chain],
        a: &'p Prepared<'p>,
        b: &'p Prepared<'p>,
        background: &'p Background,
    ) -> Count<'p> {
        let (agree, differ, firsts) = (Hashes::default(), HashSet::new(), HashSet::new());
        let mut count = Count {
            a,
            b,
            background,
            agree,
            differ,
            against: 0,
            replaced: false,
            equal_figures: HashSet::new(),
            opposite_figures: HashSet::new(),
            other_figures: 0,
            plain: HashSet::new(),
            firsts,
            own: Default::default(),
        };
        for m in matches {
            for r in &m.runs {
                for i in r.a..r.a + r.len {
                    count.equal_token(i as usize);
                }
            }
        }
        for m in matches {
            for (beside_a, beside_b) in beside(a, m.a()).into_iter().zip(beside(b, m.b())) {
                count.gap(beside_a, beside_b);
            }
            for pair in m.runs.windows(2) {
                let (x, y) = (pair[0], pair[1]);
                count.gap(usize_range(x.a + x.len..y.a), usize_range(x.b + x.len..y.b));
            }
        }
        let [x, y] = [count.repeated_names(0), count.repeated_names(1)];
        // The look at all words of the other text is only needed where both texts have such names.
        if !x.is_empty()
            && !y.is_empty()
            && count.has_protagonist(0, &x)
            && count.has_protagonist(1, &y)
        {
            count.against += HERO;
        }
        count
    }

    /// The first names that a text has twice and that the other text does not contain.
    fn repeated_names(&self, side: usize) -> Vec<usize> {
        let p = if side == 0 { self.a } else { self.b };
        let named = |i: &usize| p.count(p.tokens.hashes[*i]) >= 2;
        self.own[side].iter().copied().filter(named).take(HEROES).collect()
    }

    /// Whether a text names somebody at least twice whom the other does not name in any spelling.
    fn has_protagonist(&self, side: usize, names: &[usize]) -> bool {
        let (p, q) = if side == 0 { (self.a, self.b) } else { (self.b, self.a) };
        let known = |i: usize| {
            let like = |&j: &u32| word_similarity(p.word(i), false, q.word(j as usize));
            q.facts().iter().any(|j| like(j) != WordSimilarity::No)
        };
        names.iter().any(|&i| !known(i))
    }

    /// The names in a range that the other text does not contain.
    fn names_absent_from(&self, p: &Prepared, range: Range<usize>, other: &Prepared) -> Vec<usize> {
        let name = |i: &usize| {
            matches!(self.sort(p, *i), Some(Sort::Name | Sort::First))
                && self.background.word_informativeness(p.tokens.hashes[*i]) > 0
        };
        range.filter(name).filter(|&i| !self.moved(p, i, other)).collect()
    }

    fn equal_token(&mut self, i: usize) {
        let hash = self.a.tokens.hashes[i];
        if self.a.tokens.kinds[i].is_number() {
            self.equal_figures.insert((hash, hash));
        }
        // A word that occurs in many texts agrees in every template too.
        if self.a.is_fact(i) && !self.background.is_common(hash) {
            self.agree.insert(hash);
        }
    }

    /// Pairs the facts of one gap in order, except those that are moved or look like a damaged word
    /// of the other side.
    fn gap(&mut self, ra: Range<usize>, rb: Range<usize>) {
        if self.background.knows_words() {
            let (x, y) = (
                self.names_absent_from(self.a, ra.clone(), self.b),
                self.names_absent_from(self.b, rb.clone(), self.a),
            );
            self.own[0].extend(x);
            self.own[1].extend(y);
        }
        if ra.is_empty() || rb.is_empty() {
            return;
        }
        self.replaced = true;
        self.figures(&ra, &rb);
        self.plain_words(ra.clone(), rb.clone());
        let mut left: Vec<(usize, Sort)> =
            ra.clone().filter_map(|i| Some((i, self.sort(self.a, i)?))).collect();
        if left.is_empty() {
            return;
        }
        let mut right: Vec<(usize, Sort)> =
            rb.clone().filter_map(|j| Some((j, self.sort(self.b, j)?))).collect();
        left.retain(|&(i, _)| !self.moved(self.a, i, self.b));
        right.retain(|&(j, _)| !self.moved(self.b, j, self.a));
        left.retain(|&(i, s)| {
            let looks =
                |j: usize| word_similarity(self.a.word(i), is_number(self.a, i), self.b.word(j));
            match rb.clone().find(|&j| looks(j) != WordSimilarity::No) {
                Some(j) => {
                    if looks(j) == WordSimilarity::Same
                        && s != Sort::First
                        && !self.background.is_common(self.a.tokens.hashes[i])
                    {
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
        right.retain(|&(j, _)| {
            !ra.clone().any(|i| {
                word_similarity(self.b.word(j), is_number(self.b, j), self.a.word(i))
                    != WordSimilarity::No
            })
        });
        for numbers in [true, false] {
            let of = |side: &'_ [(usize, Sort)]| {
                side.iter()
                    .copied()
                    .filter(|x| (x.1 == Sort::Number) == numbers)
                    .collect::<Vec<_>>()
            };
            for (x, y) in of(&left).into_iter().zip(of(&right)) {
                self.count_disagreement(x, y);
            }
        }
    }

    /// Counts the figures of a short gap, each with the one in its place.
    fn figures(&mut self, ra: &Range<usize>, rb: &Range<usize>) {
        if ra.len().max(rb.len()) > SHORT_GAP {
            return;
        }
        let (a, b) = (self.a, self.b);
        let of = |p: &'p Prepared<'p>, r: &Range<usize>| {
            r.clone().filter(|&i| p.tokens.kinds[i].is_number()).collect::<Vec<_>>()
        };
        for (i, j) in of(a, ra).into_iter().zip(of(b, rb)) {
            let (x, y) = (a.tokens.hashes[i], b.tokens.hashes[j]);
            if word_similarity(a.word(i), true, b.word(j)) != WordSimilarity::No {
                self.equal_figures.insert((x, y));
            } else if self.opposite_figures.insert((x, y)) {
                let moved = a.count(y) > 0 && b.count(x) > 0;
                self.other_figures += u32::from(!moved && !is_correction(a.word(i), b.word(j)));
            }
        }
    }

    /// Pairs the words of one gap that are no facts by themselves. A slot of a template may hold
    /// such words; what shows it is that two rare ones are opposite each other twice.
    fn plain_words(&mut self, ra: Range<usize>, rb: Range<usize>) {
        let (x, y) = (self.plain_of(self.a, ra, self.b), self.plain_of(self.b, rb, self.a));
        for (i, j) in x.into_iter().zip(y) {
            let pair = (self.a.tokens.hashes[i], self.b.tokens.hashes[j]);
            let rare = |word| self.background.word_informativeness(word) == RARE;
            if rare(pair.0)
                && rare(pair.1)
                && word_similarity(self.a.word(i), false, self.b.word(j)) == WordSimilarity::No
                && !self.plain.insert(pair)
                && self.differ.insert(pair)
            {
                self.against += RARE;
            }
        }
    }

    /// The words of a range in lower case that are informative and that the other text does not
    /// hold.
    fn plain_of(&self, p: &Prepared, range: Range<usize>, other: &Prepared) -> Vec<usize> {
        if !self.background.knows_words() {
            return Vec::new();
        }
        let plain = |&i: &usize| {
            let (kind, hash) = (p.tokens.kinds[i], p.tokens.hashes[i]);
            !kind.is_number()
                && !kind.is_capital()
                && self.background.word_informativeness(hash) > 0
                && other.count(hash) == 0
        };
        range.filter(plain).collect()
    }

    /// Whether a fact occurs elsewhere in the other text. A common one may do so by chance and is
    /// not moved.
    fn moved(&self, p: &Prepared, i: usize, other: &Prepared) -> bool {
        let hash = p.tokens.hashes[i];
        !self.background.is_common(hash) && other.count(hash) > 0
    }

    fn count_disagreement(&mut self, (i, x): (usize, Sort), (j, y): (usize, Sort)) {
        let pair = (self.a.tokens.hashes[i], self.b.tokens.hashes[j]);
        let first = x == Sort::First || y == Sort::First;
        let new = if first { self.firsts.insert(pair) } else { self.differ.insert(pair) };
        if new {
            let weight = self
                .background
                .word_informativeness(pair.0)
                .min(self.background.word_informativeness(pair.1));
            self.against +=
                if x == Sort::Number || (1..NUMBER).contains(&weight) { NUMBER } else { weight };
        }
    }

    fn sort(&self, p: &Prepared, i: usize) -> Option<Sort> {
        let kind = p.tokens.kinds[i];
        if kind.is_number() {
            // A capital letter makes a number a name: PS4, A380.
            let name = p.word(i).contains(char::is_uppercase);
            Some(if name { Sort::Name } else { Sort::Number })
        } else if !kind.is_capital() {
            None
        } else if !kind.opens() {
            // In a text in capitals every word looks like a name.
            (!self.background.is_common(p.tokens.hashes[i])
                || p.word(i).contains(char::is_lowercase))
            .then_some(Sort::Name)
        } else {
            (self.background.knows_words() && !self.background.is_common(p.tokens.hashes[i]))
                .then_some(Sort::First)
        }
    }
}

/// The tokens before a match and behind it in its paragraphs; a side is empty where it is too long
/// or more than one line.
fn beside(p: &Prepared, m: Range<u32>) -> [Range<usize>; 2] {
    let start = p.paragraphs[..p.paragraphs.partition_point(|x| x.start <= m.start)]
        .last()
        .map_or(m.start, |x| x.start);
    let end =
        p.paragraphs.get(p.paragraphs.partition_point(|x| x.end < m.end)).map_or(m.end, |x| x.end);
    // The range includes the adjacent word of the match, so that the line is that of the match too.
    let one_line = |r: Range<u32>| !p.text[p.tokens.span(usize_range(r)).range()].contains('\n');
    let front = m.start - start <= MAX_ADJACENT_TOKENS && one_line(start..m.start + 1);
    let back = end - m.end <= MAX_ADJACENT_TOKENS && one_line(m.end - 1..end);
    [
        usize_range(if front { start } else { m.start }..m.start),
        usize_range(m.end..if back { end } else { m.end }),
    ]
}

/// Whether one figure may be a correction of the other: they differ in one of several digits.
fn is_correction(x: &str, y: &str) -> bool {
    let length = x.chars().count();
    let other = || x.chars().zip(y.chars()).filter(|(p, q)| p != q).count();
    length > 1 && length == y.chars().count() && other() == 1
}

fn is_number(p: &Prepared, i: usize) -> bool {
    p.tokens.kinds[i].is_number()
}
