//! Pages of the web to documents, and archives of them. Never: plain text, JSON or tables.
//!
//! ```text
//! bytes -charset-> text -tree-> elements -metadata-> title, date, address, site
//!                                        -page-----> the article, once boilerplate is gone
//! raw -members-> plain bytes -warc-> records -http-> pages -archive-> Documents
//! ```

#[doc(hidden)]
pub mod archive;
mod block;
mod boilerplate;
mod charset;
mod http;
mod members;
mod metadata;
pub(super) mod page;
mod raw;
mod teasers;
mod threads;
mod tree;
mod warc;
mod warc_header;
mod weight;
