//! Hostile texts, names and reasons through every format: read back with the format's own parser,
//! and harmless there.

use super::gate::{Gate, pair};
use crate::sample::file;
use nearcopy::gate::{FindingKind, FindingState, Ignore, Stale};
use nearcopy::{DocumentInfo, Relation};
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag};
use quick_xml::events::Event as Xml;

/// What somebody might put into a text, an id, a path, the name of a source or a reason.
pub const EVIL: [&str; 30] = [
    "<script>alert(1)</script>",
    "\x1b[2J\x1b]0;owned\x07 and \u{9b}31m",
    "abc\u{202e}txt.exe \u{2066}x\u{2069} \u{200b}hidden\u{feff}",
    "=cmd()|'x'!A0",
    "  =1+1",
    "\t=1+1",
    "＝HYPERLINK(\"http://x\")",
    "a;=1+1;\"-2",
    "@SUM(1)",
    "-2+3",
    "::error::pwned",
    "a\n::error file=x::pwned\r\n::set-output name=x::y",
    "##[error]x ###vso[task.setvariable]y",
    "]]> <![CDATA[ x",
    "</details></summary></code></table>",
    "@everyone @org/team #1 GH-1",
    "![x](http://evil.example/p.png) [y](javascript:x) [z]: http://a",
    "http://evil.example www.evil.example a@b.example",
    "| a | b\\| c `x` ``y`` \\`z",
    "# heading\n\n- list\n\n---\n> quote\n```\ncode",
    "*a* _b_ ~~c~~ $x$ :smile: [^1] {{x}} {0}",
    "lone \u{fffd} surrogate, NUL \0 done",
    "line\u{2028}and\u{2029}paragraph\u{85}",
    "\u{fffe}\u{ffff}\u{e000}\u{10ffff}\u{e0041}",
    "a\"b'c&d;&amp;&#60; %0A%25",
    "](1) [a](2) \\](3)",
    "<!-- --><img src=x onerror=y>",
    "a,b\\nc\"} 1\n# EOF\nnearcopy_x 1",
    "",
    "../../etc/passwd",
];

/// Every evil string in every place, in findings of every kind and state.
fn hostile(evil: &[String]) -> Gate {
    let mut documents = vec![];
    for (n, text) in evil.iter().enumerate() {
        let id = format!("{n:02}-{text}");
        let whole = if text.trim().is_empty() { "words" } else { text };
        documents.push(
            file(&format!("{text}-{n:02}"), &format!("x {whole}\n{whole}"))
                .source(text.as_str())
                .date(text.as_str()),
        );
        documents.push(
            DocumentInfo { id, path: Some(text.as_str().into()), ..DocumentInfo::default() }
                .with_text(whole),
        );
    }
    let mut gate = Gate::new(documents);
    let kinds = [
        pair(Relation::Equal),
        pair(Relation::Quotes),
        FindingKind::Repeat,
        pair(Relation::Template),
    ];
    for (n, text) in evil.iter().enumerate() {
        let whole = if text.trim().is_empty() { "words" } else { text };
        let (here, there) = (format!("{text}-{n:02}"), format!("{n:02}-{text}"));
        gate.find(kinds[n % 4], &here, &there, &[whole]);
        gate.find(kinds[(n + 1) % 4], &there, &here, &[whole]).state = FindingState::Ignored(n);
        gate.find(kinds[(n + 2) % 4], &here, &here, &[whole]).state = FindingState::Known;
        gate.source(Some(text));
        gate.rule("max-duplicate-text", Some(text), text, n % 2 == 0);
        gate.verdict.ignores.push(Ignore {
            reason: text.clone(),
            expires: Some(text.clone()),
            expired: n % 2 == 0,
            used: 1,
        });
        gate.verdict.stale.push(Stale {
            kind: text.clone(),
            documents: vec![text.clone(); 5],
            text: text.clone(),
        });
    }
    gate
}

fn evil() -> Gate {
    hostile(&EVIL.map(str::to_owned))
}

/// What no terminal may be given from a text.
pub fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{3164}')
        || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{e0000}'..='\u{10ffff}')
}

fn check(gate: &Gate) {
    for (name, text) in gate.all() {
        assert_eq!(text.chars().find(|&c| acts(c)), None, "{name}: {text}");
    }
    check_sarif(gate);
    check_junit(gate);
    check_github(gate);
    check_markdown(&gate.markdown(1 << 20));
    check_markdown(&gate.markdown(2000));
    check_csv(gate);
    check_openmetrics(gate);
}

fn check_sarif(gate: &Gate) {
    let log: serde_json::Value = serde_json::from_str(&gate.sarif()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let wanted = gate.verdict.findings.iter().filter(|f| f.state != FindingState::Known).count();
    assert_eq!(results.len(), wanted);
    let unreserved = |c: char| c.is_ascii_alphanumeric() || "-._~/%:".contains(c);
    for result in results {
        let locations = result["locations"]
            .as_array()
            .unwrap()
            .iter()
            .chain(result["relatedLocations"].as_array().unwrap());
        for location in locations {
            if let Some(uri) = location["physicalLocation"]["artifactLocation"]["uri"].as_str() {
                assert!(!uri.is_empty() && uri.chars().all(unreserved), "{uri}");
                let scheme = uri.split('/').next().unwrap().contains(':');
                assert!(!scheme || uri.starts_with("file:///"), "{uri}");
            }
        }
        let text = result["message"]["text"].as_str().unwrap();
        let links: Vec<_> = text.match_indices("](").map(|(at, _)| &text[at..]).collect();
        assert!(links.len() == 1 && links[0].starts_with("](1)"), "{text}");
        let single = text.replace("{{", "").replace("}}", "");
        assert!(!single.contains(['{', '}']), "{text}");
        assert!(!text.contains(acts) && !text.contains('\n'), "{text}");
    }
}

/// Every attribute and text of an XML document, as its reader gets them; panics where it is not
/// well-formed.
fn xml(text: &str) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(text);
    let (mut found, mut open) = (vec![], vec![]);
    loop {
        match reader.read_event().unwrap() {
            Xml::Eof => break,
            Xml::Start(tag) => {
                open.push(tag.name().as_ref().to_owned());
                attributes(&tag, &mut found);
            }
            Xml::Empty(tag) => attributes(&tag, &mut found),
            Xml::End(tag) => assert_eq!(open.pop().unwrap(), tag.name().as_ref()),
            Xml::Text(text) => {
                found.push(("text".into(), text.xml_content(Default::default()).into_owned()))
            }
            Xml::GeneralRef(_) | Xml::Decl(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(open.is_empty());
    found
}

fn attributes(tag: &quick_xml::events::BytesStart, found: &mut Vec<(String, String)>) {
    for attribute in tag.attributes() {
        let attribute = attribute.unwrap();
        let name = format!("{}/{}", tag.name().as_ref(), attribute.key.as_ref());
        let value = quick_xml::escape::unescape(&attribute.value).unwrap().into_owned();
        found.push((name, value));
    }
}

fn check_junit(gate: &Gate) {
    let text = gate.junit();
    let found = xml(&text);
    let named = |name: &str| found.iter().filter(|(n, _)| n == name).count();
    let count = |state: fn(&FindingState) -> bool| {
        gate.verdict.findings.iter().filter(|f| state(&f.state)).count()
    };
    let violated = gate.verdict.rules.iter().filter(|r| r.violated).count();
    assert_eq!(named("failure/message"), violated + count(|s| *s == FindingState::New));
    assert_eq!(named("skipped/message"), count(|s| matches!(s, FindingState::Ignored(_))));
    let legal = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}')
            || matches!(c, '\u{10000}'..)
    };
    assert!(text.chars().all(legal) && !text.contains("]]>"), "{text}");
}

/// What the runner makes of a value.
fn unescaped(text: &str) -> String {
    text.replace("%0D", "\r")
        .replace("%0A", "\n")
        .replace("%3A", ":")
        .replace("%2C", ",")
        .replace("%25", "%")
}

fn check_github(gate: &Gate) {
    let text = gate.github();
    let mut counts = [0; 3];
    for line in text.lines() {
        let rest = line.strip_prefix("::").unwrap_or_else(|| panic!("no command: {line}"));
        let (head, message) = rest.split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        counts[["error", "warning", "notice"].iter().position(|c| *c == command).unwrap()] += 1;
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').unwrap();
            assert!(
                ["file", "line", "endLine", "col", "endColumn", "title"].contains(&name),
                "{line}"
            );
            assert!(!value.contains([':', '\r', '\n']) && !unescaped(value).is_empty(), "{line}");
        }
        assert!(!message.is_empty() && !line.contains("##[") && !line.contains("##vso["), "{line}");
    }
    assert!(counts.iter().all(|&n| n <= 10), "{counts:?}");
    assert!(text.lines().last().unwrap().starts_with("::notice title=nearcopy%3A "), "{text}");
}

/// Markdown is harmless where a renderer sees nothing but the report's own elements.
fn check_markdown(text: &str) {
    const TAGS: [&str; 6] =
        ["<code>", "</code>", "<details>", "</details>", "<summary>", "</summary>"];
    let (mut inside, mut words) = (0, String::new());
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                let mut rest = html.trim();
                while !rest.is_empty() {
                    // A summary is one line of the report's own words.
                    let tag = TAGS
                        .iter()
                        .find_map(|tag| rest.strip_prefix(tag).map(|after| (tag, after)));
                    let (tag, after) = tag.unwrap_or_else(|| panic!("{html:?}"));
                    inside += i32::from(*tag == "<code>") - i32::from(*tag == "</code>");
                    rest = if *tag == "<summary>" {
                        after.trim_start_matches(|c| c != '<')
                    } else {
                        after
                    };
                }
                assert!((0..2).contains(&inside), "{html:?}");
            }
            Event::Start(tag) => {
                let own =
                    matches!(tag, Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell);
                let block = matches!(
                    tag,
                    Tag::Paragraph | Tag::Heading { .. } | Tag::HtmlBlock | Tag::Strong
                );
                assert!(own || block, "{tag:?} in {text}");
                assert!(inside == 0 || own, "{tag:?} inside code");
            }
            Event::Text(word) if inside == 0 => words.push_str(&word),
            Event::Text(_) | Event::End(_) | Event::SoftBreak => {}
            other => panic!("{other:?} in {text}"),
        }
    }
    assert_eq!(inside, 0);
    // Outside of code there are the report's words alone: nothing that GitHub makes a link of.
    assert!(
        !words.contains(['@', '#', '<', '\\', '`'])
            && !words.contains("://")
            && !words.contains("www"),
        "{words}"
    );
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

fn check_csv(gate: &Gate) {
    let text = gate.csv();
    for separator in [b',', b';'] {
        let mut table = csv::ReaderBuilder::new()
            .delimiter(separator)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        for row in table.records().map(|r| r.unwrap()) {
            assert!(separator == b';' || row.len() == 24, "{row:?}");
            for cell in row.iter() {
                let cell = cell.trim_start_matches([' ', '"']);
                assert!(
                    !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']),
                    "{row:?}"
                );
            }
        }
    }
    let rows = csv::Reader::from_reader(text.as_bytes()).into_records().count();
    assert_eq!(rows, gate.verdict.findings.len());
    assert!(!text.contains('\r') && text.lines().count() == rows + 1, "{text}");
}

fn check_openmetrics(gate: &Gate) {
    let text = gate.openmetrics();
    let mut seen = std::collections::HashSet::new();
    let (body, end) = text.split_at(text.len() - 6);
    assert_eq!(end, "# EOF\n");
    for line in body.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            assert!(
                comment.starts_with("TYPE nearcopy_") || comment.starts_with("HELP nearcopy_"),
                "{line}"
            );
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        assert!(value.parse::<u64>().is_ok() && series.starts_with("nearcopy_"), "{line}");
        assert!(seen.insert(series.to_owned()), "twice: {series}");
        let quotes = series.replace("\\\\", "").replace("\\\"", "").matches('"').count();
        assert!(quotes % 2 == 0 && quotes <= 4, "{line}");
    }
}

#[test]
fn nothing_hostile_acts_in_any_format() {
    let gate = evil();
    check(&gate);
    // Read by `tests/schemas`, which holds them against the formats' published schemas.
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("formats");
    std::fs::create_dir_all(&folder).unwrap();
    for (prefix, gate) in
        [("hostile", gate), ("news", super::gate::news()), ("empty", Gate::new(vec![]))]
    {
        for (name, text) in gate.all() {
            std::fs::write(folder.join(format!("{prefix}.{name}")), text).unwrap();
        }
    }
}

#[test]
fn what_is_said_is_still_there() {
    let gate = evil();
    let log: serde_json::Value = serde_json::from_str(&gate.sarif()).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    // Names of documents come back to the character; so do reasons.
    let ignored: Vec<_> =
        results.iter().filter_map(|r| r["suppressions"][0]["justification"].as_str()).collect();
    assert_eq!(ignored, EVIL);
    let names: Vec<_> = results
        .iter()
        .filter_map(|r| r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].as_str())
        .collect();
    assert_eq!(
        names,
        EVIL.iter().enumerate().map(|(n, text)| format!("{n:02}-{text}")).collect::<Vec<_>>()
    );
    let found = xml(&gate.junit());
    assert!(
        found.iter().any(|(n, v)| n == "testcase/name" && v.contains("<script>alert(1)</script>"))
    );
    assert!(
        found.iter().any(|(n, v)| n == "skipped/message"
            && v == "a␊::error file=x::pwned␍␊::set-output name=x::y")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_and_name_is_read_back(
        evil in prop::collection::vec(
            "\\PC{0,40}|(.|[\r\n\t]){0,60}|[-=@<>|`\\\\\\[\\](){}:;,.#*_!$&'\" a]{0,40}",
            1..6,
        ),
    ) {
        check(&hostile(&evil));
    }
}
