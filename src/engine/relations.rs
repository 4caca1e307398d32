//! Owns: the compared pairs of classes, in order, with their comparisons in memory or in a scratch
//! file. Never: compares texts.

use crate::engine::compare::Verified;
use crate::engine::scratch::{ScratchFile, Stored};
use crate::error::Result;
use crate::model::detection::{Comparison, LeftOut, Relation};
use crate::model::options::{Progress, RunOptions};
use crate::model::thresholds::Thresholds;
use crate::postings::posting::{pack_pair, unpack_pair};
use rayon::prelude::*;
use std::path::PathBuf;

/// The resemblance from which on two texts belong to one family, so that they count as one text
/// when the texts with a passage are counted.
const FAMILY: f64 = 0.5;

/// The comparisons in memory may take one part in so many of the memory of a run.
const PART_OF_MEMORY: u64 = 8;

/// Whether a comparison is kept: the texts are related or of one family.
pub fn is_kept(relation: Option<Relation>, resemblance: f64) -> bool {
    relation.is_some() || is_of_family(resemblance)
}

/// Whether two texts of this resemblance are of one family.
pub fn is_of_family(resemblance: f64) -> bool {
    resemblance >= FAMILY
}

/// A compared pair of classes. Its comparison has a list of matches, which few stages need, so it
/// is kept in its written form.
#[derive(Debug)]
pub struct ComparedPair {
    /// The packed classes.
    pub pair: u64,
    row: Row,
    /// The relation, if the texts are related.
    pub relation: Option<Relation>,
    /// Whether the texts are of one family.
    pub of_family: bool,
    /// Whether the pair may join a cluster.
    pub is_copy: bool,
    /// What bounds of the work left out of the comparison.
    pub left_out: LeftOut,
}

/// The written form of a comparison.
#[derive(Debug)]
pub enum Row {
    /// It is in memory.
    InMemory(Box<[u8]>),
    /// It is in a scratch file.
    Stored(Stored),
}

impl Row {
    /// The comparison; `file` is the one that the row is in.
    pub fn read(&self, file: Option<&ScratchFile>) -> Result<Comparison> {
        let read = |bytes: &[u8]| postcard::from_bytes(bytes).expect("it is what was written");
        match (self, file) {
            (Row::InMemory(row), _) => Ok(read(row)),
            (Row::Stored(stored), Some(file)) => Ok(read(&file.read(stored)?)),
            (Row::Stored(_), None) => unreachable!("a row is stored in the file"),
        }
    }
}

impl ComparedPair {
    /// A compared pair with its comparison in the written form.
    pub fn new(v: &Verified, t: &Thresholds) -> ComparedPair {
        let row = postcard::to_stdvec(&v.comparison).expect("a comparison can be written");
        ComparedPair {
            pair: pack_pair(v.a, v.b),
            row: Row::InMemory(row.into_boxed_slice()),
            relation: v.comparison.relation,
            of_family: is_of_family(v.comparison.resemblance),
            is_copy: v.is_copy(t),
            left_out: v.comparison.left_out,
        }
    }

    /// Moves the written form of the comparison out.
    pub fn take_row(&mut self) -> Row {
        std::mem::replace(&mut self.row, Row::InMemory(Box::default()))
    }

    /// The two classes.
    pub fn classes(&self) -> (u32, u32) {
        unpack_pair(self.pair)
    }
}

/// Compared pairs of classes. Those that are in order have no duplicates.
#[derive(Debug, Default)]
pub struct Relations {
    pairs: Vec<ComparedPair>,
    /// The bytes of the comparisons in memory, and how many of them may be there.
    bytes: usize,
    most: usize,
    /// So many pairs at the beginning have their comparisons in the file.
    stored: usize,
    /// The bytes of the file that were reported as progress.
    reported: u64,
    directory: Option<PathBuf>,
    file: Option<ScratchFile>,
}

impl Relations {
    /// No pair yet.
    pub fn new(options: &RunOptions) -> Relations {
        Relations {
            most: options.part_of_memory(PART_OF_MEMORY),
            directory: options.scratch.clone(),
            ..Relations::default()
        }
    }

    /// Adds pairs behind the others.
    pub fn add(&mut self, more: &[Verified], t: &Thresholds) -> Result<()> {
        self.add_written(more.par_iter().map(|v| ComparedPair::new(v, t)).collect())
    }

    /// The same, of pairs whose comparisons are written already.
    pub fn add_written(&mut self, new: Vec<ComparedPair>) -> Result<()> {
        let in_memory = |pair: &ComparedPair| match &pair.row {
            Row::InMemory(row) => row.len(),
            Row::Stored(_) => 0,
        };
        self.bytes += new.iter().map(in_memory).sum::<usize>();
        let needed = self.pairs.len() + new.len();
        if self.most < usize::MAX && self.pairs.capacity() < needed {
            // A list that grows is in memory twice: it grows by an eighth, not to double its size.
            self.pairs.reserve_exact(new.len() + needed / 8);
        }
        self.pairs.extend(new);
        if self.bytes > self.most {
            self.spill()?;
        }
        Ok(())
    }

    fn spill(&mut self) -> Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(ScratchFile::create(self.directory.as_deref())?),
        };
        for pair in &mut self.pairs[self.stored..] {
            if let Row::InMemory(row) = &pair.row {
                pair.row = Row::Stored(file.append(row)?);
            }
        }
        (self.bytes, self.stored) = (0, self.pairs.len());
        file.flush()
    }

    /// Puts the pairs in order. Of a pair that was compared twice one comparison is kept: they are
    /// equal.
    pub fn sort(&mut self, progress: &dyn Progress) {
        self.pairs.par_sort_unstable_by_key(|p| p.pair);
        self.pairs.dedup_by_key(|p| p.pair);
        self.stored = 0;
        let written = self.file.as_ref().map_or(0, ScratchFile::len);
        progress.spilled(written - self.reported);
        self.reported = written;
    }

    /// Keeps the pairs that are related and allowed.
    pub fn keep_related(&mut self, allowed: impl Fn(u32, u32) -> bool) {
        self.stored = 0;
        self.pairs.retain(|p| {
            let (a, b) = p.classes();
            p.relation.is_some() && allowed(a, b)
        });
    }

    /// The place of a pair, if it is known.
    pub fn find(&self, pair: u64) -> Option<usize> {
        self.pairs.binary_search_by_key(&pair, |p| p.pair).ok()
    }

    /// All pairs, in order.
    pub fn pairs(&self) -> &[ComparedPair] {
        &self.pairs
    }

    /// The comparison of the pair at a place.
    ///
    /// # Errors
    /// The scratch file can no longer be read.
    pub fn comparison(&self, place: usize) -> Result<Comparison> {
        self.pairs[place].row.read(self.file.as_ref())
    }

    /// The pairs, and the file of those of their comparisons that are not in memory.
    pub fn into_pairs(self) -> (Vec<ComparedPair>, Option<ScratchFile>) {
        (self.pairs, self.file)
    }
}

#[cfg(all(test, feature = "spill"))]
mod tests {
    use super::*;
    use crate::model::detection::{Facts, Match};
    use crate::span::Span;
    use proptest::prelude::*;

    fn compared(a: u32, b: u32) -> Verified {
        let place = |n: u32| Span::new(n, 2 * n + 1);
        let found = Match {
            a: place(a),
            b: place(b),
            tokens_a: a,
            tokens_b: b,
            identity: f64::from(a) / 7.0,
            blocks: Vec::new(),
        };
        let comparison = Comparison {
            relation: (!a.is_multiple_of(3)).then_some(Relation::Quotes),
            resemblance: f64::from(b) / 90.0,
            facts: Facts { agree: a, compared: b },
            matches: vec![found; (a % 4) as usize],
            ..Comparison::default()
        };
        Verified { a: a.min(b), b: a.max(b), comparison }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn comparisons_are_the_same_wherever_they_are(
            lists in prop::collection::vec(
                prop::collection::vec((0u32..60, 60u32..90), 0..30), 0..5),
            memory in prop::option::of(0u64..9000),
        ) {
            let options = RunOptions { memory, ..RunOptions::default() };
            let (mut kept, t) = (Relations::new(&options), Thresholds::default());
            let lists: Vec<Vec<Verified>> = lists.into_iter()
                .map(|list| list.into_iter().map(|(a, b)| compared(a, b)).collect()).collect();
            for list in &lists {
                kept.add(list, &t).unwrap();
                prop_assert!(kept.bytes <= kept.most, "the others are in the file");
            }
            kept.sort(&());
            let mut plain: Vec<Verified> = lists.concat();
            plain.sort_by_key(|v| (v.a, v.b));
            plain.dedup_by_key(|v| (v.a, v.b));
            prop_assert_eq!(kept.pairs().len(), plain.len());
            for (place, v) in plain.iter().enumerate() {
                prop_assert_eq!(&kept.comparison(place).unwrap(), &v.comparison);
                prop_assert_eq!(kept.pairs()[place].classes(), (v.a, v.b));
                prop_assert_eq!(kept.find(pack_pair(v.a, v.b)), Some(place));
            }
            kept.keep_related(|a, _| a % 2 == 0);
            let related = plain.iter().filter(|v| v.comparison.relation.is_some() && v.a % 2 == 0);
            prop_assert_eq!(kept.pairs().len(), related.count());
        }
    }
}
