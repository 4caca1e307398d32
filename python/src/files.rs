//! Owns: the documents of files that Python names by path. Never: reads a file itself.

use crate::documents::{Kept, Rows};
use crate::errors::bad;
use crate::run::run;
use nearcopy::ingest::{self, Input, InputOptions, OnError, ReadResult};
use nearcopy::{Document, DocumentInfos, Progress};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// The fields that may be named.
type NamedFields = [Option<String>; 6];
/// The metadata of documents, and their texts.
type Read = (DocumentInfos, Vec<String>);

/// The documents of files, which one call of `scan` or `dedupe` takes.
#[pyclass(frozen, module = "nearcopy")]
pub struct Files {
    rows: Mutex<Option<Rows>>,
}

#[pymethods]
impl Files {
    /// Reads paths and patterns as the command line does; directories are walked.
    #[new]
    #[pyo3(signature = (paths, fields, skip=false))]
    fn new(py: Python, paths: Vec<PathBuf>, fields: NamedFields, skip: bool) -> PyResult<Files> {
        let [text, id, source, date, title, score] = fields;
        let options = InputOptions::default().with(|o| {
            (o.text_field, o.id_field, o.source_field) = (text, id, source);
            (o.date_field, o.title_field, o.score_field) = (date, title, score);
            o.on_error = if skip { OnError::Skip } else { OnError::Stop };
        });
        let inputs: Vec<Input> = paths.into_iter().map(Input::Path).collect();
        let (intake, (infos, texts)) = run(py, None, move |meter| {
            let read: Mutex<Read> = Mutex::default();
            let each = |documents: Vec<Document>| {
                let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
                for Document { info, text } in documents {
                    read.0.push(&info);
                    read.1.push(text);
                }
            };
            let intake = ingest::read_each(&inputs, &options, &|_| !meter.cancelled(), &each);
            Ok((intake, read.into_inner().unwrap_or_else(PoisonError::into_inner)))
        })?;
        refuse(&intake, skip)?;
        if infos.is_empty() {
            return Err(bad("the paths hold no document"));
        }
        let skipped = intake.skipped.iter().map(|(reason, n)| (reason.name().to_owned(), *n));
        let count = infos.count();
        let rows =
            Rows { infos, texts: Kept::Own(texts), count, skipped: skipped.collect(), files: true };
        Ok(Files { rows: Mutex::new(Some(rows)) })
    }
}

/// The documents of an `_input.Columns`, or of files.
pub fn rows(columns: &Bound<PyAny>) -> PyResult<Rows> {
    match columns.cast::<Files>() {
        Ok(files) => files.get().take(),
        Err(_) => Rows::read(columns),
    }
}

impl Files {
    /// Takes the documents out.
    fn take(&self) -> PyResult<Rows> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        rows.ok_or_else(|| bad("the documents of these files were taken already"))
    }
}

/// Refuses what was not read whole: a file that failed, a record without a text, a field that is
/// not there.
fn refuse(intake: &ReadResult, skip: bool) -> PyResult<()> {
    if skip {
        return Ok(());
    }
    if let Some(field) = intake.missing_fields.first() {
        let option = match field.role {
            "score" => format!("keep=\"field:{}\"", field.name),
            role => format!("{role}_field"),
        };
        return Err(bad(format!("no record has the field {:?} ({option})", field.name)));
    }
    if intake.failed() || intake.stopped || intake.bad_records() > 0 {
        let shown = intake.problems.iter().take(3).map(ToString::to_string);
        let shown: Vec<String> = shown.collect();
        let more = intake.problems.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
        return Err(bad(format!(
            "not everything could be read: {}{more}; on_bad=\"skip\" leaves it out",
            shown.join("; ")
        )));
    }
    Ok(())
}

/// Runs the command line and returns its exit code; the first argument is the name of the program.
#[pyfunction]
pub fn run_command(py: Python, arguments: Vec<std::ffi::OsString>) -> u8 {
    py.detach(|| nearcopy::cli::run(arguments))
}
