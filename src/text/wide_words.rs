//! Owns: the words of a stretch that is not all ASCII. Never: looks behind white space.
//!
//! What [`letters`] knows is cut here by the rules of UAX #29; around everything else,
//! unicode-segmentation cuts. The property tests of `words` hold both against the definition.

use crate::text::letters::{self, Class};
use crate::text::word::{Form, Word, Words};
use unicode_segmentation::UnicodeSegmentation;

/// Takes the words from here to the next ASCII white space, and returns the place of that.
///
/// No word may begin before `start` and end behind it.
pub fn wide_words(text: &str, start: usize, take: &mut impl Words) -> usize {
    let rest = &text.as_bytes()[start..];
    let space = |b: &u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12);
    let end = start + rest.iter().position(space).unwrap_or(rest.len());
    let mut stretch = Stretch { text, end, open: start..start, last: Class::Other, mark: None };
    let mut at = start;
    while let Some(c) = text[at..end].chars().next() {
        let class = letters::class(c);
        if class != Class::Hard {
            stretch.next(at, at + c.len_utf8(), class, take);
            at += c.len_utf8();
            continue;
        }
        // Whatever is not yet taken may belong together with the hard character; before a
        // character that is a word by itself, every word ends.
        let from = stretch.open.start;
        let ideograph = |&(_, c): &(usize, char)| letters::class(c) == Class::Ideograph;
        at = text[at..end].char_indices().find(ideograph).map_or(end, |(far, _)| at + far);
        any_words(text, from, at, take);
        (stretch.open, stretch.last, stretch.mark) = (at..at, Class::Other, None);
    }
    stretch.close(take);
    end
}

/// What is not yet taken of a stretch.
struct Stretch<'t> {
    text: &'t str,
    end: usize,
    /// The last word, or the last character of no word.
    open: std::ops::Range<usize>,
    /// The class of its last character.
    last: Class,
    /// A mark behind the word, which the next character may join with it.
    mark: Option<Class>,
}

impl Stretch<'_> {
    /// Takes the next character.
    #[inline(always)]
    fn next(&mut self, at: usize, end: usize, class: Class, take: &mut impl Words) {
        let is_word = |class| matches!(class, Class::Letter | Class::Digit);
        if is_word(class) && is_word(self.last) {
            let joined = match self.mark {
                None => true,
                Some(_) if class != self.last => false,
                Some(Class::JoinsLetters) => class == Class::Letter,
                Some(Class::JoinsDigits) => class == Class::Digit,
                Some(_) => true,
            };
            if joined {
                (self.open.end, self.last, self.mark) = (end, class, None);
                return;
            }
        }
        if class == Class::Katakana && self.last == class {
            self.open.end = end;
            return;
        }
        let marks = matches!(class, Class::JoinsLetters | Class::JoinsDigits | Class::JoinsBoth);
        if marks && is_word(self.last) && self.mark.is_none() {
            self.mark = Some(class);
            return;
        }
        self.close(take);
        (self.open, self.last, self.mark) = (at..end, class, None);
    }

    /// Takes the word that is open.
    #[inline(always)]
    fn close(&mut self, take: &mut impl Words) {
        let std::ops::Range { start, end } = self.open;
        let form = match self.last {
            Class::Letter | Class::Digit => match self.text.as_bytes()[end..] {
                // What may be the sign of a word that goes on in the next line, which is the
                // hyphen or U+2010.
                [b'-', ..] if end + 1 == self.end => Form::Other,
                [0xe2, 0x80, 0x90, ..] => Form::Other,
                _ => Form::Simple,
            },
            Class::Ideograph | Class::Katakana => Form::Ideographs,
            _ => return,
        };
        take.other(Word { start, end, form });
    }
}

/// The words between two places, as unicode-segmentation cuts them.
#[inline(never)]
fn any_words(text: &str, start: usize, end: usize, take: &mut impl Words) {
    for (at, word) in text[start..end].unicode_word_indices() {
        // The word of a combining letter includes the mark before it, which is not part of the
        // token.
        let bare = word
            .trim_start_matches(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_');
        let end = start + at + word.len();
        take.other(Word { start: end - bare.len(), end, form: Form::Other });
    }
}
