//! Owns: findings as columns, for data frames. Never: a data frame (that is `_tables.py`).

use crate::errors::bad;
use crate::findings::Located;
use crate::scanned::Scanned;
use nearcopy::detection::TemplateReason;
use nearcopy::{Documents, Relation};
use pyo3::prelude::*;
use pyo3::types::PyDict;

macro_rules! columns {
    ($py:expr, { $($name:literal: $values:expr),+ $(,)? }) => {{
        let out = PyDict::new($py);
        $(out.set_item($name, $values.collect::<Vec<_>>())?;)+
        Ok(out)
    }};
}

/// The columns of one kind of finding.
pub fn columns<'py>(py: Python<'py>, found: &Scanned, what: &str) -> PyResult<Bound<'py, PyDict>> {
    match what {
        "documents" => documents(py, found),
        "pairs" => pairs(py, found),
        "matches" => matches(py, found),
        "repeats" => repeats(py, found),
        other => Err(bad(format!("{other:?} is none of documents, pairs, matches, repeats"))),
    }
}

/// A row for each document in input order: its cluster, and whether it is kept.
fn documents<'py>(py: Python<'py>, found: &Scanned) -> PyResult<Bound<'py, PyDict>> {
    let Scanned { corpus, detection, .. } = found;
    let mut cluster = vec![None; corpus.count()];
    for (n, c) in detection.clusters.iter().enumerate() {
        c.members.iter().for_each(|&m| cluster[m as usize] = Some((n, c.representative)));
    }
    let mut order: Vec<u32> = (0..corpus.count() as u32).collect();
    order.sort_unstable_by_key(|&n| corpus.arrival_position(n as usize));
    let info = |n: u32| corpus.info(n as usize);
    let each = || order.iter().copied();
    columns!(py, {
        "id": each().map(|n| found.id(n)),
        "row": each().map(|n| found.row(n)),
        "title": each().map(|n| info(n).title.as_deref().map(str::to_owned)),
        "source": each().map(|n| info(n).source.as_deref().map(str::to_owned)),
        "date": each().map(|n| info(n).date.as_deref().map(str::to_owned)),
        "read": each().map(|n| info(n).read.map(|read| read.extent.name())),
        "read_share": each().map(|n| info(n).read.map(|read| read.fraction())),
        "tokens": each().map(|n| detection.tokens[n as usize]),
        "bytes": each().map(|n| corpus.bytes(n as usize)),
        "cluster": each().map(|n| cluster[n as usize].map(|c| c.0)),
        "representative": each().map(|n| cluster[n as usize].map(|c| found.id(c.1))),
        "duplicate": each().map(|n| cluster[n as usize].is_some_and(|c| c.1 != n)),
    })
}

fn pairs<'py>(py: Python<'py>, found: &Scanned) -> PyResult<Bound<'py, PyDict>> {
    let each = || found.detection.pairs.iter();
    columns!(py, {
        "a": each().map(|p| found.id(p.a)),
        "b": each().map(|p| found.id(p.b)),
        "row_a": each().map(|p| found.row(p.a)),
        "row_b": each().map(|p| found.row(p.b)),
        "relation": each().map(|p| Relation::name(p.relation)),
        "resemblance": each().map(|p| p.comparison.resemblance),
        "containment_a": each().map(|p| p.comparison.containment_a),
        "containment_b": each().map(|p| p.comparison.containment_b),
        "coverage_a": each().map(|p| p.comparison.coverage_a),
        "coverage_b": each().map(|p| p.comparison.coverage_b),
        "equal_words_a": each().map(|p| p.comparison.equal_words_a),
        "equal_words_b": each().map(|p| p.comparison.equal_words_b),
        "facts_agree": each().map(|p| p.comparison.facts.agree),
        "facts_compared": each().map(|p| p.comparison.facts.compared),
        "matches": each().map(|p| p.comparison.matches.len()),
        "why": each().map(|p| p.comparison.why.map(TemplateReason::name)),
        "earlier": each().map(|p| found.earlier(p)),
    })
}

/// A row for each passage of each pair, with spans in characters.
fn matches<'py>(py: Python<'py>, found: &Scanned) -> PyResult<Bound<'py, PyDict>> {
    let Scanned { corpus, detection, .. } = found;
    let mut rows = Vec::new();
    for (n, pair) in detection.pairs.iter().enumerate() {
        let (a, b) = (
            corpus.text(pair.a as usize).unwrap_or_default(),
            corpus.text(pair.b as usize).unwrap_or_default(),
        );
        let (a, b) = (Located::new(&a), Located::new(&b));
        for m in &pair.comparison.matches {
            rows.push((n, pair, a.span(m.a), b.span(m.b), m.identity));
        }
    }
    let each = || rows.iter();
    columns!(py, {
        "pair": each().map(|r| r.0),
        "a": each().map(|r| found.id(r.1.a)),
        "b": each().map(|r| found.id(r.1.b)),
        "start_a": each().map(|r| r.2.start),
        "end_a": each().map(|r| r.2.end),
        "start_b": each().map(|r| r.3.start),
        "end_b": each().map(|r| r.3.end),
        "identity": each().map(|r| r.4),
        "text_a": each().map(|r| r.2.text.as_str()),
        "text_b": each().map(|r| r.3.text.as_str()),
    })
}

/// A row for each listed place of each repeat, with spans in characters.
fn repeats<'py>(py: Python<'py>, found: &Scanned) -> PyResult<Bound<'py, PyDict>> {
    let Scanned { corpus, detection, .. } = found;
    let mut rows = Vec::new();
    for (n, repeat) in detection.repeats.iter().enumerate() {
        for place in &repeat.places {
            let text = corpus.text(place.document as usize).unwrap_or_default();
            rows.push((n, repeat, place.document, Located::new(&text).span(place.span)));
        }
    }
    let each = || rows.iter();
    columns!(py, {
        "repeat": each().map(|r| r.0),
        "document": each().map(|r| found.id(r.2)),
        "row": each().map(|r| found.row(r.2)),
        "start": each().map(|r| r.3.start),
        "end": each().map(|r| r.3.end),
        "count": each().map(|r| r.1.count),
        "documents": each().map(|r| r.1.documents),
        "tokens": each().map(|r| r.1.tokens),
        "paragraph": each().map(|r| r.1.paragraph),
        "boilerplate": each().map(|r| r.1.boilerplate),
        "note": each().map(|r| r.1.note),
        "text": each().map(|r| r.3.text.as_str()),
    })
}
