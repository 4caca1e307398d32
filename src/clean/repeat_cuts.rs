//! Owns: the decision on which passages are cut out of the documents that stay, as far as they are
//! whole sentences. Never: decides which documents are removed as copies, or cuts anything itself.

use crate::clean::plan::{Cut, CutCause, Plan, RemovalReason, RemovedDocument};
use crate::clean::removal::Removal;
use crate::error::{Error, Result};
use crate::model::detection::{Detection, Place};
use crate::model::document::Documents;
use crate::model::options::{Progress, Stage};
use crate::pair::cluster::{SurvivorKey, in_survivor_order};
use crate::span::Span;
use crate::text::same_text::tokens_of;
use crate::text::sentence_removal::{Sentence, cuts, text_sentences};
use crate::text::token::tokenize;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// Documents that are read at once.
const BATCH: usize = 1024;
/// A passage inside a paragraph with fewer tokens than this is not cut.
const LEAST: u32 = 5;

/// One place of a repeat that is to be cut, as tokens of its document.
struct RepeatPlace {
    repeat: u32,
    tokens: Range<u32>,
    span: Span,
}

/// A document with repeats.
struct Text {
    document: u32,
    tokens: u32,
    sentences: Vec<Sentence>,
    standing: Vec<RepeatPlace>,
}

/// Adds to a plan, which lists the removed documents, the passages that are cut out of the others.
pub fn cut_repeats(
    documents: &dyn Documents,
    found: &Detection,
    removal: &Removal,
    plan: &mut Plan,
    progress: &dyn Progress,
) -> Result<()> {
    let first = found.first_of_class(documents.count());
    let mut out = vec![false; documents.count()];
    plan.removed.iter().for_each(|g| out[g.document as usize] = true);
    let places = places(found, removal, &out);
    let key = |&n: &u32| SurvivorKey::new(&documents.info(n as usize), found.tokens[n as usize], n);
    let order = in_survivor_order(&found.thresholds.keep, places.keys().map(key).collect());
    // These are not removed, however little is left of them.
    let is_part: Vec<bool> = (0..documents.count()).map(|n| documents.info(n).is_part()).collect();
    let mut needed = is_part.clone();
    plan.copies().for_each(|(_, partner)| needed[partner as usize] = true);
    progress.begin(Stage::Repeats, order.len() as u64);
    let mut decide = Decide { found, removal, is_part, kept_places: HashMap::new(), plan };
    for batch in order.chunks(BATCH) {
        if progress.cancelled() {
            return Err(Error::Cancelled);
        }
        let read = |&n: &u32| read(documents, n, first[n as usize], &places[&n]);
        let texts: Vec<(Text, String)> = batch.par_iter().map(read).collect::<Result<_>>()?;
        for (text, words) in texts {
            let n = text.document as usize;
            decide.document(&text, &words, documents.info(n).reference, needed[n]);
        }
        progress.advance(batch.len() as u64);
    }
    Ok(())
}

/// Returns the repeats that are to be cut in each document that stays, as spans of the first
/// document of its class.
fn places(found: &Detection, removal: &Removal, out: &[bool]) -> HashMap<u32, Vec<(u32, Span)>> {
    let mut places: HashMap<u32, Vec<(u32, Span)>> = HashMap::new();
    for (i, r) in found.repeats.iter().enumerate() {
        // Shorter paragraphs agree by chance: two companies have the same figures for the quarter.
        let paragraph = r.paragraph
            && (removal.paragraphs || removal.passages)
            && r.tokens >= found.thresholds.min_paragraph;
        let wanted = paragraph
            || (removal.passages && !r.paragraph)
            || (removal.boilerplate && r.boilerplate);
        if !wanted {
            continue;
        }
        for place in &r.places {
            let alone = [place.document];
            let class = found
                .equal
                .binary_search_by_key(&place.document, |c| c[0])
                .map_or(&alone[..], |c| &found.equal[c]);
            for &n in class.iter().filter(|&&n| !out[n as usize]) {
                places.entry(n).or_default().push((i as u32, place.span));
            }
        }
    }
    places
}

/// Reads a document and locates its repeats in it: equal texts have the same tokens, but not the
/// same bytes.
fn read(
    documents: &dyn Documents,
    document: u32,
    first: u32,
    places: &[(u32, Span)],
) -> Result<(Text, String)> {
    let text = |n: u32| documents.text(n as usize);
    let words = text(document)?.into_owned();
    let tokens = tokenize(&words);
    let other = if first == document { None } else { Some(tokenize(&text(first)?)) };
    let known = other.as_ref().unwrap_or(&tokens);
    let mut standing = Vec::with_capacity(places.len());
    for &(repeat, span) in places {
        let Range { start, end } = tokens_of(span, known);
        if start < end && end <= tokens.len() {
            standing.push(RepeatPlace {
                repeat,
                tokens: start as u32..end as u32,
                span: tokens.span(start..end),
            });
        }
    }
    standing.sort_by_key(|s| (s.tokens.start, std::cmp::Reverse(s.tokens.end), s.repeat));
    let sentences = text_sentences(&words, &tokens);
    Ok((Text { document, tokens: tokens.len() as u32, sentences, standing }, words))
}

/// Decides on the documents one after the other, in the order of the survivor policy.
struct Decide<'a> {
    found: &'a Detection,
    removal: &'a Removal,
    /// Which documents are pages that were read in part.
    is_part: Vec<bool>,
    /// For each repeat, the place that stays.
    kept_places: HashMap<u32, Place>,
    plan: &'a mut Plan,
}

impl Decide<'_> {
    fn document(&mut self, text: &Text, words: &str, reference: bool, needed: bool) {
        let mut causes: Vec<Vec<CutCause>> = vec![Vec::new(); text.sentences.len()];
        let mut here: HashMap<u32, Place> = HashMap::new();
        for s in &text.standing {
            let r = &self.found.repeats[s.repeat as usize];
            let place = Place { document: text.document, span: s.span };
            let everywhere = self.removal.boilerplate && r.boilerplate;
            let kept_place = self.kept_places.get(&s.repeat).or(here.get(&s.repeat)).copied();
            let first = kept_place.is_none() && !everywhere;
            let mut tokens = s.tokens.clone();
            if first {
                here.insert(s.repeat, place);
                // Of a periodic run, the first period stays.
                tokens.start = (tokens.start + r.period.unwrap_or(tokens.end)).min(tokens.end);
            }
            if !reference && !tokens.is_empty() {
                let kept_place = if everywhere { None } else { kept_place.or(Some(place)) };
                mark(
                    &text.sentences,
                    tokens,
                    r.paragraph,
                    CutCause { repeat: s.repeat, kept_place },
                    &mut causes,
                );
            }
        }
        let marked: Vec<bool> = causes.iter().map(|c| !c.is_empty()).collect();
        let length = |of: Range<usize>| {
            text.sentences[of].iter().map(|s| s.tokens.len() as u32).sum::<u32>()
        };
        let cut: u32 = marked
            .iter()
            .zip(&text.sentences)
            .filter(|m| *m.0)
            .map(|m| m.1.tokens.len() as u32)
            .sum();
        let left = text.tokens - cut;
        // What stays in a page that was read in part makes no other document disappear.
        let stays_in_part = |cause: &CutCause| {
            cause.kept_place.is_some_and(|place| self.is_part[place.document as usize])
        };
        let needed = needed || causes.iter().flatten().any(stays_in_part);
        if cut > 0 && left < self.removal.min_left && !needed {
            // No repeat stays in a removed document, so a later place may become the first one.
            self.plan.removed.push(RemovedDocument {
                document: text.document,
                why: RemovalReason::Short { left },
            });
            return;
        }
        self.kept_places.extend(here);
        if cut == 0 || left < self.removal.min_left {
            return;
        }
        for (span, run) in cuts(words, &text.sentences, &marked) {
            let tokens = length(run.clone());
            let mut causes: Vec<CutCause> = causes[run].iter().flatten().copied().collect();
            causes.sort_unstable();
            causes.dedup();
            self.plan.cuts.push(Cut { document: text.document, span, tokens, causes });
        }
    }
}

/// Records the cause at each sentence that is inside the tokens. For a passage inside a paragraph
/// it does so only if the sentences have enough tokens together.
fn mark(
    sentences: &[Sentence],
    tokens: Range<u32>,
    paragraph: bool,
    cause: CutCause,
    causes: &mut [Vec<CutCause>],
) {
    let from = sentences.partition_point(|s| s.tokens.start < tokens.start);
    let to = sentences.partition_point(|s| s.tokens.end <= tokens.end).max(from);
    let length: u32 = sentences[from..to].iter().map(|s| s.tokens.len() as u32).sum();
    if paragraph || length >= LEAST {
        causes[from..to].iter_mut().for_each(|c| c.push(cause));
    }
}
