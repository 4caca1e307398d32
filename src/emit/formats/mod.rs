//! The writers, one file per format. Never: opens an output.

mod documents;
mod json;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_columns;
#[cfg(feature = "csv")]
mod table;
mod text;
#[cfg(feature = "web")]
mod warc;

pub use documents::DocumentLine;

use crate::emit::rewrite_input::Writer;
use crate::emit::sink::{OutputStream, Sink};
use crate::ingest::{Compression, Format};

/// The writer of a format; `None` where this program was built without it.
pub(super) fn writer<'w>(
    format: Format,
    out: OutputStream<'w>,
    compression: Option<Compression>,
) -> Option<Box<dyn Writer + 'w>> {
    let sink = |compression| Sink::new(out, compression);
    Some(match format {
        Format::Text | Format::Html => Box::new(text::Text::new(sink(compression))),
        Format::Json => Box::new(json::Json::new(sink(compression))),
        Format::Jsonl => Box::new(jsonl::Jsonl(sink(compression))),
        #[cfg(feature = "csv")]
        Format::Csv | Format::Tsv => Box::new(table::Table::new(sink(compression))),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(parquet::Parquet::new(sink(compression))),
        #[cfg(feature = "web")]
        Format::Warc | Format::Arc => Box::new(warc::Warc::new(sink(None), compression)),
        // A format without a writer: its documents are written as JSON Lines.
        #[allow(unreachable_patterns)]
        _ => return None,
    })
}
