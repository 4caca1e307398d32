//! Owns: the queue of documents that several threads want to add in one transaction, and the
//! answers to those threads. Never: adds a document.

use crate::error::Result;
use crate::index::answer::{QueryAnswer, Sighting};
use crate::index::rows::State;
use crate::index::write::{Added, Entry};
use crate::model::detection::Relation;
use crate::model::document::{Document, DocumentInfo};
use crate::model::thresholds::Thresholds;
use crate::pair::whole_evidence::replaces;
use crate::sketch::fingerprint::Fingerprint;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A request to add one document.
pub struct Request {
    /// The rows and keys of the document.
    pub entry: Entry,
    /// The condition for adding it, if there is one.
    pub ask: Option<Condition>,
}

/// The condition that the document has none of certain relations to another. It held in an earlier
/// state of the index.
pub struct Condition {
    /// The document.
    pub document: Document,
    /// Its fingerprint.
    pub f: Fingerprint,
    /// The bounds of relations.
    pub thresholds: Thresholds,
    /// The relations that forbid adding the document.
    pub unless: Vec<Relation>,
    /// The state of the index in which the condition held.
    pub at: State,
}

/// The answer to a request.
pub struct Answer {
    /// What the document is related to, if that has changed since the first lookup.
    pub seen: Option<QueryAnswer>,
    /// What was done with the document; `None` where a sighting forbade adding it.
    pub added: Option<Added>,
}

/// Whether these sightings forbid adding the document. What was read in part forbids nothing, and
/// is forbidden by an exact copy alone.
pub fn forbidden(document: &DocumentInfo, sightings: &[Sighting], unless: &[Relation]) -> bool {
    sightings.iter().any(|s| {
        unless.contains(&s.relation) && replaces(&s.info, document, s.relation == Relation::Equal)
    })
}

/// The requests of threads, and the answers that they have not fetched yet.
#[derive(Default)]
pub struct CommitQueue {
    line: Mutex<WaitingRequests>,
    /// Notified when answers are ready, or when another thread may become the leader.
    pub moved: Condvar,
}

#[derive(Default)]
pub struct WaitingRequests {
    /// The ticket of the next request.
    pub next: u64,
    /// Requests that no leader has taken, each with its ticket.
    pub waiting: Vec<(u64, Request)>,
    /// Answers that their threads have not fetched, by ticket.
    pub answers: HashMap<u64, Result<Answer>>,
    /// Whether a thread is the leader.
    pub led: bool,
}

impl CommitQueue {
    /// Locks the queue.
    pub fn line(&self) -> MutexGuard<'_, WaitingRequests> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
