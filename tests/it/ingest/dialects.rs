//! The dialects of files that programs write: words that are no numbers, delimiters, quotes,
//! encodings.

use super::*;
#[cfg(feature = "csv")]
use crate::dialect_files::{delimiters, encodings, non_numbers};

#[test]
fn what_is_no_number_costs_no_record() {
    let lines = "{\"id\":\"a\",\"score\":NaN,\"text\":\"one\"}\n\
        {\"id\":\"b\",\"score\": -Infinity , \"text\":\"two\", \"x\":[Infinity,{\"y\":nan}]}\n\
        {\"id\":\"c\",\"text\":\"NaN and \\\"Infinity\\\"\",\"z\":-inf}\n\
        {\"id\":NaN,\"text\":\"four\",\"title\":NaN,\"date\":-NaN}\n\
        {\"id\":\"e\",\"text\":NaN,\"body\":\"five\"}\n";
    let want = [("a", "one"), ("b", "two"), ("c", "NaN and \"Infinity\""), ("e", "five")];
    let intake = of("x.jsonl", lines.as_bytes());
    assert!(intake.problems.is_empty(), "{:?}", intake.problems);
    let found = pairs(&intake);
    assert_eq!([found[0], found[1], found[2], found[4]], want);
    assert!(found[3].0.ends_with("x.jsonl:4") && found[3].1 == "four", "{found:?}");
    assert_eq!((&intake.documents[3].info.title, &intake.documents[3].info.date), (&None, &None));
    assert_eq!(intake.bad_dates, 0);
    // The same as an array, as an object over several lines, and in bytes that are no UTF-8.
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    assert_eq!(pairs(&of("x.json", array.as_bytes())).len(), 5);
    assert_eq!(
        pairs(&of("x.json", b"{\"n\": NaN,\n\"id\": \"a\", \"text\": \"b\"}")),
        [("a", "b")]
    );
    assert_eq!(pairs(&of("x.jsonl", b"{\"n\":NaN,\"id\":\"a\",\"text\":\"b\xff\"}")).len(), 1);
    // A record without a text has none, and what is cut short was cut short.
    assert_eq!(skipped(&of("x.jsonl", b"{\"text\":\"a\"}\n{\"text\":NaN}")), [("no-text", 1)]);
    let cut = of("x.jsonl", b"{\"text\":\"a\"}\n{\"n\":NaN,\"text\":\"b");
    assert_eq!(skipped(&cut), [("cut-short", 1)]);
    let bad = of("x.jsonl", b"{\"text\":\"a\"}\n{\"n\":NaNs,\"text\":\"b\"}");
    assert_eq!(skipped(&bad), [("bad-json", 1)]);
}

/// Paragraphs in Russian, long enough for the detector.
const RUSSIAN: [&str; 3] = [
    "Городской совет принял решение закрыть мост на ремонт до конца следующего месяца.",
    "Рыбаки говорят, что новая пристань обойдётся вдвое дороже, чем обещали весной.",
    "Музей откроет выставку старых карт, которые нашли при разборе архива порта.",
];

fn in_1251(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
}

#[test]
fn each_file_has_its_own_encoding() {
    let csv: String = RUSSIAN.iter().enumerate().map(|(n, t)| format!("{n},\"{t}\"\n")).collect();
    let csv = format!("id,text\n{csv}");
    let lines: String = RUSSIAN.iter().map(|t| format!("{{\"text\":\"{t}\"}}\n")).collect();
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n"));
    let wide: Vec<u8> = lines.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let shift: Vec<u8> = csv.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a.csv", csv.clone().into_bytes()),
        ("b.csv", in_1251(&csv)),
        ("c.jsonl", in_1251(&lines)),
        ("d.json", in_1251(&array)),
        ("e.txt", in_1251(RUSSIAN[0])),
        ("f.jsonl", wide.clone()),
        ("g.csv", shift),
        ("h.txt", wide),
        ("i.csv.gz", pack(".gz", &in_1251(&csv))),
    ];
    let dir = folder(&files.iter().map(|(n, b)| (*n, &b[..])).collect::<Vec<_>>());
    let intake = read_one(dir.path());
    assert!(intake.problems.is_empty(), "{:?}", intake.problems);
    for text in RUSSIAN {
        let same = intake.documents.iter().filter(|d| d.text.contains(text)).count();
        assert!(same >= 8, "{text}: {same}");
    }
    assert_eq!(intake.replaced, 0);
    let encodings: Vec<_> = intake.sources.iter().map(|f| f.encoding).collect();
    let cyrillic = Some("windows-1251");
    assert_eq!(encodings[..5], [None, cyrillic, cyrillic, cyrillic, cyrillic]);
    assert_eq!(encodings[5..], [Some("UTF-16LE"), Some("UTF-16BE"), Some("UTF-16LE"), cyrillic]);
    assert_eq!(intake.encodings["windows-1251"], 3 + 3 + 3 + 1 + 3);
}

#[test]
fn an_encoding_is_set_for_some_files() {
    // KOI8-R, which the detector would not take for Russian in such a short text.
    let (koi, _, _) = encoding_rs::KOI8_R.encode("мост");
    let row = [&b"id,text\n1,"[..], &koi, b"\n"].concat();
    let dir =
        folder(&[("old/a.csv", &row), ("old/b.csv", &row), ("new/c.csv", "text\né\n".as_bytes())]);
    let pairs = [("old/*.csv", "latin1"), ("**/old/*.csv", "koi8-r"), ("b.csv", "windows-1251")];
    let options = InputOptions::default().with(|o| {
        o.encodings = pairs.iter().map(|(p, l)| (p.to_string(), l.to_string())).collect()
    });
    let intake = read_with(dir.path(), &options);
    let texts: Vec<&str> = intake.documents.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(texts, ["é", "мост", &encoding_rs::WINDOWS_1251.decode(&koi).0]);
    let wrong =
        InputOptions::default().with(|o| o.encodings = vec![("*.csv".into(), "martian".into())]);
    assert!(read_with(dir.path(), &wrong).failed());
}

#[test]
fn utf32_is_refused_by_name() {
    for (mark, text) in [(true, "é漢"), (false, "The bridge closes.\n")] {
        for order in [u32::to_le_bytes, u32::to_be_bytes] {
            let text = format!("{}{text}", if mark { "\u{feff}" } else { "" });
            let bytes: Vec<u8> = text.chars().flat_map(|c| order(c as u32)).collect();
            let intake = of("x.txt", &bytes);
            assert_eq!(skipped(&intake), [("unsupported", 1)]);
            assert!(intake.problems[0].message.contains("UTF-32"), "{:?}", intake.problems);
        }
    }
}

fn texts(intake: &ReadResult) -> Vec<&str> {
    intake.documents.iter().map(|d| d.text.as_str()).collect()
}

#[test]
#[cfg(feature = "csv")]
fn tables_are_read_in_their_dialects() {
    for (name, table) in [
        ("x.csv", "id,text\n1,\"one, two\"\n2,\"a \"\"b\"\"\"\n"),
        ("x.csv", "id;text\n1;one, two\n2;\"a \"\"b\"\"\"\n"),
        ("x.csv", "id|text\n1|one, two\n2|a \"b\"\n"),
        ("x.csv", "id\ttext\n1\tone, two\n2\ta \"b\"\n"),
        ("x.tsv", "id|text\n1|one, two\n2|a \"b\"\n"),
        ("x.csv", "id, text\n1, \"one, two\"\n2,  \"a \"\"b\"\"\"\n"),
        ("x.csv", "\"id\" , \"text\"\n\"1\", \"one, two\" \n\"2\",\t\"a \"\"b\"\"\"\n"),
        ("x.csv", "id,text\r\n1,\"one, two\"\r\n2,\"a \\\"b\\\"\"\r\n"),
        ("x.csv", "id;text\n1; \"one, two\"\n2; \"a \\\"b\\\"\"\n"),
        ("data", "id|text\n1|one, two\n2|a \"b\"\n"),
    ] {
        let intake = of(name, table.as_bytes());
        assert!(intake.problems.is_empty(), "{table}: {:?}", intake.problems);
        assert_eq!(
            texts(&intake).iter().map(|t| t.trim()).collect::<Vec<_>>(),
            ["one, two", "a \"b\""],
            "{table}"
        );
    }
}

#[test]
#[cfg(feature = "csv")]
fn delimiter_and_quote_are_set() {
    let read = |table: &str, delimiter: Option<u8>, quote: Option<TableQuote>| {
        let dir = folder(&[("x.csv", table.as_bytes())]);
        let options = InputOptions::default().with(|o| {
            (o.table.delimiter, o.table.quote) = (delimiter, quote);
        });
        let intake = read_with(dir.path(), &options);
        texts(&intake).join("/")
    };
    let single = Some(TableQuote::Character(b'\''));
    assert_eq!(read("id:text\n1:one, two\n", Some(b':'), None), "one, two");
    assert_eq!(read("id,text\n1,'one, ''two'''\n2,'x'\n", None, single), "one, 'two'/x");
    assert_eq!(read("id,text\n1,\"one\n2,two\"\n", None, Some(TableQuote::None)), "\"one/two\"");
    assert_eq!(read("id,text;x\n1,a;b\n", Some(b','), None), "");
}

#[test]
#[cfg(feature = "csv")]
fn a_name_that_two_columns_have_is_told() {
    let intake = of("x.csv", b"text,id,text\na,1,b\n");
    assert_eq!(texts(&intake), ["b"]);
    assert_eq!(intake.repeated_columns.len(), 1);
    assert!(intake.repeated_columns[0].contains("2 columns are called text"));
    assert!(of("x.csv", b"text,note,note\na,1,b\n").repeated_columns.is_empty());
}

#[test]
#[cfg(feature = "csv")]
fn dialects_that_programs_write_are_read_as_they_are_meant() {
    let all = [delimiters(), non_numbers(), encodings()].concat();
    assert!(all.len() >= 16);
    for file in all {
        let intake = of(file.name, &file.bytes);
        assert!(intake.problems.is_empty(), "{}: {:?}", file.name, intake.problems);
        let read: Vec<&str> = texts(&intake).iter().map(|text| text.trim()).collect();
        assert_eq!((read, intake.replaced), (file.texts, 0), "{}", file.name);
        assert_eq!(intake.sources[0].encoding, file.encoding, "{}", file.name);
    }
}
