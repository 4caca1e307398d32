//! Files written again: what is kept is the same byte for byte, and what is removed puts the input
//! together again.

mod cuts;
mod dialects;
mod errors;
mod nested;

use nearcopy::Span;
use nearcopy::emit::{
    Annotation, Change, Error, ErrorSide, Output, Removed, RemovedPart, RewriteCounts,
};
use nearcopy::ingest::{Compression, Format, Input, InputOptions, ReadResult, read};
use parquet::file::reader::{FileReader, SerializedFileReader};
use proptest::prelude::*;
use std::fs;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// An output in memory that can be looked at while it is written, and has room for so many bytes.
#[derive(Clone)]
struct Memory(Arc<Mutex<Vec<u8>>>, usize);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut all = self.0.lock().unwrap();
        if all.len() + bytes.len() > self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        all.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was removed: the record, the span of a part of its text, the bytes.
type Gone = Vec<(Option<u64>, Option<Span>, Vec<u8>)>;

struct Job<'a> {
    options: InputOptions,
    compression: Option<Compression>,
    format: Option<Format>,
    prefix: Option<&'a str>,
    room: usize,
}

const USUAL: fn() -> Job<'static> = || Job {
    options: InputOptions::default(),
    compression: None,
    format: None,
    prefix: None,
    room: usize::MAX,
};

impl Job<'_> {
    fn write(
        &self,
        intake: &ReadResult,
        change: &dyn Fn(usize, Option<u64>) -> Change,
    ) -> Result<(Vec<u8>, Gone, RewriteCounts), Error> {
        let memory = Memory(Arc::default(), self.room);
        let mut gone = Gone::new();
        let mut sum = RewriteCounts::default();
        let format = self.format.unwrap_or(intake.sources[0].format);
        let mut output =
            Output::new(Box::new(memory.clone()), format, self.compression, self.prefix);
        for (number, file) in intake.sources.iter().enumerate() {
            let mut hear = |r: Removed| {
                gone.push(match r.what {
                    RemovedPart::Record(bytes) => (r.record, None, bytes.to_vec()),
                    RemovedPart::Text(span, text) => {
                        (r.record, Some(span), text.as_bytes().to_vec())
                    }
                    other => panic!("{other:?}"),
                });
                Ok(())
            };
            let w =
                output.append(file, &self.options, &|record| change(number, record), &mut hear)?;
            assert_eq!((w.records, w.kept >= w.cut + w.left), (w.kept + w.dropped, true), "{w:?}");
            sum.records += w.records;
            sum.kept += w.kept;
            sum.dropped += w.dropped;
            sum.cut += w.cut;
            sum.left += w.left;
        }
        output.finish()?;
        let bytes = memory.0.lock().unwrap().clone();
        Ok((bytes, gone, sum))
    }

    /// Reads the files, changes them, and writes them into one.
    fn run(
        &self,
        files: &[(&str, &[u8])],
        change: &dyn Fn(Option<u64>) -> Change,
    ) -> Result<(Vec<u8>, Gone, RewriteCounts), Error> {
        let (_dir, intake) = self.read(files);
        self.write(&intake, &|_, record| change(record))
    }

    fn read(&self, files: &[(&str, &[u8])]) -> (TempDir, ReadResult) {
        let dir = TempDir::new().unwrap();
        let inputs: Vec<Input> = files
            .iter()
            .map(|(name, bytes)| {
                fs::write(dir.path().join(name), bytes).unwrap();
                Input::Path(dir.path().join(name))
            })
            .collect();
        let intake = read(&inputs, &self.options, &|_| true);
        (dir, intake)
    }
}

fn changed(
    name: &str,
    bytes: &[u8],
    change: impl Fn(Option<u64>) -> Change,
) -> (String, Gone, RewriteCounts) {
    let (out, gone, written) = USUAL().run(&[(name, bytes)], &|record| change(record)).unwrap();
    (String::from_utf8_lossy(&out).into_owned(), gone, written)
}

fn even(record: Option<u64>) -> Change {
    if record.is_some_and(|n| n % 2 == 0) { Change::Drop } else { Change::Keep }
}

fn cut(start: u32, end: u32) -> Change {
    Change::Cut(vec![Span::new(start, end)])
}

fn note() -> Change {
    Change::Annotate(Annotation {
        cluster: Some("c, \"1\"".into()),
        relation: Some("near-copy"),
        partner: None,
        coverage: Some(0.5),
        spans: vec![[0, 2], [3, 4]],
    })
}

fn wide(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect()
}

fn unpacked(bytes: &[u8], how: Compression) -> Vec<u8> {
    let mut out = Vec::new();
    let read: &mut dyn io::Read = match how {
        // Readers of one member: what is written must be a single stream.
        Compression::Gzip => &mut flate2::read::GzDecoder::new(bytes),
        Compression::Zstd => &mut zstd::stream::read::Decoder::new(bytes).unwrap().single_frame(),
        Compression::Bzip2 => &mut bzip2::read::BzDecoder::new(bytes),
        Compression::Xz => &mut liblzma::read::XzDecoder::new(bytes),
        Compression::Lz4 => &mut lz4_flex::frame::FrameDecoder::new(bytes),
        other => panic!("{other:?}"),
    };
    read.read_to_end(&mut out).unwrap();
    out
}

const LINES: &[u8] = b"\n {\"text\":\"a\"}  \r\n\n[1]\n{\"text\":\"b\\u00e9\"} x\n{\"text\" : \
                       \"c\", \"k\":[1, 2]}\n\n{\"text\":\"\xff\"}\n{\"text\":\"d\"}";

fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("a.jsonl", LINES.to_vec()),
        ("b.jsonl", [b"\xef\xbb\xbf", LINES].concat()),
        ("c.jsonl", wide("{\"text\":\"é\"}\n{\"text\":\"b\"}\n")),
        ("d.json", b" [ {\"text\":\"a\"} ,\n\t{\"text\":\"b\"},{}, 7 ] \n".to_vec()),
        ("e.json", b"{\n \"text\": \"a\"\n}\n\n".to_vec()),
        ("f.json", b"{\"text\":\"a\"}{\"text\":\"b\"}\n{\"text\"}\n {\"text\":\"c\"}".to_vec()),
        ("g.json", b"[{\"text\":\"a\"},{\"text\":\"b\"},{\"te".to_vec()),
        ("h.json", b"[ ]\n".to_vec()),
        ("h2.json", b"[{\"text\":\"\xff\"}, {}]\n".to_vec()),
        ("i.json", wide("[{\"text\":\"é\"},{\"text\":\"b\"}]")),
        ("j.txt", "\u{feff}Grüße\r\n".as_bytes().to_vec()),
        ("k.txt", b"caf\xe9 \xff\0".to_vec()),
        ("l.csv", b"\n\nid,text\r\n1,a\r\n\r\n2,\"b\"\"\r\n,\"\n3,c,d\n4,e \"x\"\n\n".to_vec()),
        ("m.csv", b"\xef\xbb\xbfid;text\n1;a\n2;\"open\n3;c\n".to_vec()),
        ("n.tsv", b"text\tid\na\t1\n\"b\"\t2".to_vec()),
        ("o.csv", wide("text\nü\n")),
        ("p.csv", b"text\ra\rb\r".to_vec()),
        ("q.jsonl", b"".to_vec()),
        ("r.csv", b"".to_vec()),
        ("s.csv", b"\n\n".to_vec()),
    ]
}

#[test]
fn everything_kept_is_the_same_byte_for_byte() {
    for (name, bytes) in samples() {
        let (out, gone, written) = USUAL().run(&[(name, &bytes)], &|_| Change::Keep).unwrap();
        assert_eq!(out, bytes, "{name}: {}", String::from_utf8_lossy(&out));
        assert!(gone.is_empty() && written.dropped + written.left == 0, "{name}");
        for how in Compression::all() {
            let job = Job { compression: Some(how), ..USUAL() };
            let (out, ..) = job.run(&[(name, &bytes)], &|_| Change::Keep).unwrap();
            assert_eq!(unpacked(&out, how), bytes, "{name} {how:?}");
        }
    }
}

#[test]
fn compressed_inputs_are_written_again() {
    let packed = zstd::stream::encode_all(LINES, 1).unwrap();
    let (out, ..) = USUAL().run(&[("a.jsonl.zst", &packed)], &|_| Change::Keep).unwrap();
    assert_eq!(out, LINES);
}

#[test]
fn lines_go_with_their_ending() {
    let (out, gone, written) = changed(
        "a.jsonl",
        b"{\"text\":\"a\"}\r\n\n{\"text\":\"b\"}\n{\"text\":\"c\"}\n{\"text\":\"d\"}",
        even,
    );
    assert_eq!(out, "{\"text\":\"a\"}\r\n\n{\"text\":\"b\"}\n{\"text\":\"d\"}");
    assert_eq!(gone, [(Some(4), None, b"{\"text\":\"c\"}\n".to_vec())]);
    assert_eq!(
        written,
        RewriteCounts {
            records: 4,
            kept: 3,
            dropped: 1,
            cut: 0,
            left: 0,
            ..RewriteCounts::default()
        }
    );
}

#[test]
fn arrays_stay_arrays() {
    let drop = |list: &'static [u64]| {
        move |n: Option<u64>| if list.contains(&n.unwrap()) { Change::Drop } else { Change::Keep }
    };
    let array = b" [\n  {\"text\":\"a\"},\n  {\"text\":\"b\"} , {\"text\":\"c\"}\n]\n";
    assert_eq!(
        changed("a.json", array, drop(&[2])).0,
        " [\n  {\"text\":\"a\"} , {\"text\":\"c\"}\n]\n"
    );
    assert_eq!(changed("a.json", array, drop(&[1, 3])).0, " [\n  {\"text\":\"b\"}\n]\n");
    assert_eq!(changed("a.json", array, drop(&[1, 2, 3])).0, " []\n");
    let (out, gone, _) = changed(
        "a.json",
        b"{\"text\":\"a\"}{\"text\":\"b\"} \n{\"text\":\"c\"}{\"text\":\"d\"}",
        even,
    );
    assert_eq!(
        (out.as_str(), &gone[0].2[..]),
        ("{\"text\":\"a\"}{\"text\":\"c\"}", &b"{\"text\":\"b\"} \n"[..])
    );
    let (out, gone, written) = changed("a.json", b"{\"text\":\"a\"}\n", |n| {
        if n.is_none() { Change::Drop } else { Change::Keep }
    });
    assert_eq!((out.as_str(), gone[0].0, written.dropped), ("", None, 1));
}

#[test]
fn several_inputs_make_one_output() {
    let all = |files: &[(&str, &[u8])], change: fn(Option<u64>) -> Change| {
        USUAL().run(files, &|n| change(n)).map(|(out, ..)| String::from_utf8(out).unwrap())
    };
    let keep = |_: Option<u64>| Change::Keep;
    assert_eq!(
        all(
            &[("a.jsonl", b"{\"text\":\"a\"}"), ("b.jsonl", b"\xef\xbb\xbf{\"text\":\"b\"}\n")],
            keep
        )
        .unwrap(),
        "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"
    );
    assert_eq!(
        all(&[("a.csv", b"id,text\n1,a"), ("b.csv", b"id,text\r\n2,b\r\n")], keep).unwrap(),
        "id,text\n1,a\n2,b\r\n"
    );
    let merged = all(
        &[
            ("a.json", b"[{\"text\":\"a\"}]\n"),
            ("b.json", b"[]"),
            ("c.json", b"[{\"text\":\"c\"},{\"text\":\"d\"}]"),
        ],
        even,
    )
    .unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&merged).unwrap(),
        serde_json::json!([{"text":"a"},{"text":"c"}])
    );
    let texts = Job { format: Some(Format::Jsonl), ..USUAL() };
    let (out, ..) = texts
        .run(&[("a.txt", b"o\"ne\n"), ("b.txt", b"caf\xe9 au lait")], &|_| Change::Keep)
        .unwrap();
    let lines: Vec<serde_json::Value> = out
        .split(|b| *b == b'\n')
        .filter(|l| !l.is_empty())
        .map(|l| serde_json::from_slice(l).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[0]["text"], &lines[1]["text"]),
        (2, &"o\"ne\n".into(), &"café au lait".into())
    );
    assert!(lines[0]["id"].as_str().unwrap().ends_with("a.txt"));
    for (files, word) in [
        ([("a.csv", &b"id,text\n"[..]), ("b.csv", b"text,id\n")], "header"),
        ([("a.json", b"[]"), ("b.json", b"{\"text\":\"b\"}")], "arrays follow arrays"),
        ([("a.txt", b"a"), ("b.txt", b"b")], "a file of its own"),
        ([("a.jsonl", b"{\"text\":\"a\"}\n"), ("b.json", b"[]")], "does not become"),
    ] {
        let error = all(&files, keep).unwrap_err();
        assert!(error.to_string().contains(word) && error.side == ErrorSide::Input, "{error}");
    }
}

#[test]
fn parquet_keeps_schema_levels_and_values() {
    let bytes = nested::file();
    let rows = nested::rows(&bytes);
    assert!(rows.len() == 9 && rows.iter().any(|r| r.contains("\"list\":[{")), "{rows:#?}");
    let (out, gone, written) = USUAL().run(&[("a.parquet", &bytes)], &|_| Change::Keep).unwrap();
    assert_eq!((nested::rows(&out), gone.len(), written.kept), (rows.clone(), 0, 9));
    nested::same_but_rows(&bytes, &out);
    let (out, gone, written) = USUAL().run(&[("a.parquet", &bytes)], &even).unwrap();
    assert_eq!((written.kept, written.dropped), (5, 4));
    nested::same_but_rows(&bytes, &out);
    let mut all = nested::rows(&out);
    for (record, span, row) in gone {
        assert!(span.is_none());
        all.insert(record.unwrap() as usize - 1, String::from_utf8(row).unwrap());
    }
    assert_eq!(all, rows);
    // Of three row groups the second one goes whole.
    let middle =
        |n: Option<u64>| if (4..=6).contains(&n.unwrap()) { Change::Drop } else { Change::Keep };
    let (out, ..) = USUAL().run(&[("a.parquet", &bytes), ("b.parquet", &bytes)], &middle).unwrap();
    assert_eq!(
        SerializedFileReader::new(bytes::Bytes::from(out.clone()))
            .unwrap()
            .metadata()
            .num_row_groups(),
        4
    );
    assert_eq!(nested::rows(&out)[6..], [&rows[..3], &rows[6..]].concat());
}

/// The input from the output and what was removed: lines or rows in order, dropped ones at their
/// numbers.
fn merged(out: &[u8], gone: &Gone, header: usize) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = out.split_inclusive(|b| *b == b'\n').collect();
    for (record, _, bytes) in gone {
        lines.insert(record.unwrap() as usize - 1 + header, bytes);
    }
    lines.concat()
}

proptest! {
    #[test]
    fn output_and_removed_are_the_input(
        texts in prop::collection::vec("[ab\"\\\\é😀]{0,6}", 1..12),
        drop in prop::collection::vec(any::<bool>(), 12),
    ) {
        let change = |n: Option<u64>| {
            if drop[n.unwrap() as usize - 1] { Change::Drop } else { Change::Keep }
        };
        let lines: String =
            texts.iter().map(|t| format!("{}\n", serde_json::json!({"text": t}))).collect();
        let (out, gone, _) = USUAL().run(&[("a.jsonl", lines.as_bytes())], &change).unwrap();
        prop_assert_eq!(merged(&out, &gone, 0), lines.as_bytes());
        let rows: String =
            texts.iter().map(|t| format!("\"{}\",1\n", t.replace('"', "\"\""))).collect();
        let table = format!("text,id\n{rows}");
        let (out, gone, _) = USUAL().run(&[("a.csv", table.as_bytes())], &change).unwrap();
        prop_assert_eq!(merged(&out, &gone, 1), table.as_bytes());
    }

    #[test]
    fn a_cut_text_and_its_parts_are_the_text(
        text in "[ab\"\\\\é\n😀,]{0,12}",
        x in 0usize..40,
        y in 0usize..40,
    ) {
        let edge = |at: usize| {
            (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap()
        };
        let (start, end) = (edge(x.min(y)), edge(x.max(y)));
        let json = serde_json::json!({"id": 1, "text": text}).to_string();
        let table = format!("id,text\n1,\"{}\"\n", text.replace('"', "\"\""));
        for (name, bytes) in
            [("a.jsonl", &json), ("a.json", &json), ("a.csv", &table), ("a.txt", &text)]
        {
            let job = USUAL();
            let (out, gone, written) =
                job.run(&[(name, bytes.as_bytes())], &|_| cut(start as u32, end as u32)).unwrap();
            prop_assert_eq!((written.cut, gone.len()), (1, 1), "{}", name);
            prop_assert_eq!(&gone[0].2[..], &text.as_bytes()[start..end]);
            let (_dir, intake) = job.read(&[(name, &out)]);
            prop_assert_eq!(&intake.documents[0].text, &[&text[..start], &text[end..]].concat());
        }
    }

    #[test]
    fn any_bytes_pass(
        bytes in prop::collection::vec(
            prop::sample::select(&b"{}[]\":,;\\ud8text0.\n\r \xff\0"[..]),
            0..60,
        ),
        name in prop::sample::select(vec!["a.jsonl", "a.csv", "a.tsv", "a.txt", "a.json"]),
    ) {
        match USUAL().run(&[(name, &bytes)], &|_| Change::Keep) {
            Ok((out, ..)) => prop_assert_eq!(&out, &bytes),
            Err(e) => prop_assert!(false, "{}", e),
        }
        let _ = USUAL().run(&[(name, &bytes)], &|_| cut(0, 1));
        let _ = Job { prefix: Some(""), ..USUAL() }.run(&[(name, &bytes)], &even);
    }
}
