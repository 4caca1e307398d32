//! Owns: single documents that are passed to an index or returned by it, and the result of adding
//! one or several. Never: columns of them.

use crate::arguments::{self, text};
use crate::documents::plain;
use crate::errors::bad;
use crate::findings::Sighting;
use crate::page_read::{page_read, written};
use crate::pickle::{Reduced, call};
use crate::warnings::warn;
use nearcopy::document::PageRead;
use nearcopy::index::AddedCounts;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use std::sync::Arc;

/// A document: the type that ``scan`` and ``Index.add_all`` take, and that an index returns.
#[pyclass(frozen, module = "nearcopy", eq, hash)]
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document {
    /// The id of the document.
    #[pyo3(get)]
    pub id: String,
    /// Its text.
    #[pyo3(get)]
    pub text: String,
    /// The outlet or site that printed it; where none is given, the host of an id that is a URL.
    #[pyo3(get)]
    pub source: Option<String>,
    /// The date of the document, as ISO 8601.
    #[pyo3(get)]
    pub date: Option<String>,
    /// Its title, which is no part of the text.
    #[pyo3(get)]
    pub title: Option<String>,
    /// How much of its page the text has.
    pub page: Option<PageRead>,
}

impl From<nearcopy::Document> for Document {
    fn from(document: nearcopy::Document) -> Document {
        let nearcopy::Document { info, text } = document;
        let [source, date, title] = facts(&info);
        Document { id: info.id, text, source, date, title, page: info.read }
    }
}

/// Source, date and title of a document.
pub fn facts(info: &nearcopy::DocumentInfo) -> [Option<String>; 3] {
    [&info.source, &info.date, &info.title].map(|fact| fact.as_deref().map(str::to_owned))
}

#[pymethods]
impl Document {
    #[new]
    #[pyo3(signature = (id, text, *, source=None, date=None, title=None, read=None,
        read_share=None, read_raw=None))]
    #[allow(clippy::too_many_arguments)]
    fn new(
        id: &Bound<PyAny>,
        text: &Bound<PyAny>,
        source: Option<&Bound<PyAny>>,
        date: Option<&Bound<PyAny>>,
        title: Option<&Bound<PyAny>>,
        read: Option<&str>,
        read_share: Option<f64>,
        read_raw: Option<&str>,
    ) -> PyResult<Document> {
        let page = page_read(read, read_share, read_raw)?;
        Ok(document(arguments::id(id)?, text, [source, date, title], page)?.into())
    }
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
    /// For a page that was read in part, the hash of its bytes as hex digits.
    #[getter]
    fn read_raw(&self) -> Option<String> {
        self.page.and_then(|read| read.raw_hex())
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let own = slf.get();
        let page = written(own.page);
        call(slf.py(), "document", (&own.id, &own.text, &own.source, &own.date, &own.title, page))
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
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
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
    [source, date, title]: [Option<&Bound<PyAny>>; 3],
    page: Option<PageRead>,
) -> PyResult<nearcopy::Document> {
    let words = text(given, "text").map_err(|e| {
        if id.is_empty() { e } else { bad(format!("document {id:?}: {}", e.value(given.py()))) }
    })?;
    let string =
        |value: Option<&Bound<PyAny>>| value.filter(|v| !v.is_none()).map(plain).transpose();
    let mut document = nearcopy::Document::new(id, words);
    document.info.read = page;
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

/// The counts of many added documents.
pub fn counts<'py>(py: Python<'py>, added: AddedCounts) -> PyResult<Bound<'py, PyDict>> {
    let AddedCounts { new, copies, replaced, known, without_text } = added;
    let counts = PyDict::new(py);
    for (name, n) in [("new", new), ("copies", copies), ("replaced", replaced), ("known", known)] {
        counts.set_item(name, n)?;
    }
    if without_text > 0 {
        counts.set_item("without_text", without_text)?;
    }
    Ok(counts)
}

/// The host of a URL, as it is derived from an address; ``None`` for what is no URL.
#[pyfunction]
#[pyo3(name = "_host")]
pub fn host(url: &str) -> Option<String> {
    nearcopy::ingest::host_of(url)
}
