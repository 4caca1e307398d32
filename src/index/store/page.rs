//! Owns: one page of LMDB's file as bytes, and whether it is a page that LMDB can have written.
//! Never: reads the file.
//!
//! LMDB trusts its file: it follows every place and every page number that it reads there. The
//! layout is that of LMDB 0.9.70 on machines with addresses of 64 bits:
//!
//! ```text
//! page    number u64, pad u16, flags u16, lower u16, upper u16, places of nodes u16 …
//!         and the nodes, at its end
//! node    low u16, high u16, flags u16, length of the key u16, key, data
//! ```
//!
//! `low` and `high` are the length of the data on a leaf page, and with `flags` the number of the
//! child on a branch page. Data that is too long for its page has pages of its own, and the node
//! then has the number of the first of them.

use std::cmp::Ordering;
use std::ops::Range;

/// The length of a page's head.
pub const HEAD: usize = 16;
const NODE: usize = 8;
const BRANCH: u16 = 1;
const LEAF: u16 = 2;
const LONG: u16 = 4;
/// Flags of a node: its data has pages of its own; its data is the record of a table.
const ELSEWHERE: u16 = 1;
const TABLE: u16 = 2;

/// What a checked page must agree with.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// The number of the page.
    pub number: u64,
    /// The number of the last page that is in use.
    pub last: u64,
    /// Whether it is a leaf page.
    pub leaf: bool,
    /// Whether keys are numbers in the order of bytes of this machine.
    pub integers: bool,
}

/// A page that was checked.
pub struct Page {
    bytes: Vec<u8>,
    rules: Rules,
}

/// Where the data of a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// On the page itself.
    Here(Range<usize>),
    /// On pages of its own: the number of the first, and its length.
    Elsewhere(u64, usize),
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// Reads a number; `None` behind the end of the bytes.
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

/// How many pages data of this length takes.
pub const fn pages_of(length: usize, page: usize) -> u64 {
    (HEAD + length).div_ceil(page) as u64
}

/// Whether a page begins data of this length that has pages of its own.
pub fn begins_long_data(head: &[u8], number: u64, pages: u64) -> bool {
    let count = head.get(12..16).and_then(|b| b.first_chunk()).map(|b| u32::from_le_bytes(*b));
    u64_at(head, 0) == Some(number)
        && u16_at(head, 10) == Some(LONG)
        && count.map(u64::from) == Some(pages)
}

impl Page {
    /// Checks a page: its number, its kind, that its nodes fill the page from `upper` to its end
    /// without a gap, and that their keys ascend.
    pub fn checked(bytes: Vec<u8>, rules: Rules) -> Option<Page> {
        let page = Page { bytes, rules };
        let kind = if rules.leaf { LEAF } else { BRANCH };
        let (lower, upper) = (page.lower()?, usize::from(u16_at(&page.bytes, 14)?));
        let sound = u64_at(&page.bytes, 0)? == rules.number
            && u16_at(&page.bytes, 10)? == kind
            && lower % 2 == 0
            && (HEAD + 2..=upper).contains(&lower)
            && upper <= page.bytes.len();
        if !sound {
            return None;
        }
        let mut room = page.bytes.len() - upper;
        for i in 0..page.len() {
            let at = page.place(i)?;
            let length = NODE + page.key(i)?.len() + page.data_length(i)?;
            let length = length.next_multiple_of(2);
            if at < upper || at + length > page.bytes.len() {
                return None;
            }
            room = room.checked_sub(length)?;
            // The first key of a branch page stands for all smaller ones.
            let ordered = i == usize::from(!rules.leaf)
                || i == 0
                || page.compare(page.key(i - 1)?, page.key(i)?) == Ordering::Less;
            if !ordered || !page.leads_somewhere(i)? {
                return None;
            }
        }
        (room == 0).then_some(page)
    }

    fn lower(&self) -> Option<usize> {
        u16_at(&self.bytes, 12).map(usize::from)
    }
    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.lower().map_or(0, |lower| (lower - HEAD) / 2)
    }
    fn place(&self, i: usize) -> Option<usize> {
        u16_at(&self.bytes, HEAD + 2 * i).map(usize::from)
    }
    fn field(&self, i: usize, field: usize) -> Option<u16> {
        u16_at(&self.bytes, self.place(i)? + 2 * field)
    }
    /// The key of a node.
    pub fn key(&self, i: usize) -> Option<&[u8]> {
        let at = self.place(i)? + NODE;
        self.bytes.get(at..at + usize::from(self.field(i, 3)?))
    }
    fn number(&self, i: usize) -> Option<u64> {
        Some(u64::from(self.field(i, 0)?) | u64::from(self.field(i, 1)?) << 16)
    }
    /// The bytes that the data of a node takes on this page.
    fn data_length(&self, i: usize) -> Option<usize> {
        Some(match self.rules.leaf {
            false => 0,
            true if self.field(i, 2)? & ELSEWHERE != 0 => 8,
            true => self.number(i)? as usize,
        })
    }
    /// The page that a node of a branch page leads to.
    pub fn child(&self, i: usize) -> Option<u64> {
        Some(self.number(i)? | u64::from(self.field(i, 2)?) << 32)
    }
    /// The data of a node of a leaf page.
    pub fn data(&self, i: usize) -> Option<Data> {
        let at = self.place(i)? + NODE + self.key(i)?.len();
        let length = self.number(i)? as usize;
        Some(if self.field(i, 2)? & ELSEWHERE != 0 {
            Data::Elsewhere(u64_at(&self.bytes, at)?, length)
        } else {
            Data::Here(at..at + length)
        })
    }
    /// Bytes of the page.
    pub fn bytes(&self, at: Range<usize>) -> &[u8] {
        &self.bytes[at]
    }
    /// Whether the data of any node has pages of its own.
    pub fn has_long_data(&self) -> bool {
        (0..self.len()).any(|i| self.field(i, 2).is_some_and(|flags| flags & ELSEWHERE != 0))
    }
    /// Whether the data of a node is the record of a table.
    pub fn is_table(&self, i: usize) -> bool {
        self.field(i, 2) == Some(TABLE)
    }
    fn leads_somewhere(&self, i: usize) -> Option<bool> {
        let inside = |first: u64, pages: u64| {
            first > 1 && first.checked_add(pages).is_some_and(|end| end <= self.rules.last + 1)
        };
        if !self.rules.leaf {
            return Some(inside(self.child(i)?, 1));
        }
        Some(match self.data(i)? {
            _ if self.field(i, 2)? > TABLE => false,
            Data::Here(_) => true,
            Data::Elsewhere(first, length) => inside(first, pages_of(length, self.bytes.len())),
        })
    }

    /// Compares keys as LMDB does.
    pub fn compare(&self, x: &[u8], y: &[u8]) -> Ordering {
        match (self.rules.integers, u64_at(x, 0), u64_at(y, 0)) {
            (true, Some(x), Some(y)) => x.cmp(&y),
            _ => x.cmp(y),
        }
    }
    /// Whether all keys are in a range, of which the end is left out.
    pub fn is_within(&self, from: Option<&[u8]>, end: Option<&[u8]>) -> bool {
        let first = self.key(usize::from(!self.rules.leaf));
        let last = self.key(self.len() - 1).filter(|_| self.rules.leaf || self.len() > 1);
        let from =
            from.zip(first).is_none_or(|(from, k)| self.compare(from, k) != Ordering::Greater);
        from && end.zip(last).is_none_or(|(end, k)| self.compare(k, end) == Ordering::Less)
    }
    /// The node of a branch page that leads to a key, or of a leaf page the first that is not
    /// smaller.
    pub fn find(&self, key: &[u8]) -> usize {
        let (mut low, mut high) = (usize::from(!self.rules.leaf), self.len());
        while low < high {
            let middle = low.midpoint(high);
            let order = self.key(middle).map_or(Ordering::Greater, |k| self.compare(k, key));
            let before = order == Ordering::Less || (order == Ordering::Equal && !self.rules.leaf);
            if before {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if self.rules.leaf { low } else { low - 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SIZE: usize = 256;
    const RULES: Rules = Rules { number: 7, last: 90, leaf: true, integers: false };

    /// A leaf page of these keys, each with its own bytes as data.
    fn leaf(keys: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0; SIZE];
        let mut upper = SIZE;
        for (i, key) in keys.iter().enumerate() {
            let length = (NODE + 2 * key.len()).next_multiple_of(2);
            upper -= length;
            let node = &mut bytes[upper..upper + length];
            node[..2].copy_from_slice(&(key.len() as u16).to_le_bytes());
            node[6..8].copy_from_slice(&(key.len() as u16).to_le_bytes());
            node[8..8 + key.len()].copy_from_slice(key);
            bytes[HEAD + 2 * i..][..2].copy_from_slice(&(upper as u16).to_le_bytes());
        }
        bytes[0] = 7;
        bytes[10] = LEAF as u8;
        bytes[12..14].copy_from_slice(&((HEAD + 2 * keys.len()) as u16).to_le_bytes());
        bytes[14..16].copy_from_slice(&(upper as u16).to_le_bytes());
        bytes
    }

    #[test]
    fn what_lmdb_writes_is_taken_and_all_else_is_not() {
        let sound = leaf(&[b"a", b"bc", b"d"]);
        let page = Page::checked(sound.clone(), RULES).unwrap();
        assert_eq!((page.len(), page.key(1).unwrap(), page.find(b"c")), (3, &b"bc"[..], 2));
        assert!(page.is_within(Some(b"a"), Some(b"e")));
        assert!(!page.is_within(Some(b"b"), None) && !page.is_within(None, Some(b"d")));
        let wrong = |bytes: Vec<u8>, rules: Rules| Page::checked(bytes, rules).is_none();
        assert!(wrong(sound.clone(), Rules { number: 8, ..RULES }));
        assert!(wrong(sound.clone(), Rules { leaf: false, ..RULES }));
        assert!(wrong(leaf(&[b"b", b"a"]), RULES));
        assert!(wrong(vec![0; SIZE], RULES));
        // A node that is lost from the list.
        let mut short = sound;
        short[12] -= 2;
        assert!(wrong(short, RULES));
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at(
            mut bytes in prop::collection::vec(any::<u8>(), SIZE), leaf: bool, head: bool,
                lower in 0u8..40,
        ) {
            if head {
                bytes[..16].fill(0);
                (bytes[0], bytes[10], bytes[12]) = (7, if leaf { 2 } else { 1 }, lower * 2);
                bytes[14] = bytes[20];
            }
            if let Some(page) = Page::checked(bytes, Rules { leaf, ..RULES }) {
                page.find(b"key");
                page.is_within(Some(b"a"), Some(b"b"));
            }
        }
    }
}
