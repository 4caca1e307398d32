//! Owns: one file or stream, opened and decompressed, to the reader of its format, and the record
//! of what was read. Never: interprets its bytes.

use crate::ingest::compress::{Compression, DecompressedStream};
use crate::ingest::decode;
use crate::ingest::format::Format;
use crate::ingest::formats;
#[cfg(feature = "emit")]
use crate::ingest::input::InputOptions;
use crate::ingest::input_file::InputFile;
use crate::ingest::open_file::{OpenFile, Run};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::{ReadFile, ReadResult};
use crate::ingest::temporary_copy::temporary_copy;
use crate::ingest::unsupported;
#[cfg(feature = "web")]
use crate::ingest::web::archive;
use crate::ingest::without_text::{self, EMPTY_PACKED, NO_FEED};
use encoding_rs::Encoding;
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Reads one file; all threads take part if it is read alone.
pub(super) fn read_file(run: &Run, file: &InputFile, alone: bool) -> ReadResult {
    let mut intake = ReadResult::default();
    if run.stopped() {
        return intake;
    }
    let bytes = AtomicU64::new(0);
    let count = |raw| Counting { raw, run, bytes: &bytes };
    let mut late = None;
    let opened = match &file.path {
        Some(path) => File::open(path).map(Some),
        None if run.spool_stdin => {
            temporary_copy(&mut count(Box::new(io::stdin()))).map(|(copy, broken)| {
                late = broken;
                Some(copy)
            })
        }
        None => Ok(None),
    };
    let stored = match opened {
        Ok(stored) => stored.map(Arc::new),
        Err(e) if file.path.is_none() => {
            intake.skip(Reason::Unreadable, &file.display_path, None, || {
                format!(
                    "cannot be copied to a temporary file in {} ({e}): free some room there, or \
                     set TMPDIR to a directory that has it",
                    std::env::temp_dir().display()
                )
            });
            return ended(run, file, intake);
        }
        Err(e) => {
            intake.unreadable(&e, &file.display_path);
            return ended(run, file, intake);
        }
    };
    let raw: Box<dyn Read + Send + '_> = match (&stored, &file.path) {
        (None, _) => Box::new(count(Box::new(io::stdin()))),
        (Some(stored), None) => Box::new(stored.clone()),
        (Some(stored), Some(_)) => Box::new(count(Box::new(stored.clone()))),
    };
    let mut intake = read_bytes(run, file, raw, stored.as_ref(), alone);
    if let Some(e) = late.filter(|_| !run.stopped()) {
        intake.unreadable(&e, &file.display_path);
    }
    intake.files = 1;
    intake.bytes += bytes.into_inner();
    ended(run, file, intake)
}

/// The result of a file, once it is known whether the file failed.
fn ended(run: &Run, file: &InputFile, mut intake: ReadResult) -> ReadResult {
    if !run.stopped() {
        without_text::judge(file, &mut intake);
        intake.count_failure(file.named);
        let early = intake.skipped.keys().any(|reason| reason.ends_early());
        intake.sources.iter_mut().for_each(|source| source.ended_early = early);
        intake.stopped = run.stops_at(&intake);
    }
    intake
}

/// Reads the documents of a file a second time, from its decompressed bytes; also returns the error
/// that ended these early.
#[cfg(feature = "emit")]
pub(crate) fn read_again(
    file: &ReadFile,
    options: &InputOptions,
    plain: DecompressedStream,
) -> (ReadResult, Option<io::Error>) {
    let go_on = |_| true;
    let (Ok(run), Some(read)) = (Run::new(options, &go_on, None), formats::reader(file.format))
    else {
        return (ReadResult::default(), Some(io::ErrorKind::Unsupported.into()));
    };
    let again = InputFile::reread(file);
    let set = file.encoding.and_then(|name| Encoding::for_label(name.as_bytes()));
    let context = run.context(&again, set, true);
    read(OpenFile { run: &run, file: &again, format: file.format, plain, stored: None, context })
}

/// Reads one stream of bytes, compressed or not; `stored` is the file in which they can be read
/// again.
fn read_bytes(
    run: &Run,
    file: &InputFile,
    raw: Box<dyn Read + Send + '_>,
    stored: Option<&Arc<File>>,
    alone: bool,
) -> ReadResult {
    // What looks like XML in a directory is a feed or a page, or none of the documents.
    let named = if file.sniffed { None } else { run.format.or(file.format) };
    #[cfg(feature = "web")]
    let raw = match archive::recognise(raw, named) {
        (Some(layout), raw) => return read_archive(run, file, raw, layout, stored, alone),
        (None, raw) => raw,
    };
    let plain = DecompressedStream::open(raw, file.size);
    let encoding = run.encoding(file).or_else(|| decode::unmarked_utf16(&plain.head));
    if file.sniffed && !is_feed_or_page(&plain.head, encoding) {
        return neither_feed_nor_page(&plain, file);
    }
    let format = Format::of(named, &plain.head, encoding, run.fields().given_text());
    #[cfg(feature = "web")]
    if let Some(layout) = archive::Layout::of(format) {
        return read_plain_archive(run, file, plain, layout, stored, alone);
    }
    let mut intake = ReadResult::default();
    let kind = plain.kind;
    if let Err(e) = remember(file, format, kind, stored, &mut intake) {
        intake.unreadable(&e, &file.display_path);
        return intake;
    }
    // An empty pipe holds no document, while an empty file is a document without text.
    if file.path.is_none() && plain.head.is_empty() && plain.error.is_none() {
        return intake;
    }
    let foreign = unsupported::by_content(&plain.head, named).map(|why| (Reason::Unsupported, why));
    let misnamed = || Some((Reason::BrokenCompression, misnamed(&plain, file)?.to_owned()));
    if let Some((reason, why)) = foreign.or_else(misnamed) {
        intake.skip(reason, &file.display_path, None, || why);
        return intake;
    }
    let error = match formats::reader(format) {
        _ if plain.head.is_empty() && plain.error.is_some() => plain.error,
        Some(read) => {
            let context = run.context(file, encoding, alone);
            let (part, error) = read(OpenFile { run, file, format, plain, stored, context });
            if let Some(source) = intake.sources.last_mut() {
                source.encoding = part.detected.or(encoding).map(Encoding::name);
            }
            intake.absorb(part);
            error
        }
        None => {
            intake.skip(Reason::NotBuiltIn, &file.display_path, None, || not_built_in(format));
            None
        }
    };
    if let Some(e) = error.filter(|_| !run.stopped()) {
        ended_early(&e, kind, file, &mut intake);
    }
    intake
}

/// Whether first bytes are those of a feed or a page.
fn is_feed_or_page(head: &[u8], encoding: Option<&'static Encoding>) -> bool {
    matches!(Format::of(None, head, encoding, &[]), Format::Feed | Format::Html)
}

/// The result of XML in a directory that is no article. What is broken may have been one.
fn neither_feed_nor_page(plain: &DecompressedStream, file: &InputFile) -> ReadResult {
    let mut intake = ReadResult::default();
    match &plain.error {
        Some(e) => ended_early(e, plain.kind, file, &mut intake),
        None => intake.skip(Reason::NoArticle, &file.display_path, None, || NO_FEED.into()),
    }
    intake
}

/// Counts an error that ended a file before its end.
fn ended_early(
    error: &io::Error,
    kind: Option<Compression>,
    file: &InputFile,
    intake: &mut ReadResult,
) {
    match kind {
        Some(kind) => intake.skip(Reason::BrokenCompression, &file.display_path, None, || {
            format!(
                "broken {} data ({error}); only what comes before it can be read: fetch or \
                 compress the file again",
                kind.name()
            )
        }),
        None => intake.unreadable(error, &file.display_path),
    }
}

fn not_built_in(format: Format) -> String {
    let (name, feature) = (format.name(), format.row().feature.unwrap_or_default());
    format!(
        "{name} files are not read: this program was built without the feature `{feature}`; build \
         it with it"
    )
}

/// Reads an archive that shows only once its first bytes are decompressed.
#[cfg(feature = "web")]
fn read_plain_archive(
    run: &Run,
    file: &InputFile,
    plain: DecompressedStream,
    layout: archive::Layout,
    stored: Option<&Arc<File>>,
    alone: bool,
) -> ReadResult {
    let all = Box::new(io::Cursor::new(plain.head).chain(plain.rest));
    let mut intake = read_archive(run, file, all, layout, stored, alone);
    if let Some(e) = plain.error.filter(|_| !run.stopped()) {
        intake.unreadable(&e, &file.display_path);
    }
    intake
}

/// Reads an archive from its stored bytes, member by member, so that a broken member affects no
/// other.
#[cfg(feature = "web")]
fn read_archive(
    run: &Run,
    file: &InputFile,
    raw: Box<dyn Read + Send + '_>,
    layout: archive::Layout,
    stored: Option<&Arc<File>>,
    alone: bool,
) -> ReadResult {
    let mut intake = ReadResult::default();
    match archive::open(raw, layout) {
        Err(e) => intake.unreadable(&e, &file.display_path),
        Ok((kind, mut records)) => {
            if let Err(e) = remember(file, layout.format(), kind, stored, &mut intake) {
                intake.unreadable(&e, &file.display_path);
                return intake;
            }
            if let Some(source) = intake.sources.last_mut() {
                source.encoding = run.encoding(file).map(Encoding::name);
            }
            let context = run.context(file, run.encoding(file), alone);
            intake
                .absorb(archive::read(&mut records, &context, &|| run.stopped()).finish(&context));
        }
    }
    intake
}

/// Adds the entry that describes a file that was read.
fn remember(
    file: &InputFile,
    format: Format,
    compression: Option<Compression>,
    stored: Option<&Arc<File>>,
    intake: &mut ReadResult,
) -> io::Result<()> {
    let meta = stored.map(|f| f.metadata()).transpose()?;
    intake.sources.push(ReadFile {
        path: file.path.clone(),
        display_path: file.display_path.clone(),
        input: file.input,
        relative: file.relative.clone(),
        format,
        compression,
        encoding: None,
        size: meta.as_ref().map_or(0, |m| m.len()),
        modified: meta.and_then(|m| m.modified().ok()).filter(|_| file.path.is_some()),
        ended_early: false,
        spool: stored.filter(|_| file.path.is_none()).cloned(),
    });
    Ok(())
}

/// The reason why a file with the extension of a compression is neither compressed nor text.
fn misnamed(plain: &DecompressedStream, file: &InputFile) -> Option<&'static str> {
    let parquet = plain.head.starts_with(b"PAR1");
    if !file.packed || plain.kind.is_some() || plain.error.is_some() || parquet {
        return None;
    }
    let text = std::str::from_utf8(&plain.head).map_or_else(|e| e.error_len().is_none(), |_| true);
    if plain.head.is_empty() {
        Some(EMPTY_PACKED)
    } else if !text || decode::binary(&plain.head, None) {
        Some(
            "named as compressed, but neither data of a compression nor text: fetch or compress \
             it again",
        )
    } else {
        None
    }
}

/// Counts bytes as they are read, and stops when the caller asks for it.
struct Counting<'a> {
    raw: Box<dyn Read + Send + 'a>,
    run: &'a Run<'a>,
    bytes: &'a AtomicU64,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.run.stopped() {
            return Err(io::Error::other("stopped"));
        }
        let n = self.raw.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        self.run.read(n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::InputOptions;
    use crate::ingest::compress::pack;
    use proptest::prelude::*;

    fn piped(bytes: &[u8], options: &InputOptions) -> ReadResult {
        let run = Run::new(options, &|_| true, None).unwrap();
        read_bytes(
            &run,
            &InputFile::stdin(0),
            Box::new(io::Cursor::new(bytes.to_vec())),
            None,
            false,
        )
    }

    fn ids(bytes: &[u8]) -> Vec<(String, String)> {
        piped(bytes, &InputOptions::default())
            .documents
            .into_iter()
            .map(|d| (d.info.id, d.text))
            .collect()
    }

    #[test]
    fn streams_are_sniffed() {
        let one = |id: &str, text: &str| vec![(id.to_owned(), text.to_owned())];
        assert_eq!(ids(b"{ is a brace"), one("-", "{ is a brace"));
        assert_eq!(ids(b"[link](x)"), one("-", "[link](x)"));
        assert_eq!(ids(b""), [], "an empty pipe holds no document");
        assert_eq!(ids(b"{\"text\":\"a\"}\n"), one("-", "a"));
        assert_eq!(ids(b" {\n\"text\": \"a\"\n}"), one("-", "a"));
        assert_eq!(ids(b"[{\"text\":\"a\"}]"), one("-:1", "a"));
        assert_eq!(
            ids(&pack(Compression::Gzip, b"\n{\"text\":\"a\"}\n[]\n{\"text\":\"b\"}"))[1].0,
            "-:4"
        );
        assert_eq!(ids(b"{\"text\":\"a\"}{\"text\":\"b\"}").len(), 2);
        let wide: Vec<u8> = "\u{feff}{\"text\":\"é\"}\n{\"text\":\"b\"}\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(ids(&wide)[0], ("-:1".to_owned(), "é".to_owned()));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            bytes in prop_oneof![
                any::<Vec<u8>>(),
                prop::collection::vec(prop::sample::select(&b"{}[]\":,;\\ud8text0-9.\n\r \
                    \xff\0"[..]), 0..60),
            ],
            format in prop::sample::select(Format::all().map(Some).chain([None])
                .collect::<Vec<_>>()),
            encoding in prop::sample::select(vec![None, Some("gb18030"), Some("utf-16le"),
                Some("iso-2022-jp")]),
            packed: bool,
        ) {
            let options = InputOptions { format, encoding: encoding.map(String::from),
                ..InputOptions::default() };
            let bytes = if packed { pack(Compression::Zstd, &bytes) } else { bytes };
            piped(&bytes, &options);
        }
    }
}
