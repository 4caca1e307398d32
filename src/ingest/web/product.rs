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

/// Words in the names of what a shop offers beside a product.
const BESIDE: [&str; 19] = [
    "related",
    "recommended",
    "recommendation",
    "recommendations",
    "recommends",
    "upsell",
    "upsells",
    "crosssell",
    "crosssells",
    "similar",
    "sidebar",
    "newsletter",
    "popup",
    "modal",
    "recently",
    "notice",
    "bundles",
    "sponsored",
    "takeover",
];

/// The number of neighbouring elements of one kind, each with a link, from which they are other
/// products, and the bytes of each at most.
const CARDS: usize = 3;
const CARD: usize = 400;

/// Whether an element is a list of other products: each of its parts leads to another page.
fn is_cards(node: &NodeRef, amounts: &TextAmounts) -> bool {
    if is(node, &["table", "tbody", "tr", "p", "dl", "main", "article"]) {
        return false;
    }
    let amount = amounts.get(node);
    if amount.links < CARDS || amount.text > amount.links.saturating_mul(CARD) {
        return false;
    }
    let (mut cards, mut others) = (0, 0);
    for child in node.children_it(false).filter(NodeRef::is_element) {
        let own = amounts.get(&child);
        if own.text == 0 {
            continue;
        }
        let card = is(&child, &["li", "div", "article", "section", "a"])
            && own.links > 0
            && own.text <= CARD
            && own.prose * 2 <= own.text;
        if card || is(&child, &["a"]) { cards += 1 } else { others += 1 }
    }
    cards >= CARDS && others * 4 <= cards
}

/// Removes what is about customers, the shop and the maker, however much it is, as long as the page
/// keeps a text; and other products, as long as they are not most of what is left.
pub(super) fn clear(page: &Document) {
    let Some(body) = page.body() else { return };
    let amounts = TextAmounts::of(page);
    let (mut found, mut cards): (Vec<NodeRef>, Vec<NodeRef>) = (Vec::new(), Vec::new());
    let mut open: Vec<NodeRef> = body.children_it(false).collect();
    let effort = Effort::of(page);
    let has_titles = !elements(page, &["h1"]).is_empty();
    while let Some(node) = open.pop() {
        let words = names::words(&node, &["class", "id"]);
        let others = names::any(&words, &ABOUT_OTHERS)
            || names::any(&words, &BESIDE)
            || around::is_footer(&node);
        // The title of the product is not below what is about others.
        let has_title = || has_titles && effort.any_below(&node, true, |n| is(n, &["h1"]));
        if others && !has_title() {
            found.push(node);
        } else if !others && is_cards(&node, &amounts) && !has_title() {
            cards.push(node);
        } else {
            open.extend(node.children_it(false).filter(NodeRef::is_element));
        }
    }
    let text = |nodes: &[NodeRef]| nodes.iter().map(|node| amounts.get(node).text).sum::<usize>();
    let left = amounts.get(&body).text.saturating_sub(text(&found));
    if left >= INDEPENDENT_TEXT {
        found.iter().for_each(NodeRef::remove_from_parent);
    }
    let products = text(&cards);
    if left >= INDEPENDENT_TEXT && products * 2 <= left {
        cards.iter().for_each(NodeRef::remove_from_parent);
    }
}
