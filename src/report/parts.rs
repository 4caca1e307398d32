//! Owns: the conversion of many findings in parallel, part by part, in order and in bounded memory.
//! Never: what a finding is converted to.

use crate::model::detection::Pair;
use crate::model::document::Documents;
use crate::model::pair_list::Pairs;
use crate::report::texts::Texts;
use rayon::prelude::*;
use std::borrow::Cow;
use std::io;
use std::ops::Range;

/// Findings that one thread converts with one cache of texts, and how many such parts are in memory
/// at once. The parts are the same for any number of threads.
const PART: usize = 512;
const PARTS: usize = 16;

/// Converts parts of `items` in parallel and passes the results to `write` in order. `make` gets
/// the number of the first item of its part. The conversion of spans to characters and lines takes
/// place here; it costs more than writing.
pub fn in_parts<'a, I: Items + ?Sized, R: Send>(
    documents: &'a dyn Documents,
    items: &I,
    make: impl Fn(usize, &[I::Item], &mut Texts<'a>) -> io::Result<R> + Sync,
    mut write: impl FnMut(R) -> io::Result<()>,
) -> io::Result<()> {
    let count = items.count();
    for first in (0..count).step_by(PART * PARTS) {
        let parts = (first..count.min(first + PART * PARTS)).into_par_iter().step_by(PART);
        let parts = parts.map(|from| {
            let some = items.part(from..count.min(from + PART))?;
            make(from, &some, &mut Texts::new(documents))
        });
        for done in parts.collect::<io::Result<Vec<R>>>()? {
            write(done)?;
        }
    }
    Ok(())
}

/// A list of findings that is read in parts.
pub trait Items: Sync {
    /// A finding.
    type Item: Clone + Sync;
    /// The number of findings.
    fn count(&self) -> usize;
    /// Some of the findings.
    fn part(&self, numbers: Range<usize>) -> io::Result<Cow<'_, [Self::Item]>>;
}

impl<T: Clone + Sync> Items for Vec<T> {
    type Item = T;
    fn count(&self) -> usize {
        self.len()
    }
    fn part(&self, numbers: Range<usize>) -> io::Result<Cow<'_, [T]>> {
        Ok(Cow::Borrowed(&self[numbers]))
    }
}

impl Items for Pairs {
    type Item = Pair;
    fn count(&self) -> usize {
        self.len()
    }
    fn part(&self, numbers: Range<usize>) -> io::Result<Cow<'_, [Pair]>> {
        Pairs::part(self, numbers).map_err(io::Error::other)
    }
}
