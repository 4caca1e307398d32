//! Owns: documents of several threads that wait to be added in one transaction, and the answers to
//! them. Never: adds them.

use crate::error::Result;
use crate::index::query::Sighting;
use crate::index::rows::State;
use crate::index::write::{Added, Entry};
use crate::model::detection::Relation;
use crate::model::document::Document;
use crate::model::thresholds::Thresholds;
use crate::sketch::fingerprint::Fingerprint;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A document that is to be added.
pub struct Request {
    /// Its rows.
    pub entry: Entry,
    /// On what condition, if there is one.
    pub ask: Option<Condition>,
}

/// The condition: that it is related to nothing in certain ways. At one moment it held.
pub struct Condition {
    /// The document.
    pub document: Document,
    /// Its fingerprint.
    pub f: Fingerprint,
    /// The bounds of relations.
    pub thresholds: Thresholds,
    /// What it must not be to another.
    pub unless: Vec<Relation>,
    /// That moment.
    pub at: State,
}

/// What became of a request.
pub struct Answer {
    /// What the document is related to, if that has changed since it was asked.
    pub sightings: Option<Vec<Sighting>>,
    /// What became of it; nothing where a sighting forbade it.
    pub added: Option<Added>,
}

/// Whether a document with these sightings may not be added.
pub fn forbidden(sightings: &[Sighting], unless: &[Relation]) -> bool {
    sightings.iter().any(|s| unless.contains(&s.relation))
}

/// Requests of threads, and answers on their way back.
#[derive(Default)]
pub struct CommitQueue {
    line: Mutex<WaitingRequests>,
    /// Told when answers are there, or another thread may lead.
    pub moved: Condvar,
}

#[derive(Default)]
pub struct WaitingRequests {
    /// The number of the next request.
    pub next: u64,
    /// Requests that no thread has taken.
    pub waiting: Vec<(u64, Request)>,
    /// Answers that nobody has fetched.
    pub answers: HashMap<u64, Result<Answer>>,
    /// Whether a thread leads.
    pub led: bool,
}

impl CommitQueue {
    /// The queue, locked.
    pub fn line(&self) -> MutexGuard<'_, WaitingRequests> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
