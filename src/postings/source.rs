//! Owns: where postings come from, one after the other and in order: memory, a file, a store.
//! Never: which of them are wanted.

use crate::error::Result;
use crate::postings::posting::Posting;

/// Postings in order.
pub trait Source {
    /// The next posting; nothing at the end.
    ///
    /// # Errors
    /// What is read is damaged, or can no longer be read.
    fn next_posting(&mut self) -> Result<Option<Posting>>;
}

/// Postings in memory, in order.
impl<I: Iterator<Item = Posting>> Source for I {
    fn next_posting(&mut self) -> Result<Option<Posting>> {
        Ok(self.next())
    }
}
