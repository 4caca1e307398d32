//! Owns: a page as a tree, no deeper and no larger than can be walked in reasonable time. Never: which part of it is the article.

use dom_query::{Document, NodeId};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{TreeBuilderOpts, TreeSink};
use html5ever::{Attribute, ParseOpts, QualName, local_name};
use std::borrow::Cow;
use std::cell::Cell;

/// Elements inside each other at most; browsers stop here too.
pub(super) const DEPTH: usize = 512;

/// Nodes at most: elements, texts, comments.
pub(super) const NODES: usize = 500_000;

/// Bytes parsed between two looks at the limits.
const STEP: usize = 16 << 10;

/// Why a page is no tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    Depth,
    Nodes,
}

/// Parses a page. Work on a tree can take time by the square of its depth, parsing too, so both limits are watched meanwhile.
pub(super) fn parse(html: &str) -> Result<Document, Limit> {
    let tree_builder = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let options = ParseOpts { tree_builder, ..ParseOpts::default() };
    let mut parser = html5ever::parse_document(Watched::default(), options);
    let mut rest = html;
    while !rest.is_empty() {
        let step = (STEP..rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (step, behind) = rest.split_at(step);
        parser.process(StrTendril::from_slice(step));
        if let Some(limit) = parser.tokenizer.sink.sink.broken.get() {
            return Err(limit);
        }
        rest = behind;
    }
    let watched = parser.finish();
    watched.broken.get().map_or(Ok(watched.document), Err)
}

/// A document that notices when it grows beyond the limits; what goes beyond is not built.
#[derive(Default)]
struct Watched {
    document: Document,
    templates: Cell<usize>,
    broken: Cell<Option<Limit>>,
}

impl Watched {
    /// Whether a node may be put below this one.
    fn room(&self, parent: &NodeId) -> bool {
        if self.document.tree.ancestor_ids_of_it(parent, Some(DEPTH)).count() >= DEPTH {
            self.broken.set(Some(Limit::Depth));
        }
        self.broken.get().is_none()
    }

    fn grown(&self) {
        if self.document.tree.len() > NODES {
            self.broken.set(Some(Limit::Nodes));
        }
    }
}

impl TreeSink for Watched {
    type Handle = NodeId;
    type Output = Watched;
    type ElemName<'a> = <Document as TreeSink>::ElemName<'a>;

    fn finish(self) -> Watched {
        self
    }
    /// Of no use here, and there may be one for each byte.
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> NodeId {
        self.document.get_document()
    }
    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Self::ElemName<'a> {
        self.document.elem_name(target)
    }
    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> NodeId {
        if name.local == local_name!("template") {
            // What is in a template has no ancestors outside, so templates inside each other are not seen by their depth.
            self.templates.set(self.templates.get() + 1);
            if self.templates.get() > DEPTH {
                self.broken.set(Some(Limit::Depth));
            }
        }
        self.grown();
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
    fn append_based_on_parent_node(&self, element: &NodeId, before: &NodeId, child: NodeOrText<NodeId>) {
        if self.room(element) && self.room(before) {
            self.document.append_based_on_parent_node(element, before, child);
        }
    }
    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.document.append_doctype_to_document(name, public, system);
    }
    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.document.get_template_contents(target)
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
        self.document.add_attrs_if_missing(target, attributes);
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

/// The text below a node of the tree with a line break at each block, nothing of scripts and styles.
pub(super) fn text(document: &Document) -> String {
    document.select("script, style, noscript, template, nav, header, footer, aside, form, select, button").remove();
    document.body().map_or_else(String::new, |body| body.formatted_text().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits() {
        for open in ["<div>", "<span>", "<ul><li>", "<table><tr><td>", "<svg><td>", "<svg><style><div>"] {
            assert_eq!(parse(&open.repeat(100_000)).err(), Some(Limit::Depth), "{open}");
        }
        assert_eq!(parse(&"<template>".repeat(100_000)).err(), Some(Limit::Depth));
        assert_eq!(parse(&"<br>".repeat(NODES + 1)).err(), Some(Limit::Nodes));
        assert!(parse(&"<p>é".repeat(10_000)).is_ok());
        assert!(parse(&"<div><b></div>".repeat(300)).is_ok());
    }

    #[test]
    fn steps_change_nothing() {
        let html = format!("<p>{}<b>x</b></p><p>y", "é世 ".repeat(STEP));
        assert_eq!(parse(&html).unwrap().html(), Document::from(html.as_str()).html());
    }
}
