//! Owns: the bytes of a file of records, decoded only as far as the search for record borders
//! requires. Never: finds the borders, or reads a record.

use crate::ingest::decode::{self, DecodedStream};
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::record::{Batch, Context};
use crate::ingest::utf8_stream::Utf8Stream;
use encoding_rs::{Encoding, UTF_8};
use std::io::{self, Read};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

/// Bytes of a decoded stream that the reader of a format gets as its head.
const HEAD: u64 = 64 << 10;

/// How the borders of records in a format are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Borders {
    /// By line breaks, which are one byte in every encoding but UTF-16.
    Lines,
    /// By quotes, delimiters and line breaks, whose bytes are parts of other characters only in
    /// encodings that do not include ASCII.
    #[cfg_attr(not(feature = "csv"), allow(dead_code, reason = "only tables have them"))]
    Ascii,
    /// By brackets and backslashes too, whose bytes are parts of characters in many encodings.
    Syntax,
}

/// The input of a reader: the first bytes, without byte-order mark, and a reader of the rest.
pub(super) struct RecordBytes<'a> {
    pub head: Vec<u8>,
    pub rest: Box<dyn Read + Send + 'a>,
    /// Whether something was replaced in the text that was decoded so far.
    pub damaged: Arc<AtomicBool>,
}

/// Reads the records of a file with `records`, which also returns the error that ended the stream
/// early.
pub(super) fn read(
    open: OpenFile,
    borders: Borders,
    records: impl FnOnce(RecordBytes, &Context) -> (Batch, Option<io::Error>),
) -> PartialRead {
    let OpenFile { plain, mut context, .. } = open;
    let declared = context.encoding;
    let wide = decode::is_utf16(&plain.head, declared);
    let mark = Encoding::for_bom(&plain.head);
    let mut single = declared.filter(|e| !wide && mark.is_none() && *e != UTF_8);
    let decoded = wide
        || single.is_some_and(|e| match borders {
            Borders::Lines => false,
            Borders::Ascii => !e.is_ascii_compatible(),
            Borders::Syntax => true,
        });
    let damaged = Arc::new(AtomicBool::new(false));
    let (mut head, mut rest, mut error) = (plain.head, plain.rest, plain.error);
    let found = Arc::<OnceLock<&'static Encoding>>::default();
    if declared.is_none() && mark.is_none() {
        let stored = Box::new(io::Cursor::new(head).chain(rest));
        rest = Box::new(Utf8Stream::new(stored, found.clone(), damaged.clone()));
        head = Vec::new();
        if let Err(e) = (&mut rest).take(HEAD).read_to_end(&mut head) {
            (error, rest) = (error.or(Some(e)), Box::new(io::empty()));
        }
    }
    let mut all_in = None;
    if decoded {
        all_in = mark.map(|(encoding, _)| encoding).or(declared);
        single = None;
        if let Some(encoding) = all_in {
            let stored = io::Cursor::new(head).chain(rest);
            rest = Box::new(DecodedStream::new(stored, encoding, damaged.clone()));
            head = Vec::new();
            if let Err(e) = (&mut rest).take(HEAD).read_to_end(&mut head) {
                (error, rest) = (error.or(Some(e)), Box::new(io::empty()));
            }
        }
    } else if error.is_some() && borders != Borders::Syntax {
        // The last line is incomplete.
        let end = memchr::memrchr(b'\n', &head).map_or(0, |at| at + 1);
        head.truncate(end);
    }
    if !decoded && head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    context.encoding = single;
    let (batch, late) = records(RecordBytes { head, rest, damaged }, &context);
    let found = found.get().copied();
    let handed = batch.handed;
    let mut intake = batch.finish(&context);
    let read = handed + intake.documents.len() as u64;
    intake.detected = found;
    if let Some(encoding) = all_in.or(single).or(found).filter(|_| read > 0) {
        intake.encodings.insert(encoding.name().into(), read);
    }
    (intake, error.or(late))
}
