//! Owns: the items of a feed to documents: the text of their content, and their ids. Never: parses
//! XML or HTML.

use crate::ingest::address::host_of;
use crate::ingest::date;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::page_kind::PageKind;
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::Context;
use crate::ingest::title;
use crate::ingest::web::feed::{Item, items};
use crate::ingest::web::page::{self, PageContext};
use crate::ingest::web::xml_text;
use crate::model::document::DocumentInfo;
use encoding_rs::UTF_8;
use std::sync::Arc;

/// Reads the items of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let OpenFile { run, file, plain, context, .. } = open;
    let most = context.limit.record(None);
    let (bytes, error) = plain.all(file.size, most + 1);
    if run.stopped() {
        return (ReadResult::default(), None);
    }
    (feed(bytes, most, error.is_some(), &context), error)
}

/// The documents of a feed of these bytes; `cut`: the bytes end early, which is counted elsewhere.
fn feed(bytes: Vec<u8>, most: u64, cut: bool, context: &Context) -> ReadResult {
    let mut intake = ReadResult::default();
    if bytes.len() as u64 > most {
        intake.record_too_long(&context.path, None, context.limit, most);
        return intake;
    }
    let (decoded, lie) = xml_text(bytes, context.encoding);
    let mut number = 0;
    let done = items(&decoded.text, |item| {
        number += 1;
        document(item, number, context, &mut intake);
    });
    (0..intake.documents.len()).for_each(|_| intake.decoded(decoded.encoding, false));
    intake.replaced += u64::from(decoded.replaced);
    if lie {
        intake.wrong_encoding(&context.path, None);
    }
    if let Err(why) = done
        && !cut
    {
        intake.skip(Reason::CutShort, &context.path, None, || {
            format!(
                "not whole or not valid XML ({why}); the {number} items before it were read: fetch \
                 it again"
            )
        });
    }
    intake
}

fn document(item: Item, number: u64, context: &Context, intake: &mut ReadResult) {
    let text = item.content.as_deref().map(plain).unwrap_or_default();
    if !context.limit.admits(text.len()) {
        return intake.too_long(&context.path, Some(number), context.limit);
    }
    let url = item.link.as_deref().filter(|link| host_of(link).is_some());
    let id =
        item.id.as_deref().or(url).map_or_else(|| format!("{}:{number}", context.path), Into::into);
    let source = url.or(item.id.as_deref()).and_then(host_of);
    let understood = item.date.as_deref().and_then(date::normalise);
    intake.bad_dates += u64::from(item.date.is_some() && understood.is_none());
    let title = item.title.as_deref().map(plain).and_then(|title| title::normalise(&title));
    let info = DocumentInfo {
        id,
        title: title.map(Arc::from),
        source: source.map(Arc::from),
        date: understood.map(Arc::from),
        path: Some(context.path.clone()),
        record: Some(number),
        ..DocumentInfo::default()
    };
    intake.documents.push(info.with_text(text));
}

/// The text of a value that may hold HTML.
fn plain(value: &str) -> String {
    let markup = value
        .split('<')
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!')));
    let entity = value.split('&').skip(1).any(|rest| {
        rest.split(';').next().is_some_and(|name| {
            name.len() < rest.len()
                && name.len() < 32
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'#')
        })
    });
    if !markup && !entity {
        return value.trim().to_owned();
    }
    let html = format!("<html><body><article>{value}</article></body></html>").into_bytes();
    let known = PageContext { given: Some(UTF_8), kind: PageKind::All, ..PageContext::default() };
    page::read(html, known).map(|page| page.text).unwrap_or_default()
}
