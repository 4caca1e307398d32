//! Owns: the passing of documents from files to an index in batches, so that no corpus is in
//! memory. Never: decides what is done with them.

use super::super::exit::{Failure, Result};
use super::super::messages::clean;
use super::super::progress::Meter;
use super::super::read_corpus::{NamedFields, ReadCorpus};
use nearcopy::Document;
use nearcopy::ingest::{self, Input, InputOptions, OnError};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};

/// Batches that may wait in the channel.
const WAITING: usize = 2;

/// Bytes of documents that are held back at most until every field that the user named was found.
const HELD: usize = 64 << 20;

/// What a document takes besides its text.
const DOCUMENT: usize = 512;

/// The result of reading.
pub struct BatchReadSummary {
    /// The corpus as it was read, without documents; the error where an input failed that must not,
    /// or where no record has a field that was named.
    pub taken: Result<ReadCorpus>,
    /// The number of documents read.
    pub documents: u64,
    /// The documents among them that come from a file of several and have no id of their own.
    pub nameless: u64,
}

/// Whether a document has a field.
type Has = fn(&Document) -> bool;

/// Documents that are held back until every field that the user named was found: what is added to
/// an index under a wrong id stays there.
struct HeldBack {
    /// The fields that were not found yet: flag, name, and whether a document has it.
    sought: Vec<(&'static str, String, Has)>,
    batches: Vec<Vec<Document>>,
    bytes: usize,
}

impl HeldBack {
    fn new(options: &InputOptions) -> HeldBack {
        let named: [(&'static str, &Option<String>, Has); 4] = [
            ("id", &options.id_field, has_own_id),
            ("source", &options.source_field, |d| d.info.source.is_some()),
            ("date", &options.date_field, |d| d.info.date.is_some()),
            ("title", &options.title_field, |d| d.info.title.is_some()),
        ];
        let strict = options.on_error != OnError::Skip;
        let sought = named
            .into_iter()
            .filter_map(|(role, name, has)| Some((role, name.clone().filter(|_| strict)?, has)))
            .collect();
        HeldBack { sought, batches: Vec::new(), bytes: 0 }
    }

    /// Takes a batch, and returns those that may go on.
    fn take(&mut self, some: Vec<Document>) -> Vec<Vec<Document>> {
        self.sought.retain(|(_, _, has)| !some.iter().any(has));
        self.bytes += some.iter().map(|d| d.text.len() + DOCUMENT).sum::<usize>();
        self.batches.push(some);
        let go_on = self.sought.is_empty() || self.bytes > HELD && !self.gave_up();
        if go_on { std::mem::take(&mut self.batches) } else { Vec::new() }
    }

    /// Whether the id was sought in vain for so long that reading ends. Other fields may be rare.
    fn gave_up(&self) -> bool {
        self.sought.iter().any(|(role, ..)| *role == "id") && self.bytes > HELD
    }
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
    let held = Mutex::new(HeldBack::new(options));
    let (intake, out) = std::thread::scope(|scope| {
        let (to, from) = sync_channel(WAITING);
        let (wanted, documents, nameless, held) = (&wanted, &documents, &nameless, &held);
        meter.reading();
        let reader = scope.spawn(move || {
            let send = |batches: Vec<Vec<Document>>| {
                if batches.into_iter().any(|some| to.send(some).is_err()) {
                    wanted.store(false, Ordering::Relaxed);
                }
            };
            let each = |some: Vec<Document>| {
                documents.fetch_add(some.len() as u64, Ordering::Relaxed);
                nameless.fetch_add(
                    some.iter().filter(|d| is_nameless(d)).count() as u64,
                    Ordering::Relaxed,
                );
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let batches = held.take(some);
                if held.gave_up() {
                    wanted.store(false, Ordering::Relaxed);
                }
                drop(held);
                send(batches);
            };
            let intake = ingest::read_each(
                inputs,
                options,
                &|bytes| meter.read(bytes) && wanted.load(Ordering::Relaxed),
                &each,
            );
            let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
            if intake.missing_fields.is_empty() && !intake.stopped && !held.gave_up() {
                // The fields are there, and no document has a value in one of them.
                send(std::mem::take(&mut held.batches));
            }
            intake
        });
        // The iterator drops the receiver; then sending fails, and the reader stops.
        let out = work(&mut from.into_iter());
        (reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), out)
    });
    meter.hide();
    let documents = documents.into_inner();
    let held = held.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut taken = ReadCorpus::of(intake, NamedFields::All, options, documents, quiet);
    if let (true, Some((role, name, _))) = (held.gave_up(), held.sought.first()) {
        taken = Err(Failure::Said(format!(
            "--{role}-field {}: none of the first {documents} documents has this field",
            clean(name)
        )));
    }
    Ok((BatchReadSummary { taken, documents, nameless: nameless.into_inner() }, out))
}

/// Whether a document has an id of its own, not that of its place.
fn has_own_id(d: &Document) -> bool {
    d.info.path.as_deref() != Some(d.info.id.as_str()) && !is_nameless(d)
}

fn is_nameless(d: &Document) -> bool {
    let (Some(path), Some(record)) = (&d.info.path, d.info.record) else { return false };
    let rest = d.info.id.strip_prefix(&**path).and_then(|rest| rest.strip_prefix(':'));
    rest.is_some_and(|rest| rest.parse() == Ok(record))
}
