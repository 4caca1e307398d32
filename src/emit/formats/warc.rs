//! Owns: the rewriting of archives: members that are kept are copied as they are stored, others are
//! written anew or left out. Never: interprets a page.
//!
//! The input is read twice: first to find the place of each record and the records that are removed
//! with it, then to copy.

use crate::emit::change::{Change, RemovedPart};
use crate::emit::compress::Compressor;
use crate::emit::error::Error;
use crate::emit::reopen::{broken, copy, stored_bytes};
use crate::emit::rewrite_input::{RewriteInput, Writer};
use crate::emit::sink::Sink;
use crate::ingest::Compression;
use crate::ingest::shared_file::SharedFile;
use crate::ingest::web::archive::{self, Layout, Members, Record};
use std::collections::HashSet;
use std::io::{self, Read, Write};
use xxhash_rust::xxh3::xxh3_64;

/// Bytes copied at a time.
const STEP: usize = 256 << 10;

/// The place of a record, and whether it is removed. Ids of records are kept as hashes, 0 for none.
#[derive(Default)]
struct Entry {
    /// The offset of the member in which the record begins.
    member: u64,
    /// The offset of the record in the plain bytes of that member.
    at: u64,
    /// `None`: the bytes are no record, and are copied.
    number: Option<u64>,
    goes: bool,
    /// Whether it is a request or a metadata record of the crawler, which is removed together with
    /// its response.
    companion: bool,
    id: u64,
    concurrent: Vec<u64>,
    /// The record that this one refers to as identical.
    refers: u64,
}

/// The facts about an input that are collected before it is copied.
struct Plan {
    entries: Vec<Entry>,
    layout: Layout,
    kind: Option<Compression>,
    dictionary: Option<Vec<u8>>,
}

/// An output that is one archive.
pub(super) struct Warc<'w> {
    sink: Sink<'w>,
    /// The compression of each member.
    to: Option<Compression>,
    /// Whether an input was written.
    begun: bool,
}

impl<'w> Warc<'w> {
    pub(super) fn new(sink: Sink<'w>, to: Option<Compression>) -> Warc<'w> {
        Warc { sink, to, begun: false }
    }
}

impl Writer for Warc<'_> {
    fn append(&mut self, job: &mut RewriteInput) -> Result<(), Error> {
        let (sink, to) = (&mut self.sink, self.to);
        let shared = stored_bytes(job.file)?;
        let plan = plan(job, &shared)?;
        let later = std::mem::replace(&mut self.begun, true);
        if later && plan.dictionary.is_some() && to == Some(Compression::Zstd) {
            return Err(Error::incompatible_input(job.file, "it has a zstd dictionary of its own"));
        }
        let (same, length) = (plan.kind == to, shared.length());
        let raw = |from: u64, to: u64, job: &RewriteInput, sink: &mut Sink| {
            copy(&mut shared.reader(from).take(to - from), job, sink)
        };
        let first = plan.entries.first().map_or(length, |entry| entry.member);
        if same && plan.kind.is_some() {
            // The dictionary, or other bytes before the first record.
            raw(0, first, job, sink)?;
        }
        let mut rest = &plan.entries[..];
        while let Some(start) = rest.first().map(|entry| entry.member) {
            let (unit, behind) = rest.split_at(rest.partition_point(|entry| entry.member == start));
            let end = behind.first().map_or(length, |entry| entry.member);
            let goes = unit.iter().filter(|entry| entry.goes).count();
            if same && goes == 0 {
                raw(start, end, job, sink)?;
            } else if goes < unit.len()
                || job.report_removals
                || unit.iter().any(|entry| entry.number.is_none())
            {
                let stored = Box::new(shared.reader(start).take(end - start));
                rewrite_members(
                    job,
                    Members::of(stored, plan.layout, plan.kind, plan.dictionary.clone()),
                    unit,
                    sink,
                    to,
                )?;
            }
            rest = behind;
        }
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.sink.finish()
    }
}

/// Reads an input to its end, and asks for the change of each record.
fn plan(job: &mut RewriteInput, shared: &SharedFile) -> Result<Plan, Error> {
    let layout = Layout::of(job.file.format).unwrap_or(Layout::Warc);
    let (kind, mut records) =
        archive::open(Box::new(shared.reader(0)), layout).map_err(|e| broken(job.file, &e))?;
    let dictionary = records.dictionary();
    let mut entries = Vec::new();
    while let Some(next) = records.next() {
        let entry = match next {
            Ok(record) => entry(&record, job)?,
            Err(broken) => Entry {
                member: broken.member,
                at: broken.at,
                number: broken.number,
                ..Entry::default()
            },
        };
        job.written.records += u64::from(entry.number.is_some());
        job.written.dropped += u64::from(entry.goes);
        entries.push(entry);
    }
    companions(&mut entries);
    revisits(&entries, job);
    job.written.kept =
        entries.iter().filter(|entry| entry.number.is_some() && !entry.goes).count() as u64;
    Ok(Plan { entries, layout, kind, dictionary })
}

fn entry(record: &Record, job: &RewriteInput) -> Result<Entry, Error> {
    let goes = match (job.change)(Some(record.number)) {
        Change::Keep => false,
        Change::Drop => true,
        Change::Cut(_) | Change::Annotate(_) => {
            return Err(Error::cannot_edit(job.file));
        }
    };
    let header = &record.header;
    Ok(Entry {
        member: record.member,
        at: record.at,
        number: Some(record.number),
        goes,
        companion: matches!(header.kind.as_str(), "request" | "metadata"),
        id: name(&header.id),
        concurrent: header.concurrent.iter().map(|id| name(id)).filter(|id| *id != 0).collect(),
        refers: if header.kind == "revisit" { name(&header.refers) } else { 0 },
    })
}

/// The hash of a record's id, for comparison.
fn name(id: &str) -> u64 {
    if id.is_empty() { 0 } else { xxh3_64(id.as_bytes()).max(1) }
}

/// Counts the records that are kept but refer to a removed record as identical.
fn revisits(entries: &[Entry], job: &mut RewriteInput) {
    let removed: HashSet<u64> =
        entries.iter().filter(|e| e.goes && e.id != 0).map(|e| e.id).collect();
    for entry in entries.iter().filter(|e| !e.goes && removed.contains(&e.refers)) {
        job.written.revisits += 1;
        if let Some(number) = entry.number.filter(|_| job.written.revisits <= 5) {
            job.written.revisits_at.push(format!("{}:{number}", job.file.display_path));
        }
    }
}

/// Marks requests and metadata records for removal if all their responses are removed.
fn companions(entries: &mut [Entry]) {
    let of = |goes: bool| -> HashSet<u64> {
        let those = entries.iter().filter(|e| e.number.is_some() && !e.companion && e.goes == goes);
        those
            .flat_map(|e| e.concurrent.iter().copied().chain([e.id]))
            .filter(|id| *id != 0)
            .collect()
    };
    let (removed, kept) = (of(true), of(false));
    for entry in entries.iter_mut().filter(|e| e.companion) {
        let names = |all: &HashSet<u64>| {
            all.contains(&entry.id) || entry.concurrent.iter().any(|id| all.contains(id))
        };
        entry.goes = names(&removed) && !names(&kept);
    }
}

/// Writes the kept records of one member, or of several that share a record, each as a member of
/// its own, and reports the removed ones.
fn rewrite_members(
    job: &mut RewriteInput,
    mut members: Members,
    unit: &[Entry],
    sink: &mut Sink,
    to: Option<Compression>,
) -> Result<(), Error> {
    members.next().map_err(|e| broken(job.file, &e))?;
    let mut at = 0;
    // Bytes before the first record of a member are no record.
    let lead = Entry::default();
    let lead = (unit[0].at > 0).then_some(&lead);
    let all: Vec<&Entry> =
        lead.into_iter().chain(unit).filter(|entry| entry.at != u64::MAX).collect();
    for (i, entry) in all.iter().enumerate() {
        let end = all.get(i + 1).map_or(u64::MAX, |next| next.at);
        let mut part = MemberPart { members: &mut members, left: end.saturating_sub(at), read: 0 };
        if !entry.goes {
            let mut out = Compressor::new(&mut *sink, to, 0).map_err(|e| job.failed(e))?;
            part.each(job, |bytes| out.write_all(bytes))?;
            out.finish().map_err(|e| job.failed(e))?;
        } else if job.report_removals && !entry.companion {
            let mut bytes = Vec::new();
            part.each(job, |more| {
                bytes.extend_from_slice(more);
                Ok(())
            })?;
            at += part.read;
            job.report_removed(entry.number, RemovedPart::Record(&bytes))?;
            continue;
        } else {
            part.each(job, |_| Ok(()))?;
        }
        at += part.read;
    }
    Ok(())
}

/// The plain bytes of a member up to the next record.
struct MemberPart<'p, 'a> {
    members: &'p mut Members<'a>,
    left: u64,
    read: u64,
}

impl MemberPart<'_, '_> {
    /// Passes all bytes on. Where the compression is broken, the first pass could not read more
    /// either.
    fn each(
        &mut self,
        job: &RewriteInput,
        mut each: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Error> {
        let mut buffer = vec![0; STEP.min(self.left.try_into().unwrap_or(STEP))];
        while self.left > 0 {
            let room = buffer.len().min(self.left.try_into().unwrap_or(usize::MAX));
            let n = match self.members.read(&mut buffer[..room]) {
                // A record may continue in the next member.
                Ok(0) if self.members.next().is_ok_and(|any| any) => continue,
                Ok(0) | Err(_) => break,
                Ok(n) => n,
            };
            (self.left, self.read) = (self.left - n as u64, self.read + n as u64);
            each(&buffer[..n]).map_err(|e| job.failed(e))?;
        }
        Ok(())
    }
}
