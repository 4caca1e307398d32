//! Owns: the main content of a page, as its markup says it. Never: looks at names.

use crate::ingest::web::inline_or_block::{Effort, is};
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use dom_query::{Document, NodeRef};

/// Whether an element is marked as the main content.
pub(super) fn is_main(node: &NodeRef) -> bool {
    is(node, &["main"]) || &*node.attr_or("role", "") == "main"
}

/// Removes what is outside the main content of a page, where one element is marked as that and has
/// most of the prose and a third of the text. The title stays.
pub(super) fn clear_outside(page: &Document) {
    let Some(body) = page.body() else { return };
    let all: Vec<NodeRef> =
        body.descendants_it().filter(|node| node.is_element() && is_main(node)).collect();
    let inside = |node: &NodeRef| node.ancestors_it(None).any(|above| is_main(&above));
    let outermost: Vec<&NodeRef> = all.iter().filter(|node| !inside(node)).collect();
    let [main] = outermost[..] else { return };
    let amounts = TextAmounts::of(page);
    let (own, whole) = (amounts.get(main), amounts.get(&body));
    if own.text < 4 * INDEPENDENT_TEXT || own.text * 3 < whole.text || own.prose * 2 < whole.prose {
        return;
    }
    let effort = Effort::of(page);
    let title = |node: &NodeRef| is(node, &["h1"]);
    let mut outside: Vec<NodeRef> = Vec::new();
    let mut node = *main;
    while node.id != body.id {
        let Some(parent) = node.parent() else { return };
        let others = parent.children_it(false).filter(|child| {
            child.is_element()
                && child.id != node.id
                && !is(child, &["script", "style"])
                && !title(child)
                && !effort.any_below(child, true, title)
        });
        outside.extend(others);
        node = parent;
    }
    outside.iter().for_each(NodeRef::remove_from_parent);
}
