//! Owns: the amount of text below each element of a page, and the share of links in it. Never:
//! draws conclusions from it.

use crate::ingest::web::inline_or_block::is;
use crate::ingest::web::node_map::NodeMap;
use dom_query::{Document, NodeRef};

/// The size in bytes from which a text counts as independent: about two sentences.
pub(super) const INDEPENDENT_TEXT: usize = 150;

/// The bytes of text below each element, without white space around each piece.
pub(super) struct TextAmounts(NodeMap<TextAmount>);

/// The amount of text below an element.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextAmount {
    pub text: usize,
    /// Bytes of the text that are in links.
    pub linked: usize,
    /// The number of links.
    pub links: usize,
    /// Bytes of the text in pieces outside links that are as long as a sentence.
    pub prose: usize,
}

/// The length in bytes from which a piece of text counts as a sentence; teasers, labels and names
/// are usually shorter.
pub(super) const SENTENCE: usize = 60;

impl TextAmount {
    /// The bytes of text outside links.
    pub(super) fn plain(self) -> usize {
        self.text - self.linked
    }
}

impl TextAmounts {
    /// Two passes over the tree, down and up, so the time grows with the number of nodes, not with
    /// their depth.
    pub(super) fn of(page: &Document) -> TextAmounts {
        let mut all: NodeMap<TextAmount> = NodeMap::default();
        let Some(body) = page.body() else { return TextAmounts(all) };
        let mut within: NodeMap<bool> = NodeMap::default();
        let mut nodes: Vec<NodeRef> = Vec::new();
        for node in body.descendants_it() {
            let Some(parent) = node.parent() else { continue };
            // The content of a script has no entry, and nothing below it has one.
            let Some(linked) =
                (parent.id == body.id).then_some(false).or_else(|| within.get(&parent.id).copied())
            else {
                continue;
            };
            if node.is_text() {
                let text = node.text().trim().len();
                let prose = if !linked && text >= SENTENCE { text } else { 0 };
                all.insert(
                    node.id,
                    TextAmount { text, linked: if linked { text } else { 0 }, links: 0, prose },
                );
            } else if node.is_element() {
                if is(&node, &["script", "style", "noscript", "template"]) {
                    continue;
                }
                let link = is(&node, &["a"]);
                within.insert(node.id, linked || link);
                all.insert(
                    node.id,
                    TextAmount { links: usize::from(link), ..TextAmount::default() },
                );
            }
            nodes.push(node);
        }
        for node in nodes.iter().rev() {
            let below = all.get(&node.id).copied().unwrap_or_default();
            if let Some(parent) = node.parent() {
                let sum = all.entry(parent.id).or_default();
                sum.text += below.text;
                sum.linked += below.linked;
                sum.links += below.links;
                sum.prose += below.prose;
            }
        }
        TextAmounts(all)
    }

    pub(super) fn get(&self, node: &NodeRef) -> TextAmount {
        self.0.get(&node.id).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_links() {
        let page = Document::from(
            "<p>One <a href=x>two <b>three</b></a><script>four</script></p><div> five </div>",
        );
        let weights = TextAmounts::of(&page);
        let of = |selector: &str| weights.get(page.select(selector).nodes().first().unwrap());
        assert_eq!(of("p"), TextAmount { text: 11, linked: 8, links: 1, prose: 0 });
        assert_eq!(of("div"), TextAmount { text: 4, linked: 0, links: 0, prose: 0 });
        assert_eq!(of("body"), TextAmount { text: 15, linked: 8, links: 1, prose: 0 });
        assert_eq!((of("body").plain(), of("script")), (7, TextAmount::default()));
    }
}
