//! Owns: the rewriting of JSON that is not JSON Lines: an array, one object, concatenated objects.
//! Never: parses the fields of a record.

use crate::emit::change::{Change, RemovedPart};
use crate::emit::edit::record;
use crate::emit::error::Error;
use crate::emit::reopen::{encoded, exact, records};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::formats::json_finder::split;
use encoding_rs::Encoding;
use std::io::{self, Write};
use std::ops::Range;

/// A file of records, and their byte ranges in it.
struct File<'t> {
    text: &'t str,
    encoding: Option<&'static Encoding>,
    records: Vec<(Option<u64>, Range<usize>)>,
}

/// An output that is one array, one object, or concatenated objects.
pub(super) struct Json<'w> {
    sink: Sink<'w>,
    /// Whether an input was written.
    begun: bool,
    /// The closing of an array, held back since more elements may follow.
    closing: Option<Vec<u8>>,
    /// Whether the array has an element.
    elements: bool,
}

impl<'w> Json<'w> {
    pub(super) fn new(sink: Sink<'w>) -> Json<'w> {
        Json { sink, begun: false, closing: None, elements: false }
    }

    /// Writes a file with bytes that are invalid in its encoding. Its records were found in a text
    /// in which those are replaced, so it can only be written unchanged.
    fn damaged(&mut self, bytes: &[u8], job: &mut RewriteInput, begun: bool) -> Result<(), Error> {
        let text = String::from_utf8_lossy(bytes);
        let found = split(&text);
        let kept = |(number, _): (Option<u64>, _)| (job.change)(number) == Change::Keep;
        if begun || !found.records.iter().cloned().all(kept) {
            return Err(Error::input(
                job.file,
                "it holds bytes that its encoding does not have",
                "convert it to UTF-8",
            ));
        }
        let seen = found.records.len() as u64;
        (job.written.records, job.written.kept) = (seen, seen);
        // The array is closed, so nothing can follow.
        self.closing = found.array.then(Vec::new);
        self.sink.write_all(bytes).map_err(|e| job.failed(e))
    }

    /// Writes the elements of an array; the bytes between two elements are kept before the second
    /// one. The closing is held back.
    fn elements(&mut self, file: &File, job: &mut RewriteInput) -> Result<(), Error> {
        let (text, sink) = (file.text, &mut self.sink);
        let open = text.find('[').map_or(0, |at| at + 1);
        if self.closing.is_none() {
            file.put(&text[..open], job, sink)?;
        }
        let mut before = open;
        for (number, place) in &file.records {
            let between = &text[before..place.start];
            let new = file.changed(*number, &text[place.clone()], "", job)?;
            let first = std::mem::replace(&mut before, place.end) == open;
            let Some(new) = new else { continue };
            let lead = between.split_once(',').map_or(between, |(_, lead)| lead);
            match (self.elements, first) {
                (true, false) => file.put(between, job, sink)?,
                (true, true) => {
                    file.put(",", job, sink)?;
                    file.put(if lead.is_empty() { "\n" } else { lead }, job, sink)?;
                }
                (false, _) => file.put(lead, job, sink)?,
            }
            sink.write_all(&new).map_err(|e| job.failed(e))?;
            self.elements = true;
        }
        // What follows an error in an array was not read.
        let closing = if job.drops_unread_end() { "]\n" } else { &text[before..] };
        let closing =
            if self.elements || file.records.is_empty() { closing } else { closing.trim_start() };
        self.closing = Some(encoded(closing, file.encoding).unwrap_or_default().into_owned());
        Ok(())
    }

    /// Writes concatenated objects; a removed one takes its line break along.
    fn objects(&mut self, file: &File, job: &mut RewriteInput) -> Result<(), Error> {
        let (text, sink) = (file.text, &mut self.sink);
        let mut from = 0;
        for (number, place) in &file.records {
            let behind = &text[place.end..];
            let blank = behind.len() - behind.trim_start_matches([' ', '\t', '\r']).len();
            let ending = if behind[blank..].starts_with('\n') { &behind[..=blank] } else { "" };
            file.put(&text[from..place.start], job, sink)?;
            from = place.end;
            match file.changed(*number, &text[place.clone()], ending, job)? {
                Some(new) => sink.write_all(&new).map_err(|e| job.failed(e))?,
                None => from += ending.len(),
            }
        }
        let end = if job.drops_unread_end() { "" } else { &text[from..] };
        file.put(end, job, sink)
    }
}

impl Writer for Json<'_> {
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        let apart = !self.sink.at_line_start();
        let begun = std::mem::replace(&mut self.begun, true);
        let open = records(job, &mut self.sink, true)?;
        let Some(text) = exact(&open.head, open.encoding) else {
            return self.damaged(&open.head, job, begun);
        };
        let found = split(&text);
        let closed = self
            .closing
            .as_ref()
            .is_none_or(|closing| closing.trim_ascii_start().starts_with(b"]"));
        if begun && (self.closing.is_some() != found.array || !closed) {
            return Err(Error::incompatible_input(
                job.file,
                "it does not go on with the JSON before it: only arrays follow arrays, and objects \
                 objects",
            ));
        }
        let file = File { text: &text, encoding: open.encoding, records: found.records };
        if found.array {
            return self.elements(&file, job);
        }
        if apart {
            file.put("\n", job, &mut self.sink)?;
        }
        self.objects(&file, job)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        let Json { mut sink, closing, .. } = *self;
        sink.write_all(&closing.unwrap_or_default())?;
        sink.finish()
    }
}

impl File<'_> {
    fn put(&self, text: &str, job: &RewriteInput, sink: &mut Sink) -> Result<(), Error> {
        let lacking = || io::Error::other("a character that its encoding lacks");
        let bytes = encoded(text, self.encoding).ok_or_else(lacking);
        bytes.and_then(|bytes| sink.write_all(&bytes)).map_err(|e| job.failed(e))
    }

    /// Applies the change of a record: its new text, or `None` if it is removed.
    fn changed(
        &self,
        number: Option<u64>,
        raw: &str,
        ending: &str,
        job: &mut RewriteInput,
    ) -> Result<Option<Vec<u8>>, Error> {
        job.written.records += 1;
        let change = (job.change)(number);
        let same =
            |raw: &str| encoded(raw, self.encoding).map(|b| b.into_owned()).unwrap_or_default();
        if change == Change::Drop {
            job.written.dropped += 1;
            job.report_removed(number, RemovedPart::Record(&same(&format!("{raw}{ending}"))))?;
            return Ok(None);
        }
        job.written.kept += 1;
        if change == Change::Keep {
            return Ok(Some(same(raw)));
        }
        let new = record(&same(raw), number, &change, job, self.encoding)?;
        Ok(Some(new.unwrap_or_else(|| same(raw))))
    }
}
