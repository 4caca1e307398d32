//! Owns: spans of one text as those of another with the same tokens. Never: whether the tokens are the same.

use crate::span::Span;
use crate::text::token::{Tokens, tokenize};

/// The way from one text to another that is equal to it, word for word: case, punctuation and line breaks may differ.
pub struct Carry(Option<[Tokens; 2]>);

impl Carry {
    /// Reads both texts, unless they are the same bytes.
    pub fn new(from: &str, to: &str) -> Carry {
        if from == to { Carry(None) } else { Carry(Some([tokenize(from), tokenize(to)])) }
    }

    /// The bytes of the same tokens. A span without a token is carried to the end of the last token before it.
    pub fn span(&self, span: Span) -> Span {
        let Some([from, to]) = &self.0 else { return span };
        let first = from.spans.partition_point(|t| t.end <= span.start);
        let last = from.spans.partition_point(|t| t.start < span.end).min(to.len());
        if first < last {
            to.span(first..last)
        } else {
            let at = last.checked_sub(1).map_or(0, |i| to.spans[i].end);
            Span::new(at, at)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_follow_their_tokens() {
        let (from, to) = ("One two, three.", "ONE\ntwo\u{a0}— three");
        let carry = Carry::new(from, to);
        let span = carry.span(Span::new(4, 14));
        assert_eq!(&to[span.range()], "two\u{a0}— three");
        assert_eq!(Carry::new(from, from).span(Span::new(4, 14)), Span::new(4, 14));
        assert_eq!(carry.span(Span::new(14, 15)), Span::new(to.len() as u32, to.len() as u32));
    }
}
