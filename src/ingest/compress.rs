//! Owns: decompression of a stream: recognises gzip, zstd, bzip2, xz and LZ4 by their first bytes
//! and returns plain bytes. Never: interprets the plain bytes.

use std::io::{self, BufRead, BufReader, Cursor, Read};

/// Bytes that are read before the format of a stream is decided.
const HEAD: u64 = 64 << 10;

/// Bytes of compressed input that are requested at a time.
const BUFFER: usize = 256 << 10;

/// A compression format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip, RFC 1952.
    Gzip,
    /// Zstandard, RFC 8878.
    Zstd,
    /// bzip2.
    Bzip2,
    /// xz, of LZMA2.
    Xz,
    /// LZ4 frames.
    Lz4,
}

use Compression as Kind;

impl Compression {
    /// All compression formats.
    pub(super) const ALL: [Kind; 5] = [Kind::Gzip, Kind::Zstd, Kind::Bzip2, Kind::Xz, Kind::Lz4];

    /// All compression formats.
    pub fn all() -> impl Iterator<Item = Compression> {
        Kind::ALL.into_iter()
    }

    /// The extension of files in this compression format.
    pub(super) const fn ending(self) -> &'static str {
        match self {
            Kind::Gzip => "gz",
            Kind::Zstd => "zst",
            Kind::Bzip2 => "bz2",
            Kind::Xz => "xz",
            Kind::Lz4 => "lz4",
        }
    }

    /// The name of the format, as its program writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Gzip => "gzip",
            Kind::Zstd => "zstd",
            Kind::Bzip2 => "bzip2",
            Kind::Xz => "xz",
            Kind::Lz4 => "LZ4",
        }
    }

    /// Recognises the compression by the first bytes of the data.
    pub(super) fn of(head: &[u8]) -> Option<Kind> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Kind::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Kind::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, 0x53, 0x59, ..] => {
                Some(Kind::Bzip2)
            }
            [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, ..] => {
                Some(Kind::Bzip2)
            }
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Kind::Xz),
            [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => Some(Kind::Lz4),
            _ => None,
        }
    }
}

impl_display!(Compression);

/// A decompressed stream: its first bytes, and a reader of the rest.
pub(crate) struct DecompressedStream<'a> {
    /// The compression that was recognised.
    pub kind: Option<Kind>,
    /// The first bytes, up to [`HEAD`].
    pub head: Vec<u8>,
    /// A reader of everything after the head.
    pub rest: Box<dyn Read + Send + 'a>,
    /// Whether the stream ends with the head.
    pub complete: bool,
    /// The error that ended the head early; then `rest` is empty.
    pub error: Option<io::Error>,
}

impl<'a> DecompressedStream<'a> {
    /// Reads the first bytes and decompresses the stream where they are those of a compression
    /// format. `size` is the expected number of bytes.
    pub(crate) fn open(mut raw: Box<dyn Read + Send + 'a>, size: u64) -> DecompressedStream<'a> {
        let mut head = Vec::with_capacity(size.saturating_add(1).clamp(16, HEAD) as usize);
        let mut error = (&mut raw).take(16).read_to_end(&mut head).err();
        let kind = Kind::of(&head);
        let mut rest = raw;
        if let (Some(kind), None) = (kind, &error) {
            let packed = BufReader::with_capacity(
                BUFFER,
                Cursor::new(std::mem::take(&mut head)).chain(rest),
            );
            rest = match unpack(kind, Box::new(packed)) {
                Ok(plain) => plain,
                Err(e) => {
                    error = Some(e);
                    Box::new(io::empty())
                }
            };
        }
        let want = HEAD - head.len() as u64;
        if error.is_none() {
            error = (&mut rest).take(want).read_to_end(&mut head).err();
        }
        if error.is_some() {
            rest = Box::new(io::empty());
        }
        let complete = (head.len() as u64) < HEAD;
        DecompressedStream { kind, head, rest, complete, error }
    }

    /// Returns at most `limit` bytes, and the error that ended the stream early.
    pub(crate) fn all(mut self, size: u64, limit: u64) -> (Vec<u8>, Option<io::Error>) {
        let mut bytes = self.head;
        if self.error.is_none() && !self.complete {
            if self.kind.is_none() && size < limit {
                bytes.reserve_exact((size as usize).saturating_sub(bytes.len()).min(1 << 30) + 1);
            }
            let left = limit.saturating_sub(bytes.len() as u64);
            self.error = self.rest.take(left).read_to_end(&mut bytes).err();
        }
        (bytes, self.error)
    }
}

/// A reader of what such bytes decompress to.
pub(super) fn unpack<'a>(
    kind: Kind,
    packed: Box<dyn BufRead + Send + 'a>,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    Ok(match kind {
        Kind::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(packed)),
        Kind::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        Kind::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(packed)),
        Kind::Xz => {
            let stream = liblzma::stream::Stream::new_stream_decoder(
                XZ_MEMORY,
                liblzma::stream::CONCATENATED,
            )?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(packed, stream))
        }
        Kind::Lz4 => Box::new(Lz4Frames::new(packed)),
    })
}

/// The memory that xz data may ask for. `xz -9` asks for 65 MiB, and damaged data for anything.
const XZ_MEMORY: u64 = 512 << 20;

/// LZ4 frames one after the other: the decoder ends with each.
struct Lz4Frames<R: BufRead>(lz4_flex::frame::FrameDecoder<WholeFrames<R>>);

impl<R: BufRead> Lz4Frames<R> {
    fn new(packed: R) -> Lz4Frames<R> {
        let frames = WholeFrames { packed, at_start: true, has_no_end: false };
        Lz4Frames(lz4_flex::frame::FrameDecoder::new(frames))
    }
}

impl<R: BufRead> Read for Lz4Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let frames = self.0.get_mut();
            if frames.at_start && frames.packed.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let read = self.0.read(out)?;
            if read > 0 || out.is_empty() {
                return Ok(read);
            }
            self.0.get_mut().at_start = true;
        }
    }
}

/// The bytes of LZ4 frames. The decoder takes an end of the bytes in the place of a block for the
/// end of the frame, so an end inside a frame is an error here. A frame of the legacy format has no
/// mark at its end, and may end where a block does.
struct WholeFrames<R> {
    packed: R,
    /// Whether the next byte is the first one of a frame.
    at_start: bool,
    has_no_end: bool,
}

/// The first byte of a frame of the legacy format.
const LEGACY: u8 = 0x02;
/// The length of what is before each block: the decoder asks for it at once.
const BLOCK_HEADER: usize = 4;

impl<R: BufRead> Read for WholeFrames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if std::mem::take(&mut self.at_start) {
            self.has_no_end = self.packed.fill_buf()?.first() == Some(&LEGACY);
        }
        let read = self.packed.read(out)?;
        if read > 0 || out.is_empty() || self.has_no_end && out.len() == BLOCK_HEADER {
            return Ok(read);
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "it ends inside an LZ4 frame"))
    }
}

#[cfg(test)]
pub(super) use tests::pack;

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    pub(crate) fn pack(kind: Kind, bytes: &[u8]) -> Vec<u8> {
        match kind {
            Kind::Gzip => {
                let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            Kind::Zstd => zstd::stream::encode_all(bytes, 1).unwrap(),
            Kind::Bzip2 => {
                let mut w = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            Kind::Xz => {
                let mut w = liblzma::write::XzEncoder::new(Vec::new(), 1);
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
            Kind::Lz4 => {
                // What is cut ends with a whole block.
                let small = lz4_flex::frame::FrameInfo::new()
                    .block_size(lz4_flex::frame::BlockSize::Max64KB);
                let mut w = lz4_flex::frame::FrameEncoder::with_frame_info(small, Vec::new());
                w.write_all(bytes).unwrap();
                w.finish().unwrap()
            }
        }
    }

    fn unpacked(bytes: &[u8]) -> (Vec<u8>, Option<io::Error>) {
        DecompressedStream::open(Box::new(bytes), bytes.len() as u64)
            .all(bytes.len() as u64, u64::MAX)
    }

    #[test]
    fn several_parts_are_one_stream() {
        for kind in Kind::ALL {
            let both = [pack(kind, b"one "), pack(kind, b""), pack(kind, b"two")].concat();
            let (bytes, error) = unpacked(&both);
            assert!(error.is_none(), "{kind:?} {error:?}");
            assert_eq!(bytes, b"one two");
        }
    }

    #[test]
    fn what_came_before_the_damage_is_kept() {
        let mut seed = 1u64;
        let long: Vec<u8> = std::iter::repeat_with(|| {
            seed = crate::hash::mix(seed);
            seed as u8
        })
        .take(3_000_000)
        .collect();
        for kind in Kind::ALL {
            let packed = pack(kind, &long);
            let (bytes, error) = unpacked(&packed[..packed.len() * 2 / 3]);
            assert!(error.is_some(), "{kind:?}");
            assert!(bytes.len() > 100_000 && long.starts_with(&bytes), "{kind:?} {}", bytes.len());
        }
    }

    #[test]
    fn an_end_inside_a_frame_is_an_error_wherever_it_is() {
        let long: Vec<u8> = (0..70_000u64).map(|n| crate::hash::mix(n) as u8).collect();
        for kind in Kind::ALL {
            let (first, second) = (pack(kind, &long), pack(kind, b"a few words"));
            let both = [&first[..], &second].concat();
            // What is before a cut in the long frame need not be read byte by byte.
            let cuts = (16..first.len()).filter(|at| at % 61 == 0 || first.len() - at < 40);
            for at in cuts.chain(first.len() + 1..both.len()).chain(65_536..65_600) {
                let (bytes, error) = unpacked(&both[..at]);
                assert!(error.is_some(), "{kind:?}, {at} of {} bytes", both.len());
                assert!(long.starts_with(&bytes[..bytes.len().min(long.len())]));
            }
            for whole in [&first, &both] {
                let mut stream = DecompressedStream::open(Box::new(&whole[..]), 0);
                assert!(
                    stream.error.is_none() && io::copy(&mut stream.rest, &mut io::sink()).is_ok()
                );
                // Some readers ask again behind the end.
                assert_eq!(stream.rest.read(&mut [0; 8]).unwrap(), 0, "{kind:?}");
            }
        }
    }

    #[test]
    fn a_legacy_frame_ends_where_a_block_does() {
        let block = lz4_flex::block::compress(b"the words of a legacy frame");
        let length = (block.len() as u32).to_le_bytes();
        let frame = [&[0x02, 0x21, 0x4c, 0x18][..], &length, &block].concat();
        let (bytes, error) = unpacked(&frame);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(bytes, b"the words of a legacy frame");
        let two = [&frame[..], &length, &block].concat();
        for at in (frame.len() + 1)..two.len() {
            assert!(unpacked(&two[..at]).1.is_some(), "{at}");
        }
        assert_eq!(unpacked(&two).0.len(), 2 * bytes.len());
    }

    #[test]
    fn plain_bytes_pass() {
        for bytes in [&b""[..], b"BZh9 is how it starts", b"\x1f\x8b", &[7; 200_000]] {
            let (got, error) = unpacked(bytes);
            assert!(error.is_none() && got == bytes);
        }
    }
}
