//! Owns: records of an archive, one after the other, and where the next one is when one is wrong.
//! Never: what a record's page says.

use crate::ingest::web::members::Members;
use crate::ingest::web::warc_header::{Header, LINE, START, begin, header};
use std::io;

/// Bytes of a record's own header at most.
const HEADER: usize = 256 << 10;

/// Bytes of a record that are held; a longer one is passed over. No page is as long. Resident are
/// this much and what is behind, at most as much again.
pub(crate) const RECORD: u64 = 64 << 20;

/// Bytes of empty lines that may stand between two records before it is said.
const BLANK: u64 = 16 << 10;

/// Bytes looked at behind a record, for the next one.
const SIGHT: usize = 64;

/// Bytes read at a time.
const STEP: usize = 128 << 10;

/// A record.
#[derive(Debug)]
// Places are for writing again.
#[cfg_attr(not(feature = "emit"), allow(dead_code))]
pub(crate) struct Record {
    /// Counted from 1, over all records whose header could be read.
    pub(crate) number: u64,
    pub(crate) header: Header,
    /// What follows the header; nothing where it is longer than [`RECORD`].
    pub(crate) body: Option<Vec<u8>>,
    /// Where the member begins that holds it.
    pub(crate) member: u64,
    /// Where it begins in the plain bytes of that member.
    pub(crate) at: u64,
}

/// Something that is no record, or a broken one.
#[derive(Debug)]
// Places are for writing again.
#[cfg_attr(not(feature = "emit"), allow(dead_code))]
pub(crate) struct Broken {
    /// Its number, where it has one.
    pub(crate) number: Option<u64>,
    pub(crate) why: String,
    /// Whether it is the compression that is broken.
    pub(crate) packed: bool,
    /// The member it stands in, and its place there as of a [`Record`]; the greatest number where
    /// nothing of it can be read.
    pub(crate) member: u64,
    pub(crate) at: u64,
}

/// The records of an archive.
pub(crate) struct Records<'a> {
    members: Members<'a>,
    /// Plain bytes of the open member.
    buffer: Vec<u8>,
    at: usize,
    /// Where the buffer begins in the member.
    base: u64,
    inside: bool,
    /// Where the member begins; of those that go on with one another, the first.
    start: u64,
    /// The first bytes of the next member, once it was opened, or why it cannot be read.
    next: Option<(Vec<u8>, Option<io::Error>)>,
    /// Whether all plain bytes of the member are in the buffer.
    ended: bool,
    /// Broken compression, told when what was read before it is used up.
    error: Option<io::Error>,
    number: u64,
}

impl<'a> Records<'a> {
    pub(crate) fn new(members: Members<'a>) -> Records<'a> {
        let (buffer, next) = (Vec::new(), None);
        Records {
            members,
            buffer,
            at: 0,
            base: 0,
            inside: false,
            start: 0,
            next,
            ended: false,
            error: None,
            number: 0,
        }
    }

    /// The words that zstd members share.
    #[cfg(feature = "emit")]
    pub(crate) fn dictionary(&self) -> Option<Vec<u8>> {
        self.members.dictionary.clone()
    }

    /// The next record, or what stands in its place; nothing at the end.
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

    /// What is cut short by broken compression is one fault, not two.
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
        Broken { number: None, why, packed: true, member: self.start, at: u64::MAX }
    }

    /// Where the next byte stands in the member.
    fn place(&self) -> u64 {
        self.base + self.at as u64
    }

    /// Lets go of what was read, once it is at least half of what is held: so each byte is moved
    /// once, whatever stands in it.
    fn forget(&mut self) {
        if self.at >= self.buffer.len() - self.at {
            self.base = self.place();
            self.buffer.drain(..self.at);
            self.at = 0;
        }
    }

    /// Reads until this many bytes are there, from the current place on; says whether they are.
    /// Where a member ends inside a record, and the next does not begin as one does, they go on
    /// there.
    fn want(&mut self, count: usize) -> bool {
        while !self.fill(count) {
            if self.error.is_some() || self.next.is_some() || !self.goes_on() {
                return false;
            }
        }
        true
    }

    /// Opens the next member, and takes it as a part of this one unless it begins as a record does.
    fn goes_on(&mut self) -> bool {
        let (mut first, mut read) = (vec![0; STEP], 0);
        let opened = match self.members.next() {
            Ok(false) => return false,
            other => other,
        };
        self.ended = false;
        let mut error = opened.err();
        while error.is_none() && read < START.len() && !self.ended {
            match self.members.read(&mut first[read..]) {
                Ok(n) => (read, self.ended) = (read + n, n == 0),
                Err(e) => error = Some(e),
            }
        }
        first.truncate(read);
        let on = error.is_none() && !first.starts_with(START);
        if on {
            self.buffer.extend(first);
        } else {
            (self.next, self.ended) = (Some((first, error)), true);
        }
        on
    }

    /// The same within a member.
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

    /// Passes over line breaks, and says over how many bytes. None of them are held.
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

    /// What begins here: a record or not.
    fn record(&mut self) -> Result<Record, Broken> {
        let start = self.at;
        let begins = self.want(8) && self.buffer[start..].starts_with(START);
        let (member, at) = (self.start, self.place());
        let end = match if begins { self.header_end() } else { Err(start + 1) } {
            Ok(end) => end,
            Err(behind) => {
                self.resync(behind);
                let passed = self.place() - at;
                return Err(self.junk(&format!("{passed} bytes that are no record"), at));
            }
        };
        self.number += 1;
        let header = header(&self.buffer[start..end]);
        let Some(length) = header.length else {
            self.resync(end);
            return Err(self.broken("it has no Content-Length that is a number", at));
        };
        self.at = end;
        if length > RECORD {
            return match self.pass_over(self.place().saturating_add(length)) {
                true => Ok(Record { number: self.number, header, body: None, member, at }),
                false if self.at == self.buffer.len() => Err(self.broken("it is cut short", at)),
                false => Err(self.broken("its Content-Length is wrong", at)),
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
            true => self.broken("its Content-Length is wrong", at),
        })
    }

    /// Whether a body from here to there is one: line breaks follow, and then the next record or
    /// nothing. Where something else follows two line breaks, that is no fault of this record,
    /// unless another begins inside it: then its length is wrong.
    fn ends(&mut self, from: usize, behind: usize) -> bool {
        self.fill(behind - self.at + SIGHT);
        let there = &self.buffer[behind..self.buffer.len().min(behind + SIGHT)];
        let blank = there.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let (breaks, next) = there.split_at(blank);
        let begins = next.iter().zip(START).all(|(x, y)| x == y);
        begins
            || memchr::memchr_iter(b'\n', breaks).count() > 1
                && begin(&self.buffer[from..behind]).is_none()
    }

    /// Bytes from this place on that are none of a record's.
    fn junk(&self, what: &str, at: u64) -> Broken {
        let place = if self.number == 0 {
            "at the beginning".into()
        } else {
            format!("behind record {}", self.number)
        };
        let why = format!("{what} stand {place}; they were skipped");
        Broken { number: None, why, packed: false, member: self.start, at }
    }

    fn broken(&self, why: &str, at: u64) -> Broken {
        let why = format!("{why}; the record was skipped: fetch or write the archive again");
        Broken { number: Some(self.number), why, packed: false, member: self.start, at }
    }

    /// Where the header that begins here ends, behind its empty line. Where none ends here, as an
    /// error: how far that is known, of any header that begins before; so nothing is looked at for
    /// each of many beginnings.
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
                _ if line == start => {}
                b"\n" | b"\r\n" => return Ok(end),
                [b' ' | b'\t', ..] => {}
                field if field.contains(&b':') && begin(field).is_none() => {}
                _ => break,
            }
            line = end;
        }
        Err(line.max(start + 1))
    }

    /// Goes to the next place at which a record begins, or to the end of the member.
    fn resync(&mut self, from: usize) {
        self.at = from;
        self.seek(u64::MAX);
    }

    /// Goes to the next place at which a record begins, to this place or to the end of the member,
    /// whichever comes first. What was looked at is not held.
    fn seek(&mut self, limit: u64) {
        loop {
            let room = usize::try_from(limit - self.place()).unwrap_or(usize::MAX);
            let there = &self.buffer[self.at..];
            if let Some(at) = begin(there).filter(|at| *at < room) {
                self.at += at;
                return;
            }
            // A first line may be there in part.
            self.at += there.len().saturating_sub(LINE - 1).min(room);
            self.forget();
            let have = self.buffer.len() - self.at;
            if self.place() == limit || !self.want(have + 1) {
                self.at += have.min(usize::try_from(limit - self.place()).unwrap_or(usize::MAX));
                return;
            }
        }
    }

    /// Passes over a body that is too long to be held, up to this place. Where something in it has
    /// the header of a record, the length is taken as wrong, unless its end is near enough to be
    /// seen and the next record or nothing stands there: the answer is no, and that record is next.
    fn pass_over(&mut self, end: u64) -> bool {
        loop {
            self.seek(end);
            if self.place() == end || self.at == self.buffer.len() {
                return self.place() == end;
            }
            let start = self.at;
            let behind = match self.header_end() {
                Ok(behind) if header(&self.buffer[start..behind]).length.is_some() => {
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
