//! Owns: the keys of some documents in blocks, one for each part of the keys. Never: knows which
//! documents have a class of their own.

use crate::engine::distributed::stage_data::Packed;
use crate::engine::stage_data::StageData;
use crate::postings::posting::Posting;
use crate::sketch::fingerprint::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The part of the keys, from 1 on, that a key belongs to: that of
/// [`Run::keys_of`](crate::stages::Run::keys_of).
pub fn part_of(key: u64, parts: u32) -> u32 {
    let begin = |part: u128| (part << 64) / u128::from(parts);
    let part = (u128::from(key) * u128::from(parts)) >> 64;
    part as u32 + 1 + u32::from(u128::from(key) >= begin(part + 1))
}

/// The keys of one part that some documents have. In a posting the text is the place of its
/// document in `documents`.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct KeyRows {
    /// The number of documents that were looked at, with keys of this part or without.
    pub batch: u32,
    /// The keys of the documents that have postings here.
    pub documents: Vec<u128>,
    /// The keys of document bands.
    pub bands: Packed,
    /// The keys of paragraph bands.
    pub paragraph_bands: Packed,
    /// The anchors.
    pub anchors: Packed,
    /// The exact keys of paragraphs.
    pub paragraphs: Packed,
    /// The anchors at the edges of documents without a source.
    pub edges: Packed,
    /// The words of the documents whose own keys belong to this part. So documents that are equal
    /// in everything meet here, wherever they come from.
    pub words: WordRows,
}

impl StageData for KeyRows {
    const KIND: &'static str = "key-rows";
    const VERSION: u32 = 1;
}

/// The slots of the words of some documents.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct WordRows {
    /// The keys of the documents.
    pub documents: Vec<u128>,
    /// The end of each document's list in `words`.
    pub ends: Vec<u32>,
    /// The slots of the words.
    pub words: Vec<u32>,
    /// The end of each document's list in `capitals`.
    pub capital_ends: Vec<u32>,
    /// The slots of the words with a capital only.
    pub capitals: Vec<u32>,
}

/// A list of postings by part.
type OfKind = fn(&mut KeyRows) -> &mut Packed;

/// The keys of documents while they come, for all parts.
pub struct KeyRowsBuilder {
    parts: Vec<KeyRows>,
    /// The place of the last document in each part that has postings of it.
    places: HashMap<u32, u32>,
    batch: u32,
}

impl KeyRowsBuilder {
    /// No document yet.
    pub fn new(parts: u32) -> KeyRowsBuilder {
        let parts = (0..parts).map(|_| KeyRows::default()).collect();
        KeyRowsBuilder { parts, places: HashMap::new(), batch: 0 }
    }

    /// Adds the keys of a document; those at its edges only if its source is not known.
    pub fn push(&mut self, key: u128, keys: &Fingerprint, source_is_known: bool) {
        self.places.clear();
        self.post(key, &keys.bands, |rows| &mut rows.bands);
        self.post(key, &keys.paragraph_bands, |rows| &mut rows.paragraph_bands);
        self.post(key, &keys.anchors, |rows| &mut rows.anchors);
        self.post(key, &keys.paragraphs, |rows| &mut rows.paragraphs);
        if !source_is_known {
            self.post(key, &keys.edges, |rows| &mut rows.edges);
        }
        self.batch += 1;
        let own = part_of(key as u64, self.parts.len() as u32) - 1;
        let words = &mut self.parts[own as usize].words;
        words.documents.push(key);
        words.words.extend_from_slice(&keys.words);
        words.ends.push(words.words.len() as u32);
        words.capitals.extend_from_slice(&keys.capitals);
        words.capital_ends.push(words.capitals.len() as u32);
    }

    fn post(&mut self, document: u128, keys: &[u64], to: OfKind) {
        for &key in keys {
            let part = part_of(key, self.parts.len() as u32) - 1;
            let rows = &mut self.parts[part as usize];
            let place = *self.places.entry(part).or_insert_with(|| {
                rows.documents.push(document);
                rows.documents.len() as u32 - 1
            });
            to(rows).0.extend_from_slice(&Posting::new(key, place).to_bytes());
        }
    }

    /// The rows of each part, in order. Every part has some, so that it is seen which batches came.
    pub fn finish(self) -> Vec<KeyRows> {
        let KeyRowsBuilder { mut parts, batch, .. } = self;
        parts.iter_mut().for_each(|rows| rows.batch = batch);
        parts
    }
}

/// The postings of a packed list.
pub fn postings(packed: &Packed) -> impl Iterator<Item = Posting> {
    packed.0.as_chunks().0.iter().map(Posting::from_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postings::run::Run;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_parts_of_keys_are_those_of_a_run(
            mut keys in prop::collection::vec(any::<u64>(), 1..50), parts in 1u32..40,
            at in 0u32..40,
        ) {
            // Keys at the border of two parts, too.
            let border = ((u128::from(at.min(parts - 1)) << 64) / u128::from(parts)) as u64;
            keys.extend([border, border.wrapping_sub(1), border.wrapping_add(1), u64::MAX, 0]);
            keys.sort_unstable();
            keys.dedup();
            let both = keys.iter().flat_map(|&key| [Posting::new(key, 0), Posting::new(key, 1)]);
            let run = Run::from_sorted(both.collect());
            for part in 1..=parts {
                let of_run: Vec<u64> =
                    run.keys_of(part, parts).groups().map(|g| g[0].key()).collect();
                let own: Vec<u64> =
                    keys.iter().copied().filter(|&key| part_of(key, parts) == part).collect();
                prop_assert_eq!(of_run, own);
            }
        }
    }
}
