//! Owns: the outcome of a command, and the exit code of each outcome: the one place that decides
//! it. docs/exit-codes.md lists them by command and cause. Never: prints.

/// The outcome of a command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything the user asked for was done.
    Done,
    /// The output is complete, and the findings exceed what a gate allows.
    Violated,
    /// The output is complete, but an input failed, or too many records were bad.
    Incomplete,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Violated => 1,
            Exit::Incomplete => ERROR,
        }
    }
}

/// The exit code of an error and of bad usage.
pub const ERROR: u8 = 2;

/// The exit code after a signal: 130 after SIGINT (Ctrl-C), 143 after SIGTERM, 129 after SIGHUP,
/// as shells report them.
pub const fn signalled(signal: i32) -> u8 {
    128u8.saturating_add(signal as u8)
}

/// The reason why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command line is invalid: the subcommand (`index add`), and the reason.
    Usage(&'static str, String),
    /// Any other failure, with a message that says what to do.
    Said(String),
    /// Interrupted by a signal.
    Cancelled,
}

impl From<nearcopy::Error> for Failure {
    fn from(error: nearcopy::Error) -> Failure {
        match error {
            nearcopy::Error::Cancelled => Failure::Cancelled,
            other => Failure::Said(other.to_string()),
        }
    }
}

pub type Result<T> = std::result::Result<T, Failure>;

/// An error of usage of a subcommand; a nested one is named `index add`.
pub fn usage(subcommand: &'static str, message: impl std::fmt::Display) -> Failure {
    Failure::Usage(subcommand, message.to_string())
}
