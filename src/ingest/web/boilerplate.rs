//! Owns: the removal of boilerplate that its markup or wording reveals: menus, controls, small
//! print, datelines, comments. Never: decides which part is the article.

use crate::ingest::web::discussion;
use crate::ingest::web::inline_or_block::{
    Blocks, Effort, elements, is, is_main, sentence, titles,
};
use crate::ingest::web::metadata::PageMetadata;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use dom_query::{Document, Matcher, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Elements whose content was read as metadata, and which are no text.
const HEAD: [&str; 2] = ["title", "meta"];

/// Comment sections. On a page with a text of its own, they are another text.
static COMMENTS: LazyLock<Matcher> = LazyLock::new(|| {
    matcher(
        "#comments, #disqus_thread, #respond, .comments, .comments-area, .comment-list, \
         .comment-respond, .comments-section, \
         [itemprop=comment]",
    )
});

const PIECES: [&str; 4] = ["a", "time", "small", "form"];

/// The length in bytes up to which a link may be a control such as "Read more".
const CONTROL: usize = 40;

/// The number of links with the same words from which they are controls.
const OFTEN: usize = 3;

/// The length in bytes up to which a form is removed as a form; a longer one may be the page
/// itself.
const FORM: usize = 300;

/// The length in bytes up to which small print outside paragraphs is removed: notices on rights, on
/// printing.
const PRINT: usize = 200;

/// The length in bytes of a dateline at most (when something was written, and by whom), and the
/// number of words in it besides the time.
const DATELINE: (usize, usize) = (80, 8);

/// Datelines at most, such as those of printing or of a change. More of them are entries of a list.
const LINES: usize = 2;

fn matcher(selector: &str) -> Matcher {
    Matcher::new(selector).expect("a selector")
}

/// Removes boilerplate from the tree, and leaves lists of links and teasers.
pub(super) fn clear(page: &Document, about: &PageMetadata) {
    elements(page, &HEAD).iter().for_each(NodeRef::remove_from_parent);
    comments(page, about.article);
    text_blocks(page);
    discussion::clear(page, about.title.as_deref().unwrap_or_default());
}

/// Removes links, times, small print and forms, as far as they are alone in their blocks.
fn text_blocks(page: &Document) {
    let (all, blocks) = (elements(page, &PIECES), Blocks::default());
    let effort = Effort::of(page);
    let small = |node: &NodeRef, most: usize| effort.small(node, most);
    let mut removed: Vec<NodeRef> = Vec::new();
    let mut often: HashMap<String, Vec<NodeRef>> = HashMap::new();
    let mut lines: Vec<NodeRef> = Vec::new();
    for node in &all {
        if is(node, &["form"]) {
            let asks = || effort.any_below(node, false, |n| is(n, &["input", "textarea"]));
            removed.extend(Some(*node).filter(|form| small(form, FORM) && asks()));
            continue;
        }
        let block = blocks.alone(node);
        if is(node, &["time"]) {
            match dateline(node, &effort) {
                Some(line) => lines.push(line),
                None => removed.extend(block.map(|_| *node)),
            }
            continue;
        }
        let Some(block) = block else { continue };
        if is(node, &["small"]) {
            removed.extend(Some(*node).filter(|print| {
                small(print, PRINT)
                    && (is(&block, &["body", "div", "section", "article"]) || is_main(&block))
            }));
        } else if !titles(&block) && small(node, CONTROL) {
            let (text, href) = (node.text(), node.attr_or("href", ""));
            // A link of stars or arrows alone is left: it helps to distinguish a control from a
            // text.
            if text.contains(char::is_alphabetic) {
                match href.starts_with('#') || href.starts_with("javascript:") {
                    true => removed.push(*node),
                    false => often.entry(text.trim().to_owned()).or_default().push(*node),
                }
            }
        }
    }
    if lines.len() <= LINES {
        removed.extend(lines);
    }
    removed.extend(often.into_values().filter(|same| same.len() >= OFTEN).flatten());
    removed.iter().for_each(NodeRef::remove_from_parent);
}

/// The dateline that a time is in, "Posted on 1 May by admin", unless it says more.
fn dateline<'a>(time: &NodeRef<'a>, effort: &Effort) -> Option<NodeRef<'a>> {
    let mut line = *time;
    while let Some(above) = line.parent() {
        if is(&above, &["body", "article", "td", "li"])
            || is_main(&above)
            || !effort.small(&above, DATELINE.0)
            || effort.any_below(&above, true, |n| is(n, &["h1", "h2", "h3"]))
        {
            break;
        }
        line = above;
    }
    let texts: Vec<String> = line
        .descendants_it()
        .filter(NodeRef::is_text)
        .map(|text| text.text().to_string())
        .collect();
    let (all, time_text) = (texts.join(" "), time.text());
    let beside = all.replacen(time_text.trim(), " ", 1);
    (!sentence(&beside) && beside.split_whitespace().count() <= DATELINE.1)
        .then_some(line)
        .filter(|line| line.id != time.id)
}

fn comments(page: &Document, article: bool) {
    let all = page.select_matcher(&COMMENTS);
    if all.is_empty() {
        return;
    }
    let weights = TextAmounts::of(page);
    let ids: HashSet<NodeId> = all.nodes().iter().map(|node| node.id).collect();
    let outermost = |node: &&NodeRef| !node.ancestors_it(None).any(|above| ids.contains(&above.id));
    let inside: usize =
        all.nodes().iter().filter(outermost).map(|node| weights.get(node).plain()).sum();
    let outside = page.body().map_or(0, |body| weights.get(&body).plain()).saturating_sub(inside);
    // The content above a discussion is a page of its own where the page says so, or where it is
    // not much shorter than the discussion.
    if outside >= INDEPENDENT_TEXT && (article || outside * 4 >= inside) {
        let sections = all.nodes().iter().filter(|node| !is(node, &["html", "body"]));
        sections.for_each(NodeRef::remove_from_parent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::web::around;
    use crate::ingest::web::inline_or_block::words;
    use crate::ingest::web::teasers;

    fn cleared(html: &str) -> String {
        let page = Document::from(html);
        around::clear(&page);
        clear(&page, &PageMetadata::default());
        teasers::clear(&page, false);
        words(&page)
    }

    #[test]
    fn controls_and_small_print_go() {
        assert_eq!(
            cleared("<p>Text <small>in small</small></p><small>Printed today.</small>"),
            "Text in small"
        );
        assert_eq!(cleared("Text <small>in small</small>"), "Text in small");
        let long = format!("<div><small>{}</small></div>", "small words ".repeat(20));
        assert!(cleared(&long).starts_with("small words"));
        let cards = "<p>Text</p><div><a href=/x>Read more</a></div>".repeat(3);
        assert_eq!(cleared(&format!("<a href=#main>Skip</a>{cards}")), "Text Text Text");
        let prose = "<p>As <a href=/x>Reuters</a> said.</p>".repeat(3);
        assert_eq!(cleared(&prose).matches("Reuters").count(), 3);
        let prose =
            "<p>He wrote in <i><a href=/t>The Times</a></i> and in <b><a href='#c'>chapter \
             two</a></b> of it.</p>"
                .repeat(3);
        assert_eq!(cleared(&prose).matches("The Times and in chapter two of it.").count(), 3);
        assert_eq!(
            cleared("<h2><a href='#s'>Heading</a></h2><h3><button>Why?</button></h3><p>So"),
            "Heading Why? So"
        );
        assert_eq!(
            cleared(&"<table><tr><td><a href=/l>Labour</a><td>1</table>".repeat(3))
                .matches("Labour")
                .count(),
            3
        );
        assert_eq!(cleared("<p>Text</p><form>Your address: <input></form>"), "Text");
        assert_eq!(
            cleared(
                "<nav>Menu</nav><p>Text <a href=/x>here</a></p><div><a \
                 href='javascript:print()'>Print</a></div>"
            ),
            "Text here"
        );
    }

    #[test]
    fn a_page_of_empty_elements_is_gone_through_once() {
        let one = "<time></time>".repeat(20_000);
        let page = Document::from(format!("<div>{one}</div>").as_str());
        let effort = Effort::of(&page);
        for time in page.select("time").nodes() {
            dateline(time, &effort);
        }
        // Each of them stands in a block that is small only if all of it is.
        assert_eq!(effort.taken(&page), 64 * page.tree.len());
        assert_eq!(cleared(&format!("<p>Words of it.</p><div>{one}</div>")), "Words of it.");
    }

    #[test]
    fn datelines_go_and_times_in_sentences_stay() {
        assert_eq!(
            cleared("<h1>H</h1><div>Posted on <time>May 1</time> by <a>admin</a></div><p>Text"),
            "H Text"
        );
        assert_eq!(cleared("<header><h1>H</h1><time>May 1</time></header><p>Text"), "H Text");
        let prose =
            format!("<p>It was on <time>May 1</time> that {}", "many words were said ".repeat(5));
        assert!(cleared(&prose).contains("on May 1 that"));
        assert_eq!(
            cleared("<div><time>10:42</time><p>Goal number 1 for Smith and the team!</p></div>"),
            "Goal number 1 for Smith and the team!"
        );
        assert_eq!(
            cleared(&"<p><time>10:42</time> Goal by Smith</p>".repeat(8)).matches("Goal").count(),
            8
        );
        assert_eq!(cleared("<p>In <time>1920</time> he died.</p>"), "In 1920 he died.");
        assert_eq!(cleared("<div><p>Sold out.</p><time>May 1</time></div>"), "Sold out.");
    }

    #[test]
    fn most_of_a_page_is_no_boilerplate() {
        let aside = format!(
            "<aside>{}</aside>",
            "<div><h3><a href=/x>A story</a></h3><p>It begins like this.</p></div>".repeat(20)
        );
        let short = "A notice in one sentence, which is as long as sentences in notices are, and \
            one day late.";
        assert_eq!(
            cleared(&format!("<article><h1>H</h1><p>{short}</p></article>{aside}")),
            format!("H {short}")
        );
        let text = "words of a text ".repeat(20);
        for around in [
            "nav",
            "aside",
            "footer",
            "form",
            "div class='x cookie-consent'",
            "div role=complementary",
        ] {
            assert_eq!(
                cleared(&format!("<h1>H</h1><{around}><p>{text}</p>")),
                format!("H {}", text.trim()),
                "{around}"
            );
        }
        assert_eq!(
            cleared(&format!("<p>{text}</p><aside>{}</aside>", "aside ".repeat(20))),
            text.trim()
        );
    }

    #[test]
    fn comments_go_below_a_text() {
        let comments = "<div id=comments><p>I do not think so.</p></div>";
        assert_eq!(cleared(comments), "I do not think so.");
        let text = "words of a text ".repeat(10);
        assert_eq!(cleared(&format!("<p>{text}</p>{comments}")), text.trim());
        // A link with comments about it is a discussion.
        let many = format!(
            "<p>{text}</p><div class=comments>{}</div>",
            "<p>Some words of somebody about it.</p>".repeat(40)
        );
        assert!(cleared(&many).len() > 1000);
    }
}
