//! Owns: the trait of a sorted stream of postings, which may come from memory, a file or a store.
//! Never: decides which postings are wanted.

use crate::error::Result;
use crate::postings::posting::Posting;

/// A sorted stream of postings.
pub trait Source {
    /// The next posting, or `None` at the end.
    ///
    /// # Errors
    /// The stored postings are damaged, or can no longer be read.
    fn next_posting(&mut self) -> Result<Option<Posting>>;
}

/// Reads postings that are in memory and in order.
impl<I: Iterator<Item = Posting>> Source for I {
    fn next_posting(&mut self) -> Result<Option<Posting>> {
        Ok(self.next())
    }
}
