//! Owns: which repeats of a baseline may have the places of a repeat of today. Never: decides that
//! one has them.

use crate::gate::baseline::Baseline;
use crate::gate::documents::DocumentTable;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The places and texts of the repeats of a baseline as numbers, so that hundreds of repeats in one
/// wording are held against the documents of a repeat of today by numbers alone.
pub(super) struct RepeatPlaces<'a> {
    places: HashMap<&'a str, u32>,
    /// The texts whose place is gone.
    texts: HashMap<u64, u32>,
    /// For each repeat the numbers of its places and texts.
    of_repeat: Vec<Vec<u32>>,
}

impl<'a> RepeatPlaces<'a> {
    /// Numbers them.
    pub fn new(table: &DocumentTable, baseline: &'a Baseline) -> RepeatPlaces<'a> {
        let (mut places, mut texts) = (HashMap::new(), HashMap::new());
        let mut of_repeat = Vec::with_capacity(baseline.repeats.len());
        let mut next = 0;
        for repeat in &baseline.repeats {
            let mut own = Vec::with_capacity(repeat.places.len());
            for member in &repeat.places {
                let mut numbered = |number: &mut u32| {
                    if *number == u32::MAX {
                        (*number, next) = (next, next + 1);
                    }
                    own.push(*number);
                };
                numbered(places.entry(&*member.place).or_insert(u32::MAX));
                if !table.has_place(&member.place) {
                    numbered(texts.entry(member.hash).or_insert(u32::MAX));
                }
            }
            own.sort_unstable();
            own.dedup();
            of_repeat.push(own);
        }
        RepeatPlaces { places, texts, of_repeat }
    }

    /// Those of some repeats that have the place of one of these documents, or of one with the same
    /// text, or such a text from a place that is gone. The others match none of them.
    pub fn of(
        &self,
        table: &DocumentTable,
        documents: &[u32],
        repeats: BTreeSet<u32>,
    ) -> BTreeSet<u32> {
        if repeats.len() < 2 {
            return repeats;
        }
        let (mut numbers, mut known) = (HashSet::new(), HashSet::new());
        for &document in documents {
            numbers.extend(self.texts.get(&table.hash[document as usize]).copied());
            for &n in table.class(document).iter().chain([&document]) {
                if known.insert(n) {
                    numbers.extend(self.places.get(&*table.place(n).0).copied());
                }
            }
        }
        let has_one = |repeat: &u32| {
            self.of_repeat[*repeat as usize].iter().any(|number| numbers.contains(number))
        };
        repeats.into_iter().filter(has_one).collect()
    }
}
