//! Owns: what a page says of the product that it sells, and what of such a page is about something
//! else. Never: finds the product in the visible text.

use crate::ingest::web::around;
use crate::ingest::web::inline_or_block::{Effort, elements, is};
use crate::ingest::web::names;
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, TextAmounts};
use dom_query::{Document, NodeRef};
use serde_json::Value;
use std::collections::HashMap;

/// The one product of a page, as the page itself declares it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Product {
    /// What JSON-LD says of it; may contain elements.
    pub description: Option<String>,
}

/// The product that JSON-LD, `og:type` or microdata declare; none on a page of several.
pub(super) fn declared(
    page: &Document,
    values: &[Value],
    metas: &HashMap<String, String>,
) -> Option<Product> {
    let mut all: Vec<&Value> = Vec::new();
    values.iter().for_each(|value| products(value, &mut all));
    if let [first, rest @ ..] = &all[..] {
        // The same product may be there once for each of its sizes.
        let name = |product: &Value| product.get("name").cloned();
        let description = first.get("description").and_then(Value::as_str).map(str::to_owned);
        let one = rest.iter().all(|other| name(other) == name(first));
        return one.then_some(Product { description });
    }
    let og = metas.get("og:type").is_some_and(|kind| {
        let kind = kind.to_ascii_lowercase();
        matches!(&*kind, "product" | "og:product" | "product.item")
    });
    let marked = || {
        let of_product = |node: &&NodeRef| {
            let kind = node.attr_or("itemtype", "");
            kind.trim_end_matches('/').ends_with("schema.org/Product")
        };
        let all = page.select("[itemtype]");
        all.iter().flat_map(|s| s.nodes().to_vec()).filter(|n| of_product(&n)).take(2).count() == 1
    };
    (og || marked()).then(Product::default)
}

/// The products at the top of JSON-LD. The JSON parser limits the depth of values, hence the
/// recursion.
fn products<'a>(value: &'a Value, all: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| products(item, all)),
        Value::Object(map) => {
            let is = |kind: &Value| matches!(kind.as_str(), Some("Product" | "ProductGroup"));
            let kind = map.get("@type");
            if kind.is_some_and(|k| is(k) || k.as_array().is_some_and(|all| all.iter().any(is))) {
                all.push(value);
                return;
            }
            for below in ["@graph", "mainEntity"].iter().filter_map(|name| map.get(*name)) {
                products(below, all);
            }
        }
        _ => {}
    }
}

/// Words in the names of what the page of a product has on its customers, its shop and its maker.
const ABOUT_OTHERS: [&str; 13] = [
    "review",
    "reviews",
    "rating",
    "ratings",
    "customer",
    "customers",
    "feedback",
    "disclaimer",
    "disclaimers",
    "legal",
    "footnotes",
    "shipping",
    "returns",
];

/// Removes what is about customers, the shop and the maker, however much it is, as long as the page
/// keeps a text.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let amounts = TextAmounts::of(page);
    let mut found: Vec<NodeRef> = Vec::new();
    let mut open: Vec<NodeRef> = body.children_it(false).collect();
    let effort = Effort::of(page);
    let has_titles = !elements(page, &["h1"]).is_empty();
    while let Some(node) = open.pop() {
        let others = names::any(&names::words(&node, &["class", "id"]), &ABOUT_OTHERS)
            || around::is_footer(&node);
        // The title of the product is not below what is about others.
        let has_title = || has_titles && effort.any_below(&node, true, |n| is(n, &["h1"]));
        if others && !has_title() {
            found.push(node);
        } else {
            open.extend(node.children_it(false).filter(NodeRef::is_element));
        }
    }
    let removed: usize = found.iter().map(|node| amounts.get(node).text).sum();
    if amounts.get(&body).text.saturating_sub(removed) >= INDEPENDENT_TEXT {
        found.iter().for_each(NodeRef::remove_from_parent);
    }
}
