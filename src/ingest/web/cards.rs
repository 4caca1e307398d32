//! Owns: the text of a page's own article where that is a list of cards, each with a heading that
//! is a link. Never: decides whether it is read.

use crate::ingest::web::inline_or_block::{Effort, elements, is};
use crate::ingest::web::paragraphs::paragraphs;
use crate::ingest::web::teasers::lists;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, SENTENCE, TextAmounts};
use crate::ingest::web::tree;
use dom_query::{Document, NodeId, NodeRef};
use std::collections::HashSet;

/// The text of the page's own `article`, where cards are most of it, or the article goes on between
/// them. Then they are what it is about, courses or prizes, and not other stories below it.
pub(super) fn text(page: &Document) -> Option<String> {
    own_article(page).filter(|own| is_of_cards(page, own))?;
    let copy = page.clone();
    tree::remove_scripts(&copy);
    own_article(&copy).map(|own| paragraphs(&own.formatted_text()))
}

/// The only `article` of a page, or the only one with a heading of the first rank.
fn own_article(page: &Document) -> Option<NodeRef<'_>> {
    let mut articles = elements(page, &["article"]);
    if articles.len() > 1 {
        let effort = Effort::of(page);
        articles.retain(|node| effort.any_below(node, false, |below| is(below, &["h1"])));
    }
    let [own] = articles[..] else { return None };
    Some(own)
}

/// Whether cards are two thirds of the text of an element; or a quarter, and a sentence is between
/// or behind them. Other stories are in one place, at the end of the text.
fn is_of_cards(page: &Document, own: &NodeRef) -> bool {
    let (amounts, effort) = (TextAmounts::of(page), Effort::of(page));
    let nodes = std::iter::once(*own).chain(own.descendants_it());
    let cards = lists(nodes, &amounts, &effort).teasers;
    let text: usize = cards.iter().map(|node| amounts.get(node).text).sum();
    let whole = amounts.get(own).text;
    text >= INDEPENDENT_TEXT
        && (text * 3 >= whole * 2
            || (text * 4 >= whole && prose_behind(own, &cards, &amounts) >= SENTENCE))
}

/// The bytes of prose in an element behind the first of these nodes, and outside them.
fn prose_behind(element: &NodeRef, nodes: &[NodeRef], amounts: &TextAmounts) -> usize {
    let mut inside: HashSet<NodeId> = nodes.iter().map(|node| node.id).collect();
    let (mut begun, mut behind) = (false, 0);
    for node in element.descendants_it() {
        let is_inside = |node: &NodeRef| inside.contains(&node.id);
        if is_inside(&node) || node.parent().is_some_and(|parent| is_inside(&parent)) {
            inside.insert(node.id);
            begun = true;
        } else if begun && node.is_text() {
            behind += amounts.get(&node).prose;
        }
    }
    behind
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "<p>Some sentences of a story that is told here at length, with words \
        enough to make it a text of its own, and not one that only leads to others.</p>";

    fn cards(count: usize) -> String {
        let card = |n| {
            format!(
                "<div class=card><h3><a href={n}>Prize {n}</a></h3><p>It went to a house that has \
                 no walls.</p></div>"
            )
        };
        (1..=count).map(card).collect()
    }

    fn has_cards(html: &str) -> bool {
        text(&Document::from(html)).is_some_and(|text| text.contains("Prize 3"))
    }

    #[test]
    fn an_article_of_cards_is_known_by_their_share_and_place() {
        let (six, twenty) = (cards(6), cards(20));
        assert!(has_cards(&format!("<article><h1>Prizes</h1>{STORY}{twenty}</article>")));
        assert!(has_cards(&format!("<article>{STORY}<div>{six}</div>{STORY}{STORY}</article>")));
        assert!(has_cards(&format!("<article>{STORY}{six}{STORY}<div>{six}</div></article>")));
        // Other stories below the text, and those of another article.
        let long = STORY.repeat(3);
        assert!(!has_cards(&format!("<article>{long}<div>{six}</div></article>")));
        assert!(!has_cards(&format!("<article>{long}<h3>More</h3>{six}<p>By Ann</p></article>")));
        let other = format!("<article><h1>A</h1>{STORY}</article><article>{twenty}</article>");
        assert!(!has_cards(&other));
        let two = format!("<article>{STORY}</article><article>{twenty}</article>");
        assert!(!has_cards(&two));
        assert!(!has_cards(&format!("<article>{STORY}</article>{twenty}")));
    }
}
