//! Owns: JSON that is no JSON Lines written again: an array, one object, objects in a row. Never: parses what a record holds.

use crate::emit::again::{self, encoded, exact};
use crate::emit::edit::{Edited, record};
use crate::emit::sink::Sink;
use crate::emit::{Begun, Change, Error, Job, Taken};
use crate::ingest::json::{Split, split};
use encoding_rs::Encoding;
use std::io::Write;
use std::ops::Range;

/// A file of records, and where they stand in it.
struct File<'t> {
    text: &'t str,
    encoding: Option<&'static Encoding>,
    records: Vec<(Option<u64>, Range<usize>)>,
}

/// Writes the records of an input.
pub(super) fn copy(job: &mut Job, begun: &mut Begun, sink: &mut Sink) -> Result<(), Error> {
    let apart = sink.begun() && !sink.at_line_start();
    let open = again::records(job, sink, true)?;
    let Some(text) = exact(&open.head, open.encoding) else {
        return damaged(&open.head, job, begun, sink);
    };
    let found = split(&text);
    let closed = begun.closing.as_ref().is_none_or(|closing| closing.trim_ascii_start().starts_with(b"]"));
    if begun.any && (begun.closing.is_some() != found.array || !closed) {
        return Err(Error::misfit(
            job.file,
            "it does not go on with the JSON before it: only arrays follow arrays, and objects objects",
        ));
    }
    let file = File { text: &text, encoding: open.encoding, records: places(&text, &found) };
    if found.array {
        file.elements(job, begun, sink)
    } else {
        if apart {
            file.put("\n", job, sink)?;
        }
        file.objects(job, sink)
    }
}

/// Writes a file with bytes that its encoding does not have. Its records were found where those are replaced, so it can only
/// be written as it is.
fn damaged(bytes: &[u8], job: &mut Job, begun: &mut Begun, sink: &mut Sink) -> Result<(), Error> {
    let text = String::from_utf8_lossy(bytes);
    let found = split(&text);
    let kept = |(number, _): (Option<u64>, _)| (job.change)(number) == Change::Keep;
    if begun.any || !places(&text, &found).into_iter().all(kept) {
        return Err(Error::input(job.file, "it holds bytes that its encoding does not have", "convert it to UTF-8"));
    }
    let seen = found.records.len() as u64;
    (job.written.records, job.written.kept) = (seen, seen);
    // Nothing can follow: the array is closed.
    begun.closing = found.array.then(Vec::new);
    sink.write_all(bytes).map_err(|e| Error::output(job.file, &e))
}

/// Where each record begins and ends: they are borrowed from the text, so that is where they point to.
fn places(text: &str, found: &Split) -> Vec<(Option<u64>, Range<usize>)> {
    let single = found.single();
    let place = |raw: &str| {
        let start = raw.as_ptr() as usize - text.as_ptr() as usize;
        start..start + raw.len()
    };
    found.records.iter().map(|(number, raw)| (Some(*number).filter(|_| !single), place(raw.get()))).collect()
}

impl File<'_> {
    fn put(&self, text: &str, job: &Job, sink: &mut Sink) -> Result<(), Error> {
        let failed = |e| Error::output(job.file, &e);
        match encoded(text, self.encoding) {
            Some(bytes) => sink.write_all(&bytes).map_err(failed),
            None => Err(failed(std::io::Error::other("a character that its encoding lacks"))),
        }
    }

    /// What becomes of a record: its new text, nothing if it goes.
    fn changed(&self, number: Option<u64>, raw: &str, ending: &str, job: &mut Job) -> Result<Option<Vec<u8>>, Error> {
        job.written.records += 1;
        let change = (job.change)(number);
        let same = |raw: &str| encoded(raw, self.encoding).map(|b| b.into_owned()).unwrap_or_default();
        if change == Change::Drop {
            job.written.dropped += 1;
            job.tell(number, Taken::Record(&same(&format!("{raw}{ending}"))))?;
            return Ok(None);
        }
        job.written.kept += 1;
        if change == Change::Keep {
            return Ok(Some(same(raw)));
        }
        match record(&same(raw), &change, job, self.encoding)? {
            Edited::Left => {
                job.written.left += 1;
                Ok(Some(same(raw)))
            }
            Edited::Done(new, gone) => {
                if matches!(change, Change::Cut(_)) {
                    job.tell_cut(number, &gone)?;
                }
                Ok(Some(new))
            }
        }
    }

    /// Writes the elements of an array; what stands between two stays before the second. The closing is held back.
    fn elements(&self, job: &mut Job, begun: &mut Begun, sink: &mut Sink) -> Result<(), Error> {
        let text = self.text;
        let open = text.find('[').map_or(0, |at| at + 1);
        if begun.closing.is_none() {
            self.put(&text[..open], job, sink)?;
        }
        let mut before = open;
        for (number, place) in &self.records {
            let between = &text[before..place.start];
            let new = self.changed(*number, &text[place.clone()], "", job)?;
            let first = std::mem::replace(&mut before, place.end) == open;
            let Some(new) = new else { continue };
            let lead = between.split_once(',').map_or(between, |(_, lead)| lead);
            match (begun.elements, first) {
                (true, false) => self.put(between, job, sink)?,
                (true, true) => {
                    self.put(",", job, sink)?;
                    self.put(if lead.is_empty() { "\n" } else { lead }, job, sink)?;
                }
                (false, _) => self.put(lead, job, sink)?,
            }
            sink.write_all(&new).map_err(|e| Error::output(job.file, &e))?;
            begun.elements = true;
        }
        let closing = &text[before..];
        let closing = if begun.elements || self.records.is_empty() { closing } else { closing.trim_start() };
        begun.closing = Some(encoded(closing, self.encoding).unwrap_or_default().into_owned());
        Ok(())
    }

    /// Writes objects in a row; one that goes takes its line break along.
    fn objects(&self, job: &mut Job, sink: &mut Sink) -> Result<(), Error> {
        let mut from = 0;
        for (number, place) in &self.records {
            let behind = &self.text[place.end..];
            let blank = behind.len() - behind.trim_start_matches([' ', '\t', '\r']).len();
            let ending = if behind[blank..].starts_with('\n') { &behind[..=blank] } else { "" };
            self.put(&self.text[from..place.start], job, sink)?;
            let raw = &self.text[place.clone()];
            from = place.end;
            match self.changed(*number, raw, ending, job)? {
                Some(new) => sink.write_all(&new).map_err(|e| Error::output(job.file, &e))?,
                None => from += ending.len(),
            }
        }
        self.put(&self.text[from..], job, sink)
    }
}
