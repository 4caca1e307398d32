//! Files, directories and damaged input, read through the public door.

mod broken;
mod dialects;
#[cfg(feature = "web")]
mod feeds;
mod front_matter;
mod limits;
mod named_fields;
mod titles;
mod walked;

use nearcopy::ingest::{
    Format, Input, InputOptions, OnError, ReadResult, Reason, TableQuote, json, read, read_each,
};
use nearcopy::{Document, DocumentInfo};
use proptest::prelude::*;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

const MANY: &str = "{\"id\":\"a\",\"text\":\"one\"}\n{\"id\":\"b\",\"text\":\"two\"}\n";
const ARRAY: &str = "[{\"id\":\"a\",\"text\":\"one\"},\n {\"id\":\"b\",\"text\":\"two\"}]";

pub fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, bytes) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir
}

/// Reads, also part by part, which must give the same.
pub fn read_with(path: &Path, options: &InputOptions) -> ReadResult {
    let inputs = [Input::Path(path.into())];
    let all = read(&inputs, options, &|_| true);
    let handed = Mutex::new(Vec::new());
    let rest = read_each(&inputs, options, &|_| true, &|some| handed.lock().unwrap().extend(some));
    assert_eq!((handed.into_inner().unwrap(), rest.documents.len()), (all.documents.clone(), 0));
    assert_eq!((&rest.skipped, &rest.problems), (&all.skipped, &all.problems));
    assert_eq!(
        (&rest.fields, &rest.encodings, rest.bytes),
        (&all.fields, &all.encodings, all.bytes)
    );
    all
}

fn read_one(path: &Path) -> ReadResult {
    read_with(path, &InputOptions::default())
}

/// Reads bytes under a name, named explicitly.
fn of(name: &str, bytes: &[u8]) -> ReadResult {
    read_one(&folder(&[(name, bytes)]).path().join(name))
}

pub fn pack(end: &str, bytes: &[u8]) -> Vec<u8> {
    match end {
        ".gz" => {
            let mut w = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            w.write_all(bytes).unwrap();
            w.finish().unwrap()
        }
        ".zst" => zstd::stream::encode_all(bytes, 1).unwrap(),
        ".bz2" => {
            let mut w = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            w.write_all(bytes).unwrap();
            w.finish().unwrap()
        }
        ".xz" => {
            let mut w = liblzma::write::XzEncoder::new(Vec::new(), 1);
            w.write_all(bytes).unwrap();
            w.finish().unwrap()
        }
        ".lz4" => {
            let mut w = lz4_flex::frame::FrameEncoder::new(Vec::new());
            w.write_all(bytes).unwrap();
            w.finish().unwrap()
        }
        _ => bytes.to_vec(),
    }
}

fn pairs(intake: &ReadResult) -> Vec<(&str, &str)> {
    intake.documents.iter().map(|d| (d.info.id.as_str(), d.text.as_str())).collect()
}

/// The names of the files behind the documents.
fn names(intake: &ReadResult) -> Vec<&str> {
    intake.documents.iter().map(|d| d.info.id.rsplit('/').next().unwrap()).collect()
}

pub fn skipped(intake: &ReadResult) -> Vec<(&'static str, u64)> {
    intake.skipped.iter().map(|(reason, count)| (reason.name(), *count)).collect()
}

#[test]
fn every_format_in_every_compression() {
    for end in ["", ".gz", ".zst", ".bz2", ".xz", ".lz4"] {
        for (name, content) in [
            ("x.jsonl", MANY),
            ("x.ndjson", MANY),
            ("x.json", MANY),
            ("x.json", ARRAY),
            ("x.jsonl", ARRAY),
        ] {
            let intake = of(&format!("{name}{end}"), &pack(end, content.as_bytes()));
            assert_eq!(pairs(&intake), [("a", "one"), ("b", "two")], "{name}{end}");
            assert!(intake.problems.is_empty() && intake.files == 1 && intake.bytes > 0);
        }
        for name in ["x.txt", "x.md", "x.markdown", "x.text", "x.unknown", "x"] {
            let intake = of(&format!("{name}{end}"), &pack(end, "Grüße\n".as_bytes()));
            assert_eq!(intake.documents[0].text, "Grüße\n", "{name}{end}");
            assert_eq!(intake.documents[0].info.whole_file, end.is_empty());
            assert_eq!(names(&intake), [format!("{name}{end}")]);
        }
        // The name is wrong, the first bytes are right.
        assert_eq!(of("x.txt", &pack(end, b"plain")).documents[0].text, "plain");
        assert_eq!(of("data", &pack(end, MANY.as_bytes())).documents.len(), 2);
    }
}

#[test]
fn several_parts_are_one_file() {
    for end in [".gz", ".zst", ".bz2"] {
        let (one, two) = MANY.split_at(30);
        let both = [pack(end, one.as_bytes()), pack(end, two.as_bytes())].concat();
        assert_eq!(of(&format!("x.jsonl{end}"), &both).documents.len(), 2);
    }
}

#[test]
fn ids_are_fields_then_paths_then_places() {
    let intake = of(
        "x.jsonl",
        b"{\"text\":\"a\"}\n\n{\"text\":\"b\",\"url\":\"u\"}\n\
          {\"text\":\"c\",\"id\":12.50}\n{\"text\":\"d\",\"id\":null}",
    );
    let ids: Vec<&str> =
        intake.documents.iter().map(|d| d.info.id.rsplit('/').next().unwrap()).collect();
    assert_eq!(ids, ["x.jsonl:1", "u", "12.50", "x.jsonl:5"]);
    assert_eq!(
        intake.documents.iter().map(|d| d.info.record).collect::<Vec<_>>(),
        [Some(1), Some(3), Some(4), Some(5)]
    );
    assert_eq!(intake.fields[&("id", "url".to_owned())], 1);
    let intake = of("x.json", b"[{\"text\":\"a\"}, 5, {\"text\":\"b\"}]");
    assert_eq!(names(&intake), ["x.json:1", "x.json:3"]);
    let intake = of("x.json", b"{\n \"text\": \"a\"\n}\n");
    assert_eq!((names(&intake), intake.documents[0].info.record), (vec!["x.json"], None));
    assert!(intake.documents[0].info.path.as_deref().unwrap().ends_with("/x.json"));
}

#[test]
fn one_id_twice_is_two_documents() {
    let intake = of(
        "x.jsonl",
        b"{\"id\":7,\"text\":\"a\"}\n{\"id\":7,\"text\":\"b\"}\n{\"id\":\"7\",\"text\":\"a\"}\n",
    );
    assert_eq!(pairs(&intake), [("7", "a"), ("7", "b"), ("7", "a")]);
}

#[test]
fn fields_are_guessed_or_named() {
    let record = concat!(
        r#"{"BODY":"low","Content":"high","URL":"u","Outlet":"Courier","#,
        r#""published_at":"Fri, 31 Jan 2020 10:15:00 +0100","#,
        r#""meta":{"url":"m","inner":{"when":1580462100}}}"#
    )
    .as_bytes();
    let d = &of("x.json", record).documents[0];
    assert_eq!(
        (d.text.as_str(), d.info.id.as_str(), d.info.source.as_deref()),
        ("high", "u", Some("Courier"))
    );
    assert_eq!(d.info.date.as_deref(), Some("2020-01-31T09:15:00Z"));
    let options = InputOptions::default().with(|s| {
        s.text_field = Some("BODY".into());
        s.id_field = Some("meta.url".into());
        s.source_field = Some("meta.url".into());
        s.date_field = Some("meta.inner.when".into());
    });
    let dir = folder(&[("x.json", record)]);
    let d = &read_with(&dir.path().join("x.json"), &options).documents[0];
    assert_eq!(
        (d.text.as_str(), d.info.id.as_str(), d.info.source.as_deref()),
        ("low", "m", Some("m"))
    );
    assert_eq!(d.info.date.as_deref(), Some("2020-01-31T09:15:00Z"));
    let d = &of("x.json", br#"{"text":null,"content":"c","id":[1],"link":3}"#).documents[0];
    assert_eq!((d.text.as_str(), d.info.id.as_str()), ("c", "3"));
}

#[test]
fn controls_in_a_string_are_text() {
    let intake = of("x.jsonl", b"{\"text\":\"a\\u0000\\u001b[2J\\n\"}");
    assert_eq!(intake.documents[0].text, "a\0\u{1b}[2J\n");
}

#[test]
fn encodings_are_declared_or_detected_and_told() {
    let intake = of("x.txt", b"The caf\xe9 was \x93closed\x94 on Sunday.");
    assert_eq!(intake.documents[0].text, "The café was “closed” on Sunday.");
    assert_eq!(intake.encodings.iter().collect::<Vec<_>>(), [(&"windows-1252".to_owned(), &1)]);
    assert!(!intake.documents[0].info.whole_file);
    let wide: Vec<u8> = "\u{feff}Hé".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let intake = of("x.txt", &wide);
    assert_eq!((intake.documents[0].text.as_str(), intake.encodings["UTF-16BE"]), ("Hé", 1));
    let wide: Vec<u8> =
        format!("\u{feff}{MANY}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for name in ["x.jsonl", "x.json", "x"] {
        let intake = of(name, &wide);
        assert_eq!(
            (pairs(&intake), intake.encodings["UTF-16LE"]),
            (vec![("a", "one"), ("b", "two")], 2)
        );
    }
    let intake = of("x.txt", b"\xef\xbb\xbfabc");
    assert!(
        intake.documents[0].text == "abc"
            && intake.encodings.is_empty()
            && !intake.documents[0].info.whole_file
    );
    assert_eq!(of("x.jsonl", format!("\u{feff}{MANY}").as_bytes()).documents.len(), 2);
    let options = InputOptions::default().with(|s| s.encoding = Some("gb18030".into()));
    let (story, _, _) =
        encoding_rs::GB18030.encode("{\"text\":\"中华人民共和国\"}\n{\"text\":\"世界\"}\n");
    for name in ["x.jsonl", "x.json"] {
        let dir = folder(&[(name, &story)]);
        let intake = read_with(&dir.path().join(name), &options);
        assert_eq!(
            (intake.documents[0].text.as_str(), intake.encodings["gb18030"]),
            ("中华人民共和国", 2)
        );
    }
    let dir = folder(&[("x.txt", b"abc")]);
    let intake = read_with(
        dir.path(),
        &InputOptions::default().with(|s| s.encoding = Some("martian".into())),
    );
    assert!(intake.documents.is_empty() && intake.problems[0].message.contains("martian"));
}

#[test]
fn binaries_are_counted_and_told_where_named() {
    let dir = folder(&[("x.txt", b"PK\0\x01"), ("y.txt", b"text")]);
    let intake = read_one(dir.path());
    assert_eq!(
        (skipped(&intake), intake.problems.len(), names(&intake)),
        (vec![("binary", 1)], 1, vec!["y.txt"])
    );
    let intake = read_one(&dir.path().join("x.txt"));
    assert_eq!((skipped(&intake), intake.problems.len()), (vec![("unsupported", 1)], 1));
}

#[test]
fn a_very_long_line() {
    let text = "word ".repeat(20 << 20);
    let data = format!("{{\"text\":\"a\"}}\n{{\"text\":\"{text}\"}}\n{{\"text\":\"b\"}}\n");
    let intake = of("x.jsonl", data.as_bytes());
    assert_eq!(intake.documents.len(), 3);
    assert!(intake.documents[1].text == text && intake.documents[2].info.record == Some(3));
}

#[test]
fn a_directory_is_walked_in_order_and_by_its_ignore_files() {
    let files: &[(&str, &[u8])] = &[
        ("b.txt", b"b"),
        ("a.md", b"a"),
        ("c/d.jsonl", MANY.as_bytes()),
        ("c/e.log", b"e"),
        ("README", b"r"),
        (".gitignore", b"*.tmp.txt\nskipped/\n"),
        (".ignore", b"x.txt\n"),
        (".nearcopyignore", b"y.txt\n"),
        ("old.tmp.txt", b"o"),
        ("skipped/z.txt", b"z"),
        ("x.txt", b"x"),
        ("y.txt", b"y"),
        (".hidden/h.txt", b"h"),
    ];
    let dir = folder(files);
    let intake = read_one(dir.path());
    assert_eq!(names(&intake), ["a.md", "b.txt", "a", "b"]);
    assert_eq!(skipped(&intake), [("unknown-name", 2)]);
    let options = InputOptions::default().with(|s| {
        s.no_ignore = true;
        s.hidden = true;
    });
    let intake = read_with(dir.path(), &options);
    assert_eq!(
        names(&intake),
        ["h.txt", "a.md", "b.txt", "a", "b", "old.tmp.txt", "z.txt", "x.txt", "y.txt"]
    );
    let both = [
        Input::Path(dir.path().join("b.txt")),
        Input::Path(dir.path().join("./")),
        Input::Path(dir.path().join("./b.txt")),
    ];
    assert_eq!(
        names(&read(&both, &InputOptions::default(), &|_| true)),
        ["b.txt", "a.md", "a", "b"]
    );
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let many: String = (0..300_000)
        .map(|n| format!("{{\"text\":\"{n}\",\"source\":\"s{}\"}}\n{}", n % 7, ["", "[]\n"][n % 2]))
        .collect();
    let dir =
        folder(&[("big.jsonl", many.as_bytes()), ("a.txt", b"a"), ("z.json", ARRAY.as_bytes())]);
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let intake = pool.install(|| read_one(dir.path()));
        (intake.documents, intake.problems, intake.skipped, intake.bytes, intake.fields)
    };
    let one = of(1);
    assert_eq!(one.0.len(), 300_003);
    assert!(one == of(2) && one == of(7));
}

#[test]
fn progress_is_told_and_can_stop() {
    let dir =
        folder(&[("a.jsonl", MANY.as_bytes()), ("b.jsonl.gz", &pack(".gz", MANY.as_bytes()))]);
    let seen = AtomicU64::new(0);
    let intake = read(&[Input::Path(dir.path().into())], &InputOptions::default(), &|n| {
        seen.fetch_add(n, Ordering::Relaxed);
        true
    });
    assert_eq!((seen.into_inner(), intake.files), (intake.bytes, 2));
    let intake = read(&[Input::Path(dir.path().into())], &InputOptions::default(), &|_| false);
    assert!(intake.skipped.is_empty() && intake.documents.len() < 4);
}

proptest! {
    #[test]
    fn what_serde_writes_is_read_back(records: Vec<(String, String, Option<String>)>, array: bool) {
        let row = |(id, text, source): &(String, String, Option<String>)| {
            serde_json::json!({"id": id, "x": [text], "text": text, "source": source})
        };
        let rows: Vec<_> = records.iter().map(row).collect();
        let data = match array {
            true => serde_json::to_string_pretty(&rows).unwrap(),
            false => rows.iter().map(|row| format!("{row}\n")).collect(),
        };
        let format = Some(if array { Format::Json } else { Format::Jsonl });
        let intake =
            json::records(data.as_bytes(), &InputOptions::default().with(|s| s.format = format));
        let want: Vec<Document> = (1..)
            .zip(&records)
            .map(|(n, (id, text, source))| {
                DocumentInfo {
                    id: if id.is_empty() { format!("-:{n}") } else { id.clone() },
                    source: source.as_deref().filter(|s| !s.is_empty()).map(Into::into),
                    path: Some("-".into()),
                    record: Some(n),
                    ..DocumentInfo::default()
                }
                .with_text(text)
            })
            .collect();
        prop_assert_eq!(intake.documents, want);
        prop_assert!(intake.problems.is_empty() && intake.replaced == 0);
    }
}
