//! Owns: single documents that are passed to an index or returned by it, and the result of adding
//! one. Never: columns of them.

use crate::arguments::{self, text};
use crate::documents::{plain, warn};
use crate::errors::bad;
use crate::findings::Sighting;
use crate::pickle::call;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::sync::Arc;

/// A document: the type that ``scan`` and ``Index.add_all`` take, and that an index returns.
#[pyclass(frozen, module = "nearcopy", get_all, eq, hash)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// The id of the document.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The outlet or site that printed it; where none is given, the host of an id that is a URL.
    pub source: Option<String>,
    /// The date of the document, as ISO 8601.
    pub date: Option<String>,
    /// Its title, which is no part of the text.
    pub title: Option<String>,
}

impl From<nearcopy::Document> for Document {
    fn from(document: nearcopy::Document) -> Document {
        let nearcopy::Document { info, text } = document;
        let [source, date, title] = facts(&info);
        Document { id: info.id, text, source, date, title }
    }
}

/// Source, date and title of a document.
pub fn facts(info: &nearcopy::DocumentInfo) -> [Option<String>; 3] {
    [&info.source, &info.date, &info.title].map(|fact| fact.as_deref().map(str::to_owned))
}

#[pymethods]
impl Document {
    #[new]
    #[pyo3(signature = (id, text, *, source=None, date=None, title=None))]
    fn new(
        id: &Bound<PyAny>,
        text: &Bound<PyAny>,
        source: Option<&Bound<PyAny>>,
        date: Option<&Bound<PyAny>>,
        title: Option<&Bound<PyAny>>,
    ) -> PyResult<Document> {
        Ok(document(arguments::id(id)?, text, source, date, title)?.into())
    }
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let own = slf.get();
        call(slf.py(), "document", (&own.id, &own.text, &own.source, &own.date, &own.title))
    }
    fn __repr__(&self) -> String {
        format!("Document({:?}, {:?})", self.id, nearcopy::text::first_words(&self.text))
    }
}

/// The result of ``check_and_add``.
#[pyclass(frozen, module = "nearcopy", get_all)]
pub struct Checked {
    /// ``new``, ``copy``, ``replaced`` or ``known``; ``None`` where a sighting prevented the
    /// addition.
    pub outcome: &'static str,
    /// The documents that this one is related to, nearest first.
    pub sightings: Vec<Py<Sighting>>,
}

#[pymethods]
impl Checked {
    /// Whether this call wrote the document into the index.
    #[getter]
    fn added(&self) -> bool {
        matches!(self.outcome, "new" | "copy" | "replaced")
    }
    /// Whether the document was kept out for what it is related to.
    #[getter]
    fn refused(&self) -> bool {
        self.outcome == "refused"
    }
    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        call(slf.py(), "checked", (slf.get().outcome, PyList::new(slf.py(), &slf.get().sightings)?))
    }
    fn __repr__(&self, py: Python) -> PyResult<String> {
        let seen: Vec<String> = self
            .sightings
            .iter()
            .map(|s| Ok(s.bind(py).repr()?.to_string()))
            .collect::<PyResult<_>>()?;
        Ok(format!("Checked(outcome={:?}, sightings=[{}])", self.outcome, seen.join(", ")))
    }
}

/// Reads one document from its arguments.
pub fn document(
    id: String,
    given: &Bound<PyAny>,
    source: Option<&Bound<PyAny>>,
    date: Option<&Bound<PyAny>>,
    title: Option<&Bound<PyAny>>,
) -> PyResult<nearcopy::Document> {
    let words = text(given, "text").map_err(|e| {
        if id.is_empty() { e } else { bad(format!("document {id:?}: {}", e.value(given.py()))) }
    })?;
    let string =
        |value: Option<&Bound<PyAny>>| value.filter(|v| !v.is_none()).map(plain).transpose();
    let mut document = nearcopy::Document::new(id, words);
    let source = string(source)?.or_else(|| nearcopy::ingest::host_of(&document.info.id));
    document.info.source = source.map(Arc::from);
    let title = string(title)?.and_then(|title| nearcopy::ingest::normalise_title(&title));
    document.info.title = title.map(Arc::from);
    if let Some(date) = string(date)?.filter(|d| !d.trim().is_empty()) {
        document.info.date = nearcopy::ingest::normalise_date(&date).map(Arc::from);
        if document.info.date.is_none() {
            warn(
                given.py(),
                &format!(
                    "the date {date:?} could not be understood; the document is taken without one"
                ),
            )?;
        }
    }
    Ok(document)
}

/// The host of a URL, as it is derived from an address; ``None`` for what is no URL.
#[pyfunction]
#[pyo3(name = "_host")]
pub fn host(url: &str) -> Option<String> {
    nearcopy::ingest::host_of(url)
}
