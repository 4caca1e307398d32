//! Owns: the outcome of a command: an exit code, or the reason why it did not do its work. Never:
//! prints it.

/// The outcome of a command that did its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything the user asked for was done.
    Done,
    /// The output is complete, and the findings exceed what a gate allows.
    Violated,
    /// The output is complete, but a named input was missing, or too many records were bad.
    Incomplete,
}

/// The reason why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command line is invalid: the subcommand (`index add`), and the reason.
    Usage(&'static str, String),
    /// Any other failure, with a message that says what to do.
    Said(String),
    /// Interrupted by Ctrl-C.
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
