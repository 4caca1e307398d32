//! The report as tables: row for row the JSON report, whatever it holds.

use crate::report_tables::Tables;
use crate::sample::evidence::evidence;
use crate::sample::*;
use nearcopy::detection::*;
use nearcopy::document::{Extent, PageRead};
use nearcopy::report::{Findings, PARQUET_TABLES};
use nearcopy::*;
use parquet::basic::Compression;
use parquet::file::reader::FileReader;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// A file in memory.
#[derive(Default, Clone)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files of the tables, in the order in which they were made.
fn files(findings: Findings) -> io::Result<Vec<(String, Vec<u8>)>> {
    let made: Rc<RefCell<Vec<(String, Buffer)>>> = Rc::default();
    report::parquet(findings, &mut |name| {
        let file = Buffer::default();
        made.borrow_mut().push((name.to_owned(), file.clone()));
        Ok(file)
    })?;
    let made = made.take();
    Ok(made.into_iter().map(|(name, file)| (name, file.0.lock().unwrap().clone())).collect())
}

fn as_json(findings: Findings) -> Value {
    let mut out = vec![];
    report::json(findings, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Checks that the tables have what JSON has, and returns them.
#[track_caller]
fn equal(sample: &Sample) -> Tables {
    let tables = Tables::open(files(sample.findings()).unwrap());
    assert_eq!(tables.json(), as_json(sample.findings()));
    tables
}

/// The evidence sample, with a page that was read in part and a periodic repeat.
fn with_everything() -> Sample {
    let Sample { corpus, mut detection, skipped } = evidence();
    let documents = (0..corpus.count()).map(|n| {
        let mut info = corpus.info(n).into_owned();
        match n {
            1 => info.read = Some(PageRead::new(Extent::Part).with_share(37)),
            2 => info.record = Some(9),
            _ => {}
        }
        info.with_text(corpus.text(n).unwrap().into_owned())
    });
    let corpus = Corpus::new(documents.collect::<Vec<_>>()).unwrap();
    detection.repeats.push(Repeat { period: Some(4), ..detection.repeats[0].clone() });
    detection.pairs[1].comparison.whole_text = true;
    detection.summary.limited = vec![("min-tokens".into(), 3)];
    Sample { corpus, detection, skipped }
}

#[test]
fn every_table_has_the_rows_of_the_json_report() {
    let mut filled = BTreeSet::new();
    for sample in [storm(), scripts(), evidence(), with_everything()] {
        let tables = equal(&sample);
        for table in PARQUET_TABLES {
            for row in tables.rows(table) {
                let text = json!(row).to_string();
                filled.extend(row.into_iter().map(|(name, _)| format!("{table}.{name}")));
                filled.extend(text.contains("file_line_first").then(|| format!("{table}.lines")));
            }
        }
    }
    // Each column that may be null has a value somewhere.
    for column in [
        "documents.title",
        "documents.path",
        "documents.record",
        "documents.source",
        "documents.date",
        "documents.read",
        "documents.read_share",
        "titles.member",
        "pairs.earlier",
        "pairs.equal_words_a",
        "pairs.equal_words_b",
        "pairs.why",
        "matches.a_file_line_first",
        "matches.b_file_line_last",
        "repeats.period",
        "repeats.lines",
    ] {
        assert!(filled.contains(column), "no sample has {column}");
    }
}

#[test]
fn tables_without_rows_have_their_columns() {
    let corpus = Corpus::new([] as [Document; 0]).unwrap();
    let sample = Sample { detection: empty(&corpus), corpus, skipped: vec![] };
    let made = files(sample.findings()).unwrap();
    let names: Vec<&str> = made.iter().map(|(name, _)| name.trim_end_matches(".parquet")).collect();
    assert_eq!(names, PARQUET_TABLES);
    let tables = equal(&sample);
    for (name, columns) in
        [("documents", 10), ("clusters", 5), ("equal", 2), ("titles", 3), ("pairs", 16)]
    {
        let schema = tables.0[name].metadata().file_metadata().schema_descr();
        assert_eq!((schema.num_columns(), tables.rows(name).len()), (columns, 0), "{name}");
    }
}

#[test]
fn strings_are_as_they_were_read() {
    let long = "word ".repeat(20_000);
    let ids = ["\u{1b}[2J\u{7}", "a\0b\r\nc", "\u{202e}txt", "=1+1", "\"{}\\\u{2028}", &long];
    let text = "Storm Edda reached\u{9b} the coast late on Monday with gusts of 141 kilometres.";
    let documents = ids
        .map(|id| Document::new(id, format!("{id} {text} {long}")).title(id).source(id).date(id));
    let corpus = Corpus::new(documents).unwrap();
    let mut detection = empty(&corpus);
    let all: Vec<u32> = (0..ids.len() as u32).collect();
    detection.equal = vec![all.clone()];
    detection.titles = vec![all.iter().map(|&n| vec![n]).collect()];
    detection.clusters = vec![Cluster { representative: 2, members: all, weakest: 0.5 }];
    let of = |id: &str| place(&corpus, id, text, 0);
    *detection.pairs = vec![pair(
        &corpus,
        ids[0],
        ids[1],
        Relation::Quotes,
        [0.3, f64::NAN],
        &[(text, text), (text, "Storm")],
    )];
    detection.repeats = vec![Repeat {
        tokens: 9,
        count: u64::from(u32::MAX) + 1,
        documents: 6,
        paragraph: false,
        boilerplate: true,
        note: false,
        period: None,
        places: ids.map(of).to_vec(),
    }];
    let sample = Sample { corpus, detection, skipped: vec![("\u{1b}".into(), 1)] };
    let tables = equal(&sample);
    let read: BTreeSet<String> =
        tables.rows("documents").iter().map(|d| d["id"].as_str().unwrap().into()).collect();
    assert_eq!(read, ids.map(String::from).into());
}

/// A report of more rows than a row group has, and of more pairs than are converted at a time.
fn large() -> Sample {
    const COUNT: u32 = 70_000;
    let documents = (0..COUNT).map(|n| Document::new(format!("{n:05}"), "Storm over the coast."));
    let corpus = Corpus::new(documents.collect::<Vec<_>>()).unwrap();
    let mut detection = empty(&corpus);
    detection.equal = vec![(0..COUNT).collect()];
    let matches = [0, 6].map(|from| Match {
        a: Span::new(from, 5 + from),
        b: Span::new(0, 20),
        tokens_a: 1,
        tokens_b: 4,
        identity: 0.25,
        blocks: vec![Block { a: Span::new(from, 5 + from), b: Span::new(0, 5) }; from as usize],
    });
    let comparison = |n: u32| Comparison {
        resemblance: f64::from(n) / f64::from(COUNT),
        matches: matches[..(n % 3) as usize].to_vec(),
        ..Comparison::default()
    };
    *detection.pairs = (1..COUNT)
        .map(|n| Pair { a: n - 1, b: n, relation: Relation::Quotes, comparison: comparison(n) })
        .collect();
    Sample { corpus, detection, skipped: vec![] }
}

#[test]
fn rows_come_in_row_groups_and_the_bytes_are_the_same_for_any_number_of_threads() {
    let sample = large();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| files(sample.findings()).unwrap())
    };
    let (one, many) = (with(1), with(5));
    assert!(one == many, "the bytes differ");
    let tables = Tables::open(one);
    assert_eq!(tables.json(), as_json(sample.findings()));
    for name in ["documents", "equal", "pairs", "matches"] {
        let metadata = tables.0[name].metadata();
        let rows: Vec<i64> = metadata.row_groups().iter().map(|g| g.num_rows()).collect();
        assert_eq!(rows[0], 65_536, "{name}: {rows:?}");
        assert!(rows.len() == 2 && rows[1] > 0, "{name}: {rows:?}");
        for column in metadata.row_groups().iter().flat_map(|g| g.columns()) {
            assert!(matches!(column.compression(), Compression::ZSTD(_)));
        }
    }
}

#[test]
fn errors_of_the_files_and_of_texts_are_those_of_the_report() {
    /// A file on a disk that is full after some bytes.
    struct Full(usize);
    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let sample = storm();
    for room in [0, 3, 500, 1500] {
        let e = report::parquet(sample.findings(), &mut |_| Ok(Full(room))).unwrap_err();
        assert_eq!(e.kind(), io::ErrorKind::StorageFull, "{room}: {e}");
    }
    let e = report::parquet(sample.findings(), &mut |name| match name {
        "matches.parquet" => Err(io::Error::from(io::ErrorKind::PermissionDenied)),
        _ => Ok(io::sink()),
    });
    assert_eq!(e.unwrap_err().kind(), io::ErrorKind::PermissionDenied);
    let mut changed = storm();
    changed.detection.pairs[0].comparison.matches[0].a = Span::new(0, 1 << 20);
    let e = files(changed.findings()).unwrap_err();
    assert_eq!(e.kind(), io::ErrorKind::NotFound);
}
