//! Owns: the records of a web archive to documents: which of them are pages, and their ids. Never:
//! decides where a record ends.

use crate::ingest::address::host_of;
use crate::ingest::compress::Compression;
use crate::ingest::date;
use crate::ingest::decode;
use crate::ingest::field_names::ID;
use crate::ingest::fields::Fields;
use crate::ingest::format::Format;
use crate::ingest::input::InputOptions;
use crate::ingest::limits::DocumentLimit;
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
pub(crate) use crate::ingest::web::archive_layout::Layout;
use crate::ingest::web::archive_record::Broken;
pub(crate) use crate::ingest::web::archive_record::Record;
use crate::ingest::web::archive_records::{RECORD, Records};
use crate::ingest::web::http::{self, ContentKind};
#[cfg(feature = "emit")]
pub(crate) use crate::ingest::web::members::Members;
#[cfg(not(feature = "emit"))]
use crate::ingest::web::members::Members;
use crate::ingest::web::page::{self, PageContext};
#[cfg(feature = "emit")]
use crate::model::document::Document;
use crate::model::document::DocumentInfo;
use crate::model::page_read::PageRead;
use encoding_rs::Encoding;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// Bytes of record bodies that are collected before they are read in parallel.
const BATCH: usize = 8 << 20;

/// Records that are collected at most. Each may decompress to a page of 16 MiB, and their texts are
/// passed on together.
const COUNT: usize = 32;

/// Stored bytes that are examined where no name shows the format: more than the first block of
/// bzip2, or than a zstd dictionary and the first frame.
const LOOK: u64 = 2 << 20;

/// A record that may be a page.
struct Candidate {
    number: u64,
    target: String,
    date: String,
    /// Whether the record is text already, as in WET.
    text: bool,
    content_type: String,
    /// Whether the crawler cut the content short.
    truncated: bool,
    body: Option<Vec<u8>>,
}

/// Some records before their pages are read.
#[derive(Default)]
struct Gathered {
    candidates: Vec<Candidate>,
    broken: Vec<(Reason, Option<u64>, String)>,
    others: BTreeMap<&'static str, u64>,
}

/// The layout in which the stored bytes are to be read as an archive: because that is their format
/// or, where the format is unknown, because they are compressed archive data. Returns a stream of
/// all bytes as well: an archive is read from its beginning, by its members, so only a copy of the
/// first bytes is examined.
pub(crate) fn recognise<'a>(
    mut raw: Box<dyn Read + Send + 'a>,
    format: Option<Format>,
) -> (Option<Layout>, Box<dyn Read + Send + 'a>) {
    if let Some(format) = format {
        return (Layout::of(format), raw);
    }
    let mut first = Vec::new();
    let mut more = |count: u64| {
        (&mut raw)
            .take(count - first.len() as u64)
            .read_to_end(&mut first)
            .map(|_| Compression::of(&first))
    };
    // A read error occurs again when the rest is read.
    let packed = more(16).is_ok_and(|kind| kind.is_some()) && more(LOOK).is_ok();
    let layout = if packed { held(&first) } else { None };
    (layout, Box::new(io::Cursor::new(first).chain(raw)))
}

/// The layout of the archive whose first bytes stored bytes decompress to.
fn held(stored: &[u8]) -> Option<Layout> {
    // The layout does not matter before a member is broken.
    let mut members = Members::new(Box::new(stored), Layout::Warc).ok()?;
    let mut head = vec![0; 4 << 10];
    while let Ok(true) = members.next() {
        match members.read(&mut head) {
            // An empty member.
            Ok(0) => {}
            Ok(n) => return Layout::of(Format::of(None, &head[..n], None, &[])),
            Err(_) => return None,
        }
    }
    None
}

/// Opens an archive: its compression, and its records. Fails where its first bytes cannot be read.
pub(crate) fn open<'a>(
    raw: Box<dyn Read + Send + 'a>,
    layout: Layout,
) -> io::Result<(Option<Compression>, Records<'a>)> {
    let members = Members::new(raw, layout)?;
    Ok((members.kind, Records::new(members)))
}

/// Reads all pages. The next records are read while pages of the last batch are parsed.
///
/// Memory: two batches of records, each 8 MiB and at most one record of 64 MiB, and the
/// decompressed pages of the first batch: at most 32 of 16 MiB, usually some hundred KiB. The
/// memory of [`Records`] is in addition to this.
pub(crate) fn read(
    records: &mut Records,
    context: &Context,
    stopped: &(dyn Fn() -> bool + Sync),
) -> Batch {
    let mut all = Batch::default();
    all.intake.present[ID] = context.fields.id_is("url");
    let mut now = next_pages(records);
    while let Some(gathered) = now.take() {
        let take = || pages(&gathered, context);
        let (batch, next) = if context.parallel {
            rayon::join(take, || next_pages(records))
        } else {
            (take(), next_pages(records))
        };
        context.merge_part(&mut all, batch);
        now = next.filter(|_| !stopped());
    }
    all
}

/// The documents of the next records, without the problems of the others; `None` at the end.
#[cfg(feature = "emit")]
pub(crate) fn next(records: &mut Records, context: &Context) -> Option<Vec<Document>> {
    Some(pages(&next_pages(records)?, context).intake.documents)
}

/// The next records that may be pages; `None` at the end.
fn next_pages(records: &mut Records) -> Option<Gathered> {
    let (mut some, mut bytes) = (Gathered::default(), 0);
    let mut any = false;
    while bytes < BATCH && some.candidates.len() + some.broken.len() < COUNT {
        let Some(next) = records.next() else { break };
        any = true;
        match next {
            Ok(record) => match candidate(record) {
                Ok(candidate) => {
                    bytes += candidate.body.as_ref().map_or(0, Vec::len);
                    some.candidates.push(candidate);
                }
                Err(kind) => *some.others.entry(kind).or_default() += 1,
            },
            Err(Broken { number, why, packed, cut, .. }) => {
                let reason = match (packed, cut) {
                    (true, _) => Reason::BrokenCompression,
                    (false, true) => Reason::CutShort,
                    (false, false) => records.layout().bad_reason(),
                };
                some.broken.push((reason, number, why));
            }
        }
    }
    any.then_some(some)
}

/// Selects responses, and the texts of a WET file. Requests, metadata records of the crawler and
/// the like are no candidates; for these the error is their kind.
fn candidate(record: Record) -> Result<Candidate, &'static str> {
    let Record { number, header, body, .. } = record;
    let text = header.kind == "conversion";
    let typed = header.content_type.starts_with("application/http");
    let http = typed
        || header.content_type.is_empty()
            && body.as_ref().is_none_or(|body| body.starts_with(b"HTTP/"));
    let page = text || header.kind == "response" && http;
    if !page {
        let known = [
            "filedesc",
            "warcinfo",
            "request",
            "metadata",
            "revisit",
            "resource",
            "continuation",
            "response",
        ];
        let name = known.into_iter().find(|name| *name == header.kind);
        return Err(match name {
            Some("response") => "response without HTTP",
            name => name.unwrap_or("of another kind"),
        });
    }
    Ok(Candidate {
        number,
        target: header.target,
        date: header.date,
        text,
        content_type: header.content_type,
        truncated: header.truncated,
        body,
    })
}

fn pages(gathered: &Gathered, context: &Context) -> Batch {
    let mut all = context.each(&gathered.candidates, |candidate, batch| {
        if let Err((reason, why)) = document(candidate, context, batch) {
            let target: String = candidate.target.chars().take(200).collect();
            batch
                .intake
                .skip(reason, &context.path, Some(candidate.number), || format!("{target}: {why}"));
        }
    });
    all.intake.other_records = gathered.others.clone();
    for (reason, number, why) in &gathered.broken {
        all.intake.skip(*reason, &context.path, *number, || why.clone());
    }
    all
}

/// Reads the document of a record.
fn document(
    candidate: &Candidate,
    context: &Context,
    batch: &mut Batch,
) -> Result<(), (Reason, String)> {
    let Some(body) = &candidate.body else {
        return Err((
            Reason::PageTooLarge,
            format!("a record of more than {} MiB; it was passed over", RECORD >> 20),
        ));
    };
    let given = context.encoding;
    let (kind, bytes, header) = if candidate.text {
        let kind = http::kind(&candidate.content_type)?.unwrap_or(ContentKind::Text);
        (kind, body.clone(), None)
    } else {
        let payload = http::payload(body)?;
        (payload.kind, payload.bytes, payload.header)
    };
    let mut id = candidate.target.clone();
    let mut title = None;
    let read;
    let text = match kind {
        ContentKind::Html => {
            let (kind, truncated) = (context.page, candidate.truncated);
            let page = page::read(bytes, PageContext { given, header, kind, truncated })?;
            page.count(&context.path, Some(candidate.number), &mut batch.intake);
            (title, read) = (page.title().map(Into::into), Some(page.extent()));
            if let Some(url) = page.about.url.filter(|_| context.fields.id_is("url")) {
                id = url;
            }
            page.text
        }
        ContentKind::Text => {
            let part = || PageRead::part(0, &bytes);
            read = candidate.truncated.then(part);
            plain(bytes, given.or(header), batch)?
        }
    };
    if !context.limit.admits(text.len()) {
        return Err((Reason::TooLong, context.limit.text_message()));
    }
    if id.is_empty() {
        id = format!("{}:{}", context.path, candidate.number);
    }
    let source = host_of(&candidate.target).map(|host| batch.shared_source(host));
    let date = date::normalise(&candidate.date).map(Into::into);
    batch.intake.bad_dates += u64::from(date.is_none() && !candidate.date.is_empty());
    let (path, record) = (Some(context.path.clone()), Some(candidate.number));
    let info =
        DocumentInfo { id, title, source, date, path, record, read, ..DocumentInfo::default() };
    batch.intake.documents.push(info.with_text(text));
    Ok(())
}

fn plain(
    bytes: Vec<u8>,
    declared_encoding: Option<&'static Encoding>,
    batch: &mut Batch,
) -> Result<String, (Reason, String)> {
    if decode::binary(&bytes, declared_encoding) {
        return Err((Reason::NotAPage, "named as text, and none: a NUL in its first 8 KiB".into()));
    }
    let decoded = decode::decode(bytes, declared_encoding);
    if decoded.text.trim().is_empty() {
        return Err((Reason::EmptyPage, "a text without a word; it was skipped".into()));
    }
    batch.intake.decoded(decoded.encoding, decoded.replaced);
    Ok(decoded.text)
}

/// Reads an archive from bytes alone, under the path `-`: as WARC, unless the format is ARC. For
/// fuzzing; [`read`] does the same with files.
#[doc(hidden)]
pub fn records(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let context = Context::new(&fields, "-", DocumentLimit::of(options));
    let layout = options.format.and_then(Layout::of).unwrap_or(Layout::Warc);
    match open(Box::new(bytes), layout) {
        Ok((_, mut records)) => read(&mut records, &context, &|| false).finish(&context),
        Err(_) => ReadResult::default(),
    }
}
