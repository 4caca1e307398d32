//! Owns: the passing of documents from files to an index in batches, so that no corpus is in
//! memory. Never: decides what is done with them.

use super::super::exit::Result;
use super::super::progress::Meter;
use super::super::read_corpus::ReadCorpus;
use nearcopy::Document;
use nearcopy::ingest::{self, Input, InputOptions};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

/// Batches that may wait in the channel.
const WAITING: usize = 2;

/// The result of reading.
pub struct BatchReadSummary {
    /// The corpus as it was read, without documents.
    pub taken: ReadCorpus,
    /// The number of documents read.
    pub documents: u64,
    /// The documents among them that come from a file of several and have no id of their own.
    pub nameless: u64,
}

/// Reads in a separate thread and passes the documents to `work` as they come; when `work` returns,
/// reading stops.
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
        // The iterator drops the receiver; then sending fails, and the reader stops.
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
