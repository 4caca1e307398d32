//! Owns: the input of a format's reader: one file, opened and decompressed, and the state that all
//! files of a call share. Never: interprets the bytes.

use crate::ingest::compress::DecompressedStream;
use crate::ingest::fields::Fields;
use crate::ingest::file_encoding::EncodingRules;
use crate::ingest::format::Format;
use crate::ingest::input::{InputOptions, OnError, TableOptions};
use crate::ingest::input_file::InputFile;
use crate::ingest::limits::DocumentLimit;
use crate::ingest::page_kind::PageKind;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Context, DocumentSink};
use crate::ingest::walk_filter::WalkFilter;
use encoding_rs::Encoding;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The state that all files of a call share.
pub(super) struct Run<'a> {
    fields: Fields,
    /// The encodings that the caller set.
    encodings: EncodingRules,
    /// The format that the caller set for all files.
    pub format: Option<Format>,
    /// What the caller set for tables.
    table: TableOptions,
    /// What web pages are read as.
    page: PageKind,
    /// The limit on one document.
    pub limit: DocumentLimit,
    /// Whether standard input is copied to a temporary file that can be read again.
    pub spool_stdin: bool,
    on_error: OnError,
    progress: &'a (dyn Fn(u64) -> bool + Sync),
    stop: AtomicBool,
    tap: Option<DocumentSink<'a>>,
}

impl<'a> Run<'a> {
    /// The error names the option that makes reading impossible.
    pub fn new(
        options: &InputOptions,
        progress: &'a (dyn Fn(u64) -> bool + Sync),
        tap: Option<DocumentSink<'a>>,
    ) -> Result<Run<'a>, String> {
        let encodings = EncodingRules::new(options).map_err(|why| format!("not read: {why}"))?;
        WalkFilter::new(options).map_err(|why| format!("not read: {why}"))?;
        let (fields, stop) = (Fields::new(options), AtomicBool::new(false));
        Ok(Run {
            fields,
            encodings,
            format: options.format,
            table: options.table,
            page: options.page,
            limit: DocumentLimit::of(options),
            spool_stdin: options.spool_stdin,
            on_error: options.on_error,
            progress,
            stop,
            tap,
        })
    }

    /// The encoding that the caller set for the texts of a file.
    pub fn encoding(&self, file: &InputFile) -> Option<&'static Encoding> {
        self.encodings.of(&file.display_path)
    }

    /// The names of the fields that are looked for.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }

    /// Ends the reading where inputs failed and [`OnError`] wants it; returns whether it does.
    pub fn stops_at(&self, failed: &ReadResult) -> bool {
        let stops = match self.on_error {
            OnError::StopIfNamed => failed.failed_named > 0,
            OnError::Stop => failed.failed(),
            OnError::Skip => false,
        };
        if stops {
            self.stop.store(true, Ordering::Relaxed);
        }
        stops
    }

    /// Whether the caller or a failing input stopped the reading.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Reports bytes that were read to the caller; returns whether to continue.
    pub fn read(&self, bytes: u64) -> bool {
        let on = (self.progress)(bytes);
        if !on {
            self.stop.store(true, Ordering::Relaxed);
        }
        on
    }

    /// The state that the records of a file in this encoding share. `alone`: all threads may read
    /// this file.
    pub fn context(
        &self,
        file: &InputFile,
        encoding: Option<&'static Encoding>,
        alone: bool,
    ) -> Context<'_> {
        let tap = self.tap.filter(|_| alone);
        Context {
            encoding,
            table: self.table,
            page: self.page,
            parallel: alone,
            sink: tap,
            ..Context::new(&self.fields, &file.display_path, self.limit)
        }
    }
}

/// One open file for the reader of its format.
pub(super) struct OpenFile<'a> {
    pub run: &'a Run<'a>,
    pub file: &'a InputFile,
    #[cfg_attr(not(feature = "csv"), allow(dead_code, reason = "only tables are of two formats"))]
    pub format: Format,
    /// The decompressed bytes of the file.
    pub plain: DecompressedStream<'a>,
    /// The stored file, for random access.
    #[cfg_attr(
        not(feature = "parquet"),
        allow(dead_code, reason = "Parquet is read at any place")
    )]
    pub stored: Option<&'a Arc<File>>,
    /// The context of the records. Its encoding is the one that the caller set, or UTF-16 that is
    /// recognised without a byte-order mark.
    pub context: Context<'a>,
}

/// The documents of a file, and the error that ended it early.
pub(super) type PartialRead = (ReadResult, Option<io::Error>);
