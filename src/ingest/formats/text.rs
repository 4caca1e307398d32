//! Owns: the reading of a plain text file as one document. Never: reads a file of several
//! documents.

use crate::ingest::decode;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::model::document::Document;
use std::sync::Arc;

/// Reads the one document of a file; a binary file is skipped.
pub(super) fn read(open: OpenFile) -> PartialRead {
    let OpenFile { run, file, plain, .. } = open;
    let mut intake = ReadResult::default();
    if decode::binary(&plain.head, run.encoding) {
        if file.named {
            intake.skip(Reason::Unsupported, &file.display_path, None, || {
                "not text (a NUL in its first 8 KiB): convert it to text, or say --encoding if it \
                 is UTF-16"
                    .into()
            });
        } else {
            intake.skip(Reason::Binary, &file.display_path, None, || {
                "not text (a NUL in its first 8 KiB), although its name is that of a text".into()
            });
        }
        return (intake, None);
    }
    let packed = plain.kind.is_some();
    let most = run.limit.file(decode::is_utf16(&plain.head, run.encoding));
    // One byte more shows that there is too much; the rest of the file is not read.
    let (bytes, error) = plain.all(file.size, most + 1);
    if run.stopped() {
        return (intake, None);
    }
    let fits = bytes.len() as u64 <= most;
    let decoded = if fits { Some(decode::decode(bytes, run.encoding)) } else { None };
    match decoded.filter(|d| run.limit.admits(d.text.len())) {
        None => intake.too_long(&file.display_path, None, run.limit),
        Some(decoded) => {
            intake.decoded(decoded.encoding, decoded.replaced);
            let mut document = Document::new(file.display_path.clone(), decoded.text);
            document.text.shrink_to_fit();
            document.info.path = Some(Arc::from(file.display_path.as_str()));
            document.info.whole_file = decoded.same && !packed && error.is_none();
            intake.documents.push(document);
        }
    }
    (intake, error)
}
