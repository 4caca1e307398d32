//! Owns: the parsing of a page to a tree whose depth and size are limited, so that it can be walked
//! in reasonable time. Never: decides which part of it is the article.

use crate::ingest::web::inline_or_block::{elements, is};
use dom_query::{Document, NodeId, NodeRef};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, ParseOpts, QualName};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// The depth of nested elements at most; browsers have the same limit.
pub(super) const DEPTH: usize = 512;

/// The number of nodes at most: elements, texts, comments.
pub(super) const NODES: usize = 500_000;

/// The nodes of a short page at most, and those for each byte of a longer one. Elements that are
/// not closed, such as `<b>`, are built anew in each paragraph behind them, so that a few bytes may
/// be thousands of nodes. Other pages have at most one node in two bytes.
const LEAST_NODES: usize = 1024;
const NODES_FOR_EACH_BYTE: usize = 1;

/// The sum of the depths of all nodes at most: the work on a tree grows with it.
const WORK: usize = 10_000_000;

/// That of a short page, and that for each byte of a longer one, of which pages have one or two.
const LEAST_WORK: usize = 100_000;
const WORK_FOR_EACH_BYTE: usize = 16;

/// The number of attributes of an element at most: the parser compares each with all before it.
pub(super) const ATTRIBUTES: usize = 20_000;

/// Comparisons of two attributes that are as much work as one level of depth.
const COMPARED: usize = 16;

/// Bytes that are parsed between two checks of the limits.
const STEP: usize = 16 << 10;

/// Elements that begin a line, which the library's conversion to text does not know.
const LINES: [&str; 16] = [
    "dt",
    "dd",
    "address",
    "figcaption",
    "details",
    "summary",
    "legend",
    "caption",
    "header",
    "hgroup",
    "main",
    "center",
    "menu",
    "dir",
    "optgroup",
    "output",
];

/// Elements that have no text of the page: scripts and controls.
const SCRIPTS: [&str; 7] =
    ["script", "style", "noscript", "template", "select", "textarea", "button"];

/// The limit that a page exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Depth,
    Nodes,
    Attributes,
}

/// Parses a page. Work on a tree can take time quadratic in its depth, and so can parsing, so both
/// limits are checked during the parse.
pub(super) fn parse(html: &str) -> Result<Document, Limit> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let mut parser = html5ever::parse_document(LimitedTree::for_page(html.len()), options);
    let (mut at, mut heard, mut looked) = (0, 0, 0);
    while at < html.len() {
        let end =
            (at + STEP..html.len()).find(|end| html.is_char_boundary(*end)).unwrap_or(html.len());
        parser.process(StrTendril::from_slice(&html[at..end]));
        let watched = &parser.tokenizer.sink.sink;
        #[cfg(test)]
        tests::STEPS.set(watched.looked.get() + watched.work.get());
        if let Some(limit) = watched.broken.get() {
            return Err(limit);
        }
        if watched.heard.take() {
            (heard, looked) = (at, 0);
        } else if end - heard >= 2 * looked {
            // The parser built nothing from the last bytes: they may be one tag, as long as this.
            // Each look is at twice as many bytes as the one before, so that all of them together
            // are at no more than three times the page.
            looked = end - heard;
            watched.looked.set(watched.looked.get() + looked);
            if attributes(&html.as_bytes()[heard..end]) > ATTRIBUTES {
                return Err(Limit::Attributes);
            }
        }
        at = end;
    }
    let watched = parser.finish();
    #[cfg(test)]
    tests::STEPS.set(watched.looked.get() + watched.work.get());
    let document = watched.broken.get().map_or(Ok(watched.document), Err)?;
    for node in elements(&document, &LINES) {
        if is(&node, &["main"]) && !node.has_attr("role") {
            node.set_attr("role", "main");
        }
        node.rename("div");
    }
    Ok(document)
}

/// The number of attributes of the tag that is open at the end of these bytes.
fn attributes(bytes: &[u8]) -> usize {
    let mut from = 0;
    while let Some(start) = memchr::memchr(b'<', &bytes[from..]).map(|at| from + at + 1) {
        // Only a letter begins a tag, and a tag is read from its beginning alone: a comment or a
        // declaration that never ends may hold a `<` in every other byte.
        from = match bytes.get(start).filter(|byte| byte.is_ascii_alphabetic()) {
            None => start,
            Some(_) => match tag(&bytes[start..]) {
                Err(count) => return count,
                Ok(end) => start + end,
            },
        };
    }
    0
}

/// The end of a tag, or else the number of its attributes so far.
fn tag(bytes: &[u8]) -> Result<usize, usize> {
    let (mut at, mut count, mut apart) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'>' => return Ok(at),
            b'=' => {
                at += bytes[at..].iter().take_while(|b| b.is_ascii_whitespace()).count();
                match bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => {
                        at += 1;
                        at += memchr::memchr(*quote, &bytes[at..]).ok_or(count)? + 1;
                        apart = true;
                    }
                    _ => {
                        at += bytes[at..]
                            .iter()
                            .take_while(|b| !b.is_ascii_whitespace() && **b != b'>')
                            .count()
                    }
                }
            }
            b'/' => apart = true,
            _ if byte.is_ascii_whitespace() => apart = true,
            _ => count += usize::from(std::mem::take(&mut apart)),
        }
    }
    Err(count)
}

/// A document that detects when it exceeds the limits; nodes beyond them are not built.
#[derive(Default)]
struct LimitedTree {
    document: Document,
    /// The depth of the contents of templates, which have no parent.
    templates: RefCell<HashMap<NodeId, usize>>,
    work: Cell<usize>,
    most_work: usize,
    most_nodes: usize,
    /// The bytes that were examined for attributes.
    looked: Cell<usize>,
    /// The attributes that `html` and `body` received from tags after their first ones.
    merged: Cell<usize>,
    /// Whether the parser built anything.
    heard: Cell<bool>,
    broken: Cell<Option<Limit>>,
}

impl LimitedTree {
    /// A tree with the limits of a page of so many bytes.
    fn for_page(bytes: usize) -> LimitedTree {
        let limit = |least: usize, each: usize, most: usize| {
            bytes.saturating_mul(each).saturating_add(least).min(most)
        };
        LimitedTree {
            most_work: limit(LEAST_WORK, WORK_FOR_EACH_BYTE, WORK),
            most_nodes: limit(LEAST_NODES, NODES_FOR_EACH_BYTE, NODES),
            ..LimitedTree::default()
        }
    }

    /// The depth of a node, itself counted.
    fn depth(&self, node: &NodeId) -> usize {
        let above = self.document.tree.ancestor_ids_of_it(node, Some(DEPTH));
        let (count, root) = above.fold((1, *node), |(count, _), node| (count + 1, node));
        count + self.templates.borrow().get(&root).copied().unwrap_or_default()
    }

    /// Whether a node may be added below this one.
    fn room(&self, parent: &NodeId) -> bool {
        let depth = self.depth(parent);
        self.heard.set(true);
        self.charge(depth);
        if depth > DEPTH {
            self.broken.set(Some(Limit::Depth));
        }
        self.broken.get().is_none()
    }

    /// Adds to the work; returns whether there may be more of it.
    fn charge(&self, work: usize) -> bool {
        self.work.set(self.work.get().saturating_add(work));
        if self.work.get() > self.most_work {
            self.broken.set(Some(Limit::Nodes));
        }
        self.broken.get().is_none()
    }

    fn grown(&self) {
        self.heard.set(true);
        if self.document.tree.len() > self.most_nodes {
            self.broken.set(Some(Limit::Nodes));
        }
    }
}

impl TreeSink for LimitedTree {
    type Handle = NodeId;
    type Output = LimitedTree;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> LimitedTree {
        self
    }
    /// Errors are not used, and there may be one per byte.
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }
    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }
    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.grown();
        // The parser has compared each attribute with all before it.
        self.charge(attributes.len() * attributes.len() / COMPARED);
        self.document.create_element(name, attributes, flags)
    }
    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.grown();
        self.document.create_comment(text)
    }
    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.document.create_pi(target, data)
    }
    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        if self.room(parent) {
            self.document.append(parent, child);
        }
    }
    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        before: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        if self.room(element) && self.room(before) {
            self.document.append_based_on_parent_node(element, before, child);
        }
    }
    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.document.append_doctype_to_document(name, public, system);
    }
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        let contents = self.document.get_template_contents(target);
        let depth = self.depth(target);
        self.templates.borrow_mut().insert(contents, depth);
        contents
    }
    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        x == y
    }
    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.document.set_quirks_mode(mode);
    }
    fn append_before_sibling(&self, sibling: &NodeId, new: NodeOrText<NodeId>) {
        if self.room(sibling) {
            self.document.append_before_sibling(sibling, new);
        }
    }
    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.heard.set(true);
        // All attributes that are there are looked at again for each tag.
        self.merged.set(self.merged.get() + attributes.len());
        if self.charge(self.merged.get()) {
            self.document.add_attrs_if_missing(target, attributes);
        }
    }
    fn remove_from_parent(&self, target: &NodeId) {
        self.document.remove_from_parent(target);
    }
    fn reparent_children(&self, node: &NodeId, parent: &NodeId) {
        if self.room(parent) {
            self.document.reparent_children(node, parent);
        }
    }
    fn is_mathml_annotation_xml_integration_point(&self, handle: &NodeId) -> bool {
        self.document.is_mathml_annotation_xml_integration_point(handle)
    }
}

/// Bytes that the library may search for characters to escape when it writes a tree as HTML.
const ESCAPING: usize = 4 << 30;

/// The bytes that the library searches when it writes a tree as HTML: behind each `&`, and each
/// first byte of characters such as `é`, up to the next `<` or `>` of the same text, which may be
/// its end. Counting stops beyond [`ESCAPING`].
fn escaping(document: &Document) -> usize {
    let mut sum = 0;
    for node in document.root().descendants_it() {
        if node.is_text() {
            sum += escaping_of(node.text().as_bytes());
        }
        for attribute in node.attrs() {
            sum += escaping_of(attribute.value.as_bytes());
        }
        if sum > ESCAPING {
            break;
        }
    }
    sum
}

fn escaping_of(bytes: &[u8]) -> usize {
    let few = memchr::memchr2_iter(b'&', 0xc2, bytes).take(64).count();
    if few < 64 {
        return few * bytes.len();
    }
    let (mut sum, mut end) = (0_usize, bytes.len());
    for (at, byte) in bytes.iter().enumerate().rev() {
        match byte {
            b'<' | b'>' => end = at,
            b'&' | 0xc2 => sum = sum.saturating_add(end - at),
            _ => {}
        }
    }
    sum
}

/// Whether a tree can be written as HTML in reasonable time, which the search for the article
/// includes.
pub(super) fn writable(document: &Document) -> bool {
    escaping(document) <= ESCAPING
}

/// Removes the elements that have no text of the page, scripts and controls.
pub(super) fn remove_scripts(document: &Document) {
    elements(document, &SCRIPTS).iter().for_each(NodeRef::remove_from_parent);
}

/// The text of a document with a line break at each block, without scripts and styles.
pub(super) fn text(document: &Document) -> String {
    remove_scripts(document);
    document.body().map_or_else(String::new, |body| body.formatted_text().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        /// The steps of the last parse: bytes that were looked at again, and work on the tree.
        pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// What a page may be made of that parsers have been slow on.
    const OPENERS: [&str; 60] = [
        "<!--",
        "<!",
        "<?",
        "</",
        "</a",
        "<![CDATA[",
        "<!doctype ",
        "<",
        "<a",
        "<a b='",
        "<a b=",
        "<a <",
        "<script>",
        "<textarea>",
        "<title>",
        "<style>",
        "<svg>",
        "<svg><![CDATA[",
        "<math>",
        "<template>",
        "&",
        "&a",
        "&#",
        "&amp;",
        "<b>",
        "<a>",
        "<a><div>",
        "<b><p>",
        "<p><b>",
        "<p><b><i>",
        "<b><p></b>",
        "<nobr>x",
        "<font><p></font>",
        "<table>x",
        "<table><tr>x",
        "<table><b>x",
        "<a><table><a>",
        "<table><td>",
        "<select>",
        "<select><option>",
        "<frameset>",
        "<frameset><frame>",
        "<button>",
        "<form>",
        "<li>",
        "<ul><li>",
        "<dd>",
        "<p>",
        "<br>",
        "</p>",
        "</b>",
        "</br>",
        "<body a=b>",
        "<html a=b>",
        "<noscript>",
        "<iframe>",
        "<plaintext>",
        "<ruby><rt>",
        "<div></div>",
        "<span>x</span>",
    ];

    #[test]
    fn steps_grow_with_the_page() {
        let mut wrong = Vec::new();
        for open in OPENERS {
            let steps = |bytes: usize| {
                let _ = parse(&open.repeat(bytes / open.len()));
                STEPS.get()
            };
            let (small, large) = (steps(100_000), steps(400_000));
            // A page that is refused takes no more the longer it is.
            if large > 5 * small + STEP || large > 80 * 400_000 {
                wrong.push(format!("{open}: {small} steps, then {large}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn attributes_are_not_compared_without_end() {
        let tags = |count| (0..count).map(|n| format!("<body a{n}=1>")).collect::<String>();
        assert!(parse(&tags(500)).is_ok());
        assert_eq!(parse(&tags(10_000)).err(), Some(Limit::Nodes));
        let tag = |count| {
            let names = (0..count).map(|n| format!(" a{n}=1")).collect::<String>();
            format!("<p{names}>x</p>")
        };
        assert!(parse(&tag(500).repeat(20)).is_ok());
        assert_eq!(parse(&tag(4_000).repeat(20)).err(), Some(Limit::Nodes));
    }

    #[test]
    fn a_tree_that_takes_long_to_write_is_known() {
        let page = |text: String| parse(&format!("<p>{text}")).unwrap();
        assert!(writable(&page("Profit & Loss ".repeat(10_000))));
        assert!(writable(&page("&amp;&lt;".repeat(100_000))));
        let long = page("&amp;".repeat(100_000));
        assert!(!writable(&long));
        assert_eq!(escaping(&long), 100_000 * 100_001 / 2);
        assert!(!writable(&page(format!("<a title='{}'>x</a>", "&amp;".repeat(100_000)))));
    }

    #[test]
    fn limits() {
        for open in
            ["<div>", "<span>", "<ul><li>", "<table><tr><td>", "<svg><td>", "<svg><style><div>"]
        {
            assert_eq!(parse(&open.repeat(100_000)).err(), Some(Limit::Depth), "{open}");
        }
        assert_eq!(parse(&"<template>".repeat(100_000)).err(), Some(Limit::Depth));
        assert_eq!(parse(&"<br>".repeat(NODES + 1)).err(), Some(Limit::Nodes));
        assert!(parse(&"<p>é".repeat(10_000)).is_ok());
        assert!(parse(&"<div><b></div>".repeat(300)).is_ok());
        assert!(parse(&"<template><p>x</template>".repeat(2 * DEPTH)).is_ok());
        // What is not closed is built anew in each paragraph behind it.
        let open = |n| (0..n).map(|i| format!("<p><b class=c{i}>word</p>")).collect::<String>();
        assert!(parse(&open(40)).is_ok());
        assert_eq!(parse(&open(200)).err(), Some(Limit::Nodes));
        let long = format!("<p>{}</p>", "x ".repeat(40)).repeat(90);
        assert!(parse(&("<div>".repeat(450) + &long)).is_ok());
        let many = "<div>".repeat(450) + &"<p>x</p>".repeat(900);
        assert_eq!(parse(&many).err(), Some(Limit::Nodes));
        let deep = "<div>".repeat(DEPTH - 10) + &"<p>x".repeat(30_000);
        assert_eq!(parse(&deep).err(), Some(Limit::Nodes));
    }

    #[test]
    fn attributes_are_counted_in_the_open_tag() {
        for (start, count) in [
            ("<p>a<b c d=e f='g h>i' j", 4),
            ("<a b><", 0),
            ("a < b <c/d e=\"f g", 2),
            ("<a b='c'd", 2),
            ("<a b = ", 1),
        ] {
            assert_eq!(attributes(start.as_bytes()), count, "{start}");
        }
        assert_eq!(
            parse(&format!("<p>x<div {}", "a b/c=d ".repeat(ATTRIBUTES))).err(),
            Some(Limit::Attributes)
        );
        // An image, or data, in an attribute counts as one attribute.
        let data = "a b='c' / &quot; ".repeat(STEP);
        assert!(parse(&format!("<p>x<div data=\"{data}\">y</div><!-- {data}")).is_ok());
    }

    #[test]
    fn lines_are_told_apart() {
        let page =
            parse("<dl><dt>one<dd>two</dl><figure><figcaption>three</figcaption>four").unwrap();
        assert_eq!(
            text(&page).split_whitespace().collect::<Vec<_>>(),
            ["one", "two", "three", "four"]
        );
    }

    #[test]
    fn the_main_content_keeps_its_role() {
        let page = parse("<main>one</main><main role=none>two</main>").unwrap();
        let roles = page.select("div").iter().map(|div| div.attr_or("role", "").to_string());
        assert_eq!(roles.collect::<Vec<_>>(), ["main", "none"]);
    }

    #[test]
    fn steps_change_nothing() {
        let html = format!("<p>{}<b>x</b></p><p>y", "é世 ".repeat(STEP));
        assert_eq!(parse(&html).unwrap().html(), Document::from(html.as_str()).html());
    }
}
