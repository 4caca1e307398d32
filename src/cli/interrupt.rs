//! Owns: the signals that end a run (SIGINT of Ctrl-C, SIGTERM, SIGHUP), and the error message of
//! an output that was not completed. Never: writes an output.

use super::beside::{hold_renaming, sweep};
use super::exit::{Failure, signalled};
use super::messages::{clean, escaped_path, say};
use nearcopy::escape::argument;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

/// The time that a run has to end in order after the first signal. A thread that waits for a pipe
/// or a slow disk never hears of the signal, so the process ends all the same.
const GRACE: Duration = Duration::from_millis(300);

/// The signal that came first; 0: none. It is global to the process, as signals are.
static SIGNAL: AtomicI32 = AtomicI32::new(0);

/// Whether a signal asked the run to end.
pub fn interrupted() -> bool {
    interrupting_signal() != 0
}

/// The signal that asked the run to end; 0: none.
pub fn interrupting_signal() -> i32 {
    SIGNAL.load(Ordering::Relaxed)
}

/// From now on the first signal asks the run to end, and ends it when it does not or when a second
/// one comes. A signal that the caller of the program ignores, as `nohup` does, stays ignored.
pub fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(listen_once);
}

#[cfg(unix)]
fn listen_once() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored_signals();
    let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter();
    let wanted = wanted.filter(|signal| ignored >> (signal - 1) & 1 == 0);
    // Without a handler a signal kills the process, which is acceptable.
    let Ok(mut signals) = signal_hook::iterator::Signals::new(wanted) else { return };
    std::thread::spawn(move || {
        let Some(first) = signals.forever().next() else { return };
        let ends = begin_to_end(first);
        while Instant::now() < ends && signals.pending().next().is_none() {
            std::thread::sleep(Duration::from_millis(10));
        }
        end_now(first, |code| signal_hook::low_level::exit(code));
    });
}

#[cfg(not(unix))]
fn listen_once() {
    const CTRL_C: i32 = 2;
    let handler = || {
        if interrupted() {
            end_now(CTRL_C, |code| std::process::exit(code));
        }
        let ends = begin_to_end(CTRL_C);
        std::thread::spawn(move || {
            std::thread::sleep(ends.saturating_duration_since(Instant::now()));
            end_now(CTRL_C, |code| std::process::exit(code));
        });
    };
    // Without a handler Ctrl-C kills the process, which is acceptable.
    let _ = ctrlc::set_handler(handler);
}

/// The signals that this process ignores, as bits from SIGHUP on.
#[cfg(unix)]
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// Asks the run to end, and returns when it has to have ended.
fn begin_to_end(signal: i32) -> Instant {
    SIGNAL.store(signal, Ordering::Relaxed);
    Instant::now() + GRACE
}

/// Ends the process: outputs that are being renamed come into their places, incomplete ones are
/// deleted.
fn end_now(signal: i32, exit: impl FnOnce(i32)) {
    let _held = hold_renaming();
    sweep();
    // Standard error may be a pipe that nobody reads.
    std::thread::spawn(|| say("interrupted"));
    std::thread::sleep(Duration::from_millis(20));
    exit(i32::from(signalled(signal)));
}

/// A writer that fails after a signal, so that incomplete output can be deleted.
pub struct Stoppable<W>(pub W);

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupted() { Err(io::Error::other("interrupted")) } else { self.0.write(bytes) }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of an output that cannot be made at its path.
pub fn not_made(path: &Path, error: &io::Error) -> Failure {
    let shown = escaped_path(path);
    let directory = path.parent().filter(|at| !at.as_os_str().is_empty() && !at.exists());
    match directory.filter(|_| error.kind() == io::ErrorKind::NotFound && !interrupted()) {
        Some(directory) => {
            let command = directory.to_str().and_then(argument);
            let command = command.map(|name| format!(" (mkdir -p {name})")).unwrap_or_default();
            Failure::Said(format!(
                "{shown} cannot be written: there is no directory {}: make it first{command}, or \
                 name another place",
                escaped_path(directory)
            ))
        }
        None => failed(&shown, error),
    }
}

/// The error of an output that was not written, or not to its end; `what` is its name as shown.
pub fn failed(what: &str, error: &io::Error) -> Failure {
    if interrupted() {
        return Failure::Cancelled;
    }
    let mend = match error.kind() {
        io::ErrorKind::NotFound => "; does its directory exist?",
        io::ErrorKind::PermissionDenied => "; choose a place that may be written",
        _ => "",
    };
    // The path of the temporary file is of no use to the user.
    let why = error.to_string();
    let why = why.split(" at path ").next().unwrap_or_default();
    Failure::Said(format!("{what} cannot be written: {}{mend}", clean(why)))
}
