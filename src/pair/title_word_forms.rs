//! Owns: a word, and whether other words may be forms of it: inflected, misspelt or damaged. Never:
//! looks at where the words occur.

use crate::align::edit_distance::{ComparedWord, Letters, WordSimilarity};
use crate::align::prepared::Prepared;

/// Words that are shorter than this many letters are alike only if they are equal.
const SHORT_WORD: usize = 4;

/// A word whose forms are looked for.
pub struct WordForms<'w> {
    word: ComparedWord<'w>,
    letters: Letters,
}

impl WordForms<'_> {
    /// Prepares a word; `None` where it is too short or has a digit, so that it has no forms.
    pub fn of(word: &str) -> Option<WordForms<'_>> {
        let has_forms =
            word.chars().count() >= SHORT_WORD && !word.contains(|c: char| c.is_numeric());
        let (word, letters) = (ComparedWord::of(word), Letters::of_word(word));
        has_forms.then_some(WordForms { word, letters })
    }

    /// Whether another word, which has these letters, may be a form of the word.
    #[inline]
    pub fn has(&self, other: &str, letters: Letters) -> bool {
        !self.letters.are_unlike::<3>(letters) && self.is_form(other)
    }

    /// Whether a word of a text that begins with a capital letter may be a form of the word. Cost:
    /// a look at the letters of each different one, of the first thousand.
    pub fn are_in(&self, text: &Prepared) -> bool {
        let near = text.capital_words().near::<3>(self.letters);
        near.into_iter().any(|i| self.is_form(text.word(i as usize)))
    }

    /// [`WordForms::has`] without a quick test: the definition.
    fn is_form(&self, other: &str) -> bool {
        other.chars().count() >= SHORT_WORD
            && self.word.similarity(false, &ComparedWord::of(other)) == WordSimilarity::Same
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn has(forms: &WordForms, other: &str) -> bool {
        forms.has(other, Letters::of_word(other))
    }

    proptest! {
        #[test]
        fn words_of_a_text_are_looked_at_once(
            words in prop::collection::vec("[A-E][a-e]{0,5}|[a-e]{1,6}|[ÄÖÉ][a-eé]{3,5}", 0..12),
            word in "[A-Ea-eÄÖé]{1,6}",
        ) {
            let text = Prepared::new(words.join(" "), 5);
            if let Some(forms) = WordForms::of(&word) {
                let is_capital = |i: &usize| text.tokens.kinds[*i].is_capital();
                let mut capitals = (0..text.tokens.len()).filter(is_capital);
                prop_assert_eq!(forms.are_in(&text), capitals.any(|i| forms.is_form(text.word(i))));
            }
        }

        #[test]
        fn the_quick_test_changes_nothing(word in "[a-dA-C@'-]{0,9}[a-dé€0-9]{0,9}x{0,30}",
            other in "[a-dA-C@'-]{0,9}[a-dé€0-9]{0,9}x{0,30}") {
            if let Some(forms) = WordForms::of(&word) {
                prop_assert_eq!(has(&forms, &other), forms.is_form(&other));
            }
        }

        #[test]
        fn forms_are_found(word in "[a-e]{4,8}", damaged in "[a-eA-E]", at in 0usize..4) {
            let mut other = word.clone();
            other.replace_range(at..=at, &damaged);
            let forms = WordForms::of(&word).unwrap();
            prop_assert_eq!(has(&forms, &other), forms.is_form(&other));
            prop_assert!(has(&forms, &other));
        }
    }

    #[test]
    fn short_words_and_numbers_have_no_forms() {
        assert!(WordForms::of("oil").is_none() && WordForms::of("1987").is_none());
        assert!(has(&WordForms::of("Comissaria").unwrap(), "COMMISSARIA"));
        assert!(!has(&WordForms::of("Smith").unwrap(), "Jones"));
    }
}
