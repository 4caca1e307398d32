//! Owns: the written form of a scan and of documents in a pickle. Never: knows the Python classes
//! that are pickled.

use crate::documents::Kept;
use crate::errors::raise;
use crate::run::briefly;
use crate::scanned::Scanned;
use nearcopy::stages::{StageData, read, write};
use nearcopy::{
    Background, Corpus, Detection, Document, DocumentInfo, DocumentInfos, Documents, Error, Recipe,
    RunOptions, Texts,
};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyList, PyString};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// The name of these data in errors.
const WHAT: &str = "the pickle";

/// A scan for a pickle: its settings and documents, the texts, the findings, those with all pairs
/// if there are any, the background.
pub type ScanState<'py> = (
    Bound<'py, PyBytes>,
    Bound<'py, PyList>,
    Bound<'py, PyBytes>,
    Option<Bound<'py, PyBytes>>,
    String,
);
/// The same from a pickle.
pub type StoredScan = (PyBackedBytes, Vec<String>, PyBackedBytes, Option<PyBackedBytes>, String);

/// Documents for a pickle: their metadata, and their texts.
pub type DocumentsState<'py> = (Bound<'py, PyBytes>, Bound<'py, PyList>);
/// The same from a pickle.
pub type StoredDocuments = (PyBackedBytes, Vec<String>);

/// The metadata of documents in their order, with what its usual written form leaves out.
#[derive(Serialize, Deserialize)]
struct Infos(Vec<(DocumentInfo, u16)>);

impl Infos {
    fn new(infos: impl Iterator<Item = DocumentInfo>) -> Infos {
        let one = |info: DocumentInfo| {
            let lines_before = info.lines_before;
            (info, lines_before)
        };
        Infos(infos.map(one).collect())
    }
    fn restored(self) -> impl Iterator<Item = DocumentInfo> {
        let one = |(info, lines_before)| DocumentInfo { lines_before, ..info };
        self.0.into_iter().map(one)
    }
}

impl StageData for Infos {
    const KIND: &'static str = "python-documents";
    const VERSION: u32 = 1;
}

/// A scan without its texts, its findings and its background.
#[derive(Serialize, Deserialize)]
struct Settings {
    /// The documents in the order of the input.
    infos: Infos,
    recipe: Recipe,
    threads: usize,
    skipped: Vec<(String, u64)>,
    rows: usize,
    files: bool,
}

impl StageData for Settings {
    const KIND: &'static str = "python-scan";
    const VERSION: u32 = 1;
}

fn strings<'py, 't>(
    py: Python<'py>,
    texts: impl Iterator<Item = nearcopy::Result<Cow<'t, str>>>,
) -> PyResult<Bound<'py, PyList>> {
    let texts = texts.map(|text| Ok(PyString::new(py, &text.map_err(raise)?)));
    PyList::new(py, texts.collect::<PyResult<Vec<_>>>()?)
}

/// The error about a pickle that holds less than it should.
pub fn cut_short() -> Error {
    Error::Malformed { what: WHAT.into(), why: "a part of it is not there".into() }
}

/// What a pickle holds of a scan.
pub fn scan_state<'py>(py: Python<'py>, found: &Scanned) -> PyResult<ScanState<'py>> {
    let (corpus, id) = (&found.corpus, &found.detection.recipe_id);
    let (settings, detection, all_pairs) = briefly(py, || {
        let settings = Settings {
            infos: Infos::new(corpus.infos().iter()),
            recipe: found.recipe.clone(),
            threads: found.options.threads,
            skipped: found.skipped.clone(),
            rows: found.rows,
            files: found.files,
        };
        let all_pairs = found.all_pairs.get().map(|detection| write(detection, id));
        // The settings themselves say which recipe it is.
        (write(&settings, ""), write(&found.detection, id), all_pairs)
    });
    let gone = |n: usize, why| Error::TextGone { id: corpus.infos().id(n).to_owned(), why };
    let texts = (0..corpus.count()).map(|n| corpus.texts().text(n).map_err(|why| gone(n, why)));
    Ok((
        PyBytes::new(py, &settings),
        strings(py, texts)?,
        PyBytes::new(py, &detection),
        all_pairs.map(|bytes| PyBytes::new(py, &bytes)),
        found.background.to_json(id),
    ))
}

/// The scan of a pickle.
pub fn scan_of(py: Python, stored: StoredScan) -> PyResult<Arc<Scanned>> {
    briefly(py, || restored(stored)).map(Arc::new).map_err(raise)
}

fn restored(stored: StoredScan) -> nearcopy::Result<Scanned> {
    let (settings, texts, detection, all_pairs, background) = stored;
    let Settings { infos, recipe, threads, skipped, rows, files } = read(&settings, "", WHAT)?;
    let id = recipe.id();
    let detection: Detection = read(&detection, &id, WHAT)?;
    let all_pairs: Option<Detection> =
        all_pairs.map(|bytes| read(&bytes, &id, WHAT)).transpose()?;
    let background = Background::from_json(&background, &id, WHAT)?;
    if infos.0.len() != texts.len() || detection.tokens.len() != texts.len() {
        return Err(cut_short());
    }
    let infos: DocumentInfos = infos.restored().collect();
    let mut options = RunOptions::default();
    options.threads = threads;
    Ok(Scanned {
        corpus: Arc::new(Corpus::from_columns(infos, Kept::Own(texts))?),
        detection,
        all_pairs: all_pairs.map_or_else(OnceLock::new, OnceLock::from),
        options,
        recipe,
        background,
        skipped,
        rows,
        files,
    })
}

/// What a pickle holds of documents.
pub fn documents_state(py: Python<'_>, documents: Vec<Document>) -> PyResult<DocumentsState<'_>> {
    let texts = strings(py, documents.iter().map(|d| Ok(d.text.as_str().into())))?;
    let infos = Infos::new(documents.into_iter().map(|document| document.info));
    Ok((PyBytes::new(py, &write(&infos, "")), texts))
}

/// The documents of a pickle.
pub fn documents_of((infos, texts): StoredDocuments) -> nearcopy::Result<Vec<Document>> {
    let infos: Infos = read(&infos, "", WHAT)?;
    if infos.0.len() != texts.len() {
        return Err(cut_short());
    }
    Ok(infos.restored().zip(texts).map(|(info, text)| info.with_text(text)).collect())
}
