//! Owns: where sentences end, and how much of its sentences a passage is. Never: decides about
//! quotations.

use crate::align::prepared::Prepared;
use crate::align::run::usize_range;
use std::ops::Range;

/// What ends a sentence.
const SENTENCE_ENDS: [char; 11] = ['.', '!', '?', '…', '。', '！', '？', '।', '؟', '။', '။'];

/// What ends a clause within a sentence.
const CLAUSE_ENDS: [char; 7] = [',', ';', '،', '؛', '，', '、', '；'];

/// Whether a sign that ends a sentence is between a token and the next one.
pub fn has_end_sign(p: &Prepared, token: usize) -> bool {
    p.text[behind(p, token)].contains(SENTENCE_ENDS)
}

/// Whether a sign that ends a sentence or a clause is behind a token, before the next one and on
/// its line.
pub fn has_clause_end(p: &Prepared, token: usize) -> bool {
    let rest = &p.text[behind(p, token)];
    let of_line = rest.split('\n').next().unwrap_or_default();
    of_line.contains(SENTENCE_ENDS) || of_line.contains(CLAUSE_ENDS)
}

/// The bytes between a token and the next one.
fn behind(p: &Prepared, token: usize) -> Range<usize> {
    let next = p.tokens.spans.get(token + 1).map_or(p.text.len(), |s| s.start as usize);
    p.tokens.spans[token].end as usize..next
}

/// Whether a sentence ends behind a token: before a sign that ends one, but for a full stop behind
/// an initial or an abbreviation that holds others ("J. Quillan", "U.S. ships") or before a small
/// letter ("Inc. said"), and before the end of the text.
fn ends_sentence(p: &Prepared, token: usize) -> bool {
    let between = behind(p, token);
    let next = &p.text[between.end..];
    let between = &p.text[between];
    let Some(end) = between.find(SENTENCE_ENDS) else {
        return next.is_empty();
    };
    let word = p.word(token);
    let abbreviated = || word.contains('.') || word.chars().nth(1).is_none();
    let goes_on = || next.starts_with(char::is_lowercase);
    !(between[end..].starts_with('.') && (abbreviated() || goes_on()))
}

/// The percentage that so many equal tokens are of all tokens of the sentences that a passage
/// touches; paragraphs end sentences. 0 where it is under `least`. Cost: `100 / least` times the
/// equal tokens.
pub fn percent_of_sentences(p: &Prepared, passage: Range<u32>, equal: u32, least: u32) -> u32 {
    let most = 100 * equal as usize / least.max(1) as usize;
    let Range { start, end } = usize_range(passage);
    let paragraph = |token: usize| {
        let of = p.paragraphs.partition_point(|r| r.end as usize <= token);
        p.paragraphs.get(of).cloned().map_or(0..p.tokens.len(), usize_range)
    };
    let (first, last) = (paragraph(start).start, paragraph(end - 1).end);
    let mut all = end - start;
    let before = (first..start).rev().take_while(|&i| !ends_sentence(p, i));
    all += before.take(most + 1).count();
    let open = |i: &usize| !ends_sentence(p, *i - 1);
    all += (end..last).take_while(open).take(most + 1).count();
    if all > most { 0 } else { (100 * equal as usize / all.max(1)) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str, passage: &str) -> u32 {
        let p = Prepared::new(text, 3);
        let at = text.find(passage).unwrap();
        let before = |to: usize| p.tokens.spans.partition_point(|s| (s.start as usize) < to) as u32;
        let (start, end) = (before(at), before(at + passage.len()));
        percent_of_sentences(&p, start..end, end - start, 1)
    }

    #[test]
    fn a_passage_is_measured_by_the_sentences_that_it_touches() {
        assert_eq!(percent("One two. Three four five six. Seven.", "Three four"), 50);
        assert_eq!(percent("One two. Three four five six. Seven.", "two. Three four"), 50);
        assert_eq!(percent("One two\n\nthree four five six\n\nseven", "three four five six"), 100);
        assert_eq!(percent("one two three four", "four"), 25);
    }

    #[test]
    fn abbreviations_end_no_sentence() {
        assert_eq!(
            percent("Ships of the U.S. Navy met J. Quillan of Orley Inc. today.", "Ships"),
            8
        );
        assert_eq!(percent("三艘船到港。两位渔民离开。", "三艘船到港"), 100);
    }
}
