//! Owns: a word, and whether other words may be forms of it: inflected, misspelt or damaged. Never:
//! looks at where the words occur.

use crate::align::edit_distance::{ComparedWord, WordSimilarity};

/// Words that are shorter than this many letters are alike only if they are equal.
const SHORT_WORD: usize = 4;

/// A word whose forms are looked for.
pub struct WordForms<'w>(ComparedWord<'w>);

impl WordForms<'_> {
    /// Prepares a word; `None` where it is too short or has a digit, so that it has no forms.
    pub fn of(word: &str) -> Option<WordForms<'_>> {
        let has_forms =
            word.chars().count() >= SHORT_WORD && !word.contains(|c: char| c.is_numeric());
        has_forms.then(|| WordForms(ComparedWord::of(word)))
    }

    /// Whether another word may be a form of the word.
    pub fn has(&self, other: &str) -> bool {
        let other = ComparedWord::of(other);
        // A word is the same as another one if a third of it is damaged, and more letters differ in
        // most words.
        let unlike = |[least, longest]: [usize; 2]| 3 * least > longest;
        !self.0.least_distance(&other).is_some_and(unlike) && self.is_form(&other)
    }

    /// [`WordForms::has`] without a quick test: the definition.
    fn is_form(&self, other: &ComparedWord) -> bool {
        other.word().chars().count() >= SHORT_WORD
            && self.0.similarity(false, other) == WordSimilarity::Same
    }
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
                prop_assert_eq!(forms.has(&other), forms.is_form(&ComparedWord::of(&other)));
            }
        }

        #[test]
        fn forms_are_found(word in "[a-e]{4,8}", damaged in "[a-eA-E]", at in 0usize..4) {
            let mut other = word.clone();
            other.replace_range(at..=at, &damaged);
            let forms = WordForms::of(&word).unwrap();
            prop_assert_eq!(forms.has(&other), forms.is_form(&ComparedWord::of(&other)));
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
