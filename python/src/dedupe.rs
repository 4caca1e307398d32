//! Owns: `dedupe`, of documents alone or against an index, for Python. Never: decides what is
//! removed.

use crate::arguments;
use crate::errors::{bad, raise};
use crate::files::rows;
use crate::groups::Removed;
use crate::index::Index;
use crate::pickle::{Reduced, call};
use crate::run::{briefly, run};
use crate::scanned::{kept, removed};
use crate::settings::Settings;
use crate::stored::documents_state;
use crate::warnings::say_renamed;
use nearcopy::clean::{Cleaning, Plan};
use nearcopy::index::AgainstIndex;
use nearcopy::{Document, Documents, Removal, RunOptions, Scan};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Decides which documents are removed; see `nearcopy.dedupe`, which finds the columns.
#[pyfunction]
#[pyo3(signature = (columns, settings, index=None, drop=None, threads=None,
    boilerplate_from=None, progress=None))]
pub fn dedupe(
    columns: &Bound<PyAny>,
    settings: &Bound<PyDict>,
    index: Option<&Bound<Index>>,
    drop: Option<&Bound<PyAny>>,
    threads: Option<i64>,
    boilerplate_from: Option<&Bound<PyAny>>,
    progress: Option<&Bound<PyAny>>,
) -> PyResult<Deduped> {
    let py = columns.py();
    let options = {
        let mut settings = RunOptions::default();
        settings.threads = arguments::thread_count(threads)?;
        settings
    };
    let boilerplate = arguments::texts(boilerplate_from, "boilerplate_from")?;
    let rows = rows(columns)?;
    let (count, files) = (rows.count, rows.files);
    let Some(given) = index else {
        let Settings { recipe, thresholds, .. } = Settings::new(Some(settings))?;
        let removal = arguments::removal(drop, Removal::default())?;
        let corpus = Arc::new(rows.corpus(py)?);
        let texts = corpus.clone();
        let Cleaning { plan, .. } = run(py, progress, move |meter| {
            let scan = Scan::new().recipe(recipe).thresholds(thresholds).threads(options.threads);
            scan.boilerplate_from(&boilerplate).progress(meter).clean(&*texts, &removal)
        })?;
        return Ok(Deduped { removed: removed(&corpus, files, &plan), rows: count, against: None });
    };
    if files {
        return Err(bad("paths together with an index: `nearcopy dedupe --index` reads them"));
    }
    let thresholds = given.get().asked(Some(settings))?.thresholds;
    let removal = arguments::removal(drop, Removal::against_references())?;
    let (asked, documents) = (given.get().index()?, rows.documents());
    let (found, plan) = run(py, progress, move |meter| {
        let scan = Scan::new().thresholds(removal.thresholds(&thresholds));
        let scan = scan.threads(options.threads).boilerplate_from(&boilerplate).progress(meter);
        let found = scan.against(&asked, documents)?;
        let plan =
            nearcopy::clean::removal(&found.corpus, &found.detection, &removal, &options, meter)?;
        Ok((found, plan))
    })?;
    say_renamed(py, &found.corpus)?;
    let mut known: Vec<String> = found.known.iter().cloned().collect();
    known.sort_unstable();
    Ok(Deduped {
        removed: removed(&found.corpus, false, &plan),
        rows: count,
        against: Some(Against {
            index: given.clone().unbind(),
            known,
            stays: Stays::Found(Box::new((found, plan))),
        }),
    })
}

/// The documents that stay.
pub enum Stays {
    /// Those of a scan that a plan keeps.
    Found(Box<(AgainstIndex, Plan)>),
    /// Those that a pickle holds.
    Documents(Vec<Document>),
}

impl Stays {
    /// The documents with their texts.
    pub fn documents(&self) -> nearcopy::Result<Vec<Document>> {
        let (found, plan) = match self {
            Stays::Found(found) => &**found,
            Stays::Documents(documents) => return Ok(documents.clone()),
        };
        let one = |n: u32| {
            let text = found.corpus.text(n as usize)?;
            Ok(found.corpus.info(n as usize).into_owned().with_text(text))
        };
        plan.staying(&found.corpus).map(one).collect()
    }
}

/// A removal against an index.
pub struct Against {
    /// The index.
    pub index: Py<Index>,
    /// Ids of documents that it already has with the same text.
    pub known: Vec<String>,
    /// What can be added to it.
    pub stays: Stays,
}

/// The documents to keep and the documents to remove, each with the copy that is kept.
#[pyclass(frozen, module = "nearcopy")]
pub struct Deduped {
    /// The documents to remove.
    pub removed: Vec<Removed>,
    /// The number of rows of the input.
    pub rows: usize,
    /// The index, where there is one.
    pub against: Option<Against>,
}

#[pymethods]
impl Deduped {
    /// The documents to remove, each with the one that is kept; the id of a document in the index
    /// has the prefix ``index:``.
    fn removed(&self) -> Vec<Removed> {
        self.removed.clone()
    }
    /// For each row of the input whether it is kept: ``df[found.keep()]`` in pandas,
    /// ``df.filter(found.keep())`` in polars.
    fn keep(&self) -> Vec<bool> {
        kept(self.rows, &self.removed)
    }
    /// Ids of the documents that the index already has with the same text.
    #[getter]
    fn known(&self) -> Vec<String> {
        self.against.as_ref().map(|against| against.known.clone()).unwrap_or_default()
    }
    /// Adds the kept documents to the index. Call it once they are written to their destination:
    /// the next run removes every document that the index has.
    fn add_to_index<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let Some(Against { index, stays, .. }) = &self.against else {
            return Err(bad("there is no index to add to: dedupe takes one as index="));
        };
        let index = index.get().index()?;
        let added = briefly(py, || match stays {
            Stays::Found(found) => found.0.add(&index, found.1.staying(&found.0.corpus)),
            Stays::Documents(documents) => index.add_all(documents.iter().cloned()),
        });
        crate::document::counts(py, added.map_err(raise)?)
    }
    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<PyAny>) -> Py<Self> {
        slf
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        let (py, Deduped { removed, rows, against }) = (slf.py(), slf.get());
        // What stays is in it, so that it can still be added to the index.
        let against = against.as_ref().map(|Against { index, known, stays }| {
            let documents = documents_state(py, stays.documents().map_err(raise)?)?;
            Ok::<_, PyErr>((index.clone_ref(py), known.clone(), documents))
        });
        call(py, "deduped", (removed.clone(), *rows, against.transpose()?))
    }
    fn __repr__(&self) -> String {
        format!("<nearcopy.Deduped: {} of {} removed>", self.removed.len(), self.rows)
    }
}
