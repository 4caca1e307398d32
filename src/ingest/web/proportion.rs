//! Owns: how much of a page's prose an extracted text has. Never: extracts anything.

use crate::hash;
use crate::ingest::web::inline_or_block::is;
use crate::ingest::web::text_amount::SENTENCE;
use dom_query::{Document, NodeId, NodeRef};
use std::collections::HashMap;

/// The bytes that are compared at the beginning, middle and end of each piece of prose.
const WINDOW: usize = 16;

/// A place in which a text has less than a fifth of its prose does not count as a place of the
/// text.
const PLACES: usize = 5;

/// The prose of a page, in pieces: texts outside links that are as long as a sentence.
pub(super) struct Prose {
    pieces: Vec<Piece>,
    total: usize,
}

/// A piece of prose.
struct Piece {
    /// Its length in bytes.
    length: usize,
    /// The bytes at its beginning, middle and end.
    windows: [u128; 3],
    /// The names of the elements around it, as a hash: two pieces of one text have the same.
    place: u64,
    /// Its node.
    node: Option<NodeId>,
}

impl Prose {
    /// The prose below the body of a page.
    pub(super) fn of(page: &Document) -> Prose {
        let mut prose = Prose { pieces: Vec::new(), total: 0 };
        let Some(body) = page.body() else { return prose };
        let mut open = vec![(body, 0)];
        while let Some((node, place)) = open.pop() {
            if node.is_text() {
                prose.add(&node.text(), place, Some(node.id));
            } else if node.is_element() && !is(&node, &NO_PROSE) {
                let place = place_below(place, &node);
                open.extend(node.children_it(false).map(|child| (child, place)));
            }
        }
        prose
    }

    /// The prose of a text: its lines that are as long as a sentence.
    pub(super) fn of_text(text: &str) -> Prose {
        let mut prose = Prose { pieces: Vec::new(), total: 0 };
        text.lines().for_each(|line| prose.add(line, 0, None));
        prose
    }

    fn add(&mut self, text: &str, place: u64, node: Option<NodeId>) {
        let text = text.trim();
        if text.len() < SENTENCE {
            return;
        }
        let bytes = without_space(text);
        if bytes.len() < WINDOW {
            return;
        }
        let at = |at: usize| window(&bytes[at..at + WINDOW]);
        let last = bytes.len() - WINDOW;
        self.pieces.push(Piece {
            length: text.len(),
            windows: [at(0), at(last / 2), at(last)],
            place,
            node,
        });
        self.total += text.len();
    }

    /// The bytes of all pieces.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// The pieces that a text has.
    pub(super) fn kept_in(&self, text: &str) -> Kept {
        let flags = self.flags(text);
        let kept = self.pieces.iter().zip(&flags).filter(|(_, kept)| **kept);
        Kept { bytes: kept.map(|(piece, _)| piece.length).sum(), flags }
    }

    /// The pieces in places like those of the pieces that a text has; the bytes of those that it
    /// has not.
    pub(super) fn alike(&self, kept: &Kept) -> (Vec<NodeId>, usize) {
        let pieces = || self.pieces.iter().zip(&kept.flags);
        let mut places: HashMap<u64, usize> = HashMap::new();
        for (piece, _) in pieces().filter(|(_, kept)| **kept) {
            *places.entry(piece.place).or_default() += piece.length;
        }
        let total: usize = places.values().sum();
        places.retain(|_, length| *length * PLACES >= total);
        let alike = || pieces().filter(|(piece, _)| places.contains_key(&piece.place));
        let missing = alike().filter(|(_, kept)| !**kept).map(|(piece, _)| piece.length).sum();
        (alike().filter_map(|(piece, _)| piece.node).collect(), missing)
    }

    /// For each piece whether a text has two of its three windows at least. One pass over the text,
    /// whatever the number of pieces.
    fn flags(&self, text: &str) -> Vec<bool> {
        let windows = self.pieces.iter().flat_map(|piece| piece.windows);
        let mut wanted: Vec<(u128, bool)> = windows.map(|window| (window, false)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let filter = BloomFilter::of(wanted.iter().map(|wanted| wanted.0));
        let find = |wanted: &[(u128, bool)], window: u128| {
            wanted.binary_search_by_key(&window, |wanted| wanted.0)
        };
        for bytes in without_space(text).windows(WINDOW) {
            let window = window(bytes);
            if filter.may_have(window)
                && let Ok(at) = find(&wanted, window)
            {
                wanted[at].1 = true;
            }
        }
        let has = |window: &&u128| find(&wanted, **window).is_ok_and(|at| wanted[at].1);
        self.pieces.iter().map(|piece| piece.windows.iter().filter(has).count() >= 2).collect()
    }
}

/// Which pieces of a page a text has.
pub(super) struct Kept {
    flags: Vec<bool>,
    /// The bytes of these pieces.
    pub bytes: usize,
}

/// A Bloom filter of one hash, because most windows of a text are not among those wanted.
struct BloomFilter {
    bits: Vec<u64>,
}

impl BloomFilter {
    fn of(windows: impl ExactSizeIterator<Item = u128>) -> BloomFilter {
        let mut filter = BloomFilter { bits: vec![0; (windows.len() / 4).next_power_of_two()] };
        for window in windows {
            let (word, bit) = filter.place(window);
            filter.bits[word] |= bit;
        }
        filter
    }

    /// Whether the filter may have a window; `false` is certain.
    fn may_have(&self, window: u128) -> bool {
        let (word, bit) = self.place(window);
        self.bits[word] & bit != 0
    }

    fn place(&self, window: u128) -> (usize, u64) {
        let hash = hash::fold(window as u64, (window >> 64) as u64);
        (hash as usize & (self.bits.len() - 1), 1 << (hash >> 58))
    }
}

/// The hash of the names of the elements around a node, from that of those around its parent.
fn place_below(place: u64, node: &NodeRef) -> u64 {
    const INLINE: [&str; 10] =
        ["b", "i", "em", "strong", "span", "font", "u", "mark", "small", "code"];
    if is(node, &INLINE) {
        return place;
    }
    let name = node.node_name().unwrap_or_default();
    hash::sequence([place, hash::bytes(name.as_bytes())])
}

/// Elements whose content is no prose.
const NO_PROSE: [&str; 10] = [
    "a", "script", "style", "noscript", "template", "select", "textarea", "button", "svg", "title",
];

fn without_space(text: &str) -> Vec<u8> {
    text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

fn window(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_le_bytes)
}

/// The lowest element that has all of these nodes, which are in the order of the page or its
/// reverse.
pub(super) fn lowest_above<'a>(page: &'a Document, nodes: &[NodeId]) -> Option<NodeRef<'a>> {
    let above = |id: &NodeId| {
        let node = page.tree.get(id)?;
        let mut path: Vec<NodeId> = node.ancestors_it(None).map(|above| above.id).collect();
        path.reverse();
        Some(path)
    };
    // What the first and the last have in common, all between them have too.
    let (first, last) = (above(nodes.first()?)?, above(nodes.last()?)?);
    let shared = first.into_iter().zip(last).take_while(|(a, b)| a == b).last()?;
    page.tree.get(&shared.0)
}

/// The lowest element that has at least four fifths of the prose below the body.
pub(super) fn common_ancestor<'a>(
    page: &'a Document,
    prose: impl Fn(&NodeRef) -> usize,
) -> Option<NodeRef<'a>> {
    let mut node = page.body()?;
    let wanted = prose(&node) * 4 / 5;
    while let Some(child) = node
        .children_it(false)
        .find(|child| child.is_element() && prose(child) >= wanted.max(1))
        .filter(|child| !is(child, &["p", "tbody", "tr", "td"]))
    {
        node = child;
    }
    Some(node)
}
