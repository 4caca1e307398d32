//! Owns: the metadata of one document as a row of bytes, and the table of the strings that many
//! rows share. Never: keeps rows.

use crate::model::document::{DocumentFields, DocumentInfo};
use crate::model::page_read::{Extent, PageRead};
use crate::model::score::Score;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

/// The number of strings that a table holds. Their numbers take two bytes, and a corpus in which
/// every document has a string of its own, a time to the second for example, pays for no more of
/// them.
const MOST_SHARED: usize = (1 << 14) - 1;

/// The bytes of a row besides its strings, at most: flags, length of the text, five lengths of
/// strings, record, lines, page, score.
const MOST_BESIDES: usize = 2 + 4 + 5 * 11 + 10 + 3 + 17 + 8;

/// Where the length of the text is in a row, so that it can be set later.
const LENGTH_AT: std::ops::Range<usize> = 2..6;

// What a row says in its first two bytes: which parts follow, and yes or no.
const TITLE: u16 = 1;
const SOURCE: u16 = 1 << 1;
const DATE: u16 = 1 << 2;
const PATH: u16 = 1 << 3;
/// The path is the id, as it is of every file that is one document.
const PATH_IS_ID: u16 = 1 << 4;
const RECORD: u16 = 1 << 5;
const WHOLE_FILE: u16 = 1 << 6;
const LINES_BEFORE: u16 = 1 << 7;
const READ: u16 = 1 << 8;
const PART: u16 = 1 << 9;
const RAW: u16 = 1 << 10;
const REFERENCE: u16 = 1 << 11;
const SCORE: u16 = 1 << 12;

/// The strings that many rows share, each with a number; a string that comes when the table is full
/// stands in its row.
#[derive(Debug, Clone, Default)]
struct Shared {
    numbers: HashMap<Arc<str>, u64>,
    strings: Vec<Arc<str>>,
}

impl Shared {
    /// Writes the number of a string, counted from 1, or 0 and the string.
    fn write(&mut self, string: &Arc<str>, row: &mut Vec<u8>) {
        let known = self.numbers.get(string).copied().or_else(|| self.add(string));
        write_number(known.unwrap_or(0), row);
        if known.is_none() {
            write_string(string, row);
        }
    }

    fn add(&mut self, string: &Arc<str>) -> Option<u64> {
        if self.strings.len() >= MOST_SHARED {
            return None;
        }
        self.strings.push(string.clone());
        let number = self.strings.len() as u64;
        self.numbers.insert(string.clone(), number);
        Some(number)
    }

    fn read<'a>(&'a self, row: &mut Bytes<'a>) -> Part<'a> {
        let before = (row.number() as usize).checked_sub(1);
        match before.map(|number| self.strings.get(number)) {
            Some(Some(known)) => Part::Shared(known),
            Some(None) => Part::Own(""),
            None => Part::Own(row.string()),
        }
    }
}

/// The tables of a column: sources, dates and paths.
#[derive(Debug, Clone, Default)]
pub struct SharedStrings {
    sources: Shared,
    dates: Shared,
    paths: Shared,
}

/// A string of a row.
#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Shared(&'a Arc<str>),
    Own(&'a str),
}

impl<'a> Part<'a> {
    fn as_str(self) -> &'a str {
        match self {
            Part::Shared(string) => string,
            Part::Own(string) => string,
        }
    }

    fn to_arc(self) -> Arc<str> {
        match self {
            Part::Shared(string) => string.clone(),
            Part::Own(string) => string.into(),
        }
    }
}

/// A row that was read, with nothing copied.
#[derive(Debug)]
pub struct InfoRow<'a> {
    id: &'a str,
    title: Option<&'a str>,
    source: Option<Part<'a>>,
    date: Option<Part<'a>>,
    path: Option<Part<'a>>,
    record: Option<u64>,
    lines_before: u16,
    read: Option<PageRead>,
    score: Score,
    bytes: u32,
    flags: u16,
}

/// A number of bytes that is not less than that of the row of this document.
pub fn most_bytes(info: &DocumentInfo) -> usize {
    let length = |string: &Option<Arc<str>>| string.as_ref().map_or(0, |string| string.len());
    [&info.title, &info.source, &info.date, &info.path]
        .into_iter()
        .fold(info.id.len().saturating_add(MOST_BESIDES), |sum, string| {
            sum.saturating_add(length(string))
        })
}

/// Writes a row behind other bytes.
pub fn write(info: &DocumentInfo, shared: &mut SharedStrings, row: &mut Vec<u8>) {
    // A field that is added to documents has to be named here.
    let DocumentInfo { id, title, source, date, path, record, read, score, .. } = info;
    let DocumentInfo { whole_file, lines_before, reference, bytes, .. } = *info;
    let path_is_id = path.as_deref() == Some(id.as_str());
    let flag = |is: bool, flag: u16| if is { flag } else { 0 };
    let flags = flag(title.is_some(), TITLE)
        | flag(source.is_some(), SOURCE)
        | flag(date.is_some(), DATE)
        | flag(path.is_some() && !path_is_id, PATH)
        | flag(path_is_id, PATH_IS_ID)
        | flag(record.is_some(), RECORD)
        | flag(whole_file, WHOLE_FILE)
        | flag(lines_before > 0, LINES_BEFORE)
        | flag(read.is_some(), READ)
        | flag(read.is_some_and(|read| read.extent == Extent::Part), PART)
        | flag(read.is_some_and(|read| read.raw.is_some()), RAW)
        | flag(reference, REFERENCE)
        | flag(*score != Score::default(), SCORE);
    row.extend(flags.to_le_bytes());
    row.extend(bytes.to_le_bytes());
    write_string(id, row);
    title.iter().for_each(|title| write_string(title, row));
    source.iter().for_each(|source| shared.sources.write(source, row));
    date.iter().for_each(|date| shared.dates.write(date, row));
    path.iter().filter(|_| !path_is_id).for_each(|path| shared.paths.write(path, row));
    record.iter().for_each(|&record| write_number(record, row));
    if lines_before > 0 {
        write_number(u64::from(lines_before), row);
    }
    if let Some(PageRead { share, raw, .. }) = read {
        row.push(*share);
        raw.iter().for_each(|raw| row.extend(raw.to_le_bytes()));
    }
    if *score != Score::default() {
        row.extend(score.to_bits().to_le_bytes());
    }
}

/// The bytes of the id in a row.
pub fn id_bytes(row: &[u8]) -> &[u8] {
    let mut rest = Bytes(row.get(LENGTH_AT.end..).unwrap_or_default());
    let length = rest.number();
    rest.take(length)
}

/// The length of the text.
pub fn text_length(row: &[u8]) -> u32 {
    Bytes(row.get(LENGTH_AT).unwrap_or_default()).array().map(u32::from_le_bytes).unwrap_or(0)
}

/// Sets the length of the text.
pub fn set_text_length(row: &mut [u8], bytes: u32) {
    if let Some(place) = row.get_mut(LENGTH_AT) {
        place.copy_from_slice(&bytes.to_le_bytes());
    }
}

/// Makes it the row of a reference document.
pub fn set_reference(row: &mut [u8]) {
    let [low, high] = REFERENCE.to_le_bytes();
    if let [first, second, ..] = row {
        (*first, *second) = (*first | low, *second | high);
    }
}

impl<'a> InfoRow<'a> {
    /// Reads a row that was written with these strings.
    pub fn read(row: &'a [u8], shared: &'a SharedStrings) -> InfoRow<'a> {
        let mut rest = Bytes(row);
        let flags = rest.array().map_or(0, u16::from_le_bytes);
        let has = |flag: u16| flags & flag > 0;
        let bytes = rest.array().map_or(0, u32::from_le_bytes);
        let id = rest.string();
        InfoRow {
            id,
            title: has(TITLE).then(|| rest.string()),
            source: has(SOURCE).then(|| shared.sources.read(&mut rest)),
            date: has(DATE).then(|| shared.dates.read(&mut rest)),
            path: if has(PATH_IS_ID) {
                Some(Part::Own(id))
            } else {
                has(PATH).then(|| shared.paths.read(&mut rest))
            },
            record: has(RECORD).then(|| rest.number()),
            lines_before: if has(LINES_BEFORE) { rest.number() as u16 } else { 0 },
            read: has(READ).then(|| {
                let extent = if has(PART) { Extent::Part } else { Extent::Whole };
                let share = rest.array().map_or(0, u8::from_le_bytes);
                let raw = has(RAW).then(|| rest.array().map_or(0, u128::from_le_bytes));
                PageRead { share, raw, ..PageRead::new(extent) }
            }),
            score: if has(SCORE) {
                rest.array().map_or(Score::default(), |b| Score::from_bits(u64::from_le_bytes(b)))
            } else {
                Score::default()
            },
            bytes,
            flags,
        }
    }

    /// The document.
    pub fn to_info(&self) -> DocumentInfo {
        DocumentInfo {
            id: self.id.to_owned(),
            title: self.title.map(Arc::from),
            source: self.source.map(Part::to_arc),
            date: self.date.map(Part::to_arc),
            path: self.path.map(Part::to_arc),
            record: self.record,
            whole_file: self.flags & WHOLE_FILE > 0,
            lines_before: self.lines_before,
            read: self.read,
            reference: self.flags & REFERENCE > 0,
            score: self.score,
            bytes: self.bytes,
        }
    }

    /// The fields by which a scan decides.
    pub fn fields(&self) -> DocumentFields<'a> {
        let part = |part: Option<Part<'a>>| part.map(|part| Cow::Borrowed(part.as_str()));
        DocumentFields {
            title: self.title.map(Cow::Borrowed),
            source: part(self.source),
            date: part(self.date),
            reference: self.flags & REFERENCE > 0,
            is_part: self.read.is_some_and(|read| read.extent == Extent::Part),
        }
    }

    /// The order of two documents with one id and one text.
    pub fn cmp_besides(&self, other: &InfoRow) -> Ordering {
        let [x, y] = [self, other].map(|row| {
            let strings = [row.source, row.date, row.path].map(|part| part.map(Part::as_str));
            (row.title, strings, row.record, row.flags & REFERENCE > 0, row.read)
        });
        x.cmp(&y)
    }
}

/// Writes seven bits a byte, the lowest first; the upper bit says that more follow.
fn write_number(mut number: u64, row: &mut Vec<u8>) {
    while number >= 0x80 {
        row.push(number as u8 | 0x80);
        number >>= 7;
    }
    row.push(number as u8);
}

fn write_string(string: &str, row: &mut Vec<u8>) {
    write_number(string.len() as u64, row);
    row.extend(string.as_bytes());
}

/// What is left of a row. Where nothing is left, numbers are 0 and strings are empty.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: u64) -> &'a [u8] {
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N as u64).try_into().ok()
    }

    fn number(&mut self) -> u64 {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let Some((&byte, rest)) = self.0.split_first() else { break };
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        number
    }

    fn string(&mut self) -> &'a str {
        let length = self.number();
        std::str::from_utf8(self.take(length)).unwrap_or_default()
    }
}
