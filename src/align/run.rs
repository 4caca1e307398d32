//! Owns: the types of an alignment: runs of equal tokens, chains of runs, token rectangles. Never:
//! finds them.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A run of equal tokens: `len` tokens from `a` in the first text, from `b` in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Run {
    /// First token in the first text.
    pub a: u32,
    /// First token in the second text.
    pub b: u32,
    /// The number of tokens.
    pub len: u32,
}

impl Run {
    /// One past the last token, in the first text.
    pub const fn a_end(self) -> u32 {
        self.a + self.len
    }
    /// One past the last token, in the second text.
    pub const fn b_end(self) -> u32 {
        self.b + self.len
    }
}

/// Runs in the order of both texts, without overlaps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// The runs, of equal words or, with [`AlignmentMethod::Forms`](crate::AlignmentMethod), of
    /// forms of one word; never empty.
    pub runs: Vec<Run>,
    /// The passage around the runs, where the words correspond and their order does not; without it
    /// the passage reaches from the first run to the last.
    pub region: Option<TokenRectangle>,
}

/// Lists of runs in one piece of memory: two texts have many chains, and few of them are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunLists {
    runs: Vec<Run>,
    /// Where each list ends.
    ends: Vec<u32>,
}

impl RunLists {
    /// No list yet, with memory for so many runs.
    pub fn with_capacity(runs: usize) -> RunLists {
        RunLists { runs: Vec::with_capacity(runs), ends: Vec::with_capacity(runs) }
    }

    /// The number of lists.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The lists, none of which is empty.
    pub fn iter(&self) -> impl Iterator<Item = &[Run]> {
        let mut start = 0;
        self.ends.iter().map(move |&end| {
            let list = start..end as usize;
            start = end as usize;
            &self.runs[list]
        })
    }

    /// Adds a run to the list that has not ended.
    pub fn push(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// Ends a list with the runs since the last one ended, if there are any. `change` may change
    /// them, and returns how many of the first ones stay.
    pub fn end_list(&mut self, change: impl FnOnce(&mut [Run]) -> usize) {
        let start = self.ends.last().map_or(0, |&end| end as usize);
        if start < self.runs.len() {
            let left = change(&mut self.runs[start..]);
            self.runs.truncate(start + left);
            self.ends.push(self.runs.len() as u32);
        }
    }

    /// Keeps the lists that `keep` accepts, which is called with each, in order.
    pub fn retain(&mut self, mut keep: impl FnMut(&[Run]) -> bool) {
        let (mut lists, mut runs, mut start) = (0, 0, 0);
        for n in 0..self.ends.len() {
            let end = self.ends[n] as usize;
            if keep(&self.runs[start..end]) {
                self.runs.copy_within(start..end, runs);
                runs += end - start;
                self.ends[lists] = runs as u32;
                lists += 1;
            }
            start = end;
        }
        self.runs.truncate(runs);
        self.ends.truncate(lists);
    }
}

/// A stretch of each text, in tokens; neither is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRectangle {
    /// The tokens of the first text.
    pub a: Range<u32>,
    /// The tokens of the second text.
    pub b: Range<u32>,
}

impl TokenRectangle {
    /// The sort key: the place in the first text, then in the second.
    pub fn order(&self) -> [u32; 4] {
        [self.a.start, self.a.end, self.b.start, self.b.end]
    }
}

impl From<Vec<Run>> for Chain {
    fn from(runs: Vec<Run>) -> Chain {
        Chain { runs, region: None }
    }
}

impl Chain {
    /// The tokens of the first text.
    pub fn a(&self) -> Range<u32> {
        match &self.region {
            Some(region) => region.a.clone(),
            None => self.runs[0].a..self.runs[self.runs.len() - 1].a_end(),
        }
    }
    /// The tokens of the second text.
    pub fn b(&self) -> Range<u32> {
        match &self.region {
            Some(region) => region.b.clone(),
            None => self.runs[0].b..self.runs[self.runs.len() - 1].b_end(),
        }
    }
    /// The same chain of the two texts the other way round.
    pub fn swapped(mut self) -> Chain {
        self.runs.iter_mut().for_each(|r| (r.a, r.b) = (r.b, r.a));
        self.region = self.region.map(|r| TokenRectangle { a: r.b, b: r.a });
        self
    }
    /// The number of equal tokens.
    pub fn equal(&self) -> u32 {
        self.runs.iter().map(|r| r.len).sum()
    }
    /// The share of equal tokens, of the longer side.
    pub fn identity(&self) -> f64 {
        f64::from(self.equal()) / f64::from(self.a().len().max(self.b().len()) as u32)
    }
}

/// The same range with indices for slices.
pub fn usize_range(r: Range<u32>) -> Range<usize> {
    r.start as usize..r.end as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_are_lists(
            lists in prop::collection::vec(prop::collection::vec(0u32..9, 0..5), 0..12),
            cut in 1usize..5,
            odd in 0u32..3,
        ) {
            let run = |n: &u32| Run { a: *n, b: 0, len: 1 };
            let mut made = RunLists::with_capacity(0);
            for list in &lists {
                list.iter().for_each(|n| made.push(run(n)));
                made.end_list(|runs| {
                    runs.reverse();
                    runs.len().min(cut)
                });
            }
            let mut plain: Vec<Vec<Run>> = lists
                .iter()
                .filter(|list| !list.is_empty())
                .map(|list| list.iter().rev().take(cut).map(run).collect())
                .collect();
            prop_assert_eq!(made.iter().map(<[Run]>::to_vec).collect::<Vec<_>>(), plain.clone());
            made.retain(|list| list[0].a % 3 == odd);
            plain.retain(|list| list[0].a % 3 == odd);
            prop_assert_eq!(made.len(), plain.len());
            prop_assert_eq!(made.iter().map(<[Run]>::to_vec).collect::<Vec<_>>(), plain);
        }
    }
}
