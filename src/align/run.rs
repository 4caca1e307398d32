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
