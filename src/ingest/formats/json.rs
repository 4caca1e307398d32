//! Owns: where records begin and end in JSON that is not JSON Lines: one object, an array, or
//! concatenated objects. Never: reads the fields of a record.

use crate::ingest::fields::Fields;
use crate::ingest::format::Format;
use crate::ingest::formats::jsonl;
use crate::ingest::formats::record_bytes::{Borders, read as read_records};
use crate::ingest::input::InputOptions;
use crate::ingest::open_file::{OpenFile, PartialRead};
use crate::ingest::problem::Reason;
use crate::ingest::read_result::ReadResult;
use crate::ingest::record::{Batch, Context};
use encoding_rs::{Encoding, UTF_8};
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Records that one thread parses at a time.
const PIECE: usize = 64;

/// Collects the elements of an array; the elements before an error are kept.
struct Elements<'o, 'de>(&'o mut Vec<&'de RawValue>);

impl<'de> Visitor<'de> for Elements<'_, 'de> {
    type Value = ();
    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element()? {
            self.0.push(element);
        }
        Ok(())
    }
}

/// The records of a text, not yet parsed.
pub(crate) struct Split<'t> {
    /// Whether the records are elements of an array.
    pub(crate) array: bool,
    /// The records with their numbers.
    pub(crate) records: Vec<(u64, &'t RawValue)>,
    /// Records that cannot be parsed, by number, with the reason.
    errors: Vec<(u64, serde_json::Error)>,
}

impl Split<'_> {
    /// Whether the file is a single record, which then has no number.
    pub(crate) fn single(&self) -> bool {
        !self.array && self.records.len() == 1 && self.errors.is_empty()
    }
}

/// Splits a whole file without byte-order mark into records.
pub(crate) fn split(text: &str) -> Split<'_> {
    let mut records = Vec::new();
    let mut errors = Vec::new();
    let array = text.trim_ascii_start().starts_with('[');
    if array {
        let mut d = serde_json::Deserializer::from_str(text);
        let mut elements = Vec::new();
        let done = d.deserialize_seq(Elements(&mut elements)).and_then(|()| d.end());
        errors.extend(done.err().map(|e| (elements.len() as u64 + 1, e)));
        records.extend((1..).zip(elements));
    } else {
        objects(text, &mut records, &mut errors);
    }
    Split { array, records, errors }
}

/// Reads the records of a file.
pub(super) fn read(open: OpenFile) -> PartialRead {
    read_records(open, Borders::Whole, |bytes, context| (whole(bytes.head, context), None))
}

/// Parses all records of a whole file without byte-order mark.
fn whole(bytes: Vec<u8>, context: &Context) -> Batch {
    let (text, damaged) = match context.encoding {
        Some(encoding) => {
            let (text, damaged) = encoding.decode_without_bom_handling(&bytes);
            (text.into_owned(), damaged)
        }
        None => match String::from_utf8(bytes) {
            Ok(text) => (text, false),
            Err(e) => (String::from_utf8_lossy(e.as_bytes()).into_owned(), true),
        },
    };
    let context = &Context { encoding: None, path: context.path.clone(), ..*context };
    let found = split(&text);
    let single = found.single();
    let pieces: Vec<&[(u64, &RawValue)]> = found.records.chunks(PIECE).collect();
    let mut batch = context.each(&pieces, |piece, batch| {
        for (number, record) in *piece {
            let number = Some(*number).filter(|_| !single);
            context.record(record.get().as_bytes(), number, damaged, false, batch);
        }
    });
    batch.intake.names_no_text = !found.errors.is_empty() && !context.fields.names_a_text(&text);
    for (number, why) in found.errors {
        // What follows an error in an array is lost.
        let (reason, lost) = match (why.is_eof(), found.array) {
            (true, _) => (Reason::CutShort, "; the file ends inside this record: fetch it again"),
            (false, true) => (Reason::BrokenArray, "; what follows it was not read: mend the file"),
            (false, false) => (Reason::BadJson, "; it was skipped: mend the file"),
        };
        let message = || format!("not valid JSON ({why}){lost}");
        batch.intake.skip(reason, &context.path, Some(number), message);
    }
    batch
}

/// Splits concatenated values into numbered records. After an error, reading resumes at the next
/// line that begins with `{`.
fn objects<'t>(
    text: &'t str,
    records: &mut Vec<(u64, &'t RawValue)>,
    errors: &mut Vec<(u64, serde_json::Error)>,
) {
    let (mut from, mut number) = (0, 0);
    loop {
        let mut values = serde_json::Deserializer::from_str(&text[from..]).into_iter::<&RawValue>();
        let mut failed = None;
        for value in values.by_ref() {
            number += 1;
            match value {
                Ok(value) => records.push((number, value)),
                Err(e) => failed = Some(e),
            }
        }
        let Some(error) = failed else { break };
        errors.push((number, error));
        // The failed iterator is positioned at the error, so no byte is scanned twice.
        let at = (from + values.byte_offset()).saturating_sub(1).max(from);
        let Some(next) = memchr::memmem::find(&text.as_bytes()[at..], b"\n{") else { break };
        from = at + next + 1;
    }
}

/// Reads records from bytes alone, under the path `-`. For tests and fuzzing; `read` does the same
/// with files.
#[doc(hidden)]
pub fn records(bytes: &[u8], options: &InputOptions) -> ReadResult {
    let fields = Fields::new(options);
    let encoding =
        options.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = encoding.filter(|e| e.is_ascii_compatible() && *e != UTF_8);
    let context = Context { encoding, ..Context::new(&fields, "-") };
    match options.format {
        Some(Format::Json) => whole(bytes.to_vec(), &context).finish(&context),
        _ => jsonl::lines(Vec::new(), &mut &bytes[..], &context).0.finish(&context),
    }
}
