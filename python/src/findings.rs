//! Owns: findings as Python objects: offsets in code points, and ids instead of numbers. Never:
//! finds anything.

use crate::page_read::written;
use crate::pickle::{self, Reduced, call};
use nearcopy::detection::{Match as CoreMatch, TemplateReason};
use nearcopy::document::PageRead;
use nearcopy::text::LineIndex;
use nearcopy::{Relation, Span as Range};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use std::sync::Arc;

/// A passage of a text: ``text[span.start:span.end]``.
///
/// >>> import nearcopy
/// >>> story = "The café will close on Monday for repairs, the owner said, and open in spring."
/// >>> found = nearcopy.compare("¡Atención! " + story, story)
/// >>> span = found.matches[0].a
/// >>> ("¡Atención! " + story)[span.start:span.end] == span.text
/// True
#[pyclass(frozen, module = "nearcopy", subclass, eq, hash)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first character, in code points from 0.
    #[pyo3(get)]
    pub start: u32,
    /// The end of the passage: the position after its last character.
    #[pyo3(get)]
    pub end: u32,
    /// The range in bytes of the text's UTF-8: ``(start, end)``.
    #[pyo3(get)]
    pub bytes: (u32, u32),
    /// The first and the last line, counted from 1.
    #[pyo3(get)]
    pub lines: (u32, u32),
    /// The passage itself.
    #[pyo3(get)]
    pub text: String,
}

#[pymethods]
impl Span {
    fn __len__(&self) -> usize {
        (self.end - self.start) as usize
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let own = slf.get();
        call(slf.py(), "span", (own.start, own.end, own.bytes, own.lines, &own.text))
    }
    fn __repr__(&self) -> String {
        format!("Span({}, {}, {:?})", self.start, self.end, nearcopy::text::first_words(&self.text))
    }
}

/// A text with an index of its characters and lines.
pub struct Located<'t> {
    text: &'t str,
    index: LineIndex,
}

impl<'t> Located<'t> {
    /// Indexes the text in one pass.
    pub fn new(text: &'t str) -> Located<'t> {
        Located { text, index: LineIndex::new(text) }
    }
    /// The passage of a byte range.
    pub fn span(&self, range: Range) -> Span {
        let Range { start, end } = range;
        let ([from, to], [first, last]) =
            (self.index.chars(self.text, start, end), self.index.lines(self.text, start, end));
        let text = self.text.get(range.range()).unwrap_or_default().to_owned();
        Span { start: from, end: to, bytes: (start, end), lines: (first, last), text }
    }
}

/// A passage that occurs in both texts, perhaps with small edits.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Match {
    /// The passage in the first text.
    pub a: Py<Span>,
    /// The passage in the second text.
    pub b: Py<Span>,
    /// The number of tokens on each side.
    pub tokens: (u32, u32),
    /// The share of tokens that are equal, in order, of the longer side.
    pub identity: f64,
    /// The runs that are equal word for word: ``(span_a, span_b)``.
    pub blocks: Vec<(Py<Span>, Py<Span>)>,
}

#[pymethods]
impl Match {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let (py, own) = (slf.py(), slf.get());
        let blocks: Vec<_> =
            own.blocks.iter().map(|(a, b)| (a.clone_ref(py), b.clone_ref(py))).collect();
        let spans = (own.a.clone_ref(py), own.b.clone_ref(py));
        call(py, "match", (spans.0, spans.1, own.tokens, own.identity, blocks))
    }
    fn __repr__(&self, py: Python) -> String {
        let (a, b) = (self.a.get(), self.b.bind(py).get());
        let passage = nearcopy::text::first_words(&a.text);
        format!(
            "Match(a={}..{}, b={}..{}, identity={:.2}, {passage:?})",
            a.start, a.end, b.start, b.end, self.identity
        )
    }
}

/// Agreement of numbers and names inside the shared passages.
#[pyclass(frozen, module = "nearcopy", get_all, eq, hash)]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The number of facts that agree.
    pub agree: u32,
    /// The number of facts that could be compared.
    pub compared: u32,
}

#[pymethods]
impl Facts {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        call(slf.py(), "facts", (slf.get().agree, slf.get().compared))
    }
    fn __repr__(&self) -> String {
        format!("Facts(agree={}, compared={})", self.agree, self.compared)
    }
}

/// The owner of the two texts of a comparison.
pub trait Sides: Send + Sync {
    /// Calls `f` with both texts.
    fn with(&self, f: &mut dyn FnMut(&str, &str));
}

impl Sides for (Arc<str>, Arc<str>) {
    fn with(&self, f: &mut dyn FnMut(&str, &str)) {
        f(&self.0, &self.1);
    }
}

/// All that is measured between two texts, ``a`` and ``b``.
///
/// >>> import nearcopy
/// >>> story = "The harbour bridge will close on Monday for repairs, the port authority said."
/// >>> found = nearcopy.compare(story + " It opens in spring.", story)
/// >>> found.relation
/// 'near-copy'
#[pyclass(frozen, module = "nearcopy", subclass)]
pub struct Comparison {
    inner: nearcopy::Comparison,
    sides: Arc<dyn Sides>,
}

impl Comparison {
    /// A comparison of two texts.
    pub fn new(inner: nearcopy::Comparison, sides: Arc<dyn Sides>) -> Comparison {
        Comparison { inner, sides }
    }
    /// The complete state, for pickling.
    pub fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let mut state = None;
        self.sides.with(&mut |a, b| state = Some(pickle::state(py, &self.inner, a, b)));
        state.unwrap_or_else(|| pickle::state(py, &self.inner, "", ""))
    }
    /// The name of the relation, or `unrelated`.
    pub fn name(&self) -> &'static str {
        self.inner.relation.map_or("unrelated", Relation::name)
    }
    /// The scores, for `repr`.
    pub fn scores(&self) -> String {
        let c = &self.inner;
        format!(
            "coverage_a={:.2}, coverage_b={:.2}, matches={}",
            c.coverage_a,
            c.coverage_b,
            c.matches.len()
        )
    }
}

#[pymethods]
impl Comparison {
    /// ``equal``, ``near-copy``, ``contains``, ``contained-in``, ``quotes``, ``template``, or
    /// ``None``.
    #[getter]
    fn relation(&self) -> Option<&'static str> {
        self.inner.relation.map(Relation::name)
    }
    /// Jaccard resemblance of the two shingle sets, 0 to 1.
    #[getter]
    fn resemblance(&self) -> f64 {
        self.inner.resemblance
    }
    /// Share of the first text's shingles that the second has.
    #[getter]
    fn containment_a(&self) -> f64 {
        self.inner.containment_a
    }
    /// Share of the second text's shingles that the first has.
    #[getter]
    fn containment_b(&self) -> f64 {
        self.inner.containment_b
    }
    /// Share of the first text's tokens inside matches.
    #[getter]
    fn coverage_a(&self) -> f64 {
        self.inner.coverage_a
    }
    /// Share of the second text's tokens inside matches.
    #[getter]
    fn coverage_b(&self) -> f64 {
        self.inner.coverage_b
    }
    /// Share of the first text's tokens that are equal to one of the second inside a match:
    /// coverage without the words in gaps.
    #[getter]
    fn equal_words_a(&self) -> f64 {
        self.inner.equal_words_a
    }
    /// Share of the second text's tokens that are equal to one of the first, likewise.
    #[getter]
    fn equal_words_b(&self) -> f64 {
        self.inner.equal_words_b
    }
    /// Why the pair is a template: ``facts``, ``wording``, ``series`` or ``titles``; ``None`` for
    /// other relations.
    #[getter]
    fn why(&self) -> Option<&'static str> {
        self.inner.why.map(TemplateReason::name)
    }
    /// Whether boilerplate was included, because too little else remained of a text.
    #[getter]
    fn whole_text(&self) -> bool {
        self.inner.whole_text
    }
    /// Agreement of numbers and names inside the matches.
    #[getter]
    fn facts(&self) -> Facts {
        Facts { agree: self.inner.facts.agree, compared: self.inner.facts.compared }
    }
    /// The passages that both texts share, in the order of the first.
    #[getter]
    fn matches(&self, py: Python) -> PyResult<Vec<Match>> {
        let mut out = Ok(Vec::new());
        self.sides.with(&mut |a, b| {
            let (a, b) = (Located::new(a), Located::new(b));
            out = self.inner.matches.iter().map(|m| matched(py, m, &a, &b)).collect();
        });
        out
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        call(slf.py(), "comparison", (slf.get().state(slf.py())?,))
    }
    fn __repr__(&self) -> String {
        format!("Comparison({}, {})", self.name(), self.scores())
    }
}

fn matched(py: Python, m: &CoreMatch, a: &Located, b: &Located) -> PyResult<Match> {
    let span = |text: &Located, range| Py::new(py, text.span(range));
    let blocks =
        m.blocks.iter().map(|x| Ok((span(a, x.a)?, span(b, x.b)?))).collect::<PyResult<_>>()?;
    Ok(Match {
        a: span(a, m.a)?,
        b: span(b, m.b)?,
        tokens: (m.tokens_a, m.tokens_b),
        identity: m.identity,
        blocks,
    })
}

/// Two related documents of a report.
#[pyclass(frozen, module = "nearcopy", extends = Comparison)]
pub struct Pair {
    /// Id of the first document.
    #[pyo3(get)]
    pub a: String,
    /// Id of the second document.
    #[pyo3(get)]
    pub b: String,
    /// The row of the first document in the input, from 0.
    #[pyo3(get)]
    pub row_a: usize,
    /// The row of the second document in the input, from 0.
    #[pyo3(get)]
    pub row_b: usize,
    /// Id of the earlier document, where both dates are known and tell; a pair stands for two
    /// classes of equal texts, and only its two documents are compared.
    #[pyo3(get)]
    pub earlier: Option<String>,
}

#[pymethods]
impl Pair {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let own = slf.get();
        let state = slf.as_super().get().state(slf.py())?;
        call(slf.py(), "pair", (state, &own.a, &own.b, own.row_a, own.row_b, &own.earlier))
    }
    fn __repr__(slf: PyRef<Self>) -> String {
        format!(
            "Pair({:?}, {:?}, {}, {})",
            slf.a,
            slf.b,
            slf.as_super().name(),
            slf.as_super().scores()
        )
    }
}

/// A document of an index that is related to the query document: ``a`` is the query document, ``b``
/// this one.
#[pyclass(frozen, module = "nearcopy", extends = Comparison)]
pub struct Sighting {
    /// Its id.
    #[pyo3(get)]
    pub id: String,
    /// The number of documents in the index with its text, itself included.
    #[pyo3(get)]
    pub copies: u64,
    /// Its source.
    #[pyo3(get)]
    pub source: Option<String>,
    /// Its date.
    #[pyo3(get)]
    pub date: Option<String>,
    /// Its title.
    #[pyo3(get)]
    pub title: Option<String>,
    /// How much of its page the text has.
    pub page: Option<PageRead>,
    /// Its text; ``None`` where the index stores none.
    #[pyo3(get)]
    pub text: Option<String>,
}

#[pymethods]
impl Sighting {
    /// For a page, whether its text is the ``whole`` or a ``part`` of it.
    #[getter]
    fn read(&self) -> Option<&'static str> {
        self.page.map(|read| read.extent.name())
    }
    /// For a page, the share of its prose that the text has, 0 to 1.
    #[getter]
    fn read_share(&self) -> Option<f64> {
        self.page.map(|read| read.fraction())
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let own = slf.get();
        let state = slf.as_super().get().state(slf.py())?;
        call(
            slf.py(),
            "sighting",
            (
                state,
                &own.id,
                own.copies,
                (&own.source, &own.date, &own.title),
                written(own.page),
                own.text.is_some(),
            ),
        )
    }
    fn __repr__(slf: PyRef<Self>) -> String {
        format!("Sighting({:?}, {}, {})", slf.id, slf.as_super().name(), slf.as_super().scores())
    }
}
