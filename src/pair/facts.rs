//! Owns: how far numbers and names agree inside the matches, and what is evidence against a copy.
//! Never: decides which relation follows.
//!
//! A copy keeps the facts of its original, a template replaces them. A fact that only one side has
//! does not count. A fact opposite another one in the same gap of the alignment disagrees, unless
//! the two may be one word that is damaged on one side.

use crate::align::edit_distance::{ComparedWord, Letters, WordSimilarity, word_similarity};
use crate::align::prepared::Prepared;
use crate::align::run::{Chain, usize_range};
use crate::align::steps::Steps;
use crate::hash::HashPairs;
use crate::model::detection::{Facts, LeftOut};
use crate::model::thresholds::Thresholds;
use crate::pair::background::{Background, RARE};
use crate::pair::fact_words::{Fact, Sort, Texts, is_number};
use crate::pair::figures::{FigureCounts, Figures};
use std::collections::HashMap;
use std::ops::Range;

/// Where both paragraphs begin or end within this many tokens of a match, on one line, the tokens
/// there are a gap too: the company's name before "said", the last figure of a notice. The gap does
/// not cross the line, because bylines and the heads of posts are no facts of a story.
const MAX_ADJACENT_TOKENS: u32 = 16;

/// The weight of two numbers that disagree, however rare they are, and of two names that disagree
/// if the less rare of them is frequent. Most figures are rare, and a copy may correct some.
const NUMBER: u32 = 3;

/// The number of names that are tested as protagonists: of the names that only one text contains,
/// the first ones that occur in it twice or more.
const HEROES: usize = 16;

/// The weight against a copy when each text repeatedly names somebody whom the other does not name.
const HERO: u32 = 9;

/// The evidence for and against a copy inside the matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CopyEvidence {
    /// The counts of facts, with each different fact counted once.
    pub facts: Facts,
    /// The sum of the weights of facts that disagree: [`NUMBER`] for a number or a frequent name,
    /// otherwise the weight of the less rare of the two names.
    pub against: u32,
    /// The figures in one place inside the matches.
    pub figures: FigureCounts,
    /// Whether words take the place of other words in a gap.
    pub replaced: bool,
    /// Whether facts or rare words that the other text does not hold do.
    pub contrasted: bool,
}

/// Counts the facts inside the matches.
pub fn evidence(
    matches: &[Chain],
    a: &Prepared,
    b: &Prepared,
    background: &Background,
    steps: &Steps,
) -> CopyEvidence {
    let mut count = Count::of(matches, a, b, background, steps);
    let facts = Facts {
        agree: count.agree.len() as u32,
        compared: (count.agree.len() + count.differ.len()) as u32,
    };
    let figures = count.figures.counts();
    let contrasted = figures.changed() > 0 || !count.plain.is_empty() || !count.differ.is_empty();
    CopyEvidence { facts, against: count.against, replaced: count.replaced, contrasted, figures }
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
    let count = Count::of(matches, a, b, background, &Steps::to_the_end());
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
    texts: Texts<'p>,
    /// The facts that agree; each once when all are counted.
    agree: Vec<u64>,
    differ: HashPairs,
    against: u32,
    replaced: bool,
    figures: Figures,
    /// The pairs of rare words in lower case that are opposite each other in a gap.
    plain: HashPairs,
    /// The pairs of names that disagree where one of them is the first word of a sentence.
    firsts: HashPairs,
    /// For either text, the tokens of the names that the other text does not contain.
    own: [Vec<usize>; 2],
    /// The facts of the gap that is counted, on either side. They are kept from gap to gap, so that
    /// their memory is.
    facts: [Vec<Fact>; 2],
    /// The words of one side of that gap, kept in the same way.
    words: Vec<ComparedWord<'p>>,
}

impl<'p> Count<'p> {
    fn of(
        matches: &[Chain],
        a: &'p Prepared<'p>,
        b: &'p Prepared<'p>,
        background: &'p Background,
        steps: &Steps,
    ) -> Count<'p> {
        let mut count = Count {
            texts: Texts { a, b, background },
            agree: Vec::new(),
            differ: HashPairs::default(),
            against: 0,
            replaced: false,
            figures: Figures::default(),
            plain: HashPairs::default(),
            firsts: HashPairs::default(),
            own: Default::default(),
            facts: Default::default(),
            words: Vec::new(),
        };
        for run in matches.iter().flat_map(|m| &m.runs) {
            if steps.take(run.len as usize) {
                return count;
            }
            count.equal_tokens(usize_range(run.a..run.a_end()));
        }
        for m in matches {
            for (beside_a, beside_b) in beside(a, m.a()).into_iter().zip(beside(b, m.b())) {
                count.gap(beside_a, beside_b, steps);
            }
            for pair in m.runs.windows(2) {
                let (x, y) = (pair[0], pair[1]);
                count.gap(usize_range(x.a_end()..y.a), usize_range(x.b_end()..y.b), steps);
                if steps.is_stopped() {
                    return count;
                }
            }
        }
        let [x, y] = [count.repeated_names(0), count.repeated_names(1)];
        // The look at all words of the other text is only needed where both texts have such names.
        if !x.is_empty()
            && !y.is_empty()
            && !steps.take(x.len() * b.facts().len() + y.len() * a.facts().len())
            && count.has_protagonist(0, &x, steps)
            && count.has_protagonist(1, &y, steps)
        {
            count.against += HERO;
        }
        count.agree.sort_unstable();
        count.agree.dedup();
        count
    }

    /// The first names that a text has twice and that the other text does not contain.
    fn repeated_names(&self, side: usize) -> Vec<usize> {
        let p = if side == 0 { self.texts.a } else { self.texts.b };
        let named = |i: &usize| p.count(p.tokens.hashes[*i]) >= 2;
        self.own[side].iter().copied().filter(named).take(HEROES).collect()
    }

    /// Whether a text names somebody at least twice whom the other does not name in any spelling.
    fn has_protagonist(&self, side: usize, names: &[usize], steps: &Steps) -> bool {
        let Texts { a, b, .. } = self.texts;
        let (p, q) = if side == 0 { (a, b) } else { (b, a) };
        if q.facts().has_more() {
            steps.leave_out(LeftOut { names: true, ..LeftOut::default() });
            return false;
        }
        let known = |i: usize| {
            let name = ComparedWord::of(p.word(i));
            let like = |j: u32| name.similarity(false, &ComparedWord::of(q.word(j as usize)));
            let near = || q.facts().near::<2>(Letters::of_word(p.word(i)));
            near().into_iter().any(|j| like(j) != WordSimilarity::No)
        };
        names.iter().any(|&i| !known(i))
    }

    fn equal_tokens(&mut self, tokens: Range<usize>) {
        let Texts { a, background, .. } = self.texts;
        for (i, kind) in tokens.clone().zip(&a.tokens.kinds[tokens]) {
            if !kind.is_number() && !kind.is_capital() {
                continue;
            }
            let hash = a.tokens.hashes[i];
            if kind.is_number() {
                self.figures.equal(hash);
            }
            // A word that occurs in many texts agrees in every template too.
            if a.is_fact(i) && !background.is_common(hash) {
                self.agree.push(hash);
            }
        }
    }

    /// Pairs the facts of one gap in order, except those that are moved or look like a damaged word
    /// of the other side.
    fn gap(&mut self, ra: Range<usize>, rb: Range<usize>, steps: &Steps) {
        steps.take(1 + ra.len() + rb.len());
        let texts = self.texts;
        let Texts { a, b, background } = texts;
        if background.knows_words() {
            self.own[0].extend(texts.names_absent_from(a, ra.clone(), b));
            self.own[1].extend(texts.names_absent_from(b, rb.clone(), a));
        }
        if ra.is_empty() || rb.is_empty() {
            return;
        }
        self.replaced = true;
        self.figures.gap(a, &ra, b, &rb);
        self.plain_words(ra.clone(), rb.clone());
        let [mut left, mut right] = std::mem::take(&mut self.facts);
        texts.facts(a, ra.clone(), &mut left);
        if !left.is_empty() {
            texts.facts(b, rb.clone(), &mut right);
            left.retain(|&(i, _)| !texts.moved(a, i, b));
            right.retain(|&(j, _)| !texts.moved(b, j, a));
            steps.take(left.len() * rb.len() + right.len() * ra.len());
            self.opposite_facts(ra, rb, &mut left, &mut right);
        }
        self.facts = [left, right];
    }

    /// Counts the facts of a gap that are not moved.
    fn opposite_facts(
        &mut self,
        ra: Range<usize>,
        rb: Range<usize>,
        left: &mut Vec<Fact>,
        right: &mut Vec<Fact>,
    ) {
        let Texts { a, b, background } = self.texts;
        self.words.clear();
        self.words.extend(rb.clone().map(|j| ComparedWord::of(b.word(j))));
        left.retain(|&(i, s)| {
            let (fact, number) = (ComparedWord::of(a.word(i)), is_number(a, i));
            let looks = |word: &ComparedWord| fact.similarity(number, word);
            let mut words = rb.clone().zip(&self.words).map(|(j, word)| (j, looks(word)));
            let alike = words.find(|(_, looks)| *looks != WordSimilarity::No);
            let Some((j, looks)) = alike else { return true };
            if looks == WordSimilarity::Same
                && s != Sort::First
                && !background.is_common(a.tokens.hashes[i])
            {
                self.agree.push(a.tokens.hashes[i]);
            }
            right.retain(|&(r, _)| r != j);
            false
        });
        if left.is_empty() || right.is_empty() {
            return;
        }
        self.words.clear();
        self.words.extend(ra.map(|i| ComparedWord::of(a.word(i))));
        right.retain(|&(j, _)| {
            let (fact, number) = (ComparedWord::of(b.word(j)), is_number(b, j));
            let looks = |word: &ComparedWord| fact.similarity(number, word);
            !self.words.iter().any(|word| looks(word) != WordSimilarity::No)
        });
        for numbers in [true, false] {
            let of_sort = |x: &&Fact| (x.1 == Sort::Number) == numbers;
            for (x, y) in left.iter().filter(of_sort).zip(right.iter().filter(of_sort)) {
                self.count_disagreement(*x, *y);
            }
        }
    }

    /// Pairs the words of one gap that are no facts by themselves. A slot of a template may hold
    /// such words; what shows it is that two rare ones are opposite each other twice.
    fn plain_words(&mut self, ra: Range<usize>, rb: Range<usize>) {
        let texts = self.texts;
        let Texts { a, b, background } = texts;
        if !background.knows_words() {
            return;
        }
        for (i, j) in texts.plain_of(a, ra, b).zip(texts.plain_of(b, rb, a)) {
            let pair = (a.tokens.hashes[i], b.tokens.hashes[j]);
            let rare = |word| background.word_informativeness(word) == RARE;
            if rare(pair.0)
                && rare(pair.1)
                && word_similarity(a.word(i), false, b.word(j)) == WordSimilarity::No
                && !self.plain.insert(pair)
                && self.differ.insert(pair)
            {
                self.against += RARE;
            }
        }
    }

    fn count_disagreement(&mut self, (i, x): Fact, (j, y): Fact) {
        let Texts { a, b, background } = self.texts;
        let pair = (a.tokens.hashes[i], b.tokens.hashes[j]);
        let first = x == Sort::First || y == Sort::First;
        let new = if first { self.firsts.insert(pair) } else { self.differ.insert(pair) };
        if new {
            let weight = background
                .word_informativeness(pair.0)
                .min(background.word_informativeness(pair.1));
            self.against +=
                if x == Sort::Number || (1..NUMBER).contains(&weight) { NUMBER } else { weight };
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
