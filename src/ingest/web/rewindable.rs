//! Owns: stored bytes with a mark to return to: after a broken compressed member, the search for
//! the next one starts behind the beginning of the broken one. Never: interprets them.

use std::io::{self, BufRead, Read};

/// Bytes that are requested at a time.
const STEP: usize = 256 << 10;

/// Bytes that are kept after a mark at most; after a longer broken member, the search continues
/// where reading stopped.
const KEPT: usize = 64 << 20;

/// Bytes as they are stored, with a mark to return to.
pub(super) struct RewindableBytes<'a> {
    inner: Box<dyn Read + Send + 'a>,
    buffer: Vec<u8>,
    /// The position of the next byte in the buffer.
    at: usize,
    /// The offset of the buffer in the stored bytes.
    base: u64,
    mark: Option<u64>,
    ended: bool,
}

impl<'a> RewindableBytes<'a> {
    pub(super) fn new(inner: Box<dyn Read + Send + 'a>) -> RewindableBytes<'a> {
        RewindableBytes { inner, buffer: Vec::new(), at: 0, base: 0, mark: None, ended: false }
    }

    /// The offset of the next byte.
    pub(super) fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Sets the mark: bytes from here on are kept.
    pub(super) fn set_mark(&mut self) {
        self.mark = Some(self.place());
    }

    /// Returns to one byte after the mark, if the bytes since then are still in the buffer.
    pub(super) fn behind_mark(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.at = (mark + 1 - self.base) as usize;
        }
    }

    /// The next `count` bytes, or fewer at the end.
    pub(super) fn ahead(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.at < count && !self.ended {
            self.more()?;
        }
        let end = self.buffer.len().min(self.at + count);
        Ok(&self.buffer[self.at..end])
    }

    fn more(&mut self) -> io::Result<()> {
        let first = self.mark.map_or(self.at, |mark| (mark - self.base) as usize);
        let first = if self.at - first > KEPT {
            self.mark = None;
            self.at
        } else {
            first
        };
        // Moving the rest is worthwhile once at least as many bytes are dropped.
        if first >= self.buffer.len() - first {
            self.buffer.drain(..first);
            self.base += first as u64;
            self.at -= first;
        }
        let before = self.buffer.len();
        self.buffer.resize(before + STEP, 0);
        let read = loop {
            match self.inner.read(&mut self.buffer[before..]) {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(before + read.as_ref().map_or(0, |n| *n));
        self.ended = matches!(read, Ok(0) | Err(_));
        read.map(|_| ())
    }
}

impl Read for RewindableBytes<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for RewindableBytes<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ahead(1)?;
        Ok(&self.buffer[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
