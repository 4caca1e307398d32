//! Parquet: columns of all kinds, files compressed from outside, damage.

use super::*;

#[test]
fn parquet_columns_of_all_kinds() {
    let intake = of("x.parquet", &sample(Kind::Usual));
    assert_eq!(texts(&intake), ["text 0", "text 1", "only", "text 4", "text 5"]);
    assert_eq!((skipped(&intake), intake.problems[0].record), (vec![("no-text", 1)], Some(3)));
    let ids: Vec<_> = intake
        .documents
        .iter()
        .map(|d| (d.info.id.as_str(), d.info.record, d.info.source.as_deref()))
        .collect();
    assert_eq!(ids[0], ("0", Some(1), Some("Courier")));
    assert_eq!(ids[2], ("3", Some(4), None));
    for (field, want) in
        [("day", "2020-02-01"), ("stamp", "2020-01-31T09:15:01Z"), ("old", "2020-02-01T00:00:00Z")]
    {
        let options = InputOptions::default().with(|s| s.date_field = Some(field.into()));
        assert_eq!(
            of_with("x", &sample(Kind::Usual), &options).documents[1].info.date.as_deref(),
            Some(want),
            "{field}"
        );
    }
    let options = InputOptions::default().with(|s| {
        s.text_field = Some("doc.text".into());
        s.id_field = Some("number".into());
    });
    let intake = of_with("x.pq", &sample(Kind::Usual), &options);
    assert_eq!((texts(&intake)[5], intake.documents[5].info.id.as_str()), ("inner 5", "5.0"));
    for field in ["id", "tags"] {
        let options = InputOptions::default().with(|s| s.text_field = Some(field.into()));
        assert_eq!(
            skipped(&of_with("x.pq", &sample(Kind::Usual), &options)),
            [("nothing-read", 1), ("text-not-string", 1)],
            "{field}"
        );
    }
}

#[test]
fn parquet_compressed_from_outside_is_spooled() {
    let packed = zstd::stream::encode_all(&sample(Kind::Usual)[..], 1).unwrap();
    let intake = of("x.parquet.zst", &packed);
    assert_eq!(
        (intake.documents.len(), intake.sources[0].compression),
        (5, Some(Compression::Zstd))
    );
    assert_eq!(intake.bytes, packed.len() as u64);
    assert_eq!(
        skipped(&of("x.parquet.zst", &packed[..packed.len() / 2])),
        [("broken-compression", 1)]
    );
}

#[test]
fn damaged_parquet_is_a_clear_problem() {
    let good = sample(Kind::Usual);
    for (bytes, word) in [
        (&good[..good.len() - 20], "fetch or write it again"),
        (&good[..8], "shorter"),
        (b"PARE and what follows it", "encrypted"),
        (b"text,id\nsomething else,1\n", "PAR1"),
    ] {
        let intake = of("x.parquet", bytes);
        assert_eq!((intake.documents.len(), skipped(&intake)), (0, vec![("bad-parquet", 1)]));
        assert!(intake.problems[0].message.contains(word), "{}", intake.problems[0]);
    }
    // A page of the second row group is damaged: the other groups stay.
    let at = good.windows(4).position(|w| w == b"only").unwrap();
    let mut bad = good.clone();
    bad[at - 30..at].fill(0xff);
    let intake = of("x.parquet", &bad);
    assert_eq!(skipped(&intake), [("bad-parquet", 1)], "{:?}", intake.problems);
    assert!(intake.problems[0].message.contains("row group 2"), "{}", intake.problems[0]);
    assert_eq!(texts(&intake), ["text 0", "text 1", "text 4", "text 5"]);
}

#[test]
fn titles_and_addresses_of_columns() {
    let schema = "message m { required binary text (STRING); optional binary title (STRING); \
                  required int32 name; required binary url (STRING); }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer =
        SerializedFileWriter::new(Vec::new(), schema, Arc::new(WriterProperties::new())).unwrap();
    let mut out = writer.next_row_group().unwrap();
    let strings = |all: [&str; 2]| all.map(|s| ByteArray::from(s.as_bytes().to_vec()));
    for number in 0.. {
        let Some(mut column) = out.next_column().unwrap() else { break };
        match number {
            0 => column.typed::<ByteArrayType>().write_batch(&strings(["a", "b"]), None, None),
            1 => column.typed::<ByteArrayType>().write_batch(
                &strings(["Bridge\ncloses", ""])[..1],
                Some(&[1, 0]),
                None,
            ),
            2 => column.typed::<Int32Type>().write_batch(&[7, 8], None, None),
            _ => column.typed::<ByteArrayType>().write_batch(
                &strings(["https://www.a.example/1", "b.example"]),
                None,
                None,
            ),
        }
        .unwrap();
        column.close().unwrap();
    }
    out.close().unwrap();
    let bytes = writer.into_inner().unwrap();
    let read = |set: fn(&mut InputOptions)| {
        let intake = of_with("x.parquet", &bytes, &InputOptions::default().with(set));
        let row = |d: &nearcopy::Document| {
            let [title, source] = [&d.info.title, &d.info.source];
            (title.as_deref().map(str::to_owned), source.as_deref().map(str::to_owned))
        };
        intake.documents.iter().map(row).collect::<Vec<_>>()
    };
    let some = |s: &str| Some(s.to_owned());
    assert_eq!(read(|_| {}), [(some("Bridge closes"), some("a.example")), (None, None)]);
    let numbers = read(|s| {
        s.title_field = Some("name".into());
        s.source_field = Some("none".into());
    });
    assert_eq!(numbers, [(some("7"), None), (some("8"), None)]);
    // A column of numbers is no title that could be guessed.
    assert_eq!(read(|s| s.source_field = Some("title".into()))[1].0, None);
    assert_eq!(read(|s| s.text_field = Some("title".into())).len(), 1);
}
