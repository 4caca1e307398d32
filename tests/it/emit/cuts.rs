//! Passages that are cut out of records, and fields that are added to them.

use super::*;

#[test]
fn cuts_leave_all_else_as_it_is_written() {
    let text = "aé\n\u{1F600}\u{fffd}b";
    let json = b"{\"n\" : 1, \"text\" : \"a\\u00e9\\n\\uD83D\\uDE00\\ud800b\", \"z\":\"\\/\"}";
    let spans = [(0, 1), (1, 3), (3, 4), (4, 8), (8, 11), (11, 12), (0, 12)];
    for (name, one) in [("a.jsonl", false), ("a.json", true)] {
        for (start, end) in spans {
            let (out, gone, written) = changed(name, json, |_| cut(start, end));
            assert!(
                out.starts_with("{\"n\" : 1, \"text\" : \"") && out.ends_with("\", \"z\":\"\\/\"}"),
                "{out}"
            );
            assert_eq!((gone[0].0.is_none(), written.cut), (one, 1));
            let (start, end) = (start as usize, end as usize);
            assert_eq!(&gone[0].2[..], &text.as_bytes()[start..end]);
            let again = nearcopy::ingest::json::records(out.as_bytes(), &InputOptions::default());
            assert_eq!(again.documents[0].text, [&text[..start], &text[end..]].concat());
        }
    }
    assert!(
        changed("a.jsonl", json, |_| cut(0, 1)).0.contains("\"\\u00e9\\n\\uD83D\\uDE00\\ud800b\"")
    );
    let both = |_| Change::Cut(vec![Span::new(0, 1), Span::new(11, 12)]);
    let (out, gone, _) = changed("a.jsonl", json, both);
    assert!(out.contains("\"\\u00e9\\n\\uD83D\\uDE00\\ud800\"") && gone.len() == 2, "{out}");
    for spans in
        [vec![Span::new(2, 3)], vec![Span::new(4, 99)], vec![Span::new(3, 4), Span::new(0, 1)]]
    {
        let (out, gone, written) = changed("a.jsonl", json, |_| Change::Cut(spans.clone()));
        assert_eq!((out.as_bytes(), gone.len(), written.left, written.cut), (&json[..], 0, 1, 0));
    }
    let nested = Job {
        options: InputOptions::default().with(|s| s.text_field = Some("d.t".into())),
        ..USUAL()
    };
    let (out, ..) =
        nested.run(&[("a.jsonl", b"{\"d\": {\"t\": \"abc\"}}\n")], &|_| cut(1, 2)).unwrap();
    assert_eq!(out, b"{\"d\": {\"t\": \"ac\"}}\n");
}

#[test]
fn cuts_in_tables_and_texts() {
    let (out, gone, written) = changed(
        "a.csv",
        b"id,text,x\r\n\"1\",\"a \"\"b\"\", c\",y\r\n2,plain,\"\"\r\n3,d\r\n",
        |_| cut(0, 2),
    );
    assert_eq!(out, "id,text,x\r\n\"1\",\"\"\"b\"\", c\",y\r\n2,ain,\"\"\r\n3,d\r\n");
    assert_eq!((gone.len(), written.cut, written.left), (2, 2, 1));
    assert_eq!(changed("a.csv", b"text\nab\n", |_| cut(0, 2)).0, "text\n\"\"\n");
    assert_eq!(changed("a.txt", "\u{feff}aéb".as_bytes(), |_| cut(1, 3)).0, "\u{feff}ab");
    let (out, ..) = USUAL().run(&[("a.txt", &wide("aéb"))], &|_| cut(1, 3)).unwrap();
    assert_eq!(out, wide("ab"));
    let (out, gone, _) = USUAL()
        .run(&[("a.txt", b"The caf\xe9 was \x93closed\x94 on Sunday.")], &|_| cut(0, 4))
        .unwrap();
    assert_eq!(
        (&out[..], &gone[0].2[..]),
        (&b"caf\xe9 was \x93closed\x94 on Sunday."[..], &b"The "[..])
    );
    let (out, _, written) = USUAL()
        .run(&[("a.txt", "gr\u{fc}ner Stra\u{df}e \u{e9}".as_bytes())], &|_| cut(0, 4))
        .unwrap();
    assert_eq!((out.len(), written.cut), (14, 1), "{out:?}");
    let damaged = [b"\xff", "grüne Straße".as_bytes()].concat();
    let (out, gone, written) = USUAL().run(&[("a.txt", &damaged)], &|_| cut(4, 5)).unwrap();
    assert_eq!((out, gone.len(), written.left), (damaged, 0, 1));
    let job = Job {
        options: InputOptions::default().with(|s| s.encoding = Some("gb18030".into())),
        ..USUAL()
    };
    for (name, text, want) in [
        ("a.csv", "text,id\n世界,1\n", "text,id\n界,1\n"),
        ("a.jsonl", "{\"text\":\"世界\"}\n", "{\"text\":\"界\"}\n"),
        ("a.json", "[{\"text\":\"世界\"}]", "[{\"text\":\"界\"}]"),
    ] {
        let bytes = |text| encoding_rs::GB18030.encode(text).0.into_owned();
        let (out, ..) = job.run(&[(name, &bytes(text))], &|_| cut(0, 3)).unwrap();
        assert_eq!(out, bytes(want), "{name}");
    }
}

#[test]
fn annotations_are_added() {
    let job = Job { prefix: Some("nc_"), ..USUAL() };
    let second = |n: Option<u64>| if n == Some(2) { note() } else { Change::Keep };
    let (out, ..) =
        job.run(&[("a.jsonl", b"{\"text\":\"a\"}\n{\"text\":\"b\" }\r\n")], &second).unwrap();
    let lines = String::from_utf8(out).unwrap();
    assert!(
        lines.starts_with("{\"text\":\"a\"}\n{\"text\":\"b\",") && lines.ends_with(" }\r\n"),
        "{lines}"
    );
    let row: serde_json::Value = serde_json::from_str(lines.lines().nth(1).unwrap()).unwrap();
    let want = serde_json::json!({
        "text": "b", "nc_cluster": "c, \"1\"", "nc_relation": "near-copy", "nc_coverage": 0.5,
        "nc_spans": [[0, 2], [3, 4]]
    });
    assert_eq!(row, want);
    let (out, ..) = job.run(&[("a.csv", b"id,text\r\n1,a\r\n2,b\n3\n4,d")], &second).unwrap();
    let want = "id,text,nc_cluster,nc_relation,nc_partner,nc_coverage,nc_spans\r\n1,a,,,,,\r\n\
                2,b,\"c, \"\"1\"\"\",near-copy,,0.5,\"[[0,2],[3,4]]\"\n3\n4,d,,,,,";
    assert_eq!(String::from_utf8(out).unwrap(), want);
    for (name, bytes) in [
        ("a.jsonl", &b"{\"text\":\"a\"}\n{\"text\":\"b\",\"nc_spans\":1}"[..]),
        ("a.csv", b"text,nc_spans\n"),
    ] {
        let error = job.run(&[(name, bytes)], &second).unwrap_err();
        assert!(error.what.contains("nc_spans") && error.remedy.contains("prefix"), "{error}");
    }
    let (out, _, written) = job.run(&[("a.jsonl", b"7\n{\"text\"\n")], &|_| note()).unwrap();
    assert_eq!((&out[..], written.left), (&b"7\n{\"text\"\n"[..], 2));
}

#[test]
fn parquet_is_cut_and_annotated() {
    let bytes = nested::file();
    let rows = nested::rows(&bytes);
    let job = Job { prefix: Some("nc_"), ..USUAL() };
    let change = |n: Option<u64>| match n {
        Some(1) => cut(0, 5),
        Some(2) => note(),
        Some(3) => cut(0, 99),
        Some(4) => Change::Drop,
        _ => Change::Keep,
    };
    let (out, gone, written) = job.run(&[("a.parquet", &bytes)], &change).unwrap();
    assert_eq!(
        written,
        RewriteCounts {
            records: 9,
            kept: 8,
            dropped: 1,
            cut: 1,
            left: 1,
            ..RewriteCounts::default()
        }
    );
    assert_eq!(
        (gone[0].0, gone[0].1, &gone[0].2[..]),
        (Some(1), Some(Span::new(0, 5)), &b"text "[..])
    );
    assert_eq!((gone[1].0, gone.len()), (Some(4), 2));
    let value = |row: &str| serde_json::from_str::<serde_json::Value>(row).unwrap();
    let new: Vec<serde_json::Value> = nested::rows(&out).iter().map(|row| value(row)).collect();
    assert_eq!((&new[0]["text"], &new[2]["text"]), (&"1".into(), &value(&rows[2])["text"]));
    assert_eq!(
        (&new[1]["nc_cluster"], &new[1]["nc_coverage"], &new[1]["nc_partner"]),
        (&"c, \"1\"".into(), &0.5.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        (&new[1]["nc_spans"], &new[0]["nc_spans"]),
        (&"[[0,2],[3,4]]".into(), &serde_json::Value::Null)
    );
    assert_eq!(new[1]["list"], value(&rows[1])["list"]);
    let keys = nested::keys(&out);
    assert!(
        keys.contains(&"corpus".to_owned()) && !keys.contains(&"ARROW:schema".to_owned()),
        "{keys:?}"
    );
    let error = job.run(&[("a.parquet", &out)], &change).unwrap_err();
    assert!(error.what.contains("nc_cluster"), "{error}");
}
