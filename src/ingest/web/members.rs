//! Owns: the decompression of a stored archive, one compressed member at a time, and the search for
//! the next member after a broken one. Never: knows the structure of a record.

use crate::ingest::compress::{Compression as Kind, unpack};
use crate::ingest::web::archive_layout::Layout;
use crate::ingest::web::rewindable::RewindableBytes;
use std::io::{self, BufRead, Read};

/// A candidate for the member after a broken one must decompress to the beginning of a record
/// within this many bytes.
const PROBE: usize = 256 << 10;

/// The same limit for gzip, whose data follows its header directly; the search tests every
/// candidate position, so the limit is small.
const PROBE_GZIP: usize = 2 << 10;

type Zstd<'a> = zstd::stream::read::Decoder<'static, RewindableBytes<'a>>;

enum Open<'a> {
    /// Between two members; also the state for uncompressed data.
    Raw(RewindableBytes<'a>),
    Gzip(Box<flate2::bufread::GzDecoder<RewindableBytes<'a>>>),
    Zstd(Box<Zstd<'a>>),
    /// One stream for the whole archive.
    Bzip2(Box<bzip2::bufread::MultiBzDecoder<RewindableBytes<'a>>>),
    /// One stream for the whole archive, of another compression.
    Whole(Box<dyn Read + Send + 'a>),
    /// A placeholder while the state changes.
    Gone,
}

/// The stored bytes of an archive, member by member. An archive in gzip or zstd has members; any
/// other one is a single member.
pub(crate) struct Members<'a> {
    open: Open<'a>,
    /// How the records in them are laid out.
    pub(super) layout: Layout,
    /// The compression of the members.
    pub(crate) kind: Option<Kind>,
    /// The offset at which the open member begins.
    pub(crate) start: u64,
    /// The dictionary that zstd members share, from the first frame.
    pub(crate) dictionary: Option<Vec<u8>>,
    begun: bool,
    /// Whether no further member can be found.
    over: bool,
}

impl<'a> Members<'a> {
    /// Recognises the compression by the first bytes.
    pub(crate) fn new(raw: Box<dyn Read + Send + 'a>, layout: Layout) -> io::Result<Members<'a>> {
        let mut raw = RewindableBytes::new(raw);
        let kind = Kind::of(raw.ahead(16)?);
        let dictionary = if kind == Some(Kind::Zstd) { dictionary(&mut raw)? } else { None };
        let open = Open::Raw(raw);
        Ok(Members { open, layout, kind, start: 0, dictionary, begun: false, over: false })
    }

    /// Starts at an offset at which a member begins.
    #[cfg(feature = "emit")]
    pub(crate) fn of(
        raw: Box<dyn Read + Send + 'a>,
        layout: Layout,
        kind: Option<Kind>,
        dictionary: Option<Vec<u8>>,
    ) -> Members<'a> {
        Members {
            open: Open::Raw(RewindableBytes::new(raw)),
            layout,
            kind,
            start: 0,
            dictionary,
            begun: false,
            over: false,
        }
    }

    /// Opens the next member; `false` at the end. Bytes between members are skipped; the error
    /// names them.
    pub(crate) fn next(&mut self) -> io::Result<bool> {
        if self.over {
            return Ok(false);
        }
        let Open::Raw(raw) = &mut self.open else { return Ok(true) };
        if !matches!(self.kind, Some(Kind::Gzip | Kind::Zstd)) {
            if std::mem::replace(&mut self.begun, true) {
                return Ok(false);
            }
        } else {
            // Some archives are padded with zeros.
            loop {
                let ahead = raw.fill_buf()?;
                let zeros = ahead.iter().take_while(|b| **b == 0).count();
                if ahead.is_empty() {
                    return Ok(false);
                }
                if zeros == 0 {
                    break;
                }
                raw.consume(zeros);
            }
            let kind = Kind::of(raw.ahead(16)?);
            if kind != self.kind {
                let place = raw.place();
                raw.set_mark();
                return Err(io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("no compressed member at byte {place}"),
                ));
            }
        }
        self.start = raw.place();
        if matches!(self.kind, Some(Kind::Gzip | Kind::Zstd)) {
            raw.set_mark();
        }
        let Open::Raw(raw) = std::mem::replace(&mut self.open, Open::Gone) else {
            return Ok(false);
        };
        self.open = match self.kind {
            None => Open::Raw(raw),
            Some(Kind::Gzip) => Open::Gzip(Box::new(flate2::bufread::GzDecoder::new(raw))),
            Some(Kind::Bzip2) => Open::Bzip2(Box::new(bzip2::bufread::MultiBzDecoder::new(raw))),
            Some(kind @ (Kind::Xz | Kind::Lz4)) => Open::Whole(unpack(kind, Box::new(raw))?),
            Some(Kind::Zstd) => {
                Open::Zstd(Box::new(zstd_decoder(raw, self.dictionary.as_deref())?.single_frame()))
            }
        };
        Ok(true)
    }

    /// Reads plain bytes of the open member; 0 at its end, after which the next one can be opened.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.open {
            Open::Raw(raw) => raw.read(out),
            Open::Gzip(gzip) => gzip.read(out),
            Open::Zstd(zstd) => zstd.read(out),
            Open::Bzip2(bzip2) => bzip2.read(out),
            Open::Whole(plain) => plain.read(out),
            Open::Gone => Ok(0),
        };
        if matches!(read, Ok(0) | Err(_)) {
            self.close();
        }
        read
    }

    fn close(&mut self) {
        self.open = match std::mem::replace(&mut self.open, Open::Gone) {
            Open::Gzip(gzip) => Open::Raw(gzip.into_inner()),
            Open::Zstd(zstd) => Open::Raw(zstd.finish()),
            Open::Bzip2(bzip2) => Open::Raw(bzip2.into_inner()),
            Open::Whole(_) => Open::Raw(RewindableBytes::new(Box::new(io::empty()))),
            other => other,
        };
    }

    /// After an error: moves to the next member that begins with a record of an archive, or to the
    /// end.
    pub(crate) fn find(&mut self) {
        self.close();
        self.over = !self.found();
    }

    fn found(&mut self) -> bool {
        let Open::Raw(raw) = &mut self.open else { return false };
        let magic: &[u8] = match self.kind {
            Some(Kind::Gzip) => &[0x1f, 0x8b, 8],
            Some(Kind::Zstd) => &[0x28, 0xb5, 0x2f, 0xfd],
            _ => return false,
        };
        // All candidates share one context, since creating it takes longer than the rest.
        let mut context = zstd::zstd_safe::DCtx::create();
        if self.dictionary.as_ref().is_some_and(|words| context.load_dictionary(words).is_err()) {
            return false;
        }
        raw.behind_mark();
        loop {
            let Ok(ahead) = raw.ahead(PROBE) else { return false };
            let Some(at) = memchr::memmem::find(ahead, magic) else {
                if ahead.len() < PROBE {
                    return false;
                }
                raw.consume(PROBE - magic.len() + 1);
                continue;
            };
            raw.consume(at);
            let Ok(ahead) = raw.ahead(PROBE) else { return false };
            let begins = match self.kind {
                Some(Kind::Gzip) => {
                    let packed = &ahead[..ahead.len().min(PROBE_GZIP)];
                    begins(self.layout, &mut flate2::bufread::GzDecoder::new(packed))
                }
                _ => {
                    // A reset of the session alone cannot fail.
                    let _ = context.reset(zstd::zstd_safe::ResetDirective::SessionOnly);
                    let mut plain = zstd::stream::read::Decoder::with_context(ahead, &mut context);
                    begins(self.layout, &mut plain)
                }
            };
            if begins {
                return true;
            }
            raw.consume(1);
        }
    }
}

/// Whether plain bytes begin with a record.
fn begins(layout: Layout, plain: &mut dyn Read) -> bool {
    let mut first = Vec::new();
    loop {
        let (before, step) = (first.len(), if first.is_empty() { 5 } else { 256 });
        first.resize(before + step, 0);
        match plain.read(&mut first[before..]) {
            Ok(0) | Err(_) => return false,
            Ok(n) => first.truncate(before + n),
        }
        if let Some(begins) = layout.begins(&first) {
            return begins;
        }
    }
}

fn zstd_decoder<R: BufRead>(
    from: R,
    words: Option<&[u8]>,
) -> io::Result<zstd::stream::read::Decoder<'static, R>> {
    match words {
        Some(words) => zstd::stream::read::Decoder::with_dictionary(from, words),
        None => zstd::stream::read::Decoder::with_buffer(from),
    }
}

/// The dictionary of a `.warc.zst`, which is in the first frame, a skippable one, compressed or
/// not.
fn dictionary(raw: &mut RewindableBytes) -> io::Result<Option<Vec<u8>>> {
    let head = raw.ahead(8)?;
    if !head.starts_with(&[0x5d, 0x2a, 0x4d, 0x18]) || head.len() < 8 {
        return Ok(None);
    }
    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
    // A dictionary is about 100 KiB; the limit keeps a wrong length from exhausting memory.
    if length > 16 << 20 {
        return Ok(None);
    }
    raw.consume(8);
    let words = raw.ahead(length)?.to_vec();
    raw.consume(words.len());
    let packed = words.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let mut plain = Vec::new();
    if packed {
        zstd_decoder(&words[..], None)?.take(64 << 20).read_to_end(&mut plain)?;
    }
    Ok(Some(if packed { plain } else { words }))
}
