//! Owns: what stands beside the text of an article: who its author is, what its pictures show.
//! Never: removes what may be the text itself.

use crate::ingest::web::inline_or_block::{Effort, is};
use crate::ingest::web::names;
use crate::ingest::web::text_amount::{TextAmount, TextAmounts};
use dom_query::{Document, NodeRef};

/// Words in the names of a text about an author.
const BIOGRAPHY: [&str; 5] = ["bio", "biography", "authorbox", "authorbio", "aboutauthor"];

/// Words that are in such names beside `author`.
const ABOUT: [&str; 10] = [
    "box",
    "info",
    "card",
    "about",
    "details",
    "profile",
    "description",
    "desc",
    "block",
    "section",
];

/// Words that are in the names of captions beside `caption`.
const PICTURE: [&str; 6] = ["wp", "image", "img", "photo", "picture", "media"];

/// Beginnings of the headings of a text about an author.
const HEADINGS: [&str; 5] = [
    "about the author",
    "about the reviewer",
    "about the contributor",
    "about the writer",
    "meet the author",
];

/// The bytes of a text about an author at most.
const AUTHOR: usize = 2000;

/// What stands beside an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Beside {
    Author,
    Caption,
    Person,
}

/// Removes what stands beside an article, except where it is most of the page: an article may be
/// about its author, or tell its story below pictures.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let (amounts, effort) = (TextAmounts::of(page), Effort::of(page));
    let whole = amounts.get(&body).prose;
    let mut found: Vec<(NodeRef, Beside)> = Vec::new();
    let mut open: Vec<NodeRef> = body.children_it(false).filter(NodeRef::is_element).collect();
    while let Some(node) = open.pop() {
        let kind = kind(&node, amounts.get(&node));
        let content = |below: &NodeRef| {
            is(below, &["h1"]) || (kind == Some(Beside::Caption) && is(below, &["img"]))
        };
        match kind {
            Some(kind)
                if amounts.get(&node).prose * 4 <= whole
                    && !effort.any_below(&node, true, content) =>
            {
                found.push((node, kind));
            }
            _ => open.extend(node.children_it(false).filter(NodeRef::is_element)),
        }
    }
    let sum = |wanted: Beside| {
        let all = found.iter().filter(|(_, kind)| *kind == wanted);
        all.map(|(node, _)| amounts.get(node).prose).sum::<usize>()
    };
    let few = [Beside::Author, Beside::Caption, Beside::Person].map(|kind| sum(kind) * 3 <= whole);
    let removed = found.iter().filter(|(_, kind)| few[*kind as usize]);
    removed.for_each(|(node, _)| node.remove_from_parent());
}

fn kind(node: &NodeRef, amount: TextAmount) -> Option<Beside> {
    let words = names::words(node, &["class", "id"]);
    let has = |wanted: &[&str]| names::any(&words, wanted);
    if has(&BIOGRAPHY) || (has(&["author"]) && has(&ABOUT)) {
        return Some(Beside::Author);
    }
    if has(&["caption"]) && (has(&PICTURE) || words.len() <= 2) {
        return Some(Beside::Caption);
    }
    let kind = node.attr_or("itemtype", "");
    if &*node.attr_or("itemprop", "") == "author"
        || kind.trim_end_matches('/').ends_with("schema.org/Person")
    {
        return Some(Beside::Person);
    }
    (amount.text <= AUTHOR && is(node, &["div", "section", "aside"]) && is_headed(node))
        .then_some(Beside::Author)
}

/// Whether an element begins with a heading that says that it is about an author.
fn is_headed(node: &NodeRef) -> bool {
    let first = node
        .descendants_it()
        .take(16)
        .find(|below| below.is_text() && !below.text().trim().is_empty());
    first.is_some_and(|text| {
        let text = text.text().trim().to_lowercase();
        HEADINGS.iter().any(|heading| text.starts_with(heading))
    })
}
