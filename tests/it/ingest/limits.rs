//! Texts and records that are too long: they are skipped, counted and named, those after them are
//! read, and a cleaned corpus keeps them byte for byte.

use super::{folder, pack, read_with};
#[cfg(feature = "emit")]
use nearcopy::emit::{Change, Output};
use nearcopy::ingest::{Format, Input, InputOptions, MAX_DOCUMENT, ReadResult, Reason, read};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use std::io::Write;
use std::sync::{Arc, Mutex};

/// The limit of these tests, and a text that is longer than it and than any record with it.
const LIMIT: u64 = 100;

fn limited() -> InputOptions {
    InputOptions::default().with(|s| s.max_document = Some(LIMIT))
}

fn of(name: &str, bytes: &[u8]) -> ReadResult {
    read_with(&folder(&[(name, bytes)]).path().join(name), &limited())
}

/// The numbers of the records that were read, and of those that were skipped as too long.
fn numbers(intake: &ReadResult) -> (Vec<Option<u64>>, Vec<Option<u64>>) {
    let long = intake.problems.iter().filter(|p| p.reason == Reason::TooLong);
    (intake.documents.iter().map(|d| d.info.record).collect(), long.map(|p| p.record).collect())
}

/// A text over the limit in a record that can be held, and a record that cannot.
fn long() -> [String; 2] {
    ["w ".repeat(60), "w ".repeat(100_000)]
}

pub fn parquet(texts: &[&str], pages: usize) -> Vec<u8> {
    let schema =
        Arc::new(parse_message_type("message m { required binary text (UTF8); }").unwrap());
    let settings = WriterProperties::builder()
        .set_compression(parquet::basic::Compression::SNAPPY)
        .set_data_page_size_limit(pages)
        .build();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, Arc::new(settings)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<ByteArray> = texts.iter().map(|t| ByteArray::from(*t)).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

/// Files of every format of records, each with a text that is too long between two that are not.
fn files(long: &str) -> Vec<(&'static str, Vec<u8>)> {
    let json = format!("{{\"text\":\"one\"}},\n {{\"text\":\"{long}\"}},\n{{\"text\":\"two\"}}");
    let objects = json.replace("},", "}");
    let table = format!("id,text\n1,one\n2,\"{long}\"\n3,two\n");
    let utf16 = |text: &str| {
        format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    vec![
        ("x.jsonl", objects.clone().into_bytes()),
        ("x.json", format!("[{json}]\n").into_bytes()),
        ("objects.json", objects.clone().into_bytes()),
        ("x.csv", table.clone().into_bytes()),
        ("x.tsv", table.replace(',', "\t").into_bytes()),
        ("wide.jsonl", utf16(&objects)),
        ("wide.json", utf16(&format!("[{json}]"))),
        ("wide.csv", utf16(&table)),
        ("x.parquet", parquet(&["one", long, "two"], 1 << 20)),
    ]
}

#[test]
fn what_is_too_long_is_skipped_and_the_rest_is_read() {
    for long in long() {
        for (name, bytes) in files(&long) {
            for (end, bytes) in [("", bytes.clone()), (".gz", pack(".gz", &bytes))] {
                let intake = of(&format!("{name}{end}"), &bytes);
                let want = (vec![Some(1), Some(3)], vec![Some(2)]);
                assert_eq!(numbers(&intake), want, "{name}{end} {:?}", intake.problems);
                assert_eq!(intake.skipped.len(), 1, "{name}{end} {:?}", intake.problems);
                assert!(intake.problems[0].message.contains("--max-document"), "{name}");
            }
        }
    }
    let all = of("x.jsonl", &files("short")[0].1);
    assert_eq!((all.documents.len(), all.skipped.len()), (3, 0));
}

#[test]
fn a_text_that_is_too_long_is_skipped() {
    let exact = "w".repeat(LIMIT as usize);
    for (text, read) in [(exact.clone(), 1), (format!("{exact}w"), 0), (exact.repeat(9_000), 0)] {
        let wide: Vec<u8> =
            format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (name, bytes) in [
            ("x.txt", text.clone().into_bytes()),
            ("x.txt.gz", pack(".gz", text.as_bytes())),
            ("x.txt.zst", pack(".zst", text.as_bytes())),
            ("wide.txt", wide),
        ] {
            let intake = of(name, &bytes);
            assert_eq!(intake.documents.len(), read, "{name} {}", text.len());
            let long = intake.skipped.get(&Reason::TooLong).copied().unwrap_or(0);
            assert_eq!(long, 1 - read as u64, "{name} {}", text.len());
        }
    }
    let message = &of("x.txt", exact.repeat(2).as_bytes()).problems[0].message;
    assert_eq!(
        message,
        "a text of more than 100 bytes; it was skipped: split it, or raise --max-document"
    );
    // 60 characters of two bytes each.
    assert_eq!(of("x.txt", "é".repeat(60).as_bytes()).skipped[&Reason::TooLong], 1);
    assert_eq!(MAX_DOCUMENT, 256 << 20);
}

#[test]
fn a_page_that_is_too_long_is_skipped() {
    let text = "<p>Some words of a sentence that is too long for this limit.</p>".repeat(4);
    let intake = of("x.html", text.as_bytes());
    assert_eq!((intake.documents.len(), intake.skipped[&Reason::TooLong]), (0, 1));
    let record = |kind: &str, body: &str| {
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n{body}");
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n\
             Content-Length: {}\r\n\r\n{http}\r\n\r\n",
            http.len()
        )
    };
    for kind in ["text/html", "text/plain"] {
        let all = [record(kind, "One."), record(kind, &text), record(kind, "Two.")].concat();
        let intake = of("x.warc", all.as_bytes());
        let want = (vec![Some(1), Some(3)], vec![Some(2)]);
        assert_eq!(numbers(&intake), want, "{kind} {:?}", intake.problems);
    }
}

#[test]
fn a_single_object_that_is_too_long_is_skipped() {
    for long in long() {
        let intake = of("x.json", format!("{{\"text\": \"{long}\"}}").as_bytes());
        assert_eq!((intake.documents.len(), intake.skipped[&Reason::TooLong]), (0, 1));
    }
}

#[test]
fn a_row_that_never_ends_is_an_open_quote() {
    let table = format!("id,text\n1,one\n2,\"{}", "w \n".repeat(100_000));
    let intake = of("x.csv", table.as_bytes());
    assert_eq!((intake.documents.len(), intake.skipped[&Reason::OpenQuote]), (1, 1));
    assert!(intake.problems[0].message.contains("begins in line 3 "), "{:?}", intake.problems);
}

#[test]
fn a_header_has_so_many_columns() {
    let header = |columns: usize| {
        let names: String = (0..columns - 1).map(|n| format!("c{n},")).collect();
        format!("{names}text\n{}one\n", ",".repeat(columns - 1))
    };
    assert_eq!(of("x.csv", header(5_000).as_bytes()).documents.len(), 1);
    let options = InputOptions::default();
    let read = |bytes: String| {
        read_with(&folder(&[("x.csv", bytes.as_bytes())]).path().join("x.csv"), &options)
    };
    assert_eq!(read(header(16_384)).documents.len(), 1);
    let intake = read(header(16_385));
    assert_eq!((intake.skipped[&Reason::Unsupported], intake.failed_named), (1, 1));
    assert!(intake.problems[0].message.starts_with("a header with 16385 columns"));
    // A row with more fields is one with too many.
    let intake = read(format!("text\n{}\none\n", ",".repeat(100_000)));
    assert_eq!((intake.documents.len(), intake.skipped[&Reason::RaggedRow]), (1, 1));
    assert!(intake.problems[0].message.contains("has 100001 fields"));
}

#[test]
fn blank_lines_are_no_row() {
    let table = format!("{}text\n{}one\n", "\n".repeat(3 << 20), "\r\n".repeat(2 << 20));
    let intake = of("x.csv", table.as_bytes());
    assert_eq!((intake.documents.len(), intake.skipped.len()), (1, 0));
}

#[test]
fn escapes_take_more_room_than_their_text() {
    let text = "\\u00e9".repeat(50);
    let intake = of("x.jsonl", format!("{{\"text\":\"{text}\"}}\n").as_bytes());
    assert_eq!(intake.documents[0].text, "é".repeat(50));
}

#[test]
fn a_large_page_of_a_column_is_not_unpacked() {
    let texts = vec!["w".repeat(1 << 20); 70];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    // Without a dictionary all texts are in one page of 70 MiB, which packs to a few.
    let bytes = parquet(&texts, usize::MAX);
    let intake = of("x.parquet", &bytes);
    assert_eq!((intake.documents.len(), intake.skipped[&Reason::TooLong]), (0, 1));
    let message = &intake.problems[0].message;
    assert!(message.starts_with("row group 1 has a page of 69 MiB, "), "{message}");
    assert!(message.contains("at most 64 MiB are unpacked"), "{message}");
    let dir = folder(&[("x.parquet", &bytes)]);
    let all = read_with(&dir.path().join("x.parquet"), &InputOptions::default());
    assert_eq!(all.documents.len(), 70);
}

/// Writes a file again with everything kept but the records of these numbers.
#[cfg(feature = "emit")]
fn cleaned(name: &str, bytes: &[u8], drop: &[u64]) -> (Vec<u8>, u64) {
    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);
    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let dir = folder(&[(name, bytes)]);
    let intake = read(&[Input::Path(dir.path().join(name))], &limited(), &|_| true);
    let memory = Memory::default();
    let file = &intake.sources[0];
    let mut output = Output::new(Box::new(memory.clone()), file.format, None, None);
    let change = |record: Option<u64>| match record {
        Some(number) if drop.contains(&number) => Change::Drop,
        _ => Change::Keep,
    };
    let counts = output.append(file, &limited(), &change, &mut |_| Ok(())).unwrap();
    output.finish().unwrap();
    let bytes = memory.0.lock().unwrap().clone();
    (bytes, counts.records)
}

#[test]
#[cfg(feature = "emit")]
fn a_cleaned_corpus_keeps_what_is_too_long() {
    for long in long() {
        for (name, bytes) in files(&long) {
            let (same, records) = cleaned(name, &bytes, &[]);
            assert_eq!(records, 3, "{name}");
            if name != "x.parquet" {
                assert!(same == bytes, "{name}");
            }
            // The record before and the one behind go, the long one stays as it is.
            let (rest, _) = cleaned(name, &bytes, &[1, 3]);
            let left = of(name, &rest);
            assert_eq!(left.documents.len(), 0, "{name}");
            assert_eq!(left.skipped[&Reason::TooLong], 1, "{name} {:?}", left.problems);
            assert!(rest.len() > long.len() || name == "x.parquet", "{name}");
        }
        let (same, _) = cleaned("x.txt", long.as_bytes(), &[]);
        assert!(same == long.as_bytes());
    }
    assert_eq!(Format::Json.name(), "json");
}
