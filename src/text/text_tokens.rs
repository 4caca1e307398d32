//! Owns: the tokens of a whole text and its paragraphs, as small as the length of the text
//! requires. Never: decides what is looked for in them.

use crate::span::Span;
use crate::text::normalise::Normaliser;
use crate::text::paragraph::{TokenRanges, token_ranges};
use crate::text::token::{TokenKind, TokenValues, Tokens, each_token, tokenize};
use std::ops::Range;

/// The number of bytes from which on a text is large. The spans of a large text are not kept, and
/// its shingles are never in memory together: they would take ten times the text.
pub const LARGE: usize = 1 << 18;

/// The tokens of a text and its paragraphs. The spans of a large text are made again when they are
/// asked for.
pub struct TextTokens<'t> {
    text: &'t str,
    hashes: Vec<u64>,
    kinds: Vec<TokenKind>,
    /// The spans of the tokens, if they are kept.
    spans: Option<Vec<Span>>,
    /// The token ranges of the paragraphs.
    pub paragraphs: Vec<Range<u32>>,
}

impl<'t> TextTokens<'t> {
    /// Reads a text, with spans unless it is large.
    pub fn new(text: &'t str) -> TextTokens<'t> {
        if text.len() >= LARGE {
            return TextTokens::without_spans(text, &mut Normaliser::default());
        }
        let tokens = tokenize(text);
        let paragraphs = token_ranges(text, &tokens);
        let Tokens { hashes, spans, kinds } = tokens;
        TextTokens { text, hashes, kinds, spans: Some(spans), paragraphs }
    }

    /// Reads a text and keeps no spans: nine bytes a token.
    pub fn without_spans(text: &'t str, normaliser: &mut Normaliser) -> TextTokens<'t> {
        // A token and what divides it from the next one take two bytes at least. What is reserved
        // and not used is never touched, while to grow would take both the old and the new buffer.
        let most = text.len() / 2 + 1;
        let (mut hashes, mut kinds) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let mut ranges = TokenRanges::new(text);
        each_token(text, normaliser, |hash, span, kind| {
            hashes.push(hash);
            kinds.push(kind);
            ranges.push(span.start);
        });
        TextTokens { text, hashes, kinds, spans: None, paragraphs: ranges.finish() }
    }

    /// The tokens without their spans.
    pub fn values(&self) -> TokenValues<'_> {
        TokenValues { hashes: &self.hashes, kinds: &self.kinds }
    }

    /// The span of each of these token ranges, none of which is empty. Cost: the text is cut once
    /// more if its spans are not kept.
    pub fn spans(&self, ranges: &[Range<u32>]) -> Vec<Span> {
        if let Some(spans) = &self.spans {
            let span = |i: u32| spans[i as usize];
            return ranges
                .iter()
                .map(|r| Span::new(span(r.start).start, span(r.end - 1).end))
                .collect();
        }
        // The first and the last token of each range, in the order of the text.
        let mut wanted: Vec<(u32, usize)> = ranges
            .iter()
            .enumerate()
            .flat_map(|(n, r)| [(r.start, 2 * n), (r.end - 1, 2 * n + 1)])
            .collect();
        wanted.sort_unstable();
        let mut out = vec![Span::new(0, 0); ranges.len()];
        let (mut at, mut wanted) = (0, wanted.into_iter().peekable());
        if wanted.peek().is_some() {
            each_token(self.text, &mut Normaliser::default(), |_, span, _| {
                while let Some((_, end)) = wanted.next_if(|w| w.0 == at) {
                    match end % 2 {
                        0 => out[end / 2].start = span.start,
                        _ => out[end / 2].end = span.end,
                    }
                }
                at += 1;
            });
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn without_spans_is_the_same_text(t in "([a-z#*漢é_-]{0,7}[ \n.\r-]){0,60}",
            picks in prop::collection::vec((0usize..80, 1usize..9), 0..9)) {
            let (kept, none) =
                (TextTokens::new(&t), TextTokens::without_spans(&t, &mut Normaliser::default()));
            prop_assert_eq!(&kept.hashes, &none.hashes);
            prop_assert_eq!(&kept.kinds, &none.kinds);
            prop_assert_eq!(&kept.paragraphs, &none.paragraphs);
            let len = kept.hashes.len();
            let ranges: Vec<Range<u32>> = picks
                .into_iter()
                .map(|(at, n)| at as u32..(at + n).min(len) as u32)
                .filter(|r| r.start < r.end)
                .collect();
            prop_assert_eq!(kept.spans(&ranges), none.spans(&ranges));
        }
    }
}
