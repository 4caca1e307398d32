//! Owns: files that are one text or one page, written again as they are. Never: records.

use crate::emit::again::{self, encoded};
use crate::emit::edit::{self, Cut};
use crate::emit::sink::Sink;
use crate::emit::{Begun, Change, Error, Job, Taken};
use crate::ingest::{Format, decode};
use encoding_rs::{Encoding, UTF_8};
use std::io::Write;

/// Writes a text in the encoding it has.
pub(super) fn copy(job: &mut Job, begun: &Begun, sink: &mut Sink) -> Result<(), Error> {
    if begun.any {
        return Err(Error::misfit(job.file, "a text is a file of its own"));
    }
    let bytes = again::all(job.file)?;
    job.written.records = 1;
    let change = (job.change)(None);
    if change == Change::Drop {
        job.written.dropped = 1;
        return job.tell(None, Taken::Record(&bytes));
    }
    if job.file.format == Format::Html && change != Change::Keep {
        return Err(Error::input(job.file, "nothing can be cut out of a page or added to it", "remove whole pages only"));
    }
    job.written.kept = 1;
    let new = match &change {
        Change::Cut(spans) => {
            let decoded = decode::decode(bytes.clone(), job.encoding());
            let form = Encoding::for_label(decoded.encoding.as_bytes()).filter(|e| *e != UTF_8);
            let mark = Encoding::for_bom(&bytes).map_or(0, |(_, length)| length);
            // Only where the text can be written as it stood is a part of it left out.
            let exact = encoded(&decoded.text, form).is_some_and(|again| *again == bytes[mark..]);
            let cut = edit::cut(&decoded.text, spans).filter(|_| exact);
            cut.and_then(|Cut { kept, gone }| Some(([&bytes[..mark], &encoded(&kept, form)?].concat(), gone)))
        }
        _ => None,
    };
    match new {
        Some((_, ref gone)) => job.tell_cut(None, gone)?,
        None => job.written.left = u64::from(change != Change::Keep),
    }
    let new = new.map_or(bytes, |(new, _)| new);
    sink.write_all(&new).map_err(|e| Error::output(job.file, &e))
}
