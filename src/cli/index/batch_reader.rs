//! Owns: documents on their way from files to an index, some at a time: no corpus is held in
//! memory. Never: what is done with them.

use super::super::exit::Result;
use super::super::progress::Meter;
use super::super::read_corpus::ReadCorpus;
use nearcopy::Document;
use nearcopy::ingest::{self, Input, InputOptions};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

/// Parts that may wait to be taken.
const WAITING: usize = 2;

/// What came of reading.
pub struct BatchReadSummary {
    /// How it went; without documents.
    pub taken: ReadCorpus,
    /// Documents read.
    pub documents: u64,
    /// Those of them that stand in a file of several and have no id of their own.
    pub nameless: u64,
}

/// Reads in a thread of its own and hands `work` the documents as they come; when it is done with
/// them, reading stops.
pub fn feed<T>(
    inputs: &[Input],
    options: &InputOptions,
    meter: &Meter,
    quiet: bool,
    work: impl FnOnce(&mut dyn Iterator<Item = Vec<Document>>) -> T,
) -> Result<(BatchReadSummary, T)> {
    let (wanted, documents, nameless) =
        (AtomicBool::new(true), AtomicU64::new(0), AtomicU64::new(0));
    let (intake, out) = std::thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING);
        let (wanted, documents, nameless) = (&wanted, &documents, &nameless);
        meter.reading();
        let reader = scope.spawn(move || {
            let each = |some: Vec<Document>| {
                documents.fetch_add(some.len() as u64, Ordering::Relaxed);
                nameless.fetch_add(
                    some.iter().filter(|d| is_nameless(d)).count() as u64,
                    Ordering::Relaxed,
                );
                if to.send(some).is_err() {
                    wanted.store(false, Ordering::Relaxed);
                }
            };
            ingest::read_each(
                inputs,
                options,
                &|bytes| meter.read(bytes) && wanted.load(Ordering::Relaxed),
                &each,
            )
        });
        // The receiver goes with the iterator; then the reader hears that nobody listens.
        let out = work(&mut from.into_iter());
        (reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), out)
    });
    meter.hide();
    let documents = documents.into_inner();
    let taken = ReadCorpus::of(intake, inputs, documents, quiet);
    Ok((BatchReadSummary { taken, documents, nameless: nameless.into_inner() }, out))
}

fn is_nameless(d: &Document) -> bool {
    let (Some(path), Some(record)) = (&d.info.path, d.info.record) else { return false };
    let rest = d.info.id.strip_prefix(&**path).and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| rest.parse() == Ok(record))
}
