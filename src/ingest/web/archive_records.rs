//! Owns: the records of an archive, one after the other, and the search for the next record after a
//! faulty one. Never: interprets the page in a record.

use crate::ingest::web::archive_layout::Layout;
use crate::ingest::web::archive_record::{Broken, Record};
use crate::ingest::web::members::Members;
use std::io;

/// The size of a record's own header in bytes at most.
const HEADER: usize = 256 << 10;

/// The bytes of a record that are kept in memory at most; a longer record is skipped, since no page
/// is as long. Memory holds this much and at most as much again after it.
pub(crate) const RECORD: u64 = 64 << 20;

/// The bytes of empty lines between two records from which they are reported.
const BLANK: u64 = 16 << 10;

/// Bytes read at a time.
const STEP: usize = 128 << 10;

/// The records of an archive.
pub(crate) struct Records<'a> {
    members: Members<'a>,
    layout: Layout,
    /// The plain bytes of the open member.
    buffer: Vec<u8>,
    at: usize,
    /// The offset of the buffer in the member.
    base: u64,
    inside: bool,
    /// The offset of the member; of members that share a record, that of the first.
    start: u64,
    /// The first bytes of the next member once it was opened, or the error that prevents reading
    /// it.
    next: Option<(Vec<u8>, Option<io::Error>)>,
    /// Whether the buffer reaches the end of the member.
    ended: bool,
    /// An error of the compression, reported when the bytes read before it are used up.
    error: Option<io::Error>,
    number: u64,
}

impl<'a> Records<'a> {
    pub(crate) fn new(members: Members<'a>) -> Records<'a> {
        Records {
            layout: members.layout,
            members,
            buffer: Vec::new(),
            at: 0,
            base: 0,
            inside: false,
            start: 0,
            next: None,
            ended: false,
            error: None,
            number: 0,
        }
    }

    /// How the records are laid out.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// The dictionary that zstd members share.
    #[cfg(feature = "emit")]
    pub(crate) fn dictionary(&self) -> Option<Vec<u8>> {
        self.members.dictionary.clone()
    }

    /// The next record, or a broken one in its place; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Result<Record, Broken>> {
        loop {
            if !self.inside {
                let next = self.next.take().map_or_else(
                    || self.members.next().map(|any| any.then(Default::default)),
                    |next| Ok(Some(next)),
                );
                match next {
                    Ok(None) => return None,
                    Ok(Some((first, error))) => self.enter(first, error),
                    Err(e) => {
                        self.members.find();
                        return Some(Err(self.unpacked(&e)));
                    }
                }
            }
            self.forget();
            let at = self.place();
            let blank = self.skip_blank();
            if blank > BLANK {
                return Some(Err(self.junk(&format!("{blank} bytes of empty lines"), at)));
            }
            if self.at < self.buffer.len() {
                return Some(self.record().map_err(|broken| self.explained(broken)));
            }
            self.inside = false;
            if let Some(e) = self.error.take() {
                self.members.find();
                return Some(Err(self.unpacked(&e)));
            }
        }
    }

    /// A record cut short by broken compression is one fault, not two.
    fn explained(&mut self, broken: Broken) -> Broken {
        match self.error.take_if(|_| self.at == self.buffer.len()) {
            None => broken,
            Some(e) => {
                self.members.find();
                Broken { number: broken.number, at: broken.at, ..self.unpacked(&e) }
            }
        }
    }

    fn enter(&mut self, first: Vec<u8>, error: Option<io::Error>) {
        (self.inside, self.ended, self.at, self.base, self.start) =
            (true, error.is_some(), 0, 0, self.members.start);
        (self.buffer, self.error) = (first, error);
    }

    fn unpacked(&self, error: &io::Error) -> Broken {
        let kind = self.members.kind.map_or("data", |kind| kind.name());
        let why = format!(
            "broken {kind} member ({error}); it was skipped, and reading went on where a next \
             record begins"
        );
        Broken { number: None, why, packed: true, cut: false, member: self.start, at: u64::MAX }
    }

    /// The offset of the next byte in the member.
    fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Drops used bytes once they are at least half of the buffer, so that each byte is moved only
    /// once on average.
    fn forget(&mut self) {
        if self.at >= self.buffer.len() - self.at {
            self.base = self.place();
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    /// Reads until `count` bytes follow the current position; returns whether they do. Where a
    /// member ends inside a record, and the next member does not begin with a record, reading
    /// continues in that member.
    fn want(&mut self, count: usize) -> bool {
        while !self.fill(count) {
            if self.error.is_some() || self.next.is_some() || !self.continues_in_next_member() {
                return false;
            }
        }
        true
    }

    /// Opens the next member, and appends it to this one unless it begins with a record.
    fn continues_in_next_member(&mut self) -> bool {
        let (mut first, mut read) = (vec![0; STEP], 0);
        let opened = match self.members.next() {
            Ok(false) => return false,
            other => other,
        };
        self.ended = false;
        let mut error = opened.err();
        while error.is_none() && self.layout.begins(&first[..read]).is_none() && !self.ended {
            match self.members.read(&mut first[read..]) {
                Ok(n) => (read, self.ended) = (read + n, n == 0),
                Err(e) => error = Some(e),
            }
        }
        first.truncate(read);
        let on = error.is_none() && self.layout.begins(&first) != Some(true);
        if on {
            self.buffer.extend(first);
        } else {
            (self.next, self.ended) = (Some((first, error)), true);
        }
        on
    }

    /// Reads until `count` bytes follow the current position, within the member.
    fn fill(&mut self, count: usize) -> bool {
        while self.buffer.len() - self.at < count && !self.ended {
            let before = self.buffer.len();
            self.buffer.resize(before + STEP, 0);
            let read = self.members.read(&mut self.buffer[before..]);
            self.buffer.truncate(before + read.as_ref().map_or(0, |n| *n));
            self.ended = matches!(read, Ok(0) | Err(_));
            self.error = read.err();
        }
        self.buffer.len() - self.at >= count
    }

    /// Skips line breaks, and returns the number of bytes skipped. None of them are kept in memory.
    fn skip_blank(&mut self) -> u64 {
        let from = self.place();
        while self.fill(1) {
            self.at +=
                self.buffer[self.at..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
            if self.at < self.buffer.len() {
                break;
            }
            self.forget();
        }
        self.place() - from
    }

    /// Reads the record at the current position, or reports that there is none.
    fn record(&mut self) -> Result<Record, Broken> {
        let start = self.at;
        let begins = self.begins_here();
        let begun = begins != Some(false);
        let (member, at) = (self.start, self.place());
        let end = match if begins == Some(true) { self.header_end() } else { Err(start + 1) } {
            Ok(end) => end,
            Err(behind) => {
                self.resync(behind);
                let passed = self.place() - at;
                let junk = self.junk(&format!("{passed} bytes that are no record"), at);
                return Err(junk.cut_short(begun && self.is_over()));
            }
        };
        self.number += 1;
        let (header, named) =
            (self.layout.header(&self.buffer[start..end]), self.layout.length_name());
        let Some(length) = header.length else {
            self.resync(end);
            return Err(self.broken(&format!("it has no {named} that is a number"), at));
        };
        self.at = end;
        if length > RECORD {
            return match self.pass_over(self.place().saturating_add(length)) {
                true => Ok(Record { number: self.number, header, body: None, member, at }),
                false if self.at == self.buffer.len() => {
                    Err(self.broken("it is cut short", at).cut_short(self.is_over()))
                }
                false => Err(self.broken(&format!("its {named} is wrong"), at)),
            };
        }
        let length = length as usize;
        let whole = self.want(length);
        let behind = (end + length).min(self.buffer.len());
        if whole && self.ends(end, behind) {
            let body = Some(self.buffer[end..behind].to_vec());
            self.at = behind;
            return Ok(Record { number: self.number, header, body, member, at });
        }
        let missing = length - (behind - end);
        self.resync(end);
        Err(match whole {
            false => self.broken(&format!("it is cut short, {missing} bytes are missing"), at),
            true => self.broken(&format!("its {named} is wrong"), at),
        }
        .cut_short(!whole && self.is_over()))
    }

    /// Whether a record begins at the current position; `None` where the archive ends before that
    /// can be told.
    fn begins_here(&mut self) -> Option<bool> {
        loop {
            let there = &self.buffer[self.at..];
            let (begins, count) = (self.layout.begins(there), there.len());
            if begins.is_some() || !self.want(count + 1) {
                return begins;
            }
        }
    }

    /// Whether a body between two offsets is complete: line breaks follow it, and then the next
    /// record or nothing. If something else follows as many line breaks as end a record, this one
    /// is not at fault, unless another one begins inside it: then its length is wrong.
    fn ends(&mut self, from: usize, behind: usize) -> bool {
        let ahead = self.layout.lookahead();
        self.fill(behind - self.at + ahead);
        let there = &self.buffer[behind..self.buffer.len().min(behind + ahead)];
        let blank = there.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let (breaks, next) = there.split_at(blank);
        self.layout.begins(next) != Some(false)
            || self.layout.ends_before(memchr::memchr_iter(b'\n', breaks).count(), next)
                && self.layout.find(&self.buffer[from..behind]).is_none()
    }

    /// Whether the archive ends here.
    fn is_over(&self) -> bool {
        self.at == self.buffer.len() && self.next.is_none()
    }

    /// Reports bytes from this offset on that belong to no record.
    fn junk(&self, what: &str, at: u64) -> Broken {
        let place = if self.number == 0 {
            "at the beginning".into()
        } else {
            format!("behind record {}", self.number)
        };
        let why = format!("{what} stand {place}; they were skipped");
        Broken { number: None, why, packed: false, cut: false, member: self.start, at }
    }

    fn broken(&self, why: &str, at: u64) -> Broken {
        let why = format!("{why}; the record was skipped: fetch or write the archive again");
        Broken { number: Some(self.number), why, packed: false, cut: false, member: self.start, at }
    }

    /// Finds the end of the header that begins here, after its empty line. If there is none, the
    /// error is an offset: up to there no header that begins earlier ends either, so that no byte
    /// is scanned again for each of many beginnings.
    fn header_end(&mut self) -> Result<usize, usize> {
        let start = self.at;
        let mut line = start;
        while line - start <= HEADER {
            let Some(end) = memchr::memchr(b'\n', &self.buffer[line..]).map(|at| line + at + 1)
            else {
                let have = self.buffer.len() - start;
                if have <= HEADER && self.want(have + 1) {
                    continue;
                }
                break;
            };
            match &self.buffer[line..end] {
                _ if self.layout.has_one_line() => return Ok(end),
                _ if line == start => {}
                b"\n" | b"\r\n" => return Ok(end),
                [b' ' | b'\t', ..] => {}
                field if field.contains(&b':') && self.layout.find(field).is_none() => {}
                _ => break,
            }
            line = end;
        }
        Err(line.max(start + 1))
    }

    /// Whether the header between two offsets says how long its record is.
    fn has_length(&self, from: usize, behind: usize) -> bool {
        self.layout.header(&self.buffer[from..behind]).length.is_some()
    }

    /// Moves to the next beginning of a record, or to the end of the member.
    fn resync(&mut self, from: usize) {
        self.at = from;
        self.seek(u64::MAX);
    }

    /// Moves to the next beginning of a record, to `limit` or to the end of the member, whichever
    /// comes first. Bytes that were searched are dropped.
    fn seek(&mut self, limit: u64) {
        loop {
            let room = usize::try_from(limit - self.place()).unwrap_or(usize::MAX);
            let there = &self.buffer[self.at..];
            if let Some(at) = self.layout.find(there).filter(|at| *at < room) {
                self.at += at;
                return;
            }
            // The end of the buffer may be a part of a first line.
            self.at += there.len().saturating_sub(self.layout.longest_line() - 1).min(room);
            self.forget();
            let have = self.buffer.len() - self.at;
            if self.place() == limit || !self.want(have + 1) {
                self.at += have.min(usize::try_from(limit - self.place()).unwrap_or(usize::MAX));
                return;
            }
        }
    }

    /// Skips a body that is too long to be kept in memory, up to `end`. If something in it looks
    /// like the header of a record, the length is taken as wrong, unless the next record or nothing
    /// follows at an end close enough to be seen: then the result is `false`, and that record is
    /// next.
    fn pass_over(&mut self, end: u64) -> bool {
        loop {
            self.seek(end);
            if self.place() == end || self.at == self.buffer.len() {
                return self.place() == end;
            }
            let start = self.at;
            let behind = match self.header_end() {
                Ok(behind) if self.has_length(start, behind) => {
                    let left = end - self.place();
                    let fits = left <= RECORD
                        && self.want(left as usize)
                        && self.ends(start, start + left as usize);
                    self.at += if fits { left as usize } else { 0 };
                    return fits;
                }
                Ok(behind) | Err(behind) => behind,
            };
            self.at = behind
                .min(start.saturating_add((end - self.place()).try_into().unwrap_or(usize::MAX)));
        }
    }
}
