//! Owns: threads of posts, in forums and below articles: the heads and feet of their posts. Never: which part of a page is the article.

use super::furniture::small;
use dom_query::{Document, NodeRef};
use std::collections::{BTreeMap, HashMap};

/// As many siblings of one class are a thread.
const THREAD: usize = 3;

/// What a class holds that is given to a post.
const POST: [&str; 4] = ["post", "comment", "message", "reply"];

/// What a class holds that is given to the head or foot of a post.
const AROUND: [&str; 14] = [
    "author",
    "byline",
    "user",
    "profile",
    "date",
    "time",
    "meta",
    "control",
    "button",
    "links",
    "action",
    "toolbar",
    "signature",
    "avatar",
];

/// What a class holds that is given to the text of a post, whatever else it holds.
const TEXT: [&str; 4] = ["content", "body", "text", "entry"];

/// Bytes in the head or foot of a post at most.
const HEAD: usize = 300;

/// Takes heads and feet out of the tree: who wrote a post and when, and what can be done with it.
pub(super) fn clear(page: &Document) {
    for thread in threads(page) {
        thread.iter().for_each(around);
        thread.last().into_iter().for_each(behind);
        subjects(&thread);
    }
}

/// Posts below each other, in the order of the page.
fn threads(page: &Document) -> Vec<Vec<NodeRef<'_>>> {
    let mut all: BTreeMap<usize, Vec<NodeRef>> = BTreeMap::new();
    let mut places = HashMap::new();
    for node in page.select("div[class], li[class], article[class], section[class], tr[class], table[class]").nodes() {
        let Some(class) = node.attr("class") else { continue };
        let class = class.split_ascii_whitespace().next().unwrap_or_default().to_ascii_lowercase();
        let Some(parent) = node.parent().filter(|_| has(&class, &POST)) else { continue };
        let next = places.len();
        all.entry(*places.entry((parent.id, class)).or_insert(next)).or_default().push(*node);
    }
    all.into_values().filter(|posts| posts.len() >= THREAD).collect()
}

fn has(class: &str, words: &[&str]) -> bool {
    words.iter().any(|word| class.contains(word))
}

/// Takes out who wrote a post and when, and what can be done with it.
fn around(post: &NodeRef) {
    let mut gone = Vec::new();
    for node in post.descendants_it().filter(NodeRef::is_element) {
        let named: Vec<_> = ["class", "itemprop"].iter().filter_map(|a| node.attr(a)).collect();
        let named = named.iter().map(|n| n.to_ascii_lowercase()).collect::<Vec<_>>().join(" ");
        if has(&named, &AROUND) && !has(&named, &TEXT) && small(&node, HEAD) {
            gone.push(node);
        }
    }
    gone.iter().for_each(NodeRef::remove_from_parent);
}

/// Takes out what little stands behind the last post: other pages of the thread, who else is reading.
fn behind(last: &NodeRef) {
    let mut next = last.next_sibling();
    while let Some(node) = next {
        next = node.next_sibling();
        if node.node_name().is_some_and(|name| matches!(&*name, "div" | "section" | "nav" | "form" | "table"))
            && small(&node, HEAD)
        {
            node.remove_from_parent();
        }
    }
}

/// Takes out headings that stand above posts again and again: "Re: the subject".
fn subjects(posts: &[NodeRef]) {
    let mut all: HashMap<String, Vec<NodeRef>> = HashMap::new();
    for post in posts {
        for node in post.descendants_it().filter(|n| n.is_element()) {
            let name = node.node_name().unwrap_or_default();
            if matches!(&*name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
                let text = node.text().trim().to_lowercase();
                all.entry(text.trim_start_matches("re:").trim().to_owned()).or_default().push(node);
            }
        }
    }
    for same in all.values().filter(|same| same.len() >= THREAD) {
        same.iter().for_each(NodeRef::remove_from_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(html: &str) -> String {
        let page = Document::from(html);
        clear(&page);
        let texts =
            page.body().unwrap().descendants_it().filter(|n| n.is_text()).map(|n| n.text().to_string()).collect::<Vec<_>>();
        texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn posts_lose_their_heads_and_feet() {
        let post = |n: u8| {
            format!(
                "<li class='Comment odd'><h3>Re: Pumps</h3><p class=author>by ann » {n} May</p><div class=user-content>Text {n}.</div>\
                 <div><ul class=post-buttons><li>Quote</ul></div></li>"
            )
        };
        let thread = |n: u8| format!("<h1>Pumps</h1><ul>{}</ul>", (1..=n).map(post).collect::<String>());
        assert_eq!(cleared(&thread(3)), "Pumps Text 1. Text 2. Text 3.");
        // Two are no thread.
        assert!(cleared(&thread(2)).contains("by ann » 2 May"));
        let long = format!("<div class=post><div class=date>{}</div></div>", "words ".repeat(60)).repeat(3);
        assert_eq!(cleared(&long).split(' ').count(), 180);
        let behind = "<div class=post>Text.</div>".repeat(3) + "<div>3 guests</div><p>An end.</p>";
        assert_eq!(cleared(&behind), "Text. Text. Text. An end.");
    }
}
