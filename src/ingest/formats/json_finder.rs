//! Owns: where the records of JSON that is not JSON Lines begin and end, from its bytes piece by
//! piece. Never: holds them.

use crate::ingest::formats::json_syntax::{Step, Value};
#[cfg(feature = "emit")]
use std::ops::Range;

/// Something in a file of records, by its offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A value.
    Record { number: u64, start: u64, end: u64 },
    /// A record that is wrong at one of its bytes, or, where it is `cut`, ends with the file.
    /// `before` stands for what is in front of it in an array.
    Wrong { number: u64, start: u64, at: u64, before: &'static str, cut: bool },
    /// Reading goes on here, behind a wrong record.
    Resumed { at: u64 },
}

/// The place in a file.
#[derive(Debug)]
enum Place {
    /// Before the first value.
    Begin,
    /// Between values that are no elements of an array.
    Between,
    /// Inside a value.
    Inside { value: Value, start: u64, before: &'static str },
    /// Behind something wrong: the next line that begins with `{` is looked for.
    Lost,
    /// Behind the bracket that opens an array.
    First,
    /// Behind a comma in an array.
    Next,
    /// Behind an element of an array.
    Behind,
    /// Behind the array.
    End,
    /// Behind something wrong in an array: nothing is read any more.
    Over,
}

/// Finds the records of a file whose bytes are given piece by piece.
#[derive(Debug)]
pub(super) struct Finder {
    place: Place,
    /// Whether the records are elements of an array.
    pub(super) array: bool,
    /// The number of the last record.
    number: u64,
    /// The offset of the next byte.
    pub(super) at: u64,
    /// The byte before it.
    last: u8,
}

impl Finder {
    pub(super) fn new() -> Finder {
        Finder { place: Place::Begin, array: false, number: 0, at: 0, last: 0 }
    }

    /// The offset from which the bytes of an open record are needed.
    pub(super) fn open(&self) -> Option<u64> {
        match self.place {
            Place::Inside { start, .. } => Some(start),
            _ => None,
        }
    }

    /// Reads the next bytes.
    pub(super) fn read(&mut self, bytes: &[u8], mut found: impl FnMut(Found)) {
        let (base, mut i) = (self.at, 0);
        let offset = |i: usize| base + i as u64;
        while i < bytes.len() {
            match &self.place {
                Place::Inside { .. } => {
                    i = self.inside(bytes, i, &mut found);
                    continue;
                }
                Place::Lost => {
                    i = self.lost(bytes, i, &mut found);
                    continue;
                }
                Place::Over => {
                    i = bytes.len();
                    continue;
                }
                _ => {}
            }
            let byte = bytes[i];
            if matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                i += 1;
                continue;
            }
            match (&self.place, byte) {
                (Place::Begin, b'[') => (self.array, self.place) = (true, Place::First),
                (Place::Begin | Place::Between, _) => {
                    self.begin(offset(i), "");
                    continue;
                }
                (Place::First | Place::Behind, b']') => self.place = Place::End,
                (Place::Behind, b',') => self.place = Place::Next,
                (Place::First, _) => {
                    self.begin(offset(i), "[");
                    continue;
                }
                (Place::Next, _) => {
                    self.begin(offset(i), "[0,");
                    continue;
                }
                _ => {
                    let before = if matches!(self.place, Place::End) { "[]" } else { "[0 " };
                    let (number, at) = (self.number + 1, offset(i));
                    found(Found::Wrong { number, start: at, at, before, cut: false });
                    self.place = Place::Over;
                }
            }
            i += 1;
        }
        self.at = offset(bytes.len());
        self.last = bytes.last().copied().unwrap_or(self.last);
    }

    /// Reads an open value on from an index; returns where that ends.
    fn inside(&mut self, bytes: &[u8], i: usize, found: &mut impl FnMut(Found)) -> usize {
        let Place::Inside { value, start, before } = &mut self.place else { return i };
        let (number, start, before) = (self.number, *start, *before);
        match value.read(&bytes[i..]) {
            Step::More => bytes.len(),
            Step::End(length) => {
                let end = self.at + (i + length) as u64;
                found(Found::Record { number, start, end });
                self.place = if self.array { Place::Behind } else { Place::Between };
                i + length
            }
            Step::Wrong(length) => {
                let at = self.at + (i + length) as u64;
                found(Found::Wrong { number, start, at, before, cut: false });
                self.place = if self.array { Place::Over } else { Place::Lost };
                i + length
            }
        }
    }

    /// Looks for the next line that begins with `{`, from an index on; returns where it begins.
    fn lost(&mut self, bytes: &[u8], i: usize, found: &mut impl FnMut(Found)) -> usize {
        let before = if i == 0 { self.last } else { bytes[i - 1] };
        let here = before == b'\n' && bytes[i] == b'{';
        let next = || memchr::memmem::find(&bytes[i..], b"\n{").map(|at| i + at + 1);
        let Some(i) = here.then_some(i).or_else(next) else { return bytes.len() };
        found(Found::Resumed { at: self.at + i as u64 });
        self.begin(self.at + i as u64, "");
        i
    }

    fn begin(&mut self, start: u64, before: &'static str) {
        self.number += 1;
        self.place = Place::Inside { value: Value::new(), start, before };
    }

    /// Says that there are no more bytes.
    pub(super) fn finish(&mut self, mut found: impl FnMut(Found)) {
        let (number, at) = (self.number, self.at);
        let open = match std::mem::replace(&mut self.place, Place::Over) {
            Place::Inside { value, start, .. } if value.ends_here() => {
                found(Found::Record { number, start, end: at });
                self.array.then_some("[0 ")
            }
            Place::Inside { start, before, .. } => {
                return found(Found::Wrong { number, start, at, before, cut: true });
            }
            Place::First => Some("["),
            Place::Next => Some("[0,"),
            Place::Behind => Some("[0 "),
            _ => None,
        };
        if let Some(before) = open {
            found(Found::Wrong { number: number + 1, start: at, at, before, cut: true });
        }
    }
}

/// The records of a whole text, for the writer of a file.
#[cfg(feature = "emit")]
pub(crate) struct Split {
    /// Whether the records are elements of an array.
    pub(crate) array: bool,
    /// The byte ranges of the records with their numbers; a file that is a single record has none.
    pub(crate) records: Vec<(Option<u64>, Range<usize>)>,
}

/// Splits a whole file without byte-order mark into records.
#[cfg(feature = "emit")]
pub(crate) fn split(text: &str) -> Split {
    let (mut records, mut wrong) = (Vec::new(), false);
    let mut finder = Finder::new();
    let mut take = |found| match found {
        Found::Record { number, start, end } => {
            records.push((Some(number), start as usize..end as usize));
        }
        Found::Wrong { .. } => wrong = true,
        Found::Resumed { .. } => {}
    };
    finder.read(text.as_bytes(), &mut take);
    finder.finish(&mut take);
    if let ([(number, _)], false, false) = (&mut records[..], finder.array, wrong) {
        *number = None;
    }
    Split { array: finder.array, records }
}
