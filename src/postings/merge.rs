//! Owns: the merge of several sorted sources of postings into one. Never: decides where postings
//! are kept.

use crate::error::Result;
use crate::postings::posting::Posting;
use crate::postings::source::Source;

/// A k-way merge. Sources are few (an index keeps O(log n) runs), so a linear search finds the
/// smallest head.
pub struct Merged<S> {
    /// The sources, each with its next posting.
    sources: Vec<(Posting, S)>,
}

impl<S: Source> Merged<S> {
    /// Reads the first posting of each source.
    ///
    /// # Errors
    /// A source cannot be read.
    pub fn new(sources: impl IntoIterator<Item = S>) -> Result<Merged<S>> {
        let mut all = Vec::new();
        for mut source in sources {
            if let Some(first) = source.next_posting()? {
                all.push((first, source));
            }
        }
        Ok(Merged { sources: all })
    }
}

impl<S: Source> Source for Merged<S> {
    fn next_posting(&mut self) -> Result<Option<Posting>> {
        let least = self
            .sources
            .iter()
            .enumerate()
            .min_by_key(|(_, (head, _))| *head)
            .map(|(i, (head, _))| (i, *head));
        let Some((i, posting)) = least else { return Ok(None) };
        match self.sources[i].1.next_posting()? {
            Some(next) => self.sources[i].0 = next,
            None => drop(self.sources.swap_remove(i)),
        }
        Ok(Some(posting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postings::run::Run;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn merged_runs_are_one_sorted_run(
            parts in prop::collection::vec(prop::collection::vec((0u64..9, 0u32..9), 0..9), 0..5),
        ) {
            let sorted = |part: &Vec<(u64, u32)>| {
                let mut postings: Vec<Posting> = part.iter().map(|&(key, unit)| Posting::new(key,
                    unit)).collect();
                postings.sort_unstable();
                Run::from_sorted(postings)
            };
            let runs: Vec<Run> = parts.iter().map(sorted).collect();
            let mut merged = Merged::new(runs.into_iter().map(Run::into_iter)).unwrap();
            let mut out = Vec::new();
            while let Some(posting) = merged.next_posting().unwrap() {
                out.push(posting);
            }
            prop_assert_eq!(Run::from_sorted(out), sorted(&parts.concat()));
        }
    }
}
