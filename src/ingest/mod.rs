//! Bytes to documents: files, directories, streams; compression, encodings, JSON, tables, pages.
//! Never: keys or findings.
//!
//! ```text
//! inputs -walk-> files -compress-> plain bytes -format (by name, then sniff)-> its reader
//!
//! formats -text----------------------> Document
//!         -html-> page of web/ ------> Document
//!         -jsonl-\
//!         -json---+-json_record-\
//!         -table-----------------+---> record, date -> Documents
//!         -parquet--------------/
//! web/    -archive (member by member, as it is stored)-> Documents
//! ```

mod address;
pub(crate) mod compress;
mod date;
#[doc(hidden)]
pub mod decode;
pub(crate) mod field_names;
pub(crate) mod fields;
mod file_encoding;
mod flat_object;
mod format;
pub(crate) mod formats;
#[doc(hidden)]
pub mod front_matter;
#[doc(hidden)]
pub mod git_index;
mod input;
mod input_file;
pub(crate) mod json_record;
pub(crate) mod limits;
mod missing_path;
pub(crate) mod non_numbers;
mod open_file;
mod page_kind;
mod path_pattern;
pub(crate) mod problem;
mod read;
pub(crate) mod read_file;
mod read_result;
pub(crate) mod record;
#[cfg(any(feature = "parquet", feature = "emit"))]
pub(crate) mod shared_file;
mod sniff;
mod temporary_copy;
mod title;
mod tracked;
mod unsupported;
mod utf8_stream;
mod walk;
mod walk_filter;
#[cfg(feature = "web")]
#[doc(hidden)]
pub mod web;
mod without_text;

pub use address::host_of;
pub use compress::Compression;
pub use date::normalise as normalise_date;
pub use decode::known_encoding;
pub use field_names::{check_field_names, field_names};
pub use file_encoding::check_encoding;
pub use format::{Format, FormatRow, LOOKED_FOR, WALKED, by_name};
#[doc(hidden)]
pub use formats::json;
#[cfg(feature = "parquet")]
#[doc(hidden)]
pub use formats::parquet;
#[cfg(feature = "csv")]
#[doc(hidden)]
pub use formats::table;
pub use input::{Input, InputOptions, OnError, TableOptions, TableQuote};
pub use limits::{LARGEST_DOCUMENT, MAX_DOCUMENT};
pub use page_kind::PageKind;
pub use problem::{Problem, Reason, ReasonKind};
pub use read::{read, read_batches, read_each};
pub use read_result::{MissingField, ReadFile, ReadResult};
pub use title::normalise as normalise_title;
pub use walk::is_pattern;
pub use walk_filter::check_pattern;
