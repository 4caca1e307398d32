//! Owns: the compression of plain bytes as a stream. Never: interprets the bytes.

use crate::ingest::Compression;
use std::io::{self, Write};

/// The level of gzip, bzip2 and xz, which is the default of their programs.
const LEVEL: u32 = 6;

/// The level of zstd, likewise.
const ZSTD_LEVEL: i32 = 3;

/// A writer that compresses, or passes bytes on unchanged.
pub struct Compressor<W: Write>(Encoder<W>);

enum Encoder<W: Write> {
    Plain(W),
    Gzip(flate2::write::GzEncoder<W>),
    Zstd(zstd::stream::write::Encoder<'static, W>),
    Bzip2(bzip2::write::BzEncoder<W>),
    Xz(liblzma::write::XzEncoder<W>),
    Lz4(Box<lz4_flex::frame::FrameEncoder<W>>),
}

impl<W: Write> Compressor<W> {
    /// Creates a writer with this compression; zstd uses so many threads besides this one.
    ///
    /// # Errors
    ///
    /// There is no memory for the encoder.
    pub fn new(
        out: W,
        compression: Option<Compression>,
        threads: u32,
    ) -> io::Result<Compressor<W>> {
        Ok(Compressor(match compression {
            None => Encoder::Plain(out),
            Some(Compression::Gzip) => {
                Encoder::Gzip(flate2::write::GzEncoder::new(out, flate2::Compression::new(LEVEL)))
            }
            Some(Compression::Bzip2) => {
                Encoder::Bzip2(bzip2::write::BzEncoder::new(out, bzip2::Compression::new(LEVEL)))
            }
            Some(Compression::Xz) => Encoder::Xz(liblzma::write::XzEncoder::new(out, LEVEL)),
            Some(Compression::Lz4) => {
                Encoder::Lz4(Box::new(lz4_flex::frame::FrameEncoder::new(out)))
            }
            Some(Compression::Zstd) => {
                let mut encoder = zstd::stream::write::Encoder::new(out, ZSTD_LEVEL)?;
                if threads > 0 {
                    // Where it refuses more threads, it compresses in this one, so a refusal is no
                    // error.
                    let _ = encoder.multithread(threads);
                }
                Encoder::Zstd(encoder)
            }
        }))
    }

    /// Writes the end of the compressed data; returns the output.
    ///
    /// # Errors
    ///
    /// The output cannot be written.
    pub fn finish(self) -> io::Result<W> {
        match self.0 {
            Encoder::Plain(out) => Ok(out),
            Encoder::Gzip(out) => out.finish(),
            Encoder::Zstd(out) => out.finish(),
            Encoder::Bzip2(out) => out.finish(),
            Encoder::Xz(out) => out.finish(),
            Encoder::Lz4(out) => out.finish().map_err(io::Error::other),
        }
    }

    fn inner(&mut self) -> &mut dyn Write {
        match &mut self.0 {
            Encoder::Plain(out) => out,
            Encoder::Gzip(out) => out,
            Encoder::Zstd(out) => out,
            Encoder::Bzip2(out) => out,
            Encoder::Xz(out) => out,
            Encoder::Lz4(out) => out,
        }
    }
}

impl<W: Write> Write for Compressor<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner().flush()
    }
}
