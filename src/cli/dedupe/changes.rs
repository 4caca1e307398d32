//! Owns: the change of each record of a file, and the file of removed records. Never: decides a
//! change, or knows where outputs are.

use crate::cli::exit::{Failure, Result};
use crate::cli::interrupt::{failed, interrupted};
use crate::cli::messages::clean;
use base64::Engine;
use nearcopy::emit::{self, Annotation, Change, Output, Removed, RemovedPart, RewriteCounts};
use nearcopy::ingest::{InputOptions, ReadFile};
use nearcopy::report::{Annotations, CleaningReport, RemovedLines, StoredRecord};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

/// The documents of each file by record, with their changes.
pub struct Changes<'a> {
    cleaned: CleaningReport<'a>,
    options: &'a InputOptions,
    at: HashMap<Arc<str>, Vec<(Option<u64>, u32)>>,
    annotations: Option<RefCell<Annotations<'a>>>,
    failure: RefCell<Option<io::Error>>,
}

impl<'a> Changes<'a> {
    /// The changes of every document; nothing is removed where records are annotated.
    pub fn new(
        cleaned: CleaningReport<'a>,
        options: &'a InputOptions,
        annotate: bool,
    ) -> io::Result<Changes<'a>> {
        let findings = cleaned.findings;
        let mut at: HashMap<Arc<str>, Vec<(Option<u64>, u32)>> = HashMap::new();
        for n in 0..findings.documents.count() {
            let info = findings.documents.info(n);
            if let Some(path) = info.path.clone().filter(|_| !info.reference) {
                at.entry(path).or_default().push((info.record, n as u32));
            }
        }
        at.values_mut().for_each(|of| of.sort_unstable());
        let annotations =
            annotate.then(|| Annotations::new(findings)).transpose()?.map(RefCell::new);
        Ok(Changes { cleaned, options, at, annotations, failure: RefCell::new(None) })
    }

    fn document(&self, file: &ReadFile, record: Option<u64>) -> Option<u32> {
        let of = self.at.get(file.display_path.as_str())?;
        of.binary_search_by_key(&record, |d| d.0).ok().map(|i| of[i].1)
    }

    /// Whether the single document of a file is removed.
    pub fn drops(&self, file: &ReadFile) -> bool {
        self.document(file, None).is_some_and(|n| matches!(self.change(n), Change::Drop))
    }

    fn change(&self, n: u32) -> Change {
        if let Some(annotations) = &self.annotations {
            return match annotations.borrow_mut().of(n) {
                Ok(a) => Change::Annotate(Annotation {
                    cluster: a.cluster,
                    relation: a.relation.map(nearcopy::Relation::name),
                    partner: a.partner,
                    coverage: a.coverage,
                    spans: a.spans,
                }),
                Err(e) => {
                    *self.failure.borrow_mut() = Some(e);
                    Change::Keep
                }
            };
        }
        let plan = self.cleaned.plan;
        match plan.cuts_of(n) {
            _ if plan.removal_of(n).is_some() => Change::Drop,
            [] => Change::Keep,
            cuts => Change::Cut(cuts.iter().map(|c| c.span).collect()),
        }
    }

    /// Rewrites a file with its changes.
    pub fn append(
        &self,
        output: &mut Output,
        file: &ReadFile,
        sink: &mut Sink,
        display_path: &str,
    ) -> Result<RewriteCounts> {
        let change = |record| match self.document(file, record) {
            // A record without an annotation gets the fields as well.
            None if self.annotations.is_some() => Change::Annotate(Annotation::default()),
            None => Change::Keep,
            Some(n) => self.change(n),
        };
        let mut removed = |r: Removed| match self.document(file, r.record) {
            Some(n) => sink.take(n, &r.what),
            None => Ok(()),
        };
        let written = output.append(file, self.options, &change, &mut removed);
        if let Some(e) = self.failure.borrow_mut().take() {
            return Err(lost(e));
        }
        if let Some(e) = sink.failure.take() {
            return Err(failed(&sink.display_path, &e));
        }
        written.map_err(|e| emitted(e, display_path))
    }
}

/// The output of removed records.
pub struct Sink<'a> {
    cleaned: CleaningReport<'a>,
    lines: RemovedLines<'a>,
    out: Option<Box<dyn Write + Send>>,
    display_path: String,
    failure: Option<io::Error>,
}

impl<'a> Sink<'a> {
    /// Writes to `out`, which messages call `shown`; discards the records without it.
    pub fn new(
        cleaned: CleaningReport<'a>,
        out: Option<Box<dyn Write + Send>>,
        shown: String,
    ) -> Sink<'a> {
        Sink { cleaned, lines: RemovedLines::new(cleaned), out, display_path: shown, failure: None }
    }

    fn take(&mut self, n: u32, what: &RemovedPart) -> io::Result<()> {
        let result = self.write(n, what);
        result.map_err(|e| {
            let kind = e.kind();
            self.failure = Some(e);
            kind.into()
        })
    }

    fn write(&mut self, n: u32, what: &RemovedPart) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        let plan = self.cleaned.plan;
        match what {
            RemovedPart::Record(raw) => {
                let Some(removed) = plan.removal_of(n) else { return Ok(()) };
                match std::str::from_utf8(raw) {
                    Ok(text) => self.lines.document(removed, StoredRecord::Text(text), out),
                    Err(_) => {
                        let text = base64::engine::general_purpose::STANDARD.encode(raw);
                        self.lines.document(removed, StoredRecord::Base64(&text), out)
                    }
                }
            }
            RemovedPart::Text(span, _) => {
                let cut = plan.cuts_of(n).iter().find(|c| c.span == *span);
                cut.map_or(Ok(()), |cut| self.lines.passage(cut, out))
            }
        }
    }

    /// Flushes the output.
    pub fn finish(self) -> Result<()> {
        let Some(mut out) = self.out else { return Ok(()) };
        out.flush().map_err(|e| failed(&self.display_path, &e))
    }
}

/// The error of a text that can no longer be read.
pub fn lost(error: io::Error) -> Failure {
    Failure::Said(clean(&error.to_string()))
}

/// The error of an output that could not be written; `display_path` is its name.
pub fn emitted(mut error: emit::Error, display_path: &str) -> Failure {
    if interrupted() {
        return Failure::Cancelled;
    }
    if error.side == emit::ErrorSide::Output {
        error.path = display_path.to_owned();
    }
    Failure::Said(format!("{error}; nothing was written"))
}
