//! Owns: `scan` and what it found, as Python sees it. Never: finds anything.

use crate::document::id as given_id;
use crate::documents::{Kept, Rows, warn};
use crate::errors::{SettingError, bad, io, raise};
use crate::found::{Cluster, Comparison, Located, Pair, Place, Removed, Repeat, Sides};
use crate::listed::{Listed, What};
use crate::named::Background;
use crate::run::{briefly, run};
use crate::settings::{Settings, shown};
use nearcopy::report::{self, Findings, HtmlOptions, HtmlSummaryOptions};
use nearcopy::{Corpus, Detection, Documents, Removal, RunOptions, Why};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was scanned and what was found: shared by a report and its pairs.
pub struct Found {
    corpus: Arc<Corpus<Kept>>,
    detection: Detection,
    background: nearcopy::Background,
    skipped: Vec<(String, u64)>,
    rows: usize,
}

impl Found {
    fn findings(&self) -> Findings<'_> {
        Findings { detection: &self.detection, documents: &*self.corpus, skipped: &self.skipped }
    }
    fn id(&self, number: u32) -> String {
        self.corpus.info(number as usize).id.clone()
    }
    /// Where a document came in the input, left-out rows counted.
    fn row(&self, number: u32) -> usize {
        self.corpus.info(number as usize).record.map_or(0, |r| r as usize - 1)
    }
    fn text(&self, number: u32) -> std::borrow::Cow<'_, str> {
        self.corpus.text(number as usize).unwrap_or_default()
    }
}

/// How many threads to use.
pub fn threads(wanted: Option<i64>) -> PyResult<usize> {
    let wanted = wanted.unwrap_or_default();
    usize::try_from(wanted)
        .map_err(|_| SettingError::new_err(format!("threads: 0 (as many as there are cores) or more, not {wanted}")))
}

struct Two(Arc<Found>, u32, u32);

impl Sides for Two {
    fn with(&self, f: &mut dyn FnMut(&str, &str)) {
        f(&self.0.text(self.1), &self.0.text(self.2));
    }
}

/// Scans documents; see `nearcopy.scan`, which finds the columns.
#[pyfunction]
#[pyo3(signature = (columns, settings, threads=None, background=None, progress=None))]
pub fn scan(
    columns: &Bound<PyAny>,
    settings: &Bound<PyDict>,
    threads: Option<i64>,
    background: Option<&Background>,
    progress: Option<&Bound<PyAny>>,
) -> PyResult<Report> {
    let py = columns.py();
    if let Some(other) = progress.filter(|p| !p.is_callable()) {
        let kind = other.get_type().name()?;
        return Err(SettingError::new_err(format!("progress: something to call with (stage, done, total), not {kind}")));
    }
    let threads = self::threads(threads)?;
    let Settings { recipe, thresholds, .. } = Settings::new(Some(settings))?;
    let Rows { infos, texts, count, skipped } = Rows::read(columns)?;
    let corpus = Arc::new(py.detach(|| Corpus::with_texts(infos, texts)).map_err(raise)?);
    if corpus.renamed() > 0 {
        let said = "documents share an id with another text; each is called ID@ and eight digits (id_field names another field)";
        warn(py, &format!("{} {said}", corpus.renamed()))?;
    }
    if let Some(drawn) = background {
        drawn.fits(&recipe)?;
    }
    let options = RunOptions { threads };
    let (texts, background) = (corpus.clone(), background.map(|b| b.inner.clone()));
    let found = run(py, progress, move |meter| match background {
        Some(given) => {
            let detection = nearcopy::scan_with(&*texts, &given, &recipe, &thresholds, &options, meter)?;
            Ok((detection, given))
        }
        None => nearcopy::scan(&*texts, &recipe, &thresholds, &options, meter),
    });
    let (detection, background) = found?;
    Ok(Report { found: Arc::new(Found { corpus, detection, background, skipped, rows: count }) })
}

/// What a scan found. Lists are made as they are asked for; nothing is copied before.
#[pyclass(frozen, module = "nearcopy")]
pub struct Report {
    found: Arc<Found>,
}

impl Report {
    /// A cluster as Python has it.
    pub fn cluster(&self, n: usize) -> PyResult<Cluster> {
        let found = &self.found;
        let cluster = &found.detection.clusters[n];
        Ok(Cluster {
            id: report::cluster_id(found.findings(), cluster).map_err(io)?,
            representative: found.id(cluster.representative),
            members: cluster.members.iter().map(|&m| found.id(m)).collect(),
            rows: cluster.members.iter().map(|&m| found.row(m)).collect(),
            weakest: cluster.weakest,
        })
    }

    /// A pair as Python has it.
    pub fn pair(&self, n: usize) -> PyClassInitializer<Pair> {
        let found = &self.found;
        let pair = &found.detection.pairs[n];
        let (a, b) = (pair.a, pair.b);
        let comparison = nearcopy::Comparison { relation: Some(pair.relation), ..pair.comparison.clone() };
        let comparison = Comparison::new(comparison, Arc::new(Two(found.clone(), a, b)));
        let own = Pair { a: found.id(a), b: found.id(b), row_a: found.row(a), row_b: found.row(b) };
        PyClassInitializer::from(comparison).add_subclass(own)
    }

    /// A repeat as Python has it.
    pub fn repeat(&self, py: Python, n: usize) -> PyResult<Repeat> {
        let found = &self.found;
        let repeat = &found.detection.repeats[n];
        let place = |p: &nearcopy::Place| {
            let text = found.text(p.document);
            let span = Located::new(&text).span(p.span);
            let own = Place { document: found.id(p.document), row: found.row(p.document) };
            Py::new(py, PyClassInitializer::from(span).add_subclass(own))
        };
        let places = repeat.places.iter().map(place).collect::<PyResult<Vec<_>>>()?;
        let first = repeat.places.first().map(|p| found.text(p.document).get(p.span.range()).map(report::first_words));
        Ok(Repeat {
            text: first.flatten().unwrap_or_default(),
            count: repeat.count,
            documents: repeat.documents,
            tokens: repeat.tokens,
            paragraph: repeat.paragraph,
            period: repeat.period,
            boilerplate: repeat.boilerplate,
            places,
        })
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

/// Written beside and renamed: a report is there whole or not at all. What a link leads to is replaced, not the link; a pipe or a device is
/// written to.
fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<()> {
    let linked = |p: &Path| std::fs::read_link(p).map(|to| p.parent().unwrap_or(p).join(to));
    let path = path.canonicalize().or_else(|_| linked(path)).unwrap_or_else(|_| path.to_owned());
    let there = std::fs::metadata(&path);
    if there.as_ref().is_ok_and(|m| !m.is_file()) {
        return write(&mut std::fs::File::options().write(true).open(&path)?);
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| ".".as_ref());
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
    /// How many documents, clusters, pairs and so on there are.
    #[getter]
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let s = &self.found.detection.summary;
        let out = PyDict::new(py);
        let counts = [
            ("documents", s.documents),
            ("bytes", s.bytes),
            ("renamed", s.renamed),
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
    /// The bounds that were applied, by the names of the keyword arguments.
    #[getter]
    fn thresholds<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        shown(py, &self.found.detection.thresholds)
    }
    /// What the corpus tells about its texts, for ``compare`` and ``scan`` of others.
    #[getter]
    fn background(&self) -> Background {
        Background { inner: self.found.background.clone(), recipe_id: self.found.detection.recipe_id.clone() }
    }
    /// Clusters of near-copies.
    #[getter]
    fn clusters(&self) -> Listed {
        Listed::new(Report { found: self.found.clone() }, What::Clusters)
    }
    /// Related pairs with their passages.
    #[getter]
    fn pairs(&self) -> Listed {
        Listed::new(Report { found: self.found.clone() }, What::Pairs)
    }
    /// Paragraphs and passages that stand in several places.
    #[getter]
    fn repeats(&self) -> Listed {
        Listed::new(Report { found: self.found.clone() }, What::Repeats)
    }
    /// Classes of equal texts: a list of lists of ids.
    #[getter]
    fn equal(&self) -> Vec<Vec<String>> {
        self.found.detection.equal.iter().map(|class| class.iter().map(|&n| self.found.id(n)).collect()).collect()
    }
    /// The text of a document, by its id.
    fn text(&self, id: &Bound<PyAny>) -> PyResult<String> {
        let number = self.found.corpus.find(&given_id(id)?);
        let number = number.ok_or_else(|| pyo3::exceptions::PyKeyError::new_err(id.clone().unbind()))?;
        Ok(self.found.text(number as u32).into_owned())
    }

    /// What ``nearcopy dedupe`` would take away: documents of which a copy stays.
    #[pyo3(signature = (drop=None))]
    fn removed(&self, py: Python, drop: Option<&Bound<PyAny>>) -> PyResult<Vec<Removed>> {
        let found = &self.found;
        let removal = removal(drop)?;
        let plan = briefly(py, || nearcopy::removal(&*found.corpus, &found.detection, &removal, &RunOptions::default(), &()));
        let plan = plan.map_err(raise)?;
        let gone = plan.gone.iter().filter_map(|g| match g.why {
            Why::Copy { partner, relation, coverage, .. } => Some(Removed {
                id: found.id(g.document),
                row: found.row(g.document),
                partner: found.id(partner),
                relation: relation.name(),
                coverage: coverage.0,
            }),
            Why::Short { .. } => None,
        });
        Ok(gone.collect())
    }
    /// For each row of the input whether it stays: ``df[report.keep()]`` in pandas, ``df.filter(report.keep())`` in polars.
    #[pyo3(signature = (drop=None))]
    fn keep(&self, py: Python, drop: Option<&Bound<PyAny>>) -> PyResult<Vec<bool>> {
        let mut keep = vec![true; self.found.rows];
        self.removed(py, drop)?.iter().for_each(|r| keep[r.row] = false);
        Ok(keep)
    }

    /// The report as JSON, byte for byte as ``nearcopy scan --format json`` writes it; to a file where one is named.
    #[pyo3(signature = (path=None))]
    fn to_json(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::json(findings, out))
    }
    /// The report as JSON Lines, as ``nearcopy scan --format jsonl`` writes it; to a file where one is named.
    #[pyo3(signature = (path=None))]
    fn to_jsonl(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::jsonl(findings, out))
    }

    /// The report as one page for a browser, that needs nothing else; to a file where one is named.
    #[pyo3(signature = (path=None))]
    fn to_html(&self, py: Python, path: Option<PathBuf>) -> PyResult<Option<String>> {
        self.written(py, path, |findings, out| report::html(findings, HtmlOptions::default(), out))
    }
    /// The counts and the first findings, for notebooks.
    fn _repr_html_(&self, py: Python) -> PyResult<Option<String>> {
        self.written(py, None, |findings, out| report::html_summary(findings, HtmlSummaryOptions::default(), out))
    }
    /// A pandas DataFrame of ``"documents"`` (one row each, in their order), ``"pairs"``, ``"matches"`` or ``"repeats"``.
    #[pyo3(signature = (what="pairs"))]
    fn to_pandas<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "pandas", what)
    }
    /// The same as a table of pyarrow.
    #[pyo3(signature = (what="pairs"))]
    fn to_arrow<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "arrow", what)
    }
    /// The same as a DataFrame of polars.
    #[pyo3(signature = (what="pairs"))]
    fn to_polars<'py>(slf: &Bound<'py, Self>, what: &str) -> PyResult<Bound<'py, PyAny>> {
        framed(slf, "polars", what)
    }

    /// One kind of finding as columns; ``nearcopy._tables`` makes tables of them.
    fn _columns<'py>(&self, py: Python<'py>, what: &str) -> PyResult<Bound<'py, PyDict>> {
        crate::tables::columns(py, &self.found, what)
    }

    fn __repr__(&self) -> String {
        let s = &self.found.detection.summary;
        format!(
            "<nearcopy.Report: {} documents, {} clusters, {} duplicates, {} pairs, {} repeats>",
            s.documents, s.clusters, s.duplicates, s.pairs, s.repeats
        )
    }
}

fn framed<'py>(report: &Bound<'py, Report>, library: &str, what: &str) -> PyResult<Bound<'py, PyAny>> {
    report.py().import("nearcopy._tables")?.call_method1(library, (report, what))
}

/// `drop` as `nearcopy dedupe --drop` takes it.
fn removal(drop: Option<&Bound<PyAny>>) -> PyResult<Removal> {
    let Some(names) = drop.map(|d| crate::named::names(d, "drop")).transpose()? else { return Ok(Removal::default()) };
    let mut removal = Removal { relations: Vec::new(), abridged: false, ..Removal::default() };
    for name in names {
        match (name.as_str(), crate::named::relation(&name)) {
            ("abridged", _) => removal.abridged = true,
            (_, Ok(relation)) => removal.relations.push(relation),
            (_, Err(why)) => return Err(why),
        }
    }
    Ok(removal)
}

impl Report {
    /// What was found.
    pub fn detection(&self) -> &Detection {
        &self.found.detection
    }
}

impl Found {
    /// For `tables`.
    pub fn parts(&self) -> (&Corpus<Kept>, &Detection) {
        (&self.corpus, &self.detection)
    }
    /// The id and row of a document.
    pub fn named(&self, number: u32) -> (String, usize) {
        (self.id(number), self.row(number))
    }
}
