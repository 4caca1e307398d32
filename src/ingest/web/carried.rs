//! Owns: text that a page carries without showing it: JSON for its scripts, and pages inside its
//! frames. Never: decides whether the page shows a text of its own.

use crate::hash;
use crate::ingest::web::inline_or_block::{elements, sentence};
use crate::ingest::web::text_amount::{INDEPENDENT_TEXT, SENTENCE};
use dom_query::Document;
use serde_json::Value;
use std::collections::HashMap;

/// Names of values that hold the text of an article, in lower case and without `_`.
const KEYS: [&str; 14] = [
    "articlebody",
    "body",
    "bodyhtml",
    "bodytext",
    "content",
    "contenthtml",
    "contents",
    "cooked",
    "html",
    "markdown",
    "paragraphs",
    "rendered",
    "story",
    "text",
];

/// What all pages have that carry text.
const SIGNS: [&str; 3] = ["application/json", "__NEXT_DATA__", "srcdoc"];

/// The text that a page carries.
pub(super) struct Carried {
    /// Its pieces in their order; each may contain elements.
    pub pieces: Vec<String>,
    /// How much this is of all such texts of the page, in percent.
    pub share: u8,
}

/// Whether a page may carry text; `false` is certain, and costs no parsing.
pub(super) fn may_be_in(html: &str) -> bool {
    SIGNS.iter().any(|sign| memchr::memmem::find(html.as_bytes(), sign.as_bytes()).is_some())
}

/// The longest text that a page carries: the document of a frame, or all values in one place of the
/// JSON, such as the paragraphs of an article or the posts of a thread.
pub(super) fn text(page: &Document) -> Option<Carried> {
    let mut places: HashMap<u64, (usize, Vec<String>)> = HashMap::new();
    for (at, script) in elements(page, &["script"]).into_iter().enumerate() {
        let kind = script.attr_or("type", "");
        if kind.trim().eq_ignore_ascii_case("application/json")
            && let Ok(value) = serde_json::from_str::<Value>(script.text().trim())
        {
            values(&value, false, (at as u64, false), &mut places);
        }
    }
    for (at, frame) in elements(page, &["iframe"]).into_iter().enumerate() {
        if let Some(inner) = frame.attr("srcdoc") {
            let place = hash::sequence([u64::MAX, at as u64]);
            let order = places.len();
            places.insert(place, (order, vec![inner.to_string()]));
        }
    }
    let length = |pieces: &[String]| pieces.iter().map(String::len).sum::<usize>();
    let all: usize = places.values().map(|(_, pieces)| length(pieces)).sum();
    let (_, pieces) = places
        .into_values()
        .max_by_key(|(order, pieces)| (length(pieces), std::cmp::Reverse(*order)))?;
    let own = length(&pieces);
    (own >= INDEPENDENT_TEXT).then(|| Carried { share: (own * 100 / all.max(1)) as u8, pieces })
}

/// Collects the texts under the names of texts, by the names around each. `named`: whether the
/// value has such a name; `place`: the hash of the names, and whether they are those of JSON inside
/// a string. The JSON parser limits the depth of values, hence the recursion.
fn values(
    value: &Value,
    named: bool,
    (place, nested): (u64, bool),
    places: &mut HashMap<u64, (usize, Vec<String>)>,
) {
    match value {
        Value::String(text) => {
            let json = text.starts_with('{') || text.starts_with('[');
            if json && !nested && text.len() >= INDEPENDENT_TEXT {
                if let Ok(inner) = serde_json::from_str::<Value>(text) {
                    values(&inner, named, (place, true), places);
                }
            } else if named && text.len() >= SENTENCE && text.contains(' ') && sentence(text) {
                let order = places.len();
                places.entry(place).or_insert((order, Vec::new())).1.push(text.clone());
            }
        }
        Value::Array(items) => {
            items.iter().for_each(|item| values(item, named, (place, nested), places));
        }
        Value::Object(map) => {
            for (key, below) in map {
                let name = key.replace('_', "").to_ascii_lowercase();
                let place = hash::sequence([place, hash::bytes(key.as_bytes())]);
                values(below, KEYS.contains(&&*name), (place, nested), places);
            }
        }
        _ => {}
    }
}
