//! Owns: the destination of written bytes: compression, encoding to UTF-16, and errors of the
//! output. Never: interprets them.

use crate::emit::compress::Compressor;
use crate::ingest::Compression;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, BufWriter, Write};

/// Bytes that are buffered before they are written.
const BUFFER: usize = 256 << 10;

/// The writer that the caller passes in.
pub(super) type OutputStream<'w> = Box<dyn Write + Send + 'w>;

/// The destination of the bytes of one output.
pub(super) struct Sink<'w> {
    /// An error of creating the encoder is reported at the first write.
    out: io::Result<Compressor<BufWriter<OutputStream<'w>>>>,
    /// UTF-16, where the first input was in it: written text is encoded in it.
    wide: Option<&'static Encoding>,
    /// Whether a byte was written.
    begun: bool,
    /// The last byte written.
    last: u8,
}

impl<'w> Sink<'w> {
    pub(super) fn new(out: OutputStream<'w>, compression: Option<Compression>) -> Sink<'w> {
        let out = BufWriter::with_capacity(BUFFER, out);
        let out = Compressor::new(out, compression, rayon::current_num_threads() as u32);
        Sink { out, wide: None, begun: false, last: b'\n' }
    }

    /// Whether something was written.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Whether the last byte written ends a line, or nothing was written.
    pub(super) fn at_line_start(&self) -> bool {
        self.last == b'\n'
    }

    /// Sets the encoding that UTF-8 is converted to; returns whether it agrees with what was
    /// written before.
    #[must_use]
    pub(super) fn encode(&mut self, wide: Option<&'static Encoding>) -> bool {
        if !self.begun {
            self.wide = wide;
        }
        self.wide == wide
    }

    /// Ends the output.
    pub(super) fn finish(self) -> io::Result<()> {
        self.out?.finish()?.flush()
    }
}

/// Bytes are written whole or not at all; for UTF-16, each call must pass whole characters.
impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(&last) = bytes.last() {
            (self.begun, self.last) = (true, last);
        }
        let out = self.out.as_mut().map_err(|e| io::Error::other(e.to_string()))?;
        match self.wide {
            Some(encoding) => {
                let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
                out.write_all(&utf16(text, encoding))?;
            }
            None => out.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Encodes a text in UTF-16, which `encoding_rs` decodes but, as in browsers, never encodes.
pub(super) fn utf16(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    debug_assert!(encoding == UTF_16LE || encoding == UTF_16BE);
    let order = if encoding == UTF_16BE { u16::to_be_bytes } else { u16::to_le_bytes };
    text.encode_utf16().flat_map(order).collect()
}
