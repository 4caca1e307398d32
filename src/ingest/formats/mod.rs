//! The readers, one file per format: they turn the bytes of a file into documents. Never: decides
//! which format a file has.

#[cfg(feature = "web")]
mod feed;
#[cfg(feature = "web")]
pub(crate) mod html;
pub mod json;
pub(crate) mod json_finder;
mod json_syntax;
mod jsonl;
#[cfg(feature = "parquet")]
pub mod parquet;
#[cfg(feature = "parquet")]
pub(crate) mod parquet_fields;
#[cfg(feature = "parquet")]
mod parquet_pages;
#[cfg(feature = "parquet")]
mod parquet_values;
mod record_bytes;
#[cfg(feature = "csv")]
pub mod table;
#[cfg(feature = "csv")]
pub(crate) mod table_dialect;
#[cfg(feature = "csv")]
pub(crate) mod table_rows;
mod text;

use crate::ingest::format::Format;
use crate::ingest::open_file::{OpenFile, PartialRead};

/// The reader of a format; `None` where this program was built without it. An archive whose reader
/// is built in never gets here: `web::archive` reads its stored bytes.
pub(super) fn reader(format: Format) -> Option<fn(OpenFile) -> PartialRead> {
    match format {
        Format::Text => Some(text::read),
        Format::Json => Some(json::read),
        Format::Jsonl => Some(jsonl::read),
        #[cfg(feature = "csv")]
        Format::Csv | Format::Tsv => Some(table::read),
        #[cfg(feature = "parquet")]
        Format::Parquet => Some(parquet::read),
        #[cfg(feature = "web")]
        Format::Html => Some(html::read),
        #[cfg(feature = "web")]
        Format::Feed => Some(feed::read),
        Format::Warc | Format::Arc => None,
        #[cfg(not(all(feature = "csv", feature = "parquet", feature = "web")))]
        _ => None,
    }
}
