//! Owns: the restoring of findings and documents from pickles that are sent to another process.
//! Never: a stable format: the writer and the reader of a pickle must have the same version.

use crate::arguments;
use crate::dedupe::{Against, Deduped, Stays};
use crate::document::{Checked, Document};
use crate::errors::{bad, raise};
use crate::findings::{Comparison, Facts, Match, Pair, Sighting, Span};
use crate::groups::{Cluster, Place, Removed, Repeat};
use crate::index::Index;
use crate::listed::{Listed, What};
use crate::page_read::{Written, unwritten};
use crate::pickle::{Matched, SpanPair, State};
use crate::report::Report;
use crate::stored::{StoredDocuments, StoredScan, cut_short, documents_of, scan_of};
use nearcopy::Span as Range;
use nearcopy::detection as core;
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
        let ((a, b), block) = (two(spans), |four| core::Block { a: two(four).0, b: two(four).1 });
        core::Match {
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
        facts: core::Facts { agree, compared },
        matches: matches.into_iter().map(matched).collect(),
        ..nearcopy::Comparison::default()
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

/// Restores a match.
#[pyfunction]
#[pyo3(name = "_match")]
pub fn matched(
    a: Py<Span>,
    b: Py<Span>,
    tokens: (u32, u32),
    identity: f64,
    blocks: Vec<(Py<Span>, Py<Span>)>,
) -> Match {
    Match { a, b, tokens, identity, blocks }
}

/// Restores the agreement of facts.
#[pyfunction]
#[pyo3(name = "_facts")]
pub fn facts(agree: u32, compared: u32) -> Facts {
    Facts { agree, compared }
}

/// Restores a cluster.
#[pyfunction]
#[pyo3(name = "_cluster")]
pub fn cluster(
    id: String,
    representative: String,
    members: Vec<String>,
    rows: Vec<usize>,
    weakest: f64,
) -> Cluster {
    Cluster { id, representative, members, rows, weakest }
}

/// A span in a pickle.
type SpanParts = (u32, u32, (u32, u32), (u32, u32), String);

/// Restores an occurrence of a repeat.
#[pyfunction]
#[pyo3(name = "_place")]
pub fn place(py: Python, span: SpanParts, document: String, row: usize) -> PyResult<Py<Place>> {
    let (start, end, bytes, lines, text) = span;
    let span = Span { start, end, bytes, lines, text };
    Py::new(py, PyClassInitializer::from(span).add_subclass(Place { document, row }))
}

/// Restores a repeat.
#[pyfunction]
#[pyo3(name = "_repeat")]
pub fn repeat(
    text: String,
    counts: (u64, u64, u32, Option<u32>),
    kinds: (bool, bool, bool),
    places: Vec<Py<Place>>,
) -> Repeat {
    let ((count, documents, tokens, period), (paragraph, boilerplate, note)) = (counts, kinds);
    Repeat { text, count, documents, tokens, paragraph, period, boilerplate, note, places }
}

/// Restores a removed document.
#[pyfunction]
#[pyo3(name = "_removed")]
pub fn removed(
    id: String,
    row: usize,
    partner: String,
    relation: &str,
    coverage: f64,
) -> PyResult<Removed> {
    let relation = arguments::relation(relation)?.name();
    Ok(Removed { id, row, partner, relation, coverage })
}

/// Restores a report.
#[pyfunction]
#[pyo3(name = "_report")]
pub fn report(py: Python, scan: StoredScan) -> PyResult<Report> {
    scan_of(py, scan).map(Report::new)
}

/// Restores a list of findings.
#[pyfunction]
#[pyo3(name = "_findings")]
pub fn findings(py: Python, what: &str, scan: StoredScan) -> PyResult<Listed> {
    let kind = What::ALL.into_iter().find(|kind| kind.name() == what);
    Ok(Listed::new(scan_of(py, scan)?, kind.ok_or_else(|| raise(cut_short()))?))
}

/// The part of the result of `dedupe` that an index has to do with: the index, what it held
/// already, and the documents that stay.
type StoredAgainst = (Py<Index>, Vec<String>, StoredDocuments);

/// Restores the result of `dedupe`.
#[pyfunction]
#[pyo3(name = "_deduped", signature = (removed, rows, against))]
pub fn deduped(
    py: Python,
    removed: Vec<Py<Removed>>,
    rows: usize,
    against: Option<StoredAgainst>,
) -> PyResult<Deduped> {
    let removed = removed.iter().map(|one| one.bind(py).get().clone()).collect();
    let against = against.map(|(index, known, documents)| {
        let stays = Stays::Documents(documents_of(documents).map_err(raise)?);
        Ok::<_, PyErr>(Against { index, known, stays })
    });
    Ok(Deduped { removed, rows, against: against.transpose()? })
}
