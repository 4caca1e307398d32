//! Owns: the groups into which titles divide classes of equal texts. Never: decides whether two
//! titles name different things.

use crate::engine::members::{DividedClass, DividedClasses, Members};
use crate::engine::sketch::Classes;
use crate::error::Result;
use crate::model::document::Documents;
use crate::model::options::Progress;
use crate::model::thresholds::Thresholds;
use crate::pair::background::Background;
use crate::pair::decide::{titles_divide_one_text, titles_have_nothing_in_common};
use crate::pair::masked::MaskedText;
use crate::pair::metadata::Metadata;
use crate::sketch::recipe::Recipe;
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// The number of groups that a document with a new title is compared with, the last ones first, so
/// that n documents with one text cost O(n).
const GROUPS: usize = 8;

/// Divides the classes of equal texts by their titles. Cost: each text that has two titles is read
/// once.
pub fn title_groups(
    all: &Classes,
    members: &Members,
    documents: &dyn Documents,
    background: &Background,
    recipe: &Recipe,
    t: &Thresholds,
    progress: &dyn Progress,
) -> Result<DividedClasses> {
    let title = |n: u32| documents.fields(n as usize).title;
    let several = |class: &u32| {
        let [first, others @ ..] = members.of(*class) else { return false };
        let first = (!others.is_empty()).then(|| title(*first));
        first.is_some_and(|first| others.iter().any(|&n| title(n) != first))
    };
    let classes: Vec<u32> = (0..all.first.len() as u32).filter(several).collect();
    let divide = |class: u32| -> Result<Option<(u32, DividedClass)>> {
        let of = members.of(class);
        let text = documents.text(of[0] as usize)?;
        progress.tokenized(text.len() as u64);
        let text = MaskedText::new(text, background, recipe);
        let divided = groups(of, documents, &text, background, t);
        Ok((divided.groups.len() > 1).then_some((class, divided)))
    };
    let divided: Result<Vec<_>> = classes.into_par_iter().map(divide).collect();
    Ok(divided?.into_iter().flatten().collect())
}

fn groups(
    of: &[u32],
    documents: &dyn Documents,
    text: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> DividedClass {
    let info = |n: u32| documents.info(n as usize);
    // Documents of one day follow each other, so the groups of a series are compared with each
    // other.
    let mut order = of.to_vec();
    order.sort_by_cached_key(|&n| (info(n).date.clone(), n));
    let form = is_form(&order, documents, text, background, t);
    let mut groups: Vec<(Metadata, Vec<u32>)> = Vec::new();
    let mut known: HashMap<(Arc<str>, Option<Arc<str>>), usize> = HashMap::new();
    for n in order {
        let own = info(n);
        let key = (own.title.clone().unwrap_or_default(), own.date.clone());
        let own = Metadata::new([&*own]).of_form(form);
        let fits = |group: &(Metadata, Vec<u32>)| {
            titles_divide_one_text(text, &group.0, &own, background, t).is_none()
        };
        let place = known.get(&key).copied().or_else(|| {
            (groups.len().saturating_sub(GROUPS)..groups.len()).rev().find(|&g| fits(&groups[g]))
        });
        let place = place.unwrap_or(groups.len());
        known.insert(key, place);
        match groups.get_mut(place) {
            Some(group) => group.1.push(n),
            None => groups.push((own, vec![n])),
        }
    }
    let mut groups: Vec<Vec<u32>> = groups.into_iter().map(|g| g.1).collect();
    groups.iter_mut().for_each(|g| g.sort_unstable());
    groups.sort_unstable();
    DividedClass { groups, form }
}

/// The number of documents with different titles from which on their text may be a form.
const TITLES_OF_A_FORM: usize = 3;

/// Whether a text is a form that an outlet prints under all kinds of titles, such as the note of a
/// newsletter: over the time in which a series has two issues, no title has anything in common with
/// the one before it.
fn is_form(
    order: &[u32],
    documents: &dyn Documents,
    text: &MaskedText,
    background: &Background,
    t: &Thresholds,
) -> bool {
    let mut titled: Vec<Metadata> =
        order.iter().map(|&n| Metadata::new([documents.fields(n as usize)])).collect();
    titled.dedup_by(|x, y| x.titles == y.titles);
    let (Some(first), Some(last)) = (titled.first(), titled.last()) else { return false };
    titled.len() >= TITLES_OF_A_FORM
        && first.is_series_apart(last, t)
        && titled.windows(2).all(|w| titles_have_nothing_in_common(text, &w[0], &w[1], background))
}
