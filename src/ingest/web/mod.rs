//! Pages of the web to documents. Never: plain text, JSON or tables.
//!
//! ```text
//! bytes -charset-> text -tree-> elements -about-> title, date, address, site
//!                                        -page--> the article
//! raw -members-> plain bytes -warc-> records -http-> pages -archive-> Documents
//! ```

mod about;
#[doc(hidden)]
pub mod archive;
mod block;
mod charset;
mod furniture;
mod header;
mod http;
mod members;
pub(crate) mod page;
mod raw;
mod teasers;
mod threads;
mod tree;
mod warc;
mod weight;

use crate::ingest::Intake;
use crate::ingest::record::Fields;
use crate::model::document::DocumentInfo;
use encoding_rs::{Encoding, UTF_8};
use page::{Known, Page};
use std::sync::Arc;

/// A file that is one page. Its id is its path, or the page's own address where `url` was named as the field of the id.
pub(crate) fn file(bytes: Vec<u8>, shown: &str, given: Option<&'static Encoding>, fields: &Fields) -> Intake {
    let mut intake = Intake::default();
    match page::read(bytes, Known { given, header: None }) {
        Err((reason, why)) => intake.skip(reason, shown, None, || why),
        Ok(page) => {
            count(&page, shown, None, &mut intake);
            let wanted = fields.id_is("url");
            let id = page.about.url.clone().filter(|_| wanted).unwrap_or_else(|| shown.to_owned());
            let source = page.source().map(Arc::from);
            let date = page.about.date.map(Arc::from);
            let path = Some(Arc::from(shown));
            let info = DocumentInfo { id, source, date, path, ..DocumentInfo::default() };
            intake.documents.push(info.with_text(page.text));
        }
    }
    intake
}

/// Counts what is to be known of a page besides its text.
fn count(page: &Page, shown: &str, record: Option<u64>, intake: &mut Intake) {
    if page.encoding != UTF_8.name() {
        *intake.encodings.entry(page.encoding.into()).or_default() += 1;
    }
    if page.lie {
        intake.wrong_encoding(shown, record);
    }
    intake.replaced += u64::from(page.replaced);
    intake.bad_dates += u64::from(page.about.bad_date);
}
