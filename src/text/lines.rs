//! Owns: the conversion of byte offsets of one text to characters and lines. Never: keeps the text,
//! or decides where a passage ends.

/// Bytes between two checkpoints. A lookup counts at most this many; a text of 200 MB needs 3 MB of
/// checkpoints.
const STRIDE: usize = 512;

/// Converts the byte offsets of one text to characters, lines and columns.
///
/// A character is a Unicode code point, counted from 0. A line is counted from 1 and ends with
/// `\n`, `\r\n` or a lone `\r`; the break belongs to the line that it ends. The index does not keep
/// the text: each lookup takes it as an argument, and it must be the text that the index was made
/// from. Cost: one pass to build, at most 512 bytes to count per lookup.
///
/// ```
/// let text = "naïve\nart";
/// let index = nearcopy::text::LineIndex::new(text);
/// assert_eq!((index.chars(text, 7, 10), index.lines(text, 7, 10)), ([6, 9], [2, 2]));
/// ```
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// The counts before byte `STRIDE * (i + 1)`.
    checkpoints: Vec<Counts>,
    ascii: bool,
}

/// Characters and line breaks before a byte.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    chars: u32,
    breaks: u32,
}

impl LineIndex {
    /// Builds the index in one pass over the text.
    pub fn new(text: &str) -> LineIndex {
        let bytes = text.as_bytes();
        let mut counts = Counts::default();
        let mut checkpoints = Vec::with_capacity(bytes.len() / STRIDE);
        let ascii = text.is_ascii();
        for start in (STRIDE..=bytes.len()).step_by(STRIDE) {
            counts = counts.advance(bytes, start - STRIDE, start, ascii);
            checkpoints.push(counts);
        }
        LineIndex { checkpoints, ascii }
    }

    /// The number of characters before this byte. A character that the byte is inside of counts as
    /// before it.
    pub fn char_at(&self, text: &str, byte: u32) -> u32 {
        if self.ascii {
            return byte.min(text.len() as u32);
        }
        self.counts(text, byte).chars
    }

    /// The line that this byte is in. The offset behind the last byte of the text is in the line
    /// that a next byte would be in.
    pub fn line_at(&self, text: &str, byte: u32) -> u32 {
        self.counts(text, byte).breaks + 1
    }

    /// The first and the last line, both included, of the bytes `start..end`; an empty range is in
    /// one line.
    pub fn lines(&self, text: &str, start: u32, end: u32) -> [u32; 2] {
        let first = self.line_at(text, start);
        let last = if end > start { self.line_at(text, end - 1) } else { first };
        [first, last]
    }

    /// The column of this byte: characters from the start of its line, counted from 1. Inside a
    /// `\r\n`, the `\n` has a column of its own.
    #[cfg_attr(not(feature = "reports"), allow(dead_code))]
    pub fn column_at(&self, text: &str, byte: u32) -> u32 {
        self.char_at(text, byte) - self.char_at(text, self.line_start(text, byte)) + 1
    }

    /// The first byte of the line that this byte is in. Looks at 512 bytes at most, however long
    /// the line is.
    #[cfg_attr(not(feature = "reports"), allow(dead_code))]
    fn line_start(&self, text: &str, byte: u32) -> u32 {
        let bytes = text.as_bytes();
        let end = (byte as usize).min(bytes.len());
        let breaks = self.counts(text, byte).breaks;
        // The last stretch before which fewer breaks were counted holds the last break; it may be
        // the stretch of `byte` itself.
        let stretch = self.checkpoints.partition_point(|c| c.breaks < breaks);
        let window = &bytes[stretch * STRIDE..end.min((stretch + 1) * STRIDE)];
        let ends_line = |at: usize| {
            bytes[at] == b'\n' || (bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n'))
        };
        (0..window.len())
            .map(|i| stretch * STRIDE + i)
            .rev()
            .find(|&at| ends_line(at))
            .map_or(0, |at| at as u32 + 1)
    }

    /// The half-open range of characters of the bytes `start..end`.
    pub fn chars(&self, text: &str, start: u32, end: u32) -> [u32; 2] {
        [self.char_at(text, start), self.char_at(text, end)]
    }

    /// The memory that the index takes, in bytes.
    pub fn memory(&self) -> usize {
        size_of::<LineIndex>() + self.checkpoints.capacity() * size_of::<Counts>()
    }

    fn counts(&self, text: &str, byte: u32) -> Counts {
        let byte = (byte as usize).min(text.len());
        let nearest = (byte / STRIDE).min(self.checkpoints.len());
        let before = if nearest == 0 { Counts::default() } else { self.checkpoints[nearest - 1] };
        before.advance(text.as_bytes(), nearest * STRIDE, byte, self.ascii)
    }
}

impl Counts {
    /// The counts after `bytes[start..end]` is added.
    fn advance(self, bytes: &[u8], start: usize, end: usize, ascii: bool) -> Counts {
        let part = &bytes[start..end];
        let chars =
            if ascii { part.len() } else { part.iter().filter(|&&b| (b as i8) >= -0x40).count() };
        // A break is counted at its last byte: a `\n`, or a `\r` that no `\n` follows.
        let next = &bytes[(start + 1).min(bytes.len())..(end + 1).min(bytes.len())];
        let ends = |(&b, &n): (&u8, &u8)| u8::from(b == b'\n') | u8::from(b == b'\r' && n != b'\n');
        // Sums of bytes, in which many fit into one register.
        let stretches = part.chunks(u8::MAX.into()).zip(next.chunks(u8::MAX.into()));
        let sum = |(part, next): (&[u8], &[u8])| part.iter().zip(next).map(ends).sum::<u8>();
        let mut breaks: usize = stretches.map(|stretch| usize::from(sum(stretch))).sum();
        if next.len() < part.len() && matches!(part.last(), Some(b'\n' | b'\r')) {
            breaks += 1;
        }
        Counts { chars: self.chars + chars as u32, breaks: self.breaks + breaks as u32 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The plain definition: walks the characters from the start.
    fn plain(text: &str, byte: usize) -> (u32, u32, u32) {
        let (mut chars, mut line, mut column) = (0, 1, 1);
        let mut walk = text.char_indices().peekable();
        while let Some((at, c)) = walk.next() {
            if at >= byte {
                break;
            }
            chars += 1;
            let broken = c == '\n' || (c == '\r' && walk.peek().is_none_or(|&(_, n)| n != '\n'));
            line += u32::from(broken);
            column = if broken { 1 } else { column + 1 };
        }
        (chars, line, column)
    }

    fn check(text: &str) {
        let index = LineIndex::new(text);
        for byte in (0..=text.len()).filter(|&b| text.is_char_boundary(b)) {
            let at = byte as u32;
            let got = (index.char_at(text, at), index.line_at(text, at), index.column_at(text, at));
            assert_eq!(got, plain(text, byte), "byte {byte} of {text:?}");
        }
    }

    #[test]
    fn every_kind_of_break_ends_one_line() {
        let text = "a\nb\r\nc\rd\n\re\r\r\nf";
        let index = LineIndex::new(text);
        let line = |needle: &str| index.line_at(text, text.find(needle).unwrap() as u32);
        assert_eq!(["a", "b", "c", "d", "e", "f"].map(line), [1, 2, 3, 4, 6, 8]);
        check(text);
    }

    #[test]
    fn the_break_belongs_to_the_line_it_ends() {
        let text = "one\r\ntwo\r";
        let index = LineIndex::new(text);
        assert_eq!(index.lines(text, 0, 5), [1, 1]);
        assert_eq!(index.lines(text, 0, 6), [1, 2]);
        assert_eq!(index.lines(text, 5, 9), [2, 2]);
        assert_eq!(index.line_at(text, 9), 3);
        assert_eq!(index.lines(text, 9, 9), [3, 3]);
    }

    #[test]
    fn characters_are_code_points() {
        let text = "é🦀e\u{301}中";
        let index = LineIndex::new(text);
        assert_eq!(index.chars(text, 2, 6), [1, 2]);
        assert_eq!(index.chars(text, 0, text.len() as u32), [0, 5]);
        check(text);
    }

    #[test]
    fn breaks_across_checkpoints_count_once() {
        for pad in STRIDE - 3..STRIDE + 3 {
            check(&format!("{}\r\n\r\n{}\r", "x".repeat(pad), "y".repeat(STRIDE)));
            check(&format!("{}é\r\r\n", "x".repeat(pad)));
            check(&format!("\n{}\r\n{}", "é".repeat(pad), "y".repeat(3 * STRIDE)));
        }
        check("");
    }

    #[test]
    fn beyond_the_end_is_the_end() {
        let index = LineIndex::new("a\nb");
        assert_eq!((index.char_at("a\nb", 9), index.line_at("a\nb", 9)), (3, 2));
    }

    proptest! {
        #[test]
        fn lookups_equal_the_plain_definition(
            pieces in prop::collection::vec(
                "[a-z \r\n]{0,80}|[é中🦀\u{301}ا\t\r\n]{0,40}",
                0..40,
            ),
        ) {
            check(&pieces.concat());
        }
    }
}
