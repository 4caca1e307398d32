//! Owns: the sentences of a text, and the spans to cut so that some of them are removed and the
//! rest still reads well. Never: decides which sentences are removed.

use crate::span::Span;
use crate::text::paragraph::paragraphs;
use crate::text::sentence::sentences;
use crate::text::token::Tokens;
use std::ops::Range;

/// A sentence with at least one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// The bytes of the sentence and of the white space behind it.
    pub span: Span,
    /// The token range of the sentence.
    pub tokens: Range<u32>,
    /// The number of its paragraph among the paragraphs that hold a token.
    pub paragraph: u32,
}

/// The sentences of a text; together they hold all its tokens, in order. A stretch without a token
/// belongs to the sentence before it.
pub fn text_sentences(text: &str, tokens: &Tokens) -> Vec<Sentence> {
    let mut out: Vec<Sentence> = Vec::new();
    let (mut from, mut paragraph) = (0, 0);
    for p in paragraphs(text) {
        let before = out.len();
        for s in sentences(text, p) {
            let to = from + tokens.spans[from..].partition_point(|t| t.start < s.end);
            if to > from {
                out.push(Sentence { span: s, tokens: from as u32..to as u32, paragraph });
            } else if let Some(last) = out[before..].last_mut() {
                last.span.end = s.end;
            }
            from = to;
        }
        if out.len() > before {
            out[before].span.start = p.start;
            paragraph += 1;
        }
    }
    out
}

/// The spans to cut so that the marked sentences are removed: disjoint spans in order, each with
/// the run of sentences that it removes.
///
/// A paragraph is removed with the line breaks behind it, and the last paragraph with those before
/// it. Sentences are removed with the white space behind them, and the last sentence of a paragraph
/// with the white space before it.
pub fn cuts(text: &str, sentences: &[Sentence], marked: &[bool]) -> Vec<(Span, Range<usize>)> {
    let mut out: Vec<(Span, Range<usize>)> = Vec::new();
    let mut from = 0;
    while from < sentences.len() {
        if !marked[from] {
            from += 1;
            continue;
        }
        let to = from + marked[from..].iter().take_while(|m| **m).count();
        for run in marked_runs(sentences, from..to) {
            let span = removed_span(text, sentences, &run);
            match out.last_mut() {
                Some((last, taken)) if last.end >= span.start => {
                    last.end = span.end;
                    taken.end = run.end;
                }
                _ => out.push((span, run)),
            }
        }
        from = to;
    }
    out
}

/// Splits a run of marked sentences into the rest of a paragraph, whole paragraphs, and the
/// beginning of a paragraph.
fn marked_runs(sentences: &[Sentence], all: Range<usize>) -> Vec<Range<usize>> {
    let opens = |i: usize| i == 0 || sentences[i - 1].paragraph != sentences[i].paragraph;
    let closes = |i: usize| i == sentences.len() || opens(i);
    let first = all.clone().find(|&i| opens(i)).unwrap_or(all.end);
    let last = (first..=all.end).rev().find(|&i| closes(i)).unwrap_or(first);
    [all.start..first, first..last, last..all.end].into_iter().filter(|r| !r.is_empty()).collect()
}

/// The span to cut for a run that consists of whole paragraphs or lies inside one.
fn removed_span(text: &str, sentences: &[Sentence], run: &Range<usize>) -> Span {
    let (first, last) = (&sentences[run.start], &sentences[run.end - 1]);
    let before = run.start.checked_sub(1).map(|i| &sentences[i]);
    let behind = sentences.get(run.end);
    let opens = before.is_none_or(|b| b.paragraph != first.paragraph);
    let closes = behind.is_none_or(|b| b.paragraph != last.paragraph);
    let trimmed = |s: &Sentence| s.span.start + text[s.span.range()].trim_end().len() as u32;
    match (opens && closes, before, behind) {
        (true, _, Some(next)) => Span::new(first.span.start, next.span.start),
        (true, Some(previous), None) => Span::new(trimmed(previous), last.span.end),
        (false, Some(previous), _) if closes => Span::new(trimmed(previous), last.span.end),
        _ => Span::new(first.span.start, last.span.end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::token::tokenize;
    use super::*;
    use proptest::prelude::*;

    fn without(text: &str, cuts: impl IntoIterator<Item = Span>) -> String {
        let (mut out, mut at) = (String::new(), 0);
        for cut in cuts {
            out.push_str(&text[at..cut.start as usize]);
            at = cut.end as usize;
        }
        out + &text[at..]
    }

    /// The text without the sentences of these numbers.
    fn left(text: &str, removed: &[usize]) -> String {
        let sentences = text_sentences(text, &tokenize(text));
        let marked: Vec<bool> = (0..sentences.len()).map(|i| removed.contains(&i)).collect();
        without(text, cuts(text, &sentences, &marked).into_iter().map(|c| c.0))
    }

    #[test]
    fn what_is_left_reads() {
        let text = "One went. Two stayed.\n\nThree slept. Four ate.\n\nFive.\n";
        assert_eq!(left(text, &[0]), "Two stayed.\n\nThree slept. Four ate.\n\nFive.\n");
        assert_eq!(left(text, &[1]), "One went.\n\nThree slept. Four ate.\n\nFive.\n");
        assert_eq!(left(text, &[0, 1]), "Three slept. Four ate.\n\nFive.\n");
        assert_eq!(left(text, &[2, 3]), "One went. Two stayed.\n\nFive.\n");
        assert_eq!(left(text, &[4]), "One went. Two stayed.\n\nThree slept. Four ate.\n");
        assert_eq!(left(text, &[1, 2]), "One went.\n\nFour ate.\n\nFive.\n");
        assert_eq!(left(text, &[1, 2, 3]), "One went.\n\nFive.\n");
        assert_eq!(left(text, &[3, 4]), "One went. Two stayed.\n\nThree slept.\n");
        assert_eq!(left(text, &[0, 1, 2, 3, 4]), "\n");
        assert_eq!(left("Head\n***\nOne two.", &[0]), "One two.");
    }

    proptest! {
        #[test]
        fn the_marked_tokens_go_and_no_others(text in "([a-zA-Z0-9é漢.]{1,4}|[.!?] |\n\n|\n| \
            |\"|,|-){0,60}", salt: u64) {
            let tokens = tokenize(&text);
            let sentences = text_sentences(&text, &tokens);
            let mut at = 0;
            for s in &sentences {
                prop_assert_eq!(s.tokens.start, at);
                at = s.tokens.end;
            }
            prop_assert_eq!(at as usize, tokens.len());
            let marked: Vec<bool> = (0..sentences.len()).map(|i| crate::hash::mix(salt ^ i as u64)
                .is_multiple_of(2)).collect();
            let cuts = cuts(&text, &sentences, &marked);
            for pair in cuts.windows(2) {
                prop_assert!(pair[0].0.end < pair[1].0.start);
            }
            let is_removed = |t: u32| sentences.iter().zip(&marked).any(|(s, m)| *m
                && s.tokens.contains(&t));
            for (t, span) in tokens.spans.iter().enumerate() {
                let cut = cuts.iter().any(|(c, _)| c.start <= span.start && span.end <= c.end);
                let touched = cuts.iter().any(|(c, _)| c.start < span.end && span.start < c.end);
                prop_assert_eq!(cut, is_removed(t as u32));
                prop_assert_eq!(touched, cut);
            }
        }
    }
}
