//! Owns: the names in two titles that tell the subjects of their texts apart. Never: aligns texts.

use crate::align::prepared::Prepared;
use crate::pair::background::{Background, RARE};
use crate::pair::title::{HALF_THE_SAME, Title, gaps, is_framed};
use crate::pair::title_word_forms::WordForms;
use std::ops::Range;

/// The least number of tokens of a paragraph that can be the first one of a story: a byline is
/// shorter. No more than the second number are looked at.
const LEAD_TOKENS: Range<usize> = 10..60;

/// Whether two titles agree but for a name of each in the other's place, with which its own text
/// begins and the other text does not: accords of one country with two others, on one background.
/// Cost: the square of the titles' lengths, and for each name a look at the beginnings.
pub fn begin_with_other_names(
    (a, text_a): (&Title, &Prepared),
    (b, text_b): (&Title, &Prepared),
    background: &Background,
) -> bool {
    let gaps = gaps(a, b);
    let shorter = a.len().min(b.len()) as f64;
    if !is_framed(a, b, &gaps) || ((gaps.len() - 1) as f64) < HALF_THE_SAME * shorter {
        return false;
    }
    let (lead_a, lead_b) = (lead(text_a), lead(text_b));
    let begins = |x: &Title,
                  gap: &Range<usize>,
                  y: &Title,
                  own: (&Prepared, &Range<usize>),
                  other: (&Prepared, &Range<usize>)| {
        gap.clone().any(|i| {
            is_name(x, i, background)
                && !x.is_in_title(i, y)
                && is_in(x, i, own.0, own.1.clone())
                && !is_in(x, i, other.0, other.1.clone())
        })
    };
    let (in_a, in_b) = ((text_a, &lead_a), (text_b, &lead_b));
    gaps.iter().any(|(ra, rb)| begins(a, ra, b, in_a, in_b) && begins(b, rb, a, in_b, in_a))
}

/// Whether each title names something that its own text names and the other document does not,
/// while the titles share no rare word: the texts are about different things.
pub fn have_subjects_of_their_own(
    (a, text_a): (&Title, &Prepared),
    (b, text_b): (&Title, &Prepared),
    background: &Background,
) -> bool {
    let own = |x: &Title, own: &Prepared, y: &Title, other: &Prepared| {
        (0..x.len()).any(|i| {
            is_name(x, i, background)
                && !x.is_in_title(i, y)
                && x.is_in_text(i, own)
                && !x.is_in_text(i, other)
        })
    };
    a.points(b, background) < RARE && own(a, text_a, b, text_b) && own(b, text_b, a, text_a)
}

/// Whether a title names something that another text names too.
pub fn names_subject_of(title: &Title, text: &Prepared, background: &Background) -> bool {
    (0..title.len()).any(|i| is_name(title, i, background) && title.is_in_text(i, text))
}

/// Whether a token names something, but for numbers and common words.
fn is_name(title: &Title, i: usize, background: &Background) -> bool {
    i >= title.prefix()
        && !title.is_number(i)
        && title.is_informative(i, background)
        && title.names(i, background, true)
}

/// The tokens of the first paragraph of a story.
fn lead(text: &Prepared) -> Range<usize> {
    let long = text.paragraphs.iter().find(|p| p.len() >= LEAD_TOKENS.start);
    let Some(first) = long else { return 0..0 };
    let start = first.start as usize;
    start..(first.end as usize).min(start + LEAD_TOKENS.end)
}

/// Whether a token of a title or a form of it is in a part of a text.
fn is_in(title: &Title, i: usize, text: &Prepared, part: Range<usize>) -> bool {
    let forms = WordForms::of(title.word(i));
    part.into_iter().any(|j| {
        text.tokens.hashes[j] == title.hash(i)
            || text.tokens.kinds[j].is_capital()
                && forms.as_ref().is_some_and(|forms| forms.has(text.word(j)))
    })
}
