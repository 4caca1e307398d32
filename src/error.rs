//! Owns: what can go wrong in the library, in words that say what to do. Never: prints.

/// Why the library could not finish.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The caller's [`Progress::cancelled`](crate::Progress::cancelled) said so. Nothing was
    /// written.
    Cancelled,
    /// A text that was there at first can no longer be read.
    TextGone {
        /// The id of the document.
        id: String,
        /// Why, in words.
        why: String,
    },
    /// A text of 4 GiB or more: offsets are 32 bits wide.
    TextTooLong {
        /// The id of the document.
        id: String,
        /// Its length.
        bytes: u64,
    },
    /// More documents than 32-bit numbers can name.
    TooManyDocuments {
        /// How many there are.
        count: u64,
    },
    /// The documents do not come in the byte order of their ids.
    Unordered {
        /// The first id that stands behind a larger one.
        id: String,
    },
    /// A setting outside what it can mean.
    Setting {
        /// The name, as in `nearcopy.toml`.
        name: &'static str,
        /// What it may be, and what was given.
        why: String,
    },
    /// Something stored was made by another recipe or format version.
    Mixed {
        /// What was opened.
        what: String,
        /// What this run uses.
        wanted: String,
        /// What the stored thing says of itself.
        found: String,
    },
    /// What is stored on disk could not be opened, read or written. What was acknowledged before is
    /// kept.
    Storage {
        /// What was opened.
        what: String,
        /// Why, and what to do.
        why: String,
    },
    /// An id was added a second time with another text, and that was to be an error.
    SameId {
        /// The id.
        id: String,
    },
    /// Something stored cannot be understood.
    Malformed {
        /// What was opened.
        what: String,
        /// Where and why.
        why: String,
    },
}

impl Error {
    /// The usual reason for [`Error::TextGone`]: the text was read before, and its file is another
    /// one now.
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
