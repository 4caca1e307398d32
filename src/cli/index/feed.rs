//! Owns: documents on their way from files to an index, some at a time: no corpus is held in memory. Never: what is done with them.

use super::super::intake::Taken;
use super::super::problems;
use super::super::progress::Meter;
use super::Result;
use nearcopy::Document;
use nearcopy::ingest::{self, Input, InputOptions, Intake};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;

/// Parts that may wait to be taken.
const WAITING: usize = 2;

/// What came of reading.
pub struct Fed {
    /// How it went; without documents.
    pub taken: Taken,
    /// Documents read.
    pub documents: u64,
    /// Those of them that stand in a file of several and have no id of their own.
    pub nameless: u64,
}

/// Reads in a thread of its own and hands `work` the documents as they come; when it is done with them, reading stops.
pub fn feed<T>(
    inputs: &[Input],
    options: &InputOptions,
    meter: &Meter,
    quiet: bool,
    work: impl FnOnce(&mut dyn Iterator<Item = Vec<Document>>) -> T,
) -> Result<(Fed, T)> {
    let (wanted, documents, nameless) = (AtomicBool::new(true), AtomicU64::new(0), AtomicU64::new(0));
    let (intake, out) = std::thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING);
        let (wanted, documents, nameless) = (&wanted, &documents, &nameless);
        meter.reading();
        let reader = scope.spawn(move || {
            let each = |some: Vec<Document>| {
                documents.fetch_add(some.len() as u64, Ordering::Relaxed);
                nameless.fetch_add(some.iter().filter(|d| is_nameless(d)).count() as u64, Ordering::Relaxed);
                if to.send(some).is_err() {
                    wanted.store(false, Ordering::Relaxed);
                }
            };
            ingest::read_each(inputs, options, &|bytes| meter.read(bytes) && wanted.load(Ordering::Relaxed), &each)
        });
        // The receiver goes with the iterator; then the reader hears that nobody listens.
        let out = work(&mut from.into_iter());
        (reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), out)
    });
    meter.hide();
    problems::tell(&intake, quiet);
    let lost = problems::input_lost(&intake, inputs);
    let (documents, bad) = (documents.into_inner(), problems::bad_records(&intake));
    let Intake { skipped, sources, other_records, .. } = intake;
    let others = other_records.values().sum();
    let skipped = skipped.into_iter().map(|(reason, n)| (reason.name().to_owned(), n)).collect();
    let taken = Taken { documents: Vec::new(), sources, skipped, records: documents + bad, bad, others, lost };
    Ok((Fed { taken, documents, nameless: nameless.into_inner() }, out))
}

fn is_nameless(d: &Document) -> bool {
    let (Some(path), Some(record)) = (&d.info.path, d.info.record) else { return false };
    let rest = d.info.id.strip_prefix(&**path).and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| rest.parse() == Ok(record))
}
