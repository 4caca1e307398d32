//! Owns: the part of the candidate policy for a text that is new to a hot band, where the texts of
//! the band are not loaded. Never: decides where bands are kept.

use std::collections::HashMap;

/// The number of texts that are read from either end of a hot band's list, for a text that is new
/// to it.
pub const ENDS: usize = 256;
/// The most entries of a hot band's list that are read to find them, where some texts have been
/// removed.
pub const MAX_ENTRIES_READ: usize = 16 * ENDS;
/// The number of texts, of those that share most of its hot bands, that a new text is compared
/// with.
const VOTED: usize = 16;

/// Counts the texts that occur in the hot bands of a new text: a text that shares more of them is
/// more likely to resemble it. It replaces [`link_hot`](super::policy::link_hot), which needs all
/// texts of the band with their signatures.
#[derive(Debug, Default)]
pub struct Votes(HashMap<u32, u32>);

impl Votes {
    /// Counts one more band that holds this text.
    pub fn count(&mut self, unit: u32) {
        *self.0.entry(unit).or_default() += 1;
    }
    /// The texts with the most shared bands, without `own`, each with the number of these bands.
    pub fn most(self, own: Option<u32>) -> impl Iterator<Item = (u32, u32)> {
        let others = self.0.into_iter().filter(|v| Some(v.0) != own);
        let mut votes: Vec<(u32, u32)> = others.map(|(unit, n)| (u32::MAX - n, unit)).collect();
        votes.sort_unstable();
        votes.into_iter().take(VOTED).map(|v| (v.1, u32::MAX - v.0))
    }
}
