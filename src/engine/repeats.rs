//! Owns: the collection of repeats inside one text and across texts, over all documents. Never:
//! defines what counts as a repeat inside one text.

use crate::engine::class_reader::{ClassReader, ClassTokens};
use crate::engine::compare::Verifier;
use crate::engine::members::Members;
use crate::engine::sketch::{Classes, Keys};
use crate::error::Result;
use crate::hash::ByHash;
use crate::model::detection::{Place, Repeat};
use crate::model::options::Stage;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::repeat::{RepeatedPassage, inside, word_count};
use crate::postings::posting::{Posting, class_set_hash};
use crate::postings::run::Run;
use crate::sketch::anchor::is_anchor;
use crate::sketch::fingerprint::paragraph_key;
use crate::sketch::recipe::Recipe;
use crate::span::Span;
use crate::text::shingle::{Shingles, shingles};
use crate::text::token::TokenValues;
use rayon::prelude::*;
use std::ops::Range;

/// The keys with which passages that occur in many texts are found.
struct FrequentPassages {
    /// The exact keys of paragraphs that occur in enough classes, sorted.
    paragraphs: Vec<u64>,
    /// The anchors that occur in enough classes, and in enough families, sorted.
    anchors: Vec<u64>,
}

/// A passage of one class: its key and form, and the places where it occurs in the first document
/// of the class.
struct PassageOccurrence {
    key: u64,
    class: u32,
    tokens: u32,
    paragraph: bool,
    period: Option<u32>,
    note: bool,
    count: u64,
    spans: Vec<Span>,
}

/// All repeats, ordered by their first place.
pub fn repeats(
    all: &Classes,
    keys: &Keys<Run>,
    members: &Members,
    family: &[u32],
    from: &Verifier,
) -> Result<Vec<Repeat>> {
    let Verifier { background, recipe, thresholds: t, progress, .. } = *from;
    let least = t.repeat_classes as usize;
    let frequent: Vec<&[Posting]> =
        keys.anchors.groups().filter(|g| is_in_families(g, family, least)).collect();
    let paragraphs = keys.paragraphs.groups().filter(|g| g.len() >= least);
    let across = FrequentPassages {
        paragraphs: paragraphs.map(|g| g[0].key()).collect(),
        anchors: frequent.iter().map(|g| g[0].key()).collect(),
    };
    let near = classes_sharing_passages(&frequent);
    progress.begin(Stage::Repeats, near.len() as u64);
    let mut reader = ClassReader::new(from);
    let mut touched = all.may_repeat.clone();
    let shared = shared_windows(&mut reader, &near, &across, family, from, &mut touched)?;
    for_each_class_with_key(&keys.paragraphs, &across.paragraphs, |class| {
        touched[class as usize] = true
    });
    let touched = listed(&touched);
    progress.begin(Stage::Repeats, touched.len() as u64);
    let found = reader.map(&touched, |class, text| {
        let (tokens, paragraphs) = (text.values(), text.paragraphs());
        let mut found = Vec::new();
        if all.may_repeat[class as usize] {
            found.extend(inside(tokens, paragraphs, t));
        }
        found.extend(paragraphs_across(tokens, paragraphs, &across, t));
        found.extend(passages_across(tokens, paragraphs, &shared, recipe, t));
        to_occurrences(found, class, text, from)
    })?;
    let mut found: Vec<PassageOccurrence> = found.into_iter().flatten().collect();
    found.extend(other_occurrences(&reader, &found, keys, &across, from)?);
    Ok(merge(found, all, members, background, t))
}

/// The number of families that are told apart without a sort.
const FEW: usize = 8;

/// Whether a key occurs in so many families of near-copies. A piece of a paragraph counts only
/// across families: inside one family it merely shows where copies were edited.
fn is_in_families(group: &[Posting], family: &[u32], least: usize) -> bool {
    let mut families = group.iter().map(|p| family[p.unit as usize]);
    if group.len() < least || least > FEW {
        let mut all: Vec<u32> = if group.len() < least { Vec::new() } else { families.collect() };
        all.sort_unstable();
        all.dedup();
        return all.len() >= least;
    }
    let (mut seen, mut count) = ([0; FEW], 0);
    count >= least
        || families.any(|family| {
            if !seen[..count].contains(&family) {
                seen[count] = family;
                count += 1;
            }
            count >= least
        })
}

fn listed(touched: &[bool]) -> Vec<u32> {
    (0..touched.len() as u32).filter(|&c| touched[c as usize]).collect()
}

fn to_occurrences(
    passages: Vec<RepeatedPassage>,
    class: u32,
    text: &ClassTokens,
    from: &Verifier,
) -> Vec<PassageOccurrence> {
    let places: Vec<Range<u32>> = passages.iter().flat_map(|p| p.places.iter().cloned()).collect();
    let mut spans = text.spans(&places).into_iter();
    let one = |p: RepeatedPassage| PassageOccurrence {
        key: p.key,
        class,
        tokens: p.tokens,
        paragraph: p.paragraph,
        period: p.period,
        note: from.background.is_note(text.values(), &p.places[0], from.recipe),
        count: match p.period {
            Some(period) => p.places.iter().map(|r| (r.len() as u64) / u64::from(period)).sum(),
            None => p.places.len() as u64,
        },
        spans: spans.by_ref().take(p.places.len()).collect(),
    };
    passages.into_iter().map(one).collect()
}

/// The paragraphs of one text that occur in enough other texts.
fn paragraphs_across(
    tokens: TokenValues,
    paragraphs: &[Range<u32>],
    across: &FrequentPassages,
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out: Vec<RepeatedPassage> = Vec::new();
    for p in paragraphs {
        let key = paragraph_key(tokens, p);
        if across.paragraphs.binary_search(&key).is_ok()
            && word_count(tokens, p) >= t.repeat_paragraph
        {
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
    shared: &ByHash<u64>,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<RepeatedPassage> {
    let mut out = Vec::new();
    if shared.is_empty() {
        return out;
    }
    let mut windows = Shingles::default();
    shingles(tokens, recipe.anchor, &mut windows);
    let mark = |i: u32| shared.get(windows.hashes.get(i as usize)?).copied();
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

/// The classes that hold two frequent anchors with the same set of classes, from the postings of
/// each frequent anchor. The anchors of one passage have the same set; those of two set phrases do
/// not.
fn classes_sharing_passages(frequent: &[&[Posting]]) -> Vec<u32> {
    let mut marks: Vec<(u32, u64)> = Vec::new();
    for group in frequent {
        let mark = class_set_hash(group);
        marks.extend(group.iter().map(|p| (p.unit, mark)));
    }
    marks.par_sort_unstable();
    let mut near: Vec<u32> = marks.windows(2).filter(|w| w[0] == w[1]).map(|w| w[0].0).collect();
    near.dedup();
    near
}

/// Calls `touch` with the class of each posting that has one of the keys (sorted, like the
/// postings).
fn for_each_class_with_key(postings: &Run, keys: &[u64], mut touch: impl FnMut(u32)) {
    let mut at = 0;
    for p in postings.iter() {
        while at < keys.len() && keys[at] < p.key() {
            at += 1;
        }
        if keys.get(at) == Some(&p.key()) {
            touch(p.unit);
        }
    }
}

/// The number of texts whose windows are in memory twice.
const BATCH: usize = 4096;

/// The windows near frequent anchors that occur in enough families, each with a mark of the set of
/// its classes. Marks in `touched` the classes that hold enough of these windows for a passage.
fn shared_windows(
    reader: &mut ClassReader,
    near: &[u32],
    across: &FrequentPassages,
    family: &[u32],
    from: &Verifier,
    touched: &mut [bool],
) -> Result<ByHash<u64>> {
    let Verifier { recipe, thresholds: t, .. } = *from;
    let mut postings: Vec<Posting> = Vec::new();
    for near in near.chunks(BATCH) {
        let windows = reader.map_and_keep(near, |class, text| {
            let mut windows = Shingles::default();
            shingles(text.values(), recipe.anchor, &mut windows);
            let keys = near_anchors(&windows, text.paragraphs(), across, recipe, t);
            keys.into_iter().map(|k| Posting::new(k, class)).collect::<Vec<_>>()
        })?;
        postings.extend(windows.into_iter().flatten());
    }
    postings.par_sort_unstable();
    postings.dedup();
    let mut held = vec![0u32; touched.len()];
    let mut out = ByHash::default();
    let least = t.repeat_classes as usize;
    for g in Run::from_sorted(postings).groups().filter(|g| is_in_families(g, family, least)) {
        g.iter().for_each(|p| held[p.unit as usize] += 1);
        out.insert(g[0].key(), class_set_hash(g));
    }
    let passage = t.repeat_passage.saturating_sub(recipe.anchor) + 1;
    touched.iter_mut().zip(held).for_each(|(t, n)| *t |= n >= passage);
    Ok(out)
}

/// All occurrences of paragraphs that occur twice in one text. They occur in too few texts to be
/// found by that number alone.
fn other_occurrences(
    reader: &ClassReader,
    found: &[PassageOccurrence],
    keys: &Keys<Run>,
    across: &FrequentPassages,
    from: &Verifier,
) -> Result<Vec<PassageOccurrence>> {
    let twice = found.iter().filter(|f| f.paragraph && f.count > 1).map(|f| f.key);
    let mut twice: Vec<u64> =
        twice.filter(|k| across.paragraphs.binary_search(k).is_err()).collect();
    twice.sort_unstable();
    twice.dedup();
    let groups = keys.paragraphs.groups().map(|g| g[0].key());
    let shared = groups.filter(|k| twice.binary_search(k).is_ok()).collect();
    let also = FrequentPassages { paragraphs: shared, anchors: Vec::new() };
    let mut touched = Vec::new();
    for_each_class_with_key(&keys.paragraphs, &also.paragraphs, |class| touched.push(class));
    touched.sort_unstable();
    touched.dedup();
    let more = reader.map(&touched, |class, text| {
        let passages = paragraphs_across(text.values(), text.paragraphs(), &also, from.thresholds);
        to_occurrences(passages, class, text, from)
    })?;
    Ok(more.into_iter().flatten().collect())
}

/// The windows that can belong to a passage with two frequent anchors, that is, those within the
/// length of a passage from one.
fn near_anchors(
    windows: &Shingles,
    paragraphs: &[Range<u32>],
    across: &FrequentPassages,
    recipe: &Recipe,
    t: &Thresholds,
) -> Vec<u64> {
    let mut out = Vec::new();
    let reach = t.repeat_passage;
    for p in paragraphs {
        let mut next = p.start;
        for i in p.start..p.end {
            let Some(&hash) = windows.hashes.get(i as usize) else { break };
            if !is_anchor(hash, recipe.anchor_rate) || across.anchors.binary_search(&hash).is_err()
            {
                continue;
            }
            let to = (i + reach).min(p.end).min(windows.hashes.len() as u32);
            for j in next.max(i.saturating_sub(reach)).max(p.start)..to {
                if windows.ends[j as usize] <= p.end {
                    out.push(windows.hashes[j as usize]);
                }
            }
            next = next.max(to);
        }
    }
    out
}

/// Merges the occurrences of each key into one repeat, if it occurs in enough classes or several
/// times in one.
fn merge(
    mut found: Vec<PassageOccurrence>,
    all: &Classes,
    members: &Members,
    background: &Background,
    t: &Thresholds,
) -> Vec<Repeat> {
    found.sort_by(|x, y| (x.key, x.class, x.spans.first()).cmp(&(y.key, y.class, y.spans.first())));
    let mut out = Vec::new();
    for group in found.chunk_by(|x, y| x.key == y.key) {
        let mut places: Vec<Place> = Vec::new();
        let (mut count, mut documents, mut classes, mut last) = (0, 0, 0, None);
        for f in group {
            let size = u64::from(all.size[f.class as usize]);
            // The same place may have been found in two ways, but then in one text, whose places so
            // far are at the end of the list.
            let document = members.of(f.class)[0];
            let same = places.iter().rposition(|p| p.document != document).map_or(0, |i| i + 1);
            let fresh: Vec<Place> = f
                .spans
                .iter()
                .map(|&span| Place { document, span })
                .filter(|p| !places[same..].contains(p))
                .collect();
            if fresh.is_empty() {
                continue;
            }
            count += size * if f.period.is_some() { f.count } else { fresh.len() as u64 };
            if last != Some(f.class) {
                documents += size;
                classes += 1;
                last = Some(f.class);
            }
            places.extend(fresh);
        }
        let inside = group[0].period.is_some() || group.iter().any(|f| f.count > 1);
        if !inside && classes < t.repeat_classes {
            continue;
        }
        places.sort_unstable();
        places.truncate(t.max_places as usize);
        let boilerplate = background.is_boilerplate(group[0].key);
        let paragraph = group.iter().all(|f| f.paragraph);
        out.push(Repeat {
            tokens: group[0].tokens,
            count,
            documents,
            paragraph,
            boilerplate,
            note: !boilerplate && group.iter().any(|f| f.note),
            period: group[0].period,
            places,
        });
    }
    out.sort_by(|x, y| (x.places.first(), x.tokens).cmp(&(y.places.first(), y.tokens)));
    out
}
