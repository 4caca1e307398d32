//! Owns: the places of repeated passages as records of one length, in the order in which they make
//! repeats. Never: finds a passage.

use crate::engine::stored_records::{Record, long, short};
use crate::span::Span;
use serde::{Deserialize, Serialize};

/// One place of a passage in the first document of a class. All places of a passage in one text say
/// the same about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Occurrence {
    /// The hash of the tokens of the passage, or of one period.
    pub key: u64,
    /// The class.
    pub class: u32,
    /// The first place of the passage in this text.
    pub first: Span,
    /// The number of the passage among those of its text: the same place may be found in two ways.
    pub number: u32,
    /// The place.
    pub span: Span,
    /// The length of the passage in tokens, or that of one period.
    pub tokens: u32,
    /// The period in tokens of a run that repeats itself without a break, else 0.
    pub period: u32,
    /// How many times the passage occurs in this text.
    pub count: u32,
    /// Whether it is a whole paragraph.
    pub paragraph: bool,
    /// Whether it is a note.
    pub note: bool,
}

impl Occurrence {
    /// The passage of one text that this is a place of.
    pub fn passage(&self) -> (u64, u32, Span, u32) {
        (self.key, self.class, self.first, self.number)
    }

    /// The key of a paragraph that occurs several times in this text.
    pub fn key_of_twice(&self) -> Option<u64> {
        (self.paragraph && self.count > 1).then_some(self.key)
    }
}

impl Record for Occurrence {
    const BYTES: usize = 45;
    fn append_to(self, out: &mut Vec<u8>) {
        let Occurrence { key, class, first, number, span, tokens, period, count, .. } = self;
        out.extend_from_slice(&key.to_le_bytes());
        let numbers =
            [class, first.start, first.end, number, span.start, span.end, tokens, period, count];
        numbers.iter().for_each(|number| out.extend_from_slice(&number.to_le_bytes()));
        out.push(u8::from(self.paragraph) | u8::from(self.note) << 1);
    }
    fn read(bytes: &[u8]) -> Occurrence {
        let number = |place: usize| short(&bytes[8 + 4 * place..]);
        let span = |place: usize| Span { start: number(place), end: number(place + 1) };
        Occurrence {
            key: long(bytes),
            class: number(0),
            first: span(1),
            number: number(3),
            span: span(4),
            tokens: number(6),
            period: number(7),
            count: number(8),
            paragraph: bytes[44] & 1 != 0,
            note: bytes[44] & 2 != 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers: [u32; 9], key: u64, paragraph: bool, note: bool) {
            let [class, a, b, number, c, d, tokens, period, count] = numbers;
            let (first, span) = (Span { start: a, end: b }, Span { start: c, end: d });
            let one = Occurrence {
                key, class, first, number, span, tokens, period, count, paragraph, note,
            };
            let mut bytes = Vec::new();
            one.append_to(&mut bytes);
            prop_assert_eq!(bytes.len(), Occurrence::BYTES);
            prop_assert_eq!(Occurrence::read(&bytes), one);
        }
    }
}
