//! Owns: the names in two titles that tell the subjects of their texts apart. Never: aligns texts.

use crate::align::edit_distance::Letters;
use crate::align::prepared::Prepared;
use crate::pair::background::{Background, RARE};
use crate::pair::title::{HALF_THE_SAME, Title, gaps, is_framed};
use crate::pair::title_word_forms::WordForms;
use std::ops::Range;

/// The number of times from which a text has a word often.
const OFTEN: u32 = 4;

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
    let (lead_a, lead_b) = (text_a.lead(), text_b.lead());
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

/// Whether two titles agree but for a word of each in the other's place that its own text has at
/// least four times and more than twice as often as the other text: the pages of two products that
/// name each other. Copies of one text, whatever their titles, have each word about as often.
/// Cost: the square of the titles' lengths.
pub fn speak_of_other_things(
    (a, text_a): (&Title, &Prepared),
    (b, text_b): (&Title, &Prepared),
) -> bool {
    let gaps = gaps(a, b);
    if !is_framed(a, b, &gaps) {
        return false;
    }
    let often = |x: &Title, gap: &Range<usize>, y: &Title, own: &Prepared, other: &Prepared| {
        gap.clone().any(|i| {
            let count = own.count(x.hash(i));
            i >= x.prefix()
                && x.is_capital(i)
                && !x.is_in_title(i, y)
                && count >= OFTEN
                && count > 2 * other.count(x.hash(i))
        })
    };
    gaps.iter().any(|(ra, rb)| often(a, ra, b, text_a, text_b) && often(b, rb, a, text_b, text_a))
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

/// Whether a title names something that another text names too. Cost: the title times the text.
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

/// Whether a token of a title or a form of it is in a part of a text.
fn is_in(title: &Title, i: usize, text: &Prepared, part: Range<usize>) -> bool {
    let forms = WordForms::of(title.word(i));
    let letters = |j: usize| Letters::of_word(text.word(j));
    part.into_iter().any(|j| {
        text.tokens.hashes[j] == title.hash(i)
            || text.tokens.kinds[j].is_capital()
                && forms.as_ref().is_some_and(|forms| forms.has(text.word(j), letters(j)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_a_product_speaks_of_it_and_names_the_others() {
        let frame = "It comes with a warranty for life, a box of oak and a letter of thanks. ";
        let page = |own: &str, other: &str| {
            format!("{frame}{} There is the {other} too.", format!("The {own} is here. ").repeat(5))
        };
        let of = |a: (&str, &str), b: (&str, &str)| {
            let (x, y) = (Title::new(a.0, None), Title::new(b.0, None));
            let (text_a, text_b) = (Prepared::new(a.1, 5), Prepared::new(b.1, 5));
            let found = speak_of_other_things((&x, &text_a), (&y, &text_b));
            assert_eq!(found, speak_of_other_things((&y, &text_b), (&x, &text_a)));
            found
        };
        let (basic, master) = (page("Basic Set", "Master"), page("Master Set", "Basic"));
        let (a, b) = ("Acme Basic Set of Keys", "Acme Master Set of Keys");
        assert!(of((a, &basic), (b, &master)));
        // One text under two titles speaks of one thing.
        assert!(!of((a, &basic), (b, &basic)));
        assert!(!of((a, &basic), (a, &master)));
        assert!(!of(("The Basic story", &basic), ("A Master at work on keys", &master)));
    }
}
