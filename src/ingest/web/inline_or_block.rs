//! Owns: whether a piece of a page is alone in its block or part of a sentence. Never: decides what
//! is done with it.

use dom_query::{NodeId, NodeRef};
use std::cell::RefCell;
use std::collections::HashMap;

/// Inline elements: those inside a line of text.
const INLINE: [&str; 19] = [
    "a", "abbr", "b", "bdi", "cite", "code", "em", "font", "i", "mark", "q", "s", "small", "span",
    "strong", "sub", "sup", "time", "u",
];

/// A cache of blocks: whether each has text outside links, times and small print.
#[derive(Default)]
pub(super) struct Blocks(RefCell<HashMap<NodeId, bool>>);

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
    node.node_name().is_some_and(|name| names.contains(&&*name))
}

/// Whether a node is a heading or a table cell, in which links are text too.
pub(super) fn titles(node: &NodeRef) -> bool {
    is(node, &["h1", "h2", "h3", "h4", "h5", "h6", "td", "th"])
}

/// Whether the text below a node has at most `most` bytes; reading stops at the limit.
pub(super) fn small(node: &NodeRef, most: usize) -> bool {
    let mut sum = 0;
    node.descendants_it().filter(NodeRef::is_text).all(|text| {
        sum += text.text().trim().len();
        sum <= most
    })
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
