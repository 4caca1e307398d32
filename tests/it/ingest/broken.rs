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
    assert_eq!(skipped(&intake), [("no-text", 9)]);
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
        b"{\"text\":\"a\\ud800b \\ud83d\\ude00 \xc3\xa9\"}\n{\"text\":\"caf\xe9\",\"x\":\"\xff\"}\n\
          {\"text\":\"ok\",\"x\":\"\xff\\udc00\"}",
    );
    let texts: Vec<&str> = intake.documents.iter().map(|d| d.text.as_str()).collect();
    assert_eq!(texts, ["a\u{fffd}b 😀 é", "caf\u{fffd}", "ok"]);
    assert_eq!(intake.replaced, 2);
    let intake = of("x.json", b"[{\"text\":\"caf\xe9\"},{\"text\":\"\\udc00\"},{\"text\":\"c\"}]");
    assert_eq!((intake.documents.len(), intake.replaced), (3, 2));
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
        assert!(intake.problems[0].message.contains("kept"));
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
    assert_eq!((intake.documents.len(), skipped(&intake)), (2, vec![("bad-json", 1)]));
    assert!(
        intake.problems[0].record == Some(3) && intake.problems[0].message.contains("not read")
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
    assert_eq!(skipped(&of("x.json", hostile.as_bytes())), [("bad-json", 1)]);
}
