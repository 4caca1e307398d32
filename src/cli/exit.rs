//! Owns: how a command ends: with an exit code, or with words why it did not do its work. Never:
//! says them.

/// How a command that did its work ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything asked for was done.
    Done,
    /// The output is complete, and more was found than a gate allows.
    Violated,
    /// The output is complete, but an input that was asked for was not there, or too many records
    /// were bad.
    Incomplete,
}

/// Why a command did not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The command line means nothing: the subcommand (`index add`), and why.
    Usage(&'static str, String),
    /// Anything else, in words that say what to do.
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

/// An error of usage of a subcommand; of one inside another: `index add`.
pub fn usage(subcommand: &'static str, message: impl std::fmt::Display) -> Failure {
    Failure::Usage(subcommand, message.to_string())
}
