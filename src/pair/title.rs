//! Owns: titles, and what their words name. Never: compares the texts.

use crate::align::edit_distance::Letters;
use crate::align::prepared::Prepared;
use crate::hash;
use crate::pair::background::Background;
use crate::pair::title_word_forms::WordForms;
use crate::text::token::{Tokens, tokenize};
use std::ops::Range;

/// The number of tokens of a title that are looked at.
pub(super) const MOST_TOKENS: usize = 48;
/// The most tokens of the house's part of a title, before or behind a separator.
const HOUSE_TOKENS: usize = 4;
/// From this number of texts on, a word that is never in lower case is a name. In a smaller corpus
/// too few words were seen in lower case.
pub(super) const KNOWS_CASE: u64 = 1000;
/// The least number of equal words of two titles in one frame, and their least share of the shorter
/// title.
pub(super) const FRAME_WORDS: usize = 2;
pub(super) const FRAME_SHARE: f64 = 0.33;
/// The share of the longer title from which on less is asked of the words that differ.
pub(super) const HALF_THE_SAME: f64 = 0.5;

/// Units of what is sold in sizes, as words of their own and behind a number.
const UNITS: [&str; 36] = [
    "ml", "cl", "oz", "kg", "mg", "lb", "lbs", "mm", "cm", "ft", "inch", "inches", "kw", "mah",
    "wh", "gb", "tb", "mb", "hz", "ghz", "mhz", "pack", "pcs", "piece", "pieces", "person",
    "seater", "liter", "litre", "liters", "litres", "gallon", "gallons", "quart", "watt", "volt",
];
/// Units that are units only where they are written at the number.
const SHORT_UNITS: [&str; 7] = ["g", "l", "m", "w", "v", "in", "x"];

/// A title without the parts that name the outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    text: String,
    tokens: Tokens,
    /// The letters of each token.
    letters: Vec<Letters>,
    /// The number of tokens before the first separator, where these are few: `UPDATE 2-`, `Covid:`.
    prefix: usize,
}

impl Title {
    /// Reads a title. `source` is the outlet, whose name is left out where it ends the title.
    pub fn new(title: &str, source: Option<&str>) -> Title {
        let text = without_house(title, source).to_owned();
        let mut tokens = tokenize(&text);
        tokens.hashes.truncate(MOST_TOKENS);
        tokens.spans.truncate(MOST_TOKENS);
        tokens.kinds.truncate(MOST_TOKENS);
        let prefix = prefix(&text, &tokens);
        let letters = tokens.spans.iter().map(|span| Letters::of_word(&text[span.range()]));
        Title { letters: letters.collect(), text, tokens, prefix }
    }

    /// A token as it is written.
    pub(super) fn word(&self, i: usize) -> &str {
        &self.text[self.tokens.spans[i].range()]
    }

    /// The points of the different informative words that both titles hold.
    pub fn points(&self, other: &Title, background: &Background) -> u32 {
        let mut shared: Vec<u64> = self.tokens.hashes[self.prefix..].to_vec();
        shared.retain(|word| other.tokens.hashes.contains(word));
        shared.sort_unstable();
        shared.dedup();
        shared.into_iter().map(|word| background.word_informativeness(word)).sum()
    }

    /// The key of the title: its words without numbers, which count the issues of a series.
    pub fn key(&self) -> u64 {
        let words = self.tokens.hashes.iter().zip(&self.tokens.kinds);
        hash::sequence(words.filter(|(_, kind)| !kind.is_number()).map(|(&word, _)| word))
    }

    /// The key of the numbers behind the prefix.
    pub fn number_key(&self) -> u64 {
        let numbers = (self.prefix..self.len()).filter(|&i| self.tokens.kinds[i].is_number());
        hash::sequence(numbers.map(|i| self.tokens.hashes[i]))
    }

    pub(super) fn is_informative(&self, i: usize, background: &Background) -> bool {
        background.word_informativeness(self.tokens.hashes[i]) > 0
    }

    /// Whether a token names something: it is a number, or a capital word that texts never write in
    /// lower case. The first word of a title is capital anyway, and in a title in capitals every
    /// word is. The number of a notice that was printed again on one day was corrected.
    pub(super) fn names(&self, i: usize, background: &Background, of_one_day: bool) -> bool {
        let kind = self.tokens.kinds[i];
        if kind.is_number() && !self.word(i).contains(char::is_alphabetic) {
            return i >= self.prefix && !of_one_day;
        }
        // In a title that is not in capitals, a word in capitals is an acronym: US is not us.
        let acronym = || {
            let word = self.word(i);
            word.len() > 1 && self.has_lower_case() && !word.contains(char::is_lowercase)
        };
        let open = kind.opens() && background.classes < KNOWS_CASE && self.has_lower_case();
        kind.is_capital()
            && !open
            && (!background.is_lower_case(self.tokens.hashes[i]) || acronym())
    }

    /// The size or the model of a thing that begins with a token, in lower case: `350ml` of 350 ml
    /// and of 350ml, `a320`, the `200` of XK-200.
    pub(super) fn variant(&self, i: usize) -> Option<String> {
        let word = self.word(i).to_lowercase();
        let is_number = |c: char| c.is_ascii_digit() || c == '.' || c == ',';
        if !word.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let unit = word.trim_start_matches(is_number);
        if !unit.is_empty() {
            let is_unit = UNITS.contains(&unit) || SHORT_UNITS.contains(&unit);
            let is_model = self.word(i).starts_with(|c: char| c.is_ascii_uppercase());
            return (is_unit || is_model).then_some(word);
        }
        let next = (i + 1 < self.len()).then(|| self.word(i + 1).to_lowercase());
        if let Some(unit) = next.filter(|next| UNITS.contains(&&**next)) {
            return Some(word + &unit);
        }
        let before = self.text[..self.tokens.spans[i].range().start].strip_suffix('-');
        before.is_some_and(|before| before.ends_with(char::is_uppercase)).then_some(word)
    }

    fn has_lower_case(&self) -> bool {
        self.tokens.kinds.iter().any(|k| !k.is_capital() && !k.is_number())
    }

    /// The number of tokens that are looked at.
    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The number of tokens before the first separator.
    pub(super) fn prefix(&self) -> usize {
        self.prefix
    }

    /// The hash of a token.
    pub(super) fn hash(&self, i: usize) -> u64 {
        self.tokens.hashes[i]
    }

    /// Whether a token holds a digit.
    pub(super) fn is_number(&self, i: usize) -> bool {
        self.tokens.kinds[i].is_number()
    }

    /// Whether a token begins with a capital letter.
    pub(super) fn is_capital(&self, i: usize) -> bool {
        self.tokens.kinds[i].is_capital()
    }

    /// What is between a token and the one before it.
    pub(super) fn between(&self, i: usize) -> &str {
        &self.text[self.tokens.spans[i - 1].range().end..self.tokens.spans[i].range().start]
    }

    /// Whether a token or a form of it is in another title.
    pub(super) fn is_in_title(&self, i: usize, other: &Title) -> bool {
        other.tokens.hashes.contains(&self.tokens.hashes[i])
            || WordForms::of(self.word(i)).is_some_and(|forms| {
                (0..other.len()).any(|j| forms.has(other.word(j), other.letters[j]))
            })
    }

    /// Whether a token or a form of it is in a text.
    pub(super) fn is_in_text(&self, i: usize, text: &Prepared) -> bool {
        text.count(self.tokens.hashes[i]) > 0
            || WordForms::of(self.word(i)).is_some_and(|forms| forms.are_in(text))
    }
}

/// The title without the name of the outlet behind a separator.
fn without_house<'t>(title: &'t str, source: Option<&str>) -> &'t str {
    // Most titles have none of the separators, so their bytes are looked for first.
    let has = |byte: u8| title.as_bytes().contains(&byte);
    if (has(b'|') || has(0xc2))
        && let Some((front, _)) = title.rsplit_once(['|', '»'])
        && !front.trim().is_empty()
    {
        return front.trim();
    }
    let plain = |s: &str| -> String {
        s.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let Some(source) = source else { return title };
    for separator in [" - ", " – ", " — ", " :: "] {
        if has(separator.as_bytes()[1])
            && let Some((front, house)) = title.rsplit_once(separator)
            && !front.trim().is_empty()
            && house.split_whitespace().count() <= HOUSE_TOKENS
        {
            let source = plain(source);
            if house.split_whitespace().map(plain).any(|w| w.len() > 2 && source.contains(&w)) {
                return front.trim();
            }
        }
    }
    title
}

/// The number of tokens before the first separator, or none where these are many. A hyphen inside a
/// word separates nothing; one behind a number does (`UPDATE 2-`).
fn prefix(text: &str, tokens: &Tokens) -> usize {
    let most = tokens.len().min(HOUSE_TOKENS);
    let ends = |&i: &usize| {
        let rest = &text[tokens.spans[i - 1].range().end..];
        let hyphen = rest.strip_prefix('-').is_some_and(|after| {
            tokens.kinds[i - 1].is_number() || !after.starts_with(char::is_alphanumeric)
        });
        hyphen
            || rest.starts_with([':', '/', ')', ']'])
            || [" - ", " – ", " — "].iter().any(|s| rest.starts_with(s))
    };
    (1..most).find(ends).unwrap_or(0)
}

/// The gaps between the equal words of two titles, in order: the tokens of either that stand
/// opposite each other. The equal words are a longest common subsequence.
pub(super) fn gaps(a: &Title, b: &Title) -> Vec<(Range<usize>, Range<usize>)> {
    let (x, y) = (&a.tokens.hashes, &b.tokens.hashes);
    let width = y.len() + 1;
    let mut longest = vec![0u16; (x.len() + 1) * width];
    for i in (0..x.len()).rev() {
        for j in (0..y.len()).rev() {
            longest[i * width + j] = if x[i] == y[j] {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut from) = (0, 0, (0, 0));
    let mut out = Vec::new();
    while i < x.len() && j < y.len() {
        if x[i] == y[j] {
            out.push((from.0..i, from.1..j));
            (i, j) = (i + 1, j + 1);
            from = (i, j);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    out.push((from.0..x.len(), from.1..y.len()));
    out
}

/// Whether two titles share so many words in order that what differs takes one place.
pub(super) fn is_framed(a: &Title, b: &Title, gaps: &[(Range<usize>, Range<usize>)]) -> bool {
    let equal = gaps.len() - 1;
    equal >= FRAME_WORDS && equal as f64 >= FRAME_SHARE * a.len().min(b.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_no_part_of_a_title() {
        let of = |title, source| without_house(title, source).to_owned();
        assert_eq!(of("Fire in port | Metro Wire", None), "Fire in port");
        assert_eq!(of("Fire in port - BBC News", Some("www.bbc.co.uk")), "Fire in port");
        assert_eq!(
            of("Fire in port - a witness", Some("www.bbc.co.uk")),
            "Fire in port - a witness"
        );
    }
}
