//! Owns: the keys of one part, brought together from all documents, as sorted runs of classes.
//! Never: looks at a pair.

use crate::engine::distributed::key_rows::{KeyRows, WordRows, part_of, postings};
use crate::engine::distributed::shared_corpus::{NewClasses, NumberedDocuments};
use crate::engine::distributed::stage_data::{Packed, PartCounts};
use crate::engine::sketch::Keys;
use crate::engine::sorted_run::{KeyRange, RunKeeper};
use crate::engine::spillable_keys::SpillableKeys;
use crate::error::{Error, Result};
use crate::postings::posting::Posting;
use crate::postings::run::Run;
use crate::sketch::fingerprint::WORD_SLOTS;

/// The classes that have keys, by the keys of their first documents.
struct Owners {
    /// Sorted by key.
    classes: Vec<(u128, u32)>,
    /// Whether the keys of a class were taken already. Documents that are equal in everything come
    /// with the same keys, and several of them are of one class.
    taken: Vec<bool>,
}

impl Owners {
    fn new(corpus: &NumberedDocuments, new: &NewClasses) -> Owners {
        let all = &corpus.classes;
        let key = |class: u32| corpus.key(all.first[class as usize] as usize);
        let with_keys = new.0.iter().filter(|class| class.has_keys);
        let mut classes: Vec<(u128, u32)> = with_keys.map(|c| (key(c.class), c.class)).collect();
        classes.sort_unstable();
        Owners { classes, taken: vec![false; all.first.len()] }
    }

    /// The classes for which the keys of this document are taken.
    fn take(&mut self, document: u128) -> Vec<u32> {
        let from = self.classes.partition_point(|(key, _)| *key < document);
        let of = self.classes[from..].iter().take_while(|(key, _)| *key == document);
        let mut fresh: Vec<u32> = of.map(|(_, class)| *class).collect();
        fresh.retain(|class| !std::mem::replace(&mut self.taken[*class as usize], true));
        fresh
    }
}

/// The sorted runs of a part, and what its documents add to the background.
pub fn sorted_part(
    part: u32,
    parts: u32,
    rows: &[KeyRows],
    corpus: &NumberedDocuments,
    new: &NewClasses,
) -> Result<(Keys<Run>, PartCounts)> {
    let came: u64 = rows.iter().map(|rows| u64::from(rows.batch)).sum();
    if came != corpus.count() as u64 {
        return Err(lost(part, came, corpus.count()));
    }
    let mut owners = Owners::new(corpus, new);
    let owned: Vec<Vec<Vec<u32>>> = rows
        .iter()
        .map(|rows| rows.documents.iter().map(|key| owners.take(*key)).collect())
        .collect();
    let run = |column: fn(&KeyRows) -> &Packed| -> Result<Run> {
        let count: usize = rows.iter().map(|rows| column(rows).0.len() / Posting::BYTES).sum();
        let mut list = SpillableKeys::for_postings(count, usize::MAX);
        for_each_posting(rows, &owned, column, |key, class| list.push(key, class));
        sorted(list)
    };
    let mut same_text = SpillableKeys::default();
    for class in &new.0 {
        if let Some(key) = class.same_text.filter(|key| part_of(*key, parts) == part) {
            same_text.push(key, class.class);
        }
    }
    let keys = Keys {
        bands: run(|rows| &rows.bands)?,
        paragraph_bands: run(|rows| &rows.paragraph_bands)?,
        anchors: run(|rows| &rows.anchors)?,
        paragraphs: run(|rows| &rows.paragraphs)?,
        same_text: sorted(same_text)?,
    };
    let mut edges = Vec::new();
    for_each_posting(
        rows,
        &owned,
        |rows| &rows.edges,
        |key, class| {
            if corpus.classes.source[class as usize].is_none() {
                edges.extend_from_slice(&Posting::new(key, class).to_bytes());
            }
        },
    );
    let words = counted(rows.iter().map(|rows| &rows.words), corpus, new);
    Ok((keys, PartCounts { edges: Packed(edges), ..words }))
}

/// The postings of the keys that several texts hold, in order.
fn sorted(list: SpillableKeys) -> Result<Run> {
    let keeper = RunKeeper::new(usize::MAX, None);
    let parts = list.sorted(None, &keeper, |_| Ok(()))?;
    let ([run], _) = keeper.runs([parts])?;
    run.chosen(KeyRange::ALL, |_| true)
}

fn for_each_posting(
    rows: &[KeyRows],
    owned: &[Vec<Vec<u32>>],
    column: fn(&KeyRows) -> &Packed,
    mut each: impl FnMut(u64, u32),
) {
    for (rows, owned) in rows.iter().zip(owned) {
        for p in postings(column(rows)) {
            let classes = owned.get(p.unit as usize).map_or(&[][..], Vec::as_slice);
            classes.iter().for_each(|class| each(p.key(), *class));
        }
    }
}

/// The words of the classes whose first documents are in these rows.
fn counted<'r>(
    rows: impl Iterator<Item = &'r WordRows>,
    corpus: &NumberedDocuments,
    new: &NewClasses,
) -> PartCounts {
    let mut owners = Owners::new(corpus, new);
    let none = || vec![0; WORD_SLOTS];
    let (words, capitals, edges) = (none(), none(), Packed::default());
    let mut counts = PartCounts { documents: 0, words, capitals, edges };
    let add = |to: &mut [u32], slots: &[u32], ends: &[u32], n: usize, times: u32| {
        let start = n.checked_sub(1).map_or(0, |before| ends[before] as usize);
        let of = slots.get(start..ends[n] as usize).unwrap_or_default();
        of.iter().for_each(|slot| to[*slot as usize % WORD_SLOTS] += times);
    };
    for rows in rows {
        counts.documents += rows.documents.len() as u64;
        for (n, key) in rows.documents.iter().enumerate() {
            let times = owners.take(*key).len() as u32;
            add(&mut counts.words, &rows.words, &rows.ends, n, times);
            add(&mut counts.capitals, &rows.capitals, &rows.capital_ends, n, times);
        }
    }
    counts
}

/// The error for keys that did not come.
pub fn lost(part: u32, came: u64, documents: usize) -> Error {
    Error::Malformed {
        what: format!("part {part} of the keys"),
        why: format!(
            "it has the keys of {came} documents, and there are {documents}: an engine has lost \
             or doubled rows, or the input has changed; run it again"
        ),
    }
}
