//! Owns: group commit: documents that several threads add at once are written in one transaction
//! with one sync. Never: rows, keys, comparisons.
//!
//! The first waiting thread becomes the leader. It takes the write lock, writes all queued
//! documents in one transaction, commits, and answers every thread. Requests that arrive meanwhile
//! form the next group. So no thread waits for others to arrive, and none is answered before its
//! document is on disk.

use crate::error::{Error, Result};
use crate::index::answer::QueryAnswer;
use crate::index::commit_queue::{Answer, Condition, Request, forbidden};
use crate::index::handle::{Index, WriteTurn};
use crate::index::write::{Added, Batch, Keys, OWN, Worker};
use std::sync::PoisonError;

/// Guard of the leading thread: however the thread ends, each request that it took is answered, and
/// another thread may lead.
struct Leader<'i> {
    index: &'i Index,
    tickets: Vec<u64>,
    answers: Vec<Result<Answer>>,
}

impl Leader<'_> {
    fn take(&mut self) -> Vec<Request> {
        let waiting = std::mem::take(&mut self.index.commits.line().waiting);
        let (tickets, requests) = waiting.into_iter().unzip();
        self.tickets = tickets;
        requests
    }
}

impl Drop for Leader<'_> {
    fn drop(&mut self) {
        if self.tickets.is_empty() {
            self.take();
        }
        let mut answers = std::mem::take(&mut self.answers).into_iter();
        let mut line = self.index.commits.line();
        for &ticket in &self.tickets {
            line.answers
                .insert(ticket, answers.next().unwrap_or_else(|| Err(leader_panicked(self.index))));
        }
        line.led = false;
        self.index.commits.moved.notify_all();
    }
}

/// The error for threads whose leader panicked.
fn leader_panicked(index: &Index) -> Error {
    let what = index.path().display().to_string();
    Error::Storage {
        what,
        why: "the thread that wrote for several ones panicked: add the document again".into(),
    }
}

impl Index {
    /// Adds a document together with those of other threads, and waits until it is on disk.
    pub(super) fn enqueue(&self, request: Request) -> Result<Answer> {
        self.check_process()?;
        let mut line = self.commits.line();
        let ticket = line.next;
        line.next += 1;
        line.waiting.push((ticket, request));
        loop {
            if let Some(answer) = line.answers.remove(&ticket) {
                return answer;
            }
            if line.led {
                line = self.commits.moved.wait(line).unwrap_or_else(PoisonError::into_inner);
            } else {
                line.led = true;
                drop(line);
                self.lead();
                line = self.commits.line();
            }
        }
    }

    /// Leads one group: adds all waiting requests and answers them.
    fn lead(&self) {
        let mut lead = Leader { index: self, tickets: Vec::new(), answers: Vec::new() };
        let turn = self.write_turn().and_then(|turn| self.maintain(&turn).map(|()| turn));
        // The requests are taken after the write lock, so that the group includes those that
        // arrived while other threads or processes held the lock.
        let requests = lead.take();
        let all = |e: Error| requests.iter().map(|_| Err(e.clone())).collect();
        match turn
            .and_then(|turn| Ok((self.with_worker(|w| self.add_group(&requests, &turn, w))?, turn)))
        {
            Ok(((answers, written), turn)) => {
                lead.answers = answers;
                drop(lead);
                if written {
                    // The group is on disk already: what fails here is tried again, and reported,
                    // before the next document is added.
                    let _ = self.maintain(&turn);
                }
            }
            Err(e) => lead.answers = all(e),
        }
    }

    /// Adds requests in one transaction, in order; returns an answer for each, and whether anything
    /// was written.
    fn add_group(
        &self,
        requests: &[Request],
        turn: &WriteTurn,
        worker: &Worker,
    ) -> Result<(Vec<Result<Answer>>, bool)> {
        let mut failed: Vec<Option<Error>> = vec![None; requests.len()];
        'anew: loop {
            let mut batch =
                Batch::new(&self.store, self.store.write(turn)?, &self.memtable, Keys::Pending)?;
            // Each document is compared with those before it in the group; a single one needs no
            // such keys.
            batch.visible_keys = if requests.len() > 1 { usize::MAX } else { OWN };
            let mut answers = Vec::with_capacity(requests.len());
            for (request, failed) in requests.iter().zip(&mut failed) {
                let answer =
                    failed.clone().map_or_else(|| self.add_one(&mut batch, request, worker), Err);
                match answer {
                    Err(e) if failed.is_none() && !matches!(e, Error::SameId { .. }) => {
                        // The error concerns this request alone, but the transaction may hold half
                        // of it: the group starts again without it.
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
        let mut seen = None;
        if let Some(ask) = &request.ask {
            seen = self.query_again(batch, ask, worker)?;
            if seen
                .as_ref()
                .is_some_and(|s| forbidden(&ask.document.info, &s.sightings, &ask.unless))
            {
                let known = batch.view().knows(&request.entry.row)?.then_some(Added::Known);
                return Ok(Answer { seen, added: known });
            }
        }
        Ok(Answer { seen, added: Some(batch.add(&request.entry, self.same_id)?) })
    }

    /// Looks the document up again where documents added since the first lookup may matter: those
    /// of other groups, and those before it in this one. Returns `None` where nothing has changed.
    fn query_again(
        &self,
        batch: &mut Batch,
        ask: &Condition,
        worker: &Worker,
    ) -> Result<Option<QueryAnswer>> {
        batch.settle()?;
        let view = batch.view();
        let see =
            |from| self.answer_in(&view, &ask.document, &ask.f, &ask.thresholds, worker, from);
        let drawn = view.state.background_version != ask.at.background_version;
        if !drawn
            && (!view.may_have_new_candidates(&ask.f, ask.at.next, &self.recipe)?
                || see(ask.at.next)?.sightings.is_empty())
        {
            return Ok(None);
        }
        see(0).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::add::CheckOutcome;
    use crate::index::handle::IndexOptions;
    use crate::index::write::SameId;
    use crate::model::detection::Relation;
    use crate::model::document::Document;
    use crate::model::thresholds::Thresholds;
    use crate::sketch::recipe::Recipe;

    const COPY: [Relation; 2] = [Relation::Equal, Relation::NearCopy];

    fn new_index(same_id: SameId) -> (tempfile::TempDir, Index) {
        let dir = tempfile::tempdir().unwrap();
        let options = IndexOptions { same_id, ..IndexOptions::default() };
        let index = options.create(dir.path().join("index"), &Recipe::default()).unwrap();
        (dir, index)
    }

    /// A text whose words no other text shares.
    fn story(n: usize) -> String {
        (0..60).map(|i| format!("w{n}x{i}")).collect::<Vec<_>>().join(" ")
    }

    /// Runs `work` on `count` threads that all queue while this thread holds the write lock, so
    /// that they form one group.
    fn together<T: Send>(index: &Index, count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
        std::thread::scope(|s| {
            let turn = index.write_turn().unwrap();
            let work = &work;
            let threads: Vec<_> = (0..count).map(|n| s.spawn(move || work(n))).collect();
            while index.commits.line().waiting.len() < count {
                std::thread::yield_now();
            }
            drop(turn);
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        })
    }

    /// Asserts that the queue is empty and that the index verifies.
    fn sound(index: &Index, documents: u64) {
        let line = index.commits.line();
        assert!(!line.led && line.waiting.is_empty() && line.answers.is_empty());
        let v = index.verify().unwrap();
        assert_eq!((v.problems, v.documents), (Vec::new(), documents));
    }

    #[test]
    fn what_stays_of_a_class_begins_with_the_smallest_id() {
        let (_dir, index) = new_index(SameId::Replace);
        for id in ["f", "b", "d", "a", "e", "c"] {
            index.add(&Document::new(id, story(0))).unwrap();
        }
        let first = |index: &Index| {
            let asked = Document::new("asked", story(0));
            let answer = index.query(&asked, &Thresholds::default()).unwrap();
            answer.sightings[0].info.id.clone()
        };
        assert_eq!(first(&index), "a");
        assert_eq!(index.remove_all(["a", "e", "b"]).unwrap(), [true; 3]);
        assert_eq!(first(&index), "c");
        sound(&index, 3);
        // One of them gets another text, and its text comes back under another id.
        index.add(&Document::new("c", story(1))).unwrap();
        assert_eq!(first(&index), "d");
        index.add(&Document::new("bb", story(0))).unwrap();
        assert_eq!(first(&index), "bb");
        assert_eq!(
            index.remove_all(["bb", "d", "f", "nobody"]).unwrap(),
            [true, true, true, false]
        );
        let asked = Document::new("asked", story(0));
        assert!(index.query(&asked, &Thresholds::default()).unwrap().sightings.is_empty());
        sound(&index, 1);
    }

    #[test]
    fn a_group_is_one_transaction_and_everybody_gets_their_own_answer() {
        let (_dir, index) = new_index(SameId::Replace);
        index.add(&Document::new("known", story(0))).unwrap();
        index.add(&Document::new("page", story(1))).unwrap();
        let before = index.store.commits();
        let brought = [
            ("known", 0),
            ("page", 2),
            ("copy", 0),
            ("new-3", 3),
            ("new-4", 4),
            ("new-5", 5),
            ("new-6", 6),
            ("new-7", 7),
        ];
        let results = together(&index, 8, |n| {
            index.add(&Document::new(brought[n].0, story(brought[n].1))).unwrap()
        });
        use Added::{Copy, Known, New, Replaced};
        assert_eq!(results, [Known, Replaced, Copy, New, New, New, New, New]);
        assert_eq!(index.store.commits(), before + 1);
        for (id, text) in brought {
            assert_eq!(index.get(id).unwrap().unwrap().text, story(text));
        }
        // A group that changes nothing commits nothing.
        together(&index, 3, |_| {
            assert_eq!(index.add(&Document::new("known", story(0))).unwrap(), Known)
        });
        assert_eq!(index.store.commits(), before + 1);
        sound(&index, 8);
    }

    #[test]
    fn of_those_in_a_group_that_are_alike_one_is_added() {
        let t = Thresholds::default();
        for without_texts in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let options = IndexOptions { without_texts, ..IndexOptions::default() };
            let index = options.create(dir.path().join("index"), &Recipe::default()).unwrap();
            // Near-copies, equal texts, equal texts that are too short to be compared, and a text
            // that is related to no other.
            let text = |n: usize| match n % 4 {
                0 => story(0).replace("w0x30", &format!("other{n}")),
                1 => story(1),
                2 => "so short".into(),
                _ => story(n),
            };
            let before = index.store.commits();
            let results = together(&index, 12, |n| {
                index.check_and_add(&Document::new(format!("{n}"), text(n)), &t, &COPY).unwrap()
            });
            assert_eq!(index.store.commits(), before + 1);
            for family in 0..3 {
                let of: Vec<usize> = (0..12).filter(|n| n % 4 == family).collect();
                let added: Vec<_> =
                    of.iter().filter(|&&n| results[n].outcome == CheckOutcome::New).collect();
                assert_eq!(added.len(), 1, "{family}");
                for &n in of.iter().filter(|n| *n != added[0]) {
                    let seen: Vec<_> =
                        results[n].sightings.iter().map(|s| s.info.id.clone()).collect();
                    assert_eq!(
                        (results[n].outcome, seen),
                        (CheckOutcome::Refused, vec![added[0].to_string()])
                    );
                }
            }
            assert!(
                (0..12)
                    .filter(|n| n % 4 == 3)
                    .map(|n| &results[n])
                    .all(|c| c.outcome == CheckOutcome::New && c.sightings.is_empty())
            );
            // A relation that does not forbid adding is reported all the same: of two texts that
            // quote each other, the later one has the sighting.
            let quoting = |n: usize| {
                format!("{} {}", story(50 + n), story(99).split_once(" w99x40").unwrap().0)
            };
            let results = together(&index, 2, |n| {
                index.check_and_add(&Document::new(format!("q{n}"), quoting(n)), &t, &COPY).unwrap()
            });
            assert!(results.iter().all(|c| c.outcome == CheckOutcome::New));
            let mut seen: Vec<usize> = results.iter().map(|c| c.sightings.len()).collect();
            seen.sort_unstable();
            assert_eq!(seen, [0, 1]);
            sound(&index, 3 + 3 + 2);
        }
    }

    #[test]
    fn a_copy_in_between_that_makes_a_class_visible_is_seen() {
        // The only document of a class has the id of the one that is looked up; then another joins
        // the class, without keys of its text.
        let (_dir, index) = new_index(SameId::Replace);
        let t = Thresholds::default();
        index.add(&Document::new("a", story(0))).unwrap();
        let edited = story(0).replace("w0x30", "other");
        let results = together(&index, 2, |n| match n {
            0 => index.add(&Document::new("b", story(0))).map(|added| Some(added).into()),
            _ => {
                while index.commits.line().waiting.is_empty() {
                    std::thread::yield_now();
                }
                Ok(index
                    .check_and_add(&Document::new("a", edited.clone()), &t, &COPY)
                    .unwrap()
                    .outcome)
            }
        });
        assert_eq!(results, [Ok(CheckOutcome::Copy), Ok(CheckOutcome::Refused)]);
        sound(&index, 2);
    }

    #[test]
    fn an_error_of_one_is_told_to_it_alone() {
        let (_dir, index) = new_index(SameId::Refuse);
        let results = together(&index, 8, |n| {
            let id = if n < 4 { "same".to_owned() } else { format!("{n}") };
            index.add(&Document::new(id, story(n)))
        });
        assert_eq!(results[..4].iter().filter(|t| **t == Ok(Added::New)).count(), 1);
        assert_eq!(
            results[..4].iter().filter(|t| **t == Err(Error::SameId { id: "same".into() })).count(),
            3
        );
        assert!(results[4..].iter().all(|t| *t == Ok(Added::New)));
        sound(&index, 5);

        // The damaged row is read after the old text of the page was removed: the transaction must
        // leave no trace of that.
        let (_dir, index) = new_index(SameId::Replace);
        index.add(&Document::new("other", story(0))).unwrap();
        index.add(&Document::new("page", story(1))).unwrap();
        let turn = index.write_turn().unwrap();
        let mut txn = index.store.write(&turn).unwrap();
        index.store.put(&mut txn, &index.store.classes, 0, b"no row").unwrap();
        index.store.commit(txn).unwrap();
        drop(turn);
        let results = together(&index, 4, |n| match n {
            0 => index.add(&Document::new("page", story(0))),
            _ => index.add(&Document::new(format!("{n}"), story(n + 1))),
        });
        assert!(
            results[0].as_ref().is_err_and(|e| e.to_string().contains("damaged")),
            "{:?}",
            results[0]
        );
        assert!(results[1..].iter().all(|t| *t == Ok(Added::New)));
        assert_eq!(index.get("page").unwrap().unwrap().text, story(1));
        assert_eq!(index.stats().unwrap().documents, 5);
    }

    #[test]
    fn a_leader_that_panics_leaves_nobody_waiting() {
        let (_dir, index) = new_index(SameId::Replace);
        for taken in [true, false] {
            index.commits.line().led = true;
            std::thread::scope(|s| {
                let add = |n: usize| index.add(&Document::new(format!("{n}"), story(n)));
                let threads: Vec<_> = (0..2).map(|n| s.spawn(move || add(n))).collect();
                while index.commits.line().waiting.len() < 2 {
                    std::thread::yield_now();
                }
                let leader = s.spawn(|| {
                    let mut lead =
                        Leader { index: &index, tickets: Vec::new(), answers: Vec::new() };
                    if taken {
                        assert_eq!(lead.take().len(), 2);
                    }
                    panic!("as a test wants it");
                });
                assert!(leader.join().is_err());
                for thread in threads {
                    assert!(
                        thread
                            .join()
                            .unwrap()
                            .unwrap_err()
                            .to_string()
                            .contains("panicked: add the document again")
                    );
                }
            });
            sound(&index, 0);
        }
        assert_eq!(index.add(&Document::new("0", story(0))), Ok(Added::New));
        sound(&index, 1);
    }

    /// A forked child inherits the locks as they were: here, held by a thread that it does not
    /// have.
    #[cfg(unix)]
    #[test]
    #[allow(unsafe_code)]
    fn in_a_forked_child_it_says_so_at_once() {
        unsafe extern "C" {
            fn fork() -> i32;
            fn alarm(seconds: u32) -> u32;
            fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
            fn _exit(code: i32) -> !;
        }
        let (_dir, index) = new_index(SameId::Replace);
        let d = Document::new("a", story(0));
        let t = Thresholds::default();
        let held = (
            index.workers.lock().unwrap(),
            index.commits.line(),
            index.memtable.write().unwrap(),
            index.turn.lock().unwrap(),
        );
        // SAFETY: if the check failed, the child would take no lock but those above and the
        // allocator's, which is consistent after a fork; the child ends in `_exit`.
        let status = unsafe {
            let child = fork();
            if child == 0 {
                // The alarm ends a child that waits for ever, with another status.
                alarm(30);
                let forked = |e: Option<Error>| {
                    matches!(e, Some(Error::Storage { why,
                    .. }) if why.contains("forked"))
                };
                let refused = forked(index.seen(&d, &t).err())
                    && forked(index.add(&d).err())
                    && forked(index.check_and_add(&d, &t, &COPY).err())
                    && forked(index.add_all([d.clone()]).err())
                    && forked(index.get("a").err())
                    && forked(index.remove("a").err())
                    && forked(index.background().err());
                _exit(if refused { 0 } else { 1 });
            }
            let mut status = -1;
            assert_eq!(waitpid(child, &mut status, 0), child);
            status
        };
        assert_eq!(status, 0);
        drop(held);
        sound(&index, 0);
    }
}
