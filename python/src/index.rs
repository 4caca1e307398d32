//! Owns: the persistent index as a Python class. Never: computes an answer itself.

use crate::arguments::{self, id as given_id};
use crate::compare::Background;
use crate::document::{Checked, Document, counts, document, facts};
use crate::documents::Rows;
use crate::errors::{ClosedError, SettingError, bad, raise};
use crate::findings::{Comparison, Sighting};
use crate::handles::{self, Handle, OpenMode};
use crate::page_read::page_read;
use crate::run::{briefly, pooled, run};
use crate::settings::Settings;
use nearcopy::index::{Added, AddedCounts};
use nearcopy::{Relation, RunOptions};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A persistent index of documents: it tells of a text which documents seen before it was copied
/// from, and which passages.
///
/// What was added is on disk when the call returns. Threads may share an index; processes may open
/// the same directory; after a fork, the child opens it again. It is made where nothing is there;
/// settings of the recipe and a preset must be those it was made with, or left out.
///
/// >>> import nearcopy, tempfile
/// >>> index = nearcopy.Index(tempfile.mkdtemp() + "/seen")
/// >>> story = "The harbour bridge will close for repairs on Monday, the port authority said."
/// >>> story += " It will reopen in the spring."
/// >>> index.check_and_add("courier", story).outcome
/// 'new'
/// >>> found = index.check_and_add("ledger", story.replace("said", "told us"))
/// >>> found.outcome, found.sightings[0].id, found.sightings[0].relation
/// ('refused', 'courier', 'near-copy')
/// >>> index.close()
#[pyclass(frozen, module = "nearcopy", weakref)]
pub struct Index {
    handle: Mutex<Option<Arc<Handle>>>,
    path: PathBuf,
    settings: Settings,
    texts: bool,
    given: Py<PyDict>,
}

/// The state of a file, which distinguishes two indexes of one path.
type FileState = Option<(u64, u128)>;

/// The arguments that open an index again.
type Reopen<'py> = (PathBuf, Bound<'py, PyDict>, FileState);

fn moment(file: &std::fs::Metadata) -> (u64, u128) {
    let changed = file.modified().ok().and_then(|t| t.duration_since(std::time::UNIX_EPOCH).ok());
    #[cfg(unix)]
    let which = std::os::unix::fs::MetadataExt::ino(file);
    #[cfg(not(unix))]
    let which = 0;
    (which, changed.map_or(0, |t| t.as_nanos()))
}

fn sightings(
    py: Python,
    asked: &str,
    found: Vec<nearcopy::index::Sighting>,
) -> PyResult<Vec<Py<Sighting>>> {
    let asked: Arc<str> = if found.is_empty() { "".into() } else { asked.into() };
    let each = found.into_iter().map(|s| {
        let nearcopy::index::Sighting { info, copies, relation, comparison, text } = s;
        let there: Arc<str> = text.as_deref().unwrap_or_default().into();
        let comparison = nearcopy::Comparison { relation: Some(relation), ..comparison };
        let [source, date, title] = facts(&info);
        let own = Sighting { id: info.id, copies, source, date, title, page: info.read, text };
        let comparison = Comparison::new(comparison, Arc::new((asked.clone(), there)));
        Py::new(py, PyClassInitializer::from(comparison).add_subclass(own))
    });
    each.collect()
}

impl Index {
    /// The index, while it is open.
    pub fn index(&self) -> PyResult<Arc<nearcopy::Index>> {
        let handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let handle = handle.ok_or_else(|| {
            ClosedError::new_err(format!("the index {} is closed", self.path.display()))
        })?;
        handle.get(&self.path)
    }

    /// Runs a query without the interpreter's lock, on this thread. A signal that arrives while it
    /// waits for another process is handled; if the handler raises nothing, the query is repeated.
    fn ask<T: Send>(
        &self,
        py: Python,
        ask: impl Fn(&nearcopy::Index) -> nearcopy::Result<T> + Send + Sync,
    ) -> PyResult<T> {
        let index = self.index()?;
        loop {
            match py.detach(|| ask(&index)) {
                Err(nearcopy::Error::Cancelled) => py.check_signals()?,
                done => return done.map_err(raise),
            }
        }
    }
}

#[pymethods]
impl Index {
    #[new]
    #[pyo3(signature = (path, *, create=true, read_only=false, without_texts=false,
        same_id="replace", **settings))]
    fn new(
        py: Python,
        path: PathBuf,
        create: bool,
        read_only: bool,
        without_texts: bool,
        same_id: &str,
        settings: Option<&Bound<PyDict>>,
    ) -> PyResult<Index> {
        let refuse = match same_id {
            "replace" => false,
            "refuse" => true,
            other => {
                return Err(SettingError::new_err(format!(
                    "same_id: \"replace\" or \"refuse\", not {other:?}"
                )));
            }
        };
        let wanted = Settings::new(settings)?;
        let recipe = wanted.recipe_given.then_some(&wanted.recipe);
        let make = (create && !read_only).then_some((&wanted.recipe, without_texts));
        let handle =
            py.detach(|| handles::open(&path, OpenMode { read_only, refuse }, recipe, make))?;
        let index = handle.get(&path)?;
        let (recipe, texts) = (index.recipe().clone(), index.has_texts());
        let given = settings.map_or_else(|| Ok(PyDict::new(py)), |s| s.copy())?;
        given.set_item("read_only", read_only)?;
        given.set_item("same_id", same_id)?;
        if without_texts && texts {
            let message = format!(
                "without_texts: the index {} was made with texts, and keeps them",
                path.display()
            );
            return Err(SettingError::new_err(message));
        }
        let settings = Settings { recipe, ..wanted };
        // A child process that unpickles the index may have another working directory.
        let path = path.canonicalize().unwrap_or(path);
        Ok(Index { handle: Mutex::new(Some(handle)), path, settings, texts, given: given.unbind() })
    }

    /// The directory of the index.
    #[getter]
    fn path(&self) -> &PathBuf {
        &self.path
    }
    /// Whether the index stores texts, so that sightings have passages.
    #[getter]
    fn has_texts(&self) -> bool {
        self.texts
    }
    /// Whether it was closed.
    #[getter]
    fn closed(&self) -> bool {
        self.index().is_err()
    }
    /// The background that sightings are scored with.
    #[getter]
    fn background(&self, py: Python) -> PyResult<Background> {
        let inner = self.ask(py, |index| index.background())?;
        Ok(Background { inner: (*inner).clone(), recipe_id: self.settings.recipe.id() })
    }

    /// Adds a document. Returns ``new``, ``copy`` (of an equal text), ``replaced`` (another text
    /// had this id) or ``known`` (it was there).
    #[pyo3(signature = (id, text, *, source=None, date=None, title=None, read=None,
        read_share=None, read_raw=None))]
    #[allow(clippy::too_many_arguments)]
    fn add(
        &self,
        py: Python,
        id: &Bound<PyAny>,
        text: &Bound<PyAny>,
        source: Option<&Bound<PyAny>>,
        date: Option<&Bound<PyAny>>,
        title: Option<&Bound<PyAny>>,
        read: Option<&str>,
        read_share: Option<f64>,
        read_raw: Option<&str>,
    ) -> PyResult<&'static str> {
        let page = page_read(read, read_share, read_raw)?;
        let document = document(given_id(id)?, text, [source, date, title], page)?;
        self.ask(py, |index| index.add(&document)).map(Added::name)
    }

    /// Adds many documents, thousands a second; takes the same input as ``scan``. Returns the
    /// numbers of new documents, copies, replaced and known ones.
    #[pyo3(signature = (documents, **options))]
    fn add_all<'py>(
        &self,
        py: Python<'py>,
        documents: &Bound<'py, PyAny>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let index = self.index()?;
        let mut sum = AddedCounts::default();
        let options = options.map_or_else(|| Ok(PyDict::new(py)), |o| o.copy())?;
        // Row numbers are no ids: the next call would start with them again.
        options.set_item("named", true)?;
        for batch in py
            .import("nearcopy._input")?
            .call_method("batches", (documents,), Some(&options))?
            .try_iter()?
        {
            let documents = Rows::read(&batch?)?.documents();
            let added = briefly(py, || index.add_all(documents)).map_err(raise)?;
            sum.new += added.new;
            sum.copies += added.copies;
            sum.replaced += added.replaced;
            sum.known += added.known;
            sum.without_text += added.without_text;
            py.check_signals()?;
        }
        counts(py, sum)
    }

    /// The documents of the index that this text is related to, nearest first. The document with
    /// this ``id`` is left out.
    #[pyo3(signature = (text, *, id=None, source=None, date=None, title=None, read=None,
        read_share=None, read_raw=None, **thresholds))]
    #[allow(clippy::too_many_arguments)]
    fn seen(
        &self,
        py: Python,
        text: &Bound<PyAny>,
        id: Option<&Bound<PyAny>>,
        source: Option<&Bound<PyAny>>,
        date: Option<&Bound<PyAny>>,
        title: Option<&Bound<PyAny>>,
        read: Option<&str>,
        read_share: Option<f64>,
        read_raw: Option<&str>,
        thresholds: Option<&Bound<PyDict>>,
    ) -> PyResult<Vec<Py<Sighting>>> {
        let id = id.filter(|i| !i.is_none()).map_or_else(|| Ok(String::new()), given_id)?;
        let page = page_read(read, read_share, read_raw)?;
        let document = document(id, text, [source, date, title], page)?;
        let settings = self.asked(thresholds)?;
        let seen = self.ask(py, |index| index.seen(&document, &settings.thresholds))?;
        sightings(py, &document.text, seen)
    }

    /// Queries the index, and adds the document unless it has one of the relations in ``unless`` to
    /// another. If two threads or processes pass copies at the same time, one is added and the
    /// other gets it as a sighting. A document that is in the index with the same text is
    /// ``known``. A page that was read in part (``read="part"``) is refused only for a page of the
    /// same bytes (``read_raw``), or for a whole document of the same text, and keeps no other
    /// document out.
    #[pyo3(signature = (id, text, *, source=None, date=None, title=None, read=None,
        read_share=None, read_raw=None, unless=None, **thresholds))]
    #[allow(clippy::too_many_arguments)]
    fn check_and_add(
        &self,
        py: Python,
        id: &Bound<PyAny>,
        text: &Bound<PyAny>,
        source: Option<&Bound<PyAny>>,
        date: Option<&Bound<PyAny>>,
        title: Option<&Bound<PyAny>>,
        read: Option<&str>,
        read_share: Option<f64>,
        read_raw: Option<&str>,
        unless: Option<&Bound<PyAny>>,
        thresholds: Option<&Bound<PyDict>>,
    ) -> PyResult<Checked> {
        let page = page_read(read, read_share, read_raw)?;
        let document = document(given_id(id)?, text, [source, date, title], page)?;
        let settings = self.asked(thresholds)?;
        let unless: Vec<Relation> = match unless {
            None => vec![Relation::Equal, Relation::NearCopy],
            Some(given) => arguments::names(given, "unless")?
                .iter()
                .map(|n| arguments::relation(n))
                .collect::<PyResult<_>>()?,
        };
        let checked =
            self.ask(py, |index| index.check_and_add(&document, &settings.thresholds, &unless))?;
        Ok(Checked {
            outcome: checked.outcome.name(),
            sightings: sightings(py, &document.text, checked.sightings)?,
        })
    }

    /// Removes a document; ``False`` where there is none of this id.
    fn remove(&self, py: Python, id: &Bound<PyAny>) -> PyResult<bool> {
        let id = given_id(id)?;
        self.ask(py, |index| index.remove(&id))
    }

    /// The document of an id, or ``default``. Its text is empty where the index stores none.
    #[pyo3(signature = (id, default=None))]
    fn get<'py>(
        &self,
        py: Python<'py>,
        id: &Bound<'py, PyAny>,
        default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let id = given_id(id)?;
        let Some(found) = self.ask(py, |index| index.get(&id))? else { return Ok(default) };
        Ok(Some(Bound::new(py, Document::from(found))?.into_any()))
    }
    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        id: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        self.get(py, id, None)?.ok_or_else(|| PyKeyError::new_err(id.clone().unbind()))
    }
    fn __contains__(&self, py: Python, id: &Bound<PyAny>) -> PyResult<bool> {
        let id = given_id(id)?;
        self.ask(py, |index| index.contains(&id))
    }
    fn __len__(&self, py: Python) -> PyResult<usize> {
        self.ask(py, |index| index.stats()).map(|s| s.documents as usize)
    }
    fn __bool__(&self) -> bool {
        true
    }
    /// The ids, in the order in which they were added, as they are now.
    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let ids = self.ask(py, |index| index.ids())?;
        Ok(ids.into_pyobject(py)?.try_iter()?.into_any())
    }

    /// Recomputes boilerplate and common words, and merges all keys into one sorted run; run it
    /// every night, for example. It costs as much as a scan.
    #[pyo3(signature = (*, threads=None, progress=None, **thresholds))]
    fn compact(
        &self,
        py: Python,
        threads: Option<i64>,
        progress: Option<&Bound<PyAny>>,
        thresholds: Option<&Bound<PyDict>>,
    ) -> PyResult<()> {
        let (index, settings, threads) =
            (self.index()?, self.asked(thresholds)?, arguments::thread_count(threads)?);
        run(py, progress, move |meter| {
            index.compact(
                &settings.thresholds,
                &RunOptions::default().with(|s| s.threads = threads),
                meter,
            )
        })
    }

    /// Reads the whole index and reports faults: ``wrong`` is 0 for a sound index. After Ctrl-C it
    /// continues in the background until it is done.
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let index = self.index()?;
        let verified = run(py, None, move |_| pooled(|| index.verify()))?;
        dict(py, &verified)
    }
    /// The numbers of documents and of different texts, the size of the file and so on.
    fn stats<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let stats = self.ask(py, |index| index.stats())?;
        dict(py, &stats)
    }

    /// Closes the index. Later calls raise ``ClosedError``.
    fn close(&self, py: Python) {
        let handle = self.handle.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(|| drop(handle));
    }
    fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }
    #[pyo3(signature = (*_args))]
    fn __exit__(&self, py: Python, _args: &Bound<PyTuple>) {
        self.close(py);
    }
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, Reopen<'py>)> {
        let again = py.import("nearcopy._input")?.getattr("reopen")?;
        // A pickle must change when the index changes, for caches that are keyed by the pickle.
        let moment = std::fs::metadata(self.path.join("data.mdb")).ok().map(|m| moment(&m));
        Ok((again, (self.path.clone(), self.given.bind(py).copy()?, moment)))
    }
    fn __repr__(&self) -> String {
        let closed = if self.closed() { ", closed" } else { "" };
        format!("<nearcopy.Index {:?}{closed}>", self.path)
    }
}

impl Index {
    /// The index's own settings with the changes of a call: thresholds, not the recipe.
    pub fn asked(&self, given: Option<&Bound<PyDict>>) -> PyResult<Settings> {
        let asked = self.settings.with(given)?;
        if asked.recipe != self.settings.recipe {
            return Err(SettingError::new_err(
                "the recipe of an index is settled when it is made: only thresholds can be changed",
            ));
        }
        Ok(asked)
    }
}

fn dict<'py>(py: Python<'py>, value: &impl serde::Serialize) -> PyResult<Bound<'py, PyAny>> {
    let value = serde_json::to_value(value).map_err(|e| bad(e.to_string()))?;
    crate::settings::python(py, &value)
}
