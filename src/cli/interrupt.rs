//! Owns: whether Ctrl-C was pressed, and what is said of an output that it, or anything else,
//! ended. Never: what is written.

use super::exit::Failure;
use super::messages::clean;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the first Ctrl-C. One for the process, as the signal is.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Ctrl-C is pressed; answers whether it was before.
pub fn interrupt() -> bool {
    INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A writer that Ctrl-C ends, so that what is half written can be taken away.
pub struct Stoppable<W>(pub W);

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupted() { Err(io::Error::other("interrupted")) } else { self.0.write(bytes) }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Why an output was not written, or not to its end.
pub fn failed(what: &str, error: &io::Error) -> Failure {
    if interrupted() {
        return Failure::Cancelled;
    }
    let mend = match error.kind() {
        io::ErrorKind::NotFound => "; does its directory exist?",
        io::ErrorKind::PermissionDenied => "; choose a place that may be written",
        _ => "",
    };
    // The name beside the place is nothing to the user.
    let why = error.to_string();
    let why = why.split(" at path ").next().unwrap_or_default();
    Failure::Said(format!("{what} cannot be written: {}{mend}", clean(why)))
}
