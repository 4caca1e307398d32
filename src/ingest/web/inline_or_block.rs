//! Owns: whether a piece of a page stands alone in its block or in a sentence. Never: what is done
//! with it.

use dom_query::{NodeId, NodeRef};
use std::cell::RefCell;
use std::collections::HashMap;

/// Elements that stand in a line of text.
const INLINE: [&str; 19] = [
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "u",
];

/// Blocks that were looked at, and whether text stands in them outside links, times and small
/// print.
#[derive(Default)]
pub(super) struct Blocks(RefCell<HashMap<NodeId, bool>>);

impl Blocks {
    /// The block that a node stands in, where no other text stands beside it there. Each block is
    /// looked at once, so ask before anything is removed.
    pub(super) fn alone<'a>(&self, node: &NodeRef<'a>) -> Option<NodeRef<'a>> {
        let mut block = node.parent()?;
        while is(&block, &INLINE) {
            block = block.parent()?;
        }
        let told = *self.0.borrow_mut().entry(block.id).or_insert_with(|| tells(&block));
        (!told).then_some(block)
    }
}

/// Whether there is text in the lines of a block itself. The depth is that of inline elements
/// inside each other, which is bounded with the tree's.
fn tells(node: &NodeRef) -> bool {
    node.children_it(false).any(|child| {
        if child.is_text() {
            return child.text().contains(char::is_alphanumeric);
        }
        is(&child, &INLINE) && !is(&child, &["a", "time", "small"]) && tells(&child)
    })
}

/// Whether a node is an element of one of these names.
pub(super) fn is(node: &NodeRef, names: &[&str]) -> bool {
    node.node_name().is_some_and(|name| names.contains(&&*name))
}

/// Whether a node stands in a heading or in a cell of a table, where what leads elsewhere is text
/// all the same.
pub(super) fn titles(node: &NodeRef) -> bool {
    is(node, &["h1", "h2", "h3", "h4", "h5", "h6", "td", "th"])
}

/// Whether there are no more bytes of text below a node; what is large is not read to its end.
pub(super) fn small(node: &NodeRef, most: usize) -> bool {
    let mut sum = 0;
    node.descendants_it().filter(NodeRef::is_text).all(|text| {
        sum += text.text().trim().len();
        sum <= most
    })
}

/// Whether a text says something, rather than naming it: a sentence has an end.
pub(super) fn sentence(text: &str) -> bool {
    text.contains(['.', '!', '?', '。', '！', '？', '؟', '।'])
}

/// The words of a page that are left, for tests.
#[cfg(test)]
pub(super) fn words(page: &dom_query::Document) -> String {
    let body = page.body().unwrap();
    let texts = body.descendants_it().filter(NodeRef::is_text).map(|n| n.text().to_string());
    texts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}
