//! Hostile names of files, ids and sources: no character that acts on a terminal or hides in it
//! reaches a stream raw.

use crate::program::run;
use serde_json::json;
use std::fs;
use std::sync::LazyLock;
use tempfile::TempDir;

/// By their properties in Unicode: General_Category Cc, Cf, Zl and Zp,
/// Default_Ignorable_Code_Point.
const PROPERTIES: [(u32, u32); 30] = [
    (0x1, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x34f, 0x34f),
    (0x600, 0x605),
    (0x61c, 0x61c),
    (0x6dd, 0x6dd),
    (0x70f, 0x70f),
    (0x890, 0x891),
    (0x8e2, 0x8e2),
    (0x115f, 0x1160),
    (0x17b4, 0x17b5),
    (0x180b, 0x180f),
    (0x200b, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0x3164, 0x3164),
    (0xfe00, 0xfe0f),
    (0xfeff, 0xfeff),
    (0xffa0, 0xffa0),
    (0xfff0, 0xfffb),
    (0x110bd, 0x110bd),
    (0x110cd, 0x110cd),
    (0x13430, 0x1343f),
    (0x1bca0, 0x1bca3),
    (0x1d173, 0x1d17a),
    (0xe0000, 0xe0001),
    (0xe0020, 0xe007f),
    (0xe0080, 0xe0081),
    (0xe0100, 0xe01ef),
];
/// Letters and signs that show as nothing, spaces of other widths, private use, no character at
/// all.
const BLANK: [u32; 11] =
    [0xa0, 0x1680, 0x2003, 0x2009, 0x202f, 0x205f, 0x2800, 0x3000, 0x1d159, 0xe000, 0xffff];

static HARMFUL: LazyLock<Vec<char>> = LazyLock::new(|| {
    let all = PROPERTIES.iter().flat_map(|&(first, last)| first..=last).chain(BLANK);
    all.filter_map(char::from_u32).collect()
});

/// Characters that one name holds: shown in full, it is still short enough for a row.
const TOGETHER: usize = 15;

/// Names that hold all of them, each between letters.
fn names() -> Vec<String> {
    let name = |(n, some): (usize, &[char])| {
        some.iter().fold(format!("n{n}x"), |name, c| name + &format!("{c}x"))
    };
    HARMFUL.chunks(TOGETHER).enumerate().map(name).collect()
}

/// Data for programs keeps the joiners of orthographies, the signs around digits, and spaces.
fn stays_in_data(c: char) -> bool {
    matches!(c as u32, 0x200c | 0x200d | 0xfe0e | 0xfe0f | 0x13430..=0x1343f)
        || matches!(
            c as u32,
            0x600..=0x605 | 0x6dd | 0x70f | 0x890 | 0x891 | 0x8e2 | 0x110bd | 0x110cd
        )
        || c.is_whitespace() && !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}')
}

#[track_caller]
fn harmless(what: &str, text: &str, stays: impl Fn(char) -> bool) {
    let raw = text.chars().find(|&c| c != '\n' && HARMFUL.contains(&c) && !stays(c));
    assert_eq!(raw, None, "{what}: {text}");
}

/// That none of the names was simply left out.
#[track_caller]
fn named(names: &[String], text: &str) {
    (0..names.len()).for_each(|n| assert!(text.contains(&format!("n{n}x")), "{n}: {text}"));
}

#[test]
fn names_are_harmless_on_standard_error() {
    let (dir, names) = (TempDir::new().unwrap(), names());
    let here = dir.path();
    let mut said = String::new();
    fs::write(here.join("a.txt"), "Some words.").unwrap();
    for some in names.chunks(5) {
        let missing: Vec<&str> = some.iter().map(String::as_str).collect();
        let (code, _, err) = run(here, &[&["scan"], &missing[..]].concat());
        assert_eq!(code, 2, "{err}");
        said += &err;
    }
    named(&names, &said);
    let data: String =
        names.iter().map(|name| json!({"id": name, "text": name}).to_string() + "\n").collect();
    fs::write(here.join("bad\u{feff}\u{202e}.jsonl"), data + "{\n").unwrap();
    for name in &names {
        // What is typed, an unknown option, an id that no document has, an output without a
        // directory.
        let at = format!("json={name}/{name}.json");
        let of = ["bad\u{feff}\u{202e}.jsonl", "-o", &at];
        for args in [
            &["scan", "--keep", name][..],
            &["compare", "a.txt", name, "--in", "a.txt"],
            &[&["scan"], &of[..]].concat(),
        ] {
            let (code, _, err) = run(here, args);
            assert_eq!(code, 2, "{args:?}: {err}");
            assert!(err.contains(&name[..name.find('x').unwrap()]), "{err}");
            said += &err;
        }
        said += &run(here, &["scan", &format!("--{name}")]).2;
        said += &run(here, &["check", "bad\u{feff}\u{202e}.jsonl", "--baseline", name]).2;
    }
    harmless("standard error", &said, |_| false);
}

#[test]
fn names_are_harmless_on_standard_output() {
    let names = names();
    // A report for a person shows so many at most.
    for some in names.chunks(18) {
        let dir = TempDir::new().unwrap();
        let mut ids = String::new();
        for (n, name) in some.iter().enumerate() {
            let text = (0..40).map(|w| format!("word{w}of{n} ")).collect::<String>();
            fs::write(dir.path().join(name), &text).unwrap();
            ids += &(json!({"id": format!("id-{name}"), "text": text, "source": name, "date": name})
                .to_string() + "\n");
        }
        fs::write(dir.path().join("ids.jsonl"), ids).unwrap();
        let files: Vec<&str> = some.iter().map(String::as_str).chain(["ids.jsonl"]).collect();
        for format in ["human", "json", "jsonl", "html"] {
            let (_, out, err) =
                run(dir.path(), &[&["scan", "--format", format], &files[..]].concat());
            harmless(format, &out, |c| format != "human" && stays_in_data(c));
            harmless("standard error", &err, |_| false);
        }
        for format in
            ["human", "github", "markdown", "csv", "junit", "openmetrics", "sarif", "json"]
        {
            let of = ["check", "--fail-on", "equal", "--format", format];
            let (code, out, err) = run(dir.path(), &[&of[..], &files[..]].concat());
            assert_eq!(code, 1, "{format}: {err}");
            harmless(format, &out, |c| matches!(format, "sarif" | "json") && stays_in_data(c));
        }
    }
}
