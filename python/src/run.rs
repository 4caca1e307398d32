//! Owns: how work is run: without the interpreter's lock, on threads that survive a fork, and
//! cancelled by Ctrl-C. Never: defines the work.

use crate::errors::{SettingError, raise};
use nearcopy::Progress;
use nearcopy::progress::Stage;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The interval between checks for Ctrl-C and calls of `progress`.
const LOOK: Duration = Duration::from_millis(50);

/// The time to wait for cancelled work.
const PATIENCE: Duration = Duration::from_millis(300);

/// A thread pool, and the process that its threads belong to.
type Owned = (u32, Arc<ThreadPool>);

static POOL: Mutex<Option<Owned>> = Mutex::new(None);

/// The pool of this process. A forked child has none of its parent's threads, so it gets its own
/// pool.
fn pool() -> Option<Arc<ThreadPool>> {
    let mut pool = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    let process = std::process::id();
    if let Some((_, pool)) = pool.as_ref().filter(|p| p.0 == process) {
        return Some(pool.clone());
    }
    // Dropping the parent's pool would wait for threads that do not exist here, so it is leaked.
    std::mem::forget(pool.take());
    let new = Arc::new(ThreadPoolBuilder::new().build().ok()?);
    *pool = Some((process, new.clone()));
    Some(new)
}

/// Runs work in the thread pool of this process, or on this thread where no threads can be created.
pub fn pooled<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// The progress of the work.
#[derive(Default)]
pub struct Meter {
    stage: AtomicU8,
    total: AtomicU64,
    done: AtomicU64,
    cancelled: AtomicBool,
}

const STAGES: [Stage; 6] = [
    Stage::Index,
    Stage::Fingerprint,
    Stage::Candidates,
    Stage::Compare,
    Stage::Cluster,
    Stage::Repeats,
];

impl Progress for Meter {
    fn begin(&self, stage: Stage, total: u64) {
        self.stage
            .store(STAGES.iter().position(|s| *s == stage).unwrap_or_default() as u8, Relaxed);
        self.total.store(total, Relaxed);
        self.done.store(0, Relaxed);
    }
    fn advance(&self, done: u64) {
        self.done.fetch_add(done, Relaxed);
    }
    fn cancelled(&self) -> bool {
        self.cancelled.load(Relaxed)
    }
}

impl Meter {
    fn tell(&self, progress: &Bound<PyAny>) -> PyResult<()> {
        let stage = STAGES[self.stage.load(Relaxed) as usize].name();
        progress.call1((stage, self.done.load(Relaxed), self.total.load(Relaxed))).map(|_| ())
    }
}

/// Runs work on a separate thread, while this one checks for signals and calls `progress(stage,
/// done, total)`, and once more when the work has ended, so that short work is shown as well. An
/// exception from either cancels the work, and is raised when the work has ended, or earlier if
/// that takes long: a sort of all keys, for example, does not check for cancellation.
pub fn run<T: Send + 'static>(
    py: Python,
    progress: Option<&Bound<PyAny>>,
    work: impl FnOnce(&Meter) -> nearcopy::Result<T> + Send + 'static,
) -> PyResult<T> {
    if let Some(other) = progress.filter(|p| !p.is_callable()) {
        let kind = other.get_type().name()?;
        return Err(SettingError::new_err(format!(
            "progress: something to call with (stage, done, total), not {kind}"
        )));
    }
    let meter = Arc::new(Meter::default());
    let (send, receive) = sync_channel(1);
    // Only one thread receives; the lock lets the closure below be sent.
    let receive = Mutex::new(receive);
    let theirs = meter.clone();
    std::thread::Builder::new().name("nearcopy".into()).spawn(move || {
        let _ = send.send(work(&theirs));
    })?;
    let mut raised: Option<(PyErr, Instant)> = None;
    loop {
        let wait = || receive.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK);
        match py.detach(wait) {
            Ok(done) => {
                let found = raised.map_or_else(|| done.map_err(raise), |(error, _)| Err(error))?;
                progress.map_or(Ok(()), |p| meter.tell(p))?;
                return Ok(found);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Err(pyo3::panic::PanicException::new_err("a thread of nearcopy panicked"));
            }
        }
        if let Some((error, _)) = raised.take_if(|(_, since)| since.elapsed() > PATIENCE) {
            return Err(error);
        }
        if raised.is_none() {
            let look = py.check_signals().and_then(|()| progress.map_or(Ok(()), |p| meter.tell(p)));
            if let Err(error) = look {
                meter.cancelled.store(true, Relaxed);
                raised = Some((error, Instant::now()));
            }
        }
    }
}

/// Runs work that is short or cannot be cancelled.
pub fn briefly<T: Send>(py: Python, work: impl FnOnce() -> T + Send) -> T {
    py.detach(|| pooled(work))
}
