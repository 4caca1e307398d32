//! What must hold for any bytes from outside: one function a fuzz target. Each panics where it does
//! not.

use nearcopy::ingest::decode::decode as decoded;
use nearcopy::ingest::web::archive;
use nearcopy::ingest::{Format, InputOptions, ReadResult, json, parquet, table};
use nearcopy::settings::AlignmentMethod;
use nearcopy::text::Tokens;
use nearcopy::{Background, Comparison, Recipe, Relation, Span, Thresholds};

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
