//! Owns: a word, and whether other words may be forms of it: inflected, misspelt or damaged. Never:
//! looks at where the words occur.

use crate::align::edit_distance::{WordSimilarity, word_similarity};

/// Words that are shorter than this many letters are alike only if they are equal.
const SHORT_WORD: usize = 4;

/// The bytes of a word for which the quick test holds: longer words are compared by their first
/// letters only.
const LONG_WORD: usize = 32;

/// A word whose forms are looked for.
pub struct WordForms<'w> {
    word: &'w str,
    /// The letters of the word, where it is short and of ASCII.
    letters: Option<u32>,
}

impl WordForms<'_> {
    /// Prepares a word; `None` where it is too short or has a digit, so that it has no forms.
    pub fn of(word: &str) -> Option<WordForms<'_>> {
        let has_forms =
            word.chars().count() >= SHORT_WORD && !word.contains(|c: char| c.is_numeric());
        has_forms.then(|| WordForms { word, letters: letters(word) })
    }

    /// Whether another word may be a form of the word.
    pub fn has(&self, other: &str) -> bool {
        if let (Some(x), Some(y)) = (self.letters, letters(other))
            && (other.len() < SHORT_WORD || !self.may_have(x, other, y))
        {
            return false;
        }
        self.is_form(other)
    }

    /// Whether the lengths and letters of two short words of ASCII allow that one is a form of the
    /// other: a letter that only one word has needs an edit, and one edit serves one letter of
    /// each.
    fn may_have(&self, x: u32, other: &str, y: u32) -> bool {
        let (long, short) = (self.word.len().max(other.len()), self.word.len().min(other.len()));
        let edits = (x & !y).count_ones().max((y & !x).count_ones()) as usize;
        3 * edits.max(long - short) <= long
    }

    /// [`WordForms::has`] without a quick test: the definition.
    fn is_form(&self, other: &str) -> bool {
        other.chars().count() >= SHORT_WORD
            && word_similarity(self.word, false, other) == WordSimilarity::Same
    }
}

/// The set of letters of a short word of ASCII, without regard to case.
fn letters(word: &str) -> Option<u32> {
    if word.len() > LONG_WORD {
        return None;
    }
    let add = |(set, all): (u32, u8), byte: u8| (set | 1 << (byte & 31), all | byte);
    let (set, all) = word.bytes().fold((0, 0), add);
    all.is_ascii().then_some(set)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_quick_test_changes_nothing(word in "[a-dA-C@'-]{0,9}[a-dé€0-9]{0,9}x{0,30}",
            other in "[a-dA-C@'-]{0,9}[a-dé€0-9]{0,9}x{0,30}") {
            if let Some(forms) = WordForms::of(&word) {
                prop_assert_eq!(forms.has(&other), forms.is_form(&other));
            }
        }

        #[test]
        fn forms_are_found(word in "[a-e]{4,8}", damaged in "[a-eA-E]", at in 0usize..4) {
            let mut other = word.clone();
            other.replace_range(at..=at, &damaged);
            let forms = WordForms::of(&word).unwrap();
            prop_assert_eq!(forms.has(&other), forms.is_form(&other));
            prop_assert!(forms.has(&other));
        }
    }

    #[test]
    fn short_words_and_numbers_have_no_forms() {
        assert!(WordForms::of("oil").is_none() && WordForms::of("1987").is_none());
        assert!(WordForms::of("Comissaria").unwrap().has("COMMISSARIA"));
        assert!(!WordForms::of("Smith").unwrap().has("Jones"));
    }
}
