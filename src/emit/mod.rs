//! Documents back to files: records that are kept are copied byte for byte, others are left out,
//! cut or annotated. Never: decides which.
//!
//! ```text
//! ReadFile -reopen-> bytes -formats (edit changes one record)-> sink (compression) -> out
//!                    documents (formats without fields) -formats/documents-> JSON Lines -> out
//! ```

mod change;
mod compress;
mod edit;
mod error;
mod formats;
mod output;
mod reopen;
mod rewrite_input;
mod sink;

pub use change::{Annotation, Change, Removed, RemovedPart};
pub use compress::Compressor;
pub use error::{Error, ErrorSide};
pub use formats::DocumentLine;
pub use output::Output;
pub use rewrite_input::RewriteCounts;
