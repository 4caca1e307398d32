//! Owns: where written bytes go: compression, encoding to UTF-16, and whether the output failed. Never: what they mean.

use crate::ingest::Compression;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use std::io::{self, BufWriter, Write};

/// Bytes gathered before they are written.
const BUFFER: usize = 256 << 10;

/// The level of zstd: its own usual one.
const ZSTD: i32 = 3;

type Out<'w> = Box<dyn Write + Send + 'w>;

/// A compressed output, or a plain one.
enum Encoder<'w> {
    Plain(BufWriter<Out<'w>>),
    Gzip(flate2::write::GzEncoder<BufWriter<Out<'w>>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<Out<'w>>>),
    Bzip2(bzip2::write::BzEncoder<BufWriter<Out<'w>>>),
    /// The encoder could not be made; the reason is told at the first write.
    Failed(String),
}

/// Where the bytes of one output go.
pub(super) struct Sink<'w> {
    encoder: Encoder<'w>,
    /// UTF-16, where the first input was in it: what is written is turned into it.
    wide: Option<&'static Encoding>,
    /// Whether a byte was written.
    begun: bool,
    /// The last byte written.
    last: u8,
}

impl<'w> Sink<'w> {
    pub(super) fn new(out: Out<'w>, compression: Option<Compression>) -> Sink<'w> {
        let out = BufWriter::with_capacity(BUFFER, out);
        let encoder = match compression {
            None => Encoder::Plain(out),
            Some(Compression::Gzip) => Encoder::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::new(6))),
            Some(Compression::Bzip2) => Encoder::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(6))),
            Some(Compression::Zstd) => match zstd::stream::write::Encoder::new(out, ZSTD) {
                Ok(mut encoder) => {
                    // One thread compresses as well, only not beside this one, so a refusal is no error.
                    let _ = encoder.multithread(rayon::current_num_threads() as u32);
                    Encoder::Zstd(encoder)
                }
                Err(e) => Encoder::Failed(e.to_string()),
            },
        };
        Sink { encoder, wide: None, begun: false, last: b'\n' }
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

    fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.encoder {
            Encoder::Plain(out) => out.write_all(bytes),
            Encoder::Gzip(out) => out.write_all(bytes),
            Encoder::Zstd(out) => out.write_all(bytes),
            Encoder::Bzip2(out) => out.write_all(bytes),
            Encoder::Failed(why) => Err(io::Error::other(why.clone())),
        }
    }

    /// The end of the output.
    pub(super) fn finish(self) -> io::Result<()> {
        let mut out = match self.encoder {
            Encoder::Plain(out) => out,
            Encoder::Gzip(out) => out.finish()?,
            Encoder::Zstd(out) => out.finish()?,
            Encoder::Bzip2(out) => out.finish()?,
            Encoder::Failed(why) => return Err(io::Error::other(why)),
        };
        out.flush()
    }
}

/// Bytes are written whole or not at all; in UTF-16, each call must bring whole characters.
impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(&last) = bytes.last() {
            (self.begun, self.last) = (true, last);
        }
        match self.wide {
            Some(encoding) => {
                let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
                self.raw(&utf16(text, encoding))?;
            }
            None => self.raw(bytes)?,
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
