//! Owns: one file or stream to documents: what it holds, and which reader that needs. Never: which files there are.

use super::compress::Plain;
use super::json::{Batch, Context, Fields};
use super::source::{Source, failed};
use super::{Format, InputOptions, Intake, Reason, array, decode, known_encoding, lines};
use crate::text::document::Document;
use encoding_rs::{Encoding, UTF_8};
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What to say of a text that is too long.
pub(super) const TOO_LONG: &str = "a text of 4 GiB or more; it was skipped: split it";

/// What all files of a run share.
pub(super) struct Reader<'a> {
    fields: Fields,
    encoding: Option<&'static Encoding>,
    format: Option<Format>,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    stop: AtomicBool,
}

/// Which reader a file needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    Lines,
    Whole,
}

impl<'a> Reader<'a> {
    pub(super) fn new(options: &InputOptions, progress: &'a (dyn Fn(u64) -> bool + Sync)) -> Result<Reader<'a>, String> {
        let encoding = match options.encoding.as_deref() {
            Some(label) if !known_encoding(label) => {
                return Err(format!(
                    "not read: there is no encoding {label:?}; give a WHATWG label such as utf-8 or windows-1252"
                ));
            }
            label => label.and_then(|l| Encoding::for_label(l.as_bytes())),
        };
        Ok(Reader { fields: Fields::new(options), encoding, format: options.format, progress, stop: AtomicBool::new(false) })
    }

    /// Whether the caller said that it is enough.
    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Reads one file, by all threads if it is read alone.
    pub(super) fn read(&self, source: &Source, alone: bool) -> Intake {
        let mut intake = Intake::default();
        if self.stopped() {
            return intake;
        }
        let raw: Box<dyn Read + Send> = match source.path.as_ref().map(File::open) {
            None => Box::new(io::stdin()),
            Some(Ok(file)) => Box::new(file),
            Some(Err(e)) => {
                failed(&e, &source.shown, &mut intake);
                return intake;
            }
        };
        let bytes = AtomicU64::new(0);
        let mut intake = self.stream(Box::new(Counting { raw, reader: self, bytes: &bytes }), source, alone);
        intake.files = 1;
        intake.bytes = bytes.into_inner();
        intake
    }

    /// Reads one stream of bytes, compressed or not.
    fn stream(&self, raw: Box<dyn Read + Send + '_>, source: &Source, alone: bool) -> Intake {
        let plain = Plain::open(raw, source.size);
        let format = self.format.or(source.format);
        let mut intake = Intake::default();
        if let Some(why) = misnamed(&plain, source) {
            intake.skip(Reason::BrokenCompression, &source.shown, None, || why.into());
            return intake;
        }
        let kind = plain.kind;
        let empty = plain.head.is_empty() && plain.error.is_some();
        let (part, error) = match self.shape(format, &plain) {
            _ if empty => (Intake::default(), plain.error),
            Shape::Text => self.text(plain, source),
            shape => self.json(shape, plain, source, alone),
        };
        intake.absorb(part);
        if let Some(e) = error.filter(|_| !self.stopped()) {
            match kind {
                Some(kind) => intake.skip(Reason::BrokenCompression, &source.shown, None, || {
                    format!("broken {} data ({e}); what came before was kept: fetch or compress the file again", kind.name())
                }),
                None => failed(&e, &source.shown, &mut intake),
            }
        }
        intake
    }

    fn text(&self, plain: Plain, source: &Source) -> (Intake, Option<io::Error>) {
        let mut intake = Intake::default();
        if decode::binary(&plain.head, self.encoding) {
            if source.named {
                intake.skip(Reason::Binary, &source.shown, None, || {
                    "not text (a NUL in its first 8 KiB); it was skipped: convert it to text, or say --encoding if it is UTF-16"
                        .into()
                });
            } else {
                intake.skipped.insert(Reason::Binary, 1);
            }
            return (intake, None);
        }
        let packed = plain.kind.is_some();
        let (bytes, error) = plain.all(source.size, u64::from(u32::MAX) + 1);
        if self.stopped() {
            return (intake, None);
        }
        let fits = |length: usize| u32::try_from(length).is_ok();
        let decoded = if fits(bytes.len()) { Some(decode::decode(bytes, self.encoding)) } else { None };
        match decoded.filter(|d| fits(d.text.len())) {
            None => intake.skip(Reason::TooLong, &source.shown, None, || TOO_LONG.into()),
            Some(decoded) => {
                if decoded.encoding != UTF_8.name() {
                    intake.encodings.insert(decoded.encoding.into(), 1);
                }
                intake.replaced += u64::from(decoded.replaced);
                let mut document = Document::new(source.shown.clone(), decoded.text);
                document.text.shrink_to_fit();
                document.path = Some(Arc::from(source.shown.as_str()));
                document.whole_file = decoded.same && !packed && error.is_none();
                intake.documents.push(document);
            }
        }
        (intake, error)
    }

    fn json(&self, shape: Shape, plain: Plain, source: &Source, alone: bool) -> (Intake, Option<io::Error>) {
        let wide = decode::wide(&plain.head, self.encoding);
        let marked = Encoding::for_bom(&plain.head).is_some();
        let other = self.encoding.filter(|e| !wide && !marked && *e != UTF_8);
        let context = Context { fields: &self.fields, encoding: other, path: source.shown.as_str().into(), parallel: alone };
        let (batch, name, error) = if wide || shape == Shape::Whole {
            let (bytes, error) = plain.all(source.size, u64::MAX);
            if self.stopped() {
                return (Intake::default(), error);
            }
            let (bytes, name) = self.unwrap(bytes, wide);
            let batch = match shape {
                Shape::Whole => array::read(bytes, &context),
                _ => lines::read(bytes, &mut io::empty(), &context).0,
            };
            (batch, name, error)
        } else {
            let Plain { mut head, mut rest, error, .. } = plain;
            if error.is_some() {
                // The last line is only a part of one.
                head.truncate(memchr::memrchr(b'\n', &head).map_or(0, |at| at + 1));
            }
            head.drain(..if marked { head.len().min(3) } else { 0 });
            let (batch, late) = lines::read(head, &mut rest, &context);
            (batch, None, error.or(late))
        };
        (self.named_encoding(batch, name.or(other), &context), error)
    }

    /// Takes a byte-order mark away, and UTF-16 to UTF-8; says which encoding it was.
    fn unwrap(&self, bytes: Vec<u8>, wide: bool) -> (Vec<u8>, Option<&'static Encoding>) {
        if wide {
            let decoded = decode::decode(bytes, self.encoding);
            return (decoded.text.into_bytes(), Encoding::for_label(decoded.encoding.as_bytes()));
        }
        match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest.to_vec(), None),
            None => (bytes, None),
        }
    }

    fn named_encoding(&self, batch: Batch, encoding: Option<&'static Encoding>, context: &Context) -> Intake {
        let mut intake = batch.finish(context);
        if let Some(encoding) = encoding.filter(|_| !intake.documents.is_empty()) {
            intake.encodings.insert(encoding.name().into(), intake.documents.len() as u64);
        }
        intake
    }

    /// What a file holds: by format, where that is known, and by its first bytes.
    fn shape(&self, format: Option<Format>, plain: &Plain) -> Shape {
        if format == Some(Format::Text) {
            return Shape::Text;
        }
        if decode::wide(&plain.head, self.encoding) {
            let head = decode::decode(plain.head[..plain.head.len() & !3].to_vec(), self.encoding);
            shape_of(format, head.text.as_bytes())
        } else {
            shape_of(format, plain.head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&plain.head))
        }
    }
}

fn shape_of(format: Option<Format>, head: &[u8]) -> Shape {
    let start = head.trim_ascii_start();
    let second = start.get(1..).map_or(&[][..], <[u8]>::trim_ascii_start).first();
    let (line, more) = match memchr::memchr(b'\n', start) {
        Some(at) => (start[..at].trim_ascii(), !start[at..].trim_ascii().is_empty()),
        None => (start.trim_ascii(), false),
    };
    match (start.first(), format) {
        (_, Some(Format::Text)) => Shape::Text,
        (Some(b'['), Some(_)) => Shape::Whole,
        (Some(b'['), None) if matches!(second, Some(b'{' | b']')) => Shape::Whole,
        (_, Some(Format::Jsonl)) if line == b"{" && more => Shape::Whole,
        (_, Some(Format::Jsonl)) => Shape::Lines,
        (Some(b'{'), None) if !matches!(second, Some(b'"' | b'}')) => Shape::Text,
        (Some(b'{'), _) if more && serde_json::from_slice::<IgnoredAny>(line).is_ok() => Shape::Lines,
        (Some(b'{'), _) | (_, Some(Format::Json)) => Shape::Whole,
        _ => Shape::Text,
    }
}

/// Why a file with a compressed name is no compressed file and no text either.
fn misnamed(plain: &Plain, source: &Source) -> Option<&'static str> {
    if !source.packed || plain.kind.is_some() || plain.error.is_some() {
        return None;
    }
    let text = std::str::from_utf8(&plain.head).map_or_else(|e| e.error_len().is_none(), |_| true);
    if plain.head.is_empty() {
        Some("an empty file where compressed data was expected: fetch or compress it again")
    } else if !text || decode::binary(&plain.head, None) {
        Some("named as compressed, but neither gzip, zstd or bzip2 data nor text: fetch or compress it again")
    } else {
        None
    }
}

/// Counts bytes as they are read, and stops when it is told to.
struct Counting<'a> {
    raw: Box<dyn Read + Send>,
    reader: &'a Reader<'a>,
    bytes: &'a AtomicU64,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reader.stopped() {
            return Err(io::Error::other("stopped"));
        }
        let n = self.raw.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        if !(self.reader.progress)(n as u64) {
            self.reader.stop.store(true, Ordering::Relaxed);
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::compress::{Kind, tests::pack};
    use super::*;
    use proptest::prelude::*;

    fn piped(bytes: &[u8], options: &InputOptions) -> Intake {
        let reader = Reader::new(options, &|_| true).unwrap();
        let source = Source { path: None, shown: "-".into(), named: true, size: u64::MAX, packed: false, format: None };
        reader.stream(Box::new(io::Cursor::new(bytes.to_vec())), &source, false)
    }

    fn ids(bytes: &[u8]) -> Vec<(String, String)> {
        piped(bytes, &InputOptions::default()).documents.into_iter().map(|d| (d.id, d.text)).collect()
    }

    #[test]
    fn streams_are_sniffed() {
        let one = |id: &str, text: &str| vec![(id.to_owned(), text.to_owned())];
        assert_eq!(ids(b"{ is a brace"), one("-", "{ is a brace"));
        assert_eq!(ids(b"[link](x)"), one("-", "[link](x)"));
        assert_eq!(ids(b""), one("-", ""));
        assert_eq!(ids(b"{\"text\":\"a\"}\n"), one("-", "a"));
        assert_eq!(ids(b" {\n\"text\": \"a\"\n}"), one("-", "a"));
        assert_eq!(ids(b"[{\"text\":\"a\"}]"), one("-:1", "a"));
        assert_eq!(ids(&pack(Kind::Gzip, b"\n{\"text\":\"a\"}\n[]\n{\"text\":\"b\"}"))[1].0, "-:4");
        assert_eq!(ids(b"{\"text\":\"a\"}{\"text\":\"b\"}").len(), 2);
        let wide: Vec<u8> = "\u{feff}{\"text\":\"é\"}\n{\"text\":\"b\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(ids(&wide)[0], ("-:1".to_owned(), "é".to_owned()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                prop::collection::vec(prop::sample::select(&b"{}[]\":,\\ud8text0-9.\n \xff\0"[..]), 0..60),
            ],
            format in prop::sample::select(vec![None, Some(Format::Text), Some(Format::Json), Some(Format::Jsonl)]),
            encoding in prop::sample::select(vec![None, Some("gb18030"), Some("utf-16le"), Some("iso-2022-jp")]),
            packed: bool,
        ) {
            let options = InputOptions { format, encoding: encoding.map(String::from), ..InputOptions::default() };
            let bytes = if packed { pack(Kind::Zstd, &bytes) } else { bytes };
            piped(&bytes, &options);
        }
    }
}
