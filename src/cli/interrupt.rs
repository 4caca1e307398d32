//! Owns: the flag that Ctrl-C sets, and the error message of an output that was not completed.
//! Never: writes an output.

use super::exit::Failure;
use super::messages::clean;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// The flag that the first Ctrl-C sets. It is global to the process, as the signal is.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Sets the flag; returns whether it was set before.
pub fn interrupt() -> bool {
    INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Whether Ctrl-C was pressed.
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

/// A writer that fails after Ctrl-C, so that incomplete output can be deleted.
pub struct Stoppable<W>(pub W);

impl<W: Write> Write for Stoppable<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if interrupted() { Err(io::Error::other("interrupted")) } else { self.0.write(bytes) }
    }
    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// The error of an output that was not written, or not to its end.
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
