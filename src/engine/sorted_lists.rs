//! Owns: sorted lists of records that together may be larger than memory, and their merge. Never:
//! knows what a record means.

use crate::engine::scratch::{ScratchFile, Stored};
use crate::engine::stored_records::{Record, load, store};
use crate::error::{Error, Result};
use crate::model::options::{Progress, RunOptions};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::PathBuf;
use std::sync::Arc;

/// Sorted lists, of which a stated number of bytes may be in memory: then all of them move to a
/// file without a name, from which a merge reads a block of each at a time.
#[derive(Debug)]
pub struct SortedLists<R> {
    most: usize,
    directory: Option<PathBuf>,
    in_memory: Vec<Vec<R>>,
    bytes: usize,
    stored: Vec<Vec<Stored>>,
    file: Option<ScratchFile>,
}

impl<R: Record> SortedLists<R> {
    /// No list yet; one part in so many of the memory of a run may be used.
    pub fn new(options: &RunOptions, part: u64) -> SortedLists<R> {
        SortedLists {
            most: options.part_of_memory(part),
            directory: options.scratch.clone(),
            in_memory: Vec::new(),
            bytes: 0,
            stored: Vec::new(),
            file: None,
        }
    }

    /// Adds a sorted list.
    pub fn add(&mut self, sorted: Vec<R>) -> Result<()> {
        if sorted.is_empty() {
            return Ok(());
        }
        self.bytes += sorted.len() * size_of::<R>();
        self.in_memory.push(sorted);
        if self.bytes > self.most {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(ScratchFile::create(self.directory.as_deref())?),
            };
            for list in std::mem::take(&mut self.in_memory) {
                self.stored.push(store(file, &list)?);
            }
            self.bytes = 0;
        }
        Ok(())
    }

    /// Whether no list was added.
    pub fn is_empty(&self) -> bool {
        self.in_memory.is_empty() && self.stored.is_empty()
    }

    /// The bytes in the scratch file.
    pub fn scratch_bytes(&self) -> u64 {
        self.file.as_ref().map_or(0, ScratchFile::len)
    }

    /// All records in order; equal ones follow each other. `progress` can cancel their reading.
    pub fn merged(mut self, progress: &dyn Progress) -> Result<MergedLists<'_, R>> {
        self.file.as_mut().map_or(Ok(()), ScratchFile::flush)?;
        let file = self.file.map(Arc::new);
        let in_memory = self.in_memory.into_iter().map(|list| Reader {
            block: list.into_iter(),
            stored: Vec::new().into_iter(),
            file: None,
        });
        let stored = self.stored.into_iter().map(|stored| Reader {
            block: Vec::new().into_iter(),
            stored: stored.into_iter(),
            file: file.clone(),
        });
        let mut merged = MergedLists {
            readers: in_memory.chain(stored).collect(),
            heads: BinaryHeap::new(),
            last: None,
            progress,
            taken: 0,
        };
        for n in 0..merged.readers.len() {
            merged.advance(n)?;
        }
        Ok(merged)
    }
}

/// One of the lists, as it is read.
#[derive(Debug)]
struct Reader<R> {
    block: std::vec::IntoIter<R>,
    stored: std::vec::IntoIter<Stored>,
    file: Option<Arc<ScratchFile>>,
}

impl<R: Record> Reader<R> {
    fn next(&mut self) -> Result<Option<R>> {
        loop {
            if let Some(record) = self.block.next() {
                return Ok(Some(record));
            }
            let (Some(stored), Some(file)) = (self.stored.next(), &self.file) else {
                return Ok(None);
            };
            self.block = load(file, &stored)?.into_iter();
        }
    }
}

/// The records of a merge between two questions whether to stop: some milliseconds of work.
const BETWEEN: usize = 1 << 16;

/// The records of all lists in order.
pub struct MergedLists<'p, R> {
    readers: Vec<Reader<R>>,
    /// The next record of each list that has one.
    heads: BinaryHeap<Reverse<(R, usize)>>,
    /// A record that was read and not taken.
    last: Option<R>,
    progress: &'p dyn Progress,
    taken: usize,
}

impl<R: Record> MergedLists<'_, R> {
    fn advance(&mut self, reader: usize) -> Result<()> {
        if let Some(record) = self.readers[reader].next()? {
            self.heads.push(Reverse((record, reader)));
        }
        Ok(())
    }

    /// The next record.
    pub fn next(&mut self) -> Result<Option<R>> {
        if let Some(record) = self.last.take() {
            return Ok(Some(record));
        }
        self.taken += 1;
        if self.taken.is_multiple_of(BETWEEN) && self.progress.cancelled() {
            return Err(Error::Cancelled);
        }
        // The list with the least record gives it, and its next one takes the place.
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let Reverse((record, reader)) = *head;
        match self.readers[reader].next()? {
            Some(next) => *head = Reverse((next, reader)),
            None => drop(std::collections::binary_heap::PeekMut::pop(head)),
        }
        Ok(Some(record))
    }

    /// Fills `group` with the next records that have one key; leaves it empty at the end.
    pub fn next_group<K: PartialEq>(
        &mut self,
        group: &mut Vec<R>,
        key: impl Fn(&R) -> K,
    ) -> Result<()> {
        group.clear();
        while let Some(record) = self.next()? {
            if group.first().is_some_and(|first| key(first) != key(&record)) {
                self.last = Some(record);
                break;
            }
            group.push(record);
        }
        Ok(())
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use crate::postings::posting::Posting;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn merged_lists_are_one_sorted_list(
            lists in prop::collection::vec(prop::collection::vec((0u64..20, 0u32..9), 0..40), 0..9),
            memory in prop::option::of(0u64..2000),
        ) {
            let mut kept = SortedLists::new(&RunOptions { memory, ..RunOptions::default() }, 1);
            let mut all = Vec::new();
            for list in lists {
                let mut list: Vec<Posting> =
                    list.into_iter().map(|(key, unit)| Posting::new(key, unit)).collect();
                list.sort_unstable();
                all.extend_from_slice(&list);
                kept.add(list).unwrap();
                prop_assert!(kept.bytes <= kept.most, "the others are in the file");
            }
            all.sort_unstable();
            let mut merged = kept.merged(&()).unwrap();
            let (mut found, mut group) = (Vec::new(), Vec::new());
            loop {
                merged.next_group(&mut group, |p| p.key()).unwrap();
                if group.is_empty() {
                    break;
                }
                found.push(group.clone());
            }
            let groups: Vec<Vec<Posting>> =
                all.chunk_by(|x, y| x.key() == y.key()).map(<[Posting]>::to_vec).collect();
            prop_assert_eq!(found, groups);
        }
    }

    /// Cancels at once.
    struct Stop;
    impl Progress for Stop {
        fn cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_merge_ends_soon_after_it_is_cancelled() {
        let mut kept = SortedLists::new(&RunOptions::default(), 1);
        kept.add((0..3 * BETWEEN as u64).map(|key| Posting::new(key, 0)).collect()).unwrap();
        let mut merged = kept.merged(&Stop).unwrap();
        let read = (0..).find(|_| merged.next() == Err(Error::Cancelled)).unwrap();
        assert_eq!(read, BETWEEN - 1);
    }
}
