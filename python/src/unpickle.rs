//! Owns: the restoring of findings and documents from pickles that are sent to another process.
//! Never: a stable format: the writer and the reader of a pickle must have the same version.

use crate::arguments;
use crate::document::{Checked, Document};
use crate::errors::bad;
use crate::findings::{Comparison, Pair, Sighting, Span};
use crate::page_read::{Written, unwritten};
use crate::pickle::{Matched, SpanPair, State};
use nearcopy::Span as Range;
use nearcopy::detection::{Block, Facts, Match};
use pyo3::prelude::*;
use std::sync::Arc;

fn restored((a, b, scores, matches): State) -> PyResult<(Comparison, Arc<str>)> {
    let (
        relation,
        resemblance,
        containment_a,
        containment_b,
        coverage_a,
        coverage_b,
        (equal_words_a, equal_words_b),
        why,
        whole_text,
        agree,
        compared,
    ) = scores;
    let two = |(a, b, c, d): SpanPair| (Range { start: a, end: b }, Range { start: c, end: d });
    let matched = |(spans, tokens_a, tokens_b, identity, blocks): Matched| {
        let ((a, b), block) = (two(spans), |four| Block { a: two(four).0, b: two(four).1 });
        Match {
            a,
            b,
            tokens_a,
            tokens_b,
            identity,
            blocks: blocks.into_iter().map(block).collect(),
        }
    };
    let comparison = nearcopy::Comparison {
        relation: relation.map(|name| arguments::relation(&name)).transpose()?,
        resemblance,
        containment_a,
        containment_b,
        coverage_a,
        coverage_b,
        equal_words_a,
        equal_words_b,
        why: why.map(|name| name.parse().map_err(bad)).transpose()?,
        whole_text,
        facts: Facts { agree, compared },
        matches: matches.into_iter().map(matched).collect(),
    };
    let (a, b): (Arc<str>, Arc<str>) = (a.into(), b.into());
    Ok((Comparison::new(comparison, Arc::new((a, b.clone()))), b))
}

/// Restores a span.
#[pyfunction]
#[pyo3(name = "_span")]
pub fn span(start: u32, end: u32, bytes: (u32, u32), lines: (u32, u32), text: String) -> Span {
    Span { start, end, bytes, lines, text }
}

/// Restores a comparison.
#[pyfunction]
#[pyo3(name = "_comparison")]
pub fn comparison(state: State) -> PyResult<Comparison> {
    Ok(restored(state)?.0)
}

/// Restores a pair.
#[pyfunction]
#[pyo3(name = "_pair")]
pub fn pair(
    py: Python,
    state: State,
    a: String,
    b: String,
    row_a: usize,
    row_b: usize,
    earlier: Option<String>,
) -> PyResult<Py<Pair>> {
    Py::new(
        py,
        PyClassInitializer::from(restored(state)?.0).add_subclass(Pair {
            a,
            b,
            row_a,
            row_b,
            earlier,
        }),
    )
}

/// Restores a sighting.
#[pyfunction]
#[pyo3(name = "_sighting")]
pub fn sighting(
    py: Python,
    state: State,
    id: String,
    copies: u64,
    facts: (Option<String>, Option<String>, Option<String>),
    page: Written,
    has_text: bool,
) -> PyResult<Py<Sighting>> {
    let (comparison, text) = restored(state)?;
    let text = has_text.then(|| text.to_string());
    let ((source, date, title), page) = (facts, unwritten(page)?);
    let own = Sighting { id, copies, source, date, title, page, text };
    Py::new(py, PyClassInitializer::from(comparison).add_subclass(own))
}

/// Restores the result of `check_and_add`.
#[pyfunction]
#[pyo3(name = "_checked")]
pub fn checked(outcome: &str, sightings: Vec<Py<Sighting>>) -> PyResult<Checked> {
    let names = ["new", "copy", "replaced", "known", "refused"];
    let known = names.into_iter().find(|name| *name == outcome);
    let outcome = known.ok_or_else(|| bad(format!("{outcome:?} is no outcome of a check")))?;
    Ok(Checked { outcome, sightings })
}

/// Restores a document.
#[pyfunction]
#[pyo3(name = "_document")]
pub fn document(
    id: String,
    text: String,
    source: Option<String>,
    date: Option<String>,
    title: Option<String>,
    page: Written,
) -> PyResult<Document> {
    Ok(Document { id, text, source, date, title, page: unwritten(page)? })
}
