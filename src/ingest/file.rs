//! Owns: one file or stream to documents: which reader it needs, and what is to be remembered of it. Never: which files there are.

use crate::ingest::compress::{Compression, Plain};
use crate::ingest::record::{Batch, Context, Fields, Tap};
use crate::ingest::source::{Source, failed};
use crate::ingest::{Format, InputOptions, Intake, ReadFile, Reason, array, decode, known_encoding, lines, shape, spool};
use crate::model::document::Document;
use encoding_rs::{Encoding, UTF_8};
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
    spool_stdin: bool,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    stop: AtomicBool,
    tap: Option<Tap<'a>>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        options: &InputOptions,
        progress: &'a (dyn Fn(u64) -> bool + Sync),
        tap: Option<Tap<'a>>,
    ) -> Result<Reader<'a>, String> {
        let encoding = match options.encoding.as_deref() {
            Some(label) if !known_encoding(label) => {
                return Err(format!(
                    "not read: there is no encoding {label:?}; give a WHATWG label such as utf-8 or windows-1252"
                ));
            }
            label => label.and_then(|l| Encoding::for_label(l.as_bytes())),
        };
        let (fields, stop) = (Fields::new(options), AtomicBool::new(false));
        Ok(Reader { fields, encoding, format: options.format, spool_stdin: options.spool_stdin, progress, stop, tap })
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
        let bytes = AtomicU64::new(0);
        let count = |raw| Counting { raw, reader: self, bytes: &bytes };
        let mut late = None;
        let opened = match &source.path {
            Some(path) => File::open(path).map(Some),
            None if self.spool_stdin => spool::keep(&mut count(Box::new(io::stdin()))).map(|(file, broken)| {
                late = broken;
                Some(file)
            }),
            None => Ok(None),
        };
        let file = match opened {
            Ok(file) => file.map(Arc::new),
            Err(e) => {
                failed(&e, &source.shown, &mut intake);
                return intake;
            }
        };
        let raw: Box<dyn Read + Send + '_> = match (&file, &source.path) {
            (None, _) => Box::new(count(Box::new(io::stdin()))),
            (Some(file), None) => Box::new(file.clone()),
            (Some(file), Some(_)) => Box::new(count(Box::new(file.clone()))),
        };
        let mut intake = self.stream(raw, source, file.as_ref(), alone);
        if let Some(e) = late.filter(|_| !self.stopped()) {
            failed(&e, &source.shown, &mut intake);
        }
        intake.files = 1;
        intake.bytes += bytes.into_inner();
        intake
    }

    /// Reads one stream of bytes, compressed or not; `file` is where they can be read again.
    fn stream(&self, raw: Box<dyn Read + Send + '_>, source: &Source, file: Option<&Arc<File>>, alone: bool) -> Intake {
        #[cfg(feature = "web")]
        let raw = match super::web::archive::look(raw, self.format.or(source.format)) {
            (true, raw) => return self.archive(raw, source, file, alone),
            (false, raw) => raw,
        };
        let plain = Plain::open(raw, source.size);
        let format = shape::of(self.format.or(source.format), &plain.head, self.encoding);
        #[cfg(feature = "web")]
        if format == Format::Warc {
            let mut intake = self.archive(Box::new(io::Cursor::new(plain.head).chain(plain.rest)), source, file, alone);
            if let Some(e) = plain.error.filter(|_| !self.stopped()) {
                failed(&e, &source.shown, &mut intake);
            }
            return intake;
        }
        let mut intake = Intake::default();
        intake.sources.push(read_file(source, format, plain.kind, file));
        if let Some(why) = misnamed(&plain, source) {
            intake.skip(Reason::BrokenCompression, &source.shown, None, || why.into());
            return intake;
        }
        let kind = plain.kind;
        let empty = plain.head.is_empty() && plain.error.is_some();
        let (part, error) = match format {
            _ if empty => (Intake::default(), plain.error),
            Format::Text => self.text(plain, source),
            Format::Parquet => self.parquet(plain, source, file, alone),
            Format::Html => self.page(plain, source),
            #[cfg(not(feature = "web"))]
            Format::Warc => (not_built_in(Format::Warc, "web", source), None),
            format => self.records(format, plain, source, alone),
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

    #[cfg(feature = "parquet")]
    fn parquet(&self, plain: Plain, source: &Source, file: Option<&Arc<File>>, alone: bool) -> (Intake, Option<io::Error>) {
        use super::{parquet, shared::Shared};
        let mut broken = plain.error;
        let (shared, told): (_, &(dyn Fn(u64) -> bool + Sync)) = match file.filter(|_| plain.kind.is_none()) {
            Some(file) => (Shared::new(file), self.progress),
            // What comes compressed or from a pipe can be read in order only, and the footer stands at the end.
            None => match spool::keep(&mut io::Cursor::new(plain.head).chain(plain.rest)) {
                Ok((file, late)) => {
                    broken = broken.or(late);
                    (Shared::new(&file), &|_| true)
                }
                Err(e) => (Err(e), self.progress),
            },
        };
        let shared = match shared {
            Ok(shared) if broken.is_none() => shared,
            Ok(_) => return (Intake::default(), broken),
            Err(e) => return (Intake::default(), Some(e)),
        };
        let context = Context {
            fields: &self.fields,
            encoding: None,
            path: source.shown.as_str().into(),
            parallel: alone,
            tap: self.tap.filter(|_| alone),
        };
        let read = AtomicU64::new(0);
        let told = |bytes| {
            let on = told(bytes);
            read.fetch_add(if source.path.is_some() && plain.kind.is_none() { bytes } else { 0 }, Ordering::Relaxed);
            if !on {
                self.stop.store(true, Ordering::Relaxed);
            }
            on
        };
        let mut intake = parquet::read(shared, &told, &context).finish(&context);
        intake.bytes = read.into_inner();
        (intake, None)
    }

    #[cfg(not(feature = "parquet"))]
    fn parquet(&self, _: Plain, source: &Source, _: Option<&Arc<File>>, _: bool) -> (Intake, Option<io::Error>) {
        (not_built_in(Format::Parquet, "parquet", source), None)
    }

    /// Reads an archive, member by member, so that a broken one is one only.
    #[cfg(feature = "web")]
    fn archive(&self, raw: Box<dyn Read + Send + '_>, source: &Source, file: Option<&Arc<File>>, alone: bool) -> Intake {
        use super::web::archive;
        let mut intake = Intake::default();
        match archive::open(raw) {
            Err(e) => failed(&e, &source.shown, &mut intake),
            Ok((kind, mut records)) => {
                intake.sources.push(read_file(source, Format::Warc, kind, file));
                let context = Context {
                    fields: &self.fields,
                    encoding: self.encoding,
                    path: source.shown.as_str().into(),
                    parallel: alone,
                    tap: self.tap.filter(|_| alone),
                };
                intake.absorb(archive::read(&mut records, &context, &|| self.stopped()).finish(&context));
            }
        }
        intake
    }

    #[cfg(feature = "web")]
    fn page(&self, plain: Plain, source: &Source) -> (Intake, Option<io::Error>) {
        use super::web;
        let (bytes, error) = plain.all(source.size, web::page::PAGE + 1);
        if self.stopped() {
            return (Intake::default(), None);
        }
        (web::file(bytes, &source.shown, self.encoding, &self.fields), error)
    }

    #[cfg(not(feature = "web"))]
    fn page(&self, _: Plain, source: &Source) -> (Intake, Option<io::Error>) {
        (not_built_in(Format::Html, "web", source), None)
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
                document.info.path = Some(Arc::from(source.shown.as_str()));
                document.info.whole_file = decoded.same && !packed && error.is_none();
                intake.documents.push(document);
            }
        }
        (intake, error)
    }

    /// Reads the records of JSON or of a table.
    fn records(&self, format: Format, plain: Plain, source: &Source, alone: bool) -> (Intake, Option<io::Error>) {
        let wide = decode::wide(&plain.head, self.encoding);
        let marked = Encoding::for_bom(&plain.head).is_some();
        let mut other = self.encoding.filter(|e| !wide && !marked && *e != UTF_8);
        let table = matches!(format, Format::Csv | Format::Tsv);
        // Where bytes of ASCII may be parts of other characters, delimiters can be looked for only once all is decoded.
        let whole = wide || (table && other.is_some_and(|e| !e.is_ascii_compatible()));
        let mut damaged = false;
        let (mut head, mut rest, mut error, mut name) = (plain.head, plain.rest, plain.error, None);
        if whole || format == Format::Json {
            let plain = Plain { kind: plain.kind, head, rest, complete: plain.complete, error };
            let (bytes, late) = plain.all(source.size, u64::MAX);
            if self.stopped() {
                return (Intake::default(), late);
            }
            (head, name, damaged) = self.unwrap(bytes, whole);
            (rest, error) = (Box::new(io::empty()), late);
            other = other.filter(|_| !whole);
        } else if error.is_some() {
            // The last line is only a part of one.
            head.truncate(memchr::memrchr(b'\n', &head).map_or(0, |at| at + 1));
        }
        if marked && name.is_none() && format != Format::Json {
            head.drain(..head.len().min(3));
        }
        let context = Context {
            fields: &self.fields,
            encoding: other,
            path: source.shown.as_str().into(),
            parallel: alone,
            tap: self.tap.filter(|_| alone),
        };
        let (batch, late) = match format {
            Format::Json => (array::read(head, &context), None),
            Format::Csv | Format::Tsv => {
                #[cfg(feature = "csv")]
                let read = super::table::read(head, &mut rest, format, damaged, &context);
                #[cfg(not(feature = "csv"))]
                let read = (Batch::from(not_built_in(format, "csv", source)), Some(damaged).and(None));
                read
            }
            _ => lines::read(head, &mut rest, &context),
        };
        (self.named_encoding(batch, name.or(other), &context), error.or(late))
    }

    /// Takes a byte-order mark away, and decodes where that is asked for; says which encoding it was, and whether
    /// something was replaced.
    fn unwrap(&self, bytes: Vec<u8>, decode: bool) -> (Vec<u8>, Option<&'static Encoding>, bool) {
        if decode {
            let decoded = decode::decode(bytes, self.encoding);
            return (decoded.text.into_bytes(), Encoding::for_label(decoded.encoding.as_bytes()), decoded.replaced);
        }
        match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (rest.to_vec(), None, false),
            None => (bytes, None, false),
        }
    }

    fn named_encoding(&self, batch: Batch, encoding: Option<&'static Encoding>, context: &Context) -> Intake {
        let handed = batch.handed;
        let mut intake = batch.finish(context);
        let read = handed + intake.documents.len() as u64;
        if let Some(encoding) = encoding.filter(|_| read > 0) {
            intake.encodings.insert(encoding.name().into(), read);
        }
        intake
    }
}

/// What is to be remembered of a file.
fn read_file(source: &Source, format: Format, compression: Option<Compression>, file: Option<&Arc<File>>) -> ReadFile {
    let meta = file.and_then(|f| f.metadata().ok());
    ReadFile {
        path: source.path.clone(),
        shown: source.shown.clone(),
        input: source.input,
        relative: source.relative.clone(),
        format,
        compression,
        size: meta.as_ref().map_or(0, |m| m.len()),
        modified: meta.and_then(|m| m.modified().ok()).filter(|_| source.path.is_some()),
        spool: file.filter(|_| source.path.is_none()).cloned(),
    }
}

/// A file in a format that this program was built without.
#[cfg(not(all(feature = "csv", feature = "parquet", feature = "web")))]
fn not_built_in(format: Format, feature: &str, source: &Source) -> Intake {
    let mut intake = Intake::default();
    intake.skip(Reason::NotBuiltIn, &source.shown, None, || {
        format!("{} files are not read: this program was built without the feature `{feature}`; build it with it", format.name())
    });
    intake
}

/// Why a file with a compressed name is no compressed file and no text either.
fn misnamed(plain: &Plain, source: &Source) -> Option<&'static str> {
    let parquet = plain.head.starts_with(b"PAR1");
    if !source.packed || plain.kind.is_some() || plain.error.is_some() || parquet {
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
    raw: Box<dyn Read + Send + 'a>,
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
    use super::super::compress::{Compression as Kind, tests::pack};
    use super::*;
    use proptest::prelude::*;

    fn piped(bytes: &[u8], options: &InputOptions) -> Intake {
        let reader = Reader::new(options, &|_| true, None).unwrap();
        reader.stream(Box::new(io::Cursor::new(bytes.to_vec())), &Source::stdin(0), None, false)
    }

    fn ids(bytes: &[u8]) -> Vec<(String, String)> {
        piped(bytes, &InputOptions::default()).documents.into_iter().map(|d| (d.info.id, d.text)).collect()
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
                prop::collection::vec(prop::sample::select(&b"{}[]\":,;\\ud8text0-9.\n\r \xff\0"[..]), 0..60),
            ],
            format in prop::sample::select(vec![None, Some(Format::Text), Some(Format::Json), Some(Format::Jsonl), Some(Format::Csv), Some(Format::Tsv), Some(Format::Parquet)]),
            encoding in prop::sample::select(vec![None, Some("gb18030"), Some("utf-16le"), Some("iso-2022-jp")]),
            packed: bool,
        ) {
            let options = InputOptions { format, encoding: encoding.map(String::from), ..InputOptions::default() };
            let bytes = if packed { pack(Kind::Zstd, &bytes) } else { bytes };
            piped(&bytes, &options);
        }
    }
}
