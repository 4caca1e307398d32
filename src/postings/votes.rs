//! Owns: the part of the candidate policy for a text that is new to a hot band, whose texts are not
//! at hand. Never: where bands are kept.

use std::collections::HashMap;

/// Texts looked at on either end of a hot band's list, for a text that is new to it.
pub const ENDS: usize = 256;
/// So many of a hot band's list are passed over to find them, where some have been removed.
pub const LOOKED_AT: usize = 16 * ENDS;
/// A new text is compared with so many of those that share most of its hot bands.
const VOTED: usize = 16;

/// The texts met in the hot bands of a new text: who is met in most of them resembles it most. It
/// takes the place of [`link_hot`](super::policy::link_hot), for which all texts of the band must
/// be there with their signatures.
#[derive(Debug, Default)]
pub struct Votes(HashMap<u32, u32>);

impl Votes {
    /// A text met once more.
    pub fn count(&mut self, unit: u32) {
        *self.0.entry(unit).or_default() += 1;
    }
    /// The texts met most often, `own` left out.
    pub fn most(self, own: Option<u32>) -> impl Iterator<Item = u32> {
        let others = self.0.into_iter().filter(|v| Some(v.0) != own);
        let mut votes: Vec<(u32, u32)> = others.map(|(unit, n)| (u32::MAX - n, unit)).collect();
        votes.sort_unstable();
        votes.into_iter().take(VOTED).map(|v| v.1)
    }
}
