//! Owns: blocks that a page has once for each size of the screen. Never: other repetitions, which
//! are text.

use crate::ingest::web::around::{has_around_name, is_around};
use crate::ingest::web::inline_or_block::{Effort, is, is_hidden};
use crate::ingest::web::names;
use crate::ingest::web::node_map::NodeMap;
use crate::ingest::web::text_amount::{SENTENCE, TextAmounts};
use dom_query::{Document, NodeRef};

/// Words in the names of what is shown on screens of one size.
const SIZES: [&str; 8] =
    ["mobile", "desktop", "tablet", "phone", "hidden", "hide", "visible", "none"];

/// Removes all but one of adjacent blocks with the same text, where their names differ and say
/// that a block is shown on screens of one size. Nothing is lost: the text stays where it is.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let (amounts, effort) = (TextAmounts::of(page), Effort::of(page));
    let (mut removed, mut renamed) = (Vec::<NodeRef>::new(), Vec::<NodeRef>::new());
    let mut last: NodeMap<NodeRef> = NodeMap::default();
    for node in body.descendants_it() {
        if amounts.get(&node).text == 0 {
            continue;
        }
        let Some(parent) = node.parent() else { continue };
        let Some(before) = last.insert(parent.id, node) else { continue };
        let same = amounts.get(&node).text >= SENTENCE
            && amounts.get(&before) == amounts.get(&node)
            && are_variants(&before, &node)
            && text(&before, &effort).is_some_and(|a| text(&node, &effort) == Some(a));
        if same {
            // Rules look at names, and none of them shall remove the copy that stays.
            let worse = |n: &NodeRef| is_hidden(n) || has_around_name(n) || is_around(n);
            let (stays, goes) =
                if worse(&before) && !worse(&node) { (node, before) } else { (before, node) };
            if own_words(&stays) != own_words(&goes) {
                renamed.push(stays);
            }
            removed.push(goes);
            last.insert(parent.id, stays);
        }
    }
    // What only one of two copies is named tells nothing of their text.
    renamed.iter().for_each(|node| node.remove_attrs(&["class", "id"]));
    removed.iter().for_each(NodeRef::remove_from_parent);
}

/// The words in the names of a block but those of sizes.
fn own_words(node: &NodeRef) -> Vec<String> {
    let mut words = names::words(node, &["class", "id"]);
    words.retain(|word| !SIZES.contains(&word.as_str()));
    words
}

/// Words in the names of what people write. Two of them may write the same.
const WRITTEN: [&str; 5] = ["answer", "comment", "message", "post", "reply"];

/// Whether two blocks have different names of sizes, or one of them has such a name.
fn are_variants(a: &NodeRef, b: &NodeRef) -> bool {
    let block = |node: &NodeRef| is(node, &["div", "section", "p", "ul", "ol", "table", "span"]);
    let class = |node: &NodeRef| node.attr_or("class", "");
    let (class_a, class_b) = (class(a), class(b));
    block(a)
        && block(b)
        && sizes(&class_a) != sizes(&class_b)
        && !names::any(&own_words(a), &WRITTEN)
        && !names::any(&own_words(b), &WRITTEN)
}

/// The classes that are names of sizes.
fn sizes(class: &str) -> Vec<&str> {
    let is_size = |name: &&str| {
        let mut words = Vec::new();
        names::split(name, &mut words);
        names::any(&words, &SIZES)
    };
    class.split_ascii_whitespace().take(32).filter(is_size).collect()
}

/// The text below a node without space; nothing where no look is left to read it.
fn text(node: &NodeRef, effort: &Effort) -> Option<String> {
    let mut all = String::new();
    let unread = effort.any_below(node, true, |below| {
        if below.is_text() {
            all.extend(below.text().split_whitespace());
        }
        false
    });
    (!unread).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::web::inline_or_block::words;

    const TEXT: &str = "The lid of this mug is made of the same wood as the handle, and comes off.";

    fn cleared(html: &str) -> String {
        let page = Document::from(html);
        clear(&page);
        words(&page)
    }

    #[test]
    fn of_variants_for_screens_one_stays() {
        for (a, b) in [
            ("class=desktop-only", "class=mobile-only"),
            ("class='ssr hidden-a1 hidden-b2'", "class='ssr hidden-c3'"),
            ("class=''", "class='d-none d-md-block'"),
            ("class='visible-xs' hidden", "class='hidden-xs'"),
        ] {
            let html = format!("<h1>Mug</h1><div {a}><p>{TEXT}</div> <div {b}><p>{TEXT}</div>End");
            assert_eq!(cleared(&html), format!("Mug {TEXT} End"), "{a} {b}");
        }
        let three = ["mobile", "tablet", "desktop"].map(|s| format!("<p class={s}>{TEXT}</p>"));
        assert_eq!(cleared(&three.concat()), TEXT);
    }

    #[test]
    fn the_copy_that_no_other_rule_removes_stays() {
        for worse in ["class='mobile popup'", "class='mobile' hidden", "class=m role=dialog"] {
            let html = format!("<div {worse}>{TEXT}</div><div class=desktop>{TEXT}</div>");
            let page = Document::from(html.as_str());
            clear(&page);
            let left = page.select("body > div");
            assert!(left.length() == 1 && !left.has_attr("hidden") && !left.has_attr("role"));
        }
        // A name that only one of them has is none of the text.
        for (a, b, named) in [
            ("mobile reviews", "desktop", false),
            ("desktop", "mobile comments", false),
            ("mobile reviews", "desktop reviews", true),
        ] {
            let html = format!("<div class='{a}'>{TEXT}</div><div class='{b}'>{TEXT}</div>");
            let page = Document::from(html.as_str());
            clear(&page);
            assert_eq!(page.select("body > div").has_attr("class"), named, "{a} {b}");
        }
    }

    #[test]
    fn what_is_repeated_on_purpose_stays() {
        let two = |a: &str, between: &str, b: &str| {
            format!("<div {a}>{TEXT}</div>{between}<div {b}>{TEXT}</div>")
        };
        for html in [
            // A refrain, a warning in each step, slides, the answer that two people gave.
            two("class=verse", "", "class=verse"),
            two("class='mobile'", "", "class='mobile'"),
            two("class='visible'", "", "class='visible best'"),
            two("class='answer visible'", "", "class='answer hidden-score'"),
            two("class=step", "", "class=warning"),
            two("class=mobile", "<p>Then:</p>", "class=desktop"),
            two("class=mobile", "Then: ", "class=desktop"),
            format!("<div class=mobile>{TEXT}</div><div class=desktop>{TEXT} Not.</div>"),
            "<div class=mobile>Yes.</div><div class=desktop>Yes.</div>".to_owned(),
        ] {
            assert_eq!(cleared(&html), words(&Document::from(html.as_str())), "{html}");
        }
    }
}
