//! Owns: discussions in forums and below articles: the headers and footers of their posts. Never:
//! decides which part of a page is the article.

use crate::ingest::web::inline_or_block::{Effort, elements, is, sentence};
use crate::ingest::web::names;
use dom_query::{Document, NodeRef};
use std::collections::{BTreeMap, HashMap};

/// The number of siblings of one class from which they are a discussion.
const THREAD: usize = 3;

/// Words in the class name of a post.
const POST: [&str; 5] = ["post", "postcontainer", "comment", "message", "reply"];

/// Words in the class name of the header or footer of a post.
const AROUND: [&str; 26] = [
    "author",
    "avatar",
    "buttons",
    "byline",
    "controls",
    "date",
    "info",
    "infos",
    "likes",
    "links",
    "meta",
    "permalink",
    "postdate",
    "postlinks",
    "postprofile",
    "profile",
    "sig",
    "signature",
    "time",
    "timestamp",
    "toolbar",
    "user",
    "userinfo",
    "username",
    "actions",
    "action",
];

/// Words in the class name of the text of a post, whatever else the name contains.
const TEXT: [&str; 8] =
    ["content", "body", "text", "entry", "message", "postbody", "status", "update"];

/// The length in bytes of the header or footer of a post at most.
const HEAD: usize = 300;

/// The length in bytes up to which the content after a discussion is boilerplate.
const BEHIND: usize = 150;

/// Removes headers and footers from the tree: the author and date of a post, and the controls.
/// `title`: that of the page.
pub(super) fn clear(page: &Document, title: &str) {
    let effort = Effort::of(page);
    for thread in discussions(page) {
        let class = thread[0].attr_or("class", "");
        let removed: Vec<NodeRef> =
            thread.iter().flat_map(|post| around(post, first(&class), &effort)).collect();
        let bytes = |nodes: &[NodeRef]| nodes.iter().map(bytes).sum::<usize>();
        // The posts themselves are most of a discussion.
        if bytes(&removed) * 2 <= bytes(&thread) {
            removed.iter().for_each(NodeRef::remove_from_parent);
        }
        thread.last().into_iter().for_each(|last| behind(last, &effort));
        subjects(&thread, title);
    }
}

fn bytes(node: &NodeRef) -> usize {
    node.descendants_it().filter(NodeRef::is_text).map(|text| text.text().trim().len()).sum()
}

/// Finds groups of posts, in the order of the page.
fn discussions(page: &Document) -> Vec<Vec<NodeRef<'_>>> {
    let mut all: BTreeMap<usize, Vec<NodeRef>> = BTreeMap::new();
    let mut places = HashMap::new();
    for node in elements(page, &["div", "li", "article", "section", "tr", "table"]) {
        let class = node.attr_or("class", "");
        if class.is_empty() {
            continue;
        }
        let class = first(&class).to_owned();
        let Some(parent) = node.parent().filter(|_| has(&class, &POST)) else { continue };
        let next = places.len();
        all.entry(*places.entry((parent.id, class)).or_insert(next)).or_default().push(node);
    }
    all.into_values().filter(|posts| posts.len() >= THREAD).collect()
}

fn first(class: &str) -> &str {
    class.split_ascii_whitespace().next().unwrap_or_default()
}

/// Whether a class name contains one of the words: `comment-author`, `post_author` and `postAuthor`
/// contain `author`, but `sentiment` does not contain `time`.
fn has(class: &str, wanted: &[&str]) -> bool {
    let mut words = Vec::new();
    names::split(class, &mut words);
    names::any(&words, wanted)
}

/// The headers and footers in a post; those of replies below it belong to the replies.
fn around<'a>(post: &NodeRef<'a>, kind: &str, effort: &Effort) -> Vec<NodeRef<'a>> {
    let named =
        |node: &NodeRef| format!("{} {}", node.attr_or("class", ""), node.attr_or("itemprop", ""));
    let text = |node: &NodeRef| has(&named(node), &TEXT);
    let mut removed: Vec<NodeRef> = Vec::new();
    for node in post.descendants_it().filter(NodeRef::is_element) {
        let class = named(&node);
        let fits = class.len() > 1
            && has(&class, &AROUND)
            && first(&class) != kind
            && !text(&node)
            && effort.small(&node, HEAD);
        // An element inside another one is removed with that.
        let inside = || {
            node.ancestors_it(Some(8))
                .any(|above| removed.iter().rev().take(8).any(|out| out.id == above.id))
        };
        if fits
            && !inside()
            && !effort.any_below(&node, true, |below| below.is_element() && text(below))
        {
            removed.push(node);
        }
    }
    removed
}

/// Removes short content after the last post: links to other pages of the discussion, who else is
/// reading.
fn behind(last: &NodeRef, effort: &Effort) {
    let mut next = last.next_sibling();
    while let Some(node) = next.filter(|_| effort.look()) {
        next = node.next_sibling();
        if is(&node, &["div", "section", "nav", "form", "table"])
            && effort.small(&node, BEHIND)
            && !sentence(&node.text())
        {
            node.remove_from_parent();
        }
    }
}

/// Removes headings that repeat the title of the page above each post: "Re: the subject".
fn subjects(posts: &[NodeRef], title: &str) {
    let title = title.to_lowercase();
    for post in posts {
        let heading = post.descendants_it().find(|n| is(n, &["h1", "h2", "h3", "h4", "h5", "h6"]));
        let Some(heading) = heading else { continue };
        let text = heading.text().to_lowercase();
        let text = text.trim().trim_start_matches("re:").trim();
        if !text.is_empty() && title.contains(text) {
            heading.remove_from_parent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::web::inline_or_block::words;

    fn cleared(html: &str) -> String {
        let page = Document::from(html);
        clear(&page, "Pumps");
        words(&page)
    }

    #[test]
    fn posts_lose_their_heads_and_feet() {
        let post = |n: u8| {
            format!(
                "<li class='Comment odd'><h3>Re: Pumps</h3><p class=author>by ann » {n} \
                 May</p><div class=user-content>Text {n}, and more of it than stands around.</div>\
                 <div><ul class=post-buttons><li>Quote</ul></div></li>"
            )
        };
        let thread =
            |n: u8| format!("<h1>Pumps</h1><ul>{}</ul>", (1..=n).map(post).collect::<String>());
        assert_eq!(
            cleared(&thread(3)),
            "Pumps ".to_owned()
                + &(1..=3)
                    .map(|n| format!("Text {n}, and more of it than stands around."))
                    .collect::<Vec<_>>()
                    .join(" ")
        );
        // Two posts are no discussion.
        assert!(cleared(&thread(2)).contains("by ann » 2 May"));
        let long = format!("<div class=post><div class=date>{}</div></div>", "words ".repeat(60))
            .repeat(3);
        assert_eq!(cleared(&long).split(' ').count(), 180);
        let updates =
            "<div class=live-post><div class=update-message>A goal by Smith.</div></div>".repeat(4);
        assert_eq!(cleared(&updates).matches("A goal").count(), 4);
        let reply = "<li class='comment byuser comment-author-ann'>An answer.</li>";
        let thread = format!("<li class='comment byuser'>Text.<ul>{reply}</ul></li>").repeat(3);
        assert_eq!(cleared(&thread).matches("An answer.").count(), 3);
        let ends = "<div class=post>Text.</div>".repeat(3) + "<div>It ends here.</div>";
        assert!(cleared(&ends).ends_with("It ends here."));
        let behind = "<div class=post>Text.</div>".repeat(3) + "<div>3 guests</div><p>An end.</p>";
        assert_eq!(cleared(&behind), "Text. Text. Text. An end.");
    }
}
