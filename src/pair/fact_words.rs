//! Owns: which words of two texts are facts. Never: compares or counts them.

use crate::align::prepared::Prepared;
use crate::pair::background::Background;
use std::ops::Range;

/// What a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// A number.
    Number,
    /// A name, which may hold digits.
    Name,
    /// The first word of a sentence: its capital is no evidence, so it is a name only where it is
    /// rare.
    First,
}

/// A fact: its token, and what it is.
pub type Fact = (usize, Sort);

/// The two texts, and the background that tells which of their words are names.
#[derive(Clone, Copy)]
pub struct Texts<'p> {
    /// The first text.
    pub a: &'p Prepared<'p>,
    /// The second text.
    pub b: &'p Prepared<'p>,
    /// The background.
    pub background: &'p Background,
}

impl<'p> Texts<'p> {
    /// The names in a range of one text that the other text does not contain.
    pub fn names_absent_from(
        self,
        p: &'p Prepared<'p>,
        range: Range<usize>,
        other: &'p Prepared<'p>,
    ) -> impl Iterator<Item = usize> {
        let name = move |i: &usize| {
            matches!(self.sort(p, *i), Some(Sort::Name | Sort::First))
                && self.background.word_informativeness(p.tokens.hashes[*i]) > 0
        };
        range.filter(name).filter(move |&i| !self.moved(p, i, other))
    }

    /// Puts the facts of a range in the place of those in `out`.
    pub fn facts(self, p: &Prepared, range: Range<usize>, out: &mut Vec<Fact>) {
        out.clear();
        out.extend(range.filter_map(|i| Some((i, self.sort(p, i)?))));
    }

    /// The words of a range in lower case that are informative and that the other text does not
    /// hold.
    pub fn plain_of(
        self,
        p: &'p Prepared<'p>,
        range: Range<usize>,
        other: &'p Prepared<'p>,
    ) -> impl Iterator<Item = usize> {
        let plain = move |&i: &usize| {
            let (kind, hash) = (p.tokens.kinds[i], p.tokens.hashes[i]);
            !kind.is_number()
                && !kind.is_capital()
                && self.background.word_informativeness(hash) > 0
                && other.count(hash) == 0
        };
        range.filter(plain)
    }

    /// Whether a fact of one text occurs elsewhere in the other text. A common one may do so by
    /// chance and is not moved.
    pub fn moved(self, p: &Prepared, i: usize, other: &Prepared) -> bool {
        let hash = p.tokens.hashes[i];
        !self.background.is_common(hash) && other.count(hash) > 0
    }

    fn sort(self, p: &Prepared, i: usize) -> Option<Sort> {
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

/// Whether a token holds a digit.
pub fn is_number(p: &Prepared, i: usize) -> bool {
    p.tokens.kinds[i].is_number()
}
