//! Owns: the bytes of a file of records, decoded only as far as the search for record borders
//! requires. Never: finds the borders, or reads a record.

use crate::ingest::decode;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use encoding_rs::{Encoding, UTF_8};
use std::io::{self, Read};

/// How the borders of records in a format are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Borders {
    /// By line breaks, which are one byte in every encoding but UTF-16.
    Lines,
    /// By ASCII characters, whose bytes are parts of other characters in some encodings.
    Ascii,
    /// By parsing the whole file.
    Whole,
}

/// The input of a reader: the first bytes, without byte-order mark, and a reader of the rest.
pub(super) struct RecordBytes<'a> {
    pub head: Vec<u8>,
    pub rest: Box<dyn Read + Send + 'a>,
    /// Whether the decoder replaced something while it decoded the whole file.
    pub damaged: bool,
}

/// Reads the records of a file with `records`, which also returns the error that ended the stream
/// early.
pub(super) fn read(
    open: OpenFile,
    borders: Borders,
    records: impl FnOnce(RecordBytes, &Context) -> (Batch, Option<io::Error>),
) -> PartialRead {
    let OpenFile { run, file, plain, mut context, .. } = open;
    let wide = decode::is_utf16(&plain.head, run.encoding);
    let marked = Encoding::for_bom(&plain.head).is_some();
    let mut single = run.encoding.filter(|e| !wide && !marked && *e != UTF_8);
    let decoded =
        wide || (borders == Borders::Ascii && single.is_some_and(|e| !e.is_ascii_compatible()));
    let mut bytes = RecordBytes { head: Vec::new(), rest: Box::new(io::empty()), damaged: false };
    let error;
    let mut all_in = None;
    if decoded || borders == Borders::Whole {
        (bytes.head, error) = plain.all(file.size, u64::MAX);
        if run.stopped() {
            return (ReadResult::default(), error);
        }
        if decoded {
            let text = decode::decode(bytes.head, run.encoding);
            all_in = Encoding::for_label(text.encoding.as_bytes());
            (bytes.head, bytes.damaged) = (text.text.into_bytes(), text.replaced);
            single = None;
        }
    } else {
        (bytes.head, bytes.rest, error) = (plain.head, plain.rest, plain.error);
        if error.is_some() {
            // The last line is incomplete.
            let end = memchr::memrchr(b'\n', &bytes.head).map_or(0, |at| at + 1);
            bytes.head.truncate(end);
        }
    }
    if !decoded && bytes.head.starts_with(b"\xef\xbb\xbf") {
        bytes.head.drain(..3);
    }
    context.encoding = single;
    let (batch, late) = records(bytes, &context);
    let handed = batch.handed;
    let mut intake = batch.finish(&context);
    let read = handed + intake.documents.len() as u64;
    if let Some(encoding) = all_in.or(single).filter(|_| read > 0) {
        intake.encodings.insert(encoding.name().into(), read);
    }
    (intake, error.or(late))
}
