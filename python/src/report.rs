//! Owns: `scan` and its report, for Python. Never: finds anything.

use crate::arguments::{self, id as given_id};
use crate::compare::Background;
use crate::errors::{bad, io};
use crate::files::rows;
use crate::groups::Removed;
use crate::listed::{Listed, What};
use crate::pickle::{Reduced, call};
use crate::run::{briefly, run};
use crate::scanned::{Scanned, kept, removed};
use crate::settings::{Settings, thresholds_dict};
use crate::stored::scan_state;
use nearcopy::report::{self, Findings, HtmlOptions, HtmlSummaryOptions};
use nearcopy::{Removal, RunOptions, Scan};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Scans documents; see `nearcopy.scan`, which finds the columns.
#[pyfunction]
#[pyo3(signature = (columns, settings, threads=None, background=None, boilerplate_from=None,
    progress=None))]
pub fn scan(
    columns: &Bound<PyAny>,
    settings: &Bound<PyDict>,
    threads: Option<i64>,
    background: Option<&Background>,
    boilerplate_from: Option<&Bound<PyAny>>,
    progress: Option<&Bound<PyAny>>,
) -> PyResult<Report> {
    let py = columns.py();
    let options = {
        let mut settings = RunOptions::default();
        settings.threads = arguments::thread_count(threads)?;
        settings
    };
    let Settings { recipe, thresholds, .. } = Settings::new(Some(settings))?;
    let rows = rows(columns)?;
    let (count, skipped, files) = (rows.count, rows.skipped.clone(), rows.files);
    let corpus = Arc::new(rows.corpus(py)?);
    if let Some(drawn) = background {
        drawn.fits(&recipe)?;
    }
    let boilerplate = arguments::texts(boilerplate_from, "boilerplate_from")?;
    let (texts, same, threads) = (corpus.clone(), recipe.clone(), options.threads);
    let background = background.map(|b| b.inner.clone());
    let found = run(py, progress, move |meter| {
        let mut scan = Scan::new().recipe(same).thresholds(thresholds).threads(threads);
        if let Some(given) = &background {
            scan = scan.background(given);
        }
        scan.boilerplate_from(&boilerplate).progress(meter).run_with_background(&*texts)
    });
    let (detection, background) = found?;
    let all_pairs = OnceLock::new();
    let found = Scanned {
        corpus,
        detection,
        all_pairs,
        recipe,
        background,
        options,
        skipped,
        rows: count,
        files,
    };
    Ok(Report::new(Arc::new(found)))
}

/// The findings of a scan. Items of the lists are created on access; nothing is copied before.
#[pyclass(frozen, module = "nearcopy")]
pub struct Report {
    found: Arc<Scanned>,
}

impl Report {
    /// The report of a scan.
    pub fn new(found: Arc<Scanned>) -> Report {
        Report { found }
    }
    fn written(
        &self,
        py: Python,
        path: Option<PathBuf>,
        write: impl FnOnce(Findings, &mut dyn Write) -> std::io::Result<()> + Send,
    ) -> PyResult<Option<String>> {
        let found = &self.found;
        let Some(path) = path else {
            let bytes = briefly(py, || {
                let mut bytes = Vec::new();
                write(found.findings(), &mut bytes).map(|()| bytes)
            });
            return String::from_utf8(bytes.map_err(io)?).map(Some).map_err(|e| bad(e.to_string()));
        };
        let done = briefly(py, || write_file(&path, |out| write(found.findings(), out)));
        done.map_err(io).map(|()| None)
    }
}

/// Writes a temporary file and renames it, so that a report exists whole or not at all. The target
/// of a link is replaced, not the link; a pipe or a device is written directly.
fn write_file(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let linked = |p: &Path| std::fs::read_link(p).map(|to| p.parent().unwrap_or(p).join(to));
    let path = path.canonicalize().or_else(|_| linked(path)).unwrap_or_else(|_| path.to_owned());
    let there = std::fs::metadata(&path);
    if there.as_ref().is_ok_and(|m| !m.is_file()) {
        return write(&mut std::fs::File::options().write(true).open(&path)?);
    }
    let folder =
        path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| ".".as_ref());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".nearcopy-").tempfile_in(folder)?;
    write(&mut file)?;
    if let Ok(there) = there {
        file.as_file().set_permissions(there.permissions())?;
    }
    file.persist(&path).map_err(|e| e.error).map(|_| ())
}

#[pymethods]
impl Report {
    /// The numbers of documents, clusters, pairs and so on.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let s = &self.found.detection.summary;
        let out = PyDict::new(py);
        let counts = [
            ("documents", s.documents),
            ("bytes", s.bytes),
            ("renamed", s.renamed),
            ("without_text", s.without_text),
            ("parts", s.parts),
            ("classes", s.classes),
            ("clusters", s.clusters),
            ("duplicates", s.duplicates),
            ("pairs", s.pairs),
            ("repeats", s.repeats),
            ("candidates", s.candidates),
            ("verified", s.verified),
            ("capped_keys", s.capped_keys),
        ];
        for (name, n) in counts {
            out.set_item(name, n)?;
        }
        for (name, list) in [("skipped", &self.found.skipped), ("limited", &s.limited)] {
            let reasons = PyDict::new(py);
            list.iter().try_for_each(|(reason, n)| reasons.set_item(reason, n))?;
            out.set_item(name, reasons)?;
        }
        Ok(out)
    }
    /// Id of the recipe that made the keys.
    #[getter]
    fn recipe_id(&self) -> &str {
        &self.found.detection.recipe_id
    }
    /// The thresholds that were applied, by the names of the keyword arguments.
    #[getter]
    fn thresholds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        thresholds_dict(py, &self.found.detection.thresholds)
    }
    /// Statistics of the corpus, for ``compare`` and for ``scan`` of other documents.
    #[getter]
    fn background(&self) -> Background {
        Background {
            inner: self.found.background.clone(),
            recipe_id: self.found.detection.recipe_id.clone(),
        }
    }
    /// Clusters of near-copies.
    #[getter]
    fn clusters(&self) -> Listed {
        Listed::new(self.found.clone(), What::Clusters)
    }
    /// Related pairs with their passages.
    #[getter]
    fn pairs(&self) -> Listed {
        Listed::new(self.found.clone(), What::Pairs)
    }
    /// Paragraphs and passages that occur in several places.
    #[getter]
    fn repeats(&self) -> Listed {
        Listed::new(self.found.clone(), What::Repeats)
    }
    /// Classes of equal texts: a list of lists of ids.
    #[getter]
    fn equal(&self) -> Vec<Vec<String>> {
        self.found
            .detection
            .equal
            .iter()
            .map(|class| class.iter().map(|&n| self.found.id(n)).collect())
            .collect()
    }
    /// Classes of equal texts that titles divide, each as its groups: a list of lists of lists of
    /// ids. The titles of two groups name different things; ``equal`` has the groups of two and
    /// more.
    #[getter]
    fn titles(&self) -> Vec<Vec<Vec<String>>> {
        let ids = |group: &Vec<u32>| group.iter().map(|&n| self.found.id(n)).collect();
        let titles = &self.found.detection.titles;
        titles.iter().map(|class| class.iter().map(ids).collect()).collect()
    }
    /// For each row of the input the id of the cluster that it is in, or None: a column for its
    /// table.
    fn cluster_ids(&self) -> PyResult<Vec<Option<String>>> {
        let found = &self.found;
        let mut ids = vec![None; found.rows];
        for cluster in &found.detection.clusters {
            let id = report::cluster_id(found.findings(), cluster).map_err(io)?;
            for member in &cluster.members {
                if let Some(of_row) = ids.get_mut(found.row(*member)) {
                    *of_row = Some(id.clone());
                }
            }
        }
        Ok(ids)
    }
    /// The text of a document, by its id.
    fn text(&self, id: &Bound<PyAny>) -> PyResult<String> {
        let number = self.found.corpus.find(&given_id(id)?);
        let number =
            number.ok_or_else(|| pyo3::exceptions::PyKeyError::new_err(id.clone().unbind()))?;
        Ok(self.found.text(number as u32).into_owned())
    }

    /// The documents that ``nearcopy dedupe`` removes, each with the one that is kept. If the scan
    /// was run without ``all_pairs``, the first call scans again with them, at the cost of another
    /// scan. ``drop`` names other relations, like ``--drop``.
    #[pyo3(signature = (drop=None))]
    fn removed(&self, py: Python, drop: Option<&Bound<PyAny>>) -> PyResult<Vec<Removed>> {
        let removal = arguments::removal(drop, Removal::default())?;
        let found = self.found.clone();
        run(py, None, move |meter| {
            Ok(removed(&found.corpus, found.files, &found.plan(&removal, meter)?))
        })
    }
    /// For each row of the input whether it is kept: ``df[report.keep()]`` in pandas,
    /// ``df.filter(report.keep())`` in polars. It costs as much as ``removed``.
    #[pyo3(signature = (drop=None))]
    fn keep(&self, py: Python, drop: Option<&Bound<PyAny>>) -> PyResult<Vec<bool>> {
        Ok(kept(self.found.rows, &self.removed(py, drop)?))
    }

    /// The report as JSON, byte for byte as ``nearcopy scan --format json`` writes it; written to
    /// ``path`` if it is set.
    #[pyo3(signature = (path=None))]
    fn to_json(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::json(findings, out))
    }
    /// The report as JSON Lines, as ``nearcopy scan --format jsonl`` writes it; written to ``path``
    /// if it is set.
    #[pyo3(signature = (path=None))]
    fn to_jsonl(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::jsonl(findings, out))
    }

    /// The report as one self-contained HTML page; written to ``path`` if it is set.
    #[pyo3(signature = (path=None))]
    fn to_html(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::html(findings, HtmlOptions::default(), out))
    }
    /// The counts and the first findings, for notebooks.
    fn _repr_html_(&self, py: Python) -> PyResult<Option<String>> {
        self.written(py, None, |findings, out| {
            report::html_summary(findings, HtmlSummaryOptions::default(), out)
        })
    }
    /// A pandas DataFrame of ``"documents"`` (one row each, in their order), ``"pairs"``,
    /// ``"matches"`` or ``"repeats"``.
    #[pyo3(signature = (what="pairs"))]
    fn to_pandas<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "pandas", what)
    }
    /// The same as a pyarrow table.
    #[pyo3(signature = (what="pairs"))]
    fn to_arrow<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "arrow", what)
    }
    /// The same as a polars DataFrame.
    #[pyo3(signature = (what="pairs"))]
    fn to_polars<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "polars", what)
    }

    /// One kind of finding as columns, from which ``nearcopy._tables`` builds tables.
    fn _columns<'py>(&self, py: Python<'py>, what: &str) -> PyResult<Bound<'py, PyDict>> {
        crate::tables::columns(py, &self.found, what)
    }

    fn __copy__(slf: Py<Self>) -> Py<Self> {
        slf
    }
    fn __deepcopy__(slf: Py<Self>, _memo: &Bound<PyAny>) -> Py<Self> {
        slf
    }
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> Reduced<'py> {
        call(slf.py(), "report", (scan_state(slf.py(), &slf.get().found)?,))
    }
    fn __repr__(&self) -> String {
        let s = &self.found.detection.summary;
        format!(
            "<nearcopy.Report: {} documents, {} clusters, {} duplicates, {} pairs, {} repeats>",
            s.documents, s.clusters, s.duplicates, s.pairs, s.repeats
        )
    }
}

fn framed<'py>(
    report: &Bound<'py, Report>,
    library: &str,
    what: &str,
) -> PyResult<Bound<'py, PyAny>> {
    report.py().import("nearcopy._tables")?.call_method1(library, (report, what))
}
