//! Owns: where written bytes go: compression, encoding to UTF-16, and whether the output failed.
//! Never: what they mean.

use crate::emit::compress::Compressor;
use crate::ingest::Compression;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, BufWriter, Write};

/// Bytes gathered before they are written.
const BUFFER: usize = 256 << 10;

/// An output as the caller gives it.
pub(super) type OutputStream<'w> = Box<dyn Write + Send + 'w>;

/// Where the bytes of one output go.
pub(super) struct Sink<'w> {
    /// An encoder that could not be made says why at the first write.
    out: io::Result<Compressor<BufWriter<OutputStream<'w>>>>,
    /// UTF-16, where the first input was in it: what is written is turned into it.
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

    /// The encoding that UTF-8 is turned into; says whether it goes with what was written before.
    #[must_use]
    pub(super) fn encode(&mut self, wide: Option<&'static Encoding>) -> bool {
        if !self.begun {
            self.wide = wide;
        }
        self.wide == wide
    }

    /// The end of the output.
    pub(super) fn finish(self) -> io::Result<()> {
        self.out?.finish()?.flush()
    }
}

/// Bytes are written whole or not at all; in UTF-16, each call must bring whole characters.
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

/// A text in UTF-16, which `encoding_rs` reads but, as browsers do, never writes.
pub(super) fn utf16(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    debug_assert!(encoding == UTF_16LE || encoding == UTF_16BE);
    let order = if encoding == UTF_16BE { u16::to_be_bytes } else { u16::to_le_bytes };
    text.encode_utf16().flat_map(order).collect()
}
