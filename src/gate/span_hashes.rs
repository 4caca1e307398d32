//! Owns: the tokens and hashes of spans, and the same place in an equal text. Never: which spans
//! are queried.

use crate::error::Result;
use crate::gate::bottom_k::bottom_k;
use crate::gate::documents::DocumentTable;
use crate::hash;
use crate::span::Span;
use crate::text::same_text::tokens_of;
use crate::text::token::{Tokens, tokenize};
use rayon::prelude::*;
use std::ops::Range;

/// A query for one span.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpanQuery {
    /// The document that has the passage.
    pub document: u32,
    /// The document that the span's offsets refer to: the same one, or one with the same tokens.
    pub text: u32,
    pub span: Span,
    /// The part of the span that is meant.
    pub cut: PeriodicPart,
    /// Whether the content is hashed.
    pub content: bool,
}

/// A part of a periodic run.
#[derive(Debug, Clone, Copy)]
pub(super) enum PeriodicPart {
    /// All of it.
    None,
    /// The first period.
    Round(u32),
    /// All but the first period.
    Rest(u32),
}

/// The answer for one span.
#[derive(Debug, Clone, Default)]
pub(super) struct SpanHashes {
    /// Its bytes in the document that has the passage.
    pub span: Span,
    /// Its tokens.
    pub tokens: Range<u32>,
    /// Hash of all its tokens, where the content was queried; else 0.
    pub exact: u64,
    /// Bottom-k sample of its shingles' hashes, where the content was queried; else empty.
    pub content: Vec<u64>,
    /// Which of the searched texts it contains, by number.
    pub holds: Vec<u32>,
}

/// Answers all queries, in their order. Each document is read once, and once more for queries whose
/// offsets refer to another text.
pub(super) fn answer(
    table: &DocumentTable,
    slots: &[SpanQuery],
    texts: &[Vec<u64>],
) -> Result<Vec<SpanHashes>> {
    let mut order: Vec<u32> = (0..slots.len() as u32).collect();
    order.par_sort_by_key(|&i| (slots[i as usize].document, slots[i as usize].text, i));
    let groups: Vec<&[u32]> =
        order.chunk_by(|&x, &y| slots[x as usize].document == slots[y as usize].document).collect();
    let by_group = groups
        .par_iter()
        .map(|group| of_document(table, slots, group, texts))
        .collect::<Result<Vec<_>>>()?;
    let mut out = vec![SpanHashes::default(); slots.len()];
    for (group, hashes) in groups.iter().zip(by_group) {
        group.iter().zip(hashes).for_each(|(&i, hashes)| out[i as usize] = hashes);
    }
    Ok(out)
}

fn of_document(
    table: &DocumentTable,
    slots: &[SpanQuery],
    group: &[u32],
    texts: &[Vec<u64>],
) -> Result<Vec<SpanHashes>> {
    let documents = table.findings.documents;
    let document = slots[group[0] as usize].document;
    let tokens = tokenize(&documents.text(document as usize)?);
    let mut out = Vec::with_capacity(group.len());
    for same in group.chunk_by(|&x, &y| slots[x as usize].text == slots[y as usize].text) {
        let other = slots[same[0] as usize].text;
        let elsewhere =
            if other == document { None } else { Some(tokenize(&documents.text(other as usize)?)) };
        for slot in same.iter().map(|&i| &slots[i as usize]) {
            out.push(answer_one(slot, &tokens, elsewhere.as_ref().unwrap_or(&tokens), texts));
        }
    }
    Ok(out)
}

fn answer_one(slot: &SpanQuery, tokens: &Tokens, spans: &Tokens, texts: &[Vec<u64>]) -> SpanHashes {
    let Range { start, end } = tokens_of(slot.span, spans);
    let range = match slot.cut {
        PeriodicPart::None => start..end,
        PeriodicPart::Round(period) => start..end.min(start + period as usize),
        PeriodicPart::Rest(period) => end.min(start + period as usize)..end,
    };
    let range = range.start..range.end.min(tokens.len());
    if range.is_empty() {
        return SpanHashes { span: slot.span, ..SpanHashes::default() };
    }
    let inside = &tokens.hashes[range.clone()];
    let holds =
        |text: &Vec<u64>| !text.is_empty() && inside.windows(text.len()).any(|w| w == &text[..]);
    SpanHashes {
        span: tokens.span(range.clone()),
        tokens: range.start as u32..range.end as u32,
        exact: if slot.content { hash::sequence(inside.iter().copied()) } else { 0 },
        content: if slot.content { bottom_k(&tokens.hashes, range) } else { Vec::new() },
        holds: (0..).zip(texts).filter(|(_, text)| holds(text)).map(|(n, _)| n).collect(),
    }
}
