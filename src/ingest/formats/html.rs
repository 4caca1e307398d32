//! Owns: the reading of a file that is one web page as one document. Never: decides which part of
//! the page is the article.

use crate::ingest::field_names::ID;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::Context;
use crate::ingest::web::page::{self, PAGE, PageContext};
use crate::model::document::DocumentInfo;
use encoding_rs::Encoding;
use std::sync::Arc;

/// Reads a file as one page.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let OpenFile { run, file, plain, context, .. } = open;
    let (bytes, error) = plain.all(file.size, PAGE + 1);
    if run.stopped() {
        return (ReadResult::default(), None);
    }
    let mut intake = page(bytes, &file.display_path, context.encoding, &context);
    intake.present[ID] = context.fields.id_is("url");
    if file.named && intake.skipped.remove(&Reason::NotAPage).is_some() {
        // Met in a directory it is passed over; named, it was meant to be read.
        intake.skipped.insert(Reason::Unsupported, 1);
        intake.problems.iter_mut().for_each(|p| p.reason = Reason::Unsupported);
    }
    (intake, error)
}

/// Reads the article of a page. Its id is the path of the file, or the page's own URL where the
/// caller named `url` as the id field.
pub(crate) fn page(
    bytes: Vec<u8>,
    display_path: &str,
    given: Option<&'static Encoding>,
    context: &Context,
) -> ReadResult {
    let mut intake = ReadResult::default();
    match page::read(bytes, PageContext { given, kind: context.page, ..PageContext::default() }) {
        Err((reason, why)) => intake.skip(reason, display_path, None, || why),
        Ok(page) if !context.limit.admits(page.text.len()) => {
            intake.too_long(display_path, None, context.limit);
        }
        Ok(page) => {
            page.count(display_path, None, &mut intake);
            let wanted = context.fields.id_is("url");
            let id = page
                .about
                .url
                .clone()
                .filter(|_| wanted)
                .unwrap_or_else(|| display_path.to_owned());
            let source = page.source().map(Arc::from);
            let (title, read) = (page.title().map(Arc::from), Some(page.extent()));
            let date = page.about.date.map(Arc::from);
            let path = Some(Arc::from(display_path));
            let info =
                DocumentInfo { id, title, source, date, path, read, ..DocumentInfo::default() };
            intake.documents.push(info.with_text(page.text));
        }
    }
    intake
}
