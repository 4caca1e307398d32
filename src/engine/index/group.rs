//! Owns: documents that several threads bring at once, added in one transaction: one sync serves them all. Never: rows, keys, comparisons.
//!
//! Who comes while nobody leads, leads: takes its turn, adds what waits by then, commits, and tells everybody what became of their document. Who
//! comes meanwhile is in the next group. So nobody waits for company, and nobody is answered before what they were told is on disk.

use super::rows::State;
use super::sight::Sighting;
use super::write::{Added, Batch, Entry, Keys, Worker};
use super::{Index, Turn};
use crate::error::{Error, Result};
use crate::pair::detection::Relation;
use crate::pair::thresholds::Thresholds;
use crate::sketch::fingerprint::Fingerprint;
use crate::text::document::Document;
use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A document that is to be added.
pub struct Request {
    /// Its rows.
    pub entry: Entry,
    /// On what condition, if there is one.
    pub ask: Option<Ask>,
}

/// The condition: that it is related to nothing in certain ways. At one moment it held.
pub struct Ask {
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
#[derive(Clone)]
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
pub struct Group {
    line: Mutex<Line>,
    moved: Condvar,
}

#[derive(Default)]
struct Line {
    next: u64,
    waiting: Vec<(u64, Request)>,
    answers: HashMap<u64, Result<Answer>>,
    /// Whether a thread leads.
    led: bool,
}

impl Group {
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Held by the thread that leads: however that ends, each request that it took is answered, and another thread may lead.
struct Lead<'g> {
    group: &'g Group,
    tickets: Vec<u64>,
    answers: Vec<Result<Answer>>,
}

impl Lead<'_> {
    fn take(&mut self) -> Vec<Request> {
        let waiting = std::mem::take(&mut self.group.line().waiting);
        let (tickets, requests) = waiting.into_iter().unzip();
        self.tickets = tickets;
        requests
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        if self.tickets.is_empty() {
            self.take();
        }
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        let mut line = self.group.line();
        for &ticket in &self.tickets {
            line.answers.insert(ticket, answers.next().unwrap_or_else(|| Err(deserted())));
        }
        line.led = false;
        self.group.moved.notify_all();
    }
}

/// The thread that was to write panicked.
fn deserted() -> Error {
    Error::Storage { what: "index".into(), why: "the thread that wrote for several ones panicked: add the document again".into() }
}

impl Index {
    /// Adds a document together with those of other threads, and waits until it is on disk.
    pub(super) fn bring(&self, request: Request) -> Result<Answer> {
        self.owned()?;
        let mut line = self.group.line();
        let ticket = line.next;
        line.next += 1;
        line.waiting.push((ticket, request));
        loop {
            if let Some(answer) = line.answers.remove(&ticket) {
                return answer;
            }
            if line.led {
                line = self.group.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
            } else {
                line.led = true;
                drop(line);
                self.lead();
                line = self.group.line();
            }
        }
    }

    /// Answers all that wait.
    fn lead(&self) {
        let mut lead = Lead { group: &self.group, tickets: Vec::new(), answers: Vec::new() };
        let turn = self.turn().and_then(|turn| self.tidy(&turn).map(|()| turn));
        // Taken no sooner, so that all are in the group who came while others had their turn.
        let requests = lead.take();
        let all = |e: Error| requests.iter().map(|_| Err(e.clone())).collect();
        match turn.and_then(|turn| Ok((self.with_worker(|w| self.add_group(&requests, &turn, w))?, turn))) {
            Ok(((answers, written), turn)) => {
                lead.answers = answers;
                drop(lead);
                if written {
                    // What was added is on disk: what fails now is tried again, and told, before the next is.
                    let _ = self.tidy(&turn);
                }
            }
            Err(e) => lead.answers = all(e),
        }
    }

    /// Adds requests in one transaction, in order; an answer for each, and whether anything was written.
    fn add_group(&self, requests: &[Request], turn: &Turn, worker: &Worker) -> Result<(Vec<Result<Answer>>, bool)> {
        let mut failed: Vec<Option<Error>> = vec![None; requests.len()];
        'anew: loop {
            let mut batch = Batch::new(&self.store, self.store.write(turn)?, &self.recent, Keys::Pending)?;
            let mut answers = Vec::with_capacity(requests.len());
            for (request, failed) in requests.iter().zip(&mut failed) {
                let answer = failed.clone().map_or_else(|| self.add_one(&mut batch, request, worker), Err);
                match answer {
                    Err(e) if failed.is_none() && !matches!(e, Error::SameId { .. }) => {
                        // Its own error, but the transaction may hold half of it: the others begin anew, without it.
                        *failed = Some(e);
                        continue 'anew;
                    }
                    answer => answers.push(answer),
                }
            }
            let written = batch.state != batch.before;
            if written {
                self.finish(batch)?;
            }
            return Ok((answers, written));
        }
    }

    fn add_one(&self, batch: &mut Batch, request: &Request, worker: &Worker) -> Result<Answer> {
        let mut sightings = None;
        if let Some(ask) = &request.ask {
            sightings = self.look_again(batch, ask, worker)?;
            if sightings.as_ref().is_some_and(|s| forbidden(s, &ask.unless)) {
                return Ok(Answer { sightings, added: None });
            }
        }
        Ok(Answer { sightings, added: Some(batch.add(&request.entry, self.same_id)?) })
    }

    /// Sightings, where documents that came in between make a difference: those of other groups, and those before it in this one.
    fn look_again(&self, batch: &Batch, ask: &Ask, worker: &Worker) -> Result<Option<Vec<Sighting>>> {
        let view = batch.view();
        let see = |from| self.see_in(&view, &ask.document, &ask.f, &ask.thresholds, worker, from);
        let drawn = view.state.drawing != ask.at.drawing;
        if !drawn && (!view.touched(&ask.f, ask.at.next, &self.recipe)? || see(ask.at.next)?.is_empty()) {
            return Ok(None);
        }
        see(0).map(Some)
    }
}
