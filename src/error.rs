//! Owns: the errors of the library, with messages that say what to do. Never: prints.

/// The reason why the library could not finish.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The caller's [`Progress::cancelled`](crate::Progress::cancelled) returned true. Nothing was
    /// written.
    Cancelled,
    /// A text that could be read at first can no longer be read.
    TextGone {
        /// The id of the document.
        id: String,
        /// The reason, in words.
        why: String,
    },
    /// A text has 4 GiB or more, but offsets are 32 bits wide.
    TextTooLong {
        /// The id of the document.
        id: String,
        /// The length of the text in bytes.
        bytes: u64,
    },
    /// There are more documents than 32-bit numbers can name.
    TooManyDocuments {
        /// The number of documents.
        count: u64,
    },
    /// The documents are not in the byte order of their ids.
    Unordered {
        /// The first id that follows a larger one.
        id: String,
    },
    /// A setting has a value that it cannot have.
    Setting {
        /// The name of the setting, as in `nearcopy.toml`.
        name: &'static str,
        /// The values that are allowed, and the value that was set.
        why: String,
    },
    /// Stored data was made with another recipe or format version.
    Mixed {
        /// The file or directory that was opened.
        what: String,
        /// The recipe or version that this run uses.
        wanted: String,
        /// The recipe or version that the stored data names.
        found: String,
    },
    /// Data on disk could not be opened, read or written. Everything that was acknowledged before
    /// is kept.
    Storage {
        /// The file or directory that was opened.
        what: String,
        /// The reason, and what to do.
        why: String,
    },
    /// An id was added a second time with another text, and the caller had asked for an error in
    /// that case.
    SameId {
        /// The id.
        id: String,
    },
    /// Stored data cannot be parsed.
    Malformed {
        /// The file or directory that was opened.
        what: String,
        /// The place and the reason.
        why: String,
    },
}

impl Error {
    /// The usual reason for [`Error::TextGone`]: the text was read before, and its file has changed
    /// since.
    pub const CHANGED: &str = "was its file changed or removed during the run?";
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Cancelled => write!(f, "cancelled"),
            Error::TextGone { id, why } => {
                write!(f, "the text of document {id:?} can no longer be read: {why}")
            }
            Error::TextTooLong { id, bytes } => {
                write!(
                    f,
                    "document {id:?} has {bytes} bytes; a text may have at most 4294967295: split \
                     it"
                )
            }
            Error::TooManyDocuments { count } => {
                write!(
                    f,
                    "{count} documents; one run takes at most 4294967295: scan the corpus in parts"
                )
            }
            Error::Unordered { id } => {
                write!(
                    f,
                    "document {id:?} stands behind a larger id: documents are numbered in the byte \
                     order of their ids"
                )
            }
            Error::Setting { name, why } => write!(f, "{name}: {why}"),
            Error::Mixed { what, wanted, found } => write!(
                f,
                "{what} was made with {found}, this run uses {wanted}: make it again with this \
                 run's settings, or run with the settings it was made with"
            ),
            Error::SameId { id } => write!(
                f,
                "document {id:?} is there already with another text: remove it first, or let new \
                 texts replace old ones"
            ),
            Error::Storage { what, why } => write!(f, "{what}: {why}"),
            Error::Malformed { what, why } => write!(f, "{what}: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// A result of the library.
pub type Result<T> = std::result::Result<T, Error>;
