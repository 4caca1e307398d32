//! Owns: the rewriting of files that are one text or one page. Never: files of records.

use crate::emit::change::{Change, RemovedPart};
use crate::emit::edit::{EditedText, remove_spans};
use crate::emit::error::Error;
use crate::emit::reopen::{all, copy, encoded, plain};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::compress::DecompressedStream;
use crate::ingest::decode;
use crate::ingest::front_matter::{is_markdown, split};
use encoding_rs::{Encoding, UTF_8};
use std::io::{self, Write};

/// An output that is one text, in the encoding of its input.
pub(super) struct Text<'w> {
    sink: Sink<'w>,
    /// Whether an input was written.
    begun: bool,
}

impl<'w> Text<'w> {
    pub(super) fn new(sink: Sink<'w>) -> Text<'w> {
        Text { sink, begun: false }
    }
}

impl Writer for Text<'_> {
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        if std::mem::replace(&mut self.begun, true) {
            return Err(Error::incompatible_input(job.file, "a text is a file of its own"));
        }
        job.written.records = 1;
        let change = (job.change)(None);
        if change == Change::Keep {
            // A text that is too long stays as well, and is not held.
            let DecompressedStream { head, mut rest, .. } = plain(job.file)?;
            job.written.kept = 1;
            self.sink.write_all(&head).map_err(|e| job.failed(e))?;
            return copy(&mut rest, job, &mut self.sink);
        }
        let bytes = all(job.file)?;
        if change == Change::Drop {
            job.written.dropped = 1;
            return job.report_removed(None, RemovedPart::Record(&bytes));
        }
        if job.file.format.row().kept_whole && change != Change::Keep {
            return Err(Error::cannot_edit(job.file));
        }
        job.written.kept = 1;
        let new = match &change {
            Change::Cut(spans) => {
                let decoded = decode::decode(bytes.clone(), job.encoding());
                let form = Encoding::for_label(decoded.encoding.as_bytes()).filter(|e| *e != UTF_8);
                let mark = Encoding::for_bom(&bytes).map_or(0, |(_, length)| length);
                // A part is cut only if the rest of the text can be written byte for byte as it
                // was.
                let exact =
                    encoded(&decoded.text, form).is_some_and(|again| *again == bytes[mark..]);
                let name = &job.file.display_path;
                let head = if is_markdown(name) { split(&decoded.text) } else { None };
                let (head, text) = decoded.text.split_at(head.map_or(0, |head| head.end));
                let cut = remove_spans(text, spans).filter(|_| exact);
                cut.and_then(|EditedText { kept, removed_parts }| {
                    let kept = encoded(&format!("{head}{kept}"), form)?.into_owned();
                    Some(([&bytes[..mark], &kept].concat(), removed_parts))
                })
            }
            _ => None,
        };
        match new {
            Some((_, ref removed_parts)) => job.report_cut(None, removed_parts)?,
            None => job.written.left = u64::from(change != Change::Keep),
        }
        let new = new.map_or(bytes, |(new, _)| new);
        self.sink.write_all(&new).map_err(|e| job.failed(e))
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}
