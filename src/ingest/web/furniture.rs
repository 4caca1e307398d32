//! Owns: what stands around the text of a page and says so itself: menus, controls, small print, days of printing, comments. Never: which part is the article.

use super::weight::Weights;
use super::{teasers, threads};
use dom_query::{Document, Matcher, NodeId, NodeRef};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// Never a part of the text. The library takes most of them out too, but not where it finds little text.
static NEVER: LazyLock<Matcher> = LazyLock::new(|| {
    matcher(
        "title, meta, nav, aside, footer, button, select, dialog, a[href^='javascript:'], [role=navigation], [role=complementary], \
     [role=contentinfo], [role=search], [role=dialog], [role=alertdialog], [class*=cookie-consent], [class*=cookie-banner], \
     [class*=cookie-notice], [id*=cookie-consent], [id*=cookie-banner], [id*=cookie-notice]",
    )
});

/// Small print, where it is no part of a paragraph: notes on rights, on printing.
static SMALL_PRINT: LazyLock<Matcher> =
    LazyLock::new(|| matcher("body > small, div > small, section > small, main > small, article > small"));

/// Where readers write. On a page with a text of its own, that is another text.
static COMMENTS: LazyLock<Matcher> = LazyLock::new(|| {
    matcher(
        "#comments, #disqus_thread, #respond, .comments, .comments-area, .comment-list, .comment-respond, .comments-section, \
     [itemprop=comment]",
    )
});

static TIMES: LazyLock<Matcher> = LazyLock::new(|| matcher("time"));

static FORMS: LazyLock<Matcher> = LazyLock::new(|| matcher("form"));

static LINKS: LazyLock<Matcher> = LazyLock::new(|| matcher("a"));

/// Bytes in a link at most that may be a control: "Read more".
const CONTROL: usize = 40;

/// As many links of the same words are controls.
const OFTEN: usize = 3;

/// Bytes of a form at most that is one, and not the page.
const FORM: usize = 300;

/// Bytes of a line at most that says when something was written, and by whom.
const DATELINE: usize = 80;

/// Bytes of text that are a text of their own: some two sentences.
pub(super) const OWN: usize = 150;

fn matcher(selector: &str) -> Matcher {
    Matcher::new(selector).expect("a selector")
}

/// Takes it out of the tree. `article`: the page says that it is one. The answer is whether it is a list of teasers.
pub(super) fn clear(page: &Document, article: bool) -> bool {
    page.select_matcher(&NEVER).remove();
    page.select_matcher(&SMALL_PRINT).nodes().iter().filter(|small| alone(small)).for_each(NodeRef::remove_from_parent);
    page.select_matcher(&FORMS).nodes().iter().filter(|form| small(form, FORM)).for_each(NodeRef::remove_from_parent);
    controls(page);
    comments(page);
    threads::clear(page);
    page.select_matcher(&TIMES).nodes().iter().for_each(dateline);
    teasers::clear(page, article)
}

/// Takes out links that stand alone and lead to a place on the page, or stand there again and again with the same words.
fn controls(page: &Document) {
    let mut all: HashMap<String, Vec<NodeRef>> = HashMap::new();
    for link in page.select_matcher(&LINKS).nodes().iter().filter(|link| small(link, CONTROL) && alone(link)) {
        let text = link.text();
        // Stars and arrows help to tell a control from a text.
        if link.attr("href").is_some_and(|href| href.starts_with('#')) && text.contains(char::is_alphabetic) {
            link.remove_from_parent();
        } else {
            all.entry(text.trim().to_owned()).or_default().push(*link);
        }
    }
    all.into_iter()
        .filter(|(text, same)| same.len() >= OFTEN && text.contains(char::is_alphabetic))
        .flat_map(|(_, same)| same)
        .for_each(|link| link.remove_from_parent());
}

/// Whether no text of its parent's own stands beside it.
fn alone(node: &NodeRef) -> bool {
    let Some(parent) = node.parent() else { return false };
    !parent.children_it(false).any(|child| child.is_text() && !child.text().trim().is_empty())
}

fn comments(page: &Document) {
    let (all, weights) = (page.select_matcher(&COMMENTS), Weights::of(page));
    let ids: HashSet<NodeId> = all.nodes().iter().map(|node| node.id).collect();
    let outermost = |node: &&NodeRef| !node.ancestors_it(None).any(|above| ids.contains(&above.id));
    let inside: usize = all.nodes().iter().filter(outermost).map(|node| weights.get(node).plain()).sum();
    let whole = page.body().map_or(0, |body| weights.get(&body).plain());
    if !all.is_empty() && whole >= inside + OWN {
        all.remove();
    }
}

/// Takes out the line of a time: "Posted on 1 May by admin". Within a sentence it stays.
fn dateline(time: &NodeRef) {
    let mut line = *time;
    while let Some(above) = line.parent() {
        let name = above.node_name().unwrap_or_default();
        if matches!(&*name, "body" | "main" | "article" | "td" | "li") || !small(&above, DATELINE) || heading(&above) {
            break;
        }
        line = above;
    }
    if line.id != time.id || alone(time) {
        line.remove_from_parent();
    }
}

fn heading(node: &NodeRef) -> bool {
    node.descendants_it().any(|n| n.node_name().is_some_and(|name| matches!(&*name, "h1" | "h2" | "h3")))
}

/// Whether there are no more bytes of text below a node; what is large is not read to its end.
pub(super) fn small(node: &NodeRef, most: usize) -> bool {
    let mut sum = 0;
    node.descendants_it().filter(NodeRef::is_text).all(|text| {
        sum += text.text().trim().len();
        sum <= most
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleared(html: &str) -> String {
        let page = Document::from(html);
        clear(&page, false);
        let texts =
            page.body().unwrap().descendants_it().filter(|n| n.is_text()).map(|n| n.text().to_string()).collect::<Vec<_>>();
        texts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn controls_and_small_print_go() {
        assert_eq!(cleared("<p>Text <small>in small</small></p><small>Printed today.</small>"), "Text in small");
        assert_eq!(cleared("Text <small>in small</small>"), "Text in small");
        let cards = "<p>Text</p><div><a href=/x>Read more</a></div>".repeat(3);
        assert_eq!(cleared(&format!("<a href=#main>Skip</a>{cards}")), "Text Text Text");
        let prose = "<p>As <a href=/x>Reuters</a> said.</p>".repeat(3);
        assert_eq!(cleared(&prose).matches("Reuters").count(), 3);
        assert_eq!(cleared("<p>Text</p><form>Your address: <input></form>"), "Text");
        assert_eq!(cleared("<nav>Menu</nav><p>Text <a href='javascript:print()'>Print</a> <a href=/x>here</a>"), "Text here");
    }

    #[test]
    fn datelines_go_and_times_in_sentences_stay() {
        assert_eq!(cleared("<h1>H</h1><div>Posted on <time>May 1</time> by <a>admin</a></div><p>Text"), "H Text");
        assert_eq!(cleared("<header><h1>H</h1><time>May 1</time></header><p>Text"), "H Text");
        let prose = format!("<p>It was on <time>May 1</time> that {}", "many words were said ".repeat(5));
        assert!(cleared(&prose).contains("on May 1 that"));
        assert_eq!(cleared("<p>At <time>10:42</time>"), "");
    }

    #[test]
    fn comments_go_below_a_text() {
        let comments = "<div id=comments><p>I do not think so.</p></div>";
        assert_eq!(cleared(comments), "I do not think so.");
        let text = "words of a text ".repeat(10);
        assert_eq!(cleared(&format!("<p>{text}</p>{comments}")), text.trim());
    }
}
