//! Owns: findings to what goes: documents, and passages as far as they are whole sentences. Never: removes anything itself.

use crate::clean::documents::{Cause, Cut, Gone, Plan, Removal, Why, classes, gone};
use crate::engine::batch::in_pool;
use crate::error::{Error, Result};
use crate::model::detection::{Detection, Place};
use crate::model::document::Documents;
use crate::model::options::{Progress, RunOptions, Stage};
use crate::pair::cluster::survivor;
use crate::span::Span;
use crate::text::cutting::{Sentence, cuts, layout};
use crate::text::token::tokenize;
use rayon::prelude::*;
use std::collections::HashMap;
use std::ops::Range;

/// Documents read at once.
const BATCH: usize = 1024;
/// Fewer tokens than this are not worth a cut inside a paragraph.
const LEAST: u32 = 5;

/// What of a corpus goes, by the findings of a [`scan`](crate::scan) of it.
///
/// Documents are decided on first: each that goes has a partner that stays, or a reference. Then repeats are cut down to their first
/// place in a document that stays, in the order of the survivor policy; so every passage that is cut, boilerplate apart, still stands somewhere. A document
/// for whose sake another one goes is not removed for being short: it is left whole.
///
/// Cuts need all places: scan with [`max_places`](crate::Thresholds::max_places) at its largest. Cost: the texts with repeats are read
/// once more, none where nothing is cut.
///
/// ```
/// use nearcopy::{Corpus, Document, Recipe, Removal, RunOptions, Thresholds, removal, scan};
/// let story = "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in the spring.";
/// let corpus = Corpus::new([Document::new("a", story), Document::new("b", story)])?;
/// let (found, _) = scan(&corpus, &Recipe::default(), &Thresholds::default(), &RunOptions::default(), &())?;
/// let plan = removal(&corpus, &found, &Removal::default(), &RunOptions::default(), &())?;
/// assert_eq!(plan.gone.len(), 1);
/// assert_eq!(plan.gone[0].document, 1);
/// # Ok::<(), nearcopy::Error>(())
/// ```
///
/// # Errors
/// A text that can no longer be read, or the caller's cancellation.
pub fn removal(
    documents: &dyn Documents,
    found: &Detection,
    removal: &Removal,
    options: &RunOptions,
    progress: &dyn Progress,
) -> Result<Plan> {
    let mut plan = Plan { gone: gone(documents, found, removal), cuts: Vec::new() };
    if removal.cuts() {
        in_pool(options, || cut(documents, found, removal, &mut plan, progress))?;
        plan.gone.sort_unstable_by_key(|g| g.document);
        plan.cuts.sort_unstable_by_key(|c| (c.document, c.span));
    }
    Ok(plan)
}

/// One place of a wanted repeat: tokens of its document.
struct Standing {
    repeat: u32,
    tokens: Range<u32>,
    span: Span,
}

/// A document with repeats.
struct Text {
    document: u32,
    tokens: u32,
    sentences: Vec<Sentence>,
    standing: Vec<Standing>,
}

fn cut(documents: &dyn Documents, found: &Detection, removal: &Removal, plan: &mut Plan, progress: &dyn Progress) -> Result<()> {
    let first = classes(found, documents.count());
    let mut out = vec![false; documents.count()];
    plan.gone.iter().for_each(|g| out[g.document as usize] = true);
    let places = places(found, removal, &out);
    let mut order: Vec<u32> = places.keys().copied().collect();
    let view = |n: u32| (documents.info(n as usize), found.tokens[n as usize], n);
    order.sort_by(|&x, &y| survivor(&found.thresholds.keep, view(x), view(y)));
    let mut needed = vec![false; documents.count()];
    for g in &plan.gone {
        if let Why::Copy { partner, .. } = g.why {
            needed[partner as usize] = true;
        }
    }
    progress.begin(Stage::Repeats, order.len() as u64);
    let mut decide = Decide { found, removal, stays: HashMap::new(), plan };
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

/// The wanted repeats of each document that stays, as spans of the first document of its class.
fn places(found: &Detection, removal: &Removal, out: &[bool]) -> HashMap<u32, Vec<(u32, Span)>> {
    let mut places: HashMap<u32, Vec<(u32, Span)>> = HashMap::new();
    for (i, r) in found.repeats.iter().enumerate() {
        // Shorter paragraphs agree by chance: two companies with the same figures for the quarter.
        let paragraph = r.paragraph && (removal.paragraphs || removal.passages) && r.tokens >= found.thresholds.min_paragraph;
        let wanted = paragraph || (removal.passages && !r.paragraph) || (removal.boilerplate && r.boilerplate);
        if !wanted {
            continue;
        }
        for place in &r.places {
            let alone = [place.document];
            let class = found.equal.binary_search_by_key(&place.document, |c| c[0]).map_or(&alone[..], |c| &found.equal[c]);
            for &n in class.iter().filter(|&&n| !out[n as usize]) {
                places.entry(n).or_default().push((i as u32, place.span));
            }
        }
    }
    places
}

/// Reads a document, and finds its repeats in it: equal texts have the same tokens, but not the same bytes.
fn read(documents: &dyn Documents, document: u32, first: u32, places: &[(u32, Span)]) -> Result<(Text, String)> {
    let text = |n: u32| documents.text(n as usize);
    let words = text(document)?.into_owned();
    let tokens = tokenize(&words);
    let other = if first == document { None } else { Some(tokenize(&text(first)?)) };
    let known = other.as_ref().unwrap_or(&tokens);
    let mut standing = Vec::with_capacity(places.len());
    for &(repeat, span) in places {
        let from = known.spans.partition_point(|t| t.end <= span.start);
        let to = known.spans.partition_point(|t| t.start < span.end);
        if from < to && to <= tokens.len() {
            standing.push(Standing { repeat, tokens: from as u32..to as u32, span: tokens.span(from..to) });
        }
    }
    standing.sort_by_key(|s| (s.tokens.start, std::cmp::Reverse(s.tokens.end), s.repeat));
    let sentences = layout(&words, &tokens);
    Ok((Text { document, tokens: tokens.len() as u32, sentences, standing }, words))
}

/// Decides on one document after the other, in the order of the survivor policy.
struct Decide<'a> {
    found: &'a Detection,
    removal: &'a Removal,
    /// Where each repeat stays.
    stays: HashMap<u32, Place>,
    plan: &'a mut Plan,
}

impl Decide<'_> {
    fn document(&mut self, text: &Text, words: &str, reference: bool, needed: bool) {
        let mut causes: Vec<Vec<Cause>> = vec![Vec::new(); text.sentences.len()];
        let mut here: HashMap<u32, Place> = HashMap::new();
        for s in &text.standing {
            let r = &self.found.repeats[s.repeat as usize];
            let place = Place { document: text.document, span: s.span };
            let everywhere = self.removal.boilerplate && r.boilerplate;
            let stays = self.stays.get(&s.repeat).or(here.get(&s.repeat)).copied();
            let first = stays.is_none() && !everywhere;
            let mut tokens = s.tokens.clone();
            if first {
                here.insert(s.repeat, place);
                // Of a run that repeats itself the first period stays.
                tokens.start = (tokens.start + r.period.unwrap_or(tokens.end)).min(tokens.end);
            }
            if !reference && !tokens.is_empty() {
                let stays = if everywhere { None } else { stays.or(Some(place)) };
                mark(&text.sentences, tokens, r.paragraph, Cause { repeat: s.repeat, stays }, &mut causes);
            }
        }
        let marked: Vec<bool> = causes.iter().map(|c| !c.is_empty()).collect();
        let length = |of: Range<usize>| text.sentences[of].iter().map(|s| s.tokens.len() as u32).sum::<u32>();
        let cut: u32 = marked.iter().zip(&text.sentences).filter(|m| *m.0).map(|m| m.1.tokens.len() as u32).sum();
        let left = text.tokens - cut;
        if cut > 0 && left < self.removal.min_left && !needed {
            // Nothing stays here, so a later place may be the first.
            self.plan.gone.push(Gone { document: text.document, why: Why::Short { left } });
            return;
        }
        self.stays.extend(here);
        if cut == 0 || left < self.removal.min_left {
            return;
        }
        for (span, run) in cuts(words, &text.sentences, &marked) {
            let tokens = length(run.clone());
            let mut causes: Vec<Cause> = causes[run].iter().flatten().copied().collect();
            causes.sort_unstable();
            causes.dedup();
            self.plan.cuts.push(Cut { document: text.document, span, tokens, causes });
        }
    }
}

/// Notes the cause at each sentence that lies inside; of a passage inside a paragraph only if they are worth a cut.
fn mark(sentences: &[Sentence], tokens: Range<u32>, paragraph: bool, cause: Cause, causes: &mut [Vec<Cause>]) {
    let from = sentences.partition_point(|s| s.tokens.start < tokens.start);
    let to = sentences.partition_point(|s| s.tokens.end <= tokens.end).max(from);
    let length: u32 = sentences[from..to].iter().map(|s| s.tokens.len() as u32).sum();
    if paragraph || length >= LEAST {
        causes[from..to].iter_mut().for_each(|c| c.push(cause));
    }
}
