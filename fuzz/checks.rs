//! What must hold for any bytes from outside: one function a fuzz target. Each panics where it does
//! not.

use nearcopy::emit::{Change, Output};
use nearcopy::index::IndexOptions;
use nearcopy::ingest::decode::decode as decoded;
use nearcopy::ingest::web::archive;
use nearcopy::ingest::{Format, Input, InputOptions, ReadResult, json, parquet, read, table};
use nearcopy::settings::AlignmentMethod;
use nearcopy::text::Tokens;
use nearcopy::{Background, Comparison, Document, Index, Recipe, Relation, Span, Thresholds};
use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};

/// Tokens come in order, apart from each other, on character borders, and none is empty.
pub fn tokenize(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tokens = nearcopy::text::tokenize(&text);
    assert_eq!(tokens.hashes.len(), tokens.spans.len());
    let mut last = 0;
    for &span in &tokens.spans {
        assert!(span.start >= last, "{span:?} begins before {last}");
        assert!(!slice(&text, span).is_empty(), "an empty token at {}", span.start);
        last = span.end;
    }
    assert_eq!(tokens, nearcopy::text::tokenize(&text), "the same text gives other tokens");
}

/// Lines become documents or counted problems, in order; messages can be shown as they are.
pub fn jsonl(data: &[u8]) {
    for format in [Some(Format::Jsonl), Some(Format::Json), None] {
        orderly(&json::records(data, &InputOptions::default().with(|s| s.format = format)));
    }
}

/// So do rows of tables, whatever the bytes: as CSV, as TSV and as Parquet.
pub fn tables(data: &[u8]) {
    for format in [Format::Csv, Format::Tsv] {
        orderly(&table::rows(data, &InputOptions::default().with(|s| s.format = Some(format))));
    }
    orderly(&parquet::records(data, &InputOptions::default()));
}

fn orderly(intake: &ReadResult) {
    let skipped: u64 = intake.skipped.values().sum();
    assert!(intake.problems.len() as u64 <= skipped, "a problem that is not counted");
    for problem in &intake.problems {
        assert!(
            !problem.message.chars().any(char::is_control),
            "control characters in {:?}",
            problem.message
        );
    }
    let records: Vec<u64> = intake.documents.iter().filter_map(|d| d.info.record).collect();
    assert!(records.is_sorted_by(|a, b| a < b), "records out of order: {records:?}");
}

/// So do items of feeds; front matter and the paths of an index of git are found in any bytes.
pub fn heads(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut count = 0;
    let _ = nearcopy::ingest::web::feed::items(&text, |_| count += 1);
    assert!(count <= data.len(), "more items than bytes");
    let _ = nearcopy::ingest::git_index::paths(data);
    if let Some(end) = nearcopy::ingest::front_matter::text_start(&text) {
        assert!(text.is_char_boundary(end), "the text begins inside a character");
    }
}

/// So do records of archives, whatever the bytes: as they are, and as the pages in a good one.
pub fn web(data: &[u8]) {
    orderly(&archive::records(data, &InputOptions::default()));
    let mut good = Vec::new();
    for (kind, head) in [
        ("text/html", ""),
        ("text/html", "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        ("text/plain", ""),
    ] {
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{head}\r\n");
        let warc = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a/\r\n\
            Content-Type: application/http\r\n";
        good.extend(
            format!("{warc}Content-Length: {}\r\n\r\n{http}", http.len() + data.len()).into_bytes(),
        );
        good.extend([data, b"\r\n\r\n"].concat());
    }
    let intake = archive::records(&good, &InputOptions::default());
    orderly(&intake);
    for document in &intake.documents {
        assert!(!document.text.trim().is_empty(), "a page without text");
    }
}

/// So do records of archives in ARC, whatever the bytes: as they are, and as the pages in a good
/// one.
pub fn arc(data: &[u8]) {
    let options = InputOptions::default().with(|o| o.format = Some(Format::Arc));
    orderly(&archive::records(data, &options));
    let mut good =
        b"filedesc://old.arc 0.0.0.0 20260503100000 text/plain 11\n1 0 Crawler\n".to_vec();
    for more in ["", " 200 abc - 9 old.arc"] {
        let http = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
        let length = http.len() + data.len();
        let line = format!("http://a/ 10.0.0.1 20260503100000 text/html{more} {length}\n{http}");
        good.extend([line.as_bytes(), data, b"\n"].concat());
    }
    let intake = archive::records(&good, &options);
    orderly(&intake);
    for document in &intake.documents {
        assert!(!document.text.trim().is_empty(), "a page without text");
    }
}

/// Every sequence of bytes is some text; valid UTF-8 is itself; a text that was decoded once stays
/// as it is.
pub fn decode(data: &[u8]) {
    let first = decoded(data.to_vec(), None);
    let marked = |bytes: &[u8]| {
        [&b"\xEF\xBB\xBF"[..], b"\xFE\xFF", b"\xFF\xFE"].iter().any(|m| bytes.starts_with(m))
    };
    if let Ok(text) = std::str::from_utf8(data)
        && !marked(data)
    {
        assert_eq!(first.text, text);
        assert!(first.same && !first.replaced);
    }
    if first.same {
        assert_eq!(first.text.as_bytes(), data);
    }
    if !marked(first.text.as_bytes()) {
        assert_eq!(decoded(first.text.clone().into_bytes(), None).text, first.text);
    }
}

/// Two texts, parted by a line `====`, compared with the usual settings and with ones that match
/// short passages.
pub fn compare(data: &[u8]) {
    let data = String::from_utf8_lossy(data);
    let (a, b) = data.split_once("\n====\n").unwrap_or((&data, &data));
    let close = Thresholds::default().with(|s| {
        s.min_match = 3;
        s.min_paragraph = 2;
    });
    let dense = Recipe::default().with(|s| {
        s.shingle = 2;
        s.anchor = 2;
        s.anchor_rate = 1;
    });
    let as_words = close.clone().with(|s| {
        s.alignment = AlignmentMethod::Words;
        s.min_evidence = 4;
    });
    let as_forms = close.clone().with(|s| s.alignment = AlignmentMethod::Forms);
    let bounds = [(&dense, close), (&dense, as_words), (&dense, as_forms)];
    for (recipe, thresholds) in
        [(&Recipe::default(), Thresholds::default())].into_iter().chain(bounds)
    {
        let there = nearcopy::compare(a, b, &Background::default(), recipe, &thresholds);
        let back = nearcopy::compare(b, a, &Background::default(), recipe, &thresholds);
        holds(a, b, &there);
        holds(b, a, &back);
        assert_eq!(there.resemblance, back.resemblance);
        assert_eq!(
            (there.containment_a, there.containment_b),
            (back.containment_b, back.containment_a)
        );
        let (x, y) = (nearcopy::text::tokenize(a), nearcopy::text::tokenize(b));
        // A text without a token is the same text as no other.
        let same = x.hashes == y.hashes && !x.hashes.is_empty();
        assert_eq!(there.relation == Some(Relation::Equal), same);
    }
}

fn holds(a: &str, b: &str, c: &Comparison) {
    for share in [c.resemblance, c.containment_a, c.containment_b, c.coverage_a, c.coverage_b] {
        assert!((0.0..=1.0).contains(&share), "{share} is no share");
    }
    assert!(c.facts.agree <= c.facts.compared);
    let (x, y) = (nearcopy::text::tokenize(a), nearcopy::text::tokenize(b));
    for m in &c.matches {
        assert!((0.0..=1.0).contains(&m.identity));
        assert_eq!(inside(a, &x, m.a).len() as u32, m.tokens_a);
        assert_eq!(inside(b, &y, m.b).len() as u32, m.tokens_b);
        for block in &m.blocks {
            assert!(
                m.a.start <= block.a.start && block.a.end <= m.a.end,
                "{block:?} outside {m:?}"
            );
            assert!(
                m.b.start <= block.b.start && block.b.end <= m.b.end,
                "{block:?} outside {m:?}"
            );
            assert_eq!(inside(a, &x, block.a), inside(b, &y, block.b), "an unequal block");
        }
    }
}

/// The passage; panics off a character border.
fn slice(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_else(|| panic!("{span:?} is not on character borders"))
}

/// The hashes of the tokens of a span, which must begin and end with one.
fn inside<'t>(text: &str, tokens: &'t Tokens, span: Span) -> &'t [u64] {
    slice(text, span);
    let first =
        tokens.spans.binary_search_by_key(&span.start, |s| s.start).expect("begins with a token");
    let last = tokens.spans.binary_search_by_key(&span.end, |s| s.end).expect("ends with a token");
    &tokens.hashes[first..=last]
}

/// What is written to memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file of the format that the first byte names, cleaned of equal texts: what is kept is read
/// again as it was, a second cleaning removes nothing, and one that removes nothing changes no
/// byte. The highest bit sets a short limit on documents.
pub fn dedupe(data: &[u8]) {
    let Some((&first, bytes)) = data.split_first() else { return };
    let formats: Vec<Format> = Format::all().collect();
    let format = formats[usize::from(first & 0x7f) % formats.len()];
    let options = InputOptions::default().with(|s| {
        s.format = Some(format);
        s.max_document = (first & 0x80 != 0).then_some(40);
    });
    let dir = tempfile::tempdir().expect("a place for a file");
    let Some((intake, same)) = cleaned(dir.path(), bytes, &options, false) else { return };
    if format != Format::Parquet {
        assert!(same == bytes, "a file that is kept is another one");
    }
    let Some((_, once)) = cleaned(dir.path(), bytes, &options, true) else { return };
    if !intake.skipped.is_empty() {
        // Where a record cannot be read, what is read behind it follows from what is before it.
        return;
    }
    let (again, twice) =
        cleaned(dir.path(), &once, &options, true).expect("a cleaned file is cleaned again");
    let mut seen = HashSet::new();
    let texts = intake.documents.iter().map(|d| d.text.as_str());
    let kept: Vec<&str> = texts.filter(|text| seen.insert(*text)).collect();
    let left: Vec<&str> = again.documents.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(left, kept, "what is kept is not what is read again");
    if format != Format::Parquet {
        assert!(twice == once, "a second cleaning changes something");
    }
}

/// Reads a file and writes it again, less all but the first of equal texts if asked for; `None`
/// where it cannot be written.
fn cleaned(
    dir: &Path,
    bytes: &[u8],
    options: &InputOptions,
    remove: bool,
) -> Option<(ReadResult, Vec<u8>)> {
    let path = dir.join("file");
    fs::write(&path, bytes).expect("a place for a file");
    let intake = read(&[Input::Path(path)], options, &|_| true);
    orderly(&intake);
    let mut seen = HashSet::new();
    let copies: HashSet<Option<u64>> = intake
        .documents
        .iter()
        .filter(|d| !seen.insert(d.text.as_str()))
        .map(|d| d.info.record)
        .collect();
    let change = |record| match remove && copies.contains(&record) {
        true => Change::Drop,
        false => Change::Keep,
    };
    let (memory, file) = (Memory::default(), intake.sources.first()?);
    let mut output =
        Output::new(Box::new(memory.clone()), file.format, file.compression, None).silent();
    let counts = output.append(file, options, &change, &mut |_| Ok(())).ok()?;
    output.finish().ok()?;
    assert_eq!(counts.records, counts.kept + counts.dropped, "{counts:?}");
    let bytes = memory.0.lock().unwrap().clone();
    Some((intake, bytes))
}

/// The texts of the index that is damaged.
const STORIES: [&str; 3] = [
    "The harbour bridge will close for repairs on Monday, the port authority said, and reopen in \
     the spring of next year. Engineers found cracks in two of its pillars during the survey.",
    "The council voted to spend four million on new steel for the bridge, and half a million on a \
     ferry that carries passengers across the harbour while the repairs go on.",
    "Fishermen asked for a lower toll on the ferry, since their vans have to go around the bay, \
     which takes an hour and a half on days without fog.",
];

/// The file of an index with these texts, and the bytes in it that are values of rows. The pages
/// around them are LMDB's, which trusts its own file.
fn sound() -> &'static (Vec<u8>, Vec<Range<usize>>) {
    static SOUND: OnceLock<(Vec<u8>, Vec<Range<usize>>)> = OnceLock::new();
    SOUND.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a place for an index");
        let index = Index::create(dir.path().join("index"), &Recipe::default()).expect("an index");
        let documents =
            STORIES.iter().enumerate().map(|(n, text)| Document::new(n.to_string(), *text));
        index.add_all(documents).expect("documents are added");
        drop(index);
        let bytes = fs::read(dir.path().join("index").join("data.mdb")).expect("its file");
        let values = values(&bytes);
        (bytes, values)
    })
}

/// The places of the values in the pages of an LMDB file.
fn values(file: &[u8]) -> Vec<Range<usize>> {
    const PAGE: usize = 4096;
    let short = |at: usize| usize::from(u16::from_le_bytes([file[at], file[at + 1]]));
    let mut values = Vec::new();
    // The first two pages are the file's own.
    let mut page = 2 * PAGE;
    while page + PAGE <= file.len() {
        let (flags, lower) = (short(page + 10), short(page + 12));
        if flags & 0x04 != 0 {
            let pages = lower + (short(page + 14) << 16);
            let end = (page + pages.max(1) * PAGE).min(file.len());
            values.push(page + 16..end);
            page = end;
            continue;
        }
        if flags & 0x02 != 0 && flags & 0x20 == 0 {
            for pointer in (page + 16..page + lower.clamp(16, PAGE)).step_by(2) {
                let node = page + short(pointer);
                let (size, kind, key) =
                    (short(node) + (short(node + 2) << 16), short(node + 4), short(node + 6));
                // Not the number of another page.
                if kind & 0x03 == 0 {
                    values.push(node + 8 + key..node + 8 + key + size);
                }
            }
        }
        page += PAGE;
    }
    values
}

/// An index in whose rows bytes are changed: three bytes of input say where, the fourth how. To
/// open it, ask it and verify it is an error or gives the right answer; a wrong answer is one that
/// `verify` speaks of.
pub fn index(data: &[u8]) {
    let (bytes, values) = sound();
    let mut bytes = bytes.clone();
    let all: usize = values.iter().map(Range::len).sum();
    for change in data.chunks_exact(4) {
        let mut at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize % all.max(1);
        for value in values {
            if at < value.len() {
                bytes[value.start + at] ^= change[3];
                break;
            }
            at -= value.len();
        }
    }
    let dir = tempfile::tempdir().expect("a place for an index");
    let path = dir.path().join("index");
    fs::create_dir(&path).expect("a place for an index");
    fs::write(path.join("data.mdb"), &bytes).expect("a place for an index");
    let Ok(index) = IndexOptions::default().open(&path) else { return };
    let mut wrong = false;
    for (n, text) in STORIES.iter().enumerate() {
        let document = Document::new("new", *text);
        match index.seen(&document, &Thresholds::default()) {
            Ok(found) => {
                let right = found.len() == 1
                    && found[0].relation == Relation::Equal
                    && found[0].info.id == n.to_string();
                wrong |= !right;
            }
            Err(_) => return,
        }
    }
    if let Ok(verification) = index.verify() {
        let spoken = verification.wrong > 0 || !verification.problems.is_empty();
        assert!(spoken || !wrong, "a wrong answer, and nothing is said of it");
    }
}
