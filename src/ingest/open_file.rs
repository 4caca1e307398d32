//! Owns: what the reader of a format is given: one file, opened and decompressed, and what all
//! files of a call share. Never: what the bytes mean.

use crate::ingest::compress::DecompressedStream;
use crate::ingest::decode::known_encoding;
use crate::ingest::fields::Fields;
use crate::ingest::format::Format;
use crate::ingest::input::InputOptions;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Context, DocumentSink};
use crate::ingest::walk::InputFile;
use encoding_rs::Encoding;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What all files of a call share.
pub(super) struct Run<'a> {
    fields: Fields,
    /// The encoding that was named for all texts.
    pub encoding: Option<&'static Encoding>,
    /// The format that was named for all files.
    pub format: Option<Format>,
    /// Whether standard input is copied to where it can be read again.
    pub spool_stdin: bool,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    stop: AtomicBool,
    tap: Option<DocumentSink<'a>>,
}

impl<'a> Run<'a> {
    /// The error says which option allows no reading.
    pub fn new(
        options: &InputOptions,
        progress: &'a (dyn Fn(u64) -> bool + Sync),
        tap: Option<DocumentSink<'a>>,
    ) -> Result<Run<'a>, String> {
        let encoding = match options.encoding.as_deref() {
            Some(label) if !known_encoding(label) => {
                return Err(format!(
                    "not read: there is no encoding {label:?}; give a WHATWG label such as utf-8 \
                     or windows-1252"
                ));
            }
            label => label.and_then(|l| Encoding::for_label(l.as_bytes())),
        };
        let (fields, stop) = (Fields::new(options), AtomicBool::new(false));
        Ok(Run {
            fields,
            encoding,
            format: options.format,
            spool_stdin: options.spool_stdin,
            progress,
            stop,
            tap,
        })
    }

    /// Whether the caller said that it is enough.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells the caller of bytes that were read; answers whether to go on.
    pub fn read(&self, bytes: u64) -> bool {
        let on = (self.progress)(bytes);
        if !on {
            self.stop.store(true, Ordering::Relaxed);
        }
        on
    }

    /// What the records of a file share; `alone`: all threads may read it.
    pub fn context(&self, file: &InputFile, alone: bool) -> Context<'_> {
        let (encoding, tap) = (self.encoding, self.tap.filter(|_| alone));
        Context { encoding, parallel: alone, tap, ..Context::new(&self.fields, &file.shown) }
    }
}

/// One file on its way to the reader of its format.
pub(super) struct OpenFile<'a> {
    pub run: &'a Run<'a>,
    pub file: &'a InputFile,
    #[cfg_attr(not(feature = "csv"), allow(dead_code, reason = "only tables are of two formats"))]
    pub format: Format,
    /// Its bytes, decompressed.
    pub plain: DecompressedStream<'a>,
    /// Where its bytes, as they are stored, can be read at any place.
    #[cfg_attr(
        not(feature = "parquet"),
        allow(dead_code, reason = "Parquet is read at any place")
    )]
    pub stored: Option<&'a Arc<File>>,
    /// With the encoding that was named for all texts.
    pub context: Context<'a>,
}

/// What came of a file, and what ended it before its time.
pub(super) type PartialRead = (ReadResult, Option<io::Error>);
