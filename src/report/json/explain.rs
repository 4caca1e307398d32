//! Owns: the trace of a document or a pair as JSON. Never: measures anything.

use crate::pair::explain::document::DocumentTrace;
use crate::pair::explain::pair::PairTrace;
use crate::report::input::{Explained, Traced};
use crate::report::json::writer::json_line;
use crate::report::schema::summary::IdJson;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct ExplainJson<'a> {
    schema: &'static str,
    recipe: IdJson<'a>,
    background: IdJson<'a>,
    ids: &'a [&'a str],
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
    let view = |ids, document, pair| ExplainJson {
        schema: "nearcopy.explain/1",
        recipe: IdJson { id: e.recipe.into() },
        background: IdJson { id: e.background.into() },
        ids,
        document,
        pair,
    };
    match &e.traced {
        Traced::Document(id, document) => json_line(&view(&[*id], Some(document), None), out),
        Traced::Pair(ids, pair) => json_line(&view(ids, None, Some(pair)), out),
    }
}
