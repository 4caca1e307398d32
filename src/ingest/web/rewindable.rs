//! Owns: stored bytes that are looked at again: where a compressed member was broken, the next is
//! looked for behind its beginning. Never: what they mean.

use std::io::{self, BufRead, Read};

/// Bytes asked for at a time.
const STEP: usize = 256 << 10;

/// Bytes kept behind a mark at most; behind a longer broken member, the search goes on where its
/// reading stopped.
const KEPT: usize = 64 << 20;

/// Bytes as they are stored, with a mark to return to.
pub(super) struct RewindableBytes<'a> {
    inner: Box<dyn Read + Send + 'a>,
    buffer: Vec<u8>,
    /// The next byte, in the buffer.
    at: usize,
    /// Where the buffer begins.
    base: u64,
    mark: Option<u64>,
    ended: bool,
}

impl<'a> RewindableBytes<'a> {
    pub(super) fn new(inner: Box<dyn Read + Send + 'a>) -> RewindableBytes<'a> {
        RewindableBytes { inner, buffer: Vec::new(), at: 0, base: 0, mark: None, ended: false }
    }

    /// Where the next byte stands.
    pub(super) fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Keeps what comes from here on.
    pub(super) fn set_mark(&mut self) {
        self.mark = Some(self.place());
    }

    /// Goes back to one byte behind the mark, if what came since is still there.
    pub(super) fn behind_mark(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.at = (mark + 1 - self.base) as usize;
        }
    }

    /// The next bytes: as many as asked for, or up to the end.
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
        // Moving what is left is worth it once at least as much goes.
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
