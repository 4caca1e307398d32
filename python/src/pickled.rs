//! Owns: findings and documents into pickles and out of them, for who sends them to another process. Never: a format that lasts: who pickles
//! and who unpickles are of one version.

use crate::document::{Checked, Document};
use crate::found::{Comparison, Pair, Sighting, Span};
use crate::named;
use nearcopy::{Block, Facts, Match, Span as Range};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

type Four = (u32, u32, u32, u32);
type Matched = (Four, u32, u32, f64, Vec<Four>);
type Scores = (Option<String>, f64, f64, f64, f64, f64, bool, u32, u32);

/// What `__reduce__` answers: the function below that makes it again, and its arguments.
pub fn call<'py>(
    py: Python<'py>,
    name: &str,
    arguments: impl IntoPyObject<'py, Target = PyTuple, Output = Bound<'py, PyTuple>, Error = PyErr>,
) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
    Ok((py.import("nearcopy._nearcopy")?.getattr(format!("_{name}"))?, arguments.into_pyobject(py)?))
}

/// A comparison with its texts.
pub fn state<'py>(py: Python<'py>, c: &nearcopy::Comparison, a: &str, b: &str) -> PyResult<Bound<'py, PyTuple>> {
    let four = |a: Range, b: Range| (a.start, a.end, b.start, b.end);
    let matched = |m: &Match| -> Matched {
        (four(m.a, m.b), m.tokens_a, m.tokens_b, m.identity, m.blocks.iter().map(|x| four(x.a, x.b)).collect())
    };
    let scores: Scores = (
        c.relation.map(|r| r.name().to_owned()),
        c.resemblance,
        c.containment_a,
        c.containment_b,
        c.coverage_a,
        c.coverage_b,
        c.whole_text,
        c.facts.agree,
        c.facts.compared,
    );
    (a, b, scores, c.matches.iter().map(matched).collect::<Vec<_>>()).into_pyobject(py)
}

type State = (String, String, Scores, Vec<Matched>);

fn restored((a, b, scores, matches): State) -> PyResult<(Comparison, Arc<str>)> {
    let (relation, resemblance, containment_a, containment_b, coverage_a, coverage_b, whole_text, agree, compared) = scores;
    let two = |(a, b, c, d): Four| (Range { start: a, end: b }, Range { start: c, end: d });
    let matched = |(spans, tokens_a, tokens_b, identity, blocks): Matched| {
        let ((a, b), block) = (two(spans), |four| Block { a: two(four).0, b: two(four).1 });
        Match { a, b, tokens_a, tokens_b, identity, blocks: blocks.into_iter().map(block).collect() }
    };
    let comparison = nearcopy::Comparison {
        relation: relation.map(|name| named::relation(&name)).transpose()?,
        resemblance,
        containment_a,
        containment_b,
        coverage_a,
        coverage_b,
        whole_text,
        facts: Facts { agree, compared },
        matches: matches.into_iter().map(matched).collect(),
    };
    let (a, b): (Arc<str>, Arc<str>) = (a.into(), b.into());
    Ok((Comparison::new(comparison, Arc::new((a, b.clone()))), b))
}

/// A span again.
#[pyfunction]
#[pyo3(name = "_span")]
pub fn span(start: u32, end: u32, bytes: (u32, u32), lines: (u32, u32), text: String) -> Span {
    Span { start, end, bytes, lines, text }
}

/// A comparison again.
#[pyfunction]
#[pyo3(name = "_comparison")]
pub fn comparison(state: State) -> PyResult<Comparison> {
    Ok(restored(state)?.0)
}

/// A pair again.
#[pyfunction]
#[pyo3(name = "_pair")]
pub fn pair(py: Python, state: State, a: String, b: String, row_a: usize, row_b: usize) -> PyResult<Py<Pair>> {
    Py::new(py, PyClassInitializer::from(restored(state)?.0).add_subclass(Pair { a, b, row_a, row_b }))
}

/// A sighting again.
#[pyfunction]
#[pyo3(name = "_sighting")]
pub fn sighting(
    py: Python,
    state: State,
    id: String,
    copies: u64,
    source: Option<String>,
    date: Option<String>,
    has_text: bool,
) -> PyResult<Py<Sighting>> {
    let (comparison, text) = restored(state)?;
    let own = Sighting { id, copies, source, date, text: has_text.then(|| text.to_string()) };
    Py::new(py, PyClassInitializer::from(comparison).add_subclass(own))
}

/// An answer again.
#[pyfunction]
#[pyo3(name = "_checked")]
pub fn checked(added: Option<&str>, sightings: Vec<Py<Sighting>>) -> Checked {
    let names = ["new", "copy", "replaced", "known"];
    Checked { added: names.into_iter().find(|n| added == Some(*n)), sightings }
}

/// A document again.
#[pyfunction]
#[pyo3(name = "_document")]
pub fn document(id: String, text: String, source: Option<String>, date: Option<String>) -> Document {
    Document { id, text, source, date }
}
