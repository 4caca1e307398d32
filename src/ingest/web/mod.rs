//! Web pages and web archives to documents. Never: plain text, JSON or tables.
//!
//! ```text
//! bytes -charset-> text -tree-> elements -metadata-> title, date, address, site
//!                                        -page-----> the article, once boilerplate is gone
//! raw -members-> plain bytes -archive_records-> records -http-> pages -archive-> Documents
//! ```

mod arc_header;
#[doc(hidden)]
pub mod archive;
pub(super) mod archive_layout;
mod archive_record;
mod archive_records;
mod around;
mod article;
mod boilerplate;
mod carried;
mod charset;
mod concealed;
mod discussion;
pub mod feed;
mod http;
mod inline_or_block;
mod members;
mod metadata;
mod names;
mod node_map;
pub(super) mod page;
mod paragraphs;
mod product;
mod proportion;
mod record_header;
mod rewindable;
mod stories;
mod teasers;
mod text_amount;
mod thread;
mod tree;
mod warc_header;
mod xhtml;

/// Decodes XML by its declaration; also returns whether it is in another encoding than declared.
pub(super) fn xml_text(
    bytes: Vec<u8>,
    given: Option<&'static encoding_rs::Encoding>,
) -> (crate::ingest::decode::Decoded, bool) {
    charset::decode(bytes, given, None)
}
