//! Owns: the sorted postings of one kind of key, in parts that are in memory or in a scratch file.
//! Never: knows what a key means.

use crate::engine::scratch::{ScratchFile, Stored};
use crate::engine::stored_records::{load_all, store};
use crate::error::Result;
use crate::postings::posting::Posting;
use crate::postings::run::{Part, Run};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The pieces that each thread takes: keys are spread evenly, the texts that hold them are not.
const PIECES_PER_THREAD: usize = 8;

/// A sorted run of postings in parts, each of which is behind the one before it. A part in the file
/// is read when its keys are asked for, and is in memory as long as somebody looks at them.
#[derive(Debug, Default)]
pub struct SortedRun {
    parts: Vec<RunPart>,
    file: Option<Arc<ScratchFile>>,
}

/// Consecutive keys of a run.
#[derive(Debug)]
pub enum RunPart {
    /// They are in memory.
    InMemory(Run),
    /// They are in the file.
    Stored {
        /// Their places in the file.
        stored: Vec<Stored>,
        /// The number of postings.
        count: usize,
        /// The first key and the last one.
        ends: [u64; 2],
    },
}

impl RunPart {
    fn len(&self) -> usize {
        match self {
            RunPart::InMemory(run) => run.len(),
            RunPart::Stored { count, .. } => *count,
        }
    }
}

/// Which keys of a run are looked at: one of so many parts (from 1 on) of all possible keys.
#[derive(Debug, Clone, Copy)]
pub struct KeyRange {
    /// The number of the part.
    pub part: u32,
    /// The number of parts.
    pub parts: u32,
}

impl KeyRange {
    /// All keys.
    pub const ALL: KeyRange = KeyRange { part: 1, parts: 1 };

    fn has_part_of(self, part: &RunPart) -> bool {
        let RunPart::Stored { ends: [first, last], .. } = part else { return true };
        let begin = |part: u32| (u128::from(part) << 64) / u128::from(self.parts);
        u128::from(*last) >= begin(self.part - 1) && u128::from(*first) < begin(self.part)
    }
}

impl SortedRun {
    /// Calls `each` with some keys after the others, in parallel, and returns the results in the
    /// order of the keys.
    pub fn map<T: Send>(&self, keys: KeyRange, each: impl Fn(Part) -> T + Sync) -> Result<Vec<T>> {
        self.map_parts(0..self.parts.len(), keys, each)
    }

    /// [`SortedRun::map`] for some of the parts.
    pub fn map_parts<T: Send>(
        &self,
        parts: Range<usize>,
        keys: KeyRange,
        each: impl Fn(Part) -> T + Sync,
    ) -> Result<Vec<T>> {
        let parts = &self.parts[parts];
        let pieces = PIECES_PER_THREAD * rayon::current_num_threads();
        let pieces = pieces.div_ceil(parts.len().max(1));
        let of_part = |part: &RunPart| -> Result<Vec<T>> {
            let run = self.load(part)?;
            let keys = run.keys_of(keys.part, keys.parts);
            Ok(keys.parts(pieces).into_par_iter().map(&each).collect())
        };
        let parts = parts.par_iter().filter(|part| keys.has_part_of(part));
        let found: Result<Vec<Vec<T>>> = parts.map(of_part).collect();
        Ok(found?.into_iter().flatten().collect())
    }

    /// The parts in groups of about so many postings.
    pub fn batches(&self, postings: usize) -> Vec<Range<usize>> {
        let (mut batches, mut start, mut size) = (Vec::new(), 0, 0);
        for (n, part) in self.parts.iter().enumerate() {
            size += part.len();
            if size >= postings {
                batches.push(start..n + 1);
                (start, size) = (n + 1, 0);
            }
        }
        batches.push(start..self.parts.len());
        batches
    }

    /// The postings of those of the keys that are in two texts or more and that `keep` accepts.
    pub fn chosen(&self, keys: KeyRange, keep: impl Fn(&[Posting]) -> bool + Sync) -> Result<Run> {
        let of_part = |part: Part| {
            let groups = part.groups().filter(|group| keep(group));
            groups.flatten().copied().collect::<Vec<Posting>>()
        };
        Ok(Run::from_parts(self.map(keys, of_part)?))
    }

    fn load<'r>(&'r self, part: &'r RunPart) -> Result<Cow<'r, Run>> {
        match (part, &self.file) {
            (RunPart::Stored { stored, .. }, Some(file)) => {
                Ok(Cow::Owned(Run::from_sorted(load_all(file, stored, &[])?)))
            }
            (RunPart::InMemory(run), _) => Ok(Cow::Borrowed(run)),
            (RunPart::Stored { .. }, None) => Ok(Cow::Owned(Run::default())),
        }
    }
}

/// Takes the sorted parts of runs, from any thread, and keeps so many bytes of them in memory.
#[derive(Debug)]
pub struct RunKeeper {
    /// The bytes that may still be in memory.
    left: AtomicUsize,
    directory: Option<PathBuf>,
    file: Mutex<Option<ScratchFile>>,
}

impl RunKeeper {
    /// Nothing yet; the file would be made in this directory, or else in the system's.
    pub fn new(most: usize, directory: Option<PathBuf>) -> RunKeeper {
        RunKeeper { left: AtomicUsize::new(most), directory, file: Mutex::default() }
    }

    /// Keeps a sorted part.
    pub fn keep(&self, part: Vec<Posting>) -> Result<RunPart> {
        let bytes = part.len() * size_of::<Posting>();
        let take = |left: usize| left.checked_sub(bytes);
        let ends = [part.first(), part.last()].map(|p| p.map(|p| p.key()));
        let [Some(first), Some(last)] = ends else { return Ok(RunPart::InMemory(Run::default())) };
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
            return Ok(RunPart::InMemory(Run::from_sorted(part)));
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *file {
            Some(file) => file,
            none => none.insert(ScratchFile::create(self.directory.as_deref())?),
        };
        Ok(RunPart::Stored { stored: store(file, &part)?, count: part.len(), ends: [first, last] })
    }

    /// The runs of these parts, and the bytes of the file.
    pub fn runs<const N: usize>(self, runs: [Vec<RunPart>; N]) -> Result<([SortedRun; N], u64)> {
        let mut file = self.file.into_inner().unwrap_or_else(PoisonError::into_inner);
        let bytes = file.as_ref().map_or(0, ScratchFile::len);
        file.as_mut().map_or(Ok(()), ScratchFile::flush)?;
        let file = file.map(Arc::new);
        Ok((runs.map(|parts| SortedRun { parts, file: file.clone() }), bytes))
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use crate::hash;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn a_run_is_the_same_wherever_its_parts_are(
            keys in prop::collection::vec(0u64..90, 0..300), most in 0usize..4000,
            cuts in prop::collection::vec(any::<u64>(), 0..5), parts in 1u32..5,
            batch in 1usize..99,
        ) {
            let of = |(key, unit): (&u64, u32)| Posting::new(hash::mix(*key), unit / 3);
            let mut postings: Vec<Posting> = keys.iter().zip(0..).map(of).collect();
            postings.sort_unstable();
            let mut cuts: Vec<usize> =
                cuts.iter().map(|key| postings.partition_point(|p| p.key() < *key)).collect();
            cuts.push(postings.len());
            cuts.sort_unstable();
            let keeper = RunKeeper::new(most, None);
            let mut start = 0;
            let kept = cuts.into_iter().map(|end| {
                let part = postings[start..end].to_vec();
                start = end;
                keeper.keep(part).unwrap()
            });
            let kept: Vec<RunPart> = kept.collect();
            let in_memory = kept.iter().map(|part| match part {
                RunPart::InMemory(run) => run.len() * size_of::<Posting>(),
                RunPart::Stored { .. } => 0,
            });
            prop_assert!(in_memory.sum::<usize>() <= most, "the others are in the file");
            let ([run], _) = keeper.runs([kept]).unwrap();
            let plain = Run::from_sorted(postings);
            let groups: Vec<Vec<Posting>> = plain.groups().map(<[Posting]>::to_vec).collect();
            let own = |part: Part| part.groups().map(<[Posting]>::to_vec).collect::<Vec<_>>();
            let of_ranges = (1..=parts).flat_map(|part| {
                run.map(KeyRange { part, parts }, own).unwrap().concat()
            });
            prop_assert_eq!(&of_ranges.collect::<Vec<_>>(), &groups);
            let of_batches = run.batches(batch).into_iter().flat_map(|parts| {
                run.map_parts(parts, KeyRange::ALL, own).unwrap().concat()
            });
            prop_assert_eq!(&of_batches.collect::<Vec<_>>(), &groups);
            let chosen = run.chosen(KeyRange::ALL, |group| group.len() > 3).unwrap();
            let large: Vec<Posting> =
                groups.into_iter().filter(|g| g.len() > 3).flatten().collect();
            prop_assert_eq!(chosen, Run::from_sorted(large));
        }
    }
}
