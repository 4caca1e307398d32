//! Owns: content that a browser shows only once a script has run, or only where none can run:
//! hidden elements, `noscript` and `template`. Never: decides which part of a page is the article.

use crate::hash;
use crate::ingest::web::around::{has_around_name, is_around, is_consent};
use crate::ingest::web::inline_or_block::{Effort, is, is_main};
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, SENTENCE};
use dom_query::{Document, NodeRef};
use std::collections::HashSet;

/// Concealed content with more than this many times the visible prose is what the page is about.
const TIMES: usize = 2;

/// How an element is concealed, or boilerplate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Concealed {
    /// It is shown.
    Not,
    /// It is shown, and its name is that of a menu or a banner.
    Boilerplate,
    /// `hidden`, or a style that does not display it.
    Hidden,
    /// `noscript`.
    NoScript,
    /// `template`.
    Template,
}

/// The kinds that can be revealed.
const KINDS: [Concealed; 3] = [Concealed::Hidden, Concealed::NoScript, Concealed::Template];

/// Makes the content of each kind visible that has the prose of the page, where next to nothing is
/// visible: a page whose text is swapped in by a script, or a forum that has its posts in
/// `noscript`. Declarative shadow trees are visible anyway. Dialogs that ask for consent, which are
/// often concealed, are removed.
pub(super) fn reveal(page: &Document) {
    let Some(body) = page.body() else { return };
    let (mut prose, mut all) = ([0; 5], [0; 5]);
    // Those of each kind, and whether each is inside another one.
    let mut nodes = <[Vec<(NodeRef, bool)>; 5]>::default();
    let effort = Effort::of(page);
    let mut consent: Vec<NodeRef> = Vec::new();
    let mut open = vec![(body, Concealed::Not)];
    while let Some((node, outer)) = open.pop() {
        if node.is_text() {
            let length = node.text().trim().len();
            let linked = || node.ancestors_it(Some(3)).any(|above| is(&above, &["a"]));
            prose[outer as usize] += if length >= SENTENCE && !linked() { length } else { 0 };
            all[outer as usize] += length;
            continue;
        }
        let template = is(&node, &["template"]);
        if is_no_content(page, &node) {
            continue;
        }
        if template && ["shadowrootmode", "shadowroot"].iter().any(|mode| node.has_attr(mode)) {
            // A browser shows it while it parses the page.
            show(page, &node);
        }
        let mut how = outer;
        if node.id != body.id {
            let content = |node: &NodeRef| is(node, &["h1", "article"]) || is_main(node);
            let has_content = || content(&node) || effort.any_below(&node, true, content);
            if is_consent(&node) && !has_content() {
                consent.push(node);
                continue;
            }
            let own = concealed(&node);
            if KINDS.contains(&own) && has_around_name(&node) && !has_content() {
                continue;
            }
            how = if outer == Concealed::Not { own } else { outer };
            if KINDS.contains(&own) {
                nodes[how as usize].push((node, outer != Concealed::Not));
            }
        }
        open.extend(node.children_it(false).map(|child| (child, how)));
        if template {
            open.extend(contents(page, &node).into_iter().map(|child| (child, how)));
        }
    }
    consent.iter().for_each(NodeRef::remove_from_parent);
    let mut kinds = KINDS;
    kinds.sort_by_key(|kind| std::cmp::Reverse(prose[*kind as usize]));
    for kind in kinds {
        let visible = prose[Concealed::Not as usize];
        let more = prose[kind as usize] > TIMES * visible + INDEPENDENT_TEXT;
        if more && prose[kind as usize] > all[Concealed::Not as usize] {
            // The same text may be there once for each size of the screen.
            let mut shown: HashSet<u64> = HashSet::new();
            for (node, inside) in &nodes[kind as usize] {
                if *inside || shown.insert(text_hash(page, node, &effort)) {
                    show(page, node);
                }
            }
            prose[Concealed::Not as usize] += prose[kind as usize];
            all[Concealed::Not as usize] += all[kind as usize];
        }
    }
}

fn concealed(node: &NodeRef) -> Concealed {
    if is(node, &["noscript"]) {
        Concealed::NoScript
    } else if is(node, &["template"]) {
        Concealed::Template
    } else if is_hidden(node) {
        Concealed::Hidden
    } else if is_around(node) {
        Concealed::Boilerplate
    } else {
        Concealed::Not
    }
}

/// Whether an element itself says that it is not displayed.
fn is_hidden(node: &NodeRef) -> bool {
    if node.has_attr("hidden") || node.attr("aria-hidden").is_some_and(|value| &*value == "true") {
        return true;
    }
    node.attr("style").is_some_and(|style| {
        let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
        let style = style.to_ascii_lowercase();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// The pieces of text by which two elements are known to have the same.
const SAME: usize = 64;

/// The hash of the first text in an element, that of a template included.
fn text_hash(page: &Document, node: &NodeRef, effort: &Effort) -> u64 {
    let mut texts: Vec<String> = Vec::new();
    let mut add = |node: &NodeRef| {
        let below = std::iter::once(*node).chain(node.descendants_it());
        let pieces = below.take_while(|_| effort.look()).filter(NodeRef::is_text).take(SAME);
        texts.extend(pieces.map(|text| text.text().trim().to_owned()));
    };
    add(node);
    contents(page, node).iter().take(SAME).for_each(add);
    hash::bytes(texts.join(" ").as_bytes())
}

/// Whether a node has no text that could be shown.
fn is_no_content(page: &Document, node: &NodeRef) -> bool {
    !node.is_element()
        || is(node, &["script", "style", "iframe", "svg", "title"])
        || (is(node, &["template"]) && contents(page, node).iter().any(has_placeholders))
}

/// Whether the text of a template has places that a script fills: it is no text yet.
fn has_placeholders(node: &NodeRef) -> bool {
    let below = std::iter::once(*node).chain(node.descendants_it());
    below.filter(NodeRef::is_text).take(SAME).any(|text| text.text().contains("{{"))
}

/// Makes an element visible.
fn show(page: &Document, node: &NodeRef) {
    if is(node, &["template"]) {
        contents(page, node).iter().for_each(|child| node.append_child(child));
    }
    if is(node, &["template", "noscript"]) {
        node.rename("div");
    }
    node.remove_attrs(&["hidden", "aria-hidden", "style"]);
}

/// The nodes inside a template, which are no children of it in the tree.
fn contents<'a>(page: &'a Document, node: &NodeRef) -> Vec<NodeRef<'a>> {
    let id = node.element_ref().and_then(|element| element.template_contents);
    let fragment = id.and_then(|id| page.tree.get(&id));
    fragment.map(|fragment| fragment.children_it(false).collect()).unwrap_or_default()
}
