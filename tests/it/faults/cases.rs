//! Owns: the commands that the faults are tried on, and the files they run on. Never: judges what
//! came of them.

use crate::scratch::{STORY, WHEAT, near, record, story};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// A command, and which files of its directory it may change.
pub struct Case {
    pub name: &'static str,
    pub args: &'static str,
    /// Files and directories that it writes, each of them whole.
    pub outputs: &'static [&'static str],
    /// Whether it writes into the index `seen`.
    pub writes_index: bool,
    /// Whether it reads `one.jsonl` from standard input.
    pub from_stdin: bool,
}

const fn case(name: &'static str, args: &'static str, outputs: &'static [&'static str]) -> Case {
    Case { name, args, outputs, writes_index: false, from_stdin: false }
}

const fn index(name: &'static str, args: &'static str, outputs: &'static [&'static str]) -> Case {
    Case { writes_index: true, ..case(name, args, outputs) }
}

pub const CASES: [Case; 42] = [
    case(
        "scan, two outputs",
        "scan one.jsonl texts -o json=old.json -o html=new.html --threads 1",
        &["old.json", "new.html"],
    ),
    case(
        "scan, background",
        "scan one.jsonl --save-background old.background --threads 1",
        &["old.background"],
    ),
    case(
        "scan, scratch files",
        "scan one.jsonl same.jsonl --memory 1 --scratch run -o json=old.json --threads 1",
        &["old.json"],
    ),
    case(
        "scan, tables",
        "scan one.jsonl -o json=old.json -o parquet=new.tables --threads 1",
        &["old.json", "new.tables"],
    ),
    case(
        "scan, tables in the place of others",
        "scan one.jsonl -o parquet=old.tables -o parquet=new.tables --threads 1",
        &["old.tables", "new.tables"],
    ),
    case("scan, compressed", "scan one.jsonl.gz two.jsonl.zst --format jsonl --threads 1", &[]),
    case("scan, a table", "scan table.csv -o json=new.json --threads 1", &["new.json"]),
    case("scan, pages", "scan pages -o jsonl=old.jsonl --threads 1", &["old.jsonl"]),
    Case {
        from_stdin: true,
        ..case("scan, standard input", "scan - --format json --threads 1", &[])
    },
    case(
        "dedupe to a new file",
        "dedupe --max-removed 100% one.jsonl two.jsonl -o new.jsonl --threads 1",
        &["new.jsonl"],
    ),
    case(
        "dedupe to a file",
        "dedupe --max-removed 100% one.jsonl two.jsonl -o old.jsonl --threads 1",
        &["old.jsonl"],
    ),
    case(
        "dedupe to a tree",
        "dedupe --max-removed 100% texts one.jsonl -o tree --threads 1",
        &["tree"],
    ),
    case("dedupe to standard output", "dedupe --max-removed 100% one.jsonl -o - --threads 1", &[]),
    Case {
        from_stdin: true,
        ..case(
            "dedupe from standard input",
            "dedupe --max-removed 100% - -o old.jsonl.gz --input-format jsonl --threads 1",
            &["old.jsonl.gz"],
        )
    },
    case(
        "dedupe, three outputs",
        "dedupe --max-removed 100% one.jsonl two.jsonl -o old.jsonl --removed new.removed \
         --report json=old.json --threads 1",
        &["old.jsonl", "new.removed", "old.json"],
    ),
    case(
        "dedupe, passages",
        "dedupe --max-removed 100% one.jsonl two.jsonl -o new.jsonl.zst \
         --remove documents,passages --threads 1",
        &["new.jsonl.zst"],
    ),
    case(
        "dedupe against files",
        "dedupe --max-removed 100% one.jsonl -o new.jsonl --against two.jsonl --threads 1",
        &["new.jsonl"],
    ),
    index(
        "dedupe against an index",
        "dedupe --max-removed 100% one.jsonl -o old.jsonl --index seen --threads 1",
        &["old.jsonl"],
    ),
    case(
        "dedupe against an index that stays",
        "dedupe --max-removed 100% one.jsonl -o old.jsonl --index seen --index-read-only \
         --threads 1",
        &["old.jsonl"],
    ),
    case(
        "dedupe, annotated",
        "dedupe --max-removed 100% one.jsonl -o new.jsonl --annotate --threads 1",
        &["new.jsonl"],
    ),
    case(
        "dedupe, a table",
        "dedupe --max-removed 100% table.csv -o new.csv --threads 1",
        &["new.csv"],
    ),
    case(
        "dedupe, an archive",
        "dedupe --max-removed 100% old.arc.gz -o new.arc.gz --threads 1",
        &["new.arc.gz"],
    ),
    case(
        "check",
        "check one.jsonl two.jsonl --baseline baseline.json -o sarif=old.sarif -o junit=new.xml \
         --threads 1",
        &["old.sarif", "new.xml"],
    ),
    case("check that fails", "check one.jsonl two.jsonl --threads 1", &[]),
    case(
        "check, baseline renewed",
        "check one.jsonl --baseline baseline.json --update-baseline --threads 1",
        &["baseline.json"],
    ),
    case("compare", "compare texts/a.txt texts/b.txt", &[]),
    case(
        "compare pairs",
        "compare --pairs pairs.jsonl one.jsonl two.jsonl -o json=old.json --threads 1",
        &["old.json"],
    ),
    case("compare, background", "compare texts/a.txt texts/b.txt --background background", &[]),
    case("explain", "explain texts/a.txt texts/b.txt", &[]),
    case("explain in a corpus", "explain one-1 one-2 --in one.jsonl", &[]),
    case("report", "report report.json --in one.jsonl -o old.html", &["old.html"]),
    index("index create", "index create fresh -q", &["fresh"]),
    index("index add", "index add seen one.jsonl two.jsonl --threads 1 -q", &[]),
    index(
        "index add to a new one",
        "index add fresh one.jsonl --create --threads 1 -q",
        &["fresh"],
    ),
    index("index add and compact", "index add seen two.jsonl --compact --threads 1 -q", &[]),
    case(
        "index query",
        "index query seen one.jsonl --format jsonl -o old.jsonl --threads 1",
        &["old.jsonl"],
    ),
    index("index remove", "index remove seen --ids ids.txt", &[]),
    index("index compact", "index compact seen --threads 1 -q", &[]),
    case("index stats", "index stats seen --format json", &[]),
    case("index verify", "index verify seen", &[]),
    case(
        "index export",
        "index export seen -o old.jsonl.gz --background new.background",
        &["old.jsonl.gz", "new.background"],
    ),
    case("index export to standard output", "index export seen", &[]),
];

/// The program under test: that of this package, or the one that `NEARCOPY_PROGRAM` names.
pub fn program() -> std::path::PathBuf {
    std::env::var_os("NEARCOPY_PROGRAM")
        .map_or_else(|| assert_cmd::cargo::cargo_bin!("nearcopy").to_owned(), Into::into)
}

impl Case {
    /// The command, about to run in a directory that [`fill`] filled. Its standard streams are
    /// files: `stdout` in that directory, where it can fail too, and `errors` elsewhere.
    pub fn command(&self, at: &Path, errors: &Path) -> Command {
        let mut command = Command::new(program());
        command.args(self.args.split_whitespace()).current_dir(at);
        for name in ["NO_COLOR", "GITHUB_STEP_SUMMARY", "GITHUB_ACTIONS", "RUST_BACKTRACE"] {
            command.env_remove(name);
        }
        command.env("COLUMNS", "100").env("TMPDIR", at.join("tmp"));
        let input = at.join("one.jsonl");
        let stdin =
            if self.from_stdin { fs::File::open(input).unwrap().into() } else { Stdio::null() };
        command.stdin(stdin);
        command.stdout(fs::File::create(at.join("stdout")).unwrap());
        command.stderr(fs::File::create(errors).unwrap());
        command
    }
}

/// Fills a directory with everything that the cases need.
pub fn fill(at: &Path) {
    let write = |name: &str, bytes: &[u8]| {
        let path = at.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let texts =
        [STORY.to_owned(), near(STORY), story(1, 80), story(2, 80), WHEAT.to_owned(), story(3, 90)];
    let records = |file: &str, from: usize, to: usize| -> String {
        (from..to).map(|n| record(&format!("{file}-{n}"), &texts[n])).collect()
    };
    let (one, two) = (records("one", 0, 5), records("two", 2, 6));
    write("one.jsonl", one.as_bytes());
    write("two.jsonl", two.as_bytes());
    // One id with two texts, and one with the same text again: these are read to be told apart.
    write("same.jsonl", (record("one-0", &texts[1]) + &record("one-1", &texts[1])).as_bytes());
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, one.as_bytes()).unwrap();
    write("one.jsonl.gz", &gz.finish().unwrap());
    write("two.jsonl.zst", &zstd::encode_all(two.as_bytes(), 1).unwrap());
    let rows = texts.iter().enumerate().map(|(n, t)| format!("row-{n},\"{t}\"\n"));
    write("table.csv", format!("id,text\n{}", rows.collect::<String>()).as_bytes());
    for (name, text) in
        [("a", &texts[0]), ("b", &texts[1]), ("deep/c", &texts[2]), ("deep/d", &texts[2])]
    {
        write(&format!("texts/{name}.txt"), text.as_bytes());
        let page =
            format!("<html><head><title>{name}</title></head><body><p>{text}</p></body></html>");
        write(&format!("pages/{name}.html"), page.as_bytes());
    }
    let member = |text: &String| {
        let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>{text}</p>");
        let line = format!("http://a/ 10.0.0.1 20260101000000 text/html {}", http.len());
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut gz, format!("{line}\n{http}\n").as_bytes()).unwrap();
        gz.finish().unwrap()
    };
    write("old.arc.gz", &texts.iter().flat_map(member).collect::<Vec<u8>>());
    write("pairs.jsonl", b"{\"a\": \"one-0\", \"b\": \"one-1\"}\n");
    write("ids.txt", b"old-0\nold-1\n");
    for old in ["json", "background", "jsonl", "jsonl.gz", "sarif", "html"] {
        write(&format!("old.{old}"), b"what was there before\n");
    }
    fs::create_dir(at.join("tmp")).unwrap();
    let before: String = (0..12).map(|n| record(&format!("old-{n}"), &story(n / 2, 80))).collect();
    write("before.jsonl", before.as_bytes());
    for args in [
        "index add seen before.jsonl --create --compact",
        "index add seen two.jsonl",
        "scan one.jsonl -o json=report.json --save-background background",
        "scan two.jsonl -o parquet=old.tables",
        "check one.jsonl two.jsonl --baseline baseline.json --update-baseline",
    ] {
        let mut command = Command::new(program());
        let ended = command.args(args.split_whitespace()).current_dir(at).output().unwrap();
        assert!(ended.status.success(), "{args}: {ended:?}");
    }
    fs::remove_file(at.join("before.jsonl")).unwrap();
    // Space for LMDB's table of readers is allocated where it is missing.
    fs::remove_file(at.join("seen/lock.mdb")).unwrap();
}
