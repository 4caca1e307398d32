//! Owns: lists of links to other texts, and teasers, the first words of these: related stories,
//! sections of a site. Never: decides which part of a page is the article.

use crate::ingest::web::inline_or_block::{Effort, is, is_main};
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use dom_query::{Document, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};

/// The number of links from which they are a list.
const LINKS: usize = 2;

/// The mean length in bytes of the links in a list at most.
const LINK: usize = 60;

/// A page whose lists have this many times the text outside them is about the lists.
const INDEX: usize = 8;

/// The number of adjacent teasers from which they are a list.
const LIST: usize = 3;

/// The length of a teaser in bytes at most.
const TEASER: usize = 400;

/// If at most this many bytes remain around a removed list, they are its heading and are removed
/// too.
const HEADING: usize = 60;

/// Removes the lists from the tree, as far as the page has other content. Returns whether the page
/// is a list of teasers; then they stay: they have more text than the rest of the page, and the
/// page does not declare itself an `article`.
pub(super) fn clear(page: &Document, article: bool) -> bool {
    let (weights, effort) = (TextAmounts::of(page), Effort::of(page));
    let Some(body) = page.body() else { return false };
    let Lists { links, teasers } = lists(&body, &weights, &effort);
    let plain =
        |nodes: &[NodeRef]| nodes.iter().map(|node| weights.get(node).plain()).sum::<usize>();
    let teaser_text: usize = teasers.iter().map(|node| weights.get(node).text).sum();
    let outside = weights.get(&body).plain().saturating_sub(plain(&links) + plain(&teasers));
    let listing = teaser_text >= INDEPENDENT_TEXT
        && (outside < INDEPENDENT_TEXT || (!article && outside < teaser_text));
    let linked: usize = links.iter().map(|node| weights.get(node).text).sum();
    if listing || (outside >= INDEPENDENT_TEXT && linked <= outside * INDEX) {
        links.iter().for_each(|node| remove_list(node, &effort));
    }
    if !listing && outside >= INDEPENDENT_TEXT {
        teasers.iter().for_each(|node| remove_list(node, &effort));
    }
    listing
}

/// Removes a list or teaser, and its surroundings where only a heading is left of them.
fn remove_list(node: &NodeRef, effort: &Effort) {
    let parent = node.parent();
    node.remove_from_parent();
    let Some(parent) =
        parent.filter(|parent| !is(parent, &["body", "article"]) && !is_main(parent))
    else {
        return;
    };
    if effort.small(&parent, HEADING) && !effort.any_below(&parent, true, |n| is(n, &["h1"])) {
        parent.remove_from_parent();
    }
}

/// The links and teasers of a page; no element is inside another.
#[derive(Default)]
struct Lists<'a> {
    /// Elements with hardly any text outside links.
    links: Vec<NodeRef<'a>>,
    /// Teasers of other texts, each with its heading.
    teasers: Vec<NodeRef<'a>>,
}

fn lists<'a>(body: &NodeRef<'a>, weights: &TextAmounts, effort: &Effort) -> Lists<'a> {
    let mut found = Lists::default();
    let mut inside: HashSet<NodeId> = HashSet::new();
    for node in body.descendants_it().filter(NodeRef::is_element) {
        if node.parent().is_some_and(|parent| inside.contains(&parent.id)) {
            inside.insert(node.id);
            continue;
        }
        let weight = weights.get(&node);
        // At least four fifths of the text is links; where the links are long, they are the text.
        let short = weight.linked <= weight.links * LINK;
        // A main content that is such a list is one list, and not several beside a short text.
        if short
            && weight.links >= LINKS
            && weight.linked * 5 >= weight.text * 4
            && !is(&node, &["article", "p", "tbody", "tr"])
        {
            inside.insert(node.id);
            found.links.push(node);
        } else if weight.links >= LIST {
            let teasers = teasers(&node, weights, effort);
            inside.extend(teasers.iter().map(|teaser| teaser.id));
            found.teasers.extend(teasers);
        }
    }
    found
}

/// Siblings of one kind, each with a heading that is a link.
fn teasers<'a>(parent: &NodeRef<'a>, weights: &TextAmounts, effort: &Effort) -> Vec<NodeRef<'a>> {
    let mut kinds: HashMap<(String, String), Vec<NodeRef>> = HashMap::new();
    for child in
        parent.children_it(false).filter(|child| is(child, &["article", "div", "li", "section"]))
    {
        let weight = weights.get(&child);
        if weight.links > 0 && weight.text <= TEASER && linked_heading(&child, effort) {
            let (name, class) = (child.node_name().unwrap_or_default(), child.attr_or("class", ""));
            kinds.entry((name.to_string(), class.to_string())).or_default().push(child);
        }
    }
    kinds.into_values().filter(|teasers| teasers.len() >= LIST).flatten().collect()
}

fn linked_heading(node: &NodeRef, effort: &Effort) -> bool {
    let heading = |n: &NodeRef| is(n, &["h2", "h3", "h4", "h5", "h6"]);
    let link = |n: &NodeRef| is(n, &["a"]);
    effort.any_below(node, false, |n| {
        (heading(n) && effort.any_below(n, false, link))
            || (link(n) && effort.any_below(n, false, heading))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::web::inline_or_block::words;

    fn cleared(html: &str, article: bool) -> String {
        let page = Document::from(html);
        assert_eq!(clear(&page, article), html.contains("Stories"), "{html}");
        words(&page)
    }

    const STORY: &str = "<p>Some sentences of a story that is told here at length, with words \
        enough to make it a text of its own, and \
        not one that only leads to others, as the ones below do.</p>";

    #[test]
    fn lists_of_links_go_with_their_heading() {
        let list = "<div><h4>More</h4><ul><li><a href=1>One other story</a><li><a href=2>Two other \
            stories</a><li><a href=3>Three</a></ul></div>";
        assert!(!cleared(&format!("{STORY}{list}"), false).contains("More"));
        // Where the page has no other content, it is about them.
        assert!(cleared(list, true).contains("More One other story"));
        let prose = "<p>See <a href=1>one</a>, <a href=2>two</a> and <a href=3>three</a> for what \
            was said of it before.</p>";
        assert!(
            cleared(&format!("{STORY}{prose}"), true).contains("for what was said of it before.")
        );
    }

    #[test]
    fn teasers_go_where_they_are_not_the_page() {
        let card = |n: u8| {
            format!(
                "<div class=card><a href={n}><h3>Story {n}</h3></a><p>It begins like this and goes \
                 on elsewhere.</p></div>"
            )
        };
        let cards: String = (1..=8).map(card).collect();
        assert!(
            cleared(&format!("{STORY}<section><h2>Related</h2>{cards}</section>"), true)
                .ends_with("as the ones below do.")
        );
        assert!(
            cleared(&format!("{STORY}<section><h2>Stories</h2>{cards}</section>"), false)
                .contains("Story 8")
        );
        let two: String = (1..=2).map(card).collect();
        assert!(cleared(&format!("{STORY}{two}"), true).contains("Story 2"));
    }
}
