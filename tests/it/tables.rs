//! CSV, TSV and Parquet read; patterns; files reached under several names.

mod columns;

use crate::ingest::{folder, read_with, skipped};
#[cfg(feature = "cli")]
use crate::program::nearcopy;
use nearcopy::ingest::{Compression, Format, Input, InputOptions, ReadResult, Reason, read};
use parquet::data_type::{
    ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type, Int96, Int96Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

fn of_with(name: &str, bytes: &[u8], options: &InputOptions) -> ReadResult {
    read_with(&folder(&[(name, bytes)]).path().join(name), options)
}

fn of(name: &str, bytes: &[u8]) -> ReadResult {
    of_with(name, bytes, &InputOptions::default())
}

fn texts(intake: &ReadResult) -> Vec<&str> {
    intake.documents.iter().map(|d| d.text.as_str()).collect()
}

#[test]
fn columns_are_guessed_or_named() {
    let table = b"URL,Title,Content,Outlet,published_at\r\nu1,t,\"one, \
          \"\"two\"\"\r\nthree\",Courier,2020-01-31\r\n,t,four,,\r\n";
    let intake = of("x.csv", table);
    let d = &intake.documents[0];
    assert_eq!(
        (d.info.id.as_str(), d.text.as_str(), d.info.source.as_deref()),
        ("u1", "one, \"two\"\r\nthree", Some("Courier"))
    );
    assert_eq!((d.info.date.as_deref(), d.info.record), (Some("2020-01-31"), Some(1)));
    let d = &intake.documents[1];
    assert!(
        d.info.id.ends_with("x.csv:2")
            && d.info.source.is_none()
            && d.info.date.is_none()
            && d.info.record == Some(2)
    );
    assert_eq!(intake.fields[&("text", "content".to_owned())], 2);
    assert_eq!((intake.sources[0].format, intake.sources[0].compression), (Format::Csv, None));
    let options = InputOptions::default().with(|s| s.text_field = Some("doc.text".into()));
    assert_eq!(texts(&of_with("x.tsv", b"text\tdoc.text\na\tb, \"c\n", &options)), ["b, \"c"]);
    assert_eq!(texts(&of("x.csv", b"id;text\n1;a,b\n")), ["a,b"]);
    assert_eq!(texts(&of("x.tab", b"\xef\xbb\xbftext\tid\na\t1")), ["a"]);
}

#[test]
fn compressed_and_encoded_tables() {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, b"text\na\nb\n").unwrap();
    let intake = of("x.csv.gz", &gz.finish().unwrap());
    assert_eq!(
        (texts(&intake), intake.sources[0].compression),
        (vec!["a", "b"], Some(Compression::Gzip))
    );
    let wide: Vec<u8> =
        "\u{feff}id,text\n1,\"Grüße\n\"\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(texts(&of("x.csv", &wide)), ["Grüße\n"]);
    for label in ["gb18030", "iso-2022-jp"] {
        let encoding = encoding_rs::Encoding::for_label(label.as_bytes()).unwrap();
        let (bytes, _, lacking) = encoding.encode("text,id\n\"世界, 日\",1\n");
        assert!(!lacking);
        let options = InputOptions::default().with(|s| s.encoding = Some(label.into()));
        assert_eq!(texts(&of_with("x.csv", &bytes, &options)), ["世界, 日"], "{label}");
    }
    let intake = of("x.csv", b"text\ncaf\xe9\nok\n");
    assert_eq!((texts(&intake), intake.replaced), (vec!["café", "ok"], 0));
    let intake = of("x.csv", "text\né à l'été\ncafé\nok\n".as_bytes());
    assert!(intake.encodings.is_empty());
}

#[test]
fn ragged_rows_are_counted_and_the_rest_goes_on() {
    let intake = of("x.csv", b"id,text\n\n1,a\n2\n3,c,d\n\"4\n\",e\n");
    assert_eq!((texts(&intake), skipped(&intake)), (vec!["a", "e"], vec![("ragged-row", 2)]));
    assert_eq!(intake.documents[1].info.record, Some(4));
    let problem = &intake.problems[0];
    assert!(
        problem.record == Some(2) && problem.message.contains("line 4 has 1 field, the header 2"),
        "{problem}"
    );
    assert!(intake.problems[1].message.contains("line 5 has 3 fields"), "{}", intake.problems[1]);
}

#[test]
fn an_open_quote_is_told() {
    let intake = of("x.csv", b"id,text\n1,a\n2,\"b\n3,c\n4,d\n");
    assert_eq!((texts(&intake), skipped(&intake)), (vec!["a"], vec![("open-quote", 1)]));
    assert!(
        intake.problems[0].record == Some(2) && intake.problems[0].message.contains("line 3"),
        "{}",
        intake.problems[0]
    );
    assert_eq!(skipped(&of("x.csv", b"id,\"text\n1,a\n")), [("open-quote", 1)]);
    assert!(of("x.csv", b"id,text\n1,\"a\"").skipped.is_empty());
}

#[test]
fn a_table_without_text_names_its_columns() {
    for (name, bytes) in
        [("x.csv", b"headline,story\na,b\nc,d\n".to_vec()), ("x.parquet", sample(Kind::Other))]
    {
        let intake = of(name, &bytes);
        assert_eq!(
            (intake.documents.len(), skipped(&intake)),
            (0, vec![("nothing-read", 1), ("no-text", 1)]),
            "{name}"
        );
        let problem = &intake.problems[0];
        assert!(
            problem.message.contains("headline, story")
                && problem.message.contains("--text-field NAME"),
            "{problem}"
        );
    }
    assert_eq!(skipped(&of("x.csv", b"")), [("no-records", 1)]);
}

#[derive(PartialEq, Clone, Copy)]
enum Kind {
    Usual,
    Other,
}

/// Three row groups of two rows: text, id, source, dates of several kinds, a text inside a struct,
/// a list.
fn sample(kind: Kind) -> Vec<u8> {
    let schema = match kind {
        Kind::Usual => {
            "message m { optional binary text (STRING); required int64 id; optional binary Outlet \
             (STRING);
             optional int32 day (DATE); optional int64 stamp (TIMESTAMP(MICROS,true));
             required int96 old; optional double number;
             optional group doc { optional binary text (STRING); } repeated binary tags (STRING); }"
        }
        Kind::Other => "message m { required binary headline (STRING); required int32 story; }",
    };
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties =
        WriterProperties::builder().set_compression(parquet::basic::Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
    let string = |text: String| ByteArray::from(text.into_bytes());
    for group in 0..3 {
        let mut out = writer.next_row_group().unwrap();
        let mut number = 0;
        while let Some(mut column) = out.next_column().unwrap() {
            let n = [2 * group, 2 * group + 1];
            let levels: Option<&[i16]> = Some(&[1, 1]);
            match (kind, number) {
                (Kind::Other, 0) => column.typed::<ByteArrayType>().write_batch(
                    &n.map(|n| string(n.to_string())),
                    None,
                    None,
                ),
                (Kind::Other, _) => column.typed::<Int32Type>().write_batch(&n, None, None),
                (_, 0) if group == 1 => column.typed::<ByteArrayType>().write_batch(
                    &[string("only".into())],
                    Some(&[0, 1]),
                    None,
                ),
                (_, 0) => column.typed::<ByteArrayType>().write_batch(
                    &n.map(|n| string(format!("text {n}"))),
                    levels,
                    None,
                ),
                (_, 1) => column.typed::<Int64Type>().write_batch(&n.map(i64::from), None, None),
                (_, 2) => column.typed::<ByteArrayType>().write_batch(
                    &[string("Courier".into())],
                    Some(&[1, 0]),
                    None,
                ),
                (_, 3) => {
                    column.typed::<Int32Type>().write_batch(&n.map(|n| 18_292 + n), levels, None)
                }
                (_, 4) => column.typed::<Int64Type>().write_batch(
                    &n.map(|n| (1_580_462_100 + i64::from(n)) * 1_000_000),
                    levels,
                    None,
                ),
                (_, 5) => column.typed::<Int96Type>().write_batch(
                    &n.map(|n| Int96::from(vec![0, 0, 2_458_880 + n as u32])),
                    None,
                    None,
                ),
                (_, 6) => column.typed::<DoubleType>().write_batch(&n.map(f64::from), levels, None),
                (_, 7) => column.typed::<ByteArrayType>().write_batch(
                    &n.map(|n| string(format!("inner {n}"))),
                    Some(&[2, 2]),
                    None,
                ),
                (_, _) => column.typed::<ByteArrayType>().write_batch(
                    &n.map(|n| string(n.to_string())),
                    Some(&[1, 1]),
                    Some(&[0, 0]),
                ),
            }
            .unwrap();
            column.close().unwrap();
            number += 1;
        }
        out.close().unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn patterns_mean_what_the_shell_makes_of_them() {
    let text = &b"text\na\n"[..];
    let dir = folder(&[
        ("d/a1.csv", text),
        ("d/a2.csv", text),
        ("d/b.csv", text),
        ("d/e/a3.csv", text),
        ("d/.h/a4.csv", text),
        (".gitignore", b"*.csv"),
    ]);
    let root = dir.path().canonicalize().unwrap();
    let found = |pattern: &str, options: &InputOptions| {
        let intake = read_with(&root.join(pattern), options);
        let list: Vec<String> = intake
            .sources
            .iter()
            .map(|s| s.display_path[root.to_str().unwrap().len() + 1..].to_owned())
            .collect();
        (list, skipped(&intake))
    };
    let usual = InputOptions::default();
    assert_eq!(found("d/a?.csv", &usual).0, ["d/a1.csv", "d/a2.csv"]);
    assert_eq!(found("d/[b].csv", &usual).0, ["d/b.csv"]);
    assert_eq!(found("**/a*.csv", &usual).0, ["d/a1.csv", "d/a2.csv", "d/e/a3.csv"]);
    assert_eq!(found("d/.h/*", &usual).0, ["d/.h/a4.csv"]);
    assert_eq!(
        found("d/*/a*", &usual.clone().with(|s| s.hidden = true)).0,
        ["d/.h/a4.csv", "d/e/a3.csv"]
    );
    assert_eq!(found("d/x*.csv", &usual), (vec![], vec![("missing", 1)]));
    assert_eq!(found("d/x[.csv", &usual).1, [("missing", 1)]);
    fs::write(root.join("d/[x].csv"), text).unwrap();
    assert_eq!(found("d/[x].csv", &usual).0, ["d/[x].csv"]);
}

#[test]
fn a_file_of_several_names_is_read_once() {
    let dir = folder(&[("d/a.csv", b"text\na\n"), ("d/b.txt", b"b")]);
    let path = |p: &str| Input::Path(dir.path().join(p));
    let mut inputs = vec![path("d/./a.csv"), path("d"), path("d/../d/b.txt"), path("d/*.csv")];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(dir.path().join("d/b.txt"), dir.path().join("link.txt"))
            .unwrap();
        inputs.push(path("link.txt"));
    }
    let again = inputs.len() as u64 - 1;
    let intake = read(&inputs, &InputOptions::default(), &|_| true);
    assert_eq!((texts(&intake), intake.files, intake.repeated_files), (vec!["a", "b"], 2, again));
    let files: Vec<_> = intake
        .sources
        .iter()
        .map(|f| (f.input, f.relative.to_str().unwrap(), f.format, f.size))
        .collect();
    assert_eq!(files, [(0, "a.csv", Format::Csv, 7), (1, "b.txt", Format::Text, 1)]);
    assert!(intake.sources.iter().all(|f| f.modified.is_some() && f.spool.is_none()));
}

#[test]
fn threads_change_nothing() {
    let mut table = String::from("text,source\n");
    (0..400_000).for_each(|n| {
        table.push_str(&format!("\"number {n}\",s{}\n{}", n % 7, ["", "x\n"][n % 2]))
    });
    let dir = folder(&[("big.csv", table.as_bytes()), ("p.parquet", &sample(Kind::Usual))]);
    let of = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let intake = pool.install(|| read_with(dir.path(), &InputOptions::default()));
        (intake.documents, intake.problems, intake.skipped, intake.bytes, intake.fields)
    };
    let one = of(1);
    assert_eq!((one.0.len(), one.2[&Reason::RaggedRow]), (400_005, 200_000));
    assert!(one == of(3));
}

#[cfg(feature = "cli")]
#[test]
fn tables_come_through_a_pipe() {
    for (bytes, format) in
        [(sample(Kind::Usual), None), (b"text\na\nb\nc\nd\ne\n".to_vec(), Some("csv"))]
    {
        let program = nearcopy().args(["scan", "-", "--format", "json"]).stdin(bytes);
        let out = program.args(format.map(|f| format!("--input-format={f}"))).done().out();
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(report["summary"]["documents"], 5, "{format:?} {}", report["summary"]);
    }
}

#[cfg(feature = "cli")]
#[test]
fn no_damage_shows_a_panic() {
    let dir = TempDir::new().unwrap();
    let good = sample(Kind::Usual);
    for at in 0..good.len() {
        let mut bad = good.clone();
        // At this value most places are found where the decoder panics.
        bad[at] = 1;
        fs::write(dir.path().join(format!("{at}.parquet")), bad).unwrap();
    }
    let said = nearcopy().arg("scan").arg(dir.path()).args(["--format", "json"]).refused();
    assert!(
        said.contains("could not be read (bad-parquet)") && !said.contains("panicked"),
        "{said}"
    );
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(rows in prop::collection::vec(("[a,;\"\r\n \
        é]{0,9}", "[a-z]{1,3}"), 0..9), end: bool, wide: bool) {
        let quote = |s: &str| format!("\"{}\"", s.replace('"', "\"\""));
        let mut table = String::from("text,id");
        rows.iter().for_each(|(text, id)| table.push_str(&format!("\r\n{},{id}", quote(text))));
        table.push_str(if end { "\n" } else { "" });
        let bytes = match wide {
            true => format!("\u{feff}{table}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            false => table.into_bytes(),
        };
        let intake = of("x.csv", &bytes);
        let got: Vec<(String, String)> =
            intake.documents.into_iter().map(|d| (d.text, d.info.id)).collect();
        prop_assert_eq!(got, rows);
    }

    #[test]
    fn damaged_parquet_never_panics(at in 0usize..3000, byte: u8, cut in 0usize..3000) {
        let mut bytes = sample(Kind::Usual);
        let at = at % bytes.len();
        bytes[at] = byte;
        let length = if cut % 3 == 0 { cut.min(bytes.len()) } else { bytes.len() };
        nearcopy::ingest::parquet::records(&bytes[..length], &InputOptions::default());
    }
}
