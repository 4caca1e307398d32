//! Owns: how much text stands below each element of a page, and how much of it is links. Never:
//! what follows from it.

use dom_query::{Document, NodeId, NodeRef};
use std::collections::HashMap;

/// Bytes of text that are a text of their own: some two sentences.
pub(super) const OWN: usize = 150;

/// Bytes of text below each element, white space around each piece left out.
pub(super) struct TextAmounts(HashMap<NodeId, TextAmount>);

/// What stands below an element.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextAmount {
    pub text: usize,
    /// Of it, in links.
    pub linked: usize,
    /// How many links.
    pub links: usize,
    /// Of the text, in pieces outside links that are as long as a sentence.
    pub prose: usize,
}

/// Bytes of a piece of text at least that is a sentence; first words of another story, labels and
/// names are shorter as a rule.
const SENTENCE: usize = 60;

impl TextAmount {
    /// Bytes of text outside links.
    pub(super) fn plain(self) -> usize {
        self.text - self.linked
    }
}

impl TextAmounts {
    /// One pass down and one up, so the time grows with the number of nodes, not with their depth.
    pub(super) fn of(page: &Document) -> TextAmounts {
        let mut all: HashMap<NodeId, TextAmount> = HashMap::new();
        let Some(body) = page.body() else { return TextAmounts(all) };
        let mut within: HashMap<NodeId, bool> = HashMap::new();
        let mut nodes: Vec<NodeRef> = Vec::new();
        for node in body.descendants_it() {
            let Some(parent) = node.parent() else { continue };
            // What is in a script has no entry, and nothing below it.
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
                let name = node.node_name().unwrap_or_default();
                if matches!(&*name, "script" | "style" | "noscript" | "template") {
                    continue;
                }
                let link = &*name == "a";
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
