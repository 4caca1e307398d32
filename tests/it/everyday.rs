//! The program as people use it every day: a folder of mixed files, pipes, flags of other
//! programs, reports by the ending of their file.

use crate::parquet_file;
use crate::program::{nearcopy, ok, process, refused, run, run_with};
use crate::scratch::{Here, STORY, WHEAT, near};
use serde_json::Value;

const HARBOUR: &str = "Городской совет принял решение закрыть мост на ремонт до конца месяца.";

fn packed(mut bytes: &[u8], cut: usize) -> Vec<u8> {
    let mut w = flate2::read::GzEncoder::new(&mut bytes, flate2::Compression::fast());
    let mut out = Vec::new();
    std::io::Read::read_to_end(&mut w, &mut out).unwrap();
    out.truncate(out.len() - cut);
    out
}

/// A folder of the files that people have, all but one of them whole.
fn mixed() -> Here {
    let here = Here::new();
    let write = |name: &str, bytes: &[u8]| here.write(&format!("all/{name}"), bytes);
    std::fs::create_dir(here.file("all")).unwrap();
    write("a.jsonl", format!("{{\"text\":\"{STORY}\",\"n\":NaN}}\n").as_bytes());
    write("b.jsonl", format!("{{\"articleBody\":\"{STORY}\"}}\n").as_bytes());
    write("c.csv", format!("id,text\nc1,\"{HARBOUR}\"\n").as_bytes());
    let cyrillic = format!("id;text\nd1;\"{HARBOUR}\"\n");
    write("d.csv", &encoding_rs::WINDOWS_1251.encode(&cyrillic).0);
    write("e.csv", format!("id|text\ne1|{WHEAT}\n").as_bytes());
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
    std::io::Write::write_all(&mut xz, WHEAT.as_bytes()).unwrap();
    write("f.txt.xz", &xz.finish().unwrap());
    write("g.txt.zst", &zstd::stream::encode_all(WHEAT.as_bytes(), 1).unwrap());
    write("h.md", format!("---\ntitle: One\ndate: 2026-03-01\n---\n\n{STORY}\n").as_bytes());
    let page =
        format!("<html><title>P</title><body><article><p>{STORY}</p></article></body></html>");
    write("i.html", page.as_bytes());
    let feed =
        format!("<rss><channel><item><description>{STORY}</description></item></channel></rss>");
    write("feed.rss", feed.as_bytes());
    let http = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{page}");
    let length = http.len();
    let first = "filedesc://old.arc 0.0.0.0 20260301000000 text/plain 0\n\n";
    let line = format!("{first}http://a.example/ 10.0.0.1 20260301000000 text/html {length}\n");
    write("old.arc", format!("{line}{http}\n").as_bytes());
    let feed = format!("<?xml version=\"1.0\"?>{feed}");
    write("feed.xml", feed.as_bytes());
    write("pom.xml", b"<?xml version='1.0'?><project><name>x</name></project>");
    let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
    std::io::Write::write_all(&mut lz4, WHEAT.as_bytes()).unwrap();
    write("k.txt.lz4", &lz4.finish().unwrap());
    write("package.json", b"{\"name\":\"x\",\"version\":\"1.0.0\"}");
    write("empty.txt", b"");
    write("broken.txt.gz", &packed(&STORY.repeat(500).into_bytes(), 40));
    write("l.parquet", &parquet_file::of(&[("p1", WHEAT, None), ("p2", HARBOUR, None)]));
    here
}

#[test]
fn a_folder_of_mixed_files_is_read_or_named() {
    let here = mixed();
    let (code, out, err) = run(here.path(), &["scan", "all", "--format", "json"]);
    assert_eq!(code, 2, "{err}");
    for said in [
        "could not be read (broken-compression): 1",
        "all/broken.txt.gz: broken gzip data",
        "skipped as no-article: 2",
        "all/package.json: no text",
        "all/pom.xml: XML that is neither a feed nor a page",
        "1 archive: passed over as no pages: 1 (1 filedesc)",
        "texts not in UTF-8: windows-1251 1",
    ] {
        assert!(err.contains(said), "{said}: {err}");
    }
    let report: Value = serde_json::from_str(&out).unwrap();
    let summary = &report["summary"];
    // 16 files with 17 documents, with what could be read of the broken one; only the empty file
    // has no text.
    assert_eq!((&summary["documents"], &summary["without_text"]), (&17.into(), &1.into()));
    let skipped: Vec<(&str, u64)> = summary["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["reason"].as_str().unwrap(), s["count"].as_u64().unwrap()))
        .collect();
    assert_eq!(skipped, [("broken-compression", 1), ("no-article", 2)]);
    let equal: Vec<usize> = report["equal"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class.as_array().unwrap().len())
        .collect();
    // The story as two records, Markdown and items of two feeds; as a page, in ARC too, it has its
    // title before it; Russian in three encodings; wheat five times.
    let mut sorted = equal.clone();
    sorted.sort();
    assert_eq!(sorted, [2, 3, 5, 5], "{}", report["equal"]);
    let human = run(here.path(), &["scan", "all", "--brief"]).1;
    assert!(human.contains("17 documents") && human.contains("1 without text"), "{human}");
    let skip = ["scan", "all", "--format", "json", "--on-error", "skip"];
    let (code, skipped, err) = run(here.path(), &skip);
    assert_eq!((code, skipped), (0, out), "{err}");
    assert!(err.contains("skipped as broken-compression: 1"), "{err}");
}

#[test]
fn a_pipe_needs_no_dash() {
    let here = Here::with(&[("a.jsonl", &format!("{{\"text\":\"{STORY}\"}}\n").repeat(2))]);
    let lines = here.read("a.jsonl");
    let (code, named, _) = run_with(here.path(), &["scan", "-", "--format", "json"], &lines);
    let (also, bare, err) = run_with(here.path(), &["scan", "--format", "json"], &lines);
    assert_eq!((code, also, named), (0, 0, bare), "{err}");
    let (code, ..) = run_with(here.path(), &["check"], &lines);
    assert_eq!(code, 1);
    let (code, out, err) = run_with(here.path(), &["dedupe", "-o", "-", "-q"], &lines);
    assert_eq!((code, out.lines().count()), (0, 1), "{err}");
    // A table on a pipe is recognised.
    let table = format!("id;text\n1;{STORY}\n2;{STORY}\n");
    let (_, out, _) = run_with(here.path(), &["scan", "--format", "json"], &table);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["summary"]["documents"], 2);
    let nothing =
        process(here.path(), &["scan"]).stdin(std::process::Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(nothing.status.code() == Some(2) && said.contains("nothing to scan"), "{said}");
}

#[test]
fn a_report_has_the_format_of_its_ending() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY))]);
    let names = ["r.json", "r.jsonl", "r.csv", "r.html", "r.md", "r.sarif", "r.xml", "r.txt"];
    for command in ["scan", "check"] {
        let mut args = vec![command, "a.txt", "b.txt", "-q", "-o", "tables.parquet"];
        names.iter().for_each(|name| args.extend(["-o", name]));
        let (code, _, err) = run(here.path(), &args);
        assert_eq!(code, i32::from(command == "check"), "{err}");
        let begins = |name: &str, with: &str| {
            let text = here.read(name);
            assert!(text.trim_start().starts_with(with), "{command} {name}: {text:.60}");
        };
        begins("r.json", "{");
        begins("r.jsonl", "{\"type\"");
        begins("r.html", "<!");
        begins("r.sarif", "{");
        begins("r.xml", "<?xml");
        assert!(here.read("r.sarif").contains("sarif") && here.read("r.csv").contains("near-copy"));
        assert!(here.file("tables.parquet/pairs.parquet").is_file());
    }
    let said = refused(here.path(), &["scan", "a.txt", "-o", "report.doc"]);
    assert!(said.contains("report.doc") && said.contains("--format"), "{said}");
    ok(here.path(), &["scan", "a.txt", "b.txt", "-o", "named", "--format", "json"]);
    assert!(here.read("named").starts_with('{'));
    ok(here.path(), &["scan", "a.txt", "b.txt", "-o", "json=old"]);
    assert!(here.read("old").starts_with('{'));
    for format in ["sarif", "junit", "markdown", "csv", "github", "openmetrics"] {
        ok(here.path(), &["scan", "a.txt", "b.txt", "--format", format]);
    }
    let clean = ["dedupe", "a.txt", "b.txt", "-q", "-o", "out", "--report", "found.html"];
    ok(here.path(), &clean);
    assert!(here.read("found.html").starts_with("<!"));
}

#[test]
fn mistakes_are_answered_with_what_to_do() {
    let here = Here::with(&[
        ("a.txt", STORY),
        ("a.csv", "id,story\n1,one\n"),
        ("a.jsonl", "{\"story\":\"one\"}\n"),
        ("one.json", "{\n\"headline\": \"one\"}\n"),
        ("blank.csv", "id,Full Story\n1,one\n"),
    ]);
    for (args, word) in [
        (&["scan", "a.txt", "--threshold", "0.8"][..], "--near-copy-smaller"),
        (&["scan", "a.txt", "--thresold", "0.8"], "--near-copy-smaller"),
        (&["scan", "a.txt", "--jaccard", "0.8"], "--near-copy-smaller"),
        // A flag that is misspelt here is proposed as it is.
        (&["scan", "a.txt", "--min-mach", "9"], "'--min-match'"),
        (&["scan", "a.txt", "--thread", "2"], "'--threads'"),
        (&["scan", "a.txt", "--json"], "--format json"),
        (&["scan", "a.txt", "-r"], "always walked"),
        (&["scan", "a.txt", "--num-perm", "128"], "--lanes"),
        (&["scan", "a.txt", "--ngram", "5"], "--shingle"),
        (&["scan", "a.txt", "--jobs", "2"], "--threads"),
        (&["scan", "a.txt", "--sep", ";"], "--delimiter"),
        (&["scan", "a.txt", "--glob", "*.md"], "--include"),
        (&["scan", "a.txt", "--column", "x"], "--text-field"),
        (&["scan", "a.txt", "--min-match", "twelve"], "from 0 to 4294967295"),
        (&["scan", "a.txt", "--min-match", "-1"], "--min-match -1: TOKENS is a whole"),
        (&["scan", "a.txt", "-1"], "negative"),
        (&["scan", "a.txt", "--output-dir", "b"], "dedupe -o DIR"),
        (&["stage", "compare", "--in", "x"], "Usage: nearcopy stage compare"),
        (
            &["stage", "compare", "--by", "documents", "--part", "1/4", "a.txt"],
            "Usage: nearcopy stage compare [OPTIONS] --by <WHAT> --part <I/N> --scratch <DIR> ",
        ),
        (&["stage", "cluster"], "Usage: nearcopy stage cluster [OPTIONS] --scratch <DIR> [PATH]"),
        (&["scan", "one.json"], "no text in its one record (looked for text, "),
        (
            &["scan", "one.json"],
            "its fields are: headline): name the field with --text-field NAME, or leave the file \
             out if it is no document",
        ),
        (
            &["scan", "blank.csv", "--text-field", "full story"],
            "did you mean Full Story? --text-field \"Full Story\"; upper and lower",
        ),
        (&["index", "query", "a seen", "a.txt"], "`nearcopy index add \"a seen\" PATH --create`"),
        (&["check", "a.txt", "--baseline", "a.txt"], "this is no baseline"),
        (&["scan", "a.jso"], "did you mean a.jsonl?"),
        (&["scan", "gone/*.txt"], "there is no directory gone"),
        (&["scan", "a.csv", "--text-field", "Story"], "--text-field story; upper and lower"),
        (&["init", "a.txt", "-o", "gone/x.toml"], "make it first (mkdir -p gone)"),
        (&["scan", "a.txt", "--contains", "7"], "0 to 1"),
        (&["scan", "a.txt", "--contains", "x"], "0 to 1"),
        (&["scan", "a.txt", "--memory", "lots"], "256MiB"),
        (&["scan", "a.txt", "--delimiter", "::"], "one character"),
        (&["scan", "a.txt", "--quote", "ab"], "one character"),
        (&["scan", "a.txt", "--encoding", "*.csv=martian"], "martian"),
        (&["scan", "a.txt", "--include", "[a"], "[a"),
        (&["scan", "a.txt", "--text-field", "a+,b"], "empty name"),
        (&["scan", "a.txt", "--format", "xml"], "junit"),
        (&["scan", "a.txt", "--input-format", "rss"], "feed is RSS"),
        (&["scan", "a.txt", "--format", "xlsx"], "csv is a table"),
        (&["scan", "a.txt", "--columns", "x"], "--text-field"),
        (&["index", "query", "seen", "a.txt", "--top-k", "5"], "--limit"),
        (&["dedupe", "a.txt", "-o", "b", "--max-removed", "150%"], "100% at most"),
        (&["explain", "1", "2", "--in", "a.csv", "--text-field", "story"], "its id is 1"),
        (&["report", "a.jsonl", "-o", "x.html"], "nearcopy scan"),
        (&["index", "query", "seen", "a.txt"], "check the path"),
        (&["index", "stats", "a.txt"], "name one"),
        (&["scan", "a.txt", "--preset", "fast"], "possible values"),
        (&["scan", "a.txt", "--keep", "newest"], "earliest"),
        (&["scan", "gone.txt"], "gone.txt"),
        (&["scan", "a.csv"], "--text-field"),
        (&["scan", "a.jsonl"], "--text-field"),
        (&["scan", "a.jsonl", "--text-field", "stori"], "story"),
        (&["scan", "a.txt", "-o", "-"], "--format"),
        (&["scan", "a.txt", "-o", "gone/x.json"], "directory"),
        (&["dedupe", "a.txt"], "--output"),
        (&["dedupe", "a.txt", "-o", "a.txt"], "itself"),
        (&["dedupe", "a.txt", "--in-place"], "-o NEW"),
        (&["scna", "a.txt"], "scan"),
        (&["scan", "a.txt", "--text-feild", "x"], "--text-field"),
        (&["check", "a.txt", "--baseline", "none.json"], "--update-baseline"),
        (&["check", "a.txt", "--fail-on", "copies"], "near-copy"),
        (&["compare", "a.txt"], "compare"),
        (&["explain", "a.txt", "--format", "html"], "json"),
        (&["scan", "a.txt", "--since", "yesterday"], "2024"),
    ] {
        let (code, _, err) = run(here.path(), args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(word), "{args:?} lacks {word}: {err}");
        // Nothing beside it leads elsewhere, and nothing is in the words of a parser.
        assert!(!err.contains("as a value, use") && !err.contains("invalid digit"), "{err}");
    }
}

#[test]
fn the_version_says_more_where_it_is_asked() {
    let here = Here::new();
    let short = ok(here.path(), &["--version"]);
    let long = ok(here.path(), &["--version", "-v"]);
    assert!(long.starts_with(short.trim_end()) && long.contains("features: "), "{long}");
    assert!(long.contains("parquet") && long.contains("xz") && long.contains("build: "));
    assert_eq!(ok(here.path(), &["-V", "--verbose"]), long);
}

#[test]
fn the_short_help_fits_a_screen() {
    let here = Here::new();
    let commands: [&[&str]; 7] = [
        &["scan"],
        &["dedupe"],
        &["check"],
        &["compare"],
        &["explain"],
        &["report"],
        &["index", "query"],
    ];
    for command in commands {
        let short = ok(here.path(), &[command, &["-h"]].concat());
        let long = ok(here.path(), &[command, &["--help"]].concat());
        assert!(short.lines().count() <= 60, "{command:?}: {}", short.lines().count());
        assert!(long.lines().count() > short.lines().count(), "{command:?}");
    }
}

#[test]
fn an_explanation_begins_with_the_verdict() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("c.txt", WHEAT)]);
    let first = |other: &str| {
        let out = ok(here.path(), &["explain", "a.txt", other, "-q"]);
        let head: Vec<&str> = out.split("\n1 Text").next().unwrap().lines().skip(2).collect();
        head.join(" ").trim().to_owned()
    };
    assert!(first("b.txt").starts_with("a and b are near-copies (near-copy): "));
    assert!(first("c.txt").starts_with("a and b are not related: "), "{}", first("c.txt"));
    assert!(nearcopy().at(here.path()).args(["explain", "a.txt"]).done().out().contains("1 Text"));
}

#[test]
fn init_writes_the_settings_that_it_sees() {
    let lines = format!("{{\"articleBody\":\"{STORY}\",\"guid\":\"1\"}}\n");
    let here = Here::with(&[("a.jsonl", &lines), ("b.txt", WHEAT)]);
    let err = nearcopy().at(here.path()).args(["init", "."]).done().err;
    assert!(err.contains("nearcopy.toml written"), "{err}");
    let text = here.read("nearcopy.toml");
    for line in ["text-field = \"articleBody\"", "id-field = \"guid\"", "# min-match = 12"] {
        assert!(text.lines().any(|l| l == line), "{line}: {text}");
    }
    // It is read, and not replaced.
    ok(here.path(), &["scan", ".", "--format", "json"]);
    assert!(refused(here.path(), &["init", "."]).contains("not replaced"));
    assert!(ok(here.path(), &["init", "b.txt", "-o", "-"]).contains("1 file (1 text)"));
    assert!(refused(here.path(), &["init", "gone", "-o", "x.toml"]).contains("gone"));
    assert!(!here.file("x.toml").exists());
}

#[test]
fn the_long_form_of_an_output_is_noted_once() {
    let here = Here::with(&[("a.txt", STORY), ("b.txt", &near(STORY)), ("c.txt", WHEAT)]);
    let err = |args: &[&str]| nearcopy().at(here.path()).args(args).done().err;
    let note = "-o json=FILE: -o FILE.json does the same";
    let both = ["scan", "a.txt", "b.txt", "-o", "json=r.json", "-o", "html=r.html"];
    let said = err(&both);
    assert!(said.contains(note) && said.matches("does the same").count() == 1, "{said}");
    assert!(!err(&[&both[..], &["-q"]].concat()).contains("does the same"));
    assert!(!err(&["scan", "a.txt", "b.txt", "-o", "r.json"]).contains("does the same"));
    assert!(err(&["compare", "a.txt", "b.txt", "-o", "jsonl=r"]).contains("-o FILE.jsonl does"));
    let dedupe = ["dedupe", "a.txt", "c.txt", "-o", "clean", "--report", "json=d.json"];
    let said = err(&dedupe);
    assert!(said.contains("--report FILE.json does the same"), "{said}");
}

#[test]
fn a_table_in_single_quotes_is_cleaned_byte_for_byte() {
    let head = "'id';'text'\r\n";
    let quoted = |id: u32, text: &str| format!("'{id}';'{}'\r\n", text.replace('\'', "''"));
    let odd = format!("It's \"late\"; {WHEAT}\nA second line.");
    let rows = [quoted(1, STORY), quoted(2, &odd), quoted(3, STORY), format!("4;{HARBOUR}\r\n")];
    let here = Here::with(&[("a.csv", &format!("{head}{}", rows.concat()))]);
    ok(here.path(), &["dedupe", "a.csv", "-o", "b.csv"]);
    let left = [head, &rows[0], &rows[1], &rows[3]].concat();
    assert_eq!(here.read("b.csv"), left);
    ok(here.path(), &["dedupe", "b.csv", "-o", "c.csv", "--annotate"]);
    assert!(here.read("c.csv").starts_with("'id';'text';"), "{}", here.read("c.csv"));
}
