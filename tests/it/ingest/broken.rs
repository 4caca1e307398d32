//! What is broken, missing or in another encoding: counted and named, and the rest goes on.

use super::*;

#[test]
fn bad_dates_are_counted() {
    let intake = of(
        "x.jsonl",
        b"{\"text\":\"a\",\"date\":\"soon\"}\n{\"text\":\"a\",\"date\":\"\"}\n\
          {\"text\":\"a\",\"date\":20200131}",
    );
    assert_eq!(intake.bad_dates, 1);
    assert_eq!(
        intake.documents.iter().map(|d| d.info.date.as_deref()).collect::<Vec<_>>(),
        [None, None, Some("2020-01-31")]
    );
}

#[test]
fn bad_records_are_counted_and_the_rest_goes_on() {
    let lines: &[u8] =
        b"{\"text\":\"a\"}\n[1]\n\"s\"\n{\"text\":5}\n{\"title\":\"t\"}\n{\"text\":\n\
        {\"text\":null}\n{\"text\":\"b\"} x\n{\"text\":\"z\"}";
    let intake = of("x.jsonl", lines);
    assert_eq!(intake.documents.len(), 2);
    assert_eq!(
        skipped(&intake),
        [("bad-json", 2), ("not-an-object", 2), ("no-text", 2), ("text-not-string", 1)]
    );
    let bad = intake.problems.iter().find(|p| p.reason == Reason::BadJson).unwrap();
    assert!(bad.record == Some(6) && bad.message.contains("not valid JSON"), "{bad}");
    assert!(bad.to_string().contains("x.jsonl:6: "), "{bad}");
    let none = intake.problems.iter().find(|p| p.reason == Reason::NoText).unwrap();
    assert!(none.message.contains("title") && none.message.contains("--text-field"), "{none}");
}

#[test]
fn a_file_without_any_text_names_its_fields() {
    let intake =
        of("x.jsonl", "{\"headline\":\"a\",\"story\\u001b\":\"b\"}\n".repeat(9).as_bytes());
    assert_eq!(skipped(&intake), [("nothing-read", 1), ("no-text", 9)]);
    assert_eq!((intake.failed_named, intake.stopped), (1, true));
    let [problem] = &intake.problems[..] else { panic!("{:?}", intake.problems) };
    assert!(
        problem.record.is_none() && problem.message.contains("headline, story\\u{1b}"),
        "{problem}"
    );
    assert!(
        problem.message.contains("--text-field NAME")
            && problem.message.contains("none of its 9 records"),
        "{problem}"
    );
    // In a directory it is no article, like the settings of a program.
    let intake = read_one(folder(&[("package.json", b"{\"name\": \"x\"}")]).path());
    assert_eq!((skipped(&intake), intake.failed()), (vec![("no-article", 1)], false));
}

#[test]
fn at_most_five_examples_of_a_kind() {
    let dir =
        folder(&[("a.jsonl", "x\n".repeat(4).as_bytes()), ("b.jsonl", "x\n".repeat(4).as_bytes())]);
    let intake = read_one(dir.path());
    assert_eq!((skipped(&intake), intake.problems.len()), (vec![("bad-json", 8)], 5));
}

#[test]
fn lone_surrogates_and_stray_bytes_lose_no_record() {
    let intake = of(
        "x.jsonl",
        b"{\"text\":\"a\\ud800b \\ud83d\\ude00 \xc3\xa9\",\
          \"y\":\"\xc3\xa9\xc3\xa0\xc3\xa9\xc3\xa9\xc3\xbc\"}\n\
          {\"text\":\"caf\xe9\",\"x\":\"\xff\"}\n\
          {\"text\":\"ok\",\"x\":\"\xff\\udc00\"}",
    );
    let texts: Vec<&str> = intake.documents.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(texts, ["a\u{fffd}b 😀 é", "caf\u{fffd}", "ok"]);
    assert_eq!(intake.replaced, 2);
    // Where no byte is UTF-8 beyond ASCII, the encoding is another one.
    let intake = of("x.json", b"[{\"text\":\"caf\xe9\"},{\"text\":\"\\udc00\"},{\"text\":\"c\"}]");
    assert_eq!((intake.documents.len(), intake.replaced), (3, 1));
    assert_eq!((&*intake.documents[0].text, intake.encodings["windows-1252"]), ("café", 3));
}

#[test]
fn missing_and_unreadable() {
    let dir = folder(&[("a.txt", b"a")]);
    let intake = read_one(&dir.path().join("nowhere"));
    assert_eq!((skipped(&intake), intake.problems[0].record), (vec![("missing", 1)], None));
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        symlink(dir.path().join("gone"), dir.path().join("b.txt")).unwrap();
        let locked = dir.path().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o0)).unwrap();
        let root = fs::read_dir(&locked).is_ok();
        let intake = read_one(dir.path());
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(names(&intake), ["a.txt"]);
        assert_eq!(intake.skipped[&Reason::Missing], 1);
        assert!(root || intake.skipped[&Reason::Unreadable] == 1, "{:?}", intake.problems);
    }
}

#[test]
fn broken_compression_keeps_what_came_before() {
    let many: String = (0..20_000u64)
        .map(|n| {
            format!(
                "{{\"id\":{n},\"text\":\"{:x}{:x}\"}}\n",
                n.wrapping_mul(0x9e37_79b9_7f4a_7c15),
                n.wrapping_mul(0xbf58_476d_1ce4_e5b9)
            )
        })
        .collect();
    for end in [".gz", ".zst", ".bz2"] {
        let packed = pack(end, many.as_bytes());
        let name = format!("x.jsonl{end}");
        let intake = of(&name, &packed[..packed.len() * 9 / 10]);
        let kept = intake.documents.len();
        assert!(kept > 5_000 && kept < 20_000, "{end} {kept}");
        assert!(intake.documents.iter().enumerate().all(|(n, d)| d.info.id == n.to_string()));
        assert_eq!(skipped(&intake), [("broken-compression", 1)], "{end}");
        assert!(intake.problems[0].message.contains("only what comes before it"));
        let intake = of(&name, &packed[..14]);
        assert_eq!(
            (intake.documents.len(), skipped(&intake)),
            (0, vec![("broken-compression", 1)]),
            "{end}"
        );
        for bytes in [&b""[..], b"\x00\x01\x02"] {
            assert_eq!(skipped(&of(&name, bytes)), [("broken-compression", 1)]);
        }
    }
}

#[test]
fn arrays_and_objects_end_where_they_break() {
    let intake = of("x.json", b"[{\"text\":\"a\"},{\"text\":\"b\"},{\"text\"");
    assert_eq!((intake.documents.len(), skipped(&intake)), (2, vec![("cut-short", 1)]));
    assert!(
        intake.problems[0].record == Some(3) && intake.problems[0].message.contains("ends inside")
    );
    let intake =
        of("x.json", b"{\n\"text\":\"a\"\n}\n{\n\"text\" \"b\"\n}\n{\n\"text\":\"c\"\n}\n");
    assert_eq!(
        (names(&intake), skipped(&intake)),
        (vec!["x.json:1", "x.json:3"], vec![("bad-json", 1)])
    );
    let intake = of("x.json", b"{\"text\":\"a\"}\n{\"text\"}\n{\"text\":\"c\"}");
    assert_eq!(
        (names(&intake), skipped(&intake)),
        (vec!["x.json:1", "x.json:3"], vec![("bad-json", 1)])
    );
    assert_eq!(of("x.jsonl", b"{\n\"text\":\"a\"\n}\n").documents.len(), 1);
    let intake =
        of("x.json", b"{\n\"text\":\"a\",\n{\"text\":\"b\"}\n\xc3\xa9\n{\"text\":\"c\"}\n");
    assert_eq!((intake.documents.len(), skipped(&intake)), (2, vec![("bad-json", 2)]));
    let hostile = "{\"a\":[\n".repeat(20_000);
    assert_eq!(skipped(&of("x.json", hostile.as_bytes())), [("cut-short", 1)]);
}

#[test]
fn a_file_that_ends_inside_a_record_was_cut_short() {
    let record = "{\"text\": \"a\"}\n";
    let whole = [record, record].concat();
    for (name, bytes, kept) in [
        ("x.jsonl", format!("{whole}{{\"text\": \"b"), 2),
        ("x.jsonl", format!("{whole}{{\"text\": \"b\","), 2),
        ("x.json", format!("{whole}{{\"text\": \"b\""), 2),
        ("x.json", format!("[{},{{\"te", record.trim()), 1),
        ("x.json", format!("[{},", record.trim()), 1),
        ("x.json", format!("[{}", record.trim()), 1),
        #[cfg(feature = "csv")]
        ("x.csv", "id,text\n1,a\n2".into(), 1),
        #[cfg(feature = "csv")]
        ("x.csv", "id,text\r1,a\r2".into(), 1),
        #[cfg(feature = "csv")]
        ("x.tsv", "id\ttext\ttitle\n1\ta\tt\n2\tb".into(), 1),
    ] {
        let intake = of(name, bytes.as_bytes());
        assert_eq!(skipped(&intake), [("cut-short", 1)], "{bytes}");
        assert_eq!((intake.documents.len(), intake.failed_named), (kept, 1), "{bytes}");
    }
    #[cfg(feature = "csv")]
    for end in ["", "\n", "\r\n", "\n  ", "\n\u{1a}", "\n\t\n"] {
        let intake = of("x.csv", format!("id,text\n1,a{end}").as_bytes());
        assert_eq!((intake.documents.len(), intake.failed()), (1, false), "{end:?}");
    }
    // The same inside a file is a bad record, and a last line may lack its line break.
    let inside = format!("{record}{{\"text\": \"b\n{}", record.trim());
    let intake = of("x.jsonl", inside.as_bytes());
    assert_eq!((skipped(&intake), intake.failed()), (vec![("bad-json", 1)], false));
    assert_eq!(intake.documents.len(), 2);
    // A file of a directory that lacks its end is an article only where it names a text.
    let dir = folder(&[("a.json", b"{\"text\": \"b"), ("b.json", b"{\"version\": \"b")]);
    let intake = read_one(dir.path());
    assert_eq!(skipped(&intake), [("cut-short", 2)]);
    assert_eq!((intake.failed_named, intake.failed_walked), (0, 2));
}

#[test]
fn what_is_no_article_is_passed_over_where_it_was_found() {
    let other: &[&[u8]] = &[
        b"// a comment\n{\"compilerOptions\": {\"strict\": true,},}",
        b"[ // snippets\n {\"content\": [\"./src/**\"], \"body\": [\"x\"]},]",
        b"{\"body\": {\"type\": \"object\"}}",
        b"{'single': 'quotes'}",
        b"[1, 2, 3]",
        b"\"just a string\"",
        b"{\"name\": \"x\"}",
    ];
    for bytes in other {
        let dir = folder(&[("a.json", bytes)]);
        let intake = read_one(dir.path());
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(
            (skipped(&intake), intake.failed()),
            (vec![("no-article", 1)], false),
            "{shown}"
        );
        // Named, it is an error.
        assert_eq!(read_one(&dir.path().join("a.json")).failed_named, 1, "{shown}");
    }
    // Something of an article is there: its loss is no settings file.
    for (bytes, reason) in [
        (&b"{\"Text\": \"x\" \"y\"}"[..], "bad-json"),
        (b"{'text': 'x'}", "bad-json"),
        (b"{text: \"x\"}", "bad-json"),
        (b"{\"id\": \"77\", \"title\": \"a headli", "cut-short"),
        (b"\0\0\0\0", "bad-json"),
        (b"", "cut-short"),
    ] {
        let intake = read_one(folder(&[("a.json", bytes)]).path());
        assert_eq!(skipped(&intake), [(reason, 1)], "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_key_is_seen_across_windows() {
    for at in (65_500..65_560).step_by(3) {
        let filler = "a".repeat(at);
        let bytes = format!("{{\"z\":\"{filler}\",\"text\":\"some words\" x}}");
        let intake = read_one(folder(&[("a.json", bytes.as_bytes())]).path());
        assert_eq!(skipped(&intake), [("bad-json", 1)], "{at}");
    }
    // Data in other formats has a field for the text.
    let intake = read_one(folder(&[("a.jsonl", b"{\"text\": [\"a\"]}\n")]).path());
    assert_eq!(skipped(&intake), [("text-not-string", 1)]);
}

#[test]
fn inputs_without_a_record_are_counted() {
    let dir = folder(&[("a.jsonl", b""), ("b.csv", b"id,text\n"), ("c.json", b"[]")]);
    fs::create_dir(dir.path().join("d")).unwrap();
    assert_eq!(skipped(&read_one(dir.path())), [("no-records", 3)]);
    assert_eq!(skipped(&read_one(&dir.path().join("d"))), [("no-records", 1)]);
    // A file that was found and is also named was named.
    let dir = folder(&[("a.jsonl", b"{\"text\": null}\n")]);
    for order in [[".", "a.jsonl"], ["a.jsonl", "."]] {
        let inputs = order.map(|path| Input::Path(dir.path().join(path)));
        let intake = nearcopy::ingest::read(&inputs, &InputOptions::default(), &|_| true);
        assert_eq!((intake.failed_named, intake.failed_walked), (1, 0), "{order:?}");
    }
}

#[test]
fn a_failing_input_ends_the_reading_or_is_skipped() {
    let cut = b"{\"text\": \"b\"}\n{\"text";
    let dir = folder(&[("a.jsonl", cut), ("b.jsonl", b"{\"text\": \"c\"}\n")]);
    let read = |paths: &[&str], on_error: OnError| {
        let inputs: Vec<Input> = paths.iter().map(|p| Input::Path(dir.path().join(p))).collect();
        let options = InputOptions::default().with(|o| o.on_error = on_error);
        let intake = nearcopy::ingest::read(&inputs, &options, &|_| true);
        (intake.documents.len(), intake.failed_named, intake.failed_walked, intake.stopped)
    };
    assert_eq!(read(&["."], OnError::StopIfNamed), (2, 0, 1, false));
    assert_eq!(read(&["a.jsonl", "b.jsonl"], OnError::Skip), (2, 1, 0, false));
    assert!(read(&["."], OnError::Stop).3 && read(&["a.jsonl"], OnError::StopIfNamed).3);
    // What is missing is known before anything is read.
    assert_eq!(read(&["b.jsonl", "gone"], OnError::StopIfNamed), (0, 1, 0, true));
    assert_eq!(read(&["b.jsonl", "gone"], OnError::Skip), (1, 1, 0, false));
}

#[test]
fn fields_that_no_record_has_are_named() {
    let dir = folder(&[("a.jsonl", b"{\"text\": \"b\", \"outlet\": null}\n{\"text\": \"c\"}")]);
    let missing = |options: InputOptions| {
        let intake = read_with(dir.path(), &options);
        let fields = intake.missing_fields.into_iter();
        fields.map(|f| (f.role, f.name, f.present.join(" "))).collect::<Vec<_>>()
    };
    let named = |name: &str| InputOptions::default().with(|o| o.source_field = Some(name.into()));
    assert_eq!(missing(named("outlet")), []);
    assert_eq!(missing(named("site")), [("source", "site".into(), "text outlet".into())]);
    assert_eq!(missing(InputOptions::default()), []);
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_not_unicode_is_looked_up_as_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = folder(&[]);
    let inside = dir.path().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&inside).unwrap();
    let said = |path: &Path| {
        read(&[Input::Path(path.into())], &InputOptions::default(), &|_| false).problems
    };
    assert_eq!(said(&inside.join("none.txt"))[0].message, "does not exist: check the path");
    std::os::unix::fs::symlink("nothing", inside.join("link.txt")).unwrap();
    assert!(said(&inside.join("link.txt"))[0].message.starts_with("is a link to something"));
    assert!(said(&inside)[0].message.starts_with("is a link to something"));
}
