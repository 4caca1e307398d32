//! Owns: when two texts are the same text, and the conversion of spans between them. Never: decides
//! which of two texts is kept.

use crate::hash;
use crate::span::Span;
use crate::text::token::{TokenValues, Tokens, tokenize};
use std::ops::Range;

/// The identity of a text: the 128-bit hash of its normalised tokens. Case, punctuation and white
/// space do not count. Two texts with one identity are taken to be the same text.
///
/// A text without a token has none. Nothing was read of it that could be compared (a page behind a
/// paywall leaves an empty text), so it is the same text as no other, whatever its bytes are.
pub fn identity<'t>(tokens: impl Into<TokenValues<'t>>) -> Option<u128> {
    let hashes = tokens.into().hashes;
    (!hashes.is_empty()).then(|| hash::wide(hashes))
}

/// Whether two texts have one [`identity`], without hashing. Cost: one comparison for each token.
pub fn is_same_text(a: &Tokens, b: &Tokens) -> bool {
    !a.is_empty() && a.hashes == b.hashes
}

/// The range of the tokens that a span touches. Texts with the same tokens have them under the same
/// numbers.
pub fn tokens_of(span: Span, tokens: &Tokens) -> Range<usize> {
    spans_of(span, &tokens.spans)
}

fn spans_of(span: Span, tokens: &[Span]) -> Range<usize> {
    let first = tokens.partition_point(|t| t.end <= span.start);
    let last = tokens.partition_point(|t| t.start < span.end);
    first..last
}

/// Converts spans of one text to spans of another that has the same tokens: case, punctuation and
/// line breaks may differ.
pub struct EqualTextSpans(Option<[Vec<Span>; 2]>);

impl EqualTextSpans {
    /// Tokenises both texts, unless they are the same bytes.
    pub fn new(from: &str, to: &str) -> EqualTextSpans {
        EqualTextSpans((from != to).then(|| [tokenize(from).spans, tokenize(to).spans]))
    }

    /// The conversion from a text to itself.
    pub fn unchanged() -> EqualTextSpans {
        EqualTextSpans(None)
    }

    /// The span of the same tokens in the other text. A span without a token becomes the end of the
    /// last token before it.
    pub fn span(&self, span: Span) -> Span {
        let Some([from, to]) = &self.0 else { return span };
        let Range { start, end } = spans_of(span, from);
        let end = end.min(to.len());
        if start < end {
            Span::new(to[start].start, to[end - 1].end)
        } else {
            let at = end.checked_sub(1).map_or(0, |i| to[i].end);
            Span::new(at, at)
        }
    }

    /// The memory that it takes, in bytes.
    pub fn memory(&self) -> usize {
        self.0.iter().flatten().map(|spans| size_of_val(&spans[..])).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_same_text_has_one_identity(a in "[ab.*\n ]{0,5}", b in "[ABab.*\n ]{0,5}") {
            let (x, y) = (tokenize(&a), tokenize(&b));
            let known = identity(&x).is_some();
            prop_assert_eq!(is_same_text(&x, &y), known && identity(&x) == identity(&y));
        }
    }

    #[test]
    fn a_text_without_a_token_is_the_same_text_as_no_other() {
        let of = |text: &str| identity(&tokenize(text));
        for text in ["", " \n", "…", "***"] {
            assert_eq!(of(text), None);
            assert!(!is_same_text(&tokenize(text), &tokenize(text)));
        }
        assert_eq!(of("A  b!"), of("a B"));
        assert_ne!(of("ab"), of("a b"));
    }

    #[test]
    fn spans_follow_their_tokens() {
        let (from, to) = ("One two, three.", "ONE\ntwo\u{a0}— three");
        let there = EqualTextSpans::new(from, to);
        let span = there.span(Span::new(4, 14));
        assert_eq!(&to[span.range()], "two\u{a0}— three");
        assert_eq!(EqualTextSpans::new(from, from).span(Span::new(4, 14)), Span::new(4, 14));
        assert_eq!(there.span(Span::new(14, 15)), Span::new(to.len() as u32, to.len() as u32));
    }
}
