//! Owns: the stages of a distributed scan, and its report, for the engine of a cluster, over blocks
//! as bytes. Never: moves a block, or finds anything itself.

use crate::arguments;
use crate::documents::Kept;
use crate::errors::{SettingError, bad, io, raise};
use crate::files::rows;
use crate::settings::Settings;
use nearcopy::clean::RemovalReason;
use nearcopy::report::{self, Findings};
use nearcopy::settings::Keep;
use nearcopy::stages::{
    DistributedScan, DistributedStage, PartialCorpus, StageBlock, StageInput, StageOutput, read,
};
use nearcopy::{Detection, DocumentInfo, Documents, Error, Removal, RunOptions, Texts};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};
use std::borrow::Cow;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// A block as Python has it: kind, part, bytes.
type Block = (String, u32, PyBackedBytes);
/// A text as Python has it: the key of its document, and its bytes.
type Text = (PyBackedBytes, PyBackedBytes);
/// A block for Python.
type Made<'py> = (String, u32, Bound<'py, PyBytes>);
/// What a stage gives Python: whether it is to be carried out again, its blocks, and the texts that
/// are wanted, each with the part that wants it.
type Output<'py> = (bool, Vec<Made<'py>>, Vec<(u32, Bound<'py, PyBytes>)>);

/// The blocks of documents, the keys of these, and the row of each.
type Sketched<'py> = (Vec<Made<'py>>, Vec<Bound<'py, PyBytes>>, Vec<u64>);

/// A scan with the settings of a caller.
fn distributed(settings: &Bound<PyDict>, parts: u32, threads: usize) -> PyResult<DistributedScan> {
    let Settings { recipe, thresholds, .. } = Settings::new(Some(settings))?;
    let options = {
        let mut options = RunOptions::default();
        options.threads = threads;
        options
    };
    Ok(DistributedScan { recipe, thresholds, options, parts: parts.max(1) })
}

fn input(blocks: Vec<Block>, texts: Vec<Text>) -> PyResult<StageInput> {
    let block = |(kind, part, bytes): Block| StageBlock { kind, part, bytes: bytes.to_vec() };
    let text = |(key, bytes): Text| {
        let key: &[u8; 16] = (&*key).try_into().map_err(|_| bad("a key of 16 bytes"))?;
        let text = String::from_utf8(bytes.to_vec()).map_err(|e| bad(e.to_string()))?;
        Ok((u128::from_be_bytes(*key), text))
    };
    Ok(StageInput {
        blocks: blocks.into_iter().map(block).collect(),
        texts: texts.into_iter().map(text).collect::<PyResult<_>>()?,
    })
}

fn key(py: Python<'_>, key: u128) -> Bound<'_, PyBytes> {
    PyBytes::new(py, &key.to_be_bytes())
}

fn made(py: Python<'_>, blocks: Vec<StageBlock>) -> Vec<Made<'_>> {
    blocks.into_iter().map(|b| (b.kind, b.part, PyBytes::new(py, &b.bytes))).collect()
}

fn again(py: Python<'_>, wanted: Vec<u128>) -> Output<'_> {
    (true, Vec::new(), wanted.into_iter().map(|text| (0, key(py, text))).collect())
}

/// The names of the stages behind the first one, in order; for each whether it has parts, the kinds
/// of blocks that a part takes of its own part, and those that it takes of all parts.
#[pyfunction]
pub fn spark_stages() -> Vec<(&'static str, bool, Vec<&'static str>, Vec<&'static str>)> {
    let one = |stage: DistributedStage| {
        let takes = stage.takes();
        (stage.name(), stage.has_parts(), takes.own.to_vec(), takes.all.to_vec())
    };
    DistributedStage::ALL.into_iter().map(one).collect()
}

/// The blocks of some documents, the key of each of them, and the row of each in the columns.
#[pyfunction]
#[pyo3(signature = (columns, settings, parts, reference=false))]
pub fn spark_sketch<'py>(
    py: Python<'py>,
    columns: &Bound<PyAny>,
    settings: &Bound<PyDict>,
    parts: u32,
    reference: bool,
) -> PyResult<Sketched<'py>> {
    let scan = distributed(settings, parts, 1)?;
    let (batch, numbers, skipped) = batch(columns, reference)?;
    let (blocks, keys) = py.detach(|| scan.sketch(&batch, &skipped)).map_err(raise)?;
    Ok((made(py, blocks), keys.into_iter().map(|k| key(py, k)).collect(), numbers))
}

/// The key of each document, and the row of each in the columns.
#[pyfunction]
#[pyo3(signature = (columns, reference=false))]
pub fn spark_keys<'py>(
    py: Python<'py>,
    columns: &Bound<PyAny>,
    reference: bool,
) -> PyResult<(Vec<Bound<'py, PyBytes>>, Vec<u64>)> {
    let (batch, numbers, _) = batch(columns, reference)?;
    let keys = py.detach(|| {
        let one = |n| Ok(DistributedScan::key(&batch.info(n), &batch.text(n)?));
        (0..batch.count()).map(one).collect::<nearcopy::Result<Vec<u128>>>()
    });
    Ok((keys.map_err(raise)?.into_iter().map(|k| key(py, k)).collect(), numbers))
}

/// The tables of a report of no documents, in Parquet: their columns.
#[pyfunction]
pub fn spark_empty_tables(py: Python<'_>) -> PyResult<Vec<(String, Bound<'_, PyBytes>)>> {
    let none = nearcopy::Corpus::new([]).map_err(raise)?;
    let detection = nearcopy::Scan::new().threads(1).run(&none).map_err(raise)?;
    let findings = Findings { detection: &detection, documents: &none, skipped: &[] };
    let blocks = tables(findings).map_err(io)?;
    let name = |kind: &str| kind.trim_start_matches("table-").to_owned();
    Ok(blocks.into_iter().map(|b| (name(&b.kind), PyBytes::new(py, &b.bytes))).collect())
}

/// Some documents in the order in which they came.
struct Batch {
    infos: Vec<DocumentInfo>,
    texts: Kept,
}

/// The reasons for which rows were left out, with counts.
type Skipped = Vec<(String, u64)>;

/// The documents of columns, and the row of each.
fn batch(columns: &Bound<PyAny>, reference: bool) -> PyResult<(Batch, Vec<u64>, Skipped)> {
    let rows = rows(columns)?;
    let record = |info: DocumentInfo| {
        let row = info.record.map_or(0, |record| record - 1);
        // A row of a table on a cluster has no place.
        (DocumentInfo { reference, record: None, ..info }, row)
    };
    let (infos, numbers) = rows.infos.iter().map(record).unzip();
    let batch = Batch { infos, texts: rows.texts }.measured().map_err(raise)?;
    Ok((batch, numbers, rows.skipped))
}

impl Batch {
    /// Sets the lengths of the texts.
    fn measured(mut self) -> nearcopy::Result<Batch> {
        for (n, info) in self.infos.iter_mut().enumerate() {
            let gone = |why| Error::TextGone { id: info.id.clone(), why };
            let bytes = self.texts.length(n).map_err(gone)?;
            info.bytes = u32::try_from(bytes)
                .map_err(|_| Error::TextTooLong { id: info.id.clone(), bytes: bytes as u64 })?;
        }
        Ok(self)
    }
}

impl Documents for Batch {
    fn count(&self) -> usize {
        self.infos.len()
    }
    fn info(&self, number: usize) -> Cow<'_, DocumentInfo> {
        Cow::Borrowed(&self.infos[number])
    }
    fn text(&self, number: usize) -> nearcopy::Result<Cow<'_, str>> {
        let gone = |why| Error::TextGone { id: self.infos[number].id.clone(), why };
        self.texts.text(number).map_err(gone)
    }
}

/// Carries out one part of a stage.
#[pyfunction]
#[pyo3(signature = (stage, part, blocks, texts, settings, parts, threads=1))]
#[expect(clippy::too_many_arguments, reason = "they are those of a call in Python")]
pub fn spark_stage<'py>(
    py: Python<'py>,
    stage: &str,
    part: u32,
    blocks: Vec<Block>,
    texts: Vec<Text>,
    settings: &Bound<PyDict>,
    parts: u32,
    threads: usize,
) -> PyResult<Output<'py>> {
    let scan = distributed(settings, parts, threads)?;
    let named = DistributedStage::ALL.into_iter().find(|known| known.name() == stage);
    let stage = named.ok_or_else(|| bad(format!("no stage is called {stage:?}")))?;
    let input = input(blocks, texts)?;
    match py.detach(|| scan.carry_out(stage, part, input)).map_err(raise)? {
        StageOutput::Again(wanted) => Ok(again(py, wanted)),
        StageOutput::Done { blocks, wanted } => {
            let wanted = wanted.into_iter().map(|(part, text)| (part, key(py, text)));
            Ok((false, made(py, blocks), wanted.collect()))
        }
    }
}

/// The report of a run: one block of JSON, or one of each table in Parquet.
#[pyfunction]
#[pyo3(signature = (what, blocks, texts, settings, parts))]
pub fn spark_report<'py>(
    py: Python<'py>,
    what: &str,
    blocks: Vec<Block>,
    texts: Vec<Text>,
    settings: &Bound<PyDict>,
    parts: u32,
) -> PyResult<Output<'py>> {
    let (corpus, detection) = found(&distributed(settings, parts, 1)?, input(blocks, texts)?)?;
    let places = detection.repeats.iter().flat_map(|repeat| &repeat.places);
    let places = places.map(|place| place.document);
    let pairs = detection.pairs.iter().flat_map(|pair| [pair.a, pair.b]);
    let members = detection.clusters.iter().flat_map(|cluster| cluster.members.iter().copied());
    for number in pairs.chain(places).chain(members) {
        corpus.text(number as usize).map_err(raise)?;
    }
    let wanted = corpus.wanted();
    if !wanted.is_empty() {
        return Ok(again(py, wanted));
    }
    let findings =
        Findings { detection: &detection, documents: &corpus, skipped: corpus.skipped() };
    let written = py.detach(|| match what {
        "json" => {
            let mut bytes = Vec::new();
            report::json(findings, &mut bytes)?;
            Ok(vec![StageBlock { kind: "json".into(), part: 0, bytes }])
        }
        _ => tables(findings),
    });
    let wanted = corpus.wanted();
    if !wanted.is_empty() {
        return Ok(again(py, wanted));
    }
    Ok((false, made(py, written.map_err(io)?), Vec::new()))
}

/// A file in memory.
#[derive(Default)]
struct Table(Arc<Mutex<Vec<u8>>>);

impl Write for Table {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn tables(findings: Findings) -> std::io::Result<Vec<StageBlock>> {
    let mut files = Vec::new();
    report::parquet(findings, &mut |name| {
        let table = Table::default();
        files.push((name.trim_end_matches(".parquet").to_owned(), table.0.clone()));
        Ok(table)
    })?;
    let taken = |file: &Arc<Mutex<Vec<u8>>>| {
        std::mem::take(&mut *file.lock().unwrap_or_else(PoisonError::into_inner))
    };
    let block = |(name, file): &(String, Arc<Mutex<Vec<u8>>>)| StageBlock {
        kind: format!("table-{name}"),
        part: 0,
        bytes: taken(file),
    };
    Ok(files.iter().map(block).collect())
}

/// The documents that a removal takes away, by their keys, each as often as it is removed.
#[pyfunction]
#[pyo3(signature = (blocks, texts, settings, parts, drop=None, referring=false))]
pub fn spark_removal<'py>(
    py: Python<'py>,
    blocks: Vec<Block>,
    texts: Vec<Text>,
    settings: &Bound<PyDict>,
    parts: u32,
    drop: Option<&Bound<PyAny>>,
    referring: bool,
) -> PyResult<Output<'py>> {
    let scan = distributed(settings, parts, 1)?;
    let usual = if referring { Removal::against_references() } else { Removal::default() };
    let removal = arguments::removal(drop, usual)?;
    let (corpus, detection) = found(&scan, input(blocks, texts)?)?;
    let plan =
        py.detach(|| nearcopy::clean::removal(&corpus, &detection, &removal, &scan.options, &()));
    let wanted = corpus.wanted();
    if !wanted.is_empty() {
        return Ok(again(py, wanted));
    }
    let removed = plan.map_err(raise)?.removed;
    let copies = removed.iter().filter(|r| matches!(r.why, RemovalReason::Copy { .. }));
    let keys = copies.map(|r| (0, key(py, corpus.key(r.document as usize))));
    Ok((false, Vec::new(), keys.collect()))
}

/// The settings that a scan needs for a removal to be decided from its findings.
#[pyfunction]
#[pyo3(signature = (settings, drop=None, referring=false))]
pub fn spark_removal_settings<'py>(
    py: Python<'py>,
    settings: &Bound<'py, PyDict>,
    drop: Option<&Bound<PyAny>>,
    referring: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let usual = if referring { Removal::against_references() } else { Removal::default() };
    let removal = arguments::removal(drop, usual)?;
    let Settings { thresholds, .. } = Settings::new(Some(settings))?;
    if let Some(Keep::Field(name)) = thresholds.keep.iter().find(|k| matches!(k, Keep::Field(_))) {
        return Err(SettingError::new_err(format!(
            "keep: \"field:{name}\" is a field that no stage of a cluster carries: take earliest, \
             latest, longest, smallest-id or source=NAME, or scan with nearcopy.scan"
        )));
    }
    let needed = crate::settings::thresholds_dict(py, &removal.thresholds(&thresholds))?;
    let own = settings.copy()?;
    own.update(needed.as_mapping())?;
    Ok(own)
}

/// The documents and the findings of a run.
fn found(scan: &DistributedScan, input: StageInput) -> PyResult<(PartialCorpus, Detection)> {
    let block = input.blocks.iter().find(|block| block.kind == "detection");
    let block = block.ok_or_else(|| bad("the findings did not come: run it again"))?;
    let detection = read(&block.bytes, &scan.recipe.id(), "detection").map_err(raise)?;
    Ok((scan.corpus(input).map_err(raise)?, detection))
}
