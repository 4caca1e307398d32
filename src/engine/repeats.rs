//! Owns: the repeats that occurrences of passages make, over all documents. Never: reads a text.

use crate::engine::compare::Verifier;
use crate::engine::members::Members;
use crate::engine::occurrence::Occurrence;
use crate::engine::occurrences::Occurrences;
use crate::engine::sketch::Classes;
use crate::error::Result;
use crate::hash::{self, Hashes};
use crate::model::detection::{Place, Repeat};
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::span::Span;
use rayon::prelude::*;

/// All repeats, ordered by their first place: the occurrences of each key are one, if it occurs in
/// enough classes or several times in one.
pub fn repeats(
    occurrences: Occurrences,
    all: &Classes,
    members: &Members,
    from: &Verifier,
) -> Result<Vec<Repeat>> {
    let (background, t) = (from.background, from.thresholds);
    let mut found = occurrences.merged(from.progress)?;
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
