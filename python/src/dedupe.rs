//! Owns: `dedupe`, of documents alone or against an index, for Python. Never: decides what is
//! removed.

use crate::arguments;
use crate::documents::say_renamed;
use crate::errors::{bad, raise};
use crate::files::rows;
use crate::groups::Removed;
use crate::index::Index;
use crate::run::{briefly, run};
use crate::scanned::{kept, removed};
use crate::settings::Settings;
use nearcopy::clean::{Cleaning, Plan};
use nearcopy::index::AgainstIndex;
use nearcopy::{Removal, RunOptions, Scan};
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
    let Some(index) = index.map(Bound::get) else {
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
    let thresholds = index.asked(Some(settings))?.thresholds;
    let removal = arguments::removal(drop, Removal::against_references())?;
    let (index, documents) = (index.index()?, rows.documents());
    let asked = index.clone();
    let (found, plan) = run(py, progress, move |meter| {
        let scan = Scan::new().thresholds(removal.thresholds(&thresholds));
        let scan = scan.threads(options.threads).boilerplate_from(&boilerplate).progress(meter);
        let found = scan.against(&asked, documents)?;
        let plan =
            nearcopy::clean::removal(&found.corpus, &found.detection, &removal, &options, meter)?;
        Ok((found, plan))
    })?;
    say_renamed(py, &found.corpus)?;
    Ok(Deduped {
        removed: removed(&found.corpus, false, &plan),
        rows: count,
        against: Some((index, found, plan)),
    })
}

/// The documents to keep and the documents to remove, each with the copy that is kept.
#[pyclass(frozen, module = "nearcopy")]
pub struct Deduped {
    removed: Vec<Removed>,
    rows: usize,
    against: Option<(Arc<nearcopy::Index>, AgainstIndex, Plan)>,
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
        let mut known: Vec<String> =
            self.against.iter().flat_map(|(_, found, _)| found.known.iter().cloned()).collect();
        known.sort_unstable();
        known
    }
    /// Adds the kept documents to the index. Call it once they are written to their destination:
    /// the next run removes every document that the index has.
    fn add_to_index<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let Some((index, found, plan)) = &self.against else {
            return Err(bad("there is no index to add to: dedupe takes one as index="));
        };
        let added = briefly(py, || found.add(index, plan.staying(&found.corpus))).map_err(raise)?;
        crate::document::counts(py, added)
    }
    fn __repr__(&self) -> String {
        format!("<nearcopy.Deduped: {} of {} removed>", self.removed.len(), self.rows)
    }
}
