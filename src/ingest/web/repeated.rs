//! Owns: what a page has twice: the same content for another size of the screen, the copies that a
//! carousel needs to turn without end, a quotation of a post above it. Never: compares pages.

use crate::hash;
use crate::ingest::web::around;
use crate::ingest::web::concealed::is_hidden;
use crate::ingest::web::inline_or_block::{is, is_inline};
use crate::ingest::web::node_map::NodeMap;
use crate::ingest::web::text_amount::SENTENCE;
use dom_query::{Document, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// Elements whose content repeats itself although it stands there once: code, tables, definitions.
const KEPT: [&str; 6] = ["pre", "code", "table", "dl", "math", "svg"];

/// Elements without text of the page.
const NO_TEXT: [&str; 6] = ["script", "style", "noscript", "template", "select", "textarea"];

/// The bytes from which several blocks count as content.
const LEAST: usize = 100;

/// The levels up to which two copies of one content have an ancestor in common.
const NEAR: usize = 3;

/// A copy with this part of the text of the page is one wherever it is.
const LARGE: usize = 16;

/// Multiplier of the hashes of runs: any odd number of many bits.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The texts of a page in their order, by which any run of them is compared in one step.
struct Pieces {
    /// Hashes of the runs from the first text, powers of the factor, bytes and blocks so far.
    hashes: Vec<u64>,
    powers: Vec<u64>,
    bytes: Vec<usize>,
    blocks: Vec<usize>,
    /// The block of the last text.
    block: Option<NodeId>,
}

impl Pieces {
    fn new() -> Pieces {
        let (hashes, powers, bytes, blocks) = (vec![0], vec![1], vec![0], vec![0]);
        Pieces { hashes, powers, bytes, blocks, block: None }
    }

    fn count(&self) -> usize {
        self.hashes.len() - 1
    }

    fn add(&mut self, text: &str, block: Option<NodeId>) {
        let at = self.count();
        let words: Vec<&str> = text.split_whitespace().collect();
        let own = hash::bytes(words.join(" ").as_bytes());
        self.hashes.push(self.hashes[at].wrapping_mul(FACTOR).wrapping_add(own));
        self.powers.push(self.powers[at].wrapping_mul(FACTOR));
        self.bytes.push(self.bytes[at] + text.trim().len());
        self.blocks.push(self.blocks[at] + usize::from(block != self.block || at == 0));
        self.block = block;
    }

    fn hash(&self, run: &Range<usize>) -> u64 {
        let before = self.hashes[run.start].wrapping_mul(self.powers[run.len()]);
        self.hashes[run.end].wrapping_sub(before)
    }

    fn bytes(&self, run: &Range<usize>) -> usize {
        self.bytes[run.end] - self.bytes[run.start]
    }

    fn blocks(&self, run: &Range<usize>) -> usize {
        // The first block may have begun before the run.
        1 + self.blocks[run.end] - self.blocks[run.start + 1]
    }
}

/// Removes each element of several blocks whose whole text an earlier element has. One block alone
/// may well be said twice, except as a quotation.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let mut pieces = Pieces::new();
    let mut runs: NodeMap<Range<usize>> = NodeMap::default();
    let mut order: Vec<NodeRef> = Vec::new();
    collect(&body, &mut pieces, &mut runs, &mut order);
    let mut seen: HashMap<u64, (usize, NodeRef)> = HashMap::new();
    let large = pieces.bytes(&(0..pieces.count())) / LARGE;
    let mut removed: Vec<NodeRef> = Vec::new();
    let mut skip_to = 0;
    let (mut unseen_to, mut quoted_to) = (0, 0);
    for node in order {
        let Some(run) = runs.get(&node.id).filter(|run| !run.is_empty()).cloned() else { continue };
        if run.start < skip_to {
            continue;
        }
        if is(&node, &KEPT) {
            skip_to = run.end;
            continue;
        }
        if is(&node, &["blockquote"]) {
            quoted_to = quoted_to.max(run.end);
        }
        if pieces.bytes(&run) < SENTENCE {
            continue;
        }
        if is_hidden(&node) || around::is_around(&node) || around::has_around_name(&node) {
            unseen_to = unseen_to.max(run.end);
        }
        let quoted = run.end <= quoted_to;
        let several = pieces.blocks(&run) >= 2 && pieces.bytes(&run) >= LEAST;
        let hash = pieces.hash(&run);
        let copies = |first: &NodeRef| pieces.bytes(&run) >= large || are_near(first, &node);
        match seen.get(&hash) {
            Some((end, first)) if *end <= run.start && (quoted || (several && copies(first))) => {
                skip_to = run.end;
                removed.push(node);
            }
            // What may be removed itself is no first copy.
            None if run.end > unseen_to => {
                seen.insert(hash, (run.end, node));
            }
            _ => {}
        }
    }
    removed.iter().for_each(NodeRef::remove_from_parent);
}

/// Whether two elements have a parent, grandparent or the like in common.
fn are_near(a: &NodeRef, b: &NodeRef) -> bool {
    let above: Vec<NodeId> = a.ancestors_it(Some(NEAR)).map(|node| node.id).collect();
    b.ancestors_it(Some(NEAR)).any(|node| above.contains(&node.id))
}

/// The text without its lines that are shorter than a sentence and stand in it before: the page of
/// a product says its name, price and sizes again in each of its parts.
pub(super) fn unique_lines(text: &str) -> String {
    let mut seen: HashSet<u64> = HashSet::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        let letters: String =
            line.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        if line.len() < SENTENCE
            && !letters.is_empty()
            && !seen.insert(hash::bytes(letters.as_bytes()))
        {
            continue;
        }
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    lines.join("\n")
}

/// Collects the texts below a node, and the run of each element.
fn collect<'a>(
    body: &NodeRef<'a>,
    pieces: &mut Pieces,
    runs: &mut NodeMap<Range<usize>>,
    order: &mut Vec<NodeRef<'a>>,
) {
    let mut open = vec![(*body, None, false)];
    while let Some((node, block, done)) = open.pop() {
        if done {
            runs.entry(node.id).and_modify(|run| run.end = pieces.count());
        } else if node.is_text() {
            if !node.text().trim().is_empty() {
                pieces.add(&node.text(), block);
            }
        } else if node.is_element() && !is(&node, &NO_TEXT) {
            runs.insert(node.id, pieces.count()..pieces.count());
            order.push(node);
            open.push((node, block, true));
            let block = if is_inline(&node) { block } else { Some(node.id) };
            let children: Vec<NodeRef> = node.children_it(true).collect();
            open.extend(children.into_iter().map(|child| (child, block, false)));
        }
    }
}
