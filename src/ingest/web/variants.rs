//! Owns: blocks that a page has once for each size of the screen, and their text, which is read
//! once. Never: other repetitions, which are text.

use crate::hash;
use crate::ingest::web::inline_or_block::{Effort, is};
use crate::ingest::web::names;
use crate::ingest::web::node_map::NodeMap;
use crate::ingest::web::paragraphs::paragraphs;
use crate::ingest::web::text_amount::{SENTENCE, TextAmounts};
use dom_query::{Document, NodeRef};
use memchr::memmem::Finder;
use std::collections::HashMap;

/// Words in the names of what is shown on screens of one size.
const SIZES: [&str; 7] = ["mobile", "desktop", "tablet", "phone", "hidden", "hide", "none"];

/// The adjacent blocks with the same text whose names differ and say that a block is shown on
/// screens of one size.
pub(super) fn find(page: &Document) -> Vec<Variant> {
    let Some(body) = page.body() else { return Vec::new() };
    let (amounts, effort) = (TextAmounts::of(page), Effort::of(page));
    let mut found: Vec<Variant> = Vec::new();
    let mut last: NodeMap<NodeRef> = NodeMap::default();
    for node in body.descendants_it() {
        if amounts.get(&node).text == 0 {
            continue;
        }
        let Some(parent) = node.parent() else { continue };
        let Some(before) = last.insert(parent.id, node) else { continue };
        if amounts.get(&node).text >= SENTENCE
            && amounts.get(&before) == amounts.get(&node)
            && are_variants(&before, &node)
            && let Some(text) = text(&before, &effort)
            && self::text(&node, &effort).as_ref() == Some(&text)
        {
            found.push(Variant::of(&node, text));
        }
    }
    found
}

/// Words in the names of what people write. Two of them may write the same.
const WRITTEN: [&str; 5] = ["answer", "comment", "message", "post", "reply"];

/// Whether two blocks have different names of sizes, or one of them has such a name.
fn are_variants(a: &NodeRef, b: &NodeRef) -> bool {
    let block = |node: &NodeRef| is(node, &["div", "section", "p", "ul", "ol", "table", "span"]);
    let written = |node: &NodeRef| names::any(&names::words(node, &["class", "id"]), &WRITTEN);
    let class = |node: &NodeRef| node.attr_or("class", "");
    let (class_a, class_b) = (class(a), class(b));
    block(a) && block(b) && sizes(&class_a) != sizes(&class_b) && !written(a) && !written(b)
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

/// The variants at most for which a text is searched, the longest first.
const SEARCHED: usize = 64;

/// The text in which of these variants, where one follows the other, the first is left. So nothing
/// is lost: what goes stands before it.
pub(super) fn once(text: String, mut variants: Vec<Variant>) -> String {
    variants.sort_by(|a, b| (b.text.len(), &a.text).cmp(&(a.text.len(), &b.text)));
    variants.dedup_by(|a, b| a.text == b.text);
    let mut left = text;
    for variant in variants.iter().take(SEARCHED) {
        left = variant.lines_once(&left).unwrap_or(left);
        left = variant.text_once(&left).unwrap_or(left);
    }
    left
}

/// A block that a page has more than once.
pub(super) struct Variant {
    /// Its text without space.
    text: String,
    /// The hashes of its lines, each with the number of times that it has the line.
    lines: HashMap<u64, usize>,
}

impl Variant {
    fn of(node: &NodeRef, text: String) -> Variant {
        let mut lines: HashMap<u64, usize> = HashMap::new();
        for line in paragraphs(&node.formatted_text()).lines() {
            *lines.entry(line_hash(line)).or_default() += 1;
        }
        Variant { text, lines }
    }

    /// A text without the copies of the block that follow it in the same lines, if there are any.
    fn text_once(&self, text: &str) -> Option<String> {
        let (bytes, ends) = without_space(text);
        let (mut left, mut begin, mut last) = (String::new(), 0, 0);
        for at in Finder::new(&self.text).find_iter(&bytes) {
            if at > 0 && last == at {
                left.push_str(&text[begin..ends[at - 1]]);
                begin = ends[at + self.text.len() - 1];
            }
            last = at + self.text.len();
        }
        left.push_str(&text[begin..]);
        (begin > 0).then_some(left)
    }

    /// A text in which, of adjacent lines of the block, each is there as often as in one block, if
    /// a sentence goes that way: rules may have removed other lines from one copy than the other.
    fn lines_once(&self, text: &str) -> Option<String> {
        let lines: Vec<&str> = text.lines().collect();
        let hashes: Vec<Option<u64>> =
            lines.iter().map(|line| Some(line_hash(line)).filter(|_| !line.is_empty())).collect();
        let mut stays = vec![true; lines.len()];
        let own = |hash: &Option<u64>| hash.is_none_or(|hash| self.lines.contains_key(&hash));
        let mut begin = 0;
        for part in hashes.chunk_by(|a, b| own(a) && own(b)) {
            stays[begin..begin + part.len()].copy_from_slice(&self.as_often(part));
            begin += part.len();
        }
        let goes = lines.iter().zip(&stays).filter(|(_, stays)| !**stays);
        if goes.map(|(line, _)| line.len()).max()? < SENTENCE {
            return None;
        }
        let left = lines.iter().zip(&stays).filter(|(_, stays)| **stays).map(|(line, _)| *line);
        Some(paragraphs(&left.collect::<Vec<_>>().join("\n")))
    }

    /// Which of these lines stay, so that each is there as often as in the block: the first ones or
    /// the last ones, whichever leaves longer parts in one piece.
    fn as_often(&self, hashes: &[Option<u64>]) -> Vec<bool> {
        let keep = |order: &mut dyn Iterator<Item = usize>| {
            let (mut seen, mut stays) = (HashMap::new(), vec![true; hashes.len()]);
            for at in order {
                let Some(hash) = hashes[at] else { continue };
                let seen: &mut usize = seen.entry(hash).or_default();
                *seen += 1;
                stays[at] = self.lines.get(&hash).is_none_or(|count| *seen <= *count);
            }
            stays
        };
        let (first, last) = (keep(&mut (0..hashes.len())), keep(&mut (0..hashes.len()).rev()));
        let pieces = |stays: &[bool]| {
            let lines = stays.iter().zip(hashes).filter(|(_, hash)| hash.is_some());
            let flags: Vec<bool> = lines.map(|(stays, _)| *stays).collect();
            flags.chunk_by(|a, b| a == b).count()
        };
        if pieces(&last) < pieces(&first) { last } else { first }
    }
}

fn line_hash(line: &str) -> u64 {
    hash::bytes(line.trim().as_bytes())
}

/// The bytes of a text without space, and the place behind each of them in the text.
fn without_space(text: &str) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut ends) = (Vec::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (at, c) in text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let end = at + c.len_utf8();
        bytes.extend_from_slice(&text.as_bytes()[at..end]);
        ends.resize(bytes.len(), end);
    }
    (bytes, ends)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "The lid of this mug is made of the same wood as the handle, and comes off.";

    fn found(html: &str) -> usize {
        find(&Document::from(html)).len()
    }

    #[test]
    fn variants_for_screens_are_found() {
        for (a, b) in [
            ("class=desktop-only", "class=mobile-only"),
            ("class='ssr hidden-a1 hidden-b2'", "class='ssr hidden-c3'"),
            ("class=''", "class='d-none d-md-block'"),
            ("class='visible-xs' hidden", "class='hidden-xs'"),
        ] {
            let html = format!("<h1>Mug</h1><div {a}><p>{TEXT}</div> <div {b}><p>{TEXT}</div>End");
            assert_eq!(found(&html), 1, "{a} {b}");
        }
    }

    #[test]
    fn what_is_repeated_on_purpose_is_not_found() {
        let two = |a: &str, between: &str, b: &str| {
            format!("<div {a}>{TEXT}</div>{between}<div {b}>{TEXT}</div>")
        };
        for html in [
            // A refrain, a warning in each step, slides, the answer that two people gave.
            two("class=verse", "", "class=verse"),
            two("class='mobile'", "", "class='mobile'"),
            two("class='visible'", "", "class='visible best'"),
            two("class='slide'", "", "class='slide visible'"),
            two("class='answer visible'", "", "class='answer hidden-score'"),
            two("class=step", "", "class=warning"),
            two("class=mobile", "<p>Then:</p>", "class=desktop"),
            two("class=mobile", "Then: ", "class=desktop"),
            format!("<div class=mobile>{TEXT}</div><div class=desktop>{TEXT} Not.</div>"),
            "<div class=mobile>Yes.</div><div class=desktop>Yes.</div>".to_owned(),
        ] {
            assert_eq!(found(&html), 0, "{html}");
        }
    }

    fn once_of(text: &str, blocks: &[&str]) -> String {
        let variant = |block: &&str| {
            let page = Document::from(format!("<div>{block}</div>"));
            let text = block.split_whitespace().collect();
            Variant::of(page.select("div").nodes().first().unwrap(), text)
        };
        once(text.to_owned(), blocks.iter().map(variant).collect())
    }

    #[test]
    fn one_of_adjacent_copies_is_left() {
        assert_eq!(once_of("Mug\n\nA b.\n\nA b.\n\nA\nb.\n\nEnd", &["Ab."]), "Mug\n\nA b.\n\nEnd");
        assert_eq!(once_of("A é. A é. End", &["Aé."]), "A é. End");
        // Two sizes in each of two sizes, and a copy that stands elsewhere.
        assert_eq!(once_of("a b b a b b", &["b", "abb"]), "a b");
        assert_eq!(once_of("A b. So: A b.", &["Ab."]), "A b. So: A b.");
        assert_eq!(once_of("A b. A", &["Ab."]), "A b. A");
        assert_eq!(once_of("aaaaa", &["aa"]), "aaa");
    }

    #[test]
    fn copies_of_which_other_lines_were_removed_are_one() {
        let block = format!("<h2>Lid</h2><p>{TEXT}</p><p>Yes.</p><p>{TEXT}</p><p>Call us.</p>");
        let copy = format!("Lid\n\n{TEXT}\n\nYes.\n\n{TEXT}");
        let text = format!("Mug\n\n{copy}\n\n{copy}\n\nCall us.\n\nEnd");
        assert_eq!(once_of(&text, &[&block]), format!("Mug\n\n{copy}\n\nCall us.\n\nEnd"));
        // A line of another block is between them, or only short lines are there twice.
        let text = format!("{copy}\n\nThen:\n\n{copy}");
        assert_eq!(once_of(&text, &[&block]), text);
        assert_eq!(once_of("Yes.\n\nYes.", &[&block]), "Yes.\n\nYes.");
    }

    #[test]
    fn nothing_but_copies_is_lost_where_one_of_them_is_around_the_text() {
        for inside in ["<aside>", "<div hidden>", "<small>", "<label><input type=checkbox>"] {
            let html = format!(
                "<h1>Mug</h1><p>{}</p><div class=mobile>{inside}<p>{TEXT}</p></div>\
                 <div class=desktop><p>{TEXT}</p></div>",
                "It holds as much as three cups, and keeps it warm for hours. ".repeat(4)
            );
            let page = crate::ingest::web::page::read(html.into_bytes(), Default::default());
            assert_eq!(page.unwrap().text.matches("of the same wood").count(), 1, "{inside}");
        }
    }
}
