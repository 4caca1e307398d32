//! Owns: the trace of a document or a pair as JSON. Never: measures anything.

use crate::pair::explain::document::DocumentTrace;
use crate::pair::explain::pair::PairTrace;
use crate::report::input::{Explained, Traced};
use crate::report::json::writer::json_line;
use crate::report::schema::document::ReadJson;
use crate::report::schema::summary::IdJson;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct ExplainJson<'a> {
    schema: &'static str,
    recipe: IdJson<'a>,
    background: IdJson<'a>,
    ids: &'a [&'a str],
    /// How the pages of the documents were read; `null` for what is no page.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    read: Vec<Option<ReadJson>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<&'a DocumentTrace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pair: Option<&'a PairTrace>,
}

/// Writes the trace as one JSON object, schema `nearcopy.explain/1`, with lists in full.
///
/// # Errors
/// Errors of `out`.
pub fn explain_json(e: Explained, out: &mut dyn Write) -> io::Result<()> {
    let (ids, document, pair): (&[&str], _, _) = match &e.traced {
        Traced::Document(id, document) => (&[*id], Some(*document), None),
        Traced::Pair(ids, pair) => (ids, None, Some(*pair)),
    };
    let read = match e.read {
        [None, None] => Vec::new(),
        read => read[..ids.len()].iter().map(|r| r.map(|r| ReadJson::new(Some(r)))).collect(),
    };
    let (recipe, background) = (IdJson { id: e.recipe.into() }, IdJson { id: e.background.into() });
    let schema = "nearcopy.explain/1";
    json_line(&ExplainJson { schema, recipe, background, ids, read, document, pair }, out)
}
