//! Owns: where sentences begin inside a paragraph. Never: makes tokens.

use crate::span::Span;
use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation;

/// The sentences of a paragraph, in order, by UAX #29: together they cover all its bytes, and each
/// includes the white space behind it.
///
/// A line break inside the paragraph counts as a space, because its lines are wrapped.
pub fn sentences(text: &str, paragraph: Span) -> Vec<Span> {
    let inside = &text[paragraph.range()];
    let flat: Cow<str> = match inside.contains(['\n', '\r']) {
        // Both characters are one byte long, so offsets do not change.
        true => Cow::Owned(inside.replace(['\n', '\r'], " ")),
        false => Cow::Borrowed(inside),
    };
    let at = |offset: usize| paragraph.start + offset as u32;
    flat.split_sentence_bound_indices()
        .map(|(from, s)| Span::new(at(from), at(from + s.len())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<&str> {
        sentences(text, Span::new(0, text.len() as u32))
            .into_iter()
            .map(|s| &text[s.range()])
            .collect()
    }

    #[test]
    fn lines_are_wrapped() {
        assert_eq!(of("One went\nhome. Two \r\nstayed."), ["One went\nhome. ", "Two \r\nstayed."]);
        assert_eq!(of("他走了。她没有。"), ["他走了。", "她没有。"]);
        assert_eq!(
            of("\"No,\" he said. \"Yes!\" It cost 3.5 dollars."),
            ["\"No,\" he said. ", "\"Yes!\" ", "It cost 3.5 dollars."]
        );
    }

    proptest! {
        #[test]
        fn sentences_are_the_paragraph(text: String) {
            prop_assert_eq!(of(&text).concat(), text);
        }
    }
}
