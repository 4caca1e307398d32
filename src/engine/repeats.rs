//! Owns: the collection of repeats inside one text and across texts, over all documents. Never:
//! defines what counts as a repeat inside one text.

use crate::engine::class_reader::{ClassReader, ClassTokens};
use crate::engine::compare::Verifier;
use crate::engine::members::Members;
use crate::engine::shared_windows::{SharedWindows, frequent_anchors, shared_windows};
use crate::engine::sketch::{Classes, Keys};
use crate::engine::sorted_run::{KeyRange, SortedRun};
use crate::error::Result;
use crate::model::detection::{Place, Repeat};
use crate::model::options::Stage;
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
    mut keys: Keys<SortedRun>,
    members: &Members,
    family: &[u32],
    from: &Verifier,
) -> Result<Vec<Repeat>> {
    // Bands are of no more use; what is kept of the texts takes their place in memory.
    drop([std::mem::take(&mut keys.bands), std::mem::take(&mut keys.paragraph_bands)]);
    let Verifier { background, recipe, thresholds: t, progress, .. } = *from;
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
    found.extend(other_occurrences(&reader, &found, &keys.paragraphs, &across, from)?);
    Ok(merge(found, all, members, background, t))
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

/// All occurrences of paragraphs that occur twice in one text. They occur in too few texts to be
/// found by that number alone.
fn other_occurrences(
    reader: &ClassReader,
    found: &[PassageOccurrence],
    keys: &SortedRun,
    across: &[u64],
    from: &Verifier,
) -> Result<Vec<PassageOccurrence>> {
    let twice = found.iter().filter(|f| f.paragraph && f.count > 1).map(|f| f.key);
    let mut twice: Vec<u64> = twice.filter(|k| across.binary_search(k).is_err()).collect();
    twice.sort_unstable();
    twice.dedup();
    let also = keys_of_groups(keys, |g| twice.binary_search(&g[0].key()).is_ok())?;
    let touched = classes_of_keys(keys, &also)?;
    let more = reader.map(&touched, |class, text| {
        let passages = paragraphs_across(text.values(), text.paragraphs(), &also, from.thresholds);
        to_occurrences(passages, class, text, from)
    })?;
    Ok(more.into_iter().flatten().collect())
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
    found.par_sort_by(|x, y| {
        (x.key, x.class, x.spans.first()).cmp(&(y.key, y.class, y.spans.first()))
    });
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
    out.par_sort_by(|x, y| (x.places.first(), x.tokens).cmp(&(y.places.first(), y.tokens)));
    out
}
