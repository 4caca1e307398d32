//! Owns: the collection of repeats inside one text and across texts, over all documents. Never:
//! defines what counts as a repeat inside one text.

use crate::engine::class_reader::{ClassReader, ClassTokens};
use crate::engine::compare::Verifier;
use crate::engine::members::Members;
use crate::engine::occurrence::Occurrence;
use crate::engine::shared_windows::{SharedWindows, frequent_anchors, shared_windows};
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_lists::{MergedLists, SortedLists};
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::hash::{self, Hashes};
use crate::model::detection::{Place, Repeat};
use crate::model::options::{RunOptions, Stage};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::repeat::{RepeatedPassage, inside, word_count};
use crate::postings::posting::Posting;
use crate::postings::run::Part;
use crate::sketch::fingerprint::paragraph_key;
use crate::sketch::recipe::Recipe;
use crate::span::Span;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::TokenValues;
use rayon::prelude::*;
use std::ops::Range;

/// The occurrences in memory may take one part in so many of the memory of a run.
const OCCURRENCES_PART: u64 = 8;
/// The number of texts whose occurrences are in memory beside those that wait for a sort.
const BATCH: usize = 4096;
/// The number of a passage that was found by those of other texts.
const FOUND_LATER: u32 = 1 << 31;

/// All repeats, ordered by their first place.
pub fn repeats(
    all: &Classes,
    mut keys: Keys<SortedRun>,
    members: &Members,
    family: &[u32],
    from: &Verifier,
) -> Result<Vec<Repeat>> {
    // Bands are of no more use; what is kept of the texts takes their place in memory.
    drop([std::mem::take(&mut keys.bands), std::mem::take(&mut keys.paragraph_bands)]);
    let Verifier { background, recipe, thresholds: t, options, progress, .. } = *from;
    let least = t.repeat_classes as usize;
    let frequent = frequent_anchors(&std::mem::take(&mut keys.anchors), family, from)?;
    let across = keys_of_groups(&keys.paragraphs, |g| g.len() >= least)?;
    progress.begin(Stage::Repeats, frequent.near.len() as u64);
    let mut reader = ClassReader::new(from);
    let mut touched = all.may_repeat.clone();
    let shared = shared_windows(&mut reader, &frequent, family, from, &mut touched)?;
    drop(frequent);
    for class in classes_of_keys(&keys.paragraphs, &across)? {
        touched[class as usize] = true;
    }
    let touched = listed(&touched);
    progress.begin(Stage::Repeats, touched.len() as u64);
    let mut lists = SortedLists::new(options, OCCURRENCES_PART);
    let mut found = Waiting::new(options);
    let mut twice = Vec::new();
    for some in touched.chunks(BATCH) {
        let more = reader.map(some, |class, text| {
            let (tokens, paragraphs) = (text.values(), text.paragraphs());
            let mut found = Vec::new();
            if all.may_repeat[class as usize] {
                found.extend(inside(tokens, paragraphs, t));
            }
            found.extend(paragraphs_across(tokens, paragraphs, &across, t));
            found.extend(passages_across(tokens, paragraphs, &shared, recipe, t));
            to_occurrences(found, class, 0, text, from)
        })?;
        let more = more.into_iter().flatten().inspect(|o| {
            if o.paragraph && o.count > 1 {
                twice.push(o.key);
            }
        });
        found.add(more, &mut lists)?;
    }
    drop(shared);
    twice.sort_unstable();
    twice.dedup();
    twice.retain(|key| across.binary_search(key).is_err());
    add_others(&reader, &twice, &keys.paragraphs, from, &mut found, &mut lists)?;
    found.finish(&mut lists)?;
    progress.spilled(lists.scratch_bytes());
    merge(lists.merged(progress)?, all, members, background, t)
}

/// Occurrences that are not sorted yet.
struct Waiting {
    occurrences: Vec<Occurrence>,
    most: usize,
}

impl Waiting {
    fn new(options: &RunOptions) -> Waiting {
        let most = options.part_of_memory(4 * OCCURRENCES_PART) / size_of::<Occurrence>();
        Waiting { occurrences: Vec::new(), most }
    }

    fn add(
        &mut self,
        more: impl Iterator<Item = Occurrence>,
        to: &mut SortedLists<Occurrence>,
    ) -> Result<()> {
        self.occurrences.extend(more);
        if self.occurrences.len() > self.most { self.finish(to) } else { Ok(()) }
    }

    fn finish(&mut self, to: &mut SortedLists<Occurrence>) -> Result<()> {
        let mut occurrences = std::mem::take(&mut self.occurrences);
        occurrences.par_sort_unstable();
        to.add(occurrences)
    }
}

fn listed(touched: &[bool]) -> Vec<u32> {
    (0..touched.len() as u32).filter(|&c| touched[c as usize]).collect()
}

/// The places of these passages, whose numbers begin with `number`.
fn to_occurrences(
    passages: Vec<RepeatedPassage>,
    class: u32,
    number: u32,
    text: &ClassTokens,
    from: &Verifier,
) -> Vec<Occurrence> {
    let places: Vec<Range<u32>> = passages.iter().flat_map(|p| p.places.iter().cloned()).collect();
    let mut spans = text.spans(&places).into_iter();
    let mut out = Vec::with_capacity(places.len());
    for (number, p) in (number..).zip(passages) {
        let note = from.background.is_note(text.values(), &p.places[0], from.recipe);
        let count = match p.period {
            Some(period) => p.places.iter().map(|r| r.len() as u32 / period).sum(),
            None => p.places.len() as u32,
        };
        let RepeatedPassage { key, tokens, paragraph, period, places } = p;
        let period = period.unwrap_or(0);
        let mut spans = spans.by_ref().take(places.len()).peekable();
        let Some(&first) = spans.peek() else { continue };
        out.extend(spans.map(|span| Occurrence {
            key,
            class,
            first,
            number,
            span,
            tokens,
            period,
            count,
            paragraph,
            note,
        }));
    }
    out
}

/// The paragraphs of one text that occur in enough other texts: their exact keys, sorted, are in
/// `across`.
fn paragraphs_across(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    across: &[u64],
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out: Vec<RepeatedPassage> = Vec::new();
    for p in paragraphs {
        let key = paragraph_key(tokens, p);
        if across.binary_search(&key).is_ok() && word_count(tokens, p) >= t.repeat_paragraph {
            let places = std::iter::once(p.clone()).collect();
            out.push(RepeatedPassage {
                key,
                tokens: p.len() as u32,
                paragraph: true,
                period: None,
                places,
            });
        }
    }
    out
}

/// The passages of one text that the same set of texts shares: runs of windows with one mark.
fn passages_across(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    shared: &SharedWindows,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out = Vec::new();
    if shared.is_empty() {
        return out;
    }
    let mut windows = Shingles::default();
    shingles(tokens, recipe.anchor, &mut windows);
    let mark = |i: u32| shared.mark(*windows.hashes.get(i as usize)?);
    for p in paragraphs {
        let mut i = p.start;
        while i < p.end {
            let Some(first) = mark(i).filter(|_| windows.ends[i as usize] <= p.end) else {
                i += 1;
                continue;
            };
            let mut last = i;
            while last + 1 < p.end
                && windows.ends.get(last as usize + 1).is_some_and(|&e| e <= p.end)
                && mark(last + 1) == Some(first)
            {
                last += 1;
            }
            let range = i..windows.ends[last as usize];
            if range != *p && word_count(tokens, &range) >= t.repeat_passage {
                let (key, len) = (paragraph_key(tokens, &range), range.len() as u32);
                let places = std::iter::once(range).collect();
                out.push(RepeatedPassage {
                    key,
                    tokens: len,
                    paragraph: false,
                    period: None,
                    places,
                });
            }
            i = last + 1;
        }
    }
    out
}

/// The keys that are in two texts or more and that `keep` accepts, in order.
fn keys_of_groups(run: &SortedRun, keep: impl Fn(&[Posting]) -> bool + Sync) -> Result<Vec<u64>> {
    let of_part =
        |part: Part| part.groups().filter(|g| keep(g)).map(|g| g[0].key()).collect::<Vec<u64>>();
    Ok(run.map(KeyRange::ALL, of_part)?.concat())
}

/// The classes that hold one of the keys (sorted), which are all in two texts or more.
fn classes_of_keys(run: &SortedRun, keys: &[u64]) -> Result<Vec<u32>> {
    let of_part = |part: Part| {
        let groups = part.groups().filter(|g| keys.binary_search(&g[0].key()).is_ok());
        let mut classes: Vec<u32> = groups.flatten().map(|p| p.unit).collect();
        classes.sort_unstable();
        classes.dedup();
        classes
    };
    let mut classes = run.map(KeyRange::ALL, of_part)?.concat();
    classes.par_sort_unstable();
    classes.dedup();
    Ok(classes)
}

/// Adds all occurrences of paragraphs that occur twice in one text, and in too few texts to be
/// found by that number alone; `twice` has their keys.
fn add_others(
    reader: &ClassReader,
    twice: &[u64],
    keys: &SortedRun,
    from: &Verifier,
    found: &mut Waiting,
    lists: &mut SortedLists<Occurrence>,
) -> Result<()> {
    let also = keys_of_groups(keys, |g| twice.binary_search(&g[0].key()).is_ok())?;
    for some in classes_of_keys(keys, &also)?.chunks(BATCH) {
        let more = reader.map(some, |class, text| {
            let passages =
                paragraphs_across(text.values(), text.paragraphs(), &also, from.thresholds);
            to_occurrences(passages, class, FOUND_LATER, text, from)
        })?;
        found.add(more.into_iter().flatten(), lists)?;
    }
    Ok(())
}

/// Merges the occurrences of each key into one repeat, if it occurs in enough classes or several
/// times in one.
fn merge(
    mut found: MergedLists<'_, Occurrence>,
    all: &Classes,
    members: &Members,
    background: &Background,
    t: &Thresholds,
) -> Result<Vec<Repeat>> {
    let (mut out, mut group) = (Vec::new(), Vec::new());
    loop {
        found.next_group(&mut group, |o| o.key)?;
        if group.is_empty() {
            break;
        }
        out.extend(repeat_of(&group, all, members, background, t));
    }
    out.par_sort_by(|x, y| (x.places.first(), x.tokens).cmp(&(y.places.first(), y.tokens)));
    Ok(out)
}

/// The repeat of all occurrences of one key, in order.
fn repeat_of(
    group: &[Occurrence],
    all: &Classes,
    members: &Members,
    background: &Background,
    t: &Thresholds,
) -> Option<Repeat> {
    let mut places: Vec<Place> = Vec::new();
    let (mut count, mut documents, mut classes, mut last) = (0, 0, 0, None);
    // The same place may have been found in two ways, but then in one text.
    let (mut known, mut of) = (Hashes::default(), None);
    for passage in group.chunk_by(|x, y| x.passage() == y.passage()) {
        let Occurrence { class, period, count: own, .. } = passage[0];
        let size = u64::from(all.size[class as usize]);
        let document = members.of(class)[0];
        if of.replace(document) != Some(document) {
            // To clear a set costs as much as the most that it has held.
            known = Hashes::default();
        }
        let mut is_new =
            |span: Span| known.insert(hash::mix(u64::from(span.start) << 32 | u64::from(span.end)));
        let fresh: Vec<Place> = passage
            .iter()
            .filter(|o| is_new(o.span))
            .map(|o| Place { document, span: o.span })
            .collect();
        if fresh.is_empty() {
            continue;
        }
        count += size * if period > 0 { u64::from(own) } else { fresh.len() as u64 };
        if last != Some(class) {
            documents += size;
            classes += 1;
            last = Some(class);
        }
        places.extend(fresh);
    }
    let Occurrence { key, tokens, period, .. } = group[0];
    let inside = period > 0 || group.iter().any(|o| o.count > 1);
    if !inside && classes < t.repeat_classes {
        return None;
    }
    places.sort_unstable();
    places.truncate(t.max_places as usize);
    let boilerplate = background.is_boilerplate(key);
    Some(Repeat {
        tokens,
        count,
        documents,
        paragraph: group.iter().all(|o| o.paragraph),
        boilerplate,
        note: !boilerplate && group.iter().any(|o| o.note),
        period: (period > 0).then_some(period),
        places,
    })
}
