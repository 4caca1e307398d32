//! Owns: whether a piece of a page is alone in its block or part of a sentence. Never: decides what
//! is done with it.

use crate::ingest::web::node_map::NodeMap;
use dom_query::{Document, NodeData, NodeRef};
use std::cell::{Cell, RefCell};

/// Inline elements: those inside a line of text.
const INLINE: [&str; 19] = [
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "u",
];

/// A cache of blocks: whether each has text outside links, times and small print.
#[derive(Default)]
pub(super) struct Blocks(RefCell<NodeMap<bool>>);

impl Blocks {
    /// The block of a node, if no other text is in it. Each block is examined once, so call this
    /// before anything is removed.
    pub(super) fn alone<'a>(&self, node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
        let mut block = node.parent()?;
        while is(&block, &INLINE) {
            block = block.parent()?;
        }
        let has_text = *self.0.borrow_mut().entry(block.id).or_insert_with(|| has_own_text(&block));
        (!has_text).then_some(block)
    }
}

/// Whether a block has text directly in its lines. The recursion is as deep as inline elements are
/// nested, which the limit on the tree bounds.
fn has_own_text(node: &NodeRef) -> bool {
    node.children_it(false).any(|child| {
        if child.is_text() {
            return child.text().contains(char::is_alphanumeric);
        }
        is(&child, &INLINE) && !is(&child, &["a", "time", "small"]) && has_own_text(&child)
    })
}

/// Whether a node is an element with one of these names.
pub(super) fn is(node: &NodeRef, names: &[&str]) -> bool {
    node.query_or(false, |node| match &node.data {
        NodeData::Element(element) => names.contains(&&*element.name.local),
        _ => false,
    })
}

/// Whether an element is the main content of its page, as its author says. A parsed page has no
/// `main`, but elements of that role: [`tree`](crate::ingest::web::tree) renames them.
pub(super) fn is_main(node: &NodeRef) -> bool {
    is(node, &["main"]) || &*node.attr_or("role", "") == "main"
}

/// The elements of a page with one of these names, in their order.
pub(super) fn elements<'a>(page: &'a Document, names: &[&str]) -> Vec<NodeRef<'a>> {
    page.root().descendants_it().filter(|node| is(node, names)).collect()
}

/// Whether a node is a heading or a table cell, in which links are text too.
pub(super) fn titles(node: &NodeRef) -> bool {
    is(node, &["h1", "h2", "h3", "h4", "h5", "h6", "td", "th"])
}

/// Nodes that one pass over a page may look at, for each node that there is, besides going through
/// it once.
const LOOKS: usize = 64;

/// The looks at nodes that are left to a pass over a page. On a page as they are written, most
/// nodes are looked at once or twice; without a bound, a page of elements without text would be
/// gone through again for each of them.
pub(super) struct Effort(Cell<usize>);

impl Effort {
    pub(super) fn of(page: &Document) -> Effort {
        Effort(Cell::new(page.tree.len().saturating_mul(LOOKS)))
    }

    /// Takes one look; returns whether it was left.
    pub(super) fn look(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }

    /// Whether something below a node meets a condition; `otherwise` where no look is left to find
    /// out.
    pub(super) fn any_below(
        &self,
        node: &NodeRef,
        otherwise: bool,
        mut meets: impl FnMut(&NodeRef) -> bool,
    ) -> bool {
        for below in node.descendants_it() {
            if !self.look() {
                return otherwise;
            }
            if meets(&below) {
                return true;
            }
        }
        false
    }

    /// Whether the text below a node has at most `most` bytes; reading stops at the limit. Not so
    /// where no look is left to find out.
    pub(super) fn small(&self, node: &NodeRef, most: usize) -> bool {
        let mut sum = 0;
        !self.any_below(node, true, |below| {
            sum += if below.is_text() { below.text().trim().len() } else { 0 };
            sum > most
        })
    }

    /// The looks that were taken, for tests.
    #[cfg(test)]
    pub(super) fn taken(&self, page: &Document) -> usize {
        page.tree.len() * LOOKS - self.0.get()
    }
}

/// Whether a text is a statement rather than a name: a sentence ends with punctuation.
pub(super) fn sentence(text: &str) -> bool {
    text.contains(['.', '!', '?', '。', '！', '？', '؟', '।'])
}

/// The remaining words of a page, for tests.
#[cfg(test)]
pub(super) fn words(page: &dom_query::Document) -> String {
    let body = page.body().unwrap();
    let texts = body.descendants_it().filter(NodeRef::is_text).map(|n| n.text().to_string());
    texts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
