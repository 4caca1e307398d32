//! Owns: half-open byte ranges. Never: computes characters, lines or columns; the edges of the
//! program do that.

use serde::{Deserialize, Serialize};

/// A half-open range of bytes of one document's own UTF-8 text, on token borders.
///
/// `&text[span.range()]` is the passage. Offsets are 32 bits wide: one text is at most 4 GiB.
///
/// ```
/// let span = nearcopy::Span::new(4, 9);
/// assert_eq!(&"the quick fox"[span.range()], "quick");
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span of the bytes `start..end`.
    pub const fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }
    /// The range, to slice the text with.
    pub const fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
    /// Length in bytes.
    pub const fn len(self) -> usize {
        (self.end - self.start) as usize
    }
    /// Whether the span holds no byte.
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }
}
